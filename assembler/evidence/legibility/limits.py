"""What was measured on a page, and the limits it is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Box = tuple[
    float, float, float, float
]  # left, top, right, bottom, points from the top left of the page as a reader shows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The part of a page that was read worst."""

    box: Box
    words: int
    confidence: float  # mean word confidence, 0..100
    contrast: float | None  # of its words in the middle; None where none of them was measured
    blur: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One page as it was recognized. None: nothing on the page to measure it by.

    `contrast`: paper minus ink, parts of the whole gray scale, 0..1. `blur`: spread of an edge
    (standard deviation) in parts of the letters' height. `letter`: height of a word's box, points.
    `shadow`: darkest paper under a word in parts of the lightest, 1 = even. `paper`: part of the
    picture whose lightest tone is that of the whole, near 1 on a sheet, less on a photograph of a
    place. `glare`: part of the picture washed out. `vanished`: part of the well-read words that a
    black-and-white scan of 200 dpi loses. `hidden`: part of the words that can be read only after
    the paper was made equally light.
    """

    words: int
    confidence: float  # mean word confidence, 0..100
    low_confidence: float  # a tenth of the words is below
    letter: float | None = None
    small_letter: float | None = None  # a tenth of the words is below
    contrast: float | None = None
    low_contrast: float | None = None  # a tenth of the words is below
    blur: float | None = None
    skew: float = 0.0  # degrees, clockwise
    clipped: tuple[str, ...] = ()  # edges that words run into: "left", "top", "right", "bottom"
    clipped_at: Box | None = None
    glare: float = 0.0
    glare_at: Box | None = None
    shadow: float | None = None
    paper: float = 1.0
    vanished: float | None = None  # None: not looked at, there was no doubt
    vanished_at: Box | None = None
    hidden: float | None = None  # None: not looked for, the paper is evenly light
    hidden_at: Box | None = None
    worst: Region | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """From where a measure makes a page doubtful, and from where it can make it illegible."""

    doubtful: float
    illegible: float
    low: bool  # whether small values are the bad ones

    def level(self, value: float | None) -> int:
        """0: as it should be; 1: doubtful; 2: illegible."""
        if value is None:
            return 0
        sign = -1 if self.low else 1
        return (sign * value > sign * self.doubtful) + (sign * value > sign * self.illegible)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The house's limits, by measure; schemas/legibility.json. `few`: fewer words than this is
    no reading."""

    few: int
    by_name: Mapping[str, Limit]

    def level(self, name: str, value: float | None) -> int:
        """0, 1 or 2, as `Limit.level`."""
        return self.by_name[name].level(value)


def limits(data: Mapping[str, Any]) -> Limits:
    """schemas/legibility.json, parsed. KeyError names what is missing."""
    return Limits(
        few=int(data["few_words"]),
        by_name={
            name: Limit(
                doubtful=float(one["doubtful"]),
                illegible=float(one["illegible"]),
                low=one["bad"] == "low",
            )
            for name, one in data["measures"].items()
        },
    )


def measures(raw: Mapping[str, Any]) -> Measures:
    """What `dataclasses.asdict` made of measures, and JSON of that, as measures again."""
    worst = raw["worst"]
    boxes = {
        name: tuple(raw[name]) if raw[name] else None
        for name in ("clipped_at", "glare_at", "vanished_at", "hidden_at")
    }
    region = Region(**{**worst, "box": tuple(worst["box"])}) if worst else None
    return Measures(**{**raw, **boxes, "clipped": tuple(raw["clipped"]), "worst": region})
