"""Find the line on a paper that a person signs on, from the words of its pages. Pure.

A signature line is a run of underscores with the signer's name below it, or with "Signature"
before it. A paper without such a line is signed above the last row that is the signer's name alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from assembler.pdf.text_rows import Box, TextRow, Word, squeeze_text

_LINE = re.compile(r"_{8,}")
_LABEL = re.compile(r"(?:^|\W)(?:signature|signed|sign here|by)\s*:?\s*$", re.IGNORECASE)
_OTHER_LABEL = re.compile(
    r"(?:^|\W)(?:date|dated|on|at|print(?:ed)? name|name)\s*:?\s*$", re.IGNORECASE
)
_BELOW = 44.0  # points below a line within which its name is printed
_NEAR = 90.0  # points below a line with "Signature" before it within which its name is printed
_ABOVE = 28.0  # points above a line that a signature takes
_WIDTH = 220.0  # points of a line that is not drawn with underscores
_SLACK = 6.0  # points a name may begin left of its line
_SHARE = 0.5  # of a name's letters that its first row has, where it goes on in the next

Rows = Sequence[TextRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLine:
    """A line to sign on: its page, from 0, and the room for the signature above it."""

    page: int
    box: Box


def find_signature_line(
    pages: Sequence[Rows], name: str, taken: Collection[SignatureLine] = ()
) -> SignatureLine | None:
    """Return the last line that is for this person; None if the paper has none.

    Args:
        name: as it is printed; "" for whoever signs a line with "Signature" before it.
        taken: lines of others.
    """
    squeezed = squeeze_text(name)
    lines = [
        (rank, page, line)
        for page, rows in enumerate(pages)
        for rank, line in _rank_lines(rows, page, squeezed)
        if line not in taken
    ]
    if lines:
        return max(lines, key=lambda line: (line[0], line[1], -line[2].box[1]))[2]
    named = [
        line
        for page, rows in enumerate(pages)
        for line in _find_names_alone(rows, page, squeezed)
        if line not in taken
    ]
    return named[-1] if squeezed and named else None


def _rank_lines(rows: Rows, page: int, name: str) -> Iterator[tuple[int, SignatureLine]]:
    """Yield the lines of underscores that may be this person's, with how sure that is."""
    for row in rows:
        label: list[str] = []  # words between the line and the one before it
        for word in row.words:
            if not _LINE.fullmatch(word.text.strip(".,;:")):
                label.append(word.text)
                continue
            rank = _rank_line(rows, word, " ".join(label), name)
            label = []
            if rank:
                yield rank, SignatureLine(page=page, box=_make_room(rows, word.box))


def _rank_line(rows: Rows, line: Word, before: str, name: str) -> int:
    """Return 2 for a line with the name below it, 1 for one with "Signature" before it and the name
    near it, 0 for another."""
    if before and _OTHER_LABEL.search(before):
        return 0
    has_label = bool(before) and _LABEL.search(before) is not None
    if not name:
        return int(has_label)
    if not before or has_label:
        under = _find_words_below(rows, line.box)
        if _is_name(squeeze_text(under), name):
            return 2
    near = (row for row in rows if 0 < line.box[1] - row.box[1] <= _NEAR)
    return int(has_label and any(name in squeeze_text(row.text) for row in near))


def _find_words_below(rows: Rows, line: Box) -> str:
    """Return the words right below a line, without those of a column beside it."""
    for row in rows:
        if not 0 < line[1] - row.box[1] <= _BELOW:
            continue
        words = [
            word.text
            for word in row.words
            if word.box[0] >= line[0] - _SLACK and word.box[0] <= line[2]
        ]
        if words:
            return " ".join(words)
    return ""


def _find_names_alone(rows: Rows, page: int, name: str) -> Iterator[SignatureLine]:
    for row in rows:
        left, _, _, top = row.box
        if name and squeeze_text(row.text) == name:
            line = (left, top, left + _WIDTH, top)
            yield SignatureLine(page=page, box=_make_room(rows, line))


def _make_room(rows: Rows, line: Box) -> Box:
    """Return the room above a line, up to the words above it."""
    left, bottom, right, _ = line
    above = [
        row.box[1]
        for row in rows
        if row.box[1] > bottom + 2 and row.box[0] < right and row.box[2] > left
    ]
    top = min([bottom + _ABOVE, *above])
    return left, bottom, right, max(top, bottom + 10)


def _is_name(words: str, name: str) -> bool:
    """Return whether the words under a line begin with a name, or are the first row of one."""
    if words.startswith(name):
        return True
    return len(words) >= _SHARE * len(name) and name.startswith(words)
