"""A page of a finished bundle against its source: both drawn by PDFium alike, and equal pixel by pixel.

`compare_page` is for every page that has a PDF page behind it: a client's page, or a draft of ours that was kept. The source is
brought to the place the ledger gives it, in PDFium's memory, by the same kind of objects the bundle has; the stamp is drawn over
it from the ledger alone. What the program draws from the same content with the same numbers is the same to the last pixel, so no
difference is allowed, inside the stamp's box or outside, but in `loose` places, where a mark or a field was drawn anew.

Stable for other modules of `prove`: `Source(document=, index=)`, `Placement` (`Placement.of(entry)`, or `size=` alone for a page
that was only copied), `compare_page(page, source, placement, stamp)`, which gives a `Difference` (`alike`, `trouble`, `pixels`,
`place`). A source document is opened for it alone (its pages are turned, flattened and captured in memory).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from assembler.prove import pixels
from assembler.prove.pixels import Pixels
from assembler.prove.placement import (
    Box,
    Frame,
    Matrix,
    Placement,
    after,
    close_sizes,
    inverse,
    moved_box,
    same_place,
)
from assembler.prove.stamp_drawing import ink_of

DPI = 96
_FEWEST = 800  # pixels of the longer side: small pages are drawn finer
_FINEST = 6 * DPI
_MOST = 12_000_000  # pixels drawn at once; larger pages are compared band by band
_AROUND = 4.0  # points around a loose place: what is drawn anew there may reach so far
_MIXED = 1  # level by which a letter's edge may differ where a stamp stands on anything but white: rounding
_LOOSE = 24  # levels by which two programs' drawings of the same mark may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A page (`index` from 0) of a PDFium document that is opened for comparing alone: it is changed in memory.

    `loose`: places, in the page's own coordinates, where the bundle's page may look a little different (see `pixels`).
    """

    document: Any
    index: int
    loose: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a page differs from what it should look like: pixels that do, the place of all of them on the page as shown (points),
    and the largest difference of a color. `trouble`: why it could not be compared. `drawn`: the page without its stamp, where
    every pixel agreed and it was drawn at DPI as a whole; three colors, blue first."""

    pixels: int = 0
    worst: int = 0
    place: Box | None = None
    trouble: str = ""
    drawn: Pixels | None = field(default=None, repr=False, compare=False)

    @property
    def alike(self) -> bool:
        """Whether the page looks as it should."""
        return not self.pixels and not self.trouble


def compare_page(page: Any, source: Source, placement: Placement, stamp: Mapping[str, Any] | None) -> Difference:
    """Compare a page of the bundle, with its stamp on it, with its source.

    Args: `page`: a PDFium page as the bundle has it, nothing hidden. `stamp`: as the ledger gives it (text, x, y, width,
    height, size), None for a page without. Nothing is left out of the comparison.
    """
    if not close_sizes(page.get_size(), placement.size):
        return Difference(trouble="it has another size than the ledger says")
    with_source = _Arranged(source, placement, page)
    try:
        if with_source.trouble:
            return Difference(trouble=with_source.trouble)
        return _compared(page, with_source, placement, stamp)
    finally:
        with_source.close()


def frame_of(page: Any) -> Frame:
    """The visible box of a PDFium page."""
    rect = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, rect)
    return Frame(box=(rect.left, rect.bottom, rect.right, rect.top), turned=90 * raw.FPDFPage_GetRotation(page))


def drawing_size(size: tuple[float, float]) -> tuple[int, int]:
    """Width and height in pixels at which a page of this size, in points, is drawn."""
    scale = DPI / 72 * max(1.0, min(_FINEST / DPI, _FEWEST / (max(size) * DPI / 72)))
    return math.ceil(size[0] * scale), math.ceil(size[1] * scale)


def draw(page: Any, size: tuple[int, int], top: int = 0, rows: int | None = None) -> Pixels:
    """A page, `size` pixels wide and high, or some rows of it; annotations included. Blue comes first."""
    rows = size[1] if rows is None else rows
    bitmap = pdfium.PdfBitmap.new_native(size[0], rows, raw.FPDFBitmap_BGR)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, size[0], rows)
    raw.FPDF_RenderPageBitmap(bitmap, page, 0, -top, *size, 0, raw.FPDF_ANNOT)
    return np.array(bitmap.to_numpy())


class _Arranged:
    """A source page, brought to its place in memory; `trouble` says why it could not be."""

    def __init__(self, source: Source, placement: Placement, page: Any) -> None:
        self.trouble = ""
        self._original = source.document[source.index]
        self._rotation = raw.FPDFPage_GetRotation(self._original)
        self._whole: Any = None
        raw.FPDFPage_SetRotation(self._original, (self._rotation + placement.turned // 90) % 4)
        self.frame = frame_of(self._original)
        self.to_shown = after(self.frame.shown, placement.moved)
        if not close_sizes(self.frame.size, placement.source_size):
            self.trouble = "it has another size than its source"
        elif placement.copied:
            self.page = self._original
        else:
            self._place(source, page)

    def _place(self, source: Source, page: Any) -> None:
        """The whole source page as one object of a new page, as the bundle has it, by the very same numbers."""
        frame = frame_of(page)
        given = _matrix_of_whole(page)
        wanted = after(self.to_shown, inverse(frame.shown))
        if given is not None and not same_place(given, wanted, self.frame.box):
            self.trouble = "it is not where the ledger says"
            return
        self._whole = pdfium.PdfDocument.new()
        made = self._whole.new_page(*page.get_size())
        raw.FPDFPage_SetMediaBox(made, *frame.box)
        raw.FPDFPage_SetCropBox(made, *frame.box)
        raw.FPDFPage_SetRotation(made, frame.turned // 90)
        raw.FPDFPage_SetRotation(self._original, 0)
        captured = source.document.page_as_xobject(source.index, self._whole)
        form = raw.FPDF_NewFormObjectFromXObject(captured)
        raw.FPDFPageObj_SetMatrix(form, raw.FS_MATRIX(*_from_corner(given or wanted, self.frame.box)))
        raw.FPDFPage_InsertObject(made, form)
        self.page = made

    def close(self) -> None:
        raw.FPDFPage_SetRotation(self._original, self._rotation)
        self._original.close()
        if self._whole is not None:
            self._whole.close()


def _from_corner(matrix: Matrix, box: Box) -> Matrix:
    """PDFium captures a page with its visible lower left corner as the origin."""
    return after((1.0, 0.0, 0.0, 1.0, box[0], box[1]), matrix)


def _matrix_of_whole(page: Any) -> Matrix | None:
    """Of the object that holds all of a page's content, where it was placed as such."""
    if raw.FPDFPage_CountObjects(page) < 1:
        return None
    first = raw.FPDFPage_GetObject(page, 0)
    matrix = raw.FS_MATRIX()
    if raw.FPDFPageObj_GetType(first) != raw.FPDF_PAGEOBJ_FORM or not raw.FPDFPageObj_GetMatrix(first, matrix):
        return None
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _compared(page: Any, source: _Arranged, placement: Placement, stamp: Mapping[str, Any] | None) -> Difference:
    size = drawing_size(page.get_size())
    ink = ink_of(stamp, page.get_size(), size) if stamp else None
    found, worst, area, drawn = 0, 0, None, None
    for top, rows in _bands(size):
        expected = draw(source.page, size, top, rows)
        drawn = expected.copy() if rows == size[1] else None
        if ink:
            ink.print_on(expected, top)
        seen = draw(page, size, top, rows)
        if np.array_equal(seen, expected):
            continue
        wrong = pixels.differing(seen, expected)
        if ink:
            wrong &= ~ink.edges(*wrong.shape, top) | pixels.differing(seen, expected, _MIXED)
        found += int(wrong.sum())
        worst = max(worst, int(np.abs(seen.astype(np.int16) - expected).max()))
        area = _joined(area, pixels.bounds(wrong), top)
    place = _in_points(area, size, page.get_size()) if area else None
    return Difference(pixels=found, worst=worst, place=place, drawn=None if found else drawn)


def _bands(size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """First row and rows of each part that is drawn at once."""
    rows = max(64, _MOST // size[0])
    yield from ((top, min(rows, size[1] - top)) for top in range(0, size[1], rows))


def _joined(area: pixels.Area | None, other: pixels.Area | None, top: int) -> pixels.Area | None:
    if other is None:
        return area
    other = (other[0], other[1] + top, other[2], other[3] + top)
    if area is None:
        return other
    return min(area[0], other[0]), min(area[1], other[1]), max(area[2], other[2]), max(area[3], other[3])


def _in_points(area: pixels.Area, size: tuple[int, int], page: Sequence[float]) -> Box:
    across, down = page[0] / size[0], page[1] / size[1]
    return area[0] * across, page[1] - area[3] * down, area[2] * across, page[1] - area[1] * down
