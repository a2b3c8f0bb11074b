"""The paper a receiver asks for, and how a page comes onto it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from assembler.layout.stamp_placement import STAMP_SIZE, stamp_size

PAPER = {"letter": (612.0, 792.0), "a4": (595.28, 841.89)}  # name in a profile → points, upright
_SLACK = (
    3.0  # points a page may be larger and is left as it is: printers and scanners differ by so much
)
_READABLE = (
    6.0  # points; a page on which the stamp would be smaller is too small to be handled by itself
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A page on its paper: the paper's size, points, turned as the page is; and how much smaller
    the page is drawn on it."""

    width: float
    height: float
    scale: float


def fit(width: float, height: float, text: str, paper: str) -> Fit | None:
    """How a page of this visible size comes onto the paper; None where it stays as it is.

    A larger page is drawn smaller, never a smaller one larger. A page too small for its stamp
    (`text`) lies there as it is.
    """
    if paper not in PAPER:
        return None
    wide, high = PAPER[paper] if height >= width else PAPER[paper][::-1]
    if width > wide + _SLACK or height > high + _SLACK:
        return Fit(width=wide, height=high, scale=min(wide / width, high / height))
    small = bool(text) and stamp_size(text, width, height) < min(_READABLE, STAMP_SIZE)
    return Fit(width=wide, height=high, scale=1.0) if small else None
