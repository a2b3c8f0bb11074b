"""splitting: where a bundle that is too large for its receiver is cut, and what its parts are
called. Pure.

The bytes of every page come in, runs of pages that belong together, and a limit; page ranges go
out: each page once, in order, under the limit. A cut falls between two runs (an exhibit with its
tab sheet, a form, a letter); within one only if it is above the limit by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from assembler.model import Bookmark, Layout, Leaf, Profile, Volume

Span = tuple[int, int]  # first and last page, both in it, from 1


class TooLarge(ValueError):
    """One page by itself is above the limit; `page` is its number, from 1."""

    def __init__(self, page: int) -> None:
        self.page = page
        super().__init__(f"page {page} is above the limit by itself")


def split(runs: Sequence[Sequence[int]], limit: int) -> tuple[Span, ...]:
    """Page ranges of the parts. `runs`: the bytes of each page, pages that belong together in one
    run.

    Raises TooLarge for a page above `limit`.
    """
    spans: list[Span] = []
    page, size = 0, 0  # the last page dealt with; bytes of the part that is open
    first = 1
    for run in runs:
        if size and size + sum(run) > limit:
            spans.append((first, page))
            first, size = page + 1, 0
        for one in run:
            if one > limit:
                raise TooLarge(page + 1)
            if size + one > limit:
                spans.append((first, page))
                first, size = page + 1, 0
            page, size = page + 1, size + one
    return (*spans, (first, page)) if page else ()


def runs(layout: Layout) -> tuple[int, ...]:
    """How many pages each run of a layout has: an exhibit goes with its tab sheet, any other
    part is a run by itself."""
    return tuple(len(list(run)) for _, run in groupby(layout.leaves, key=_belongs))


def _belongs(leaf: Leaf) -> str:
    return f"exhibit {leaf.exhibit}" if leaf.exhibit else f"part {leaf.part}"


def cut(values: Sequence[int], lengths: Sequence[int]) -> list[Sequence[int]]:
    """Values in runs of these lengths."""
    pieces, start = [], 0
    for length in lengths:
        pieces.append(values[start : start + length])
        start += length
    return pieces


def volumes(spans: Sequence[Span], profile: Profile, layout: Layout) -> tuple[Volume, ...]:
    """The files of a split bundle, named as the receiver wants, by printed numbers where the
    name has any."""
    return tuple(
        Volume(
            path=profile.part_name.format(
                n=n, of=len(spans), first=layout.label(first), last=layout.label(last)
            ),
            first=first,
            last=last,
        )
        for n, (first, last) in enumerate(spans, 1)
    )


def part_of(layout: Layout, volume: Volume) -> Layout:
    """The layout's own leaves and bookmarks of a volume; numbers and addresses stay those of the
    whole bundle."""
    leaves = layout.leaves[volume.first - 1 : volume.last]
    return replace(layout, leaves=leaves, bookmarks=_bookmarks(layout.bookmarks, volume))


def _bookmarks(marks: Sequence[Bookmark], volume: Volume) -> tuple[Bookmark, ...]:
    """Those that lead into the volume; what began in an earlier one is named again at the first
    page."""
    inside = [mark for mark in marks if volume.first <= mark.number <= volume.last]
    before = [mark for mark in marks if mark.number < volume.first]
    if before and not any(mark.number == volume.first for mark in inside):
        inside.insert(
            0, replace(before[-1], number=volume.first, title=f"{before[-1].title}, continued")
        )
    if inside and inside[0].level:
        heading = [mark for mark in before if mark.level == 0][-1:]
        inside[:0] = [replace(mark, number=volume.first, document="") for mark in heading]
    return tuple(inside)
