"""convert: a Word document in, a PDF out; no word may get lost and no character may turn into a box.

The embedded engine draws with our fonts only; LibreOffice is used where it is asked for, or where the embedded engine
lost a word. Must not know what the document says or is for.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import IO

from assembler import tools
from assembler.errors import TemplateBroken, ToolFailed

_TEXT_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWN_AS_NOTHING = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\n\t\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """The PDF and what made it. `links`: link annotations in it."""

    pdf: bytes
    engine: str
    links: int


def to_pdf(docx: Path, where: str, engine: str, fonts: Sequence[Path], scratch: Path) -> Converted:
    """Convert one document. `engine`: "embedded", "libreoffice" or "auto" (embedded, then LibreOffice if words are lost).

    `where` names the template in messages. Raises TemplateBroken for a character no font has, ToolFailed for lost words.
    """
    missing = uncovered(visible_text(docx), fonts)
    if missing:
        codes = ", ".join(f"U+{ord(character):04X}" for character in missing[:8])
        raise TemplateBroken(
            f"no font on the shelf has the characters {codes}", where=where,
            remedy="replace these characters in case.json, or add a font for them",
        )
    made = libreoffice(docx, where, scratch) if engine == "libreoffice" else embedded(docx, where, fonts)
    lost = lost_words(docx, made.pdf)
    if lost and engine == "auto" and tools.find("soffice"):
        made = libreoffice(docx, where, scratch)
        lost = lost_words(docx, made.pdf)
    if lost:
        raise ToolFailed(
            f"{made.engine} lost {lost} words of the document", where=where,
            remedy="simplify its layout (no text boxes or frames), or install LibreOffice",
        )
    return made


def embedded(docx: Path, where: str, fonts: Sequence[Path]) -> Converted:
    """Convert with office2pdf: tagged, same bytes each time. Raises ToolFailed."""
    import office2pdf

    folders = list(dict.fromkeys(font.parent for font in fonts))
    options = office2pdf.ConvertOptions(font_paths=folders, tagged=True)
    try:
        result = office2pdf.convert_path(docx, options)
    except office2pdf.Office2PdfError as error:
        raise ToolFailed(
            f"the embedded Word engine cannot read it ({type(error).__name__})", where=where,
            remedy="open it in Word and save it again as .docx",
        ) from error
    _own_fonts_only(result.pdf, where, fonts)
    return Converted(pdf=result.pdf, engine=embedded_version(), links=_links(result.pdf))


def libreoffice(docx: Path, where: str, scratch: Path) -> Converted:
    """Convert with LibreOffice in a profile that is thrown away and follows no link. Raises ToolMissing, ToolFailed."""
    profile, out = scratch / "profile", scratch / "out"
    (profile / "user").mkdir(parents=True)
    out.mkdir()
    (profile / "user/registrymodifications.xcu").write_text(_PROFILE)
    made = out / docx.with_suffix(".pdf").name
    result = tools.run(
        "soffice",
        [f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--convert-to", "pdf", "--outdir",
         str(out), str(docx)],
        timeout=120,
        cwd=scratch,
    )
    # its exit code is 0 whatever happens, so only the file counts
    if not made.is_file() or made.stat().st_size == 0:
        raise ToolFailed(
            f"LibreOffice gave no PDF (exit {result.returncode})", where=where, remedy="open it in Word and save it again"
        )
    data = made.read_bytes()
    name = (tools.version("soffice") or "LibreOffice").split(" ")
    return Converted(pdf=data, engine=" ".join(name[:2]), links=_links(data))


def embedded_version() -> str:
    """Name and version of the embedded engine."""
    return f"office2pdf {version('office2pdf-python')}"


def uncovered(text: str, fonts: Sequence[Path]) -> tuple[str, ...]:
    """Characters of the text that none of these fonts has a glyph for, each once, in order of appearance."""
    covered = _coverage(tuple(fonts))
    return tuple(dict.fromkeys(c for c in text if ord(c) not in covered and c not in _DRAWN_AS_NOTHING))


def words_of(docx: Path) -> list[str]:
    """Words of the document as a reader sees them: body, headers, footers, notes, text boxes."""
    return visible_text(docx).split()


def lost_words(docx: Path, pdf: bytes) -> int:
    """How many words of the document are not in the PDF's text; order and line breaks do not matter."""
    wanted = Counter(_letters(visible_text(docx)))
    found = Counter(_letters(_pdf_text(pdf)))
    if not wanted - found:
        return 0
    # characters are missing; count the words that cannot be spelled from what is left
    there = _flat(_pdf_text(pdf))
    return max(1, sum(_flat(word) not in there for word in words_of(docx)))


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("\u00ad", "")


def visible_text(docx: Path | IO[bytes]) -> str:
    """Text of the parts that are printed, a space between paragraphs, cells and breaks."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    pieces: list[str] = []
    with zipfile.ZipFile(docx) as archive:
        for name in sorted(filter(_TEXT_PARTS.fullmatch, archive.namelist())):
            for node in etree.fromstring(archive.read(name), parser).iter():
                if node.tag == f"{_W}t":
                    pieces.append(node.text or "")
                elif node.tag in (f"{_W}p", f"{_W}br", f"{_W}tab", f"{_W}cr"):
                    pieces.append(" ")
    return unicodedata.normalize("NFC", "".join(pieces))


def _pdf_text(pdf: bytes) -> str:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf)
    try:
        return "\n".join(document[n].get_textpage().get_text_bounded() for n in range(len(document)))
    finally:
        document.close()


def _own_fonts_only(pdf: bytes, where: str, fonts: Sequence[Path]) -> None:
    """The engine may fall back to a font of the machine; then another machine would draw something else."""
    import io

    import pikepdf

    known = {_plain(name) for font in fonts for name in _names(font)}
    with pikepdf.open(io.BytesIO(pdf)) as book:
        used = {str(o.BaseFont) for o in book.objects if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o}
    foreign = [name for name in used if not any(_plain(name.split("+")[-1]).startswith(own) for own in known)]
    if foreign:
        raise TemplateBroken(
            "the document is drawn with a font that is not on the shelf", where=where,
            remedy="use IBM Plex Serif in the template",
        )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def _names(font: Path) -> tuple[str, ...]:
    """PostScript names of the faces in a font file."""
    from fontTools.ttLib import TTCollection, TTFont

    if font.suffix == ".ttc":
        with TTCollection(font, lazy=True) as collection:
            return tuple(str(face["name"].getDebugName(6)) for face in collection.fonts)
    with TTFont(font, lazy=True) as face:
        return (str(face["name"].getDebugName(6)),)


@cache
def _coverage(fonts: tuple[Path, ...]) -> frozenset[int]:
    """Code points that some font has a glyph for; one face of a family speaks for its weights."""
    from fontTools.ttLib import TTFont

    covered: set[int] = set()
    for font in fonts:
        if font.stem.endswith("-Regular") or font.suffix == ".ttc":
            with TTFont(font, lazy=True, fontNumber=0) as face:
                covered |= set(face.getBestCmap())
    return frozenset(covered)


def _links(pdf: bytes) -> int:
    import io

    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as book:
        return sum(len(page.get("/Annots", ())) for page in book.pages)


_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""
