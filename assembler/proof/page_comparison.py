"""Compare a page of a finished bundle with its source, both drawn by PDFium in the same way, pixel
by pixel.

`compare_page` is for every page that has a PDF page behind it: a client's page, or a kept draft of
ours. The source is brought to its place in the ledger, in PDFium's memory, by the same kind of
objects the bundle has; the stamp is drawn over it from the ledger alone. PDFium draws the same
content with the same numbers identically, so no difference is allowed, inside the stamp's box or
outside, except in `loose` places, where a mark or a field was drawn anew.

Other modules use `Source(document=, index=)`, `Placement` (`Placement.of(entry)`, or `size=` alone
for a page that was only copied), and `compare_page(page, source, placement, stamp)`, which returns
a `Difference` (`alike`, `trouble`, `pixels`, `place`). `proof.source_drawing` draws the source.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from assembler.model import Stamp
from assembler.pdf import thumbnails
from assembler.proof import pixel_difference as pixels
from assembler.proof.pixel_difference import Pixels
from assembler.proof.placement import Box, Placement, close_sizes
from assembler.proof.source_drawing import (
    COARSE,
    DPI,
    GRAY_BLEND_LEVEL,
    MIN_PIXELS,
    PlacedSource,
    Source,
    convert_to_gray,
    draw_page,
    find_drawing_size,
)
from assembler.proof.stamp_drawing import measure_stamp_ink

_MAX_PIXELS = 12_000_000  # pixels drawn at once; larger pages are compared band by band
_MEAN_LEVEL = 36  # levels of the mean of 15 × 15 pixels, of redrawn pictures
_GRAY_LEVEL = 3  # levels of a page converted to gray: rounding
# points on both sides of a loose place's edge: where its picture is cropped there, PDFium snaps the
# crop to whole pixels or smooths it, depending on how the picture was placed
_RIM = 0.75
_LOOSE_MARGIN = 4.0  # points around a loose place that what is redrawn there may reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a page differs from what it should look like: the number of pixels, the area of all of
    them on the page as shown (points), and the largest difference of a color.

    `trouble`: why it could not be compared. `drawn`: the page without its stamp, if every pixel
    agreed but for edges of the stamp, and it was drawn as a whole; three colors, blue first.
    `shows_source`: a viewer shows the source's page so, too.
    """

    pixels: int = 0
    worst: int = 0
    place: Box | None = None
    trouble: str = ""
    drawn: Pixels | None = field(default=None, repr=False, compare=False)
    shows_source: bool = field(default=False, compare=False)

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
    with_source = PlacedSource(source, placement, page)
    try:
        if with_source.trouble:
            return Difference(trouble=with_source.trouble)
        return _compare(page, with_source, stamp, left_out)
    finally:
        with_source.close()


def _compare(
    page: Any, source: PlacedSource, stamp: Stamp | None, left_out: Sequence[Box]
) -> Difference:
    shown = page.get_size()
    size = find_drawing_size(shown)
    ink = measure_stamp_ink(stamp, page, size) if stamp else None
    count, worst, area_so_far, complete_drawing = 0, 0, None, None
    for start, rows in _split_into_bands(size):
        seen, expected = draw_page(page, size, start, rows), source.draw(size, start, rows)
        if source.gray:
            expected = convert_to_gray(expected, seen)
        complete_drawing = expected.copy() if rows == size[1] else None
        if ink:
            ink.print_on(expected, start)
        span = pixels.find_differing_rows(seen, expected)
        if not span.stop:
            continue
        seen, expected, top = seen[span], expected[span], start + span.start
        part = _Part(seen=seen, expected=expected, size=size, top=top, shown=shown)
        wrong = pixels.find_differing(
            seen, expected, _GRAY_LEVEL if source.gray else 0
        ) & ~part.mask_within(left_out, 0)
        if ink:
            wrong &= ~ink.mask_edges(wrong.shape, top) | pixels.find_differing(
                seen, expected, ink.rounding
            )
        if not (wrong.any() or left_out):  # they differ at the edges of the stamp's letters only
            continue
        complete_drawing = None
        wrong &= ~_mask_allowed_differences(part, wrong, source)
        if ink and wrong.any():
            paper = source.draw(size, start, rows)
            paper = (
                convert_to_gray(paper, draw_page(page, size, start, rows)) if source.gray else paper
            )
            wrong &= ~ink.is_between_pixels(seen, paper[span], top)
        count += int(wrong.sum())
        worst = max(worst, int(np.abs(seen.astype(np.int16) - expected)[wrong].max(initial=0)))
        area_so_far = _join_areas(area_so_far, pixels.find_bounds(wrong), top)
    place = _convert_to_points(area_so_far, size, shown) if area_so_far else None
    return Difference(
        pixels=count,
        worst=worst,
        place=place,
        drawn=complete_drawing,
        shows_source=source.is_plain_copy,
    )


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


def _mask_allowed_differences(part: _Part, wrong: pixels.Mask, source: PlacedSource) -> pixels.Mask:
    """Return a mask of the pixels that may differ.

    In loose places they look as the source's mark does, drawn by another program; on a page whose
    pictures were reencoded, everything may differ by what the coding changes.
    """
    allowed = np.zeros_like(wrong)
    everywhere = max(
        source.shift_level if source.is_shifted else 0, GRAY_BLEND_LEVEL if source.gray else 0
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
    if (wrong & marks & ~allowed).any() and (
        live := source.draw_live(part.seen, part.size, part.top)
    ) is not None:
        allowed |= marks & ~pixels.find_differing_near(part.seen, live, source.level)
    return allowed


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
        or max(size) * DPI / 72 < MIN_PIXELS
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
