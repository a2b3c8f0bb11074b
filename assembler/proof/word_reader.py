"""Read what a reader of a Word file sees, independently of the code that prints it."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lxml import etree

from assembler.proof.word_package import (
    WordPackage,
    find_attribute,
    find_child,
    is_on,
    list_children,
    list_printed_margins,
    list_style_chain,
    read_font_name,
)

_CHECKED, _UNCHECKED, _UNKNOWN_SIGN = "\u2612", "\u2610", "\ufffc"
# Wingdings and similar fonts, by the low byte of the code: check boxes, and the most common bullets
# and arrows
_DINGBATS: Mapping[str, Mapping[int, str]] = {
    "wingdings": {
        **dict.fromkeys((0x6F, 0x70, 0x71, 0x72, 0xA8), _UNCHECKED),
        **dict.fromkeys((0x78, 0xFB, 0xFC, 0xFD, 0xFE), _CHECKED),
        0x9F: "\u2022",
        0x6C: "\u25cf",
        0x6E: "\u25a0",
        0xA7: "\u25aa",
        0xE0: "\u2192",
        0xDF: "\u2190",
    },
    "wingdings 2": {
        **dict.fromkeys((0x4F, 0x50, 0x51, 0x52, 0x53, 0x54), _CHECKED),
        0xA3: _UNCHECKED,
        0x2A: _UNCHECKED,
    },
    "webdings": {**dict.fromkeys((0x61, 0x72), _CHECKED), 0x63: _UNCHECKED},
}
_SPACES = frozenset(("tab", "ptab", "br", "cr"))
_INVISIBLE = frozenset(
    (
        "del",
        "moveFrom",
        "rPr",
        "pPr",
        "sectPr",
        "tblPr",
        "sdtPr",
        "instrText",
        "delText",
        "delInstrText",
    )
)
_PAGE_FIELDS = frozenset(
    ("PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION")
)  # each program counts pages for itself
_VECTOR_PICTURES = (".emf", ".wmf", ".svg", ".emz", ".wmz")
_PICTURE_NAMES = frozenset(("blip", "imagedata"))


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleThings:
    """Paragraphs as printed (checked boxes are U+2612, empty ones U+2610), and how many pictures
    are placed.

    `outlines`: vector pictures (EMF, WMF, SVG), which a program may draw as lines. `some_signs`:
    how many characters of symbol fonts cannot be identified.
    """

    paragraphs: tuple[str, ...]
    pictures: int
    outlines: int
    some_signs: int
    right_to_left: bool


def read_visible_words(source: Path | IO[bytes]) -> tuple[str, ...]:
    """Return every word and sign that a reader of the Word file sees, in order, separated by
    blanks."""
    return tuple(
        word for paragraph in read_visible_things(source).paragraphs for word in paragraph.split()
    )


def read_visible_things(source: Path | IO[bytes]) -> VisibleThings:
    """Read the body, the notes, and the headers and footers that are printed.

    Raises OSError, KeyError, ValueError, zipfile.BadZipFile or lxml.etree.XMLSyntaxError for a file
    that is no Word file.
    """
    with zipfile.ZipFile(source) as archive:
        package = WordPackage(archive)
        reading = _Reading(package)
        body = package.read_root(package.main)
        reading.read_part(package.main, body)
        for name in list_printed_margins(package, body):
            reading.read_part(name, package.read_root(name))
        for kind in ("footnote", "endnote"):
            _read_notes(package, reading, kind)
    paragraphs = tuple(
        text for text in ("".join(pieces) for pieces in reading.paragraphs) if text.strip()
    )
    has_rtl_letters = any(
        unicodedata.bidirectional(letter) in ("R", "AL") for text in paragraphs for letter in text
    )
    return VisibleThings(
        paragraphs=paragraphs,
        pictures=reading.pictures,
        outlines=reading.outlines,
        some_signs=reading.some_signs,
        right_to_left=reading.right_to_left or has_rtl_letters,
    )


@dataclass(slots=True)
class _Field:
    """A field being read: its instruction, whether its result has begun, and whether a form shows
    its own value."""

    instruction: str = ""
    in_result: bool = False
    shows_own: bool = False

    def is_shown(self) -> bool:
        instruction_words = self.instruction.split()
        return (
            self.in_result
            and not self.shows_own
            and not (instruction_words and instruction_words[0].upper() in _PAGE_FIELDS)
        )


@dataclass(slots=True)
class _Reading:
    """A pass over the parts of a file; paragraphs are lists of pieces, those of text boxes
    separate."""

    package: WordPackage
    paragraphs: list[list[str]] = field(default_factory=lambda: [[]])
    pictures: int = 0
    outlines: int = 0
    some_signs: int = 0
    right_to_left: bool = False
    _in_equation: bool = False
    _fields: list[_Field] = field(default_factory=list)
    _relations: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    _paragraph_style: str = ""

    def read_part(self, name: str, root: Any) -> None:
        self._relations, self._fields = self.package.read_relations(name), []
        self._walk(root)

    def _walk(self, element: Any) -> None:
        for child in element:
            if isinstance(child.tag, str):
                self._visit(child, etree.QName(child).localname)

    def _visit(self, element: Any, name: str) -> None:
        if name in _INVISIBLE:
            if name == "instrText" and self._fields and not self._fields[-1].in_result:
                self._fields[-1].instruction += element.text or ""
            return
        if name == "p":
            self._read_paragraph(element)
        elif name == "r" and not self._is_hidden(element):
            self.right_to_left |= bool(is_on(find_child(find_child(element, "rPr"), "rtl")))
            self._read_run(element)
        elif name == "oMath":
            self._in_equation = True
            self._walk(element)
            self._in_equation = False
        elif name == "AlternateContent":
            choice = find_child(element, "Choice")
            self._walk(choice if choice is not None else element)
        elif name == "fldSimple":
            self._fields.append(
                _Field(instruction=find_attribute(element, "instr"), in_result=True)
            )
            self._walk(element)
            self._fields.pop()
        elif name != "r" and not _is_unseen_row_or_cell(element, name):
            self._read_thing(element, name)

    def _read_paragraph(self, element: Any) -> None:
        outer, style = self.paragraphs[-1], self._paragraph_style
        self._paragraph_style = find_attribute(
            find_child(find_child(element, "pPr"), "pStyle"), "val"
        )
        self.right_to_left |= bool(
            is_on(find_child(find_child(element, "pPr"), "bidi"))
        ) or self._is_right_to_left(self._paragraph_style)
        self.paragraphs.append([])
        self._walk(element)
        self._paragraph_style = style
        self.paragraphs.append([" "] if outer else [])

    def _read_run(self, run: Any) -> None:
        face = self._find_font(run)
        for child in run:
            if not isinstance(child.tag, str):
                continue
            name = etree.QName(child).localname
            if name == "t":
                letters = child.text or ""
                self._append(
                    "".join(
                        self._read_sign(face, ord(c)) if _is_symbol(face, c) else c for c in letters
                    )
                )
            elif name == "sym":
                self._append(
                    self._read_sign(
                        find_attribute(child, "font").lower(),
                        int(find_attribute(child, "char", "0"), 16),
                    )
                )
            elif name == "noBreakHyphen":
                self._append("-")
            elif name in _SPACES:
                self._append(" ")
            elif name == "fldChar":
                self._track_field(child)
            else:
                self._visit(child, name)

    def _read_thing(self, element: Any, name: str) -> None:
        """Read anything that is neither text nor a run: a picture, a drawing, an equation, a box
        with content."""
        if name in _PICTURE_NAMES:
            self._count_picture(element)
        elif name == "t" and element.text:  # of an equation or a drawing
            self._append(element.text)
        elif name == "textpath":
            self._append(f" {element.get('string', '')} ")
        elif name in ("chart", "relIds"):
            self._read_diagram(element)
        self._walk(element)

    def _is_right_to_left(self, style: str) -> bool:
        return any(
            chained.right_to_left for chained in list_style_chain(self.package.styles, style)
        )

    def _append(self, text: str) -> None:
        # each program typesets equations its own way: only their letters and digits are compared
        if self._in_equation:
            text = f" {''.join(letter for letter in text if letter.isalnum())} "
        if all(opened.is_shown() for opened in self._fields):
            self.paragraphs[-1].append(text)

    def _read_sign(self, face: str, code: int) -> str:
        """Return what a code of a symbol font shows; " ", counted, if that is not known."""
        if face == "symbol":
            from pypdf._codecs.symbol import _symbol_encoding

            sign: str = _symbol_encoding[code & 0xFF]
            if sign.strip():
                return sign
        sign = _DINGBATS.get(face, {}).get(code & 0xFF, "")
        if not sign and code & 0xFF != 0x20 and all(opened.is_shown() for opened in self._fields):
            self.some_signs += 1
        return sign or " "

    def _track_field(self, mark: Any) -> None:
        kind = find_attribute(mark, "fldCharType")
        if kind == "begin":
            shown = _read_form_value(find_child(mark, "ffData"))
            self._append(shown)
            self._fields.append(_Field(shows_own=bool(shown)))
        elif kind == "separate" and self._fields:
            self._fields[-1].in_result = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _count_picture(self, element: Any) -> None:
        ids = [
            value
            for name, value in element.attrib.items()
            if etree.QName(name).localname in ("embed", "link", "id", "pict")
        ]
        target = next(
            (
                self._relations[relation_id][1]
                for relation_id in ids
                if relation_id in self._relations
            ),
            "",
        )
        if not target or not all(opened.is_shown() for opened in self._fields):
            return
        if target.lower().endswith(_VECTOR_PICTURES):
            self.outlines += self.package.has(target)
        else:
            self.pictures += self.package.has_picture(target)

    def _read_diagram(self, element: Any) -> None:
        """Count a chart, and read the words of SmartArt, which are in a part of their own.

        Which names and numbers of a chart are printed depends on the space they have.
        """
        for name, value in element.attrib.items():
            kind, target, _ = self._relations.get(value, ("", "", False))
            if etree.QName(name).localname == "id":
                self.outlines += kind in ("chart", "chartEx")
            if etree.QName(name).localname == "dm" and self.package.has(target):
                texts = [text.text or "" for text in self.package.read_root(target).iter("{*}t")]
                self.paragraphs += [*([text] for text in texts), []]

    def _is_hidden(self, run: Any) -> bool:
        properties = find_child(run, "rPr")
        run_setting = is_on(find_child(properties, "vanish"))
        if run_setting is not None:
            return run_setting
        styles = (find_attribute(find_child(properties, "rStyle"), "val"), self._paragraph_style)
        style_settings = [
            style.hides for name in styles for style in list_style_chain(self.package.styles, name)
        ]
        return next((setting for setting in style_settings if setting is not None), False)

    def _find_font(self, run: Any) -> str:
        properties = find_child(run, "rPr")
        styles = (find_attribute(find_child(properties, "rStyle"), "val"), self._paragraph_style)
        faces = [
            read_font_name(properties),
            *(
                style.face
                for name in styles
                for style in list_style_chain(self.package.styles, name)
            ),
        ]
        return next(filter(None, faces), "")


def _is_unseen_row_or_cell(element: Any, name: str) -> bool:
    """Return whether a row is hidden or deleted, or a cell is covered by the one above that it is
    merged with."""
    if name == "tr":
        properties = find_child(element, "trPr")
        return (
            bool(is_on(find_child(properties, "hidden")))
            or find_child(properties, "del") is not None
        )
    merge = find_child(find_child(element, "tcPr"), "vMerge") if name == "tc" else None
    return merge is not None and find_attribute(merge, "val") != "restart"


def _is_symbol(face: str, letter: str) -> bool:
    """Return whether a letter is drawn as a symbol by this font."""
    return not letter.isspace() and (face == "symbol" or face in _DINGBATS)


def _read_form_value(data: Any) -> str:
    """Return what an old form field shows itself: a box, or the chosen entry of a list; "" for a
    text field."""
    box, choices = find_child(data, "checkBox"), find_child(data, "ddList")
    if box is not None:
        explicit = is_on(find_child(box, "checked"))
        is_checked = is_on(find_child(box, "default")) if explicit is None else explicit
        return _CHECKED if is_checked else _UNCHECKED
    if choices is not None:
        entries = [find_attribute(entry, "val") for entry in list_children(choices, "listEntry")]
        index = int(
            find_attribute(find_child(choices, "result"), "val")
            or find_attribute(find_child(choices, "default"), "val")
            or 0
        )
        return entries[index] if 0 <= index < len(entries) else ""
    return ""


def _read_notes(package: WordPackage, reading: _Reading, kind: str) -> None:
    """Read the footnotes or endnotes that the text refers to."""
    related = package.read_relations(package.main).values()
    name = next(
        (
            target
            for relation_kind, target, is_external in related
            if relation_kind == f"{kind}s" and not is_external
        ),
        "",
    )
    if not package.has(name):
        return
    used_ids = {
        find_attribute(mark, "id")
        for mark in package.read_root(package.main).iter(f"{{*}}{kind}Reference")
    }
    root = package.read_root(name)
    for note in list(root):
        if isinstance(note.tag, str) and find_attribute(note, "id") not in used_ids:
            root.remove(note)
    reading.read_part(name, root)
