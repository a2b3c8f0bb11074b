"""Make findings from the rule catalog (`schemas/rules.json`), which decides their severity.

The shipped catalog is read once per process. A firm's own catalog changes what `rules` reports of a
case; it does not change the severity of what other packages find.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TypedDict, Unpack

from assembler.model import Finding, Severity
from assembler.runtime.resources import Shelf


class FindingPlace(TypedDict, total=False):
    """Fields of `Finding` that say where it applies and what it rests on."""

    file: str | None
    line: int | None
    pointer: str | None
    page: int | None
    piece: int | None
    exhibit: str | None
    part: str | None
    region: tuple[float, float, float, float] | None
    source: str | None


def make_finding(
    rule: str,
    where: str,
    problem: str,
    remedy: str,
    severity: Severity | None = None,
    **place: Unpack[FindingPlace],
) -> Finding:
    """Make a finding of a rule in the catalog.

    Args:
        severity: needed only for rules that the catalog lists with several severities; by default
            the rule's usual one.

    Raises:
        ValueError: the catalog does not have the rule, or not with this severity.
    """
    return Finding(
        rule=rule,
        severity=resolve_severity(rule, severity),
        where=where,
        problem=problem,
        remedy=remedy,
        **place,
    )


def resolve_severity(rule: str, severity: Severity | None = None) -> Severity:
    """Return the severity if the catalog lists the rule with it; None: the rule's usual one.

    Raises:
        ValueError: the catalog does not have the rule, or not with this severity.
    """
    allowed = _map_severities().get(rule)
    if allowed is None:
        raise ValueError(f"rule {rule} is not in schemas/rules.json")
    if severity is not None and severity not in allowed:
        raise ValueError(f"schemas/rules.json does not list rule {rule} as {severity.value}")
    return severity or allowed[0]


def is_known_rule(rule: str) -> bool:
    """Return whether the shipped catalog has the rule."""
    return rule in _map_severities()


@cache
def _map_severities() -> Mapping[str, tuple[Severity, ...]]:
    """Return the severities of every rule, its usual one first."""
    rules = Shelf.default().schema("rules.json")["rules"]
    return {
        rule: tuple(
            Severity(name) for name in (entry["severity"], *entry.get("other_severities", ()))
        )
        for rule, entry in rules.items()
    }
