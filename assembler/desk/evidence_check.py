"""Check facts and evidence of a case as `assembler check` does: work for a process of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assembler import pipeline
from assembler.desk.case_store import WORK_FOLDER
from assembler.errors import FindingsError
from assembler.model import Finding
from assembler.runtime.background_job import ReportProgress
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOrder:
    """Which case to check, and how."""

    folder: Path
    shelf: Shelf
    as_of: date
    workers: int


def check_evidence(order: CheckOrder, report_progress: ReportProgress) -> dict[str, Any]:
    """Return every finding that a build would report, and why it stopped before it saw everything;
    "" if it did not."""
    options = pipeline.Options(as_of=order.as_of)
    with Workshop(order.folder / WORK_FOLDER, jobs=order.workers) as workshop:
        context = pipeline.make_context(
            order.folder, order.shelf, workshop, options, report_progress
        )
        try:
            return {"findings": pipeline.find_problems(context), "failure": ""}
        except FindingsError as error:
            findings = [entry for entry in error.findings if isinstance(entry, Finding)]
            return {"findings": tuple(findings), "failure": error.problem}
