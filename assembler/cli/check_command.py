"""`assembler check`: everything `bundle` would complain of, page by page, without building."""

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
    """One case looked at: what was found, worst first, and the exit code `bundle` would end with
    because of it."""

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
    """Look at the facts and at every page of evidence of cases; build nothing.

    Prints everything `bundle` would complain of, worst first. A page with unreadable print is an
    error, one that may be hard to read a warning; see docs/legibility.md.
    """
    from assembler.pipeline import Options
    from assembler.runtime.resources import Shelf
    from assembler.runtime.workshop import Workshop

    options = Options(as_of=day(as_of), profile=profile, strict=strict)
    shelf, workers = Shelf.default(shelf_dir), jobs or os.cpu_count() or 1
    done = []
    for case in cases:
        home = case / ".assembler"
        with Workshop(home, jobs=workers, cache=cache, cache_mb=cache_size) as workshop:
            done.append(_checked(case, shelf, workshop, options))
    if as_json:
        single = len(done) == 1
        result(
            json.dumps(
                [_row(one, finding, single=single) for one in done for finding in one.findings],
                indent=1,
            )
        )
    else:
        _print(done)
    ctx.exit(next((one.code for one in done if one.code), ExitCode.OK))


def _checked(case: Path, shelf: Shelf, workshop: Workshop, options: Options) -> Checked:
    from assembler import pipeline
    from assembler.errors import FindingsError
    from assembler.model import Finding

    code = ExitCode.OK
    found: tuple[Finding, ...]
    with progress() as tell:
        try:
            context = pipeline.make_context(case, shelf, workshop, options, tell)
            found = pipeline.find_problems(context)
        except FindingsError as error:
            code = error.exit_code
            found = tuple(one for one in error.findings if isinstance(one, Finding))
    if code is ExitCode.OK and any(_fails(one, strict=options.strict) for one in found):
        code = ExitCode.CASE_REJECTED
    return Checked(case=case.resolve().name, code=code, findings=tuple(sorted(found, key=_rank)))


def _fails(finding: Finding, *, strict: bool) -> bool:
    return finding.severity.value == "error" or (strict and finding.severity.value == "warning")


def _rank(finding: Finding) -> tuple[int, str, str, int]:
    return (
        ("error", "warning", "info").index(finding.severity.value),
        finding.rule,
        finding.file or "",
        finding.page or 0,
    )


def _row(one: Checked, finding: Finding, *, single: bool) -> dict[str, Any]:
    return asdict(finding) if single else {"case": one.case, **asdict(finding)}


def _print(done: Sequence[Checked]) -> None:
    """A table on a terminal; elsewhere one line each, so that it can be searched."""
    if sys.stdout.isatty() and any(one.findings for one in done):
        from rich.console import Console

        Console().print(table(done))
    else:
        for one in done:
            for finding in one.findings:
                result(f"{one.case}: {finding}" if len(done) > 1 else str(finding))
    for one in done:
        can = (
            "the evidence can be bundled"
            if one.code is ExitCode.OK
            else "it cannot be bundled as it is"
        )
        count = len(one.findings)
        result(f"{one.case}: {can}; {count} finding{'' if count == 1 else 's'}")


def table(done: Sequence[Checked]) -> Table:
    """The findings of all cases as a table for a terminal, worst first."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    columns = ("", "rule", "where", "what is wrong", "what to do")
    for name in ("case", *columns) if len(done) > 1 else columns:
        made.add_column(name, overflow="fold")
    colors = {"error": "bold red", "warning": "yellow", "info": "dim"}
    rows = sorted(
        ((one, finding) for one in done for finding in one.findings),
        key=lambda pair: (_rank(pair[1]), pair[0].case),
    )
    for one, finding in rows:
        cells = [
            Text(printable(text))
            for text in (finding.rule, finding.where, finding.problem, finding.remedy)
        ]
        first = [Text(one.case)] if len(done) > 1 else []
        made.add_row(
            *first, Text(finding.severity.value, style=colors[finding.severity.value]), *cells
        )
    return made
