"""Draw every page of a blank filled with invented values that show which field is which.

In: a map, its blank. Out: PNG pictures and a list of the numbers on them, in memory. For a person
who confirms a drafted map: no fact of any case is in them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assembler.forms.answer_fitting import PAD, SIZE, SMALLEST, FieldText
from assembler.forms.form_maps import Field, FormMap, parse_map
from assembler.forms.form_reader import FieldRow, read_fields
from assembler.forms.form_writer import FormWriter
from assembler.forms.map_placing import place_map
from assembler.forms.typeface import Typeface, load_typeface

_SCALE = 2.0  # pixels for each point
_MAPPED, _UNMAPPED, _SIGNED = (200, 0, 0), (120, 120, 120), (0, 90, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedField:
    """A field with the number that stands beside it on the picture."""

    number: int
    field: Field
    label: str  # "Part 2 item 9, Date of birth"
    key: str = ""  # of a box: the answer that ticks it
    is_signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPictures:
    """The pictures by file name, and the list of numbers."""

    files: Mapping[str, bytes]
    listing: str


def draw_map(raw: Mapping[str, Any], blank: Path, font: Path) -> MapPictures:
    """Draw each page of a blank with every mapped field filled, framed and numbered.

    Raises:
        TemplateBroken: the map cannot be read.
        FormUnreadable: the blank is not a PDF form.
    """
    rows = read_fields(blank)
    form = place_map(parse_map(raw, "the map"), rows).form
    known = {row.short for row in rows}
    marked = [mark for mark in list_marked_fields(form) if mark.field.name in known]
    filled = _fill(marked, rows, blank, load_typeface(font))
    unmapped = [row for row in rows if row.short not in {mark.field.name for mark in marked}]
    pictures = _draw_pages(filled, marked, unmapped, font)
    files = {f"page-{number:02}.png": data for number, data in enumerate(pictures, 1)}
    return MapPictures(files=files, listing=_write_listing(raw, marked, unmapped))


def list_marked_fields(form: FormMap) -> tuple[MarkedField, ...]:
    """Return every field of a map with a number, in the order of the map."""
    return tuple(
        replace(marked, number=number) for number, marked in enumerate(_iterate_fields(form), 1)
    )


def _iterate_fields(form: FormMap) -> Iterator[MarkedField]:
    for item in form.items:
        label = f"{item.place}, {item.label}" if item.place != item.label else item.label
        if item.field is not None:
            yield MarkedField(number=0, field=item.field, label=label)
        for key, box in item.boxes:
            yield MarkedField(number=0, field=box, label=label, key=key)
    for place in form.signatures:
        label = f"Part {place.part} item {place.item}, signature of the {place.who}"
        yield MarkedField(number=0, field=place.signature, label=label, is_signed=True)
        if place.date is not None:
            yield MarkedField(number=0, field=place.date, label=f"{label}, date", is_signed=True)
    for block in form.blocks:
        label = f"Additional information {block.item}"
        pairs = (("page", block.page), ("part", block.part), ("item", block.number))
        for name, field in (*pairs, ("text", block.text)):
            yield MarkedField(number=0, field=field, label=f"{label}, {name}")


def _fill(
    marked: Sequence[MarkedField], rows: Sequence[FieldRow], blank: Path, typeface: Typeface
) -> bytes:
    """Return the flattened blank with an invented value in every field that takes one."""
    options = {row.short: row.options for row in rows if row.kind == "choice"}
    texts = [
        _invent_text(mark, options.get(mark.field.name, ()), typeface)
        for mark in marked
        if not mark.key and not mark.is_signed
    ]
    writer = FormWriter(blank, typeface, "".join(sorted({*"".join(t.value for t in texts)})))
    writer.remove_active_content()
    writer.clear_blank_choices()
    for text in texts:
        writer.write_text(text)
    for mark in marked:
        if mark.key and mark.field.on:
            writer.set_box(mark.field, True)
    writer.flatten()
    out = io.BytesIO()
    writer.writer.write(out)
    return out.getvalue()


def _invent_text(marked: MarkedField, options: Sequence[str], typeface: Typeface) -> FieldText:
    """Return a value that names its field as far as there is room; the number is always there."""
    field, number = marked.field, str(marked.number)
    if options:
        choice = next((option for option in options if option.strip()), "")
        return FieldText(field=field, lines=(choice.strip(),), size=8.0, choice=choice)
    words = "".join(c for c in f"{number} {marked.label}" if not typeface.is_missing(c))
    if field.comb and field.max:
        return FieldText(field=field, lines=((number * field.max)[: field.max],), size=SIZE)
    width = field.rect[2] - field.rect[0] - 2 * PAD
    for text in (words, f"{number} {marked.label.rpartition(', ')[2]}", number):
        for size in (SIZE, 8.0, SMALLEST):
            if len(text) <= (field.max or len(text)) and typeface.width(text, size) <= width:
                return FieldText(field=field, lines=(text,), size=size)
    return FieldText(field=field, lines=(number[-(field.max or len(number)) :],), size=SMALLEST)


def _draw_pages(
    filled: bytes, marked: Sequence[MarkedField], unmapped: Sequence[FieldRow], font: Path
) -> Iterator[bytes]:
    """Yield a PNG of each page with frames and numbers over it."""
    import pypdfium2 as pdfium
    from PIL import ImageDraw, ImageFont

    letters = ImageFont.truetype(str(font), 13)
    document = pdfium.PdfDocument(filled)
    try:
        for number in range(1, len(document) + 1):
            page = document[number - 1]
            picture = page.render(scale=_SCALE).to_pil().convert("RGB")
            draw = ImageDraw.Draw(picture)
            height = page.get_height()
            for row in (row for row in unmapped if row.page == number):
                draw.rectangle(_to_pixels(row.rect, height), outline=_UNMAPPED, width=1)
            for mark in (mark for mark in marked if mark.field.page == number):
                color = _SIGNED if mark.is_signed else _MAPPED
                box = _to_pixels(mark.field.rect, height)
                draw.rectangle(box, outline=color, width=2)
                text = f"{mark.number} {mark.key}".strip()
                draw.text((box[0], box[1] - 15), text, fill=color, font=letters)
            out = io.BytesIO()
            picture.save(out, "PNG", optimize=True)
            yield out.getvalue()
    finally:
        document.close()


def _to_pixels(
    rect: tuple[float, float, float, float], height: float
) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = rect
    return x0 * _SCALE, (height - y1) * _SCALE, x1 * _SCALE, (height - y0) * _SCALE


def _write_listing(
    raw: Mapping[str, Any], marked: Sequence[MarkedField], unmapped: Sequence[FieldRow]
) -> str:
    """Return what a person reads beside the pictures: numbers, and what to look at first."""
    draft = raw.get("draft", {})
    title = f"{raw['title']}, edition {raw['edition']}"
    lines = [
        title,
        "Red frames: fields that are filled. Blue: signatures, never filled. Gray: not in the map.",
        "Each number and word on the pictures is invented. Check that it stands where it belongs.",
        "",
    ]
    for name in ("unsure", "lost", "renamed", "moved", "new"):
        if entries := draft.get(name):
            lines += [f"{name.capitalize()}:", *(f"  {entry}" for entry in entries), ""]
    lines += [
        f"{mark.number:>4}  page {mark.field.page}  {mark.label}"
        f"{f' = {mark.key}' if mark.key else ''}  [{mark.field.name}]"
        for mark in marked
    ]
    lines += ["", "Not in the map:"]
    lines += [f"      page {row.page}  {row.short}" for row in unmapped]
    return "\n".join(lines) + "\n"
