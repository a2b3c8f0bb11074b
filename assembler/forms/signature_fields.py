"""Find the places of a form that people sign, and whether what is there was written by hand.

Findings name page and place, never what is written there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Name
from pypdfium2 import raw

from assembler.forms.answer_formats import Scope
from assembler.forms.answers import holds
from assembler.forms.form_maps import Field, FormMap, Rect, Signature
from assembler.forms.form_reader import (
    SIGNED_INK,
    FieldRow,
    measure_ink,
    read_fields,
    read_page_texts,
    read_places,
)
from assembler.forms.map_placing import place_map
from assembler.model import Finding
from assembler.runtime.rule_catalog import make_finding

_SCAN = 0.5  # share of a page that a picture covers, from which on the page is a scan
_AROUND = 12.0  # points above and below a signature's place that a pasted picture may reach
_NOTHING = frozenset(("", "n/a", "na", "none", "not applicable", "-", "--"))
# marks of signing software, as it prints them; a company's mere name may be an answer
_SOFTWARE = re.compile(
    r"docusigned\s+by|docusign\s+envelope\s+id|envelope\s+id:?\s*[0-9a-f]{8}-[0-9a-f]{4}"
    r"|(?:digitally|electronically|e-?)\s*signed\s+(?:by|via|with)"
    r"|(?:adobe|acrobat|dropbox|hello)\s*sign\s+(?:transaction|document|id)\b",
    re.IGNORECASE,
)
_TYPING = frozenset(("/FreeText",))
_PASTING = frozenset(("/Stamp", "/Ink"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSignature:
    """A place on a form that somebody signs."""

    place: str  # who signs there, as in the form's map: "applicant"
    page: int  # of the form, from 1
    rect: Rect | None  # points, from the lower left corner; None if it is not known
    is_filled_in: bool  # its part of the form has answers
    is_signed: bool  # there is ink, and nothing shows that it was not written by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCheck:
    """The signatures of one form, and what is wrong with them."""

    signatures: tuple[FormSignature, ...] = ()
    findings: tuple[Finding, ...] = ()


def list_empty_signatures(form: FormMap, editable: Path, scope: Scope) -> tuple[FormSignature, ...]:
    """Return the places of a form that this program filled; nobody has signed it yet.

    Args:
        scope: of the answers, for places that only some cases sign.
    """
    rows = read_fields(editable)
    form = _select_asked_for(form, rows, scope)
    by_name = {row.short: row for row in rows}
    return tuple(
        FormSignature(
            place=signature.who,
            page=_find_page(signature, by_name),
            rect=_find_rect(signature.signature, by_name),
            is_filled_in=_is_filled_in(form, signature, rows),
            is_signed=False,
        )
        for signature in form.signatures
    )


def examine_signatures(form: FormMap, completed: Path, where: str, scope: Scope) -> SignatureCheck:
    """Return the places of a completed form, and findings for signatures that are typed, made by
    software or pasted in.

    Raises:
        FormUnreadable: the file is not a PDF.
    """
    rows = read_fields(completed)
    form = _select_asked_for(form, rows, scope)
    by_name = {row.short: row for row in rows}
    places = [
        (_find_page(signature, by_name), _find_rect(signature.signature, by_name))
        for signature in form.signatures
    ]
    known = [(page, rect) for page, rect in places if rect is not None]
    inks = dict(zip(known, measure_ink(completed, known), strict=True))
    marks = _read_marks(completed, known)
    signatures, findings = [], []
    for signature, (page, rect) in zip(form.signatures, places, strict=True):
        is_filled_in = _is_part_filled_in(form, signature, rows, completed)
        row = by_name.get(signature.signature.name)
        finding = _check_place(signature, row, marks.get((page, rect)), where, is_filled_in)
        if finding is not None:
            findings.append(finding)
        has_ink = rect is not None and inks[(page, rect)] >= SIGNED_INK
        signatures.append(
            FormSignature(
                place=signature.who,
                page=page,
                rect=rect,
                is_filled_in=is_filled_in,
                is_signed=has_ink and finding is None,
            )
        )
    findings += _check_software(completed, where, {finding.page for finding in findings})
    return SignatureCheck(signatures=tuple(signatures), findings=tuple(findings))


# --- where ---


def _select_asked_for(form: FormMap, rows: Sequence[FieldRow], scope: Scope) -> FormMap:
    """Return the map with the signatures that the case asks for, placed as in the file."""
    needed = tuple(signature for signature in form.signatures if holds(signature.when, scope))
    return place_map(replace(form, signatures=needed), rows).form


def _find_page(signature: Signature, rows: Mapping[str, FieldRow]) -> int:
    row = rows.get(signature.signature.name)
    return row.page if row and row.page else signature.signature.page


def _find_rect(field: Field, rows: Mapping[str, FieldRow]) -> Rect | None:
    """Return the place of a field: that of the file, or else of the map."""
    row = rows.get(field.name)
    if row and row.page:
        return row.rect
    return field.rect if field.is_placed else None


def _is_filled_in(form: FormMap, signature: Signature, rows: Sequence[FieldRow]) -> bool:
    """Return whether the part of the form that a signature closes has answers in its fields.

    A map need not have the fields of a part that this program never fills; then those of the page
    count that it does not have.
    """
    if signature.when:  # the map knows when it is due
        return True
    own = {field.name for field in _iterate_answers(form, signature.part)}
    signed = {place.signature.name for place in form.signatures}
    signed |= {place.date.name for place in form.signatures if place.date}
    mapped = {field.name for field in form.fields()}
    page = next(
        (row.page for row in rows if row.short == signature.signature.name),
        signature.signature.page,
    )
    return any(
        _has_answer(row) and (row.short in own or (row.page == page and row.short not in mapped))
        for row in rows
        if row.short not in signed
    )


def _iterate_answers(form: FormMap, part: str) -> Iterator[Field]:
    for item in form.items:
        if item.part == part:
            if item.field:
                yield item.field
            yield from (box for _, box in item.boxes)


def _has_answer(row: FieldRow) -> bool:
    is_answer = row.kind in ("text", "choice") or (row.kind == "box" and row.value != "Off")
    return is_answer and not row.readonly and _tidy(row.value) not in _NOTHING


def _is_part_filled_in(
    form: FormMap, signature: Signature, rows: Sequence[FieldRow], completed: Path
) -> bool:
    """Return whether the part has answers: in its fields, or in a copy without fields in their
    places."""
    if rows or signature.when:
        return _is_filled_in(form, signature, rows)
    fields = [
        field
        for field in _iterate_answers(form, signature.part)
        if not field.on and field.is_placed
    ]
    texts = read_places(completed, [(field.page, field.rect) for field in fields])
    return any(_tidy(text) not in _NOTHING for text in texts)


def _tidy(text: str) -> str:
    return " ".join(text.split()).casefold()


# --- what is there ---


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    """What lies at a signature's place, on a page that is not a scan."""

    is_typed: bool = False
    is_pasted: bool = False


def _check_place(
    signature: Signature, row: FieldRow | None, marks: _Marks | None, where: str, is_due: bool
) -> Finding | None:
    """Return what is wrong with a signature, if anything. "N/A" in a part that is empty is not."""
    value = _tidy(row.value) if row else ""
    is_typed = (value not in _NOTHING) or (is_due and value != "")
    if not is_typed and marks is not None:
        is_typed = marks.is_typed and (row is None or value == "")
    if not is_typed and not (marks and marks.is_pasted):
        return None
    page = row.page if row and row.page else signature.signature.page
    problem = (
        f"the signature of the {signature.who} is not written by hand: its field has typed text "
        f"or a digital signature (page {page})"
        if is_typed
        else f"the signature of the {signature.who} looks pasted in: it is a picture or drawing of "
        f"its own on a page that is not a scan (page {page})"
    )
    return make_finding(
        "SIGN.TYPED" if is_typed else "SIGN.PASTED",
        where,
        problem,
        "have the page printed and signed by hand in ink, scan it, and replace it",
        page=page,
    )


def _check_software(completed: Path, where: str, pages: set[int | None]) -> Iterator[Finding]:
    """Yield a finding for the first page with the mark of signing software."""
    for number, text in enumerate(read_page_texts(completed), 1):
        if number not in pages and _SOFTWARE.search(text):
            yield make_finding(
                "SIGN.TYPED",
                where,
                f"page {number} has the mark of signing software",
                "have the form printed and signed by hand in ink, and scan it",
                page=number,
            )
            return


def _read_marks(
    completed: Path, places: Sequence[tuple[int, Rect]]
) -> dict[tuple[int, Rect | None], _Marks]:
    """Return what lies at each place of pages that are not scans."""
    marks: dict[tuple[int, Rect | None], _Marks] = {}
    annotations = _read_annotations(completed)
    document = pdfium.PdfDocument(completed)
    try:
        for number, rect in places:
            if number > len(document) or _is_scan(document[number - 1]):
                continue
            page = document[number - 1]
            above = [kind for kind, box in annotations.get(number, ()) if _lies_at(box, rect)]
            marks[(number, rect)] = _Marks(
                is_typed=_has_text(page, rect) or not _TYPING.isdisjoint(above),
                is_pasted=_has_picture(page, rect) or not _PASTING.isdisjoint(above),
            )
    finally:
        document.close()
    return marks


def _is_scan(page: Any) -> bool:
    """Return whether a picture covers most of a page."""
    width, height = page.get_size()
    return any(
        (right - left) * (top - bottom) > _SCAN * width * height
        for left, bottom, right, top in _iterate_bounds(page, raw.FPDF_PAGEOBJ_IMAGE)
    )


def _has_picture(page: Any, rect: Rect) -> bool:
    """Return whether a small picture has its middle at a place."""
    return any(_lies_at(box, rect) for box in _iterate_bounds(page, raw.FPDF_PAGEOBJ_IMAGE))


def _has_text(page: Any, rect: Rect) -> bool:
    """Return whether visible text has its middle at a place."""
    return any(_lies_within(box, rect) for box in _iterate_bounds(page, raw.FPDF_PAGEOBJ_TEXT))


def _iterate_bounds(page: Any, kind: int) -> Iterator[Rect]:
    for drawn in page.get_objects(filter=[kind], max_depth=6):
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            is_invisible = raw.FPDFTextObj_GetTextRenderMode(drawn) in (
                raw.FPDF_TEXTRENDERMODE_INVISIBLE,
                raw.FPDF_TEXTRENDERMODE_CLIP,
            )
            if is_invisible:
                continue
        try:
            yield _find_bounds(drawn)
        except pdfium.PdfiumError:
            continue


def _find_bounds(drawn: Any) -> Rect:
    """Return where an object is on its page; within a form XObject its own bounds are those of the
    form."""
    left, bottom, right, top = drawn.get_bounds()
    container = drawn.container
    while container is not None:
        left, bottom, right, top = container.get_matrix().on_rect(left, bottom, right, top)
        container = container.container
    return left, bottom, right, top


def _lies_at(box: Rect, rect: Rect) -> bool:
    """Return whether a drawing has its middle at the place of a signature, or close above it."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return rect[0] <= x <= rect[2] and rect[1] - _AROUND / 2 <= y <= rect[3] + _AROUND


def _lies_within(box: Rect, rect: Rect) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return rect[0] <= x <= rect[2] and rect[1] < y < rect[3] and box[2] - box[0] > 2


def _read_annotations(completed: Path) -> dict[int, list[tuple[str, Rect]]]:
    """Return kind and place of the annotations of each page that are no fields."""
    lines: dict[int, list[tuple[str, Rect]]] = {}
    with pikepdf.open(completed) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            for annotation in page.get(Name.Annots, ()):
                kind = str(annotation.get(Name.Subtype, ""))
                if kind == "/Widget":
                    kind = "/FreeText" if _is_digital_signature(annotation) else ""
                if kind and Name.Rect in annotation:
                    x0, y0, x1, y1 = (float(value) for value in annotation[Name.Rect])
                    rect = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
                    lines.setdefault(number, []).append((kind, rect))
    return lines


def _is_digital_signature(widget: Any) -> bool:
    return widget.get(Name.FT) == Name.Sig and Name.V in widget
