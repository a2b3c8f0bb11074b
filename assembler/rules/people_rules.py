"""Check people: names, dates of birth, passports, where they are, what they must disclose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from assembler.model import Name, Passport, Person
from assembler.rules.rule_context import Hit, RuleContext, add_months, count_years

NO_RECEIPT = "XXX0000000000"  # a receipt number that cannot be, for the same purpose
_OLDEST = 120  # years
_ASKED = ("criminal", "removal_proceedings", "prior_parole")
_EXPLAINED = (
    ("criminal", "criminal_explanation"),
    ("removal_proceedings", "immigration_explanation"),
)


def check_people(context: RuleContext) -> Iterator[Hit]:
    """Check everyone, each described person once."""
    people: dict[str, Person] = {}
    for subject in context.subjects:
        people.setdefault(subject.described, subject.person)
    for n, person in enumerate(context.case.others):
        people[f"/others/{n}"] = person
    for where, person in people.items():
        yield from _check_names(person, where)
        yield from _check_birth(context, person, where)
    for n, person in enumerate(context.case.beneficiaries):
        yield from _check_beneficiary(context, person, f"/beneficiaries/{n}")


def _check_names(person: Person, where: str) -> Iterator[Hit]:
    other_names = {f"{where}/other_names/{n}": name for n, name in enumerate(person.other_names)}
    for place, name in {f"{where}/name": person.name, **other_names}.items():
        for field in fields(Name):
            scripts = [_find_scripts(word) for word in str(getattr(name, field.name)).split()]
            if any(len(word_scripts) > 1 for word_scripts in scripts):
                yield Hit(rule="NAME.MIXED_SCRIPT", pointer=f"{place}/{field.name}")
            elif any(word_scripts - {"Latn"} for word_scripts in scripts):
                yield Hit(rule="NAME.NOT_LATIN", pointer=f"{place}/{field.name}")


def _find_scripts(word: str) -> set[str]:
    """Return the scripts of a word's letters, ISO 15924; those that go with any script are left
    out."""
    if word.isascii():
        return {"Latn"} if any(map(str.isalpha, word)) else set()
    from fontTools.unicodedata import script  # takes a tenth of a second, and few names need it

    scripts = {script(character) for character in word if character.isalpha()}
    return scripts - {"Zyyy", "Zinh"}


def _check_birth(context: RuleContext, person: Person, where: str) -> Iterator[Hit]:
    if person.birth_date and not 0 <= count_years(person.birth_date, context.as_of) <= _OLDEST:
        yield Hit(rule="DATE.BIRTH", pointer=f"{where}/birth_date")
    if person.passport:
        yield from _check_passport(context, person, person.passport, where)


def _check_passport(
    context: RuleContext, person: Person, passport: Passport, where: str
) -> Iterator[Hit]:
    issued, place = passport.issued, f"{where}/passport/expires"
    before_birth = (
        issued is not None and person.birth_date is not None and issued < person.birth_date
    )
    is_out_of_order = issued is not None and (
        issued > context.as_of or (passport.expires is not None and passport.expires <= issued)
    )
    if before_birth or is_out_of_order:
        yield Hit(rule="DATE.PASSPORT_ORDER", pointer=f"{where}/passport/issued")
    if passport.expires is None or person not in context.case.beneficiaries:
        return
    fact = context.use_fact("deadlines/passport")
    request = context.case.request
    arrival = max(context.as_of, request.arrival_date or context.as_of)
    # re-parole is asked for from the day on which the present parole ends
    start = max(arrival, request.i94_admit_until or arrival)
    if passport.expires < context.as_of:
        yield Hit(rule="DATE.PASSPORT_EXPIRED", pointer=place)
    elif passport.expires < add_months(start, request.length_months):
        yield Hit(
            rule="DATE.PASSPORT_STAY", pointer=place, values={"months": request.length_months}
        )
    elif fact and passport.expires < add_months(arrival, fact["months_left"]):
        yield Hit(
            rule="DATE.PASSPORT_EXPIRES_SOON", pointer=place, values={"months": fact["months_left"]}
        )


def _check_beneficiary(context: RuleContext, person: Person, where: str) -> Iterator[Hit]:
    kind = context.case.kind
    if kind == "parole" and person.in_us is True:
        yield Hit(rule="KIND.IN_US", pointer=f"{where}/in_us")
    if kind == "re-parole" and person.in_us is False:
        yield Hit(rule="KIND.ABROAD", pointer=f"{where}/in_us")
    if kind == "rfe-response":
        return
    history = person.history
    unanswered = [
        question for question in _ASKED if history is None or getattr(history, question) is None
    ]
    if unanswered:
        yield Hit(
            rule="HISTORY.UNANSWERED",
            pointer=f"{where}/history",
            values={"questions": ", ".join(unanswered)},
        )
    for question, field in _EXPLAINED if history else ():
        if getattr(history, question) and not getattr(history, field):
            values = {"question": question, "field": field}
            yield Hit(
                rule="HISTORY.EXPLANATION", pointer=f"{where}/history/{question}", values=values
            )
    if history and history.removal_proceedings:
        yield Hit(rule="PRIOR_REMOVAL", pointer=f"{where}/history/removal_proceedings")
