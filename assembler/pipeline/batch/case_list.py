"""Find cases, validate their facts, and define the outcome of a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler import intake, rules
from assembler.model import Finding
from assembler.runtime.resources import Shelf
from assembler.runtime.timings import Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of one case.

    state: "built", "skipped" (built before, nothing changed), "failed", "quarantined" (its process
    ended or hung).
    """

    case: str
    code: int  # the exit code that a build of this case alone would have had
    summary: str
    findings: tuple[Finding, ...] = ()
    folders: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()  # sha256 of the manifest of each folder, to be noted down
    where: str = ""  # its folder
    state: str = "built"
    pages: int = 0
    seconds: float = 0.0
    timings: tuple[Spent, ...] = ()


def discover(roots: Iterable[Path]) -> tuple[Path, ...]:
    """Return every folder with a case.json at or below the roots, sorted, each once; outputs and
    caches are not searched."""
    cases: dict[Path, None] = {}
    for root in roots:
        for path in sorted(root.rglob("case.json")):
            if not {"build", ".assembler"} & set(path.relative_to(root).parts):
                cases[path.parent] = None
    return tuple(cases)


def folders(roots: Sequence[Path]) -> tuple[Path, ...]:
    """Return the cases at or below the roots; a root without any case.json counts as a case."""
    return tuple(
        dict.fromkeys(folder for root in roots for folder in (discover([root]) or (root,)))
    )


def validate(
    folder: Path, shelf: Shelf, library: rules.Library, as_of: date
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Check the facts of a case against the filing's rules, without opening evidence; return
    findings, and sentences on what was not checked."""
    case, findings = intake.examine_case(folder, shelf, hashed=False)
    if case is None:
        return findings, ("the filing's rules: the case could not be read",)
    judged = rules.check_case(case, library, as_of)
    return judged.findings, judged.not_checked
