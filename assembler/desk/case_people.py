"""The names of the people of a case, whatever shape its case.json has. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

BENEFICIARIES = ("beneficiaries",)
EVERYONE = ("petitioner", "beneficiaries", "others")


def name_people(raw: Mapping[str, Any], keys: Sequence[str] = BENEFICIARIES) -> dict[str, str]:
    """Return the name of each person by id; the id where there is no name."""
    return {
        person["id"]: _write_name(person.get("name")) or person["id"]
        for person in _list_persons(raw, keys)
        if isinstance(person.get("id"), str)
    }


def _list_persons(raw: Mapping[str, Any], keys: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    for key in keys:
        value = raw.get(key)
        for person in value if isinstance(value, list) else [value]:
            if isinstance(person, dict):
                yield person


def _write_name(name: object) -> str:
    parts = [name.get(key) for key in ("given", "family")] if isinstance(name, dict) else []
    return " ".join(part for part in parts if isinstance(part, str))
