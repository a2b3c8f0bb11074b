"""Check what a schema cannot express: characters, ids that refer to each other, citations, page
ranges.

The value may still be of the wrong shape: each check skips what it cannot read, since the schema
check has reported it, so that a person gets every finding at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any

from assembler.intake.case_fields import ID
from assembler.intake.citation_mistakes import explain_citation, explain_unclosed
from assembler.intake.excerpt_references import find_excerpt_problems, find_topic_problems
from assembler.intake.page_ranges import iterate_ranges
from assembler.intake.problem import Problem, escape_pointer_step, find_unprintable, suggest_name
from assembler.intake.untyped_values import (
    read_file_lists,
    read_object,
    read_objects,
    read_path,
    read_strings,
)
from assembler.model.case_texts import CITING_FIELDS, REQUEST_PARAGRAPHS
from assembler.model.citations import BadCite, list_cites, parse

_SHOWN_IDS = 12
# what JSON reads in a path that is written with \\: evidence\\new.pdf has a line break in it
_ESCAPED = set("\b\f\n\r\t")
_PATH_PLACE = re.compile(r"/(files|certificate)/[0-9]+(/path)?$|/path$")


def find_character_problems(value: Any, where: str = "") -> Iterator[Problem]:
    """Yield characters that vanish, reorder or break a document."""
    match value:
        case str():
            if characters := find_unprintable(value):
                codes = ", ".join(sorted(f"U+{ord(character):04X}" for character in characters))
                problem = f"the text contains characters that cannot be printed: {codes}"
                yield Problem(
                    "CASE.CHARACTER", where, problem, _choose_character_remedy(where, characters)
                )
        case dict():
            for key, entry in value.items():
                yield from find_character_problems(entry, where + escape_pointer_step(key))
        case list():
            for position, entry in enumerate(value):
                yield from find_character_problems(entry, where + escape_pointer_step(position))


def _choose_character_remedy(where: str, characters: Collection[str]) -> str:
    if _PATH_PLACE.search(where) and set(characters) & _ESCAPED:
        return "write / in place of \\ in a path: evidence/passport.pdf"
    if characters == {"\n"}:
        return "make it a list of paragraphs, or put it in one line"
    return "remove them"


def find_reference_problems(case: dict[str, Any]) -> Iterator[Problem]:
    """Yield the problems of all other checks of this module."""
    exhibits = _list_ids(case, "exhibits")
    yield from _find_same_ids(case)
    yield from _find_unknown_ids(case, exhibits)
    if exhibits is not None:
        yield from _find_cite_problems(case, exhibits)
    for where, exhibit in read_objects(case, "exhibits"):
        for place, files in read_file_lists(exhibit, where):
            yield from _find_page_problems(place, files)
            yield from find_excerpt_problems(place, files)
        yield from find_topic_problems(where, exhibit)


# --- ids ---


def _find_same_ids(case: dict[str, Any]) -> Iterator[Problem]:
    yield from _find_repeated(
        [(f"{where}/id", person.get("id")) for where, person in _iterate_people(case)]
    )
    for field in ("exhibits", "declarations"):
        yield from _find_repeated(
            [(f"{where}/id", entry.get("id")) for where, entry in read_objects(case, field)]
        )
    yield from _find_repeated(
        [
            (f"/rfe{where}/id", entry.get("id"))
            for where, entry in read_objects(read_object(case, "rfe"), "points")
        ]
    )


def _find_repeated(ids: list[tuple[str, Any]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for where, entry_id in ids:
        if isinstance(entry_id, str) and entry_id in seen:
            yield Problem("CASE.TWICE", where, "this id is already in use", "give it its own id")
        elif isinstance(entry_id, str):
            seen.add(entry_id)


def _list_ids(case: dict[str, Any], field: str) -> dict[str, None] | None:
    """Return the ids of a list, in order; None if there is no list to know them from."""
    if not isinstance(case.get(field), list):
        return None
    return {
        entry["id"]: None
        for _, entry in read_objects(case, field)
        if isinstance(entry.get("id"), str)
    }


def _iterate_people(case: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield everyone described in the case, with the place of the description."""
    if "id" in (petitioner := read_object(case, "petitioner")):
        yield "/petitioner", petitioner
    for field in ("beneficiaries", "others"):
        yield from read_objects(case, field)
    for where, supporter in read_objects(case, "supporters"):
        if "id" in (person := read_object(supporter, "person")):
            yield f"{where}/person", person


def _find_unknown_ids(case: dict[str, Any], exhibits: Collection[str] | None) -> Iterator[Problem]:
    known = {
        "person": {
            person["id"]: None
            for _, person in _iterate_people(case)
            if isinstance(person.get("id"), str)
        },
        "beneficiary": _list_ids(case, "beneficiaries"),
        "exhibit": exhibits,
    }
    for where, kind, used in iterate_references(case):
        ids = known[kind]
        if isinstance(used, str) and ids is not None and used not in ids:
            remedy = suggest_name(used, ids, _suggest_ids(ids))
            yield Problem("CASE.UNKNOWN_ID", where, f"there is no {kind} with this id", remedy)


def _suggest_ids(ids: Collection[str]) -> str:
    """Return which ids there are, if they are few; ids that are none are another finding."""
    shown = [known for known in ids if ID.fullmatch(known)]
    if not shown or len(shown) > _SHOWN_IDS:
        return "use an id that is in the case"
    return f"use one of: {', '.join(shown)}"


def iterate_references(case: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield (place, kind, id) of every id that refers to something."""
    yield "/petitioner/same_as", "person", read_object(case, "petitioner").get("same_as")
    for where, person in _iterate_people(case):
        yield f"{where}/guardian", "person", person.get("guardian")
    for where, supporter in read_objects(case, "supporters"):
        yield f"{where}/person/same_as", "person", read_object(supporter, "person").get("same_as")
        for place, entry_id in read_strings(supporter, "beneficiaries", where):
            yield place, "beneficiary", entry_id
    for field in ("declarations", "exhibits", "forms"):
        for where, entry in read_objects(case, field):
            for place, entry_id in read_strings(entry, "belongs_to", where):
                yield place, "beneficiary", entry_id
            for key in ("declarant", "person"):
                yield f"{where}/{key}", "person", entry.get(key)
    yield from _iterate_paragraph_owners(read_object(case, "request"))
    rfe = read_object(case, "rfe")
    yield "/rfe/notice_exhibit", "exhibit", rfe.get("notice_exhibit")
    for where, point in read_objects(rfe, "points", "/rfe"):
        for place, entry_id in read_strings(point, "exhibits", where):
            yield place, "exhibit", entry_id


def _iterate_paragraph_owners(request: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for field in REQUEST_PARAGRAPHS:
        for where, paragraph in read_objects(request, field, "/request"):
            for place, entry_id in read_strings(paragraph, "belongs_to", where):
                yield place, "beneficiary", entry_id


# --- citations ---


def _find_cite_problems(
    value: Any, exhibits: Collection[str], where: str = "", citing: bool = False
) -> Iterator[Problem]:
    match value:
        case str() if citing:
            yield from _check_cites(value, exhibits, where)
        case dict():
            for key, entry in value.items():
                yield from _find_cite_problems(
                    entry, exhibits, where + escape_pointer_step(key), key in CITING_FIELDS
                )
        case list():
            for position, entry in enumerate(value):
                yield from _find_cite_problems(
                    entry, exhibits, where + escape_pointer_step(position), citing
                )


def _check_cites(text: str, exhibits: Collection[str], where: str) -> Iterator[Problem]:
    try:
        used = dict.fromkeys(cite.exhibit for cite in list_cites(text))
        is_unclosed = any("[@" in piece for piece in parse(text) if isinstance(piece, str))
    except BadCite as error:
        yield Problem("CITE.FORM", where, *explain_citation(text, error.offset, error.text))
        return
    if is_unclosed:
        yield Problem("CITE.FORM", where, *explain_unclosed(text))
    for exhibit_id in used:
        if exhibit_id not in exhibits:
            remedy = suggest_name(exhibit_id, exhibits, _suggest_ids(exhibits))
            yield Problem(
                "CITE.UNKNOWN",
                where,
                f"it cites [@{exhibit_id}], but there is no such exhibit",
                remedy,
            )


# --- pages ---


def _find_page_problems(where: str, files: list[Any]) -> Iterator[Problem]:
    """Yield page ranges that no file can have, and pages that would be twice in one list of
    files."""
    used: list[tuple[str, int, int, str]] = []  # path, first, last, place
    for position, entry in enumerate(files):
        if not (path := read_path(entry)):
            continue
        place = where + escape_pointer_step(position)
        text = entry.get("pages", "1-") if isinstance(entry, dict) else "1-"
        for first, last in iterate_ranges(text):
            if first < 1 or last < first:
                yield Problem(
                    "CASE.FORM",
                    f"{place}/pages",
                    "pages count from 1, and a range must ascend",
                    "correct the pages",
                )
            else:
                used.append((path, first, last, place))
    for before, after in pairwise(sorted(used)):
        if before[0] == after[0] and after[1] <= before[2]:
            yield Problem(
                "CASE.TWICE",
                after[3],
                "a page of this file is listed twice",
                "list each page once",
            )
