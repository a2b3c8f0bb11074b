"""A client's PDF made normal: sound, upright, without anything that a page does not show."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Name

from assembler.evidence.clean import balance, clean, removed_from
from assembler.evidence.locks import asks_for_password, locked
from assembler.evidence.refusing import Refused

_MAX_PAGES = 10_000


def normal_pdf(data: bytes, target: Path, password: str = "") -> tuple[list[tuple[str, int]], frozenset[int]]:
    """Write `target`; what was taken out, by kind, and the pages (from 0) drawn again. Raises Refused."""
    count = _page_count_elsewhere(data, password)
    try:
        with pikepdf.open(io.BytesIO(data), password=password) as pdf:
            _sound(pdf, count)
            removed = sorted((removed_from(pdf) + locked(pdf, password)).items())
            redrawn = clean(pdf)
            for page in pdf.pages:
                _normal_geometry(page)
                balance(page)
            pdf.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError as error:
        raise asks_for_password(password) from error
    except (pikepdf.PdfError, pikepdf.QpdfRuntimeError, pikepdf.ForeignObjectError, RecursionError) as error:
        raise Refused("EVID.BROKEN", "the PDF is damaged", "ask for the file again") from error
    return removed, redrawn


def _sound(pdf: pikepdf.Pdf, count: int) -> None:
    """A PDF that had to be repaired may have lost pages without a word, so any complaint of the parser refuses it."""
    pages = len(pdf.pages)
    if pages == 0:
        raise Refused("EVID.EMPTY", "the PDF has no pages", "ask for the file again")
    if pages > _MAX_PAGES:
        raise Refused("EVID.LIMIT", f"the PDF has more than {_MAX_PAGES} pages", "split it into several files")
    if pdf.get_warnings():
        raise Refused(
            "EVID.REPAIRED", "the PDF is damaged and reads only after repair",
            "ask for the file again, or print it to a new PDF and compare every page",
        )
    if pages != count:
        raise Refused(
            "EVID.PAGECOUNT", f"two readers disagree on its pages ({pages} and {count})",
            "print it to a new PDF and compare every page",
        )


def _page_count_elsewhere(data: bytes, password: str) -> int:
    """Pages as PDFium counts them; -1 where it cannot open the file at all."""
    try:
        document = pdfium.PdfDocument(data, password=password)
    except pdfium.PdfiumError:
        return -1
    count = len(document)
    document.close()
    return count


def _normal_geometry(page: pikepdf.Page) -> None:
    """/Rotate of any multiple of 90 within 0..270; inherited values written on the page; a crop box within the page."""
    turn = int(page.get(Name.Rotate, 0)) % 360
    if turn % 90:
        raise Refused("EVID.GEOMETRY", "a page is rotated by an odd angle", "print the file to a new PDF")
    page.Rotate = turn
    media, crop = _box(page.mediabox), _box(page.cropbox)
    cut = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    if cut[2] - cut[0] < 3 or cut[3] - cut[1] < 3:
        cut = media
    if cut[2] - cut[0] < 3 or cut[3] - cut[1] < 3:
        raise Refused("EVID.GEOMETRY", "a page has no visible area", "print the file to a new PDF")
    page.MediaBox, page.CropBox = pikepdf.Array(media), pikepdf.Array(cut)


def _box(raw: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(value) for value in raw)
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
