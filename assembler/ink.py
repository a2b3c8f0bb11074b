"""ink: where a page, as a reader shows it, has marks; so that a stamp never covers one.

A page of PDFium comes in, an `Ink` bitmap goes out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium

from assembler.model import Ink

CELL = 4.0  # points, side of a cell
_DPI = 54
_DARK = 200  # grey level below which anything is ink
_CONTRAST = 45  # difference from the paper that is ink
_MAX_SIDE = 14_400.0  # points, 200 inches: larger pages are measured coarser
_MAX_CELLS = 4_000  # a side


def ink_of(page: Any) -> Ink:
    """The marks of one page of PDFium, drawn with its annotations."""
    return marks_on(drawn(page), page.get_size())


def drawn(page: Any) -> np.ndarray[Any, Any]:
    """One page of PDFium in grey levels, rows from the top, as fine as marks are looked for."""
    width, height = page.get_size()
    scale = _DPI / 72 * min(1.0, _MAX_SIDE / 20 / max(width, height)) if max(width, height) > _MAX_SIDE else _DPI / 72
    grey = page.render(scale=scale, grayscale=True).to_numpy()
    levels: np.ndarray[Any, Any] = grey.reshape(grey.shape[0], grey.shape[1])
    return levels


def inks_of(pdf: Path) -> tuple[tuple[tuple[float, float], ...], tuple[Ink, ...]]:
    """Size in points and marks of every page of a file."""
    document = pdfium.PdfDocument(pdf)
    try:
        pages = [document[number] for number in range(len(document))]
        return tuple(page.get_size() for page in pages), tuple(ink_of(page) for page in pages)
    finally:
        document.close()


def marks_on(grey: np.ndarray[Any, Any], size: tuple[float, float]) -> Ink:
    """Cells with a mark on a page drawn by `drawn`: darker than paper ever is, or different from this page's paper."""
    width, height = size
    paper = _median(grey)
    marks = (grey < _DARK) | (np.abs(grey.astype(np.int16) - paper) > _CONTRAST)
    cell = max(CELL, max(width, height) / _MAX_CELLS)
    columns, rows = max(1, int(np.ceil(width / cell))), max(1, int(np.ceil(height / cell)))
    y, x = np.nonzero(marks)
    cells = np.zeros((rows, columns), dtype=bool)
    cells[np.minimum(y * rows // grey.shape[0], rows - 1), np.minimum(x * columns // grey.shape[1], columns - 1)] = True
    return Ink(cell=cell, columns=columns, rows=rows, bits=np.packbits(cells).tobytes())


def _median(grey: np.ndarray[Any, Any]) -> float:
    """Of grey levels: counting them takes a fifth of the time of sorting them."""
    upto = np.cumsum(np.bincount(grey.ravel(), minlength=256))
    lower, upper = np.searchsorted(upto, ((grey.size - 1) // 2 + 1, grey.size // 2 + 1))
    return float(lower + upper) / 2
