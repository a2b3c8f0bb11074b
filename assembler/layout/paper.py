"""Fit pages onto the paper a receiver requires. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from assembler.layout.stamp_placement import STAMP_SIZE, measure_stamp

PAPER = {"letter": (612.0, 792.0), "a4": (595.28, 841.89)}  # name in a profile → points, upright
_SLACK = 3.0  # points a page may be larger and is unchanged: printers and scanners vary by this
_READABLE = 6.0  # points; a page on which the stamp would be smaller is put on paper


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFit:
    """A page on its paper: the paper's size, points, turned as the page is, and the scale the page
    is drawn at."""

    width: float
    height: float
    scale: float


def fit_page(width: float, height: float, text: str, paper: str) -> PaperFit | None:
    """Return how a page of this visible size fits the paper; None if it stays unchanged.

    A larger page is drawn smaller, never a smaller one larger. A page too small for its stamp
    (`text`) is put on the paper at its own size.
    """
    if paper not in PAPER:
        return None
    paper_width, paper_height = PAPER[paper] if height >= width else PAPER[paper][::-1]
    if width > paper_width + _SLACK or height > paper_height + _SLACK:
        return PaperFit(
            width=paper_width,
            height=paper_height,
            scale=min(paper_width / width, paper_height / height),
        )
    is_small = bool(text) and measure_stamp(text, width, height) < min(_READABLE, STAMP_SIZE)
    return PaperFit(width=paper_width, height=paper_height, scale=1.0) if is_small else None
