"""Text that a page holds and does not show: under a black box, white on white, beside the visible
part.

Where letters should be and the drawn page has one even color, something hides them. Looks at lines
of text and the picture drawn for the page's marks, so that it costs about a millisecond a page. A
recognized layer under a scan is invisible by intention: of it only what lies under an even dark
patch counts.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from assembler.evidence.losses import Loss
from assembler.model import Severity
from assembler.pdf.geometry import Frame, apply, inverse, to_page

_EVEN = 3  # gray levels a patch may vary by and still be of one color
_DARK = 110  # gray level of a patch that can hide recognized words
_FEW = 3  # letters and digits below which nothing is told: a bullet, a lost space
_LOW = 1.5  # pixels; lower lines are too small to be judged
_LONG = 1.3  # heights of its line that an even stretch must have to be looked at
Box = tuple[float, float, float, float]  # left, bottom, right, top, in the page's own coordinates
Pixels = tuple[int, int, int, int]  # left, top, right, bottom in the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """Letters that should stand where the picture is even: how many, where in it (pixels),
    whether something covers them."""

    letters: int
    box: Pixels
    covered: bool


def hidden_on(
    number: int, page: Any, layer: Any, gray: np.ndarray[Any, Any], *, scanned: bool
) -> tuple[Loss, ...]:
    """What page `number` (from 1) hides. `layer`: its text page; `gray`: the page drawn;
    `scanned`: a picture covers it."""
    view = _View(page, layer, gray, scanned=scanned)
    lines = list(_lines(layer))
    spots = [spot for line in lines if (box := view.seen(line)) for spot in view.spots(line, box)]
    outside = sum(_letters(layer, line) for line in lines if view.away(line))
    found = []
    if under := [spot for spot in spots if spot.covered]:
        found.append(
            _loss(
                number,
                Severity.ERROR,
                f"about {_sum(under)} letters lie under something, as a black box: anybody can "
                f"copy them",
                "remove them in the program that made the file; or print the page, scan it, and "
                "take the scan",
                view.around(under),
            )
        )
    if pale := [spot for spot in spots if not spot.covered]:
        found.append(
            _loss(
                number,
                Severity.WARNING,
                f"about {_sum(pale)} letters cannot be seen: they are cut off, or have the color "
                f"of the paper",
                "compare the page with the original; anybody can copy what is not seen",
                view.around(pale),
            )
        )
    if outside >= _FEW:
        found.append(
            Loss(
                rule="EVID.OUTSIDE",
                severity=Severity.ERROR,
                page=number,
                problem=f"about {outside} letters lie outside its visible part: nobody sees them, "
                f"and anybody can copy them",
                remedy="print the file to a new PDF as it is seen, or show all of the page",
            )
        )
    return tuple(found)


def _loss(
    number: int,
    severity: Severity,
    problem: str,
    remedy: str,
    region: tuple[float, float, float, float],
) -> Loss:
    return Loss(
        rule="EVID.HIDDEN",
        severity=severity,
        problem=problem,
        remedy=remedy,
        page=number,
        region=region,
    )


def _sum(spots: Sequence[_Spot]) -> int:
    return sum(spot.letters for spot in spots)


def _lines(layer: Any) -> Iterator[Box]:
    """Boxes of the lines of text, as PDFium cuts them."""
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    for n in range(layer.count_rects()):
        if pdfium.FPDFText_GetRect(layer, n, *map(ctypes.byref, (left, top, right, bottom))):
            yield left.value, bottom.value, right.value, top.value


def _letters(layer: Any, line: Box) -> int:
    return sum(map(str.isalnum, layer.get_text_bounded(*line)))


def _even(patch: np.ndarray[Any, Any]) -> Iterator[tuple[int, int, int]]:
    """Stretches of columns of one color, long for the patch's height: first column, end, gray
    level."""
    low, high = patch.min(axis=0).astype(np.int16), patch.max(axis=0).astype(np.int16)
    if int(high.max()) - int(low.min()) <= _EVEN:
        yield 0, patch.shape[1], int(low.min())
        return
    even = high - low <= _EVEN
    even[1:] &= np.abs(low[1:] - low[:-1]) <= _EVEN
    edges = np.flatnonzero(np.diff(np.concatenate(([False], even, [False])).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= _LONG * patch.shape[0]:
            yield int(start), int(end), int(low[start])


class _View:
    """A page, its text and its picture, and where a place of one lies in the other."""

    def __init__(self, page: Any, layer: Any, gray: np.ndarray[Any, Any], *, scanned: bool) -> None:
        x0, y0, x1, y1 = page.get_cropbox()
        self._frame = Frame(x0=x0, y0=y0, x1=x1, y1=y1, rotate=page.get_rotation())
        self._page, self._layer, self._gray, self._scanned = page, layer, gray, scanned
        self._scale = self._frame.width / gray.shape[1]  # points a pixel

    def away(self, line: Box) -> bool:
        """Whether a line lies wholly outside of what is seen."""
        frame = self._frame
        return (
            line[2] <= frame.x0 or line[0] >= frame.x1 or line[3] <= frame.y0 or line[1] >= frame.y1
        )

    def seen(self, line: Box) -> Pixels | None:
        """Where a line stands in the picture; None where it is too small or not there."""
        back, (rows, columns) = inverse(to_page(self._frame)), self._gray.shape
        corners = [apply(back, line[0], line[1]), apply(back, line[2], line[3])]
        xs, ys = (
            sorted(x / self._scale for x, _ in corners),
            sorted(rows - y / self._scale for _, y in corners),
        )
        if min(xs[1] - xs[0], ys[1] - ys[0]) < _LOW:
            return None
        left, right = max(0, int(xs[0])), min(columns, int(np.ceil(xs[1])))
        top, bottom = max(0, int(ys[0])), min(rows, int(np.ceil(ys[1])))
        return (left, top, right, bottom) if right > left and bottom > top else None

    def spots(self, line: Box, box: Pixels) -> Iterator[_Spot]:
        """Where letters of a line should stand and the picture is even."""
        left, top, right, bottom = box
        patch = self._gray[top:bottom, left:right]
        upright = patch.shape[1] >= patch.shape[0]
        for start, end, level in _even(patch if upright else patch.T):
            where = (
                (left + start, top, left + end, bottom)
                if upright
                else (left, top + start, right, top + end)
            )
            part = self._within(line, where)
            letters = _letters(self._layer, part) if part else 0
            if part is None or letters < _FEW:
                continue
            drawn = self._text_at(part)
            unseen = (
                drawn is not None
                and pdfium.FPDFTextObj_GetTextRenderMode(drawn)
                == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
            )
            if level < _DARK or not (unseen or self._scanned):
                yield _Spot(
                    letters=letters, box=where, covered=level < _DARK or self._covered(part, drawn)
                )

    def around(self, spots: Sequence[_Spot]) -> tuple[float, float, float, float]:
        """The box around spots, points from the top left of the page as seen."""
        lows, highs = zip(*((spot.box[:2], spot.box[2:]) for spot in spots), strict=True)
        left, top = (round(min(side) * self._scale, 1) for side in zip(*lows, strict=True))
        right, bottom = (round(max(side) * self._scale, 1) for side in zip(*highs, strict=True))
        return left, top, right, bottom

    def _within(self, line: Box, where: Pixels) -> Box | None:
        """The part of a line, in the page's coordinates, a little in from where other letters
        begin."""
        forth, rows = to_page(self._frame), self._gray.shape[0]
        corners = [
            apply(forth, where[0] * self._scale, (rows - where[3]) * self._scale),
            apply(forth, where[2] * self._scale, (rows - where[1]) * self._scale),
        ]
        xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
        inset = 0.35 * min(line[2] - line[0], line[3] - line[1])
        left, right = _cut(xs[0], xs[1], line[0], line[2], inset)
        bottom, top = _cut(ys[0], ys[1], line[1], line[3], inset)
        return (left, bottom, right, top) if right > left and top > bottom else None

    def _text_at(self, part: Box) -> Any:
        """The drawing of text in the middle of a part; None if none is found."""
        left, bottom, right, top = part
        middle = (left + right) / 2, (bottom + top) / 2
        at = pdfium.FPDFText_GetCharIndexAtPos(self._layer, *middle, right - left, top - bottom)
        return (pdfium.FPDFText_GetTextObject(self._layer, at) or None) if at >= 0 else None

    def _covered(self, part: Box, drawn: Any) -> bool:
        """Whether something filled was drawn over a part after its text."""
        x, y = (part[0] + part[2]) / 2, (part[1] + part[3]) / 2
        text = ctypes.addressof(drawn.contents) if drawn is not None else 0
        after = False
        for item in self._page.get_objects(max_depth=1):
            if after and item.type != pdfium.FPDF_PAGEOBJ_TEXT and _fills(item):
                left, bottom, right, top = item.get_bounds()
                if left <= x <= right and bottom <= y <= top:
                    return True
            after = after or ctypes.addressof(item.raw.contents) == text
        return False


def _cut(low: float, high: float, least: float, most: float, inset: float) -> tuple[float, float]:
    """An interval within another, drawn in where it does not reach the other's end."""
    return max(least, low + (inset if low > least + 1 else 0)), min(
        most, high - (inset if high < most - 1 else 0)
    )


def _fills(item: Any) -> bool:
    """Whether a drawing can hide what lies under it: a picture, another drawing, a filled shape."""
    if item.type != pdfium.FPDF_PAGEOBJ_PATH:
        return True
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item.raw, ctypes.byref(fill), ctypes.byref(stroke))
    return bool(fill.value != pdfium.FPDF_FILLMODE_NONE)
