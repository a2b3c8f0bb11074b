"""Additional sheets: what the form's own additional information had no room for, headed as the
form asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assembler.forms.answer_fitting import SHEET_WIDTH, Continued, Measure, wrap
from assembler.forms.form_writer import Book

_LEFT, _TOP, _BOTTOM = 72.0, 720.0, 108.0  # points
_SIZE, _STEP = 10.0, 14.0
_SIGN = "Signature: ______________________________     Date (mm/dd/yyyy): ______________"


def add_sheets(
    book: Book, title: str, person: str, a_number: str, entries: Sequence[Continued]
) -> int:
    """Append the sheets to the form; the number of pages added goes out."""
    name = wrap(f"Name: {person}", SHEET_WIDTH, _SIZE, book.face)
    heading = (f"{title} - additional sheet", *name, f"A-Number: {a_number or 'none'}")
    pages = list(_pages(sheet_lines(entries, book.face), len(heading) + 2))
    for number, lines in enumerate(pages, 1):
        _draw(book, (*heading, f"Sheet {number} of {len(pages)}", "", *lines))
    return len(pages)


def characters(title: str, person: str, a_number: str, entries: Sequence[Continued]) -> str:
    """Every character the sheets draw, so that the font has them."""
    fixed = (
        f"{title} - additional sheet Name: A-Number: none Page Part Item Sheet of 0123456789 "
        f"{_SIGN}"
    )
    return fixed + person + a_number + "".join(one.text + one.part + one.item for one in entries)


def sheet_lines(entries: Sequence[Continued], type_: Measure) -> list[str]:
    """All lines of all entries, each entry under its page, part and item."""
    lines: list[str] = []
    for one in entries:
        part = f", Part {one.part}" if one.part else ""
        item = f", Item {one.item}" if one.item else ""
        lines += [f"Page {one.page}{part}{item}", *wrap(one.text, SHEET_WIDTH, _SIZE, type_), ""]
    return lines


def _pages(lines: Sequence[str], taken: int) -> Iterator[Sequence[str]]:
    room = max(1, int((_TOP - _BOTTOM) / _STEP) - 1 - taken)
    for at in range(0, len(lines), room):
        yield lines[at : at + room]


def _draw(book: Book, lines: Sequence[str]) -> None:
    drawn = [
        book.text(_LEFT, _TOP - number * _STEP, _SIZE, line)
        for number, line in enumerate(lines)
        if line
    ]
    drawn.append(book.text(_LEFT, _BOTTOM - _STEP, _SIZE, _SIGN))
    book.new_page(612, 792, b"".join(drawn))
