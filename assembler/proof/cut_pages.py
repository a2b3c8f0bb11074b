"""Source pages that were cut over several pages of a bundle: their parts follow each other and
leave nothing out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from pathlib import Path

from assembler.model import LedgerEntry
from assembler.pdf.picture_files import PictureFile
from assembler.pdf.source_files import NoPages, Sources
from assembler.runtime.workshop import Workshop

Size = tuple[int, int]


def whole_pages(
    entries: Sequence[LedgerEntry], sizes: Mapping[tuple[str, int], Size]
) -> list[tuple[str, int]]:
    """(path, page) of the sources of an exhibit's pages, the parts of one as one; a page of which a
    part is missing has number 0.

    `sizes`: of cut pictures in dots, where they are known; without them the parts are still held
    against each other.
    """
    pages: list[tuple[str, int]] = []
    for (path, page, parts), group in groupby(entries, key=_source):
        if parts == 1:
            pages += [(path, page) for _ in group]
            continue
        run = list(group)
        for start in range(0, len(run), parts):
            whole = _covers(run[start : start + parts], parts, sizes.get((path, page)))
            pages.append((path, page if whole else 0))
    return pages


def cut_sizes(
    ledger: Sequence[LedgerEntry], case_folder: Path | None, workshop: Workshop
) -> dict[tuple[str, int], Size]:
    """The size in dots of every picture that was cut, taken from the client's file."""
    if case_folder is None:
        return {}
    places = sorted(
        {
            (e.client_source.path, e.client_source.page)
            for e in ledger
            if e.source is not None and _source(e)[2] > 1
        }
    )
    sizes = workshop.map(picture_size, [(case_folder, path, page) for path, page in places])
    return {
        place: size if isinstance(size, tuple) else (0, 0)
        for place, size in zip(places, sizes, strict=True)
    }


def picture_size(place: tuple[Path, str, int]) -> Size:
    """Width and height of a picture, (case folder, path, page), in dots; (0, 0) if it cannot be
    opened."""
    files = Sources(place[0])
    try:
        opened = files.open(place[1])
        return opened.page(place[2]).size if isinstance(opened, PictureFile) else (0, 0)
    except (NoPages, OSError, ValueError, IndexError):
        return (0, 0)
    finally:
        files.close()


def _source(entry: LedgerEntry) -> tuple[str, int, int]:
    source = entry.client_source
    return source.path, source.page, source.parts


def _covers(run: Sequence[LedgerEntry], parts: int, size: Size | None) -> bool:
    """Whether these are all parts of one picture, in order, and together all of it."""
    if [entry.client_source.part for entry in run] != list(range(1, parts + 1)):
        return False
    crops = [tuple(entry.client_transform.crop or ()) for entry in run]
    if not all(len(crop) == 4 for crop in crops):
        return False
    wide, high = size or (max(crop[2] for crop in crops), max(crop[3] for crop in crops))
    return any(
        _covers_along(crops, *ends) for ends in ((0, 2, wide, 1, 3, high), (1, 3, high, 0, 2, wide))
    )


def _covers_along(
    crops: Sequence[tuple[int, ...]],
    start: int,
    end: int,
    length: int,
    side: int,
    other: int,
    breadth: int,
) -> bool:
    """Whether strips take the whole breadth, and follow each other from one end of the length to
    the other without a gap."""
    across = all((crop[side], crop[other]) == (0, breadth) for crop in crops)
    joined = all(one[start] < two[start] <= one[end] < two[end] for one, two in pairwise(crops))
    return across and joined and crops[0][start] == 0 and crops[-1][end] == length
