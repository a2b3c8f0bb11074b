"""The interface of readers of files that have no pages of their own: e-mail, chats, texts, sheets.

A reader takes a `ReadRequest` and returns a `FileReading`: what the file shows, in order, as papers
and attached files, and what it cannot show. It parses hostile bytes in a contained worker, chooses
no fonts and knows no pages. `printed_files` turns a reading into pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from assembler.documents.paper_blocks import Paper
from assembler.evidence.losses import Loss
from assembler.model import NO_OPTIONS, FileOptions, Passage

MAX_DEPTH = 5  # of files within files, the listed file included
MAX_ATTACHMENTS = 300  # of one listed file, those within attachments included
MAX_MESSAGES = 5_000  # printed of one file; a longer range is refused
MAX_ROWS = 20_000  # rows and lines printed of one file


class PaperTemplate(StrEnum):
    """The Word templates that papers are laid out with; a firm can change each."""

    EMAIL = "printed-email.docx"
    CHAT = "printed-chat.docx"
    TEXT = "printed-text.docx"  # texts, web pages, slides
    TABLE = "printed-table.docx"  # sheets; a page on its side
    RECORDING = "printed-recording.docx"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """A file to read.

    `kind`: as `file_types.sniff` names it. `attachment`: the numbers of the attachments that lead
    to the file, the outermost first; empty for a listed file.
    """

    data: bytes
    kind: str
    sha256: str
    options: FileOptions = NO_OPTIONS
    attachment: tuple[int, ...] = ()
    scratch: Path | None = (
        None  # an empty folder for files of other programs, removed by the caller
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPaper:
    """A paper of a file, and the template it is laid out with."""

    template: PaperTemplate
    paper: Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file within a file, whose pages follow here. `attachment`: as in `ReadRequest`, with its
    own number last."""

    data: bytes
    attachment: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPages:
    """Pages that another program drew, with what each of them shows."""

    pdf: bytes
    passages: tuple[tuple[Passage, ...], ...]
    steps: tuple[str, ...]  # name and version of the program


Section = PrintedPaper | AttachedFile | DrawnPages


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """What a file shows, in order; what was removed, by kind; what a person should know."""

    sections: tuple[Section, ...]
    removed: Counter[str] = field(default_factory=Counter)
    losses: tuple[Loss, ...] = ()
    steps: tuple[str, ...] = ()  # "Python's e-mail parser"


Reader = Callable[[ReadRequest], FileReading]  # raises Refused
