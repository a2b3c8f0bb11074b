"""Write additional sheets for answers that the form's own additional information has no room for,
headed as the form asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assembler.forms.answer_fitting import SHEET_WIDTH, Continuation, TextMeasure, wrap_text
from assembler.forms.form_writer import FormWriter

_LEFT, _TOP, _BOTTOM = 72.0, 720.0, 108.0  # points
_SIZE, _STEP = 10.0, 14.0
_SIGN = "Signature: ______________________________     Date (mm/dd/yyyy): ______________"


def add_sheets(
    writer: FormWriter, title: str, person: str, a_number: str, entries: Sequence[Continuation]
) -> int:
    """Append the sheets to the form and return how many pages were added."""
    name = wrap_text(f"Name: {person}", SHEET_WIDTH, _SIZE, writer.face)
    heading = (f"{title} - additional sheet", *name, f"A-Number: {a_number or 'none'}")
    pages = list(_split_into_pages(list_sheet_lines(entries, writer.face), len(heading) + 2))
    for number, lines in enumerate(pages, 1):
        _draw(writer, (*heading, f"Sheet {number} of {len(pages)}", "", *lines))
    return len(pages)


def list_sheet_characters(
    title: str, person: str, a_number: str, entries: Sequence[Continuation]
) -> str:
    """Return every character the sheets draw, so that the font has them."""
    fixed = (
        f"{title} - additional sheet Name: A-Number: none Page Part Item Sheet of 0123456789 "
        f"{_SIGN}"
    )
    return (
        fixed
        + person
        + a_number
        + "".join(entry.text + entry.part + entry.item for entry in entries)
    )


def list_sheet_lines(entries: Sequence[Continuation], typeface: TextMeasure) -> list[str]:
    """Return all lines of all entries, each entry below its page, part and item."""
    lines: list[str] = []
    for entry in entries:
        part = f", Part {entry.part}" if entry.part else ""
        item = f", Item {entry.item}" if entry.item else ""
        lines += [
            f"Page {entry.page}{part}{item}",
            *wrap_text(entry.text, SHEET_WIDTH, _SIZE, typeface),
            "",
        ]
    return lines


def _split_into_pages(lines: Sequence[str], taken: int) -> Iterator[Sequence[str]]:
    room = max(1, int((_TOP - _BOTTOM) / _STEP) - 1 - taken)
    for at in range(0, len(lines), room):
        yield lines[at : at + room]


def _draw(writer: FormWriter, lines: Sequence[str]) -> None:
    drawn = [
        writer.draw_line(_LEFT, _TOP - number * _STEP, _SIZE, line)
        for number, line in enumerate(lines)
        if line
    ]
    drawn.append(writer.draw_line(_LEFT, _BOTTOM - _STEP, _SIZE, _SIGN))
    writer.append_page(612, 792, b"".join(drawn))
