"""Define the listed values, and count findings for every style."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assembler.model import Finding, Severity, is_stopping

ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One case and its findings."""

    case: str
    findings: tuple[Finding, ...]
    folder: str = ""  # path of the case as given, or in the repository; with slashes
    not_checked: tuple[str, ...] = ()  # sentences

    def file(self, finding: Finding) -> str:
        """Return the path of a finding's file, below `folder`; case.json if it has none."""
        name = finding.file or "case.json"
        return f"{self.folder.rstrip('/')}/{name}" if self.folder else name


def count(findings: Iterable[Finding], severity: Severity) -> int:
    """Count the findings of a severity."""
    return sum(finding.severity is severity for finding in findings)


def tally(findings: Iterable[Finding]) -> str:
    """Return the counts by severity, such as "2 errors, 1 warning"; "no findings" if there are
    none."""
    findings = tuple(findings)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    counts = [(count(findings, severity), word) for severity, word in words.items()]
    return (
        ", ".join(
            f"{number} {word}{'' if number == 1 else 's'}" for number, word in counts if number
        )
        or "no findings"
    )


def has_failure(cases: Iterable[Listed], *, strict: bool) -> bool:
    """Return True if any case fails."""
    return any(is_stopping(finding, strict=strict) for case in cases for finding in case.findings)
