"""Read text with separators: find its encoding and its separator. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from assembler.intake.imports.cells import BadFile, Sheet

MAX_ROWS = 5_000
MAX_COLUMNS = 500
MAX_CELL = 32_767  # characters, as in Excel
_SEPARATORS = ",;\t|"
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SAMPLE = 200_000  # characters in which the separator is looked for
_SAVE_AGAIN = 'save it again in Excel: Save as, "CSV UTF-8"'
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_RISKY = re.compile(r"'*[=+\-@\t\r]")
_UTF8_PAIR = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")


def decode_csv(data: bytes) -> str:
    """Return the text: UTF-8 with or without a mark, UTF-16, else Windows-1252. Raises BadFile."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return _decode(data, encoding)
    sample = data[:4_000]
    if sample[1::2].count(0) > len(sample) // 5:
        return _decode(data, "utf-16-le")
    if sample[::2].count(0) > len(sample) // 5:
        return _decode(data, "utf-16-be")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _UTF8_PAIR.search(data):
            line = data.count(b"\n", 0, error.start) + 1
            raise BadFile(
                "IMPORT.ENCODING",
                "parts of the file are in UTF-8 and parts in another encoding",
                _SAVE_AGAIN,
                f"line {line}",
            ) from error
        text = _decode(data, "cp1252")
    if "\0" in text:
        raise BadFile("IMPORT.FILE", "it is not a text file", "save it as CSV or XLSX")
    return text


def parse_csv(text: str, name: str = "") -> Sheet:
    """Return the cells of the text. Raises BadFile."""
    separator = ""
    if match := re.match(r"sep=(.)\r?\n", text):  # Excel writes it for itself
        separator = match[1]
    start = match.end() if match else 0
    csv.field_size_limit(10_000_000)
    reader = csv.reader(
        io.StringIO(text[start:], newline=""), delimiter=separator or find_separator(text[start:])
    )
    rows: list[tuple[int, tuple[str, ...]]] = []
    before = 1 if match else 0
    try:
        while True:
            line = reader.line_num + 1 + before
            cells = next(reader, None)
            if cells is None:
                break
            if any(cell.strip() for cell in cells):
                check_size(len(rows), len(cells), max(map(len, cells)), line)
                rows.append((line, tuple(map(unguard_text, cells))))
    except csv.Error as error:
        raise BadFile(
            "IMPORT.FILE",
            "the row here cannot be divided into cells",
            "look for a quote that is not closed",
            f"line {reader.line_num + before}",
        ) from error
    return Sheet(name=name, rows=tuple(rows))


def find_separator(text: str) -> str:
    """Return the separator that most of the first lines have, and have equally often."""
    # not splitlines(), which also breaks at form feeds and other signs that a cell may hold
    bare_text = _QUOTED.sub("", text[:_SAMPLE])  # a quoted cell may go over many lines
    # a line of quoted cells between tabs is now all tabs
    lines = [line for line in re.split(r"\r\n|\n|\r", bare_text)[:20] if line]
    counts = {separator: [line.count(separator) for line in lines] for separator in _SEPARATORS}

    def score(separator: str) -> tuple[int, int]:
        per_line = [count for count in counts[separator] if count]
        if not per_line:
            return 0, 0
        common, times = Counter(per_line).most_common(1)[0]
        return times, common

    return max(_SEPARATORS, key=score) if lines else ","


def check_size(rows: int, columns: int, longest: int, row: int) -> None:
    """Raise BadFile if a sheet has more than any list of clients."""
    if rows >= MAX_ROWS:
        raise BadFile("IMPORT.LIMIT", f"it has more than {MAX_ROWS:,} rows", "divide it")
    if columns > MAX_COLUMNS:
        raise BadFile(
            "IMPORT.LIMIT",
            f"it has more than {MAX_COLUMNS} columns",
            "delete the others",
            f"row {row}",
        )
    if longest > MAX_CELL:
        raise BadFile(
            "IMPORT.LIMIT",
            f"a cell has more than {MAX_CELL:,} characters",
            "shorten it; in a CSV file, look for a quote that is not closed",
            f"row {row}",
        )


def guard_text(text: str) -> str:
    """Return a cell of a CSV file that no spreadsheet program takes for a formula."""
    return f"'{text}" if _RISKY.match(text) else text


def unguard_text(text: str) -> str:
    """Return what `guard_text` was given."""
    return text[1:] if _GUARDED.match(text) else text


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(
            "IMPORT.ENCODING",
            "the letter here cannot be read in the file's encoding",
            _SAVE_AGAIN,
            f"line {line}",
        ) from error
