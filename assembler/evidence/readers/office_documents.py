"""Print texts of other word processors, and old office files: LibreOffice makes a Word, Excel or
PowerPoint file of them, which is printed as any other; an RTF text needs no LibreOffice."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf

from assembler.documents import word_to_pdf
from assembler.documents.paper_blocks import (
    Paper,
    TextStyle,
    iterate_paragraphs,
    make_paragraph,
)
from assembler.errors import ToolFailed, ToolMissing
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.readers.excel_workbook import read_excel
from assembler.evidence.readers.office_package import open_package, refuse_damage
from assembler.evidence.readers.reading import (
    DrawnPages,
    FileReading,
    PaperTemplate,
    PrintedPaper,
    ReadRequest,
)
from assembler.evidence.readers.rich_text import RichText, list_all_blocks, parse_rich_text
from assembler.evidence.readers.slides import (
    convert_by_libreoffice,
    normalize_letters,
    print_slides,
)
from assembler.evidence.readers.word import print_word
from assembler.evidence.readers.workbook_parts import list_omission_losses
from assembler.evidence.refusal import Refused
from assembler.model import Severity
from assembler.runtime import programs
from assembler.runtime.counts import format_count
from assembler.runtime.zip_files import UndatedZipFile

# dates that are not fixed: of RTF, of OpenDocument, of Word, of slides; and functions of time
_RTF_DATE = re.compile(rb"(\\fldinst[\s{]*(?:\\[a-z]+-?\d* ?[\s{]*)*)(?:DATE|TIME)\b")
_TEXT_DATE = re.compile(rb"</?text:(?:date|time)\b[^>]*>")
_WORD_DATE = re.compile(rb"<w:instrText[^>]*>\s*(?:DATE|TIME)\b")
_SLIDE_DATE = re.compile(rb'type="datetime')
_VOLATILE = re.compile(rb"<f\b[^>]*>[^<]*\b(?:TODAY|NOW|RAND|RANDBETWEEN)\(")
_INSTALL = "install LibreOffice (Writer, Calc, Impress); or print the file to PDF"
# kind → the ending of its name, for LibreOffice; what it becomes; how a person knows it
_OFFICE_FILES = {
    "old-word": (".doc", "word", "an old Word file (.doc)"),
    "opendocument-text": (".odt", "word", "an OpenDocument text (.odt)"),
    "rtf": (".rtf", "word", "an RTF text"),
    "old-excel": (".xls", "excel", "an old Excel file (.xls)"),
    "old-powerpoint": (".ppt", "powerpoint", "an old PowerPoint file (.ppt)"),
    "opendocument-slides": (".odp", "powerpoint", "an OpenDocument presentation (.odp)"),
}


def read_old_workbook(request: ReadRequest) -> FileReading:
    """Return the sheets of a file that LibreOffice reads. Raises Refused."""
    converted = _convert(request, "excel")
    reading = read_excel(replace(request, data=converted))
    return _complete(reading, request, _count_matches(converted, "xl/worksheets/", _VOLATILE))


def read_other_slides(request: ReadRequest) -> FileReading:
    """Return the slides of a file that LibreOffice reads. Raises Refused."""
    ending = _OFFICE_FILES[request.kind][0]
    converted = _convert(request, "powerpoint")
    reading = print_slides(request, converted, request.data, ending)
    return _complete(reading, request, _count_matches(converted, "ppt/slides/", _SLIDE_DATE))


def read_other_document(request: ReadRequest) -> FileReading:
    """Return the pages of a text that LibreOffice reads. Raises Refused."""
    converted = _convert(replace(request, data=_freeze_dates(request)), "word")
    printed = print_word(converted, _find_scratch(request) / "word")
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        count = len(pdf.pages)
    section = DrawnPages(pdf=printed.pdf, passages=((),) * count, steps=(printed.engine,))
    losses = tuple(
        replace(loss, problem=loss.problem.replace("the Word file", "the file"))
        for loss in printed.losses
    )
    reading = FileReading(sections=(section,), removed=printed.removed, losses=losses)
    return _complete(reading, request, _count_matches(converted, "word/", _WORD_DATE))


def _freeze_dates(request: ReadRequest) -> bytes:
    """Return a text whose dates are what its program showed last, as far as they can be changed."""
    if request.kind == "rtf":
        return _RTF_DATE.sub(rb"\1QUOTE", request.data)
    if request.kind != "opendocument-text":
        return request.data
    out = io.BytesIO()
    with (
        open_package(request.data, "OpenDocument text") as package,
        UndatedZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in sorted(package.names, key=lambda name: name != "mimetype"):
            content = package.read(name)
            if name in ("content.xml", "styles.xml"):
                content = _TEXT_DATE.sub(b"", content)
            copy.writestr(name, content)
    return out.getvalue()


def _count_matches(data: bytes, folder: str, pattern: re.Pattern[bytes]) -> int:
    """Count what a pattern finds in the parts of an office file."""
    with open_package(data, "converted file") as package:
        return sum(
            len(pattern.findall(package.read(name)))
            for name in package.names
            if name.startswith(folder) and name.endswith(".xml")
        )


def read_rich_text(request: ReadRequest) -> FileReading:
    """Return the pages of an RTF text: drawn by LibreOffice if it is installed, else as paragraphs,
    tables and pictures. Raises Refused."""
    with refuse_damage("RTF text"):
        text = parse_rich_text(request.data)
    if programs.find("soffice") and request.scratch:
        try:
            reading = read_other_document(request)
            if _has_all_words(reading, text):
                return reading
        except Refused as error:
            if error.rule not in ("EVID.OFFICE", "EVID.WORD"):
                raise
    paper = Paper(title="Text", facts=(("sha256", request.sha256),), blocks=list_all_blocks(text))
    if not paper.blocks:
        note = make_paragraph("This file has no text.", TextStyle.NOTE)
        paper = replace(paper, blocks=(note,))
    return FileReading(
        sections=(PrintedPaper(template=PaperTemplate.TEXT, paper=paper),),
        losses=tuple(_list_losses(text)),
        steps=("RTF text",),
    )


def _has_all_words(reading: FileReading, text: RichText) -> bool:
    """Return whether the drawn pages have all words that the text has, the numbers of its lists
    too, which LibreOffice counts for itself."""
    pages = [
        page
        for section in reading.sections
        if isinstance(section, DrawnPages)
        for page in word_to_pdf.read_page_texts(section.pdf)
    ]
    letters = normalize_letters("\n".join(pages))
    return all(
        normalize_letters(word) in letters
        for paragraph in iterate_paragraphs(list_all_blocks(text))
        if paragraph.style is not TextStyle.NOTE
        for word in paragraph.text.split()
        if not word.startswith("<")  # the address of a link, which is not drawn
    )


def _list_losses(text: RichText) -> Iterator[Loss]:
    yield from list_omission_losses(text.omitted)
    if text.changes:
        problem = "the text has tracked changes, so it is unclear which text is final"
        remedy = "accept or reject them in Word, and save the file"
        yield make_loss("EVID.TRACKED", problem, remedy, Severity.ERROR)
    if text.hidden:
        count = format_count(text.hidden, "piece", "pieces")
        problem = f"not printed: {count} of hidden text"
        remedy = "if it matters, show it in Word, and save the file again"
        yield make_loss("EVID.CONCEALED", problem, remedy)
    yield make_loss(
        "EVID.PLAIN",
        "the text was printed without its layout: fonts, columns, positions",
        "install LibreOffice, which draws it, or print the file to PDF",
    )


def _find_scratch(request: ReadRequest) -> Path:
    if request.scratch is None:
        raise ValueError("no folder for LibreOffice")
    return request.scratch


def _convert(request: ReadRequest, target: str) -> bytes:
    ending, _, description = _OFFICE_FILES[request.kind]
    try:
        return convert_by_libreoffice(
            request.data, ending, target, _find_scratch(request) / "converted"
        )
    except (ToolFailed, ToolMissing) as error:
        problem = f"the file is {description}, which only LibreOffice reads here: {error.problem}"
        raise Refused("EVID.OFFICE", problem, _INSTALL) from error


def _complete(reading: FileReading, request: ReadRequest, computed: int) -> FileReading:
    """Return the reading with the program that converted the file, and an error if it computed
    dates or values anew."""
    ending, target, _ = _OFFICE_FILES[request.kind]
    version = word_to_pdf.read_libreoffice_version()
    losses = reading.losses
    if computed:
        count = format_count(computed, "date or value", "dates or values")
        problem = f"the file has {count} that every program computes anew when it is opened"
        remedy = "print the file to PDF where it shows the right ones"
        losses = (*losses, make_loss("EVID.FORMULA", problem, remedy))
    step = f"{version}: {ending} as {target} file"
    return replace(reading, steps=(step, *reading.steps), losses=losses)
