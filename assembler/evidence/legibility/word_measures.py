"""Measure words of a page: contrast of paper and ink, sharpness of edges, position."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from assembler.evidence.legibility import Box

Gray = np.ndarray[Any, np.dtype[np.uint8]]
# text, confidence, box as fractions of the picture's width and height
Words = Sequence[tuple[str, float, Box]]
Recognizer = Callable[[Image.Image], Words]  # recognizes another picture of the same page

SURE = 60  # confidence from which the loss of a word counts
FEW = 3  # with fewer words, the page is measured by its darkest marks
_SAMPLE = 150  # words measured on a page


@dataclass(frozen=True, slots=True, kw_only=True)
class WordMeasures:
    """One word: its index, paper and ink 0..255, spread of its edges and height of its box in
    pixels."""

    index: int
    paper: float
    ink: float
    spread: float
    height: float

    @property
    def contrast(self) -> float:
        return (self.paper - self.ink) / 255


def measure_words(gray: Gray, words: Words) -> list[WordMeasures]:
    """Measure an even sample of the words with two or more letters or digits."""
    chosen = [n for n, (text, _, _) in enumerate(words) if sum(map(str.isalnum, text)) > 1]
    step = max(1.0, len(chosen) / _SAMPLE)
    sample = (chosen[int(k * step)] for k in range(int(len(chosen) / step)))
    measures = (measure_word(gray, n, words[n][2]) for n in sample)
    return [word for word in measures if word]


def measure_word(gray: Gray, index: int, box: Box) -> WordMeasures | None:
    """Measure one word; None if its box is too small."""
    high, wide = gray.shape
    left, top = max(0, int(box[0] * wide) - 2), max(0, int(box[1] * high) - 2)
    crop = gray[top : int(box[3] * high) + 2, left : int(box[2] * wide) + 2].astype(np.int16)
    if min(crop.shape) < 5:
        return None
    dark, light = crop.size // 50, crop.size - 1 - crop.size // 50
    levels = crop.flatten()
    levels.partition((dark, light))
    ink, paper = float(levels[dark]), float(levels[light])
    return WordMeasures(
        index=index,
        paper=paper,
        ink=ink,
        spread=measure_edge_spread(crop, paper - ink),
        height=(box[3] - box[1]) * high,
    )


def measure_edge_spread(crop: np.ndarray[Any, Any], contrast: float) -> float:
    """Return the standard deviation, in pixels, of the blur that would explain the steepest
    edges."""
    steps = np.abs(crop[:, 1:] - crop[:, :-1]).ravel()
    few = max(1, steps.size // 100)
    steps.partition(steps.size - few)
    steepest = float(steps[-few:].mean())
    return contrast / (max(steepest, 1.0) * math.sqrt(2 * math.pi))


def find_inked_tiles(gray: Gray, side: int = 64) -> Iterator[np.ndarray[Any, Any]]:
    """Yield up to sixteen tiles with the largest contrast, none with less than half of the largest.

    Print would be there, if anywhere: a page with one or two words is judged by them, not by the
    grain of its paper.
    """
    rows, columns = gray.shape[0] // side, gray.shape[1] // side
    tiles = (
        gray[: rows * side, : columns * side]
        .reshape(rows, side, columns, side)
        .swapaxes(1, 2)
        .reshape(-1, side, side)
    )
    if len(tiles):
        range_of = tiles.max(axis=(1, 2)).astype(np.int16) - tiles.min(axis=(1, 2))
        most = np.argsort(range_of, kind="stable")[-16:]
        yield from (
            tiles[n].astype(np.int16) for n in most if 2 * range_of[n] >= range_of[most[-1]]
        )


def has_similar_word(text: str, box: Box, words: Words) -> bool:
    """Return whether a word at that place shares half of the letters."""
    letters = [character for character in text.casefold() if character.isalnum()]
    overlapping = "".join(
        word.casefold()
        for word, _, place in words
        if place[0] < box[2] and place[2] > box[0] and place[1] < box[3] and place[3] > box[1]
    )
    return sum(character in overlapping for character in letters) * 2 >= len(letters)


def enclose(boxes: Sequence[Box], size: tuple[float, float]) -> Box:
    """Return the smallest box around boxes (fractions), in points for a page of `size` points."""
    left, top = min(box[0] for box in boxes) * size[0], min(box[1] for box in boxes) * size[1]
    right, bottom = max(box[2] for box in boxes) * size[0], max(box[3] for box in boxes) * size[1]
    return (round(left, 1), round(top, 1), round(right, 1), round(bottom, 1))


def find_median(values: Sequence[float]) -> float | None:
    """Return the median; None for no values."""
    return float(np.median(values)) if values else None


def find_tenth_percentile(values: Sequence[float]) -> float | None:
    """Return the tenth percentile; None for no values."""
    return float(np.percentile(values, 10)) if values else None
