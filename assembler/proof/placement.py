"""Where a page of a source lies on its page of the bundle, as the ledger says. Arithmetic only.

A page's own coordinates are those of its content; as shown, its lower left corner is the origin.
Lengths are points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assembler.model import LedgerEntry

Matrix = tuple[float, float, float, float, float, float]  # x' = a x + c y + e; y' = b x + d y + f
Box = tuple[float, float, float, float]  # left, bottom, right, top
_NEAR = 0.02  # points; a bundle holds six digits of each number
_DIGITS = 4e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The visible box of a page in its own coordinates, and how far it is turned clockwise to be
    shown."""

    box: Box
    turned: int = 0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as shown."""
        wide, high = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return (high, wide) if self.turned % 180 else (wide, high)

    @property
    def shown(self) -> Matrix:
        """From the page's own coordinates to the page as shown."""
        x0, y0, x1, y1 = self.box
        return {
            0: (1.0, 0.0, 0.0, 1.0, -x0, -y0),
            90: (0.0, -1.0, 1.0, 0.0, -y0, x1),
            180: (-1.0, 0.0, 0.0, -1.0, x1, y1),
            270: (0.0, 1.0, -1.0, 0.0, y1, -x0),
        }[self.turned % 360]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What the ledger says of a page: its size as shown, and how its source was brought onto it.

    `turned`: clockwise degrees, by which recognition found the page to lie on its side. `scale`:
    below 1 where it is drawn smaller, its top edge and middle where they were. `own_size`: of the
    turned source, where it lies on other paper. `lossless`: False where its pictures were drawn
    again, coarser, with `dpi` dots an inch. `gray`: its colors were taken out.
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
        """Of an entry of the ledger."""
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
        """Whether the source stands where it stood, at most turned."""
        return self.scale == 1.0 and self.own_size is None

    @property
    def source_size(self) -> tuple[float, float]:
        """The size that the turned source must have, as shown."""
        return self.own_size or self.size

    @property
    def moved(self) -> Matrix:
        """From the turned source as shown to the page of the bundle as shown."""
        wide, high = self.source_size
        across, up = (self.size[0] - wide * self.scale) / 2, self.size[1] - high * self.scale
        return (self.scale, 0.0, 0.0, self.scale, across, up)


def close_sizes(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two sizes are the same but for rounding."""
    return all(abs(a - b) <= _NEAR + _DIGITS * abs(a) for a, b in zip(one, other, strict=True))


def same_place(one: Matrix, other: Matrix, box: Box) -> bool:
    """Whether two matrices bring the corners of a box to the same places but for rounding."""
    slack = _NEAR + _DIGITS * max(map(abs, (*box, 1.0)))
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    pairs = [(apply(one, x, y), apply(other, x, y)) for x, y in corners]
    return all(abs(p[0] - q[0]) <= slack and abs(p[1] - q[1]) <= slack for p, q in pairs)


def apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """A point through a matrix."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def after(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that does `first`, then `second`."""
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


def inverse(matrix: Matrix) -> Matrix:
    """The matrix that undoes `matrix`."""
    a, b, c, d, e, f = matrix
    size = a * d - b * c
    return (
        d / size,
        -b / size,
        -c / size,
        a / size,
        (c * f - d * e) / size,
        (b * e - a * f) / size,
    )


def moved_box(matrix: Matrix, box: Box) -> Box:
    """The upright box around a box through a matrix."""
    points = [apply(matrix, x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = sorted(x for x, _ in points), sorted(y for _, y in points)
    return xs[0], ys[0], xs[-1], ys[-1]
