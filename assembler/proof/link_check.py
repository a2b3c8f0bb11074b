"""Links and bookmarks, both ways: each that must be there is, in its place and leading where it
should; and there is no other.

What must be there comes from the ledger, from the client's files read again, and from the drafts as
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
from assembler.proof.link_reader import Area, Goal, Mark, Sheet
from assembler.proof.source_links import Origin, Origins, runs

_WHOLE = ("/Fit",)  # what a bookmark shows that names no place of its page
_NEAR = 0.75  # points by which a link may lie off its place, from rounding
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\ufffd]+")
_TOP = ("/XYZ", None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Have:
    """One file of the bundle: its pages with their links, and its bookmarks. Places count from 0
    within the file."""

    volume: Volume
    sheets: tuple[Sheet, ...]
    marks: tuple[Mark, ...]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Want:
    """A link that must be there; `goals`: the pages it may lead to (a page can be there twice),
    none: nowhere."""

    box: tuple[float, ...]
    goals: tuple[int, ...] = ()
    place: tuple[Any, ...] | None = None  # None: whichever
    address: str = ""
    look: str | None = None
    click: str = ""
    contents: str = ""  # of a link of ours


class Guides:
    """What a bundle's links and bookmarks must be, held against what they are."""

    def __init__(self, manifest: Manifest, haves: Sequence[Have], origins: Origins) -> None:
        self._manifest, self._haves, self._origins = manifest, haves, origins
        self._ledger: Sequence[LedgerEntry] = manifest.ledger
        self._entries = {entry.number: entry for entry in self._ledger}
        self._unmoved = frozenset(n for n, entry in self._entries.items() if _stays(entry))
        self._runs = runs(self._ledger)
        self._files = {have.volume.path: have.volume for have in haves}
        self._addresses = dict(manifest.addresses)

    def checks(self) -> Iterator[Check]:
        """One for the links of our own pages, one for those of evidence and forms, one for the
        bookmarks of each file."""
        ours: list[int] = []
        evidence: list[int] = []
        for have in self._haves if self._manifest.linked else ():
            for place, sheet in enumerate(have.sheets):
                entry = self._entries.get(have.volume.first + place)
                if entry is None:
                    continue
                if not self._page_agrees(entry, sheet, have):
                    (ours if entry.is_ours else evidence).append(entry.number)
        yield self._paper()
        yield _links(
            "links", ours, "each link of our own pages lies in its place and leads where it should"
        )
        yield _links(
            "links",
            evidence,
            "evidence has the links of its files, each in its place, and no others",
        )
        for have in self._haves:
            yield self._outline(have)
        yield from self._tags()

    def not_checked(self) -> Iterator[str]:
        """One line for each file whose links could not be compared."""
        for path, origin in self._origins.files.items():
            if path in self._origins.mended or origin.kind in ("", "word"):
                yield f"whether {path} has all of its links in the bundle"

    def _paper(self) -> Check:
        """No page has more paper than is seen of it, but where its file has so."""
        bad = []
        for have in self._haves:
            for place, sheet in enumerate(have.sheets):
                entry = self._entries.get(have.volume.first + place)
                origin = self._source(entry) if entry else None
                if (
                    entry
                    and origin
                    and not _alike(self._paper_of(entry, origin, sheet), sheet.paper)
                ):
                    bad.append(entry.number)
        detail = (
            f"more paper than its file has, on page {bad[0]}"
            if bad
            else "no page has more paper than its file"
        )
        return Check(name="paper", ok=not bad, detail=detail, page=bad[0] if bad else None)

    def _source(self, entry: LedgerEntry) -> Origin | None:
        """The file of a page; None where nobody can say what was in it."""
        if entry.source is None:
            return self._origins.documents.get(
                entry.document, Origin(kind="ours" if entry.is_ours else "")
            )
        path = entry.client_source.path
        origin = self._origins.files.get(path, Origin())
        return None if path in self._origins.mended else origin

    def _paper_of(self, entry: LedgerEntry, origin: Origin, sheet: Sheet) -> tuple[float, float]:
        """The paper a page should have."""
        place = _place_in_file(entry)
        if origin.kind in ("ours", "picture") or entry.own_size is not None:
            return sheet.size
        if origin.kind != "pdf" or place >= len(origin.sheets):
            return sheet.paper
        paper = origin.sheets[place].paper
        return paper[::-1] if entry.turned % 180 else paper

    # --- links ---

    def _page_agrees(self, entry: LedgerEntry, sheet: Sheet, have: Have) -> bool:
        areas = [self._numbered(area, have) for area in sheet.areas]
        if any(area is None for area in areas):
            return False
        known = [area for area in areas if area is not None]
        wanted = self._wanted(entry)
        if wanted is None:
            return all(self._may_be(entry, area) for area in known)
        return _paired(wanted, known)

    def _numbered(self, area: Area, have: Have) -> Area | None:
        """The link with the number of the page in the whole bundle; None where it leads to no
        file of the bundle."""
        goal = area.goal
        if goal.page is None:
            return None if goal.file else area
        home = self._files.get(goal.file) if goal.file else have.volume
        if (
            home is None
            or not 0 <= goal.page <= home.last - home.first
            or (goal.file and home == have.volume)
        ):
            return None
        return replace(area, goal=replace(goal, page=home.first + goal.page))

    def _wanted(self, entry: LedgerEntry) -> list[_Want] | None:
        """The links a page must have; None where nobody can say which."""
        origin, index = self._source(entry), _place_in_file(entry)
        if origin is None or origin.kind in ("", "word", "ours"):
            return None
        if origin.kind == "picture" or (
            index >= len(origin.sheets) and entry.kind is PartKind.FORM
        ):
            return []  # a page we added to a form has none
        if index >= len(origin.sheets):
            return None
        move = _Move(entry, origin.sheets[index].size)
        return [self._want(entry, area, move) for area in origin.sheets[index].areas]

    def _want(self, entry: LedgerEntry, area: Area, move: _Move) -> _Want:
        box, goal = move.of(area.box), area.goal
        ours = entry.is_ours
        look = None if ours else area.look
        wanted = _Want(box=box, look=look, click=area.click, contents=area.contents if ours else "")
        if goal.address.startswith(
            HOST
        ):  # in evidence, a draft of another packet say, it means nothing
            number = self._addresses.get(goal.address.removeprefix(HOST), 0)
            return (
                replace(wanted, goals=(number,), place=_TOP) if ours else replace(wanted, look=None)
            )
        if goal.address:
            return replace(wanted, address=goal.address)
        if goal.page is None:
            return wanted
        goals = self._copies(entry, goal.page)
        moved = any(not _stays(self._entries[number]) for number in goals)
        return replace(wanted, goals=goals, place=None if moved else goal.place)

    def _copies(self, entry: LedgerEntry, page: int) -> tuple[int, ...]:
        """Where a page of the same file (from 0) is in the bundle, among its neighbors."""
        near = [self._entries[number] for number in self._runs[entry.number]]
        return tuple(other.number for other in near if _place_in_file(other) == page)

    def _may_be(self, entry: LedgerEntry, area: Area) -> bool:
        """Whether a link may be one of a page whose links nobody knows: it stays within its
        file, or is of our own making."""
        if area.goal.page is None:
            origin = (
                self._origins.files.get(entry.client_source.path)
                if entry.source is not None
                else None
            )
            known = origin is None or origin.kind != "word" or not area.goal.address
            return known or _is_of(area.goal.address, origin.addresses if origin else ())
        if not entry.is_ours:
            return area.goal.page in self._runs[entry.number]
        said = area.contents.removeprefix(HOST) if area.contents.startswith(HOST) else None
        to = self._addresses.get(said, 0) if said is not None else area.goal.page
        return to == area.goal.page and (
            to in self._addresses.values() or to in self._runs[entry.number]
        )

    # --- tags ---

    def _tags(self) -> Iterator[Check]:
        """Check that the tags of our pages are those of the kept drafts.

        A draft whose pages lie in several files has no tags: they would name pages of another
        file. Yields nothing for a packet that kept no drafts: there is nothing to compare with.
        """
        drafts = {entry.document for entry in self._ledger if entry.is_ours}
        kept = [self._origins.documents[name] for name in drafts if name in self._origins.documents]
        if len(kept) < len(drafts) or not all(origin.kind == "pdf" for origin in kept):
            return
        bound = Counter(branch for have in self._haves for branch in have.tags)
        wanted = Counter(
            branch
            for document in drafts
            if len(self._volumes_of(document)) == 1
            for branch in self._origins.documents[document].tags
        )
        is_same = bound == wanted
        detail = (
            "the tags of our pages say what those of the drafts do"
            if is_same
            else "what a screen reader reads of our pages is not what it reads of the drafts"
        )
        yield Check(name="tags", ok=is_same, detail=detail)

    def _volumes_of(self, document: str) -> set[str]:
        """Return the files of the bundle that have pages of a document."""
        numbers = [entry.number for entry in self._ledger if entry.document == document]
        return {
            volume.path
            for volume in self._files.values()
            if any(volume.first <= number <= volume.last for number in numbers)
        }

    # --- bookmarks ---

    def _outline(self, have: Have) -> Check:
        wanted = _nested(_marks_of(self._manifest.bookmarks, have.volume))
        wrong = list(self._differ(wanted, have.marks, have))
        count = sum(1 + len(one.children) for one in wanted)
        detail = f"{count} bookmarks lead where they say, and there are no others"
        return Check(name="outline", ok=not wrong, detail=f"wrong: {wrong[0]}" if wrong else detail)

    def _differ(self, wanted: Sequence[_Top], have: Sequence[Mark], home: Have) -> Iterator[str]:
        if len(wanted) != len(have):
            yield f"{len(have)} bookmarks stand where {len(wanted)} should"
        for want, mark in zip(wanted, have, strict=False):
            goal = mark.goal
            number = home.volume.first + goal.page if goal.page is not None and not goal.file else 0
            if (mark.title, number, goal.place, goal.address) != (
                want.title,
                want.number,
                ("/Fit",),
                "",
            ) or not mark.plain:
                yield f"the bookmark of page {want.number}"
            inner = self._brought(want.document, home.volume)
            own = mark.children[len(mark.children) - len(want.children) :] if want.children else ()
            brought = mark.children[: len(mark.children) - len(own)]
            if mark.open != (bool(want.children) and not brought):
                yield (
                    f"the bookmark of page {want.number}, which is open where it should be "
                    f"closed, or the other way"
                )
            yield from self._differ(want.children, own, home)
            yield from self._brought_differ(want, inner, brought, home)

    def _brought_differ(
        self, want: _Top, inner: Sequence[Mark] | None, have: Sequence[Mark], home: Have
    ) -> Iterator[str]:
        """The bookmarks of an exhibit's own files, below its own."""
        mine = {e.number for e in self._ledger if want.document and e.document == want.document}
        if inner is None:  # nobody can say which; none leads out of the exhibit
            if any(n not in mine for n in _numbers(have, home.volume)):
                yield f"a bookmark below that of page {want.number} leads out of its exhibit"
        elif not _is_same_outline(inner, have, home.volume.first, self._unmoved):
            yield f"the bookmarks below that of page {want.number} are not those of its files"

    def _brought(self, document: str, volume: Volume) -> list[Mark] | None:
        """The bookmarks of an exhibit's files that lead to its pages here, with the numbers of
        these; None: nobody can say."""
        found: list[Mark] = []
        if not document:
            return found
        mine = [e for e in self._ledger if e.document == document and e.source is not None]
        done: set[tuple[int, ...]] = set()
        for entry in mine:
            run = self._runs[entry.number]
            if run in done:
                continue
            done.add(run)
            origin = self._origins.files.get(entry.client_source.path, Origin())
            if (
                origin.kind not in ("pdf", "picture")
                or entry.client_source.path in self._origins.mended
            ):
                return None
            here = {
                _place_in_file(self._entries[n]): n
                for n in reversed(run)
                if volume.first <= n <= volume.last
            }
            found += _kept(origin.marks, here)
        return found


@dataclass(frozen=True, slots=True)
class _Move:
    """How a page of a file lies on its page of the bundle: turned, smaller, at the top and in
    the middle."""

    entry: LedgerEntry
    size: tuple[float, float]  # of the page in its file, as a reader sees it

    def of(self, box: tuple[float, ...]) -> tuple[float, ...]:
        points = [self._point(x, y) for x, y in zip(box[::2], box[1::2], strict=True)]
        if len(points) >= 2:
            (x0, y0), (x1, y1) = points[:2]
            points[:2] = [(min(x0, x1), min(y0, y1)), (max(x0, x1), max(y0, y1))]
        return tuple(value for point in points for value in point)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        wide, high = self.size
        turned = self.entry.turned
        if turned == 90:
            x, y, wide, high = y, wide - x, high, wide
        elif turned == 180:
            x, y = wide - x, high - y
        elif turned == 270:
            x, y, wide, high = high - y, x, high, wide
        scale, (width, height) = self.entry.scale, self.entry.size
        return x * scale + (width - wide * scale) / 2, y * scale + height - high * scale


def _stays(entry: LedgerEntry) -> bool:
    return entry.scale == 1.0 and entry.own_size is None


def _place_in_file(entry: LedgerEntry) -> int:
    return int(entry.client_source.page - 1 if entry.source is not None else entry.index)


def _is_of(address: str, known: Iterable[str]) -> bool:
    """Whether a Word file names this host or mailbox; programs that print it write the rest of
    an address in their own way."""
    host = re.sub(r"^[a-z]+:(?://)?(?:[^/@]*@(?=.*/))?", "", address.casefold())
    host = re.split(r"[/?#]", host)[0]
    return bool(host) and any(host in one.casefold() for one in known)


def _paired(wanted: Sequence[_Want], have: Sequence[Area]) -> bool:
    """Whether each wanted link is there once, and nothing else."""
    left = list(have)
    for want in wanted:
        match = next((place for place, area in enumerate(left) if _is(want, area)), None)
        if match is None:
            return False
        del left[match]
    return not left


def _is(want: _Want, area: Area) -> bool:
    near = len(want.box) == len(area.box) and all(
        abs(a - b) <= _NEAR for a, b in zip(want.box, area.box, strict=True)
    )
    if (want.click, want.contents) != (area.click, area.contents):
        return False
    if (
        not near
        or (want.look is not None and want.look != area.look)
        or want.address != area.goal.address
    ):
        return False
    if not want.goals:
        return area.goal.page is None
    placed = want.place is None or area.goal.file or _alike(want.place, area.goal.place)
    return area.goal.page in want.goals and bool(placed)


def _alike(one: Sequence[Any], other: Sequence[Any]) -> bool:
    pairs = zip(one, other, strict=False)
    numbers = (int, float)
    return len(one) == len(other) and all(
        abs(a - b) <= _NEAR if isinstance(a, numbers) and isinstance(b, numbers) else a == b
        for a, b in pairs
    )


def _links(name: str, wrong: Sequence[int], well: str) -> Check:
    shown = ", ".join(map(str, wrong[:8])) + (
        f" and {len(wrong) - 8} more" if len(wrong) > 8 else ""
    )
    detail = f"links are missing, wrong or too many on page {shown}" if wrong else well
    return Check(name=name, ok=not wrong, detail=detail, page=wrong[0] if wrong else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Top:
    """A bookmark of ours that must be there."""

    title: str
    number: int
    document: str = ""
    children: tuple[_Top, ...] = ()


Row = tuple[int, str, int, str]  # level, title, number, document


def _marks_of(rows: Sequence[Bookmark], volume: Volume) -> list[Row]:
    """The bookmarks a file must have: its own, after what was open when it begins, both leading
    to its first page."""
    marks: list[Row] = [(mark.level, mark.title, mark.number, mark.document) for mark in rows]
    own = [mark for mark in marks if volume.first <= mark[2] <= volume.last]
    before = [mark for mark in marks if mark[2] < volume.first]
    if before and not any(mark[2] == volume.first for mark in own):
        level, title, _, document = before[-1]
        own.insert(0, (level, f"{title}, continued", volume.first, document))
    headings = [mark[1] for mark in before if mark[0] == 0]
    if own and own[0][0] and headings:
        own.insert(0, (0, headings[-1], volume.first, ""))
    return own


def _nested(rows: Sequence[Row]) -> list[_Top]:
    tops: list[_Top] = []
    for level, title, number, document in rows:
        mark = _Top(title=title, number=number, document=document)
        if level and tops:
            tops[-1] = replace(tops[-1], children=(*tops[-1].children, mark))
        else:
            tops.append(mark)
    return tops


def _kept(marks: Sequence[Mark], here: Mapping[int, int]) -> list[Mark]:
    """Those that lead to a page that is here, or under which such a one hangs, with the numbers
    of these pages."""
    found = []
    for mark in marks:
        children = tuple(_kept(mark.children, here))
        page = None if mark.goal.file else mark.goal.page
        number = None if page is None else here.get(page)
        if number is not None or children:
            place = mark.goal.place if number is not None else ()
            goal = Goal(page=number, place=place)
            found.append(Mark(title=mark.title, goal=goal, children=children))
    return found


def _is_same_outline(
    wanted: Sequence[Mark], have: Sequence[Mark], first: int, kept: Container[int]
) -> bool:
    """Tell whether two outlines have the same titles and lead to the same places.

    `wanted` counts pages as the bundle does, `have` from the file's page `first`. `kept`: pages
    whose places are those of their file. Of titles, all that can be seen: programs write the rest
    in several ways.
    """
    return len(wanted) == len(have) and all(
        _UNSEEN.sub("", want.title) == _UNSEEN.sub("", mark.title)
        and want.goal.page == (None if mark.goal.page is None else mark.goal.page + first)
        and (
            want.goal.page not in kept
            or _alike(want.goal.place or _WHOLE, mark.goal.place or _WHOLE)
        )
        and _is_same_outline(want.children, mark.children, first, kept)
        for want, mark in zip(wanted, have, strict=True)
    )


def _numbers(marks: Sequence[Mark], volume: Volume) -> Iterator[int]:
    for mark in marks:
        if mark.goal.page is not None:
            yield volume.first + mark.goal.page
        if mark.goal.address or mark.goal.file:
            yield 0
        yield from _numbers(mark.children, volume)
