"""Print a client's Word file, after checking what must be settled before."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from assembler.documents import word_to_pdf
from assembler.errors import TemplateBroken, ToolFailed
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.refusal import Refused
from assembler.model import Severity
from assembler.runtime import programs
from assembler.runtime.counts import format_count
from assembler.runtime.resources import list_font_files

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAX_PARTS, _MAX_BYTES = 5_000, 300_000_000
# the ratio counts only above _RATIO_FROM bytes: a blank picture of a few megabytes compresses a
# thousandfold and is not a zip bomb
_MAX_RATIO, _RATIO_FROM = 200, 64_000_000
_PRINTED = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_CHANGED = tuple(f"{_W}{name}" for name in ("ins", "del", "moveFrom", "moveTo"))
_EDITION = 2  # increase it when the same engines give another result
_PRINT = "open it in Word and print it to PDF"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedWord:
    """The PDF of a Word file, its engine, what was removed, and what a person should know."""

    pdf: bytes
    engine: str
    removed: Counter[str]
    losses: tuple[Loss, ...]


def print_word(data: bytes, scratch: Path) -> PrintedWord:
    """Print a Word file. Raises Refused if it cannot be printed completely.

    `scratch`: a folder for the engines' files, removed by the caller.
    """
    data, removed, losses = _check_file(data)
    scratch.mkdir()
    source = scratch / "evidence.docx"
    source.write_bytes(data)
    converted = _convert(source, scratch)
    losses += _list_differences(word_to_pdf.count_drawings(source.read_bytes()), converted)
    return PrintedWord(
        pdf=converted.pdf, engine=converted.engine, removed=removed, losses=tuple(losses)
    )


def list_word_engines() -> tuple[str, ...]:
    """Return the engines of this machine, in the order they are tried, and the edition of their
    input."""
    office = (word_to_pdf.read_libreoffice_version(),) if programs.find("soffice") else ()
    return (f"plain copy {_EDITION}", *office, word_to_pdf.read_embedded_version())


def _convert(source: Path, scratch: Path) -> word_to_pdf.ConvertedDocument:
    """Convert with LibreOffice, which draws most of what Word does, else with the embedded engine;
    nothing visible may be lost."""
    engines = ["libreoffice", "embedded"] if programs.find("soffice") else ["embedded"]
    problem = ""
    for engine in engines:
        try:
            return word_to_pdf.convert_to_pdf(
                source, "the Word file", engine, list_font_files(), scratch / engine, evidence=True
            )
        except (ToolFailed, TemplateBroken) as error:
            problem = problem or error.problem
    charts = word_to_pdf.count_drawings(source.read_bytes()).charts
    detail = f"; it holds {format_count(charts, 'chart')}" if charts else ""
    remedy = _PRINT if len(engines) > 1 else f"{_PRINT}, or install LibreOffice, which draws more"
    raise Refused(
        "EVID.WORD", f"the Word file cannot be printed in full: {problem}{detail}", remedy
    )


def _list_differences(
    drawings: word_to_pdf.Drawings, converted: word_to_pdf.ConvertedDocument
) -> Iterator[Loss]:
    """Yield what the pages do not show as Word does, although all text and pictures are there."""
    if drawings.broken:
        problem = (
            f"{format_count(drawings.broken, 'picture')} of the Word file missing or damaged: "
            "there is nothing in its place"
        )
        remedy = "ask for the file again, or for its pages as PDF"
        yield _make_word_loss(Severity.ERROR, problem, remedy)
    if converted.engine.startswith("office2pdf"):
        problem = (
            f"the Word file was drawn by {converted.engine}, since LibreOffice is not installed "
            "or failed"
        )
        graphics = []
        if drawings.shapes:
            shapes = format_count(drawings.shapes, "shape")
            graphics.append(f"{shapes} without text (lines, arrows, boxes)")
        if drawings.equations:
            graphics.append(format_count(drawings.equations, "equation"))
        if graphics:
            items = ", ".join(graphics)
            problem += f"; it holds {items}, which this engine may omit or misplace"
        remedy = f"check its pages, since text boxes may overlap; or {_PRINT}"
        yield _make_word_loss(Severity.WARNING, problem, remedy)
    if converted.notes:
        problem = f"not printed as Word shows it: {'; '.join(converted.notes)}"
        yield _make_word_loss(Severity.WARNING, problem, f"compare the pages; or {_PRINT}")


def _make_word_loss(severity: Severity, problem: str, remedy: str) -> Loss:
    return make_loss("EVID.WORD", problem, remedy, severity)


def _check_file(original: bytes) -> tuple[bytes, Counter[str], list[Loss]]:
    """Return the file in one form for all writers, what printing removes, and what a person should
    know.

    Raises Refused for a zip bomb, and for parts that are not in the file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(original)) as archive:
            _check_archive(archive)
            _refuse_external_parts(archive)
        data = word_to_pdf.normalize_docx(original)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            changed = sum(
                len(change) > 0
                for root in _iterate_printed_parts(archive)
                for change in root.iter(*_CHANGED)
            )
            removed = _count_removed(archive)
    except (
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        KeyError,
        ValueError,
        NotImplementedError,
        EOFError,
    ) as error:
        raise Refused(
            "EVID.BROKEN", "the Word file is damaged", "ask for the file again"
        ) from error
    if not changed:
        return data, removed, []
    problem = f"the Word file has {changed} tracked changes, so it is unclear which text is final"
    remedy = "accept or reject them in Word, and save the file"
    return data, removed, [make_loss("EVID.TRACKED", problem, remedy, Severity.ERROR)]


def _check_archive(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    sizes = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    names = Counter(part.filename.replace("\\", "/").casefold() for part in parts)
    if len(parts) > _MAX_PARTS or sizes > max(_RATIO_FROM, min(_MAX_BYTES, _MAX_RATIO * packed)):
        raise Refused("EVID.LIMIT", "the Word file is too large when unpacked", _PRINT)
    if any(count > 1 for count in names.values()) or any(
        ".." in name.split("/") or name[:1] == "/" for name in names
    ):
        raise Refused("EVID.BROKEN", "the Word file has an invalid structure", _PRINT)
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("EVID.BROKEN", "parts of the Word file are encrypted", _PRINT)


def _refuse_external_parts(archive: zipfile.ZipFile) -> None:
    """Raise Refused for linked pictures or texts, and files of another kind, which the pages would
    silently lack."""
    for name in archive.namelist():
        if not name.endswith(".rels"):
            continue
        for relation in word_to_pdf.parse_part(archive.read(name)):
            kind = relation.get("Type", "").rpartition("/")[2]
            is_external = relation.get("TargetMode") == "External" and kind not in (
                "hyperlink",
                "attachedTemplate",
            )
            if is_external or kind in ("aFChunk", "subDocument"):
                problem = (
                    "shows pictures or text that it only links to"
                    if is_external
                    else "embeds another kind of file"
                )
                raise Refused("EVID.LINKED", f"the Word file {problem}", _PRINT)


def _iterate_printed_parts(archive: zipfile.ZipFile) -> Iterator[Any]:
    return (
        word_to_pdf.parse_part(archive.read(name))
        for name in archive.namelist()
        if _PRINTED.fullmatch(name)
    )


def _count_removed(archive: zipfile.ZipFile) -> Counter[str]:
    names = archive.namelist()
    comments = (
        word_to_pdf.parse_part(archive.read("word/comments.xml"))
        if "word/comments.xml" in names
        else ()
    )
    counts = Counter(
        {
            "comment": sum(element.tag == f"{_W}comment" for element in comments),
            "embedded file (its picture remains)": sum(
                name.startswith("word/embeddings/") for name in names
            ),
            "hidden text": sum(
                root.find(f".//{_W}vanish") is not None for root in _iterate_printed_parts(archive)
            ),
            "document metadata": sum(name.startswith("docProps/") for name in names),
        }
    )
    return +counts
