"""Pictures of form fields whose file has none, or none that shows their value: drawn with letters
of our own.

The file's own picture stays wherever it shows the value. What cannot be drawn whole is told with
its page and field, never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream

from assembler.evidence.annotations.field_pictures import Picture, Showing, classify_pictures
from assembler.evidence.annotations.form_fields import (
    Color,
    FieldPlace,
    Flag,
    Kind,
    list_field_places,
    read_text,
)
from assembler.evidence.annotations.lettering import Lettering, find_missing_letters, font_resource
from assembler.evidence.annotations.text_box import (
    LEADING,
    Area,
    Setting,
    set_block,
    set_comb,
    set_line,
)
from assembler.evidence.losses import Loss
from assembler.model import Severity

_SELECTED = "0.6 0.75686 0.8549 rg"  # what viewers lay under a chosen line of a list
_RULE = "EVID.FIELD"
_PICKED = (Kind.CHECK, Kind.RADIO)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFields:
    """Pages (from 0) on which fields were drawn, and what is to be told of them."""

    pages: frozenset[int]
    losses: tuple[Loss, ...]


def draw_fields(pdf: Pdf) -> DrawnFields:
    """Give each place of a field that shows in a viewer a picture of its value."""
    form = pdf.Root.get(Name.AcroForm)
    is_asked = isinstance(form, Dictionary) and form.get(Name.NeedAppearances, False) is True
    places = list(list_field_places(pdf))
    lettering = Lettering(pdf)
    shown = dict(
        zip(_with_picture(places), classify_pictures(list(_pictures(places))), strict=True)
    )
    pages: set[int] = set()
    losses: list[Loss] = []
    for number, place in enumerate(places):
        if place.kind in _PICKED:
            drawn = _draw_picked(pdf, place, is_asked=is_asked)
            losses += _untold_choice(place)
        else:
            drawn, told = _draw_value(
                pdf, place, shown.get(number, Showing.NOTHING), lettering, is_asked=is_asked
            )
            losses += told
        if drawn:
            pages.add(place.page)
    lettering.finish()
    if isinstance(form, Dictionary) and Name.NeedAppearances in form:
        del form.NeedAppearances  # else nothing is made part of the page
    return DrawnFields(pages=frozenset(pages), losses=tuple(losses))


def normal_picture(widget: Any) -> Any:
    """Return the entry of an annotation's normal appearance: a stream, a dictionary of states,
    or None."""
    pictures = widget.get(Name.AP)
    normal = pictures.get(Name.N) if isinstance(pictures, Dictionary) else None
    return normal if isinstance(normal, Stream | Dictionary) else None


# --- text and lists ---


def _with_picture(places: Sequence[FieldPlace]) -> Iterator[int]:
    for number, place in enumerate(places):
        if place.kind in (Kind.TEXT, Kind.COMBO, Kind.LIST) and isinstance(
            normal_picture(place.widget), Stream
        ):
            yield number


def _pictures(places: Sequence[FieldPlace]) -> Iterator[Picture]:
    for number in _with_picture(places):
        place = places[number]
        yield Picture(
            stream=normal_picture(place.widget),
            texts=place.displayed,
            is_part=place.kind is Kind.LIST,
        )


def _draw_value(
    pdf: Pdf, place: FieldPlace, showing: Showing, lettering: Lettering, *, is_asked: bool
) -> tuple[bool, list[Loss]]:
    """Draw a text, a list or a frame where the file's picture does not do; whether anything was
    drawn, and what is to be told."""
    if place.kind is Kind.OTHER:
        return False, _barcode_without_picture(place)
    has_picture = isinstance(normal_picture(place.widget), Stream)
    is_empty = not any(text.strip() for text in place.displayed)
    if has_picture and not _is_stale(place, showing, is_empty=is_empty, is_asked=is_asked):
        return False, []
    if (
        not has_picture
        and is_empty
        and not (place.style.background or place.style.border or place.kind is Kind.LIST)
    ):
        return False, []
    setting = _setting(place, lettering)
    _give_picture(
        pdf, place, _frame(place) + _clipped(place, setting.data), font_resource(lettering)
    )
    losses = list(_untold(place, setting))
    if has_picture and showing is Showing.OTHER and not is_asked:
        losses.append(
            _loss(
                place,
                "its picture shows something else than its value, which was drawn instead",
                "compare it with what the client sees",
                Severity.WARNING,
            )
        )
    return True, losses


def _is_stale(place: FieldPlace, showing: Showing, *, is_empty: bool, is_asked: bool) -> bool:
    """Whether the file's own picture must not be taken."""
    if is_empty:
        return is_asked and showing is Showing.OTHER and not place.is_formatted
    if showing is Showing.OTHER:
        return not (place.is_formatted or place.flags & Flag.PASSWORD)
    return showing is Showing.NOTHING


def _setting(place: FieldPlace, lettering: Lettering) -> Setting:
    width, height = place.size
    edge = _edge(place)
    area = Area(
        left=edge + 1,
        bottom=edge,
        width=max(1.0, width - 2 * edge - 2),
        height=max(1.0, height - 2 * edge),
        size=place.style.size,
        quadding=place.style.quadding,
    )
    color = _color(place.style.color, "rg")
    if place.kind is Kind.LIST:
        return _rows(place, area, lettering)
    text = "\n".join(place.displayed)
    if place.kind is Kind.COMBO or not text:
        setting = set_line(text, area, lettering)
    elif _is_comb(place):
        cells = Area(
            left=0,
            bottom=area.bottom,
            width=width,
            height=area.height,
            size=area.size,
            quadding=area.quadding,
        )
        setting = set_comb(text, cells, place.maximum or 1, lettering)
    elif place.flags & Flag.MULTILINE:
        setting = set_block(text, area, lettering)
    else:
        setting = set_line(text, area, lettering)
    return Setting(data=color + setting.data, fits=setting.fits)


def _rows(place: FieldPlace, area: Area, lettering: Lettering) -> Setting:
    """The options of a list, from the first that is shown, the chosen ones marked; so small that
    all chosen ones are seen."""
    chosen = [number for number, (value, _) in enumerate(place.options) if value in place.values]
    size = min(place.style.size or 12.0, area.height / LEADING)
    rows = max(1, int(area.height / (LEADING * size) + 0.01))
    first = min(place.first, max(0, len(place.options) - 1))
    if chosen and not all(first <= number < first + rows for number in chosen):
        first = min(chosen)
        rows = max(rows, max(chosen) - first + 1)
        size = min(size, area.height / (rows * LEADING))
    data, fits = [], size >= 3
    for row, (value, text) in enumerate(place.options[first : first + rows]):
        top = area.bottom + area.height - row * LEADING * size
        if value in place.values:
            bar = (
                f"{area.left:.2f} {top - LEADING * size:.2f} {area.width:.2f} "
                f"{LEADING * size:.2f} re f"
            )
            data.append(f"q {_SELECTED} {bar} Q\n".encode())
        line = set_line(
            text,
            Area(
                left=area.left,
                bottom=top - LEADING * size,
                width=area.width,
                height=LEADING * size,
                size=size,
                quadding=area.quadding,
            ),
            lettering,
        )
        data += [_color(place.style.color, "rg"), line.data]
        fits = fits and (line.fits or value not in place.values)
    named = {value for value, _ in place.options}
    return Setting(data=b"".join(data), fits=fits and all(value in named for value in place.values))


def _untold(place: FieldPlace, setting: Setting) -> Iterator[Loss]:
    absent = sum(len(find_missing_letters(text)) for text in place.displayed)
    if absent:
        letters = "a letter" if absent == 1 else f"{absent} letters"
        yield _loss(
            place,
            f"{letters} of its value no font here has, and empty boxes stand for them",
            "print the file to a new PDF from the program that shows it right",
        )
    if not setting.fits:
        yield _loss(
            place,
            "its value does not fit into its place on the page",
            "print the file to a new PDF",
        )


def _barcode_without_picture(place: FieldPlace) -> list[Loss]:
    is_barcode = Name.PMD in place.widget
    if is_barcode and normal_picture(place.widget) is None and read_text(place.widget.get(Name.V)):
        return [
            _loss(
                place,
                "it is a barcode without a picture, which only the program that made it can draw",
                "open it there and print it to a new PDF, if the barcode matters",
                Severity.WARNING,
            )
        ]
    return []


# --- check boxes and radio buttons ---


def _draw_picked(pdf: Pdf, place: FieldPlace, *, is_asked: bool) -> bool:
    """Make a check box or radio button show its state, by the file's picture of it or by one of
    ours."""
    widget = place.widget
    states = normal_picture(widget)
    if isinstance(states, Stream):  # no picture of states: shown as it is, whatever its state
        return False
    named = [key for key in states.keys() if key != "/Off"] if states is not None else []  # noqa: SIM118 - not a dict
    state = _state(place, named, is_asked=is_asked)
    has_picture = states is not None and isinstance(states.get(state), Stream)
    widget.AS = Name(state)
    is_on = state != "/Off"
    is_bare = states is None and not (place.style.background or place.style.border)
    if has_picture or (not is_on and (states is not None or is_bare)):
        return False
    kept = {key: states[key] for key in states.keys()} if states is not None else {}  # noqa: SIM118 - not a dict
    stream = _stream(pdf, place, _frame(place) + (_sign(place) if is_on else b""), Dictionary())
    widget.AP = Dictionary(N=Dictionary({**kept, state: stream}))
    return True


def _state(place: FieldPlace, named: Collection[str], *, is_asked: bool) -> str:
    """The name of the state a check box is in. Viewers go by /AS; what is to be drawn anew goes
    by the value."""
    raw = place.widget.get(Name.AS)
    standing = str(raw) if isinstance(raw, Name) else ""
    value = f"/{place.values[0]}" if place.values else "/Off"
    if not named:  # the only place of its field, or one that says its state itself
        return standing or (
            value if Name.Parent not in place.widget or Name.T in place.widget else "/Off"
        )
    if standing and not is_asked:
        return standing
    exported = [
        f"/{number}" for number, (text, _) in enumerate(place.options) if text in place.values
    ]
    chosen = [name for name in (value, *exported) if name in named]
    if chosen:
        return chosen[0]
    return standing if standing and (place.kind is Kind.CHECK or not place.values) else "/Off"


def _untold_choice(place: FieldPlace) -> Iterator[Loss]:
    """A place that does not say which choice it stands for."""
    widget = place.widget
    is_bare = normal_picture(widget) is None and Name.T not in widget and Name.Parent in widget
    if (
        is_bare
        and place.values
        and place.values[0] != "Off"
        and str(widget.get(Name.AS, "/Off")) == "/Off"
    ):
        siblings = widget.Parent.get(Name.Kids)
        standing = (
            [kid.get(Name.AS) for kid in siblings if isinstance(kid, Dictionary)]
            if isinstance(siblings, Array)
            else []
        )
        if all(one is None or one == Name.Off for one in standing):
            yield _loss(
                place,
                "its field has a choice, and nothing says which place on the page it is",
                "print the file to a new PDF from the program that shows it right",
            )


def _sign(place: FieldPlace) -> bytes:
    """What ticks a box: a check mark, or the sign of Zapf Dingbats that the field asks for."""
    width, height = place.size
    side = max(2.0, min(width, height) - 2 * _edge(place))
    x, y = (width - side) / 2, (height - side) / 2

    def points(*pairs: tuple[float, float]) -> str:
        path = [
            f"{x + side * a:.3f} {y + side * b:.3f} {'l' if number else 'm'}"
            for number, (a, b) in enumerate(pairs)
        ]
        return " ".join(path)

    sign = place.style.caption or ("l" if place.kind is Kind.RADIO else "4")
    paint = (
        _color(place.style.color, "rg").decode() + " " + _color(place.style.color, "RG").decode()
    )
    shapes = {
        "8": f"{side * 0.1:.3f} w {points((0.2, 0.2), (0.8, 0.8))} "
        f"{points((0.2, 0.8), (0.8, 0.2))} S",
        "l": f"{_circle(x + side / 2, y + side / 2, side * 0.27)} f",
        "u": f"{points((0.5, 0.15), (0.85, 0.5), (0.5, 0.85), (0.15, 0.5))} f",
        "n": f"{points((0.22, 0.22), (0.78, 0.22), (0.78, 0.78), (0.22, 0.78))} f",
        "H": f"{points(*_star())} f",
    }
    tick = f"{side * 0.11:.3f} w 1 J 1 j {points((0.2, 0.5), (0.42, 0.22), (0.82, 0.8))} S"
    return f"q {paint} {shapes.get(sign, tick)} Q\n".encode()


def _star() -> Iterator[tuple[float, float]]:
    for number in range(10):
        angle, reach = math.pi / 2 + number * math.pi / 5, (0.4, 0.16)[number % 2]
        yield 0.5 + reach * math.cos(angle), 0.5 + reach * math.sin(angle)


# --- drawing ---


def _frame(place: FieldPlace) -> bytes:
    """Background and border of a place."""
    style = place.style
    width, height = place.size
    is_round = place.kind is Kind.RADIO and style.caption in ("", "l")
    radius = min(width, height) / 2 - style.border_width / 2
    parts = []
    if style.background:
        shape = (
            _circle(width / 2, height / 2, radius)
            if is_round
            else f"0 0 {width:.3f} {height:.3f} re"
        )
        parts.append(f"q {_color(style.background, 'rg').decode()} {shape} f Q\n")
    if style.border and style.border_width > 0:
        line = style.border_width
        dash = "[3] 0 d " if style.border_style == "/D" else ""
        box = f"{line / 2:.3f} {line / 2:.3f} {width - line:.3f} {height - line:.3f} re"
        if style.border_style == "/U":
            box = f"0 {line / 2:.3f} m {width:.3f} {line / 2:.3f} l"
        shape = _circle(width / 2, height / 2, radius) if is_round else box
        parts.append(
            f"q {_color(style.border, 'RG').decode()} {line:.3f} w {dash}{shape} {_cells(place)}S "
            f"Q\n"
        )
    return "".join(parts).encode()


def _is_comb(place: FieldPlace) -> bool:
    """Whether each letter has a cell of its own."""
    others = Flag.MULTILINE | Flag.PASSWORD | Flag.FILE
    return place.kind is Kind.TEXT and bool(
        place.flags & Flag.COMB and place.maximum and not place.flags & others
    )


def _cells(place: FieldPlace) -> str:
    """Lines between the cells of a comb."""
    width, height = place.size
    count = max(place.maximum or 1, len("".join(place.displayed))) if _is_comb(place) else 1
    return "".join(
        f"{width * n / count:.3f} 0 m {width * n / count:.3f} {height:.3f} l "
        for n in range(1, count)
    )


def _edge(place: FieldPlace) -> float:
    style = place.style
    drawn = style.border_width if style.border else 1.0
    return min(drawn * (2 if style.border_style in ("/B", "/I") else 1), min(place.size) / 4)


def _clipped(place: FieldPlace, data: bytes) -> bytes:
    width, height = place.size
    return f"/Tx BMC q 0 0 {width:.3f} {height:.3f} re W n\n".encode() + data + b"Q EMC\n"


def _circle(x: float, y: float, radius: float) -> str:
    bend = radius * 0.5523
    return (
        f"{x + radius:.3f} {y:.3f} m "
        f"{x + radius:.3f} {y + bend:.3f} {x + bend:.3f} {y + radius:.3f} {x:.3f} "
        f"{y + radius:.3f} c "
        f"{x - bend:.3f} {y + radius:.3f} {x - radius:.3f} {y + bend:.3f} {x - radius:.3f} "
        f"{y:.3f} c "
        f"{x - radius:.3f} {y - bend:.3f} {x - bend:.3f} {y - radius:.3f} {x:.3f} "
        f"{y - radius:.3f} c "
        f"{x + bend:.3f} {y - radius:.3f} {x + radius:.3f} {y - bend:.3f} {x + radius:.3f} "
        f"{y:.3f} c h"
    )


def _color(color: Color, operator: str) -> bytes:
    """Operators that set a color; "rg" fills, "RG" strokes."""
    own = {1: "g", 3: "rg", 4: "k"}[len(color) or 1]
    values = " ".join(f"{value:.4g}" for value in color or (0.0,))
    return f"{values} {own if operator == 'rg' else own.upper()}\n".encode()


def _give_picture(pdf: Pdf, place: FieldPlace, data: bytes, resources: Any) -> None:
    place.widget.AP = Dictionary(N=_stream(pdf, place, data, resources))
    if Name.AS in place.widget:
        del place.widget.AS


def _stream(pdf: Pdf, place: FieldPlace, data: bytes, resources: Any) -> Any:
    """A drawing as large as the place, turned as the field asks (PDF 32000-1, 12.5.5)."""
    width, height = place.size
    matrix = {
        90: [0, 1, -1, 0, height, 0],
        180: [-1, 0, 0, -1, width, height],
        270: [0, -1, 1, 0, 0, width],
    }.get(place.style.turned, [1, 0, 0, 1, 0, 0])
    return pdf.make_stream(
        data,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, round(width, 3), round(height, 3)]),
        Matrix=Array([round(value, 3) for value in matrix]),
        Resources=resources,
    )


def _loss(
    place: FieldPlace, problem: str, remedy: str, severity: Severity = Severity.ERROR
) -> Loss:
    return Loss(
        rule=_RULE,
        severity=severity,
        problem=f"form field {place.index}: {problem}",
        remedy=remedy,
        page=place.page + 1,
    )
