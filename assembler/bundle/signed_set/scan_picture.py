"""Prepare the picture of a scan for comparing: even light, ink as numbers, upright lines. Pure.

Ink is an array of rows from the top, 0 where there is paper, 1 where it is black.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

Array = np.ndarray[Any, Any]
_CELL = 16  # pixels of a cell in which the paper's brightness is measured
_DARKEST_PAPER = 70.0  # gray levels
_SKEW_LIMIT = 7.0  # degrees
_SKEW_PIXELS = 700  # of the longer side of the picture that the skew is measured on


@dataclass(frozen=True, slots=True, kw_only=True)
class Affine:
    """A map of points: x' = a x + b y + c, y' = d x + e y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    @property
    def values(self) -> tuple[float, float, float, float, float, float]:
        """Return the six numbers, as Pillow takes them."""
        return (self.a, self.b, self.c, self.d, self.e, self.f)

    def after(self, first: Affine) -> Affine:
        """Return the map that applies `first`, then this one."""
        return Affine(
            a=self.a * first.a + self.b * first.d,
            b=self.a * first.b + self.b * first.e,
            c=self.a * first.c + self.b * first.f + self.c,
            d=self.d * first.a + self.e * first.d,
            e=self.d * first.b + self.e * first.e,
            f=self.d * first.c + self.e * first.f + self.f,
        )


def measure_ink(gray: Image.Image) -> Array:
    """Return the ink of a gray picture, with the light of the paper evened out."""
    pixels = np.asarray(gray, dtype=np.float32)
    small = gray.resize(
        (max(1, gray.width // _CELL), max(1, gray.height // _CELL)), Image.Resampling.BOX
    )
    # the brightest of the neighboring cells is paper; a median removes single specks
    paper = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.MedianFilter(5))
    paper = paper.filter(ImageFilter.GaussianBlur(2)).resize(gray.size, Image.Resampling.BILINEAR)
    level = np.maximum(np.asarray(paper, dtype=np.float32), _DARKEST_PAPER)
    return np.clip(1.0 - pixels / level, 0.0, 1.0)


def find_skew(ink: Array) -> tuple[float, bool]:
    """Return by how many degrees the lines of a picture run downhill to the right, and whether they
    run from top to bottom instead, on a page that lies on its side."""
    step = max(1, round(max(ink.shape) / _SKEW_PIXELS))
    coarse = ink[::step, ::step]
    rows, columns = np.nonzero(coarse > 0.25)
    if len(rows) < 50:
        return 0.0, False
    best = []
    for across, down in ((columns, rows), (rows, columns)):
        angle = _search_skew(across, down, np.arange(-_SKEW_LIMIT, _SKEW_LIMIT + 0.1, 0.5))
        angle = _search_skew(across, down, angle[0] + np.arange(-0.5, 0.51, 0.1))
        best.append(angle)
    is_sideways = best[1][1] > best[0][1]
    return (-best[1][0], True) if is_sideways else (best[0][0], False)


def _search_skew(across: Array, down: Array, angles: Array) -> tuple[float, float]:
    """Return the angle at which the ink is gathered in the fewest lines, and how much it is."""
    scores = []
    for angle in angles:
        lines = down - across * math.tan(math.radians(float(angle)))
        counts = np.bincount((lines - lines.min()).astype(np.int64))
        scores.append(float((np.diff(counts.astype(np.float64)) ** 2).sum()))
    place = int(np.argmax(scores))
    return float(angles[place]), scores[place]


def make_turn(size: tuple[int, int], clockwise: float) -> tuple[Affine, tuple[int, int]]:
    """Return the map from a picture turned clockwise about its middle to the picture, and the
    turned picture's size, which holds all of it."""
    angle = math.radians(clockwise)
    cos, sin = math.cos(angle), math.sin(angle)
    width = math.ceil(abs(size[0] * cos) + abs(size[1] * sin) - 1e-6)
    height = math.ceil(abs(size[0] * sin) + abs(size[1] * cos) - 1e-6)
    map_back = Affine(
        a=cos,
        b=sin,
        c=size[0] / 2 - cos * width / 2 - sin * height / 2,
        d=-sin,
        e=cos,
        f=size[1] / 2 + sin * width / 2 - cos * height / 2,
    )
    return map_back, (width, height)


def warp(picture: Image.Image, place: Affine, size: tuple[int, int], fill: float) -> Image.Image:
    """Return a picture drawn again: each of its pixels taken from where `place` says."""
    return picture.transform(
        size,
        Image.Transform.AFFINE,
        place.values,
        resample=Image.Resampling.BILINEAR,
        fillcolor=fill,
    )
