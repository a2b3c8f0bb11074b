"""Make a very small picture of a page, to recognize the same page elsewhere."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

from PIL import Image

from assembler.evidence.legibility import Box
from assembler.model import Miniature

_MAX_SIDE = 112  # pixels: too small to read letters or to recognize faces


def make_miniature(upright: Image.Image, frame: Box) -> Miniature:
    """Shrink what is within the frame (see `find_picture_frame`) of an upright page."""
    sides = (upright.width, upright.height) * 2
    left, top, right, bottom = (round(part * side) for part, side in zip(frame, sides, strict=True))
    inner = upright.convert("L").crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    part = _MAX_SIDE / max(inner.size)
    size = (max(1, round(inner.width * part)), max(1, round(inner.height * part)))
    return Miniature(
        width=size[0], height=size[1], gray=inner.resize(size, Image.Resampling.BOX).tobytes()
    )


def rotate_miniature(miniature: Miniature, clockwise: int) -> Miniature:
    """Return the miniature rotated by 0, 90, 180 or 270 degrees."""
    if not clockwise:
        return miniature
    picture = Image.frombytes("L", (miniature.width, miniature.height), miniature.gray)
    rotated = picture.rotate(-clockwise, expand=True)
    return Miniature(width=rotated.width, height=rotated.height, gray=rotated.tobytes())


def find_picture_frame(box: Box | None, size: tuple[float, float], turned: int) -> Box:
    """Return where a picture is on the upright page, as fractions of its width and height.

    `box`: x, y from the lower left, width, height, points; None for the whole page. `size`: of the
    page, points. `turned`: clockwise degrees.
    """
    if box is None:
        return (0.0, 0.0, 1.0, 1.0)
    x, y, width, height = box
    left, top, right, bottom = (
        x / size[0],
        1 - (y + height) / size[1],
        (x + width) / size[0],
        1 - y / size[1],
    )
    turns: dict[int, Box] = {
        0: (left, top, right, bottom),
        90: (1 - bottom, left, 1 - top, right),
        180: (1 - right, 1 - bottom, 1 - left, 1 - top),
        270: (top, 1 - right, bottom, 1 - left),
    }
    return turns[turned % 360]


def write_miniature(miniature: Miniature) -> dict[str, Any]:
    """Return the miniature as JSON data."""
    return {**asdict(miniature), "gray": base64.b64encode(miniature.gray).decode()}


def read_miniature(data: dict[str, Any]) -> Miniature:
    """Rebuild a miniature from `write_miniature`."""
    return Miniature(**{**data, "gray": base64.b64decode(data["gray"])})
