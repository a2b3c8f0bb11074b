"""Compare a page of a finished bundle with its source, both drawn by PDFium in the same way, pixel
by pixel.

`compare_page` is for every page that has a PDF page behind it: a client's page, or a kept draft of
ours. The source is brought to its place in the ledger, in PDFium's memory, by the same kind of
objects the bundle has; the stamp is drawn over it from the ledger alone. PDFium draws the same
content with the same numbers identically, so no difference is allowed, inside the stamp's box or
outside, except in `loose` places, where a mark or a field was drawn anew.

Other modules use `Source(document=, index=)`, `Placement` (`Placement.of(entry)`, or `size=` alone
for a page that was only copied), and `compare_page(page, source, placement, stamp)`, which returns
a `Difference` (`alike`, `trouble`, `pixels`, `place`). Open a source document for this comparison
only: its pages are rotated, flattened and captured in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from assembler.model import Stamp
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
from assembler.proof.stamp_drawing import measure_stamp_ink

DPI = thumbnails.DPI
_MIN_PIXELS = 800  # pixels of the longer side: small pages are drawn at a higher resolution
_MAX_DPI = 6 * DPI
_MAX_PIXELS = 12_000_000  # pixels drawn at once; larger pages are compared band by band
NEAR, COARSE = 8, 48  # levels of blurred colors
_COARSER_LEVEL = 100  # of pictures redrawn at 150 dpi; at a lower resolution they may differ more
_MEAN_LEVEL = 36  # levels of the mean of 15 × 15 pixels, of redrawn pictures
_GRAY_LEVEL = 3  # levels of a page converted to gray: rounding
# of its blurred colors: transparency blends differently in gray, and pictures are reencoded
_GRAY_BLEND_LEVEL = 32
# points on both sides of a loose place's edge: where its picture is cropped there, PDFium snaps the
# crop to whole pixels or smooths it, depending on how the picture was placed
_RIM = 0.75
_LOOSE_MARGIN = 4.0  # points around a loose place that what is redrawn there may reach


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a page differs from what it should look like: the number of pixels, the area of all of
    them on the page as shown (points), and the largest difference of a color.

    `trouble`: why it could not be compared. `drawn`: the page without its stamp, if every pixel
    agreed and it was drawn as a whole; three colors, blue first.
    """

    pixels: int = 0
    worst: int = 0
    place: Box | None = None
    trouble: str = ""
    drawn: Pixels | None = field(default=None, repr=False, compare=False)

    @property
    def alike(self) -> bool:
        """Return whether the page looks as it should."""
        return not self.pixels and not self.trouble

    def is_sparing(self, stamp: Stamp) -> bool:
        """Return whether the page was compared, and no difference lies around this stamp."""
        if self.trouble or self.place is None:
            return not self.trouble
        left, bottom, right, top = self.place
        across = left < stamp.x + stamp.width and stamp.x < right
        return not (across and bottom < stamp.y + stamp.height and stamp.y < top)

    def __str__(self) -> str:
        """Return what is wrong, as text to follow "page 5: "; "" if nothing is."""
        if not self.place:
            return self.trouble
        left, bottom, right, top = (round(value) for value in self.place)
        return (
            f"{self.pixels} dots differ, from ({left}, {bottom}) to ({right}, {top}) in points "
            f"from its lower left corner"
        )


def compare_page(
    page: Any,
    source: Source,
    placement: Placement,
    stamp: Stamp | None,
    *,
    left_out: Sequence[Box] = (),
) -> Difference:
    """Compare a page of the bundle, with its stamp on it, with its source.

    `page`: a PDFium page as the bundle has it, nothing hidden. `stamp`: as the ledger gives it,
    None for a page without. `left_out`: places on the page as shown (points from its lower left
    corner) that another check covers, such as form fields whose values we drew; everything else is
    compared.
    """
    if not close_sizes(page.get_size(), placement.size):
        return Difference(trouble="its size differs from the ledger says")
    with_source = _PlacedSource(source, placement, page)
    try:
        if with_source.trouble:
            return Difference(trouble=with_source.trouble)
        return _compare(page, with_source, stamp, left_out)
    finally:
        with_source.close()


def find_drawing_size(size: tuple[float, float]) -> tuple[int, int]:
    """Return width and height in pixels at which a page of this size, in points, is drawn."""
    scale = DPI / 72 * max(1.0, min(_MAX_DPI / DPI, _MIN_PIXELS / (max(size) * DPI / 72)))
    return math.ceil(size[0] * scale), math.ceil(size[1] * scale)


def draw(
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


class _PlacedSource:
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
            return draw(self.page, size, top, rows)
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

    def draw_live(self, part: _Part) -> Pixels | None:
        """Draw the page as a viewer shows the file, with its comments, within a pixel of its place;
        None if not needed."""
        if self._source.live is None:
            return None
        placement, (size, rows) = self._placement, (part.size, part.seen.shape[0])
        across, down = size[0] / placement.size[0], size[1] / placement.size[1]
        width, height = placement.source_size
        place = (
            round(placement.moved[4] * across),
            -part.top,
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
        return _convert_to_gray(drawing, part.seen) if self.gray else drawing

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
        min(max(coarser, COARSE), 160) if coarser else 0, _GRAY_BLEND_LEVEL if placement.gray else 0
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


def _compare(
    page: Any, source: _PlacedSource, stamp: Stamp | None, left_out: Sequence[Box]
) -> Difference:
    shown = page.get_size()
    size = find_drawing_size(shown)
    ink = measure_stamp_ink(stamp, page, size) if stamp else None
    count, worst, area_so_far, complete_drawing = 0, 0, None, None
    for start, rows in _split_into_bands(size):
        seen, expected = draw(page, size, start, rows), source.draw(size, start, rows)
        if source.gray:
            expected = _convert_to_gray(expected, seen)
        complete_drawing = expected.copy() if rows == size[1] else None
        if ink:
            ink.print_on(expected, start)
        span = pixels.find_differing_rows(seen, expected)
        if not span.stop:
            continue
        complete_drawing = None
        seen, expected, top = seen[span], expected[span], start + span.start
        part = _Part(seen=seen, expected=expected, size=size, top=top, shown=shown)
        wrong = pixels.find_differing(
            seen, expected, _GRAY_LEVEL if source.gray else 0
        ) & ~part.mask_within(left_out, 0)
        if ink:
            wrong &= ~ink.mask_edges(wrong.shape, top) | pixels.find_differing(
                seen, expected, ink.rounding
            )
        wrong &= ~_mask_allowed_differences(part, wrong, source)
        if ink and wrong.any():
            paper = source.draw(size, start, rows)
            paper = _convert_to_gray(paper, draw(page, size, start, rows)) if source.gray else paper
            wrong &= ~ink.is_between_pixels(seen, paper[span], top)
        count += int(wrong.sum())
        worst = max(worst, int(np.abs(seen.astype(np.int16) - expected)[wrong].max(initial=0)))
        area_so_far = _join_areas(area_so_far, pixels.find_bounds(wrong), top)
    place = _convert_to_points(area_so_far, size, shown) if area_so_far else None
    return Difference(pixels=count, worst=worst, place=place, drawn=complete_drawing)


def _convert_to_gray(drawing: Pixels, seen: Pixels) -> Pixels:
    """Return a drawing in gray, except where the bundle's page has the source's color: shadings and
    patterns keep theirs."""
    light = np.asarray(Image.fromarray(np.ascontiguousarray(drawing[:, :, ::-1])).convert("L"))
    gray = np.repeat(light[:, :, None], 3, axis=2)
    kept = ~pixels.find_differing(seen, drawing)
    gray[kept] = drawing[kept]
    return gray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Some rows of both drawings, from row `top` of drawings of `size` pixels of a page of `shown`
    points."""

    seen: Pixels
    expected: Pixels
    size: tuple[int, int]
    top: int
    shown: tuple[float, float]

    def mask_within(self, boxes: Sequence[Box], around: float) -> pixels.Mask:
        """Return a mask of the pixels in boxes of the page as shown, or at most `around` points
        outside one."""
        areas = [_convert_to_pixels(box, self, around) for box in boxes]
        return pixels.mask_areas(areas, self.seen.shape)


def _mask_allowed_differences(
    part: _Part, wrong: pixels.Mask, source: _PlacedSource
) -> pixels.Mask:
    """Return a mask of the pixels that may differ.

    In loose places they look as the source's mark does, drawn by another program; on a page whose
    pictures were reencoded, everything may differ by what the coding changes.
    """
    allowed = np.zeros_like(wrong)
    everywhere = max(
        source.shift_level if source.is_shifted else 0, _GRAY_BLEND_LEVEL if source.gray else 0
    )
    rules = [(np.ones_like(wrong), everywhere)] if everywhere else []
    if source.picture_level:
        rules.append((part.mask_within(source.pictures, 1.0), source.picture_level))
    places = part.mask_within(source.loose, _LOOSE_MARGIN)
    for area, level in (*rules, (places, source.level)):
        if (wrong & area & ~allowed).any():
            allowed |= area & ~pixels.find_differing_near(part.seen, part.expected, level)
    if source.loose and (wrong & ~allowed).any():
        rims = np.zeros_like(wrong)
        for box in source.loose:
            rims |= part.mask_within([box], _RIM) & ~part.mask_within([box], -_RIM)
        if (wrong & rims & ~allowed).any():
            allowed |= rims & ~pixels.find_differing_around(part.seen, part.expected, COARSE)
    # small print could disappear within what coarse pictures are allowed
    if source.picture_level and allowed.any():
        allowed &= ~pixels.find_differing_broadly(part.seen, part.expected, _MEAN_LEVEL)
    marks = part.mask_within(source.live_places, _LOOSE_MARGIN)
    if (wrong & marks & ~allowed).any() and (live := source.draw_live(part)) is not None:
        allowed |= marks & ~pixels.find_differing_near(part.seen, live, source.level)
    return allowed


def _round_down(pixels: float) -> int:
    """Return the pixel a number lies in; a number that is whole except for rounding is whole."""
    return math.floor(round(pixels, 2))


def _convert_to_pixels(box: Box, part: _Part, around: float) -> pixels.Area:
    across, down = part.size[0] / part.shown[0], part.size[1] / part.shown[1]
    left, right = math.floor((box[0] - around) * across), math.ceil((box[2] + around) * across)
    upper, lower = part.shown[1] - box[3] - around, part.shown[1] - box[1] + around
    return left, math.floor(upper * down) - part.top, right, math.ceil(lower * down) - part.top


def draw_thumbnail_sheet(difference: Difference, size: Sequence[float]) -> Image.Image | None:
    """Return the page without its stamp as a thumbnail sheet, if the comparison drew one at DPI for
    a page of this size."""
    if (
        difference.drawn is None
        or not thumbnails.is_sheet(size)
        or max(size) * DPI / 72 < _MIN_PIXELS
    ):
        return None
    return Image.fromarray(np.ascontiguousarray(difference.drawn[:, :, ::-1]))


def _split_into_bands(size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the first row and the number of rows of each part that is drawn at once."""
    rows = max(64, _MAX_PIXELS // size[0])
    yield from ((top, min(rows, size[1] - top)) for top in range(0, size[1], rows))


def _join_areas(
    area: pixels.Area | None, other: pixels.Area | None, top: int
) -> pixels.Area | None:
    if other is None:
        return area
    other = (other[0], other[1] + top, other[2], other[3] + top)
    if area is None:
        return other
    return (
        min(area[0], other[0]),
        min(area[1], other[1]),
        max(area[2], other[2]),
        max(area[3], other[3]),
    )


def _convert_to_points(area: pixels.Area, size: tuple[int, int], page: Sequence[float]) -> Box:
    across, down = page[0] / size[0], page[1] / size[1]
    return area[0] * across, page[1] - area[3] * down, area[2] * across, page[1] - area[1] * down
