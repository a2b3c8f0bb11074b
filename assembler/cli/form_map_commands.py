"""`assembler forms draft-map`, `show-map` and `confirm-map`: the map of a new edition, from a
proposal to a person's confirmation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from assembler.cli.console import print_result, read_as_of, say
from assembler.cli.shared_options import Day, shelf_option, verbose_option

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SECTIONS = (
    ("unsure", "Look at these most closely"),
    ("lost", "Not found; nothing is written for them"),
    ("renamed", "Found under another name"),
    ("moved", "Found in another place"),
    ("new", "Not in the old map; a person answers them"),
)
_SHOWN = 12  # entries of a section; the file has all


@click.command("draft-map")
@click.argument("blank", type=FILE)
@click.option(
    "--from",
    "base",
    type=FILE,
    default=None,
    help="Map to start from (default: the nearest known edition).",
)
@shelf_option
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="New file for the draft (default: in the shelf; without one, it is printed).",
)
@verbose_option
def draft_map(blank: Path, base: Path | None, shelf_dir: Path | None, out: Path | None) -> None:
    """Propose a map for the blank of a new edition from the nearest known one. It fills nothing
    until you confirm it (docs/forms.md)."""
    from assembler.pipeline import form_mapping
    from assembler.runtime.resources import Shelf

    draft = form_mapping.draft_map(
        blank, Shelf.default(shelf_dir), read_as_of(None), base=base, out=out
    )
    _say_draft(draft.raw)
    if draft.path is None:
        print_result(json.dumps(draft.raw, indent=1, ensure_ascii=False))
        return
    print_result(str(draft.path))
    say(
        f"Not confirmed yet. Look at every page: assembler forms show-map {draft.path} {blank} "
        "FOLDER; then: assembler forms confirm-map"
    )


@click.command("show-map")
@click.argument("map_file", metavar="MAP", type=FILE)
@click.argument("blank", type=FILE)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@verbose_option
def show_map(map_file: Path, blank: Path, folder: Path) -> None:
    """Write a picture of every page into FOLDER, filled with invented values that show which field
    is which, and a list of them."""
    from assembler.pipeline import form_mapping

    for path in form_mapping.show_map(map_file, blank, folder):
        print_result(str(path))


@click.command("confirm-map")
@click.argument("map_file", metavar="MAP", type=FILE)
@click.argument("blank", type=FILE)
@click.option("--by", required=True, help="Who looked at every page: a person of your office.")
@click.option(
    "--in-force-from",
    type=Day(),
    metavar="YYYY-MM-DD",
    default=None,
    help="First day on which this edition is accepted, if you know it.",
)
@shelf_option
@verbose_option
@click.pass_context
def confirm_map(
    ctx: click.Context,
    /,
    map_file: Path,
    blank: Path,
    by: str,
    in_force_from: datetime | None,
    shelf_dir: Path | None,
) -> None:
    """Confirm a drafted map after you looked at every page that `show-map` drew. The confirmation
    holds for this map and this blank; if either changes, confirm again."""
    from assembler.errors import ExitCode
    from assembler.forms.map_confirmation import Looked
    from assembler.pipeline import form_mapping
    from assembler.runtime.resources import Shelf

    if not 0 < len(by.strip()) <= 80:
        raise click.BadParameter("it has 1 to 80 characters", param_hint="--by")
    looked = Looked(
        by=by.strip(),
        on=read_as_of(None),
        in_force_from=in_force_from.date() if in_force_from else None,
    )
    confirmed = form_mapping.confirm(map_file, blank, looked, Shelf.default(shelf_dir))
    for finding in confirmed.findings:
        say(str(finding))
    if not confirmed.findings:
        print_result(str(map_file))
        say(f"Confirmed for this blank: Form {confirmed.raw['form'].upper()}.")
    ctx.exit(ExitCode.CASE_REJECTED if confirmed.findings else ExitCode.OK)


def _say_draft(raw: Mapping[str, Any]) -> None:
    """Say what a person must look at, the doubtful first."""
    draft = raw["draft"]
    ways = ", ".join(f"{count} {way}" for way, count in draft["found"].items())
    say(
        f"Form {raw['form'].upper()}, edition {raw['edition']}, drafted from edition "
        f"{draft['from_edition']}. Fields: {ways}."
    )
    for key, title in _SECTIONS:
        entries = draft[key]
        if entries:
            say(f"{title} ({len(entries)}):")
        for entry in entries[:_SHOWN]:
            say(f"  {entry}")
        if len(entries) > _SHOWN:
            say(f"  and {len(entries) - _SHOWN} more, in the draft")
