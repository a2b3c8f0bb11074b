"""Read a plain text, line by line, in whatever encoding it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import charset_normalizer

from assembler.documents.paper_blocks import Paper, Paragraph, Run, TextStyle
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.readers.reading import (
    MAX_ROWS,
    FileReading,
    PaperTemplate,
    PrintedPaper,
    ReadRequest,
)
from assembler.evidence.refusal import Refused
from assembler.model import Passage, PassageKind

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_EMPTY_LINE = "\u00a0"  # a line without text keeps its height


def read_text(request: ReadRequest) -> FileReading:
    """Return a text with its line breaks. Raises Refused if it is too long or in no known
    encoding."""
    text, encoding = decode_text(request.data)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    if len(lines) > MAX_ROWS:
        raise Refused(
            "EVID.LIMIT",
            f"the text has {len(lines)} lines, more than {MAX_ROWS}",
            "copy the lines that matter into a file of their own",
        )
    blocks = tuple(make_line_blocks(lines, request.attachment))
    title = "Text file"
    if request.attachment:
        title = f"Attachment {'.'.join(map(str, request.attachment))}: text file"
    paper = Paper(title=title, facts=(("sha256", request.sha256),), blocks=blocks)
    return FileReading(
        sections=(PrintedPaper(template=PaperTemplate.TEXT, paper=paper),),
        losses=tuple(report_guessed_encoding(encoding)),
        steps=(f"text in {encoding}",),
    )


def report_guessed_encoding(encoding: str) -> Iterator[Loss]:
    """Yield a warning for a text that does not say its encoding."""
    if not encoding.startswith("utf"):
        problem = f"the text does not say its encoding; it was read as {encoding}"
        remedy = "check the letters with accents, or save the text as UTF-8"
        yield make_loss("EVID.ENCODING", problem, remedy)


def make_line_blocks(lines: Sequence[str], attachment: tuple[int, ...]) -> Iterator[Paragraph]:
    """Yield a paragraph for each line. A passage is a line with the empty lines after it."""
    filled = [number for number, line in enumerate(lines, 1) if line.strip()]
    ends = {first: following - 1 for first, following in pairwise([*filled, len(lines) + 1])}
    for number, line in enumerate(lines, 1):
        last = ends.get(number)
        yield Paragraph(
            runs=(Run(text=line if line.strip() else _EMPTY_LINE),),
            style=TextStyle.PREFORMATTED,
            starts=Passage(kind=PassageKind.LINE, first=number, last=last, attachment=attachment)
            if last is not None
            else None,
        )


def decode_text(data: bytes) -> tuple[str, str]:
    """Return a text and its encoding, by its byte order mark, as UTF-8, or as it most likely is.

    Raises Refused if no encoding fits.
    """
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(marked), marked.removesuffix("-sig")
    except UnicodeDecodeError:
        best = charset_normalizer.from_bytes(data).best()
    if best is None:
        raise Refused(
            "EVID.BROKEN",
            "the text is in an unknown encoding, or damaged",
            "save it as UTF-8, or print it to PDF",
        )
    return str(best), best.encoding.replace("_", "-")
