"""Find text that a page contains but does not show: under a black box, white on white, outside the
visible area.

Where letters should be and the rendered page has a single color, something hides them. Uses the
text lines and the rendering made for the ink measure, so it costs about a millisecond per page. A
recognized layer under a scan is invisible by design: there, only text under a uniformly dark patch
counts.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from assembler.evidence.losses import Loss, make_loss
from assembler.model import Severity
from assembler.pdf.geometry import Frame, find_page_matrix

_UNIFORM = 3  # gray levels by which a patch of one color may vary
_DARK = 110  # gray level below which a patch can hide recognized words
_MIN_LETTERS = 3  # letters and digits; fewer are not reported: a bullet, a lost space
_MIN_SIDE = 1.5  # pixels; lines smaller than this cannot be judged
_MIN_LENGTH = 1.3  # line heights; shorter uniform stretches are ignored
Box = tuple[float, float, float, float]  # left, bottom, right, top in page coordinates
Pixels = tuple[int, int, int, int]  # left, top, right, bottom in the rendering


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """Letters where the rendering is uniform: their number, the place in pixels, and whether
    something covers them."""

    letters: int
    box: Pixels
    covered: bool


def find_hidden_text(
    number: int, page: Any, layer: Any, gray: np.ndarray[Any, Any], *, scanned: bool
) -> tuple[Loss, ...]:
    """Return what page `number` (from 1) hides.

    `layer`: its text page; `gray`: its rendering; `scanned`: a picture covers it.
    """
    view = _View(page, layer, gray, scanned=scanned)
    lines = list(_list_lines(layer))
    spots = [
        spot
        for line in lines
        if (box := view.to_pixels(line))
        for spot in view.find_spots(line, box)
    ]
    losses = []
    if covered := [spot for spot in spots if spot.covered]:
        losses.append(
            _make_hidden_loss(
                number,
                Severity.ERROR,
                f"about {_sum_letters(covered)} letters lie under something, such as a black box; "
                "readers cannot see them but can copy them",
                "remove them in the program that made the file; or print the page, scan it, and "
                "use the scan",
                view.enclose(covered),
            )
        )
    if invisible := [spot for spot in spots if not spot.covered]:
        losses.append(
            _make_hidden_loss(
                number,
                Severity.WARNING,
                f"about {_sum_letters(invisible)} letters are invisible: they are cut off, or "
                "have the color of the paper",
                "compare the page with the original; readers can copy what they cannot see",
                view.enclose(invisible),
            )
        )
    outside = view.count_outside() if any(map(view.is_outside, lines)) else 0
    if outside >= _MIN_LETTERS:
        losses.append(_make_outside_loss(number, outside))
    return tuple(losses)


def _make_outside_loss(number: int, letters: int) -> Loss:
    return make_loss(
        "EVID.OUTSIDE",
        f"about {letters} letters lie outside the visible part of the page; readers cannot see "
        f"them but can copy them",
        "print the file to a new PDF as it is displayed, or show the whole page",
        Severity.ERROR,
        page=number,
    )


def _make_hidden_loss(
    number: int,
    severity: Severity,
    problem: str,
    remedy: str,
    region: tuple[float, float, float, float],
) -> Loss:
    return make_loss("EVID.HIDDEN", problem, remedy, severity, page=number, region=region)


def _sum_letters(spots: Sequence[_Spot]) -> int:
    return sum(spot.letters for spot in spots)


def _list_lines(layer: Any) -> Iterator[Box]:
    """Yield the boxes of the lines of text as PDFium splits them."""
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    for n in range(layer.count_rects()):
        if pdfium.FPDFText_GetRect(layer, n, *map(ctypes.byref, (left, top, right, bottom))):
            yield left.value, bottom.value, right.value, top.value


def _count_letters(layer: Any, line: Box) -> int:
    return sum(map(str.isalnum, layer.get_text_bounded(*line)))


def _find_uniform(patch: np.ndarray[Any, Any]) -> Iterator[tuple[int, int, int]]:
    """Yield stretches of columns of one color, long for the patch's height: first column, end, gray
    level."""
    low, high = patch.min(axis=0).astype(np.int16), patch.max(axis=0).astype(np.int16)
    if int(high.max()) - int(low.min()) <= _UNIFORM:
        yield 0, patch.shape[1], int(low.min())
        return
    uniform = high - low <= _UNIFORM
    uniform[1:] &= np.abs(low[1:] - low[:-1]) <= _UNIFORM
    edges = np.flatnonzero(np.diff(np.concatenate(([False], uniform, [False])).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= _MIN_LENGTH * patch.shape[0]:
            yield int(start), int(end), int(low[start])


def _is_letter(code: int) -> bool:
    """Return whether a code as PDFium gives it is a letter or digit; some are no characters."""
    return code <= sys.maxunicode and chr(code).isalnum()


class _View:
    """A page, its text and its rendering, with conversion between their coordinates."""

    def __init__(self, page: Any, layer: Any, gray: np.ndarray[Any, Any], *, scanned: bool) -> None:
        x0, y0, x1, y1 = page.get_cropbox()
        self._frame = Frame(x0=x0, y0=y0, x1=x1, y1=y1, rotate=page.get_rotation())
        self._page, self._layer, self._gray, self._scanned = page, layer, gray, scanned
        self._scale = self._frame.width / gray.shape[1]  # points per pixel

    def is_outside(self, line: Box) -> bool:
        """Return whether a line is completely outside of the visible area."""
        frame = self._frame
        return (
            line[2] <= frame.x0 or line[0] >= frame.x1 or line[3] <= frame.y0 or line[1] >= frame.y1
        )

    def count_outside(self) -> int:
        """Count the letters and digits completely outside, in one pass: there may be very many."""
        return sum(
            _is_letter(pdfium.FPDFText_GetUnicode(self._layer, index))
            and self.is_outside(self._layer.get_charbox(index))
            for index in range(self._layer.count_chars())
        )

    def to_pixels(self, line: Box) -> Pixels | None:
        """Return where a line is in the rendering; None if it is too small or outside."""
        to_visual, (rows, columns) = find_page_matrix(self._frame).inverse(), self._gray.shape
        corners = [to_visual.transform((line[0], line[1])), to_visual.transform((line[2], line[3]))]
        xs, ys = (
            sorted(x / self._scale for x, _ in corners),
            sorted(rows - y / self._scale for _, y in corners),
        )
        if min(xs[1] - xs[0], ys[1] - ys[0]) < _MIN_SIDE:
            return None
        left, right = max(0, int(xs[0])), min(columns, int(np.ceil(xs[1])))
        top, bottom = max(0, int(ys[0])), min(rows, int(np.ceil(ys[1])))
        return (left, top, right, bottom) if right > left and bottom > top else None

    def find_spots(self, line: Box, box: Pixels) -> Iterator[_Spot]:
        """Yield where letters of a line should be but the rendering is uniform."""
        left, top, right, bottom = box
        patch = self._gray[top:bottom, left:right]
        upright = patch.shape[1] >= patch.shape[0]
        for start, end, level in _find_uniform(patch if upright else patch.T):
            if upright:
                place = (left + start, top, left + end, bottom)
            else:
                place = (left, top + start, right, top + end)
            part = self._to_line_part(line, place)
            letters = _count_letters(self._layer, part) if part else 0
            if part is None or letters < _MIN_LETTERS:
                continue
            text = self._find_text_object(part)
            is_invisible = (
                text is not None
                and pdfium.FPDFTextObj_GetTextRenderMode(text)
                == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
            )
            if level < _DARK or not (is_invisible or self._scanned):
                covered = level < _DARK or self._is_covered(part, text)
                yield _Spot(letters=letters, box=place, covered=covered)

    def enclose(self, find_spots: Sequence[_Spot]) -> tuple[float, float, float, float]:
        """Return the box around spots, in points from the top left of the page as shown."""
        lows, highs = zip(*((spot.box[:2], spot.box[2:]) for spot in find_spots), strict=True)
        left, top = (round(min(side) * self._scale, 1) for side in zip(*lows, strict=True))
        right, bottom = (round(max(side) * self._scale, 1) for side in zip(*highs, strict=True))
        return left, top, right, bottom

    def _to_line_part(self, line: Box, place: Pixels) -> Box | None:
        """Return the part of a line in page coordinates, slightly inset where other letters
        start."""
        to_own, rows = find_page_matrix(self._frame), self._gray.shape[0]
        corners = [
            to_own.transform((place[0] * self._scale, (rows - place[3]) * self._scale)),
            to_own.transform((place[2] * self._scale, (rows - place[1]) * self._scale)),
        ]
        xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
        inset = 0.35 * min(line[2] - line[0], line[3] - line[1])
        left, right = _shrink(xs[0], xs[1], line[0], line[2], inset)
        bottom, top = _shrink(ys[0], ys[1], line[1], line[3], inset)
        return (left, bottom, right, top) if right > left and top > bottom else None

    def _find_text_object(self, part: Box) -> Any:
        """Return the text object in the middle of a part; None if there is none."""
        left, bottom, right, top = part
        middle = (left + right) / 2, (bottom + top) / 2
        index = pdfium.FPDFText_GetCharIndexAtPos(self._layer, *middle, right - left, top - bottom)
        return (pdfium.FPDFText_GetTextObject(self._layer, index) or None) if index >= 0 else None

    def _is_covered(self, part: Box, text: Any) -> bool:
        """Return whether something filled was drawn over a part after its text."""
        x, y = (part[0] + part[2]) / 2, (part[1] + part[3]) / 2
        address = ctypes.addressof(text.contents) if text is not None else 0
        is_after_text = False
        for item in self._page.get_objects(max_depth=1):
            if is_after_text and item.type != pdfium.FPDF_PAGEOBJ_TEXT and _can_hide(item):
                left, bottom, right, top = item.get_bounds()
                if left <= x <= right and bottom <= y <= top:
                    return True
            is_after_text = is_after_text or ctypes.addressof(item.raw.contents) == address
        return False


def _shrink(
    low: float, high: float, least: float, most: float, inset: float
) -> tuple[float, float]:
    """Return an interval within another, inset where it does not reach the other's end."""
    return max(least, low + (inset if low > least + 1 else 0)), min(
        most, high - (inset if high < most - 1 else 0)
    )


def _can_hide(item: Any) -> bool:
    """Return whether an object can hide what is under it: a picture, a form XObject, a filled
    shape."""
    if item.type != pdfium.FPDF_PAGEOBJ_PATH:
        return True
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item.raw, ctypes.byref(fill), ctypes.byref(stroke))
    return bool(fill.value != pdfium.FPDF_FILLMODE_NONE)
