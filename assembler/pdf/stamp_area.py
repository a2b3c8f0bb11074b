"""The stamp on a finished page: where it stands, and the page without it."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

_FINE = 10  # steps in a point: PDFium's own arithmetic for turned pages works in whole ones
_MARGIN = 3.0  # points around the box
Box = tuple[float, float, float, float]  # left, bottom, right, top


def area(page: Any, stamp: Mapping[str, float]) -> Box:
    """A stamp's box, as the manifest gives it on the page as it is shown, in the page's own
    coordinates, with a margin."""
    width, height = page.get_size()
    place = pdfium.PdfPosConv(page, (0, 0, round(width * _FINE), round(height * _FINE), 0))
    corners = [
        place.to_page(round(x * _FINE), round((height - y) * _FINE))
        for x, y in (
            (stamp["x"] - _MARGIN, stamp["y"] - _MARGIN),
            (stamp["x"] + stamp["width"] + _MARGIN, stamp["y"] + stamp["height"] + _MARGIN),
        )
    ]
    xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    return xs[0], ys[0], xs[1], ys[1]


def hide(page: Any, stamp: Mapping[str, float] | None) -> bool:
    """Leave the stamp out when the page is drawn from now on: the last thing on it, if that is text
    and within the box.

    False, and the page as it was, if it is anything else.
    """
    count = raw.FPDFPage_CountObjects(page)
    if stamp is None or count < 1:
        return False
    last = raw.FPDFPage_GetObject(page, count - 1)
    if raw.FPDFPageObj_GetType(last) != raw.FPDF_PAGEOBJ_TEXT or not _within(
        last, area(page, stamp)
    ):
        return False
    return bool(raw.FPDFPageObj_SetIsActive(last, False))


def leave_alone(page: Any) -> None:
    """Leave everything but the last thing out when the page is drawn from now on."""
    count = raw.FPDFPage_CountObjects(page)
    for place in range(count):
        raw.FPDFPageObj_SetIsActive(raw.FPDFPage_GetObject(page, place), place == count - 1)


def show_all(page: Any) -> None:
    """Draw everything again."""
    for place in range(raw.FPDFPage_CountObjects(page)):
        raw.FPDFPageObj_SetIsActive(raw.FPDFPage_GetObject(page, place), True)


def _within(item: Any, box: Box) -> bool:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    found = raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    return bool(
        found
        and box[0] <= left.value
        and box[1] <= bottom.value
        and right.value <= box[2]
        and top.value <= box[3]
    )
