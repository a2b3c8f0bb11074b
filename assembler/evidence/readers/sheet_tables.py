"""Lay out the cells of sheets as tables with row numbers and column letters.

Columns that do not fit beside each other are printed in groups, one below the other; none is left
out. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assembler.documents.paper_blocks import (
    Block,
    Cell,
    PageBreak,
    Paragraph,
    Picture,
    Row,
    Run,
    Table,
    TextStyle,
    make_cell,
    make_paragraph,
)
from assembler.evidence.readers.reading import MAX_ROWS
from assembler.evidence.refusal import Refused
from assembler.model import Passage, PassageKind

MAX_COLUMNS = 500  # with text, of a sheet
MAX_CELLS = 40_000  # with text, of a file: as many as a worker can print in its time
_LINE = 155  # letters of the width of a page on its side, in the style of tables
_PADDING = 3  # letters, left and right of the text of a cell together
_LEAST, _MOST = 3, 42  # letters of the width of a column
_MOST_LONG, _LONG_LINES = 90, 20  # of one whose longest line would fill so many lines or more
_TALLEST = 20  # lines of a row of a table
_LEAST_REST = 12  # letters that are left of a line, so that a narrow table is not stretched
_EMPTY = "\u00a0"
_SPACE = make_paragraph(_EMPTY, TextStyle.NOTE)
_DIVIDE = "copy the part that matters into a file of its own"
_CHOOSE = f"{_DIVIDE}, or choose sheets with `sheets` in case.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCell:
    """A cell with text. `columns`: how many it spans, hidden ones included."""

    text: str
    columns: int = 1
    is_bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A row that has some text. `number`: as its program shows it; `cells`: by column, from 0."""

    number: int
    cells: Mapping[int, SheetCell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet as it is shown. `hidden_columns`: those that are not; `notes`: what is not shown;
    `texts`: of its text boxes; `pictures`: on it."""

    name: str
    rows: tuple[SheetRow, ...]
    hidden_columns: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()


def make_sheet_blocks(sheets: Sequence[Sheet], attachment: tuple[int, ...]) -> tuple[Block, ...]:
    """Return the blocks of all sheets, each on pages of its own. Raises Refused above a limit."""
    blocks: list[Block] = []
    rows = cells = 0
    for sheet in sheets:
        _check_columns(sheet)
        cells += sum(len(row.cells) for row in sheet.rows)
        if cells > MAX_CELLS:
            problem = f"more than {MAX_CELLS} cells would be printed"
            raise Refused("EVID.LIMIT", problem, _CHOOSE)
        if blocks:
            blocks.append(PageBreak())
        groups = group_columns(sheet)
        rows += len(sheet.rows) * max(1, len(groups))
        check_row_count(rows)
        blocks += _make_blocks(sheet, groups, attachment)
    return tuple(blocks)


def check_row_count(rows: int) -> None:
    """Raise Refused if more rows would be printed than a file may have."""
    if rows > MAX_ROWS:
        raise Refused(
            "EVID.LIMIT",
            f"more than {MAX_ROWS} rows would be printed; a wide row counts once for each group "
            "of its columns",
            _CHOOSE,
        )


def _check_columns(sheet: Sheet) -> None:
    columns = {column for row in sheet.rows for column in row.cells}
    if len(columns) > MAX_COLUMNS:
        raise Refused(
            "EVID.LIMIT", f"a sheet has {len(columns)} columns, more than {MAX_COLUMNS}", _DIVIDE
        )


def group_columns(sheet: Sheet) -> list[list[int]]:
    """Return the columns with text in groups that fit a page beside each other.

    An empty column between others keeps its place, since what is beside it may refer to it.
    """
    used = sorted({column for row in sheet.rows for column in row.cells})
    if not used:
        return []
    columns = _list_visible(sheet, used)
    widths = measure_columns(sheet.rows, columns)
    room = _LINE - _number_width(sheet)
    groups: list[list[int]] = [[]]
    taken = 0
    for column in columns:
        width = widths[column] + _PADDING
        if groups[-1] and taken + width > room:
            groups.append([])
            taken = 0
        groups[-1].append(column)
        taken += width
    return groups


def _list_visible(sheet: Sheet, used: Sequence[int]) -> list[int]:
    """Return the columns with text, and a single empty column between two of them."""
    filled = set(used)
    return [
        column
        for column in range(used[0], used[-1] + 1)
        if column not in sheet.hidden_columns
        and (column in filled or {column - 1, column + 1} <= filled)
    ]


def measure_columns(rows: Sequence[SheetRow], columns: Sequence[int]) -> dict[int, int]:
    """Return the width of each column in letters: of its longest line, within limits."""
    widths = dict.fromkeys(columns, _LEAST)
    for row in rows:
        for column, cell in row.cells.items():
            if column in widths and cell.columns == 1:
                longest = max(map(len, cell.text.split("\n")))
                most = max(_MOST, min(longest // _LONG_LINES, _MOST_LONG))
                widths[column] = max(widths[column], min(longest, most))
    return widths


def _number_width(sheet: Sheet) -> int:
    last = sheet.rows[-1].number if sheet.rows else 1
    return len(str(last)) + _PADDING


def name_column(column: int) -> str:
    """Return the letters of a column, from 0: A, B, ... Z, AA."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _make_blocks(
    sheet: Sheet, groups: Sequence[list[int]], attachment: tuple[int, ...]
) -> Iterator[Block]:
    first = sheet.rows[0].number if sheet.rows else 1
    start = _make_passage(first, sheet.name, attachment)
    if sheet.name:
        yield make_paragraph(sheet.name, TextStyle.HEADING_2, start)
    for note in sheet.notes:
        yield make_paragraph(note, TextStyle.NOTE)
    if not (sheet.rows or sheet.texts or sheet.pictures):
        yield make_paragraph("This sheet is empty.", TextStyle.NOTE)
    for number, columns in enumerate(groups, 1):
        if number > 1:
            yield _SPACE
        if len(groups) > 1:
            first_name, last_name = name_column(columns[0]), name_column(columns[-1])
            span = f"s {first_name} to {last_name}" if len(columns) > 1 else f" {first_name}"
            phrase = f"Column{span} (part {number} of {len(groups)})"
            yield make_paragraph(phrase, TextStyle.NOTE)
        yield _make_table(sheet, columns, attachment)
    if groups and (sheet.texts or sheet.pictures):
        yield _SPACE
    for text in sheet.texts:
        yield make_paragraph("Text box on this sheet:", TextStyle.NOTE)
        yield make_paragraph(text)
    for number, picture in enumerate(sheet.pictures, 1):
        caption = f"Picture {number} of {len(sheet.pictures)} on this sheet"
        yield make_paragraph(caption, TextStyle.NOTE)
        yield replace(picture, text=caption)


def _make_passage(number: int, within: str, attachment: tuple[int, ...]) -> Passage:
    return Passage(
        kind=PassageKind.ROW, first=number, last=number, within=within, attachment=attachment
    )


def _make_table(sheet: Sheet, columns: Sequence[int], attachment: tuple[int, ...]) -> Table:
    """Return the rows that have text in these columns."""
    measured = measure_columns(sheet.rows, columns)
    widths = [_number_width(sheet), *(measured[column] + _PADDING for column in columns)]
    rest = _LINE - sum(widths)
    filler = (make_cell(_EMPTY),) if rest >= _LEAST_REST else ()
    letters = [make_cell(name_column(column), TextStyle.TABLE_HEADING) for column in columns]
    heading = Row(cells=(make_cell(_EMPTY, TextStyle.TABLE_HEADING), *letters, *filler))
    rows = [
        Row(
            cells=(
                make_cell(str(row.number), TextStyle.TABLE_HEADING),
                *_make_cells(part, columns),
                *filler,
            ),
            starts=_make_passage(row.number, sheet.name, attachment),
        )
        for row in sheet.rows
        if not row.cells.keys().isdisjoint(columns)
        for part in split_row(row, measured)
    ]
    return Table(
        widths=(*map(float, widths), *([float(rest)] if filler else [])),
        rows=(heading, *rows),
        headings=1,
    )


def split_row(row: SheetRow, widths: Mapping[int, int]) -> list[SheetRow]:
    """Return a row in parts that are not taller than a page, since Word engines do not break the
    rows of a table. `widths`: of the columns to print, in letters."""
    pieces = {
        column: split_text(cell.text, widths[column] * cell.columns)
        for column, cell in row.cells.items()
        if column in widths
    }
    return [
        SheetRow(
            number=row.number,
            cells={
                column: replace(row.cells[column], text=parts[number])
                for column, parts in pieces.items()
                if number < len(parts)
            },
        )
        for number in range(max(map(len, pieces.values())))
    ]


def split_text(text: str, width: int) -> list[str]:
    """Return a text in pieces of at most so many lines, if a line has `width` letters; words stay
    whole if they can."""
    pieces: list[str] = []
    current: list[str] = []
    room = _TALLEST
    for line in text.split("\n"):
        rest = line
        while len(rest) > room * width:
            end = rest.rfind(" ", 1, room * width) + 1 or room * width
            pieces.append("\n".join([*current, rest[:end]]))
            current, rest, room = [], rest[end:], _TALLEST
        current.append(rest)
        room -= max(1, -(-len(rest) // width))
        if room <= 0:
            pieces.append("\n".join(current))
            current, room = [], _TALLEST
    return [*pieces, "\n".join(current)] if current or not pieces else pieces


def _make_cells(row: SheetRow, columns: Sequence[int]) -> Iterator[Cell]:
    """Yield the cells of a row, merged ones as far as the group of columns goes, and no further
    than the next cell with text."""
    end = 0  # of a merged cell: the first column that it does not cover
    for place, column in enumerate(columns):
        cell = row.cells.get(column)
        if column < end and cell is None:
            continue
        if cell is None:
            yield make_cell(_EMPTY)
            continue
        following = (other for other in columns[place + 1 :] if other in row.cells)
        end = min(column + cell.columns, next(following, column + cell.columns))
        span = sum(1 for other in columns[place:] if other < end)
        yield Cell(
            blocks=tuple(
                Paragraph(
                    runs=(Run(text=line or _EMPTY, bold=cell.is_bold),), style=TextStyle.TABLE
                )
                for line in cell.text.split("\n")
            ),
            columns=max(1, span),
        )
