"""Compare the print of a page with its place on a scan, letter by letter. Pure.

The drawing of the page is blurred and darkened as the scan is. Then it is compared in cells, with
the cells around them: what the scan lacks, and what it has more. Each cell may lie half a pixel or
one aside, since paper bends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
CELL = 4  # pixels at the drawing's resolution: 2 points
_REACH = 1  # cells on each side that belong to the window of a cell: 6 points square
_BLURS = (0.35, 0.6, 0.85, 1.1, 1.5)
_SHIFTS = (-0.7, 0.0, 0.7)
_LEAST = 3.0  # ink of a window that has print, in pixels of full black
_TONES = 24
_DARK = 0.45  # ink of print that every scanner shows; lighter print may be lost


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintMatch:
    """How the print of a page is found on a scan: an array of cells for each measure.

    `missing`: print that the scan lacks; `extra`: ink that the page lacks. Both in parts of the
    print around the cell, or of a letter's where there is none.
    """

    missing: Array
    extra: Array
    total: Array
    print: Array  # ink of the page in the window of each cell
    added: Array  # pixels: ink of the scan that is not of the page, 0 to 1

    @property
    def printed(self) -> Array:
        """Return the cells whose window has print."""
        return np.asarray(self.print > _LEAST)

    @property
    def typical(self) -> float:
        """Return how much a window of print usually lacks on this scan."""
        printed = self.missing[self.printed]
        return float(np.median(printed)) if printed.size else 0.0


def match_print(page: Array, scan: Array) -> PrintMatch:
    """Compare a page's drawing with the scan drawn in its place, both as ink of one size."""
    expected = _imitate_scan(page, scan)
    rows, columns = (-(-side // CELL) for side in page.shape)
    missing, extra, total = (np.full((rows, columns), np.inf, np.float32) for _ in range(3))
    noise = _measure_noise(expected, scan)
    for down in _SHIFTS:
        lines = _shift(expected, down, 0)
        for across in _SHIFTS:
            difference = scan - _shift(lines, across, 1)
            lacking = _add_window(np.square(np.minimum(difference, 0.0)))
            more = _add_window(np.square(np.maximum(difference, 0.0)))
            both = lacking + more
            total = np.minimum(total, both)
            missing = np.minimum(missing, lacking)
            extra = np.minimum(extra, more)
    energy = _add_window(np.square(expected))
    scale = np.maximum(energy, _LEAST)
    cells = noise * CELL * CELL * (2 * _REACH + 1) ** 2 / 2
    return PrintMatch(
        missing=np.sqrt(np.maximum(missing - cells, 0.0) / scale),
        total=np.sqrt(np.maximum(total - 2 * cells, 0.0) / scale),
        extra=np.sqrt(np.maximum(extra - cells, 0.0) / scale),
        print=_add_window(np.where(page > _DARK, np.square(expected), 0.0)),
        added=np.clip(scan - _grow(expected), 0.0, 1.0),
    )


def _imitate_scan(page: Array, scan: Array) -> Array:
    """Return the drawing as the scanner shows it, with the blur that makes it most like the scan:
    for each darkness, what the scan usually has there."""
    best = (np.inf, page)
    for blur in _BLURS:
        soft = _blur(page, blur)
        expected = _match_tones(soft, scan)
        rest = float(np.square(scan - expected).sum())
        if rest < best[0]:
            best = (rest, expected)
    return best[1]


def _match_tones(soft: Array, scan: Array) -> Array:
    """Return the drawing with each tone replaced by the mean of the scan at that tone; darker
    stays darker."""
    levels = np.clip(soft * _TONES, 0, _TONES).astype(np.int64)
    counts = np.bincount(levels.ravel(), minlength=_TONES + 1) + 1e-9
    means = np.bincount(levels.ravel(), weights=scan.ravel(), minlength=_TONES + 1) / counts
    known = counts > 30
    places = np.arange(_TONES + 1)
    curve = np.interp(places, places[known], np.maximum.accumulate(means[known]))
    curve[0] = 0.0
    fine = np.interp(soft.ravel() * _TONES - 0.5, places, curve)
    return np.asarray(fine.reshape(soft.shape), dtype=np.float32)


def _measure_noise(expected: Array, scan: Array) -> float:
    """Return the mean square of the grain where there is no print."""
    blank = scan[expected < 0.02]
    return float(np.square(blank[blank < 0.3]).mean()) if blank.size else 0.0


def _blur(ink: Array, sigma: float) -> Array:
    reach = 4
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-(offsets**2) / (2 * sigma * sigma))
    weights = (weights / weights.sum()).astype(np.float32)
    for axis in (0, 1):
        total = np.zeros_like(ink)
        for offset, weight in zip(offsets, weights, strict=True):
            if weight > 1e-4:
                total += weight * _roll(ink, int(offset), axis)
        ink = total
    return ink


def _roll(ink: Array, step: int, axis: int) -> Array:
    """Return the ink moved by whole pixels; what comes in is paper."""
    if step == 0:
        return ink
    moved = np.zeros_like(ink)
    ahead, behind = [slice(None)] * 2, [slice(None)] * 2
    ahead[axis] = slice(step, None) if step > 0 else slice(None, step)
    behind[axis] = slice(None, -step) if step > 0 else slice(-step, None)
    moved[tuple(ahead)] = ink[tuple(behind)]
    return moved


def _shift(ink: Array, by: float, axis: int) -> Array:
    whole = int(np.floor(by))
    if by == whole:
        return _roll(ink, whole, axis)
    part = np.float32(by - whole)
    return _roll(ink, whole, axis) * (1 - part) + _roll(ink, whole + 1, axis) * part


def _grow(ink: Array) -> Array:
    """Return the darkest ink within two pixels."""
    for axis in (0, 1):
        grown = ink
        for step in (-2, -1, 1, 2):
            grown = np.maximum(grown, _roll(ink, step, axis))
        ink = grown
    return ink


def add_cells(pixels: Array) -> Array:
    """Return the sum of the pixels of each cell; a rest at the right and lower edge is padded."""
    height, width = (-(-side // CELL) * CELL for side in pixels.shape)
    if (height, width) != pixels.shape:
        pixels = np.pad(pixels, ((0, height - pixels.shape[0]), (0, width - pixels.shape[1])))
    return np.add.reduceat(
        np.add.reduceat(pixels, np.arange(0, height, CELL), axis=0),
        np.arange(0, width, CELL),
        axis=1,
    )


def _add_window(pixels: Array) -> Array:
    cells = add_cells(pixels)
    for axis in (0, 1):
        cells = cells + _roll(cells, 1, axis) + _roll(cells, -1, axis)
    return cells
