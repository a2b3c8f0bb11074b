"""Split a bundle that is too large for its receiver, and name its files. Pure.

In: the bytes of every page, runs of pages that belong together, and a limit. Out: page ranges, each
page once, in order, under the limit. A cut falls between two runs (an exhibit with its tab sheet, a
form, a letter); within one only if it alone is above the limit.
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
        super().__init__(f"page {page} alone is above the limit")


def split_pages(runs: Sequence[Sequence[int]], limit: int) -> tuple[Span, ...]:
    """Return page ranges of the volumes.

    Args:
        runs: the bytes of each page, pages that belong together in one run.

    Raises:
        TooLarge: a page is above `limit`.
    """
    spans: list[Span] = []
    page, size = 0, 0  # the last page dealt with; bytes of the part that is open
    first = 1
    for run in runs:
        if size and size + sum(run) > limit:
            spans.append((first, page))
            first, size = page + 1, 0
        for page_bytes in run:
            if page_bytes > limit:
                raise TooLarge(page + 1)
            if size + page_bytes > limit:
                spans.append((first, page))
                first, size = page + 1, 0
            page, size = page + 1, size + page_bytes
    return (*spans, (first, page)) if page else ()


def count_run_pages(layout: Layout) -> tuple[int, ...]:
    """Return how many pages each run of a layout has: an exhibit goes with its tab sheet, any other
    part is a run by itself."""
    return tuple(len(list(run)) for _, run in groupby(layout.leaves, key=_is_owned))


def _is_owned(leaf: Leaf) -> str:
    return f"exhibit {leaf.exhibit}" if leaf.exhibit else f"part {leaf.part}"


def cut_runs(values: Sequence[int], lengths: Sequence[int]) -> list[Sequence[int]]:
    """Cut values into runs of these lengths."""
    pieces, start = [], 0
    for length in lengths:
        pieces.append(values[start : start + length])
        start += length
    return pieces


def name_volumes(spans: Sequence[Span], profile: Profile, layout: Layout) -> tuple[Volume, ...]:
    """Return the files of a split bundle, named as the receiver wants, by printed numbers if the
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


def select_volume_layout(layout: Layout, volume: Volume) -> Layout:
    """Return the leaves and bookmarks of a volume; numbers and addresses stay those of the entire
    bundle."""
    leaves = layout.leaves[volume.first - 1 : volume.last]
    return replace(layout, leaves=leaves, bookmarks=_select_bookmarks(layout.bookmarks, volume))


def _select_bookmarks(bookmarks: Sequence[Bookmark], volume: Volume) -> tuple[Bookmark, ...]:
    """Return bookmarks that lead into the volume; one that began in an earlier volume is repeated
    at the first page."""
    own = [bookmark for bookmark in bookmarks if volume.first <= bookmark.number <= volume.last]
    earlier = [bookmark for bookmark in bookmarks if bookmark.number < volume.first]
    if earlier and not any(bookmark.number == volume.first for bookmark in own):
        own.insert(
            0, replace(earlier[-1], number=volume.first, title=f"{earlier[-1].title}, continued")
        )
    if own and own[0].level:
        heading = [bookmark for bookmark in earlier if bookmark.level == 0][-1:]
        own[:0] = [replace(bookmark, number=volume.first, document="") for bookmark in heading]
    return tuple(own)
