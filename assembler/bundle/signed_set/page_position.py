"""Find where on a scan a page lies: first by its rows and columns of ink, then block by block.
Pure.

A page is drawn at `DPI`. `Position` maps the pixels of that drawing to those of the scan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from assembler.bundle.signed_set.scan_picture import Affine, make_turn, warp

Array = np.ndarray[Any, Any]
DPI = 150
_BIN = 4  # pixels of a page's drawing in one bin of its profiles
_BINS = 1024  # of a profile, padded for the transform
_SCALES = np.arange(0.84, 1.161, 0.008)
_REACH = 110  # bins that a page may lie off the middle of the scan
_COARSE, _MARGIN = 8, 36  # of a first look: pixels made one, and how far it looks
_BLOCK = 64  # pixels, side of a block
_ROUNDS = ((3, 0.5, False), (1, 0.5, False), (0, 1.0, False), (0, 1.0, True), (0, 1.0, True))
_MIN_BLOCKS = 6
_GRID = 64  # pixels between the places where a bent page is measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How much ink each row and column of a page has, as transforms ready to compare."""

    rows: Array
    columns: Array
    bins: tuple[int, int]  # columns, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Where a page may lie on a scan. `score`: 0 to 1."""

    score: float
    place: Affine


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a page lies on a scan: polynomials of a pixel's place (x, y, from -1 to 1), and how
    many blocks of its ink agree."""

    across: tuple[float, ...]  # of 1, x, y, x², xy, y²
    down: tuple[float, ...]
    size: tuple[int, int]  # of the page's drawing
    agreeing: float  # part of the page's blocks found where they should be

    def locate(self, points: Array) -> Array:
        """Return where points (n × 2, pixels of the page's drawing) lie on the scan."""
        terms = _list_terms(points, self.size)
        return np.stack([terms @ np.array(self.across), terms @ np.array(self.down)], axis=1)


def bin_rows_and_columns(ink: Array) -> tuple[Array, Array]:
    """Return the ink of each bin of rows and of columns of a page's drawing."""
    return _bin_sums(ink.sum(axis=1)), _bin_sums(ink.sum(axis=0))


def make_profile(rows: Array, columns: Array) -> Profile:
    """Return the profile of a page from the ink of its bins."""
    return Profile(
        rows=_transform(rows), columns=_transform(columns), bins=(len(columns), len(rows))
    )


def _bin_sums(sums: Array) -> Array:
    usable = len(sums) // _BIN * _BIN
    return np.asarray(sums[:usable].reshape(-1, _BIN).sum(axis=1))


def _transform(profile: Array) -> Array:
    """Return the transform of a profile whose slow changes and length do not count."""
    slow = np.apply_along_axis(lambda row: np.convolve(row, np.ones(25) / 25, "same"), -1, profile)
    sharp = profile - slow
    norm = np.sqrt((sharp**2).sum(axis=-1, keepdims=True)) + 1e-9
    return np.fft.rfft(sharp / norm, _BINS, axis=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UprightScan:
    """A scan turned so that its lines are level. `place`: from its pixels to those of the scan."""

    place: Affine
    size: tuple[int, int]
    rows: Array  # ink of each row
    columns: Array


def turn_scan(ink: Image.Image, clockwise: float) -> UprightScan:
    """Return a scan's ink turned clockwise. `ink`: a picture of mode F or L, of any resolution."""
    place, size = make_turn(ink.size, clockwise)
    turned = np.asarray(warp(ink, place, size, 0), dtype=np.float32)
    return UprightScan(place=place, size=size, rows=turned.sum(axis=1), columns=turned.sum(axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledScan:
    """The profiles of a turned scan at each scale it may have, for pages of one shape."""

    scan: UprightScan
    rows: Array
    columns: Array
    steps: Array  # pixels of the scan in a bin, at each scale


def scale_scan(scan: UprightScan, bins: tuple[int, int]) -> ScaledScan:
    """Return the profiles of a scan as those of pages with so many columns and rows of bins."""
    fit = max(scan.size[0] / bins[0], scan.size[1] / bins[1])
    steps = fit * _SCALES
    return ScaledScan(
        scan=scan,
        rows=_transform(_resample(scan.rows, steps)),
        columns=_transform(_resample(scan.columns, steps)),
        steps=steps,
    )


def _resample(sums: Array, steps: Array) -> Array:
    """Return the ink of bins of these many pixels, one row for each step; the middle of the scan is
    at the middle bin."""
    total = np.concatenate([[0.0], np.cumsum(sums)])
    count = _BINS // 2
    edges = (np.arange(count + 1) - count / 2)[None, :] * steps[:, None] + len(sums) / 2
    levels = np.interp(edges, np.arange(len(total)), total)
    return np.asarray(np.diff(levels, axis=1) / steps[:, None])


def guess_place(page: Profile, scan: ScaledScan) -> Guess:
    """Return where a page lies best on a turned scan, by rows and columns of ink."""
    by_rows, row_shift = _correlate(page.rows, scan.rows, page.bins[1])
    by_columns, column_shift = _correlate(page.columns, scan.columns, page.bins[0])
    scores = by_rows + 0.5 * by_columns
    best = int(np.argmax(scores))
    step = float(scan.steps[best])
    scale = step / _BIN
    # a bin of the page number p lies at bin p + shift of the scan, counted from its middle
    x0 = (column_shift[best] - _BINS // 4) * step + scan.scan.size[0] / 2
    y0 = (row_shift[best] - _BINS // 4) * step + scan.scan.size[1] / 2
    upright = Affine(a=scale, b=0, c=float(x0), d=0, e=scale, f=float(y0))
    return Guess(
        score=float(max(0.0, by_rows[best]) * 0.7 + max(0.0, by_columns[best]) * 0.3),
        place=scan.scan.place.after(upright),
    )


def _correlate(page: Array, scan: Array, bins: int) -> tuple[Array, Array]:
    """Return the best correlation at each scale, and the shift (bins) it has there."""
    products = np.fft.irfft(scan * np.conj(page)[None, :], _BINS, axis=1)
    middle = _BINS // 4 - bins // 2
    shifts = np.arange(middle - _REACH, middle + _REACH + 1)
    window = products[:, shifts % _BINS]
    best = np.argmax(window, axis=1)
    return window[np.arange(len(window)), best], shifts[best]


def _list_terms(points: Array, size: tuple[int, int]) -> Array:
    x = points[:, 0] / size[0] * 2 - 1
    y = points[:, 1] / size[1] * 2 - 1
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def start_position(place: Affine, size: tuple[int, int]) -> Position:
    """Return the position that an affine map says."""
    w, h = size[0] / 2, size[1] / 2
    return Position(
        across=(place.a * w + place.b * h + place.c, place.a * w, place.b * h, 0.0, 0.0, 0.0),
        down=(place.d * w + place.e * h + place.f, place.d * w, place.e * h, 0.0, 0.0, 0.0),
        size=size,
        agreeing=0.0,
    )


def draw_in_place(scan: Image.Image, position: Position, reduce: float = 1.0) -> Image.Image:
    """Return the part of the scan that a position shows, as large as the page's drawing, or smaller
    by `reduce` (0.5: half as large)."""
    size = (round(position.size[0] * reduce), round(position.size[1] * reduce))
    step = round(_GRID * reduce)
    columns = [*range(0, size[0], step), size[0]]
    rows = [*range(0, size[1], step), size[1]]
    grid = np.array([(x, y) for y in rows for x in columns], dtype=np.float64) / reduce
    placed = position.locate(grid).reshape(len(rows), len(columns), 2)
    mesh = []
    for r in range(len(rows) - 1):
        for c in range(len(columns) - 1):
            corners = (placed[r, c], placed[r + 1, c], placed[r + 1, c + 1], placed[r, c + 1])
            box = (columns[c], rows[r], columns[c + 1], rows[r + 1])
            mesh.append((box, tuple(float(value) for corner in corners for value in corner)))
    return scan.transform(
        size, Image.Transform.MESH, mesh, resample=Image.Resampling.BILINEAR, fillcolor=0
    )


def _settle_shift(page: Array, scan: Image.Image, place: Affine) -> Affine:
    """Return the map moved so that page and scan agree best as a whole.

    Rows and columns of ink may agree better elsewhere: a shadow at an edge is a column.
    """
    small = _sharpen(np.asarray(Image.fromarray(page).reduce(_COARSE)))
    height, width = small.shape
    wide = Affine(a=_COARSE, b=0, c=-_MARGIN * _COARSE, d=0, e=_COARSE, f=-_MARGIN * _COARSE)
    size = (width + 2 * _MARGIN, height + 2 * _MARGIN)
    coarse = scan.reduce(_COARSE // 2)
    half = Affine(a=2 / _COARSE, b=0, c=0, d=0, e=2 / _COARSE, f=0)
    seen = _sharpen(np.asarray(warp(coarse, half.after(place.after(wide)), size, 0)))
    shape = (size[1] + height, size[0] + width)
    product = np.fft.irfft2(np.fft.rfft2(seen, shape) * np.conj(np.fft.rfft2(small, shape)), shape)[
        : 2 * _MARGIN + 1, : 2 * _MARGIN + 1
    ]
    down, across = divmod(int(product.argmax()), 2 * _MARGIN + 1)
    moved = Affine(a=1, b=0, c=(across - _MARGIN) * _COARSE, d=0, e=1, f=(down - _MARGIN) * _COARSE)
    return place.after(moved)


def _sharpen(ink: Array) -> Array:
    """Return ink without what changes slowly: shadows and gray areas."""
    return np.asarray(ink - _soften(ink, 4), dtype=np.float32)


def find_position(page: Array, scan: Image.Image, place: Affine) -> Position:
    """Return where a page lies on a scan, beginning with a guess.

    `page`: ink of its drawing. `scan`: ink of the scan, mode F or L, no finer than 1.5 times
    the drawing.
    """
    size = (page.shape[1], page.shape[0])
    position = start_position(_settle_shift(page, scan, place), size)
    half = np.asarray(Image.fromarray(page).reduce(2))
    for blur, reduce, bent in _ROUNDS:
        drawing = page if reduce == 1.0 else half
        seen = np.asarray(draw_in_place(scan, position, reduce), dtype=np.float32)
        seen = seen[: drawing.shape[0], : drawing.shape[1]]
        drawing = drawing[: seen.shape[0], : seen.shape[1]]
        if blur:
            seen, drawing = _soften(seen, blur), _soften(drawing, blur)
        points, shifts, weights = _shift_blocks(drawing, seen)
        if len(points) < _MIN_BLOCKS:
            return position
        position = _refine(position, points / reduce, shifts / reduce, weights, bent=bent)
    return position


def _soften(ink: Array, radius: int) -> Array:
    for axis in (0, 1):
        total = np.cumsum(
            np.pad(ink, [(radius + 1, radius) if a == axis else (0, 0) for a in (0, 1)]), axis=axis
        )
        ahead = [slice(None)] * 2
        behind = [slice(None)] * 2
        ahead[axis], behind[axis] = slice(2 * radius + 1, None), slice(None, -2 * radius - 1)
        ink = (total[tuple(ahead)] - total[tuple(behind)]) / (2 * radius + 1)
    return ink


def _shift_blocks(page: Array, scan: Array) -> tuple[Array, Array, Array]:
    """Return the middle of each block of the page with ink, how far it is off on the scan, and how
    well it agrees there."""
    height, width = page.shape
    stride = _BLOCK
    tops = np.arange(0, max(1, height - _BLOCK + 1), stride)
    lefts = np.arange(0, max(1, width - _BLOCK + 1), stride)
    places = [
        (top, left)
        for top in tops
        for left in lefts
        if page[top : top + _BLOCK, left : left + _BLOCK].sum() > 12
    ]
    if not places:
        return np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0)
    mine = np.stack([page[t : t + _BLOCK, x : x + _BLOCK] for t, x in places])
    margin = _BLOCK // 4
    wide = np.pad(scan, margin)
    side = _BLOCK + 2 * margin
    theirs = np.stack([wide[t : t + side, x : x + side] for t, x in places])
    mine = mine - mine.mean(axis=(1, 2), keepdims=True)
    n = 128
    product = np.fft.irfft2(
        np.fft.rfft2(theirs, (n, n)) * np.conj(np.fft.rfft2(mine, (n, n))), (n, n)
    )[:, : 2 * margin + 1, : 2 * margin + 1]
    norm = _window_norms(theirs, 2 * margin + 1)
    energy = np.sqrt((mine**2).sum(axis=(1, 2)))[:, None, None]
    match = product / (norm * energy + 1e-6)
    flat = match.reshape(len(places), -1)
    best = flat.argmax(axis=1)
    quality = flat[np.arange(len(flat)), best]
    rows, columns = np.divmod(best, 2 * margin + 1)
    fine_y = rows + _find_peak(match, rows, columns, 0)
    fine_x = columns + _find_peak(match, rows, columns, 1)
    points = np.array([(x + _BLOCK / 2, t + _BLOCK / 2) for t, x in places])
    return points, np.stack([fine_x - margin, fine_y - margin], axis=1), quality


def _window_norms(blocks: Array, places: int) -> Array:
    """Return the spread of the scan below each place of a block."""
    total = np.pad(blocks, ((0, 0), (1, 0), (1, 0))).cumsum(axis=1).cumsum(axis=2)
    squares = np.pad(blocks**2, ((0, 0), (1, 0), (1, 0))).cumsum(axis=1).cumsum(axis=2)

    def add_up(sums: Array) -> Array:
        return np.asarray(
            sums[:, _BLOCK:, _BLOCK:]
            - sums[:, :-_BLOCK, _BLOCK:]
            - sums[:, _BLOCK:, :-_BLOCK]
            + sums[:, :-_BLOCK, :-_BLOCK]
        )

    spread = add_up(squares) - add_up(total) ** 2 / _BLOCK**2
    return np.sqrt(np.maximum(spread, 1.0))[:, :places, :places]


def _find_peak(match: Array, rows: Array, columns: Array, axis: int) -> Array:
    """Return how far the peak lies from its pixel, by a parabola."""
    index = np.arange(len(match))
    last = match.shape[1] - 1
    place = rows if axis == 0 else columns
    before, after = np.clip(place - 1, 0, last), np.clip(place + 1, 0, last)
    if axis == 0:
        low, mid, high = (
            match[index, before, columns],
            match[index, rows, columns],
            match[index, after, columns],
        )
    else:
        low, mid, high = (
            match[index, rows, before],
            match[index, rows, columns],
            match[index, rows, after],
        )
    bend = low - 2 * mid + high
    return np.where(
        bend < -1e-6, np.clip((low - high) / (2 * np.minimum(bend, -1e-6)), -0.5, 0.5), 0
    )


def _refine(
    position: Position, points: Array, shifts: Array, quality: Array, *, bent: bool
) -> Position:
    """Return the position that fits the blocks best; blocks that disagree with the rest do not
    count."""
    size = position.size
    seen = position.locate(points + shifts)
    terms = _list_terms(points, size)
    # a block at the edge of its search is not found
    usable = (quality > 0.3) & (np.abs(shifts).max(axis=1) < _BLOCK / 4 - 0.5)
    bent = bent and int(usable.sum()) >= 40
    columns = 6 if bent else 3
    weights = np.where(usable, np.clip(quality, 0, 1) ** 2, 0.0)
    fit = np.zeros((columns, 2))
    scale = 8.0
    for _ in range(8):
        root = np.sqrt(weights)[:, None]
        fit = np.linalg.lstsq(
            np.concatenate([terms[:, :columns] * root, np.eye(columns) * 1e-3]),
            np.concatenate([(seen - position.locate(points)) * root, np.zeros((columns, 2))]),
            rcond=None,
        )[0]
        off = np.hypot(*(seen - position.locate(points) - terms[:, :columns] @ fit).T)
        scale = max(0.7, scale * 0.7)
        weights = np.where(usable, np.clip(quality, 0, 1) ** 2, 0.0) / (1 + (off / scale) ** 2) ** 2
    agreeing = float(((off < 3.0) & (quality > 0.5)).sum() / len(points))
    full = np.zeros((6, 2))
    full[:columns] = fit
    return Position(
        across=tuple(np.array(position.across) + full[:, 0]),
        down=tuple(np.array(position.down) + full[:, 1]),
        size=size,
        agreeing=agreeing,
    )
