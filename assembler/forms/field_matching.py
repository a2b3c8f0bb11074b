"""Find the fields of an old map in the blank of a new edition. Pure.

By name first; then by likeness of name, place and the words beside the field. What is not clear is
not matched, and what was matched against the words beside it is doubted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from statistics import median
from typing import Any

from assembler.forms.field_words import FieldWords, choose_expected_words, measure_agreement
from assembler.forms.form_maps import ANY_INDEX, Rect
from assembler.forms.form_reader import FieldRow

_NEAR = 40.0  # points
_STILL = 6.0  # points a field may be off and count as not moved
_ALIKE = 0.58  # of name, place and words together, from which a field is taken for the old one
_HINT = _ALIKE * 0.8  # from here on, a pair that is not sure is named for a person
_MARGIN = 0.08  # by which it must be ahead of the next one
_AGREED = 0.34  # share of a label's words that should stand beside a field


class Method(StrEnum):
    """How a field was found."""

    NAME = "name"
    MOVED = "moved"
    RENAMED = "renamed"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A field of the old map. `words`: those that should stand beside it."""

    name: str
    page: int
    rect: Rect | None
    state: str  # that ticks a box
    is_box: bool
    words: frozenset[str]

    @staticmethod
    def of(raw: Mapping[str, Any], label: str = "", is_box: bool = False) -> Wanted:
        """Make one from the JSON of a field."""
        rect = raw.get("rect")
        return Wanted(
            name=raw["name"],
            page=raw["page"],
            rect=(rect[0], rect[1], rect[2], rect[3]) if rect else None,
            state=raw.get("on", ""),
            is_box=is_box or "on" in raw,
            words=choose_expected_words(label, raw.get("says", "")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Where a field was found, and what speaks against it."""

    wanted: Wanted
    row: FieldRow | None
    method: Method
    state: str = ""  # of a box, as the new blank has it
    doubt: str = ""
    hint: str = ""  # for a lost field: what it may be


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shift:
    """Where a page of the old edition went, and how far its fields moved on it."""

    page: int
    dx: float
    dy: float


class FieldMatcher:
    """Match the fields of a map to those of a blank, each to one."""

    def __init__(
        self, wanted: Sequence[Wanted], rows: Sequence[FieldRow], words: Mapping[str, FieldWords]
    ) -> None:
        self.rows = [row for row in rows if row.page and row.kind != "button"]
        self.words = words
        self.by_name = {row.short: row for row in self.rows}
        self.pairs: dict[tuple[str, str], FieldRow] = {}
        for sought in wanted:
            row = self._find_namesake(sought)
            if row is not None:
                self.pairs[sought.name, sought.state] = row
        self.shifts = _measure_shifts(wanted, self.pairs)
        self.used = {row.short for row in self.pairs.values()}
        self.hints: dict[tuple[str, str], str] = {}
        self.renamed = self._match_likeness([sought for sought in wanted if self._key(sought)])
        self.used |= {row.short for row in self.renamed.values()}

    def find(self, wanted: Wanted) -> Match:
        """Return where a field of the map is in the blank."""
        key = (wanted.name, wanted.state)
        row = self.pairs.get(key)
        if row is not None:
            method = Method.NAME if self._is_still(wanted, row) else Method.MOVED
            return self._make_match(wanted, row, method)
        row = self.renamed.get(key)
        if row is not None:
            return self._make_match(wanted, row, Method.RENAMED)
        hint = self.hints.get(key, "")
        return Match(wanted=wanted, row=None, method=Method.LOST, hint=hint)

    def _key(self, wanted: Wanted) -> bool:
        return (wanted.name, wanted.state) not in self.pairs

    def _find_namesake(self, wanted: Wanted) -> FieldRow | None:
        """Return the field of the same name and kind; of several boxes that share a name, the one
        with the state."""
        row = self.by_name.get(wanted.name)
        if row is not None and self._is_kind(wanted, row) and _has_state(wanted, row):
            return row
        if not wanted.is_box or not wanted.state:
            return None
        stem = wanted.name.removesuffix(ANY_INDEX) if wanted.name.endswith(ANY_INDEX) else ""
        stem = stem or wanted.name.rpartition("[")[0]
        group = [
            row
            for row in self.rows
            if row.short.rpartition("[")[0] == stem
            and row.kind == "box"
            and _has_state(wanted, row)
        ]
        return group[0] if len(group) == 1 else None

    def _match_likeness(self, open_fields: Sequence[Wanted]) -> dict[tuple[str, str], FieldRow]:
        """Match what has no namesake, the likest pair first; a pair must be clearly ahead."""
        free = [row for row in self.rows if row.short not in self.used]
        scores = {
            (number, row.short): score
            for number, sought in enumerate(open_fields)
            for row in free
            if self._is_kind(sought, row) and (score := self._measure_likeness(sought, row)) > 0
        }
        matched: dict[tuple[str, str], FieldRow] = {}
        taken_fields: set[int] = set()
        taken_rows: set[str] = set()
        for (number, short), score in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])):
            if score < _HINT:
                break
            if number in taken_fields or short in taken_rows:
                continue
            sought = open_fields[number]
            rivals = [
                other
                for (n, s), other in scores.items()
                if (n == number) != (s == short) and n not in taken_fields and s not in taken_rows
            ]
            if score >= _ALIKE and score - max(rivals, default=0.0) >= _MARGIN:
                matched[sought.name, sought.state] = self.by_name[short]
                taken_fields.add(number)
                taken_rows.add(short)
            else:
                self.hints.setdefault((sought.name, sought.state), f"; perhaps {short}")
        return matched

    def _measure_likeness(self, wanted: Wanted, row: FieldRow) -> float:
        """Return how alike two fields are, 0 to 1, by name, place and words."""
        name = _compare_names(wanted.name, row.short)
        place = self._compare_places(wanted, row)
        agreement = measure_agreement(wanted.words, self.words[row.short])
        if place == 0.0 and name < 0.6:
            return 0.0
        if not _has_state(wanted, row) and wanted.is_box:
            name *= 0.6
        if agreement is None:
            return 0.5 * name + 0.5 * place
        return 0.35 * name + 0.35 * place + 0.3 * agreement

    def _compare_places(self, wanted: Wanted, row: FieldRow) -> float:
        if wanted.rect is None:
            return 0.0
        shift = self._find_shift(wanted.page)
        if row.page != shift.page:
            return 0.0
        distance = _measure_distance(_move(wanted.rect, shift), row.rect)
        return max(0.0, 1 - distance / _NEAR)

    def _find_shift(self, page: int) -> _Shift:
        """Return where a page went; one without known fields goes with the page before it."""
        known = self.shifts.get(page)
        if known is not None:
            return known
        before = max((other for other in self.shifts if other < page), default=None)
        offset = self.shifts[before].page - before if before is not None else 0
        return _Shift(page=page + offset, dx=0.0, dy=0.0)

    def _is_kind(self, wanted: Wanted, row: FieldRow) -> bool:
        return (row.kind == "box") == wanted.is_box

    def _is_still(self, wanted: Wanted, row: FieldRow) -> bool:
        """Return whether a field is where it was, or moved along with its whole page."""
        if wanted.rect is None:
            return True
        shift = self._find_shift(wanted.page)
        moved = _measure_distance(_move(wanted.rect, shift), row.rect)
        return row.page == shift.page and moved <= _STILL

    def _make_match(self, wanted: Wanted, row: FieldRow, method: Method) -> Match:
        state, doubt = wanted.state, ""
        if wanted.is_box:
            state = next((own for own in row.states if own.strip() == wanted.state.strip()), "")
            if not state:
                state = row.states[0] if row.states else ""
                if wanted.state:
                    doubt = f"the box has another value than before ({state.strip() or 'none'})"
        if not doubt and method is Method.MOVED:
            doubt = self._find_usurper(wanted, row)
        agreement = measure_agreement(wanted.words, self.words[row.short])
        if not doubt and agreement is not None and agreement < _AGREED:
            doubt = f'the words beside it are others: "{self.words[row.short].shown}"'
        if not doubt and agreement is None and method is not Method.NAME:
            doubt = "no words beside it say what it is"
        return Match(wanted=wanted, row=row, method=method, state=state, doubt=doubt)

    def _find_usurper(self, wanted: Wanted, row: FieldRow) -> str:
        """Return the doubt about a field that moved while another one is where it was."""
        at_place = (
            other.short
            for other in self.rows
            if other.short != row.short
            and self._is_kind(wanted, other)
            and self._compare_places(wanted, other) > 1 - _STILL / _NEAR
        )
        other = next(at_place, "")
        return f"it moved, and {other} is now where it was" if other else ""


def _measure_shifts(
    wanted: Sequence[Wanted], pairs: Mapping[tuple[str, str], FieldRow]
) -> dict[int, _Shift]:
    """Return for each old page the new page most of its fields are on, and the usual way they
    moved."""
    by_page: dict[int, list[tuple[Wanted, FieldRow]]] = {}
    for sought in wanted:
        row = pairs.get((sought.name, sought.state))
        if row is not None and sought.rect is not None:
            by_page.setdefault(sought.page, []).append((sought, row))
    shifts = {}
    for page, matches in by_page.items():
        new_page = Counter(row.page for _, row in matches).most_common(1)[0][0]
        rects = [
            (sought.rect, row.rect)
            for sought, row in matches
            if row.page == new_page and sought.rect
        ]
        shifts[page] = _Shift(
            page=new_page,
            dx=median(new[0] - old[0] for old, new in rects),
            dy=median(new[1] - old[1] for old, new in rects),
        )
    return shifts


def _move(rect: Rect, shift: _Shift) -> Rect:
    x0, y0, x1, y1 = rect
    return x0 + shift.dx, y0 + shift.dy, x1 + shift.dx, y1 + shift.dy


def _measure_distance(first: Rect, second: Rect) -> float:
    return max(abs(before - after) for before, after in zip(first, second, strict=True))


def _has_state(wanted: Wanted, row: FieldRow) -> bool:
    if not wanted.is_box:
        return True
    own = [state.strip() for state in row.states]
    return wanted.state.strip() in own or (not wanted.state and len(own) == 1)


def _compare_names(before: str, after: str) -> float:
    """Return how alike the last parts of two names are, without indexes and item numbers."""
    old, new = (
        re.sub(r"\[[0-9*]+\]|^P(?:ar)?t?[0-9]+|[0-9]+", "", name.rpartition(".")[2]).lower()
        for name in (before, after)
    )
    return SequenceMatcher(None, old, new).ratio()
