"""Read a value of any shape, skipping what is not of the expected type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def read_object(value: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the object under a key, or an empty one."""
    child = value.get(key)
    return child if isinstance(child, dict) else {}


def read_objects(
    value: dict[str, Any], key: str, where: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, entry) of the objects in the list under a key."""
    for position, entry in enumerate(_get_list(value, key)):
        if isinstance(entry, dict):
            yield f"{where}/{key}/{position}", entry


def read_strings(value: dict[str, Any], key: str, where: str) -> Iterator[tuple[str, str]]:
    """Yield (place, text) of the texts in the list under a key."""
    for position, entry in enumerate(_get_list(value, key)):
        if isinstance(entry, str):
            yield f"{where}/{key}/{position}", entry


def read_file_lists(exhibit: dict[str, Any], where: str) -> Iterator[tuple[str, list[Any]]]:
    """Yield (place, list) of an exhibit's lists of files: originals, translation, certificate."""
    yield f"{where}/files", _get_list(exhibit, "files")
    for key in ("files", "certificate"):
        yield f"{where}/translation/{key}", _get_list(read_object(exhibit, "translation"), key)


def read_path(entry: Any) -> str:
    """Return the path of an entry of such a list, "" if it has none."""
    path = entry.get("path") if isinstance(entry, dict) else entry
    return path if isinstance(path, str) else ""


def read_listed_paths(case: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (place, path) of every file the case names."""
    for where, exhibit in read_objects(case, "exhibits"):
        for list_place, files in read_file_lists(exhibit, where):
            for position, entry in enumerate(files):
                if path := read_path(entry):
                    yield f"{list_place}/{position}", path
    for where, form in read_objects(case, "forms"):
        if path := read_path(form):
            yield f"{where}/path", path


def _get_list(value: dict[str, Any], key: str) -> list[Any]:
    child = value.get(key)
    return child if isinstance(child, list) else []
