"""Check money and forms: fees and exemptions, the parole fee, support and the poverty guideline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from assembler.model import ELECTRONIC_PAYMENT_FORMS, Person, Supporter
from assembler.rules.library import Fact
from assembler.rules.rule_context import Hit, RuleContext

_GUIDELINE = re.compile(r"poverty/2[0-9]{3}")  # of a year
_AMOUNTS = "amounts"
_WAIVER_LINE = "FEE.WAIVER_EVIDENCE"  # of the checklist


def check_fees(context: RuleContext) -> Iterator[Hit]:
    """Check fees, support and forms. A response to a notice has paid already."""
    if context.case.kind != "rfe-response":
        yield from _check_fee(context)
        yield from _check_support(context)
    yield from _check_parole_fee(context)
    yield from _check_forms(context)
    for n, supporter in enumerate(context.case.supporters):
        yield from _check_means(context, supporter, f"/supporters/{n}")


def find_guideline(context: RuleContext, state: str, people: int) -> tuple[int, int] | None:
    """Return (year, U.S. dollars a year) for a household in the latest guideline; None if there is
    none for the year."""
    guidelines = [fact for key, fact in context.library.facts.items() if _GUIDELINE.fullmatch(key)]
    in_force = [fact for fact in guidelines if date.fromisoformat(fact["from"]) <= context.as_of]
    newest = max(in_force, key=lambda fact: str(fact["from"]), default=None)
    # published each January: in the first weeks of a year the last one still holds
    if newest is None or (context.as_of - date.fromisoformat(newest["from"])).days > 366 + 31:
        return None
    fact = context.use_fact(newest.id) or newest
    first, per_person = fact.data.get(state, fact["contiguous"])
    return int(fact.id.rpartition("/")[2]), first + per_person * (people - 1)


def _check_fee(context: RuleContext) -> Iterator[Hit]:
    request, exemptions = context.case.request, context.use_fact("fees/exemptions")
    if request.fee == "waiver":
        waiver = context.use_fact("fees/waiver")
        if waiver and request.filing not in waiver["filing"]:
            yield Hit(rule="FEE.WAIVER_ONLINE", pointer="/request/filing")
        yield from _check_who_asks(context)
    if (
        request.fee == "exempt"
        and exemptions
        and request.fee_exemption not in exemptions["exemptions"]
    ):
        values = {"ids": ", ".join(sorted(exemptions["exemptions"]))}
        yield Hit(rule="FEE.EXEMPTION", pointer="/request/fee_exemption", values=values)
    if request.fee != "exempt" and request.fee_exemption:
        yield Hit(rule="FEE.EXEMPTION_UNUSED", pointer="/request/fee_exemption")
    if request.fee == "pay" and context.case.kind == "re-parole":
        fee = context.use_fact("fees/i-131-re-parole")
        if fee and fee.data.get("unknown"):
            context.note_unchecked("the amount of the re-parole fee: look it up in Form G-1055")


def _check_who_asks(context: RuleContext) -> Iterator[Hit]:
    """Check that the petitioner asks for the waiver, not a beneficiary for whom they file."""
    if not context.use_fact("fees/waiver-petitioner"):
        return
    petitioner = context.case.petitioner.id
    others = {person.id for person in context.case.beneficiaries} - {petitioner}
    for n, form in enumerate(context.case.forms):
        if form.form == "i-912" and form.person and form.person != petitioner:
            yield Hit(rule="FEE.WAIVER_PERSON", pointer=f"/forms/{n}/person")
    proofs = [
        (where, exhibit)
        for where, exhibit in context.iterate_exhibits()
        if _WAIVER_LINE in exhibit.supports
    ]
    if proofs and all(exhibit.person in others for _, exhibit in proofs):
        for where, exhibit in proofs:
            yield Hit(rule="FEE.WAIVER_PERSON", pointer=f"{where}/person", exhibit=exhibit.id)


def _check_parole_fee(context: RuleContext) -> Iterator[Hit]:
    exception_id, where = context.case.request.parole_fee_exception, "/request/parole_fee_exception"
    if not exception_id:
        return
    exceptions = {
        key.partition("/")[2] for key in context.library.facts if key.startswith("parole-fee/")
    } - {_AMOUNTS}
    if exception_id not in exceptions:
        yield Hit(
            rule="PAROLE_FEE.EXCEPTION",
            pointer=where,
            values={"ids": ", ".join(sorted(exceptions))},
        )
        return
    exception = context.use_fact(f"parole-fee/{exception_id}")
    categories_present = {exhibit.category for exhibit in context.case.exhibits}
    for categories in exception["proved_by"] if exception else ():
        if not categories_present & set(categories):
            yield Hit(
                rule="PAROLE_FEE.EVIDENCE",
                pointer=where,
                values={"categories": " or ".join(categories)},
            )


def _check_support(context: RuleContext) -> Iterator[Hit]:
    """Check that each beneficiary has a Form I-134: of a supporter, of an organization's employee,
    or their own."""
    for n, person in enumerate(context.case.beneficiaries):
        if not any(
            not supporter.beneficiaries or person.id in supporter.beneficiaries
            for supporter in context.case.supporters
        ):
            yield Hit(rule="FORM.I134_PER_BENEFICIARY", pointer=f"/beneficiaries/{n}")


def _check_forms(context: RuleContext) -> Iterator[Hit]:
    case, listed = context.case, {form.form for form in context.case.forms}
    if "g-28" in listed and case.attorney is None:
        n = next(n for n, form in enumerate(case.forms) if form.form == "g-28")
        yield Hit(rule="FORM.G28_WITHOUT_ATTORNEY", pointer=f"/forms/{n}")
    for n, form in enumerate(case.forms):
        if form.completed and form.form in ELECTRONIC_PAYMENT_FORMS:
            yield Hit(rule="FORM.CARD_DATA", pointer=f"/forms/{n}")
    if case.kind == "rfe-response" or case.request.filing == "online":
        return
    missing = [
        form
        for form in list_required_forms(context)
        if form not in listed and not (form == "i-131" and _is_covering_everyone(context))
    ]
    if missing:
        yield Hit(rule="FORM.NOT_ENCLOSED", pointer="/forms", values={"forms": ", ".join(missing)})


def list_required_forms(context: RuleContext) -> list[str]:
    """Return the forms of a new request, in the order they are enclosed."""
    case = context.case
    needed = (
        ("i-912", case.request.fee == "waiver"),
        ("g-28", case.attorney),
        ("i-131", True),
        ("i-134", case.supporters),
    )
    return [form for form, is_needed in needed if is_needed]


def _is_covering_everyone(context: RuleContext) -> bool:
    forms = [form for form in context.case.forms if form.form == "i-131"]
    return all(
        any(person.id in form.belongs_to for form in forms) for person in context.case.beneficiaries
    )


def _check_means(context: RuleContext, supporter: Supporter, where: str) -> Iterator[Hit]:
    income = supporter.income
    if income is None:
        if supporter.assets_usd is None and not supporter.organization:
            yield Hit(rule="FIN.INCOME", pointer=where)
        return
    if income.household_size is None:
        yield Hit(rule="FIN.HOUSEHOLD", pointer=f"{where}/income")
        return
    test, guideline = (
        context.use_fact("poverty/test"),
        find_guideline(context, _find_state(supporter.person), income.household_size),
    )
    if test is None or guideline is None:
        context.note_unchecked(
            "the supporter's income against the poverty guideline: there is none for this year in "
            "schemas/facts/poverty.json"
        )
        return
    year, amount = guideline
    if income.annual_usd * 100 < amount * _get_percent(test):
        yield Hit(
            rule="FIN.POVERTY",
            pointer=f"{where}/income/annual_usd",
            values={"percent": _get_percent(test), "year": year},
        )


def _get_percent(test: Fact) -> int:
    return int(test["percent"])


def _find_state(person: Person) -> str:
    return person.address.state if person.address else ""
