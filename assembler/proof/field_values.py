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
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from assembler.model import Check, Finding, LedgerEntry, Manifest, Volume
from assembler.pdf import stamp_area
from assembler.pdf.recovery import copy_inherited_resources, open_document
from assembler.pdf.source_files import ClientFiles, Sources
from assembler.pdf.streaming import StreamedPages
from assembler.proof import mark_check as marks
from assembler.proof.page_appearance import (
    EDGE,
    Box,
    Glyph,
    PageAppearance,
    View,
    is_near,
    overlap,
    read_glyphs,
    remove_stamp_glyphs,
    select_glyphs_inside,
)
from assembler.proof.page_frame import flatten_page
from assembler.proof.pypdf_values import remove_blanks
from assembler.proof.source_fields import READ_ERRORS, PageFields, SourceField, read_page, widen_box
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_LOSS_RULE = "EVID.FIELD"
_FIELD_IN_PART = re.compile(r"form field (\d+): its value does not fit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Pages of one file of a bundle on which values were drawn, all from one source.

    `in_part`: fields that show a part of their value, each with its page in the source and its
    index there.
    """

    bundle: Path
    first: int  # number of the file's first page
    entries: tuple[LedgerEntry, ...]
    files: ClientFiles
    in_part: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldResult:
    """The result of one page: how many fields and marks were checked, and what is wrong with
    them."""

    number: int
    fields: int
    marks: int = 0
    faults: tuple[str, ...] = ()


def check_field_values(
    build: Path, manifest: Manifest, files: ClientFiles | None, workshop: Workshop
) -> Iterator[Check]:
    """Check the values of all pages on which some were drawn, one check for each exhibit."""
    jobs = [job for part in manifest.volumes for job in _list_jobs(build, part, manifest, files)]
    results: dict[int, FieldResult] = {}
    for job, result in zip(jobs, workshop.map(check_pages, jobs), strict=True):
        pages = _report_failed_pages(job, result) if isinstance(result, Failure) else result
        results |= {page.number: page for page in pages}
    entries = [entry for entry in manifest.ledger if entry.number in results]
    for name, group in groupby(entries, key=lambda entry: entry.group):
        pages = tuple(results[entry.number] for entry in group)
        wrong = [page for page in pages if page.faults]
        detail = f"{sum(page.fields for page in pages)} form fields show their values"
        if count := sum(page.marks for page in pages):
            detail += f", {count} marks are visible"
        if wrong:
            detail = "; ".join(f"page {page.number}: {page.faults[0]}" for page in wrong[:5])
        yield Check(
            name="fields",
            ok=not wrong,
            detail=detail,
            exhibit=name,
            page=wrong[0].number if wrong else None,
        )


def check_pages(job: Job) -> tuple[FieldResult, ...]:
    """Check every page of the job, in a worker."""
    data, password = Sources(job.files).read_file(job.entries[0].client_source.key)
    file = copy_inherited_resources(data), password
    with StreamedPages(job.bundle) as book:
        return tuple(_check_page(book, job, entry, file) for entry in job.entries)


def _check_page(
    book: StreamedPages, job: Job, entry: LedgerEntry, file: tuple[bytes, str]
) -> FieldResult:
    number = entry.number
    source, _ = open_document(*file)
    try:
        content = _mark_partial_fields(
            read_page(*file, entry.client_source.page - 1), job, entry.client_source.page
        )
        letters_below = _read_letters_below(
            file, entry, View(entry, source[entry.client_source.page - 1])
        )
        faults = tuple(
            _find_faults(book.page(number - job.first), entry, source, content, letters_below)
        )
    except (*READ_ERRORS, pdfium.PdfiumError) as error:
        return FieldResult(
            number=number,
            fields=0,
            faults=(f"its form fields cannot be read ({type(error).__name__})",),
        )
    finally:
        source.close()
    return FieldResult(
        number=number, fields=len(content.places), marks=len(content.marks), faults=faults
    )


def _mark_partial_fields(content: PageFields, job: Job, page: int) -> PageFields:
    """Mark the fields of a page that show a part of their value."""
    places = (
        replace(place, is_in_part=(page, place.index) in job.in_part) for place in content.places
    )
    return replace(content, places=tuple(places))


def _read_letters_below(file: tuple[bytes, str], entry: LedgerEntry, view: View) -> list[Glyph]:
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
        return read_glyphs(source[number], view)
    finally:
        source.close()


def _find_faults(
    page: Any, entry: LedgerEntry, source: Any, content: PageFields, below: Sequence[Glyph]
) -> Iterator[str]:
    """Yield what is wrong with each field and mark of a page.

    `below`: letters that are there besides the fields' values.
    """
    number = entry.client_source.page - 1
    view = View(entry, source[number])
    stamp_area.hide_stamp(page, entry.stamp)
    glyphs = remove_stamp_glyphs(read_glyphs(page), entry.stamp)
    appearance = PageAppearance(page, source, number, view)
    for mark in content.marks:
        if fault := marks.find_mark_fault(mark, glyphs, appearance, view):
            yield f"comment or mark {mark.index} {fault}"
    areas = [view.locate_box(area) for mark in content.marks for area in mark.areas]
    for place in content.places:
        visible_box = view.locate_box(widen_box(place.rect))
        glyphs_inside = select_glyphs_inside(glyphs, visible_box)
        others = [
            other
            for other in content.places
            if other is not place and overlap(other.rect, place.rect)
        ]
        texts = [text for other in others for text in other.texts]
        allowed = "".join(
            [*(glyph.letter for glyph in select_glyphs_inside(below, visible_box)), *texts]
        )
        neighbor_boxes = [view.locate_box(widen_box(other.rect)) for other in others]
        neighbor_boxes += [area for area in areas if overlap(area, visible_box)]
        shown = place
        if place.is_in_part:
            shown = replace(place, texts=_find_shown_texts(place, glyphs_inside, allowed))
        fault = _find_field_fault(shown, glyphs_inside, allowed, appearance, visible_box)
        if fault and not (
            (place.has_picture or place.is_left_alone)
            and appearance.is_as_pictured(visible_box, neighbor_boxes, glyphs_inside)
        ):
            yield f"form field {place.index} {fault}"


def _find_field_fault(
    place: SourceField,
    glyphs: Sequence[Glyph],
    allowed: str,
    appearance: PageAppearance,
    visible_box: Box,
) -> str:
    """Return what is wrong with one field; "" if nothing is. `allowed`: letters that may be there
    besides its value."""
    if place.is_left_alone:
        return "does not look as in the file"
    if place.is_button:
        is_marked = appearance.is_marked(_crop_to_middle(visible_box))
        return "" if place.is_on in (None, is_marked) else "is checked differently than in the file"
    text, value = (
        remove_blanks("".join(glyph.letter for glyph in glyphs)),
        remove_blanks("".join(place.texts)),
    )
    expected, actual = Counter(value), Counter(text)
    is_in_order = not (allowed or place.is_list or _is_backward(text))
    faults = (
        (bool(expected - actual), "does not show its value"),
        (
            not place.is_list and bool(actual - expected - Counter(remove_blanks(allowed))),
            "shows more than its value",
        ),
        (
            is_in_order and text != value and value not in _read_lines_each_way(glyphs),
            "shows its value in another order",
        ),
        (
            any(appearance.is_blank(glyph.box) for glyph in glyphs if glyph.letter.isalnum()),
            "has letters that are invisible",
        ),
        (
            not all(is_near(glyph.box, visible_box) for glyph in glyphs),
            "has letters that are cut off",
        ),
        (
            not place.has_frame
            and appearance.is_strange(_narrow_box(visible_box), [glyph.box for glyph in glyphs]),
            "shows more than letters",
        ),
    )
    return next((fault for applies, fault in faults if applies), "")


def _find_shown_texts(place: SourceField, glyphs: Sequence[Glyph], allowed: str) -> tuple[str, ...]:
    """Return the part of a value that a field shows, which an accepted finding says is not all of
    it; the whole value where it shows anything else.

    `allowed`: see `_find_field_fault`.
    """
    value = remove_blanks("".join(place.texts))
    text = remove_blanks("".join(glyph.letter for glyph in glyphs))
    if place.is_list:
        return ()
    if allowed or _is_backward(text):
        own = Counter(text) - Counter(remove_blanks(allowed))
        return (text,) if not own - Counter(value) else place.texts
    lines = (text, *_read_lines_each_way(glyphs))
    return next(((text,) for text in lines if value.startswith(text)), place.texts)


def _narrow_box(box: Box) -> Box:
    """Return a widened place without its own edge, where neighbors have lines too."""
    return box[0] + 2 * EDGE, box[1] + 2 * EDGE, box[2] - 2 * EDGE, box[3] - 2 * EDGE


def _crop_to_middle(box: Box) -> Box:
    """Return the middle of a check box, without its border."""
    margin_x, margin_y = (box[2] - box[0]) * 0.25, (box[3] - box[1]) * 0.25
    return box[0] + margin_x, box[1] + margin_y, box[2] - margin_x, box[3] - margin_y


def _read_lines_each_way(glyphs: Sequence[Glyph]) -> Iterator[str]:
    """Yield a text line by line in each of the four directions it may be read.

    The order of columns depends on the reader.
    """
    for turn in range(4):
        boxes = [(glyph, _turn_box(glyph.box, turn)) for glyph in glyphs]
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
        yield remove_blanks(
            "".join(
                letter for line in lines for _, letter in sorted(line, key=lambda pair: pair[0])
            )
        )


def _turn_box(box: Box, quarters: int) -> Box:
    left, bottom, right, top = box
    for _ in range(quarters):
        left, bottom, right, top = bottom, -right, top, -left
    return left, bottom, right, top


def _is_backward(text: str) -> bool:
    """Return whether some of a text is read from right to left; readers differ on its order."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in text)


def _list_jobs(
    build: Path, part: Volume, manifest: Manifest, files: ClientFiles | None
) -> Iterator[Job]:
    if files is None:
        return
    redrawn = [
        entry
        for entry in manifest.ledger
        if part.first <= entry.number <= part.last and entry.is_redrawn
    ]
    for key, group in groupby(redrawn, key=lambda entry: (entry.document, entry.client_source.key)):
        yield Job(
            bundle=build / part.path,
            first=part.first,
            entries=tuple(group),
            files=files,
            in_part=frozenset(_list_partial_fields(manifest.findings, key[1])),
        )


def _list_partial_fields(findings: Sequence[Finding], path: str) -> Iterator[tuple[int, int]]:
    """Yield the fields of a file of which a person was told, and accepted, that they do not show
    their whole value: the page of each, and its index there."""
    for finding in findings:
        if finding.rule == _LOSS_RULE and finding.file == path and finding.page is not None:
            named = _FIELD_IN_PART.match(finding.problem)
            if named:
                yield finding.page, int(named[1])


def _report_failed_pages(job: Job, failure: Failure) -> tuple[FieldResult, ...]:
    trouble = f"its form fields could not be examined ({failure.kind}: {failure.detail})"
    return tuple(
        FieldResult(number=entry.number, fields=0, faults=(trouble,)) for entry in job.entries
    )
