"""Check that the data in a PDF are complete.

Readers repair much without saying so, and what they repaired may be missing. So every compressed
stream is unpacked to its end and its checksum compared, and every picture is decoded once. Returns
sentences. The parser's messages about everything else are sorted in `parser_warnings`.
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
from PIL import Image, Jpeg2KImagePlugin

from assembler.evidence.readers.picture import MAX_PIXELS
from assembler.evidence.refusal import Refused
from assembler.pdf.picture_errors import PICTURE_ERRORS

_MAX_UNPACKED = 1 << 30  # bytes per stream
_STEP = 1 << 24  # bytes unpacked at a time
_ZEROS = bytes(64)  # in drawing operators, which are text, only a bad sector leaves zeros
_ZEROED = "there are zeros where its data should be"
_QPDF_FILTERS = ("/LZWDecode", "/LZW", "/RunLengthDecode", "/RL")  # only qpdf can decode these
_JPEG_END = b"\xff\xd9"
_INLINE_IMAGE = re.compile(rb"\bBI\b.*?\bID\s.*?\sEI\b", re.DOTALL)


def find_damage(pdf: Pdf) -> Iterator[str]:
    """Yield what is damaged in an open file.

    Raises Refused for a stream that unpacks to more than a gigabyte, and for a page that has lost
    part of its content.
    """
    streams = [item for item in pdf.objects if isinstance(item, Stream)]
    broken = [(stream.objgen, fault) for stream in streams if (fault := _find_fault(stream))]
    zeroed = [stream for stream in streams if _has_zeros(stream)]
    places = dict(_list_places(pdf)) if broken or zeroed else {}
    broken += [
        (stream.objgen, _ZEROED)
        for stream in zeroed
        if stream.get(Name.Subtype) == Name.Form or places.get(stream.objgen, (0, False))[1]
    ]
    for objgen, fault in broken:
        number, is_content = places.get(objgen, (0, False))
        if is_content and fault != _ZEROED:
            raise Refused(
                "EVID.BROKEN",
                f"the PDF is damaged: a part of what page {number} shows is gone",
                "ask for the file again",
            )
        yield f"{fault} (page {number})" if number else fault


def _find_fault(stream: Any) -> str:
    """Return what is wrong with a stream; "" if nothing is."""
    filters, is_picture = _list_filters(stream), stream.get(Name.Subtype) == Name.Image
    raw = stream.read_raw_bytes()
    if not raw.strip():
        return "a picture in it is empty" if is_picture else ""
    try:
        data, size, remaining = _unpack(raw, filters, keep=is_picture)
        if not is_picture and remaining and remaining[0] in _QPDF_FILTERS:
            stream.read_bytes(pikepdf.StreamDecodeLevel.specialized)
    except (zlib.error, binascii.Error, ValueError, pikepdf.PdfError, pikepdf.QpdfRuntimeError):
        return f"{'a picture' if is_picture else 'data'} in it is damaged or cut off"
    if is_picture and remaining and remaining[0] in ("/DCTDecode", "/DCT", "/JPXDecode"):
        return "" if _can_decode(data) else "a picture in it does not decode, or not to its end"
    if is_picture and not remaining and size < _compute_expected_size(stream):
        return "a picture in it is cut off"
    return ""


def _has_zeros(stream: Any) -> bool:
    """Return whether there is a stretch of zeros in a page's uncompressed drawing operators."""
    raw = stream.read_raw_bytes()
    return not _list_filters(stream) and _ZEROS in raw and _ZEROS in _INLINE_IMAGE.sub(b"", raw)


def _list_filters(stream: Any) -> list[str]:
    value = stream.get(Name.Filter)
    if value is None:
        return []
    names = list(value) if isinstance(value, Array) else [value]
    return [name.unparse().decode("latin-1") if isinstance(name, Name) else "" for name in names]


def _unpack(data: bytes, filters: list[str], *, keep: bool) -> tuple[bytes, int, list[str]]:
    """Return the data after the filters we can check, its size, and the remaining filters.

    Without `keep`, the last data may be empty.
    """
    size = len(data)
    for place, name in enumerate(filters):
        if name in ("/FlateDecode", "/Fl"):
            data, size = _inflate(data, keep=keep or place + 1 < len(filters))
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


def _inflate(data: bytes, *, keep: bool) -> tuple[bytes, int]:
    """Unpack to the end of the stream; raise zlib.error unless its checksum, if any, is right."""
    engine, parts, size = zlib.decompressobj(), [], 0
    packed = data
    while not engine.eof:
        if not data:
            return _inflate_without_checksum(packed, keep=keep)
        out = engine.decompress(data, _STEP)
        data = engine.unconsumed_tail
        size += len(out)
        if size > _MAX_UNPACKED:
            raise Refused(
                "EVID.LIMIT",
                "data in it unpacks to more than a gigabyte",
                "print the file to a new PDF",
            )
        if keep:
            parts.append(out)
    return b"".join(parts), size


def _inflate_without_checksum(packed: bytes, *, keep: bool) -> tuple[bytes, int]:
    """Unpack a stream that ends before its checksum: many programs write a slightly short
    /Length."""
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    data = engine.decompress(packed[2:])
    if not engine.eof:
        raise zlib.error("cut off")
    return data if keep else b"", len(data)


def _can_decode(data: bytes) -> bool:
    """Return whether a picture decodes. Raises Refused for one with too many pixels."""
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
    except PICTURE_ERRORS:
        return False
    if kind == "JPEG2000":
        # not every file contains reduced sizes
        return _can_decode_reduced(data, 3) or _can_decode_reduced(data, 0)
    # a missing end marker alone does no harm
    return _can_decode_completely(data) or (
        not data.endswith(_JPEG_END) and _can_decode_completely(data + _JPEG_END)
    )


def _can_decode_reduced(data: bytes, times: int) -> bool:
    """Return whether a JPEG 2000 picture decodes at its size halved `times` times."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.reduce = times  # type: ignore[assignment,method-assign]
            picture.load()
    except PICTURE_ERRORS:
        return False
    return True


def _can_decode_completely(data: bytes) -> bool:
    """Return whether a JPEG decodes; qpdf reports what Pillow ignores: extra data, meaningless
    codes."""
    try:
        with pikepdf.new() as pdf:
            alone = Stream(pdf, data, Filter=Name.DCTDecode)
            alone.get_stream_buffer(decode_level=pikepdf.StreamDecodeLevel.all)
    except (pikepdf.PdfError, pikepdf.QpdfRuntimeError):
        return False
    return True


def _compute_expected_size(stream: Any) -> int:
    """Return the minimum bytes of the unpacked picture; 0 if unknown."""
    try:
        width, height = int(stream.get(Name.Width, 0)), int(stream.get(Name.Height, 0))
        is_mask = bool(stream.get(Name.ImageMask, False))
        bits = 1 if is_mask else int(stream.get(Name.BitsPerComponent, 0))
        row = -(-width * bits * _count_components(stream.get(Name.ColorSpace)) // 8)
    except (TypeError, ValueError):
        return 0
    return row * height


def _count_components(space: Any) -> int:
    """Return the minimum number of values per pixel."""
    kind = str(space[0]) if isinstance(space, Array) and len(space) else str(space)
    if kind == "/ICCBased" and isinstance(space[1], Stream):
        return int(space[1].get(Name.N, 1))
    return {"/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/RGB": 3, "/DeviceCMYK": 4, "/CMYK": 4}.get(
        kind, 1
    )


def _list_places(pdf: Pdf) -> Iterator[tuple[tuple[int, int], tuple[int, bool]]]:
    """Yield the page of each content stream and picture, and whether it is a content stream; the
    first page wins."""
    for number, page in reversed([*enumerate(pdf.pages, 1)]):
        contents, resources = page.get(Name.Contents), page.get(Name.Resources)
        xobjects = resources.get(Name.XObject) if isinstance(resources, Dictionary) else None
        streams = contents if isinstance(contents, Array) else [contents]
        parts: list[tuple[Any, bool]] = [(stream, True) for stream in streams]
        if isinstance(xobjects, Dictionary):
            parts += [(xobject, False) for _, xobject in xobjects.items()]
        for part, is_content in parts:
            if isinstance(part, Stream):
                yield part.objgen, (number, is_content)
