"""Convert between a page as a viewer shows it and the page's own coordinates. Pure arithmetic.

Visual space: origin at the lower left corner of the visible page, x to the right, y up, in user
units of the page. A `pikepdf.Matrix` turns (x, y) into (a x + c y + e, b x + d y + f); in `A @ B`,
`A` is applied first.
"""

from __future__ import annotations

from dataclasses import dataclass

from pikepdf import Matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A page's visible box in its own coordinates, clockwise rotation (0, 90, 180, 270) and
    UserUnit."""

    x0: float
    y0: float
    x1: float
    y1: float
    rotate: int = 0
    unit: float = 1.0  # points per user unit

    @property
    def width(self) -> float:
        """Visible width in user units."""
        return self.y1 - self.y0 if self.rotate % 180 else self.x1 - self.x0

    @property
    def height(self) -> float:
        """Visible height in user units."""
        return self.x1 - self.x0 if self.rotate % 180 else self.y1 - self.y0


def find_page_matrix(frame: Frame) -> Matrix:
    """Return the matrix from visual space to the page's own coordinates (PDF 32000-1, 8.3.3)."""
    match frame.rotate % 360:
        case 90:
            return Matrix(0, 1, -1, 0, frame.x1, frame.y0)
        case 180:
            return Matrix(-1, 0, 0, -1, frame.x1, frame.y1)
        case 270:
            return Matrix(0, -1, 1, 0, frame.x0, frame.y1)
        case _:
            return Matrix(1, 0, 0, 1, frame.x0, frame.y0)


def format_operands(matrix: Matrix) -> bytes:
    """Format the six numbers for a content stream, short and the same on every machine."""
    return b" ".join(_format_number(round(value, 5)) for value in matrix.shorthand)


def _format_number(value: float) -> bytes:
    """Format a number without an exponent, which PDF does not allow."""
    short = f"{value:g}"
    return (f"{value:.5f}" if "e" in short else short).encode()
