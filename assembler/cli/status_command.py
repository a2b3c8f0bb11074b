"""`assembler status`: say what a case still lacks to be filed."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
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
    from assembler.pipeline import CaseStatus


@click.command()
@click.argument("cases", type=FOLDER, nargs=-1, required=True, metavar="CASE...")
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
    as_json: bool,
    require_ready: bool,
    as_of: datetime | None,
    shelf_dir: Path | None,
) -> None:
    """Say what cases still lack to be filed: facts, forms, packets, signatures.

    CASE is a case folder, or a folder above several: then one line for each.
    """
    from assembler import pipeline, rules
    from assembler.pipeline import batch
    from assembler.runtime.resources import Shelf

    shelf, today = Shelf.default(shelf_dir), read_as_of(as_of)
    library = rules.load_library(shelf)
    statuses = [
        pipeline.read_status(folder, shelf, library, today) for folder in batch.find_cases(cases)
    ]
    if as_json:
        print_result(json.dumps([_as_json(case_status) for case_status in statuses], indent=1))
    elif len(statuses) == 1:
        _print_case(statuses[0], shelf_dir)
    else:
        for case_status in statuses:
            print_verdict(case_status.verdict, case_status.case)
        print_last_verdict([case_status.verdict for case_status in statuses])
    verdicts = (case_status.verdict for case_status in statuses)
    ctx.exit(decide_exit_code(verdicts, require_ready=require_ready))


def _print_case(case_status: CaseStatus, shelf_dir: Path | None) -> None:
    print_findings(case_status.findings, shelf_dir)
    print_not_checked(case_status.not_checked, "facts checked")
    for packet in case_status.packets:
        print_result(f"{packet}: {case_status.state}")
    print_last_verdict([case_status.verdict])


def _as_json(case_status: CaseStatus) -> dict[str, Any]:
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
        "findings": [asdict(finding) for finding in case_status.findings],
    }
