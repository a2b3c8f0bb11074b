"""Check a stamp by itself: drawn as the ledger says, where it says, as the last thing on its
page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pypdfium2 import raw

from assembler.model import Stamp
from assembler.pdf import stamp_area as stamps
from assembler.proof import pixel_difference
from assembler.proof.source_drawing import draw_page, find_drawing_size
from assembler.proof.stamp_drawing import Ink, measure_stamp_ink

_MAX_PIXELS = 12_000_000  # pixels; on larger pages only the stamp's own rows are drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class StampState:
    """The state of a page's stamp. `last`: the last thing on the page is text within the stamp's
    box, or the page has no stamp. `drawn`: it looks as it must."""

    last: bool
    drawn: bool


def check_stamp(page: Any, stamp: Stamp | None, *, over_all: bool) -> StampState:
    """Check the stamp of a page of the bundle; the page is left as it was.

    `over_all`: also check it on the complete page. Not needed where the whole page is compared with
    its source, or was before and has no annotation that is drawn over the stamp.
    """
    if stamp is None:
        return StampState(last=True, drawn=True)
    if not stamps.hide_stamp(page, stamp):
        return StampState(last=False, drawn=False)
    size = find_drawing_size(page.get_size())
    ink = measure_stamp_ink(stamp, page, size)
    try:
        is_drawn = _is_drawn_alone(page, size, ink)
        if is_drawn and (over_all or _has_pictures(page)):
            is_drawn = _is_drawn_over_all(page, size, ink, stamp)
    finally:
        stamps.show_all(page)
    return StampState(last=True, drawn=is_drawn)


def _is_drawn_alone(page: Any, size: tuple[int, int], ink: Ink) -> bool:
    """Return whether the last thing on the page is that ink and nothing else, anywhere."""
    stamps.hide_all_but_stamp(page)
    top, rows = (0, size[1]) if size[0] * size[1] <= _MAX_PIXELS else (ink.row, ink.left.shape[0])
    paper = np.full((rows, size[0], 3), 255, np.uint8)
    return _is_printed_over(draw_page(page, size, top, rows, annotations=False), paper, ink, top)


def _is_drawn_over_all(page: Any, size: tuple[int, int], ink: Ink, stamp: Stamp) -> bool:
    """Return whether the stamp's rows, as a viewer shows them, are the page without stamp and
    annotations, with that ink over it."""
    rows = ink.left.shape[0]
    stamps.show_all(page)
    seen = draw_page(page, size, ink.row, rows)
    stamps.hide_stamp(page, stamp)
    paper = draw_page(page, size, ink.row, rows, annotations=False)
    return _is_printed_over(seen, paper, ink, ink.row)


def _is_printed_over(
    seen: pixel_difference.Pixels, paper: pixel_difference.Pixels, ink: Ink, top: int
) -> bool:
    """Return whether a drawing is the paper with that ink over it."""
    expected = paper.copy()
    ink.print_on(expected, top)
    if np.array_equal(seen, expected):
        return True
    wrong = pixel_difference.find_differing(seen, expected)
    wrong &= ~ink.mask_edges(wrong.shape, top) | pixel_difference.find_differing(
        seen, expected, ink.rounding
    )
    return not wrong.any() or not (wrong & ~ink.is_between_pixels(seen, paper, top)).any()


def _has_pictures(page: Any) -> bool:
    """Return whether an annotation of the page has a picture of its own, or PDFium makes one for
    it."""
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, number)
        is_drawn = raw.FPDFAnnot_GetSubtype(note) != raw.FPDF_ANNOT_LINK or raw.FPDFAnnot_HasKey(
            note, b"AP"
        )
        raw.FPDFPage_CloseAnnot(note)
        if is_drawn:
            return True
    return False
