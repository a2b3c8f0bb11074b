"""Find the stamp on a finished page, and render the page without it."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from assembler.model import Stamp

_STEPS = 10  # per point: PDFium's conversion for rotated pages works in integers
_MARGIN = 3.0  # points around the box
Box = tuple[float, float, float, float]  # left, bottom, right, top


def find_stamp_box(page: Any, stamp: Stamp) -> Box:
    """Convert a stamp's box from the manifest (page as shown) to the page's own coordinates, with a
    margin."""
    width, height = page.get_size()
    converter = pdfium.PdfPosConv(page, (0, 0, round(width * _STEPS), round(height * _STEPS), 0))
    corners = [
        converter.to_page(round(x * _STEPS), round((height - y) * _STEPS))
        for x, y in (
            (stamp.x - _MARGIN, stamp.y - _MARGIN),
            (stamp.x + stamp.width + _MARGIN, stamp.y + stamp.height + _MARGIN),
        )
    ]
    xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    return xs[0], ys[0], xs[1], ys[1]


def hide_stamp(page: Any, stamp: Stamp | None) -> bool:
    """Leave the stamp out of later renderings if the page's last object is text within its box.

    Returns False, and leaves the page as it was, otherwise.
    """
    count = raw.FPDFPage_CountObjects(page)
    if stamp is None or count < 1:
        return False
    last = raw.FPDFPage_GetObject(page, count - 1)
    if raw.FPDFPageObj_GetType(last) != raw.FPDF_PAGEOBJ_TEXT or not _is_within(
        last, find_stamp_box(page, stamp)
    ):
        return False
    return bool(raw.FPDFPageObj_SetIsActive(last, False))


def hide_all_but_stamp(page: Any) -> None:
    """Leave everything except the last object out of later renderings."""
    count = raw.FPDFPage_CountObjects(page)
    for index in range(count):
        raw.FPDFPageObj_SetIsActive(raw.FPDFPage_GetObject(page, index), index == count - 1)


def show_all(page: Any) -> None:
    """Render every object again."""
    for index in range(raw.FPDFPage_CountObjects(page)):
        raw.FPDFPageObj_SetIsActive(raw.FPDFPage_GetObject(page, index), True)


def _is_within(item: Any, box: Box) -> bool:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    has_bounds = raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    return bool(
        has_bounds
        and box[0] <= left.value
        and box[1] <= bottom.value
        and right.value <= box[2]
        and top.value <= box[3]
    )
