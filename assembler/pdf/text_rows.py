"""Read the words of a page of our own with their places, row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembler.pdf.opening import open_pdf_file

Box = tuple[float, float, float, float]  # left, bottom, right, top as displayed, points
_GAP = 0.35  # of the height of a row: a wider gap between letters separates words
_OVERLAP = 0.5  # of the height of the lower of two boxes: from there on they are in one row


def squeeze_text(text: str) -> str:
    """Return the letters and digits of a text, in small letters, to compare what spaces and marks
    may differ in."""
    return re.sub(r"[\W_]+", "", text).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Letters without a space between them."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """The words of a page that stand beside each other, from the left."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """Return its words with spaces between them."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """Return the box around its words."""
        return join_boxes([word.box for word in self.words])


def join_boxes(boxes: Sequence[Box]) -> Box:
    """Return the smallest box around these."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def read_text_rows(pdf: Path) -> tuple[tuple[TextRow, ...], ...]:
    """Return the rows of each page, from the top. Raises PdfiumError for a file that is no PDF."""
    document = open_pdf_file(pdf)
    try:
        return tuple(_read_rows(document[number]) for number in range(len(document)))
    finally:
        document.close()


def _read_rows(page: Any) -> tuple[TextRow, ...]:
    words = list(_read_words(page))
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.box[3]):
        row = next((row for row in rows if _is_beside(word.box, row[0].box)), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    return tuple(
        TextRow(words=tuple(sorted(row, key=lambda word: word.box[0])))
        for row in sorted(rows, key=lambda row: -max(word.box[3] for word in row))
    )


def _is_beside(box: Box, other: Box) -> bool:
    height = min(box[3] - box[1], other[3] - other[1])
    return min(box[3], other[3]) - max(box[1], other[1]) > _OVERLAP * height


def _read_words(page: Any) -> Iterator[Word]:
    """Yield the words in the order of the file. The boxes are those of the font, so that a row of
    underscores is as high as a word."""
    layer = page.get_textpage()
    letters: list[str] = []
    boxes: list[Box] = []
    count = layer.count_chars()
    text = layer.get_text_range(0, count) if count else ""
    has_all = len(text) == count  # not where a character takes two units
    for position in range(count):
        letter = text[position] if has_all else layer.get_text_range(position, 1)
        box = layer.get_charbox(position, loose=True)
        is_part = not letter.isspace() and letter.isprintable() and box[2] > box[0]
        if letters and (not is_part or _is_apart(box, boxes[-1])):
            yield Word(text="".join(letters), box=join_boxes(boxes))
            letters, boxes = [], []
        if is_part:
            letters.append(letter)
            boxes.append(box)
    if letters:
        yield Word(text="".join(letters), box=join_boxes(boxes))


def _is_apart(box: Box, last: Box) -> bool:
    height = max(last[3] - last[1], 1.0)
    return not _is_beside(box, last) or not -height < box[0] - last[2] < _GAP * height
