"""Rules about people: names, dates of birth, passports, where they are, what they must disclose."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import fields

from assembler.model import Name, Passport, Person
from assembler.rules.rule_context import Hit, Scene, age, months_after

FILL_IN = "FILL-IN"  # what `init` writes where a person must write
NO_RECEIPT = "XXX0000000000"  # a receipt number that cannot be, for the same purpose
_OLDEST = 120  # years
_ASKED = ("criminal", "removal_proceedings", "prior_parole")
_EXPLAINED = (
    ("criminal", "criminal_explanation"),
    ("removal_proceedings", "immigration_explanation"),
)


def rules(scene: Scene) -> Iterator[Hit]:
    """Everything about everyone, each described person once."""
    described: dict[str, Person] = {}
    for subject in scene.subjects:
        described.setdefault(subject.described, subject.person)
    for n, person in enumerate(scene.case.others):
        described[f"/others/{n}"] = person
    for where, person in described.items():
        yield from _names(person, where)
        yield from _born(scene, person, where)
    for n, person in enumerate(scene.case.beneficiaries):
        yield from _beneficiary(scene, person, f"/beneficiaries/{n}")


def _names(person: Person, where: str) -> Iterator[Hit]:
    other = {f"{where}/other_names/{n}": name for n, name in enumerate(person.other_names)}
    for place, name in {f"{where}/name": person.name, **other}.items():
        for field in fields(Name):
            scripts = [_scripts(word) for word in str(getattr(name, field.name)).split()]
            if any(len(word) > 1 for word in scripts):
                yield Hit(rule="NAME.MIXED_SCRIPT", pointer=f"{place}/{field.name}")
            elif any(word - {"LATIN"} for word in scripts):
                yield Hit(rule="NAME.NOT_LATIN", pointer=f"{place}/{field.name}")


def _scripts(word: str) -> set[str]:
    """The alphabets of a word's letters: the first word of each letter's Unicode name."""
    if word.isascii():
        return {"LATIN"} if any(map(str.isalpha, word)) else set()
    return {
        unicodedata.name(c, "UNKNOWN").split()[0]
        for c in word
        if c.isalpha() and unicodedata.category(c) != "Lm"
    }


def _born(scene: Scene, person: Person, where: str) -> Iterator[Hit]:
    if person.birth_date and not 0 <= age(person.birth_date, scene.as_of) <= _OLDEST:
        yield Hit(rule="DATE.BIRTH", pointer=f"{where}/birth_date")
    if person.passport:
        yield from _passport(scene, person, person.passport, where)


def _passport(scene: Scene, person: Person, passport: Passport, where: str) -> Iterator[Hit]:
    issued, place = passport.issued, f"{where}/passport/expires"
    early = issued is not None and person.birth_date is not None and issued < person.birth_date
    late = issued is not None and (
        issued > scene.as_of or (passport.expires is not None and passport.expires <= issued)
    )
    if early or late:
        yield Hit(rule="DATE.PASSPORT_ORDER", pointer=f"{where}/passport/issued")
    if passport.expires is None or person not in scene.case.beneficiaries:
        return
    fact = scene.fact("deadlines/passport")
    arrival = max(scene.as_of, scene.case.request.arrival_date or scene.as_of)
    if passport.expires < scene.as_of:
        yield Hit(rule="DATE.PASSPORT_EXPIRED", pointer=place)
    elif fact and passport.expires < months_after(arrival, fact["months_left"]):
        yield Hit(
            rule="DATE.PASSPORT_EXPIRES_SOON", pointer=place, values={"months": fact["months_left"]}
        )


def _beneficiary(scene: Scene, person: Person, where: str) -> Iterator[Hit]:
    kind = scene.case.kind
    if kind == "parole" and person.in_us is True:
        yield Hit(rule="KIND.IN_US", pointer=f"{where}/in_us")
    if kind == "re-parole" and person.in_us is False:
        yield Hit(rule="KIND.ABROAD", pointer=f"{where}/in_us")
    if kind == "rfe-response":
        return
    history = person.history
    open_ = [one for one in _ASKED if history is None or getattr(history, one) is None]
    if open_:
        yield Hit(
            rule="HISTORY.UNANSWERED",
            pointer=f"{where}/history",
            values={"questions": ", ".join(open_)},
        )
    for question, field in _EXPLAINED if history else ():
        if getattr(history, question) and not getattr(history, field):
            values = {"question": question, "field": field}
            yield Hit(
                rule="HISTORY.EXPLANATION", pointer=f"{where}/history/{question}", values=values
            )
    if history and history.removal_proceedings:
        yield Hit(rule="PRIOR_REMOVAL", pointer=f"{where}/history/removal_proceedings")
