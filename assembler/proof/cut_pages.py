"""Check source pages that were cut over several bundle pages: their parts follow each other and
leave nothing out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from assembler.model import LedgerEntry
from assembler.pdf.picture_files import PictureFile
from assembler.pdf.source_files import ClientFiles, NoPages, Sources
from assembler.runtime.workshop import Workshop

Size = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _CutDirection:
    """The axis along which a picture was cut: indexes into a crop box, and the picture's size.

    `start`, `end`: of a part along the axis, `length` pixels in all. `side`, `opposite`: of a part
    across it, `breadth` pixels in all.
    """

    start: int
    end: int
    length: int
    side: int
    opposite: int
    breadth: int


def join_cut_pages(
    entries: Sequence[LedgerEntry], sizes: Mapping[tuple[str, int], Size]
) -> list[tuple[str, int]]:
    """Return (path, page) of each source page of an exhibit, its parts counted as one page; number
    0 where a part is missing.

    `sizes`: of cut pictures in pixels, where known; without them the parts are still compared with
    each other.
    """
    pages: list[tuple[str, int]] = []
    for (path, page, parts), group in groupby(entries, key=_get_source_key):
        if parts == 1:
            pages += [(path, page) for _ in group]
            continue
        run = list(group)
        for start in range(0, len(run), parts):
            whole = _is_covering(run[start : start + parts], parts, sizes.get((path, page)))
            pages.append((path, page if whole else 0))
    return pages


def read_cut_sizes(
    ledger: Sequence[LedgerEntry], files: ClientFiles | None, workshop: Workshop
) -> dict[tuple[str, int], Size]:
    """Return the size in pixels of every picture that was cut, taken from the client's file."""
    if files is None:
        return {}
    places = sorted(
        {
            (entry.client_source.key, entry.client_source.page)
            for entry in ledger
            if entry.source is not None and _get_source_key(entry)[2] > 1
        }
    )
    sizes = workshop.map(read_picture_size, [(files, path, page) for path, page in places])
    return {
        place: size if isinstance(size, tuple) else (0, 0)
        for place, size in zip(places, sizes, strict=True)
    }


def read_picture_size(place: tuple[ClientFiles, str, int]) -> Size:
    """Return width and height in pixels of a picture, given as (client's files, path, page); (0, 0)
    if it cannot be opened."""
    sources = Sources(place[0])
    try:
        opened = sources.open(place[1])
        return opened.page(place[2]).size if isinstance(opened, PictureFile) else (0, 0)
    except (NoPages, OSError, ValueError, IndexError):
        return (0, 0)
    finally:
        sources.close()


def _get_source_key(entry: LedgerEntry) -> tuple[str, int, int]:
    source = entry.client_source
    return source.key, source.page, source.parts


def _is_covering(run: Sequence[LedgerEntry], parts: int, size: Size | None) -> bool:
    """Return whether these are all parts of one picture, in order, and cover it."""
    if [entry.client_source.part for entry in run] != list(range(1, parts + 1)):
        return False
    crops = [tuple(entry.client_transform.crop or ()) for entry in run]
    if not all(len(crop) == 4 for crop in crops):
        return False
    width, height = size or (max(crop[2] for crop in crops), max(crop[3] for crop in crops))
    across = _CutDirection(start=0, end=2, length=width, side=1, opposite=3, breadth=height)
    down = _CutDirection(start=1, end=3, length=height, side=0, opposite=2, breadth=width)
    return _is_covering_along(crops, across) or _is_covering_along(crops, down)


def _is_covering_along(crops: Sequence[tuple[int, ...]], cut: _CutDirection) -> bool:
    """Return whether strips take the whole breadth and follow each other along the whole length."""
    start, end = cut.start, cut.end
    are_full = all((crop[cut.side], crop[cut.opposite]) == (0, cut.breadth) for crop in crops)
    are_joined = all(
        crop[start] < following[start] <= crop[end] < following[end]
        for crop, following in pairwise(crops)
    )
    covers_length = crops[0][start] == 0 and crops[-1][end] == cut.length
    return are_full and are_joined and covers_length
