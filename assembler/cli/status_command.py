"""`assembler status`: show what is missing before a case can be filed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler.cli.console import print_result, read_as_of
from assembler.cli.findings_output import (
    decide_exit_code,
    print_findings,
    print_last_verdict,
    print_not_checked,
    print_verdict,
    print_wrapped,
)
from assembler.cli.shared_options import (
    FOLDER,
    all_option,
    as_of_option,
    json_option,
    require_ready_option,
    shelf_option,
    verbose_option,
)

if TYPE_CHECKING:
    from assembler.model import Deadline
    from assembler.pipeline import CaseStatus


@click.command()
@click.argument("cases", type=FOLDER, nargs=-1, required=True, metavar="CASE...")
@click.option(
    "--ics",
    "calendar",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the upcoming deadlines to this calendar file, without names of people.",
)
@all_option
@json_option
@require_ready_option
@as_of_option
@shelf_option
@verbose_option
@click.pass_context
def status(
    ctx: click.Context,
    /,
    cases: tuple[Path, ...],
    calendar: Path | None,
    as_json: bool,
    require_ready: bool,
    as_of: datetime | None,
    shelf_dir: Path | None,
) -> None:
    """Show what is missing before filing: facts, forms, packets, signatures, and the deadlines.

    CASE is a case folder, or a folder with several cases. Several cases get one line each, the
    next deadline first.
    """
    from assembler import pipeline, rules
    from assembler.pipeline import batch
    from assembler.runtime.resources import Shelf

    shelf, today = Shelf.default(shelf_dir), read_as_of(as_of)
    library = rules.load_library(shelf)
    statuses = [
        pipeline.read_status(folder, shelf, library, today) for folder in batch.find_cases(cases)
    ]
    statuses.sort(key=lambda case_status: _sort_key(case_status, today))
    if calendar is not None:
        _write_calendar(calendar, statuses, today)
    if as_json:
        print_result(
            json.dumps([_convert_to_json(case_status) for case_status in statuses], indent=1)
        )
    elif len(statuses) == 1:
        _print_case(statuses[0], today, shelf_dir)
    else:
        for case_status in statuses:
            deadline = case_status.next_deadline(today)
            due = f" · {_describe_days(deadline, today)}: {deadline.title}" if deadline else ""
            print_verdict(case_status.verdict, case_status.case, due)
        print_last_verdict([case_status.verdict for case_status in statuses])
    verdicts = (case_status.verdict for case_status in statuses)
    ctx.exit(decide_exit_code(verdicts, require_ready=require_ready))


def _sort_key(case_status: CaseStatus, today: date) -> tuple[date, str]:
    deadline = case_status.next_deadline(today)
    return (deadline.day if deadline else date.max, case_status.case)


def _print_case(case_status: CaseStatus, today: date, shelf_dir: Path | None) -> None:
    print_findings(case_status.findings, shelf_dir)
    print_not_checked(case_status.not_checked, "facts checked")
    if case_status.deadlines:
        print_result("Dates")
    for deadline in case_status.deadlines:
        when = _describe_days(deadline, today)
        print_result(f"  {deadline.day.isoformat()}  {when:<16}  {deadline.title}")
    if case_status.signing:
        print_result(f"Signatures\n  {case_status.signing}")
    print_result("Next")
    for step in case_status.next_steps():
        print_wrapped(step, "  ")
    print_last_verdict([case_status.verdict])


def _describe_days(deadline: Deadline, today: date) -> str:
    """Return "in 12 days", "tomorrow", "today" or "3 days ago"."""
    days = (deadline.day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return near.get(days) or (f"in {days} days" if days > 0 else f"{-days} days ago")


def _write_calendar(path: Path, statuses: Sequence[CaseStatus], today: date) -> None:
    """Write the calendar file. Raises OutputNotWritten if the path has a file that is not ours."""
    from assembler.report.formats.calendar import PRODUCT, format_calendar
    from assembler.runtime.atomic_files import write_atomic
    from assembler.runtime.named_files import refuse_other_file

    refuse_other_file(path, PRODUCT.encode(), "--ics")
    deadlines = [
        (case_status.case_id, deadline)
        for case_status in statuses
        for deadline in case_status.deadlines
    ]
    write_atomic(path, format_calendar(deadlines, today))
    print_result(f"{path}: {sum(deadline.day >= today for _, deadline in deadlines)} deadlines")


def _convert_to_json(case_status: CaseStatus) -> dict[str, Any]:
    verdict = case_status.verdict
    return {
        "case": case_status.case,
        "state": case_status.state.value,
        "verdict": {
            "readiness": verdict.readiness.value,
            "to_fix": verdict.to_fix,
            "missing_forms": list(verdict.missing_forms),
            "to_check": verdict.to_check,
            "hints": verdict.hints,
        },
        "deadlines": [
            {**asdict(deadline), "day": deadline.day.isoformat()}
            for deadline in case_status.deadlines
        ],
        "signing": asdict(case_status.signing) if case_status.signing else None,
        "next": case_status.next_steps(),
        "findings": [asdict(finding) for finding in case_status.findings],
    }
