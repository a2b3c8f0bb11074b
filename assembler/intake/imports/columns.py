"""Match the headings of a sheet with places of case.json. Pure.

The shipped table is `schemas/imports/columns.json`; tables of other programs and a firm's own name
headings one by one, and are asked first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from assembler.intake.case_fields import CaseFields
from assembler.intake.case_words import fold_word
from assembler.intake.imports.cells import BadFile, Cell, Sheet, format_column

_HEADER_ROWS = 30  # a heading may stand below a title and a few remarks
_LONGEST = 120  # characters of a heading
_DIGITS = re.compile(r"[0-9]+")
_ENOUGH = 2  # known headings that make a row the row of headings
IGNORED = ""  # what a table writes for a heading that is left out on purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The place a column stands for; `otherwise` is where a value goes that does not fit it."""

    pointer: str
    otherwise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldColumn:
    """A column that `export` writes: place with {n} and {m}, and heading."""

    pointer: str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTable:
    """What headings stand for. `program`: whose headings they are, if not ours."""

    targets: Mapping[str, Target]  # folded heading, # for a number → place with {n} and {m}
    columns: tuple[FieldColumn, ...]
    role_headings: frozenset[str] = frozenset()
    roles: Mapping[str, str] = field(default_factory=dict)  # folded word → place with {n}
    own: Mapping[str, str] = field(default_factory=dict)  # folded heading → place, or IGNORED
    program: str = ""

    def find(self, heading: str) -> Target | None:
        """Return what a heading stands for; None if it is unknown."""
        folded = fold_word(heading[:_LONGEST])
        if folded in self.own:
            return Target(pointer=self.own[folded])
        for key, numbers in _iterate_without_numbers(folded):
            if target := self.targets.get(key):
                return _fill_numbers(target, numbers)
        return None

    def is_known(self, heading: str) -> bool:
        """Return whether a heading is in a table, also if it is left out on purpose."""
        return fold_word(heading[:_LONGEST]) in self.role_headings or self.find(heading) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a sheet: index from 0, heading, and what it stands for."""

    index: int
    heading: str
    target: Target | None
    is_path: bool = False

    @property
    def name(self) -> str:
        """Return "column F (Birth date)"; the path in a file without columns."""
        words = " ".join(self.heading.split())[:40]
        if self.is_path:
            return words
        return f"column {format_column(self.index + 1)} ({words})"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedSheet:
    """A sheet whose headings were found."""

    sheet: Sheet
    header: int  # position of the row of headings in `sheet.rows`
    columns: tuple[Column, ...]
    role: int | None = None  # index of the column that says who a row is about

    @property
    def used(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.target and column.target.pointer)

    @property
    def known(self) -> int:
        """Return how many headings the table knows, those that it leaves out too."""
        return sum(column.target is not None for column in self.columns)

    @property
    def ignored(self) -> tuple[Column, ...]:
        """Return the columns that stand for nothing of a case."""
        return tuple(
            column
            for column in self.columns
            if column.index != self.role and not (column.target and column.target.pointer)
        )


def add_names(raw: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table of columns with names of another program for people, and for their
    fields."""
    people, aliases = more.get("names", {}), more.get("aliases", {})
    groups = [
        {**group, "names": [*group["names"], *people.get(group["pointer"], ())]}
        for group in raw["groups"]
    ]
    fields = {
        kind: [
            {**entry, "aliases": [*entry["aliases"], *aliases.get(entry["pointer"], ())]}
            if kind in ("person", "attorney")
            else entry
            for entry in entries
        ]
        for kind, entries in raw["fields"].items()
    }
    return {**raw, "groups": groups, "fields": fields}


def parse_table(raw: Mapping[str, Any], fields: CaseFields) -> ColumnTable:
    """Return the table of `schemas/imports/columns.json`."""
    targets: dict[str, Target] = {}
    columns: list[FieldColumn] = []
    for group in raw["groups"]:
        for entry in raw["fields"][group["fields"]]:
            pointer = group["pointer"] + entry["pointer"]
            place = pointer.replace("{n}", "0").replace("{m}", "0")
            if pointer.endswith("/same_as") and fields.field(place).key != "same_as":
                continue  # a beneficiary is described under beneficiaries
            otherwise = group["pointer"] + entry["otherwise"] if "otherwise" in entry else ""
            target = Target(pointer=pointer, otherwise=otherwise)
            for key in _iterate_keys(group, entry, fields):
                targets.setdefault(key, target)
            if not pointer.endswith("/name"):
                number = " {n}" if "{n}" in group["pointer"] else ""
                heading = f"{group['heading']}{number} {entry['heading']}"
                columns.append(FieldColumn(pointer=pointer, heading=heading))
    return ColumnTable(
        targets=targets,
        columns=tuple(columns),
        role_headings=frozenset(map(fold_word, raw["roles"]["headings"])),
        roles={fold_word(word): place for word, place in raw["roles"]["values"].items()},
    )


def add_own_headings(table: ColumnTable, own: Mapping[str, str]) -> ColumnTable:
    """Return the table with headings of another table, which are asked first.

    Args:
        own: heading → JSON pointer, or the name of a field as messages print it; "" leaves it out.

    Raises:
        BadFile: a place is none.
    """
    places: dict[str, str] = {}
    for heading, place in own.items():
        pointer = place
        if place and not place.startswith("/"):
            target = table.find(place)
            if target is None:
                raise BadFile(
                    "IMPORT.COLUMNS",
                    "a heading has a place that is no field of a case",
                    "write a JSON pointer such as /beneficiaries/0/birth_date",
                )
            pointer = target.pointer
        places[fold_word(heading[:_LONGEST])] = pointer
    return replace(table, own={**table.own, **places})


def match_sheets(
    sheets: Sequence[Sheet], tables: Sequence[ColumnTable]
) -> tuple[MatchedSheet, ColumnTable]:
    """Return the sheet with the most known headings, and the table that knows them. Raises BadFile
    if there is none, or if two of its columns say the same."""
    best: MatchedSheet | None = None
    best_table = tables[0]
    for table in tables:
        for sheet in sheets:
            matched = _match(sheet, table)
            if matched and (best is None or matched.known > best.known):
                best, best_table = matched, table
    if best is None:
        raise BadFile(
            "IMPORT.HEADINGS",
            f"no row has {_ENOUGH} headings that are known",
            "compare its headings with `assembler import --template clients.xlsx`, or name them "
            "with --columns",
        )
    _refuse_twins(best)
    _refuse_merged(best)
    return best, best_table


def format_heading(column: FieldColumn, numbers: Mapping[str, int]) -> str:
    """Return a heading of `export`; the first person of a kind has no number."""
    number = str(numbers.get("n", 0) + 1) if numbers.get("n") else ""
    other = str(numbers.get("m", 0) + 1)
    heading = column.heading.replace(" {n}", f" {number}" if number else "")
    return heading.replace("{m}", other)


def _iterate_keys(
    group: Mapping[str, Any], entry: Mapping[str, Any], fields: CaseFields
) -> Iterator[str]:
    """Yield every folded heading that stands for a field of a group, # for its numbers."""
    concrete = (group["pointer"] + entry["pointer"]).replace("{n}", "0").replace("{m}", "0")
    yield _DIGITS.sub("#", fold_word(fields.label(concrete, None)))
    numbered = "{n}" in group["pointer"]
    for name in group["names"]:
        for alias in (entry["heading"], *entry["aliases"]):
            for word in {alias.replace("{m}", "\0"), alias.replace("{m}", "")}:
                folded = "#".join(map(fold_word, word.split("\0")))
                yield fold_word(name) + folded
                if numbered and name:
                    yield f"{fold_word(name)}#{folded}"
                    yield f"{fold_word(name)}{folded}#"  # birth date of beneficiary 2, as "… 2"


def _iterate_without_numbers(folded: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the heading as it is, then with some of its numbers taken out."""
    runs = list(_DIGITS.finditer(folded))[:4]
    for count in range(len(runs) + 1):
        for chosen in combinations(runs, count):
            key, end = "", 0
            for run in chosen:
                key += folded[end : run.start()] + "#"
                end = run.end()
            yield key + folded[end:], tuple(int(run[0][:4]) for run in chosen)


def _fill_numbers(target: Target, numbers: Sequence[int]) -> Target:
    left = list(numbers)

    def fill(pointer: str, values: list[int]) -> str:
        for name in ("{n}", "{m}"):
            if name in pointer:
                is_last = name == "{n}" and "{m}" in pointer and len(values) == 1
                value = values.pop(0) if values and not is_last else 1
                pointer = pointer.replace(name, str(max(value, 1) - 1))
        return pointer

    return Target(
        pointer=fill(target.pointer, list(left)),
        otherwise=fill(target.otherwise, list(left)) if target.otherwise else "",
    )


def _match(sheet: Sheet, table: ColumnTable) -> MatchedSheet | None:
    best: MatchedSheet | None = None
    # the paths of JSON are its first row
    for position, (_, cells) in enumerate(sheet.rows[: 1 if sheet.is_json else _HEADER_ROWS]):
        columns = tuple(
            Column(index=index, heading=cell, target=table.find(cell), is_path=sheet.is_json)
            for index, cell in enumerate(cells)
            if isinstance(cell, str) and cell.strip()
        )
        roles = [column for column in columns if fold_word(column.heading) in table.role_headings]
        matched = MatchedSheet(
            sheet=sheet,
            header=position,
            columns=columns,
            role=roles[0].index if roles else None,
        )
        if len(matched.used) >= _ENOUGH and (best is None or len(matched.used) > len(best.used)):
            best = matched
    return best


def _refuse_twins(matched: MatchedSheet) -> None:
    seen: dict[str, Column] = {}
    for column in matched.used:
        pointer = column.target.pointer if column.target else ""
        if pointer in seen:
            raise BadFile(
                "IMPORT.TWICE",
                f"{seen[pointer].name} and {column.name} are the same field",
                "delete or rename one of them",
            )
        seen[pointer] = column


def _refuse_merged(matched: MatchedSheet) -> None:
    """Raise BadFile for merged cells of used columns: only their first cell has the value."""
    first = matched.sheet.rows[matched.header][0] - 1
    used = {column.index for column in matched.used}
    for top, left, bottom, right in matched.sheet.merged:
        if bottom >= first and used & set(range(left, right + 1)):
            raise BadFile(
                "IMPORT.MERGED",
                f"merged cells from {format_column(left + 1)}{top + 1} to "
                f"{format_column(right + 1)}{bottom + 1}",
                "unmerge them, and write the value into each cell it is for",
            )


def get_cell(cells: Sequence[Cell], index: int) -> Cell:
    """Return a cell of a row; None behind its end."""
    return cells[index] if index < len(cells) else None
