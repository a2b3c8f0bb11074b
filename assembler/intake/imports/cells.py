"""Values that cross the modules of this package: cells, sheets, and what cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

Cell = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The cells of one sheet, from its first row and column.

    `rows` hold a number of their own, from 1, as a person sees them. `merged`: top, left, bottom,
    right of merged cells, from 0. `formulas`: cells, row and column from 0, that hold a formula.
    """

    name: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    starts_1904: bool = False  # day 0 of its dates is in 1904, not in 1899
    is_json: bool = False  # headings are paths, rows are entries


class BadFile(ValueError):
    """A file that cannot be imported; the words hold nothing of its content."""

    def __init__(self, rule: str, problem: str, remedy: str, place: str = "") -> None:
        super().__init__(problem)
        self.rule, self.problem, self.remedy, self.place = rule, problem, remedy, place

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes."""
        return BadFile, (self.rule, self.problem, self.remedy, self.place)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a cell cannot be used, in words without its value."""

    problem: str
    remedy: str
    rule: str = "IMPORT.VALUE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the imported file a fact is: row and column from 1; 0 where it has none."""

    row: int = 0
    column: int = 0
    label: str = ""  # for files without rows: a field of a form, a path in JSON

    @property
    def text(self) -> str:
        """Return "row 3, column F" or the label."""
        if self.label:
            return self.label
        words = [f"row {self.row}"] if self.row else []
        words += [f"column {format_column(self.column)}"] if self.column else []
        return ", ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value for a place of case.json, and where it stood; `value` may be `Unreadable`."""

    pointer: str
    value: object
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """The facts of one row, or of all rows of one case."""

    facts: Mapping[str, Fact]
    row: int = 0  # the first of its rows, from 1


def format_column(number: int) -> str:
    """Return the letters of a column, counted from 1: 28 is AB."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
