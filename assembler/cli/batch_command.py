"""`assembler batch`: many cases; what is seen while they are built, and what is said at the end."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from assembler.cli.console import day, printable, result, say
from assembler.cli.shared_options import (
    FOLDER,
    evidence_options,
    json_option,
    originals_option,
    thumbnails_option,
    timings_option,
    verbose_option,
)
from assembler.cli.timings_table import format_timings
from assembler.errors import ExitCode

if TYPE_CHECKING:
    from assembler.pipeline.batch import Outcome

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("cases", type=FOLDER, nargs=-1, required=True)
@click.option(
    "--junit",
    type=FILE,
    default=None,
    help="Write what became of each case to this file, as JUnit XML.",
)
@thumbnails_option
@originals_option
@click.option(
    "--resume",
    is_flag=True,
    help="Leave alone every case whose manifest proves that nothing has changed.",
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
    strict: bool,
    as_of: datetime | None,
    profile: str,
    shelf_dir: Path | None,
    jobs: int | None,
    cache: Path | None,
    cache_size: int,
) -> None:
    """Build every case below the given folders, each on its own; one that fails does not stop
    the others."""
    from assembler.pipeline import Options
    from assembler.pipeline import batch as room
    from assembler.runtime.resources import Shelf

    if junit:
        _refuse_other(junit)
    options = Options(
        as_of=day(as_of),
        profile=profile,
        strict=strict,
        thumbnails=thumbnails,
        keep_originals=keep_originals,
    )
    orders = [
        room.Order(
            folder=folder.resolve(),
            shelf=Shelf.default(shelf_dir),
            options=options,
            resume=resume,
            cache=cache and cache.resolve(),
            cache_mb=cache_size,
        )
        for folder in room.discover(cases)
    ]
    with tally(len(orders)) as tell:
        if cluster:
            outcomes = room.run_on(cluster, orders, tell, tls=cluster_tls)
        else:
            outcomes = room.run(orders, jobs or os.cpu_count() or 1, tell)
    if timings:
        from assembler.runtime.timings import sum_by_module

        say(format_timings(sum_by_module(spent for one in outcomes for spent in one.timings)))
    result(json.dumps([asdict(one) for one in outcomes], indent=1) if as_json else table(outcomes))
    if junit:
        from assembler.runtime.atomic_files import write_atomic

        write_atomic(junit, room.junit(outcomes))
    _index(outcomes, cases[0])
    ctx.exit(max((one.code for one in outcomes), default=ExitCode.OK))


def _refuse_other(junit: Path) -> None:
    """Raise OutputNotWritten, before any case is built, if the file to write is there and is no
    report of test cases."""
    from assembler.errors import OutputNotWritten

    if junit.is_symlink() or (junit.exists() and b"<testsuite" not in junit.read_bytes()[:1_000]):
        raise OutputNotWritten(
            "there is another file of this name",
            where=junit.name,
            remedy="give --junit another name",
        )


def _index(outcomes: Sequence[Outcome], root: Path) -> None:
    """index.html over all cases in the first folder given (in build/ where that is a case); a
    file not ours is left alone."""
    from assembler.report import review
    from assembler.runtime.atomic_files import write_atomic

    home = (root / "build" if (root / "case.json").is_file() else root).resolve()
    path = home / "index.html"
    ours = path.is_file() and review.MADE_BY in path.read_text(encoding="utf8", errors="replace")
    if not home.is_dir() or path.is_symlink() or (path.exists() and not ours):
        say(f"{path.name}: not written, since a file of this name is there that is not ours")
        return
    rows = [
        review.Row(
            case=printable(one.case),
            state=one.state,
            summary=printable(one.summary),
            pages=one.pages,
            errors=sum(finding.severity == "error" for finding in one.findings),
            warnings=sum(finding.severity == "warning" for finding in one.findings),
            links=tuple(_link(Path(folder) / review.NAME, home) for folder in one.folders),
        )
        for one in outcomes
    ]
    write_atomic(path, review.index(rows).encode())
    say(f"{path}: the list of all cases")


def _link(path: Path, home: Path) -> str:
    """A relative address, so that the folder can be moved."""
    return quote(Path(os.path.relpath(path.resolve(), home)).as_posix())


def table(outcomes: Sequence[Outcome]) -> str:
    """A line for each case and one for all."""
    width = max((len(one.case) for one in outcomes), default=0)
    rows = [
        f"{one.case:<{width}}  {one.state:<11} {one.pages:>6} pages {one.seconds:>7.1f} s  "
        f"{one.summary}"
        for one in outcomes
    ]
    states = Counter(one.state for one in outcomes)
    others = "".join(
        f", {count} {state}" for state, count in sorted(states.items()) if state != "built"
    )
    return "\n".join(
        [*rows, f"{states['built']} of {_cases(len(outcomes))} built and proved{others}"]
    )


@contextmanager
def tally(total: int) -> Iterator[Callable[[Outcome], None]]:
    """A function that hears of each case: a bar on a terminal, one plain line for each case
    elsewhere."""
    started, seen = time.monotonic(), Counter[str]()

    def counted(one: Outcome) -> tuple[float, float]:
        """Pages a minute so far, and the minutes left at that pace."""
        seen.update(cases=1, pages=one.pages)
        minutes = max(time.monotonic() - started, 0.001) / 60
        return seen["pages"] / minutes, minutes / seen["cases"] * (total - seen["cases"])

    if not sys.stderr.isatty():

        def plain(one: Outcome) -> None:
            pace, left = counted(one)
            say(
                f"[{seen['cases']} of {total}; {seen['pages']} pages, {pace:.0f} a minute; "
                f"{left:.1f} min left] "
                f"{one.case}: {one.summary}"
            )

        yield plain
        return
    with _bar(total) as move:

        def draw(one: Outcome) -> None:
            pace, _ = counted(one)
            move(seen["pages"], pace, f"{one.case}: {one.summary}" if one.code else "")

        yield draw


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int, float, str], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    pages = TextColumn("{task.fields[pages]} pages, {task.fields[pace]:.0f} a minute")
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

        def move(pages: int, pace: float, trouble: str) -> None:
            if trouble:
                bar.console.print(printable(trouble), markup=False, highlight=False)
            bar.update(task, advance=1, pages=pages, pace=pace)

        yield move


def _cases(number: int) -> str:
    return f"{number} case{'' if number == 1 else 's'}"
