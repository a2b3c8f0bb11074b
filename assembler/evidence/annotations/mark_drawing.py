"""Draw the comments and marks that have no appearance in their file.

PDFium draws some kinds itself; its appearance is taken if the mark is within its own rectangle, so
that the proof renders the same pixels. All others, and those that PDFium would clip, are drawn
here.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Name, Pdf

from assembler.evidence.annotations.form_fields import (
    Box,
    read_number,
    read_text,
)
from assembler.evidence.annotations.lettering import (
    Lettering,
    find_missing_letters,
    make_font_resource,
)
from assembler.evidence.annotations.mark_shapes import WORDS, Drawing, draw_mark
from assembler.evidence.annotations.marks import (
    Mark,
    has_appearance,
    is_drawn_by_pdfium,
    list_notes,
    list_visible_marks,
    read_mark,
)
from assembler.evidence.losses import Loss, make_loss
from assembler.model import Severity

RECORDINGS = frozenset(("/Sound", "/Movie", "/Screen", "/RichMedia", "/3D"))
_RULE = "EVID.MARK"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMarks:
    """Boxes, by page from 0, of the marks drawn here, and the losses to report."""

    ours: dict[int, tuple[Box, ...]]
    losses: tuple[Loss, ...]


def draw_marks(pdf: Pdf) -> DrawnMarks:
    """Give each mark without an appearance one, if the file describes it well enough."""
    lettering = Lettering(pdf)
    losses: list[Loss] = []
    ours: dict[int, list[Box]] = {}
    drawn_by_pdfium: set[tuple[int, int]] = set()
    for page, place, note in list_visible_marks(pdf):
        kind = str(note.get(Name.Subtype))
        if kind in RECORDINGS:
            problem = "is a recording or 3D model, which a bundle cannot contain"
            losses.append(make_mark_loss(page, place, kind, problem, Severity.ERROR))
        # no viewer shows a mark without opacity, and its text must not be drawn
        is_transparent = read_number(note.get(Name.CA), 1) <= 0
        mark = None if has_appearance(note) or is_transparent else read_mark(note, kind)
        if mark is None:
            continue
        if is_drawn_by_pdfium(note, mark.rect):
            drawn_by_pdfium.add((page, place))
        elif (drawing := draw_mark(mark, lettering)) is not None:
            ours.setdefault(page, []).append(drawing.box)
            losses += _list_losses(page, place, mark, drawing)
            _add_appearance(pdf, note, drawing, lettering)
    lettering.finish()
    _take_pdfium_appearances(pdf, drawn_by_pdfium)
    return DrawnMarks(
        ours={page: tuple(boxes) for page, boxes in ours.items()}, losses=tuple(losses)
    )


def _add_appearance(pdf: Pdf, note: Any, drawing: Drawing, lettering: Lettering) -> None:
    opacity = min(1.0, max(0.0, read_number(note.get(Name.CA), 1)))
    state = Dictionary(
        Type=Name.ExtGState,
        CA=opacity,
        ca=opacity,
        BM=Name.Multiply if drawing.is_multiplied else Name.Normal,
    )
    box = Array([round(value, 3) for value in drawing.box])
    resources = (
        make_font_resource(lettering) if b"/AssemblerLetters" in drawing.data else Dictionary()
    )
    resources.ExtGState = Dictionary({"/AssemblerState": state})
    stream = pdf.make_stream(
        b"/AssemblerState gs\n" + drawing.data,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=box,
        Resources=resources,
        Group=Dictionary(S=Name.Transparency),
    )
    note.AP = Dictionary(N=stream)
    note.Rect = box
    if Name.AS in note:
        del note.AS


def _take_pdfium_appearances(pdf: Pdf, places: Collection[tuple[int, int]]) -> None:
    """Copy PDFium's own appearances of marks, which it adds to a file as it renders it."""
    if not places:
        return
    data = _save_with_pdfium(pdf, sorted({page for page, _ in places}))
    with pikepdf.open(io.BytesIO(data)) as rendered:
        notes = {(page, place): note for page, place, note in list_notes(pdf)}
        for page, place, note in list_notes(rendered):
            if (page, place) in places and has_appearance(note):
                notes[page, place].AP = Dictionary(N=pdf.copy_foreign(note.AP.N))
                # PDFium adjusts the rectangle as well
                notes[page, place].Rect = Array([read_number(value, 0) for value in note.Rect])


def _save_with_pdfium(pdf: Pdf, pages: Sequence[int]) -> bytes:
    """Return the file with PDFium's appearances of marks, which it creates as pages are
    rendered."""
    out, saved = io.BytesIO(), io.BytesIO()
    pdf.save(out)
    document = pdfium.PdfDocument(out.getvalue())
    try:
        for number in pages:
            page = document[number]
            page.render(scale=min(0.1, 100 / max(page.get_size())))
        document.save(saved)
    finally:
        document.close()
    return saved.getvalue()


def _list_losses(page: int, place: int, mark: Mark, drawing: Drawing) -> Iterator[Loss]:
    if mark.kind != "/FreeText":
        return
    if find_missing_letters(read_text(mark.note.get(Name.Contents))):
        problem = "has a letter that is in no available font and shows as an empty box"
        yield make_mark_loss(page, place, mark.kind, problem, Severity.ERROR)
    if not drawing.fits:
        yield make_mark_loss(page, place, mark.kind, "has a text that does not fit", Severity.ERROR)


def make_mark_loss(page: int, place: int, kind: str, problem: str, severity: Severity) -> Loss:
    """Return the loss to report about one mark."""
    name = " ".join(WORDS.findall(kind)).lower() or "of no kind"
    return make_loss(
        _RULE,
        f"comment or mark {place} ({name}) {problem}",
        "print the file with its comments to a new PDF from a program that shows it correctly",
        severity,
        page=page + 1,
    )
