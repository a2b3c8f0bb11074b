"""`assembler draft`: write single Word files from a case, for a person to complete."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from assembler.cli.console import Framed, print_result
from assembler.cli.shared_options import FOLDER, shelf_option, verbose_option


@click.group(cls=Framed)
def draft() -> None:
    """Write single Word files from a case. `bundle` writes those that belong in the packet."""


@draft.command()
@click.argument("case", type=FOLDER)
@click.argument("exhibit")
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The Word file to write, .docx.",
)
@shelf_option
@verbose_option
def certificate(case: Path, exhibit: str, out: Path, shelf_dir: Path | None) -> None:
    """Write an unsigned draft of the translator's certificate for EXHIBIT. An existing file is not
    replaced."""
    from assembler import documents, intake
    from assembler.runtime.atomic_files import write_atomic
    from assembler.runtime.resources import Shelf
    from assembler.runtime.workshop import Workshop

    if out.exists():
        raise click.BadParameter(
            "this file exists, and someone may have edited it; choose another name",
            param_hint="--out",
        )
    shelf = Shelf.default(shelf_dir)
    case_facts = intake.read_case(case, shelf, hashed=False)
    exhibits = {listed.id: listed for listed in case_facts.exhibits}
    if exhibit not in exhibits:
        near = get_close_matches(exhibit, exhibits, 1)
        hint = f"did you mean {near[0]}?" if near else "use the id of an exhibit of case.json"
        raise click.BadParameter(f"there is no exhibit with this id; {hint}", param_hint="EXHIBIT")
    with Workshop(case / ".assembler") as workshop:
        document = documents.fill_translator_certificate(
            exhibits[exhibit], case_facts, shelf=shelf, folder=case, workshop=workshop
        )
    write_atomic(out, document)
    print_result(f"{out}: an unsigned draft; the translator completes and signs it")
