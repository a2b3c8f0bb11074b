"""Whether two small pictures of pages show the same, though turned, cut, lit or scaled otherwise.
Pure.

Two steps: the whole is laid over the other in many positions; then patches full of detail are
looked for near their places. A hash of the whole (imagehash's, measured) neither bears a turn of
three degrees nor tells two forms apart; this does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from assembler.model import Miniature

Gray = np.ndarray[Any, np.dtype[np.float32]]
_SIDE = 32  # the whole, when laid over another: pixels of its longer side
_MARGIN = 4  # of them left out, so that turned pictures cover it
_ANGLES = range(-4, 5)  # degrees
_SCALES = (0.9, 0.94, 0.97, 1.0, 1.03, 1.06, 1.11)
_SHIFTS = range(-3, 4)  # pixels of the small whole
_FORMAT = 0.12  # logarithm of width by height: pictures that differ by more are not compared
BROAD, _WHOLE = (
    0.3,
    0.7,
)  # likeness of a few broad areas, and of the whole, below which nothing more is looked at
LEAST = 0.0  # likeness of broad areas that two photographs of a white page have in any light
_PATCH, _REACH, _MOST, _FEWEST = (
    16,
    5,
    40,
    8,
)  # side of a patch, how far it may have moved, how many are looked at
_DETAIL = 6.0  # gray levels, standard deviation of a patch worth looking for


def likeness(one: Miniature, other: Miniature, broad: float = BROAD) -> float:
    """How alike, from 0 to 1: the middle likeness of their patches; 0 where they cannot be the
    same, or hold too little.

    `broad`: likeness of broad areas, -1 to 1, below which nothing more is looked at; less for pages
    alike in their words.
    """
    if abs(math.log(one.width * other.height / (one.height * other.width))) > _FORMAT:
        return 0.0
    if float(_broad(one) @ _broad(other)) < broad:
        return 0.0
    whole, placed = _laid_over(one, other)
    return _patches(one, other, placed) if whole >= _WHOLE else 0.0


def candidates(
    pictures: Sequence[Miniature], allowed: np.ndarray[Any, np.dtype[np.bool_]]
) -> Iterator[tuple[int, int]]:
    """Pairs, by number, in order, of those `allowed` (row and column) that are of one format and
    not opposite in broad areas."""
    if not pictures:
        return
    rows = np.array([_broad(one) for one in pictures])
    formats = np.array([math.log(one.width / one.height) for one in pictures])
    for n in range(len(pictures) - 1):
        near = (
            allowed[n, n + 1 :]
            & (np.abs(formats[n + 1 :] - formats[n]) <= _FORMAT)
            & (rows[n + 1 :] @ rows[n] >= LEAST)
        )
        yield from ((n, n + 1 + int(m)) for m in np.nonzero(near)[0])


@lru_cache(maxsize=4096)
def _gray(one: Miniature) -> Gray:
    return np.asarray(
        np.frombuffer(one.gray, dtype=np.uint8).reshape(one.height, one.width), dtype=np.float32
    )


@lru_cache(maxsize=4096)
def _broad(one: Miniature) -> Gray:
    row: Gray = _unit(_resized(_gray(one), 6, 6).reshape(1, -1))[0]
    return row


def _laid_over(one: Miniature, other: Miniature) -> tuple[float, tuple[float, float, float, float]]:
    """The likeness in the best position, and that position: degrees, scale, shift in pixels of
    `one`."""
    width, height = _size(one)
    small = _resized(_gray(other), width, height)
    moved = np.array(
        [
            small[_MARGIN + dy : height - _MARGIN + dy, _MARGIN + dx : width - _MARGIN + dx].ravel()
            for dy in _SHIFTS
            for dx in _SHIFTS
        ]
    )
    found = _warps(one) @ _unit(moved).T
    best, at = np.unravel_index(int(found.argmax()), found.shape)
    angle, scale = list(_ANGLES)[int(best) // len(_SCALES)], _SCALES[int(best) % len(_SCALES)]
    step = one.width / width
    dy, dx = _SHIFTS[int(at) // len(_SHIFTS)], _SHIFTS[int(at) % len(_SHIFTS)]
    return float(found[best, at]), (angle, scale, dx * step, dy * step)


def _size(one: Miniature) -> tuple[int, int]:
    part = _SIDE / max(one.width, one.height)
    return max(4 * _MARGIN, round(one.width * part)), max(4 * _MARGIN, round(one.height * part))


@lru_cache(maxsize=256)
def _warps(one: Miniature) -> Gray:
    """The small whole, turned and scaled in all ways, without its margin; one row each."""
    width, height = _size(one)
    small = _resized(_gray(one), width, height)
    inner = (slice(_MARGIN, height - _MARGIN), slice(_MARGIN, width - _MARGIN))
    return _unit(
        np.array(
            [
                _warp(small, angle, scale, 0, 0)[0][inner].ravel()
                for angle in _ANGLES
                for scale in _SCALES
            ]
        )
    )


def _patches(one: Miniature, other: Miniature, placed: tuple[float, float, float, float]) -> float:
    if min(one.width, one.height) < _PATCH + 2 * _REACH + 8:
        return 0.0
    here, covered = _warp(_gray(one), *placed)
    same = _resized(_gray(other), one.width, one.height)
    there = sliding_window_view(same, (_PATCH, _PATCH))
    patches = sliding_window_view(here, (_PATCH, _PATCH))
    whole = sliding_window_view(covered, (_PATCH, _PATCH))
    some = (slice(_REACH, -_REACH, 6), slice(_REACH, -_REACH, 6))
    deviations = np.where(whole[some].all(axis=(2, 3)), patches[some].std(axis=(2, 3)), 0.0)
    rich = (
        (float(deviations[y, x]), int(y), int(x)) for y, x in np.argwhere(deviations >= _DETAIL)
    )
    told = [(_REACH + 6 * y, _REACH + 6 * x) for _, y, x in sorted(rich, reverse=True)[:_MOST]]
    if len(told) < _FEWEST:
        return 0.0
    near = [(slice(y - _REACH, y + _REACH + 1), slice(x - _REACH, x + _REACH + 1)) for y, x in told]
    wanted = _unit(np.array([patches[place].ravel() for place in told]))
    products = (
        np.array([there[place] for place in near]).reshape(len(told), -1, _PATCH * _PATCH)
        @ wanted[:, :, None]
    )
    lengths = _lengths(same)
    found = products[:, :, 0] / [lengths[place].ravel() for place in near]
    return float(np.median(found.max(axis=1)))


def _lengths(gray: Gray) -> np.ndarray[Any, Any]:
    """Of each patch, by its upper left corner, as a row without its mean; at least that of a patch
    that shows nothing.

    From running sums: one patch lies over the next, so that to look at each would take ten times as
    long.
    """
    fine = gray.astype(np.float64)
    sums, squares = _sums(fine), _sums(fine * fine)
    return np.asarray(np.sqrt(np.maximum(squares - sums * sums / _PATCH**2, _PATCH**2)))


def _sums(levels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    run = np.pad(levels.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    return np.asarray(
        run[_PATCH:, _PATCH:]
        - run[:-_PATCH, _PATCH:]
        - run[_PATCH:, :-_PATCH]
        + run[:-_PATCH, :-_PATCH]
    )


def _warp(
    gray: Gray, angle: float, scale: float, dx: float, dy: float
) -> tuple[Gray, np.ndarray[Any, Any]]:
    """Turned and scaled around its middle, then shifted; and where that shows the picture."""
    high, wide = gray.shape
    row, column = np.mgrid[0:high, 0:wide].astype(np.float32)
    turn, u, v = math.radians(angle), column - (wide - 1) / 2 - dx, row - (high - 1) / 2 - dy
    x = (math.cos(turn) * u - math.sin(turn) * v) / scale + (wide - 1) / 2
    y = (math.sin(turn) * u + math.cos(turn) * v) / scale + (high - 1) / 2
    covered = (x >= 0) & (y >= 0) & (x <= wide - 1) & (y <= high - 1)
    return _between(gray, x, y), covered


def _between(gray: Gray, x: Gray, y: Gray) -> Gray:
    """The levels at places between pixels."""
    left, top = (
        np.clip(np.floor(x).astype(int), 0, gray.shape[1] - 2),
        np.clip(np.floor(y).astype(int), 0, gray.shape[0] - 2),
    )
    right, down = np.clip(x - left, 0, 1), np.clip(y - top, 0, 1)
    upper = gray[top, left] * (1 - right) + gray[top, left + 1] * right
    lower = gray[top + 1, left] * (1 - right) + gray[top + 1, left + 1] * right
    return np.asarray(upper * (1 - down) + lower * down, dtype=np.float32)


def _resized(gray: Gray, width: int, height: int) -> Gray:
    """Means of the areas that become a pixel; where it grows, the nearest one."""
    return np.asarray(_means(_means(gray, height).T, width).T, dtype=np.float32)


def _means(gray: Gray, size: int) -> Gray:
    edges = np.linspace(0, gray.shape[0], size + 1)
    first = np.minimum(edges[:-1].astype(int), gray.shape[0] - 1)
    last = np.maximum(np.ceil(edges[1:]).astype(int), first + 1)
    sums = np.vstack([np.zeros((1, gray.shape[1])), np.cumsum(gray, axis=0, dtype=np.float64)])
    return np.asarray((sums[last] - sums[first]) / (last - first)[:, None], dtype=np.float32)


def _unit(rows: np.ndarray[Any, Any]) -> Gray:
    """Each row without its mean, and of length 1: products of such rows are their correlations."""
    bare = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(
        bare / np.maximum(np.linalg.norm(bare, axis=1, keepdims=True), 1e-6), dtype=np.float32
    )
