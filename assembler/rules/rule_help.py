"""Explain every rule and checklist line, for `assembler explain` and for SARIF. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from assembler.model import RuleHelp, Severity
from assembler.rules.claim_matrix import describe_ways_to_meet
from assembler.rules.library import LEVELS, Library, Line, Rule

FACT_PACKAGES = ("intake", "rules")  # that `assembler validate` runs
# beginnings of the ids of rules that `import` and `propose` apply, and no check of a case
_OF_OTHER_COMMANDS = ("IMPORT.", "PROPOSE.")
_LINE_DOCS = "docs/case-json.md#exhibit"
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything the catalog has on one rule, or a checklist on one of its lines."""

    id: str
    title: str
    severity: Severity
    other_severities: tuple[tuple[Severity, str], ...]  # and when each is reported
    problem: str
    remedy: str
    note: str
    packages: tuple[str, ...]
    docs: str
    source: str
    checked_on: date
    confidence: str
    file: str  # of schemas/, where it is defined


def list_rule_help(library: Library, packages: Collection[str] = ()) -> tuple[RuleHelp, ...]:
    """Return title, help and source of every rule and every checklist line, by id.

    Args:
        packages: only rules that one of these reports about a case; by default all rules.
    """
    return tuple(
        RuleHelp(
            id=explanation.id,
            severity=explanation.severity,
            title=explanation.title,
            help=explanation.remedy,
            source=explanation.source,
            docs=explanation.docs,
        )
        for explanation in explain_rules(library).values()
        if not packages
        or (
            set(packages) & set(explanation.packages)
            and not explanation.id.startswith(_OF_OTHER_COMMANDS)
        )
    )


def explain_rules(library: Library) -> dict[str, Explanation]:
    """Return the explanations of all rules and checklist lines, by id, in the order of the ids."""
    known = {rule.id: _explain_rule(rule) for rule in library.rules.values()}
    known |= {explanation.id: explanation for explanation in _explain_lines(library)}
    return dict(sorted(known.items()))


def _explain_rule(rule: Rule) -> Explanation:
    return Explanation(
        id=rule.id,
        title=rule.title,
        severity=rule.severity,
        other_severities=tuple(rule.other_severities.items()),
        problem=_PLACE.sub(r"<\1>", rule.problem),
        remedy=_PLACE.sub(r"<\1>", rule.remedy),
        note=rule.provenance.note,
        packages=rule.packages,
        docs=rule.docs,
        source=rule.provenance.source,
        checked_on=rule.provenance.checked_on,
        confidence=rule.provenance.confidence,
        file=rule.provenance.file,
    )


def _explain_lines(library: Library) -> Iterator[Explanation]:
    for checklist in library.checklists:
        for line in checklist.lines:
            yield _explain_line(line, checklist.title, dict(checklist.levels))


def _explain_line(line: Line, checklist: str, levels: dict[str, str]) -> Explanation:
    """Explain a line. `levels`: by kind of case, the level of all lines of its checklist then."""
    severity = LEVELS[line.level]
    other_levels = {LEVELS[level]: f"for the kind {kind}" for kind, level in levels.items()}
    return Explanation(
        id=line.id,
        title=line.text,
        severity=severity,
        other_severities=tuple(
            (other_severity, when)
            for other_severity, when in other_levels.items()
            if other_severity is not severity
        ),
        problem=f"nothing in the case shows this {line.level} item of “{checklist}”",
        remedy=describe_ways_to_meet(line),
        note=line.provenance.note,
        packages=("rules",),
        docs=_LINE_DOCS,
        source=line.provenance.source,
        checked_on=line.provenance.checked_on,
        confidence=line.provenance.confidence,
        file=line.provenance.file,
    )
