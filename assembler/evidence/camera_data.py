"""Remove what cameras and scanners wrote into the pictures of a PDF; the pictures stay as they
are."""

from __future__ import annotations

from collections import Counter

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from assembler.evidence.readers.jpeg import strip_jpeg
from assembler.evidence.refusal import Refused

_UNDRAWN_KEYS = (Name.Metadata, Name.PieceInfo, Name.LastModified)


def strip_camera_data(pdf: Pdf) -> Counter[str]:
    """Remove camera data from every JPEG in the file, and notes from drawings; return counts by
    kind."""
    counts: Counter[str] = Counter()
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Stream):
            continue
        kind = item.get(Name.Subtype)
        if kind not in (Name.Image, Name.Form):
            continue
        for key in _UNDRAWN_KEYS:
            if key in item:
                del item[key]
                counts["notes on a drawing"] += 1
        if kind == Name.Image and _is_jpeg(item.get(Name.Filter)):
            counts["camera data"] += int(_strip_stream(item))
    return counts


def _is_jpeg(filters: object) -> bool:
    return filters == Name.DCTDecode or (
        isinstance(filters, Array) and list(filters) == [Name.DCTDecode]
    )


def _strip_stream(stream: pikepdf.Object) -> bool:
    """Strip the JPEG in a stream; return whether there was any camera data."""
    raw, filters = bytes(stream.read_raw_bytes()), stream.Filter
    head = raw[: 1 << 16]
    if b"Exif\0" not in head and b"http://ns.adobe.com/xap/" not in head:
        return False
    try:
        plain = strip_jpeg(raw)
    except Refused:  # `integrity` reports damaged ones
        return False
    settings = stream.get(Name.DecodeParms)
    stream.write(
        plain,
        filter=filters if isinstance(filters, Array) else Name.DCTDecode,
        decode_parms=settings if isinstance(settings, Array | Dictionary) else None,
    )
    return True
