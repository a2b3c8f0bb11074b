"""Find where a case has the people that imported facts are about, and place the facts there.
Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assembler.intake.case_words import fold_word
from assembler.intake.imports.cells import Fact, Unreadable
from assembler.intake.json_edit import NoPlace, get_value, set_value
from assembler.intake.problem import escape_pointer_step, split_pointer
from assembler.model.case_texts import FILL_IN

PERSON = re.compile(
    r"/(petitioner|beneficiaries/[0-9]+|others/[0-9]+|supporters/[0-9]+/person)(?=/|$)"
)


def place_facts(case: Any, facts: Mapping[str, Fact]) -> list[Fact]:
    """Return the facts at the places where the case has, or will have, the people they are about.

    A person is found by id or name, else by number. The facts of somebody who is described
    elsewhere (`same_as`) go there, unless they name another person: who then is one fact.
    """
    homes: dict[str, dict[str, Fact]] = {}
    others: list[Fact] = []
    for fact in facts.values():
        match = PERSON.match(fact.pointer)
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


def order_fact(fact: Fact) -> tuple[bool, list[tuple[int, str]]]:
    """Sort ids first: they say who the other facts are about; then lists by their numbers."""
    steps = [
        (int(step), "") if step.isdecimal() else (-1, step) for step in split_pointer(fact.pointer)
    ]
    return not fact.pointer.endswith("/id"), steps


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
        matches = [known[kind, key] for key in _list_keys(raw) if (kind, key) in known]
        if matches and kind != "petitioner":
            moves[home] = matches[0]
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
    for fact in sorted(readable, key=order_fact):
        match = PERSON.match(fact.pointer)
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
