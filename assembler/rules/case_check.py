"""All rules and checklists against one case: findings, the matrix, what was relied on, what was
not checked. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from assembler.model import Case, Finding
from assembler.rules import (
    claim_matrix as matrix,
)
from assembler.rules import (
    declaration_rules,
    exhibit_rules,
    fee_rules,
    people_rules,
    request_rules,
)
from assembler.rules.claim_matrix import Row
from assembler.rules.letter_facts import said
from assembler.rules.library import CATALOG, Library, Line, Provenance
from assembler.rules.rule_context import Hit, Scene

_ROOMS: tuple[Callable[[Scene], Iterator[Hit]], ...] = (
    people_rules.rules,
    exhibit_rules.rules,
    declaration_rules.rules,
    fee_rules.rules,
    request_rules.rules,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A dated entry the judgment relies on."""

    id: str  # "fees/i-131-parole", or a checklist line
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """What the rules say of a case on a day. `not_checked`: sentences for a person, no client
    fact in them."""

    findings: tuple[Finding, ...]
    matrix: tuple[Row, ...]
    not_checked: tuple[str, ...]
    facts_used: tuple[Used, ...]


def check(case: Case, library: Library, as_of: date) -> Judgment:
    """Judge a case by the library on a day. All findings, in the order of case.json; stale facts
    last."""
    scene = Scene(case, library, as_of)
    asked = list(matrix.rows(scene))
    found = [scene.finding(hit) for room in _ROOMS for hit in room(scene)]
    found += [scene.finding(hit) for row, line in asked for hit in matrix.too_old(row, line, scene)]
    found += [matrix.missing(row, line, scene) for row, line in asked if not row.met]
    found.sort(key=lambda one: (one.line or 0, one.pointer or "", one.rule, one.exhibit or ""))
    said(scene)  # the letter stands on facts, too
    limit = scene.fact("deadlines/stale")
    used = tuple(_used(scene, [line for _, line in asked]))
    if limit:
        found += _stale(scene, used, limit["days"])
    return Judgment(
        findings=tuple(found),
        matrix=tuple(row for row, _ in asked),
        facts_used=used,
        not_checked=tuple(_not_checked(scene, used)),
    )


def _used(scene: Scene, lines: Iterable[Line]) -> Iterator[Used]:
    for name, fact in sorted(scene.used.items()):
        yield Used(id=name, provenance=fact.provenance)
    for line in dict.fromkeys(lines):
        yield Used(id=line.id, provenance=line.provenance)


def _stale(scene: Scene, used: Iterable[Used], limit: int) -> Iterator[Finding]:
    """One finding for each file of which anything relied on was not checked lately."""
    relied = [one.provenance for one in used] + [
        rule.provenance for rule in scene.library.rules.values()
    ]
    ages: dict[str, list[int]] = {}
    for one in relied:
        if one.confidence != "house" and (days := (scene.as_of - one.checked_on).days) > limit:
            ages.setdefault(one.file, []).append(days)
    rule = scene.library.rules["FACT.STALE"]
    for file, days_old in sorted(ages.items()):
        values = {"count": len(days_old), "days": max(days_old), "limit": limit}
        yield Finding(
            rule=rule.id,
            severity=rule.severity,
            where=file,
            problem=rule.problem.format_map(values),
            remedy=rule.remedy,
            source=rule.provenance.source,
        )


def _not_checked(scene: Scene, used: Iterable[Used]) -> Iterator[str]:
    yield from scene.not_checked
    yield from dict.fromkeys(f"{one.caveat}" for one in scene.checklists if one.caveat)
    doubtful: dict[str, list[str]] = {}
    for one in used:
        if not one.provenance.firm:
            doubtful.setdefault(one.provenance.file, []).append(one.id)
    for file, names in sorted(doubtful.items()):
        yield (
            f"{file}, not read at a source but common knowledge of the field, to be confirmed: "
            f"{', '.join(names)}"
        )
    waiting = sorted(rule.id for rule in scene.library.rules.values() if not rule.provenance.firm)
    if waiting:
        yield (
            f"{CATALOG}, not read at a source but common knowledge of the field, to be "
            f"confirmed: {', '.join(waiting)}"
        )
