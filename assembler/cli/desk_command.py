"""`assembler desk`: the local web page on which a packet is built."""

from __future__ import annotations

import os
import webbrowser
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click

from assembler.cli.console import print_result, read_as_of, say
from assembler.cli.shared_options import (
    FOLDER,
    as_of_option,
    jobs_option,
    shelf_option,
    verbose_option,
)


@click.command()
@click.argument("root", type=FOLDER, required=False, default=None)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port to use (default: a free one)."
)
@click.option("--no-browser", is_flag=True, help="Print the link; open no browser.")
@click.option(
    "--idle",
    "idle_minutes",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    help="Minutes without any open page after which the desk ends.",
)
@as_of_option
@shelf_option
@jobs_option
@verbose_option
def desk(
    root: Path | None,
    port: int,
    no_browser: bool,
    idle_minutes: float,
    as_of: datetime | None,
    shelf_dir: Path | None,
    jobs: int | None,
) -> None:
    """Build packets on a local web page: all cases below ROOT (default: this folder).

    Listens on 127.0.0.1 only; nothing leaves this machine. Press Ctrl-C to end.
    """
    from assembler.runtime.fork_server import start_fork_server

    start_fork_server()
    from assembler.desk.desk_state import Desk
    from assembler.desk.server import ServeOptions, serve
    from assembler.runtime.resources import Shelf

    def announce(link: str) -> None:
        print_result(f"The desk is at {link}")

    def open_link(link: str) -> None:
        say("The link works once; a new one follows for another window. Press Ctrl-C to end.")
        if not no_browser:
            webbrowser.open(link)

    state = Desk(
        root or Path.cwd(),
        Shelf.default(shelf_dir),
        lambda: read_as_of(as_of),
        jobs or os.cpu_count() or 1,
    )
    options = ServeOptions(port=port, idle_seconds=idle_minutes * 60)
    with suppress(KeyboardInterrupt):  # how a person ends it
        serve(state, options, announce, open_link)
    say("the desk has ended")
