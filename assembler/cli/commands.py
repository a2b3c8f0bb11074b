"""The commands. Each body: make what the function needs, call it, print, exit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from assembler import __version__
from assembler.cli.frame import Framed, common, day, progress, result, say
from assembler.errors import ExitCode

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(cls=Framed, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assembler")
def main() -> None:
    """Turn an immigration case folder into a tabbed, indexed, searchable filing bundle, and prove it.

    Gives no legal advice. Works offline; client data stays on this machine.
    """


@main.command()
@click.argument("case", type=FOLDER)
@common
def plan(case: Path, as_json: bool, shelf_dir: Path | None, **_: Any) -> None:
    """Print the order of the packet; touch nothing, start nothing."""
    from assembler import pipeline
    from assembler.plan import as_json as plan_json
    from assembler.plan import show
    from assembler.shelf import Shelf

    plans = pipeline.plans(case, Shelf.default(shelf_dir))
    result(json.dumps([plan_json(p) for p in plans], indent=1) if as_json else "\n\n".join(map(show, plans)))
