"""Faces: which characters our fonts have, and that nothing but our fonts is used."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence, Set
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from assembler.convert.words import W, parsed
from assembler.errors import TemplateBroken

TEXT_FACE = "IBM Plex Serif"
_BUILT_IN = ("libertinusserif", "newcm")  # faces the embedded engine carries itself: the same on every machine
_DRAWN_AS_NOTHING = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\n\t\r")
_STYLED = re.compile(r"word/(document|styles|numbering|header\d*|footer\d*|footnotes|endnotes)\.xml")
_SCRIPTS = ("ascii", "hAnsi", "cs", "eastAsia")
_BULLET = "\u2022"


def uncovered(text: str, fonts: Sequence[Path]) -> tuple[str, ...]:
    """Characters of the text that none of these fonts has a glyph for, each once, in order of appearance."""
    covered = _coverage(tuple(fonts))
    return tuple(dict.fromkeys(c for c in text if ord(c) not in covered and c not in _DRAWN_AS_NOTHING))


def with_own_faces(docx: Path, fonts: Sequence[Path]) -> tuple[bytes, int]:
    """The document with every other font replaced by our text face, and how many fonts were replaced.

    The embedded engine would take whatever the machine has, and another machine would draw something else. It also
    forgets the document's default font in some places, so each run is told its own.
    """
    known = {name for font in fonts for name in _families(font)}
    replaced: set[str] = set()
    out = io.BytesIO()
    with zipfile.ZipFile(docx) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            data = given.read(name)
            if _STYLED.fullmatch(name):
                root = parsed(data)
                replaced |= _to_own_faces(root, known)
                data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            made.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue(), len(replaced)


def _to_own_faces(root: Any, known: Set[str]) -> set[str]:
    """Change a part in place; the names (or theme slots) that were replaced."""
    replaced: set[str] = set()
    for fonts in root.iter(f"{W}rFonts"):
        for script in _SCRIPTS:
            theme = fonts.attrib.pop(f"{W}{script}Theme", None) or fonts.attrib.pop(f"{W}{script.lower()}theme", None)
            named = theme or fonts.get(f"{W}{script}")
            if named and named not in known:
                replaced.add(named)
                fonts.set(f"{W}{script}", TEXT_FACE)
    for run in root.iter(f"{W}r"):
        _tell_face(run)
    for level in root.iter(f"{W}lvlText"):  # bullets of symbol fonts stand in the private use area
        text = level.get(f"{W}val", "")
        level.set(f"{W}val", "".join(_BULLET if 0xE000 <= ord(c) <= 0xF8FF else c for c in text))
    return replaced


def _tell_face(run: Any) -> None:
    properties = run.find(f"{W}rPr")
    if properties is None:
        properties = etree.Element(f"{W}rPr")
        run.insert(0, properties)
    if properties.find(f"{W}rFonts") is None:
        fonts = etree.Element(f"{W}rFonts", {f"{W}{script}": TEXT_FACE for script in _SCRIPTS})
        properties.insert(1 if properties.find(f"{W}rStyle") is not None else 0, fonts)


def own_faces_only(pdf: bytes, where: str, fonts: Sequence[Path]) -> None:
    """Raises TemplateBroken if the PDF is drawn with a font of this machine."""
    import pikepdf

    known = {_plain(name) for font in fonts for name in _names(font)}
    with pikepdf.open(io.BytesIO(pdf)) as book:
        used = {str(o.BaseFont) for o in book.objects if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o}
    allowed = (*known, *_BUILT_IN)
    foreign = [name for name in used if not _plain(name.split("+")[-1]).startswith(allowed)]
    if foreign:
        raise TemplateBroken(
            "the document is drawn with a font that is not on the shelf", where=where,
            remedy=f"use {TEXT_FACE} in the template",
        )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def _names(font: Path) -> tuple[str, ...]:
    """PostScript names of the faces in a font file."""
    return _debug_names(font, 6)


@cache
def _families(font: Path) -> tuple[str, ...]:
    """Family names of the faces in a font file, as Word shows them."""
    return (*_debug_names(font, 1), *_debug_names(font, 16))


def _debug_names(font: Path, which: int) -> tuple[str, ...]:
    from fontTools.ttLib import TTCollection, TTFont

    if font.suffix == ".ttc":
        with TTCollection(font, lazy=True) as collection:
            return tuple(str(face["name"].getDebugName(which)) for face in collection.fonts)
    with TTFont(font, lazy=True) as face:
        return (str(face["name"].getDebugName(which)),)


@cache
def _coverage(fonts: tuple[Path, ...]) -> frozenset[int]:
    """Code points that some font has a glyph for; one face of a family speaks for its weights."""
    from fontTools.ttLib import TTFont

    covered: set[int] = set()
    for font in fonts:
        if font.stem.endswith("-Regular") or font.suffix == ".ttc":
            with TTFont(font, lazy=True, fontNumber=0) as face:
                covered |= set(face.getBestCmap())
    return frozenset(covered)
