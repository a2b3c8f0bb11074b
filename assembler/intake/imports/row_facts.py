"""Turn the rows of a sheet into facts, each for a place of case.json. Pure.

A row is a case; where a column says who a row is about ("Role"), it is a person, and rows with the
same case number are one case.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assembler.intake.case_words import fold_word
from assembler.intake.imports.cells import BadFile, Cell, Fact, Place, RowFacts, Unreadable
from assembler.intake.imports.columns import (
    Column,
    ColumnTable,
    MatchedSheet,
    Target,
    get_cell,
)
from assembler.intake.imports.conversions import Reading, convert_cell

_ERROR = re.compile(r"#(?:REF|N/A|VALUE|NAME|DIV/0|NUM|NULL|GETTING_DATA|SPILL|CALC)[!?]?")
_DEFAULT_PERSON = "/beneficiaries/0"
_DEFAULT_SUPPORTER = "/supporters/0"
CASE_ID = "/id"


def read_rows(matched: MatchedSheet, table: ColumnTable, reading: Reading) -> tuple[RowFacts, ...]:
    """Return the facts of each case of a sheet, in its order. Raises BadFile."""
    rows = [
        _Row(number=number, cells=cells)
        for number, cells in matched.sheet.rows[matched.header + 1 :]
        if any(get_cell(cells, column.index) is not None for column in matched.used)
        and not all(_is_blank(get_cell(cells, column.index)) for column in matched.used)
    ]
    if matched.role is None:
        return tuple(
            RowFacts(
                facts=expand_names(
                    fact
                    for column in matched.used
                    if column.target
                    and (fact := _read_fact(row, column, column.target, matched, reading))
                ),
                row=row.number,
            )
            for row in rows
        )
    return _read_people(rows, matched, table, reading)


def expand_names(facts: Iterable[Fact]) -> dict[str, Fact]:
    """Return facts by place; a full name becomes the given and the family name, unless columns of
    their own have them."""
    given = {fact.pointer: fact for fact in facts}
    for pointer, fact in [*given.items()]:
        if isinstance(fact.value, dict):
            del given[pointer]
            for part, value in fact.value.items():
                place = f"{pointer}/{part}"
                given.setdefault(place, Fact(pointer=place, value=value, place=fact.place))
        elif (
            pointer.endswith("/name") and {f"{pointer}/given", f"{pointer}/family"} <= given.keys()
        ):
            del given[pointer]
    return given


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    number: int
    cells: tuple[Cell, ...]


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _read_fact(
    row: _Row, column: Column, target: Target, matched: MatchedSheet, reading: Reading
) -> Fact | None:
    """Return the fact of a cell; None if it is empty."""
    cell = get_cell(row.cells, column.index)
    place = Place(row=row.number, column=column.index + 1)
    if matched.sheet.is_json:
        place = Place(label=f"entry {row.number}, {column.heading}")
    is_formula = (row.number - 1, column.index) in matched.sheet.formulas
    if isinstance(cell, str) and _ERROR.fullmatch(cell.strip()):
        problem = Unreadable(
            "its formula gives an error", "type the value itself", "IMPORT.FORMULA"
        )
        return Fact(pointer=target.pointer, value=problem, place=place)
    if _is_blank(cell):
        if not is_formula:
            return None
        problem = Unreadable(
            "its formula has no saved value, or gives an error",
            "open the workbook in Excel, save it, and import it again",
            "IMPORT.FORMULA",
        )
        return Fact(pointer=target.pointer, value=problem, place=place)
    value = convert_cell(cell, target.pointer, reading)
    if isinstance(value, Unreadable) and target.otherwise:
        other = convert_cell(cell, target.otherwise, reading)
        if not isinstance(other, Unreadable):
            return Fact(pointer=target.otherwise, value=other, place=place)
    return Fact(
        pointer=target.pointer, value=_complete_zip(value, cell, row, column, matched), place=place
    )


def _complete_zip(
    value: object, cell: Cell, row: _Row, column: Column, matched: MatchedSheet
) -> object:
    """Return a ZIP code with the zeros that a number has lost, where the address has a U.S.
    state."""
    pointer = column.target.pointer if column.target else ""
    if not (pointer.endswith("/postal_code") and isinstance(cell, int) and len(str(cell)) < 5):
        return value
    state = pointer.removesuffix("postal_code") + "state"
    states = [
        other
        for other in matched.used
        if other.target is not None and other.target.pointer == state
    ]
    has_state = any(not _is_blank(get_cell(row.cells, other.index)) for other in states)
    return str(cell).zfill(5) if has_state else value


def _read_people(
    rows: list[_Row], matched: MatchedSheet, table: ColumnTable, reading: Reading
) -> tuple[RowFacts, ...]:
    """Return the facts of each case, where a row is a person."""
    cases: dict[object, dict[str, Fact]] = {}
    first: dict[object, int] = {}
    counts: dict[object, defaultdict[str, int]] = {}
    for row in rows:
        home = _find_role(row, matched, table)
        case_facts = [
            fact
            for column in matched.used
            if column.target
            and column.target.pointer == CASE_ID
            and (fact := _read_fact(row, column, column.target, matched, reading))
        ]
        key = str(case_facts[0].value) if case_facts else ""
        number = counts.setdefault(key, defaultdict(int))
        base = home.replace("{n}", str(number[home]))
        number[home] += 1
        facts = cases.setdefault(key, {})
        first.setdefault(key, row.number)
        row_facts = expand_names(
            fact
            for column in matched.used
            if column.target
            and (
                fact := _read_fact(row, column, _move_target(column.target, base), matched, reading)
            )
        )
        _join(facts, row_facts)
    return tuple(RowFacts(facts=facts, row=first[key]) for key, facts in cases.items())


def _join(facts: dict[str, Fact], row_facts: Mapping[str, Fact]) -> None:
    """Add the facts of a row to those of its case. Raises BadFile for two values of one place."""
    for pointer, fact in row_facts.items():
        known = facts.setdefault(pointer, fact)
        if known.value != fact.value and not isinstance(fact.value, Unreadable):
            raise BadFile(
                "IMPORT.TWICE",
                "another row of the same case has another value for the same field",
                "correct one of them",
                f"{fact.place.text} and row {known.place.row}",
            )


def _find_role(row: _Row, matched: MatchedSheet, table: ColumnTable) -> str:
    """Return the place, with {n}, of the person a row is about. Raises BadFile."""
    index = matched.role if matched.role is not None else 0
    cell = get_cell(row.cells, index)
    home = table.roles.get(fold_word(re.sub(r"[0-9]+$", "", str(cell or "").strip())))
    if home is None:
        raise BadFile(
            "IMPORT.ROLE",
            "the role is none that is known",
            "write beneficiary, petitioner, supporter or other",
            Place(row=row.number, column=index + 1).text,
        )
    return home


def _move_target(target: Target, base: str) -> Target:
    """Return the place of a column for the person of a row."""

    def move(pointer: str) -> str:
        if pointer.startswith(f"{_DEFAULT_PERSON}/"):
            return base + pointer.removeprefix(_DEFAULT_PERSON)
        supporter = base.removesuffix("/person")
        if base != supporter and pointer.startswith(f"{_DEFAULT_SUPPORTER}/"):
            return supporter + pointer.removeprefix(_DEFAULT_SUPPORTER)
        return pointer

    return Target(
        pointer=move(target.pointer), otherwise=move(target.otherwise) if target.otherwise else ""
    )
