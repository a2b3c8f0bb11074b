"""The picture of a page very small, to find the same page again."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

from PIL import Image

from assembler.evidence.legibility import Box
from assembler.model import Miniature

_LONGER = 112  # pixels of the longer side: letters cannot be read on it, faces not be told


def miniature(upright: Image.Image, frame: Box) -> Miniature:
    """What stands within the frame (see `frame_of`) of a page drawn upright."""
    sides = (upright.width, upright.height) * 2
    left, top, right, bottom = (round(part * side) for part, side in zip(frame, sides, strict=True))
    inner = upright.convert("L").crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    part = _LONGER / max(inner.size)
    size = (max(1, round(inner.width * part)), max(1, round(inner.height * part)))
    return Miniature(
        width=size[0], height=size[1], gray=inner.resize(size, Image.Resampling.BOX).tobytes()
    )


def frame_of(box: Box | None, size: tuple[float, float], turned: int) -> Box:
    """Where a picture placed at `box` stands on the page turned upright, as parts of its width and
    height.

    `box`: x, y, width, height from the lower left, points; None for the whole page. `size`: of the
    page, points.
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


def raw(one: Miniature) -> dict[str, Any]:
    """As JSON keeps it."""
    return {**asdict(one), "gray": base64.b64encode(one.gray).decode()}


def from_raw(kept: dict[str, Any]) -> Miniature:
    return Miniature(**{**kept, "gray": base64.b64decode(kept["gray"])})
