"""Place a stamp clear of the ink of a page, or shrink the page. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from assembler.model import Ink, Stamp, Zone

STAMP_SIZE = 9.0  # points, on a page as large as Letter
EDGE = 18.0  # points between stamp and the edge of the visible page
CLEAR = 3.0  # points of white kept around a stamp
_ROUNDING = 0.01  # points: place and size of a stamp have two decimals each
_LINE = 1.25  # box height in font sizes
_FURTHER = 1.75  # second try: this multiple of EDGE from the edge

# Advance widths of IBM Plex Serif Regular, 1/1000 em; a test compares them with the font file.
WIDTHS = {
    " ": 232,
    "!": 280,
    '"': 415,
    "#": 695,
    "$": 592,
    "%": 913,
    "&": 710,
    "'": 241,
    "(": 329,
    ")": 329,
    "*": 442,
    "+": 600,
    ",": 268,
    "-": 393,
    ".": 268,
    "/": 366,
    "0": 600,
    "1": 600,
    "2": 600,
    "3": 600,
    "4": 600,
    "5": 600,
    "6": 600,
    "7": 600,
    "8": 600,
    "9": 600,
    ":": 288,
    ";": 288,
    "<": 600,
    "=": 600,
    ">": 600,
    "?": 487,
    "@": 923,
    "A": 686,
    "B": 670,
    "C": 649,
    "D": 706,
    "E": 641,
    "F": 626,
    "G": 721,
    "H": 787,
    "I": 346,
    "J": 457,
    "K": 707,
    "L": 594,
    "M": 872,
    "N": 778,
    "O": 716,
    "P": 625,
    "Q": 716,
    "R": 672,
    "S": 588,
    "T": 652,
    "U": 735,
    "V": 664,
    "W": 968,
    "X": 669,
    "Y": 634,
    "Z": 637,
    "[": 284,
    "\\": 365,
    "]": 284,
    "^": 600,
    "_": 564,
    "`": 600,
    "a": 546,
    "b": 598,
    "c": 516,
    "d": 608,
    "e": 536,
    "f": 342,
    "g": 544,
    "h": 624,
    "i": 315,
    "j": 303,
    "k": 584,
    "l": 300,
    "m": 953,
    "n": 639,
    "o": 564,
    "p": 613,
    "q": 598,
    "r": 443,
    "s": 488,
    "t": 353,
    "u": 619,
    "v": 534,
    "w": 777,
    "x": 561,
    "y": 534,
    "z": 508,
    "{": 327,
    "|": 298,
    "}": 327,
    "~": 600,
    "·": 324,
    "–": 587,
    "’": 268,
}


Size = tuple[float, float]  # width, height, points


@lru_cache(maxsize=64)  # a stamp is measured once for each place that is tried
def measure_text_width(text: str, size: float) -> float:
    """Return the width in points of a stamp's text in the stamp font."""
    return sum(WIDTHS.get(character, 600) for character in text) * size / 1000


class ScaledPage(NamedTuple):
    """A page that is drawn smaller on paper, at the top and in the middle: its own size, and the
    scale it is drawn at."""

    width: float
    height: float
    scale: float


def place_stamp(
    text: str,
    width: float,
    height: float,
    ink: Ink,
    clear: Sequence[Zone] = (),
    scaled: ScaledPage | None = None,
) -> tuple[Stamp, float]:
    """Return the place of the stamp on a page, and the scale of the page (1.0 = unchanged).

    Corners and middles are tried, bottom before top, right before left, then the same a little
    further in (a frame or a scanner's shadow often runs along the edge); if all have ink, the page
    is shrunk just enough to clear a band at its bottom. The stamp is 9 points on Letter; on larger
    pages it grows with them, so that it is as large when the page is printed on Letter; on small
    ones it shrinks to fit. Lengths are the page's own units: /UserUnit is ignored, as it changes
    nothing here.

    Args:
        width: of the visible page, or of the paper a `scaled` page is drawn on.
        height: likewise.
        clear: zones without a stamp, whether they have ink or not.
    """
    size = measure_stamp(text, width, height)
    box = (measure_text_width(text, size), size * _LINE)
    edge = min(EDGE * size / STAMP_SIZE, max(0.0, (width - box[0]) / 2))
    page = (width, height)
    free = [
        place
        for place in _iterate_places(width, height, box, edge)
        if not any(_is_touching(zone, *place, box, page) for zone in clear)
    ]
    for x, y in free:
        if not _is_inked(ink, x, y, box, page, _find_drawn_area(page, scaled)):
            return _make_stamp(text, x, y, box, size), 1.0
    band = edge + box[1] + CLEAR
    smaller = max(0.2, 1 - band / height)
    at_foot = [x for x, y in free if y < height / 2] or [width - edge - box[0]]
    return _make_stamp(text, at_foot[0], min(edge, max(0.0, band - box[1])), box, size), smaller


def is_in_zone(stamp: Stamp, width: float, height: float, clear: Sequence[Zone]) -> bool:
    """Return whether a stamp on a page of this size touches a zone that must stay clear.

    The stamp's numbers are rounded, so its box may reach into a zone by the rounding.
    """
    box = stamp.width - 2 * _ROUNDING, stamp.height - 2 * _ROUNDING
    x, y = stamp.x + _ROUNDING, stamp.y + _ROUNDING
    return any(_is_touching(zone, x, y, box, (width, height)) for zone in clear)


def _is_touching(
    zone: Zone, x: float, y: float, box: tuple[float, float], page: tuple[float, float]
) -> bool:
    """Return whether a box touches a zone, which grows with pages larger than Letter, as stamps
    do."""
    scale = max(1.0, min(page[0] / 612, page[1] / 612))
    width, height = zone.width * scale, zone.height * scale
    if "left" in zone.place:
        left = 0.0
    elif "right" in zone.place:
        left = page[0] - width
    else:
        left = (page[0] - width) / 2
    bottom = 0.0 if "bottom" in zone.place else page[1] - height
    return left < x + box[0] and x < left + width and bottom < y + box[1] and y < bottom + height


def _iterate_places(
    width: float, height: float, box: tuple[float, float], edge: float
) -> Iterator[tuple[float, float]]:
    """Yield lower left corners to try, best first; none leaves the page or comes nearer to its edge
    than `edge`."""
    for inset in (edge, edge * _FURTHER):
        for y in (inset, height - inset - box[1]):
            for x in (width - inset - box[0], (width - box[0]) / 2, inset):
                if min(x, y) >= 0:
                    yield x, y


def measure_stamp(text: str, width: float, height: float) -> float:
    size = STAMP_SIZE * max(1.0, min(width / 612, height / 612))
    return min(size, width * 0.94 / measure_text_width(text, 1.0), height / 6)


def _find_drawn_area(page: Size, scaled: ScaledPage | None) -> tuple[float, float, float, float]:
    """Return left, bottom, width and height of what is drawn on a page of this size."""
    if scaled is None:
        return (0.0, 0.0, *page)
    width, height = scaled.width * scaled.scale, scaled.height * scaled.scale
    return ((page[0] - width) / 2, page[1] - height, width, height)


def _make_stamp(text: str, x: float, y: float, box: tuple[float, float], size: float) -> Stamp:
    return Stamp(
        text=text,
        x=round(x, 2),
        y=round(y, 2),
        width=round(box[0], 2),
        height=round(box[1], 2),
        size=round(size, 3),
    )


def _is_inked(
    ink: Ink, x: float, y: float, box: Size, page: Size, drawn: tuple[float, float, float, float]
) -> bool:
    """Return whether any ink cell touches the box and its clear border.

    Rows of the bitmap count from the top of the `drawn` area.
    """
    left, bottom, width, height = drawn
    if (
        x - CLEAR >= left + width
        or x + box[0] + CLEAR <= left
        or y - CLEAR >= page[1]
        or y + box[1] + CLEAR <= bottom
    ):
        return False
    x, y = x - left, y - bottom
    step_x, step_y = width / ink.columns, height / ink.rows
    first_column = max(0, int((x - CLEAR) // step_x))
    last_column = min(ink.columns - 1, int((x + box[0] + CLEAR) // step_x))
    first_row = max(0, int((height - y - box[1] - CLEAR) // step_y))
    last_row = min(ink.rows - 1, int((height - y + CLEAR) // step_y))
    return any(
        _has_bits(ink.bits, row * ink.columns + first_column, row * ink.columns + last_column)
        for row in range(first_row, last_row + 1)
    )


def _has_bits(bits: bytes, first: int, last: int) -> bool:
    """Return whether any bit is set from `first` to `last`, counted from the highest of the first
    byte."""
    bits_between = int.from_bytes(bits[first >> 3 : (last >> 3) + 1], "big") >> (7 - (last & 7))
    return bits_between & ((1 << (last - first + 1)) - 1) != 0 if last >= first else False
