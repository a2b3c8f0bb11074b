"""Read forms: which fields a PDF has, their values, which form and edition it is. Never writes.

In: paths of PDF files. Out: frozen values. Every function is top-level and its results picklable,
so that a worker process can open a stranger's file. Raises FormUnreadable if a file is not a PDF.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from pypdfium2.raw import FORMTYPE_ACRO_FORM

from assembler.errors import ToolFailed
from assembler.forms.form_maps import FormMap, Rect

KNOWN = (
    "i-131",
    "i-134",
    "i-134a",
    "i-765",
    "i-864",
    "i-912",
    "g-28",
    "g-1145",
    "g-1450",
    "g-1650",
    "g-1651",
)
_FOOTER = re.compile(
    r"Form\s+(?P<form>[A-Z]{1,2}-[0-9]{2,4}[A-Z]?)\s+(?:Edition\s+)?(?P<edition>[0-9]{2}/[0-9]{2}/[0-9]{2})"
    r"(?:\s+[A-Z])?(?:\s+Page\s+(?P<page>[0-9]{1,3})\s+of\s+(?P<of>[0-9]{1,3}))?"
)
_PAGE = re.compile(r"Page\s+([0-9]{1,3})\s+of\s+([0-9]{1,3})")
_DEPTH = 30  # no form has a deeper field tree
_COMB, _MULTILINE, _READONLY = 1 << 24, 1 << 12, 1


class FormUnreadable(ToolFailed):
    """The file is not a PDF, or needs a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A terminal field as the file has it, for people and for `propose_map`."""

    name: str  # full name
    kind: str  # "text", "box", "choice", "signature", "button"
    page: int  # from 1; 0 where no page shows it
    rect: Rect
    max: int | None
    comb: bool
    multiline: bool
    readonly: bool
    states: tuple[str, ...]
    options: tuple[str, ...]
    value: str
    tooltip: str

    @property
    def short(self) -> str:
        """Return the name without the root field, as maps have it, whoever the copy belongs to."""
        return self.name.partition(".")[2] or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWord:
    """A word printed on a page, with its box in points from the lower left corner."""

    page: int  # from 1
    text: str
    rect: Rect


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFooter:
    """The footer of a page: form, edition, page number and count; "" and 0 if missing."""

    form: str
    edition: str
    number: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognizedForm:
    """Which form a PDF is. `confidence` 1: fields and text agree with a map; 0.8: text only; 0.5:
    fields only; 0: no form."""

    form: str
    edition: str
    pages: tuple[PageFooter, ...]
    fingerprint: str
    confidence: float
    fillable: bool
    has_text: bool = True
    rows: tuple[FieldRow, ...] = ()  # every field of the file


def read_fields(pdf: Path) -> tuple[FieldRow, ...]:
    """Return every terminal field of a form, in the order of the file. Raises FormUnreadable."""
    with _open_pdf(pdf) as document:
        form = document.Root.get("/AcroForm")
        if form is None or "/Fields" not in form:
            return ()
        pages = {
            widget.objgen: number
            for number, page in enumerate(document.pages, 1)
            for widget in page.get("/Annots", ())
        }
        return tuple(
            _describe_field(field, name, pages) for field, name in _iterate_terminals(form.Fields)
        )


def recognize_form(pdf: Path, maps: Sequence[FormMap] = ()) -> RecognizedForm:
    """Recognize form and edition by page footers and field names. Raises FormUnreadable."""
    rows = read_fields(pdf)
    texts = read_page_texts(pdf)
    footers = tuple(_read_footer(text) for text in texts)
    digest = fingerprint_fields(rows)
    matching = next(
        (form_map for form_map in maps if digest and form_map.fingerprint == digest), None
    )
    votes = Counter((footer.form, footer.edition) for footer in footers if footer.form)
    form, edition = votes.most_common(1)[0][0] if votes else ("", "")
    if matching is not None and not votes:
        form, edition = matching.form, matching.edition
    agree = matching is not None and (matching.form, matching.edition) == (form, edition)
    return RecognizedForm(
        form=form,
        edition=edition,
        pages=footers,
        fingerprint=digest,
        confidence=_estimate_confidence(bool(votes), matching is not None, agree),
        fillable=bool(rows),
        has_text=any(text.strip() for text in texts),
        rows=rows,
    )


def _estimate_confidence(has_text: bool, has_map: bool, agree: bool) -> float:
    if has_text:
        return 1.0 if agree else 0.8
    return 0.5 if has_map else 0.0


def fingerprint_fields(rows: Sequence[FieldRow]) -> str:
    """Return the sha256 of the sorted field names without their root; "" for a file without
    fields."""
    return (
        hashlib.sha256("\n".join(sorted(row.short for row in rows)).encode()).hexdigest()
        if rows
        else ""
    )


def read_page_texts(pdf: Path) -> tuple[str, ...]:
    """Return the text layer of every page. Raises FormUnreadable."""
    with _open_rendered(pdf) as document:
        return tuple(
            document[number].get_textpage().get_text_range() for number in range(len(document))
        )


def read_words(pdf: Path) -> tuple[PageWord, ...]:
    """Return the words of every page with their places. Raises FormUnreadable."""
    with _open_rendered(pdf) as document:
        return tuple(
            PageWord(page=number + 1, text=text, rect=rect)
            for number in range(len(document))
            for text, rect in _split_into_words(document[number].get_textpage())
        )


def read_places(pdf: Path, places: Sequence[tuple[int, Rect]]) -> tuple[str, ...]:
    """Return the characters printed inside each (page from 1, rectangle), without spaces; "" if the
    page is missing."""
    with _open_rendered(pdf) as document:
        pages = sorted({page for page, _ in places if page <= len(document)})
        characters = {page: _read_characters(document[page - 1].get_textpage()) for page in pages}
    return tuple(_select_inside(characters.get(page, ()), rect) for page, rect in places)


# share of dark pixels from which a signature box counts as signed; a thin pen stroke is about 0.01
SIGNED_INK = 0.004


def measure_ink(pdf: Path, places: Sequence[tuple[int, Rect]]) -> tuple[float, ...]:
    """Return the share of dark pixels, 0 to 1, inside each (page from 1, rectangle in points)
    without its border."""
    with _open_rendered(pdf) as document:
        # hybrid forms (AcroForm and XFA) are drawn by their AcroForm side anyway
        if document.get_formtype() == FORMTYPE_ACRO_FORM:
            document.init_forms()
        return tuple(
            _measure_box_ink(document, page, rect) if page <= len(document) else 0.0
            for page, rect in places
        )


def _open_pdf(pdf: Path) -> pikepdf.Pdf:
    try:
        return pikepdf.open(pdf)
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise _make_error(pdf) from error


class _Rendered:
    """A PDFium document that closes itself."""

    def __init__(self, document: pdfium.PdfDocument) -> None:
        self.document = document

    def __enter__(self) -> pdfium.PdfDocument:
        return self.document

    def __exit__(self, *_: object) -> None:
        self.document.close()


def _open_rendered(pdf: Path) -> _Rendered:
    try:
        document = pdfium.PdfDocument(pdf)
    except pdfium.PdfiumError as error:
        raise _make_error(pdf) from error
    return _Rendered(document)


def _make_error(pdf: Path) -> FormUnreadable:
    return FormUnreadable(
        "not a PDF that opens without a password",
        where=pdf.name,
        remedy="download the form again from uscis.gov",
    )


def _iterate_terminals(kids: Any, name: str = "", depth: int = 0) -> Iterator[tuple[Any, str]]:
    """Return the fields that hold a value: those without a child that has a name of its own."""
    for field in kids if depth < _DEPTH else ():
        own = str(field["/T"]) if "/T" in field else ""
        full = ".".join(part for part in (name, own) if part)
        named = [kid for kid in field.get("/Kids", ()) if "/T" in kid]
        if named:
            yield from _iterate_terminals(named, full, depth + 1)
        else:
            yield field, full


def _describe_field(field: Any, name: str, pages: dict[tuple[int, int], int]) -> FieldRow:
    widgets = list(field.get("/Kids", ())) or [field]
    first = widgets[0]
    flags = int(_find_inherited(field, "/Ff", 0))
    states = sorted(
        {
            str(key)[1:]
            for widget in widgets
            for key in _list_appearances(widget)
            if str(key) != "/Off"
        }
    )
    x0, y0, x1, y1 = (float(value) for value in first.get("/Rect", (0, 0, 0, 0)))
    limit = _find_inherited(field, "/MaxLen", None)
    return FieldRow(
        name=name,
        kind=_classify_field(str(_find_inherited(field, "/FT", "")), flags),
        page=pages.get(first.objgen, 0),
        rect=(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)),
        max=int(limit) if limit is not None else None,
        comb=bool(flags & _COMB),
        multiline=bool(flags & _MULTILINE),
        readonly=bool(flags & _READONLY),
        states=tuple(states),
        options=tuple(_read_option(option) for option in _find_inherited(field, "/Opt", ())),
        value=_read_text(_find_inherited(field, "/V", "")),
        tooltip=_read_text(field.get("/TU", "")),
    )


def _classify_field(kind: str, flags: int) -> str:
    if kind == "/Btn":
        return "button" if flags & (1 << 16) else "box"
    return {"/Tx": "text", "/Ch": "choice", "/Sig": "signature"}.get(kind, "text")


def _find_inherited(field: Any, key: str, default: Any) -> Any:
    at, steps = field, 0
    while at is not None and steps < _DEPTH:
        if key in at:
            return at[key]
        at, steps = at.get("/Parent"), steps + 1
    return default


def _list_appearances(widget: Any) -> list[str]:
    normal = widget["/AP"].get("/N") if "/AP" in widget else None
    return (
        list(normal.keys())
        if isinstance(normal, pikepdf.Dictionary) and not isinstance(normal, pikepdf.Stream)
        else []
    )


def _read_option(option: Any) -> str:
    return str(option[0]) if isinstance(option, pikepdf.Array) else str(option)


def _read_text(value: Any) -> str:
    """Return a field's value; a name (the state of a box) without its slash."""
    if isinstance(value, pikepdf.Name):
        return str(value)[1:]
    if isinstance(value, pikepdf.Stream):
        return value.read_bytes().decode("latin-1")
    return str(value)


def _read_footer(text: str) -> PageFooter:
    """Return the last text on a page that looks like a footer: instructions on a page name other
    forms."""
    footers = [footer for footer in _FOOTER.finditer(text) if footer["form"].lower() in KNOWN]
    numbers = _PAGE.findall(text)
    if not footers:
        return PageFooter(form="", edition="", number=0, of=0)
    number, of = (int(value) for value in numbers[-1]) if numbers else (0, 0)
    return PageFooter(
        form=footers[-1]["form"].lower(), edition=footers[-1]["edition"], number=number, of=of
    )


def _read_characters(layer: Any) -> tuple[tuple[str, float, float], ...]:
    """Return every visible character with the middle of its box: labels touch the boxes below
    them."""
    text = layer.get_text_range()
    # a surrogate pair, or a character PDFium adds: ask for each character
    if len(text) != layer.count_chars():
        text = "".join(
            layer.get_text_range(index, 1)[:1] or " " for index in range(layer.count_chars())
        )
    boxes = (
        (character, layer.get_charbox(index))
        for index, character in enumerate(text)
        if not character.isspace()
    )
    return tuple(
        (character, (left + right) / 2, (bottom + top) / 2)
        for character, (left, bottom, right, top) in boxes
    )


def _split_into_words(layer: Any) -> Iterator[tuple[str, Rect]]:
    """Yield the words of a page: characters without a space or a gap between them."""
    letters: list[str] = []
    box: Rect | None = None
    for index in range(layer.count_chars()):
        character = layer.get_text_range(index, 1)[:1]
        left, bottom, right, top = layer.get_charbox(index)
        is_space = not character.strip()
        if letters and box and (is_space or left - box[2] > 2 or abs(bottom - box[1]) > 6):
            yield "".join(letters), box
            letters, box = [], None
        if not is_space:
            letters.append(character)
            x0, y0, x1, y1 = box or (left, bottom, right, top)
            box = (min(x0, left), min(y0, bottom), max(x1, right), max(y1, top))
    if letters and box:
        yield "".join(letters), box


def _select_inside(characters: Sequence[tuple[str, float, float]], rect: Rect) -> str:
    x0, y0, x1, y1 = rect
    return "".join(character for character, x, y in characters if x0 <= x <= x1 and y0 <= y <= y1)


def _measure_box_ink(document: pdfium.PdfDocument, page: int, rect: Rect) -> float:
    import numpy

    scale, inset = 2.0, 2.0
    sheet = document[page - 1]
    width, height = sheet.get_size()
    x0, y0, x1, y1 = rect
    crop = (x0 + inset, y0 + inset, max(0.0, width - x1 + inset), max(0.0, height - y1 + inset))
    picture = sheet.render(scale=scale, crop=crop, grayscale=True, may_draw_forms=True).to_numpy()
    return float(numpy.mean(picture < 128))
