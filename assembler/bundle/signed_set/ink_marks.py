"""Group cells of a page into marks: strokes by hand, words, specks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Cells that hang together. Sides in cells, rows from the top; the last row and column are
    included."""

    left: int
    top: int
    right: int
    bottom: int
    cells: tuple[tuple[int, int], ...]  # row, column

    @property
    def width(self) -> int:
        """Return its width in cells."""
        return self.right - self.left + 1

    @property
    def height(self) -> int:
        """Return its height in cells."""
        return self.bottom - self.top + 1

    def grow(self, by: int) -> tuple[slice, slice]:
        """Return the rows and columns of its box with so many cells around it."""
        return (
            slice(max(0, self.top - by), self.bottom + by + 1),
            slice(max(0, self.left - by), self.right + by + 1),
        )


def find_marks(mask: Array, gap: int = 1) -> tuple[Mark, ...]:
    """Return the groups of set cells that lie at most `gap` cells apart, from the top."""
    left_over = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    steps = [(y, x) for y in range(-gap, gap + 1) for x in range(-gap, gap + 1) if y or x]
    marks = []
    for start in sorted(left_over):
        if start not in left_over:
            continue
        left_over.discard(start)
        group, place = [start], 0
        while place < len(group):
            row, column = group[place]
            place += 1
            for y, x in steps:
                near = (row + y, column + x)
                if near in left_over:
                    left_over.discard(near)
                    group.append(near)
        marks.append(_make_mark(group))
    return tuple(marks)


def _make_mark(group: Sequence[tuple[int, int]]) -> Mark:
    rows, columns = [row for row, _ in group], [column for _, column in group]
    return Mark(
        left=min(columns),
        top=min(rows),
        right=max(columns),
        bottom=max(rows),
        cells=tuple(group),
    )


def mask_boxes(boxes: Sequence[Box], shape: tuple[int, ...], height: float, cell: float) -> Array:
    """Return the cells that lie in boxes of a page (points, from its lower left corner)."""
    mask = np.zeros(shape, dtype=bool)
    for left, bottom, right, top in boxes:
        mask[
            max(0, int((height - top) / cell)) : max(0, int((height - bottom) / cell) + 1),
            max(0, int(left / cell)) : max(0, int(right / cell) + 1),
        ] = True
    return mask
