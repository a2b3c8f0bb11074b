"""Rules about money and forms: fees and exemptions, the parole fee, support and the poverty
guideline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from assembler.model import Person, Supporter
from assembler.rules.library import Fact
from assembler.rules.rule_context import Hit, Scene

_AMOUNTS = "amounts"
_OF_PAYMENT = ("g-1450", "g-1650")  # hold a card's number, a bank account's


def rules(scene: Scene) -> Iterator[Hit]:
    """Everything about fees, support and forms. A response to a notice has paid already."""
    if scene.case.kind != "rfe-response":
        yield from _fee(scene)
        yield from _supported(scene)
    _address(scene)
    yield from _parole_fee(scene)
    yield from _forms(scene)
    for n, supporter in enumerate(scene.case.supporters):
        yield from _means(scene, supporter, f"/supporters/{n}")


def guideline(scene: Scene, state: str, people: int) -> tuple[int, int] | None:
    """(year, U.S. dollars a year) for a household in the latest guideline; None if none is known
    for the year."""
    known = [fact for key, fact in scene.library.facts.items() if key.startswith("poverty/2")]
    in_force = [fact for fact in known if date.fromisoformat(fact["from"]) <= scene.as_of]
    newest = max(in_force, key=lambda fact: str(fact["from"]), default=None)
    # published each January: in the first weeks of a year the last one still holds
    if newest is None or (scene.as_of - date.fromisoformat(newest["from"])).days > 366 + 31:
        return None
    fact = scene.fact(newest.id) or newest
    first, further = fact.data.get(state, fact["contiguous"])
    return int(fact.id.rpartition("/")[2]), first + further * (people - 1)


def _fee(scene: Scene) -> Iterator[Hit]:
    request, exemptions = scene.case.request, scene.fact("fees/exemptions")
    if request.fee == "waiver":
        waiver = scene.fact("fees/waiver")
        if waiver and request.filing not in waiver["filing"]:
            yield Hit(rule="FEE.WAIVER_ONLINE", pointer="/request/filing")
    if (
        request.fee == "exempt"
        and exemptions
        and request.fee_exemption not in exemptions["exemptions"]
    ):
        values = {"ids": ", ".join(sorted(exemptions["exemptions"]))}
        yield Hit(rule="FEE.EXEMPTION", pointer="/request/fee_exemption", values=values)
    if request.fee != "exempt" and request.fee_exemption:
        yield Hit(rule="FEE.EXEMPTION_UNUSED", pointer="/request/fee_exemption")
    if request.fee == "pay" and scene.case.kind == "re-parole":
        scene.unknown("the amount of the fee for re-parole: look it up in Form G-1055")


def _address(scene: Scene) -> None:
    """Say so where no address is known: the letter then has none."""
    if scene.case.kind == "re-parole" and scene.case.request.filing == "paper":
        known = [
            fact for key, fact in scene.library.facts.items() if key.startswith("addresses/paper")
        ]
        if not any("re-parole" in fact["kinds"] for fact in known):
            scene.unknown(
                "where a re-parole on paper is sent: look it up at uscis.gov/i-131-addresses"
            )


def _parole_fee(scene: Scene) -> Iterator[Hit]:
    claimed, where = scene.case.request.parole_fee_exception, "/request/parole_fee_exception"
    if not claimed:
        return
    known = {
        key.partition("/")[2] for key in scene.library.facts if key.startswith("parole-fee/")
    } - {_AMOUNTS}
    if claimed not in known:
        yield Hit(
            rule="PAROLE_FEE.EXCEPTION", pointer=where, values={"ids": ", ".join(sorted(known))}
        )
        return
    exception = scene.fact(f"parole-fee/{claimed}")
    there = {exhibit.category for exhibit in scene.case.exhibits}
    for categories in exception["proved_by"] if exception else ():
        if not there & set(categories):
            yield Hit(
                rule="PAROLE_FEE.EVIDENCE",
                pointer=where,
                values={"categories": " or ".join(categories)},
            )


def _supported(scene: Scene) -> Iterator[Hit]:
    """Each beneficiary needs a Form I-134 of somebody, be it of an organization's employee, or
    their own."""
    for n, person in enumerate(scene.case.beneficiaries):
        if not any(
            not one.beneficiaries or person.id in one.beneficiaries for one in scene.case.supporters
        ):
            yield Hit(rule="FORM.I134_PER_BENEFICIARY", pointer=f"/beneficiaries/{n}")


def _forms(scene: Scene) -> Iterator[Hit]:
    case, there = scene.case, {form.form for form in scene.case.forms}
    if "g-28" in there and case.attorney is None:
        n = next(n for n, form in enumerate(case.forms) if form.form == "g-28")
        yield Hit(rule="FORM.G28_WITHOUT_ATTORNEY", pointer=f"/forms/{n}")
    for n, form in enumerate(case.forms):
        if form.completed and form.form in _OF_PAYMENT:
            yield Hit(rule="FORM.CARD_DATA", pointer=f"/forms/{n}")
    if case.kind == "rfe-response" or case.request.filing == "online":
        return
    absent = [
        form
        for form in wanted(scene)
        if form not in there and not (form == "i-131" and _covers_all(scene))
    ]
    if absent:
        yield Hit(rule="FORM.NOT_ENCLOSED", pointer="/forms", values={"forms": ", ".join(absent)})


def wanted(scene: Scene) -> list[str]:
    """The forms a new request consists of, in the order they are enclosed."""
    case = scene.case
    needed = (
        ("i-912", case.request.fee == "waiver"),
        ("g-28", case.attorney),
        ("i-131", True),
        ("i-134", case.supporters),
    )
    return [form for form, needs in needed if needs]


def _covers_all(scene: Scene) -> bool:
    forms = [form for form in scene.case.forms if form.form == "i-131"]
    return all(
        any(person.id in form.belongs_to for form in forms) for person in scene.case.beneficiaries
    )


def _means(scene: Scene, supporter: Supporter, where: str) -> Iterator[Hit]:
    income = supporter.income
    if income is None:
        if supporter.assets_usd is None and not supporter.organization:
            yield Hit(rule="FIN.INCOME", pointer=where)
        return
    if income.household_size is None:
        yield Hit(rule="FIN.HOUSEHOLD", pointer=f"{where}/income")
        return
    test, known = (
        scene.fact("poverty/test"),
        guideline(scene, _state(supporter.person), income.household_size),
    )
    if test is None or known is None:
        scene.unknown(
            "the supporter's income against the poverty guideline: none for this year is in "
            "schemas/facts/poverty.json"
        )
        return
    year, amount = known
    if income.annual_usd * 100 < amount * _percent(test):
        yield Hit(
            rule="FIN.POVERTY",
            pointer=f"{where}/income/annual_usd",
            values={"percent": _percent(test), "year": year},
        )


def _percent(test: Fact) -> int:
    return int(test["percent"])


def _state(person: Person) -> str:
    return person.address.state if person.address else ""
