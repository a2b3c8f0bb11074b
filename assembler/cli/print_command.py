"""`assembler print`: prepare a finished packet for the printer and the mail."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from assembler.cli.console import describe_kept_files, print_result, read_as_of, say
from assembler.cli.shared_options import FOLDER, jobs_option, json_option, verbose_option


@click.command("print")
@click.argument("build", type=FOLDER)
@click.option(
    "--supplement",
    is_flag=True,
    help="Print only the index and the pages not filed before (packet built with --freeze).",
)
@json_option
@jobs_option
@click.option(
    "--shelf",
    "shelf_dir",
    type=FOLDER,
    default=None,
    help="A firm's own folder with schemas/printing.json.",
)
@verbose_option
def print_run(
    build: Path, supplement: bool, as_json: bool, jobs: int | None, shelf_dir: Path | None
) -> None:
    """Make the files for printing and mailing a packet: Letter sheets, a list of packages, a
    black-and-white preview.

    Writes to BUILD/print/: print.pdf (one for each package), signing.pdf (the pages to sign, with a
    sheet that says who signs where), black-and-white.pdf, print.json and print.txt.
    """
    from assembler import pipeline
    from assembler.bundle import print_set
    from assembler.runtime.resources import Shelf
    from assembler.runtime.workshop import Workshop

    shelf, today = Shelf.default(shelf_dir), read_as_of(None)
    with Workshop(build / ".verify", jobs=jobs or os.cpu_count() or 1, temporary=True) as workshop:
        run = pipeline.print_packet(build, shelf, workshop, today, late=supplement)
    for line in describe_kept_files(run.folder, run.kept):
        say(line)
    print_result(
        json.dumps(run.summary, indent=1)
        if as_json
        else f"{run.folder}:\n{print_set.write_instructions(run.summary)}"
    )
