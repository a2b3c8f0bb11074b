"""Write facts as XLSX or CSV. Pure: bytes come out, the same for the same facts.

Each text is written as text: one that begins with = + - or @ is never taken for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assembler.intake.imports.csv_text import guard_text

_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # same facts, same bytes
_MAX_CHOICES = 255  # characters of a list of choices, in Excel
_MAX_TITLE, _MAX_TIP = 32, 255
_TEMPLATE_ROWS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetColumn:
    """A column to write: heading, what it is for, and its choices, if it has any."""

    heading: str
    explanation: str = ""
    choices: tuple[str, ...] = ()
    group: str = ""


def write_csv(columns: Sequence[str], rows: Sequence[Mapping[str, str | int]]) -> bytes:
    """Return the rows as CSV: UTF-8 with a mark, which Excel needs, and commas."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([guard_text(name) for name in columns])
    for row in rows:
        cells = [row.get(name, "") for name in columns]
        writer.writerow([guard_text(cell) if isinstance(cell, str) else cell for cell in cells])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def write_xlsx(
    columns: Sequence[SheetColumn],
    rows: Sequence[Mapping[str, str | int]],
    *,
    template: bool = False,
) -> bytes:
    """Return the rows as a workbook.

    Args:
        template: whether cells get choices and explanations, also on a sheet of their own.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"created": _MADE})
        head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDE6F0"}
        )
        other = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F0E9DD"}
        )
        text = book.add_format({"num_format": "@"})  # what is typed stays as it is typed
        sheet = book.add_worksheet("Clients")
        sheet.freeze_panes(1, 0)
        formats, last = [head, other], ""
        for index, column in enumerate(columns):
            if column.group != last:
                formats.reverse()
                last = column.group
            sheet.set_column(index, index, 18, text)
            sheet.write_string(0, index, column.heading, formats[0])
            for number, row in enumerate(rows, 1):
                value = row.get(column.heading, "")
                if isinstance(value, int):
                    sheet.write_number(number, index, value)
                elif value:
                    sheet.write_string(number, index, value, text)
            if template:
                _add_choices(sheet, index, column)
        if template:
            _add_explanations(book, columns, head)
    return stream.getvalue()


def _add_choices(sheet: object, index: int, column: SheetColumn) -> None:
    """Let the cells of a column show their explanation, and offer their choices."""
    fits = column.choices and len(",".join(column.choices)) <= _MAX_CHOICES
    rule: dict[str, object] = {
        "validate": "list" if fits else "any",
        "input_title": column.heading[:_MAX_TITLE],
        "input_message": column.explanation[:_MAX_TIP],
        "error_type": "warning",
    }
    if fits:
        rule["source"] = list(column.choices)
    sheet.data_validation(1, index, _TEMPLATE_ROWS, index, rule)  # type: ignore[attr-defined]  # the library has no types


def _add_explanations(book: object, columns: Sequence[SheetColumn], head: object) -> None:
    sheet = book.add_worksheet("Explanations")  # type: ignore[attr-defined]  # the library has no types
    for index, (title, width) in enumerate(
        (("Heading of a column", 34), ("What it is for", 80), ("Choices", 60))
    ):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, title, head)
    for number, column in enumerate(columns, 1):
        sheet.write_string(number, 0, column.heading)
        sheet.write_string(number, 1, column.explanation)
        sheet.write_string(number, 2, ", ".join(column.choices))
