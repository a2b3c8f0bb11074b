"""The values that are listed, and what every style counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assembler.model import Finding, Severity

ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One case and what was found. `folder`: where it is, as a person or a repository names it,
    POSIX form."""

    case: str
    findings: tuple[Finding, ...]
    folder: str = ""
    not_checked: tuple[str, ...] = ()  # sentences
    brief: bool = False  # as text: notes are counted, not shown

    def file(self, finding: Finding) -> str:
        """The file a finding points at, from where `folder` is seen; case.json where it points
        at none."""
        name = finding.file or "case.json"
        return f"{self.folder.rstrip('/')}/{name}" if self.folder else name


def count(findings: Iterable[Finding], severity: Severity) -> int:
    return sum(finding.severity is severity for finding in findings)


def tally(findings: Iterable[Finding]) -> str:
    """ "2 errors, 1 warning"; "no findings" for none."""
    found = tuple(findings)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    counted = [(count(found, severity), word) for severity, word in words.items()]
    return (
        ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counted if n) or "no findings"
    )


def failing(finding: Finding, strict: bool) -> bool:
    """Whether a finding makes the case fail."""
    return finding.severity is Severity.ERROR or (strict and finding.severity is Severity.WARNING)


def rejected(cases: Iterable[Listed], *, strict: bool) -> bool:
    """Whether any case fails."""
    return any(failing(one, strict) for case in cases for one in case.findings)
