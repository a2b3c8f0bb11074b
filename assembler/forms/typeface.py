"""Measure the typeface of answers, and cut out the small part of it that a form embeds."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeface:
    """A TrueType font's measures. `glyphs` and `widths` (1/1000 of the size) by character."""

    path: Path
    glyphs: dict[str, int]
    widths: dict[str, int]
    ascent: int
    descent: int
    cap: int
    box: tuple[int, int, int, int]

    def width(self, text: str, size: float) -> float:
        """Return the width of a line in points; characters without a glyph count nothing."""
        return sum(self.widths.get(character, 0) for character in text) * size / 1000

    def is_missing(self, text: str) -> bool:
        """Return whether the face lacks a character of this text."""
        return any(character not in self.glyphs for character in text if character != "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class FontSubset:
    """The part of a face some text needs: the font file, and glyph numbers in it by character."""

    data: bytes
    glyphs: dict[str, int]


@lru_cache(maxsize=4)
def load_typeface(path: Path) -> Typeface:
    """Measure a font file. Raises OSError if it cannot be read."""
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        em = font["head"].unitsPerEm
        cmap: dict[int, str] = font.getBestCmap()
        order = {name: number for number, name in enumerate(font.getGlyphOrder())}
        metrics = font["hmtx"].metrics
        head = font["head"]
        return Typeface(
            path=path,
            glyphs={chr(code): order[name] for code, name in cmap.items()},
            widths={chr(code): round(metrics[name][0] * 1000 / em) for code, name in cmap.items()},
            ascent=round(font["hhea"].ascent * 1000 / em),
            descent=round(font["hhea"].descent * 1000 / em),
            cap=round(getattr(font["OS/2"], "sCapHeight", 700) * 1000 / em),
            box=(
                _scale_to_em(head.xMin, em),
                _scale_to_em(head.yMin, em),
                _scale_to_em(head.xMax, em),
                _scale_to_em(head.yMax, em),
            ),
        )


def subset_font(typeface: Typeface, characters: Iterable[str]) -> FontSubset:
    """Return the font file with these characters only, glyph numbers kept; the same characters give
    the same bytes."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    wanted = sorted({character for character in characters if character in typeface.glyphs})
    options = subset.Options(
        layout_features=[], name_IDs=[], notdef_outline=True, hinting=False, retain_gids=True
    )
    options.drop_tables += ["meta"]
    font: Any = TTFont(typeface.path, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(wanted))
    cutter.subset(font)
    out = io.BytesIO()
    font.save(out)
    return FontSubset(
        data=out.getvalue(), glyphs={character: typeface.glyphs[character] for character in wanted}
    )


def _scale_to_em(value: int, em: int) -> int:
    return round(value * 1000 / em)
