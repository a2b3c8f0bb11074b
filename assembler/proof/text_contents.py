"""Read the lines of a plain text, independently of the code that prints it."""

from __future__ import annotations

import codecs
import re

from assembler.model import FileOptions, PassageKind
from assembler.proof.file_contents import FileContents, NumberedText, make_contents

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_LETTERS = re.compile(rb"[\x80-\xff]+[\x40-\x7e]?")


def read_text_contents(data: bytes, _options: FileOptions) -> FileContents:
    """Return the lines of a text that have any words."""
    lines = decode_words(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    numbered = tuple(
        NumberedText(kind=PassageKind.LINE, number=number, text=line)
        for number, line in enumerate(lines, 1)
        if line.strip()
    )
    return make_contents((), numbered)


def decode_words(data: bytes) -> str:
    """Return a text. Where the encoding is not known, only the letters of ASCII are kept, which are
    the same in all that are likely, with a blank for each other byte."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "ignore")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # in some Asian encodings, the byte behind one of these may look like a letter of ASCII
        return _OTHER_LETTERS.sub(b" ", data).decode("ascii")
