"""batch: many cases, each on its own; what happens to one never touches another.

Folders come in; one outcome per case goes out. Knows nothing of how a bundle is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assembler import pipeline
from assembler.errors import AssemblerError, ExitCode, FindingsError
from assembler.model import Finding
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


def folders(roots: Sequence[Path]) -> tuple[Path, ...]:
    """The cases at or below these; a root without any case.json stands for a case that lacks it."""
    return tuple(dict.fromkeys(folder for root in roots for folder in (discover([root]) or (root,))))


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


def _sentence(error: AssemblerError) -> str:
    """The error's own sentence; its findings are carried apart."""
    return AssemblerError.__str__(error) if not isinstance(error, FindingsError) else error.args[0]
