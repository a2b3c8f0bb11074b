"""Tell tables as text from prose, and read their rows, independently of the code that prints
them."""

from __future__ import annotations

import codecs
import csv
import io
import re

from assembler.model import FileOptions, PassageKind
from assembler.proof.file_contents import FileContents, NumberedText, make_contents
from assembler.proof.text_contents import decode_words

_SEPARATORS = (",", ";", "\t", "|")
_HEAD = 65_536  # bytes that tell what a text is
_LINES = 12
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LONGEST, _USUAL = 120, 20  # bytes of a value


def is_table(data: bytes) -> bool:
    """Return whether the first lines have one number of separators, at least two, and values
    between them that are too short for sentences."""
    head = data[:_HEAD]
    text = decode_words(head).encode() if head.startswith(_WIDE_MARKS) else head
    text = text.removeprefix(codecs.BOM_UTF8)
    bare = re.sub(rb'"[^"]*"', b"", text)
    lines = [line for line in bare.splitlines()[:_LINES] if line.strip()]
    if len(lines) > 3:
        del lines[-1]
    if len(lines) < 2:
        return False
    for separator in (b",", b";", b"\t"):
        cuts = [line.split(separator) for line in lines]
        if len(cuts[0]) < 3 or any(len(cut) != len(cuts[0]) for cut in cuts):
            continue
        if separator == b"\t" or not _is_prose(lines, cuts):
            return True
    return False


def _is_prose(lines: list[bytes], cuts: list[list[bytes]]) -> bool:
    values = [value for cut in cuts for value in cut]
    if any(len(value) > _LONGEST for value in values):
        return True
    behind = [value for cut in cuts for value in cut[1:]]
    if sum(value.startswith(b" ") for value in behind) * 2 < len(behind):
        return False
    if len(lines) < 3 or sum(map(len, values)) > _USUAL * len(values):
        return True
    return any(line.rstrip()[-1:] in (b".", b"!", b"?", b":") for line in lines if line.strip())


def read_table_contents(data: bytes, _options: FileOptions) -> FileContents:
    """Return the rows of a table as text."""
    text = decode_words(data).replace("\r\n", "\n").replace("\r", "\n")
    separator = ""
    if text.startswith("sep=") and text[5:6] == "\n":
        separator, text = text[4], text[6:]
    separator = separator or _find_separator(text)
    csv.field_size_limit(10_000_000)
    numbered = []
    for number, values in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1):
        words = " ".join(value for value in values if value.strip())
        if words:
            numbered.append(NumberedText(kind=PassageKind.ROW, number=number, text=words))
    return make_contents((), tuple(numbered))


def _find_separator(text: str) -> str:
    """Return the separator that cuts the first lines into equally many values."""
    lines = text.split("\n")[:20]

    def rate(separator: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if len(row) > 1]
        common = max(set(widths), key=widths.count, default=0)
        return widths.count(common), common

    return max(_SEPARATORS, key=rate)
