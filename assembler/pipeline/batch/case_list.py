"""Which cases there are, and what became of each."""

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
    """What became of one case. `code`: the exit code it would have had alone; `where`: its folder.

    state: "built", "skipped" (built before, nothing changed), "failed", "quarantined" (it ended or
    held up the process that worked on it).
    """

    case: str
    code: int
    summary: str
    findings: tuple[Finding, ...] = ()
    folders: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()  # of the manifest of each folder: sha256, to be noted down
    where: str = ""
    state: str = "built"
    pages: int = 0
    seconds: float = 0.0
    timings: tuple[Spent, ...] = ()


def discover(roots: Iterable[Path]) -> tuple[Path, ...]:
    """Every folder with a case.json at or below these, sorted, each once; outputs and caches are
    not searched."""
    found: dict[Path, None] = {}
    for root in roots:
        for path in sorted(root.rglob("case.json")):
            if not {"build", ".assembler"} & set(path.relative_to(root).parts):
                found[path.parent] = None
    return tuple(found)


def folders(roots: Sequence[Path]) -> tuple[Path, ...]:
    """The cases at or below these; a root without any case.json stands for a case that lacks it."""
    return tuple(
        dict.fromkeys(folder for root in roots for folder in (discover([root]) or (root,)))
    )


def validate(
    folder: Path, shelf: Shelf, known: rules.Library, as_of: date
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The facts of a case against the filing's rules: findings, and what was not checked; opens
    no evidence."""
    case, found = intake.examine_case(folder, shelf, hashed=False)
    if case is None:
        return found, ("the filing's rules: the case could not be read",)
    judged = rules.check_case(case, known, as_of)
    return judged.findings, judged.not_checked
