"""Compare two drawings of the same page pixel by pixel. Pure.

Drawings are arrays of rows, columns and three colors, 0 to 255, made by the same program at the
same resolution.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

Pixels = np.ndarray[Any, Any]
Mask = np.ndarray[Any, Any]
_BLUR_RADIUS = 7  # radius of the blur, in pixels
Area = tuple[int, int, int, int]  # left, top, right, bottom, pixels


def find_differing(seen: Pixels, expected: Pixels, level: int = 0) -> Mask:
    """Return where any color differs by more than `level`."""
    differs = (
        seen != expected
        if level == 0
        else np.maximum(seen, expected) - np.minimum(seen, expected) > level
    )
    return _join_colors(differs)


def _join_colors(colors: Mask) -> Mask:
    """Return where any of the three colors of a pixel is set."""
    # np.any over the last axis takes ten times as long
    return np.asarray(colors[:, :, 0] | colors[:, :, 1] | colors[:, :, 2])


def find_differing_rows(seen: Pixels, expected: Pixels) -> slice:
    """Return the rows from the first to the last with a difference, and some around them; an empty
    slice where all agree."""
    if np.array_equal(seen, expected):
        return slice(0, 0)
    rows = np.flatnonzero((seen != expected).reshape(len(seen), -1).any(axis=1))
    return slice(
        max(0, int(rows[0]) - 2 * _BLUR_RADIUS),
        min(len(seen), int(rows[-1]) + 1 + 2 * _BLUR_RADIUS),
    )


def find_differing_near(seen: Pixels, expected: Pixels, level: int) -> Mask:
    """Return where two programs' drawings differ by more than `level`, allowing ink to lie one
    pixel aside.

    Both are blurred slightly. A pixel agrees if its value lies between the minimum and the maximum
    of those around the same pixel of the other drawing; each drawing is compared with the other, so
    that neither may have what the other lacks.
    """
    blurred_seen, blurred_expected = _blur_drawing(seen), _blur_drawing(expected)
    return _mask_outside(blurred_seen, blurred_expected, level) | _mask_outside(
        blurred_expected, blurred_seen, level
    )


def find_differing_around(seen: Pixels, expected: Pixels, level: int) -> Mask:
    """Return where one drawing has a color that the other lacks within two pixels.

    For the edge at which a picture is cropped: one row of pixels more or less of it may show.
    """
    return _mask_outside(seen, expected, level, reach=2) | _mask_outside(
        expected, seen, level, reach=2
    )


def find_differing_broadly(seen: Pixels, expected: Pixels, level: int) -> Mask:
    """Return where the mean of the surrounding pixels differs by more than `level`: no pixel need
    be the same, but the ink of a word must be there."""
    blurred_seen, blurred_expected = (
        np.asarray(
            Image.fromarray(np.ascontiguousarray(drawing)).filter(ImageFilter.BoxBlur(_BLUR_RADIUS))
        )
        for drawing in (seen, expected)
    )
    return find_differing(blurred_seen, blurred_expected, level)


def _blur_drawing(drawing: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(np.ascontiguousarray(drawing)).filter(ImageFilter.BoxBlur(1)))


def _mask_outside(drawing: Pixels, other: Pixels, level: int, reach: int = 1) -> Mask:
    """Return where a color is out of the range of those around the same pixel of another drawing,
    by more than `level`."""
    least, most = (_spread(other, reach, pick) for pick in (np.minimum, np.maximum))
    # unsigned bytes: the larger of the two comes first
    is_below = np.maximum(least, drawing) - drawing > level
    is_above = drawing - np.minimum(most, drawing) > level
    return _join_colors(is_below | is_above)


def _spread(drawing: Pixels, reach: int, pick: Callable[..., Pixels]) -> Pixels:
    """Return for each pixel the least or greatest of each color in the square around it; `pick`:
    np.minimum or np.maximum. Pillow's rank filters do the same, and take ten times as long."""
    for axis in (0, 1):
        spread = drawing.copy()
        for shift in range(1, min(reach, drawing.shape[axis] - 1) + 1):
            before = (slice(None),) * axis + (slice(None, -shift),)
            after = (slice(None),) * axis + (slice(shift, None),)
            pick(spread[before], drawing[after], out=spread[before])
            pick(spread[after], drawing[before], out=spread[after])
        drawing = spread
    return drawing


def mask_areas(areas: Sequence[Area], shape: tuple[int, ...]) -> Mask:
    """Return a mask of the pixels, of a drawing of this shape, that lie in one of the areas."""
    mask = np.zeros(shape[:2], dtype=bool)
    for left, top, right, bottom in areas:
        mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    return mask


def find_bounds(mask: Mask) -> Area | None:
    """Return the smallest area that holds every set pixel; None if none is set."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
