"""Read the form fields and marks of a page of a client's file: where they are, what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, StreamObject

from assembler.model import LedgerEntry
from assembler.pdf.recovery import open_document
from assembler.pdf.source_files import Sources
from assembler.proof import mark_check as marks
from assembler.proof.page_appearance import EDGE, Box, View
from assembler.proof.pypdf_values import (
    is_hidden_by_flags,
    read_integer,
    read_rectangle,
    read_text_value,
    remove_blanks,
    resolve_reference,
)

_MAX_PARENTS = 32  # parents of a field
_PASSWORD, _PUSH, _COMBO = 1 << 13, 1 << 16, 1 << 17
READ_ERRORS = (
    PyPdfError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    OSError,
    IndexError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceField:
    """A field on a page of the client's file. `rect`: in the page's own coordinates."""

    index: int  # among the fields of its page, from 1
    rect: Box
    texts: tuple[str, ...]  # what a reader must see there
    is_button: bool  # a check box or radio button
    is_list: bool
    is_left_alone: bool  # hidden, push button, signature or barcode: shown as the file has it
    is_on: bool | None  # whether a button is checked; None where the file contradicts itself
    has_frame: bool  # a background or border of its own, or cells
    has_picture: bool  # in the file
    is_in_part: bool = False  # an accepted finding says that not all of its value is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFields:
    """The fields and marks of a page of the client's file that are checked here."""

    places: tuple[SourceField, ...]
    marks: tuple[marks.Mark, ...]


def read_page(data: bytes, password: str, page: int) -> PageFields:
    """Return the fields of a page (from 0) of a file, and its marks without a picture.

    Raises what pypdf raises.
    """
    reader = _open_reader(data, password)
    form = resolve_reference(reader.root_object.get("/AcroForm")) or {}
    needs_appearances = bool(form.get("/NeedAppearances"))
    content = reader.pages[page]
    return PageFields(
        places=tuple(_list_fields(content, is_asked=needs_appearances)),
        marks=tuple(marks.find_marks_without_picture(content)),
    )


def read_field_text(data: bytes, password: str, page: int) -> str:
    """Return all text that fields and marks of a page may show, the name of a stamp in capitals
    too; "" if it cannot be read."""
    try:
        content = read_page(data, password, page)
    except READ_ERRORS:
        return ""
    texts = [text for place in content.places for text in place.texts]
    return "".join([*texts, *(mark.text + mark.text.upper() for mark in content.marks)])


def find_field_boxes(entry: LedgerEntry, sources: Sources) -> tuple[Box, ...]:
    """Return where the fields of a source page are on the bundle's page as shown, in points from
    its lower left corner.

    Only for a page on which some were drawn. Only `check_pages` judges what is in these boxes.
    """
    if not entry.is_redrawn:
        return ()
    path, number = entry.client_source.key, entry.client_source.page - 1
    view = View(entry, sources.open(path)[number])
    try:
        content = read_page(*sources.read_file(path), number)
    except READ_ERRORS:
        return ()  # `check_pages` reports it
    boxes = [widen_box(place.rect) for place in content.places] + [
        area for mark in content.marks for area in mark.areas
    ]
    return tuple(view.locate_box(box) for box in boxes)


def find_empty_fields(entry: LedgerEntry, sources: Sources) -> tuple[Box, ...]:
    """Return where a source page has empty fields, in its own coordinates; () if they cannot be
    read."""
    try:
        content = read_page(
            *sources.read_file(entry.client_source.key), entry.client_source.page - 1
        )
    except READ_ERRORS:
        return ()
    return tuple(
        place.rect
        for place in content.places
        if not place.texts
        and not place.is_left_alone
        and (not place.is_button or place.is_on is False)
    )


@lru_cache(maxsize=1)
def _open_reader(data: bytes, password: str) -> PdfReader:
    """Open a file for pypdf; one that pypdf cannot open is rewritten by PDFium first."""
    try:
        return PdfReader(BytesIO(data), password=password or None)
    except READ_ERRORS:
        source, _ = open_document(data, password)
        try:
            rewritten = BytesIO()
            source.save(rewritten)
        finally:
            source.close()
        return PdfReader(rewritten)


def _list_fields(page: Any, *, is_asked: bool) -> Iterator[SourceField]:
    index = 0
    for reference in resolve_reference(page.get("/Annots")) or ():
        note = resolve_reference(reference)
        if not isinstance(note, dict) or note.get("/Subtype") != "/Widget":
            continue
        index += 1
        rect = read_rectangle(note.get("/Rect"))
        bits, kind = read_integer(_read_inherited(note, "/Ff")), _read_inherited(note, "/FT")
        if rect is None:
            continue
        is_left_alone = bool(
            is_hidden_by_flags(note) or "/PMD" in note or kind not in ("/Tx", "/Ch", "/Btn")
        )
        is_left_alone = is_left_alone or bool(kind == "/Btn" and bits & _PUSH)
        style = resolve_reference(note.get("/MK")) or {}
        normal = resolve_reference((resolve_reference(note.get("/AP")) or {}).get("/N"))
        is_button = kind == "/Btn"
        yield SourceField(
            index=index,
            rect=rect,
            texts=() if is_button or is_left_alone else tuple(_list_shown_texts(note, kind, bits)),
            is_button=is_button,
            is_left_alone=is_left_alone,
            is_list=kind == "/Ch" and not bits & _COMBO,
            is_on=_is_on(note, normal, is_asked=is_asked) if is_button else None,
            has_frame="/BG" in style or "/BC" in style or kind == "/Ch",
            has_picture=normal is not None,
        )


def _list_shown_texts(note: Any, kind: str, bits: int) -> Iterator[str]:
    """Yield the texts that show a field's value: the labels of chosen options, asterisks for a
    password."""
    value = _read_inherited(note, "/V")
    if kind == "/Tx":
        text = read_text_value(value)
        if value is None and (rich := read_text_value(_read_inherited(note, "/RV"))):
            text = re.sub(r"<[^>]*>", "", rich)
        if remove_blanks(text):
            yield "*" * len(text) if bits & _PASSWORD else text
        return
    options = [
        _read_option(resolve_reference(option))
        for option in resolve_reference(_read_inherited(note, "/Opt")) or ()
    ]
    if value is None and not bits & _COMBO:
        chosen = [
            read_integer(index) for index in resolve_reference(_read_inherited(note, "/I")) or ()
        ]
        yield from (options[place][1] for place in chosen if 0 <= place < len(options))
        return
    for choice in value if isinstance(value, ArrayObject) else [value]:
        text = read_text_value(resolve_reference(choice))
        if remove_blanks(text):
            yield dict(options).get(text, text)


def _read_option(option: Any) -> tuple[str, str]:
    if isinstance(option, ArrayObject) and option:
        return read_text_value(resolve_reference(option[0])), read_text_value(
            resolve_reference(option[-1])
        )
    return read_text_value(option), read_text_value(option)


def _is_on(note: Any, normal: Any, *, is_asked: bool) -> bool | None:
    """Return whether a box is checked; None where the file contradicts itself."""
    state, value = read_text_value(note.get("/AS")), read_text_value(_read_inherited(note, "/V"))
    if isinstance(normal, StreamObject):
        return None
    on_states = (
        [str(name)[1:] for name in normal if name != "/Off"] if isinstance(normal, dict) else []
    )
    is_on_by_value = value in on_states if on_states else value not in ("", "Off")
    is_on_by_state = state not in ("", "Off")
    if not state:
        return is_on_by_value if on_states or "/Parent" not in note or "/T" in note else False
    if is_on_by_value == is_on_by_state or not is_asked:
        return is_on_by_state
    return None


def _read_inherited(note: Any, key: str) -> Any:
    node, steps = note, 0
    while isinstance(node, dict) and steps < _MAX_PARENTS:
        if key in node:
            return resolve_reference(node[key])
        node, steps = resolve_reference(node.get("/Parent")), steps + 1
    return None


def widen_box(box: Box) -> Box:
    return box[0] - EDGE, box[1] - EDGE, box[2] + EDGE, box[3] + EDGE
