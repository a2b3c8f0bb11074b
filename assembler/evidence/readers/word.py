"""A client's Word file: what must be settled before it can be printed, and printing it."""

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
from assembler.evidence.losses import Loss
from assembler.evidence.refusal import Refused
from assembler.model import Severity
from assembler.runtime import programs
from assembler.runtime.resources import font_files

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_PARTS, _MOST_BYTES = 5_000, 300_000_000
_MOST_RATIO, _RATIO_FROM = (
    200,
    64_000_000,
)  # a plain picture of a few megabytes packs a thousand times smaller, and is no bomb
_PRINTED = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_CHANGED = tuple(f"{_W}{name}" for name in ("ins", "del", "moveFrom", "moveTo"))
_EDITION = 2  # raise it when a Word file comes out otherwise with the same engines
_PRINT = "open it in Word and print it to PDF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The PDF, what drew it, what was taken out, and what a person should know."""

    pdf: bytes
    engine: str
    removed: Counter[str]
    losses: tuple[Loss, ...]


def print_word(data: bytes, scratch: Path) -> Printed:
    """Raises Refused for what cannot be printed whole. `scratch`: a folder for the engines'
    files, removed by the caller."""
    data, removed, losses = _looked_at(data)
    scratch.mkdir()
    source = scratch / "evidence.docx"
    source.write_bytes(data)
    made = _converted(source, scratch)
    losses += _told(word_to_pdf.drawings_of(source.read_bytes()), made)
    return Printed(pdf=made.pdf, engine=made.engine, removed=removed, losses=tuple(losses))


def engines() -> tuple[str, ...]:
    """What would draw it on this machine, the first that can, and the edition of what it is
    handed."""
    office = (word_to_pdf.libreoffice_version(),) if programs.find("soffice") else ()
    return (f"plain copy {_EDITION}", *office, word_to_pdf.embedded_version())


def _converted(source: Path, scratch: Path) -> word_to_pdf.Converted:
    """By LibreOffice, which draws most of what Word does, else by the embedded engine; nothing
    visible may get lost."""
    engines = ["libreoffice", "embedded"] if programs.find("soffice") else ["embedded"]
    why = ""
    for engine in engines:
        try:
            return word_to_pdf.to_pdf(
                source, "the Word file", engine, font_files(), scratch / engine, evidence=True
            )
        except (ToolFailed, TemplateBroken) as error:
            why = why or error.problem
    charts = word_to_pdf.drawings_of(source.read_bytes()).charts
    held = f"; it holds {_many(charts, 'chart')}" if charts else ""
    remedy = _PRINT if len(engines) > 1 else f"{_PRINT}, or install LibreOffice, which draws more"
    raise Refused("EVID.WORD", f"the Word file cannot be printed whole: {why}{held}", remedy)


def _told(drawings: word_to_pdf.Drawings, made: word_to_pdf.Converted) -> Iterator[Loss]:
    """What the pages do not show as Word does, although every word, sign and picture is there."""
    if drawings.broken:
        problem = (
            f"{_many(drawings.broken, 'picture')} of the Word file missing from it, or "
            f"damaged: nothing is at its place"
        )
        yield _word(Severity.ERROR, problem, "ask for the file again, or for its pages as PDF")
    if made.engine.startswith("office2pdf"):
        problem = (
            f"the Word file was drawn by {made.engine}, since LibreOffice is not installed "
            f"or could not"
        )
        told = [f"{_many(drawings.shapes, 'shape')} without text (lines, arrows, boxes)"] * bool(
            drawings.shapes
        )
        told += [f"{_many(drawings.equations, 'equation')}"] * bool(drawings.equations)
        amount = (
            f"; it holds {', '.join(told)}, which this engine may leave out or set elsewhere"
            if told
            else ""
        )
        yield _word(
            Severity.WARNING,
            problem + amount,
            f"look at its pages, for text boxes may overlap; or {_PRINT}",
        )
    if made.notes:
        yield _word(
            Severity.WARNING,
            f"not printed as Word shows it: {'; '.join(made.notes)}",
            f"compare the pages; or {_PRINT}",
        )


def _word(severity: Severity, problem: str, remedy: str) -> Loss:
    return Loss(rule="EVID.WORD", severity=severity, problem=problem, remedy=remedy)


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _looked_at(given: bytes) -> tuple[bytes, Counter[str], list[Loss]]:
    """The file in one form for all writers, what printing takes out, and what a person should know.

    Raises Refused for a bomb, and for what is not in the file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(given)) as archive:
            _within_limits(archive)
            _nothing_outside(archive)
        data = word_to_pdf.normal_form(given)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            changed = sum(
                1 for root in _printed(archive) for one in root.iter(*_CHANGED) if len(one)
            )
            removed = _removed(archive)
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
    problem = f"the Word file has {changed} tracked changes; which text is meant cannot be known"
    remedy = "accept or reject them in Word, and save it anew"
    return (
        data,
        removed,
        [Loss(rule="EVID.TRACKED", severity=Severity.ERROR, problem=problem, remedy=remedy)],
    )


def _within_limits(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    sizes = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    names = Counter(part.filename.replace("\\", "/").casefold() for part in parts)
    if len(parts) > _MOST_PARTS or sizes > max(_RATIO_FROM, min(_MOST_BYTES, _MOST_RATIO * packed)):
        raise Refused("EVID.LIMIT", "the Word file unpacks to far more than it should", _PRINT)
    if any(count > 1 for count in names.values()) or any(
        ".." in name.split("/") or name[:1] == "/" for name in names
    ):
        raise Refused("EVID.BROKEN", "the Word file is put together as no Word file is", _PRINT)
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("EVID.BROKEN", "parts of the Word file are encrypted", _PRINT)


def _nothing_outside(archive: zipfile.ZipFile) -> None:
    """Pictures and texts that are elsewhere, or in a form of their own, would silently be
    missing on its pages."""
    for name in archive.namelist():
        if not name.endswith(".rels"):
            continue
        for one in word_to_pdf.parsed(archive.read(name)):
            kind = one.get("Type", "").rpartition("/")[2]
            outside = one.get("TargetMode") == "External" and kind not in (
                "hyperlink",
                "attachedTemplate",
            )
            if outside or kind in ("aFChunk", "subDocument"):
                what = (
                    "shows pictures or texts that it only links to"
                    if outside
                    else "holds a file of another kind"
                )
                raise Refused("EVID.LINKED", f"the Word file {what}", _PRINT)


def _printed(archive: zipfile.ZipFile) -> Iterator[Any]:
    return (
        word_to_pdf.parsed(archive.read(name))
        for name in archive.namelist()
        if _PRINTED.fullmatch(name)
    )


def _removed(archive: zipfile.ZipFile) -> Counter[str]:
    names = archive.namelist()
    comments = (
        word_to_pdf.parsed(archive.read("word/comments.xml"))
        if "word/comments.xml" in names
        else ()
    )
    found = Counter(
        {
            "comment": sum(1 for one in comments if one.tag == f"{_W}comment"),
            "embedded file (its picture stays)": sum(
                name.startswith("word/embeddings/") for name in names
            ),
            "hidden text": sum(
                root.find(f".//{_W}vanish") is not None for root in _printed(archive)
            ),
            "document metadata": sum(name.startswith("docProps/") for name in names),
        }
    )
    return +found
