"""The answers of a form, from the facts of the case. Pure.

A map, a case and the people it is about come in; one `Answer` per question that is asked goes out,
in the form's order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assembler.forms.answer_formats import Refused, plain
from assembler.forms.expression import empty, parse
from assembler.forms.form_maps import FormMap, Item
from assembler.model import Address, Case, Finding, Person, Severity

Scope = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What stands at one place of a form. `value` is as a reader sees it; for boxes `ticked` are
    their keys."""

    part: str
    item: str
    label: str
    value: str
    page: int
    pointer: str  # where in case.json the answer comes from; "" where a person answers
    spec: Item
    ticked: tuple[str, ...] = ()
    problem: Refused | None = None

    @property
    def place(self) -> str:
        return self.spec.place


def scope(
    case: Case,
    beneficiary_id: str,
    supporter_index: int | None = None,
    *,
    countries: Mapping[str, str] | None = None,
    tabs: Mapping[str, str] | None = None,
    payment: Mapping[str, object] | None = None,
) -> Scope:
    """The roots a map's paths start from. `tabs`: exhibit id → letter. Raises KeyError for an
    unknown beneficiary."""
    recipient = {person.id: person for person in case.beneficiaries}[beneficiary_id]
    you = case.petitioner
    them = None if you.id == recipient.id else recipient
    supporter = case.supporters[supporter_index] if supporter_index is not None else None
    people = {
        "you": you,
        "them": them,
        "recipient": recipient,
        "supporter": supporter.person if supporter else None,
    }
    return {
        **people,
        "kind": case.kind,
        "request": case.request,
        "attorney": case.attorney,
        "rfe": case.rfe,
        "supporter": supporter,
        "mailing": {name: _mailing(person) for name, person in people.items()},
        "physical": {name: _physical(person) for name, person in people.items()},
        "physical_or_mailing": {
            name: _physical(person) or _mailing(person) for name, person in people.items()
        },
        "payment": payment,
        "countries": dict(countries or {}),
        "tabs": dict(tabs or {}),
        "pointers": _pointers(case, beneficiary_id, supporter_index),
    }


def answers(form: FormMap, facts: Scope) -> tuple[Answer, ...]:
    """Every question of the form that is asked in this case, with its answer ("" where the case
    has none)."""
    made = (
        _answer(item, facts)
        for item in form.items
        if not item.when or parse(item.when).value(facts)
    )
    return tuple(one for one in made if one is not None)


def belongs(form: FormMap, facts: Scope) -> bool:
    """Whether the form is part of this packet at all: no G-28 without an attorney, no I-912
    without a fee waiver."""
    return not form.when or bool(parse(form.when).value(facts))


def unanswered(form: FormMap, made: Sequence[Answer], where: str) -> tuple[Finding, ...]:
    """A warning for every required question without an answer, and an error for every answer
    that has no way to be written."""
    found = (_problem(form, one, where) for one in made)
    return tuple(one for one in found if one is not None)


def _problem(form: FormMap, one: Answer, where: str) -> Finding | None:
    place = f"{where}, {one.place}"
    pointer = one.pointer or None
    if one.problem is not None:
        return Finding(
            rule="FORM.ANSWER",
            severity=Severity.ERROR,
            where=place,
            pointer=pointer,
            source=form.source,
            problem=f"{one.label}: {one.problem.problem}",
            remedy=one.problem.remedy,
        )
    if not one.spec.required or one.value or one.ticked:
        return None
    remedy = f"add {pointer} to case.json" if pointer else "answer it on the form by hand"
    return Finding(
        rule="FORM.UNANSWERED",
        severity=Severity.WARNING,
        where=place,
        pointer=pointer,
        source=form.source,
        problem=f"{one.label} has no answer",
        remedy=remedy,
    )


def _answer(item: Item, facts: Scope) -> Answer | None:
    if not item.value:
        return _made(item, facts, "") if item.field or item.boxes or item.part else None
    value = parse(item.value).value(facts)
    if isinstance(value, Refused):
        return _made(item, facts, "", problem=value)
    if item.boxes:
        return _boxed(item, facts, value)
    if item.field is None and empty(value) and not item.required:
        return None
    return _made(item, facts, "" if empty(value) else plain(str(value)))


def _boxed(item: Item, facts: Scope, value: object) -> Answer:
    keys = _keys(value, [key for key, _ in item.boxes])
    says = dict(item.boxes)
    unknown = [key for key in keys if key not in says]
    if unknown:
        problem = Refused(
            problem="the form has no box for this answer",
            remedy="check it, or tick the form by hand",
        )
        return _made(item, facts, "", problem=problem)
    ticked = tuple(key for key, _ in item.boxes if key in keys)
    return _made(item, facts, ", ".join(says[key].says or key for key in ticked), ticked=ticked)


def _keys(value: object, known: Sequence[str]) -> tuple[str, ...]:
    """The boxes a value ticks: yes or no for a truth, itself for a word, each of a list."""
    if isinstance(value, bool):
        key = "yes" if value else "no"
        return (key,) if key in known else ()
    if empty(value):
        return ()
    if isinstance(value, (tuple, list)):
        return tuple(str(one) for one in value)
    if isinstance(value, str):
        return ("yes",) if list(known) == ["yes"] else (value,)
    return ("yes",)  # a thing that is there: an attorney, an employer


def _made(
    item: Item,
    facts: Scope,
    value: str,
    *,
    ticked: tuple[str, ...] = (),
    problem: Refused | None = None,
) -> Answer:
    return Answer(
        part=item.part,
        item=item.item,
        label=item.label,
        value=value,
        page=item.page,
        pointer=_pointer(item, facts),
        spec=item,
        ticked=ticked,
        problem=problem,
    )


def _pointer(item: Item, facts: Scope) -> str:
    """Where in case.json the first path of the answer stands."""
    paths = parse(item.value).paths if item.value else ()
    table = facts["pointers"]
    if not paths or not isinstance(table, Mapping):
        return ""
    best = max(
        (root for root in table if (paths[0] + "/").startswith(root + "/")), key=len, default=""
    )
    return f"{table[best]}{paths[0].removeprefix(best)}" if best else ""


def _pointers(case: Case, beneficiary_id: str, supporter_index: int | None) -> dict[str, str]:
    index = next(n for n, person in enumerate(case.beneficiaries) if person.id == beneficiary_id)
    recipient = f"/beneficiaries/{index}"
    files = (
        recipient if case.petitioner.id == beneficiary_id else "/petitioner"
    )  # a self-petitioner is described once
    people = {"you": files, "them": recipient, "recipient": recipient}
    if supporter_index is not None:
        people["supporter"] = f"/supporters/{supporter_index}"
    table = {f"/{name}": pointer for name, pointer in people.items()}
    for name, pointer in people.items():
        person = f"{pointer}/person" if name == "supporter" else pointer
        table |= {f"/{kind}/{name}": f"{person}/{key}" for kind, key in _ADDRESSES.items()}
    return table | {
        "/kind": "/kind",
        "/request": "/request",
        "/attorney": "/attorney",
        "/rfe": "/rfe",
    }


_ADDRESSES = {"mailing": "mailing_address", "physical": "address", "physical_or_mailing": "address"}


def _mailing(person: Person | None) -> Address | None:
    return (person.mailing_address or person.address) if person else None


def _physical(person: Person | None) -> Address | None:
    """The physical address where it differs from the mailing address, as the forms ask."""
    if person is None or person.mailing_address is None or person.mailing_address == person.address:
        return None
    return person.address
