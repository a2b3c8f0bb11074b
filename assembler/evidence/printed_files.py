"""Print what a reader found in a file: papers through Word templates, attached files as their own
pages."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from assembler.documents import word_to_pdf
from assembler.documents.paper_blocks import Paper, Paragraph, Run, TextStyle
from assembler.documents.paper_writer import PASSAGE_ADDRESS, WrittenPaper, write_paper
from assembler.documents.picture_placeholders import restore_pictures
from assembler.errors import TemplateBroken, ToolFailed
from assembler.evidence.losses import Loss
from assembler.evidence.readers.reading import (
    MAX_ATTACHMENTS,
    MAX_DEPTH,
    AttachedFile,
    FileReading,
    PaperTemplate,
    PrintedPaper,
    Section,
)
from assembler.evidence.refusal import Refused
from assembler.model import Passage, PassageKind
from assembler.runtime import programs
from assembler.runtime.resources import TemplateFile, list_font_files

_PRINT = "print it to PDF in the program it comes from"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPart:
    """Pages of a printed file, as PDF, with what each of them shows."""

    pdf: bytes
    passages: tuple[tuple[Passage, ...], ...]  # by page
    removed: Counter[str]
    losses: tuple[Loss, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintTools:
    """What printing needs: the templates by file name, a folder for the engines' files, and the
    function that prints an attached file."""

    templates: Mapping[str, TemplateFile]
    scratch: Path
    print_attached: Callable[[AttachedFile], PrintedPart]


def print_reading(reading: FileReading, tools: PrintTools) -> PrintedPart:
    """Return the pages of a reading, in order. Raises Refused if one cannot be printed in full."""
    _check_limits(reading)
    parts = [_print_section(section, tools) for section in reading.sections]
    return PrintedPart(
        pdf=join_pdfs([part.pdf for part in parts]),
        passages=tuple(passages for part in parts for passages in part.passages),
        removed=sum((part.removed for part in parts), Counter(reading.removed)),
        losses=(*reading.losses, *(loss for part in parts for loss in part.losses)),
        steps=tuple(dict.fromkeys((*reading.steps, *(step for p in parts for step in p.steps)))),
    )


def _check_limits(reading: FileReading) -> None:
    attached = [section for section in reading.sections if isinstance(section, AttachedFile)]
    if len(attached) > MAX_ATTACHMENTS:
        raise Refused(
            "EVID.LIMIT",
            f"the file holds {len(attached)} files, more than {MAX_ATTACHMENTS}",
            "save those that matter, and list them as exhibits",
        )
    if any(len(section.attachment) >= MAX_DEPTH for section in attached):
        raise Refused(
            "EVID.LIMIT",
            f"the file holds files within files, more than {MAX_DEPTH - 1} deep",
            "save the inner files, and list those that matter as exhibits",
        )


def join_pdfs(pdfs: Sequence[bytes]) -> bytes:
    """Return one PDF of all pages, in order."""
    if len(pdfs) == 1:
        return pdfs[0]
    out = io.BytesIO()
    with pikepdf.new() as book:
        for pdf in pdfs:
            with pikepdf.open(io.BytesIO(pdf)) as source:
                book.pages.extend(source.pages)
        book.save(out, deterministic_id=True)
    return out.getvalue()


def print_notice(sentence: str, attached: AttachedFile, tools: PrintTools) -> PrintedPart:
    """Return a page that says why an attached file is not shown."""
    passage = Passage(kind=PassageKind.PAGE, first=1, last=1, attachment=attached.attachment)
    block = Paragraph(runs=(Run(text=sentence),), style=TextStyle.NOTE, starts=passage)
    facts = (("sha256", hashlib.sha256(attached.data).hexdigest()),)
    paper = Paper(title="Attachment not shown", facts=facts, blocks=(block,))
    return _print_paper(PrintedPaper(template=PaperTemplate.TEXT, paper=paper), tools)


def _print_section(section: Section, tools: PrintTools) -> PrintedPart:
    if isinstance(section, PrintedPaper):
        return _print_paper(section, tools)
    if isinstance(section, AttachedFile):
        return tools.print_attached(section)
    return PrintedPart(
        pdf=section.pdf,
        passages=section.passages,
        removed=Counter(),
        losses=(),
        steps=section.steps,
    )


def _print_paper(section: PrintedPaper, tools: PrintTools) -> PrintedPart:
    template = tools.templates[section.template]
    scratch = tools.scratch / "paper"
    scratch.mkdir()
    try:
        written = write_paper(template, section.paper, list_font_files())
        docx = scratch / "paper.docx"
        docx.write_bytes(written.docx)
        converted = word_to_pdf.convert_to_pdf(
            docx, template.name, "auto", list_font_files(), scratch / "work", evidence=True
        )
    except (TemplateBroken, ToolFailed) as error:
        # LibreOffice draws what the embedded engine loses, with the same fonts
        may_help = isinstance(error, ToolFailed) and not programs.find("soffice")
        remedy = f"{_PRINT}, or install LibreOffice" if may_help else _PRINT
        raise Refused(
            "EVID.PRINT", f"the file cannot be printed in full: {error.problem}", remedy
        ) from error
    finally:
        shutil.rmtree(scratch)
    pdf, passages = read_passages(converted.pdf, written)
    return PrintedPart(
        pdf=pdf, passages=passages, removed=Counter(), losses=(), steps=(converted.engine,)
    )


def read_passages(
    pdf: bytes, written: WrittenPaper
) -> tuple[bytes, tuple[tuple[Passage, ...], ...]]:
    """Return the PDF without the links that mark passages and with the pictures in place of their
    placeholders, and the passages of each page.

    Raises Refused if a mark was lost, since it would not be known what a page shows, or a picture.
    """
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        numbers = [_take_marks(page) for page in document.pages]
        if {number for page in numbers for number in page} != set(range(len(written.passages))):
            raise Refused("EVID.PRINT", "the Word engine lost places in the file", _PRINT)
        if len(restore_pictures(document, written.pictures)) != len(written.pictures):
            raise Refused("EVID.PRINT", "the Word engine lost pictures of the file", _PRINT)
        if Name.StructTreeRoot in document.Root:  # its links would lead to the removed ones
            del document.Root.StructTreeRoot
        document.remove_unreferenced_resources()
        document.save(out, deterministic_id=True)
    return out.getvalue(), tuple(
        join_passages(list(dict.fromkeys(written.passages[number] for number in page)))
        for page in numbers
    )


def _take_marks(page: pikepdf.Page) -> list[int]:
    """Remove the marks of a page, and return their numbers in order."""
    numbers: list[int] = []
    kept: list[Any] = []
    for link in page.get(Name.Annots, Array()):
        action = link.get(Name.A, Dictionary())
        address = str(action.get(Name.URI, ""))
        if address.startswith(PASSAGE_ADDRESS):
            numbers.append(int(address.removeprefix(PASSAGE_ADDRESS)))
        else:
            kept.append(link)
    if numbers:
        page.Annots = Array(kept)
    return sorted(set(numbers))


def join_passages(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Join neighbors that follow each other: messages 12, 13 and 14 are messages 12 to 14."""
    joined: list[Passage] = []
    for passage in passages:
        last = joined[-1] if joined else None
        if (
            last is not None
            and (last.kind, last.within, last.attachment)
            == (passage.kind, passage.within, passage.attachment)
            and passage.first in (last.last, last.last + 1)
        ):
            joined[-1] = replace(last, last=max(last.last, passage.last))
        else:
            joined.append(passage)
    return tuple(joined)


def make_page_passages(
    pages: Sequence[int], attachment: tuple[int, ...]
) -> tuple[tuple[Passage, ...], ...]:
    """Return the passages of an attached file that has pages of its own, from the number of each
    page in the file."""
    return tuple(
        (Passage(kind=PassageKind.PAGE, first=number, last=number, attachment=attachment),)
        for number in pages
    )
