"""Render pages in gray and find their marks, so that a stamp never covers one.

Takes a PDFium page, returns an image or an `Ink` bitmap.
"""

from __future__ import annotations

import base64
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from assembler.model import Ink
from assembler.pdf.opening import open_pdf_file

CELL = 4.0  # points, side of a cell
_DPI = 54
_DARK = 200  # gray level below which a pixel is ink
_CONTRAST = 45  # difference from the paper that counts as ink
_MAX_SIDE = 14_400.0  # points, 200 inches: larger pages are measured at a lower resolution
_MAX_CELLS = 4_000  # per side
# pixels, slightly more than Letter at 300 dpi: rendering a larger page in color takes too much
# memory
_MAX_COLOR_PIXELS = 10_000_000


def measure_ink(page: Any) -> Ink:
    """Return the marks of one PDFium page, rendered with its annotations."""
    return find_marks(render_for_ink(page), page.get_size())


def render_for_ink(page: Any, *, scanned: bool = False) -> np.ndarray[Any, Any]:
    """Render a PDFium page in gray at the resolution of the ink measure, rows from the top.

    `scanned`: see `render_gray`.
    """
    width, height = page.get_size()
    scale = (
        _DPI / 72 * min(1.0, _MAX_SIDE / 20 / max(width, height))
        if max(width, height) > _MAX_SIDE
        else _DPI / 72
    )
    return np.asarray(render_gray(page, scale, scanned=scanned))


def render_gray(page: Any, scale: float, *, scanned: bool) -> Image.Image:
    """Render a PDFium page in gray at `scale` pixels per point.

    `scanned`: an image covers most of the page. PDFium renders text faster in gray, but images
    faster in color, with identical pixels: a 200 dpi scan takes 10 ms instead of 29.
    """
    width, height = page.get_size()
    if not scanned or width * height * scale * scale > _MAX_COLOR_PIXELS:
        gray: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
        return gray
    # four bytes per pixel, which Pillow reads without a copy
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
    size = (bitmap.width, bitmap.height)
    color = Image.frombuffer("RGBX", size, bitmap.buffer, "raw", "RGBX", bitmap.stride, 1)
    return color.convert("L")


def measure_pages(pdf: Path) -> tuple[tuple[tuple[float, float], ...], tuple[Ink, ...]]:
    """Return the size in points and the marks of every page of a file."""
    document = open_pdf_file(pdf)
    try:
        pages = [document[number] for number in range(len(document))]
        return tuple(page.get_size() for page in pages), tuple(measure_ink(page) for page in pages)
    finally:
        document.close()


def convert_ink_to_json(ink: Ink) -> dict[str, Any]:
    """Return the marks of a page as JSON data for the cache."""
    return {**asdict(ink), "bits": base64.b64encode(ink.bits).decode()}


def parse_ink(raw: dict[str, Any]) -> Ink:
    """Rebuild the marks of a page from `convert_ink_to_json`."""
    return Ink(**{**raw, "bits": base64.b64decode(raw["bits"])})


def find_marks(gray: np.ndarray[Any, Any], size: tuple[float, float]) -> Ink:
    """Return the cells of a page rendered by `render_for_ink` that hold a mark.

    A mark is darker than any paper, or differs from this page's paper.
    """
    width, height = size
    paper = _find_median(gray)
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


def _find_median(gray: np.ndarray[Any, Any]) -> float:
    """Return the median gray level; counting takes a fifth of the time of sorting."""
    upto = np.cumsum(np.bincount(gray.ravel(), minlength=256))
    lower, upper = np.searchsorted(upto, ((gray.size - 1) // 2 + 1, gray.size // 2 + 1))
    return float(lower + upper) / 2
