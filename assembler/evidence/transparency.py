"""Choose the background of a transparent picture: white like paper, unless its ink would vanish.

Light text on a transparent background is made for dark screens: signatures of some programs, text
cut out of chats.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageFilter

# white first: it is kept unless another one shows more
_BACKGROUNDS = (("", 255), ("#606060", 0x60), ("#000000", 0))
_OPAQUE = 128  # alpha
_VANISHES = 32  # gray levels between ink and paper below which it is invisible
_MIN_THIN_PART = 0.05  # fraction of the opaque pixels that are thin if there are letters
# fraction of the ink that may vanish on white: of letters, and of a sheet with its own background
_MAX_LOST_LETTERS, _MAX_LOST_SHEET = 0.2, 0.999
_THIN = 0.4  # fraction of the surroundings that is opaque around a thin line
_SIDE = 1000  # pixels of the longer side at which the picture is analyzed


def choose_background(picture: Image.Image) -> str:
    """Return "" for white, else the color; `picture` in RGBA."""
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small)
    opaque = pixels[:, :, 3] >= _OPAQUE
    if opaque.all() or not opaque.any():
        return ""
    gray = np.asarray(small.convert("RGB").convert("L")).astype(np.int16)
    thin = opaque & _is_thin(opaque)
    has_letters = float(thin.sum()) >= _MIN_THIN_PART * float(opaque.sum())
    ink = gray[thin] if has_letters else gray[opaque]
    limit = _MAX_LOST_LETTERS if has_letters else _MAX_LOST_SHEET
    lost = {color: float((np.abs(ink - level) < _VANISHES).mean()) for color, level in _BACKGROUNDS}
    return min(lost, key=lambda color: lost[color]) if lost[""] > limit else ""


def _is_thin(opaque: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    radius = max(4, min(opaque.shape) // 50)
    density = Image.fromarray((opaque * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(radius))
    return np.asarray(density) < 255 * _THIN
