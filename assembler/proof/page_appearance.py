"""Map points of a source page onto the bundle's page, and read the letters and colors of both.

For checks of single places on a page, where redrawn content cannot be compared with its source as a
whole.
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

_SCALE = 2.0  # pixels per point at which places are compared
_MAX_SIDE = 4_000.0  # pixels per side
_FIRST_HALF, _SECOND_HALF = 0xD800 >> 10, 0xDC00 >> 10  # of a letter beyond the first 65,536
_HYPHEN = 2  # PDFium's code for a hyphen at the end of a line
_FAINT = 6  # gray levels by which a light color, or one of similar gray, changes a pixel
_DRAWN = 24  # gray levels by which drawing changes a pixel
EDGE = 1.5  # points around a place that belong to it: its border is drawn on its edge
Box = tuple[float, float, float, float]  # left, bottom, right, top
Gray = np.ndarray[Any, Any]
Colors = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """Colors that something is drawn in, each red, green and blue from 0 to 255; () if not
    known."""

    colors: tuple[tuple[int, int, int], ...] = ()
    opacity: float = 1.0


class View:
    """Maps points of a source page onto the bundle's page, both as shown."""

    def __init__(self, entry: LedgerEntry, source: Any) -> None:
        self._width, self._height = source.get_size()
        self._source = _Coordinates(source)
        self._turns = entry.client_transform.turned // 90 % 4
        self._scale = float(entry.scale)
        self._size = tuple(float(side) for side in entry.size)

    @property
    def is_unchanged(self) -> bool:
        """Return whether the page was neither turned, scaled nor moved."""
        return self._turns == 0 and self._scale == 1.0 and abs(self._size[1] - self._height) < 1

    def locate_box(self, box: Box) -> Box:
        """Return a box of the source page's own coordinates on the bundle's page as shown."""
        corners = [
            self._move_point(*self._source.locate_point(x, y))
            for x, y in ((box[0], box[1]), (box[2], box[3]))
        ]
        xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
        return xs[0], ys[0], xs[1], ys[1]

    def _move_point(self, x: float, y: float) -> tuple[float, float]:
        width, height = self._width, self._height
        for _ in range(self._turns):
            x, y, width, height = y, width - x, height, width
        return (self._size[0] - width * self._scale) / 2 + x * self._scale, self._size[1] - (
            height - y
        ) * self._scale


class _Coordinates:
    """Maps a PDFium page's own coordinates onto the page as shown, which PDFium knows for rotated
    pages."""

    _FINE = 10  # steps per point, since PDFium returns whole numbers

    def __init__(self, page: Any) -> None:
        width, height = page.get_size()
        place = pdfium.PdfPosConv(
            page, (0, 0, round(width * self._FINE), round(height * self._FINE), 0)
        )
        x0, y0, x1, y1 = page.get_cropbox()
        points = [place.to_bitmap(x, y) for x, y in ((x0, y0), (x1, y0), (x0, y1))]
        (self._x, self._y), right, up = (
            (across / self._FINE, height - down / self._FINE) for across, down in points
        )
        self._start = x0, y0
        self._right = (right[0] - self._x) / (x1 - x0), (right[1] - self._y) / (x1 - x0)
        self._up = (up[0] - self._x) / (y1 - y0), (up[1] - self._y) / (y1 - y0)

    def locate_point(self, x: float, y: float) -> tuple[float, float]:
        x, y = x - self._start[0], y - self._start[1]
        return self._x + self._right[0] * x + self._up[0] * y, self._y + self._right[
            1
        ] * x + self._up[1] * y


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """A letter of a page."""

    letter: str
    box: Box  # on the bundle's page as shown


class PageAppearance:
    """Both pages drawn, in gray; the source twice: without annotations, and with the file's own
    pictures of them."""

    def __init__(self, page: Any, source: Any, number: int, view: View) -> None:
        self._height = page.get_size()[1]
        self._scale = min(_SCALE, _MAX_SIDE / max(page.get_size()))
        drawing = _draw_in_color(page, self._scale)
        self._actual = _convert_to_gray(drawing)
        # what is below marks; for a page that was moved, what is there now
        self._below = drawing
        self._bare = self._pictured = None
        if view.is_unchanged:
            self._below = _draw_in_color(source[number], self._scale, annotations=False)
            self._bare = _fit_drawing(_convert_to_gray(self._below), self._actual.shape)
        flatten_page(source[number])
        pictured = source[number]
        self._glyphs = read_glyphs(pictured, view)
        if view.is_unchanged:
            self._pictured = _fit_drawing(
                _convert_to_gray(_draw_in_color(pictured, self._scale)), self._actual.shape
            )

    def is_as_pictured(self, box: Box, around: Sequence[Box], glyphs: Sequence[Glyph]) -> bool:
        """Return whether the file's own picture is there; on a page that was moved or scaled,
        compare letters only.

        `around`: other places that reach into it, and are checked separately.
        """
        if self._pictured is None:
            own = Counter(glyph.letter for glyph in select_glyphs_inside(self._glyphs, box))
            return own == Counter(glyph.letter for glyph in glyphs)
        rows, columns = self._slice_box(box)
        difference = np.abs(
            self._actual[rows, columns].astype(np.int16) - self._pictured[rows, columns]
        )
        for other in around:
            span = self._slice_box(other)
            difference[_shift_slice(span[0], rows.start), _shift_slice(span[1], columns.start)] = 0
        return bool(difference.size == 0 or int(difference.max()) <= _DRAWN)

    def is_marked(self, box: Box) -> bool:
        """Return whether something was drawn in a box that the page without fields does not
        have."""
        rows, columns = self._slice_box(box)
        actual = self._actual[rows, columns].astype(np.int16)
        if self._bare is None:
            return bool(actual.size and int(actual.max()) - int(actual.min()) > _DRAWN)
        # a background changes all pixels alike
        difference = actual - self._bare[rows, columns]
        return bool(difference.size and int(difference.max()) - int(difference.min()) > _DRAWN)

    def is_changed(self, box: Box) -> bool:
        """Return whether a box differs from the page without fields and marks; on a page that was
        moved, whether it has ink."""
        rows, columns = self._slice_box(box)
        actual = self._actual[rows, columns].astype(np.int16)
        if self._bare is None:
            return bool(actual.size and int(actual.max()) - int(actual.min()) > _FAINT)
        return bool(actual.size and int(np.abs(actual - self._bare[rows, columns]).max()) > _FAINT)

    def may_show(self, box: Box, paint: Paint) -> bool:
        """Return whether something drawn in these colors could be seen in a box; white on white
        could not."""
        rows, columns = self._slice_box(box)
        below = self._below[rows, columns].astype(np.int16)
        if not below.size or not paint.colors:
            return True
        difference = [
            np.abs(below - np.array(color, dtype=np.int16)).max() for color in paint.colors
        ]
        return bool(max(difference) * paint.opacity > _FAINT)

    def is_blank(self, box: Box) -> bool:
        """Return whether all of a box has one color."""
        rows, columns = self._slice_box(box)
        actual = self._actual[rows, columns].astype(np.int16)
        return bool(actual.size and int(actual.max()) - int(actual.min()) <= _DRAWN)

    def is_strange(self, box: Box, letters: Sequence[Box]) -> bool:
        """Return whether a place changed where it has no letters."""
        if self._bare is None or self._pictured is None:
            return False
        rows, columns = self._slice_box(box)
        actual = self._actual[rows, columns].astype(np.int16)
        others = (self._bare[rows, columns], self._pictured[rows, columns])
        difference = np.minimum(*(np.abs(actual - other) for other in others)) > _DRAWN
        for left, bottom, right, top in letters:
            height = 0.35 * (top - bottom) + 1
            span = self._slice_box((left - 1, bottom - height, right + 1, top + height))
            difference[_shift_slice(span[0], rows.start), _shift_slice(span[1], columns.start)] = (
                False
            )
        return int(difference.sum()) > 3

    def _slice_box(self, box: Box) -> tuple[slice, slice]:
        left, bottom, right, top = (value * self._scale for value in box)
        height = self._height * self._scale
        return (
            slice(max(0, int(np.floor(height - top))), max(0, int(np.ceil(height - bottom)))),
            slice(max(0, int(np.floor(left))), max(0, int(np.ceil(right)))),
        )


def _shift_slice(span: slice, start: int) -> slice:
    """Return a slice relative to another start."""
    return slice(max(0, span.start - start), max(0, span.stop - start))


def _draw_in_color(page: Any, scale: float, *, annotations: bool = True) -> Colors:
    return np.asarray(page.render(scale=scale, draw_annots=annotations).to_pil().convert("RGB"))


def _convert_to_gray(drawing: Colors) -> Gray:
    return np.asarray(Image.fromarray(drawing).convert("L"))


def _fit_drawing(drawing: Gray, shape: tuple[int, ...]) -> Gray:
    fitted = np.full(shape, 255, dtype=np.uint8)
    rows, columns = min(shape[0], drawing.shape[0]), min(shape[1], drawing.shape[1])
    fitted[:rows, :columns] = drawing[:rows, :columns]
    return fitted


def read_letter(code: int) -> str:
    """Return the letter of a code from PDFium; a font may define codes that are no letters."""
    if not code:
        return ""
    return chr(code) if code <= sys.maxunicode else "\ufffd"


def _read_code(layer: Any, place: int) -> int:
    """Return the code of a letter; 0 for the second half of one that PDFium gives in two."""
    code = int(raw.FPDFText_GetUnicode(layer, place))
    if code >> 10 == _SECOND_HALF:
        return 0
    following = raw.FPDFText_GetUnicode(layer, place + 1) if code >> 10 == _FIRST_HALF else 0
    if following >> 10 == _SECOND_HALF:
        return 0x10000 + ((code & 0x3FF) << 10) + (following & 0x3FF)
    return code


def read_glyphs(page: Any, view: View | None = None) -> list[Glyph]:
    """Return the letters of a page in reading order. `view`: maps those of a source page."""
    grid = _Coordinates(page)
    layer = page.get_textpage()
    glyphs = []
    try:
        for place in range(layer.count_chars()):
            code = _read_code(layer, place)
            letter = "-" if code == _HYPHEN else read_letter(code)
            if not letter.strip() or (
                raw.FPDFText_IsGenerated(layer, place) == 1 and code != _HYPHEN
            ):
                continue
            box = layer.get_charbox(place)
            corners = [grid.locate_point(box[0], box[1]), grid.locate_point(box[2], box[3])]
            shown_box = view.locate_box(box) if view else order_glyphs(*corners)
            glyphs.append(Glyph(letter=letter, box=shown_box))
    finally:
        layer.close()
    return glyphs


def remove_stamp_glyphs(glyphs: Sequence[Glyph], stamp: Stamp | None) -> list[Glyph]:
    """Return the letters without those of the stamp, which another check reads."""
    if stamp is None:
        return list(glyphs)
    x, y = stamp.x, stamp.y
    in_stamp = {
        id(glyph)
        for glyph in select_glyphs_inside(
            glyphs, (x - 1, y - 1, x + stamp.width + 1, y + stamp.height + 1)
        )
    }
    return [glyph for glyph in glyphs if id(glyph) not in in_stamp]


def order_glyphs(corner: tuple[float, float], other: tuple[float, float]) -> Box:
    return (
        min(corner[0], other[0]),
        min(corner[1], other[1]),
        max(corner[0], other[0]),
        max(corner[1], other[1]),
    )


def select_glyphs_inside(glyphs: Sequence[Glyph], box: Box) -> list[Glyph]:
    """Return the letters whose middle is within a box."""
    return [
        glyph
        for glyph in glyphs
        if box[0] <= (glyph.box[0] + glyph.box[2]) / 2 <= box[2]
        and box[1] <= (glyph.box[1] + glyph.box[3]) / 2 <= box[3]
    ]


def is_near(glyph: Box, box: Box) -> bool:
    """Return whether a letter is within a place, except for a descender or swash."""
    left, bottom, right, top = glyph
    tail = EDGE + 0.2 * max(right - left, top - bottom)
    return (
        left >= box[0] - tail
        and bottom >= box[1] - tail
        and right <= box[2] + tail
        and top <= box[3] + tail
    )


def overlap(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
