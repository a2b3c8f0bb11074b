"""Long work on the evidence of a case, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler.desk.case_store import WORK_FOLDER, CaseStore
from assembler.desk.exhibit_fields import add_proposals
from assembler.pipeline import propose_exhibits
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeWork:
    """A case for whose unlisted files exhibits are proposed. `workers`: processes that read
    pages."""

    folder: Path
    shelf: Shelf
    as_of: date
    workers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeOutcome:
    """What was proposed. `notes`: sentences about files and pages that a person should look at."""

    exhibits: int
    notes: tuple[str, ...]


def propose(work: ProposeWork, report_progress: Callable[[str, int, int], None]) -> ProposeOutcome:
    """Add exhibits for the unlisted files to case.json, as one change that can be undone."""
    with Workshop(work.folder / WORK_FOLDER, jobs=work.workers) as workshop:
        proposals = propose_exhibits.propose(
            work.folder, work.shelf, workshop, work.as_of, report_progress
        )
    store = CaseStore(work.folder)
    before = len(store.read().value.get("exhibits") or ())
    new = [propose_exhibits.make_exhibit(proposal) for proposal in proposals.exhibits]
    case = store.change(lambda value: add_proposals(value, new))
    left_out = [
        f"{part.path}, page{'s' if part.first != part.last else ''} {part.first}"
        f"{f'–{part.last}' if part.first != part.last else ''}: not proposed; {part.why}"
        for part in proposals.left_out
    ]
    findings = [
        f"{finding.where}: {finding.problem}; {finding.remedy}" for finding in proposals.findings
    ]
    return ProposeOutcome(
        exhibits=len(case.value.get("exhibits") or ()) - before,
        notes=tuple(dict.fromkeys([*left_out, *findings])),
    )
