"""Embed a typeface into a PDF that pypdf writes."""

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

from assembler.forms.typeface import FontSubset, Typeface


def add_stream(writer: PdfWriter, data: bytes) -> IndirectObject:
    """Add a stream with these bytes to the file."""
    stream = DecodedStreamObject()
    stream.set_data(data)
    return writer._add_object(stream)


def embed_font(writer: PdfWriter, typeface: Typeface, subset: FontSubset) -> IndirectObject:
    """Embed a composite font with the characters that are written and a table of their meanings."""
    add: Callable[[Any], IndirectObject] = writer._add_object
    name = NameObject("/FORMSA+IBMPlexSerif")
    descriptor = _make_descriptor(writer, name, typeface, subset)
    widths = ArrayObject()
    for character, glyph in sorted(subset.glyphs.items(), key=lambda pair: pair[1]):
        widths += [NumberObject(glyph), ArrayObject([NumberObject(typeface.widths[character])])]
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
            NameObject("/ToUnicode"): _map_to_unicode(writer, subset.glyphs),
        }
    )
    return add(font)


def _make_descriptor(
    writer: PdfWriter, name: NameObject, typeface: Typeface, subset: FontSubset
) -> DictionaryObject:
    data = DecodedStreamObject()
    data.set_data(subset.data)
    data[NameObject("/Length1")] = NumberObject(len(subset.data))
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/FontDescriptor"),
            NameObject("/FontName"): name,
            NameObject("/Flags"): NumberObject(4),
            NameObject("/ItalicAngle"): NumberObject(0),
            NameObject("/Ascent"): NumberObject(typeface.ascent),
            NameObject("/Descent"): NumberObject(typeface.descent),
            NameObject("/CapHeight"): NumberObject(typeface.cap),
            NameObject("/StemV"): NumberObject(80),
            NameObject("/FontBBox"): ArrayObject(NumberObject(value) for value in typeface.box),
            NameObject("/FontFile2"): writer._add_object(data.flate_encode()),
        }
    )


def _map_to_unicode(writer: PdfWriter, glyphs: Mapping[str, int]) -> IndirectObject:
    pairs = sorted((glyph, character) for character, glyph in glyphs.items())
    blocks = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
    rows = "".join(
        f"{len(block)} beginbfchar\n"
        + "".join(
            f"<{glyph:04X}> <{character.encode('utf-16-be').hex().upper()}>\n"
            for glyph, character in block
        )
        + "endbfchar\n"
        for block in blocks
    )
    head = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Forms def "
        "/CMapType 2 def\n"
    )
    space = "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    return add_stream(writer, f"{head}{space}{rows}endcmap end end\n".encode())
