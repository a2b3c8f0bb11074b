"""Faces: which characters our fonts have, and that nothing but our fonts is used."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from assembler.errors import TemplateBroken

TEXT_FACE = "IBM Plex Serif"
_SIGNS = (
    "DejaVuSans"  # file with boxes, ticks, bullets and arrows, and letters that the others lack
)
_BUILT_IN = (
    "libertinusserif",
    "newcm",
)  # faces the embedded engine carries itself: the same on every machine
_DRAWN_AS_NOTHING = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\n\t\r")


def uncovered(text: str, fonts: Sequence[Path]) -> tuple[str, ...]:
    """Characters of the text that none of these fonts has a glyph for, each once, in order of
    appearance."""
    left = {c: None for c in text if c not in _DRAWN_AS_NOTHING}
    for font in sorted(
        fonts, key=lambda one: one.suffix == ".ttc"
    ):  # the large ones only if they are asked
        if left and _speaks(font):  # a face speaks for its weights
            covered = _coverage(font)
            left = {c: None for c in left if ord(c) not in covered}
    return tuple(left)


def covered(fonts: Sequence[Path]) -> frozenset[int]:
    """Code points that some of these fonts, the large collections aside, have a glyph for."""
    return frozenset().union(
        *(_coverage(font) for font in fonts if font.suffix != ".ttc" and _speaks(font))
    )


def _speaks(font: Path) -> bool:
    """Whether a file is asked for its coverage: a face speaks for its weights."""
    return "-" not in font.stem or font.stem.endswith("-Regular")


def needed(docx: bytes, text: str, fonts: Sequence[Path]) -> tuple[Path, ...]:
    """The fonts without those that this document, which prints this text, does not draw with.

    The engine reads every file it is handed, and the collection (19 MB) takes it as long as all the
    rest of a letter. The font of signs is handed over only where the others lack something, so that
    nothing else is ever drawn with it.
    """
    large = [font for font in fonts if font.suffix == ".ttc"]
    signs = [font for font in fonts if font.stem == _SIGNS]
    plain = [font for font in fonts if font not in large and font not in signs]
    more = [font for more in (large, signs) if _named(docx, more) for font in more]
    for further in ([], signs, large, [*large, *signs]):
        chosen = [font for font in fonts if font in plain or font in more or font in further]
        if not uncovered(text, chosen):
            return tuple(chosen)
    return tuple(fonts)


def _named(docx: bytes, fonts: Sequence[Path]) -> bool:
    """Whether some part of the document names a family of these fonts."""
    names = [name.encode() for font in fonts for name in families(font) if name != "None"]
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        parts = [archive.read(entry) for entry in archive.namelist() if entry.endswith(".xml")]
    return any(name in part for name in names for part in parts)


def own_faces_only(pdf: bytes, where: str, fonts: Sequence[Path]) -> None:
    """Raises TemplateBroken if the PDF is drawn with a font of this machine."""
    import pikepdf

    known = {_plain(name) for font in fonts for name in _names(font)}
    with pikepdf.open(io.BytesIO(pdf)) as book:
        used = {
            str(o.BaseFont)
            for o in book.objects
            if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o
        }
    allowed = (*known, *_BUILT_IN)
    foreign = [name for name in used if not _plain(name.split("+")[-1]).startswith(allowed)]
    if foreign:
        raise TemplateBroken(
            "the document is drawn with a font that is not on the shelf",
            where=where,
            remedy=f"use {TEXT_FACE} in the template",
        )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def _names(font: Path) -> tuple[str, ...]:
    """PostScript names of the faces in a font file."""
    return _debug_names(font, 6)


@cache
def families(font: Path) -> tuple[str, ...]:
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
def _coverage(font: Path) -> frozenset[int]:
    """Code points that the font has a glyph for."""
    from fontTools.ttLib import TTFont

    with TTFont(font, lazy=True, fontNumber=0) as face:
        return frozenset(face.getBestCmap())
