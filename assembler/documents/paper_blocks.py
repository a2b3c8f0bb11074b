"""The content of a paper that is printed from a file: paragraphs, tables and pictures, in order.

A reader of evidence makes a `Paper` from a file, and `paper_writer` lays it out with a Word
template. It holds what a person sees, and nothing about fonts, margins or pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from assembler.model.passages import Passage


class TextStyle(StrEnum):
    """The styles of a paragraph. Each is a style of the template that a firm can change; the value
    is its name in Word."""

    TEXT = "Evidence Text"
    HEADING_1 = "Evidence Heading 1"
    HEADING_2 = "Evidence Heading 2"
    HEADING_3 = "Evidence Heading 3"
    QUOTE = "Evidence Quote"
    LIST = "Evidence List"
    PREFORMATTED = "Evidence Preformatted"  # line breaks and blanks are kept
    CAPTION = "Evidence Caption"
    TABLE = "Evidence Table Text"
    TABLE_HEADING = "Evidence Table Heading"
    # our own words about the file, never the file's; they belong to no passage that began before
    NOTE = "Evidence Note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Text with one look. A line feed in it is a line break, a tab a tab."""

    text: str
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Runs that make a paragraph. Its direction is that of its first letter.

    `starts`: the passage that begins here, and goes on until the next one does. It has some text.
    """

    runs: tuple[Run, ...]
    style: TextStyle = TextStyle.TEXT
    level: int = 0  # of indentation: of quotes and lists
    starts: Passage | None = None

    @property
    def text(self) -> str:
        """Return the text of all runs."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG or PNG file, upright, on a line of its own; made smaller where it does not fit.

    `width`: in points at most; 0 for as wide as its pixels at 96 dpi.
    """

    data: bytes
    width: float = 0.0
    text: str = ""  # what it is, for people who do not see it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a table. `columns`: how many it spans."""

    blocks: tuple[Paragraph | Picture, ...]
    columns: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table. `starts`: as for `Paragraph`; a row that is a heading starts nothing."""

    cells: tuple[Cell, ...]
    starts: Passage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; every row has as many columns as there are widths.

    `widths`: of the columns, relative to each other. `headings`: how many of its first rows are
    repeated on every page.
    """

    widths: tuple[float, ...]
    rows: tuple[Row, ...]
    headings: int = 0


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Paragraph | Picture | Table | PageBreak


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper: a title, lines of facts about it ("From", "a@b.example"), and its content."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    blocks: tuple[Block, ...] = ()


def make_paragraph(
    text: str, style: TextStyle = TextStyle.TEXT, starts: Passage | None = None
) -> Paragraph:
    """Return a paragraph of one run."""
    return Paragraph(runs=(Run(text=text),), style=style, starts=starts)


def make_cell(text: str, style: TextStyle = TextStyle.TABLE) -> Cell:
    """Return a cell with a paragraph for each line of the text."""
    return Cell(blocks=tuple(make_paragraph(line, style) for line in text.split("\n")))


def iterate_paragraphs(blocks: tuple[Block, ...]) -> Iterator[Paragraph]:
    """Yield all paragraphs, those of tables included, in order."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row.cells:
                    yield from iterate_paragraphs(cell.blocks)
