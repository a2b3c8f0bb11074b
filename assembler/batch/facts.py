"""The facts of many cases, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler import intake, rules
from assembler.errors import ExitCode
from assembler.model import Finding, Severity
from assembler.shelf import Shelf
from assembler.workshop import Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one case. `code`: the exit code it would have had alone; `where`: its folder.

    state: "validated"; or "built", "skipped" (built before, nothing changed), "failed", "quarantined" (it ended or held
    up the process that worked on it).
    """

    case: str
    code: int
    summary: str
    findings: tuple[Finding, ...] = ()
    folders: tuple[str, ...] = ()
    where: str = ""
    state: str = "validated"
    pages: int = 0
    seconds: float = 0.0
    timings: tuple[Spent, ...] = ()


def discover(roots: Iterable[Path]) -> tuple[Path, ...]:
    """Every folder with a case.json at or below these, sorted, each once; outputs and caches are not searched."""
    found: dict[Path, None] = {}
    for root in roots:
        for path in sorted(root.rglob("case.json")):
            if not {"build", ".assembler"} & set(path.relative_to(root).parts):
                found[path.parent] = None
    return tuple(found)


def validate(roots: Sequence[Path], shelf: Shelf, as_of: date) -> tuple[Outcome, ...]:
    """The facts of every case; a root without any case.json is judged as a case that lacks it."""
    folders = [folder for root in roots for folder in (discover([root]) or (root,))]
    return tuple(_validated(folder, shelf, as_of) for folder in dict.fromkeys(folders))


def worst(outcomes: Iterable[Outcome], *, strict: bool) -> int:
    """The exit code of many: rejected if any is, or if any has a warning and `strict`."""
    for one in outcomes:
        if one.code or (strict and any(f.severity is Severity.WARNING for f in one.findings)):
            return ExitCode.CASE_REJECTED
    return ExitCode.OK


def _validated(folder: Path, shelf: Shelf, as_of: date) -> Outcome:
    case, found = intake.examine(folder, shelf, hashed=False)
    if case is not None:
        found = (*rules.findings(case, shelf.schema("facts/filing.json"), as_of), *rules.uncited(case))
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    warnings = sum(finding.severity is Severity.WARNING for finding in found)
    summary = f"{errors} errors, {warnings} warnings" if found else "no findings"
    return Outcome(
        case=folder.name, code=ExitCode.CASE_REJECTED if errors else ExitCode.OK, summary=summary, findings=found,
        where=str(folder),
    )

