"""Find the part of a page image that is not blank, so that the engine looks at nothing else.

The engine searches the whole picture for columns and lines: a third of its time on a page that is
half empty. Words hardly change (benchmarks/RESULTS.md).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

_TILE = 16  # pixels
# levels of gray by which a pixel, or the mean of a tile, differs from the paper; the grain of a
# scan stays below both
_MARK, _SHADE = 24, 8
_MARGIN = 24  # pixels kept around what was found: an eighth of an inch at 200 dpi
_WORTHWHILE = 0.9  # part of the picture; a larger part is not worth cutting out

Array = np.ndarray[Any, Any]
Area = tuple[int, int, int, int]  # left, top, right, bottom; pixels


def find_inked_area(image: Image.Image) -> Area:
    """Return the part of an image, with everything that differs from its paper, and a margin.

    The whole image if it is blank, if little of it is, or if its background is not even. `image`:
    gray (mode L).
    """
    whole = (0, 0, image.width, image.height)
    darkest, lightest, means = _measure_tiles(np.asarray(image))
    paper = float(np.median(means))
    is_inked: Array = (
        (darkest < paper - _MARK) | (lightest > paper + _MARK) | (abs(means - paper) > _SHADE)
    )
    across, down = (np.flatnonzero(is_inked.any(axis=axis)) for axis in (0, 1))
    if not len(across):
        return whole
    area = (
        max(0, int(across[0]) * _TILE - _MARGIN),
        max(0, int(down[0]) * _TILE - _MARGIN),
        min(image.width, (int(across[-1]) + 1) * _TILE + _MARGIN),
        min(image.height, (int(down[-1]) + 1) * _TILE + _MARGIN),
    )
    size = (area[2] - area[0]) * (area[3] - area[1])
    return area if size <= _WORTHWHILE * image.width * image.height else whole


def _measure_tiles(pixels: Array) -> tuple[Array, Array, Array]:
    """Return the darkest and the lightest level of each tile, and the mean; by row and column.

    The last row and column of pixels are repeated until they fill a tile.
    """
    height, width = pixels.shape
    if height % _TILE or width % _TILE:
        pixels = np.pad(pixels, ((0, -height % _TILE), (0, -width % _TILE)), mode="edge")
    # first along whole rows, which lie together in memory: six times as fast as tile by tile
    bands = pixels.reshape(-(-height // _TILE), _TILE, -1)
    across = (len(bands), -(-width // _TILE), _TILE)
    return (
        bands.min(axis=1).reshape(across).min(axis=2),
        bands.max(axis=1).reshape(across).max(axis=2),
        bands.sum(axis=1, dtype=np.uint16).reshape(across).mean(axis=2, dtype=np.float32) / _TILE,
    )
