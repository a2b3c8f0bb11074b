"""Read the form fields of a PDF: the value of each widget on a page, and how it should be
displayed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

_MAX_PARENTS = 32  # of a field
_HIDDEN = 2 | 32  # annotation flags Hidden and NoView (PDF 32000-1, table 165)
_MIN_SIDE = 1.0  # points; a smaller widget shows nothing in any viewer
_ESCAPE = re.compile("\x1b[^\x1b]*\x1b")  # language tag within a text (PDF 32000-1, 7.9.2.2)
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
    """The kind of a field."""

    TEXT = "text"
    COMBO = "combo"
    LIST = "list"
    CHECK = "check"
    RADIO = "radio"
    OTHER = "other"  # push buttons, signatures, barcodes: only the file's appearance can show them


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How to draw a field's value. `size` 0: as large as fits."""

    size: float
    color: Color
    quadding: int
    turned: int  # degrees counterclockwise
    background: Color
    border: Color
    border_width: float
    border_style: str  # /S, /D, /B, /I, /U
    caption: str  # of a check box: the character that checks it, in Zapf Dingbats


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlace:
    """One widget of a field on a page."""

    page: int  # from 0
    index: int  # among the fields of its page, from 1
    widget: Any
    kind: Kind
    flags: int
    rect: Box
    values: tuple[str, ...]  # of the field; of a check box the name of its state
    options: tuple[tuple[str, str], ...]  # export value, displayed text
    first: int  # first visible option
    maximum: int | None
    is_formatted: bool  # a script decides how the value is displayed
    style: Style

    @property
    def size(self) -> tuple[float, float]:
        """Return width and height of the widget, upright for its text."""
        width, height = self.rect[2] - self.rect[0], self.rect[3] - self.rect[1]
        return (height, width) if self.style.turned % 180 else (width, height)

    @property
    def displayed(self) -> tuple[str, ...]:
        """Return the text a person should see: the texts of chosen options, stars for a
        password."""
        if self.kind in (Kind.COMBO, Kind.LIST):
            named = dict(self.options)
            return tuple(named.get(value, value) for value in self.values)
        if self.flags & Flag.PASSWORD:
            return tuple("*" * len(value) for value in self.values)
        return self.values


def list_field_places(pdf: Pdf) -> Iterator[FieldPlace]:
    """Yield each widget that a viewer shows."""
    form = pdf.Root.get(Name.AcroForm)
    form = form if isinstance(form, Dictionary) else Dictionary()
    for number, page in enumerate(pdf.pages):
        notes = page.get(Name.Annots)
        index = 0
        for note in notes if isinstance(notes, Array) else ():
            if not isinstance(note, Dictionary) or note.get(Name.Subtype) != Name.Widget:
                continue
            index += 1
            rect = read_box(note.get(Name.Rect))
            if rect is None or is_hidden(note):
                continue
            yield _read_place(number, index, note, rect, form)


def is_hidden(note: Any) -> bool:
    """Return whether the flags of an annotation hide it in every viewer."""
    return bool(int(read_number(note.get(Name.F), 0)) & _HIDDEN)


def read_box(raw: Any) -> Box | None:
    """Return left, bottom, right, top of a rectangle, whichever corners it names; None if it is too
    small to show."""
    if (
        not isinstance(raw, Array)
        or len(raw) != 4
        or not all(isinstance(value, int | float | Decimal) for value in raw)
    ):
        return None
    x0, y0, x1, y1 = (float(value) for value in raw)
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box if box[2] - box[0] >= _MIN_SIDE and box[3] - box[1] >= _MIN_SIDE else None


def read_number(raw: Any, default: float) -> float:
    """Return a number from a file, or the default if it is not a number."""
    is_number = isinstance(raw, int | float | Decimal) and not isinstance(raw, bool)
    return float(raw) if is_number else default


def read_color(raw: Any) -> Color:
    """Return a color array from a file; () if it is missing or broken."""
    if not isinstance(raw, Array) or len(raw) not in (1, 3, 4):
        return ()
    return tuple(min(1.0, max(0.0, read_number(value, 0))) for value in raw)


def read_text(raw: Any) -> str:
    """Return a text string, stream or name from a file as text with \\n line ends."""
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


def find_inherited_entry(widget: Any, key: str, form: Any = None) -> Any:
    """Return an entry of a field, its nearest parent, or the form."""
    node: Any = widget
    for _ in range(_MAX_PARENTS):
        if not isinstance(node, Dictionary):
            break
        if key in node:
            return node[key]
        node = node.get(Name.Parent)
    return form.get(key) if form is not None else None


def _read_place(number: int, index: int, widget: Any, rect: Box, form: Any) -> FieldPlace:
    flags = int(read_number(find_inherited_entry(widget, "/Ff"), 0))
    kind = _classify_field(widget, flags)
    maximum = int(read_number(find_inherited_entry(widget, "/MaxLen"), 0))
    options = tuple(_read_options(find_inherited_entry(widget, "/Opt")))
    return FieldPlace(
        page=number,
        index=index,
        widget=widget,
        kind=kind,
        flags=flags,
        rect=rect,
        values=tuple(_read_values(widget, kind, options)),
        options=options,
        first=max(0, int(read_number(find_inherited_entry(widget, "/TI"), 0))),
        maximum=maximum if maximum > 0 else None,
        is_formatted=_is_formatted(widget),
        style=_read_style(widget, form),
    )


def _classify_field(widget: Any, flags: int) -> Kind:
    kind = find_inherited_entry(widget, "/FT")
    # a barcode, which only the program that made it can draw
    if Name.PMD in widget or find_inherited_entry(widget, "/PMD") is not None:
        return Kind.OTHER
    if kind == Name.Tx:
        return Kind.TEXT
    if kind == Name.Ch:
        return Kind.COMBO if flags & Flag.COMBO else Kind.LIST
    if kind == Name.Btn and not flags & Flag.PUSH:
        return Kind.RADIO if flags & Flag.RADIO else Kind.CHECK
    return Kind.OTHER


def _read_values(widget: Any, kind: Kind, options: tuple[tuple[str, str], ...]) -> Iterator[str]:
    raw = find_inherited_entry(widget, "/V")
    if kind is Kind.OTHER:
        return
    if raw is None and kind is Kind.TEXT:
        rich = read_text(find_inherited_entry(widget, "/RV"))
        raw = String(_TAG.sub("", re.sub(r"</p>|<br\s*/?>", "\n", rich)).strip()) if rich else None
    if raw is None and kind is Kind.LIST:
        chosen = find_inherited_entry(widget, "/I")
        indexes = (
            [int(read_number(index, -1)) for index in chosen] if isinstance(chosen, Array) else []
        )
        yield from (options[index][0] for index in indexes if 0 <= index < len(options))
        return
    for value in raw if isinstance(raw, Array) else (raw,):
        if text := read_text(value):
            yield text


def _read_options(raw: Any) -> Iterator[tuple[str, str]]:
    for option in raw if isinstance(raw, Array) else ():
        if isinstance(option, Array):
            texts = [read_text(part) for part in option]
            if texts:
                yield texts[0], texts[-1]
        else:
            yield read_text(option), read_text(option)


def _is_formatted(widget: Any) -> bool:
    actions = find_inherited_entry(widget, "/AA")
    return isinstance(actions, Dictionary) and Name("/F") in actions


def _read_style(widget: Any, form: Any) -> Style:
    size, color = parse_appearance(find_inherited_entry(widget, "/DA", form))
    characteristics = widget.get(Name.MK)
    characteristics = characteristics if isinstance(characteristics, Dictionary) else Dictionary()
    border = widget.get(Name.BS)
    border = border if isinstance(border, Dictionary) else Dictionary()
    width = read_number(border.get(Name.W), 1)
    old = widget.get(Name.Border)
    if Name.BS not in widget and isinstance(old, Array) and len(old) >= 3:
        width = read_number(old[2], 1)
    turned = int(read_number(characteristics.get(Name.R), 0))
    return Style(
        size=size,
        color=color,
        quadding=int(read_number(find_inherited_entry(widget, "/Q", form), 0)) % 3,
        turned=turned % 360 if turned % 90 == 0 else 0,
        background=read_color(characteristics.get(Name.BG)),
        border=read_color(characteristics.get(Name.BC)),
        border_width=min(max(width, 0), 10),
        border_style=str(border.get(Name.S, "/S")),
        caption=read_text(characteristics.get(Name.CA)),
    )


def parse_appearance(raw: Any) -> tuple[float, Color]:
    """Return size and color of a default appearance ("/Helv 12 Tf 0 g"); without one, black and as
    large as fits."""
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
