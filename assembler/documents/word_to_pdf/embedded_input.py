"""Prepare the copy of a document for the embedded engine: our fonts, nothing hidden."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

from lxml import etree

from assembler.documents.word_to_pdf.coverage import TEXT_FACE, read_font_families
from assembler.documents.word_to_pdf.word_text import W, find_hidden_styles, is_hidden, parse_part
from assembler.runtime.zip_files import UndatedZipFile

_STYLED = re.compile(
    r"word/(document|styles|numbering|header\d*|footer\d*|footnotes|endnotes)\.xml"
)
_SCRIPTS = ("ascii", "hAnsi", "cs", "eastAsia")
_BULLET = "\u2022"


def prepare_for_embedded(docx: Path, fonts: Sequence[Path]) -> tuple[bytes, int]:
    """Return the copy of the document, and how many of its fonts were replaced.

    With other fonts than ours the engine would use those of the machine, and another machine would
    draw something else. It forgets the document's default font in some places, so each run names
    its own. It would print hidden text, which is removed.
    """
    known = {name for font in fonts for name in read_font_families(font)}
    replaced: set[str] = set()
    out = io.BytesIO()
    with zipfile.ZipFile(docx) as source:
        hidden = find_hidden_styles(source)
    with zipfile.ZipFile(docx) as source, UndatedZipFile(out, "w") as copy:
        for name in source.namelist():
            data = source.read(name)
            if _STYLED.fullmatch(name):
                root = parse_part(data)
                _drop_hidden(root, hidden)
                _drop_left_to_right(root)
                replaced |= _to_own_faces(root, known)
                data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            copy.writestr(name, data)
    return out.getvalue(), len(replaced)


def _to_own_faces(root: Any, known: Set[str]) -> set[str]:
    """Change a part in place; return the names (or theme slots) that were replaced."""
    replaced: set[str] = set()
    for fonts in root.iter(f"{W}rFonts"):
        for script in _SCRIPTS:
            theme = fonts.attrib.pop(f"{W}{script}Theme", None) or fonts.attrib.pop(
                f"{W}{script.lower()}theme", None
            )
            face = theme or fonts.get(f"{W}{script}")
            if face and face not in known:
                replaced.add(face)
                fonts.set(f"{W}{script}", TEXT_FACE)
    for run in root.iter(f"{W}r"):
        _tell_face(run)
    for level in root.iter(f"{W}lvlText"):  # bullets of symbol fonts are in the private use area
        text = level.get(f"{W}val", "")
        level.set(
            f"{W}val",
            "".join(
                _BULLET if 0xE000 <= ord(character) <= 0xF8FF else character for character in text
            ),
        )
    return replaced


def _tell_face(run: Any) -> None:
    properties = run.find(f"{W}rPr")
    if properties is None:
        properties = etree.Element(f"{W}rPr")
        run.insert(0, properties)
    if properties.find(f"{W}rFonts") is None:
        fonts = etree.Element(f"{W}rFonts", {f"{W}{script}": TEXT_FACE for script in _SCRIPTS})
        properties.insert(1 if properties.find(f"{W}rStyle") is not None else 0, fonts)


def _drop_hidden(root: Any, styles: Set[str]) -> None:
    for run in [run for run in root.iter(f"{W}r") if is_hidden(run, styles)]:
        run.getparent().remove(run)


def _drop_left_to_right(root: Any) -> None:
    """Remove marks that say a paragraph is not right to left, as LibreOffice writes them: the
    engine ignores the value."""
    for mark in [
        mark
        for mark in root.iter(f"{W}bidi")
        if mark.get(f"{W}val", "1").lower() in ("0", "false", "off")
    ]:
        mark.getparent().remove(mark)
