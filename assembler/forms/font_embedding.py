"""Putting a typeface into a PDF that pypdf writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from assembler.forms.typeface import Cut, Face


def content(writer: PdfWriter, data: bytes) -> IndirectObject:
    """A stream with these bytes, as an object of the file."""
    made = DecodedStreamObject()
    made.set_data(data)
    return writer._add_object(made)


def embed(writer: PdfWriter, whole: Face, part: Cut) -> IndirectObject:
    """A composite font holding the characters that are written, with a table that says which
    they are."""
    add: Callable[[Any], IndirectObject] = writer._add_object
    data = DecodedStreamObject()
    data.set_data(part.data)
    data[NameObject("/Length1")] = NumberObject(len(part.data))
    name = NameObject("/FORMSA+IBMPlexSerif")
    descriptor = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/FontDescriptor"),
            NameObject("/FontName"): name,
            NameObject("/Flags"): NumberObject(4),
            NameObject("/ItalicAngle"): NumberObject(0),
            NameObject("/Ascent"): NumberObject(whole.ascent),
            NameObject("/Descent"): NumberObject(whole.descent),
            NameObject("/CapHeight"): NumberObject(whole.cap),
            NameObject("/StemV"): NumberObject(80),
            NameObject("/FontBBox"): ArrayObject(NumberObject(value) for value in whole.box),
            NameObject("/FontFile2"): add(data.flate_encode()),
        }
    )
    widths = ArrayObject()
    for one, glyph in sorted(part.glyphs.items(), key=lambda pair: pair[1]):
        widths += [NumberObject(glyph), ArrayObject([NumberObject(whole.widths[one])])]
    system = {
        "/Registry": TextStringObject("Adobe"),
        "/Ordering": TextStringObject("Identity"),
        "/Supplement": NumberObject(0),
    }
    child = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType2"),
            NameObject("/BaseFont"): name,
            NameObject("/CIDToGIDMap"): NameObject("/Identity"),
            NameObject("/DW"): NumberObject(0),
            NameObject("/CIDSystemInfo"): DictionaryObject(
                {NameObject(key): value for key, value in system.items()}
            ),
            NameObject("/FontDescriptor"): add(descriptor),
            NameObject("/W"): widths,
        }
    )
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): name,
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/DescendantFonts"): ArrayObject([add(child)]),
            NameObject("/ToUnicode"): _unicode(writer, part.glyphs),
        }
    )
    return add(font)


def _unicode(writer: PdfWriter, glyphs: Mapping[str, int]) -> IndirectObject:
    pairs = sorted((glyph, one) for one, glyph in glyphs.items())
    blocks = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
    rows = "".join(
        f"{len(block)} beginbfchar\n"
        + "".join(
            f"<{glyph:04X}> <{one.encode('utf-16-be').hex().upper()}>\n" for glyph, one in block
        )
        + "endbfchar\n"
        for block in blocks
    )
    head = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Forms def "
        "/CMapType 2 def\n"
    )
    space = "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    return content(writer, f"{head}{space}{rows}endcmap end end\n".encode())
