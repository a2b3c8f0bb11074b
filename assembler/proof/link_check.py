"""Check links and bookmarks: each expected one is in its place and leads where it should, and there
are no others.

What is expected comes from the ledger, from the client's files read again, and from the drafts as
they were before their links were given pages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assembler.model import Bookmark, Check, LedgerEntry, Manifest, PartKind, Volume
from assembler.proof.allowed_entries import HOST
from assembler.proof.link_reader import PLAIN, Area, Goal, Mark, Sheet
from assembler.proof.source_links import Origin, Origins, runs

_WHOLE_PAGE = ("/Fit",)  # the view of a bookmark that names no place on its page
_TOLERANCE = 0.75  # points by which rounding may move a link
_INVISIBLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\ufffd]+")
_TOP = ("/XYZ", None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Have:
    """One file of the bundle: its pages with their links, and its bookmarks. Pages count from 0
    within the file."""

    volume: Volume
    sheets: tuple[Sheet, ...]
    marks: tuple[Mark, ...]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _ExpectedLink:
    """An expected link. `goals`: the pages it may lead to, more than one if a page is in the bundle
    twice; () if it leads to no page."""

    box: tuple[float, ...]
    goals: tuple[int, ...] = ()
    place: tuple[Any, ...] | None = None  # None: any
    address: str = ""
    look: str | None = None
    click: str = ""
    contents: str = ""  # of a link of ours


class Guides:
    """Compares a bundle's links and bookmarks with what they must be."""

    def __init__(self, manifest: Manifest, haves: Sequence[Have], origins: Origins) -> None:
        self._manifest, self._haves, self._origins = manifest, haves, origins
        self._ledger: Sequence[LedgerEntry] = manifest.ledger
        self._entries = {entry.number: entry for entry in self._ledger}
        self._unmoved = frozenset(n for n, entry in self._entries.items() if _is_unmoved(entry))
        self._runs = runs(self._ledger)
        self._files = {file.volume.path: file.volume for file in haves}
        self._addresses = dict(manifest.addresses)

    def checks(self) -> Iterator[Check]:
        """Yield a check for the links of our own pages, one for those of evidence and forms, and
        one for the bookmarks of each file."""
        wrong_on_ours: list[int] = []
        wrong_on_evidence: list[int] = []
        for file in self._haves if self._manifest.linked else ():
            for place, sheet in enumerate(file.sheets):
                entry = self._entries.get(file.volume.first + place)
                if entry is None:
                    continue
                if not self._page_agrees(entry, sheet, file):
                    (wrong_on_ours if entry.is_ours else wrong_on_evidence).append(entry.number)
        yield self._check_paper()
        yield _link_check(
            "links",
            wrong_on_ours,
            "each link of our own pages lies in its place and leads where it should",
        )
        yield _link_check(
            "links",
            wrong_on_evidence,
            "evidence has the links of its files, each in its place, and no others",
        )
        for file in self._haves:
            yield self._check_outline(file)
        yield from self._check_tags()

    def not_checked(self) -> Iterator[str]:
        """Yield one line for each file whose links could not be compared."""
        for path, origin in self._origins.files.items():
            if path in self._origins.repaired or origin.kind in ("", "word"):
                yield f"whether {path} has all of its links in the bundle"

    def _check_paper(self) -> Check:
        """No page has more paper than is seen of it, but where its file has so."""
        wrong = []
        for file in self._haves:
            for place, sheet in enumerate(file.sheets):
                entry = self._entries.get(file.volume.first + place)
                origin = self._source(entry) if entry else None
                if (
                    entry
                    and origin
                    and not _is_close(self._paper_of(entry, origin, sheet), sheet.paper)
                ):
                    wrong.append(entry.number)
        detail = (
            f"more paper than its file has, on page {wrong[0]}"
            if wrong
            else "no page has more paper than its file"
        )
        return Check(name="paper", ok=not wrong, detail=detail, page=wrong[0] if wrong else None)

    def _source(self, entry: LedgerEntry) -> Origin | None:
        """Return the file of a page; None where its content is not known."""
        if entry.source is None:
            return self._origins.documents.get(
                entry.document, Origin(kind="ours" if entry.is_ours else "")
            )
        path = entry.client_source.path
        origin = self._origins.files.get(path, Origin())
        return None if path in self._origins.repaired else origin

    def _paper_of(self, entry: LedgerEntry, origin: Origin, sheet: Sheet) -> tuple[float, float]:
        """Return the paper size that a page should have."""
        place = _place_in_file(entry)
        if origin.kind in ("ours", "picture") or entry.own_size is not None:
            return sheet.size
        if origin.kind != "pdf" or place >= len(origin.sheets):
            return sheet.paper
        paper = origin.sheets[place].paper
        return paper[::-1] if entry.turned % 180 else paper

    # --- links ---

    def _page_agrees(self, entry: LedgerEntry, sheet: Sheet, file: Have) -> bool:
        areas = [self._numbered(area, file) for area in sheet.areas]
        if any(area is None for area in areas):
            return False
        numbered = [area for area in areas if area is not None]
        expected = self._expected_links(entry)
        if expected is None:
            return all(self._is_plausible(entry, area) for area in numbered)
        return _all_match(expected, numbered)

    def _numbered(self, area: Area, file: Have) -> Area | None:
        """Return the link with the page number in the whole bundle; None if it leads to no file of
        the bundle."""
        goal = area.goal
        if goal.page is None:
            return None if goal.file else area
        volume = self._files.get(goal.file) if goal.file else file.volume
        if (
            volume is None
            or not 0 <= goal.page <= volume.last - volume.first
            or (goal.file and volume == file.volume)
        ):
            return None
        return replace(area, goal=replace(goal, page=volume.first + goal.page))

    def _expected_links(self, entry: LedgerEntry) -> list[_ExpectedLink] | None:
        """Return the links that a page must have; None if they are not known."""
        origin, index = self._source(entry), _place_in_file(entry)
        if origin is None or origin.kind in ("", "word", "ours"):
            return None
        if origin.kind == "picture" or (
            index >= len(origin.sheets) and entry.kind is PartKind.FORM
        ):
            return []  # a page that we added to a form
        if index >= len(origin.sheets):
            return None
        move = _Move(entry, origin.sheets[index].size)
        return [self._expected_link(entry, area, move) for area in origin.sheets[index].areas]

    def _expected_link(self, entry: LedgerEntry, area: Area, move: _Move) -> _ExpectedLink:
        box, goal = move.of(area.box), area.goal
        is_ours = entry.is_ours
        appearance = None if is_ours else area.look
        expected = _ExpectedLink(
            box=box, look=appearance, click=area.click, contents=area.contents if is_ours else ""
        )
        # in evidence, such as a draft of another packet, our own addresses mean nothing
        if goal.address.startswith(HOST):
            number = self._addresses.get(goal.address.removeprefix(HOST), 0)
            return (
                replace(expected, goals=(number,), place=_TOP)
                if is_ours
                else replace(expected, look=None)
            )
        if goal.address:
            return replace(expected, address=goal.address)
        if goal.page is None:
            return expected
        goals = self._copies(entry, goal.page)
        is_moved = any(not _is_unmoved(self._entries[number]) for number in goals)
        return replace(expected, goals=goals, place=None if is_moved else goal.place)

    def _copies(self, entry: LedgerEntry, page: int) -> tuple[int, ...]:
        """Return where a page of the same file (from 0) is in the bundle, among its neighbors."""
        neighbors = [self._entries[number] for number in self._runs[entry.number]]
        return tuple(neighbor.number for neighbor in neighbors if _place_in_file(neighbor) == page)

    def _is_plausible(self, entry: LedgerEntry, area: Area) -> bool:
        """Return whether a link fits a page whose links are not known: it stays within its file, or
        is one of ours."""
        if area.goal.page is None:
            origin = (
                self._origins.files.get(entry.client_source.path)
                if entry.source is not None
                else None
            )
            can_be_there = origin is None or origin.kind != "word" or not area.goal.address
            return can_be_there or _is_listed_address(
                area.goal.address, origin.addresses if origin else ()
            )
        if not entry.is_ours:
            return area.goal.page in self._runs[entry.number]
        draft_address = area.contents.removeprefix(HOST) if area.contents.startswith(HOST) else None
        number = (
            self._addresses.get(draft_address, 0) if draft_address is not None else area.goal.page
        )
        return number == area.goal.page and (
            number in self._addresses.values() or number in self._runs[entry.number]
        )

    # --- tags ---

    def _check_tags(self) -> Iterator[Check]:
        """Check that the tags of our pages are those of the kept drafts.

        A draft whose pages are in several files has no tags: they would name pages of another file.
        Yield nothing for a packet that kept no drafts, since there is nothing to compare with.
        """
        drafts = {entry.document for entry in self._ledger if entry.is_ours}
        kept = [self._origins.documents[name] for name in drafts if name in self._origins.documents]
        if len(kept) < len(drafts) or not all(origin.kind == "pdf" for origin in kept):
            return
        bound = Counter(branch for file in self._haves for branch in file.tags)
        expected = Counter(
            branch
            for document in drafts
            if len(self._volumes_of(document)) == 1
            for branch in self._origins.documents[document].tags
        )
        are_same = bound == expected
        detail = (
            "the tags of our pages say what those of the drafts do"
            if are_same
            else "what a screen reader reads of our pages is not what it reads of the drafts"
        )
        yield Check(name="tags", ok=are_same, detail=detail)

    def _volumes_of(self, document: str) -> set[str]:
        """Return the files of the bundle that have pages of a document."""
        numbers = [entry.number for entry in self._ledger if entry.document == document]
        return {
            volume.path
            for volume in self._files.values()
            if any(volume.first <= number <= volume.last for number in numbers)
        }

    # --- bookmarks ---

    def _check_outline(self, file: Have) -> Check:
        expected = _nest_bookmarks(_expected_rows(self._manifest.bookmarks, file.volume))
        wrong = list(self._compare_bookmarks(expected, file.marks, file))
        count = sum(1 + len(bookmark.children) for bookmark in expected)
        detail = f"{count} bookmarks lead where they say, and there are no others"
        return Check(name="outline", ok=not wrong, detail=f"wrong: {wrong[0]}" if wrong else detail)

    def _compare_bookmarks(
        self, expected: Sequence[_ExpectedBookmark], actual: Sequence[Mark], file: Have
    ) -> Iterator[str]:
        if len(expected) != len(actual):
            yield f"{len(actual)} bookmarks stand where {len(expected)} should"
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
            source_marks = self._source_bookmarks(bookmark.document, file.volume)
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
        file: Have,
    ) -> Iterator[str]:
        """Compare the bookmarks of an exhibit's own files, below its own."""
        own_numbers = {
            entry.number
            for entry in self._ledger
            if bookmark.document and entry.document == bookmark.document
        }
        if expected is None:  # not known which; none may lead out of the exhibit
            if any(number not in own_numbers for number in _numbers(actual, file.volume)):
                yield f"a bookmark below that of page {bookmark.number} leads out of its exhibit"
        elif not _is_same_outline(expected, actual, file.volume.first, self._unmoved):
            yield f"the bookmarks below that of page {bookmark.number} are not those of its files"

    def _source_bookmarks(self, document: str, volume: Volume) -> list[Mark] | None:
        """Return the bookmarks of an exhibit's files that lead to its pages here, with the numbers
        of these; None if they are not known."""
        bookmarks: list[Mark] = []
        if not document:
            return bookmarks
        entries = [
            entry
            for entry in self._ledger
            if entry.document == document and entry.source is not None
        ]
        finished_runs: set[tuple[int, ...]] = set()
        for entry in entries:
            run = self._runs[entry.number]
            if run in finished_runs:
                continue
            finished_runs.add(run)
            origin = self._origins.files.get(entry.client_source.path, Origin())
            if (
                origin.kind not in ("pdf", "picture")
                or entry.client_source.path in self._origins.repaired
            ):
                return None
            numbers = {
                _place_in_file(self._entries[number]): number
                for number in reversed(run)
                if volume.first <= number <= volume.last
            }
            bookmarks += _bookmarks_to(origin.marks, numbers)
        return bookmarks


@dataclass(frozen=True, slots=True)
class _Move:
    """How a page of a file lies on its page of the bundle: turned, scaled, at the top and
    centered."""

    entry: LedgerEntry
    size: tuple[float, float]  # of the page in its file, as shown

    def of(self, box: tuple[float, ...]) -> tuple[float, ...]:
        """Return a box of the source page on the bundle's page."""
        points = [self._point(x, y) for x, y in zip(box[::2], box[1::2], strict=True)]
        if len(points) >= 2:
            (x0, y0), (x1, y1) = points[:2]
            points[:2] = [(min(x0, x1), min(y0, y1)), (max(x0, x1), max(y0, y1))]
        return tuple(value for point in points for value in point)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        source_width, source_height = self.size
        rotation = self.entry.turned
        if rotation == 90:
            x, y, source_width, source_height = y, source_width - x, source_height, source_width
        elif rotation == 180:
            x, y = source_width - x, source_height - y
        elif rotation == 270:
            x, y, source_width, source_height = source_height - y, x, source_height, source_width
        scale, (width, height) = self.entry.scale, self.entry.size
        return x * scale + (
            width - source_width * scale
        ) / 2, y * scale + height - source_height * scale


def _is_unmoved(entry: LedgerEntry) -> bool:
    return entry.scale == 1.0 and entry.own_size is None


def _place_in_file(entry: LedgerEntry) -> int:
    return int(entry.client_source.page - 1 if entry.source is not None else entry.index)


def _is_listed_address(address: str, addresses: Iterable[str]) -> bool:
    """Return whether a Word file names this host or mailbox; programs that print it reformat the
    rest of an address."""
    host = re.sub(r"^[a-z]+:(?://)?(?:[^/@]*@(?=.*/))?", "", address.casefold())
    host = re.split(r"[/?#]", host)[0]
    return bool(host) and any(host in listed.casefold() for listed in addresses)


def _all_match(expected: Sequence[_ExpectedLink], actual: Sequence[Area]) -> bool:
    """Return whether each expected link is there once, and nothing else."""
    remaining = list(actual)
    for link in expected:
        match = next((place for place, area in enumerate(remaining) if _matches(link, area)), None)
        if match is None:
            return False
        del remaining[match]
    return not remaining


def _matches(expected: _ExpectedLink, area: Area) -> bool:
    is_near = len(expected.box) == len(area.box) and all(
        abs(a - b) <= _TOLERANCE for a, b in zip(expected.box, area.box, strict=True)
    )
    if (expected.click, expected.contents) != (area.click, area.contents):
        return False
    if (
        not is_near
        or (expected.look is not None and expected.look != area.look)
        or expected.address != area.goal.address
    ):
        return False
    if not expected.goals:
        return area.goal.page is None
    has_same_view = (
        expected.place is None or area.goal.file or _is_close(expected.place, area.goal.place)
    )
    return area.goal.page in expected.goals and bool(has_same_view)


def _is_close(first: Sequence[Any], second: Sequence[Any]) -> bool:
    pairs = zip(first, second, strict=False)
    numbers = (int, float)
    return len(first) == len(second) and all(
        abs(a - b) <= _TOLERANCE if isinstance(a, numbers) and isinstance(b, numbers) else a == b
        for a, b in pairs
    )


def _link_check(name: str, wrong: Sequence[int], passed: str) -> Check:
    shown = ", ".join(map(str, wrong[:8])) + (
        f" and {len(wrong) - 8} more" if len(wrong) > 8 else ""
    )
    detail = f"links are missing, wrong or too many on page {shown}" if wrong else passed
    return Check(name=name, ok=not wrong, detail=detail, page=wrong[0] if wrong else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ExpectedBookmark:
    """An expected bookmark of ours."""

    title: str
    number: int
    document: str = ""
    children: tuple[_ExpectedBookmark, ...] = ()


Row = tuple[int, str, int, str]  # level, title, number, document


def _expected_rows(rows: Sequence[Bookmark], volume: Volume) -> list[Row]:
    """Return the bookmarks a file must have: its own, after those that were open before it, leading
    to its first page."""
    marks: list[Row] = [(mark.level, mark.title, mark.number, mark.document) for mark in rows]
    volume_rows = [mark for mark in marks if volume.first <= mark[2] <= volume.last]
    earlier = [mark for mark in marks if mark[2] < volume.first]
    if earlier and not any(mark[2] == volume.first for mark in volume_rows):
        level, title, _, document = earlier[-1]
        volume_rows.insert(0, (level, f"{title}, continued", volume.first, document))
    headings = [mark[1] for mark in earlier if mark[0] == 0]
    if volume_rows and volume_rows[0][0] and headings:
        volume_rows.insert(0, (0, headings[-1], volume.first, ""))
    return volume_rows


def _nest_bookmarks(rows: Sequence[Row]) -> list[_ExpectedBookmark]:
    top_level: list[_ExpectedBookmark] = []
    for level, title, number, document in rows:
        bookmark = _ExpectedBookmark(title=title, number=number, document=document)
        if level and top_level:
            top_level[-1] = replace(top_level[-1], children=(*top_level[-1].children, bookmark))
        else:
            top_level.append(bookmark)
    return top_level


def _bookmarks_to(marks: Sequence[Mark], numbers: Mapping[int, int]) -> list[Mark]:
    """Return the bookmarks that lead to a page that is here, or have such a child, with the numbers
    of these pages."""
    kept = []
    for mark in marks:
        children = tuple(_bookmarks_to(mark.children, numbers))
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
            or _is_close(expected.goal.place or _WHOLE_PAGE, mark.goal.place or _WHOLE_PAGE)
        )
        and _is_same_outline(expected.children, mark.children, first, kept)
        for expected, mark in zip(expected_marks, actual, strict=True)
    )


def _numbers(marks: Sequence[Mark], volume: Volume) -> Iterator[int]:
    for mark in marks:
        if mark.goal.page is not None:
            yield volume.first + mark.goal.page
        if mark.goal.address or mark.goal.file:
            yield 0
        yield from _numbers(mark.children, volume)
