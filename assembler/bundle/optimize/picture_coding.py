"""Store one picture of a PDF again: smaller with equal pixels, or with fewer pixels.

Only what is sure to look the same is changed: gray, color and black-and-white pictures of 1 or 8
bits without masks made of colors. Anything else comes back as None, and stays.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import Any

import mozjpeg_lossless_optimization as mozjpeg
import numpy as np
from pikepdf import Array, Dictionary, Name, Object, PdfImage
from PIL import Image

_QUALITY = 82  # of JPEG, for pictures drawn again
_FINE_QUALITY = 92  # of a picture that loses its color only
_COLORS = {"/DeviceGray": 1, "/CalGray": 1, "/DeviceRGB": 3, "/CalRGB": 3, "/Indexed": 1}
_MODES = {(1, 1): "1", (8, 1): "L", (8, 3): "RGB"}  # bits and colors → Pillow's
_THRESHOLD = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedPicture:
    """A picture as it is to be stored. `space`: a color space that replaces its own, "" to keep
    it."""

    data: bytes
    filter: str
    width: int
    height: int
    bits: int
    parms: tuple[tuple[str, int], ...] = ()
    space: str = ""


def recode_lossless(image: Object) -> CodedPicture | None:
    """Return the same pixels in fewer bytes, or None."""
    size = int(image.stream_dict.get(Name.Length, 0))
    kind = _classify_coding(image)
    if kind == "jpeg":
        coded = _optimize_jpeg(image)
    elif kind == "pixels":
        coded = _recode_pixels(image)
    else:
        coded = None
    return coded if coded is not None and len(coded.data) < size else None


def recode_coarser(image: Object, factor: float) -> CodedPicture | None:
    """Return the picture with `factor` (below 1) times as many pixels in each direction, or None if
    it must stay."""
    space, mode = _find_space(image), _find_mode(image)
    masked = (
        Name.Mask in image
        or image.get(Name.ImageMask, False)
        or Name.Matte in image.get(Name.SMask, {})
    )
    if mode is None or masked or _is_odd(image):
        return None
    picture = PdfImage(image).as_pil_image()  # type: ignore[arg-type]
    if picture.mode == "P":
        picture = picture.convert("RGB")
    if picture.mode not in ("1", "L", "RGB"):
        return None
    width, height = (max(1, round(side * factor)) for side in picture.size)
    if picture.mode == "1":
        resized = picture.convert("L").resize((width, height), Image.Resampling.BOX)
        return _code_as_bilevel(
            resized.point(lambda value: 255 * (value >= _THRESHOLD)).convert("1")
        )
    resized = picture.resize((width, height), Image.Resampling.LANCZOS)
    new_space = "" if space not in ("/Indexed",) else "/DeviceRGB"
    candidates = [_code_as_jpeg(resized, new_space)]
    if _classify_coding(image) == "pixels":
        candidates.append(_code_as_png(resized.mode, resized.size, resized.tobytes(), new_space))
    return min(candidates, key=lambda candidate: len(candidate.data))


def recode_gray(image: Object) -> CodedPicture | None:
    """Return a color picture as a gray one; None if it is gray, or not of red, green and blue."""
    colorless = _find_mode(image) != "RGB" and _find_space(image) != "/Indexed"
    if colorless or _is_odd(image) or Name.Mask in image or image.get(Name.ImageMask, False):
        return None
    picture = PdfImage(image).as_pil_image()  # type: ignore[arg-type]
    gray_picture = picture.convert("RGB").convert("L")
    if _classify_coding(image) == "pixels":
        return _code_as_png("L", gray_picture.size, gray_picture.tobytes(), "/DeviceGray")
    return _code_as_jpeg(gray_picture, "/DeviceGray", _FINE_QUALITY)


def _is_odd(image: Object) -> bool:
    """Return whether decoding does not give its pixels: palette numbers coded as JPEG, or JPEG
    2000, which may hold a mask."""
    names = _list_filters(image)
    return "/JPXDecode" in names or ("/DCTDecode" in names and _find_space(image) == "/Indexed")


def _list_filters(image: Object) -> list[str]:
    filters = image.get(Name.Filter, Array())
    return [str(name) for name in filters] if isinstance(filters, Array) else [str(filters)]


def _classify_coding(image: Object) -> str:
    """Return "jpeg" for one filter, JPEG; "pixels" for lossless filters; "" for all others."""
    names = _list_filters(image)
    if names == ["/DCTDecode"]:
        return "jpeg"
    lossless = {
        "/FlateDecode",
        "/LZWDecode",
        "/RunLengthDecode",
        "/ASCII85Decode",
        "/ASCIIHexDecode",
    }
    return "pixels" if set(names) <= lossless else ""


def _find_space(image: Object) -> str:
    """Return the name of its color space; "" if it is not known to hold gray or red, green and
    blue."""
    space = image.get(Name.ColorSpace)
    name = str(space[0]) if isinstance(space, Array) and len(space) else str(space)
    if name == "/ICCBased" and isinstance(space, Array):
        return {1: "/CalGray", 3: "/CalRGB"}.get(int(space[1].get(Name.N, 0)), "")
    return name if name in _COLORS else ""


def _find_mode(image: Object) -> str | None:
    """Return the Pillow mode of its pixels as stored; None for what is never changed."""
    space = "/DeviceGray" if image.get(Name.ImageMask, False) else _find_space(image)
    is_plain = Name.Decode not in image or [float(value) for value in image.Decode] in (
        [0, 1],
        [0, 1, 0, 1, 0, 1],
        [0, 255],
    )
    bits = 1 if image.get(Name.ImageMask, False) else int(image.get(Name.BitsPerComponent, 8))
    return _MODES.get((bits, _COLORS[space])) if space and is_plain else None


def _optimize_jpeg(image: Object) -> CodedPicture | None:
    """Return the same coefficients with better tables, checked pixel by pixel: other software must
    not change evidence."""
    before = image.read_raw_bytes()
    try:
        after = mozjpeg.optimize(before, copy=mozjpeg.COPY_MARKERS.ALL)
        is_same = _decode_pixels(before) == _decode_pixels(after)
    except (ValueError, OSError):
        return None
    if not is_same:
        return None
    return CodedPicture(
        data=after,
        filter="/DCTDecode",
        width=int(image.Width),
        height=int(image.Height),
        bits=int(image.get(Name.BitsPerComponent, 8)),
    )


def _decode_pixels(data: bytes) -> tuple[str, bytes]:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.mode, picture.tobytes()


def _recode_pixels(image: Object) -> CodedPicture | None:
    mode = _find_mode(image)
    size = (int(image.Width), int(image.Height))
    if mode is None:
        return None
    data = image.read_bytes()
    row = (size[0] * (1 if mode == "1" else 8 * len(mode)) + 7) // 8
    if len(data) < row * size[1]:
        return None
    data = data[: row * size[1]]
    candidates = [_code_as_png(mode, size, data), _code_as_deflated(mode, size, data)]
    if mode == "1" and not image.get(Name.ImageMask, False):
        candidates.append(_code_as_bilevel(Image.frombytes("1", size, data)))
    if mode == "RGB" and _find_space(image) == "/DeviceRGB":
        candidates += _recode_as_gray(size, data)
    if mode == "L" and _find_space(image) == "/DeviceGray":
        candidates += _recode_as_bilevel(size, data)
    return min(candidates, key=lambda candidate: len(candidate.data))


def _recode_as_gray(size: tuple[int, int], data: bytes) -> list[CodedPicture]:
    pixels = np.frombuffer(data, dtype=np.uint8).reshape(-1, 3)
    if not ((pixels[:, 0] == pixels[:, 1]) & (pixels[:, 1] == pixels[:, 2])).all():
        return []
    gray = pixels[:, 0].tobytes()
    return [_code_as_png("L", size, gray, "/DeviceGray"), *_recode_as_bilevel(size, gray)]


def _recode_as_bilevel(size: tuple[int, int], data: bytes) -> list[CodedPicture]:
    pixels: np.ndarray[Any, Any] = np.frombuffer(data, dtype=np.uint8)
    if not ((pixels == 0) | (pixels == 255)).all():
        return []
    return [
        _code_as_bilevel(Image.frombytes("L", size, data).convert("1", dither=Image.Dither.NONE))
    ]


def _code_as_png(mode: str, size: tuple[int, int], data: bytes, space: str = "") -> CodedPicture:
    """Return pixels deflated with the predictor that PNG chooses for each row (PDF 32000-1,
    7.4.4.4)."""
    out = io.BytesIO()
    Image.frombytes(mode, size, data).save(out, "PNG", optimize=True)
    colors, bits = len(mode) if mode == "RGB" else 1, 1 if mode == "1" else 8
    parms = (
        ("/Predictor", 15),
        ("/Colors", colors),
        ("/BitsPerComponent", bits),
        ("/Columns", size[0]),
    )
    return CodedPicture(
        data=_extract_png_data(out.getvalue()),
        filter="/FlateDecode",
        width=size[0],
        height=size[1],
        bits=bits,
        parms=parms,
        space=space,
    )


def _extract_png_data(png: bytes) -> bytes:
    chunks, position = [], 8
    while position < len(png):
        length = int.from_bytes(png[position : position + 4], "big")
        if png[position + 4 : position + 8] == b"IDAT":
            chunks.append(png[position + 8 : position + 8 + length])
        position += length + 12
    return b"".join(chunks)


def _code_as_deflated(mode: str, size: tuple[int, int], data: bytes) -> CodedPicture:
    bits = 1 if mode == "1" else 8
    return CodedPicture(
        data=zlib.compress(data, 9), filter="/FlateDecode", width=size[0], height=size[1], bits=bits
    )


def _code_as_bilevel(picture: Image.Image) -> CodedPicture:
    """Return CCITT group 4, in one strip."""
    out = io.BytesIO()
    picture.save(
        out, "TIFF", compression="group4", strip_size=(picture.width + 7) // 8 * picture.height
    )
    with Image.open(out) as tiff:
        (start,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]  # type: ignore[attr-defined]
        black_is_one = tiff.tag_v2[262] == 0  # type: ignore[attr-defined]
    parms = (
        ("/K", -1),
        ("/Columns", picture.width),
        ("/Rows", picture.height),
        ("/BlackIs1", int(not black_is_one)),
    )
    return CodedPicture(
        data=out.getvalue()[start : start + length],
        filter="/CCITTFaxDecode",
        width=picture.width,
        height=picture.height,
        bits=1,
        parms=parms,
        space="/DeviceGray",
    )


def _code_as_jpeg(picture: Image.Image, space: str, quality: int = _QUALITY) -> CodedPicture:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    data = mozjpeg.optimize(out.getvalue(), copy=mozjpeg.COPY_MARKERS.NONE)
    return CodedPicture(
        data=data,
        filter="/DCTDecode",
        width=picture.width,
        height=picture.height,
        bits=8,
        space=space,
    )


def store_picture(image: Object, coded: CodedPicture) -> None:
    """Put it in the picture's place; its other entries (mask, name, layer) stay."""
    parms = Dictionary()
    for key, value in coded.parms:
        parms[key] = bool(value) if key == "/BlackIs1" else value
    for old in (Name.Decode, Name.DecodeParms):
        if old in image:
            del image[old]
    image.write(coded.data, filter=Name(coded.filter), decode_parms=parms if coded.parms else None)
    image.Width, image.Height, image.BitsPerComponent = coded.width, coded.height, coded.bits
    if coded.space:
        image[Name.ColorSpace] = Name(coded.space)
