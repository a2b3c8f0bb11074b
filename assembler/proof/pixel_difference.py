"""Two drawings of the same page, pixel by pixel. Pure.

Drawings are arrays of rows, columns and three colors, 0 to 255, made by the same program at the
same fineness.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

Pixels = np.ndarray[Any, Any]
Mask = np.ndarray[Any, Any]
_BROAD = 7  # pixels on each side of one
Area = tuple[int, int, int, int]  # left, top, right, bottom, pixels


def differing(seen: Pixels, expected: Pixels, level: int = 0) -> Mask:
    """Where any color differs by more than `level`."""
    apart = (
        seen != expected
        if level == 0
        else np.maximum(seen, expected) - np.minimum(seen, expected) > level
    )
    return np.asarray(
        apart[:, :, 0] | apart[:, :, 1] | apart[:, :, 2]
    )  # numpy's own way takes ten times as long


def differing_rows(seen: Pixels, expected: Pixels) -> slice:
    """The rows from the first to the last that has a difference, and some around them; none
    where all agree."""
    if np.array_equal(seen, expected):
        return slice(0, 0)
    rows = np.flatnonzero((seen != expected).reshape(len(seen), -1).any(axis=1))
    return slice(max(0, int(rows[0]) - 2 * _BROAD), min(len(seen), int(rows[-1]) + 1 + 2 * _BROAD))


def differing_near(seen: Pixels, expected: Pixels, level: int) -> Mask:
    """Where the two differ by more than `level` although ink may lie one pixel aside: for what two
    programs drew.

    Both are softened a little. A pixel agrees if its value lies between the least and the most of
    those around the same pixel of the other drawing; each is held against the other, so that
    neither may have what the other lacks.
    """
    one, other = _softened(seen), _softened(expected)
    return _outside(one, other, level) | _outside(other, one, level)


def differing_around(seen: Pixels, expected: Pixels, level: int) -> Mask:
    """Where one drawing has a color that the other lacks among the pixels up to two aside.

    For the edge along which a picture is cut off: one row of pixels more or less of it is seen.
    """
    one, other = (Image.fromarray(np.ascontiguousarray(drawing)) for drawing in (seen, expected))
    return _outside(one, other, level, reach=2) | _outside(other, one, level, reach=2)


def differing_broadly(seen: Pixels, expected: Pixels, level: int) -> Mask:
    """Where the means of the surroundings differ by more than `level`: no dot is the same, but
    the ink of a word is there."""
    one, other = (
        np.asarray(
            Image.fromarray(np.ascontiguousarray(drawing)).filter(ImageFilter.BoxBlur(_BROAD)),
            dtype=np.int16,
        )
        for drawing in (seen, expected)
    )
    return np.asarray((np.abs(one - other) > level).any(axis=2))


def _softened(drawing: Pixels) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(drawing)).filter(ImageFilter.BoxBlur(1))


def _outside(drawing: Image.Image, other: Image.Image, level: int, reach: int = 1) -> Mask:
    values, side = np.asarray(drawing, dtype=np.int16), 2 * reach + 1
    least = np.asarray(other.filter(ImageFilter.MinFilter(side)), dtype=np.int16) - level
    most = np.asarray(other.filter(ImageFilter.MaxFilter(side)), dtype=np.int16) + level
    return np.asarray(((values < least) | (values > most)).any(axis=2))


def within(areas: Sequence[Area], shape: tuple[int, ...]) -> Mask:
    """Which pixels of a drawing of this shape lie in one of the areas."""
    mask = np.zeros(shape[:2], dtype=bool)
    for left, top, right, bottom in areas:
        mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    return mask


def bounds(mask: Mask) -> Area | None:
    """The smallest area with all that is set."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
