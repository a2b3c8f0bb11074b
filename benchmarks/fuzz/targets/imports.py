"""Parsers of sheets and answers of other programs."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from assembler.intake.imports.cells import BadFile, Sheet
from assembler.intake.imports.columns import match_sheets
from assembler.intake.imports.csv_text import decode_csv, guard_text, parse_csv, unguard_text
from assembler.intake.imports.json_reader import read_json
from assembler.intake.imports.row_facts import read_rows
from assembler.intake.imports.sheet_reader import read_sheets
from assembler.intake.imports.tables import ImportTables, load_own_columns, load_tables
from assembler.intake.imports.workbook import write_csv
from assembler.runtime.resources import Shelf
from benchmarks.fuzz.target import Target, require
from benchmarks.fuzz.targets.packing import packed, unpack
from tests.support.office_files import make_ods, make_workbook

_CSV = (
    b"Beneficiary 1 given name;Birth date;A-number\r\nAna;03/04/1990;A123456789\r\n",
    b'Given name,Family name,Date of birth\nOlena,"T, x",2001-02-03\n\n\'=1+1,b,\n',
    "sep=|\na|b\n1|2\n".encode("utf-16"),
    b"\xef\xbb\xbfname\tdate\nx\ty\n",
)
_HEADINGS = (
    *("Beneficiary 1 given name", "Petitioner birth date", "A-number", "Country of birth"),
    *("Beneficiary 1 family name", "Passport number", "Sex", "Phone", "Case id", "Reasons"),
)


@cache
def _find_file() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-")) / "input"


def _write(data: bytes) -> Path:
    path = _find_file()
    path.write_bytes(data)
    return path


@cache
def _load_tables() -> ImportTables:
    return load_tables(Shelf.default())


def _read_facts(sheets: tuple[Sheet, ...] | BadFile) -> None:
    if isinstance(sheets, BadFile):
        raise sheets
    tables = _load_tables()
    matched, table = match_sheets(sheets, (tables.columns, *tables.programs.values()))
    read_rows(matched, table, tables.reading("dmy"))


def _parse_csv(data: bytes) -> None:
    text = decode_csv(data)
    sheet = parse_csv(text)
    require(unguard_text(guard_text(text)) == text, "a guarded cell is read as it was")
    columns = [
        f"c{number}" for number in range(max((len(row) for _, row in sheet.rows), default=0))
    ]
    if len(columns) > 1 and len(sheet.rows) < 50:
        rows = [
            {key: str(cell) for key, cell in zip(columns, row, strict=False) if str(cell).strip()}
            for _, row in sheet.rows
        ]
        again = parse_csv(decode_csv(write_csv(columns, rows))).rows[1:]
        require(
            [[str(cell) for cell in row] for _, row in again]
            == [[row.get(key, "") for key in columns] for row in rows if row],
            "what is written is read as the same",
        )


def _import_csv(data: bytes) -> None:
    _read_facts((parse_csv(decode_csv(data)),))


def _draw_sheets() -> list[bytes]:
    rows = [
        list(_HEADINGS),
        ["Ana", "1990-03-04", 123456789, "Mexico", "M", "x", "F", 5551234, "a", ""],
    ]
    ods = make_ods(
        "<table:table table:name='S'><table:table-row><table:table-cell "
        "office:value-type='string'><text:p>Beneficiary 1 given name</text:p></table:table-cell>"
        "<table:table-cell office:value-type='string'><text:p>Case id</text:p></table:table-cell>"
        "<table:table-cell office:value-type='date' office:date-value='1990-03-04'/>"
        "</table:table-row></table:table>"
    )
    return [unpack(make_workbook(rows), ("xl/theme", "docProps")), unpack(ods)]


def _draw_json() -> tuple[bytes, ...]:
    return (
        b'{"data": [{"Beneficiary 1 given name": "Ana", "Petitioner birth date": "1990-03-04",'
        b' "list": [1, 2]}]}',
        b'[{"_class": "x", "Case id": "a", "Passport number": {"value": "F"}, "Phone": "5"},'
        b' {"a": [{"c": true}]}]',
    )


TARGETS = (
    Target(
        name="csv",
        modules=("assembler.intake.imports.csv_text",),
        parse=_parse_csv,
        seeds=lambda: _CSV,
        refusals=(BadFile,),
        tokens=(b",", b";", b"\t", b"|", b'"', b"\n", b"\r", b"'=", b"=", b"sep=", b"\xff\xfe"),
    ),
    Target(
        name="import-csv",
        modules=("assembler.intake.imports",),
        parse=_import_csv,
        seeds=lambda: _CSV[:2],
        refusals=(BadFile,),
        tokens=tuple(word.encode() for word in (*_HEADINGS, ";", "\n", "yes", "12/31/1999", "MX")),
        largest=8_192,
    ),
    Target(
        name="import-json",
        modules=("assembler.intake.imports.json_reader", "assembler.intake.imports.columns"),
        parse=lambda data: _read_facts(read_json(_write(data))),
        seeds=_draw_json,
        refusals=(BadFile,),
        tokens=(b"{", b"}", b"[", b"]", b'"value":', b'"_class":', b'"a":', b"null", b",", b"1e3"),
        largest=16_384,
    ),
    Target(
        name="import-workbook",
        modules=("assembler.intake.imports.sheet_reader",),
        parse=packed(lambda data: _read_facts(read_sheets(_write(data)))),
        seeds=_draw_sheets,
        refusals=(BadFile,),
        tokens=(
            b'<c r="A1"',
            b"<f>",
            b"<row ",
            b"<sheet ",
            b' t="s"',
            b"<v>",
            b'date1904="1"',
            b'r:id="',
        ),
    ),
    Target(
        name="import-columns",
        modules=("assembler.intake.imports.tables", "assembler.intake.imports.columns"),
        parse=lambda data: load_own_columns(_write(data), _load_tables().columns),
        seeds=lambda: (
            b'{"columns": {"Client": "Beneficiary 1 given name", "DOB": "Petitioner birth date"}}',
        ),
        refusals=(BadFile,),
        tokens=tuple(f'"{word}"'.encode() for word in (*_HEADINGS, "columns", "")),
        largest=8_192,
    ),
)
