"""Pictures so long that their text would be too small on one page: where to cut them, never through
a line of text.

A screenshot of a whole chat, a till receipt, several screens side by side. An upright picture comes
in, strips of it go out, in dots, in reading order. Only what is more than twice as long as wide is
looked at, and only what holds lines of text is cut.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

# points: a letter's size below which a picture is cut, that which is aimed at, and that which is
# not exceeded
LEAST, GOOD, LARGE = 6.0, 9.0, 12.0
PAPER = (576.0, 756.0)  # points across and along a page that a picture may take
MOST = 100  # strips
_LONG = 2.0  # times as long as wide
_SIDE = 1600  # dots of the shorter side at which a picture is looked at
# gray levels between neighboring dots: the edge of a letter; wallpapers behind chats have less
_EDGE = 40
# parts across, looked at one by one: of a picture that is a little askew, lines of one part still
# have gaps
_PARTS = 8
_BROAD = 64  # dots a part is broad at least: in a narrower one letters are in pieces
_LINE = (5, 110)  # dots that a line of text may be high
_LINES = (
    24  # lines in all parts together; fewer are no text, or so little that its size tells nothing
)
_FLAT = 0.4  # part of all tiles without an edge; a photograph of trees has none
_EM = 0.85  # height of a line's ink in sizes of its letters
_RULE = 0.6  # part of all rows in which a column has an edge: a ruled line or a frame, not text
_SLACK = 0.85  # part of a page that a strip takes on average, so that a gap can be found
_OVERLAP = 0.8  # sizes of a letter that each strip has more where it had to be cut without a gap
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Strips of a picture, the points a dot is to be printed at, and how many cuts are not at a
    gap (their strips overlap)."""

    strips: tuple[Box, ...]
    scale: float
    overlapping: int
    upright: bool  # below each other; else side by side


def may_be_long(width: int, height: int) -> bool:
    """Whether a picture of this size is worth looking at."""
    return max(width, height) > _LONG * min(width, height)


def cuts_of(picture: Image.Image) -> Cuts | None:
    """Where to cut a picture, None if it can stay whole."""
    if not may_be_long(*picture.size):
        return None
    factor = max(1, min(picture.size) // _SIDE)
    gray = np.asarray(
        picture.convert("L").reduce(factor) if factor > 1 else picture.convert("L")
    ).astype(np.int16)
    upright = picture.height >= picture.width
    em = _letter_size(gray) * factor
    wide, long = sorted(picture.size)
    if not em or em * min(PAPER[0] / wide, PAPER[1] / long) >= LEAST:
        return None
    scale = min(PAPER[0] / wide, GOOD / em, MOST * _SLACK * PAPER[1] / long)
    room = PAPER[1] / scale
    if long <= room:
        return None
    ends = _ends(_ink(gray if upright else gray.T), room / factor, em / factor)
    return _cuts(ends, factor, em, (wide, long), upright=upright)


def _cuts(
    ends: Sequence[tuple[int, bool]],
    factor: int,
    em: float,
    size: tuple[int, int],
    *,
    upright: bool,
) -> Cuts:
    """The strips between the ends of all but the last; `ends`: in dots as looked at, and whether
    each is at a gap."""
    wide, long = size
    over = round(_OVERLAP * em)
    edges = [(end * factor, clean) for end, clean in ends]
    starts = [0, *(end - (0 if clean else over) for end, clean in edges)]
    stops = [*(end + (0 if clean else over) for end, clean in edges), long]
    spans = [(max(0, start), min(long, stop)) for start, stop in zip(starts, stops, strict=True)]
    strips = tuple((0, a, wide, b) if upright else (a, 0, b, wide) for a, b in spans)
    longest = max(b - a for a, b in spans)
    overlapping = sum(not clean for _, clean in edges)
    scale = min(
        PAPER[0] / wide, PAPER[1] / longest, LARGE / em
    )  # as large as the longest strip fits
    return Cuts(strips=strips, scale=scale, overlapping=overlapping, upright=upright)


def _letter_size(gray: np.ndarray[Any, Any]) -> float:
    """The usual size of letters in dots, by the heights of lines; 0 where no text is found.

    Lines of a picture lying on its side stand. Looked at across, they give the widths of letters,
    which are smaller.
    """
    edges = np.abs(np.diff(gray, axis=1)) > _EDGE
    if _flat_part(edges) < _FLAT:
        return 0.0
    both = (_line_heights(gray), _line_heights(gray.T))
    return max(
        (float(np.median(heights)) / _EM for heights in both if len(heights) >= _LINES), default=0.0
    )


def _flat_part(edges: Mask, side: int = 16) -> float:
    rows, columns = edges.shape[0] // side, edges.shape[1] // side
    if not rows or not columns:
        return 0.0
    tiles = (
        edges[: rows * side, : columns * side].reshape(rows, side, columns, side).any(axis=(1, 3))
    )
    return float(1 - tiles.mean())


def _line_heights(gray: np.ndarray[Any, Any]) -> list[int]:
    """Heights of runs of rows with letters, in parts of the picture across."""
    ink = _ink(gray)
    found: list[int] = []
    for part in np.array_split(ink, max(1, min(_PARTS, ink.shape[1] // _BROAD)), axis=1):
        rows = part.sum(axis=1) >= 2
        found += [end - start for start, end in _runs(rows) if _LINE[0] <= end - start <= _LINE[1]]
    return found


def _ink(gray: np.ndarray[Any, Any]) -> Mask:
    """The edges of letters and pictures; what stands as a ruled line through most rows is left
    out."""
    edges = np.abs(np.diff(gray, axis=1)) > _EDGE
    edges[:, edges.mean(axis=0) > _RULE] = False
    return edges


def _runs(rows: Mask) -> list[tuple[int, int]]:
    """First and end of each run of true values."""
    steps = np.flatnonzero(np.diff(np.concatenate(([False], rows, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def _ends(ink: Mask, room: float, em: float) -> list[tuple[int, bool]]:
    """Where each strip but the last ends, in rows, and whether no ink is there; strips of about
    the same length."""
    marks = ink.sum(axis=1)
    length = len(marks)
    count = math.ceil(length / (_SLACK * room))
    ends: list[tuple[int, bool]] = []
    start = 0
    for left in range(count, 1, -1):
        step = (length - start) / left
        low, high = (
            round(start + 0.75 * step),
            round(min(start + 1.25 * step, start + room - 2 * _OVERLAP * em)),
        )
        end, clean = _best(marks, low, max(high, low + 1), round(start + step))
        ends.append((end, clean))
        start = end
    return ends


def _best(marks: np.ndarray[Any, Any], low: int, high: int, ideal: int) -> tuple[int, bool]:
    """The middle of the widest gap in these rows, the nearer one of equals; else the row with
    the least ink."""
    gaps = [(low + a, low + b) for a, b in _runs(marks[low:high] == 0) if b - a >= 2]
    if not gaps:
        window = marks[low:high]
        return low + int(np.argmin(window)), False
    a, b = max(
        gaps, key=lambda gap: (gap[1] - gap[0] - abs((gap[0] + gap[1]) / 2 - ideal) / 50, -gap[0])
    )
    return (a + b) // 2, True
