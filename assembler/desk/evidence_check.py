"""Check facts and evidence of a case as `assembler check` does: work for a process of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assembler import pipeline
from assembler.desk.case_store import WORK_FOLDER
from assembler.errors import CaseRejected, FindingsError
from assembler.model import Finding
from assembler.runtime.background_job import ReportProgress
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop

_FACTS_FIRST = "the facts must be fixed first; then check the evidence again"
_FILES_FIRST = (
    "some files cannot be used as they are, so the evidence was not compared with the facts yet; "
    "fix these, and check again"
)


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
            is_rejected = isinstance(error, CaseRejected)
            failure = _FACTS_FIRST if is_rejected else _FILES_FIRST
            return {"findings": tuple(findings), "failure": failure}
