"""Draw form fields whose file has no appearance, or none that shows their value, with our letters.

The file's own appearance is kept if it shows the value. What cannot be drawn completely is reported
with its page and field, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pikepdf import Dictionary, Name, Pdf, Stream

from assembler.evidence.annotations.check_boxes import draw_check_box, list_unknown_choices
from assembler.evidence.annotations.field_pictures import Picture, Showing, classify_pictures
from assembler.evidence.annotations.field_shapes import (
    draw_frame,
    find_appearance,
    is_comb,
    make_appearance,
    make_field_loss,
    measure_frame,
    set_color,
)
from assembler.evidence.annotations.form_fields import (
    FieldPlace,
    Flag,
    Kind,
    list_field_places,
    read_text,
)
from assembler.evidence.annotations.lettering import (
    Lettering,
    find_missing_letters,
    make_font_resource,
)
from assembler.evidence.annotations.text_box import (
    LEADING,
    Area,
    Setting,
    set_beginning,
    set_block,
    set_comb,
    set_line,
)
from assembler.evidence.losses import Loss
from assembler.model import Severity

_SMALL_PRINT = 3.0  # points; letters of a list that are smaller cannot be read
_SELECTED = "0.6 0.75686 0.8549 rg"  # background that viewers give the chosen lines of a list
_CHECK_BOXES = (Kind.CHECK, Kind.RADIO)
_UNLIKE = (Showing.OTHER, Showing.PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFields:
    """Pages (from 0) on which fields were drawn, and the losses to report."""

    pages: frozenset[int]
    losses: tuple[Loss, ...]


def draw_fields(pdf: Pdf) -> DrawnFields:
    """Give each visible form field an appearance of its value."""
    form = pdf.Root.get(Name.AcroForm)
    is_asked = isinstance(form, Dictionary) and form.get(Name.NeedAppearances, False) is True
    places = list(list_field_places(pdf))
    lettering = Lettering(pdf)
    showings = _classify_appearances(places)
    pages: set[int] = set()
    losses: list[Loss] = []
    for index, place in enumerate(places):
        if place.kind in _CHECK_BOXES:
            is_drawn = draw_check_box(pdf, place, is_asked=is_asked)
            losses += list_unknown_choices(place)
        else:
            showing = showings.get(index, Showing.NOTHING)
            is_drawn, place_losses = _draw_value(pdf, place, showing, lettering, is_asked=is_asked)
            losses += place_losses
        if is_drawn:
            pages.add(place.page)
    lettering.finish()
    if isinstance(form, Dictionary) and Name.NeedAppearances in form:
        del form.NeedAppearances  # with it, fields are not flattened into the page
    return DrawnFields(pages=frozenset(pages), losses=tuple(losses))


def _classify_appearances(places: Sequence[FieldPlace]) -> dict[int, Showing]:
    """Return what the file's appearances of texts and lists show, by index of the field place."""
    pictures = {
        index: Picture(stream=stream, texts=place.displayed, is_part=place.kind is Kind.LIST)
        for index, place in enumerate(places)
        if place.kind in (Kind.TEXT, Kind.COMBO, Kind.LIST)
        and isinstance(stream := find_appearance(place.widget), Stream)
    }
    return dict(zip(pictures, classify_pictures(list(pictures.values())), strict=True))


def _draw_value(
    pdf: Pdf, place: FieldPlace, showing: Showing, lettering: Lettering, *, is_asked: bool
) -> tuple[bool, list[Loss]]:
    """Draw a text, a list or a frame if the file's appearance is missing or stale.

    Returns whether anything was drawn, and the losses to report.
    """
    if place.kind is Kind.OTHER:
        return False, _report_missing_barcode(place)
    has_appearance = isinstance(find_appearance(place.widget), Stream)
    is_empty = not any(text.strip() for text in place.displayed)
    if has_appearance and not _is_stale(place, showing, is_empty=is_empty, is_asked=is_asked):
        return False, []
    has_frame = place.style.background or place.style.border or place.kind is Kind.LIST
    if not has_appearance and is_empty and not has_frame:
        return False, []
    setting = _set_value(place, lettering)
    if showing is Showing.PART and not setting.fits:
        return False, [_report_partial_value(place)]
    data = draw_frame(place) + _clip_drawing(place, setting.data)
    _add_appearance(pdf, place, data, make_font_resource(lettering))
    losses = list(_list_losses(place, setting))
    if has_appearance and showing in _UNLIKE and not is_asked:
        losses.append(
            make_field_loss(
                place,
                "its picture does not show its value; the value was drawn instead",
                "compare it with what the client sees",
                Severity.WARNING,
            )
        )
    return True, losses


def _is_stale(place: FieldPlace, showing: Showing, *, is_empty: bool, is_asked: bool) -> bool:
    """Return whether the file's own appearance must not be used."""
    if is_empty:
        return is_asked and showing in _UNLIKE and not place.is_formatted
    if showing in _UNLIKE:
        return not (place.is_formatted or place.flags & Flag.PASSWORD)
    return showing is Showing.NOTHING


def _set_value(place: FieldPlace, lettering: Lettering) -> Setting:
    width, height = place.size
    inset = measure_frame(place)
    area = Area(
        left=inset + 1,
        bottom=inset,
        width=max(1.0, width - 2 * inset - 2),
        height=max(1.0, height - 2 * inset),
        size=place.style.size,
        quadding=place.style.quadding,
    )
    if place.kind is Kind.LIST:
        return _set_list(place, area, lettering)
    text = "\n".join(place.displayed)
    if text and is_comb(place):
        cells = replace(area, left=0, width=width)
        setting = set_comb(text, cells, place.maximum or 1, lettering)
    elif text and place.kind is Kind.TEXT and place.flags & Flag.MULTILINE:
        setting = _set_as_fits(set_block, text, area, lettering)
    else:
        setting = _set_as_fits(set_line, text, area, lettering)
    color = set_color(place.style.color, "rg")
    return Setting(data=color + setting.data, fits=setting.fits)


def _set_as_fits(
    set_text: Callable[[str, Area, Lettering], Setting], text: str, area: Area, lettering: Lettering
) -> Setting:
    """Draw a text, or the letters of its beginning that fit: a letter that is cut in half could be
    read as another."""
    setting = set_text(text, area, lettering)
    if setting.fits:
        return setting
    return set_beginning(lambda beginning: set_text(beginning, area, lettering), text)


def _set_list(place: FieldPlace, area: Area, lettering: Lettering) -> Setting:
    """Set the options of a list from the first visible one, small enough that all chosen ones are
    visible."""
    chosen = [number for number, (value, _) in enumerate(place.options) if value in place.values]
    size = min(place.style.size or 12.0, area.height / LEADING)
    rows = max(1, int(area.height / (LEADING * size) + 0.01))
    first = min(place.first, max(0, len(place.options) - 1))
    if chosen and not all(first <= number < first + rows for number in chosen):
        first = min(chosen)
        rows = max(rows, max(chosen) - first + 1)
        size = min(size, area.height / (rows * LEADING))
    data, fits = [], size >= _SMALL_PRINT
    for row, (value, text) in enumerate(place.options[first : first + rows]):
        top = area.bottom + area.height - row * LEADING * size
        if value in place.values:
            bar = (
                f"{area.left:.2f} {top - LEADING * size:.2f} {area.width:.2f} "
                f"{LEADING * size:.2f} re f"
            )
            data.append(f"q {_SELECTED} {bar} Q\n".encode())
        row_area = replace(area, bottom=top - LEADING * size, height=LEADING * size, size=size)
        line = set_line(text, row_area, lettering)
        if not line.fits and size >= _SMALL_PRINT:
            line = _set_as_fits(set_line, text, row_area, lettering)
        data += [set_color(place.style.color, "rg"), line.data]
        fits = fits and (line.fits or value not in place.values)
    exported = {value for value, _ in place.options}
    fits = fits and all(value in exported for value in place.values)
    return Setting(data=b"".join(data), fits=fits)


def _list_losses(place: FieldPlace, setting: Setting) -> Iterator[Loss]:
    absent = sum(len(find_missing_letters(text)) for text in place.displayed)
    if absent:
        letters = "a letter" if absent == 1 else f"{absent} letters"
        yield make_field_loss(
            place,
            f"{letters} of its value are in no available font and show as empty boxes",
            "print the file to a new PDF from a program that shows it correctly",
        )
    if not setting.fits:
        yield make_field_loss(
            place,
            "its value does not fit into the field, which shows only the beginning",
            "print the file to a new PDF",
        )


def _report_partial_value(place: FieldPlace) -> Loss:
    return make_field_loss(
        place,
        "its value does not fit into the field, which shows only part of it, as in the file",
        "print the whole value as a separate page from the program that has it",
    )


def _report_missing_barcode(place: FieldPlace) -> list[Loss]:
    is_barcode = Name.PMD in place.widget
    if is_barcode and find_appearance(place.widget) is None and read_text(place.widget.get(Name.V)):
        return [
            make_field_loss(
                place,
                "it is a barcode without a picture, which only the program that made it can draw",
                "if the barcode matters, open the file in that program and print it to a new PDF",
                Severity.WARNING,
            )
        ]
    return []


def _clip_drawing(place: FieldPlace, data: bytes) -> bytes:
    width, height = place.size
    return f"/Tx BMC q 0 0 {width:.3f} {height:.3f} re W n\n".encode() + data + b"Q EMC\n"


def _add_appearance(pdf: Pdf, place: FieldPlace, data: bytes, resources: Any) -> None:
    place.widget.AP = Dictionary(N=make_appearance(pdf, place, data, resources))
    if Name.AS in place.widget:
        del place.widget.AS
