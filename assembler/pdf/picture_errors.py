"""What decoders of pictures raise for a damaged or invented file."""

from __future__ import annotations

import struct

from PIL import Image, UnidentifiedImageError

# Pillow documents the first ones; its plugins let the others through, from what they read next
PICTURE_ERRORS = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    RuntimeError,
    Image.DecompressionBombError,
    LookupError,
    ArithmeticError,
    struct.error,
)
