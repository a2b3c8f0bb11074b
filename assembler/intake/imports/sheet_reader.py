"""Read XLSX, ODS and CSV files into cells. Opens one file, read-only, in a worker process.

No formula is evaluated: a cell has the value that was saved with it.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

from lxml import etree

from assembler.intake.imports.cells import BadFile, Cell, Sheet
from assembler.intake.imports.csv_text import check_size, decode_csv, parse_csv

MAX_BYTES = 20_000_000
_MAX_UNPACKED = 300_000_000  # bytes
_MAX_RATIO = 200  # sheets of equal rows shrink to a hundredth
_MAX_MEMBERS = 2_000
_MAX_SHEETS = 50
_MAX_PLACES = 20_000_000  # cells of the smallest rectangle around all that are filled
_FORMULA = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<f')
_DIMENSION = re.compile(rb" r=[\"']([A-Za-z]+)([0-9]+)[\"']")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_STRINGS = re.compile(rb"<(?:\w+:)?sst\s[^>]*>")
_COUNT = re.compile(rb"\buniqueCount\s*=\s*[\"']\s*\+?([0-9]+)")
_MAX_DIGITS = 9  # of a count
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_XML = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
_DAMAGE = (
    zipfile.BadZipFile,
    OSError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    etree.XMLSyntaxError,
)
_SAVE_AGAIN = "open it in Excel or LibreOffice and save it again as XLSX"


def read_sheets(path: Path) -> tuple[Sheet, ...] | BadFile:
    """Return the sheets of a file, or why there are none; a worker's exception would lose its
    words."""
    try:
        return _read(path)
    except BadFile as error:
        return error


def _read(path: Path) -> tuple[Sheet, ...]:
    data = read_bytes(path)
    if data.startswith(b"PK"):
        return _read_workbook(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        problem = "it is a workbook of an old kind, or one with a password"
        raise BadFile("IMPORT.FILE", problem, "save it as XLSX, without a password")
    if data.startswith(b"%PDF"):
        raise BadFile("IMPORT.FILE", "it is a PDF, not a sheet", "name a sheet or a filled form")
    return (parse_csv(decode_csv(data)),)


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Return the content of a file. Raises BadFile."""
    try:
        if path.stat().st_size > limit:
            problem = f"it is larger than {limit // 1_000_000} MB"
            raise BadFile("IMPORT.LIMIT", problem, "divide it")
        return path.read_bytes()
    except OSError as error:
        problem = "it cannot be read"
        raise BadFile("IMPORT.FILE", problem, "look at its name and its permissions") from error


def _read_workbook(data: bytes) -> tuple[Sheet, ...]:
    from python_calamine import CalamineError, CalamineWorkbook

    formulas, starts_1904 = _examine_archive(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if len(names) > _MAX_SHEETS:
            problem = f"it has more than {_MAX_SHEETS} sheets"
            raise BadFile("IMPORT.LIMIT", problem, "delete the others")
        sheets = []
        for number, name in enumerate(names):
            source = book.get_sheet_by_index(number)
            rows: list[tuple[int, tuple[Cell, ...]]] = []
            for row, cells in enumerate(source.to_python(skip_empty_area=False), 1):
                plain = tuple(map(_simplify_cell, cells))
                while plain and plain[-1] is None:
                    plain = plain[:-1]
                if plain:
                    longest = max(len(cell) if isinstance(cell, str) else 0 for cell in plain)
                    check_size(len(rows), len(plain), longest, row)
                    rows.append((row, plain))
            merged = source.merged_cell_ranges or ()
            sheets.append(
                Sheet(
                    name=name,
                    rows=tuple(rows),
                    merged=tuple((*start, *end) for start, end in merged),
                    formulas=formulas.get(number, frozenset()),
                    starts_1904=starts_1904,
                )
            )
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, BadFile):
            raise
        problem = "it is not a workbook that can be read"
        raise BadFile("IMPORT.FILE", problem, _SAVE_AGAIN) from error
    return tuple(sheets)


def _simplify_cell(cell: object) -> Cell:
    """Return a cell without its time of day; None if it is empty."""
    match cell:
        case datetime():
            return cell.date()
        case bool() | int() | date():
            return cell
        case float():
            return int(cell) if cell.is_integer() else cell
        case time() | timedelta():
            return str(cell)
        case str():
            return cell if cell.strip() else None
        case _:
            return None


def _examine_archive(data: bytes) -> tuple[dict[int, frozenset[tuple[int, int]]], bool]:
    """Return the cells with formulas of each sheet, and whether dates count from 1904.

    Raises BadFile for an archive that would fill memory when unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            is_bomb = any(
                member.file_size > 10_000_000
                and member.file_size > _MAX_RATIO * max(member.compress_size, 1)
                for member in members
            )
            if len(members) > _MAX_MEMBERS or unpacked > _MAX_UNPACKED or is_bomb:
                problem = "its content is far larger than the file"
                raise BadFile("IMPORT.LIMIT", problem, "copy the rows into a new workbook")
            names = {member.filename for member in members}
            if "content.xml" in names:  # a cut one would keep the reader waiting for its end
                etree.fromstring(archive.read("content.xml"), _XML)
            book = archive.read("xl/workbook.xml") if "xl/workbook.xml" in names else b""
            for name in names:
                if name.lower().endswith("sharedstrings.xml"):
                    _refuse_false_count(archive.read(name))
            formulas = {}
            for number, name in enumerate(_list_sheet_files(archive, book, names)):
                text = archive.read(name) if name in names else b""
                _refuse_sparse(text)
                formulas[number] = frozenset(
                    (int(row) - 1, _find_column(letters)) for letters, row in _FORMULA.findall(text)
                )
    except _DAMAGE as error:
        raise BadFile("IMPORT.FILE", "the file is damaged", _SAVE_AGAIN) from error
    except ValueError as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile("IMPORT.FILE", "the file is damaged", _SAVE_AGAIN) from error
    return formulas, re.search(rb'date1904="(1|true)"', book) is not None


def _refuse_false_count(strings: bytes) -> None:
    """Raise BadFile for shared texts that say they are more than their bytes: the reader asks for
    memory for as many as they say."""
    counts = [count for tag in _STRINGS.findall(strings) for count in _COUNT.findall(tag)]
    if any(len(count) > _MAX_DIGITS or int(count) > len(strings) for count in counts):
        raise BadFile("IMPORT.FILE", "the file is damaged", _SAVE_AGAIN)


def _list_sheet_files(archive: zipfile.ZipFile, book: bytes, names: set[str]) -> list[str]:
    """Return the member of each sheet of an XLSX file, in the order of the workbook."""
    relations = "xl/_rels/workbook.xml.rels"
    links = archive.read(relations) if relations in names else b""
    targets = {
        tag.get(b"Id", b""): tag.get(b"Target", b"").decode("utf-8", "replace")
        for tag in (dict(_ATTRIBUTE.findall(text)) for text in _RELATION.findall(links))
    }
    tags = [dict(_ATTRIBUTE.findall(text)) for text in _SHEET.findall(book)]
    files = [targets.get(tag.get(b"r:id", b""), "") for tag in tags]
    return [file[1:] if file.startswith("/") else f"xl/{file}" for file in files]


def _refuse_sparse(text: bytes) -> None:
    """Raise BadFile for cells so far apart that the rectangle around them would fill memory."""
    right = bottom = 0
    for letters, row in _DIMENSION.findall(text):
        right, bottom = max(right, _find_column(letters) + 1), max(bottom, int(row))
    if right * bottom > _MAX_PLACES:
        problem = "filled cells are too far apart"
        raise BadFile("IMPORT.LIMIT", problem, "copy the rows into a new workbook")


def _find_column(letters: bytes) -> int:
    number = 0
    for letter in letters.decode().upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
