"""`assembler init` and `assembler validate`: a case's facts, before any page is looked at."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assembler.cli.console import day, result
from assembler.cli.shared_options import (
    as_of_option,
    is_verbose,
    json_option,
    shelf_option,
    strict_option,
    verbose_option,
)
from assembler.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

STYLES = (
    "text",
    "json",
    "junit",
    "sarif",
    "github",
)  # listing.STYLES, which must not be imported to print the help


@click.command()
@click.argument("cases", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True)
@click.option(
    "--format",
    "style",
    type=click.Choice(STYLES),
    default="text",
    show_default=True,
    help="How to print.",
)
@json_option
@strict_option
@as_of_option
@shelf_option
@verbose_option
@click.pass_context
def validate(
    ctx: click.Context,
    /,
    cases: tuple[Path, ...],
    style: str,
    as_json: bool,
    strict: bool,
    as_of: datetime | None,
    shelf_dir: Path | None,
) -> None:
    """Check the facts of cases against the filing's rules; no rendering.

    CASES are case folders, folders above them, or case.json files.
    """
    from assembler import rules
    from assembler.pipeline import batch
    from assembler.report import formats
    from assembler.runtime.resources import Shelf

    shelf, today = Shelf.default(shelf_dir), day(as_of)
    known = rules.load_library(shelf)
    folders = batch.folders([_folder(case) for case in cases])
    brief = len(folders) > 1 and not is_verbose(
        ctx
    )  # the notes of many cases would hide what matters
    listed = []
    for folder in folders:
        found, unchecked = batch.validate(folder, shelf, known, today)
        case = folder.resolve().name
        listed.append(
            formats.Listed(
                case=case, findings=found, folder=_seen(folder), not_checked=unchecked, brief=brief
            )
        )
    applied = (
        () if style == "sarif" else rules.FACT_PACKAGES
    )  # SARIF lists all that the program can report
    helps = rules.list_rule_help(known, applied)
    result(formats.render("json" if as_json else style, listed, helps, strict=strict))
    ctx.exit(ExitCode.CASE_REJECTED if formats.rejected(listed, strict=strict) else ExitCode.OK)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    default="parole",
    show_default=True,
    help="What is filed: parole, re-parole or rfe-response.",
)
@click.option(
    "--reason",
    "reasons",
    multiple=True,
    required=True,
    help="Why, for example urgent-medical; may be given again.",
)
@shelf_option
@verbose_option
def init(folder: Path, kind: str, reasons: tuple[str, ...], shelf_dir: Path | None) -> None:
    """Start a case folder: case.json to fill in, and the list of evidence to gather."""
    from assembler import pipeline
    from assembler.runtime.resources import Shelf

    shelf = Shelf.default(shelf_dir)
    known = shelf.schema("case.schema.json")["properties"]
    _one_of("--kind", [kind], known["kind"]["enum"])
    _one_of("--reason", reasons, known["reasons"]["items"]["enum"])
    pipeline.start(folder, shelf, kind, reasons)
    result(
        f"{folder}: case.json and evidence/TO-GATHER.md are made; put documents into evidence/, "
        f"replace what says FILL IN, "
        f"and run: assembler validate {folder}"
    )


def _one_of(option: str, given: Sequence[str], known: Sequence[str]) -> None:
    for one in given:
        if one not in known:
            near = get_close_matches(one, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise click.BadParameter(f"it is none of {', '.join(known)}{hint}", param_hint=option)


def _folder(given: Path) -> Path:
    """The case a person or a hook names by its folder or by its case.json."""
    if given.is_file() and given.name != "case.json":
        raise click.BadParameter(f"{given.name} is no case.json and no folder", param_hint="CASES")
    return given.parent if given.is_file() else given


def _seen(folder: Path) -> str:
    """The folder as a person or a repository names it."""
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()
