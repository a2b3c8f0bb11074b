"""`assembler forms`: list maps and fields, print the answers of a case, and fill forms.

The commands for the map of a new edition are in `form_map_commands`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import click

from assembler.cli.console import Framed, print_result, read_as_of, say
from assembler.cli.shared_options import (
    FOLDER,
    as_of_option,
    json_option,
    shelf_option,
    verbose_option,
)

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Framed)
def forms() -> None:
    """List, fill and map government forms. `bundle` also fills the blanks that case.json lists."""


@forms.command("list")
@shelf_option
@json_option
@verbose_option
def list_maps(shelf_dir: Path | None, as_json: bool) -> None:
    """List the forms and editions that can be filled, or that have answer sheets."""
    from assembler import forms as government_forms
    from assembler.runtime.resources import Shelf

    maps = government_forms.load_maps(Shelf.default(shelf_dir))
    rows = [
        {
            "form": form_map.form,
            "edition": form_map.edition,
            "fillable": form_map.fillable,
            "confirmed": form_map.is_confirmed,
            "one_blank": form_map.blank.sha256 if form_map.blank else "",
            "checked_on": form_map.checked_on,
            "title": form_map.title,
        }
        for form_map in maps
    ]
    if as_json:
        print_result(json.dumps(rows, indent=1))
    else:
        for row in rows:
            kind = "fills the form" if row["fillable"] else "answer sheet"
            kind = "fills one blank" if row["fillable"] and row["one_blank"] else kind
            kind = kind if row["confirmed"] else "not confirmed"
            print_result(
                f"{row['form']:<7} {row['edition']:<9} {kind:<15} checked {row['checked_on']}  "
                f"{row['title']}"
            )


@forms.command()
@click.argument("pdf", type=FILE)
@json_option
@verbose_option
def fields(pdf: Path, as_json: bool) -> None:
    """List the fields of a form: page, kind, name, states. Values are not printed."""
    from assembler import forms as government_forms

    rows = [
        {key: value for key, value in asdict(row).items() if key != "value"}
        for row in government_forms.read_fields(pdf)
    ]
    if as_json:
        print_result(json.dumps(rows, indent=1))
    else:
        for row in rows:
            print_result(
                f"{row['page']:>3} {row['kind']:<9} {row['name']}  "
                f"{' '.join(row['states'])}".rstrip()
            )


@forms.command()
@click.argument("case", type=FOLDER)
@click.option("--form", "form", default=None, help="Only this form, for example i-131 or g-1650.")
@shelf_option
@json_option
@verbose_option
def answers(case: Path, form: str | None, shelf_dir: Path | None, as_json: bool) -> None:
    """Print the answers for each form: part, item, answer. They contain the client's facts;
    be careful where you send them. Payment forms are printed only with --form."""
    from assembler import forms as government_forms
    from assembler import intake
    from assembler.runtime.resources import Shelf

    shelf = Shelf.default(shelf_dir)
    case_facts = intake.read_case(case, shelf, hashed=False)
    sheets = government_forms.build_answer_sheets(case_facts, shelf, form)
    if as_json:
        print_result(json.dumps(sheets, indent=1, ensure_ascii=False))
        return
    for sheet in sheets:
        print_result(f"{sheet['title']}, edition {sheet['edition']}: {sheet['for']}")
        for row in sheet["answers"]:
            place = f"Part {row['part']} item {row['item']:<8} " if row["part"] else ""
            print_result(f"  {place}{row['label']}: {row['value'] or '(by hand)'}")
        if sheet["note"]:
            print_result(f"  Note (confidence {sheet['confidence']}): {sheet['note']}")
        for unknown in sheet["unknown"]:
            print_result(f"  Not known: {unknown}")


@forms.command()
@click.argument("case", type=FOLDER)
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder for the filled forms (default: filled-forms/ in the case folder).",
)
@click.option(
    "--payment",
    type=click.File("r", encoding="utf8"),
    default=None,
    help="JSON file with card data for Form G-1450, or - for standard input; kept only in that "
    "form (docs/forms.md).",
)
@shelf_option
@as_of_option
@verbose_option
@click.pass_context
def fill(
    ctx: click.Context,
    /,
    case: Path,
    out: Path | None,
    payment: TextIO | None,
    shelf_dir: Path | None,
    as_of: datetime | None,
) -> None:
    """Fill the blank forms that case.json lists, without opening evidence or making a bundle."""
    from assembler import pipeline
    from assembler.errors import ExitCode
    from assembler.model import Severity
    from assembler.runtime.resources import Shelf
    from assembler.runtime.workshop import Workshop

    with Workshop(case / ".assembler") as workshop:
        card = _read_card(payment) if payment else None
        written, findings = pipeline.fill_forms(
            case,
            Shelf.default(shelf_dir),
            workshop,
            out or case / pipeline.FILLED_FORMS,
            card,
            as_of=read_as_of(as_of),
        )
    for finding in findings:
        say(str(finding))
    for path in written:
        print_result(str(path))
    if not written:
        say(
            f"{case.name}: no form was filled; put blanks into forms/ and list them with "
            f'"completed": false'
        )
    has_errors = any(finding.severity is Severity.ERROR for finding in findings)
    ctx.exit(ExitCode.CASE_REJECTED if has_errors or not written else ExitCode.OK)


def _read_card(source: TextIO) -> dict[str, Any]:
    """Read card data; errors are reported without the data."""
    try:
        card = json.load(source)
    except ValueError:
        raise click.BadParameter(
            "it is not JSON", param_hint="--payment"
        ) from None  # the cause would print the data
    if not isinstance(card, dict):
        raise click.BadParameter("it is not a JSON object", param_hint="--payment")
    return card
