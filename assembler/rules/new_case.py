"""Start a case: what to gather, as Markdown, and a case.json to fill in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assembler.model import Name
from assembler.model.case_texts import FILL_IN
from assembler.model.portable_names import is_device_name
from assembler.rules.library import Checklist, Library, Line
from assembler.rules.people_rules import NO_RECEIPT

_BENEFICIARY = "beneficiary"  # id of the first one in a new case
_HEADINGS = {"required": "Required", "core": "Expected", "supporting": "Helps"}
_PEOPLE = {
    "beneficiary": "for each beneficiary",
    "petitioner": "for the petitioner",
    "supporter": "for each supporter",
}
_CONDITIONS = {
    "another-person": "unless listed already in another part",
    "criminal-history": "if there is a criminal history",
    "fee-exempt": "if the fee is exempt",
    "fee-waiver": "if a fee waiver is asked for",
    "first-parole": "",
    "has-us-status": "if in a U.S. status",
    "minor": "if a minor",
    "minor-case": "if a beneficiary is a minor",
    "no-supporter": "if there is no supporter",
    "removal-history": "if there were removal proceedings",
}
_PROMPTS = {
    "basis": "why parole is asked for: the urgent humanitarian reason or the significant public "
    "benefit",
    "length_reason": "why this length of time",
    "why_no_visa": "why a visa cannot be had in time: when and where it was tried, or why not",
    "departure_plan": "how the person will leave, or be in lawful status, when parole ends",
    "support_plan": "who pays for living, treatment and return",
}
_INTRODUCTION = (
    "Made by `assembler init` from dated checklists; no legal advice. Put each document into "
    "`evidence/` and list it in",
    "`case.json` with its category; where the category is not enough, name the line's id under "
    "`supports`.",
)
_CHANGED = "what has happened since, and why more time is needed"


def format_gather_list(kind: str, reasons: Sequence[str], library: Library) -> str:
    """Return TO-GATHER.md: the checklists of these reasons as boxes to tick."""
    text_lines = ["# What to gather", "", *_INTRODUCTION, ""]
    checklists = library.select_checklists(kind, reasons)
    for checklist in checklists:
        text_lines += [f"## {checklist.title}", "", *_write_sections(checklist, kind)]
    text_lines += ["## Before you rely on this", ""]
    text_lines += [
        f"- {text}"
        for text in dict.fromkeys(checklist.caveat for checklist in checklists if checklist.caveat)
    ]
    sources: dict[str, list[str]] = {}
    for line in (line for checklist in checklists for line in checklist.lines):
        provenance = (
            f"{line.provenance.source}, checked on {line.provenance.checked_on}, confidence "
            f"{line.provenance.confidence}"
        )
        sources.setdefault(provenance, []).append(line.id)
    text_lines += [f"- {source}: {', '.join(ids)}" for source, ids in sources.items()]
    text_lines += [
        "",
        "Confidence: A read in a copy of this year, B in an older or secondary copy, K common "
        "knowledge of the field.",
    ]
    return "\n".join(text_lines) + "\n"


def make_case_id(folder: str) -> str:
    """Return a case's id from the name of its folder: small letters, digits and hyphens; "new-case"
    if none are left. A folder can have the name on every system."""
    plain = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")
    plain = plain[:64].rstrip("-") or "new-case"
    return f"case-{plain}" if is_device_name(plain) else plain


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStart:
    """What is known when a case is started. Names that are not known yet are left to fill in.

    `petitioner`: None also where the beneficiary files (`is_self`).
    """

    kind: str
    reasons: tuple[str, ...]
    beneficiaries: tuple[Name, ...] = ()
    petitioner: Name | None = None
    is_self: bool = False
    attorney: Name | None = None
    filing: str = "paper"


def draft_case(
    start: CaseStart,
    library: Library,
    *,
    name: str = "new-case",
    schema: str = "case.schema.json",
) -> dict[str, Any]:
    """Return a case.json, as a value, that has the right shape and marks what is still to be
    written.

    Args:
        name: the case's id.
        schema: path of the schema, for an editor.
    """
    kind, reasons = start.kind, tuple(dict.fromkeys(start.reasons))
    people = _draft_people(start)
    ids = [person["id"] for person in people["beneficiaries"]]
    case: dict[str, Any] = {
        "$schema": schema,
        "id": name,
        "kind": kind,
        "reasons": list(reasons),
        **people,
        "request": {"filing": start.filing, "fee": "pay", "length_months": 12} | _draft_texts(kind),
        "exhibits": [
            entry
            for exhibit in _draft_exhibits(kind, reasons, library)
            for entry in _repeat_for_each_person(exhibit, ids, is_self=start.is_self)
        ],
    }
    if kind == "rfe-response":
        case["rfe"] = _draft_notice()
    return case


def _draft_people(start: CaseStart) -> dict[str, Any]:
    """Return petitioner, beneficiaries, supporters and attorney of a case.json."""
    names = start.beneficiaries or (None,)
    others = range(2, len(names) + 1)
    ids = [_BENEFICIARY, *(f"{_BENEFICIARY}-{number}" for number in others)]
    petitioner = {"id": "petitioner", "name": _draft_name(start.petitioner), "in_us": True}
    return {
        "petitioner": {"same_as": _BENEFICIARY} if start.is_self else petitioner,
        "beneficiaries": [
            {"id": person_id, "name": _draft_name(person), "in_us": start.kind == "re-parole"}
            for person_id, person in zip(ids, names, strict=True)
        ],
        "supporters": [{"person": {"same_as": _BENEFICIARY if start.is_self else "petitioner"}}],
        "attorney": {"name": _draft_name(start.attorney)} if start.attorney else None,
    }


def _draft_notice() -> dict[str, Any]:
    """Return the notice that a response answers; its dates are long past, so that a person must
    replace them."""
    return {
        "receipt_number": NO_RECEIPT,
        "notice_date": "1900-01-01",
        "due_date": "1900-01-02",
        "notice_exhibit": "rfe-notice",
        "points": [
            {
                "id": "point-1",
                "asked": _write_prompt("what the notice asks for"),
                "answer": [_write_prompt("the answer")],
            }
        ],
    }


def _write_sections(checklist: Checklist, kind: str) -> Iterator[str]:
    override = dict(checklist.levels).get(kind)
    for level, heading in _HEADINGS.items():
        lines = [line for line in checklist.lines if (override or line.level) == level]
        if lines:
            yield from (f"### {heading}", "", *map(_write_box, lines), "")


def _write_box(line: Line) -> str:
    notes = [_PEOPLE.get(line.subject, ""), *(_CONDITIONS[condition] for condition in line.when)]
    if line.max_age_days:
        notes.append(f"not older than {line.max_age_days} days")
    ways = [f"category {' or '.join(line.categories)}"] if line.categories else []
    ways += [f"`{pointer}` in case.json" for pointer in line.facts]
    note = "; ".join(filter(None, notes))
    return f"- [ ] **{line.id}** {line.text}{f' ({note})' if note else ''}" + (
        f" · {', or '.join(ways)}" if ways else ""
    )


def _draft_name(name: Name | None) -> dict[str, str]:
    if name is None:
        return {"given": FILL_IN, "family": FILL_IN}
    return {"given": name.given, "family": name.family}


def _repeat_for_each_person(
    exhibit: dict[str, Any], ids: Sequence[str], *, is_self: bool
) -> Iterator[dict[str, Any]]:
    """Yield a document of the draft for each person it is needed of."""
    if exhibit.get("person") == "petitioner" and is_self:
        yield {**exhibit, "person": _BENEFICIARY}
        return
    yield exhibit
    for person_id in ids[1:] if exhibit.get("person") == _BENEFICIARY else ():
        name = f"{exhibit['id']}-{person_id.removeprefix(f'{_BENEFICIARY}-')}"
        yield {**exhibit, "id": name, "files": [f"evidence/{name}.pdf"], "person": person_id}


def _write_prompt(text: str) -> str:
    return f"{FILL_IN}: {text}"


def _draft_texts(kind: str) -> dict[str, list[str]]:
    if kind == "rfe-response":
        return {}
    prompts = (
        _PROMPTS
        if kind == "parole"
        else {key: text for key, text in _PROMPTS.items() if key != "why_no_visa"}
    )
    texts = {key: [_write_prompt(text)] for key, text in prompts.items()}
    return texts | (
        {"changed_circumstances": [_write_prompt(_CHANGED)]} if kind == "re-parole" else {}
    )


def _draft_exhibits(
    kind: str, reasons: Sequence[str], library: Library
) -> Iterator[dict[str, Any]]:
    """Yield documents that together meet every line that applies to any such case."""
    listed: set[tuple[str, str]] = set()
    for checklist in library.select_checklists(kind, reasons):
        override = dict(checklist.levels).get(kind)
        for line in checklist.lines:
            person = _choose_person(line)
            is_met = bool(line.facts) or bool(
                listed & {(category, person) for category in line.categories}
            )
            if (
                (override or line.level) == "supporting"
                or is_met
                or not line.categories
                or _is_conditional(line)
            ):
                continue
            listed.add((line.categories[0], person))
            yield _draft_exhibit(line, person)


def _draft_exhibit(line: Line, person: str) -> dict[str, Any]:
    name = line.id.lower().replace(".", "-").replace("_", "-")
    return {
        "id": name,
        "title": _write_prompt("title of the document"),
        "category": line.categories[0],
        "files": [f"evidence/{name}.pdf"],
        "supports": [line.id],
    } | ({"person": person} if person else {})


def _choose_person(line: Line) -> str:
    """Return whom of the draft a line's document is about; its petitioner is the supporter, too."""
    if not line.about:
        return ""
    return _BENEFICIARY if line.subject == "beneficiary" else "petitioner"


def _is_conditional(line: Line) -> bool:
    """Return whether a line applies to some cases only."""
    same_person = line.subject == "supporter" and "another-person" in line.when
    return same_person or bool({*line.when} - {"another-person", "has-us-status", "first-parole"})
