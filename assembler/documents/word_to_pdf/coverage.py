"""Check which characters our fonts have, and that no other font is used."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from assembler.errors import TemplateBroken

TEXT_FACE = "IBM Plex Serif"
# file with boxes, ticks, bullets and arrows, and letters that the others lack
_SIGNS = "DejaVuSans"
# faces that are part of the embedded engine: the same on every machine
_BUILT_IN = ("libertinusserif", "newcm")
_DRAWN_AS_NOTHING = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\n\t\r")


def find_uncovered(text: str, fonts: Sequence[Path]) -> tuple[str, ...]:
    """Return characters of the text that none of these fonts has, each once, in order of
    appearance."""
    missing = {character: None for character in text if character not in _DRAWN_AS_NOTHING}
    for font in sorted(fonts, key=lambda path: path.suffix == ".ttc"):  # the large collections last
        if missing and _is_regular(font):
            covered = _read_coverage(font)
            missing = {character: None for character in missing if ord(character) not in covered}
    return tuple(missing)


def read_code_points(fonts: Sequence[Path]) -> frozenset[int]:
    """Return code points that some of these fonts has a glyph for, except in the large
    collections."""
    return frozenset().union(
        *(_read_coverage(font) for font in fonts if font.suffix != ".ttc" and _is_regular(font))
    )


def _is_regular(font: Path) -> bool:
    """Return whether a font file is asked for its coverage: the regular face answers for its
    weights."""
    return "-" not in font.stem or font.stem.endswith("-Regular")


def select_fonts(docx: bytes, text: str, fonts: Sequence[Path]) -> tuple[Path, ...]:
    """Return the fonts without those that this document, which prints this text, does not need.

    The engine reads every file it is given, and the collection (19 MB) takes as long as all the
    rest of a letter. The font of signs is given only where the others lack something, so that
    nothing else is ever drawn with it.
    """
    large = [font for font in fonts if font.suffix == ".ttc"]
    signs = [font for font in fonts if font.stem == _SIGNS]
    plain = [font for font in fonts if font not in large and font not in signs]
    named = [font for group in (large, signs) if _is_named(docx, group) for font in group]
    for extra in ([], signs, large, [*large, *signs]):
        chosen = [font for font in fonts if font in plain or font in named or font in extra]
        if not find_uncovered(text, chosen):
            return tuple(chosen)
    return tuple(fonts)


def _is_named(docx: bytes, fonts: Sequence[Path]) -> bool:
    """Return whether some part of the document names a family of these fonts."""
    names = [name.encode() for font in fonts for name in read_font_families(font) if name != "None"]
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        parts = [archive.read(entry) for entry in archive.namelist() if entry.endswith(".xml")]
    return any(name in part for name in names for part in parts)


def check_fonts(pdf: bytes, where: str, fonts: Sequence[Path]) -> None:
    """Raise TemplateBroken if the PDF is drawn with a font of this machine."""
    import pikepdf

    known = {_simplify_name(name) for font in fonts for name in _read_postscript_names(font)}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        used = {
            str(item.BaseFont)
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
    allowed = (*known, *_BUILT_IN)
    foreign = [name for name in used if not _simplify_name(name.split("+")[-1]).startswith(allowed)]
    if foreign:
        raise TemplateBroken(
            "the document uses a font that is not on the shelf",
            where=where,
            remedy=f"use {TEXT_FACE} in the template",
        )


def _simplify_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def _read_postscript_names(font: Path) -> tuple[str, ...]:
    """Return PostScript names of the faces in a font file."""
    return _read_debug_names(font, 6)


@cache
def read_font_families(font: Path) -> tuple[str, ...]:
    """Return family names of the faces in a font file, as Word shows them."""
    return (*_read_debug_names(font, 1), *_read_debug_names(font, 16))


def _read_debug_names(font: Path, which: int) -> tuple[str, ...]:
    from fontTools.ttLib import TTCollection, TTFont

    if font.suffix == ".ttc":
        with TTCollection(font, lazy=True) as collection:
            return tuple(str(face["name"].getDebugName(which)) for face in collection.fonts)
    with TTFont(font, lazy=True) as face:
        return (str(face["name"].getDebugName(which)),)


@cache
def _read_coverage(font: Path) -> frozenset[int]:
    """Return code points that the font has a glyph for."""
    from fontTools.ttLib import TTFont

    with TTFont(font, lazy=True, fontNumber=0) as face:
        # any names will do; reading those of the font takes longer than all the rest
        face.setGlyphOrder([str(glyph) for glyph in range(face["maxp"].numGlyphs)])
        return frozenset(face.getBestCmap())
