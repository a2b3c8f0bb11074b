"""Compare a page's own text with the text of its source, with fields and comments flattened."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pypdfium2 import raw

from assembler.model import LedgerEntry
from assembler.pdf.picture_files import PictureFile
from assembler.pdf.source_files import Sources
from assembler.proof import source_fields
from assembler.proof.page_appearance import Box, Glyph, View, read_glyphs, select_glyphs_inside
from assembler.proof.page_characters import keep_letters_and_digits, keep_visible_characters
from assembler.proof.page_frame import flatten_page
from assembler.proof.page_text import read_text

_EDGE = 1.0  # points; a character may be inside a box on one page and beside it on the other
_TICKS = "48lnuH"  # letters that ticks, crosses, circles and boxes read as in ZapfDingbats


def compare_with_source(
    text: str, shown: Any, sources: Sources, entry: LedgerEntry, *, recognized: bool
) -> str:
    """Return what is wrong if a page's own text is not that of its source; "" if it is.

    `shown`: the page with its stamp hidden. Raises NoPages, OSError, PdfiumError or IndexError.
    """
    path, index = entry.client_source.key, entry.client_source.page - 1
    source = sources.open(path)
    if isinstance(source, PictureFile):
        return "" if not keep_letters_and_digits(text) else "has text, but its source is a picture"
    page = source[index]
    with _turned(page, entry.turned):
        original = read_text(page)
    if text == original:
        return ""
    # only letters show where the page's own text ends and the recognized words begin
    comparable: Callable[[str], str] = keep_letters_and_digits if recognized else str
    text, expected = (
        comparable(keep_visible_characters(text)),
        comparable(keep_visible_characters(original)),
    )
    if text == expected:
        return ""
    if raw.FPDFPage_GetAnnotCount(page):
        flattened = [
            comparable(_read_flattened(sources, entry, filled=filled)) for filled in (False, True)
        ]
        if text in flattened:
            return ""
        if recognized:
            extra = Counter(keep_letters_and_digits(text.removeprefix(expected)))
            known_letters = _count_annotation_letters(source, page) + Counter(
                keep_letters_and_digits("".join(flattened))
            )
            known_letters += Counter(
                keep_letters_and_digits(
                    keep_visible_characters(
                        source_fields.read_field_text(*sources.read_file(path), index)
                    )
                )
            )
            same = text.startswith(expected) and not extra - known_letters
        else:
            same = _is_same_outside_fields(shown, sources, entry)
        if same:
            return ""  # the check of the fields decides where in a field its value is
    return "has different text than its source"


def _is_same_outside_fields(shown: Any, sources: Sources, entry: LedgerEntry) -> bool:
    """Return whether a page has the characters of its source, except in fields and marks that we
    drew, in any order.

    A program may draw the pictures of comments in another order than PDFium flattens them.
    """
    path, index = entry.client_source.key, entry.client_source.page - 1
    boxes = source_fields.find_field_boxes(entry, sources)
    view = View(entry, sources.open(path)[index])
    actual = read_glyphs(shown)
    for filled in (False, True):
        with _open_flattened(sources, path, index, filled=filled) as flat:
            expected = read_glyphs(flat, view)
        if not _count_outside(actual, boxes) - _count_outside(expected, boxes, edge=_EDGE) and not (
            _count_outside(expected, boxes) - _count_outside(actual, boxes, edge=_EDGE)
        ):
            return True
    return False


def _count_outside(
    glyphs: Sequence[Glyph], boxes: Sequence[Box], edge: float = 0.0
) -> Counter[str]:
    """Count the characters that are not in these boxes, or not deeper in them than an edge, in
    points."""
    smaller = [
        (left + edge, bottom + edge, right - edge, top - edge) for left, bottom, right, top in boxes
    ]
    ids_inside = {id(glyph) for box in smaller for glyph in select_glyphs_inside(glyphs, box)}
    return Counter(
        character
        for glyph in glyphs
        if id(glyph) not in ids_inside
        for character in keep_visible_characters(glyph.letter)
    )


def _read_flattened(sources: Sources, entry: LedgerEntry, *, filled: bool) -> str:
    """Return the text of a page with its fields and comments flattened, as the bundle has it."""
    path, index = entry.client_source.key, entry.client_source.page - 1
    with _open_flattened(sources, path, index, filled=filled) as page, _turned(page, entry.turned):
        return keep_visible_characters(read_text(page))


@contextmanager
def _turned(page: Any, degrees: int) -> Iterator[None]:
    """Turn a page clockwise for as long as it is read: PDFium finds the order of lines, and the
    spaces between words, as the page is shown."""
    if not degrees:
        yield
        return
    quarter_turns = raw.FPDFPage_GetRotation(page)
    raw.FPDFPage_SetRotation(page, (quarter_turns + degrees // 90) % 4)
    try:
        yield
    finally:
        raw.FPDFPage_SetRotation(page, quarter_turns)


@contextmanager
def _open_flattened(sources: Sources, path: str, index: int, *, filled: bool) -> Iterator[Any]:
    """Open a page with its fields and comments flattened.

    `filled`: with fields as PDFium draws them, else with the file's own pictures.
    """
    document = sources.open_without_forms(path)
    try:
        if filled:
            document.init_forms()
        flatten_page(document[index])
        yield document[index]
    finally:
        document.close()


def _count_annotation_letters(source: Any, page: Any) -> Counter[str]:
    """Count the letters of a page's fields and comments: the values that their pictures may
    print."""
    letters: Counter[str] = Counter()
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        letters += Counter(_TICKS)
        note = raw.FPDFPage_GetAnnot(page, number)
        for key in (b"V", b"Contents", b"DV"):
            letters += Counter(
                keep_letters_and_digits(
                    keep_visible_characters(_read_string(raw.FPDFAnnot_GetStringValue, note, key))
                )
            )
        if source.formenv:
            form = source.formenv.raw
            letters += Counter(
                keep_letters_and_digits(
                    keep_visible_characters(
                        _read_string(raw.FPDFAnnot_GetFormFieldValue, form, note)
                    )
                )
            )
            for option in range(raw.FPDFAnnot_GetOptionCount(form, note)):
                label = _read_string(raw.FPDFAnnot_GetOptionLabel, form, note, option)
                letters += Counter(keep_letters_and_digits(keep_visible_characters(label)))
        raw.FPDFPage_CloseAnnot(note)
    return letters


def _read_string(read_string: Any, *where: Any) -> str:
    """Return a string from PDFium, which is called first for its length."""
    length = read_string(*where, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    read_string(*where, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw[:length].decode("utf-16-le", "replace").rstrip("\0")
