"""Check that each expected bookmark is in its place and leads where it should, with no others."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assembler.model import Bookmark, Check, Volume
from assembler.proof.bound_bundle import BoundBundle, BoundFile, is_close, locate_in_file
from assembler.proof.link_reader import Goal
from assembler.proof.outline_reader import PLAIN, Mark
from assembler.proof.source_links import Origin
from assembler.proof.volume_check import list_expected_bookmarks

_WHOLE_PAGE = ("/Fit",)  # the view of a bookmark that names no place on its page
_INVISIBLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\ufffd]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _ExpectedBookmark:
    """An expected bookmark of ours."""

    title: str
    number: int
    document: str = ""
    children: tuple[_ExpectedBookmark, ...] = ()


def check_outlines(bundle: BoundBundle) -> Iterator[Check]:
    """Yield one check for the bookmarks of each file."""
    check = _OutlineCheck(bundle)
    for file in bundle.files:
        yield check.check_file(file)


class _OutlineCheck:
    """Compares the bookmarks of a bundle with those of the manifest and of the sources."""

    def __init__(self, bundle: BoundBundle) -> None:
        self._bundle = bundle

    def check_file(self, file: BoundFile) -> Check:
        expected = _nest_bookmarks(
            list_expected_bookmarks(self._bundle.manifest.bookmarks, file.volume)
        )
        wrong = list(self._compare_bookmarks(expected, file.marks, file))
        count = sum(1 + len(bookmark.children) for bookmark in expected)
        detail = f"{count} bookmarks lead where they should, and there are no others"
        return Check(name="outline", ok=not wrong, detail=f"wrong: {wrong[0]}" if wrong else detail)

    def _compare_bookmarks(
        self, expected: Sequence[_ExpectedBookmark], actual: Sequence[Mark], file: BoundFile
    ) -> Iterator[str]:
        if len(expected) != len(actual):
            yield f"{len(actual)} bookmarks where there should be {len(expected)}"
        for bookmark, mark in zip(expected, actual, strict=False):
            goal = mark.goal
            number = file.volume.first + goal.page if goal.page is not None and not goal.file else 0
            if (mark.title, number, goal.place, goal.address) != (
                bookmark.title,
                bookmark.number,
                ("/Fit",),
                "",
            ) or mark.look != PLAIN:
                yield f"the bookmark of page {bookmark.number}"
            source_marks = self._list_source_bookmarks(bookmark.document, file.volume)
            children = (
                mark.children[len(mark.children) - len(bookmark.children) :]
                if bookmark.children
                else ()
            )
            source_children = mark.children[: len(mark.children) - len(children)]
            if mark.open != (bool(bookmark.children) and not source_children):
                yield (
                    f"the bookmark of page {bookmark.number}, which is open where it should be "
                    f"closed, or the other way"
                )
            yield from self._compare_bookmarks(bookmark.children, children, file)
            yield from self._compare_source_bookmarks(bookmark, source_marks, source_children, file)

    def _compare_source_bookmarks(
        self,
        bookmark: _ExpectedBookmark,
        expected: Sequence[Mark] | None,
        actual: Sequence[Mark],
        file: BoundFile,
    ) -> Iterator[str]:
        """Compare the bookmarks of an exhibit's own files, below its own."""
        own_numbers = {
            entry.number
            for entry in self._bundle.manifest.ledger
            if bookmark.document and entry.document == bookmark.document
        }
        if expected is None:  # not known which; none may lead out of the exhibit
            if any(number not in own_numbers for number in _list_numbers(actual, file.volume)):
                yield f"a bookmark below that of page {bookmark.number} leads out of its exhibit"
        elif not _is_same_outline(expected, actual, file.volume.first, self._bundle.unmoved):
            yield f"the bookmarks below that of page {bookmark.number} are not those of its files"

    def _list_source_bookmarks(self, document: str, volume: Volume) -> list[Mark] | None:
        """Return the bookmarks of an exhibit's files that lead to its pages here, with the numbers
        of these; None if they are not known."""
        bookmarks: list[Mark] = []
        if not document:
            return bookmarks
        entries = [
            entry
            for entry in self._bundle.manifest.ledger
            if entry.document == document and entry.source is not None
        ]
        finished_runs: set[tuple[int, ...]] = set()
        for entry in entries:
            run = self._bundle.runs[entry.number]
            if run in finished_runs:
                continue
            finished_runs.add(run)
            origin = self._bundle.origins.files.get(entry.client_source.key, Origin())
            if (
                origin.kind not in ("pdf", "picture")
                or entry.client_source.key in self._bundle.origins.repaired
            ):
                return None
            numbers = {
                locate_in_file(self._bundle.entries[number]): number
                for number in reversed(run)
                if volume.first <= number <= volume.last
            }
            bookmarks += _select_bookmarks(origin.marks, numbers)
        return bookmarks


def _nest_bookmarks(bookmarks: Sequence[Bookmark]) -> list[_ExpectedBookmark]:
    top_level: list[_ExpectedBookmark] = []
    for row in bookmarks:
        bookmark = _ExpectedBookmark(title=row.title, number=row.number, document=row.document)
        if row.level and top_level:
            top_level[-1] = replace(top_level[-1], children=(*top_level[-1].children, bookmark))
        else:
            top_level.append(bookmark)
    return top_level


def _select_bookmarks(marks: Sequence[Mark], numbers: Mapping[int, int]) -> list[Mark]:
    """Return the bookmarks that lead to a page that is here, or have such a child, with the numbers
    of these pages."""
    kept = []
    for mark in marks:
        children = tuple(_select_bookmarks(mark.children, numbers))
        page = None if mark.goal.file else mark.goal.page
        number = None if page is None else numbers.get(page)
        if number is not None or children:
            place = mark.goal.place if number is not None else ()
            goal = Goal(page=number, place=place)
            kept.append(
                replace(mark, goal=goal, children=children, open=mark.open and bool(children))
            )
    return kept


def _is_same_outline(
    expected_marks: Sequence[Mark], actual: Sequence[Mark], first: int, kept: Container[int]
) -> bool:
    """Return whether two outlines have the same titles, look alike and lead to the same places.

    `expected_marks` counts pages as the bundle does, `actual` from the file's page `first`. `kept`:
    pages whose places are those of their file. Only the visible part of titles is compared:
    programs write the rest in several ways.
    """
    return len(expected_marks) == len(actual) and all(
        _INVISIBLE.sub("", expected.title) == _INVISIBLE.sub("", mark.title)
        and (expected.look, expected.open) == (mark.look, mark.open)
        and expected.goal.page == (None if mark.goal.page is None else mark.goal.page + first)
        and (
            expected.goal.page not in kept
            or is_close(expected.goal.place or _WHOLE_PAGE, mark.goal.place or _WHOLE_PAGE)
        )
        and _is_same_outline(expected.children, mark.children, first, kept)
        for expected, mark in zip(expected_marks, actual, strict=True)
    )


def _list_numbers(marks: Sequence[Mark], volume: Volume) -> Iterator[int]:
    for mark in marks:
        if mark.goal.page is not None:
            yield volume.first + mark.goal.page
        if mark.goal.address or mark.goal.file:
            yield 0
        yield from _list_numbers(mark.children, volume)
