"""What a schema cannot say: characters, ids that refer to each other, citations."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from assembler.cites import BadCite, Cite, parse

Problem = tuple[str, str, str, str]  # rule, JSON pointer, what is wrong, what to do
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CITING = ("basis", "length_reason", "why_no_visa", "departure_plan", "support_plan", "changed_circumstances",
           "expedite_reason", "paragraphs", "answer")  # fmt: skip


def character_problems(value: Any, where: str = "") -> Iterator[Problem]:
    """Characters that vanish, reorder or break a document."""
    match value:
        case str():
            if bad := {character for character in value if _is_bad(character)}:
                codes = ", ".join(sorted(f"U+{ord(character):04X}" for character in bad))
                yield ("CASE.CHARACTER", where, f"the text holds characters that cannot be printed: {codes}", "remove them")
        case dict():
            for key, one in value.items():
                yield from character_problems(one, f"{where}/{key}")
        case list():
            for position, one in enumerate(value):
                yield from character_problems(one, f"{where}/{position}")


def _is_bad(character: str) -> bool:
    if character in _BIDI:
        return True
    return unicodedata.category(character) in ("Cc", "Cs") or ord(character) & 0xFFFE == 0xFFFE


def reference_problems(case: dict[str, Any]) -> Iterator[Problem]:
    """Ids that stand twice, and ids that nobody has. The value has passed the schema."""
    people = list(_people(case))
    beneficiaries = [person["id"] for person in case["beneficiaries"]]
    exhibits = [exhibit["id"] for exhibit in case["exhibits"]]
    yield from _twice([(f"{where}/id", person["id"]) for where, person in people])
    yield from _twice([(f"/exhibits/{n}/id", one) for n, one in enumerate(exhibits)])
    yield from _twice([(f"/declarations/{n}/id", d["id"]) for n, d in enumerate(case.get("declarations", ()))])
    known = [person["id"] for _, person in people]
    for where, kind, used in _references(case):
        ids = {"person": known, "beneficiary": beneficiaries, "exhibit": exhibits}[kind]
        if used not in ids:
            yield ("CASE.UNKNOWN_ID", where, f"there is no {kind} with this id", _hint(used, ids))
    yield from _cite_problems(case, exhibits)


def _people(case: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everyone described in the case, with the place of the description."""
    if "id" in case["petitioner"]:
        yield "/petitioner", case["petitioner"]
    for field in ("beneficiaries", "others"):
        for n, person in enumerate(case.get(field, ())):
            yield f"/{field}/{n}", person
    for n, supporter in enumerate(case.get("supporters", ())):
        if "id" in supporter["person"]:
            yield f"/supporters/{n}/person", supporter["person"]


def _references(case: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(place, kind, id) of every id that refers to something."""
    if "same_as" in case["petitioner"]:
        yield "/petitioner/same_as", "person", case["petitioner"]["same_as"]
    for n, supporter in enumerate(case.get("supporters", ())):
        if "same_as" in supporter["person"]:
            yield f"/supporters/{n}/person/same_as", "person", supporter["person"]["same_as"]
        for m, one in enumerate(supporter.get("beneficiaries", ())):
            yield f"/supporters/{n}/beneficiaries/{m}", "beneficiary", one
    for field in ("declarations", "exhibits", "forms"):
        for n, entry in enumerate(case.get(field, ())):
            for m, one in enumerate(entry.get("belongs_to", ())):
                yield f"/{field}/{n}/belongs_to/{m}", "beneficiary", one
            for key in ("declarant", "person"):
                if key in entry:
                    yield f"/{field}/{n}/{key}", "person", entry[key]
    if "rfe" in case:
        yield "/rfe/notice_exhibit", "exhibit", case["rfe"]["notice_exhibit"]
        for n, point in enumerate(case["rfe"]["points"]):
            for m, one in enumerate(point.get("exhibits", ())):
                yield f"/rfe/points/{n}/exhibits/{m}", "exhibit", one


def _twice(ids: list[tuple[str, str]]) -> Iterator[Problem]:
    counts = Counter(one for _, one in ids)
    seen: set[str] = set()
    for where, one in ids:
        if counts[one] > 1 and one in seen:
            yield ("CASE.TWICE", where, "this id is taken already", "give it an id of its own")
        seen.add(one)


def _cite_problems(value: Any, exhibits: list[str], where: str = "", citing: bool = False) -> Iterator[Problem]:
    match value:
        case str() if citing:
            yield from _cites_of(value, exhibits, where)
        case dict():
            for key, one in value.items():
                yield from _cite_problems(one, exhibits, f"{where}/{key}", key in _CITING)
        case list():
            for position, one in enumerate(value):
                yield from _cite_problems(one, exhibits, f"{where}/{position}", citing)


def _cites_of(text: str, exhibits: list[str], where: str) -> Iterator[Problem]:
    try:
        pieces = parse(text)
    except BadCite as error:
        yield ("CITE.FORM", where, "a citation cannot be read", str(error))
        return
    for piece in pieces:
        if isinstance(piece, Cite) and piece.exhibit not in exhibits:
            hint = _hint(piece.exhibit, exhibits)
            yield ("CITE.UNKNOWN", where, f"it cites [@{piece.exhibit}], and there is no such exhibit", hint)


def _hint(used: str, known: list[str]) -> str:
    near = get_close_matches(used, known, 1)
    return f"did you mean {near[0]}?" if near else "use the id of one that is in the case"
