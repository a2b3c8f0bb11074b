"""Whether the data in a PDF are whole. A reader mends much without a word, and what it mended may
be missing: so it is told.

Every compressed stream is unpacked to its end and its check sum compared; every picture is decoded
once. Sentences come out. What the parser says of everything else is sorted in `complaints`.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, Jpeg2KImagePlugin, UnidentifiedImageError

from assembler.evidence.readers.picture import MAX_PIXELS
from assembler.evidence.refusal import Refused

_MOST = 1 << 30  # bytes a stream may unpack to
_STEP = 1 << 24
_ZEROS = bytes(64)  # among drawing instructions, which are text, of nothing else than a bad sector
_ZEROED = "a stretch of zeros stands where its data should be"
_QPDF_ALONE = (
    "/LZWDecode",
    "/LZW",
    "/RunLengthDecode",
    "/RL",
)  # filters that only the parser undoes
_END = b"\xff\xd9"  # of a JPEG
_INLINE = re.compile(
    rb"\bBI\b.*?\bID\s.*?\sEI\b", re.DOTALL
)  # a picture within a page's instructions


def faults_of(pdf: Pdf) -> Iterator[str]:
    """What is damaged in an open file. Raises Refused for a stream that unpacks to more than a
    gigabyte, and for a page that has lost a part of what it shows.
    """
    streams = [one for one in pdf.objects if isinstance(one, Stream)]
    broken = [(one.objgen, fault) for one in streams if (fault := _fault(one))]
    zeroed = [one for one in streams if _has_a_hole(one)]
    places = dict(_places(pdf)) if broken or zeroed else {}
    broken += [
        (one.objgen, _ZEROED)
        for one in zeroed
        if _is_drawing(one) or places.get(one.objgen, (0, False))[1]
    ]
    for objgen, fault in broken:
        number, drawing = places.get(objgen, (0, False))
        if drawing and fault != _ZEROED:
            raise Refused(
                "EVID.BROKEN",
                f"the PDF is damaged: a part of what page {number} shows is gone",
                "ask for the file again",
            )
        yield f"{fault} (page {number})" if number else fault


def _fault(stream: Any) -> str:
    """What is wrong with one stream; "" if nothing is."""
    filters, picture = _filters(stream), stream.get(Name.Subtype) == Name.Image
    what = "a picture" if picture else "data"
    raw = stream.read_raw_bytes()
    if not raw.strip():
        return "a picture in it is empty" if picture else ""
    try:
        data, size, left = _unpacked(raw, filters, keep=picture)
        if not picture and left and left[0] in _QPDF_ALONE:
            stream.read_bytes(pikepdf.StreamDecodeLevel.specialized)
    except (zlib.error, binascii.Error, ValueError, pikepdf.PdfError, pikepdf.QpdfRuntimeError):
        return f"{what} in it is damaged or cut off"
    if picture and left and left[0] in ("/DCTDecode", "/DCT", "/JPXDecode"):
        return "" if _decodes(data) else "a picture in it does not decode, or not to its end"
    if picture and not left and size < _expected(stream):
        return "a picture in it is cut off"
    return ""


def _is_drawing(stream: Any) -> bool:
    return bool(stream.get(Name.Subtype) == Name.Form)


def _has_a_hole(stream: Any) -> bool:
    """Whether a stretch of zeros stands among the drawing instructions of a page that are not
    packed."""
    raw = stream.read_raw_bytes()
    return not _filters(stream) and _ZEROS in raw and _ZEROS in _INLINE.sub(b"", raw)


def _filters(stream: Any) -> list[str]:
    value = stream.get(Name.Filter)
    listed = list(value) if isinstance(value, Array) else [value] if value is not None else []
    return [one.unparse().decode("latin-1") if isinstance(one, Name) else "" for one in listed]


def _unpacked(data: bytes, filters: list[str], *, keep: bool) -> tuple[bytes, int, list[str]]:
    """Data after the filters we can check, its size, and the filters left. Without `keep` the
    last data may be empty."""
    size = len(data)
    for place, name in enumerate(filters):
        if name in ("/FlateDecode", "/Fl"):
            data, size = _inflated(data, keep=keep or place + 1 < len(filters))
        elif name in ("/ASCII85Decode", "/A85"):
            data = base64.a85decode(
                data.split(b"~>")[0].removeprefix(b"<~"), ignorechars=b" \t\n\r\v\f\0"
            )
            size = len(data)
        elif name in ("/ASCIIHexDecode", "/AHx"):
            digits = re.sub(rb"\s", b"", data.split(b">")[0])
            data = binascii.unhexlify(digits + b"0" * (len(digits) % 2))
            size = len(data)
        else:
            return data, size, filters[place:]
    return data, size, []


def _inflated(data: bytes, *, keep: bool) -> tuple[bytes, int]:
    """Unpacked to the end of the stream, with its check sum right if it has one; else
    zlib.error."""
    engine, parts, size = zlib.decompressobj(), [], 0
    packed = data
    while not engine.eof:
        if not data:
            return _without_sum(packed, keep=keep)
        out = engine.decompress(data, _STEP)
        data = engine.unconsumed_tail
        size += len(out)
        if size > _MOST:
            raise Refused(
                "EVID.LIMIT",
                "data in it unpacks to more than a gigabyte",
                "print the file to a new PDF",
            )
        if keep:
            parts.append(out)
    return b"".join(parts), size


def _without_sum(packed: bytes, *, keep: bool) -> tuple[bytes, int]:
    """As `_inflated`, where the stream ends before its check sum: many programs write a /Length
    that is a little short."""
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    data = engine.decompress(packed[2:])
    if not engine.eof:
        raise zlib.error("cut off")
    return data if keep else b"", len(data)


def _decodes(data: bytes) -> bool:
    """Whether a picture decodes. Raises Refused for one of too many dots."""
    try:
        with Image.open(
            io.BytesIO(data), formats=("JPEG", Jpeg2KImagePlugin.Jpeg2KImageFile.format)
        ) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused(
                    "EVID.LIMIT",
                    "a picture in it has too many pixels",
                    "save it smaller, at 300 dpi",
                )
            kind = picture.format
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return False
    if kind == "JPEG2000":
        return _decodes_smaller(data, 3) or _decodes_smaller(
            data, 0
        )  # not every file holds smaller sizes
    return _decodes_whole(data) or (
        not data.endswith(_END) and _decodes_whole(data + _END)
    )  # only its last mark is missing


def _decodes_smaller(data: bytes, times: int) -> bool:
    """Whether a JPEG 2000 picture decodes at its size halved so many times."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.reduce = times  # type: ignore[assignment,method-assign]
            picture.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def _decodes_whole(data: bytes) -> bool:
    """Whether a JPEG decodes. qpdf tells what Pillow passes over: data left over, or codes that
    mean nothing."""
    try:
        with pikepdf.new() as pdf:
            alone = Stream(pdf, data, Filter=Name.DCTDecode)
            alone.get_stream_buffer(decode_level=pikepdf.StreamDecodeLevel.all)
    except (pikepdf.PdfError, pikepdf.QpdfRuntimeError):
        return False
    return True


def _expected(stream: Any) -> int:
    """Bytes the unpacked picture must have at least; 0 where that cannot be told."""
    try:
        width, height = int(stream.get(Name.Width, 0)), int(stream.get(Name.Height, 0))
        bits = (
            1
            if bool(stream.get(Name.ImageMask, False))
            else int(stream.get(Name.BitsPerComponent, 0))
        )
        row = -(-width * bits * _components(stream.get(Name.ColorSpace)) // 8)
    except (TypeError, ValueError):
        return 0
    return row * height


def _components(space: Any) -> int:
    """Values a pixel has, at least."""
    kind = str(space[0]) if isinstance(space, Array) and len(space) else str(space)
    if kind == "/ICCBased" and isinstance(space[1], Stream):
        return int(space[1].get(Name.N, 1))
    return {"/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/RGB": 3, "/DeviceCMYK": 4, "/CMYK": 4}.get(
        kind, 1
    )


def _places(pdf: Pdf) -> Iterator[tuple[tuple[int, int], tuple[int, bool]]]:
    """The page of each content stream and picture, and whether it is a content stream; the first
    page wins."""
    for number, page in reversed([*enumerate(pdf.pages, 1)]):
        contents, resources = page.get(Name.Contents), page.get(Name.Resources)
        drawn = resources.get(Name.XObject) if isinstance(resources, Dictionary) else None
        parts: list[tuple[Any, bool]] = [
            (one, True) for one in (contents if isinstance(contents, Array) else [contents])
        ]
        parts += [(one, False) for _, one in drawn.items()] if isinstance(drawn, Dictionary) else []
        for one, drawing in parts:
            if isinstance(one, Stream):
                yield one.objgen, (number, drawing)
