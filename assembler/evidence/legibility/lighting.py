"""Measure the light a page was photographed in: glare, and words lost in the dark."""

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
    Gray,
    Recognizer,
    Words,
    enclose,
    has_similar_word,
    measure_word,
)

Tones = np.ndarray[Any, Any]

_DARK = 0.8  # paper darker than this fraction of the page's paper is in the dark
_DARK_PART = 0.08  # fraction of the picture that must be in the dark
_MARK = 36  # gray levels between paper and a faint mark
_FAINT_PART = 0.06  # fraction of the tiles with faint marks
_DIM = 0.4  # contrast below which a word is faint
MIN_REVEALED = 8  # words that must appear under even light for hidden words to be reported


def add_glare(measures: Measures, gray: Gray, frame: Box, size: tuple[float, float]) -> Measures:
    """Add white patches within paper that is not white, unless joined to the picture's edge."""
    high, wide = gray.shape
    top, left = round(frame[1] * high), round(frame[0] * wide)
    inner = gray[top : round(frame[3] * high), left : round(frame[2] * wide)]
    side = 16
    rows, columns = inner.shape[0] // side, inner.shape[1] // side
    if rows < 8 or columns < 8 or float(np.median(inner[::8, ::8])) > 232:
        return measures
    darkest = reduce_tiles(np.min, inner, side)
    white = darkest >= 250
    washed = white & ~find_edge_cells(white)
    # a camera's picture has grain, a screenshot has none
    flat = reduce_tiles(np.max, inner, side) - darkest <= 2
    if not washed.any() or float(flat[~white].mean()) > 0.2:
        return measures
    y, x = np.nonzero(washed)
    box = (
        left + x.min() * side,
        top + y.min() * side,
        left + (x.max() + 1) * side,
        top + (y.max() + 1) * side,
    )
    place = (box[0] / wide, box[1] / high, box[2] / wide, box[3] / high)
    return replace(measures, glare=float(washed.mean()), glare_at=enclose([place], size))


def find_edge_cells(white: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the white cells that are joined to the edge through white cells."""
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


def may_hide_words(gray: Gray, frame: Box, words: Words) -> bool:
    """Return whether part of the picture is in the dark, or faint marks are where no word was
    read."""
    if len(words) < FEW or _measure_unread_marks(gray, words) >= _FAINT_PART:
        return True
    tones = tile_papers(gray, frame)
    return bool(tones.size) and float((tones < _DARK * np.median(tones)).mean()) >= _DARK_PART


def _measure_unread_marks(gray: Gray, words: Words, side: int = 32) -> float:
    """Return the fraction of the tiles that hold faint marks and no word."""
    rows, columns = gray.shape[0] // side, gray.shape[1] // side
    light = reduce_tiles(np.max, gray, side).astype(np.int16)
    depth = light - reduce_tiles(np.min, gray, side)
    faint = (depth >= _MARK) & (depth < 0.45 * light)
    for _, _, (left, top, right, bottom) in words:
        faint[
            int(top * rows) : int(bottom * rows) + 1, int(left * columns) : int(right * columns) + 1
        ] = False
    return float(faint.mean()) if faint.size else 0.0


def measure_paper_fraction(gray: Gray, frame: Box) -> float:
    """Return the fraction of the picture whose lightest tone is that of the whole picture."""
    tones = tile_papers(gray, frame)
    if not tones.size:
        return 0.0
    return float((np.abs(tones - np.median(tones)) <= 0.12 * np.median(tones)).mean())


def tile_papers(gray: Gray, frame: Box, side: int = 64) -> np.ndarray[Any, Any]:
    """Return the lightest level of each tile, which is its paper."""
    high, wide = gray.shape
    inner = gray[
        round(frame[1] * high) : round(frame[3] * high),
        round(frame[0] * wide) : round(frame[2] * wide),
    ]
    return reduce_tiles(np.max, inner, side).astype(np.float32)


def reduce_tiles(reducer: Callable[..., Tones], gray: Gray, side: int) -> Tones:
    """Reduce each whole tile with `reducer` (np.max, np.min).

    Down the columns first, since rows are contiguous in memory.
    """
    rows, columns = gray.shape[0] // side, gray.shape[1] // side
    bands = reducer(
        gray[: rows * side, : columns * side].reshape(rows, side, columns * side), axis=1
    )
    return reducer(bands.reshape(rows, columns, side), axis=2)


def add_hidden_words(
    measures: Measures,
    image: Image.Image,
    words: Words,
    size: tuple[float, float],
    recognize: Recognizer,
) -> Measures:
    """Add the words that can be read only after the light was evened out."""
    gray = np.asarray(image.convert("L"))
    limit = _DARK * float(np.median(gray[::8, ::8]))

    def is_dim(box: Box) -> bool:
        word = measure_word(gray, 0, box)
        return word is not None and (word.paper < limit or word.contrast < _DIM)

    revealed = [
        box
        for text, sure, box in recognize(even_out_light(image))
        if sure >= SURE
        and sum(map(str.isalnum, text)) > 2
        and not has_similar_word(text, box, words)
    ]
    hidden = [box for box in revealed if not words or is_dim(box)]
    if len(hidden) < MIN_REVEALED:
        return replace(measures, hidden=0.0)
    return replace(
        measures, hidden=len(hidden) / (len(hidden) + len(words)), hidden_at=enclose(hidden, size)
    )


def even_out_frame(image: Image.Image, frame: Box) -> Image.Image:
    """Even out the light within the frame, so that a dim photo is as white as the sheet around
    it."""
    sides = (image.width, image.height) * 2
    left, top, right, bottom = (round(part * side) for part, side in zip(frame, sides, strict=True))
    if right - left < 16 or bottom - top < 16:
        return image
    page = image.convert("L")
    page.paste(even_out_light(page.crop((left, top, right, bottom))), (left, top))
    return page


def even_out_light(image: Image.Image) -> Image.Image:
    """Divide the picture by its paper, the lightest level within about an eighth of an inch, and
    darken its ink evenly."""
    gray = image.convert("L")
    small = gray.reduce(8).filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.BoxBlur(3))
    paper = np.asarray(small.resize(gray.size, Image.Resampling.BILINEAR), dtype=np.float32)
    low = np.asarray(
        gray.reduce(8).filter(ImageFilter.MinFilter(9)).resize(gray.size), dtype=np.float32
    )
    floor = np.minimum(low, paper - 12)
    share = (np.asarray(gray, dtype=np.float32) - floor) / np.maximum(paper - floor, 12)
    return Image.fromarray((np.clip(share, 0, 1) * 255).astype(np.uint8))
