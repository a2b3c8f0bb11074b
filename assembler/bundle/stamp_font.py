"""Embed the stamp's font: one simple TrueType font for all pages, with only the characters a stamp
can have."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from assembler.layout.stamp_placement import WIDTHS

_NAME = "/STAMPS+IBMPlexSerif"
_CODES = range(32, 256)


def embed_stamp_font(bundle: Pdf, font: Path) -> Object:
    """Return the font object, made of the TrueType file `font`, for the resources of a page."""
    data, box, metrics = _subset(font)
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(_NAME),
        Flags=32,
        FontBBox=Array(box),
        ItalicAngle=0,
        Ascent=metrics["ascent"],
        Descent=metrics["descent"],
        CapHeight=metrics["cap"],
        StemV=80,
        FontFile2=bundle.make_indirect(Stream(bundle, data, Length1=len(data))),
    )
    return bundle.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=Name(_NAME),
            Encoding=Name.WinAnsiEncoding,
            FirstChar=_CODES[0],
            LastChar=_CODES[-1],
            Widths=Array([WIDTHS.get(_decode_character(code), 0) for code in _CODES]),
            ToUnicode=bundle.make_stream(_to_unicode()),
            FontDescriptor=bundle.make_indirect(descriptor),
        )
    )


def _decode_character(code: int) -> str:
    return bytes([code]).decode("cp1252", "replace")


def _to_unicode() -> bytes:
    """Return the map back to text. Readers know WinAnsi, but converters and checkers of tagged
    files require this."""
    pairs = [
        (code, ord(_decode_character(code))) for code in _CODES if _decode_character(code) in WIDTHS
    ]
    # a block may have 100 entries at most
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    lines = [
        f"{len(block)} beginbfchar\n"
        + "".join(f"<{code:02X}> <{point:04X}>\n" for code, point in block)
        + "endbfchar\n"
        for block in blocks
    ]
    head = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
    )
    tail = "endcmap CMapName currentdict /CMap defineresource pop end end\n"
    return (head + "".join(lines) + tail).encode("ascii")


@cache
def _subset(font: Path) -> tuple[bytes, tuple[int, ...], dict[str, int]]:
    """Return the font file with the stamp's characters only, always the same; its bounding box and
    metrics in 1/1000 em."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    face = TTFont(font, recalcTimestamp=False)
    per_em = face["head"].unitsPerEm
    corners = (face["head"].xMin, face["head"].yMin, face["head"].xMax, face["head"].yMax)
    metrics = {
        "ascent": round(face["hhea"].ascent * 1000 / per_em),
        "descent": round(face["hhea"].descent * 1000 / per_em),
        "cap": round(getattr(face["OS/2"], "sCapHeight", 700) * 1000 / per_em),
    }
    # reading these tables, only to drop them, would take half a second
    for table in ("GPOS", "GSUB", "GDEF"):
        if table in face:
            del face[table]
    options = subset.Options(layout_features=[], name_IDs=[], notdef_outline=True, hinting=False)
    options.drop_tables += ["meta"]
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(WIDTHS))
    cutter.subset(face)
    out = io.BytesIO()
    face.save(out)
    return out.getvalue(), tuple(round(value * 1000 / per_em) for value in corners), metrics
