"""ink: a page in gray levels, and where it has marks, so that a stamp never covers one.

A page of PDFium comes in, a picture or an `Ink` bitmap goes out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from assembler.model import Ink

CELL = 4.0  # points, side of a cell
_DPI = 54
_DARK = 200  # gray level below which anything is ink
_CONTRAST = 45  # difference from the paper that is ink
_MAX_SIDE = 14_400.0  # points, 200 inches: larger pages are measured coarser
_MAX_CELLS = 4_000  # a side
_MOST_COLOR = (
    10_000_000  # pixels, a little more than Letter at 300 dpi: larger ones would take much memory
)


def ink_of(page: Any) -> Ink:
    """The marks of one page of PDFium, drawn with its annotations."""
    return marks_on(drawn(page), page.get_size())


def drawn(page: Any, *, scanned: bool = False) -> np.ndarray[Any, Any]:
    """One page of PDFium in gray levels, rows from the top, as fine as marks are looked for.
    `scanned`: see `in_gray`."""
    width, height = page.get_size()
    scale = (
        _DPI / 72 * min(1.0, _MAX_SIDE / 20 / max(width, height))
        if max(width, height) > _MAX_SIDE
        else _DPI / 72
    )
    return np.asarray(in_gray(page, scale, scanned=scanned))


def in_gray(page: Any, scale: float, *, scanned: bool) -> Image.Image:
    """A page of PDFium in gray, `scale` pixels a point. `scanned`: a picture covers most of it.

    PDFium draws text faster in gray, and pictures, dot for dot the same, in color: a scan of 200
    dpi in 10 ms, not 29.
    """
    width, height = page.get_size()
    if not scanned or width * height * scale * scale > _MOST_COLOR:
        gray: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
        return gray
    made = page.render(
        scale=scale, rev_byteorder=True, prefer_bgrx=True
    )  # four bytes a pixel, which Pillow reads where they are
    return Image.frombuffer(
        "RGBX", (made.width, made.height), made.buffer, "raw", "RGBX", made.stride, 1
    ).convert("L")


def inks_of(pdf: Path) -> tuple[tuple[tuple[float, float], ...], tuple[Ink, ...]]:
    """Size in points and marks of every page of a file."""
    document = pdfium.PdfDocument(pdf)
    try:
        pages = [document[number] for number in range(len(document))]
        return tuple(page.get_size() for page in pages), tuple(ink_of(page) for page in pages)
    finally:
        document.close()


def marks_on(gray: np.ndarray[Any, Any], size: tuple[float, float]) -> Ink:
    """Cells with a mark on a page drawn by `drawn`: darker than paper ever is, or different from
    this page's paper."""
    width, height = size
    paper = _median(gray)
    marks = (gray < _DARK) | (np.abs(gray.astype(np.int16) - paper) > _CONTRAST)
    cell = max(CELL, max(width, height) / _MAX_CELLS)
    columns, rows = max(1, int(np.ceil(width / cell))), max(1, int(np.ceil(height / cell)))
    y, x = np.nonzero(marks)
    cells = np.zeros((rows, columns), dtype=bool)
    cells[
        np.minimum(y * rows // gray.shape[0], rows - 1),
        np.minimum(x * columns // gray.shape[1], columns - 1),
    ] = True
    return Ink(cell=cell, columns=columns, rows=rows, bits=np.packbits(cells).tobytes())


def _median(gray: np.ndarray[Any, Any]) -> float:
    """Of gray levels: counting them takes a fifth of the time of sorting them."""
    upto = np.cumsum(np.bincount(gray.ravel(), minlength=256))
    lower, upper = np.searchsorted(upto, ((gray.size - 1) // 2 + 1, gray.size // 2 + 1))
    return float(lower + upper) / 2
