"""Words of a page looked at closely: what paper and ink they have, how sharp their edges are,
where they stand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from assembler.evidence.legibility import Box

Gray = np.ndarray[Any, np.dtype[np.uint8]]
Words = Sequence[
    tuple[str, float, Box]
]  # text, confidence, place as parts of the picture's width and height
Again = Callable[[Image.Image], Words]  # recognize another picture of the same page

SURE = 60  # confidence of a word whose loss counts
FEW = 3  # with fewer words the page is measured by its darkest marks
_SAMPLE = 150  # words looked at closely


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One word, closely: paper and ink 0..255, spread of its edges in pixels, height of its box
    in pixels."""

    at: int
    paper: float
    ink: float
    spread: float
    height: float

    @property
    def contrast(self) -> float:
        return (self.paper - self.ink) / 255


def looks_at(gray: Gray, words: Words) -> list[Look]:
    chosen = [n for n, (text, _, _) in enumerate(words) if sum(map(str.isalnum, text)) > 1]
    step = max(1.0, len(chosen) / _SAMPLE)
    found = (
        look(gray, n, words[n][2])
        for n in (chosen[int(k * step)] for k in range(int(len(chosen) / step)))
    )
    return [one for one in found if one]


def look(gray: Gray, at: int, box: Box) -> Look | None:
    high, wide = gray.shape
    left, top = max(0, int(box[0] * wide) - 2), max(0, int(box[1] * high) - 2)
    crop = gray[top : int(box[3] * high) + 2, left : int(box[2] * wide) + 2].astype(np.int16)
    if min(crop.shape) < 5:
        return None
    dark, light = crop.size // 50, crop.size - 1 - crop.size // 50
    levels = crop.flatten()
    levels.partition((dark, light))
    ink, paper = float(levels[dark]), float(levels[light])
    return Look(
        at=at,
        paper=paper,
        ink=ink,
        spread=spread(crop, paper - ink),
        height=(box[3] - box[1]) * high,
    )


def spread(crop: np.ndarray[Any, Any], contrast: float) -> float:
    """Standard deviation, in pixels, of the blur that makes the steepest edges as steep as they
    are."""
    steps = np.abs(crop[:, 1:] - crop[:, :-1]).ravel()
    few = max(1, steps.size // 100)
    steps.partition(steps.size - few)
    steepest = float(steps[-few:].mean())
    return contrast / (max(steepest, 1.0) * math.sqrt(2 * math.pi))


def inked_tiles(gray: Gray, side: int = 64) -> Iterator[np.ndarray[Any, Any]]:
    """The sixteen tiles with the largest differences at most, none with less than half of the
    largest: where there would be print, if anywhere. A page with a word or two is judged by them,
    not by the grain of its paper.
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


def seen(text: str, box: Box, words: Words) -> bool:
    """Whether some word at that place shares half of its letters."""
    letters = [character for character in text.casefold() if character.isalnum()]
    there = "".join(
        other.casefold()
        for other, _, at in words
        if at[0] < box[2] and at[2] > box[0] and at[1] < box[3] and at[3] > box[1]
    )
    return sum(character in there for character in letters) * 2 >= len(letters)


def around(boxes: Sequence[Box], size: tuple[float, float]) -> Box:
    """The box around boxes, in points."""
    left, top = min(box[0] for box in boxes) * size[0], min(box[1] for box in boxes) * size[1]
    right, bottom = max(box[2] for box in boxes) * size[0], max(box[3] for box in boxes) * size[1]
    return (round(left, 1), round(top, 1), round(right, 1), round(bottom, 1))


def middle(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if values else None


def tenth(values: Sequence[float]) -> float | None:
    return float(np.percentile(values, 10)) if values else None
