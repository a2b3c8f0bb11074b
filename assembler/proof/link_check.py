"""Check that each expected link is in its place and leads where it should, and no other is there.

What is expected comes from the ledger, from the client's files read again, and from the drafts as
they were before their links were given pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assembler.model import Check, LedgerEntry, PartKind
from assembler.proof.allowed_entries import HOST
from assembler.proof.bound_bundle import (
    TOLERANCE,
    BoundBundle,
    BoundFile,
    is_close,
    is_unmoved,
    locate_in_file,
)
from assembler.proof.check_wording import list_values
from assembler.proof.link_reader import Area, Sheet
from assembler.proof.source_links import Origin

_TOP = ("/XYZ", None, None, None)


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


def check_links(bundle: BoundBundle) -> Iterator[Check]:
    """Yield a check for the links of our own pages, and one for those of evidence and forms."""
    wrong_on_ours: list[int] = []
    wrong_on_evidence: list[int] = []
    check = _LinkCheck(bundle)
    for file in bundle.files if bundle.manifest.linked else ():
        for place, sheet in enumerate(file.sheets):
            entry = bundle.entries.get(file.volume.first + place)
            if entry is not None and not check.is_page_alike(entry, sheet, file):
                (wrong_on_ours if entry.is_ours else wrong_on_evidence).append(entry.number)
    yield _make_check(
        wrong_on_ours, "each link of our own pages lies in its place and leads where it should"
    )
    yield _make_check(
        wrong_on_evidence, "evidence has the links of its files, each in its place, and no others"
    )


def list_unchecked_links(bundle: BoundBundle) -> Iterator[str]:
    """Yield one line for each file whose links could not be compared."""
    for path, origin in bundle.origins.files.items():
        if path in bundle.origins.repaired or origin.kind in ("", "word"):
            yield f"whether {path} has all of its links in the bundle"


def _make_check(wrong: Sequence[int], passed: str) -> Check:
    detail = f"links are missing, wrong or too many on page {list_values(wrong)}"
    return Check(
        name="links",
        ok=not wrong,
        detail=detail if wrong else passed,
        page=wrong[0] if wrong else None,
    )


class _LinkCheck:
    """Compares the links of single pages with what they must be."""

    def __init__(self, bundle: BoundBundle) -> None:
        self._bundle = bundle
        self._addresses = dict(bundle.manifest.addresses)

    def is_page_alike(self, entry: LedgerEntry, sheet: Sheet, file: BoundFile) -> bool:
        areas = [self._number_goal(area, file) for area in sheet.areas]
        if any(area is None for area in areas):
            return False
        numbered = [area for area in areas if area is not None]
        expected = self._list_expected_links(entry)
        if expected is None:
            return all(self._is_plausible(entry, area) for area in numbered)
        return _has_all_matches(expected, numbered) and all(
            self._is_listed(entry, area) for area in numbered
        )

    def _number_goal(self, area: Area, file: BoundFile) -> Area | None:
        """Return the link with the page number in the whole bundle; None if it leads to no file of
        the bundle."""
        goal = area.goal
        if goal.page is None:
            return None if goal.file else area
        volume = self._bundle.volumes.get(goal.file) if goal.file else file.volume
        if (
            volume is None
            or not 0 <= goal.page <= volume.last - volume.first
            or (goal.file and volume == file.volume)
        ):
            return None
        return replace(area, goal=replace(goal, page=volume.first + goal.page))

    def _list_expected_links(self, entry: LedgerEntry) -> list[_ExpectedLink] | None:
        """Return the links that a page must have; None if they are not known."""
        origin, index = self._bundle.source(entry), locate_in_file(entry)
        if origin is None or origin.kind in ("", "word", "ours"):
            return None
        if origin.kind == "picture" or (
            index >= len(origin.sheets) and entry.kind is PartKind.FORM
        ):
            return []  # a page that we added to a form
        if index >= len(origin.sheets):
            return None
        move = _Move(entry, origin.sheets[index].size)
        return [self._expect_link(entry, area, move) for area in origin.sheets[index].areas]

    def _expect_link(self, entry: LedgerEntry, area: Area, move: _Move) -> _ExpectedLink:
        box, goal = move.move_box(area.box), area.goal
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
        goals = self._find_copies(entry, goal.page)
        is_moved = any(not is_unmoved(self._bundle.entries[number]) for number in goals)
        return replace(expected, goals=goals, place=None if is_moved else goal.place)

    def _find_copies(self, entry: LedgerEntry, page: int) -> tuple[int, ...]:
        """Return where a page of the same file (from 0) is in the bundle, among its neighbors."""
        neighbors = [self._bundle.entries[number] for number in self._bundle.runs[entry.number]]
        return tuple(neighbor.number for neighbor in neighbors if locate_in_file(neighbor) == page)

    def _is_plausible(self, entry: LedgerEntry, area: Area) -> bool:
        """Return whether a link fits a page whose links are not known: it stays within its file, or
        is one of ours."""
        if area.goal.page is None:
            return self._is_listed(entry, area)
        if not entry.is_ours:
            return area.goal.page in self._bundle.runs[entry.number]
        draft_address = area.contents.removeprefix(HOST) if area.contents.startswith(HOST) else None
        number = (
            self._addresses.get(draft_address, 0) if draft_address is not None else area.goal.page
        )
        return number == area.goal.page and (
            number in self._addresses.values() or number in self._bundle.runs[entry.number]
        )

    def _is_listed(self, entry: LedgerEntry, area: Area) -> bool:
        """Return whether a link of a page made from a Word file leads to an address that the file
        names; True for every other link."""
        if entry.source is None or not area.goal.address:
            return True
        origin = self._bundle.origins.files.get(entry.client_source.key, Origin())
        return origin.addresses is None or _is_listed_address(area.goal.address, origin.addresses)


@dataclass(frozen=True, slots=True)
class _Move:
    """How a page of a file lies on its page of the bundle: turned, scaled, at the top and
    centered."""

    entry: LedgerEntry
    size: tuple[float, float]  # of the page in its file, as shown

    def move_box(self, box: tuple[float, ...]) -> tuple[float, ...]:
        """Return a box of the source page on the bundle's page."""
        points = [self._move_point(x, y) for x, y in zip(box[::2], box[1::2], strict=True)]
        if len(points) >= 2:
            (x0, y0), (x1, y1) = points[:2]
            points[:2] = [(min(x0, x1), min(y0, y1)), (max(x0, x1), max(y0, y1))]
        return tuple(value for point in points for value in point)

    def _move_point(self, x: float, y: float) -> tuple[float, float]:
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


def _is_listed_address(address: str, addresses: Iterable[str]) -> bool:
    """Return whether a Word file names this host or mailbox; programs that print it reformat the
    rest of an address."""
    host = re.sub(r"^[a-z]+:(?://)?(?:[^/@]*@(?=.*/))?", "", address.casefold())
    host = re.split(r"[/?#]", host)[0]
    return bool(host) and any(host in listed.casefold() for listed in addresses)


def _has_all_matches(expected: Sequence[_ExpectedLink], actual: Sequence[Area]) -> bool:
    """Return whether each expected link is there once, and nothing else."""
    remaining = list(actual)
    for link in expected:
        match = next((place for place, area in enumerate(remaining) if _is_match(link, area)), None)
        if match is None:
            return False
        del remaining[match]
    return not remaining


def _is_match(expected: _ExpectedLink, area: Area) -> bool:
    is_near = len(expected.box) == len(area.box) and all(
        abs(a - b) <= TOLERANCE for a, b in zip(expected.box, area.box, strict=True)
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
        expected.place is None or area.goal.file or is_close(expected.place, area.goal.place)
    )
    return area.goal.page in expected.goals and bool(has_same_view)
