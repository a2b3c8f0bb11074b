"""Compute where regions, stamps and sources lie on a page of the bundle. Pure.

A page is scaled by `LedgerEntry.scale` around the middle of its top edge. Coordinates are in points
from the top left corner of the page as shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assembler.model import LedgerEntry

Box = list[float]  # left, top, width, height
_BASELINE = 0.3  # of a stamp's size, above the bottom of its box


def place_box(box: Sequence[float], entry: LedgerEntry) -> Box:
    """Return where a region (left, top, right, bottom on the page before it was scaled) lies on
    the bundle page."""
    shift = _measure_left_shift(entry)
    left, top, right, bottom = (float(value) * entry.scale for value in box)
    return [round(value, 1) for value in (left + shift, top, right - left, bottom - top)]


def place_stamp(entry: LedgerEntry) -> dict[str, Any] | None:
    """Return the printed stamp, from the left end of its baseline; None for a page without one."""
    stamp = entry.stamp
    if not stamp:
        return None
    down = entry.size[1] - stamp.y - _BASELINE * stamp.size
    return {
        "x": stamp.x,
        "y": round(down, 2),
        "size": stamp.size,
        "width": stamp.width,
        "text": stamp.text,
    }


def map_to_source(entry: LedgerEntry) -> list[float]:
    """Return a, b, c, d, e, f so that the point (x, y) of a bundle page lies at (ax + by + c,
    dx + ey + f) of its source's picture, in fractions of the picture's width and height."""
    shift, scale = _measure_left_shift(entry), entry.scale
    wide, high = entry.own_size or entry.size
    # x and y on the page before it was turned, as rows of (of x, of y, constant)
    across, down = {
        0: ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
        90: ((0.0, 1.0, 0.0), (-1.0, 0.0, wide)),
        180: ((-1.0, 0.0, wide), (0.0, -1.0, high)),
        270: ((0.0, -1.0, high), (1.0, 0.0, 0.0)),
    }[entry.turned]
    flat_wide, flat_high = (high, wide) if entry.turned % 180 else (wide, high)
    placement = entry.transform.placement if entry.transform else None
    left, bottom, width, height = placement or (0.0, 0.0, flat_wide, flat_high)
    top = flat_high - bottom - height
    return [
        round(value, 6)
        for row, start, length in ((across, left, width), (down, top, height))
        for value in (
            row[0] / scale / length,
            row[1] / scale / length,
            (row[2] - row[0] * shift / scale - start) / length,
        )
    ]


def _measure_left_shift(entry: LedgerEntry) -> float:
    """Return how far from the left edge a scaled page starts."""
    own_width = (entry.own_size or entry.size)[0]
    return (entry.size[0] - own_width * entry.scale) / 2
