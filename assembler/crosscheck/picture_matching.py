"""Decide whether two small pictures of pages show the same, though turned, cropped, lit or scaled
differently. Pure.

Two steps: one picture is laid over the other in many positions; then patches full of detail are
searched for near their places. A hash of the picture (imagehash's, measured) neither bears a turn
of three degrees nor tells two forms apart; this does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from assembler.crosscheck.page_pairs import PagePairs
from assembler.model import Miniature

Gray = np.ndarray[Any, np.dtype[np.float32]]
_SIDE = 32  # pixels of the longer side of a picture that is laid over another
_MARGIN = 4  # of them cropped, so that turned pictures cover it
_ANGLES = range(-4, 5)  # degrees
_SCALES = (0.9, 0.94, 0.97, 1.0, 1.03, 1.06, 1.11)
_SHIFTS = range(-3, 4)  # pixels of the reduced picture
_FORMAT = 0.12  # logarithm of width by height: pictures that differ by more are not compared
# likeness of a few broad areas, and of the whole picture, below which the comparison stops
BROAD, _WHOLE = 0.3, 0.7
LEAST = 0.0  # likeness of broad areas that two photographs of a white page have in any light
_PATCH, _REACH = 16, 5  # side of a patch, and how far it may have moved
_FEWEST, _MOST = 8, 40  # patches that are compared
_DETAIL = 6.0  # gray levels, standard deviation of a patch worth comparing


def measure_likeness(first: Miniature, second: Miniature, broad: float = BROAD) -> float:
    """Return how alike two pictures are, 0 to 1: the median likeness of their patches; 0 if they
    cannot be the same, or show too little.

    Args:
        broad: likeness of broad areas, -1 to 1, below which the comparison stops; less for
          pages with the same words.
    """
    if abs(math.log(first.width * second.height / (first.height * second.width))) > _FORMAT:
        return 0.0
    if float(_reduce_to_broad(first) @ _reduce_to_broad(second)) < broad:
        return 0.0
    overall, position = _lay_over(first, second)
    return _compare_patches(first, second, position) if overall >= _WHOLE else 0.0


def find_candidates(pictures: Sequence[Miniature], allowed: PagePairs) -> Iterator[tuple[int, int]]:
    """Yield pairs, by number, in order, that are `allowed`, of one format, and not opposite in
    broad areas."""
    if not pictures:
        return
    rows = np.array([_reduce_to_broad(picture) for picture in pictures])
    formats = np.array([math.log(picture.width / picture.height) for picture in pictures])
    for n in range(len(pictures) - 1):
        possible = (
            allowed.get_row(n)[n + 1 :]
            & (np.abs(formats[n + 1 :] - formats[n]) <= _FORMAT)
            & (rows[n + 1 :] @ rows[n] >= LEAST)
        )
        yield from ((n, n + 1 + int(m)) for m in np.nonzero(possible)[0])


@lru_cache(maxsize=4096)
def _convert_to_gray(picture: Miniature) -> Gray:
    return np.asarray(
        np.frombuffer(picture.gray, dtype=np.uint8).reshape(picture.height, picture.width),
        dtype=np.float32,
    )


@lru_cache(maxsize=4096)
def _reduce_to_broad(picture: Miniature) -> Gray:
    row: Gray = _normalize_rows(_resize_picture(_convert_to_gray(picture), 6, 6).reshape(1, -1))[0]
    return row


def _lay_over(
    first: Miniature, second: Miniature
) -> tuple[float, tuple[float, float, float, float]]:
    """Return the likeness in the best position, and that position: degrees, scale, shift in pixels
    of `first`."""
    width, height = _choose_size(first)
    small = _resize_picture(_convert_to_gray(second), width, height)
    shifted = np.array(
        [
            small[_MARGIN + dy : height - _MARGIN + dy, _MARGIN + dx : width - _MARGIN + dx].ravel()
            for dy in _SHIFTS
            for dx in _SHIFTS
        ]
    )
    likenesses = _list_warps(first) @ _normalize_rows(shifted).T
    best, at = np.unravel_index(int(likenesses.argmax()), likenesses.shape)
    angle, scale = list(_ANGLES)[int(best) // len(_SCALES)], _SCALES[int(best) % len(_SCALES)]
    step = first.width / width
    dy, dx = _SHIFTS[int(at) // len(_SHIFTS)], _SHIFTS[int(at) % len(_SHIFTS)]
    return float(likenesses[best, at]), (angle, scale, dx * step, dy * step)


def _choose_size(picture: Miniature) -> tuple[int, int]:
    part = _SIDE / max(picture.width, picture.height)
    return max(4 * _MARGIN, round(picture.width * part)), max(
        4 * _MARGIN, round(picture.height * part)
    )


@lru_cache(maxsize=256)
def _list_warps(picture: Miniature) -> Gray:
    """Return the reduced picture, turned and scaled in all ways, without its margin; one row
    each."""
    width, height = _choose_size(picture)
    small = _resize_picture(_convert_to_gray(picture), width, height)
    inner = (slice(_MARGIN, height - _MARGIN), slice(_MARGIN, width - _MARGIN))
    return _normalize_rows(
        np.array(
            [
                _warp_picture(small, angle, scale, 0, 0)[0][inner].ravel()
                for angle in _ANGLES
                for scale in _SCALES
            ]
        )
    )


def _compare_patches(
    first: Miniature, second: Miniature, position: tuple[float, float, float, float]
) -> float:
    if min(first.width, first.height) < _PATCH + 2 * _REACH + 8:
        return 0.0
    warped, covered = _warp_picture(_convert_to_gray(first), *position)
    resized = _resize_picture(_convert_to_gray(second), first.width, first.height)
    targets = sliding_window_view(resized, (_PATCH, _PATCH))
    patches = sliding_window_view(warped, (_PATCH, _PATCH))
    coverage = sliding_window_view(covered, (_PATCH, _PATCH))
    grid = (slice(_REACH, -_REACH, 6), slice(_REACH, -_REACH, 6))
    deviations = np.where(coverage[grid].all(axis=(2, 3)), patches[grid].std(axis=(2, 3)), 0.0)
    detailed = (
        (float(deviations[y, x]), int(y), int(x)) for y, x in np.argwhere(deviations >= _DETAIL)
    )
    places = [
        (_REACH + 6 * y, _REACH + 6 * x) for _, y, x in sorted(detailed, reverse=True)[:_MOST]
    ]
    if len(places) < _FEWEST:
        return 0.0
    neighborhoods = [
        (slice(y - _REACH, y + _REACH + 1), slice(x - _REACH, x + _REACH + 1)) for y, x in places
    ]
    templates = _normalize_rows(np.array([patches[place].ravel() for place in places]))
    products = (
        np.array([targets[place] for place in neighborhoods]).reshape(
            len(places), -1, _PATCH * _PATCH
        )
        @ templates[:, :, None]
    )
    lengths = _compute_lengths(resized)
    likenesses = products[:, :, 0] / [lengths[place].ravel() for place in neighborhoods]
    return float(np.median(likenesses.max(axis=1)))


def _compute_lengths(gray: Gray) -> np.ndarray[Any, Any]:
    """Return the length of each patch, by its upper left corner, as a row without its mean; at
    least that of a blank patch.

    From running sums: patches overlap, so computing each by itself takes ten times as long.
    """
    fine = gray.astype(np.float64)
    sums, squares = _sum_patches(fine), _sum_patches(fine * fine)
    return np.asarray(np.sqrt(np.maximum(squares - sums * sums / _PATCH**2, _PATCH**2)))


def _sum_patches(levels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    run = np.pad(levels.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    return np.asarray(
        run[_PATCH:, _PATCH:]
        - run[:-_PATCH, _PATCH:]
        - run[_PATCH:, :-_PATCH]
        + run[:-_PATCH, :-_PATCH]
    )


def _warp_picture(
    gray: Gray, angle: float, scale: float, dx: float, dy: float
) -> tuple[Gray, np.ndarray[Any, Any]]:
    """Return the picture turned and scaled around its middle, then shifted, and where it covers the
    frame."""
    high, wide = gray.shape
    row, column = np.mgrid[0:high, 0:wide].astype(np.float32)
    turn, u, v = math.radians(angle), column - (wide - 1) / 2 - dx, row - (high - 1) / 2 - dy
    x = (math.cos(turn) * u - math.sin(turn) * v) / scale + (wide - 1) / 2
    y = (math.sin(turn) * u + math.cos(turn) * v) / scale + (high - 1) / 2
    covered = (x >= 0) & (y >= 0) & (x <= wide - 1) & (y <= high - 1)
    return _interpolate_levels(gray, x, y), covered


def _interpolate_levels(gray: Gray, x: Gray, y: Gray) -> Gray:
    """Return the levels at places between pixels."""
    left, top = (
        np.clip(np.floor(x).astype(int), 0, gray.shape[1] - 2),
        np.clip(np.floor(y).astype(int), 0, gray.shape[0] - 2),
    )
    right, down = np.clip(x - left, 0, 1), np.clip(y - top, 0, 1)
    upper = gray[top, left] * (1 - right) + gray[top, left + 1] * right
    lower = gray[top + 1, left] * (1 - right) + gray[top + 1, left + 1] * right
    return np.asarray(upper * (1 - down) + lower * down, dtype=np.float32)


def _resize_picture(gray: Gray, width: int, height: int) -> Gray:
    """Return the means of the areas that become a pixel; where it grows, the nearest pixel."""
    return np.asarray(_average_rows(_average_rows(gray, height).T, width).T, dtype=np.float32)


def _average_rows(gray: Gray, size: int) -> Gray:
    edges = np.linspace(0, gray.shape[0], size + 1)
    first = np.minimum(edges[:-1].astype(int), gray.shape[0] - 1)
    last = np.maximum(np.ceil(edges[1:]).astype(int), first + 1)
    sums = np.vstack([np.zeros((1, gray.shape[1])), np.cumsum(gray, axis=0, dtype=np.float64)])
    return np.asarray((sums[last] - sums[first]) / (last - first)[:, None], dtype=np.float32)


def _normalize_rows(rows: np.ndarray[Any, Any]) -> Gray:
    """Return each row without its mean, and of length 1: products of such rows are their
    correlations."""
    centered = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(
        centered / np.maximum(np.linalg.norm(centered, axis=1, keepdims=True), 1e-6),
        dtype=np.float32,
    )
