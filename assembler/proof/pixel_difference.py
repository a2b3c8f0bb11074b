"""Compare two drawings of the same page pixel by pixel. Pure.

Drawings are arrays of rows, columns and three colors, 0 to 255, made by the same program at the
same resolution.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    # np.any over the last axis takes ten times as long
    return np.asarray(differs[:, :, 0] | differs[:, :, 1] | differs[:, :, 2])


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
    seen_picture, expected_picture = (
        Image.fromarray(np.ascontiguousarray(drawing)) for drawing in (seen, expected)
    )
    return _mask_outside(seen_picture, expected_picture, level, reach=2) | _mask_outside(
        expected_picture, seen_picture, level, reach=2
    )


def find_differing_broadly(seen: Pixels, expected: Pixels, level: int) -> Mask:
    """Return where the mean of the surrounding pixels differs by more than `level`: no pixel need
    be the same, but the ink of a word must be there."""
    blurred_seen, blurred_expected = (
        np.asarray(
            Image.fromarray(np.ascontiguousarray(drawing)).filter(
                ImageFilter.BoxBlur(_BLUR_RADIUS)
            ),
            dtype=np.int16,
        )
        for drawing in (seen, expected)
    )
    return np.asarray((np.abs(blurred_seen - blurred_expected) > level).any(axis=2))


def _blur_drawing(drawing: Pixels) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(drawing)).filter(ImageFilter.BoxBlur(1))


def _mask_outside(drawing: Image.Image, other: Image.Image, level: int, reach: int = 1) -> Mask:
    values, side = np.asarray(drawing, dtype=np.int16), 2 * reach + 1
    least = np.asarray(other.filter(ImageFilter.MinFilter(side)), dtype=np.int16) - level
    most = np.asarray(other.filter(ImageFilter.MaxFilter(side)), dtype=np.int16) + level
    return np.asarray(((values < least) | (values > most)).any(axis=2))


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
