"""Find cases, validate their facts, and define the outcome of a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler import intake, rules
from assembler.errors import TemplateBroken
from assembler.intake.file_check import IGNORABLE_FOLDER
from assembler.layout.packet_plan import plan_packet
from assembler.model import Case, Deadline, Finding, Recipe
from assembler.pipeline.import_worker import WORK_FOLDER
from assembler.runtime.folder_walk import walk_folder
from assembler.runtime.resources import Shelf
from assembler.runtime.timings import Spent

_NOT_SEARCHED = frozenset(("build", ".assembler", WORK_FOLDER))


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
    caches are not searched. A folder that may not be read counts as a case, so that it is told.

    Raises OSError for any other folder that cannot be read.
    """
    cases: dict[Path, None] = {}
    for root in roots:
        homes: list[Path] = []
        for home, folders, names in walk_folder(root, homes.append):
            folders[:] = [name for name in folders if _is_searched(name)]
            if "case.json" in names or "case.json" in folders:
                homes.append(home)
        cases |= dict.fromkeys(sorted(homes, key=lambda folder: folder / "case.json"))
    return tuple(cases)


def _is_searched(name: str) -> bool:
    """Return whether cases may be in a folder of this name: not in an output, nor where a system
    keeps its own files, such as lost+found, which often only an administrator may read."""
    return name not in _NOT_SEARCHED and not IGNORABLE_FOLDER.fullmatch(name)


def find_cases(roots: Sequence[Path]) -> tuple[Path, ...]:
    """Return the cases at or below the roots; a root without any case.json counts as a case."""
    return tuple(
        dict.fromkeys(folder for root in roots for folder in (discover([root]) or (root,)))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCheck:
    """What checking the facts of a case alone found."""

    findings: tuple[Finding, ...]
    not_checked: tuple[str, ...] = ()  # sentences
    missing_forms: tuple[str, ...] = ()  # that a placeholder page would stand for
    deadlines: tuple[Deadline, ...] = ()  # the earliest first
    facts_used: tuple[str, ...] = ()  # ids of the dated facts and checklist lines relied on


def validate(folder: Path, shelf: Shelf, library: rules.Library, as_of: date) -> FactCheck:
    """Check the facts of a case against the filing's rules, without opening evidence."""
    case, findings = intake.examine_case(folder, shelf, hashed=False)
    if case is None:
        not_checked = ("the filing's rules: the case could not be read",)
        return FactCheck(findings=findings, not_checked=not_checked)
    return check_facts(case, folder, shelf, library, as_of)


def check_facts(
    case: Case, folder: Path, shelf: Shelf, library: rules.Library, as_of: date
) -> FactCheck:
    """Check the facts of a case that was read."""
    judged = rules.check_case(case, library, as_of)
    not_checked = judged.not_checked
    try:
        forms = _find_missing_forms(case, shelf.recipe(case.kind, folder))
    except TemplateBroken as error:  # the other cases are still checked
        forms, not_checked = (), (f"which forms are missing: {error}", *not_checked)
    return FactCheck(
        findings=judged.findings,
        not_checked=not_checked,
        missing_forms=forms,
        deadlines=rules.list_deadlines(case, library, judged.facts_used),
        facts_used=tuple(fact.id for fact in judged.facts_used),
    )


def _find_missing_forms(case: Case, recipe: Recipe) -> tuple[str, ...]:
    """Return the forms of a case's packets that only a placeholder page would stand for. Raises
    TemplateBroken if the recipe omits an exhibit."""
    forms = {
        part.form.upper()
        for person in case.beneficiaries
        for part in plan_packet(case, recipe, person.id).parts
        if part.holds_place
    }
    return tuple(sorted(forms))
