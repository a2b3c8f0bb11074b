"""Read JSON of other programs as a sheet: a path is a heading, an object a row.

Opens one file, read-only, in a worker process. Limits are those of case.json.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assembler.intake.imports.cells import BadFile, Cell, Sheet
from assembler.intake.imports.csv_text import MAX_ROWS
from assembler.intake.imports.sheet_reader import read_bytes
from assembler.intake.json_text import MAX_BYTES, BadJson, decode_text, parse_json

_MAX_PATHS = 5_000
_UNWRAPPED = ("elements", "lookup_value_name")  # of docassemble's lists, LegalServer's choices
_OURS = ("instanceName", "auto_gather", "gathered", "there_are_any", "ask_number")


def is_json(source: Path) -> bool:
    """Return whether a file is JSON, by its first sign."""
    try:
        with source.open("rb") as stream:
            return stream.read(200).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    except OSError:
        return False


def read_json(source: Path) -> tuple[Sheet, ...] | BadFile:
    """Return the objects of a file as a sheet, or why there is none."""
    try:
        data = read_bytes(source, MAX_BYTES).removeprefix(b"\xef\xbb\xbf")
        value = parse_json(decode_text(data))[0]
        return (_make_sheet(value),)
    except BadJson as error:
        place = f"line {error.line}"
        return BadFile("IMPORT.FILE", error.problem, error.remedy, place)
    except BadFile as error:
        return error


def _make_sheet(value: Any) -> Sheet:
    objects = _list_objects(value)
    if len(objects) > MAX_ROWS:
        raise BadFile("IMPORT.LIMIT", f"it has more than {MAX_ROWS:,} entries", "divide it")
    rows = [dict(_flatten(entry, "")) for entry in objects]
    paths = list(dict.fromkeys(path for row in rows for path in row))
    if len(paths) > _MAX_PATHS:
        problem = f"it has more than {_MAX_PATHS:,} different fields"
        raise BadFile("IMPORT.LIMIT", problem, "export fewer fields")
    cells = [(number, tuple(row.get(path) for path in paths)) for number, row in enumerate(rows, 1)]
    return Sheet(name="", rows=((0, tuple(paths)), *cells), is_json=True)


def _list_objects(value: Any) -> list[Any]:
    """Return the objects that are rows: those of a list, at the top or as the only one in it."""
    if isinstance(value, dict):
        lists = [
            entry
            for entry in value.values()
            if isinstance(entry, list) and entry and all(isinstance(row, dict) for row in entry)
        ]
        plain = [entry for entry in value.values() if isinstance(entry, dict)]
        is_envelope = len(lists) == 1 and not plain and len(value) <= 4 and "_class" not in value
        return lists[0] if is_envelope else [value]
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _flatten(value: Any, path: str) -> Iterator[tuple[str, Cell]]:
    match value:
        case dict():
            for key, entry in value.items():
                if key in _UNWRAPPED:
                    yield from _flatten(entry, path)
                elif not key.startswith("_") and key not in _OURS:
                    yield from _flatten(entry, f"{path}.{key}" if path else key)
        case list() if value and not any(isinstance(entry, (dict, list)) for entry in value):
            yield path, "; ".join(str(entry) for entry in value if entry is not None)
        case list():
            for number, entry in enumerate(value, 1):
                yield from _flatten(entry, f"{path}.{number}")
        case None | "":
            return
        case _:
            yield path, value
