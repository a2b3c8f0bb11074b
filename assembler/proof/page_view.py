"""Where a point of a source page lies on the bundle's page, the letters of both, and how both look.

For checks that read single places of a page, where what was drawn anew cannot be compared with its
source as a whole.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from assembler.model import LedgerEntry, Stamp
from assembler.proof.page_frame import flatten_page

_SCALE = 2.0  # pixels a point at which places are looked at
_FINEST = 4_000.0  # pixels a side
_HYPHEN = 2  # PDFium's sign for a hyphen at the end of a line
_FAINT = 6  # gray levels of a pixel that a light color, or a color alike in gray, changed
_APART = 24  # gray levels of a pixel that was drawn on
EDGE = 1.5  # points around a place that belong to it: a border stands on its edge
Box = tuple[float, float, float, float]  # left, bottom, right, top
Gray = np.ndarray[Any, Any]
Colors = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """Colors that something is drawn in, each red, green and blue from 0 to 255.

    None where they are not known.
    """

    colors: tuple[tuple[int, int, int], ...] = ()
    opacity: float = 1.0


class View:
    """Where a point of a source page lies on the bundle's page, as both are seen."""

    def __init__(self, entry: LedgerEntry, source: Any) -> None:
        self._wide, self._high = source.get_size()
        self._source = _Grid(source)
        self._turns = entry.client_transform.turned // 90 % 4
        self._scale = float(entry.scale)
        self._size = tuple(float(side) for side in entry.size)

    @property
    def is_unchanged(self) -> bool:
        """Whether the page stands as it did."""
        return self._turns == 0 and self._scale == 1.0 and abs(self._size[1] - self._high) < 1

    def seen(self, box: Box) -> Box:
        """A box of the source page's own coordinates, on the bundle's page as it is seen."""
        corners = [
            self._moved(*self._source.seen(x, y)) for x, y in ((box[0], box[1]), (box[2], box[3]))
        ]
        xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
        return xs[0], ys[0], xs[1], ys[1]

    def _moved(self, x: float, y: float) -> tuple[float, float]:
        wide, high = self._wide, self._high
        for _ in range(self._turns):
            x, y, wide, high = y, wide - x, high, wide
        return (self._size[0] - wide * self._scale) / 2 + x * self._scale, self._size[1] - (
            high - y
        ) * self._scale


class _Grid:
    """A page of PDFium: where its own coordinates lie on the page as it is seen, which PDFium
    itself knows of a turned page."""

    _FINE = 10  # steps in a point, since PDFium's arithmetic works in whole ones

    def __init__(self, page: Any) -> None:
        wide, high = page.get_size()
        place = pdfium.PdfPosConv(
            page, (0, 0, round(wide * self._FINE), round(high * self._FINE), 0)
        )
        x0, y0, x1, y1 = page.get_cropbox()
        points = [place.to_bitmap(x, y) for x, y in ((x0, y0), (x1, y0), (x0, y1))]
        (self._x, self._y), right, up = (
            (across / self._FINE, high - down / self._FINE) for across, down in points
        )
        self._start = x0, y0
        self._right = (right[0] - self._x) / (x1 - x0), (right[1] - self._y) / (x1 - x0)
        self._up = (up[0] - self._x) / (y1 - y0), (up[1] - self._y) / (y1 - y0)

    def seen(self, x: float, y: float) -> tuple[float, float]:
        x, y = x - self._start[0], y - self._start[1]
        return self._x + self._right[0] * x + self._up[0] * y, self._y + self._right[
            1
        ] * x + self._up[1] * y


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    letter: str
    box: Box  # on the bundle's page as it is seen


class Looks:
    """Both pages drawn, in gray.

    The source twice: without any annotation, and with the pictures the file has of them.
    """

    def __init__(self, page: Any, source: Any, number: int, view: View) -> None:
        self._high = page.get_size()[1]
        self._scale = min(_SCALE, _FINEST / max(page.get_size()))
        drawing = _in_color(page, self._scale)
        self._now = _in_gray(drawing)
        self._below = drawing  # what lies below marks; of a page that was moved, what is there now
        self._bare = self._pictured = None
        if view.is_unchanged:
            self._below = _in_color(source[number], self._scale, annotations=False)
            self._bare = _fitted(_in_gray(self._below), self._now.shape)
        flatten_page(source[number])
        pictured = source[number]
        self._glyphs = glyphs_of(pictured, view)
        if view.is_unchanged:
            self._pictured = _fitted(_in_gray(_in_color(pictured, self._scale)), self._now.shape)

    def is_as_pictured(self, box: Box, around: Sequence[Box], glyphs: Sequence[Glyph]) -> bool:
        """Whether the file's own picture stands there; of a page that was moved or scaled its
        letters must do.

        `around`: other places that reach into it, and are looked at by themselves.
        """
        if self._pictured is None:
            own = Counter(glyph.letter for glyph in inside(self._glyphs, box))
            return own == Counter(glyph.letter for glyph in glyphs)
        rows, columns = self._span(box)
        apart = np.abs(self._now[rows, columns].astype(np.int16) - self._pictured[rows, columns])
        for other in around:
            taken = self._span(other)
            apart[_beside(taken[0], rows.start), _beside(taken[1], columns.start)] = 0
        return bool(apart.size == 0 or int(apart.max()) <= _APART)

    def is_marked(self, box: Box) -> bool:
        """Whether something was drawn within a box that the page without fields does not have."""
        rows, columns = self._span(box)
        now = self._now[rows, columns].astype(np.int16)
        if self._bare is None:
            return bool(now.size and int(now.max()) - int(now.min()) > _APART)
        apart = now - self._bare[rows, columns]  # a background changes all of it alike
        return bool(apart.size and int(apart.max()) - int(apart.min()) > _APART)

    def is_changed(self, box: Box) -> bool:
        """Whether a box looks otherwise than on the page without fields and marks; of a page
        that was moved, has ink."""
        rows, columns = self._span(box)
        now = self._now[rows, columns].astype(np.int16)
        if self._bare is None:
            return bool(now.size and int(now.max()) - int(now.min()) > _FAINT)
        return bool(now.size and int(np.abs(now - self._bare[rows, columns]).max()) > _FAINT)

    def could_show(self, box: Box, paint: Paint) -> bool:
        """Whether what is drawn in these colors could be seen in a box; white upon white is not."""
        rows, columns = self._span(box)
        below = self._below[rows, columns].astype(np.int16)
        if not below.size or not paint.colors:
            return True
        apart = [np.abs(below - np.array(color, dtype=np.int16)).max() for color in paint.colors]
        return bool(max(apart) * paint.opacity > _FAINT)

    def is_blank(self, box: Box) -> bool:
        """Whether all of a box has one color."""
        rows, columns = self._span(box)
        now = self._now[rows, columns].astype(np.int16)
        return bool(now.size and int(now.max()) - int(now.min()) <= _APART)

    def is_strange(self, box: Box, letters: Sequence[Box]) -> bool:
        """Whether a place changed where none of its letters stands."""
        if self._bare is None or self._pictured is None:
            return False
        rows, columns = self._span(box)
        now = self._now[rows, columns].astype(np.int16)
        others = (self._bare[rows, columns], self._pictured[rows, columns])
        apart = np.minimum(*(np.abs(now - other) for other in others)) > _APART
        for left, bottom, right, top in letters:
            high = 0.35 * (top - bottom) + 1
            taken = self._span((left - 1, bottom - high, right + 1, top + high))
            apart[_beside(taken[0], rows.start), _beside(taken[1], columns.start)] = False
        return int(apart.sum()) > 3

    def _span(self, box: Box) -> tuple[slice, slice]:
        left, bottom, right, top = (value * self._scale for value in box)
        high = self._high * self._scale
        return (
            slice(max(0, int(np.floor(high - top))), max(0, int(np.ceil(high - bottom)))),
            slice(max(0, int(np.floor(left))), max(0, int(np.ceil(right)))),
        )


def _beside(stretch: slice, start: int) -> slice:
    """A stretch counted from another start."""
    return slice(max(0, stretch.start - start), max(0, stretch.stop - start))


def _in_color(page: Any, scale: float, *, annotations: bool = True) -> Colors:
    return np.asarray(page.render(scale=scale, draw_annots=annotations).to_pil().convert("RGB"))


def _in_gray(drawing: Colors) -> Gray:
    return np.asarray(Image.fromarray(drawing).convert("L"))


def _fitted(drawn: Gray, shape: tuple[int, ...]) -> Gray:
    fitted = np.full(shape, 255, dtype=np.uint8)
    rows, columns = min(shape[0], drawn.shape[0]), min(shape[1], drawn.shape[1])
    fitted[:rows, :columns] = drawn[:rows, :columns]
    return fitted


def letter_of(code: int) -> str:
    """Return the letter of a code as PDFium gives it: a font may make codes that are no letters."""
    if not code:
        return ""
    return chr(code) if code <= sys.maxunicode else "\ufffd"


def glyphs_of(page: Any, view: View | None = None) -> list[Glyph]:
    """The letters of a page in the order they are read. `view`: of a source page."""
    grid = _Grid(page)
    layer = page.get_textpage()
    glyphs = []
    try:
        for place in range(layer.count_chars()):
            code = raw.FPDFText_GetUnicode(layer, place)
            letter = "-" if code == _HYPHEN else letter_of(code)
            if not letter.strip() or (
                raw.FPDFText_IsGenerated(layer, place) == 1 and code != _HYPHEN
            ):
                continue
            box = layer.get_charbox(place)
            corners = [grid.seen(box[0], box[1]), grid.seen(box[2], box[3])]
            seen = view.seen(box) if view else ordered(*corners)
            glyphs.append(Glyph(letter=letter, box=seen))
    finally:
        layer.close()
    return glyphs


def beside_stamp(glyphs: Sequence[Glyph], place: Stamp | None) -> list[Glyph]:
    """Letters without those of the stamp, which another check reads."""
    if place is None:
        return list(glyphs)
    x, y = place.x, place.y
    ours = {
        id(glyph)
        for glyph in inside(glyphs, (x - 1, y - 1, x + place.width + 1, y + place.height + 1))
    }
    return [glyph for glyph in glyphs if id(glyph) not in ours]


def ordered(one: tuple[float, float], other: tuple[float, float]) -> Box:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[0], other[0]),
        max(one[1], other[1]),
    )


def inside(glyphs: Sequence[Glyph], box: Box) -> list[Glyph]:
    """Those whose middle lies within a box."""
    return [
        glyph
        for glyph in glyphs
        if box[0] <= (glyph.box[0] + glyph.box[2]) / 2 <= box[2]
        and box[1] <= (glyph.box[1] + glyph.box[3]) / 2 <= box[3]
    ]


def is_near(glyph: Box, box: Box) -> bool:
    """Whether a letter lies within a place, but for a tail."""
    left, bottom, right, top = glyph
    tail = EDGE + 0.2 * max(right - left, top - bottom)
    return (
        left >= box[0] - tail
        and bottom >= box[1] - tail
        and right <= box[2] + tail
        and top <= box[3] + tail
    )


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
