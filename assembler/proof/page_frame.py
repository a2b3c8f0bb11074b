"""The visible box of a PDFium page, and the page with its notes made part of it."""

from __future__ import annotations

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

    PDFium gives the page new boxes, and for that looks at those of the page itself only: where it
    inherits them, or is cut to more than its paper, it would have another size.
    """
    box = frame_of(page).box
    raw.FPDFPage_SetMediaBox(page, *box)
    raw.FPDFPage_SetCropBox(page, *box)
    raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
