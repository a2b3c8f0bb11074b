"""Decide from the ink whether a scan shows a page of the packet, word for word, and which of its
places are signed. Pure, except that recognition reads what is not clear.

A page is the same only if all of its print is on the scan and the scan has no other print. Ink by
hand is large, or lies at a place to sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from assembler.bundle.signed_set.ink_marks import Box, Mark, find_marks, mask_boxes
from assembler.bundle.signed_set.page_position import DPI, Position
from assembler.bundle.signed_set.printed_ink import CELL, PrintMatch, add_cells, match_print
from assembler.pdf.text_rows import join_boxes

Array = np.ndarray[Any, Any]
POINTS = CELL * 72 / DPI  # points of a cell
_DOUBTFUL, _ABOVE_USUAL = 0.45, 1.15  # difference of a window: at least, and times that of the page
_ALONE = 0.7  # difference of a single window that counts: a letter's reaches into several
_WRONG, _CLEARLY_WRONG = 1.0, 0.85  # difference of a window that needs no reading
_CLEAR_SCAN = 0.14  # what a window of print usually lacks on a scan in gray
_UNREAD_MISSING, _UNREAD_WRONG = 0.5, 1.0  # differences of print without words
_MISSING = 0.42  # part of its print that a window under a pen's stroke may lack
_MAX_SPOTS = 40  # more differing places than this: another page
_ADDED = 0.3  # ink of a pixel that was added
_STROKE = 3  # pixels of it that a cell needs
_UNDER_STROKE = 0.3  # part of its print that a window beside a stroke may lack
_STROKE_GAP = 3  # cells between the pieces of a stroke
_HAND = 20.0  # points, width or height of what is written by hand
_NOTE = 60.0  # points, width or height of a note that is worth reporting
_ZONE = (14.0, 16.0, 14.0, 30.0)  # points around the line that a signature may reach
_SIGNATURE = (15.0, 4.0)  # points, longer and shorter side of the least signature
_FREE_SIGNATURE = (36.0, 8.0)  # the same where it is not known where the page is signed
_LEAST_INK = 60  # pixels of added ink of a signature
_MAX_CUT = 0.02  # part of the print that may lie outside the scan


class PageState(StrEnum):
    """What a scan shows, compared with one page of the packet."""

    SAME = "same"
    CHANGED = "changed"  # this page, but other words or marks
    CUT = "cut"  # this page, but part of its print is not on the scan
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVerdict:
    """The result of comparing a scan with a page. Boxes in points from the lower left corner."""

    state: PageState
    differing: tuple[Box, ...] = ()
    signed: tuple[bool, ...] = ()  # of each place to sign, in the order given
    notes: tuple[Box, ...] = ()  # large ink elsewhere
    cut: float = 0.0  # part of the print outside the scan


# reads both pictures of a box of the page, print and scan, and returns their words
ReadBoth = Callable[[Box], tuple[str, str]]
# reads what was added in a box, and returns words that are certainly print
ReadAdded = Callable[[Box], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read what the ink alone does not decide."""

    both: ReadBoth
    added: ReadAdded


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedScan:
    """A scan drawn in the place of a page, as ink; `shown`: the pixels that the scan has."""

    ink: Array
    shown: Array


def judge_page(
    page: Array, scan: PlacedScan, places: Sequence[Box | None], read: Reading
) -> PageVerdict:
    """Compare a page's drawing with a scan in its place.

    `places`: boxes of the lines to sign, None for one that may be anywhere.
    """
    height = page.shape[0] * 72 / DPI
    match = match_print(page, np.where(scan.shown, scan.ink, page))
    printed = match.printed
    if not printed.any():
        return PageVerdict(state=PageState.OTHER)
    hidden = _spread(add_cells(np.where(scan.shown, 0.0, 1.0)) > 0, 2)
    cut = float((printed & hidden).sum() / printed.sum())
    zones = [_widen(place) for place in places if place is not None]
    in_zone = mask_boxes(zones, printed.shape, height, POINTS)
    marks = _find_added_marks(match, scan.shown)
    # print that a stroke crosses cuts it into pieces
    strokes = _find_added_marks(match, scan.shown, gap=_STROKE_GAP)
    by_hand = _mask_hand(strokes, in_zone, printed.shape)
    spots = _find_spots(match, by_hand, in_zone, hidden)
    if len(spots) > _MAX_SPOTS:
        return PageVerdict(state=PageState.OTHER, cut=cut)
    limit = _CLEARLY_WRONG if match.typical < _CLEAR_SCAN else _WRONG
    differing = [
        box for mark, box in _locate(spots, height) if _is_changed(match, mark, box, read, limit)
    ]
    added_print = _find_added_print(marks, in_zone, height, read)
    state = PageState.SAME
    if differing or added_print:
        state = PageState.CHANGED
    elif cut > _MAX_CUT:
        state = PageState.CUT
    return PageVerdict(
        state=state,
        differing=(*differing, *added_print),
        signed=tuple(_is_signed(marks, match, place, height, read) for place in places),
        notes=tuple(_find_notes(strokes, in_zone, height, free=None in places)),
        cut=cut,
    )


def _widen(place: Box) -> Box:
    left, bottom, right, top = place
    return left - _ZONE[0], bottom - _ZONE[1], right + _ZONE[2], top + _ZONE[3]


def _find_added_marks(match: PrintMatch, shown: Array, gap: int = 1) -> tuple[Mark, ...]:
    added = np.where(shown & (match.added > _ADDED), 1.0, 0.0)
    return find_marks(add_cells(added) >= _STROKE, gap)


def _mask_hand(marks: Sequence[Mark], in_zone: Array, shape: tuple[int, ...]) -> Array:
    """Return the cells that a pen's strokes reach: of large marks, and of any at a place to
    sign."""
    mask = np.zeros(shape, dtype=bool)
    for mark in marks:
        is_large = max(mark.width, mark.height) * POINTS >= _HAND
        if is_large or any(in_zone[cell] for cell in mark.cells):
            for row, column in mark.cells:
                mask[max(0, row - 3) : row + 4, max(0, column - 3) : column + 4] = True
    return mask


def _find_spots(
    match: PrintMatch, by_hand: Array, in_zone: Array, hidden: Array
) -> tuple[Mark, ...]:
    """Return the places whose print differs more than the scanner explains."""
    printed = match.printed
    clear = printed & ~by_hand & ~hidden
    usual = float(np.quantile(match.total[clear], 0.98)) if clear.any() else 0.0
    limit = max(_DOUBTFUL, _ABOVE_USUAL * min(usual, 0.6))
    usual_missing = float(np.quantile(match.missing[clear], 0.98)) if clear.any() else 0.0
    missing_limit = max(_MISSING, 1.2 * min(usual_missing, 0.5))
    wrong = clear & (match.total > limit)
    wrong |= printed & by_hand & ~hidden & (match.missing > missing_limit)
    # ink beside print that is no stroke by hand: a letter or mark more
    beside = ~printed & ~by_hand & ~hidden & ~in_zone & (match.extra > _WRONG)
    near = _spread(printed, 3)
    # the end of a stroke that lies on print is not seen as ink that was added
    by_stroke = _spread(by_hand, 3)
    return tuple(
        spot
        for spot in find_marks(wrong | (beside & near), gap=2)
        if (len(spot.cells) > 1 or match.total[spot.cells[0]] > _ALONE or by_hand[spot.cells[0]])
        and not (
            any(by_stroke[cell] for cell in spot.cells)
            and max(match.missing[cell] for cell in spot.cells) < _UNDER_STROKE
        )
    )


def _spread(mask: Array, by: int) -> Array:
    spread = mask.copy()
    for step in range(1, by + 1):
        for axis in (0, 1):
            for sign in (-step, step):
                spread |= np.roll(mask, sign, axis)
    return spread


def _locate(marks: Sequence[Mark], height: float) -> list[tuple[Mark, Box]]:
    return [
        (
            mark,
            (
                mark.left * POINTS,
                height - (mark.bottom + 1) * POINTS,
                (mark.right + 1) * POINTS,
                height - mark.top * POINTS,
            ),
        )
        for mark in marks
    ]


def _is_changed(match: PrintMatch, mark: Mark, box: Box, read: Reading, limit: float) -> bool:
    """Return whether a doubtful place really differs: by more than the limit, or as it reads."""
    rows, columns = mark.grow(0)
    worst = float(np.max(match.total[rows, columns] * match.printed[rows, columns]))
    if worst > limit and len(mark.cells) >= 3:
        return True
    expected, seen = read.both(box)
    if not expected:  # a rule, a picture, or print that nobody can read
        lacking = float(np.max(match.missing[rows, columns] * match.printed[rows, columns]))
        return lacking > _UNREAD_MISSING or worst > _UNREAD_WRONG
    return expected != seen


def _find_added_print(
    marks: Sequence[Mark], in_zone: Array, height: float, read: Reading
) -> tuple[Box, ...]:
    """Return the boxes of printed words that the page does not have."""
    boxes = []
    for mark, box in _locate(marks, height):
        is_in_zone = any(in_zone[cell] for cell in mark.cells)
        if is_in_zone or not 2.0 <= mark.height * POINTS <= 30.0 or mark.width * POINTS < 8.0:
            continue
        if read.added(box):
            boxes.append(box)
    return tuple(boxes)


def _is_signed(
    marks: Sequence[Mark], match: PrintMatch, place: Box | None, height: float, read: Reading
) -> bool:
    """Return whether ink was added at a place to sign, of at least a signature's size, and not
    printed."""
    located = _locate(marks, height)
    if place is None:
        return any(
            _is_signature_size(box, _FREE_SIGNATURE) and not read.added(box) for _, box in located
        )
    zone = _widen(place)
    inside = [
        (mark, box)
        for mark, box in located
        if box[0] < zone[2] and zone[0] < box[2] and box[1] < zone[3] and zone[1] < box[3]
    ]
    if not inside:
        return False
    ink = sum(_measure_added(match, mark, zone, height) for mark, _ in inside)
    joined = join_boxes([box for _, box in inside])
    if ink < _LEAST_INK or not _is_signature_size(joined, _SIGNATURE):
        return False
    return not all(box[3] - box[1] <= 14.0 and read.added(box) for _, box in inside)


def _is_signature_size(box: Box, least: tuple[float, float]) -> bool:
    sides = sorted((box[2] - box[0], box[3] - box[1]))
    return sides[1] >= least[0] and sides[0] >= least[1]


def _measure_added(match: PrintMatch, mark: Mark, zone: Box, height: float) -> int:
    """Return the pixels of added ink of a mark within a zone."""
    scale = DPI / 72
    rows = slice(
        max(mark.top * CELL, round((height - zone[3]) * scale)),
        min((mark.bottom + 1) * CELL, round((height - zone[1]) * scale)),
    )
    columns = slice(
        max(mark.left * CELL, round(zone[0] * scale)),
        min((mark.right + 1) * CELL, round(zone[2] * scale)),
    )
    return int((match.added[rows, columns] > _ADDED).sum())


def _find_notes(marks: Sequence[Mark], in_zone: Array, height: float, *, free: bool) -> list[Box]:
    """Return the boxes of large ink away from the places to sign."""
    if free:
        return []
    return [
        box
        for mark, box in _locate(marks, height)
        if max(box[2] - box[0], box[3] - box[1]) >= _NOTE
        and not any(in_zone[cell] for cell in mark.cells)
    ]


def find_shown(position: Position, size: tuple[int, int]) -> Array:
    """Return the pixels of a page's drawing that lie within a scan of this size."""
    columns, rows = position.size
    step = 8
    xs, ys = np.arange(0, columns, step), np.arange(0, rows, step)
    grid = np.stack([a.ravel() for a in np.meshgrid(xs + step / 2, ys + step / 2)], axis=1)
    placed = position.locate(grid.astype(np.float64))
    inside = (
        (placed[:, 0] >= 1)
        & (placed[:, 1] >= 1)
        & (placed[:, 0] < size[0] - 1)
        & (placed[:, 1] < size[1] - 1)
    ).reshape(len(ys), len(xs))
    return np.repeat(np.repeat(inside, step, axis=0), step, axis=1)[:rows, :columns]
