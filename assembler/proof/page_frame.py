"""The visible box of a PDFium page, and the page with its notes made part of it."""

from __future__ import annotations

import ctypes
from typing import Any

from pypdfium2 import raw

from assembler.proof.placement import Frame


def frame_of(page: Any) -> Frame:
    """Return the visible box of a page in its own coordinates, and how it is turned."""
    rect = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, rect)
    box = (rect.left, rect.bottom, rect.right, rect.top)
    return Frame(box=box, turned=90 * raw.FPDFPage_GetRotation(page))


def flatten_page(page: Any) -> None:
    """Make the pictures of a page's notes part of it; they are there once the page is opened anew.

    Notes that are never seen on a screen are left out: PDFium leaves them out where it draws them,
    but not here.

    PDFium gives the page new boxes, and for that looks at those of the page itself only: where it
    inherits them, or is cut to more than its paper, it would have another size. Only such a page is
    given boxes first, since by others the same content may be drawn a fraction of a pixel aside.
    """
    box = frame_of(page).box
    if _own_box(page) != box:
        raw.FPDFPage_SetMediaBox(page, *box)
        raw.FPDFPage_SetCropBox(page, *box)
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, number)
        flags = raw.FPDFAnnot_GetFlags(note)
        if flags & raw.FPDF_ANNOT_FLAG_NOVIEW:
            raw.FPDFAnnot_SetFlags(note, flags | raw.FPDF_ANNOT_FLAG_HIDDEN)
        raw.FPDFPage_CloseAnnot(note)
    raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)


def _own_box(page: Any) -> tuple[float, ...] | None:
    """The visible box by the boxes that the page itself has; None where it inherits its paper."""
    boxes = []
    for read in (raw.FPDFPage_GetMediaBox, raw.FPDFPage_GetCropBox):
        sides = [ctypes.c_float() for _ in range(4)]
        boxes.append(tuple(side.value for side in sides) if read(page, *sides) else None)
    media, crop = boxes
    return None if media is None else crop or media
