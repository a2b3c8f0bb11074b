"""Small pictures that stand for the real ones while a Word engine lays out a paper.

Engines decode every picture and store it without loss, which makes a paper of photos hundreds of
times as large. So a paper has placeholders of the same shape, and each is replaced in the PDF by
the picture as it is. A placeholder has its number as black and white squares, which survive any
coding of pictures.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name
from PIL import Image

_SIDE = 8  # squares; the first half is the number, the second half its opposite
_SQUARE = 4  # pixels
_BITS = _SIDE * _SIDE // 2
_DEEPEST = 8  # forms within forms
_COLORS = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB}
_DIFFERENCE = 64  # of gray levels, between a black and a white square at least


def make_placeholder(number: int) -> bytes:
    """Return the placeholder of a picture as PNG."""
    bits = f"{number:0{_BITS}b}"
    opposite = bits.translate({48: 49, 49: 48})
    levels = bytes(255 * int(bit) for bit in bits + opposite)
    small = Image.frombytes("L", (_SIDE, _SIDE), levels)
    picture = small.resize((_SIDE * _SQUARE, _SIDE * _SQUARE), Image.Resampling.NEAREST)
    out = io.BytesIO()
    picture.convert("RGB").save(out, "PNG")
    return out.getvalue()


def read_placeholder(picture: Image.Image) -> int | None:
    """Return the number of a placeholder; None for any other picture."""
    if picture.size != (_SIDE * _SQUARE, _SIDE * _SQUARE):
        return None
    levels = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX).tobytes()
    first, second = levels[:_BITS], levels[_BITS:]
    if any(abs(a - b) < _DIFFERENCE for a, b in zip(first, second, strict=True)):
        return None
    bits = [int(a > b) for a, b in zip(first, second, strict=True)]
    return int("".join(map(str, bits)), 2)


def restore_pictures(pdf: pikepdf.Pdf, pictures: Sequence[bytes]) -> frozenset[int]:
    """Replace all placeholders of a PDF by the pictures, JPEG or PNG files; return the numbers of
    those that were replaced."""
    restored: dict[int, Any] = {}
    for page in pdf.pages:
        _restore_in(pdf, page.get(Name.Resources), pictures, restored, 0)
    return frozenset(restored)


def _restore_in(
    pdf: pikepdf.Pdf,
    resources: Any,
    pictures: Sequence[bytes],
    restored: dict[int, Any],
    depth: int,
) -> None:
    objects = resources.get(Name.XObject) if isinstance(resources, Dictionary) else None
    if not isinstance(objects, Dictionary) or depth > _DEEPEST:
        return
    for key, item in list(objects.items()):
        if item.get(Name.Subtype) == Name.Form:
            _restore_in(pdf, item.get(Name.Resources), pictures, restored, depth + 1)
        elif item.get(Name.Subtype) == Name.Image:
            number = _read_number(item)
            if number is not None and number < len(pictures):
                if number not in restored:
                    restored[number] = _make_image(pdf, pictures[number])
                objects[key] = restored[number]


def _read_number(item: Any) -> int | None:
    if int(item.get(Name.Width, 0)) != _SIDE * _SQUARE:
        return None
    try:
        return read_placeholder(pikepdf.PdfImage(item).as_pil_image())
    except (pikepdf.PdfError, ValueError, NotImplementedError, OSError):
        return None


def _make_image(pdf: pikepdf.Pdf, data: bytes) -> Any:
    """Return a picture as an object of a PDF: a JPEG as it is, others without loss."""
    with Image.open(io.BytesIO(data)) as image:
        if image.format == "JPEG" and image.mode in _COLORS:
            mode, size, content, coding = image.mode, image.size, data, Name.DCTDecode
        else:
            plain = image.convert("L") if image.mode in ("1", "L") else _flatten(image)
            mode, size, coding = plain.mode, plain.size, Name.FlateDecode
            content = zlib.compress(plain.tobytes())
    entries: Mapping[str, Any] = {
        "/Type": Name.XObject,
        "/Subtype": Name.Image,
        "/Width": size[0],
        "/Height": size[1],
        "/ColorSpace": _COLORS[mode],
        "/BitsPerComponent": 8,
    }
    stream = pikepdf.Stream(pdf, content, dict(entries))
    stream.Filter = coding
    return pdf.make_indirect(stream)


def _flatten(image: Image.Image) -> Image.Image:
    """Return a picture in the colors of a screen, on white."""
    clear = image.convert("RGBA")
    paper = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(paper, clear).convert("RGB")


__all__ = ["make_placeholder", "read_placeholder", "restore_pictures"]
