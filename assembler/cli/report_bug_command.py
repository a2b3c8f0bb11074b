"""`assembler report-bug`: write a report for the maintainers, without client data."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from assembler.cli.console import print_result, read_as_of, say
from assembler.cli.shared_options import FOLDER, as_of_option, shelf_option, verbose_option

_NAME = "assembler-bug-report.zip"


@click.command("report-bug")
@click.argument("case", type=FOLDER, required=False)
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(_NAME),
    show_default=True,
    help="File to write; a file of this name is never replaced.",
)
@as_of_option
@shelf_option
@verbose_option
def report_bug(
    case: Path | None, out: Path, as_of: datetime | None, shelf_dir: Path | None
) -> None:
    """Write a bug report without client data, for you to look at and send; sends nothing.

    CASE is the case folder in which the bug occurred; it may be unfinished or wrong. Without it,
    the report is about this machine only.
    """
    from assembler.pipeline.bug_report import collect_report, list_contents, make_archive
    from assembler.runtime.fork_server import start_fork_server
    from assembler.runtime.named_files import write_new_file
    from assembler.runtime.resources import Shelf

    start_fork_server()
    report = collect_report(case, Shelf.default(shelf_dir), read_as_of(as_of))
    write_new_file(out, make_archive(report), "give --out another name")
    print_result(f"{out}: a bug report with")
    for line in list_contents(report):
        print_result(f"  - {line}")
    say(
        "Nothing was sent. Open the file and look at it before you send it, since only you know "
        "what must stay private. Then describe what you did and what you expected."
    )
