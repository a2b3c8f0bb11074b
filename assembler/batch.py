"""batch: many cases, each on its own; what happens to one never touches another.

Folders come in; one outcome per case goes out. Knows nothing of how a bundle is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler import intake, pipeline, rules
from assembler.errors import AssemblerError, ExitCode, FindingsError
from assembler.model import Finding, Severity
from assembler.shelf import Shelf
from assembler.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one case. `code`: the exit code it would have had alone."""

    case: str
    code: int
    summary: str
    findings: tuple[Finding, ...] = ()
    folders: tuple[str, ...] = ()


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


def build(folder: Path, shelf: Shelf, options: pipeline.Options, jobs: int) -> Outcome:
    """One case, to the end; a failure comes back as its outcome."""
    try:
        with Workshop(folder / ".assembler", jobs=jobs) as workshop:
            built = pipeline.bundle(folder, shelf, workshop, options, lambda _step, _done, _total: None)
    except AssemblerError as error:
        found = tuple(one for one in getattr(error, "findings", ()) if isinstance(one, Finding))
        return Outcome(case=folder.name, code=error.exit_code, summary=_sentence(error), findings=found)
    pages = sum(one.pages for one in built)
    return Outcome(
        case=folder.name,
        code=ExitCode.OK,
        summary=f"{len(built)} packet{'s' if len(built) > 1 else ''}, {pages} pages, proved",
        findings=built[0].findings,
        folders=tuple(str(one.folder) for one in built),
    )


def _validated(folder: Path, shelf: Shelf, as_of: date) -> Outcome:
    case, found = intake.examine(folder, shelf, hashed=False)
    if case is not None:
        found = (*rules.findings(case, shelf.schema("facts/filing.json"), as_of), *rules.uncited(case))
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    warnings = sum(finding.severity is Severity.WARNING for finding in found)
    summary = f"{errors} errors, {warnings} warnings" if found else "no findings"
    return Outcome(
        case=folder.name, code=ExitCode.CASE_REJECTED if errors else ExitCode.OK, summary=summary, findings=found
    )


def _sentence(error: AssemblerError) -> str:
    """The error's own sentence; its findings are carried apart."""
    return AssemblerError.__str__(error) if not isinstance(error, FindingsError) else error.args[0]
