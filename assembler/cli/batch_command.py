"""`assembler batch`: build many cases, show progress, and print the outcomes."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from assembler.cli.console import print_result, read_as_of, replace_control_characters, say
from assembler.cli.findings_output import decide_exit_code, print_last_verdict
from assembler.cli.output_streams import start_line
from assembler.cli.shared_options import (
    FOLDER,
    EvidenceOptions,
    evidence_options,
    json_option,
    originals_option,
    require_ready_option,
    thumbnails_option,
    timings_option,
    verbose_option,
)
from assembler.cli.timings_table import format_timings
from assembler.errors import ExitCode

if TYPE_CHECKING:
    from assembler.model import Verdict
    from assembler.pipeline import Options
    from assembler.pipeline.batch import Order, Outcome

_MOST_BLOCKERS = 3  # of a failed case that are listed; `validate` and `check` list all
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("cases", type=FOLDER, nargs=-1, required=True)
@click.option(
    "--junit",
    type=FILE,
    default=None,
    help="Write the outcome of each case to this file, as JUnit XML.",
)
@thumbnails_option
@originals_option
@click.option(
    "--resume",
    is_flag=True,
    help="Skip every case whose manifest proves that nothing has changed.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    default=None,
    help="Build on Dask workers: local:N, or a scheduler's tls://host:port (docs/scale.md).",
)
@click.option(
    "--cluster-tls",
    type=FOLDER,
    default=None,
    help="Folder with the cluster's ca.pem, cert.pem and key.pem.",
)
@timings_option
@json_option
@require_ready_option
@evidence_options
@verbose_option
@click.pass_context
def batch(
    ctx: click.Context,
    /,
    cases: tuple[Path, ...],
    junit: Path | None,
    thumbnails: bool,
    keep_originals: bool,
    resume: bool,
    cluster: str | None,
    cluster_tls: Path | None,
    timings: bool,
    as_json: bool,
    require_ready: bool,
    evidence: EvidenceOptions,
) -> None:
    """Build every case in the given folders; a case that fails does not stop the others."""
    from assembler.pipeline import Options
    from assembler.pipeline import batch as cases_batch

    if junit:
        from assembler.runtime.named_files import refuse_other_file

        refuse_other_file(junit, b"<testsuite", "--junit")  # before any case is built
    options = Options(
        as_of=read_as_of(evidence.as_of),
        profile=evidence.profile,
        strict=evidence.strict,
        thumbnails=thumbnails,
        keep_originals=keep_originals,
    )
    orders = _list_orders(cases, options, evidence, resume=resume)
    with tally(len(orders)) as report_outcome:
        if cluster:
            outcomes = cases_batch.run_on(cluster, orders, report_outcome, tls=cluster_tls)
        else:
            outcomes = cases_batch.run(orders, evidence.workers, report_outcome)
    _print_outcomes(outcomes, as_json=as_json, timings=timings)
    if junit:
        from assembler.runtime.atomic_files import write_atomic

        write_atomic(junit, cases_batch.make_junit_cases(outcomes))
    _write_index(outcomes, cases[0])
    verdicts = [judge(outcome) for outcome in outcomes]
    if not as_json:
        print_last_verdict(verdicts)
    code = decide_exit_code(verdicts, require_ready=require_ready)
    ctx.exit(max((outcome.code for outcome in outcomes), default=ExitCode.OK) or code)


def _list_orders(
    cases: Sequence[Path], options: Options, evidence: EvidenceOptions, *, resume: bool
) -> list[Order]:
    """Return what to build: every case in the given folders, with the same options."""
    from assembler.pipeline import batch as cases_batch
    from assembler.runtime.resources import Shelf

    return [
        cases_batch.Order(
            folder=folder.resolve(),
            shelf=Shelf.default(evidence.shelf_dir),
            options=options,
            resume=resume,
            cache=evidence.cache and evidence.cache.resolve(),
            cache_mb=evidence.cache_size,
        )
        for folder in cases_batch.discover(cases)
    ]


def _print_outcomes(outcomes: Sequence[Outcome], *, as_json: bool, timings: bool) -> None:
    """Print the outcomes. `timings`: first, how long each step took in all cases together."""
    if timings:
        from assembler.runtime.timings import sum_by_module

        spent = sum_by_module(spent for outcome in outcomes for spent in outcome.timings)
        say(format_timings(spent))
    if as_json:
        print_result(json.dumps([asdict(outcome) for outcome in outcomes], indent=1))
    else:
        print_result(format_outcomes(outcomes))


def _write_index(outcomes: Sequence[Outcome], root: Path) -> None:
    """Write index.html, the list of all cases, into the first folder given, or into build/ of a
    case.

    An index.html that this program did not write is left alone.
    """
    from assembler.report import review
    from assembler.runtime.atomic_files import write_atomic

    home = (root / "build" if (root / "case.json").is_file() else root).resolve()
    path = home / "index.html"
    is_ours = path.is_file() and review.MADE_BY in path.read_text(encoding="utf8", errors="replace")
    if not home.is_dir() or path.is_symlink() or (path.exists() and not is_ours):
        say(
            f"{path.name}: not written, since a file of this name exists that assembler did not "
            "make"
        )
        return
    rows = [
        review.Row(
            case=replace_control_characters(outcome.case),
            state=outcome.state,
            verdict=str(judge(outcome)),
            summary=replace_control_characters(_summarize_outcome(outcome)),
            pages=outcome.pages,
            errors=sum(finding.severity == "error" for finding in outcome.findings),
            warnings=sum(finding.severity == "warning" for finding in outcome.findings),
            links=tuple(_make_link(Path(folder) / review.NAME, home) for folder in outcome.folders),
        )
        for outcome in outcomes
    ]
    write_atomic(path, review.index(rows).encode())
    say(f"{path}: the list of all cases")


def _summarize_outcome(outcome: Outcome) -> str:
    """Return what became of a case; of one that failed, also its first error."""
    first = next((finding for finding in outcome.findings if finding.severity == "error"), None)
    return f"{outcome.summary}: {first}" if outcome.code and first else outcome.summary


def _make_link(path: Path, home: Path) -> str:
    """Return a relative address, so that the folder can be moved."""
    return quote(Path(os.path.relpath(path.resolve(), home)).as_posix())


def judge(outcome: Outcome) -> Verdict:
    """Return the verdict on the case of an outcome."""
    from assembler.rules import decide_verdict

    verdict = decide_verdict(outcome.findings)
    # a case may fail without a finding that keeps it from being filed, as with --strict
    is_explained = not outcome.code or not verdict.is_ready
    return verdict if is_explained else decide_verdict(outcome.findings, failure=outcome.state)


def format_outcomes(outcomes: Sequence[Outcome]) -> str:
    """Return a line for each case, and below those that failed why; then one for all."""
    width = max((len(outcome.case) for outcome in outcomes), default=0)
    rows = []
    for outcome in outcomes:
        rows.append(
            f"{outcome.case:<{width}}  {outcome.state:<11} {outcome.pages:>6} pages "
            f"{outcome.seconds:>7.1f} s  {judge(outcome)}"
        )
        if outcome.code:
            rows += [f"  {outcome.summary}", *_list_blockers(outcome)]
    states = Counter(outcome.state for outcome in outcomes)
    others = "".join(
        f", {count} {state}" for state, count in sorted(states.items()) if state != "built"
    )
    return "\n".join(
        [*rows, f"{states['built']} of {_count_cases(len(outcomes))} built and proved{others}"]
    )


def _list_blockers(outcome: Outcome) -> list[str]:
    """Return what must be fixed in a case, in a few lines."""
    from assembler.rules import is_blocker

    blockers = [str(finding) for finding in outcome.findings if is_blocker(finding)]
    more = len(blockers) - _MOST_BLOCKERS
    shown = [f"  - {blocker}" for blocker in blockers[:_MOST_BLOCKERS]]
    return [*shown, f"  - and {more} more"] if more > 0 else shown


@contextmanager
def tally(total: int) -> Iterator[Callable[[Outcome], None]]:
    """Yield a function that takes the outcome of each case: a bar on a terminal, one line for each
    case elsewhere."""
    started, totals = time.monotonic(), Counter[str]()

    def count_outcome(outcome: Outcome) -> tuple[float, float]:
        """Return pages per minute so far, and the minutes left at that pace."""
        totals.update(cases=1, pages=outcome.pages)
        minutes = max(time.monotonic() - started, 0.001) / 60
        return totals["pages"] / minutes, minutes / totals["cases"] * (total - totals["cases"])

    if not sys.stderr.isatty():

        def print_line(outcome: Outcome) -> None:
            pace, left = count_outcome(outcome)
            say(
                f"[{totals['cases']} of {total}; {totals['pages']} pages, {pace:.0f} per minute; "
                f"{left:.1f} min left] "
                f"{outcome.case}: {outcome.summary}"
            )

        yield print_line
        return
    with _show_bar(total) as advance:

        def draw(outcome: Outcome) -> None:
            pace, _ = count_outcome(outcome)
            advance(
                totals["pages"], pace, f"{outcome.case}: {outcome.summary}" if outcome.code else ""
            )

        yield draw


@contextmanager
def _show_bar(total: int) -> Iterator[Callable[[int, float, str], None]]:
    start_line.clear()
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    pages = TextColumn("{task.fields[pages]} pages, {task.fields[pace]:.0f} per minute")
    columns = (
        TextColumn("cases"),
        BarColumn(),
        MofNCompleteColumn(),
        pages,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("cases", total=total, pages=0, pace=0.0)

        def advance(pages: int, pace: float, trouble: str) -> None:
            if trouble:
                bar.console.print(
                    replace_control_characters(trouble), markup=False, highlight=False
                )
            bar.update(task, advance=1, pages=pages, pace=pace)

        yield advance


def _count_cases(number: int) -> str:
    return f"{number} case{'' if number == 1 else 's'}"
