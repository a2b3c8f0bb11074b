"""Convert between a page as a viewer shows it and the page's own coordinates. Pure arithmetic.

Visual space: origin at the lower left corner of the visible page, x to the right, y up, in user
units of the page.
"""

from __future__ import annotations

from dataclasses import dataclass

Matrix = tuple[float, float, float, float, float, float]  # x' = a x + c y + e; y' = b x + d y + f


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


def to_page(frame: Frame) -> Matrix:
    """Return the matrix from visual space to the page's own coordinates (PDF 32000-1, 8.3.3)."""
    match frame.rotate % 360:
        case 90:
            return (0, 1, -1, 0, frame.x1, frame.y0)
        case 180:
            return (-1, 0, 0, -1, frame.x1, frame.y1)
        case 270:
            return (0, -1, 1, 0, frame.x0, frame.y1)
        case _:
            return (1, 0, 0, 1, frame.x0, frame.y0)


def inverse(matrix: Matrix) -> Matrix:
    """Return the inverse of `matrix`."""
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


def compose(first: Matrix, second: Matrix) -> Matrix:
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


def apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Transform a point by a matrix."""
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e, b * x + d * y + f)


def operands(matrix: Matrix) -> bytes:
    """Format the six numbers for a content stream, short and the same on every machine."""
    return b" ".join(_number(round(value, 5)) for value in matrix)


def _number(value: float) -> bytes:
    """Format a number without an exponent, which PDF does not allow."""
    short = f"{value:g}"
    return (f"{value:.5f}" if "e" in short else short).encode()
