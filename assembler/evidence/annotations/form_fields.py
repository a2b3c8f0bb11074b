"""Form fields of a PDF as they stand in the file: what each place of a field on a page holds,
and how it wants to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

_DEEPEST = 32  # parents of a field
_HIDDEN = 2 | 32  # annotation flags Hidden and NoView (PDF 32000-1, table 165)
_SMALLEST = 1.0  # points a side; smaller places show nothing in any viewer
_ESCAPE = re.compile("\x1b[^\x1b]*\x1b")  # names a language within a text (PDF 32000-1, 7.9.2.2)
_TAG = re.compile(r"<[^>]*>")
_TOKEN = re.compile(rb"/[^\s/<>()\[\]]+|[-+]?\d*\.?\d+|[A-Za-z'\"*]+")
Color = tuple[float, ...]  # 1 gray, 3 RGB or 4 CMYK values
Box = tuple[float, float, float, float]


class Flag:
    """Bits of /Ff (PDF 32000-1, tables 226, 228 and 230)."""

    MULTILINE, PASSWORD, FILE, COMB = 1 << 12, 1 << 13, 1 << 20, 1 << 24
    RADIO, PUSH = 1 << 15, 1 << 16
    COMBO = 1 << 17


class Kind(StrEnum):
    """What a field is."""

    TEXT = "text"
    COMBO = "combo"
    LIST = "list"
    CHECK = "check"
    RADIO = "radio"
    OTHER = "other"  # push buttons, signatures, barcodes: shown as the file has them, or not at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a field's value is to be drawn. `size` 0: as large as fits."""

    size: float
    color: Color
    quadding: int
    turned: int  # degrees counterclockwise
    background: Color
    border: Color
    border_width: float
    border_style: str  # /S, /D, /B, /I, /U
    caption: str  # of a check box: the sign that ticks it, in Zapf Dingbats


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of a field on a page."""

    page: int  # from 0
    index: int  # among the fields of its page, from 1
    widget: Any
    kind: Kind
    flags: int
    rect: Box
    values: tuple[str, ...]  # what the field holds; of a check box the name of its state
    options: tuple[tuple[str, str], ...]  # export value, shown text
    first: int  # first option that is shown
    maximum: int | None
    is_formatted: bool  # a script decides how the value is shown
    style: Style

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the place, upright for its text."""
        width, height = self.rect[2] - self.rect[0], self.rect[3] - self.rect[1]
        return (height, width) if self.style.turned % 180 else (width, height)

    @property
    def shown(self) -> tuple[str, ...]:
        """What a person is to read: of a list the texts of its options, of a password stars."""
        if self.kind in (Kind.COMBO, Kind.LIST):
            named = dict(self.options)
            return tuple(named.get(value, value) for value in self.values)
        if self.flags & Flag.PASSWORD:
            return tuple("*" * len(value) for value in self.values)
        return self.values


def places_of(pdf: Pdf) -> Iterator[Place]:
    """Return each place of a field that a viewer shows."""
    form = pdf.Root.get(Name.AcroForm)
    form = form if isinstance(form, Dictionary) else Dictionary()
    for number, page in enumerate(pdf.pages):
        notes = page.get(Name.Annots)
        index = 0
        for note in notes if isinstance(notes, Array) else ():
            if not isinstance(note, Dictionary) or note.get(Name.Subtype) != Name.Widget:
                continue
            index += 1
            rect = box_of(note.get(Name.Rect))
            if rect is None or is_hidden(note):
                continue
            yield _place(number, index, note, rect, form)


def is_hidden(note: Any) -> bool:
    """Return whether the flags of an annotation say that no viewer shows it."""
    return bool(int(number_of(note.get(Name.F), 0)) & _HIDDEN)


def box_of(raw: Any) -> Box | None:
    """Return left, bottom, right, top of a rectangle, whichever corners it names; None for one
    too small to show anything."""
    if (
        not isinstance(raw, Array)
        or len(raw) != 4
        or not all(isinstance(value, int | float | Decimal) for value in raw)
    ):
        return None
    x0, y0, x1, y1 = (float(value) for value in raw)
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box if box[2] - box[0] >= _SMALLEST and box[3] - box[1] >= _SMALLEST else None


def number_of(raw: Any, default: float) -> float:
    """Return a number of a file, or the default where it is none."""
    return (
        float(raw)
        if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool)
        else default
    )


def color_of(raw: Any) -> Color:
    """Return a color array of a file; () for none or a broken one."""
    if not isinstance(raw, Array) or len(raw) not in (1, 3, 4):
        return ()
    return tuple(min(1.0, max(0.0, number_of(value, 0))) for value in raw)


def text_of(raw: Any) -> str:
    """Return a text string, stream or name of a file as text, its line ends as \\n."""
    if isinstance(raw, Stream):
        try:
            text = str(String(raw.read_bytes()))
        except pikepdf.PdfError:
            return ""
    elif isinstance(raw, String):
        text = str(raw)
    elif isinstance(raw, Name):
        text = str(raw)[1:]
    elif isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        text = str(raw)
    else:
        return ""
    text = _ESCAPE.sub("", text).replace("\x00", "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def attribute(widget: Any, key: str, form: Any = None) -> Any:
    """Return an entry of a field, its nearest parent, or the form."""
    node: Any = widget
    for _ in range(_DEEPEST):
        if not isinstance(node, Dictionary):
            break
        if key in node:
            return node[key]
        node = node.get(Name.Parent)
    return form.get(key) if form is not None else None


def _place(number: int, index: int, widget: Any, rect: Box, form: Any) -> Place:
    flags = int(number_of(attribute(widget, "/Ff"), 0))
    kind = _kind(widget, flags)
    maximum = int(number_of(attribute(widget, "/MaxLen"), 0))
    options = tuple(_options(attribute(widget, "/Opt")))
    return Place(
        page=number,
        index=index,
        widget=widget,
        kind=kind,
        flags=flags,
        rect=rect,
        values=tuple(_values(widget, kind, options)),
        options=options,
        first=max(0, int(number_of(attribute(widget, "/TI"), 0))),
        maximum=maximum if maximum > 0 else None,
        is_formatted=_is_formatted(widget),
        style=_style(widget, form),
    )


def _kind(widget: Any, flags: int) -> Kind:
    kind = attribute(widget, "/FT")
    if (
        Name.PMD in widget or attribute(widget, "/PMD") is not None
    ):  # a barcode, which only the program that made it can draw
        return Kind.OTHER
    if kind == Name.Tx:
        return Kind.TEXT
    if kind == Name.Ch:
        return Kind.COMBO if flags & Flag.COMBO else Kind.LIST
    if kind == Name.Btn and not flags & Flag.PUSH:
        return Kind.RADIO if flags & Flag.RADIO else Kind.CHECK
    return Kind.OTHER


def _values(widget: Any, kind: Kind, options: tuple[tuple[str, str], ...]) -> Iterator[str]:
    raw = attribute(widget, "/V")
    if kind is Kind.OTHER:
        return
    if raw is None and kind is Kind.TEXT:
        rich = text_of(attribute(widget, "/RV"))
        raw = String(_TAG.sub("", re.sub(r"</p>|<br\s*/?>", "\n", rich)).strip()) if rich else None
    if raw is None and kind is Kind.LIST:
        chosen = attribute(widget, "/I")
        places = [int(number_of(one, -1)) for one in chosen] if isinstance(chosen, Array) else []
        yield from (options[place][0] for place in places if 0 <= place < len(options))
        return
    for value in raw if isinstance(raw, Array) else (raw,):
        if text := text_of(value):
            yield text


def _options(raw: Any) -> Iterator[tuple[str, str]]:
    for option in raw if isinstance(raw, Array) else ():
        if isinstance(option, Array):
            texts = [text_of(part) for part in option]
            if texts:
                yield texts[0], texts[-1]
        else:
            yield text_of(option), text_of(option)


def _is_formatted(widget: Any) -> bool:
    actions = attribute(widget, "/AA")
    return isinstance(actions, Dictionary) and Name("/F") in actions


def _style(widget: Any, form: Any) -> Style:
    size, color = appearance_string(attribute(widget, "/DA", form))
    look = widget.get(Name.MK)
    look = look if isinstance(look, Dictionary) else Dictionary()
    border = widget.get(Name.BS)
    border = border if isinstance(border, Dictionary) else Dictionary()
    width = number_of(border.get(Name.W), 1)
    old = widget.get(Name.Border)
    if Name.BS not in widget and isinstance(old, Array) and len(old) >= 3:
        width = number_of(old[2], 1)
    turned = int(number_of(look.get(Name.R), 0))
    return Style(
        size=size,
        color=color,
        quadding=int(number_of(attribute(widget, "/Q", form), 0)) % 3,
        turned=turned % 360 if turned % 90 == 0 else 0,
        background=color_of(look.get(Name.BG)),
        border=color_of(look.get(Name.BC)),
        border_width=min(max(width, 0), 10),
        border_style=str(border.get(Name.S, "/S")),
        caption=text_of(look.get(Name.CA)),
    )


def appearance_string(raw: Any) -> tuple[float, Color]:
    """Size and color of a default appearance ("/Helv 12 Tf 0 g"); black, and as large as fits,
    where it does not say."""
    data = bytes(raw) if isinstance(raw, String) else b""
    size = 0.0
    color: Color = (0.0,)
    operands: list[float] = []
    for token in _TOKEN.findall(data):
        if token[:1] == b"/":
            operands = []
        elif token[:1].isalpha():
            if token == b"Tf" and operands:
                size = operands[-1]
            count = {b"g": 1, b"rg": 3, b"k": 4}.get(token, 0)
            if count and len(operands) >= count:
                color = tuple(min(1.0, max(0.0, value)) for value in operands[-count:])
            operands = []
        else:
            operands.append(float(token))
    return (size if 0 < size < 500 else 0.0), color
