"""Export the facts of cases as a sheet, one row a case, and the empty sheet to fill in.

What is exported comes back with `import` as it was: people, supporters, attorney, request.
Exhibits, declarations and forms are no facts of a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembler import intake
from assembler.intake.imports.columns import FieldColumn, format_heading
from assembler.intake.imports.conversions import format_value
from assembler.intake.imports.merge import flatten_facts
from assembler.intake.imports.tables import ImportTables, load_tables
from assembler.intake.imports.workbook import SheetColumn, write_csv, write_xlsx
from assembler.model.case_texts import FILL_IN, REQUEST_PARAGRAPHS
from assembler.runtime.named_files import write_new_file
from assembler.runtime.resources import Shelf

_NUMBER = re.compile(r"/([0-9]+)(?=/|$)")
_NOT_FACTS = re.compile(r"/(exhibits|declarations|forms|ignored_files|\$schema|rfe/points)(/|$)")
_TEMPLATE_GROUPS = ("Case", "Request", "Beneficiary", "Petitioner", "Supporter", "Attorney")
_REMEDY = "give another name, or replace it with --force"
_MAX_COLUMNS = 500  # as many as `import` reads


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What was exported. `left_out`: places of facts that no column can hold, as messages name
    them."""

    path: Path
    cases: int
    columns: int
    left_out: tuple[str, ...]


def export_cases(
    cases: Sequence[Path], out: Path, shelf: Shelf, *, force: bool = False
) -> ExportReport:
    """Write the facts of cases into a new workbook or CSV file.

    Raises:
        CaseRejected: a case.json is no JSON.
        OutputNotWritten: another file is there, or it cannot be written.
    """
    tables = load_tables(shelf)
    known = _Known(tables)
    rows: list[dict[str, str | int]] = []
    used: dict[str, tuple[int, tuple[int, ...]]] = {}
    left_out: dict[str, None] = {}
    for folder in cases:
        raw, _ = intake.read_raw_case(folder)
        cells: dict[str, str | int] = {}
        for pointer, value in flatten_facts(raw):
            if _NOT_FACTS.match(pointer) or (isinstance(value, str) and FILL_IN in value):
                continue
            column = known.find(pointer)
            cell = format_value(value, pointer.rpartition("/")[2])
            if column is None or cell is None:
                left_out[f"{folder.name}: {tables.fields.label(pointer, raw)}"] = None
                continue
            heading, order = column
            used[heading] = order
            cells[heading] = cell
        rows.append(cells)
    headings = sorted(used, key=lambda heading: used[heading])[:_MAX_COLUMNS]
    if out.suffix.lower() == ".csv":
        data = write_csv(headings, rows)
    else:
        data = write_xlsx([SheetColumn(heading=heading) for heading in headings], rows)
    write_new_file(out, data, _REMEDY, force=force)
    return ExportReport(path=out, cases=len(rows), columns=len(headings), left_out=tuple(left_out))


def write_template(out: Path, shelf: Shelf, *, force: bool = False) -> int:
    """Write an empty workbook with headings, explanations and choices; return how many columns it
    has. Raises OutputNotWritten."""
    tables = load_tables(shelf)
    columns = []
    for column in tables.columns.columns:
        group = next(
            (name for name in _TEMPLATE_GROUPS if column.heading.split(" {n}")[0].startswith(name)),
            "",
        )
        if group and column.pointer.rpartition("/")[2] not in REQUEST_PARAGRAPHS:
            columns.append(_make_template_column(column, group, tables))
    data = write_csv([column.heading for column in columns], ())
    if out.suffix.lower() != ".csv":
        data = write_xlsx(columns, (), template=True)
    write_new_file(out, data, _REMEDY, force=force)
    return len(columns)


class _Known:
    """The columns of the table, by place without numbers."""

    def __init__(self, tables: ImportTables) -> None:
        self._columns = {
            re.sub(r"\{[nm]\}", "#", column.pointer): (position, column)
            for position, column in enumerate(tables.columns.columns)
        }
        self._roots: dict[str, int] = {}  # part of a case → position of its first column
        for position, column in enumerate(tables.columns.columns):
            self._roots.setdefault(column.pointer.split("/")[1], position)

    def find(self, pointer: str) -> tuple[str, tuple[int, tuple[int, ...]]] | None:
        """Return the heading of a place, and where its column stands among the others."""
        place = self._columns.get(_NUMBER.sub("/#", pointer))
        if place is None:
            return None
        position, column = place
        numbers = [int(number) for number in _NUMBER.findall(pointer)]
        names = re.findall(r"\{([nm])\}", column.pointer)
        heading = format_heading(column, dict(zip(names, numbers, strict=True)))
        root = self._roots[column.pointer.split("/")[1]]
        return heading, (root, (*numbers[:1], position, *numbers[1:]))


def _make_template_column(column: FieldColumn, group: str, tables: ImportTables) -> SheetColumn:
    pointer = column.pointer.replace("{n}", "0").replace("{m}", "0")
    node: Mapping[str, Any] = tables.fields.field(pointer).node
    choices = node.get("enum") or node.get("items", {}).get("enum") or ()
    if node.get("type") == "boolean":
        choices = ("yes", "no")
    explanation = str(node.get("description", ""))
    if "enum" in node.get("items", {}):
        explanation += " Several are divided by semicolons."
        choices = () if group == "Case" else choices
    return SheetColumn(
        heading=format_heading(column, {}),
        explanation=explanation,
        choices=tuple(map(str, choices)),
        group=group,
    )
