"""Read from a case of any shape what proposing may know: its people, as far as typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from assembler.intake.proposals.values import KnownPerson
from assembler.intake.untyped_values import read_object, read_objects
from assembler.model.case_texts import FILL_IN


def read_people(case: dict[str, Any]) -> tuple[KnownPerson, ...]:
    """Return the people of a case; what is missing, of another type or still to be filled in is
    left out."""
    people: dict[str, KnownPerson] = {}
    roles: dict[str, list[str]] = {}
    for role, raw in _iterate_people(case):
        person_id = raw.get("same_as") or raw.get("id")
        if not isinstance(person_id, str):
            continue
        roles.setdefault(person_id, []).append(role)
        if "same_as" not in raw:
            people.setdefault(person_id, _read_person(person_id, raw))
    return tuple(
        KnownPerson(
            id=person.id,
            names=person.names,
            native_name=person.native_name,
            birth_date=person.birth_date,
            numbers=person.numbers,
            country=person.country,
            roles=tuple(dict.fromkeys(roles[person.id])),
        )
        for person in people.values()
    )


def _iterate_people(case: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for _, raw in read_objects(case, "beneficiaries"):
        yield "beneficiary", raw
    yield "petitioner", read_object(case, "petitioner")
    for _, raw in read_objects(case, "supporters"):
        yield "supporter", read_object(raw, "person")
    for _, raw in read_objects(case, "others"):
        yield "other", raw


def _read_person(person_id: str, raw: dict[str, Any]) -> KnownPerson:
    names = [read_object(raw, "name"), *(name for _, name in read_objects(raw, "other_names"))]
    pairs = tuple((_read_text(name, "given"), _read_text(name, "family")) for name in names)
    passport = read_object(raw, "passport")
    numbers = (_read_text(passport, "number"), _read_text(raw, "a_number"), _read_text(raw, "ssn"))
    plain = (re.sub(r"[^0-9A-Z]", "", number.upper()) for number in numbers)
    return KnownPerson(
        id=person_id,
        names=tuple(pair for pair in pairs if any(pair)),
        native_name=_read_text(raw, "native_name"),
        birth_date=_read_day(raw),
        numbers=tuple(number for number in plain if number),
        country=_read_text(raw, "nationality") or _read_text(raw, "birth_country"),
    )


def _read_text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    return value if isinstance(value, str) and FILL_IN not in value else ""


def _read_day(raw: Mapping[str, Any]) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(_read_text(raw, "birth_date"))
    return None
