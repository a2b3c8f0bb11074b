"""Compute where a page of a source lies on its page of the bundle, as the ledger says. Pure.

A page's own coordinates are those of its content; as shown, its lower left corner is the origin.
Lengths are in points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assembler.model import LedgerEntry

Matrix = tuple[float, float, float, float, float, float]  # x' = a x + c y + e; y' = b x + d y + f
Box = tuple[float, float, float, float]  # left, bottom, right, top
_TOLERANCE = 0.02  # points; a bundle has six digits of each number
_RELATIVE_TOLERANCE = 4e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The visible box of a page in its own coordinates, and how far it is rotated clockwise when
    shown."""

    box: Box
    turned: int = 0

    @property
    def size(self) -> tuple[float, float]:
        """Return width and height as shown."""
        width, height = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return (height, width) if self.turned % 180 else (width, height)

    @property
    def shown(self) -> Matrix:
        """Return the matrix from the page's own coordinates to the page as shown."""
        x0, y0, x1, y1 = self.box
        return {
            0: (1.0, 0.0, 0.0, 1.0, -x0, -y0),
            90: (0.0, -1.0, 1.0, 0.0, -y0, x1),
            180: (-1.0, 0.0, 0.0, -1.0, x1, y1),
            270: (0.0, 1.0, -1.0, 0.0, y1, -x0),
        }[self.turned % 360]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """How the ledger places a page: its size as shown, and how its source was brought onto it.

    `turned`: clockwise degrees by which recognition found the page to lie on its side. `scale`:
    below 1 where it is drawn smaller, with its top edge and center kept. `own_size`: of the turned
    source, if it is on paper of another size. `lossless`: False if its pictures were redrawn at
    `dpi`. `gray`: it was converted to gray.
    """

    size: tuple[float, float]
    scale: float = 1.0
    own_size: tuple[float, float] | None = None
    turned: int = 0
    lossless: bool = True
    dpi: float = 0.0
    gray: bool = False

    @staticmethod
    def of(entry: LedgerEntry) -> Placement:
        """Return the placement of a ledger entry."""
        fitted = entry.fitted
        return Placement(
            size=entry.size,
            scale=entry.scale,
            own_size=entry.own_size,
            turned=entry.turned,
            lossless=fitted is None or fitted.lossless,
            dpi=fitted.dpi_after if fitted else 0.0,
            gray=entry.gray,
        )

    @property
    def copied(self) -> bool:
        """Return whether the source is where it was, at most rotated."""
        return self.scale == 1.0 and self.own_size is None

    @property
    def source_size(self) -> tuple[float, float]:
        """Return the size that the turned source must have, as shown."""
        return self.own_size or self.size

    @property
    def moved(self) -> Matrix:
        """Return the matrix from the turned source as shown to the page of the bundle as shown."""
        width, height = self.source_size
        offset_x, offset_y = (
            (self.size[0] - width * self.scale) / 2,
            self.size[1] - height * self.scale,
        )
        return (self.scale, 0.0, 0.0, self.scale, offset_x, offset_y)


def close_sizes(size: Sequence[float], other: Sequence[float]) -> bool:
    """Return whether two sizes are equal except for rounding."""
    return all(
        abs(side - other_side) <= _TOLERANCE + _RELATIVE_TOLERANCE * abs(side)
        for side, other_side in zip(size, other, strict=True)
    )


def is_same_place(matrix: Matrix, other: Matrix, box: Box) -> bool:
    """Return whether two matrices move the corners of a box to the same places, except for
    rounding."""
    tolerance = _TOLERANCE + _RELATIVE_TOLERANCE * max(map(abs, (*box, 1.0)))
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    pairs = [(apply(matrix, x, y), apply(other, x, y)) for x, y in corners]
    return all(
        abs(point[0] - other_point[0]) <= tolerance and abs(point[1] - other_point[1]) <= tolerance
        for point, other_point in pairs
    )


def apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Return a point transformed by a matrix."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def combine_matrices(first: Matrix, second: Matrix) -> Matrix:
    """Return the matrix that applies `first`, then `second`."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def invert_matrix(matrix: Matrix) -> Matrix:
    """Return the matrix that reverses `matrix`."""
    a, b, c, d, e, f = matrix
    determinant = a * d - b * c
    return (
        d / determinant,
        -b / determinant,
        -c / determinant,
        a / determinant,
        (c * f - d * e) / determinant,
        (b * e - a * f) / determinant,
    )


def transform_box(matrix: Matrix, box: Box) -> Box:
    """Return the upright box around a transformed box."""
    points = [apply(matrix, x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = sorted(x for x, _ in points), sorted(y for _, y in points)
    return xs[0], ys[0], xs[-1], ys[-1]
