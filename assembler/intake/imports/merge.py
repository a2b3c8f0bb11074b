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
from assembler.intake.case_words import fold_word
from assembler.intake.imports.cells import Fact, Unreadable
from assembler.intake.json_edit import NoPlace, get_value, set_value
from assembler.intake.problem import escape_pointer_step, split_pointer
from assembler.model.case_texts import FILL_IN

_DIGITS_ONLY = ("a_number", "ssn", "phone")
_PERSON = re.compile(
    r"/(petitioner|beneficiaries/[0-9]+|others/[0-9]+|supporters/[0-9]+/person)(?=/|$)"
)
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
    for fact in sorted(_keep_ids(case, place_facts(case, facts), taken), key=_order):
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


def _order(fact: Fact) -> tuple[bool, list[tuple[int, str]]]:
    """Sort ids first: they say who the other facts are about; then lists by their numbers."""
    steps = [
        (int(step), "") if step.isdecimal() else (-1, step) for step in split_pointer(fact.pointer)
    ]
    return not fact.pointer.endswith("/id"), steps


def _is_open(current: Any) -> bool:
    """Return whether nothing stands at a place: no value, null, FILL IN, or a person whose name is
    still to be written."""
    if isinstance(current, dict):
        return _is_open(get_value(current, "/name/given")) and "name" in current
    if isinstance(current, list) and current:
        return all(isinstance(entry, str) and FILL_IN in entry for entry in current)
    return current is None or (isinstance(current, str) and FILL_IN in current)


def place_facts(case: Any, facts: Mapping[str, Fact]) -> list[Fact]:
    """Return the facts at the places where the case has, or will have, the people they are about.

    A person is found by id or name, else by number. The facts of somebody who is described
    elsewhere (`same_as`) go there, unless they name another person: who then is one fact.
    """
    homes: dict[str, dict[str, Fact]] = {}
    others: list[Fact] = []
    for fact in facts.values():
        match = _PERSON.match(fact.pointer)
        if match:
            homes.setdefault(match[0], {})[fact.pointer[match.end() :]] = fact
        else:
            others.append(fact)
    moves = _align_people(case, homes)
    placed: list[Fact] = []
    for home, person in homes.items():
        placed += _place_person(case, moves.get(home, home), person, homes)
    for fact in others:
        placed.append(_move_fact(fact, moves))
    return _close_gaps(case, placed)


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
        if not (_PERSON.fullmatch(home) and isinstance(current, str)) or fact.pointer in taken:
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


def _move_fact(fact: Fact, moves: Mapping[str, str]) -> Fact:
    """Return a supporter's fact (income) at the place of the supporter."""
    for old, new in moves.items():
        old_home, new_home = old.removesuffix("/person"), new.removesuffix("/person")
        if old_home != old and fact.pointer.startswith(f"{old_home}/"):
            pointer = new_home + fact.pointer.removeprefix(old_home)
            return Fact(pointer=pointer, value=fact.value, place=fact.place)
    return fact


def _align_people(case: Any, homes: Mapping[str, Mapping[str, Fact]]) -> dict[str, str]:
    """Return where the case has the people of lists: those of the same id or name."""
    known: dict[tuple[str, str], str] = {}
    for home in list_people(case):
        kind = home.split("/")[1]
        for key in _list_keys(get_value(case, home)):
            known.setdefault((kind, key), home)
    moves: dict[str, str] = {}
    for home, person in homes.items():
        kind = home.split("/")[1]
        raw = _build(person)
        found = [known[kind, key] for key in _list_keys(raw) if (kind, key) in known]
        if found and kind != "petitioner":
            moves[home] = found[0]
    taken = set(moves.values())
    for home in homes:
        if home not in moves and home in taken:  # its number belongs to somebody else
            moves[home] = _find_free_home(home, case, taken)
            taken.add(moves[home])
    return moves


def _find_free_home(home: str, case: Any, taken: set[str]) -> str:
    """Return the next place of a list that is nobody's."""
    _, kind, _, *inner = home.split("/")
    people = get_value(case, f"/{kind}")
    number = len(people) if isinstance(people, list) else 0
    while (place := "/".join(["", kind, str(number), *inner])) in taken:
        number += 1
    return place


def _list_keys(person: Any) -> list[str]:
    """Return the id and the name of a person, to compare them."""
    person_id = get_value(person, "/id") or get_value(person, "/same_as")
    given, family = get_value(person, "/name/given"), get_value(person, "/name/family")
    keys = [f"id {person_id}"] if isinstance(person_id, str) else []
    if isinstance(given, str) and isinstance(family, str) and FILL_IN not in given:
        keys.append(f"name {fold_word(given)} {fold_word(family)}")
    return keys


def _build(person: Mapping[str, Fact]) -> Any:
    """Return the object that the readable facts of a person are."""
    raw: Any = {}
    readable = [fact for fact in person.values() if not isinstance(fact.value, Unreadable)]
    for fact in sorted(readable, key=_order):
        match = _PERSON.match(fact.pointer)
        inner = fact.pointer[match.end() :] if match else fact.pointer
        try:
            raw = set_value(raw, inner, fact.value)
        except NoPlace:
            continue
    return raw


def _place_person(
    case: Any, home: str, person: Mapping[str, Fact], homes: Mapping[str, Mapping[str, Fact]]
) -> Iterator[Fact]:
    current = get_value(case, home)
    same = get_value(current, "/same_as")
    first = next(iter(person.values()))
    if (reference := person.get("/same_as")) is not None:
        if same is None:  # described here until now
            value = {"same_as": reference.value}
            is_same_person = get_value(current, "/id") == reference.value
            if not is_same_person:
                yield Fact(pointer=home, value=value, place=reference.place)
        else:
            yield Fact(pointer=f"{home}/same_as", value=reference.value, place=reference.place)
        return
    if not isinstance(same, str):
        for inner, fact in person.items():
            yield Fact(pointer=home + inner, value=fact.value, place=fact.place)
        return
    described = next(
        (place for place in list_people(case) if get_value(case, f"{place}/id") == same), home
    )
    raw = _build(person)
    known = (get_value(case, described), _build(homes.get(described, {})))
    if not _has_same_name(raw, known):
        yield Fact(pointer=home, value=raw, place=first.place)
        for fact in person.values():
            if isinstance(fact.value, Unreadable):
                yield fact
        return
    for inner, fact in person.items():
        if inner != "/id":
            yield Fact(pointer=described + inner, value=fact.value, place=fact.place)


def _has_same_name(person: Any, known: Sequence[Any]) -> bool:
    """Return whether each part of a person's name is one that somebody is known by."""
    for part in ("/name/given", "/name/family"):
        name = get_value(person, part)
        names = {fold_word(str(get_value(other, part))) for other in known}
        if isinstance(name, str) and fold_word(name) not in names:
            return False
    return True


def _close_gaps(case: Any, facts: list[Fact]) -> list[Fact]:
    """Return the facts with numbers of new list entries that leave none out: the second and fourth
    of a case with one are its second and third."""
    numbers: dict[str, set[int]] = {}
    for fact in facts:
        at = ""
        for step in split_pointer(fact.pointer):
            if step.isdecimal():
                numbers.setdefault(at, set()).add(int(step))
            at += escape_pointer_step(step)
    renamed: dict[str, str] = {}
    for home, used in numbers.items():
        entries = get_value(case, home)
        length = len(entries) if isinstance(entries, list) else 0
        for new, old in enumerate(sorted(number for number in used if number >= length), length):
            renamed[f"{home}/{old}"] = str(new)
    closed = []
    for fact in facts:
        at, pointer = "", ""
        for step in split_pointer(fact.pointer):
            at += escape_pointer_step(step)
            pointer += escape_pointer_step(renamed.get(at, step))
        closed.append(Fact(pointer=pointer, value=fact.value, place=fact.place))
    return closed


def list_people(case: Any) -> Iterator[str]:
    """Yield the place of each person of a case."""
    yield "/petitioner"
    for name, inner in (("beneficiaries", ""), ("supporters", "/person"), ("others", "")):
        people = get_value(case, f"/{name}")
        for position in range(len(people) if isinstance(people, list) else 0):
            yield f"/{name}/{position}{inner}"


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
    if name == "id" and (match := _PERSON.fullmatch(home)):
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
