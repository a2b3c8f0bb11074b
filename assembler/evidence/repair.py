"""A PDF that was mended: do its pages look as another reader shows the damaged file? And
pictures only a drawing can judge."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium

from assembler.evidence.refusal import Refused
from assembler.pdf.recovery import open_document

_SCALE = 0.5  # pixels a point
_MOST = 3000  # pixels a side
_BLOCK, _APART = 8, 6.0  # pixels, gray levels: a line of text takes 20 away
_JUDGED = frozenset(
    ("DCTDecode", "JPXDecode", "FlateDecode", "LZWDecode", "RunLengthDecode", "CCITTFaxDecode")
)
_WHITE = 400  # bytes; a white page takes JBIG2 less than that


def compare(
    data: bytes, password: str, made: Path, redrawn: Collection[int], *, acceptable: bool = True
) -> None:
    """Raises Refused if a page of `made` is not as PDFium shows the client's file; pages in
    `redrawn` are left out."""
    try:
        before, secondhand = open_document(data, password)
    except pdfium.PdfiumError as error:
        raise Refused(
            "EVID.BROKEN", "the PDF is damaged and cannot be drawn", "ask for the file again"
        ) from error
    after = pdfium.PdfDocument(made)
    try:
        before.init_forms()
        for number in range(len(after)):
            if number not in redrawn and not _alike(before, after, number):
                problem = f"the PDF is damaged: two readers show page {number + 1} differently"
                shown = acceptable and not secondhand
                raise Refused("EVID.BROKEN", problem, "ask for the file again", acceptable=shown)
    finally:
        after.close()
        before.close()


def _alike(before: Any, after: Any, number: int) -> bool:
    """In gray first, which is quick; PDFium mixes transparent colors wrongly there, so a
    difference is looked at in color."""
    try:
        return any(
            _same(_drawn(before[number], gray=gray), _drawn(after[number], gray=gray))
            for gray in (True, False)
        )
    except pdfium.PdfiumError:
        return False


def _same(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    if max(abs(one.shape[0] - other.shape[0]), abs(one.shape[1] - other.shape[1])) > 1:
        return False
    rows, columns = (
        min(a, b) // _BLOCK * _BLOCK for a, b in zip(one.shape, other.shape, strict=True)
    )
    apart = np.abs(one[:rows, :columns].astype(np.int16) - other[:rows, :columns])
    if not apart.size:
        return True
    blocks = apart.reshape(rows // _BLOCK, _BLOCK, columns // _BLOCK, _BLOCK)
    return float(blocks.mean(axis=(1, 3)).max()) <= _APART


def _drawn(page: Any, *, gray: bool) -> np.ndarray[Any, Any]:
    scale = min(_SCALE, _MOST / max(page.get_size()))
    return np.asarray(
        page.render(scale=scale, grayscale=gray, may_draw_forms=True).to_pil().convert("L")
    )


def undrawn(page: Any) -> bool:
    """Whether a picture on a page of PDFium does not come out: its format is unknown, or its
    JBIG2 data gives white."""
    for item in page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        filters = item.get_filters()
        if not filters or filters[-1] in _JUDGED:
            continue
        try:
            bitmap = item.get_bitmap()
        except pdfium.PdfiumError:
            return True
        if (
            filters[-1] == "JBIG2Decode"
            and len(item.get_data()) > _WHITE
            and int(bitmap.to_numpy().min()) == 255
        ):
            return True
    return False
