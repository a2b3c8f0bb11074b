"""Compare imported facts with those of a case, and say what would be written. Pure.

Nothing that stands is replaced without a person's word; an empty cell deletes nothing. What the
schema needs beside a new value ("a passport has a country") becomes a FILL IN, which no filing
gets past.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from assembler.intake.case_fields import CaseFields
from assembler.intake.imports.cells import Fact, Unreadable
from assembler.intake.imports.people_places import PERSON, list_people, order_fact, place_facts
from assembler.intake.json_edit import get_value, set_value
from assembler.intake.problem import escape_pointer_step, split_pointer
from assembler.model.case_texts import FILL_IN

_DIGITS_ONLY = ("a_number", "ssn", "phone")
_IDS = {
    "petitioner": "petitioner",
    "beneficiaries": "beneficiary",
    "supporters": "supporter",
    "others": "person",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A fact that differs from what stands in case.json."""

    pointer: str
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What importing facts into a case would do. `edits` write all `changes`: what is new as whole
    objects, in the order of the schema."""

    changes: Mapping[str, Any]
    edits: Mapping[str, Any]
    conflicts: tuple[Conflict, ...]
    same: tuple[str, ...]
    unreadable: tuple[Fact, ...]
    fill_ins: tuple[str, ...]
    value: Any  # the case afterwards, with every conflict kept


def merge_facts(
    case: Any,
    facts: Mapping[str, Fact],
    fields: CaseFields,
    *,
    taken: Container[str] = (),
    marks_unreadable: bool = False,
) -> Merge:
    """Return what importing the facts into a case would do.

    Args:
        taken: places where the imported value replaces the one that stands.
        marks_unreadable: whether FILL IN is written where a value cannot be read.
    """
    changes: dict[str, Any] = {}
    conflicts, same, unreadable = [], [], []
    value = case
    for fact in sorted(_keep_ids(case, place_facts(case, facts), taken), key=order_fact):
        current = get_value(value, fact.pointer)
        if isinstance(fact.value, Unreadable):
            unreadable.append(fact)
            if marks_unreadable and current is None and not fact.pointer.endswith(("/id", "/name")):
                changes[fact.pointer] = f"{FILL_IN}: {fields.field(fact.pointer).title.lower()}"
                value = set_value(value, fact.pointer, changes[fact.pointer])
        elif _is_open(current) or fact.pointer in taken:
            if not is_same(current, fact.value, fact.pointer):
                changes[fact.pointer] = fact.value
                value = set_value(value, fact.pointer, fact.value)
        elif is_same(current, fact.value, fact.pointer):
            same.append(fact.pointer)
        else:
            conflicts.append(Conflict(pointer=fact.pointer, fact=fact))
    fill_ins: dict[str, Any] = {}
    while missing := next(_find_missing(value, changes, fields), None):
        fill_ins[missing[0]] = missing[1]
        value = set_value(value, *missing)
    return Merge(
        changes=changes | fill_ins,
        edits=_group_edits(case, value, [*changes, *fill_ins], fields),
        conflicts=tuple(conflicts),
        same=tuple(same),
        unreadable=tuple(unreadable),
        fill_ins=tuple(pointer for pointer, needed in fill_ins.items() if FILL_IN in str(needed)),
        value=value,
    )


def _group_edits(
    case: Any, value: Any, pointers: Sequence[str], fields: CaseFields
) -> dict[str, Any]:
    """Return what to write where: for each change, the outermost place that is new or replaced."""
    edits: dict[str, Any] = {}
    for pointer in pointers:
        top = ""
        for step in split_pointer(pointer):
            top += escape_pointer_step(step)
            if get_value(case, top) is None or top in pointers:
                break
        edits[top] = _sort_fields(get_value(value, top), top, fields)
    return edits


def _sort_fields(value: Any, pointer: str, fields: CaseFields) -> Any:
    """Return a value with the fields of its objects in the order of the schema."""
    match value:
        case dict():
            known = fields.list_fields(pointer)
            names = sorted(value, key=lambda name: known.index(name) if name in known else 99)
            return {
                name: _sort_fields(value[name], pointer + escape_pointer_step(name), fields)
                for name in names
            }
        case list():
            return [
                _sort_fields(entry, f"{pointer}/{number}", fields)
                for number, entry in enumerate(value)
            ]
        case _:
            return value


def is_same(current: Any, imported: Any, pointer: str) -> bool:
    """Return whether two values say the same: numbers of telephones without their signs, one
    paragraph as a text or a list of one."""
    key = pointer.rpartition("/")[2]
    if key in _DIGITS_ONLY:
        return _keep_digits(current, key) == _keep_digits(imported, key)
    if key == "postal_code" and str(current).startswith(f"{imported}-"):  # forms ask for ZIP5
        return True
    if isinstance(current, list) != isinstance(imported, list):
        return _wrap_in_list(current) == _wrap_in_list(imported)
    return type(current) is type(imported) and bool(current == imported)


def _keep_digits(value: Any, key: str) -> str:
    """Return the digits of a number; an A-Number without the zeros that forms put before it, a U.S.
    telephone number without the 1."""
    digits = re.sub(r"[^0-9]", "", str(value))
    if key == "phone":
        return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return digits.lstrip("0") if key == "a_number" else digits


def flatten_facts(case: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the place and value of each text, number, truth value, and list of texts of a case."""
    match case:
        case dict():
            for key, value in case.items():
                yield from flatten_facts(value, where + escape_pointer_step(key))
        case list() if case and not any(isinstance(entry, (dict, list)) for entry in case):
            yield where, case
        case list():
            for position, value in enumerate(case):
                yield from flatten_facts(value, f"{where}/{position}")
        case None:
            return
        case _:
            yield where, case


def _wrap_in_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_open(current: Any) -> bool:
    """Return whether nothing stands at a place: no value, null, FILL IN, or a person whose name is
    still to be written."""
    if isinstance(current, dict):
        return _is_open(get_value(current, "/name/given")) and "name" in current
    if isinstance(current, list) and current:
        return all(isinstance(entry, str) and FILL_IN in entry for entry in current)
    return current is None or (isinstance(current, str) and FILL_IN in current)


def _keep_ids(case: Any, facts: Sequence[Fact], taken: Container[str]) -> list[Fact]:
    """Return the facts with the ids that people have in the case.

    An id only refers to a person within one case. It stays where the case has that person, or has
    no name for the person yet, and the facts that refer to the imported id follow.
    """
    by_pointer = {fact.pointer: fact for fact in facts}
    kept: dict[str, str] = {}  # imported id → id in the case
    for fact in facts:
        home = fact.pointer.removesuffix("/id")
        current = get_value(case, fact.pointer)
        if not (PERSON.fullmatch(home) and isinstance(current, str)) or fact.pointer in taken:
            continue
        given = by_pointer.get(f"{home}/name/given")
        known = get_value(case, f"{home}/name/given")
        if _is_open(known) or given is None or is_same(known, given.value, given.pointer):
            kept[str(fact.value)] = current
    return [
        _refer_to(fact, kept)
        for fact in facts
        if not (fact.pointer.endswith("/id") and str(fact.value) in kept)
    ]


def _refer_to(fact: Fact, ids: Mapping[str, str]) -> Fact:
    """Return a fact that refers to people by their ids in the case."""
    value = fact.value
    match fact.pointer.rpartition("/")[2], value:
        case "same_as", str():
            value = ids.get(value, value)
        case "beneficiaries", list():
            value = [ids.get(entry, entry) for entry in value]
        case _:
            return fact
    return Fact(pointer=fact.pointer, value=value, place=fact.place)


def _find_missing(
    case: Any, changes: Mapping[str, Any], fields: CaseFields
) -> Iterator[tuple[str, Any]]:
    """Yield each field that the schema needs in an object with a new value, and what to write."""
    homes: dict[str, None] = {}
    for pointer in changes:
        home = pointer
        while home:
            homes[home] = None
            home = home.rpartition("/")[0]
    for home in sorted(homes, key=lambda place: (place.count("/"), place)):
        value = get_value(case, home)
        if not isinstance(value, dict) or "same_as" in value:
            continue
        for name in _list_required(fields, home):
            if name not in value:
                yield f"{home}/{name}", _choose_needed(case, home, name, fields)


def _list_required(fields: CaseFields, home: str) -> tuple[str, ...]:
    return tuple(
        name
        for name in fields.list_fields(home)
        if name != "same_as" and fields.field(f"{home}/{name}").is_required
    )


def _choose_needed(case: Any, home: str, name: str, fields: CaseFields) -> Any:
    """Return what to write into a field that is needed."""
    if name == "id" and (match := PERSON.fullmatch(home)):
        ids = {get_value(case, f"{place}/id") for place in list_people(case)}
        base = _IDS[match[1].split("/")[0]]
        numbered = (base if number == 1 else f"{base}-{number}" for number in count(1))
        return next(word for word in numbered if word not in ids)
    if name == "name":
        return {"given": FILL_IN, "family": FILL_IN}
    if name == "person":
        petitioner = get_value(case, "/petitioner/id") or get_value(case, "/petitioner/same_as")
        return {"same_as": petitioner or "petitioner"}
    return f"{FILL_IN}: {fields.field(f'{home}/{name}').title.lower()}"
