"""Pages that show several pictures: how a person wants them laid out, and what is where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class GridLayout(StrEnum):
    """How many pictures a page has beside each other, and below each other."""

    GRID_1X2 = "grid-1x2"
    GRID_2X1 = "grid-2x1"
    GRID_2X2 = "grid-2x2"
    GRID_2X3 = "grid-2x3"
    GRID_3X2 = "grid-3x2"
    GRID_3X3 = "grid-3x3"

    @property
    def columns(self) -> int:
        """Return how many pictures are beside each other."""
        return int(self.value[5])

    @property
    def rows(self) -> int:
        """Return how many pictures are below each other."""
        return int(self.value[7])

    @property
    def capacity(self) -> int:
        """Return how many pictures a page has at most."""
        return self.columns * self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A picture on a page that shows several."""

    path: str  # of the client's file
    sha256: str
    page: int  # 1-based in the file
    placement: tuple[float, float, float, float]  # left, bottom, width, height; points
    number: int  # as it is printed: from 1 within the exhibit
    turned: int = 0  # clockwise degrees, as case.json says; a camera's orientation not included
    background: str = ""  # color behind a transparent picture, if not white: "#606060"
    caption: str = ""

    @property
    def label(self) -> str:
        """Return what is printed under the picture: "3. Her call at night", or "3"."""
        return f"{self.number}. {self.caption}" if self.caption else str(self.number)
