"""Text as glyphs of our own fonts, and the one small font that a file gets for all it has to say.

Letters are shaped (Arabic joins, marks sit on their letters) by HarfBuzz, each with the first of
our faces that has it. The glyphs used are written, whatever face they come from, into one TrueType
font per file, so that each says exactly which letters it stands for: a search finds them, and the
proof can read them.
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

from assembler.evidence.annotations.bidi_order import base_level, visual_runs
from assembler.runtime.resources import value_fonts

ASCENT, DESCENT, CAP = 905, -212, 716  # thousandths of the size, of the first face
_EM = 1000
_UNSEEN = frozenset(
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_MISSING = -1  # face of a letter that none of them has: drawn as an empty box


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """A glyph of one of our faces and how far it moves the pen, in thousandths of the size."""

    face: int
    number: int
    text: str  # letters it stands for; "" for a mark whose letters another glyph has
    advance: int
    across: int = 0
    up: int = 0
    low: int = 0  # how far its ink reaches below and above the line
    high: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Glyphs in the order they are drawn, from left to right."""

    glyphs: tuple[Glyph, ...]

    @property
    def width(self) -> float:
        """Width in thousandths of the size."""
        return sum(glyph.advance for glyph in self.glyphs)

    @property
    def low(self) -> float:
        """How far it reaches below the line, in thousandths of the size; at least as far as a
        usual line."""
        return min([DESCENT, *(glyph.low for glyph in self.glyphs)])

    @property
    def high(self) -> float:
        """How far it reaches above the line."""
        return max([ASCENT, *(glyph.high for glyph in self.glyphs)])


def missing_letters(text: str) -> frozenset[str]:
    """Return the letters of a text that none of our faces has."""
    return frozenset(
        letter for letter in text if not _is_unseen(letter) and _face_of(letter) == _MISSING
    )


def shape_line(text: str, base: int | None = None) -> Line:
    """Return one line of text as glyphs; line ends and tabs count as spaces. `base`: 1 if it
    runs from right to left."""
    plain = "".join(
        " " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", text)
    )
    return _shape(plain, base_level(plain) if base is None else base)


@cache
def _shape(text: str, base: int) -> Line:
    glyphs: list[Glyph] = []
    for run in visual_runs(text, base):
        pieces = list(_pieces(text[run.start : run.end]))
        for face, piece in reversed(pieces) if run.is_reversed else pieces:
            glyphs += _shape_piece(face, piece, is_reversed=run.is_reversed)
    return Line(glyphs=tuple(glyphs))


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Stretches of letters of one face; a mark stays with its letter."""
    piece, face = "", 0
    for letter in text:
        mine = (
            face
            if _is_unseen(letter) or (unicodedata.combining(letter) and piece)
            else _face_of(letter)
        )
        if letter == " " and piece and face != _MISSING:
            mine = face
        if piece and mine != face:
            yield face, piece
            piece = ""
        face = mine
        piece += letter
    if piece:
        yield face, piece


def _shape_piece(face: int, text: str, *, is_reversed: bool) -> list[Glyph]:
    if face == _MISSING:
        boxes = [
            Glyph(face=face, number=0, text=letter, advance=600)
            for letter in text
            if not _is_unseen(letter)
        ]
        return boxes[::-1] if is_reversed else boxes
    import uharfbuzz as hb

    buffer = hb.Buffer()
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if is_reversed else "ltr"
    opened = _opened(face)
    hb.shape(opened.shaper, buffer, {"liga": False, "dlig": False})
    scale = _EM / opened.units
    starts = sorted({info.cluster for info in buffer.glyph_infos})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    given: set[int] = set()
    glyphs: list[Glyph] = []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        letters = "" if info.cluster in given else text[info.cluster : ends[info.cluster]]
        given.add(info.cluster)
        ink = opened.shaper.get_glyph_extents(info.codepoint)
        top = position.y_offset + (ink.y_bearing if ink else 0)
        glyphs.append(
            Glyph(
                face=face,
                number=info.codepoint,
                text="".join(one for one in letters if not _is_unseen(one)),
                advance=round(position.x_advance * scale),
                across=round(position.x_offset * scale),
                up=round(position.y_offset * scale),
                low=round((top + (ink.height if ink else 0)) * scale),
                high=round(top * scale),
            )
        )
    return glyphs


def _is_unseen(letter: str) -> bool:
    return letter in _UNSEEN or unicodedata.category(letter) in ("Cc", "Cf")


@cache
def _face_of(letter: str) -> int:
    """Place of the first face that has a letter."""
    return next(
        (place for place in range(len(value_fonts())) if ord(letter) in _opened(place).letters),
        _MISSING,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    font: Any  # of fontTools
    glyphs: Any
    names: Sequence[str]
    letters: dict[int, str]
    shaper: Any  # of HarfBuzz
    units: int


@cache
def _opened(place: int) -> _Opened:
    """One of our faces, opened once in a worker; of a collection the first."""
    import uharfbuzz as hb
    from fontTools.ttLib import TTFont

    path: Path = value_fonts()[place]
    font: Any = TTFont(path, lazy=True, fontNumber=0)
    face = hb.Face(hb.Blob.from_file_path(str(path)), 0)
    return _Opened(
        font=font,
        glyphs=font.getGlyphSet(),
        names=font.getGlyphOrder(),
        letters=font.getBestCmap(),
        shaper=hb.Font(face),
        units=font["head"].unitsPerEm,
    )


class Lettering:
    """The font of one PDF that is being written: glyphs come in as lines are drawn, and go into
    the file at its end."""

    def __init__(self, pdf: Pdf) -> None:
        self._codes: dict[tuple[int, int, str, int], int] = {}
        self._pdf = pdf
        self.font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type0))

    def show(self, line: Line, x: float, y: float, size: float, across: float = 1.0) -> bytes:
        """Return operators that draw a line with its left end at x, y. `across`: how much it is
        widened."""
        if not line.glyphs:
            return b""
        parts = [
            f"BT /AssemblerLetters {size:.4g} Tf {across:.4g} 0 0 1 {x:.3f} {y:.3f} Tm".encode()
        ]
        codes: list[str] = []
        rise = 0
        for glyph in line.glyphs:
            if glyph.up != rise:
                parts += [_shown(codes), f"{glyph.up * size / _EM:.3f} Ts".encode()]
                codes, rise = [], glyph.up
            advance = max(0, glyph.advance)  # a font has no others; a mark may move the pen back
            code = self._codes.setdefault(
                (glyph.face, glyph.number, glyph.text, advance), len(self._codes) + 1
            )
            shift = f" {-glyph.across} " if glyph.across else ""
            moved = glyph.across + advance - glyph.advance
            back = f" {moved} " if moved else ""
            codes.append(f"{shift}<{code:04X}>{back}")
        parts += [_shown(codes), b"0 Ts ET" if rise else b"ET"]
        return b" ".join(part for part in parts if part) + b"\n"

    def finish(self) -> None:
        """Write the font, if anything was drawn with it."""
        if self._codes:
            _embed(self._pdf, self.font, self._codes)


def _shown(codes: Sequence[str]) -> bytes:
    return f"[{''.join(codes)}] TJ".encode() if codes else b""


def _embed(pdf: Pdf, font: Any, codes: dict[tuple[int, int, str, int], int]) -> None:
    name = Name("/VALUES+AssemblerLetters")
    data = _font_file(list(codes))
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
    font.ToUnicode = pdf.make_stream(_unicode(codes))


def _unicode(codes: dict[tuple[int, int, str, int], int]) -> bytes:
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


def _font_file(glyphs: Sequence[tuple[int, int, str, int]]) -> bytes:
    """A TrueType font with these glyphs in this order, whatever kind of outlines their faces
    have."""
    from fontTools.fontBuilder import FontBuilder

    names = [".notdef", *(f"g{number}" for number in range(1, len(glyphs) + 1))]
    outlines = [_outline(_MISSING, 0), *(_outline(face, number) for face, number, _, _ in glyphs)]
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


def _outline(face: int, number: int) -> Any:
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
    opened = _opened(face)
    scale = _EM / opened.units
    is_cubic = "CFF " in opened.font
    smooth: Any = Cu2QuPen(pen, 1.0, reverse_direction=True) if is_cubic else pen
    whole = DecomposingRecordingPen(opened.glyphs)
    opened.glyphs[opened.names[number]].draw(whole)
    whole.replay(TransformPen(smooth, (scale, 0, 0, scale, 0, 0)))
    return pen.glyph()


def letters_resource(lettering: Lettering) -> pikepdf.Dictionary:
    """Return the resources a drawing with our letters needs."""
    return Dictionary(Font=Dictionary({"/AssemblerLetters": lettering.font}))
