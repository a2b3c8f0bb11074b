"""Find the part of a page image that is not blank, so that the engine looks at nothing else.

The engine searches the whole picture for columns and lines: a third of its time on a page that is
half empty. Words do not change by this (docs/decisions.md has the figures).
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
    """Return the part of a gray image with everything that differs from its paper, and a margin.

    The whole image if it is blank, if little of it is, or if its background is not even.
    """
    whole = (0, 0, image.width, image.height)
    tiles = _split_into_tiles(np.asarray(image.convert("L")))
    means = tiles.mean(axis=(1, 3), dtype=np.float32)
    paper = float(np.median(means))
    is_inked = (
        (tiles.min(axis=(1, 3)) < paper - _MARK)
        | (tiles.max(axis=(1, 3)) > paper + _MARK)
        | (abs(means - paper) > _SHADE)
    )
    across, down = is_inked.any(axis=0).nonzero()[0], is_inked.any(axis=1).nonzero()[0]
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


def _split_into_tiles(pixels: Array) -> Array:
    """Return pixels by row of tiles, row in the tile, column of tiles, column in the tile; the last
    row and column of pixels are repeated until they fill a tile."""
    height, width = pixels.shape
    if height % _TILE or width % _TILE:
        pixels = np.pad(pixels, ((0, -height % _TILE), (0, -width % _TILE)), mode="edge")
    return pixels.reshape(-(-height // _TILE), _TILE, -(-width // _TILE), _TILE)
