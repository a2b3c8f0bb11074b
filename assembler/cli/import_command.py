"""`assembler import`: facts from a sheet, a filled form or another program into cases."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler.cli.console import print_result, read_as_of, say
from assembler.cli.shared_options import FOLDER, json_option, shelf_option, verbose_option

if TYPE_CHECKING:
    from assembler.pipeline.import_facts import ImportOptions, ImportReport
    from assembler.runtime.resources import Shelf

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)
_SHOWN = 12  # names of fields that are listed


@click.command("import")
@click.argument("file", type=_FILE, required=False)
@click.option("--into", "case", type=FOLDER, default=None, help="The case that gets the facts.")
@click.option(
    "--new",
    "root",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Make one case folder a row, in this folder.",
)
@click.option(
    "--template",
    type=_NEW_FILE,
    default=None,
    help="Write an empty workbook to fill in: headings, explanations, choices.",
)
@click.option(
    "--columns",
    type=_FILE,
    default=None,
    help="A table of your own headings (docs/import.md).",
)
@click.option(
    "--from",
    "program",
    type=click.Choice(["clio", "docassemble", "docketwise", "legalserver"]),
    default=None,
    help="The program that wrote FILE (default: the one whose headings fit best).",
)
@click.option(
    "--date-order",
    type=click.Choice(["mdy", "dmy"]),
    default=None,
    help="How 03/04/2025 is meant in this file: month first, or day first.",
)
@click.option("--row", type=click.IntRange(1), default=None, help="With --into: the row to take.")
@click.option(
    "--take",
    metavar="FIELD",
    multiple=True,
    help="Write the file's value of this field over the one that stands; repeat for several.",
)
@click.option("--keep", is_flag=True, help="Leave every value that stands.")
@click.option(
    "--person", default=None, help="With --into: id of the person whose passport page FILE is."
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--kind", default="parole", show_default=True, help="With --new: kind of filing.")
@click.option(
    "--reason",
    "reasons",
    multiple=True,
    help="With --new: reason for requesting parole, where the file names none.",
)
@click.option("--force", is_flag=True, help="With --template: replace a file of this name.")
@json_option
@shelf_option
@verbose_option
def import_facts(
    file: Path | None,
    case: Path | None,
    root: Path | None,
    template: Path | None,
    columns: Path | None,
    program: str | None,
    date_order: str | None,
    row: int | None,
    take: tuple[str, ...],
    keep: bool,
    person: str | None,
    dry_run: bool,
    kind: str,
    reasons: tuple[str, ...],
    force: bool,
    as_json: bool,
    shelf_dir: Path | None,
) -> None:
    """Take facts from FILE into a case, or into one new case a row.

    FILE is a sheet (XLSX, ODS, CSV), a filled Form I-131, I-134 or G-28, an export of docassemble,
    Docketwise, Clio or LegalServer, or (with --into) the page of a passport or card. A value that
    differs from one that stands is written only with --take.
    """
    from assembler.pipeline import import_facts
    from assembler.runtime.resources import Shelf

    shelf = Shelf.default(shelf_dir)
    if template is not None:
        _write_template(template, shelf, force=force)
        return
    place = case or root
    if file is None or place is None or (case and root):
        raise click.UsageError("name a FILE and either --into CASE or --new ROOT")
    _check_choices(kind, reasons, shelf)
    options = import_facts.ImportOptions(
        columns=columns,
        program=program or "",
        date_order=date_order or "",
        row=row,
        take=take,
        keep=keep,
        dry_run=dry_run,
        kind=kind,
        reasons=reasons,
        person=person or "",
        today=read_as_of(None),
    )
    _import_and_print(file, place, shelf, options, is_new=case is None, as_json=as_json)


def _write_template(path: Path, shelf: Shelf, *, force: bool) -> None:
    """Write an empty workbook to fill in."""
    from assembler.pipeline import export_facts

    count = export_facts.write_template(path, shelf, force=force)
    print_result(f"{path}: {count} columns; fill in one row a case, then run: assembler import")


def _import_and_print(
    file: Path, place: Path, shelf: Shelf, options: ImportOptions, *, is_new: bool, as_json: bool
) -> None:
    """Take the facts into the case at `place`, or into new cases in the folder there (`is_new`),
    and print what was written, or would be. Raises ImportRefused."""
    from assembler.pipeline import import_facts, new_cases

    take_facts = new_cases.import_new if is_new else import_facts.import_into
    try:
        report = take_facts(file, place, shelf, options)
    except import_facts.ImportRefused as error:
        if as_json:
            findings = [asdict(finding) for finding in error.refusals]
            print_result(json.dumps({"written": False, "findings": findings}, indent=1))
        raise
    if as_json:
        print_result(json.dumps(_convert_to_json(report), indent=1, ensure_ascii=False))
    else:
        _print(report, place)


def _check_choices(kind: str, reasons: tuple[str, ...], shelf: Shelf) -> None:
    """Raise BadParameter for a kind or reason that the schema of case.json does not have."""
    properties = shelf.schema("case.schema.json")["properties"]
    _check_choice("--kind", (kind,), properties["kind"]["enum"])
    _check_choice("--reason", reasons, properties["reasons"]["items"]["enum"])


def _check_choice(option: str, values: tuple[str, ...], allowed: list[str]) -> None:
    for value in values:
        if value not in allowed:
            raise click.BadParameter(f"it is not one of {', '.join(allowed)}", param_hint=option)


def _convert_to_json(report: ImportReport) -> dict[str, Any]:
    rows = asdict(report)
    del rows["values"], rows["people"]  # a client's facts, for a page only
    rows["cases"] = [path.as_posix() for path in report.cases]
    rows["findings"] = [asdict(finding) for finding in report.findings]
    return rows


def _print(report: ImportReport, place: Path) -> None:
    from assembler.cli.findings_output import print_findings

    print_findings(report.findings, err=True)
    program = f", as {report.program} names them" if report.program else ""
    say(f"{report.file}: {len(report.used)} columns used{program}")
    for title, names in (("not used", report.ignored), ("not in the file", report.missing)):
        if names:
            say(f"  {title}: {_list(names)}")
    verb = "" if report.written else "would be "
    for title, names in (
        ("added", report.added),
        ("replaced", report.replaced),
        ("kept, although the file differs", report.kept),
        ("left to FILL IN", report.fill_in),
    ):
        if names:
            say(f"  {verb if title in ('added', 'replaced') else ''}{title}: {_list(names)}")
    if report.same:
        say(f"  the same already: {len(report.same)} fields")
    if report.cases:
        count = f"{len(report.cases)} case{'s' if len(report.cases) != 1 else ''}"
        if report.written:
            print_result(f"{place}: {count} made; next: assembler validate {place}")
        else:
            print_result(f"{place}: {count} would be made")
    elif report.written:
        written = len(report.added) + len(report.replaced)
        print_result(f"{place}: {written} fields written; next: assembler validate {place}")
    else:
        print_result(f"{place}: nothing was written")


def _list(names: tuple[str, ...]) -> str:
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return "; ".join(names[:_SHOWN]) + rest
