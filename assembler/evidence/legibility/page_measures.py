"""Measure how a recognized page looks, so that `legibility` can tell whether a person can read it.

Takes a gray picture, upright, and its words; returns `Measures`. Works on crops of a sample of the
words, so it takes a small fraction of the time of the recognition.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from assembler.evidence.legibility import Box, Measures, Region
from assembler.evidence.legibility.lighting import (
    add_glare,
    add_hidden_words,
    may_hide_words,
    measure_paper_fraction,
)
from assembler.evidence.legibility.surroundings import find_document
from assembler.evidence.legibility.word_measures import (
    FEW,
    SURE,
    Gray,
    Recognizer,
    WordMeasures,
    Words,
    enclose,
    find_inked_tiles,
    find_median,
    find_tenth_percentile,
    has_similar_word,
    measure_edge_spread,
    measure_words,
)

_TYPICAL = 7.0  # points, height of a capital of ten-point type; assumed if no word was read
_MIN_CONFIDENCE = 40.0  # mean confidence below which words may be read into the grain of the paper
_DOUBT = 75.0  # mean confidence below which the page is also read as the receiver will scan it
_FAINT = 0.35  # contrast of a word below which a black-and-white scan may lose it
_ROWS, _COLUMNS, _ENOUGH = 4, 3, 6  # parts of a page, and the words a part needs to be judged
_MAX_SKEW = 5.0  # degrees up to which the engine reads lines


def measure_page(
    image: Image.Image,
    dpi: float,
    words: Words,
    frame: Box,
    recognize: Recognizer,
    *,
    hidden: float | None = None,
) -> Measures:
    """Measure a page.

    `dpi`: of the picture. `frame`: where the scan or photo is on it, fractions of width and height.
    `recognize` is called at most twice, and only if a black-and-white scan may lose words or the
    dark may hide some. `hidden`: the fraction of the words that needed even light, if that was
    tried.
    """
    gray = np.asarray(image.convert("L"))
    scale = 72 / dpi
    size = (image.width * scale, image.height * scale)
    sample = measure_words(gray, words) if _is_believable(words) else []
    measures = replace(
        _measure_text(words, scale * image.height),
        contrast=_measure_contrast(gray, sample),
        low_contrast=find_tenth_percentile([word.contrast for word in sample]),
        blur=_measure_blur(gray, sample, dpi),
        skew=_measure_skew(image),
        shadow=_measure_evenness([word.paper for word in sample]),
        paper=measure_paper_fraction(gray, frame),
        document_at=find_document(gray, frame, words, size),
        worst=_find_worst_region(words, sample, size),
    )
    measures = _add_clipped_words(measures, words, frame, image.size, size)
    measures = add_glare(measures, gray, frame, size)
    # a page this skewed is read by chance, so that two readings cannot be compared
    if abs(measures.skew) > _MAX_SKEW:
        return measures
    if _may_lose_words(measures, sample):
        measures = _add_vanished_words(measures, image, words, sample, size, recognize)
    if hidden is not None:
        boxes = [box for _, confidence, box in words if confidence >= SURE]
        hidden_at = enclose(boxes, size) if hidden and boxes else None
        return replace(measures, hidden=hidden, hidden_at=hidden_at)
    if may_hide_words(gray, frame, words):
        return add_hidden_words(measures, image, words, size, recognize)
    return measures


def _is_believable(words: Words) -> bool:
    """Return whether the words can be believed to be where print is."""
    return len(words) >= FEW and sum(sure for _, sure, _ in words) >= _MIN_CONFIDENCE * len(words)


def _measure_text(words: Words, height: float) -> Measures:
    confidences = [confidence for _, confidence, _ in words]
    tall = [(box[3] - box[1]) * height for text, _, box in words if sum(map(str.isalnum, text)) > 1]
    return Measures(
        words=len(words),
        confidence=sum(confidences) / len(confidences) if confidences else 0.0,
        low_confidence=find_tenth_percentile(confidences) or 0.0,
        letter=find_median(tall),
        small_letter=find_tenth_percentile(tall),
    )


def _measure_blur(gray: Gray, sample: Sequence[WordMeasures], dpi: float) -> float | None:
    if sample:
        return find_median([word.spread / word.height for word in sample])
    spreads = [
        measure_edge_spread(tile, float(tile.max()) - float(tile.min()))
        for tile in find_inked_tiles(gray)
    ]
    # without words, the page is blurred only if no edge on it is sharp
    sharpest = find_tenth_percentile(spreads)
    return None if sharpest is None else sharpest / (_TYPICAL * dpi / 72)


def _measure_contrast(gray: Gray, sample: Sequence[WordMeasures]) -> float | None:
    if sample:
        return find_median([word.contrast for word in sample])
    ranges = [
        float(np.percentile(tile, 99) - np.percentile(tile, 0.5)) / 255
        for tile in find_inked_tiles(gray)
    ]
    return find_median(ranges)


def _measure_skew(image: Image.Image) -> float:
    """Return the clockwise rotation, within 20 degrees, that makes the profile of the text lines
    sharpest; 0 if unclear."""
    small = image.convert("L").reduce(max(1, round(min(image.size) / 560)))
    gray = np.asarray(small, dtype=np.int16)
    marks = gray < np.asarray(small.filter(ImageFilter.BoxBlur(8)), dtype=np.int16) - 24
    y, x = np.nonzero(marks)
    if len(y) < 200:
        return 0.0
    thin = max(1, len(y) // 15_000)
    y, x = y[::thin].astype(np.float32), x[::thin].astype(np.float32)
    coarse = max(range(-20, 21), key=lambda angle: _measure_sharpness(y, x, angle))
    best = max(
        (coarse + n / 4 for n in range(-3, 4)), key=lambda angle: _measure_sharpness(y, x, angle)
    )
    far = best + 12 if best < 0 else best - 12
    return best if _measure_sharpness(y, x, best) > 1.15 * _measure_sharpness(y, x, far) else 0.0


def _measure_sharpness(y: np.ndarray[Any, Any], x: np.ndarray[Any, Any], angle: float) -> float:
    rows = y - x * math.tan(math.radians(angle))
    counts = np.bincount((rows - rows.min()).astype(np.int32)).astype(np.float64)
    return float((counts * counts).sum())


def _find_worst_region(
    words: Words, sample: Sequence[WordMeasures], size: tuple[float, float]
) -> Region | None:
    parts: dict[tuple[int, int], list[int]] = {}
    for n, (_, _, box) in enumerate(words):
        row, column = int((box[1] + box[3]) / 2 * _ROWS), int((box[0] + box[2]) / 2 * _COLUMNS)
        parts.setdefault((min(row, _ROWS - 1), min(column, _COLUMNS - 1)), []).append(n)
    judged = [members for members in parts.values() if len(members) >= _ENOUGH]
    if not judged:
        return None
    members = min(judged, key=lambda part: sum(words[n][1] for n in part) / len(part))
    inside = {*members}
    measured = [word for word in sample if word.index in inside]
    return Region(
        box=enclose([words[n][2] for n in members], size),
        words=len(members),
        confidence=sum(words[n][1] for n in members) / len(members),
        contrast=find_median([word.contrast for word in measured]),
        blur=find_median([word.spread / word.height for word in measured]),
    )


def _add_clipped_words(
    measures: Measures, words: Words, frame: Box, pixels: tuple[int, int], size: tuple[float, float]
) -> Measures:
    """Add the edges that words run into: three or more words of two characters, read with some
    confidence."""
    margin = (2.5 / pixels[0], 2.5 / pixels[1])
    real = [box for text, sure, box in words if sum(map(str.isalnum, text)) > 1 and sure >= 50]
    touching = {
        "left": [box for box in real if box[0] - frame[0] < margin[0]],
        "top": [box for box in real if box[1] - frame[1] < margin[1]],
        "right": [box for box in real if frame[2] - box[2] < margin[0]],
        "bottom": [box for box in real if frame[3] - box[3] < margin[1]],
    }
    cut = {side: boxes for side, boxes in touching.items() if len(boxes) >= 3}
    if not cut:
        return measures
    return replace(
        measures,
        clipped=tuple(cut),
        clipped_at=enclose([box for boxes in cut.values() for box in boxes], size),
    )


def _may_lose_words(measures: Measures, sample: Sequence[WordMeasures]) -> bool:
    """Return whether a black-and-white scan may lose words: low confidence, or some faint words."""
    faint = sum(word.contrast < _FAINT for word in sample)
    return bool(sample) and (measures.confidence < _DOUBT or faint >= max(2, 0.03 * len(sample)))


def _add_vanished_words(
    measures: Measures,
    image: Image.Image,
    words: Words,
    sample: Sequence[WordMeasures],
    size: tuple[float, float],
    recognize: Recognizer,
) -> Measures:
    sure = [
        (text, box)
        for text, confidence, box in words
        if confidence >= SURE and sum(map(str.isalnum, text)) > 2
    ]
    if not sure:
        return measures
    limit = _find_scanner_threshold(sample)
    readable = recognize(image.convert("L").point(lambda value: 255 if value > limit else 0))
    lost = [box for text, box in sure if not has_similar_word(text, box, readable)]
    return replace(
        measures, vanished=len(lost) / len(sure), vanished_at=enclose(lost, size) if lost else None
    )


def _find_scanner_threshold(sample: Sequence[WordMeasures]) -> float:
    """Return where a simple scanner separates black from white: halfway between the page's paper
    and ink."""
    paper = find_median([word.paper for word in sample]) or 255.0
    ink = find_median([word.ink for word in sample]) or 0.0
    return (paper + ink) / 2


def _measure_evenness(papers: Sequence[float]) -> float | None:
    if len(papers) < 12:
        return None
    return float(np.percentile(papers, 5) / max(1.0, float(np.percentile(papers, 95))))
