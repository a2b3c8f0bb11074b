"""Cut pictures that are so long that their text would be too small on one page, but never through a
line.

For example a screenshot of a whole chat, a receipt, several screens side by side. Takes an upright
picture; returns strips of it, in pixels, in reading order. Only pictures more than twice as long as
wide are examined, and only those with lines of text are cut.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

# font sizes in points: a picture is cut if its text is smaller than LEAST; GOOD is the target and
# LARGE the maximum
LEAST, GOOD, LARGE = 6.0, 9.0, 12.0
PAPER = (576.0, 756.0)  # points across and along a page, available to a picture
MOST = 100  # strips
_MIN_RATIO = 2.0  # length divided by width
_SIDE = 1600  # pixels of the shorter side at which a picture is analyzed
# gray levels between neighboring pixels at the edge of a letter; chat wallpapers have less
_EDGE = 40
# parts across, analyzed separately: in a slightly skewed picture, lines of one part still have gaps
_PARTS = 8
_MIN_PART = 64  # pixels; a narrower part would cut letters to pieces
_LINE = (5, 110)  # height of a line of text, pixels
_MIN_LINES = 24  # in all parts together; fewer are not text, or too little to measure its size
_MIN_FLAT = 0.4  # fraction of tiles without an edge; a photo of trees has none
_EM = 0.85  # height of a line's ink in font sizes
_RULE = 0.6  # fraction of rows with an edge in a column from which it is a ruled line or a frame
_SLACK = 0.85  # average fraction of a page that a strip fills, so that a gap can be found
_OVERLAP = 0.8  # font sizes by which strips overlap if there was no gap
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Strips of a picture, the printed points per pixel, and how many cuts are not at a gap (so
    strips overlap)."""

    strips: tuple[Box, ...]
    scale: float
    overlapping: int
    upright: bool  # strips are below each other; else side by side


def may_be_long(width: int, height: int) -> bool:
    """Return whether a picture of this size is worth analyzing."""
    return max(width, height) > _MIN_RATIO * min(width, height)


def find_cuts(picture: Image.Image) -> Cuts | None:
    """Return where to cut a picture; None if it can stay in one piece."""
    if not may_be_long(*picture.size):
        return None
    factor = max(1, min(picture.size) // _SIDE)
    reduced = picture.convert("L").reduce(factor) if factor > 1 else picture.convert("L")
    gray = np.asarray(reduced).astype(np.int16)
    upright = picture.height >= picture.width
    em = _measure_letters(gray) * factor
    wide, long = sorted(picture.size)
    if not em or em * min(PAPER[0] / wide, PAPER[1] / long) >= LEAST:
        return None
    scale = min(PAPER[0] / wide, GOOD / em, MOST * _SLACK * PAPER[1] / long)
    room = PAPER[1] / scale
    if long <= room:
        return None
    ends = _find_ends(_find_edges(gray if upright else gray.T), room / factor, em / factor)
    return _make_strips(ends, factor, em, (wide, long), upright=upright)


def _make_strips(
    ends: Sequence[tuple[int, bool]],
    factor: int,
    em: float,
    size: tuple[int, int],
    *,
    upright: bool,
) -> Cuts:
    """Return the strips; `ends`: of all but the last, in analyzed pixels, and whether each is at a
    gap."""
    wide, long = size
    overlap = round(_OVERLAP * em)
    edges = [(end * factor, at_gap) for end, at_gap in ends]
    starts = [0, *(end - (0 if at_gap else overlap) for end, at_gap in edges)]
    stops = [*(end + (0 if at_gap else overlap) for end, at_gap in edges), long]
    spans = [(max(0, start), min(long, stop)) for start, stop in zip(starts, stops, strict=True)]
    strips = tuple((0, a, wide, b) if upright else (a, 0, b, wide) for a, b in spans)
    longest = max(b - a for a, b in spans)
    overlapping = sum(not at_gap for _, at_gap in edges)
    scale = min(PAPER[0] / wide, PAPER[1] / longest, LARGE / em)  # so that the longest strip fits
    return Cuts(strips=strips, scale=scale, overlapping=overlapping, upright=upright)


def _measure_letters(gray: np.ndarray[Any, Any]) -> float:
    """Return the usual letter size in pixels from the heights of lines; 0 if there is no text.

    Lines of a picture on its side are vertical. Measured across, they give the widths of letters,
    which are smaller.
    """
    edges = np.abs(np.diff(gray, axis=1)) > _EDGE
    if _measure_flat_fraction(edges) < _MIN_FLAT:
        return 0.0
    both = (_measure_line_heights(gray), _measure_line_heights(gray.T))
    return max(
        (float(np.median(heights)) / _EM for heights in both if len(heights) >= _MIN_LINES),
        default=0.0,
    )


def _measure_flat_fraction(edges: Mask, side: int = 16) -> float:
    rows, columns = edges.shape[0] // side, edges.shape[1] // side
    if not rows or not columns:
        return 0.0
    tiles = (
        edges[: rows * side, : columns * side].reshape(rows, side, columns, side).any(axis=(1, 3))
    )
    return float(1 - tiles.mean())


def _measure_line_heights(gray: np.ndarray[Any, Any]) -> list[int]:
    """Return the heights of runs of rows with letters, for each part across."""
    edges = _find_edges(gray)
    heights: list[int] = []
    for part in np.array_split(edges, max(1, min(_PARTS, edges.shape[1] // _MIN_PART)), axis=1):
        runs = _list_runs(part.sum(axis=1) >= 2)
        heights += [end - start for start, end in runs if _LINE[0] <= end - start <= _LINE[1]]
    return heights


def _find_edges(gray: np.ndarray[Any, Any]) -> Mask:
    """Return the edges of letters and pictures, without ruled lines through most rows."""
    edges = np.abs(np.diff(gray, axis=1)) > _EDGE
    edges[:, edges.mean(axis=0) > _RULE] = False
    return edges


def _list_runs(rows: Mask) -> list[tuple[int, int]]:
    """Return start and end of each run of true values."""
    steps = np.flatnonzero(np.diff(np.concatenate(([False], rows, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def _find_ends(ink: Mask, room: float, em: float) -> list[tuple[int, bool]]:
    """Return where each strip except the last ends, in rows, and whether it is at a gap; strips are
    similar in length."""
    marks = ink.sum(axis=1)
    length = len(marks)
    count = math.ceil(length / (_SLACK * room))
    ends: list[tuple[int, bool]] = []
    start = 0
    for remaining in range(count, 1, -1):
        step = (length - start) / remaining
        low, high = (
            round(start + 0.75 * step),
            round(min(start + 1.25 * step, start + room - 2 * _OVERLAP * em)),
        )
        end, at_gap = _find_best_row(marks, low, max(high, low + 1), round(start + step))
        ends.append((end, at_gap))
        start = end
    return ends


def _find_best_row(
    marks: np.ndarray[Any, Any], low: int, high: int, ideal: int
) -> tuple[int, bool]:
    """Return the middle of the widest gap in these rows, the nearest of equals; else the row with
    the least ink."""
    gaps = [(low + a, low + b) for a, b in _list_runs(marks[low:high] == 0) if b - a >= 2]
    if not gaps:
        window = marks[low:high]
        return low + int(np.argmin(window)), False
    a, b = max(
        gaps, key=lambda gap: (gap[1] - gap[0] - abs((gap[0] + gap[1]) / 2 - ideal) / 50, -gap[0])
    )
    return (a + b) // 2, True
