"""What a transparent picture is laid on: white, as paper is, unless its own ink would vanish there.

Light text on transparent paper is made for dark screens: signatures of some programs, texts cut out
of chats.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageFilter

_GRAYS = (
    ("", 255),
    ("#606060", 0x60),
    ("#000000", 0),
)  # white first: what the others do not show better stays on it
_OPAQUE = 128
_VANISHES = 32  # levels between ink and paper below which nobody sees it
_DRAWN = 0.05  # part of all that is opaque that is thin where letters are
_MOST, _ALL = (
    0.2,
    0.999,
)  # part of letters that may vanish on white; part of a sheet that is nothing but white
_THIN = 0.4  # part of the surroundings that is opaque where a line is thin
_SIDE = 1000  # dots of the longer side at which it is looked at


def background_of(picture: Image.Image) -> str:
    """ "" for white, else the color; `picture` in RGBA."""
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    dots = np.asarray(small)
    opaque = dots[:, :, 3] >= _OPAQUE
    if opaque.all() or not opaque.any():
        return ""
    gray = np.asarray(small.convert("RGB").convert("L")).astype(np.int16)
    thin = opaque & _is_thin(opaque)
    drawn = float(thin.sum()) >= _DRAWN * float(
        opaque.sum()
    )  # lines and letters; else a sheet with a ground of its own
    ink, most = (gray[thin], _MOST) if drawn else (gray[opaque], _ALL)
    lost = {color: float((np.abs(ink - level) < _VANISHES).mean()) for color, level in _GRAYS}
    return min(lost, key=lambda color: lost[color]) if lost[""] > most else ""


def _is_thin(opaque: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    radius = max(4, min(opaque.shape) // 50)
    around = Image.fromarray((opaque * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(radius))
    return np.asarray(around) < 255 * _THIN
