"""A stamp looked at by itself: drawn as the ledger says, where it says, the last thing on its
page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pypdfium2 import raw

from assembler.model import Stamp
from assembler.pdf import stamp_area as stamps
from assembler.proof import pixel_difference
from assembler.proof.page_comparison import draw, drawing_size
from assembler.proof.stamp_drawing import Ink, ink_of

_MOST = 12_000_000  # pixels: of larger pages only the stamp's own rows are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class StampState:
    """`last`: the last thing on the page is text within the stamp's box, or it has no stamp.
    `drawn`: it looks as it must."""

    last: bool
    drawn: bool


def stamp_state(page: Any, stamp: Stamp | None, *, over_all: bool) -> StampState:
    """Look at the stamp of a page of the bundle; the page is left as it was.

    `over_all`: whether it is also looked for on the page with all that is on it; where the whole
    page is compared with its source, or was before and has no annotation that is drawn over it,
    that need not be.
    """
    if stamp is None:
        return StampState(last=True, drawn=True)
    if not stamps.hide_stamp(page, stamp):
        return StampState(last=False, drawn=False)
    size = drawing_size(page.get_size())
    ink = ink_of(stamp, page, size)
    try:
        drawn = _is_drawn_alone(page, size, ink)
        if drawn and (over_all or _has_pictures(page)):
            drawn = _is_drawn_over_all(page, size, ink, stamp)
    finally:
        stamps.show_all(page)
    return StampState(last=True, drawn=drawn)


def _is_drawn_alone(page: Any, size: tuple[int, int], ink: Ink) -> bool:
    """Whether the last thing on the page is that ink and no other, anywhere."""
    stamps.hide_all_but_stamp(page)
    top, rows = (0, size[1]) if size[0] * size[1] <= _MOST else (ink.row, ink.left.shape[0])
    paper = np.full((rows, size[0], 3), 255, np.uint8)
    return _agrees(draw(page, size, top, rows, annotations=False), paper, ink, top)


def _is_drawn_over_all(page: Any, size: tuple[int, int], ink: Ink, stamp: Stamp) -> bool:
    """Whether a viewer shows, in the stamp's rows, the page without stamp and annotations and
    that ink over it."""
    rows = ink.left.shape[0]
    stamps.show_all(page)
    seen = draw(page, size, ink.row, rows)
    stamps.hide_stamp(page, stamp)
    paper = draw(page, size, ink.row, rows, annotations=False)
    return _agrees(seen, paper, ink, ink.row)


def _agrees(
    seen: pixel_difference.Pixels, paper: pixel_difference.Pixels, ink: Ink, top: int
) -> bool:
    """Whether a drawing is the paper with that ink over it."""
    expected = paper.copy()
    ink.print_on(expected, top)
    if np.array_equal(seen, expected):
        return True
    wrong = pixel_difference.differing(seen, expected)
    wrong &= ~ink.edges(wrong.shape, top) | pixel_difference.differing(seen, expected, ink.rounding)
    return not wrong.any() or not (wrong & ~ink.is_between_pixels(seen, paper, top)).any()


def _has_pictures(page: Any) -> bool:
    """Whether an annotation of the page has a picture of its own, or is of a kind that PDFium
    makes one for."""
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, number)
        drawn = raw.FPDFAnnot_GetSubtype(note) != raw.FPDF_ANNOT_LINK or raw.FPDFAnnot_HasKey(
            note, b"AP"
        )
        raw.FPDFPage_CloseAnnot(note)
        if drawn:
            return True
    return False
