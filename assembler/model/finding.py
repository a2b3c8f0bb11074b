"""Findings: what a person should know or do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """error: the receiver would reject it or it would be lost; warning: likely a question later;
    info: good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a person should know or do. Never holds a client's fact: only ids, file names,
    pages, JSON paths."""

    rule: str
    severity: Severity
    where: str
    problem: str
    remedy: str
    file: str | None = None  # relative to the case folder, POSIX form
    line: int | None = None  # 1-based line in `file`
    pointer: str | None = None  # JSON pointer in case.json
    page: int | None = None  # 1-based page of `file`
    piece: int | None = None  # of a page that was cut over several: which of them, from 1
    exhibit: str | None = None
    part: str | None = None  # of the packet, by id: a page that is no exhibit
    region: tuple[float, float, float, float] | None = (
        None  # left, top, right, bottom on `page` as a reader shows it, points
    )
    source: str | None = None  # where the rule comes from

    def __str__(self) -> str:
        return f"{self.severity.value} {self.rule} {self.where}: {self.problem}; {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two places that say different things of one fact; holds both, so it goes into the
    confidential manifest only."""

    what: str
    here: str  # "case.json /beneficiaries/0/birth_date"
    says: str
    there: str  # "evidence/passport.png, page 1"
    but: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """One fact that was searched for in one exhibit, in words without the fact."""

    exhibit: str
    what: str  # "name of child", "machine-readable lines", …
    result: str  # "found", "not found", "not looked at"
    why: str = ""


def finding_of(row: Mapping[str, Any]) -> Finding:
    """Return the finding that a row of JSON holds, as `asdict` wrote it."""
    region = row.get("region")
    severity = Severity(row["severity"])
    return Finding(**{**row, "severity": severity, "region": tuple(region) if region else None})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHelp:
    """What a program that shows findings says of a rule."""

    id: str
    severity: Severity
    title: str
    help: str = ""
    source: str = ""
    docs: str = ""  # page and heading of the documentation
