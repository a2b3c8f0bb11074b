"""Draw check boxes and radio buttons in the state that their field has."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream

from assembler.evidence.annotations.field_shapes import (
    draw_circle,
    draw_frame,
    find_appearance,
    make_appearance,
    make_field_loss,
    measure_frame,
    set_color,
)
from assembler.evidence.annotations.form_fields import FieldPlace, Kind
from assembler.evidence.losses import Loss


def draw_check_box(pdf: Pdf, place: FieldPlace, *, is_asked: bool) -> bool:
    """Make a check box or radio button show its state, by the file's appearance or one of ours.

    Returns whether it was drawn here.
    """
    widget = place.widget
    states = find_appearance(widget)
    if isinstance(states, Stream):  # one appearance for all states: shown as it is
        return False
    existing = {key: states[key] for key in states.keys()} if states is not None else {}  # noqa: SIM118 - not a dict
    state = _find_state(place, [key for key in existing if key != "/Off"], is_asked=is_asked)
    has_appearance = isinstance(existing.get(state), Stream)
    widget.AS = Name(state)
    is_on = state != "/Off"
    is_bare = states is None and not (place.style.background or place.style.border)
    if has_appearance or (not is_on and (states is not None or is_bare)):
        return False
    data = draw_frame(place) + (_draw_check(place) if is_on else b"")
    stream = make_appearance(pdf, place, data, Dictionary())
    widget.AP = Dictionary(N=Dictionary({**existing, state: stream}))
    return True


def _find_state(place: FieldPlace, names: Collection[str], *, is_asked: bool) -> str:
    """Return the name of a check box's state; `names`: its states with an appearance.

    Viewers use /AS; if new appearances are requested, the value decides.
    """
    raw = place.widget.get(Name.AS)
    current = str(raw) if isinstance(raw, Name) else ""
    value = f"/{place.values[0]}" if place.values else "/Off"
    if not names:
        is_only_widget = Name.Parent not in place.widget or Name.T in place.widget
        return current or (value if is_only_widget else "/Off")
    if current and not is_asked:
        return current
    exported = [
        f"/{number}" for number, (text, _) in enumerate(place.options) if text in place.values
    ]
    chosen = [name for name in (value, *exported) if name in names]
    if chosen:
        return chosen[0]
    return current if current and (place.kind is Kind.CHECK or not place.values) else "/Off"


def list_unknown_choices(place: FieldPlace) -> Iterator[Loss]:
    """Yield a loss for a widget that does not say which choice it stands for."""
    widget = place.widget
    is_bare = find_appearance(widget) is None and Name.T not in widget and Name.Parent in widget
    if (
        is_bare
        and place.values
        and place.values[0] != "Off"
        and str(widget.get(Name.AS, "/Off")) == "/Off"
    ):
        kids = widget.Parent.get(Name.Kids)
        siblings: Any = kids if isinstance(kids, Array) else []
        states = [kid.get(Name.AS) for kid in siblings if isinstance(kid, Dictionary)]
        if all(state is None or state == Name.Off for state in states):
            yield make_field_loss(
                place,
                "its field has a choice, but the file does not say which box on the page it is",
                "print the file to a new PDF from a program that shows it correctly",
            )


def _draw_check(place: FieldPlace) -> bytes:
    """Draw what checks a box: a check mark, or the Zapf Dingbats character that the field names."""
    width, height = place.size
    side = max(2.0, min(width, height) - 2 * measure_frame(place))
    x, y = (width - side) / 2, (height - side) / 2

    def draw_points(*pairs: tuple[float, float]) -> str:
        path = [
            f"{x + side * a:.3f} {y + side * b:.3f} {'l' if number else 'm'}"
            for number, (a, b) in enumerate(pairs)
        ]
        return " ".join(path)

    character = place.style.caption or ("l" if place.kind is Kind.RADIO else "4")
    paint = (
        set_color(place.style.color, "rg").decode()
        + " "
        + set_color(place.style.color, "RG").decode()
    )
    shapes = {
        "8": f"{side * 0.1:.3f} w {draw_points((0.2, 0.2), (0.8, 0.8))} "
        f"{draw_points((0.2, 0.8), (0.8, 0.2))} S",
        "l": f"{draw_circle(x + side / 2, y + side / 2, side * 0.27)} f",
        "u": f"{draw_points((0.5, 0.15), (0.85, 0.5), (0.5, 0.85), (0.15, 0.5))} f",
        "n": f"{draw_points((0.22, 0.22), (0.78, 0.22), (0.78, 0.78), (0.22, 0.78))} f",
        "H": f"{draw_points(*_list_star_points())} f",
    }
    tick = f"{side * 0.11:.3f} w 1 J 1 j {draw_points((0.2, 0.5), (0.42, 0.22), (0.82, 0.8))} S"
    return f"q {paint} {shapes.get(character, tick)} Q\n".encode()


def _list_star_points() -> Iterator[tuple[float, float]]:
    for number in range(10):
        angle, reach = math.pi / 2 + number * math.pi / 5, (0.4, 0.16)[number % 2]
        yield 0.5 + reach * math.cos(angle), 0.5 + reach * math.sin(angle)
