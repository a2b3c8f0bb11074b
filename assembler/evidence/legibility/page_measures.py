"""How a recognized page looks: the numbers from which `legibility` tells whether a person can read
it.

A gray picture, turned upright, and its words come in; `Measures` go out. Works on crops of a sample
of the words, so that it costs a small part of what the recognition does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from assembler.evidence.legibility import Box, Measures, Region
from assembler.evidence.legibility.lighting import may_hide, paper, with_glare, with_hidden
from assembler.evidence.legibility.word_measures import (
    FEW,
    SURE,
    Again,
    Gray,
    Look,
    Words,
    around,
    inked_tiles,
    looks_at,
    middle,
    seen,
    spread,
    tenth,
)

_TYPICAL = 7.0  # points, height of a capital of ten-point type: where no word was read
_READ = (
    40.0  # mean confidence below which words may be what recognition sees in the grain of the paper
)
_DOUBT = 75.0  # mean confidence below which the page is looked at as the receiver sees it
_FAINT = 0.35  # contrast of a word below which a black-and-white scan may lose it
_ROWS, _COLUMNS, _ENOUGH = 4, 3, 6  # parts of a page, and words for one to be judged
_READ_TURNED = 5.0  # degrees up to which the engine reads lines


def measure(
    image: Image.Image,
    dpi: float,
    words: Words,
    frame: Box,
    again: Again,
    *,
    hidden: float | None = None,
) -> Measures:
    """Measure a page. `dpi`: of the picture. `frame`: where the scan or photo stands on it, parts
    of width and height. `hidden`: the part of the words that came out only in even light, where
    that was tried.

    `again` is called at most twice, and only where a black-and-white scan may lose words, or the
    dark may hide some.
    """
    gray = np.asarray(image.convert("L"))
    scale = 72 / dpi
    size = (image.width * scale, image.height * scale)
    looks = looks_at(gray, words) if _read(words) else []
    made = replace(
        _of_words(words, scale * image.height),
        contrast=_contrast(gray, looks),
        low_contrast=tenth([one.contrast for one in looks]),
        blur=_blur(gray, looks, dpi),
        skew=_skew(image),
        shadow=_evenness([one.paper for one in looks]),
        paper=paper(gray, frame),
        worst=_worst(words, looks, size),
    )
    made = with_glare(_with_clipped(made, words, frame, image.size, size), gray, frame, size)
    if (
        abs(made.skew) > _READ_TURNED
    ):  # the engine reads such a page by chance: two readings cannot be compared
        return made
    if _may_lose(made, looks):
        made = _with_vanished(made, image, words, looks, size, again)
    if hidden is not None:
        boxes = [box for _, sure, box in words if sure >= SURE]
        return replace(
            made, hidden=hidden, hidden_at=around(boxes, size) if hidden and boxes else None
        )
    return with_hidden(made, image, words, size, again) if may_hide(gray, frame, words) else made


def _read(words: Words) -> bool:
    """Whether the places of the words are where print is."""
    return len(words) >= FEW and sum(sure for _, sure, _ in words) >= _READ * len(words)


def _of_words(words: Words, height: float) -> Measures:
    sure = [confidence for _, confidence, _ in words]
    tall = [(box[3] - box[1]) * height for text, _, box in words if sum(map(str.isalnum, text)) > 1]
    return Measures(
        words=len(words),
        confidence=sum(sure) / len(sure) if sure else 0.0,
        low_confidence=tenth(sure) or 0.0,
        letter=middle(tall),
        small_letter=tenth(tall),
    )


def _blur(gray: Gray, looks: Sequence[Look], dpi: float) -> float | None:
    if looks:
        return middle([one.spread / one.height for one in looks])
    spreads = [spread(tile, float(tile.max()) - float(tile.min())) for tile in inked_tiles(gray)]
    sharpest = tenth(
        spreads
    )  # nothing was read there: only where no edge is sharp is the page blurred
    return None if sharpest is None else sharpest / (_TYPICAL * dpi / 72)


def _contrast(gray: Gray, looks: Sequence[Look]) -> float | None:
    if looks:
        return middle([one.contrast for one in looks])
    ranges = [
        float(np.percentile(tile, 99) - np.percentile(tile, 0.5)) / 255
        for tile in inked_tiles(gray)
    ]
    return middle(ranges)


def _skew(image: Image.Image) -> float:
    """The turn, clockwise degrees within 20, under which the lines of print are sharpest in
    profile; 0 where it tells nothing."""
    small = image.convert("L").reduce(max(1, round(min(image.size) / 560)))
    gray = np.asarray(small, dtype=np.int16)
    marks = gray < np.asarray(small.filter(ImageFilter.BoxBlur(8)), dtype=np.int16) - 24
    y, x = np.nonzero(marks)
    if len(y) < 200:
        return 0.0
    thin = max(1, len(y) // 15_000)
    y, x = y[::thin].astype(np.float32), x[::thin].astype(np.float32)
    coarse = max(range(-20, 21), key=lambda angle: _sharpness(y, x, angle))
    best = max((coarse + n / 4 for n in range(-3, 4)), key=lambda angle: _sharpness(y, x, angle))
    return (
        best
        if _sharpness(y, x, best) > 1.15 * _sharpness(y, x, best + 12 if best < 0 else best - 12)
        else 0.0
    )


def _sharpness(y: np.ndarray[Any, Any], x: np.ndarray[Any, Any], angle: float) -> float:
    rows = y - x * math.tan(math.radians(angle))
    counts = np.bincount((rows - rows.min()).astype(np.int32)).astype(np.float64)
    return float((counts * counts).sum())


def _worst(words: Words, looks: Sequence[Look], size: tuple[float, float]) -> Region | None:
    parts: dict[tuple[int, int], list[int]] = {}
    for n, (_, _, box) in enumerate(words):
        row, column = int((box[1] + box[3]) / 2 * _ROWS), int((box[0] + box[2]) / 2 * _COLUMNS)
        parts.setdefault((min(row, _ROWS - 1), min(column, _COLUMNS - 1)), []).append(n)
    told = [members for members in parts.values() if len(members) >= _ENOUGH]
    if not told:
        return None
    members = min(told, key=lambda part: sum(words[n][1] for n in part) / len(part))
    inside = {*members}
    close = [one for one in looks if one.at in inside]
    return Region(
        box=around([words[n][2] for n in members], size),
        words=len(members),
        confidence=sum(words[n][1] for n in members) / len(members),
        contrast=middle([one.contrast for one in close]),
        blur=middle([one.spread / one.height for one in close]),
    )


def _with_clipped(
    made: Measures, words: Words, frame: Box, pixels: tuple[int, int], size: tuple[float, float]
) -> Measures:
    """Words that run into an edge: three or more of two characters, read with some confidence."""
    near = (2.5 / pixels[0], 2.5 / pixels[1])
    real = [box for text, sure, box in words if sum(map(str.isalnum, text)) > 1 and sure >= 50]
    touching = {
        "left": [box for box in real if box[0] - frame[0] < near[0]],
        "top": [box for box in real if box[1] - frame[1] < near[1]],
        "right": [box for box in real if frame[2] - box[2] < near[0]],
        "bottom": [box for box in real if frame[3] - box[3] < near[1]],
    }
    cut = {side: boxes for side, boxes in touching.items() if len(boxes) >= 3}
    if not cut:
        return made
    return replace(
        made,
        clipped=tuple(cut),
        clipped_at=around([box for boxes in cut.values() for box in boxes], size),
    )


def _may_lose(made: Measures, looks: Sequence[Look]) -> bool:
    """Whether a black-and-white scan may lose words: the reading was doubtful, or some words are
    faint."""
    faint = sum(one.contrast < _FAINT for one in looks)
    return bool(looks) and (made.confidence < _DOUBT or faint >= max(2, 0.03 * len(looks)))


def _with_vanished(
    made: Measures,
    image: Image.Image,
    words: Words,
    looks: Sequence[Look],
    size: tuple[float, float],
    again: Again,
) -> Measures:
    sure = [
        (text, box)
        for text, confidence, box in words
        if confidence >= SURE and sum(map(str.isalnum, text)) > 2
    ]
    if not sure:
        return made
    limit = _between(looks)
    left = again(image.convert("L").point(lambda value: 255 if value > limit else 0))
    lost = [box for text, box in sure if not seen(text, box, left)]
    return replace(
        made, vanished=len(lost) / len(sure), vanished_at=around(lost, size) if lost else None
    )


def _between(looks: Sequence[Look]) -> float:
    """Where a simple scanner parts black from white: half way between the page's paper and its
    ink."""
    return (
        (middle([one.paper for one in looks]) or 255.0)
        + (middle([one.ink for one in looks]) or 0.0)
    ) / 2


def _evenness(papers: Sequence[float]) -> float | None:
    return (
        float(np.percentile(papers, 5) / max(1.0, float(np.percentile(papers, 95))))
        if len(papers) >= 12
        else None
    )
