"""Findings: problems and notes that a person should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# whose errors leave a marked blank in the packet
_BLANK_RULES = frozenset(("FACT.SUPERSEDED", "FACT.UNKNOWN"))


class Severity(StrEnum):
    """error: the receiver would reject it, or content would be lost; warning: likely to raise a
    question later; info: good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem or note. Never holds a client's facts: only ids, file names, pages, JSON
    pointers."""

    rule: str
    severity: Severity
    where: str
    problem: str
    remedy: str
    file: str | None = None  # relative to the case folder, POSIX form
    line: int | None = None  # 1-based line in `file`
    pointer: str | None = None  # JSON pointer in case.json
    page: int | None = None  # 1-based page of `file`
    piece: int | None = None  # of a page that was cut into several: its number among them, from 1
    exhibit: str | None = None
    part: str | None = None  # id of the packet's part, for a page that is not of an exhibit
    # left, top, right, bottom on `page` as displayed, in points
    region: tuple[float, float, float, float] | None = None
    source: str | None = None  # where the rule comes from

    def __str__(self) -> str:
        return f"{self.severity.value} {self.rule} {self.where}: {self.problem}; {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A fact with another value elsewhere than in case.json; has both values, so it is written only
    to the confidential manifest."""

    what: str
    case_place: str  # "case.json /beneficiaries/0/birth_date"
    case_value: str
    other_place: str  # "evidence/passport.png, page 1"
    other_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """One fact that was searched for in one exhibit, in words without the fact."""

    exhibit: str
    what: str  # "name of child", "machine-readable lines", …
    result: str  # "found", "not found", "not checked"
    why: str = ""


def is_stopping(finding: Finding, *, strict: bool = False) -> bool:
    """Return whether a finding keeps a packet from being built: an error, but for those that leave
    a marked blank; with `strict` any error and any warning."""
    if strict:
        return finding.severity in (Severity.ERROR, Severity.WARNING)
    return finding.severity is Severity.ERROR and not leaves_blank(finding)


def leaves_blank(finding: Finding) -> bool:
    """Return whether a marked blank is in the packet: it is built, but must not be filed as it
    is."""
    return finding.severity is Severity.ERROR and finding.rule in _BLANK_RULES


def read_finding(row: Mapping[str, Any]) -> Finding:
    """Return the finding of a row of JSON that `asdict` wrote."""
    region = row.get("region")
    severity = Severity(row["severity"])
    return Finding(**{**row, "severity": severity, "region": tuple(region) if region else None})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHelp:
    """Title and help of a rule, for programs that show findings."""

    id: str
    severity: Severity
    title: str
    help: str = ""
    source: str = ""
    docs: str = ""  # page and heading of the documentation
