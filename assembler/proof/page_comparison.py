"""A page of a finished bundle against its source: both drawn by PDFium alike, and equal pixel by
pixel.

`compare_page` is for every page that has a PDF page behind it: a client's page, or a draft of ours
that was kept. The source is brought to the place the ledger gives it, in PDFium's memory, by the
same kind of objects the bundle has; the stamp is drawn over it from the ledger alone. What the
program draws from the same content with the same numbers is the same to the last pixel, so no
difference is allowed, inside the stamp's box or outside, but in `loose` places, where a mark or a
field was drawn anew.

Stable for other modules of `prove`: `Source(document=, index=)`, `Placement`
(`Placement.of(entry)`, or `size=` alone for a page that was only copied), `compare_page(page,
source, placement, stamp)`, which gives a `Difference` (`alike`, `trouble`, `pixels`, `place`). A
source document is opened for it alone (its pages are turned, flattened and captured in memory).
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
from assembler.proof.page_frame import frame_of
from assembler.proof.pixel_difference import Pixels
from assembler.proof.placement import (
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
from assembler.proof.stamp_drawing import ink_of

DPI = thumbnails.DPI
_FEWEST = 800  # pixels of the longer side: small pages are drawn finer
_FINEST = 6 * DPI
_MOST = 12_000_000  # pixels drawn at once; larger pages are compared band by band
NEAR, COARSE = 8, 48  # levels of softened colors
_COARSER = 100  # of pictures drawn again with 150 dots an inch; the fewer, the more they may differ
_BROADLY = 36  # levels of the mean of 15 × 15 pixels, of pictures drawn again
_GRAY = 3  # levels of a page whose colors were taken out: rounding
# of its softened colors: transparent things mix otherwise in gray, and pictures are stored anew
_GRAY_MIXED = 32
# points on both sides of a loose place's edge: where its picture is cut off there, PDFium snaps the
# cut to whole pixels or softens it, depending on how the picture was placed
_RIM = 0.75
_AROUND = 4.0  # points around a loose place: what is drawn anew there may reach so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A page (`index` from 0) of a PDFium document that is opened for comparing alone: it is
    changed in memory.

    `loose`: places, in the page's own coordinates, of what was made part of the page (comments,
    marks, form fields): there it may look a little different (`pixels.differing_near`), as this
    page does, or as the page of `live` does. `live`: opens the document once more, as it is, where
    that is needed; the caller closes it. `live_places`: of comments and marks, which PDFium draws
    then, and of fields that hold nothing, which it does not draw; a field with a value must look as
    in the file. `level`: by how much colors may differ in loose places: NEAR where the marks' own
    pictures were used, COARSE where they were drawn anew. `pictures`: places of its pictures, which
    may look coarser where the ledger says that they were drawn again. `aside`: by how much softened
    colors may differ everywhere on a page that is not placed to the last bit. `is_layered`: which
    of its content is seen depends on layers of the document, which a page that is taken out of it
    loses.
    """

    document: Any
    index: int
    loose: tuple[Box, ...] = ()
    level: int = 0
    pictures: tuple[Box, ...] = ()
    live: Callable[[], Any] | None = None
    live_places: tuple[Box, ...] = ()
    is_layered: bool = False
    aside: int = NEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a page differs from what it should look like: pixels that do, the place of all of them
    on the page as shown (points), and the largest difference of a color. `trouble`: why it could
    not be compared. `drawn`: the page without its stamp, where every pixel agreed and it was
    drawn as a whole; three colors, blue first."""

    pixels: int = 0
    worst: int = 0
    place: Box | None = None
    trouble: str = ""
    drawn: Pixels | None = field(default=None, repr=False, compare=False)

    @property
    def alike(self) -> bool:
        """Whether the page looks as it should."""
        return not self.pixels and not self.trouble

    def spares(self, stamp: Stamp) -> bool:
        """Whether it was compared, and no difference lies about this stamp."""
        if self.trouble or self.place is None:
            return not self.trouble
        left, bottom, right, top = self.place
        across = left < stamp.x + stamp.width and stamp.x < right
        return not (across and bottom < stamp.y + stamp.height and stamp.y < top)

    def __str__(self) -> str:
        """What is wrong, to stand after "page 5: "; "" if nothing is."""
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

    Args: `page`: a PDFium page as the bundle has it, nothing hidden. `stamp`: as the ledger gives
    it (text, x, y, width, height, size), None for a page without. `left_out`: places on the page as
    shown (points from its lower left corner) that another check judges, such as form fields whose
    values we drew; everything else is compared.
    """
    if not close_sizes(page.get_size(), placement.size):
        return Difference(trouble="it has another size than the ledger says")
    with_source = _Arranged(source, placement, page)
    try:
        if with_source.trouble:
            return Difference(trouble=with_source.trouble)
        return _compared(page, with_source, stamp, left_out)
    finally:
        with_source.close()


def drawing_size(size: tuple[float, float]) -> tuple[int, int]:
    """Width and height in pixels at which a page of this size, in points, is drawn."""
    scale = DPI / 72 * max(1.0, min(_FINEST / DPI, _FEWEST / (max(size) * DPI / 72)))
    return math.ceil(size[0] * scale), math.ceil(size[1] * scale)


def draw(
    page: Any,
    size: tuple[int, int],
    top: int = 0,
    rows: int | None = None,
    *,
    annotations: bool = True,
) -> Pixels:
    """A page, `size` pixels wide and high, or some rows of it. Blue comes first."""
    rows = size[1] if rows is None else rows
    bitmap = pdfium.PdfBitmap.new_native(size[0], rows, raw.FPDFBitmap_BGR)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, size[0], rows)
    raw.FPDF_RenderPageBitmap(bitmap, page, 0, -top, *size, 0, raw.FPDF_ANNOT if annotations else 0)
    return np.array(bitmap.to_numpy())


class _Arranged:
    """A source page, brought to its place in memory; `trouble` says why it could not be."""

    def __init__(self, source: Source, placement: Placement, page: Any) -> None:
        self.trouble = ""
        self.cornered = False  # placed by numbers that are not to the last bit those of the bundle
        self._source, self._placement = source, placement
        self._original = source.document[source.index]
        self._rotation = raw.FPDFPage_GetRotation(self._original)
        self._whole: Any = None
        self._moved: Matrix | None = None  # of a page that stays in its document: where it is drawn
        raw.FPDFPage_SetRotation(self._original, (self._rotation + placement.turned // 90) % 4)
        self.frame = frame_of(self._original)
        self.to_shown = after(self.frame.shown, placement.moved)
        if not close_sizes(self.frame.size, placement.source_size):
            self.trouble = "it has another size than its source"
        elif placement.copied:
            self.page = self._original
        elif source.is_layered:
            self._move(page)
        else:
            self._place(source, page)
            self.cornered = self.frame.box[:2] != (0, 0)
        self.gray = placement.gray
        self.picture_level = _picture_level(placement)
        self.level = max(source.level, NEAR)
        self.aside = source.aside
        self.loose = [moved_box(self.to_shown, box) for box in source.loose]
        self.live_places = [moved_box(self.to_shown, box) for box in source.live_places]
        self.pictures = [moved_box(self.to_shown, box) for box in source.pictures]

    def _matrix(self, page: Any, frame: Frame) -> Matrix | None:
        """From the source's own coordinates to those of the bundle's page, which has `frame`.

        They are the bundle's very numbers. None, and `trouble` set, where the ledger has others.
        """
        given = _matrix_of_whole(page)
        wanted = after(self.to_shown, inverse(frame.shown))
        if given is not None and not same_place(given, wanted, self.frame.box):
            self.trouble = "it is not where the ledger says"
            return None
        return given or wanted

    def _move(self, page: Any) -> None:
        """Leave the page in its document, which knows what of it is seen; move it in drawing."""
        frame = frame_of(page)
        matrix = self._matrix(page, frame)
        if matrix is not None:
            self._moved = after(after(inverse(self.frame.shown), matrix), frame.shown)
        self.page, self.cornered = self._original, True

    def _place(self, source: Source, page: Any) -> None:
        """Make the whole source page one object of a new page, as the bundle has it."""
        frame = frame_of(page)
        matrix = self._matrix(page, frame)
        if matrix is None:
            return
        self._whole = pdfium.PdfDocument.new()
        made = self._whole.new_page(*page.get_size())
        raw.FPDFPage_SetMediaBox(made, *frame.box)
        raw.FPDFPage_SetCropBox(made, *frame.box)
        raw.FPDFPage_SetRotation(made, frame.turned // 90)
        raw.FPDFPage_SetRotation(self._original, 0)
        captured = source.document.page_as_xobject(source.index, self._whole)
        form = raw.FPDF_NewFormObjectFromXObject(captured)
        raw.FPDFPageObj_SetMatrix(form, raw.FS_MATRIX(*_from_corner(matrix, self.frame.box)))
        raw.FPDFPage_InsertObject(made, form)
        self.page = made

    def draw(self, size: tuple[int, int], top: int, rows: int) -> Pixels:
        """Draw the page at its place, or some rows of it. `size`: of the bundle's whole page."""
        if self._moved is None:
            return draw(self.page, size, top, rows)
        (wide, high), (right, upper) = self.page.get_size(), self._placement.size
        across, down = size[0] / right, size[1] / upper
        # both PDFium's page and its drawing begin at the upper left corner
        matrix = after((1.0, 0.0, 0.0, -1.0, 0.0, high), self._moved)
        matrix = after(matrix, (across, 0.0, 0.0, -down, 0.0, upper * down - top))
        left, first, end, last = moved_box(matrix, (0.0, 0.0, wide, high))
        first, last = max(0, _floor(first)), min(rows, -_floor(-last))
        clip = raw.FS_RECTF(_floor(left), first, -_floor(-end), last)
        bitmap = pdfium.PdfBitmap.new_native(size[0], rows, raw.FPDFBitmap_BGR)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, size[0], rows)
        moved = raw.FS_MATRIX(*matrix)
        raw.FPDF_RenderPageBitmapWithMatrix(bitmap, self.page, moved, clip, raw.FPDF_ANNOT)
        return np.array(bitmap.to_numpy())

    def draw_live(self, part: _Part) -> Pixels | None:
        """The page as a viewer shows the file, its comments drawn as such: to within a pixel
        where it should lie."""
        if self._source.live is None:
            return None
        placement, (size, rows) = self._placement, (part.size, part.seen.shape[0])
        across, down = size[0] / placement.size[0], size[1] / placement.size[1]
        wide, high = placement.source_size
        place = (
            round(placement.moved[4] * across),
            -part.top,
            round(wide * placement.scale * across),
            round(high * placement.scale * down),
            placement.turned // 90,
        )
        document = self._source.live()
        try:
            bitmap = pdfium.PdfBitmap.new_native(size[0], rows, raw.FPDFBitmap_BGR)
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, size[0], rows)
            raw.FPDF_RenderPageBitmap(bitmap, document[self._source.index], *place, raw.FPDF_ANNOT)
            drawn = np.array(bitmap.to_numpy())
        finally:
            document.close()
        return _without_color(drawn, part.seen) if self.gray else drawn

    def close(self) -> None:
        raw.FPDFPage_SetRotation(self._original, self._rotation)
        self._original.close()
        if self._whole is not None:
            self._whole.close()


def _from_corner(matrix: Matrix, box: Box) -> Matrix:
    """PDFium captures a page with its visible lower left corner as the origin."""
    return after((1.0, 0.0, 0.0, 1.0, box[0], box[1]), matrix)


def _picture_level(placement: Placement) -> int:
    """By how much softened colors of pictures may differ; 0 where they must be as they were."""
    coarser = 0 if placement.lossless else round(_COARSER * 150 / max(placement.dpi, 1.0))
    return max(
        min(max(coarser, COARSE), 160) if coarser else 0, _GRAY_MIXED if placement.gray else 0
    )


def _matrix_of_whole(page: Any) -> Matrix | None:
    """Of the object that holds all of a page's content, where it was placed as such."""
    if raw.FPDFPage_CountObjects(page) < 1:
        return None
    first = raw.FPDFPage_GetObject(page, 0)
    matrix = raw.FS_MATRIX()
    if raw.FPDFPageObj_GetType(first) != raw.FPDF_PAGEOBJ_FORM or not raw.FPDFPageObj_GetMatrix(
        first, matrix
    ):
        return None
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _compared(
    page: Any, source: _Arranged, stamp: Stamp | None, left_out: Sequence[Box]
) -> Difference:
    shown = page.get_size()
    size = drawing_size(shown)
    ink = ink_of(stamp, page, size) if stamp else None
    found, worst, area, drawn = 0, 0, None, None
    for start, rows in _bands(size):
        seen, expected = draw(page, size, start, rows), source.draw(size, start, rows)
        if source.gray:
            expected = _without_color(expected, seen)
        drawn = expected.copy() if rows == size[1] else None
        if ink:
            ink.print_on(expected, start)
        span = pixels.differing_rows(seen, expected)
        if not span.stop:
            continue
        drawn = None
        seen, expected, top = seen[span], expected[span], start + span.start
        part = _Part(seen=seen, expected=expected, size=size, top=top, shown=shown)
        wrong = pixels.differing(seen, expected, _GRAY if source.gray else 0) & ~part.within(
            left_out, 0
        )
        if ink:
            wrong &= ~ink.edges(wrong.shape, top) | pixels.differing(seen, expected, ink.rounding)
        wrong &= ~_excused(part, wrong, source)
        if ink and wrong.any():
            paper = source.draw(size, start, rows)
            paper = _without_color(paper, draw(page, size, start, rows)) if source.gray else paper
            wrong &= ~ink.is_between_pixels(seen, paper[span], top)
        found += int(wrong.sum())
        worst = max(worst, int(np.abs(seen.astype(np.int16) - expected)[wrong].max(initial=0)))
        area = _joined(area, pixels.bounds(wrong), top)
    place = _in_points(area, size, shown) if area else None
    return Difference(pixels=found, worst=worst, place=place, drawn=drawn)


def _without_color(drawing: Pixels, seen: Pixels) -> Pixels:
    """A drawing in gray, but where the bundle's page has the very color of the source: shadings
    and patterns keep theirs."""
    light = np.asarray(Image.fromarray(np.ascontiguousarray(drawing[:, :, ::-1])).convert("L"))
    gray = np.repeat(light[:, :, None], 3, axis=2)
    kept = ~pixels.differing(seen, drawing)
    gray[kept] = drawing[kept]
    return gray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Some rows of both drawings, from row `top` of drawings of `size` pixels of a page of
    `shown` points."""

    seen: Pixels
    expected: Pixels
    size: tuple[int, int]
    top: int
    shown: tuple[float, float]

    def within(self, boxes: Sequence[Box], around: float) -> pixels.Mask:
        """Which pixels lie in boxes of the page as shown, or so many points around one."""
        areas = [_in_pixels(box, self, around) for box in boxes]
        return pixels.within(areas, self.seen.shape)


def _excused(part: _Part, wrong: pixels.Mask, source: _Arranged) -> pixels.Mask:
    """Pixels in loose places that look as the source's mark does, drawn by another program; of a
    page whose pictures were stored again, all that look as before but for what the coding does."""
    excused = np.zeros_like(wrong)
    everywhere = max(source.aside if source.cornered else 0, _GRAY_MIXED if source.gray else 0)
    rules = [(np.ones_like(wrong), everywhere)] if everywhere else []
    if source.picture_level:
        rules.append((part.within(source.pictures, 1.0), source.picture_level))
    places = part.within(source.loose, _AROUND)
    rims = np.zeros_like(wrong)
    for box in source.loose:
        rims |= part.within([box], _RIM) & ~part.within([box], -_RIM)
    for area, level in (*rules, (places, source.level)):
        if (wrong & area & ~excused).any():
            excused |= area & ~pixels.differing_near(part.seen, part.expected, level)
    if (wrong & rims & ~excused).any():
        excused |= rims & ~pixels.differing_around(part.seen, part.expected, COARSE)
    if (
        source.picture_level and excused.any()
    ):  # small print may be lost in what coarse pictures are allowed
        excused &= ~pixels.differing_broadly(part.seen, part.expected, _BROADLY)
    marks = part.within(source.live_places, _AROUND)
    if (wrong & marks & ~excused).any() and (live := source.draw_live(part)) is not None:
        excused |= marks & ~pixels.differing_near(part.seen, live, source.level)
    return excused


def _floor(pixels: float) -> int:
    """The pixel a number lies in; one that is whole but for rounding is whole."""
    return math.floor(round(pixels, 2))


def _in_pixels(box: Box, part: _Part, around: float) -> pixels.Area:
    across, down = part.size[0] / part.shown[0], part.size[1] / part.shown[1]
    left, right = math.floor((box[0] - around) * across), math.ceil((box[2] + around) * across)
    upper, lower = part.shown[1] - box[3] - around, part.shown[1] - box[1] + around
    return left, math.floor(upper * down) - part.top, right, math.ceil(lower * down) - part.top


def sheet_of(difference: Difference, size: Sequence[float]) -> Image.Image | None:
    """The page without its stamp as a person is shown it, where it was drawn so: a sheet, at
    DPI, of a page of this size."""
    if difference.drawn is None or not thumbnails.is_sheet(size) or max(size) * DPI / 72 < _FEWEST:
        return None
    return Image.fromarray(np.ascontiguousarray(difference.drawn[:, :, ::-1]))


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
    return (
        min(area[0], other[0]),
        min(area[1], other[1]),
        max(area[2], other[2]),
        max(area[3], other[3]),
    )


def _in_points(area: pixels.Area, size: tuple[int, int], page: Sequence[float]) -> Box:
    across, down = page[0] / size[0], page[1] / size[1]
    return area[0] * across, page[1] - area[3] * down, area[2] * across, page[1] - area[1] * down
