"""`assembler check`: report every problem that `bundle` would report, without building."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler.cli.console import day, printable, progress, result
from assembler.cli.shared_options import FOLDER, evidence_options, json_option, verbose_option
from assembler.errors import ExitCode

if TYPE_CHECKING:
    from rich.table import Table

    from assembler.model import Finding
    from assembler.pipeline import Options
    from assembler.runtime.resources import Shelf
    from assembler.runtime.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The findings of one case, worst first, and the exit code that `bundle` would end with."""

    case: str
    code: ExitCode
    findings: tuple[Finding, ...]


@click.command()
@click.argument("cases", type=FOLDER, nargs=-1, required=True, metavar="CASE...")
@json_option
@evidence_options
@verbose_option
@click.pass_context
def check(
    ctx: click.Context,
    /,
    cases: tuple[Path, ...],
    as_json: bool,
    strict: bool,
    as_of: datetime | None,
    profile: str,
    shelf_dir: Path | None,
    jobs: int | None,
    cache: Path | None,
    cache_size: int,
) -> None:
    """Check the facts and every page of evidence of cases, without building.

    Prints every problem that `bundle` would report, worst first. A page with unreadable print is an
    error; a page that may be hard to read is a warning (docs/legibility.md).
    """
    from assembler.pipeline import Options
    from assembler.runtime.resources import Shelf
    from assembler.runtime.workshop import Workshop

    options = Options(as_of=day(as_of), profile=profile, strict=strict)
    shelf, workers = Shelf.default(shelf_dir), jobs or os.cpu_count() or 1
    checked_cases = []
    for case in cases:
        home = case / ".assembler"
        with Workshop(home, jobs=workers, cache=cache, cache_mb=cache_size) as workshop:
            checked_cases.append(_check_case(case, shelf, workshop, options))
    if as_json:
        single = len(checked_cases) == 1
        result(
            json.dumps(
                [
                    _row(checked, finding, single=single)
                    for checked in checked_cases
                    for finding in checked.findings
                ],
                indent=1,
            )
        )
    else:
        _print(checked_cases)
    ctx.exit(next((checked.code for checked in checked_cases if checked.code), ExitCode.OK))


def _check_case(case: Path, shelf: Shelf, workshop: Workshop, options: Options) -> Checked:
    """Check one case; findings that would stop `bundle` decide the exit code."""
    from assembler import pipeline
    from assembler.errors import FindingsError
    from assembler.model import Finding

    code = ExitCode.OK
    findings: tuple[Finding, ...]
    with progress() as report_progress:
        try:
            context = pipeline.make_context(case, shelf, workshop, options, report_progress)
            findings = pipeline.find_problems(context)
        except FindingsError as error:
            code = error.exit_code
            findings = tuple(finding for finding in error.findings if isinstance(finding, Finding))
    if code is ExitCode.OK and any(_fails(finding, strict=options.strict) for finding in findings):
        code = ExitCode.CASE_REJECTED
    return Checked(
        case=case.resolve().name, code=code, findings=tuple(sorted(findings, key=_sort_key))
    )


def _fails(finding: Finding, *, strict: bool) -> bool:
    return finding.severity.value == "error" or (strict and finding.severity.value == "warning")


def _sort_key(finding: Finding) -> tuple[int, str, str, int]:
    return (
        ("error", "warning", "info").index(finding.severity.value),
        finding.rule,
        finding.file or "",
        finding.page or 0,
    )


def _row(checked: Checked, finding: Finding, *, single: bool) -> dict[str, Any]:
    return asdict(finding) if single else {"case": checked.case, **asdict(finding)}


def _print(checked_cases: Sequence[Checked]) -> None:
    """Print a table on a terminal; elsewhere one line per finding, so that it can be searched."""
    if sys.stdout.isatty() and any(checked.findings for checked in checked_cases):
        from rich.console import Console

        Console().print(table(checked_cases))
    else:
        for checked in checked_cases:
            for finding in checked.findings:
                result(f"{checked.case}: {finding}" if len(checked_cases) > 1 else str(finding))
    for checked in checked_cases:
        is_ok = checked.code is ExitCode.OK
        verdict = "the evidence can be bundled" if is_ok else "it cannot be bundled as it is"
        count = len(checked.findings)
        result(f"{checked.case}: {verdict}; {count} finding{'' if count == 1 else 's'}")


def table(checked_cases: Sequence[Checked]) -> Table:
    """Return the findings of all cases as a table for a terminal, worst first."""
    from rich import table as rich_table
    from rich.box import SIMPLE_HEAD
    from rich.text import Text

    findings_table = rich_table.Table(box=SIMPLE_HEAD, pad_edge=False)
    columns = ("", "rule", "where", "what is wrong", "what to do")
    for name in ("case", *columns) if len(checked_cases) > 1 else columns:
        findings_table.add_column(name, overflow="fold")
    colors = {"error": "bold red", "warning": "yellow", "info": "dim"}
    rows = sorted(
        ((checked, finding) for checked in checked_cases for finding in checked.findings),
        key=lambda pair: (_sort_key(pair[1]), pair[0].case),
    )
    for checked, finding in rows:
        cells = [
            Text(printable(text))
            for text in (finding.rule, finding.where, finding.problem, finding.remedy)
        ]
        case_cell = [Text(checked.case)] if len(checked_cases) > 1 else []
        findings_table.add_row(
            *case_cell, Text(finding.severity.value, style=colors[finding.severity.value]), *cells
        )
    return findings_table
