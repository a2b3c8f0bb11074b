"""The visible box of a PDFium page."""

from __future__ import annotations

from typing import Any

from pypdfium2 import raw

from assembler.proof.placement import Frame


def frame_of(page: Any) -> Frame:
    """Return the visible box of a page in its own coordinates, and how it is turned."""
    rect = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, rect)
    return Frame(box=(rect.left, rect.bottom, rect.right, rect.top), turned=90 * raw.FPDFPage_GetRotation(page))
