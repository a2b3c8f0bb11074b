"""Build how a page of evidence should look: its source, opened for this comparison only, and the
places that may differ.

PDFium flattens comments, marks and form fields of the source into its page, as another program did
in the bundle.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdfium2 import raw

from assembler.model import LedgerEntry
from assembler.pdf.picture_files import PictureFile
from assembler.pdf.source_files import Sources
from assembler.proof import source_fields
from assembler.proof.page_comparison import Difference, compare_page
from assembler.proof.page_frame import flatten_page
from assembler.proof.picture_pages import Fault, draw_picture_source
from assembler.proof.placement import Box, Matrix, Placement, combine_matrices, transform_box
from assembler.proof.pypdf_values import resolve_reference
from assembler.proof.source_drawing import COARSE, NEAR, Source

_MAX_DEPTH = 8  # depth of nested forms that is searched
_NO_MARKS = (raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_WIDGET)
# by quarter turns of a page: the matrix that turns a box back, counterclockwise
_QUARTER_TURNS: dict[int, Matrix] = {
    1: (0.0, 1.0, -1.0, 0.0, 0.0, 0.0),
    2: (-1.0, 0.0, 0.0, -1.0, 0.0, 0.0),
    3: (0.0, -1.0, 1.0, 0.0, 0.0, 0.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notes:
    """Boxes of the annotations of a page, in its own coordinates."""

    marks: tuple[Box, ...]
    fields: tuple[Box, ...]


class Originals:
    """The client's files as `Sources` opens them, and opened again for comparing."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._path = ""
        self._open: Any = None
        self._notes: dict[int, _Notes] = {}
        self._hides_layers: bool | None = None  # None: not yet read

    def compare(self, page: Any, entry: LedgerEntry) -> Difference:
        """Compare a page of the bundle with its source.

        Raises NoPages for a source without pages of its own, PdfiumError, OSError or IndexError for
        one that cannot be drawn.
        """
        opened, placement = self.sources.open(entry.client_source.key), Placement.of(entry)
        if isinstance(opened, PictureFile):
            return self._compare_picture(page, opened, entry, placement)
        if entry.client_transform.placement is not None:
            return Difference(
                trouble="the ledger says where a picture lies, and its source has none"
            )
        left_out = source_fields.find_field_boxes(entry, self.sources)
        source = self._open_source(entry)
        difference = compare_page(page, source, placement, entry.stamp, left_out=left_out)
        if placement.copied or not self._has_hidden_layers(entry.client_source.key):
            return difference
        # Taken out of its file, a page shows all its layers; moved within it, its letters may shift
        # slightly. So it is compared both ways, and one of the two must match strictly.
        layered = replace(source, is_layered=True, shift_level=COARSE if difference.alike else NEAR)
        as_shown = compare_page(page, layered, placement, entry.stamp, left_out=left_out)
        return difference if difference.alike and as_shown.alike else as_shown

    def _compare_picture(
        self, page: Any, album: PictureFile, entry: LedgerEntry, placement: Placement
    ) -> Difference:
        data, _ = self.sources.read_file(entry.client_source.key)
        source = draw_picture_source(page, album, data, entry, placement)
        if isinstance(source, Fault):
            return Difference(trouble=source.trouble)
        try:
            difference = compare_page(page, source, placement, entry.stamp)
        finally:
            source.document.close()
        return replace(difference, shows_source=False)  # a viewer shows no paper around it

    def _open_source(self, entry: LedgerEntry) -> Source:
        """Return the source page with its annotations flattened."""
        path, index = entry.client_source.key, entry.client_source.page - 1
        if path != self._path:
            self.close()
            self._open, self._path = self.sources.open_without_forms(path), path
        if index not in self._notes:
            self._notes[index] = _flatten_annotations(self._open, index)
        notes, redrawn = self._notes[index], entry.client_transform.redrawn
        loose = notes.marks if redrawn else (*notes.marks, *notes.fields)
        is_changed = entry.gray or (entry.fitted is not None and not entry.fitted.lossless)
        return Source(
            document=self._open,
            index=index,
            loose=loose,
            level=COARSE if redrawn or entry.gray else NEAR,
            pictures=_locate_pictures(self._open, index) if is_changed else (),
            live=(lambda: self.sources.open_without_forms(path)) if loose else None,
            live_places=(
                *notes.marks,
                *(source_fields.find_empty_fields(entry, self.sources) if notes.fields else ()),
            ),
        )

    def _has_hidden_layers(self, path: str) -> bool:
        if self._hides_layers is None:
            self._hides_layers = _is_hiding_layers(*self.sources.read_file(path))
        return self._hides_layers

    def close(self) -> None:
        """Close what was opened here."""
        if self._open is not None:
            self._open.close()
        self._open, self._path, self._notes, self._hides_layers = None, "", {}, None


def _is_hiding_layers(data: bytes, password: str) -> bool:
    """Return whether a PDF, as pypdf reads it, has layers that are off; False where pypdf cannot
    read it."""
    try:
        root = PdfReader(io.BytesIO(data), password=password or None).root_object
        layers = resolve_reference(root.get("/OCProperties")) or {}
        default = resolve_reference(layers.get("/D")) or {}
        return bool(resolve_reference(default.get("/OFF"))) or default.get("/BaseState") == "/OFF"
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False


def _flatten_annotations(document: Any, index: int) -> _Notes:
    """Flatten the annotations of a page, and return where they are."""
    page = document[index]
    try:
        count = raw.FPDFPage_GetAnnotCount(page)
        boxes = [item for number in range(count) for item in _list_annotation_boxes(page, number)]
        if count:
            # PDFium makes missing pictures of marks when it draws
            page.render(scale=min(0.1, 100 / max(page.get_size())))
            flatten_page(page)
    finally:
        page.close()
    return _Notes(
        marks=tuple(box for kind, box in boxes if kind not in _NO_MARKS),
        fields=tuple(box for kind, box in boxes if kind == raw.FPDF_ANNOT_WIDGET),
    )


def _locate_pictures(document: Any, index: int) -> tuple[Box, ...]:
    """Return the boxes of a page's pictures, in its own coordinates, including those within
    forms."""
    page = document[index]
    try:
        items = [
            raw.FPDFPage_GetObject(page, place) for place in range(raw.FPDFPage_CountObjects(page))
        ]
        return tuple(_list_picture_boxes(items, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), _MAX_DEPTH))
    finally:
        page.close()


def _list_picture_boxes(items: Sequence[Any], matrix: Matrix, depth: int) -> Iterator[Box]:
    for item in items:
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            sides = [ctypes.c_float() for _ in range(4)]
            if raw.FPDFPageObj_GetBounds(item, *sides):
                yield transform_box(
                    matrix, (sides[0].value, sides[1].value, sides[2].value, sides[3].value)
                )
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth:
            form_matrix = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(item, form_matrix)
            inner = [
                raw.FPDFFormObj_GetObject(item, place)
                for place in range(raw.FPDFFormObj_CountObjects(item))
            ]
            yield from _list_picture_boxes(
                inner,
                combine_matrices(
                    (
                        form_matrix.a,
                        form_matrix.b,
                        form_matrix.c,
                        form_matrix.d,
                        form_matrix.e,
                        form_matrix.f,
                    ),
                    matrix,
                ),
                depth - 1,
            )


def _list_annotation_boxes(page: Any, number: int) -> Iterator[tuple[int, Box]]:
    """Yield the kind of an annotation and each box it may be seen in.

    One that does not rotate with its page hangs upright from its upper left corner (PDF 32000-1,
    12.5.3); PDFium shows it so, but flattens it as if it did rotate.
    """
    note = raw.FPDFPage_GetAnnot(page, number)
    rect = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(note, rect)
    kind = int(raw.FPDFAnnot_GetSubtype(note))
    flags = raw.FPDFAnnot_GetFlags(note)
    raw.FPDFPage_CloseAnnot(note)
    (left, right), (bottom, top) = (
        sorted((rect.left, rect.right)),
        sorted((rect.bottom, rect.top)),
    )
    yield kind, (left, bottom, right, top)
    quarter_turns = raw.FPDFPage_GetRotation(page)
    if quarter_turns and flags & raw.FPDF_ANNOT_FLAG_NOROTATE:
        matrix = _QUARTER_TURNS[quarter_turns]
        corner = (1.0, 0.0, 0.0, 1.0, left, top)
        upright = (0.0, bottom - top, right - left, 0.0)
        yield kind, transform_box(combine_matrices(matrix, corner), upright)
