"""Measures of a page, and the limits they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# left, top, right, bottom; points from the top left of the page as a viewer shows it
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The part of a page with the lowest confidence."""

    box: Box
    words: int
    confidence: float  # mean word confidence, 0..100
    contrast: float | None  # median of its words; None if none of them was measured
    blur: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Measures of a recognized page; None where nothing on the page allows the measurement.

    `contrast`: paper minus ink, 0..1 of the gray scale. `blur`: spread of an edge (standard
    deviation) as a fraction of the letter height. `letter`: height of a word's box, points.
    `shadow`: darkest paper under a word as a fraction of the lightest, 1 = even. `paper`: fraction
    of the picture whose lightest tone is that of the whole, near 1 on a sheet, less on a photo of a
    place. `glare`: fraction of the picture washed out. `vanished`: fraction of the well-read words
    that a 200 dpi black-and-white scan loses. `hidden`: fraction of the words that can be read only
    after the light was evened out.
    """

    words: int
    confidence: float  # mean word confidence, 0..100
    low_confidence: float  # tenth percentile of the words
    letter: float | None = None
    small_letter: float | None = None  # tenth percentile of the words
    contrast: float | None = None
    low_contrast: float | None = None  # tenth percentile of the words
    blur: float | None = None
    skew: float = 0.0  # degrees, clockwise
    clipped: tuple[str, ...] = ()  # edges that words run into: "left", "top", "right", "bottom"
    clipped_at: Box | None = None
    glare: float = 0.0
    glare_at: Box | None = None
    shadow: float | None = None
    paper: float = 1.0
    vanished: float | None = None  # None: not measured, there was no doubt
    vanished_at: Box | None = None
    hidden: float | None = None  # None: not measured, the paper is evenly light
    hidden_at: Box | None = None
    document_at: Box | None = None  # in a photograph that also shows what lies around it
    worst: Region | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The values from which a measure makes a page doubtful, and can make it illegible."""

    doubtful: float
    illegible: float
    low: bool  # whether low values are bad

    def grade(self, value: float | None) -> int:
        """Return 0 if the value is fine, 1 if doubtful, 2 if illegible."""
        if value is None:
            return 0
        sign = -1 if self.low else 1
        return (sign * value > sign * self.doubtful) + (sign * value > sign * self.illegible)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of schemas/legibility.json by measure. `few`: fewer words than this count as
    none."""

    few: int
    by_name: Mapping[str, Limit]

    def grade(self, name: str, value: float | None) -> int:
        """Return 0, 1 or 2, as `Limit.grade`."""
        return self.by_name[name].grade(value)


def read_limits(data: Mapping[str, Any]) -> Limits:
    """Build the limits from the parsed schemas/legibility.json. A KeyError names what is
    missing."""
    return Limits(
        few=int(data["few_words"]),
        by_name={
            name: Limit(
                doubtful=float(limit["doubtful"]),
                illegible=float(limit["illegible"]),
                low=limit["bad"] == "low",
            )
            for name, limit in data["measures"].items()
        },
    )


def read_measures(raw: Mapping[str, Any]) -> Measures:
    """Build measures from `dataclasses.asdict` of measures, also after a round trip through
    JSON."""
    worst = raw["worst"]
    boxes = {
        name: tuple(raw[name]) if raw[name] else None
        for name in ("clipped_at", "glare_at", "vanished_at", "hidden_at", "document_at")
    }
    region = Region(**{**worst, "box": tuple(worst["box"])}) if worst else None
    return Measures(**{**raw, **boxes, "clipped": tuple(raw["clipped"]), "worst": region})
