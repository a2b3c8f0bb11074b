"""Reading a value that may be of any shape: what is not of the kind asked for is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def part(value: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under a key, or an empty one."""
    one = value.get(key)
    return one if isinstance(one, dict) else {}


def entries(
    value: dict[str, Any], key: str, where: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, entry) of the objects in the list under a key."""
    for position, one in enumerate(_list(value, key)):
        if isinstance(one, dict):
            yield f"{where}/{key}/{position}", one


def strings(value: dict[str, Any], key: str, where: str) -> Iterator[tuple[str, str]]:
    """(place, text) of the texts in the list under a key."""
    for position, one in enumerate(_list(value, key)):
        if isinstance(one, str):
            yield f"{where}/{key}/{position}", one


def groups(exhibit: dict[str, Any], where: str) -> Iterator[tuple[str, list[Any]]]:
    """(place, list) of an exhibit's lists of files: originals, translation, certificate."""
    yield f"{where}/files", _list(exhibit, "files")
    for key in ("files", "certificate"):
        yield f"{where}/translation/{key}", _list(part(exhibit, "translation"), key)


def path_of(entry: Any) -> str:
    """The path of an entry of such a list, "" if it has none."""
    path = entry.get("path") if isinstance(entry, dict) else entry
    return path if isinstance(path, str) else ""


def listed(case: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(place, path) of every file the case names."""
    for where, exhibit in entries(case, "exhibits"):
        for at, group in groups(exhibit, where):
            for position, one in enumerate(group):
                if path := path_of(one):
                    yield f"{at}/{position}", path
    for where, form in entries(case, "forms"):
        if path := path_of(form):
            yield f"{where}/path", path


def _list(value: dict[str, Any], key: str) -> list[Any]:
    one = value.get(key)
    return one if isinstance(one, list) else []
