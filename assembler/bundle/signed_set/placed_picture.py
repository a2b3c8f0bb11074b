"""Draw a scan in the place of its page: upright, as large as the page, at the scan's
resolution."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from assembler.bundle.signed_set.page_position import DPI, Position

_MAX_DPI = 300
_CELL = 1 / 3  # inches between the places where a bent page is measured
_COLORED = 40  # levels between the strongest and weakest color of a pixel of colored ink
_COLORED_PIXELS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureQuality:
    """How finely a picture is kept. The first is the best; the others are for a size limit."""

    dpi: int
    quality: int
    gray: bool = False


QUALITIES = (
    PictureQuality(dpi=_MAX_DPI, quality=85),
    PictureQuality(dpi=200, quality=80),
    PictureQuality(dpi=200, quality=70, gray=True),
    PictureQuality(dpi=150, quality=60, gray=True),
)


def measure_dpi(position: Position) -> int:
    """Return how many pixels of the scan an inch of the page has."""
    width, height = position.size
    corners = position.locate(np.array([[0, 0], [width, 0], [0, height]], dtype=np.float64))
    across = math.dist(corners[0], corners[1]) / width
    down = math.dist(corners[0], corners[2]) / height
    return max(72, round(DPI * (across + down) / 2))


def draw_placed(
    scan: Image.Image, position: Position, size: tuple[float, float], want: PictureQuality
) -> bytes:
    """Return the JPEG of a scan drawn on a page of this size in points; paper where the scan does
    not reach."""
    dpi = min(want.dpi, measure_dpi(position))
    pixels = (round(size[0] / 72 * dpi), round(size[1] / 72 * dpi))
    picture = scan if _is_colored(scan) and not want.gray else scan.convert("L")
    fill = 255 if picture.mode == "L" else (255, 255, 255)
    step = round(_CELL * dpi)
    columns = [*range(0, pixels[0], step), pixels[0]]
    rows = [*range(0, pixels[1], step), pixels[1]]
    scale = np.array([position.size[0] / pixels[0], position.size[1] / pixels[1]])
    grid = np.array([(x, y) for y in rows for x in columns], dtype=np.float64) * scale
    placed = position.locate(grid).reshape(len(rows), len(columns), 2)
    mesh = [
        (
            (columns[c], rows[r], columns[c + 1], rows[r + 1]),
            tuple(
                float(value)
                for corner in (
                    placed[r, c],
                    placed[r + 1, c],
                    placed[r + 1, c + 1],
                    placed[r, c + 1],
                )
                for value in corner
            ),
        )
        for r in range(len(rows) - 1)
        for c in range(len(columns) - 1)
    ]
    upright = picture.transform(
        pixels, Image.Transform.MESH, mesh, resample=Image.Resampling.BICUBIC, fillcolor=fill
    )
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=want.quality, dpi=(dpi, dpi), optimize=True)
    return out.getvalue()


def _is_colored(scan: Image.Image) -> bool:
    if scan.mode != "RGB":
        return False
    small = np.asarray(scan.reduce(2), dtype=np.int16)
    spread = small.max(axis=2) - small.min(axis=2)
    return int((spread > _COLORED).sum()) >= _COLORED_PIXELS


def code_source(scan: Image.Image) -> bytes:
    """Return the JPEG of a scan to keep, without metadata, as sharp as it came."""
    out = io.BytesIO()
    picture = scan if _is_colored(scan) else scan.convert("L")
    picture.save(out, "JPEG", quality=90, optimize=True)
    return out.getvalue()
