"""Content streams: their operators with their places, and every glyph they show with its text
and where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from benchmarks.mutants.objects import Document, Lexer, Operator, Ref, Stream, spelled

Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1, 0, 0, 1, 0, 0)
SHOWS = ("Tj", "TJ", "'", '"')
_FILLS = ("g", "rg", "k", "sc", "scn", "cs")
_PAINTS = ("S", "s", "f", "F", "f*", "B", "B*", "b", "b*")


def times(item: Matrix, other: Matrix) -> Matrix:
    """First `item`, then `other`."""
    a, b, c, d, e, f = item
    p, q, r, s, t, u = other
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A content stream: the nth of a page's own, or a form's."""

    index: int = -1
    form: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operator with its operands, and its bytes in its stream."""

    name: str
    operands: tuple[Any, ...]
    start: int
    end: int


def operations(data: bytes) -> list[Operation]:
    """Every operator of a stream; inline images are one operation each."""
    lexer, out = Lexer(data), []
    operands: list[Any] = []
    start = lexer.skip()
    while not lexer.ended():
        value = lexer.object()
        if not isinstance(value, Operator):
            operands.append(value)
            continue
        if value == "BI":
            end = re.compile(rb"[\s]EI(?=\s|$)").search(data, lexer.place)
            lexer.place = end.end() if end else len(data)
        out.append(
            Operation(name=str(value), operands=tuple(operands), start=start, end=lexer.place)
        )
        operands, start = [], lexer.skip()
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """One shown code: its text, and its box on the page in points (its baseline's start,
    advance, font size)."""

    show: int  # which of the page's shows
    piece: int  # which string of a TJ
    offset: int  # of its code in that string
    code: bytes
    text: str
    x: float
    y: float
    width: float
    size: float
    upright: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """An operator that shows text."""

    place: Place
    operation: Operation
    font: Font
    size: float  # points on the page
    unscaled: float  # as the stream says it
    hidden: bool
    fill: bytes  # what set the color
    glyphs: tuple[Glyph, ...]

    @property
    def text(self) -> str:
        return "".join(glyph.text for glyph in self.glyphs)

    def spelled(self, pieces: list[Any]) -> bytes:
        """The operation with other strings (and numbers between)."""
        return spelled(pieces) + b" TJ"

    def pieces(self) -> list[Any]:
        """Strings and numbers, as TJ takes them."""
        last = self.operation.operands[-1]
        return list(last) if isinstance(last, list) else [last]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture that is drawn: its object, and the matrix it is drawn with."""

    place: Place
    operation: Operation
    name: str
    ref: Ref
    matrix: Matrix


@dataclass(slots=True)
class PageContent:
    """What is on a page."""

    shows: list[Show] = field(default_factory=list)
    images: list[Drawn] = field(default_factory=list)
    forms: list[Drawn] = field(default_factory=list)
    paints: list[tuple[Place, Operation]] = field(default_factory=list)
    fonts: dict[str, Font] = field(default_factory=dict)


class Font:
    """Codes of a font: their text and widths."""

    def __init__(self, document: Document, ref: Any) -> None:
        self.ref = ref
        self.entries: dict[str, Any] = document.get(ref)
        self.two = self.entries.get("/Subtype") == "/Type0"
        self.widths: dict[int, float] = {}
        self.usual = 1000.0 if self.two else 500.0
        self._read_widths(document)
        unicode = document.get(self.entries.get("/ToUnicode"))
        self.texts = to_unicode(unicode.decoded()) if isinstance(unicode, Stream) else {}
        self.everything = self.texts.pop(-1, "") == "all"

    def _read_widths(self, document: Document) -> None:
        if not self.two:
            first = self.entries.get("/FirstChar", 0)
            widths = document.get(self.entries.get("/Widths", [])) or []
            self.widths = {first + n: float(document.get(width)) for n, width in enumerate(widths)}
            return
        child = document.get(document.get(self.entries["/DescendantFonts"])[0])
        self.usual = float(child.get("/DW", 1000))
        rows = list(document.get(child.get("/W", [])) or [])
        while rows:
            first, second = rows.pop(0), document.get(rows.pop(0))
            if isinstance(second, list):
                self.widths |= {first + n: float(width) for n, width in enumerate(second)}
            else:
                width = float(rows.pop(0))
                self.widths |= dict.fromkeys(range(first, min(second, first + 4096) + 1), width)

    def codes(self, string: bytes) -> list[bytes]:
        step = 2 if self.two else 1
        return [string[n : n + step] for n in range(0, len(string), step)]

    def text(self, code: bytes) -> str:
        number = int.from_bytes(code)
        if self.everything:
            return chr(number)
        return self.texts.get(number) or ("" if self.two else code.decode("cp1252", "replace"))

    def width(self, code: bytes) -> float:
        return self.widths.get(int.from_bytes(code), self.usual)

    def of(self, text: str) -> list[bytes]:
        """The codes that show this text, among those the font is known to have."""
        size = 2 if self.two else 1
        if self.everything:
            return [ord(text).to_bytes(2)]
        if self.texts:
            return [
                number.to_bytes(size)
                for number, own in self.texts.items()
                if own == text and number < 256**size
            ]
        return [text.encode("cp1252", "ignore")] if not self.two else []


def to_unicode(data: bytes) -> dict[int, str]:
    """A map of codes to text; {-1: "all"} where every code is its own letter."""
    out: dict[int, str] = {}

    def letters(digits: bytes) -> str:
        return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace").replace("\x00", "")

    for block in re.findall(rb"beginbfchar(.*?)endbfchar", data, re.DOTALL):
        for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            out[int(code, 16)] = letters(text)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", data, re.DOTALL):
        for first, last, text in re.findall(
            rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block
        ):
            low, high = int(first, 16), int(last, 16)
            if high - low > 5000:
                out[-1] = "all"
                continue
            for number in range(low, high + 1):
                out[number] = chr(int(text, 16) + number - low) if len(text) <= 4 else letters(text)
    return out


@dataclass(slots=True)
class _State:
    matrix: Matrix = UNIT
    fill: bytes = b"0 g"
    font: Font | None = None
    size: float = 1.0
    spacing: float = 0.0
    word: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    mode: int = 0

    def copy(self) -> _State:
        return _State(
            self.matrix,
            self.fill,
            self.font,
            self.size,
            self.spacing,
            self.word,
            self.stretch,
            self.leading,
            self.mode,
        )


class Reader:
    """Goes through a page's content and its forms."""

    def __init__(self, document: Document, page: Ref) -> None:
        self.document, self.page, self.shown = document, page, PageContent()

    def look(self) -> PageContent:
        """Everything that the page shows."""
        resources = self.document.inherited(self.page, "/Resources") or {}
        state = _State()
        stack: list[_State] = []
        for index, ref in enumerate(contents(self.document, self.page)):
            stream = self.document.get(ref)
            state = self._run(stream.decoded(), Place(index), resources, state, stack)
        return self.shown

    def _run(
        self,
        data: bytes,
        place: Place,
        resources: dict[str, Any],
        state: _State,
        stack: list[_State],
    ) -> _State:
        text = line = UNIT
        for step in operations(data):
            name, values = step.name, step.operands
            if name == "q":
                stack.append(state.copy())
            elif name == "Q":
                state = stack.pop() if stack else state
            elif name == "cm":
                state.matrix = times(values, state.matrix)
            elif name == "BT":
                text = line = UNIT
            elif name in ("Td", "TD"):
                state.leading = -values[1] if name == "TD" else state.leading
                text = line = times((1, 0, 0, 1, values[0], values[1]), line)
            elif name == "Tm":
                text = line = values
            elif name in ("T*", "'", '"'):
                text = line = times((1, 0, 0, 1, 0, -state.leading), line)
            if name in SHOWS and state.font and values:
                text = self._show(step, place, state, text)
            elif name == "Do":
                self._draw(step, place, resources, state)
            elif name in _PAINTS:
                self.shown.paints.append((place, step))
            else:
                self._set(step, data, resources, state)
        return state

    def _set(self, step: Operation, data: bytes, resources: dict[str, Any], state: _State) -> None:
        name, values = step.name, step.operands
        if name in _FILLS:
            own = data[step.start : step.end]
            state.fill = (
                state.fill.partition(b"\n")[0] + b"\n" + own if name in ("sc", "scn") else own
            )
        elif name == "Tf":
            fonts = self.document.get(resources.get("/Font", {}))
            if values[0] in fonts:
                ref = fonts[values[0]]
                key = f"{ref}" if isinstance(ref, Ref) else f"{id(fonts)} {values[0]}"
                state.font = self.shown.fonts.setdefault(key, Font(self.document, ref))
            state.size = float(values[1])
        elif name in ("Tc", "Tw", "Tz", "TL", "Tr"):
            value = float(values[0])
            field_name = {
                "Tc": "spacing",
                "Tw": "word",
                "Tz": "stretch",
                "TL": "leading",
                "Tr": "mode",
            }[name]
            setattr(
                state,
                field_name,
                value / 100 if name == "Tz" else int(value) if name == "Tr" else value,
            )

    def _show(self, step: Operation, place: Place, state: _State, text: Matrix) -> Matrix:
        font = state.font
        assert font is not None
        glyphs: list[Glyph] = []
        pieces = step.operands[-1] if isinstance(step.operands[-1], list) else [step.operands[-1]]
        for number, piece in enumerate(pieces):
            if not isinstance(piece, bytes):
                text = times(
                    (1, 0, 0, 1, -float(piece) / 1000 * state.size * state.stretch, 0), text
                )
                continue
            at = 0
            for code in font.codes(piece):
                advance = font.width(code) / 1000 * state.size * state.stretch
                whole = times(text, state.matrix)
                scale = (whole[0] ** 2 + whole[1] ** 2) ** 0.5
                glyphs.append(
                    Glyph(
                        show=len(self.shown.shows),
                        piece=number,
                        offset=at,
                        code=code,
                        text=font.text(code),
                        x=whole[4],
                        y=whole[5],
                        width=advance * scale,
                        size=state.size * (whole[2] ** 2 + whole[3] ** 2) ** 0.5,
                        upright=whole[0] > 0 and abs(whole[1]) < 0.02 * abs(whole[0]),
                    )
                )
                extra = state.spacing + (state.word if code == b" " else 0)
                text = times((1, 0, 0, 1, advance + extra * state.stretch, 0), text)
                at += len(code)
        size = glyphs[0].size if glyphs else state.size
        self.shown.shows.append(
            Show(
                place=place,
                operation=step,
                font=font,
                size=size,
                unscaled=state.size,
                hidden=state.mode == 3,
                fill=state.fill,
                glyphs=tuple(glyphs),
            )
        )
        return text

    def _draw(
        self, step: Operation, place: Place, resources: dict[str, Any], state: _State
    ) -> None:
        ref = self.document.get(resources.get("/XObject", {})).get(step.operands[0])
        drawn = self.document.get(ref)
        if not isinstance(drawn, Stream) or not isinstance(ref, Ref):
            return
        item = Drawn(
            place=place, operation=step, name=step.operands[0], ref=ref, matrix=state.matrix
        )
        if drawn.entries.get("/Subtype") == "/Image":
            self.shown.images.append(item)
        elif drawn.entries.get("/Subtype") == "/Form":
            self.shown.forms.append(item)
            own = self.document.get(drawn.entries.get("/Resources")) or resources
            inner = state.copy()
            inner.matrix = times(tuple(drawn.entries.get("/Matrix", UNIT)), state.matrix)
            self._run(drawn.decoded(), Place(form=ref), own, inner, [])


def contents(document: Document, page: Ref) -> list[Any]:
    """References to a page's content streams."""
    value = document.get(page).get("/Contents")
    behind = document.get(value)
    return list(behind) if isinstance(behind, list) else [value] if value is not None else []
