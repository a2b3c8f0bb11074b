"""The light a page was photographed in: glare, and words that lie in the dark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from assembler.evidence.legibility import Box, Measures
from assembler.evidence.legibility.word_measures import (
    FEW,
    SURE,
    Again,
    Gray,
    Words,
    around,
    look,
    seen,
)

Tones = np.ndarray[Any, Any]

_DARK, _DARK_PART = (
    0.8,
    0.08,
)  # paper darker than this part of the page's is in the dark; of the picture
_MARK, _FAINT_PART = (
    36,
    0.06,
)  # gray levels between paper and a faint mark; part of the tiles with such marks
_DIM = 0.4  # contrast of a faint word
CLEAR = 8  # words that must come out of the dark for it to be told


def with_glare(made: Measures, gray: Gray, frame: Box, size: tuple[float, float]) -> Measures:
    """White patches within paper that is not white, not joined to the picture's edge."""
    high, wide = gray.shape
    top, left = round(frame[1] * high), round(frame[0] * wide)
    inner = gray[top : round(frame[3] * high), left : round(frame[2] * wide)]
    side = 16
    rows, columns = inner.shape[0] // side, inner.shape[1] // side
    if rows < 8 or columns < 8 or float(np.median(inner[::8, ::8])) > 232:
        return made
    least = by_tile(np.min, inner, side)
    white = least >= 250
    washed = white & ~from_edge(white)
    drawn = (
        by_tile(np.max, inner, side) - least <= 2
    )  # a camera's picture has grain; a screen's has not
    if not washed.any() or float(drawn[~white].mean()) > 0.2:
        return made
    y, x = np.nonzero(washed)
    box = (
        left + x.min() * side,
        top + y.min() * side,
        left + (x.max() + 1) * side,
        top + (y.max() + 1) * side,
    )
    place = (box[0] / wide, box[1] / high, box[2] / wide, box[3] / high)
    return replace(made, glare=float(washed.mean()), glare_at=around([place], size))


def from_edge(white: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The white cells that white cells join to the edge."""
    reached = np.zeros_like(white)
    reached[[0, -1], :], reached[:, [0, -1]] = white[[0, -1], :], white[:, [0, -1]]
    while True:
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown &= white
        if (grown == reached).all():
            return reached
        reached = grown


def may_hide(gray: Gray, frame: Box, words: Words) -> bool:
    """Whether a part of the picture lies in the dark, or faint marks stand where no word was
    read."""
    if len(words) < FEW or _unread(gray, words) >= _FAINT_PART:
        return True
    tones = papers(gray, frame)
    return bool(tones.size) and float((tones < _DARK * np.median(tones)).mean()) >= _DARK_PART


def _unread(gray: Gray, words: Words, side: int = 32) -> float:
    """Part of the tiles that hold faint marks and no word."""
    rows, columns = gray.shape[0] // side, gray.shape[1] // side
    light = by_tile(np.max, gray, side).astype(np.int16)
    depth = light - by_tile(np.min, gray, side)
    faint = (depth >= _MARK) & (depth < 0.45 * light)
    for _, _, (left, top, right, bottom) in words:
        faint[
            int(top * rows) : int(bottom * rows) + 1, int(left * columns) : int(right * columns) + 1
        ] = False
    return float(faint.mean()) if faint.size else 0.0


def paper(gray: Gray, frame: Box) -> float:
    """Part of the picture whose lightest tone is that of the whole."""
    tones = papers(gray, frame)
    return (
        float((np.abs(tones - np.median(tones)) <= 0.12 * np.median(tones)).mean())
        if tones.size
        else 0.0
    )


def papers(gray: Gray, frame: Box, side: int = 64) -> np.ndarray[Any, Any]:
    """The lightest level of each tile: its paper."""
    high, wide = gray.shape
    inner = gray[
        round(frame[1] * high) : round(frame[3] * high),
        round(frame[0] * wide) : round(frame[2] * wide),
    ]
    return by_tile(np.max, inner, side).astype(np.float32)


def by_tile(what: Callable[..., Tones], gray: Gray, side: int) -> Tones:
    """`what` (a maximum, a minimum) of each whole tile: down the columns first, as rows lie
    together in memory."""
    rows, columns = gray.shape[0] // side, gray.shape[1] // side
    bands = what(gray[: rows * side, : columns * side].reshape(rows, side, columns * side), axis=1)
    return what(bands.reshape(rows, columns, side), axis=2)


def with_hidden(
    made: Measures, image: Image.Image, words: Words, size: tuple[float, float], again: Again
) -> Measures:
    """Words that come out only after the paper was made equally light everywhere, and the print
    equally dark."""
    gray = np.asarray(image.convert("L"))
    limit = _DARK * float(np.median(gray[::8, ::8]))

    def dim(box: Box) -> bool:
        close = look(gray, 0, box)
        return close is not None and (close.paper < limit or close.contrast < _DIM)

    found = [
        box
        for text, sure, box in again(lit(image))
        if sure >= SURE and sum(map(str.isalnum, text)) > 2 and not seen(text, box, words)
    ]
    hidden = [box for box in found if not words or dim(box)]
    if len(hidden) < CLEAR:
        return replace(made, hidden=0.0)
    return replace(
        made, hidden=len(hidden) / (len(hidden) + len(words)), hidden_at=around(hidden, size)
    )


def evened(image: Image.Image, frame: Box) -> Image.Image:
    """The picture within its frame divided by its own paper; a dim photograph comes out as white
    as the sheet around it."""
    sides = (image.width, image.height) * 2
    left, top, right, bottom = (round(part * side) for part, side in zip(frame, sides, strict=True))
    if right - left < 16 or bottom - top < 16:
        return image
    made = image.convert("L")
    made.paste(lit(made.crop((left, top, right, bottom))), (left, top))
    return made


def lit(image: Image.Image) -> Image.Image:
    """The picture divided by its own paper: each place's lightest level within an eighth of an
    inch or so."""
    gray = image.convert("L")
    small = gray.reduce(8).filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.BoxBlur(3))
    paper = np.asarray(small.resize(gray.size, Image.Resampling.BILINEAR), dtype=np.float32)
    low = np.asarray(
        gray.reduce(8).filter(ImageFilter.MinFilter(9)).resize(gray.size), dtype=np.float32
    )
    floor = np.minimum(low, paper - 12)
    share = (np.asarray(gray, dtype=np.float32) - floor) / np.maximum(paper - floor, 12)
    return Image.fromarray((np.clip(share, 0, 1) * 255).astype(np.uint8))
