"""Print slides: as LibreOffice draws them where it is installed, else as text and pictures."""

from __future__ import annotations

import contextlib
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assembler.documents import word_to_pdf
from assembler.documents.paper_blocks import Block, PageBreak, Paper, TextStyle, make_paragraph
from assembler.errors import ToolFailed
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.readers.office_package import open_package
from assembler.evidence.readers.reading import (
    DrawnPages,
    FileReading,
    PaperTemplate,
    PrintedPaper,
    ReadRequest,
    Section,
)
from assembler.evidence.readers.slide_content import Slide, read_slides
from assembler.evidence.readers.workbook_parts import (
    OmittedParts,
    list_omission_losses,
)
from assembler.model import Passage, PassageKind
from assembler.runtime import programs
from assembler.runtime.counts import format_count
from assembler.runtime.resources import list_font_files
from assembler.runtime.zip_files import UndatedZipFile

_DESCRIPTION = "PowerPoint file"
_SLIDE_PART = re.compile(r"ppt/slides/[^/]+\.xml")
# a date that is computed when a slide is shown, and its number
_FIELD = re.compile(rb"<(/?)(\w+:)fld\b[^>]*>")
_EMPTY_DECK = "This file has no visible slides."


def read_powerpoint(request: ReadRequest) -> FileReading:
    """Return the visible slides of a .pptx file. Raises Refused."""
    return print_slides(request, request.data, freeze_fields(request.data), ".pptx")


def print_slides(
    request: ReadRequest, powerpoint: bytes, source: bytes, ending: str
) -> FileReading:
    """Return the slides of a file. Raises Refused.

    Args:
        powerpoint: the file as .pptx, which says what it holds.
        source: the file to draw, and the `ending` of its name.
    """
    with open_package(powerpoint, _DESCRIPTION) as package:
        slides, omitted = read_slides(package)
        has_macros = any(name.endswith("vbaProject.bin") for name in package.names)
    drawn = _draw_slides(request, slides, source, ending)
    losses: list[Loss] = []
    section: Section
    if drawn is not None:
        section = drawn
        for kind in ("charts", "objects", "pictures"):
            del omitted.drawn[kind]
    else:
        section = _print_blocks(request, slides, omitted)
        losses.append(_report_plain(slides))
    reading = FileReading(
        sections=(section,),
        losses=(*list_omission_losses(omitted), *losses),
        steps=(f"slides of {ending}",),
    )
    if has_macros:
        reading.removed["macros of the slides"] += 1
    return reading


def freeze_fields(data: bytes) -> bytes:
    """Return a .pptx file whose dates and slide numbers are texts, so that no program computes
    them anew."""
    out = io.BytesIO()
    with (
        open_package(data, _DESCRIPTION) as package,
        UndatedZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in sorted(package.names, key=lambda name: name != "[Content_Types].xml"):
            content = package.read(name)
            if _SLIDE_PART.fullmatch(name):
                content = _FIELD.sub(rb"<\1\2r>", content)
            copy.writestr(name, content)
    return out.getvalue()


def _draw_slides(
    request: ReadRequest, slides: Sequence[Slide], source: bytes, ending: str
) -> DrawnPages | None:
    """Return the slides as LibreOffice draws them; None if it is not there, or loses something."""
    if not (slides and request.scratch and programs.find("soffice")):
        return None
    scratch = request.scratch / "slides"
    with contextlib.suppress(ToolFailed):
        pdf = convert_by_libreoffice(source, ending, "slides", scratch)
        if has_all_words(slides, word_to_pdf.read_page_texts(pdf)):
            return DrawnPages(
                pdf=pdf,
                passages=tuple((_make_passage(slide, request),) for slide in slides),
                steps=(word_to_pdf.read_libreoffice_version(),),
            )
    return None


def convert_by_libreoffice(data: bytes, ending: str, target: str, scratch: Path) -> bytes:
    """Return a file in another format, see `convert_office_file`. Raises ToolFailed."""
    return word_to_pdf.convert_office_file(data, ending, target, list_font_files(), scratch)


def has_all_words(slides: Sequence[Slide], pages: Sequence[str]) -> bool:
    """Return whether each slide is a page with all its words."""
    return len(slides) == len(pages) and all(
        normalize_letters(word) in page
        for slide, page in zip(slides, map(normalize_letters, pages), strict=True)
        for word in slide.text.split()
        if not word.startswith("<")  # the address of a link, which is not drawn
    )


def normalize_letters(text: str) -> str:
    """Return the letters and digits of a text, in one case and form."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _make_passage(slide: Slide, request: ReadRequest) -> Passage:
    return Passage(
        kind=PassageKind.SLIDE,
        first=slide.number,
        last=slide.number,
        attachment=request.attachment,
    )


def _print_blocks(
    request: ReadRequest, slides: Sequence[Slide], omitted: OmittedParts
) -> PrintedPaper:
    notes = replace(omitted, drawn=Counter()).list_notes()  # a note is in the place of each
    blocks: list[Block] = [make_paragraph(note, TextStyle.NOTE) for note in notes]
    if not slides:
        blocks.append(make_paragraph(_EMPTY_DECK, TextStyle.NOTE))
    for position, slide in enumerate(slides):
        if position:
            blocks.append(PageBreak())
        heading = f"Slide {slide.number}"
        blocks.append(make_paragraph(heading, TextStyle.NOTE, _make_passage(slide, request)))
        blocks += slide.blocks
    paper = Paper(title="Slides", facts=(("sha256", request.sha256),), blocks=tuple(blocks))
    return PrintedPaper(template=PaperTemplate.TEXT, paper=paper)


def _report_plain(slides: Sequence[Slide]) -> Loss:
    """Return the warning that slides do not look as their program shows them."""
    problem = (
        "the slides were printed as text and pictures, one below the other, without their layout"
    )
    shapes = sum(slide.shapes for slide in slides)
    if shapes:
        count = format_count(shapes, "shape", "shapes")
        problem += f"; left out: {count} without text (lines, arrows, boxes)"
    remedy = "install LibreOffice (Impress), which draws them, or print the file to PDF"
    return make_loss("EVID.PLAIN", problem, remedy)
