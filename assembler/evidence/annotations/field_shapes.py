"""Draw the parts of a form field's appearance: background, border, comb cells."""

from __future__ import annotations

from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream

from assembler.evidence.annotations.form_fields import Color, FieldPlace, Flag, Kind
from assembler.evidence.losses import Loss, make_loss
from assembler.model import Severity

_RULE = "EVID.FIELD"


def find_appearance(widget: Any) -> Any:
    """Return the normal appearance of an annotation: a stream, a dictionary of states, or None."""
    appearances = widget.get(Name.AP)
    normal = appearances.get(Name.N) if isinstance(appearances, Dictionary) else None
    return normal if isinstance(normal, Stream | Dictionary) else None


def draw_frame(place: FieldPlace) -> bytes:
    """Draw background and border of a field."""
    style = place.style
    width, height = place.size
    is_round = place.kind is Kind.RADIO and style.caption in ("", "l")
    radius = min(width, height) / 2 - style.border_width / 2
    parts = []
    if style.background:
        shape = (
            draw_circle(width / 2, height / 2, radius)
            if is_round
            else f"0 0 {width:.3f} {height:.3f} re"
        )
        parts.append(f"q {set_color(style.background, 'rg').decode()} {shape} f Q\n")
    if style.border and style.border_width > 0:
        line = style.border_width
        dash = "[3] 0 d " if style.border_style == "/D" else ""
        box = f"{line / 2:.3f} {line / 2:.3f} {width - line:.3f} {height - line:.3f} re"
        if style.border_style == "/U":
            box = f"0 {line / 2:.3f} m {width:.3f} {line / 2:.3f} l"
        shape = draw_circle(width / 2, height / 2, radius) if is_round else box
        color = set_color(style.border, "RG").decode()
        parts.append(f"q {color} {line:.3f} w {dash}{shape} {_draw_cell_lines(place)}S Q\n")
    return "".join(parts).encode()


def is_comb(place: FieldPlace) -> bool:
    """Return whether each letter has a cell of its own."""
    excluding = Flag.MULTILINE | Flag.PASSWORD | Flag.FILE
    return place.kind is Kind.TEXT and bool(
        place.flags & Flag.COMB and place.maximum and not place.flags & excluding
    )


def _draw_cell_lines(place: FieldPlace) -> str:
    """Return the lines between the cells of a comb."""
    width, height = place.size
    count = max(place.maximum or 1, len("".join(place.displayed))) if is_comb(place) else 1
    return "".join(
        f"{width * n / count:.3f} 0 m {width * n / count:.3f} {height:.3f} l "
        for n in range(1, count)
    )


def measure_frame(place: FieldPlace) -> float:
    """Return how far the border reaches into the field, in points."""
    style = place.style
    width = style.border_width if style.border else 1.0
    return min(width * (2 if style.border_style in ("/B", "/I") else 1), min(place.size) / 4)


def draw_circle(x: float, y: float, radius: float) -> str:
    """Return a circle as drawing operators."""
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


def set_color(color: Color, operator: str) -> bytes:
    """Return operators that set a color; "rg" fills, "RG" strokes."""
    own = {1: "g", 3: "rg", 4: "k"}[len(color) or 1]
    values = " ".join(f"{value:.4g}" for value in color or (0.0,))
    return f"{values} {own if operator == 'rg' else own.upper()}\n".encode()


def make_appearance(pdf: Pdf, place: FieldPlace, data: bytes, resources: Any) -> Any:
    """Make an appearance as large as the field, rotated as the field requests (PDF 32000-1,
    12.5.5)."""
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


def make_field_loss(
    place: FieldPlace, problem: str, remedy: str, severity: Severity = Severity.ERROR
) -> Loss:
    """Return the loss to report about one field."""
    return make_loss(
        _RULE, f"form field {place.index}: {problem}", remedy, severity, page=place.page + 1
    )
