"""Decide which pages are fitted, in which steps, and when one is enough. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assembler.model import Fitted

LOSSLESS = 0  # a step that keeps every pixel
FINE = 1.02  # tolerated factor above the limit: a picture's place is rounded
_STEPS = (600, 450, 350, 300, 250, 225, 200, 175, 150, 125, 100)  # dots per inch


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWeight:
    """A page's bytes, shared objects counted at their first page, and its pictures: object number,
    generation, dpi."""

    weight: int
    pictures: tuple[tuple[int, int, float], ...]

    @property
    def dpi(self) -> float:
        """Return the resolution of its finest picture; 0 if it has none."""
        return max((dpi for _, _, dpi in self.pictures), default=0.0)


def find_too_fine(pages: Sequence[PageWeight], most: int) -> list[int]:
    """Return indices of the pages with a picture finer than `most` dots per inch."""
    return [index for index, page in enumerate(pages) if page.dpi > most * FINE]


def list_steps(dpi: float, floor: int, most: int | None = None) -> tuple[int, ...]:
    """Return the steps for a page whose finest picture has `dpi`, in order: lossless first, then
    coarser and coarser.

    Args:
        floor: no step is below it.
        most: the receiver's maximum; a page that is finer begins there.
    """
    if most is not None and dpi > most * FINE:
        return (
            most,
            *(step for step in sorted({*_STEPS, floor}, reverse=True) if floor <= step < most),
        )
    coarser = sorted(
        {step for step in (*_STEPS, floor) if floor <= step and step * FINE < dpi}, reverse=True
    )
    return (LOSSLESS, *coarser)


def is_better(before: Fitted | None, after: Fitted) -> bool:
    """Return whether a step is worth keeping: it lost no words, and made the page smaller than the
    step before."""
    limit = before.bytes_after if before else after.bytes_before
    return not after.lost and after.bytes_after < limit
