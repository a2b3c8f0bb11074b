"""Check values of form fields: what the client's file holds, read by pypdf, against what the
bundle's page shows.

A page on which values had to be drawn cannot be compared with its source in those places, since
every program draws a value in its own style. Each field is read instead: it must have exactly the
letters of its value (and of the page below it), each with ink and none cut off; a checked box must
be checked, and nothing else may have changed there. Where the file's own picture of a field was
kept, its pixels may be compared instead. Shares no code with what draws the values.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, StreamObject
from pypdfium2 import raw

from assembler.model import Check, LedgerEntry, Volume
from assembler.pdf import stamp_area
from assembler.pdf.recovery import open_document
from assembler.pdf.source_files import Sources
from assembler.pdf.streaming import StreamedPages
from assembler.proof import mark_check as marks
from assembler.proof.page_frame import flatten_page
from assembler.proof.page_view import (
    EDGE,
    Box,
    Glyph,
    Looks,
    View,
    beside_stamp,
    glyphs_of,
    inside,
    is_near,
    overlap,
)
from assembler.proof.pypdf_values import flags_hide, integer_of, plain, rect_of, squeezed, text_of
from assembler.runtime.passwords import read_passwords
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_MAX_PARENTS = 32  # parents of a field
_PASSWORD, _PUSH, _COMBO = 1 << 13, 1 << 16, 1 << 17
_FAILS = (
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
class Place:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Pages of one file of a bundle on which values were drawn, all from one source."""

    bundle: Path
    first: int  # number of the file's first page
    entries: tuple[LedgerEntry, ...]
    case_folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The result of one page: how many fields and marks were checked, and what is wrong with
    them."""

    number: int
    fields: int
    marks: int = 0
    faults: tuple[str, ...] = ()


def checks(
    build: Path,
    ledger: Sequence[LedgerEntry],
    parts: Sequence[Volume],
    case_folder: Path | None,
    workshop: Workshop,
) -> Iterator[Check]:
    """Check the values of all pages on which some were drawn, one check for each exhibit."""
    jobs = [job for part in parts for job in _jobs(build, part, ledger, case_folder)]
    results: dict[int, Read] = {}
    for job, result in zip(jobs, workshop.map(look, jobs), strict=True):
        pages = _failed_pages(job, result) if isinstance(result, Failure) else result
        results |= {page.number: page for page in pages}
    entries = [entry for entry in ledger if entry.number in results]
    for name, group in groupby(entries, key=lambda entry: entry.group):
        pages = tuple(results[entry.number] for entry in group)
        wrong = [page for page in pages if page.faults]
        detail = f"{sum(page.fields for page in pages)} form fields show what they hold"
        if count := sum(page.marks for page in pages):
            detail += f", {count} marks are seen"
        if wrong:
            detail = "; ".join(f"page {page.number}: {page.faults[0]}" for page in wrong[:5])
        yield Check(
            name="fields",
            ok=not wrong,
            detail=detail,
            exhibit=name,
            page=wrong[0].number if wrong else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPage:
    """The fields and marks of a page of the client's file that are checked here."""

    places: tuple[Place, ...]
    marks: tuple[marks.Mark, ...]


def read_page(data: bytes, password: str, page: int) -> OnPage:
    """Return the fields of a page (from 0) of a file, and its marks without a picture.

    Raises what pypdf raises.
    """
    reader = _open_reader(data, password)
    form = plain(reader.root_object.get("/AcroForm")) or {}
    needs_appearances = bool(form.get("/NeedAppearances"))
    content = reader.pages[page]
    return OnPage(
        places=tuple(_places(content, is_asked=needs_appearances)),
        marks=tuple(marks.marks_of(content)),
    )


def text_on(data: bytes, password: str, page: int) -> str:
    """Return all text that fields and marks of a page may show, the name of a stamp in capitals
    too; "" if it cannot be read."""
    try:
        content = read_page(data, password, page)
    except _FAILS:
        return ""
    texts = [text for place in content.places for text in place.texts]
    return "".join([*texts, *(mark.text + mark.text.upper() for mark in content.marks)])


def boxes_on(entry: LedgerEntry, sources: Sources) -> tuple[Box, ...]:
    """Return where the fields of a source page are on the bundle's page as shown, in points from
    its lower left corner.

    Only for a page on which some were drawn. Only `look` judges what is in these boxes.
    """
    if not entry.is_redrawn:
        return ()
    path, number = entry.client_source.path, entry.client_source.page - 1
    view = View(entry, sources.open(path)[number])
    try:
        content = read_page(*sources.read_file(path), number)
    except _FAILS:
        return ()  # `look` reports it
    boxes = [_widened(place.rect) for place in content.places] + [
        area for mark in content.marks for area in mark.areas
    ]
    return tuple(view.seen(box) for box in boxes)


def blank_places(entry: LedgerEntry, sources: Sources) -> tuple[Box, ...]:
    """Return where a source page has empty fields, in its own coordinates; () if they cannot be
    read."""
    try:
        content = read_page(
            *sources.read_file(entry.client_source.path), entry.client_source.page - 1
        )
    except _FAILS:
        return ()
    return tuple(
        place.rect
        for place in content.places
        if not place.texts
        and not place.is_left_alone
        and (not place.is_button or place.is_on is False)
    )


def look(job: Job) -> tuple[Read, ...]:
    """Check every page of the job, in a worker."""
    path = job.entries[0].client_source.path
    file = (job.case_folder / path).read_bytes(), read_passwords(job.case_folder).of(path)
    with StreamedPages(job.bundle) as book:
        return tuple(_read_page(book, job, entry, file) for entry in job.entries)


@lru_cache(maxsize=1)
def _open_reader(data: bytes, password: str) -> PdfReader:
    """Open a file for pypdf; one that pypdf cannot open is rewritten by PDFium first."""
    try:
        return PdfReader(BytesIO(data), password=password or None)
    except _FAILS:
        source, _ = open_document(data, password)
        try:
            rewritten = BytesIO()
            source.save(rewritten)
        finally:
            source.close()
        return PdfReader(rewritten)


# --- values in the file ---


def _places(page: Any, *, is_asked: bool) -> Iterator[Place]:
    index = 0
    for reference in plain(page.get("/Annots")) or ():
        note = plain(reference)
        if not isinstance(note, dict) or note.get("/Subtype") != "/Widget":
            continue
        index += 1
        rect = rect_of(note.get("/Rect"))
        bits, kind = integer_of(_inherited(note, "/Ff")), _inherited(note, "/FT")
        if rect is None:
            continue
        is_left_alone = bool(
            flags_hide(note) or "/PMD" in note or kind not in ("/Tx", "/Ch", "/Btn")
        )
        is_left_alone = is_left_alone or bool(kind == "/Btn" and bits & _PUSH)
        style = plain(note.get("/MK")) or {}
        normal = plain((plain(note.get("/AP")) or {}).get("/N"))
        is_button = kind == "/Btn"
        yield Place(
            index=index,
            rect=rect,
            texts=() if is_button or is_left_alone else tuple(_texts(note, kind, bits)),
            is_button=is_button,
            is_left_alone=is_left_alone,
            is_list=kind == "/Ch" and not bits & _COMBO,
            is_on=_is_on(note, normal, is_asked=is_asked) if is_button else None,
            has_frame="/BG" in style or "/BC" in style or kind == "/Ch",
            has_picture=normal is not None,
        )


def _texts(note: Any, kind: str, bits: int) -> Iterator[str]:
    """Yield the texts that show a field's value: the labels of chosen options, asterisks for a
    password."""
    value = _inherited(note, "/V")
    if kind == "/Tx":
        text = text_of(value)
        if value is None and (rich := text_of(_inherited(note, "/RV"))):
            text = re.sub(r"<[^>]*>", "", rich)
        if squeezed(text):
            yield "*" * len(text) if bits & _PASSWORD else text
        return
    options = [_option(plain(option)) for option in plain(_inherited(note, "/Opt")) or ()]
    if value is None and not bits & _COMBO:
        chosen = [integer_of(index) for index in plain(_inherited(note, "/I")) or ()]
        yield from (options[place][1] for place in chosen if 0 <= place < len(options))
        return
    for choice in value if isinstance(value, ArrayObject) else [value]:
        text = text_of(plain(choice))
        if squeezed(text):
            yield dict(options).get(text, text)


def _option(option: Any) -> tuple[str, str]:
    if isinstance(option, ArrayObject) and option:
        return text_of(plain(option[0])), text_of(plain(option[-1]))
    return text_of(option), text_of(option)


def _is_on(note: Any, normal: Any, *, is_asked: bool) -> bool | None:
    """Return whether a box is checked; None where the file contradicts itself."""
    state, value = text_of(note.get("/AS")), text_of(_inherited(note, "/V"))
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


def _inherited(note: Any, key: str) -> Any:
    node, steps = note, 0
    while isinstance(node, dict) and steps < _MAX_PARENTS:
        if key in node:
            return plain(node[key])
        node, steps = plain(node.get("/Parent")), steps + 1
    return None


# --- values on the page ---


def _read_page(book: StreamedPages, job: Job, entry: LedgerEntry, file: tuple[bytes, str]) -> Read:
    number = entry.number
    source, _ = open_document(*file)
    try:
        content = read_page(*file, entry.client_source.page - 1)
        letters_below = _letters_below(
            file, entry, View(entry, source[entry.client_source.page - 1])
        )
        faults = tuple(
            _faults(book.page(number - job.first), entry, source, content, letters_below)
        )
    except (*_FAILS, pdfium.PdfiumError) as error:
        return Read(
            number=number,
            fields=0,
            faults=(f"its form fields cannot be read ({type(error).__name__})",),
        )
    finally:
        source.close()
    return Read(number=number, fields=len(content.places), marks=len(content.marks), faults=faults)


def _letters_below(file: tuple[bytes, str], entry: LedgerEntry, view: View) -> list[Glyph]:
    """Return the letters of a source page and of its marks' pictures, without its fields: what may
    be read in a field besides its value."""
    source, _ = open_document(*file)
    try:
        number = entry.client_source.page - 1
        page = source[number]
        for place in reversed(range(raw.FPDFPage_GetAnnotCount(page))):
            note = raw.FPDFPage_GetAnnot(page, place)
            is_field = raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_WIDGET
            raw.FPDFPage_CloseAnnot(note)
            if is_field:
                raw.FPDFPage_RemoveAnnot(page, place)
        flatten_page(page)
        return glyphs_of(source[number], view)
    finally:
        source.close()


def _faults(
    page: Any, entry: LedgerEntry, source: Any, content: OnPage, below: Sequence[Glyph]
) -> Iterator[str]:
    """Yield what is wrong with each field and mark of a page.

    `below`: letters that are there besides the fields' values.
    """
    number = entry.client_source.page - 1
    view = View(entry, source[number])
    stamp_area.hide_stamp(page, entry.stamp)
    glyphs = beside_stamp(glyphs_of(page), entry.stamp)
    looks = Looks(page, source, number, view)
    for mark in content.marks:
        if fault := marks.fault_of(mark, glyphs, looks, view):
            yield f"comment or mark {mark.index} {fault}"
    areas = [view.seen(area) for mark in content.marks for area in mark.areas]
    for place in content.places:
        visible_box = view.seen(_widened(place.rect))
        glyphs_inside = inside(glyphs, visible_box)
        others = [
            other
            for other in content.places
            if other is not place and overlap(other.rect, place.rect)
        ]
        texts = [text for other in others for text in other.texts]
        allowed = "".join([*(glyph.letter for glyph in inside(below, visible_box)), *texts])
        neighbor_boxes = [view.seen(_widened(other.rect)) for other in others]
        neighbor_boxes += [area for area in areas if overlap(area, visible_box)]
        fault = _fault(place, glyphs_inside, allowed, looks, visible_box)
        if fault and not (
            (place.has_picture or place.is_left_alone)
            and looks.is_as_pictured(visible_box, neighbor_boxes, glyphs_inside)
        ):
            yield f"form field {place.index} {fault}"


def _fault(
    place: Place, glyphs: Sequence[Glyph], allowed: str, looks: Looks, visible_box: Box
) -> str:
    """Return what is wrong with one field; "" if nothing is. `allowed`: letters that may be there
    besides its value."""
    if place.is_left_alone:
        return "does not look as in the file"
    if place.is_button:
        is_marked = looks.is_marked(_middle_of(visible_box))
        return "" if place.is_on in (None, is_marked) else "is ticked otherwise than in the file"
    text, value = (
        squeezed("".join(glyph.letter for glyph in glyphs)),
        squeezed("".join(place.texts)),
    )
    expected, actual = Counter(value), Counter(text)
    is_in_order = not (allowed or place.is_list or _is_backward(text))
    faults = (
        (bool(expected - actual), "does not show its value"),
        (
            not place.is_list and bool(actual - expected - Counter(squeezed(allowed))),
            "shows more than its value",
        ),
        (
            is_in_order and text != value and value not in _lines_by_direction(glyphs),
            "shows its value in another order",
        ),
        (
            any(looks.is_blank(glyph.box) for glyph in glyphs if glyph.letter.isalnum()),
            "has letters that are not seen",
        ),
        (
            not all(is_near(glyph.box, visible_box) for glyph in glyphs),
            "has letters that are cut off",
        ),
        (
            not place.has_frame
            and looks.is_strange(_narrowed(visible_box), [glyph.box for glyph in glyphs]),
            "shows more than letters",
        ),
    )
    return next((fault for applies, fault in faults if applies), "")


def _widened(box: Box) -> Box:
    return box[0] - EDGE, box[1] - EDGE, box[2] + EDGE, box[3] + EDGE


def _narrowed(box: Box) -> Box:
    """Return a widened place without its own edge, where neighbors have lines too."""
    return box[0] + 2 * EDGE, box[1] + 2 * EDGE, box[2] - 2 * EDGE, box[3] - 2 * EDGE


def _middle_of(box: Box) -> Box:
    """Return the middle of a check box, without its border."""
    margin_x, margin_y = (box[2] - box[0]) * 0.25, (box[3] - box[1]) * 0.25
    return box[0] + margin_x, box[1] + margin_y, box[2] - margin_x, box[3] - margin_y


def _lines_by_direction(glyphs: Sequence[Glyph]) -> Iterator[str]:
    """Yield a text line by line in each of the four directions it may be read.

    The order of columns depends on the reader.
    """
    for turn in range(4):
        boxes = [(glyph, _turned(glyph.box, turn)) for glyph in glyphs]
        lines: list[list[tuple[float, str]]] = []
        middle = float("inf")
        for glyph, (left, bottom, right, top) in sorted(
            boxes, key=lambda pair: -pair[1][1] - pair[1][3]
        ):
            height = (bottom + top) / 2
            if not lines or middle - height > 0.6 * max(top - bottom, (right - left) / 2, 2):
                lines.append([])
                middle = height
            lines[-1].append((left + right, glyph.letter))
        yield squeezed(
            "".join(
                letter for line in lines for _, letter in sorted(line, key=lambda pair: pair[0])
            )
        )


def _turned(box: Box, quarters: int) -> Box:
    left, bottom, right, top = box
    for _ in range(quarters):
        left, bottom, right, top = bottom, -right, top, -left
    return left, bottom, right, top


def _is_backward(text: str) -> bool:
    """Return whether some of a text is read from right to left; readers differ on its order."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in text)


# --- jobs ---


def _jobs(
    build: Path, part: Volume, ledger: Sequence[LedgerEntry], case_folder: Path | None
) -> Iterator[Job]:
    if case_folder is None:
        return
    redrawn = [
        entry for entry in ledger if part.first <= entry.number <= part.last and entry.is_redrawn
    ]
    for _, group in groupby(redrawn, key=lambda entry: (entry.document, entry.client_source.path)):
        yield Job(
            bundle=build / part.path,
            first=part.first,
            entries=tuple(group),
            case_folder=case_folder,
        )


def _failed_pages(job: Job, failure: Failure) -> tuple[Read, ...]:
    trouble = f"its form fields could not be looked at ({failure.kind}: {failure.detail})"
    return tuple(Read(number=entry.number, fields=0, faults=(trouble,)) for entry in job.entries)
