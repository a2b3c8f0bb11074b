"""Check the files of a bundle against its manifest: each page in one of them, in order, none above
the receiver's limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from assembler.model import Bookmark, Check, Manifest, Volume


def list_missing(build: Path, parts: Sequence[Volume]) -> tuple[str, ...]:
    """Return the names of missing volumes; a link does not count as a file."""
    return tuple(
        volume.path
        for volume in parts
        if (build / volume.path).is_symlink() or not (build / volume.path).is_file()
    )


def check_volumes(build: Path, manifest: Manifest, parts: Sequence[Volume]) -> Iterator[Check]:
    """Check that each page is in one volume, and every file is within the limit; all volumes must
    exist."""
    yield check_page_order(manifest, parts)
    limit = manifest.max_bytes
    if limit is not None:
        too_large = [volume for volume in parts if (build / volume.path).stat().st_size > limit]
        detail = (
            f"no file has more than {limit:,} bytes"
            if not too_large
            else f"{too_large[0].path} has more than {limit:,} bytes"
        )
        yield Check(
            name="limit",
            ok=not too_large,
            detail=detail,
            page=too_large[0].first if too_large else None,
        )


def check_page_order(manifest: Manifest, parts: Sequence[Volume]) -> Check:
    """Check that the files hold the pages of the ledger in order, each once."""
    ranges = [(1, 0), *((volume.first, volume.last) for volume in parts)]
    are_consecutive = all(
        previous[1] + 1 == following[0] <= following[1] for previous, following in pairwise(ranges)
    )
    pages = len(manifest.ledger)
    is_complete = (
        are_consecutive
        and ranges[-1][1] == pages
        and len({volume.path for volume in parts}) == len(parts)
    )
    detail = (
        f"{len(parts)} files hold pages 1 to {pages}, each once"
        if is_complete
        else "the files do not hold each page once"
    )
    return Check(name="volumes", ok=is_complete, detail=detail)


def check_file_index(
    manifest: Manifest, parts: Sequence[Volume], texts: Sequence[tuple[int, str]]
) -> Iterator[Check]:
    """Check that an index that names files of the bundle names all of them, in order. (A firm's own
    index may name none.)"""
    index = {entry.number for entry in manifest.ledger if entry.part == "index"}
    printed = "".join("".join(text.split()) for number, text in texts if number in index)
    places = [printed.find("".join(volume.path.split())) for volume in parts]
    if len(parts) > 1 and max(places) >= 0:
        is_complete = min(places) >= 0 and places == sorted(places)
        detail = (
            f"the index names all {len(parts)} files, in order"
            if is_complete
            else "the index does not name the files, in order"
        )
        yield Check(name="files", ok=is_complete, detail=detail)


def list_expected_bookmarks(bookmarks: Sequence[Bookmark], volume: Volume) -> list[Bookmark]:
    """Return the bookmarks a volume must have: its own, after those that were open before it,
    leading to its first page.

    Open are the last bookmark before it ("…, continued"), unless one of its own is there, and the
    heading of its first.
    """
    expected = [mark for mark in bookmarks if volume.first <= mark.number <= volume.last]
    earlier = [mark for mark in bookmarks if mark.number < volume.first]
    if earlier and not any(mark.number == volume.first for mark in expected):
        last = earlier[-1]
        expected.insert(0, replace(last, title=f"{last.title}, continued", number=volume.first))
    headings = [mark.title for mark in earlier if mark.level == 0]
    if expected and expected[0].level > 0 and headings:
        expected.insert(0, Bookmark(title=headings[-1], number=volume.first, level=0))
    return expected
