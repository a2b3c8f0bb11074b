"""Which engine draws, and whether what it drew is whole."""

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
    covered,
    needed,
    own_faces_only,
    uncovered,
)
from assembler.documents.word_to_pdf.embedded_input import for_embedded
from assembler.documents.word_to_pdf.keep_with_next import kept
from assembler.documents.word_to_pdf.libreoffice import by_libreoffice
from assembler.documents.word_to_pdf.picture_count import drawings_missing, drawings_of
from assembler.documents.word_to_pdf.plain_copy import ListMode, write_plain
from assembler.documents.word_to_pdf.word_text import (
    R,
    W,
    all_text,
    page_texts,
    parsed,
    printed_text,
    relations,
    signs_missing,
    words_missing,
)
from assembler.errors import TemplateBroken, ToolFailed
from assembler.model import Finding, Severity
from assembler.runtime import programs


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """The PDF, what made it, and what a person should know of how; `notes`: what was printed
    otherwise than Word shows it."""

    pdf: bytes
    engine: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def to_pdf(
    docx: Path,
    where: str,
    engine: str,
    fonts: Sequence[Path],
    scratch: Path,
    *,
    evidence: bool = False,
) -> Converted:
    """Convert one document. `engine`: "embedded", "libreoffice", or "auto": embedded, and
    LibreOffice where that loses something and LibreOffice is installed. `evidence`: it will be
    paper; numbers of lists may become text, and links be lost.

    `where` names the template in messages; `scratch` is a folder that need not exist. Raises
    TemplateBroken for a character no font has, ToolFailed for lost words, signs, pictures or links,
    ToolMissing.
    """
    _readable(docx, where)
    if engine != "libreoffice":
        try:
            lists: ListMode = "written" if evidence else "kept"
            return _by_one(
                docx,
                where,
                fonts,
                scratch,
                lambda source: embedded(source, where, fonts),
                lists,
                not evidence,
            )
        except ToolFailed:
            if engine == "embedded" or not programs.find("soffice"):
                raise
    return _by_one(
        docx,
        where,
        fonts,
        scratch,
        lambda source: libreoffice(source, where, fonts, scratch),
        "bullets",
        not evidence,
    )


def _by_one(
    docx: Path,
    where: str,
    fonts: Sequence[Path],
    scratch: Path,
    draw: Callable[[Path], Converted],
    lists: ListMode,
    links: bool,
) -> Converted:
    """Draw the plain copy of the document, and see that all of it is there; with `links`, those
    too."""
    plain = write_plain(docx.read_bytes(), covered(fonts), lists)
    if not plain.changed:
        return _drawn(docx, where, fonts, draw, links=links)
    folder = scratch.with_name(f"{scratch.name}-plain")
    folder.mkdir(parents=True)
    try:
        (folder / docx.name).write_bytes(plain.data)
        return replace(
            _drawn(folder / docx.name, where, fonts, draw, links=links), notes=plain.notes
        )
    finally:
        shutil.rmtree(folder)


def _drawn(
    docx: Path, where: str, fonts: Sequence[Path], draw: Callable[[Path], Converted], *, links: bool
) -> Converted:
    missing = uncovered(printed_text(docx), fonts)
    if missing:
        raise no_glyph(missing, where, "remove them from the template, or use others")
    return _whole(docx, draw(docx), where, links=links)


def no_glyph(characters: Sequence[str], where: str, remedy: str) -> TemplateBroken:
    """The error for characters that no font on the shelf can draw."""
    codes = ", ".join(f"U+{ord(character):04X}" for character in characters[:8])
    return TemplateBroken(
        f"no font on the shelf has the characters {codes}", where=where, remedy=remedy
    )


def embedded(docx: Path, where: str, fonts: Sequence[Path]) -> Converted:
    """Convert with office2pdf: tagged, drawn with our fonts only, same bytes each time. Raises
    ToolFailed."""
    import office2pdf

    data, replaced = for_embedded(docx, fonts)
    folders = list(
        dict.fromkeys(font.parent for font in needed(data, all_text(io.BytesIO(data)), fonts))
    )
    options = office2pdf.ConvertOptions(font_paths=folders, tagged=True)
    try:
        pdf = kept(data, lambda whole: bytes(office2pdf.convert_bytes(whole, "docx", options).pdf))
    except office2pdf.Office2PdfError as error:
        raise ToolFailed(
            f"the embedded Word engine cannot read it ({type(error).__name__})",
            where=where,
            remedy="open it in Word and save it again as .docx",
        ) from error
    own_faces_only(pdf, where, fonts)
    findings = (_fonts_replaced(where, replaced),) if replaced else ()
    return Converted(pdf=pdf, engine=embedded_version(), findings=findings)


def libreoffice(docx: Path, where: str, fonts: Sequence[Path], scratch: Path) -> Converted:
    """Convert with LibreOffice, links put back. Raises ToolMissing, ToolFailed."""
    return Converted(pdf=by_libreoffice(docx, where, fonts, scratch), engine=libreoffice_version())


def embedded_version() -> str:
    """Name and version of the embedded engine."""
    return f"office2pdf {version('office2pdf-python')}"


@cache
def libreoffice_version() -> str:
    """Name and version of LibreOffice: "LibreOffice 7.4.7.2"."""
    return " ".join((programs.version("soffice") or "LibreOffice").split(" ")[:2])


def _readable(docx: Path, where: str) -> None:
    """Raises TemplateBroken for anything but a Word document in the common (transitional) form."""
    try:
        with zipfile.ZipFile(docx) as archive:
            kind = parsed(archive.read("word/document.xml")).tag
    except (zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise TemplateBroken(
            "not a Word document", where=where, remedy="save it as .docx in Word"
        ) from error
    if kind != f"{W}document":
        raise TemplateBroken(
            "a Word document of another kind",
            where=where,
            remedy="save it as .docx, not as Strict Open XML",
        )


def _whole(docx: Path, made: Converted, where: str, *, links: bool) -> Converted:
    """The same, if no word, sign, picture or link of the document is missing. Raises ToolFailed."""
    pages = page_texts(made.pdf)
    lost = {
        "words": words_missing(docx, pages),
        "signs": signs_missing(docx, pages),
        "pictures or drawings": drawings_missing(
            drawings_of(docx.read_bytes(), len(pages)), made.pdf
        ),
        "links": len(set(_addresses(docx)) - set(_annotations(made.pdf))) if links else 0,
    }
    if any(lost.values()):
        remedy = (
            "put them into plain paragraphs or table cells (no text boxes or frames), or try "
            "the other engine"
        )
        named = ", ".join(f"{count} {what}" for what, count in lost.items() if count)
        raise ToolFailed(f"{made.engine} lost {named} of the document", where=where, remedy=remedy)
    return made


def _addresses(docx: Path) -> list[str]:
    """Where the links of the body lead that have a text to click on."""
    with zipfile.ZipFile(docx) as archive:
        targets = relations(archive, "word/document.xml")
        links = list(parsed(archive.read("word/document.xml")).iter(f"{W}hyperlink"))
    spoken = [
        link for link in links if "".join(text.text or "" for text in link.iter(f"{W}t")).strip()
    ]
    return [targets[link.get(f"{R}id")][1] for link in spoken if link.get(f"{R}id") in targets]


def _annotations(pdf: bytes) -> list[str]:
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as book:
        notes = [note for page in book.pages for note in page.get("/Annots", ()) if "/A" in note]
        return [str(note.A.get("/URI", "")) for note in notes]


def _fonts_replaced(where: str, count: int) -> Finding:
    return Finding(
        rule="DRAFT.FONT",
        severity=Severity.WARNING,
        where=where,
        problem=f"it names {count} fonts that are not on the shelf; {TEXT_FACE} is drawn in their "
        f"place",
        remedy=f"look at its pages, use {TEXT_FACE} in the template, or install LibreOffice",
    )
