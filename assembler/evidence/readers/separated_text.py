"""Read a table as plain text: values with commas, semicolons, tabs or bars between them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from assembler.documents.paper_blocks import Paper
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.readers.reading import (
    FileReading,
    PaperTemplate,
    PrintedPaper,
    ReadRequest,
)
from assembler.evidence.readers.sheet_tables import (
    Sheet,
    SheetCell,
    SheetRow,
    check_row_count,
    make_sheet_blocks,
)
from assembler.evidence.readers.text import decode_text
from assembler.evidence.refusal import Refused

_SEPARATORS = ",;\t|"
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SAMPLE = 200_000  # characters in which the separator is looked for
_LINES = 20
_HINT = re.compile(r"sep=([,;\t|:^~])\r?\n")  # Excel writes it for itself
_MAX_FIELD = 1_000_000


def read_separated_text(request: ReadRequest) -> FileReading:
    """Return the rows of a table as text. Raises Refused if it is too large, or not in a known
    encoding."""
    text, encoding = decode_text(request.data)
    rows, separator = parse_rows(text)
    sheet = Sheet(name="", rows=tuple(rows))
    losses: tuple[Loss, ...] = ()
    if not encoding.startswith("utf"):
        problem = f"the table does not say its encoding; it was read as {encoding}"
        remedy = "check the letters with accents, or save the table as UTF-8"
        losses = (make_loss("EVID.ENCODING", problem, remedy),)
    separated = f"values separated by {_NAMES.get(separator, 'the sign that it names')}"
    paper = Paper(
        title="Table",
        facts=(("Format", f"Text, {separated}"), ("sha256", request.sha256)),
        blocks=make_sheet_blocks([sheet], request.attachment),
    )
    return FileReading(
        sections=(PrintedPaper(template=PaperTemplate.TABLE, paper=paper),),
        losses=losses,
        steps=(f"table in {encoding}, {separated}",),
    )


def parse_rows(text: str) -> tuple[list[SheetRow], str]:
    """Return the rows with any text, and the separator of their values. Raises Refused."""
    hint = _HINT.match(text)
    separator = hint[1] if hint else find_separator(text[:_SAMPLE])
    stream = io.StringIO(text[hint.end() if hint else 0 :], newline="")
    csv.field_size_limit(_MAX_FIELD)
    rows: list[SheetRow] = []
    try:
        for number, values in enumerate(csv.reader(stream, delimiter=separator), 1):
            cells = {
                column: SheetCell(text=_normalize_value(value))
                for column, value in enumerate(values)
                if value.strip()
            }
            if cells:
                rows.append(SheetRow(number=number, cells=cells))
                check_row_count(len(rows))
    except csv.Error as error:
        raise Refused(
            "EVID.BROKEN",
            "the table as text has a value that does not end",
            "open it in a spreadsheet program, and save it again",
        ) from error
    return rows, separator


def _normalize_value(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def find_separator(text: str) -> str:
    """Return the sign that most of the first lines have equally often."""
    lines = [line for line in re.split(r"\r\n|\n|\r", _QUOTED.sub('""', text)) if line][:_LINES]

    def rate(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in lines if separator in line]
        if not counts:
            return 0, 0
        common, times = Counter(counts).most_common(1)[0]
        return times, common

    return max(_SEPARATORS, key=rate)
