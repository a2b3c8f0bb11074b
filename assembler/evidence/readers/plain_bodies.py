"""Turn the plain text of a message into paragraphs: flowed lines (RFC 3676), levels of quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from assembler.documents.paper_blocks import Paragraph, Run, TextStyle
from assembler.evidence.readers.mail_message import MailText
from assembler.evidence.readers.reading import MAX_ROWS
from assembler.evidence.refusal import Refused

_QUOTED = re.compile(r">(?: ?>)*")
_SIGNATURE = "-- "
_MAX_LEVEL = 8
_LONGEST = 60  # lines of a paragraph, so that none is longer than a page or two


def make_text_blocks(body: MailText) -> tuple[Paragraph, ...]:
    """Return a paragraph for the lines between empty lines, with their line breaks.

    Raises Refused if there are too many lines.
    """
    lines = body.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MAX_ROWS:
        raise Refused(
            "EVID.LIMIT",
            f"a message has {len(lines)} lines, more than {MAX_ROWS}",
            "print the pages that matter to PDF in the mail program",
        )
    quoted = _join_flowed(lines, body) if body.is_flowed else map(_read_quoted, lines)
    blocks = []
    for (level, has_words), group in groupby(
        quoted, key=lambda line: (line[0], bool(line[1].strip()))
    ):
        texts = [text.rstrip() for _, text in group]
        if not has_words:
            continue
        for start in range(0, len(texts), _LONGEST):
            text = "\n".join(texts[start : start + _LONGEST])
            style = TextStyle.QUOTE if level else TextStyle.TEXT
            blocks.append(
                Paragraph(runs=(Run(text=text),), style=style, level=min(level, _MAX_LEVEL))
            )
    return tuple(blocks)


def _read_quoted(line: str) -> tuple[int, str]:
    """Return how often a line was quoted, and the line."""
    match = _QUOTED.match(line)
    if match is None:
        return 0, line
    return match[0].count(">"), line[match.end() :].removeprefix(" ")


def _join_flowed(lines: list[str], body: MailText) -> Iterator[tuple[int, str]]:
    """Yield the lines of a flowed text, joined; a change of the level ends a line in any case."""
    pending: tuple[int, str] | None = None
    for line in lines:
        plain = line.lstrip(">")
        level = len(line) - len(plain)
        text = plain.removeprefix(" ")  # of stuffing
        if pending is not None and (pending[0] != level or text == _SIGNATURE):
            yield pending
            pending = None
        joined = (pending[1] if pending else "") + text
        if text.endswith(" ") and text != _SIGNATURE:
            pending = level, joined[:-1] if body.deletes_blank else joined
        else:
            yield level, joined
            pending = None
    if pending is not None:
        yield pending
