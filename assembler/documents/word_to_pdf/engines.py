"""Choose the engine that draws, and check that nothing was lost."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

from lxml import etree

from assembler.documents.word_to_pdf.coverage import (
    TEXT_FACE,
    check_fonts,
    find_uncovered,
    read_code_points,
    select_fonts,
)
from assembler.documents.word_to_pdf.embedded_input import prepare_for_embedded
from assembler.documents.word_to_pdf.keep_with_next import draw_keeping_with_next
from assembler.documents.word_to_pdf.libreoffice import run_libreoffice
from assembler.documents.word_to_pdf.picture_count import count_drawings, count_missing_drawings
from assembler.documents.word_to_pdf.plain_copy import ListMode, write_plain
from assembler.documents.word_to_pdf.word_text import (
    R,
    W,
    count_missing_signs,
    count_missing_words,
    parse_part,
    read_all_text,
    read_page_texts,
    read_printed_text,
    read_relations,
)
from assembler.errors import TemplateBroken, ToolFailed
from assembler.model import Finding
from assembler.runtime import programs
from assembler.runtime.rule_catalog import make_finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedDocument:
    """The PDF, the engine that made it, and findings; `notes`: what is printed otherwise than Word
    shows it."""

    pdf: bytes
    engine: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A document to convert."""

    docx: Path
    where: str  # names it in messages
    fonts: Sequence[Path]
    scratch: Path  # a folder that need not exist
    check_links: bool


def convert_to_pdf(
    docx: Path,
    where: str,
    engine: str,
    fonts: Sequence[Path],
    scratch: Path,
    *,
    evidence: bool = False,
) -> ConvertedDocument:
    """Convert one document.

    Args:
        where: names the template in messages.
        engine: "embedded", "libreoffice", or "auto": embedded, then LibreOffice if that lost
            something and LibreOffice is installed.
        scratch: a folder that need not exist.
        evidence: it will be paper; numbers of lists may become text, and links may be lost.

    Raises:
        TemplateBroken: no font has a character.
        ToolFailed: words, signs, pictures or links were lost.
        ToolMissing: LibreOffice is not installed.
    """
    _check_readable(docx, where)
    source = _Source(docx=docx, where=where, fonts=fonts, scratch=scratch, check_links=not evidence)
    if engine != "libreoffice":
        try:
            lists: ListMode = "written" if evidence else "kept"
            return _convert(source, lambda copy: convert_embedded(copy, where, fonts), lists)
        except ToolFailed:
            if engine == "embedded" or not programs.find("soffice"):
                raise
    return _convert(
        source, lambda copy: convert_with_libreoffice(copy, where, fonts, scratch), "bullets"
    )


def _convert(
    source: _Source, draw: Callable[[Path], ConvertedDocument], lists: ListMode
) -> ConvertedDocument:
    """Draw the plain copy of the document, and check that nothing was lost."""
    plain = write_plain(source.docx.read_bytes(), read_code_points(source.fonts), lists)
    if not plain.changed:
        return _draw_checked(source, draw)
    folder = source.scratch.with_name(f"{source.scratch.name}-plain")
    folder.mkdir(parents=True)
    try:
        copy = folder / source.docx.name
        copy.write_bytes(plain.data)
        return replace(_draw_checked(replace(source, docx=copy), draw), notes=plain.notes)
    finally:
        shutil.rmtree(folder)


def _draw_checked(source: _Source, draw: Callable[[Path], ConvertedDocument]) -> ConvertedDocument:
    missing = find_uncovered(read_printed_text(source.docx), source.fonts)
    if missing:
        raise make_missing_glyph_error(
            missing, source.where, "remove or replace them in the template"
        )
    converted = draw(source.docx)
    _check_losses(source, converted)
    return converted


def make_missing_glyph_error(characters: Sequence[str], where: str, remedy: str) -> TemplateBroken:
    """Return the error for characters that no font of the shelf can draw."""
    codes = ", ".join(f"U+{ord(character):04X}" for character in characters[:8])
    return TemplateBroken(
        f"no available font has the characters {codes}", where=where, remedy=remedy
    )


def convert_embedded(docx: Path, where: str, fonts: Sequence[Path]) -> ConvertedDocument:
    """Convert with office2pdf: tagged, drawn with our fonts only, same bytes each time. Raises
    ToolFailed."""
    import office2pdf

    data, replaced = prepare_for_embedded(docx, fonts)
    folders = list(
        dict.fromkeys(
            font.parent for font in select_fonts(data, read_all_text(io.BytesIO(data)), fonts)
        )
    )
    options = office2pdf.ConvertOptions(font_paths=folders, tagged=True)
    try:
        pdf = draw_keeping_with_next(
            data, lambda document: bytes(office2pdf.convert_bytes(document, "docx", options).pdf)
        )
    except office2pdf.Office2PdfError as error:
        raise ToolFailed(
            f"the embedded Word engine cannot read it ({type(error).__name__})",
            where=where,
            remedy="open it in Word and save it again as .docx",
        ) from error
    check_fonts(pdf, where, fonts)
    findings = (_report_replaced_fonts(where, replaced),) if replaced else ()
    return ConvertedDocument(pdf=pdf, engine=read_embedded_version(), findings=findings)


def convert_with_libreoffice(
    docx: Path, where: str, fonts: Sequence[Path], scratch: Path
) -> ConvertedDocument:
    """Convert with LibreOffice, with its links restored. Raises ToolMissing, ToolFailed."""
    return ConvertedDocument(
        pdf=run_libreoffice(docx, where, fonts, scratch), engine=read_libreoffice_version()
    )


def read_embedded_version() -> str:
    """Return name and version of the embedded engine."""
    return f"office2pdf {version('office2pdf-python')}"


@cache
def read_libreoffice_version() -> str:
    """Return name and version of LibreOffice: "LibreOffice 7.4.7.2"."""
    return " ".join((programs.read_version("soffice") or "LibreOffice").split(" ")[:2])


def _check_readable(docx: Path, where: str) -> None:
    """Raise TemplateBroken for anything but a Word document in the common (transitional) form."""
    try:
        with zipfile.ZipFile(docx) as archive:
            kind = parse_part(archive.read("word/document.xml")).tag
    except (zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise TemplateBroken(
            "not a Word document", where=where, remedy="save it as .docx in Word"
        ) from error
    if kind != f"{W}document":
        raise TemplateBroken(
            "another kind of Word document",
            where=where,
            remedy="save it as .docx, not as Strict Open XML",
        )


def _check_losses(source: _Source, converted: ConvertedDocument) -> None:
    """Raise ToolFailed if a word, sign, picture or link of the document is missing."""
    pages = read_page_texts(converted.pdf)
    drawings = count_drawings(source.docx.read_bytes(), len(pages))
    counts = {
        "words": count_missing_words(source.docx, pages),
        "signs": count_missing_signs(source.docx, pages),
        "pictures or drawings": count_missing_drawings(drawings, converted.pdf),
    }
    if source.check_links:
        links = set(_list_link_addresses(source.docx)) - set(
            _list_annotation_addresses(converted.pdf)
        )
        counts["links"] = len(links)
    if any(counts.values()):
        losses = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
        raise ToolFailed(
            f"{converted.engine} lost {losses} of the document",
            where=source.where,
            remedy="put them into plain paragraphs or table cells (no text boxes or frames), or "
            "try the other engine",
        )


def _list_link_addresses(docx: Path) -> list[str]:
    """Return the addresses of the body's links that have a text to click on."""
    with zipfile.ZipFile(docx) as archive:
        targets = read_relations(archive, "word/document.xml")
        links = list(parse_part(archive.read("word/document.xml")).iter(f"{W}hyperlink"))
    visible = [
        link for link in links if "".join(text.text or "" for text in link.iter(f"{W}t")).strip()
    ]
    return [targets[link.get(f"{R}id")][1] for link in visible if link.get(f"{R}id") in targets]


def _list_annotation_addresses(pdf: bytes) -> list[str]:
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        links = [
            annotation
            for page in document.pages
            for annotation in page.get("/Annots", ())
            if "/A" in annotation
        ]
        return [str(annotation.A.get("/URI", "")) for annotation in links]


def _report_replaced_fonts(where: str, count: int) -> Finding:
    return make_finding(
        "DRAFT.FONT",
        where,
        f"it names {count} fonts that are not on the shelf; {TEXT_FACE} is drawn in their place",
        f"check its pages, use {TEXT_FACE} in the template, or install LibreOffice",
    )
