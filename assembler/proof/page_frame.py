"""Return the visible box of a PDFium page, and flatten its annotations."""

from __future__ import annotations

import ctypes
from typing import Any

from pypdfium2 import raw

from assembler.proof.placement import Frame


def read_frame(page: Any) -> Frame:
    """Return the visible box of a page in its own coordinates, and its rotation."""
    rect = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, rect)
    box = (rect.left, rect.bottom, rect.right, rect.top)
    return Frame(box=box, turned=90 * raw.FPDFPage_GetRotation(page))


def flatten_page(page: Any) -> None:
    """Flatten a page's annotations into its content; open the page again to see them.

    Annotations that are never shown on screen are omitted: PDFium omits them when drawing, but not
    here.

    PDFium gives the page new boxes from those of the page itself only: if it inherits them, or is
    cropped beyond its paper, its size would change. Only such a page gets boxes first, since with
    other boxes the same content may shift by a fraction of a pixel.
    """
    box = read_frame(page).box
    if _read_own_box(page) != box:
        raw.FPDFPage_SetMediaBox(page, *box)
        raw.FPDFPage_SetCropBox(page, *box)
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, number)
        flags = raw.FPDFAnnot_GetFlags(note)
        if flags & raw.FPDF_ANNOT_FLAG_NOVIEW:
            raw.FPDFAnnot_SetFlags(note, flags | raw.FPDF_ANNOT_FLAG_HIDDEN)
        raw.FPDFPage_CloseAnnot(note)
    raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)


def _read_own_box(page: Any) -> tuple[float, ...] | None:
    """Return the visible box by the page's own boxes; None if it inherits its paper."""
    boxes = []
    for get_box in (raw.FPDFPage_GetMediaBox, raw.FPDFPage_GetCropBox):
        sides = [ctypes.c_float() for _ in range(4)]
        boxes.append(tuple(side.value for side in sides) if get_box(page, *sides) else None)
    media, crop = boxes
    return None if media is None else crop or media
