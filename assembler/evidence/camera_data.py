"""What a camera or a scanner wrote into the pictures of a PDF, taken out; the pictures
themselves stay as they are."""

from __future__ import annotations

from collections import Counter

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from assembler.evidence.readers.jpeg import strip_jpeg
from assembler.evidence.refusal import Refused

_NOT_DRAWN = (Name.Metadata, Name.PieceInfo, Name.LastModified)


def strip_pictures(pdf: Pdf) -> Counter[str]:
    """Take camera data out of every JPEG in the file, and notes about drawings; what was taken,
    counted."""
    found: Counter[str] = Counter()
    for one in pdf.objects:
        if not isinstance(one, pikepdf.Stream):
            continue
        kind = one.get(Name.Subtype)
        if kind not in (Name.Image, Name.Form):
            continue
        for key in _NOT_DRAWN:
            if key in one:
                del one[key]
                found["notes on a drawing"] += 1
        if kind == Name.Image and _is_jpeg(one.get(Name.Filter)):
            found["camera data"] += int(_stripped(one))
    return found


def _is_jpeg(filters: object) -> bool:
    return filters == Name.DCTDecode or (
        isinstance(filters, Array) and list(filters) == [Name.DCTDecode]
    )


def _stripped(stream: pikepdf.Object) -> bool:
    """Whether there was any in this JPEG."""
    raw, filters = bytes(stream.read_raw_bytes()), stream.Filter
    head = raw[: 1 << 16]
    if b"Exif\0" not in head and b"http://ns.adobe.com/xap/" not in head:
        return False
    try:
        plain = strip_jpeg(raw)
    except Refused:  # a damaged one is told of elsewhere
        return False
    settings = stream.get(Name.DecodeParms)
    stream.write(
        plain,
        filter=filters if isinstance(filters, Array) else Name.DCTDecode,
        decode_parms=settings if isinstance(settings, Array | Dictionary) else None,
    )
    return True
