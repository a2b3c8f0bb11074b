"""Bring a source page to its place in the ledger, in PDFium's memory, and draw it as the bundle
should have it.

The page is placed by the same kind of objects as in the bundle, with the same numbers, so that
PDFium draws both identically. Open a source document for this only: its pages are rotated,
flattened and captured in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from assembler.pdf import thumbnails
from assembler.proof import pixel_difference as pixels
from assembler.proof.page_frame import read_frame
from assembler.proof.pixel_difference import Pixels
from assembler.proof.placement import (
    Box,
    Frame,
    Matrix,
    Placement,
    close_sizes,
    combine_matrices,
    invert_matrix,
    is_same_place,
    transform_box,
)

DPI = thumbnails.DPI
MIN_PIXELS = 800  # pixels of the longer side: small pages are drawn at a higher resolution
_MAX_DPI = 6 * DPI
NEAR, COARSE = 8, 48  # levels of blurred colors
_COARSER_LEVEL = 100  # of pictures redrawn at 150 dpi; at a lower resolution they may differ more
# levels of blurred colors of a page converted to gray: transparency blends differently in gray, and
# pictures are reencoded
GRAY_BLEND_LEVEL = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A page (`index` from 0) of a PDFium document that is opened for this comparison only: it is
    changed in memory.

    `loose`: places, in the page's own coordinates, of what was flattened (comments, marks, form
    fields): there the page may look slightly different (`find_differing_near`), as this page
    does, or as the page of `live` does. `live`: opens the document again, unchanged, where that is
    needed; the caller closes it. `live_places`: of comments and marks, which PDFium then draws, and
    of empty fields, which it does not draw; a field with a value must look as in the file. `level`:
    by how much colors may differ in loose places: NEAR where the marks' own pictures were used,
    COARSE where they were redrawn. `pictures`: places of its pictures, which may be coarser where
    the ledger says that they were redrawn. `shift_level`: by how much blurred colors may differ
    everywhere on a page that is not placed to the last bit. `is_layered`: which of its content is
    visible depends on layers of the document, which a page loses when it is taken out of it.
    """

    document: Any
    index: int
    loose: tuple[Box, ...] = ()
    level: int = 0
    pictures: tuple[Box, ...] = ()
    live: Callable[[], Any] | None = None
    live_places: tuple[Box, ...] = ()
    is_layered: bool = False
    shift_level: int = NEAR


def find_drawing_size(size: tuple[float, float]) -> tuple[int, int]:
    """Return width and height in pixels at which a page of this size, in points, is drawn."""
    scale = DPI / 72 * max(1.0, min(_MAX_DPI / DPI, MIN_PIXELS / (max(size) * DPI / 72)))
    return math.ceil(size[0] * scale), math.ceil(size[1] * scale)


def draw_page(
    page: Any,
    size: tuple[int, int],
    top: int = 0,
    rows: int | None = None,
    *,
    annotations: bool = True,
) -> Pixels:
    """Draw a page `size` pixels wide and high, or some rows of it; blue comes first."""
    rows = size[1] if rows is None else rows
    bitmap = pdfium.PdfBitmap.new_native(size[0], rows, raw.FPDFBitmap_BGR)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, size[0], rows)
    raw.FPDF_RenderPageBitmap(bitmap, page, 0, -top, *size, 0, raw.FPDF_ANNOT if annotations else 0)
    return np.array(bitmap.to_numpy())


class PlacedSource:
    """A source page brought to its place in memory; `trouble`: why it could not be."""

    def __init__(self, source: Source, placement: Placement, page: Any) -> None:
        self.trouble = ""
        self.is_shifted = False  # its numbers differ from the bundle's by rounding
        self._source, self._placement = source, placement
        self._original = source.document[source.index]
        self._rotation = raw.FPDFPage_GetRotation(self._original)
        self._whole: Any = None
        self._moved: Matrix | None = None  # where a page that stays in its document is drawn
        raw.FPDFPage_SetRotation(self._original, (self._rotation + placement.turned // 90) % 4)
        self.frame = read_frame(self._original)
        self.to_shown = combine_matrices(self.frame.shown, placement.moved)
        if not close_sizes(self.frame.size, placement.source_size):
            self.trouble = "its size differs from its source"
        elif placement.copied:
            self.page = self._original
        elif source.is_layered:
            self._move(page)
        else:
            self._place_page(source, page)
            self.is_shifted = self.frame.box[:2] != (0, 0)
        self.gray = placement.gray
        # neither moved, nor with comments or fields, which a viewer shows and this drawing flattens
        is_unmoved = placement.copied and not placement.turned
        self.is_plain_copy = is_unmoved and not self.gray and not source.loose
        self.picture_level = _choose_picture_level(placement)
        self.level = max(source.level, NEAR)
        self.shift_level = source.shift_level
        self.loose = [transform_box(self.to_shown, box) for box in source.loose]
        self.live_places = [transform_box(self.to_shown, box) for box in source.live_places]
        self.pictures = [transform_box(self.to_shown, box) for box in source.pictures]

    def _find_matrix(self, page: Any, frame: Frame) -> Matrix | None:
        """Return the matrix from the source's own coordinates to those of the bundle's page, which
        has `frame`.

        It has the bundle's exact numbers. None, and `trouble` set, if the ledger has others.
        """
        actual = _read_whole_matrix(page)
        expected = combine_matrices(self.to_shown, invert_matrix(frame.shown))
        if actual is not None and not is_same_place(actual, expected, self.frame.box):
            self.trouble = "it is not where the ledger says"
            return None
        return actual or expected

    def _move(self, page: Any) -> None:
        """Leave the page in its document, which defines what of it is visible, and move it when
        drawing."""
        frame = read_frame(page)
        matrix = self._find_matrix(page, frame)
        if matrix is not None:
            self._moved = combine_matrices(
                combine_matrices(invert_matrix(self.frame.shown), matrix), frame.shown
            )
        self.page, self.is_shifted = self._original, True

    def _place_page(self, source: Source, page: Any) -> None:
        """Make the whole source page one object of a new page, as the bundle has it."""
        frame = read_frame(page)
        matrix = self._find_matrix(page, frame)
        if matrix is None:
            return
        self._whole = pdfium.PdfDocument.new()
        new_page = self._whole.new_page(*page.get_size())
        raw.FPDFPage_SetMediaBox(new_page, *frame.box)
        raw.FPDFPage_SetCropBox(new_page, *frame.box)
        raw.FPDFPage_SetRotation(new_page, frame.turned // 90)
        raw.FPDFPage_SetRotation(self._original, 0)
        captured = source.document.page_as_xobject(source.index, self._whole)
        form = raw.FPDF_NewFormObjectFromXObject(captured)
        raw.FPDFPageObj_SetMatrix(form, raw.FS_MATRIX(*_shift_to_corner(matrix, self.frame.box)))
        raw.FPDFPage_InsertObject(new_page, form)
        self.page = new_page

    def draw(self, size: tuple[int, int], top: int, rows: int) -> Pixels:
        """Draw the page at its place, or some rows of it. `size`: of the bundle's whole page."""
        if self._moved is None:
            return draw_page(self.page, size, top, rows)
        (width, height), (right, upper) = self.page.get_size(), self._placement.size
        across, down = size[0] / right, size[1] / upper
        # both PDFium's page and its drawing begin at the upper left corner
        matrix = combine_matrices((1.0, 0.0, 0.0, -1.0, 0.0, height), self._moved)
        matrix = combine_matrices(matrix, (across, 0.0, 0.0, -down, 0.0, upper * down - top))
        left, first, end, last = transform_box(matrix, (0.0, 0.0, width, height))
        first, last = max(0, _round_down(first)), min(rows, -_round_down(-last))
        clip = raw.FS_RECTF(_round_down(left), first, -_round_down(-end), last)
        bitmap = pdfium.PdfBitmap.new_native(size[0], rows, raw.FPDFBitmap_BGR)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, size[0], rows)
        moved = raw.FS_MATRIX(*matrix)
        raw.FPDF_RenderPageBitmapWithMatrix(bitmap, self.page, moved, clip, raw.FPDF_ANNOT)
        return np.array(bitmap.to_numpy())

    def draw_live(self, seen: Pixels, size: tuple[int, int], top: int) -> Pixels | None:
        """Draw the page as a viewer shows the file, with its comments, within a pixel of its place;
        None if not needed.

        Args:
            seen: the rows of the bundle's page, from row `top`, to compare with.
            size: of the bundle's whole page.
        """
        if self._source.live is None:
            return None
        placement, rows = self._placement, seen.shape[0]
        across, down = size[0] / placement.size[0], size[1] / placement.size[1]
        width, height = placement.source_size
        place = (
            round(placement.moved[4] * across),
            -top,
            round(width * placement.scale * across),
            round(height * placement.scale * down),
            placement.turned // 90,
        )
        document = self._source.live()
        try:
            bitmap = pdfium.PdfBitmap.new_native(size[0], rows, raw.FPDFBitmap_BGR)
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, size[0], rows)
            raw.FPDF_RenderPageBitmap(bitmap, document[self._source.index], *place, raw.FPDF_ANNOT)
            drawing = np.array(bitmap.to_numpy())
        finally:
            document.close()
        return convert_to_gray(drawing, seen) if self.gray else drawing

    def close(self) -> None:
        """Close what was opened, and restore the source page."""
        raw.FPDFPage_SetRotation(self._original, self._rotation)
        self._original.close()
        if self._whole is not None:
            self._whole.close()


def _shift_to_corner(matrix: Matrix, box: Box) -> Matrix:
    """Shift a matrix to the visible lower left corner, which PDFium uses as the origin of a
    captured page."""
    return combine_matrices((1.0, 0.0, 0.0, 1.0, box[0], box[1]), matrix)


def _choose_picture_level(placement: Placement) -> int:
    """Return by how much blurred colors of pictures may differ; 0 if they must be unchanged."""
    coarser = 0 if placement.lossless else round(_COARSER_LEVEL * 150 / max(placement.dpi, 1.0))
    return max(
        min(max(coarser, COARSE), 160) if coarser else 0, GRAY_BLEND_LEVEL if placement.gray else 0
    )


def _read_whole_matrix(page: Any) -> Matrix | None:
    """Return the matrix of the one object that holds all of a page's content; None if there is
    none."""
    if raw.FPDFPage_CountObjects(page) < 1:
        return None
    first = raw.FPDFPage_GetObject(page, 0)
    matrix = raw.FS_MATRIX()
    if raw.FPDFPageObj_GetType(first) != raw.FPDF_PAGEOBJ_FORM or not raw.FPDFPageObj_GetMatrix(
        first, matrix
    ):
        return None
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def convert_to_gray(drawing: Pixels, seen: Pixels) -> Pixels:
    """Return a drawing in gray, except where the bundle's page has the source's color: shadings and
    patterns keep theirs."""
    light = np.asarray(Image.fromarray(np.ascontiguousarray(drawing[:, :, ::-1])).convert("L"))
    gray = np.repeat(light[:, :, None], 3, axis=2)
    kept = ~pixels.find_differing(seen, drawing)
    gray[kept] = drawing[kept]
    return gray


def _round_down(pixels: float) -> int:
    """Return the pixel a number lies in; a number that is whole except for rounding is whole."""
    return math.floor(round(pixels, 2))
