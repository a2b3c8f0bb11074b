"""Compare the pages of a repaired PDF with what another reader shows; find pictures that do not
render."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium

from assembler.evidence.refusal import Refused
from assembler.pdf.recovery import open_document

_SCALE = 0.5  # pixels per point
_MAX_PIXELS = 3000  # per side
_BLOCK, _MAX_DIFFERENCE = 8, 6.0  # pixels, mean gray levels: a missing line of text makes 20
# filters whose data `integrity` checks
_CHECKED = frozenset(
    ("DCTDecode", "JPXDecode", "FlateDecode", "LZWDecode", "RunLengthDecode", "CCITTFaxDecode")
)
_WHITE_JBIG2 = 400  # bytes; a white page takes less


def compare_pages(
    data: bytes, password: str, target: Path, redrawn: Collection[int], *, acceptable: bool = True
) -> None:
    """Raise Refused if a page of `target` differs from what PDFium shows of the client's file.

    Pages in `redrawn` are skipped.
    """
    try:
        before, is_rewritten = open_document(data, password)
    except pdfium.PdfiumError as error:
        raise Refused(
            "EVID.BROKEN", "the PDF is damaged and cannot be drawn", "ask for the file again"
        ) from error
    after = pdfium.PdfDocument(target)
    try:
        before.init_forms()
        for number in range(len(after)):
            if number not in redrawn and not _is_alike(before, after, number):
                problem = f"the PDF is damaged: two readers show page {number + 1} differently"
                can_accept = acceptable and not is_rewritten
                raise Refused(
                    "EVID.BROKEN", problem, "ask for the file again", acceptable=can_accept
                )
    finally:
        after.close()
        before.close()


def _is_alike(before: Any, after: Any, number: int) -> bool:
    """Compare in gray, which is fast, then in color, because PDFium blends transparent colors
    wrongly in gray."""
    try:
        return any(
            _is_similar(_render(before[number], gray=gray), _render(after[number], gray=gray))
            for gray in (True, False)
        )
    except pdfium.PdfiumError:
        return False


def _is_similar(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]) -> bool:
    if any(abs(a - b) > 1 for a, b in zip(before.shape, after.shape, strict=True)):
        return False
    rows, columns = (
        min(a, b) // _BLOCK * _BLOCK for a, b in zip(before.shape, after.shape, strict=True)
    )
    difference = np.abs(before[:rows, :columns].astype(np.int16) - after[:rows, :columns])
    if not difference.size:
        return True
    blocks = difference.reshape(rows // _BLOCK, _BLOCK, columns // _BLOCK, _BLOCK)
    return float(blocks.mean(axis=(1, 3)).max()) <= _MAX_DIFFERENCE


def _render(page: Any, *, gray: bool) -> np.ndarray[Any, Any]:
    scale = min(_SCALE, _MAX_PIXELS / max(page.get_size()))
    return np.asarray(
        page.render(scale=scale, grayscale=gray, may_draw_forms=True).to_pil().convert("L")
    )


def has_undrawn_picture(page: Any) -> bool:
    """Return whether a picture on a PDFium page does not render: unknown format, or JBIG2 data that
    gives white."""
    for item in page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        filters = item.get_filters()
        if not filters or filters[-1] in _CHECKED:
            continue
        try:
            bitmap = item.get_bitmap()
        except pdfium.PdfiumError:
            return True
        if (
            filters[-1] == "JBIG2Decode"
            and len(item.get_data()) > _WHITE_JBIG2
            and int(bitmap.to_numpy().min()) == 255
        ):
            return True
    return False
