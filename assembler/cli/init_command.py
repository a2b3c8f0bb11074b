"""`assembler init`: start a case folder."""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler.cli.console import print_result, read_as_of
from assembler.cli.propose_command import print_proposals, read_proposals, write_proposals
from assembler.cli.shared_options import (
    CACHE_MB,
    FOLDER,
    as_of_option,
    shelf_option,
    verbose_option,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from assembler.model import Name
    from assembler.rules import CaseStart


class _SchemaOption(click.Option):
    """An option whose help lists the values that the schema of case.json allows.

    Args:
        choices: path of the field below the schema's properties, with slashes.
    """

    def __init__(self, *args: Any, choices: str, **more: Any) -> None:
        self._field = choices
        super().__init__(*args, **more)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's line of the help, with its values."""
        from assembler.runtime.resources import Shelf

        field = Shelf.default(None).schema("case.schema.json")["properties"]
        for key in self._field.split("/"):
            field = field[key]
        record = super().get_help_record(ctx)
        default = f" [default: {self.default}]" if isinstance(self.default, str) else ""
        return record and (
            record[0],
            f"{self.help} One of: {', '.join(field['enum'])}.{default}",
        )


class _NameType(click.ParamType["Name"]):
    """A person's name as an option: "Family, Given"."""

    name = "family, given"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Name:
        """Return the name. Refuses a text without exactly one comma."""
        from assembler.model import Name

        family, comma, given = (part.strip() for part in str(value).partition(","))
        if not (family and comma and given) or "," in given:
            self.fail('write it as "Family, Given", as in the passport', param, ctx)
        return Name(given=given, family=family)


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--kind", cls=_SchemaOption, choices="kind", default="parole", help="Kind of filing.")
@click.option(
    "--reason",
    "reasons",
    cls=_SchemaOption,
    choices="reasons/items",
    multiple=True,
    help="Reason for requesting parole; repeat for several. Required with DIR.",
)
@click.option(
    "--beneficiary",
    "beneficiaries",
    type=_NameType(),
    multiple=True,
    help="Name of a beneficiary; repeat for several.",
)
@click.option("--petitioner", type=_NameType(), help="Name of the petitioner, who files.")
@click.option(
    "--self", "is_self", is_flag=True, help="The first beneficiary is also the petitioner."
)
@click.option("--attorney", type=_NameType(), help="Name of the attorney or representative.")
@click.option(
    "--filing",
    type=click.Choice(["paper", "online"]),
    default="paper",
    show_default=True,
    help="How the request is filed.",
)
@click.option(
    "--from",
    "source",
    type=FOLDER,
    default=None,
    help="Copy the files of this folder into evidence/, and propose exhibits for them.",
)
@as_of_option
@shelf_option
@verbose_option
def init(
    folder: Path | None,
    kind: str,
    reasons: tuple[str, ...],
    beneficiaries: tuple[Name, ...],
    petitioner: Name | None,
    is_self: bool,
    attorney: Name | None,
    filing: str,
    source: Path | None,
    as_of: datetime | None,
    shelf_dir: Path | None,
) -> None:
    """Start a case folder: case.json to fill in, and the list of evidence to gather.

    Without DIR, the command asks for everything on the terminal.
    """
    from assembler import pipeline
    from assembler.cli.init_questions import ask_folder, ask_start
    from assembler.rules import CaseStart
    from assembler.runtime.resources import Shelf

    shelf = Shelf.default(shelf_dir)
    schema = shelf.schema("case.schema.json")
    if folder is None:
        if not sys.stdin.isatty():
            raise click.UsageError("Missing argument 'DIR'; on a terminal, `init` asks instead.")
        folder = ask_folder()
        answers = ask_start(schema)
    else:
        answers = CaseStart(
            kind=kind,
            reasons=reasons,
            beneficiaries=beneficiaries,
            petitioner=petitioner,
            is_self=is_self,
            attorney=attorney,
            filing=filing,
        )
        _check_answers(answers, schema["properties"])
    if source is not None:
        _start_from(folder, source, answers, (read_as_of(as_of), shelf_dir))
        return
    pipeline.start(folder, shelf, answers)
    print_result(
        f"{folder}: case.json and evidence/TO-GATHER.md are made; put documents into evidence/, "
        f"replace every FILL IN, then run: assembler validate {folder}"
    )


def _start_from(
    folder: Path, source: Path, answers: CaseStart, options: tuple[date, Path | None]
) -> None:
    """Start a case from a folder of files, and propose exhibits for them."""
    from assembler.pipeline import propose_exhibits
    from assembler.runtime.resources import Shelf

    today, shelf_dir = options
    shelf = Shelf.default(shelf_dir)
    copied = propose_exhibits.start_from_folder(folder, source, shelf, answers)
    count = len(copied)
    print_result(
        f"{folder}: case.json and evidence/TO-GATHER.md are made, and {count} "
        f"file{'' if count == 1 else 's'} copied into evidence/; replace every FILL IN in case.json"
    )
    work = (os.cpu_count() or 1, None, CACHE_MB)
    proposals = read_proposals(folder, shelf, today, work)
    write_proposals(folder, proposals)
    print_proposals(folder, proposals, shelf_dir, dry_run=False)


def _check_answers(answers: CaseStart, properties: Mapping[str, Any]) -> None:
    """Raise UsageError for the first answer that is missing, contradicts another one, or is not one
    of the schema's values."""
    reasons = properties["reasons"]["items"]["enum"]
    if not answers.reasons:
        raise click.MissingParameter(
            param_hint="'--reason'",
            param_type="option",
            message=f"Choose from: {', '.join(reasons)}",
        )
    if answers.is_self and answers.petitioner is not None:
        raise click.UsageError("--self and --petitioner contradict each other; give one.")
    _check_choices("--kind", [answers.kind], properties["kind"]["enum"])
    _check_choices("--reason", answers.reasons, reasons)


def _check_choices(option: str, values: Sequence[str], allowed: Sequence[str]) -> None:
    """Raise BadParameter for the first value of an option that is not allowed."""
    for value in values:
        if value not in allowed:
            near = get_close_matches(value, allowed, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise click.BadParameter(
                f"it is not one of {', '.join(allowed)}{hint}", param_hint=option
            )
