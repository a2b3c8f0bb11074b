"""Read the tables of `schemas/imports/` and a firm's own table of columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from assembler.errors import TemplateBroken
from assembler.intake.case_fields import CaseFields, read_fields
from assembler.intake.case_words import read_words
from assembler.intake.imports.cells import BadFile
from assembler.intake.imports.columns import ColumnTable, add_names, add_own_headings, parse_table
from assembler.intake.imports.conversions import Reading, Words, parse_words
from assembler.intake.imports.sheet_reader import read_bytes
from assembler.intake.json_text import BadJson, decode_text, parse_json
from assembler.runtime.resources import Shelf

CASE_SCHEMA = "schemas/case.schema.json"
COLUMNS = "schemas/imports/columns.json"
FOLDER = "schemas/imports"
_MAX_TABLE = 1_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTables:
    """What an import looks up."""

    fields: CaseFields
    columns: ColumnTable
    words: Words
    needed: tuple[str, ...]
    programs: Mapping[str, ColumnTable]  # program → its headings before ours

    def reading(self, date_order: str = "") -> Reading:
        """Return how cells are read."""
        return Reading(fields=self.fields, words=self.words, date_order=date_order)


def load_tables(shelf: Shelf) -> ImportTables:
    """Return the tables of a shelf. Raises TemplateBroken."""
    programs = {name: shelf.read(name) for name in shelf.names(FOLDER, ".json") if name != COLUMNS}
    return _load(
        shelf.read(COLUMNS),
        shelf.read(CASE_SCHEMA),
        tuple(sorted(programs.items())),
        shelf,
    )


@cache
def _load(
    columns: bytes, schema: bytes, programs: tuple[tuple[str, bytes], ...], shelf: Shelf
) -> ImportTables:
    raw = _parse(columns, COLUMNS)
    fields = read_fields(schema)
    try:
        table = parse_table(raw, fields)
        return ImportTables(
            fields=fields,
            columns=table,
            words=parse_words(read_words(shelf), raw["words"]),
            needed=tuple(raw["needed"]),
            programs={
                Path(name).stem: _parse_program(raw, name, data, fields) for name, data in programs
            },
        )
    except (KeyError, TypeError, AttributeError, BadFile) as error:
        raise TemplateBroken(
            "an entry is missing or of the wrong type",
            where=FOLDER,
            remedy="compare it with the table of the installed version",
        ) from error


def _parse_program(raw: dict[str, Any], name: str, data: bytes, fields: CaseFields) -> ColumnTable:
    """Return the table of another program: its names for people and fields, and single headings."""
    more = _parse(data, name)
    table = add_own_headings(parse_table(add_names(raw, more), fields), more["columns"])
    return replace(table, program=Path(name).stem)


def load_own_columns(path: Path, table: ColumnTable) -> ColumnTable:
    """Return the table with a firm's own headings: JSON, {"columns": {heading: place}}.

    Raises:
        BadFile: the file is no such table.
    """
    try:
        raw = parse_json(decode_text(read_bytes(path, _MAX_TABLE)))[0]
    except BadJson as error:
        place = f"line {error.line}"
        raise BadFile("IMPORT.COLUMNS", error.problem, error.remedy, place) from error
    own = raw.get("columns") if isinstance(raw, dict) else None
    if not isinstance(own, dict) or not all(isinstance(place, str) for place in own.values()):
        raise BadFile(
            "IMPORT.COLUMNS",
            "it is no table of columns",
            'write {"columns": {"heading of the sheet": "Beneficiary 1 birth date"}}',
        )
    return add_own_headings(table, own)


def _parse(data: bytes, where: str) -> dict[str, Any]:
    try:
        value = parse_json(data.decode())[0]
    except (BadJson, UnicodeDecodeError) as error:
        raise TemplateBroken("it is not JSON", where=where, remedy="fix it") from error
    if not isinstance(value, dict):
        raise TemplateBroken("it is no JSON object", where=where, remedy="fix it")
    return value
