"""Fill the blank forms of a case, in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler import pipeline
from assembler.desk.case_store import WORK_FOLDER
from assembler.model import Finding
from assembler.runtime.background_job import ReportProgress
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class FillOrder:
    """A case whose blanks are filled. `workers`: processes that fill at the same time."""

    folder: Path
    shelf: Shelf
    workers: int
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FillResult:
    """What was filled: how many forms, and what to look at."""

    count: int
    findings: tuple[Finding, ...]


def fill_case_forms(order: FillOrder, report_progress: ReportProgress) -> FillResult:
    """Fill the blank forms of a case into its folder for them. Raises as `pipeline.fill_forms`."""
    report_progress("fill forms", 0, 0)
    with Workshop(order.folder / WORK_FOLDER, jobs=order.workers) as workshop:
        written, findings = pipeline.fill_forms(
            order.folder,
            order.shelf,
            workshop,
            order.folder / pipeline.FILLED_FORMS,
            as_of=order.as_of,
        )
    return FillResult(count=len(written), findings=findings)
