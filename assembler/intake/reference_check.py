"""What a schema cannot say: characters, ids that refer to each other, citations, page ranges.

The value may still be of the wrong shape: each check passes over what it cannot read, since the
schema has complained of it, so that a person gets every finding at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any

from assembler.intake.problem import Problem, hint, step, unprintable
from assembler.intake.untyped_values import entries, groups, part, path_of, strings
from assembler.model.case_texts import CITING_FIELDS
from assembler.model.citations import BadCite, cited, parse

_RANGE = re.compile(r"([0-9]{1,5})(-)?([0-9]{1,5})?")
_LAST = 99_999  # the highest page number the schema takes


def character_problems(value: Any, where: str = "") -> Iterator[Problem]:
    """Characters that vanish, reorder or break a document."""
    match value:
        case str():
            if bad := unprintable(value):
                codes = ", ".join(sorted(f"U+{ord(character):04X}" for character in bad))
                problem = f"the text holds characters that cannot be printed: {codes}"
                yield Problem("CASE.CHARACTER", where, problem, "remove them")
        case dict():
            for key, one in value.items():
                yield from character_problems(one, where + step(key))
        case list():
            for position, one in enumerate(value):
                yield from character_problems(one, where + step(position))


def sense_problems(case: dict[str, Any]) -> Iterator[Problem]:
    """Everything below, in one go."""
    exhibits = _ids(case, "exhibits")
    yield from _same_ids(case)
    yield from _unknown_ids(case, exhibits)
    if exhibits is not None:
        yield from _cite_problems(case, exhibits)
    for where, exhibit in entries(case, "exhibits"):
        for at, group in groups(exhibit, where):
            yield from _page_problems(at, group)


# --- ids ---


def _same_ids(case: dict[str, Any]) -> Iterator[Problem]:
    yield from _twice([(f"{where}/id", person.get("id")) for where, person in _people(case)])
    for field in ("exhibits", "declarations"):
        yield from _twice([(f"{where}/id", one.get("id")) for where, one in entries(case, field)])
    yield from _twice(
        [(f"/rfe{where}/id", one.get("id")) for where, one in entries(part(case, "rfe"), "points")]
    )


def _twice(ids: list[tuple[str, Any]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for where, one in ids:
        if isinstance(one, str) and one in seen:
            yield Problem(
                "CASE.TWICE", where, "this id is taken already", "give it an id of its own"
            )
        elif isinstance(one, str):
            seen.add(one)


def _ids(case: dict[str, Any], field: str) -> dict[str, None] | None:
    """The ids of a list, in order; None where there is no list to know them from."""
    if not isinstance(case.get(field), list):
        return None
    return {one["id"]: None for _, one in entries(case, field) if isinstance(one.get("id"), str)}


def _people(case: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everyone described in the case, with the place of the description."""
    if "id" in (petitioner := part(case, "petitioner")):
        yield "/petitioner", petitioner
    for field in ("beneficiaries", "others"):
        yield from entries(case, field)
    for where, supporter in entries(case, "supporters"):
        if "id" in (person := part(supporter, "person")):
            yield f"{where}/person", person


def _unknown_ids(case: dict[str, Any], exhibits: Collection[str] | None) -> Iterator[Problem]:
    known = {
        "person": {one["id"]: None for _, one in _people(case) if isinstance(one.get("id"), str)},
        "beneficiary": _ids(case, "beneficiaries"),
        "exhibit": exhibits,
    }
    for where, kind, used in _references(case):
        ids = known[kind]
        if isinstance(used, str) and ids is not None and used not in ids:
            remedy = hint(used, ids, "use the id of one that is in the case")
            yield Problem("CASE.UNKNOWN_ID", where, f"there is no {kind} with this id", remedy)


def _references(case: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """(place, kind, id) of every id that refers to something."""
    yield "/petitioner/same_as", "person", part(case, "petitioner").get("same_as")
    for where, supporter in entries(case, "supporters"):
        yield f"{where}/person/same_as", "person", part(supporter, "person").get("same_as")
        for at, one in strings(supporter, "beneficiaries", where):
            yield at, "beneficiary", one
    for field in ("declarations", "exhibits", "forms"):
        for where, entry in entries(case, field):
            for at, one in strings(entry, "belongs_to", where):
                yield at, "beneficiary", one
            for key in ("declarant", "person"):
                yield f"{where}/{key}", "person", entry.get(key)
    rfe = part(case, "rfe")
    yield "/rfe/notice_exhibit", "exhibit", rfe.get("notice_exhibit")
    for where, point in entries(rfe, "points", "/rfe"):
        for at, one in strings(point, "exhibits", where):
            yield at, "exhibit", one


# --- citations ---


def _cite_problems(
    value: Any, exhibits: Collection[str], where: str = "", citing: bool = False
) -> Iterator[Problem]:
    match value:
        case str() if citing:
            yield from _cites_of(value, exhibits, where)
        case dict():
            for key, one in value.items():
                yield from _cite_problems(one, exhibits, where + step(key), key in CITING_FIELDS)
        case list():
            for position, one in enumerate(value):
                yield from _cite_problems(one, exhibits, where + step(position), citing)


def _cites_of(text: str, exhibits: Collection[str], where: str) -> Iterator[Problem]:
    try:
        used = dict.fromkeys(cite.exhibit for cite in cited(text))
        loose = any("[@" in piece for piece in parse(text) if isinstance(piece, str))
    except BadCite as error:
        yield Problem("CITE.FORM", where, "a citation cannot be read", str(error))
        return
    if loose:
        yield Problem(
            "CITE.FORM", where, "a citation is opened with [@ and never closed", "close it with ]"
        )
    for one in used:
        if one not in exhibits:
            remedy = hint(one, exhibits, "use the id of one that is in the case")
            yield Problem(
                "CITE.UNKNOWN", where, f"it cites [@{one}], and there is no such exhibit", remedy
            )


# --- pages ---


def _page_problems(where: str, group: list[Any]) -> Iterator[Problem]:
    """Page ranges that no file can have, and pages that would stand twice in one list of files."""
    used: list[tuple[str, int, int, str]] = []  # path, first, last, place
    for position, one in enumerate(group):
        if not (path := path_of(one)):
            continue
        at = where + step(position)
        text = one.get("pages", "1-") if isinstance(one, dict) else "1-"
        for first, last in _ranges(text):
            if first < 1 or last < first:
                yield Problem(
                    "CASE.FORM",
                    f"{at}/pages",
                    "pages count from 1, and a range runs upwards",
                    "correct the pages",
                )
            else:
                used.append((path, first, last, at))
    for before, after in pairwise(sorted(used)):
        if before[0] == after[0] and after[1] <= before[2]:
            yield Problem(
                "CASE.TWICE",
                after[3],
                "a page of this file is in this list already",
                "list each page once",
            )


def _ranges(text: Any) -> Iterator[tuple[int, int]]:
    """(first, last) of each range, nothing where one cannot be read."""
    for one in text.split(",") if isinstance(text, str) else ():
        if match := _RANGE.fullmatch(one):
            yield int(match[1]), int(match[3]) if match[3] else _LAST if match[2] else int(match[1])
