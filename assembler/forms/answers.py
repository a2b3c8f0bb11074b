"""Work out the answers of a form from the facts of the case. Pure.

In: a map, a case and the people it is about. Out: one `Answer` per question that is asked, in the
form's order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assembler.forms.answer_formats import Refused, Scope, replace_typographic_signs
from assembler.forms.expression import is_empty, parse_expression
from assembler.forms.form_maps import FormMap, Item
from assembler.model import Address, Case, Finding, Person
from assembler.model.case_texts import select_request
from assembler.runtime.rule_catalog import make_finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of a form. `value` is as a reader sees it; `ticked` holds the keys of ticked
    boxes."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSource:
    """What the answers of one copy of a form come from."""

    case: Case
    beneficiary_id: str
    supporter_index: int | None = None  # of the supporter an I-134 is for
    countries: Mapping[str, str] = field(default_factory=dict)  # ISO code → English name
    tabs: Mapping[str, str] = field(default_factory=dict)  # exhibit id → letter, for citations
    payment: Mapping[str, object] | None = None  # card data, for G-1450 only; kept nowhere


def build_scope(source: AnswerSource) -> Scope:
    """Return the roots of a map's paths. Raises KeyError for an unknown beneficiary."""
    case, supporter_index = source.case, source.supporter_index
    recipient = {person.id: person for person in case.beneficiaries}[source.beneficiary_id]
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
        "request": select_request(case.request, recipient.id),
        "attorney": case.attorney,
        "rfe": case.rfe,
        "supporter": supporter,
        "mailing": {name: _get_mailing_address(person) for name, person in people.items()},
        "physical": {name: _get_physical_address(person) for name, person in people.items()},
        "physical_or_mailing": {
            name: _get_physical_address(person) or _get_mailing_address(person)
            for name, person in people.items()
        },
        "payment": source.payment,
        "countries": dict(source.countries),
        "tabs": dict(source.tabs),
        "pointers": _list_pointers(case, source.beneficiary_id, supporter_index),
    }


def collect_answers(form: FormMap, scope: Scope) -> tuple[Answer, ...]:
    """Return every question of the form that applies, with its answer ("" if the case has none)."""
    answers = (_answer_item(item, scope) for item in form.items if holds(item.when, scope))
    return tuple(answer for answer in answers if answer is not None)


def is_form_needed(form: FormMap, scope: Scope) -> bool:
    """Return whether the packet needs the form: no G-28 without an attorney, no I-912 without a fee
    waiver."""
    return holds(form.when, scope)


def holds(when: str, scope: Scope) -> bool:
    """Return whether a condition of a map holds; an empty one always does."""
    return not when or bool(parse_expression(when).value(scope))


def check_answers(form: FormMap, answers: Sequence[Answer], where: str) -> tuple[Finding, ...]:
    """Return a warning per required question without an answer, and an error per answer that cannot
    be written."""
    findings = (_find_problem(form, answer, where) for answer in answers)
    return tuple(finding for finding in findings if finding is not None)


def _find_problem(form: FormMap, answer: Answer, where: str) -> Finding | None:
    place = f"{where}, {answer.place}"
    pointer = answer.pointer or None
    if answer.problem is not None:
        return make_finding(
            "FORM.ANSWER",
            place,
            f"{answer.label}: {answer.problem.problem}",
            answer.problem.remedy,
            pointer=pointer,
            source=form.source,
        )
    if not answer.spec.required or answer.value or answer.ticked:
        return None
    return make_finding(
        "FORM.UNANSWERED",
        place,
        f"{answer.label} has no answer",
        f"add {pointer} to case.json" if pointer else "answer it on the form by hand",
        pointer=pointer,
        source=form.source,
    )


def _answer_item(item: Item, scope: Scope) -> Answer | None:
    if not item.value:
        return _make_answer(item, scope, "")
    value = parse_expression(item.value).value(scope)
    if isinstance(value, Refused):
        return _make_answer(item, scope, "", problem=value)
    if item.boxes:
        return _answer_boxes(item, scope, value)
    if item.field is None and is_empty(value) and not item.required:
        return None
    return _make_answer(
        item, scope, "" if is_empty(value) else replace_typographic_signs(str(value))
    )


def _answer_boxes(item: Item, scope: Scope, value: object) -> Answer:
    keys = _list_ticked_keys(value, [key for key, _ in item.boxes])
    boxes = dict(item.boxes)
    unknown = [key for key in keys if key not in boxes]
    if unknown:
        problem = Refused(
            problem="the form has no box for this answer",
            remedy="check it, or mark the form by hand",
        )
        return _make_answer(item, scope, "", problem=problem)
    ticked = tuple(key for key, _ in item.boxes if key in keys)
    return _make_answer(
        item, scope, ", ".join(boxes[key].says or key for key in ticked), ticked=ticked
    )


def _list_ticked_keys(value: object, known: Sequence[str]) -> tuple[str, ...]:
    """Return the keys of the boxes a value ticks: yes or no for a truth value, itself for a word,
    each entry of a list."""
    if isinstance(value, bool):
        key = "yes" if value else "no"
        return (key,) if key in known else ()
    if is_empty(value):
        return ()
    if isinstance(value, (tuple, list)):
        return tuple(str(entry) for entry in value)
    if isinstance(value, str):
        return ("yes",) if list(known) == ["yes"] else (value,)
    return ("yes",)  # a thing that is there: an attorney, an employer


def _make_answer(
    item: Item,
    scope: Scope,
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
        pointer=_find_pointer(item, scope),
        spec=item,
        ticked=ticked,
        problem=problem,
    )


def _find_pointer(item: Item, scope: Scope) -> str:
    """Return the JSON pointer in case.json of the answer's first path, or ""."""
    paths = parse_expression(item.value).paths if item.value else ()
    table = scope["pointers"]
    if not paths or not isinstance(table, Mapping):
        return ""
    best = max(
        (root for root in table if (paths[0] + "/").startswith(root + "/")), key=len, default=""
    )
    return f"{table[best]}{paths[0].removeprefix(best)}" if best else ""


def _list_pointers(case: Case, beneficiary_id: str, supporter_index: int | None) -> dict[str, str]:
    index = next(n for n, person in enumerate(case.beneficiaries) if person.id == beneficiary_id)
    recipient = f"/beneficiaries/{index}"
    # a self-petitioner is described once
    files = recipient if case.petitioner.id == beneficiary_id else "/petitioner"
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


def _get_mailing_address(person: Person | None) -> Address | None:
    return (person.mailing_address or person.address) if person else None


def _get_physical_address(person: Person | None) -> Address | None:
    """Return the physical address if it differs from the mailing address, as the forms ask."""
    if person is None or person.mailing_address is None or person.mailing_address == person.address:
        return None
    return person.address
