"""What a reader returns for a file, in a form that tests compare."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from assembler.documents.paper_blocks import Block, Picture, Table, TextStyle, iterate_paragraphs
from assembler.evidence.readers.reading import (
    AttachedFile,
    FileReading,
    PrintedPaper,
    Reader,
    ReadRequest,
)
from assembler.model import NO_OPTIONS, FileOptions


def read(reader: Reader, data: bytes, kind: str, options: FileOptions = NO_OPTIONS) -> FileReading:
    """Read a listed file."""
    digest = hashlib.sha256(data).hexdigest()
    return reader(ReadRequest(data=data, kind=kind, sha256=digest, options=options))


def list_blocks(reading: FileReading) -> list[Block]:
    """The blocks of all papers."""
    papers = [s.paper for s in reading.sections if isinstance(s, PrintedPaper)]
    return [block for paper in papers for block in paper.blocks]


def list_texts(reading: FileReading) -> list[str]:
    """The paragraphs outside tables that are the file's words."""
    return [
        paragraph.text
        for block in list_blocks(reading)
        if not isinstance(block, Table)
        for paragraph in iterate_paragraphs((block,))
        if paragraph.style is not TextStyle.NOTE
    ]


def list_notes(reading: FileReading) -> list[str]:
    """The paragraphs outside tables that are our words."""
    return [
        paragraph.text
        for block in list_blocks(reading)
        if not isinstance(block, Table)
        for paragraph in iterate_paragraphs((block,))
        if paragraph.style is TextStyle.NOTE
    ]


def list_rows(table: Table) -> list[tuple[str, ...]]:
    """The texts of the cells of a table."""
    return [
        tuple("\n".join(p.text for p in iterate_paragraphs(cell.blocks)) for cell in row.cells)
        for row in table.rows
    ]


def list_tables(reading: FileReading) -> list[list[tuple[str, ...]]]:
    """The rows of all tables."""
    return [list_rows(block) for block in list_blocks(reading) if isinstance(block, Table)]


def count_pictures(blocks: Sequence[Block]) -> int:
    """How many pictures are placed, outside tables."""
    return sum(isinstance(block, Picture) for block in blocks)


def list_attached(reading: FileReading) -> dict[tuple[int, ...], bytes]:
    """The files whose pages are their own, by their numbers."""
    return {s.attachment: s.data for s in reading.sections if isinstance(s, AttachedFile)}


def list_losses(reading: FileReading) -> list[tuple[str, str]]:
    """Rule and severity of all that is lost."""
    return [(loss.rule, str(loss.severity)) for loss in reading.losses]
