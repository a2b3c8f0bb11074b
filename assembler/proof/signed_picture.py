"""Compare a signed page with its scan and with the page below, both drawn here."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageFilter
from pypdfium2 import raw

from assembler.model.signed_packet import SignedPage
from assembler.proof.page_text import read_text

Pixels = np.ndarray[Any, Any]
_DPI = 96
_MAX_DEPTH = 12
_SOFT = 2  # pixels by which both pictures are softened before they are compared
_LEVELS = 40  # gray levels that a place of a picture may differ from its scan
_MOST_DIFFERING = 0.002  # part of the page that may differ by more: edges of the scan
_DARK = 110  # gray level of print that every scanner shows
_SHOWS = 40  # levels darker than its surroundings that print on a scan is at least
_FOUND = 0.97  # part of the print that must be found on the scan
_INVISIBLE = 3  # text rendering mode


def compare_unsigned(old: Any, new: Any) -> str:
    """Return what differs between a page of the bundle and the same page beside signed ones; ""
    if nothing does."""
    if old.get_size() != new.get_size():
        return "has another size than in the bundle"
    if not np.array_equal(_draw(old), _draw(new)):
        return "does not look as in the bundle, and has no scan"
    if read_text(old) != read_text(new):
        return "has other text than in the bundle"
    return ""


def compare_signed(old: Any, new: Any, scan: Image.Image, page: SignedPage) -> str:
    """Return what is wrong with a page in whose place a scan was put; "" if nothing is.

    `old`: the page of the bundle; `new`: the signed one. Both of PDFium.
    """
    if old.get_size() != new.get_size():
        return "has another size than in the bundle"
    if trouble := _find_other_content(new):
        return trouble
    if sorted(read_text(old).split()) != sorted(read_text(new).split()):
        return "has lost words of the page, or has others"
    shown = _draw_gray(new)
    expected = _place_scan(scan, page, (shown.shape[1], shown.shape[0]))
    differing = np.abs(_soften(shown) - _soften(expected)) > _LEVELS
    if float(differing.mean()) > _MOST_DIFFERING:
        return "does not show its scan"
    share = _measure_found(_draw_gray(old), shown)
    if share < _FOUND - page.cut:
        return "has a scan that lacks print of the page"
    return ""


def _find_other_content(page: Any) -> str:
    """Return what is visible on a page besides one picture that covers it; "" if nothing is."""
    pictures = 0
    for kind, item, is_top in _list_objects(page):
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(item) != _INVISIBLE:
                return "has visible text over its scan"
        elif kind == raw.FPDF_PAGEOBJ_IMAGE and is_top:
            pictures += 1
            if not _is_covering(page, item):
                return "has a scan that does not cover it"
        elif kind != raw.FPDF_PAGEOBJ_FORM:
            return "has drawings besides its scan"
    return "" if pictures == 1 else f"has {pictures} pictures instead of one scan"


def _list_objects(page: Any) -> Iterator[tuple[int, Any, bool]]:
    for place in range(raw.FPDFPage_CountObjects(page)):
        yield from _open_object(raw.FPDFPage_GetObject(page, place), _MAX_DEPTH)


def _open_object(item: Any, depth: int) -> Iterator[tuple[int, Any, bool]]:
    kind = raw.FPDFPageObj_GetType(item)
    yield kind, item, depth == _MAX_DEPTH
    if kind == raw.FPDF_PAGEOBJ_FORM and depth:
        for place in range(raw.FPDFFormObj_CountObjects(item)):
            yield from _open_object(raw.FPDFFormObj_GetObject(item, place), depth - 1)


def _is_covering(page: Any, item: Any) -> bool:
    """Return whether a picture covers what is seen of its page, and nothing more."""
    sides = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(item, *sides):
        return False
    box = page.get_cropbox()
    return all(abs(side.value - edge) < 1.0 for side, edge in zip(sides, box, strict=True))


def _draw(page: Any) -> Pixels:
    return np.asarray(page.render(scale=_DPI / 72, may_draw_forms=True).to_pil())


def _draw_gray(page: Any) -> Pixels:
    picture = page.render(scale=_DPI / 72, grayscale=True).to_pil()
    return np.asarray(picture, dtype=np.float32)


def _place_scan(scan: Image.Image, page: SignedPage, size: tuple[int, int]) -> Pixels:
    """Return the scan as the record places it on the page, sampled point by point; paper where it
    does not reach."""
    width, height = size
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    x, y = x * 2 - 1, y * 2 - 1
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])
    across = np.tensordot(np.array(page.across), terms, axes=1)
    down = np.tensordot(np.array(page.down), terms, axes=1)
    # as coarse as the page is drawn, so that grain does not count
    step = max(1, round(float(np.hypot(np.diff(across, axis=1), np.diff(down, axis=1)).mean())))
    pixels = np.asarray(scan.reduce(step) if step > 1 else scan, dtype=np.float32)
    columns = np.floor(across / step).astype(np.int64)
    rows = np.floor(down / step).astype(np.int64)
    inside = (columns >= 0) & (rows >= 0) & (columns < pixels.shape[1]) & (rows < pixels.shape[0])
    placed = np.full(x.shape, 255.0, dtype=np.float32)
    placed[inside] = pixels[rows[inside], columns[inside]]
    return placed


def _soften(pixels: Pixels) -> Pixels:
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return np.asarray(picture.filter(ImageFilter.BoxBlur(_SOFT)), dtype=np.float32)


def _measure_found(page: Pixels, shown: Pixels) -> float:
    """Return the part of a page's dark print near which the scan is darker than its paper."""
    dark = page < _DARK
    if not dark.any():
        return 1.0
    picture = Image.fromarray(np.clip(shown, 0, 255).astype(np.uint8))
    darkest = np.asarray(picture.filter(ImageFilter.MinFilter(5)), dtype=np.float32)
    paper = np.asarray(picture.filter(ImageFilter.MaxFilter(15)), dtype=np.float32)
    return float((paper - darkest > _SHOWS)[dark].mean())
