"""Find a document in a photograph that also shows what lies around it, such as a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from assembler.evidence.legibility import Box
from assembler.evidence.legibility.word_measures import FEW, SURE, Gray, Words, enclose

_SIDE = 128  # pixels of the longer side of the picture in which the document is searched for
_RING = 0.04  # part of the picture along its edges that shows what lies around
_WHITE = 215  # level from which the ground may be paper, or the lid of a scanner
_LEAST_CONTRAST = 28  # gray levels between the document and its ground
_DENSE, _SPARSE = 0.6, 0.25  # parts of the document and of the ground that differ from the ground
_INSIDE = 0.9  # part of the words that must be on the document
_SMALLEST, _LARGEST = 0.08, 0.75  # of the picture: a document in a photograph with its surroundings


def find_document(gray: Gray, frame: Box, words: Words, size: tuple[float, float]) -> Box | None:
    """Return where the document is, left, top, right, bottom in points of the page as displayed;
    None unless it is plainly apart from a ground that takes up much of the picture.

    Args:
        frame: where the picture is on the page, fractions of its width and height.
        size: width and height of the page, points.
    """
    centers = [
        ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        for text, confidence, box in words
        if confidence >= SURE and sum(map(str.isalnum, text)) > 1
    ]
    if len(centers) < FEW:
        return None
    small = _shrink(gray, frame)
    ring = max(1, round(_RING * max(small.shape)))
    edges = np.concatenate(
        [part.ravel() for part in (small[:ring], small[-ring:], small[:, :ring], small[:, -ring:])]
    )
    ground = float(np.median(edges))
    spread = float(np.percentile(edges, 90) - np.percentile(edges, 10))
    if ground >= _WHITE or spread > 2 * _LEAST_CONTRAST + 60:
        return None
    apart = np.abs(small - ground) > max(_LEAST_CONTRAST, 0.75 * spread)
    rows = _find_longest_run(apart.mean(axis=1) > _SPARSE)
    if rows is None:
        return None
    columns = _find_longest_run(apart[rows].mean(axis=0) > _DENSE / 1.2)
    if columns is None:
        return None
    rows = _find_longest_run(apart[:, columns].mean(axis=1) > _DENSE / 1.2) or rows
    return _find_region(apart, rows, columns, frame, centers, size)


def _find_region(
    apart: np.ndarray[Any, Any],
    rows: slice,
    columns: slice,
    frame: Box,
    centers: list[tuple[float, float]],
    size: tuple[float, float],
) -> Box | None:
    """Return the place of these rows and columns on the page, if they are a document."""
    high, wide = apart.shape
    inside = np.zeros_like(apart)
    inside[rows, columns] = True
    part = float(inside.mean())
    if (
        not _SMALLEST <= part <= _LARGEST
        or float(apart[inside].mean()) < _DENSE
        or float(apart[~inside].mean()) > _SPARSE
    ):
        return None
    across, down = frame[2] - frame[0], frame[3] - frame[1]
    box = (
        frame[0] + across * columns.start / wide,
        frame[1] + down * rows.start / high,
        frame[0] + across * columns.stop / wide,
        frame[1] + down * rows.stop / high,
    )
    on_it = sum(box[0] <= x <= box[2] and box[1] <= y <= box[3] for x, y in centers)
    return enclose([box], size) if on_it >= _INSIDE * len(centers) else None


def _shrink(gray: Gray, frame: Box) -> np.ndarray[Any, np.dtype[np.float32]]:
    high, wide = gray.shape
    inner = gray[
        round(frame[1] * high) : max(round(frame[3] * high), 1),
        round(frame[0] * wide) : max(round(frame[2] * wide), 1),
    ]
    picture = Image.fromarray(np.ascontiguousarray(inner))
    part = _SIDE / max(picture.size)
    size = (max(8, round(picture.width * part)), max(8, round(picture.height * part)))
    return np.asarray(picture.resize(size, Image.Resampling.BOX), dtype=np.float32)


def _find_longest_run(flags: np.ndarray[Any, Any]) -> slice | None:
    """Return the longest run of true values."""
    best: slice | None = None
    start = 0
    for n, flag in enumerate([*map(bool, flags), False]):
        if flag:
            continue
        if n > start and (best is None or n - start > best.stop - best.start):
            best = slice(start, n)
        start = n + 1
    return best
