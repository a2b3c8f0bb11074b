"""Tell tables of HTML that hold data from those that only place things, and build them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assembler.documents.paper_blocks import Block, Cell, Paragraph, Picture, Row, Table

_MAX_COLUMNS = 24  # of a table on paper; a wider one is printed cell by cell
_MOST_IN_WORD = 63  # columns of a table
_MAX_ROWS = 5_000  # looked at
_LONGEST_CELL = 500  # characters, of a cell with data
_WIDEST, _NARROWEST = 40, 4  # letters, for the width of a column
_PARTS = ("thead", "tbody", "tfoot")


@dataclass(slots=True, kw_only=True)
class BuiltRow:
    """Cells of a row, with the rows and columns that each spans."""

    is_heading: bool = False
    cells: list[tuple[list[Block], int, int]] = field(default_factory=list)


def is_data_table(table: Any) -> bool:
    """Return whether a table holds data in rows and columns."""
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return False
    if table.find(".//table") is not None:
        return False
    rows = _list_rows(table)
    widths = [sum(read_span(cell, "colspan") for cell in row) for row in rows]
    if len(rows) < 2 or not 2 <= max(widths) <= _MAX_COLUMNS:
        return False
    if table.find(".//th") is not None or table.find("caption") is not None:
        return True
    sizes = [[_measure_cell(cell) for cell in row] for row in rows]
    if max(size for row in sizes for size in (*row, 0)) > _LONGEST_CELL:
        return False
    filled = [sum(size > 0 for size in row) for row in sizes]
    return sum(count > 1 for count in filled) * 2 >= sum(count > 0 for count in filled) > 0


def read_span(cell: Any, name: str) -> int:
    """Return how many columns or rows a cell spans."""
    value = (cell.get(name) or "").strip()
    is_number = value.isascii() and value.isdecimal() and len(value) < 5
    return max(1, min(int(value), _MAX_COLUMNS)) if is_number else 1


def build_table(rows: Sequence[BuiltRow]) -> Table | None:
    """Return a table in which every row has as many columns; None if it has no cells.

    A cell that spans rows has its content in the first of them.
    """
    placed = _place_cells(rows)
    count = _count_columns(placed)
    if count > _MOST_IN_WORD:  # cells that reach down push the others aside
        placed = [
            tuple(Cell(blocks=cell.blocks) for cell in cells if cell.blocks) for cells in placed
        ]
        count = _count_columns(placed)
    if not count:
        return None
    full = [
        (*cells, *(Cell(blocks=()),) * (count - sum(cell.columns for cell in cells)))
        for cells in placed
    ]
    headings = next((number for number, row in enumerate(rows) if not row.is_heading), len(rows))
    return Table(
        widths=_measure_columns(full, count),
        rows=tuple(Row(cells=cells) for cells in full),
        headings=headings if headings < len(rows) else 0,
    )


def _count_columns(rows: Sequence[Sequence[Cell]]) -> int:
    return max((sum(cell.columns for cell in cells) for cells in rows), default=0)


def _place_cells(rows: Sequence[BuiltRow]) -> list[tuple[Cell, ...]]:
    """Return the cells of each row, with an empty one where a cell of a row above reaches down."""
    reaching: dict[int, int] = {}  # column → how many more rows a cell of it covers
    placed = []
    for row in rows:
        covered = {column for column, count in reaching.items() if count > 0}
        reaching = {column: reaching[column] - 1 for column in covered}
        cells: list[Cell] = []
        column = 0
        for blocks, columns, depth in row.cells:
            while column in covered:
                cells.append(Cell(blocks=()))
                column += 1
            kept = tuple(block for block in blocks if isinstance(block, Paragraph | Picture))
            cells.append(Cell(blocks=kept, columns=columns))
            reaching |= dict.fromkeys(range(column, column + columns), depth - 1)
            column += columns
        placed.append(tuple(cells))
    return placed


def _measure_columns(rows: Sequence[Sequence[Cell]], count: int) -> tuple[float, ...]:
    """Return widths of columns by their longest texts."""
    widths = [float(_NARROWEST)] * count
    for row in rows:
        column = 0
        for cell in row:
            if cell.columns == 1:
                longest = max((_measure_block(block) for block in cell.blocks), default=0)
                widths[column] = max(widths[column], min(longest, _WIDEST))
            column += cell.columns
    return tuple(widths)


def _measure_block(block: Paragraph | Picture) -> int:
    if isinstance(block, Picture):
        return _WIDEST // 2
    return max(len(line) for line in block.text.split("\n"))


def _list_rows(table: Any) -> list[list[Any]]:
    """Return the cells of the rows of a table."""
    parents = [table, *(child for child in table if child.tag in _PARTS)]
    rows = [row for parent in parents for row in parent.iterchildren("tr")]
    return [list(row.iterchildren("td", "th")) for row in rows[:_MAX_ROWS]]


def _measure_cell(cell: Any) -> int:
    """Return how many letters a cell has; 1 for one that has a picture only."""
    letters = len("".join("".join(cell.itertext()).split()))
    return letters or int(cell.find(".//img") is not None)
