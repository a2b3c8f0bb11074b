"""Read what a person types into a field as the value that case.json has for it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assembler.desk.case_fixes import read_number
from assembler.intake.case_words import CaseWords
from assembler.intake.date_forms import read_date


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedValue:
    """A typed text as a value; the text itself if it cannot be read, so that nothing is lost.

    `label`: the value as a person reads it. `choices`: value and label of each of several ways to
    read it.
    """

    value: Any
    label: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def read_typed(text: str, node: Mapping[str, Any], words: CaseWords) -> TypedValue:
    """Return the value of a typed text for a field of the schema; None for an empty text."""
    text = text.strip()
    if not text:
        return TypedValue(value=None)
    if node.get("format") == "date":
        return _read_day(text)
    if table := words.tables.get(str(node.get("x-names"))):
        code = text if text in table.names else table.find_code(text)
        return TypedValue(value=code or text, label=table.names.get(code or "", ""))
    if node.get("type") == "integer":
        number = read_number(text)
        return TypedValue(value=text if number is None else number)
    return TypedValue(value=text)


def _read_day(text: str) -> TypedValue:
    readings = [
        (reading.day.isoformat(), f"{reading.day:%B} {reading.day.day}, {reading.day.year}")
        for reading in read_date(text)
    ]
    if len(readings) == 1:
        return TypedValue(value=readings[0][0], label=readings[0][1])
    return TypedValue(value=text, choices=tuple(readings))
