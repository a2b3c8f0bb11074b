"""Shape text into glyphs of our own fonts, and embed the ones used as one small font per file.

HarfBuzz shapes the letters (Arabic joins, marks attach to their letters), each with the first of
our fonts that has it. All glyphs used, from whichever font, are written into one TrueType font per
file, so that each states exactly which letters it stands for: search finds them, and the proof can
read them.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from assembler.evidence.annotations.bidi_order import find_base_level, order_visual_runs
from assembler.runtime.resources import list_value_fonts

ASCENT, DESCENT, CAP = 905, -212, 716  # thousandths of the size, of the first face
_EM = 1000
_INVISIBLE = frozenset(
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_MISSING = -1  # font of a letter that none of them has: drawn as an empty box


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """A glyph of one of our fonts and its advance, in thousandths of the font size."""

    face: int
    number: int
    text: str  # letters it stands for; "" for a mark whose letters belong to another glyph
    advance: int
    across: int = 0
    up: int = 0
    low: int = 0  # lowest and highest ink, relative to the baseline
    high: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Glyphs in the order they are drawn, from left to right."""

    glyphs: tuple[Glyph, ...]

    @property
    def width(self) -> float:
        """Return the width in thousandths of the font size."""
        return sum(glyph.advance for glyph in self.glyphs)

    @property
    def low(self) -> float:
        """Return how far it extends below the baseline, in thousandths of the size; at least a
        usual line's descent."""
        return min([DESCENT, *(glyph.low for glyph in self.glyphs)])

    @property
    def high(self) -> float:
        """Return how far it extends above the baseline, in thousandths of the size."""
        return max([ASCENT, *(glyph.high for glyph in self.glyphs)])


def find_missing_letters(text: str) -> frozenset[str]:
    """Return the letters of a text that none of our fonts has."""
    return frozenset(
        letter for letter in text if not _is_invisible(letter) and _find_face(letter) == _MISSING
    )


def shape_line(text: str, base: int | None = None) -> Line:
    """Shape one line of text into glyphs; line ends and tabs count as spaces. `base`: 1 if right to
    left."""
    plain = "".join(
        " " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", text)
    )
    return _shape_line(plain, find_base_level(plain) if base is None else base)


@cache
def _shape_line(text: str, base: int) -> Line:
    glyphs: list[Glyph] = []
    for run in order_visual_runs(text, base):
        pieces = list(_split_by_face(text[run.start : run.end]))
        for face, piece in reversed(pieces) if run.is_reversed else pieces:
            glyphs += _shape_piece(face, piece, is_reversed=run.is_reversed)
    return Line(glyphs=tuple(glyphs))


def _split_by_face(text: str) -> Iterator[tuple[int, str]]:
    """Yield pieces of text with one font each; a mark stays with its letter."""
    piece, face = "", 0
    for letter in text:
        letter_face = (
            face
            if _is_invisible(letter) or (unicodedata.combining(letter) and piece)
            else _find_face(letter)
        )
        if letter == " " and piece and face != _MISSING:
            letter_face = face
        if piece and letter_face != face:
            yield face, piece
            piece = ""
        face = letter_face
        piece += letter
    if piece:
        yield face, piece


def _shape_piece(face: int, text: str, *, is_reversed: bool) -> list[Glyph]:
    if face == _MISSING:
        boxes = [
            Glyph(face=face, number=0, text=letter, advance=600)
            for letter in text
            if not _is_invisible(letter)
        ]
        return boxes[::-1] if is_reversed else boxes
    import uharfbuzz as hb

    buffer = hb.Buffer()
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if is_reversed else "ltr"
    face_data = _open_face(face)
    hb.shape(face_data.shaper, buffer, {"liga": False, "dlig": False})
    scale = _EM / face_data.units
    starts = sorted({info.cluster for info in buffer.glyph_infos})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    clusters_used: set[int] = set()
    glyphs: list[Glyph] = []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        letters = "" if info.cluster in clusters_used else text[info.cluster : ends[info.cluster]]
        clusters_used.add(info.cluster)
        ink = face_data.shaper.get_glyph_extents(info.codepoint)
        top = position.y_offset + (ink.y_bearing if ink else 0)
        glyphs.append(
            Glyph(
                face=face,
                number=info.codepoint,
                text="".join(letter for letter in letters if not _is_invisible(letter)),
                advance=round(position.x_advance * scale),
                across=round(position.x_offset * scale),
                up=round(position.y_offset * scale),
                low=round((top + (ink.height if ink else 0)) * scale),
                high=round(top * scale),
            )
        )
    return glyphs


def _is_invisible(letter: str) -> bool:
    return letter in _INVISIBLE or unicodedata.category(letter) in ("Cc", "Cf")


@cache
def _find_face(letter: str) -> int:
    """Return the index of the first font that has a letter."""
    return next(
        (
            index
            for index in range(len(list_value_fonts()))
            if ord(letter) in _open_face(index).letters
        ),
        _MISSING,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Face:
    """An open font."""

    font: Any  # of fontTools
    letters: dict[int, str]
    shaper: Any  # of HarfBuzz
    units: int


@cache
def _open_face(index: int) -> _Face:
    """Open one of our fonts, once per worker; the first of a collection."""
    import uharfbuzz as hb
    from fontTools.ttLib import TTFont

    path: Path = list_value_fonts()[index]
    font: Any = TTFont(path, lazy=True, fontNumber=0)
    face = hb.Face(hb.Blob.from_file_path(str(path)), 0)
    return _Face(
        font=font,
        letters=font.getBestCmap(),
        shaper=hb.Font(face),
        units=font["head"].unitsPerEm,
    )


@cache
def _open_outlines(index: int) -> Any:
    """Return the outlines of one of our fonts, by glyph name; of a large font they take a while, so
    only where one of its glyphs is drawn."""
    return _open_face(index).font.getGlyphSet()


class Lettering:
    """The font of one PDF being written: collects glyphs as lines are drawn, and is embedded at the
    end."""

    def __init__(self, pdf: Pdf) -> None:
        self._codes: dict[tuple[int, int, str, int], int] = {}
        self._pdf = pdf
        self.font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type0))

    def show(self, line: Line, x: float, y: float, size: float, across: float = 1.0) -> bytes:
        """Return operators that draw a line with its left end at x, y. `across`: horizontal
        scale."""
        if not line.glyphs:
            return b""
        parts = [
            f"BT /AssemblerLetters {size:.4g} Tf {across:.4g} 0 0 1 {x:.3f} {y:.3f} Tm".encode()
        ]
        codes: list[str] = []
        rise = 0
        for glyph in line.glyphs:
            if glyph.up != rise:
                parts += [_show_codes(codes), f"{glyph.up * size / _EM:.3f} Ts".encode()]
                codes, rise = [], glyph.up
            advance = max(0, glyph.advance)  # a font has no negative ones; a mark may move back
            code = self._codes.setdefault(
                (glyph.face, glyph.number, glyph.text, advance), len(self._codes) + 1
            )
            shift = f" {-glyph.across} " if glyph.across else ""
            moved = glyph.across + advance - glyph.advance
            back = f" {moved} " if moved else ""
            codes.append(f"{shift}<{code:04X}>{back}")
        parts += [_show_codes(codes), b"0 Ts ET" if rise else b"ET"]
        return b" ".join(part for part in parts if part) + b"\n"

    def finish(self) -> None:
        """Embed the font, if anything was drawn with it."""
        if self._codes:
            _embed(self._pdf, self.font, self._codes)


def _show_codes(codes: Sequence[str]) -> bytes:
    return f"[{''.join(codes)}] TJ".encode() if codes else b""


def _embed(pdf: Pdf, font: Any, codes: dict[tuple[int, int, str, int], int]) -> None:
    name = Name("/VALUES+AssemblerLetters")
    data = _build_font(list(codes))
    file = pdf.make_stream(data, Length1=len(data))
    descriptor = pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=name,
            Flags=4,
            ItalicAngle=0,
            Ascent=ASCENT,
            Descent=DESCENT,
            CapHeight=CAP,
            StemV=80,
            FontBBox=Array([-500, -500, 1500, 1200]),
            FontFile2=file,
        )
    )
    child = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=name,
            CIDToGIDMap=Name.Identity,
            DW=0,
            FontDescriptor=descriptor,
            CIDSystemInfo=Dictionary(
                Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
            ),
            W=Array([1, Array([advance for _, _, _, advance in codes])]),
        )
    )
    font.BaseFont, font.Encoding = name, Name("/Identity-H")
    font.DescendantFonts = Array([child])
    font.ToUnicode = pdf.make_stream(_to_unicode(codes))


def _to_unicode(codes: dict[tuple[int, int, str, int], int]) -> bytes:
    pairs = [(code, text) for (_, _, text, _), code in codes.items() if text]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    rows = "".join(
        f"{len(block)} beginbfchar\n"
        + "".join(
            f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>\n" for code, text in block
        )
        + "endbfchar\n"
        for block in blocks
    )
    head = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Values def "
        "/CMapType 2 def\n"
    )
    space = "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    return f"{head}{space}{rows}endcmap end end\n".encode()


def _build_font(glyphs: Sequence[tuple[int, int, str, int]]) -> bytes:
    """Return a TrueType font with these glyphs in this order, from outlines of any kind."""
    from fontTools.fontBuilder import FontBuilder

    names = [".notdef", *(f"g{number}" for number in range(1, len(glyphs) + 1))]
    outlines = [
        _draw_outline(_MISSING, 0),
        *(_draw_outline(face, number) for face, number, _, _ in glyphs),
    ]
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({})
    builder.setupGlyf(dict(zip(names, outlines, strict=True)))
    table = builder.font["glyf"]
    bearings = [getattr(table[name], "xMin", 0) for name in names]
    builder.setupHorizontalMetrics(
        {
            name: (advance, bearing)
            for name, advance, bearing in zip(
                names, [600, *(advance for *_, advance in glyphs)], bearings, strict=True
            )
        }
    )
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.font.save(out)
    return out.getvalue()


def _draw_outline(face: int, number: int) -> Any:
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.recordingPen import DecomposingRecordingPen
    from fontTools.pens.transformPen import TransformPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    if face == _MISSING:
        for box in (
            ((60, 0), (540, 0), (540, 700), (60, 700)),
            ((110, 50), (110, 650), (490, 650), (490, 50)),
        ):
            pen.moveTo(box[0])
            for corner in box[1:]:
                pen.lineTo(corner)
            pen.closePath()
        return pen.glyph()
    face_data = _open_face(face)
    scale = _EM / face_data.units
    is_cubic = "CFF " in face_data.font
    smooth: Any = Cu2QuPen(pen, 1.0, reverse_direction=True) if is_cubic else pen
    outlines = _open_outlines(face)
    recording = DecomposingRecordingPen(outlines)
    outlines[face_data.font.getGlyphName(number)].draw(recording)
    recording.replay(TransformPen(smooth, (scale, 0, 0, scale, 0, 0)))
    return pen.glyph()


def make_font_resource(lettering: Lettering) -> pikepdf.Dictionary:
    """Return the resources that a drawing with our letters needs."""
    return Dictionary(Font=Dictionary({"/AssemblerLetters": lettering.font}))
