"""What a reader of a Word file sees: the proof's own reading of it, which shares nothing with
the code that prints it."""

from __future__ import annotations

import io
import posixpath
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lxml import etree
from PIL import Image

_CHECKED, _UNCHECKED, _SOME_SIGN = "\u2612", "\u2610", "\ufffc"
# Wingdings and its kin, by the low byte of the code: what a person ticks, and the commonest bullets
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
_UNSEEN = frozenset(
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
_OUTLINE_PICTURES = (".emf", ".wmf", ".svg", ".emz", ".wmz")
_PICTURE_NAMES = frozenset(("blip", "imagedata"))


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleThings:
    """Paragraphs as they are printed (ticked boxes are U+2612, empty ones U+2610), and how many
    pictures are placed.

    `outlines`: pictures made of lines (EMF, WMF, SVG), which a program may draw as lines.
    `some_signs`: signs of symbol fonts of which only the number is known.
    """

    paragraphs: tuple[str, ...]
    pictures: int
    outlines: int
    some_signs: int
    right_to_left: bool


def read_visible_words(source: Path | IO[bytes]) -> tuple[str, ...]:
    """Return every word and sign a reader of the Word file sees, in order, as they stand between
    blanks."""
    return tuple(
        word for paragraph in read_visible_things(source).paragraphs for word in paragraph.split()
    )


def read_visible_things(source: Path | IO[bytes]) -> VisibleThings:
    """Read body, notes, and the headers and footers that are printed.

    Raises OSError, KeyError, ValueError, zipfile.BadZipFile or lxml.etree.XMLSyntaxError for a file
    that is no Word file.
    """
    with zipfile.ZipFile(source) as archive:
        package = _Package(archive)
        reading = _Reading(package)
        body = package.root(package.main)
        reading.read_part(package.main, body)
        for name in _printed_margins(package, body):
            reading.read_part(name, package.root(name))
        for kind in ("footnote", "endnote"):
            _read_notes(package, reading, kind)
    paragraphs = tuple(
        text for text in ("".join(pieces) for pieces in reading.paragraphs) if text.strip()
    )
    backwards = any(
        unicodedata.bidirectional(c) in ("R", "AL") for text in paragraphs for c in text
    )
    return VisibleThings(
        paragraphs=paragraphs,
        pictures=reading.pictures,
        outlines=reading.outlines,
        some_signs=reading.some_signs,
        right_to_left=reading.right_to_left or backwards,
    )


class _Package:
    """The parts of a Word file and how they hang together."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        self.main = next(
            (target for kind, target, _ in self.relations("").values() if kind == "officeDocument"),
            "",
        )
        styles = next(
            (target for kind, target, _ in self.relations(self.main).values() if kind == "styles"),
            "",
        )
        self.styles = _styles(self.root(styles)) if styles in self._names else {}

    def root(self, name: str) -> Any:
        """Return the root element of a part. Raises KeyError for a part that is not there."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return etree.fromstring(self._archive.read(name), parser)

    def has(self, name: str) -> bool:
        return name in self._names

    def has_picture(self, name: str) -> bool:
        """Whether a part is there, and decodes: Word shows an empty frame for one that does not."""
        try:
            with Image.open(io.BytesIO(self._archive.read(name))) as picture:
                picture.load()
        except (KeyError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return False
        return True

    def relations(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Return relationship id → (last word of its type, part or address, whether it leads out
        of the file)."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        if listing not in self._names:
            return {}
        found = {}
        for entry in self.root(listing):
            if isinstance(entry.tag, str):
                outside = entry.get("TargetMode") == "External"
                target = entry.get("Target", "")
                place = (
                    target
                    if outside
                    else posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                )
                found[entry.get("Id", "")] = (
                    entry.get("Type", "").rpartition("/")[2],
                    place,
                    outside,
                )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    based_on: str
    hides: bool | None
    face: str
    right_to_left: bool


def _styles(root: Any) -> dict[str, _Style]:
    styles = {}
    for style in _children(root, "style"):
        properties = _child(style, "rPr")
        styles[_value(style, "styleId")] = _Style(
            based_on=_value(_child(style, "basedOn"), "val"),
            hides=_switch(_child(properties, "vanish")),
            face=_face(properties),
            right_to_left=bool(_switch(_child(_child(style, "pPr"), "bidi"))),
        )
    return styles


@dataclass(slots=True)
class _Field:
    """A field being read: its instruction, whether its result has begun, and whether a form
    shows its own value."""

    instruction: str = ""
    in_result: bool = False
    shows_own: bool = False

    def is_shown(self) -> bool:
        words = self.instruction.split()
        return (
            self.in_result
            and not self.shows_own
            and not (words and words[0].upper() in _PAGE_FIELDS)
        )


@dataclass(slots=True)
class _Reading:
    """One pass over the parts of a file; paragraphs are lists of pieces, those of text boxes on
    their own."""

    package: _Package
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
        self._relations, self._fields = self.package.relations(name), []
        self._walk(root)

    def _walk(self, element: Any) -> None:
        for child in element:
            if isinstance(child.tag, str):
                self._visit(child, etree.QName(child).localname)

    def _visit(self, element: Any, name: str) -> None:
        if name in _UNSEEN:
            if name == "instrText" and self._fields and not self._fields[-1].in_result:
                self._fields[-1].instruction += element.text or ""
            return
        if name == "p":
            self._read_paragraph(element)
        elif name == "r" and not self._is_hidden(element):
            self.right_to_left |= bool(_switch(_child(_child(element, "rPr"), "rtl")))
            self._read_run(element)
        elif name == "oMath":
            self._in_equation = True
            self._walk(element)
            self._in_equation = False
        elif name == "AlternateContent":
            choice = _child(element, "Choice")
            self._walk(choice if choice is not None else element)
        elif name == "fldSimple":
            self._fields.append(_Field(instruction=_value(element, "instr"), in_result=True))
            self._walk(element)
            self._fields.pop()
        elif name != "r" and not _is_unseen_row_or_cell(element, name):
            self._read_thing(element, name)

    def _read_paragraph(self, element: Any) -> None:
        outer, style = self.paragraphs[-1], self._paragraph_style
        self._paragraph_style = _value(_child(_child(element, "pPr"), "pStyle"), "val")
        self.right_to_left |= bool(
            _switch(_child(_child(element, "pPr"), "bidi"))
        ) or self._runs_left(self._paragraph_style)
        self.paragraphs.append([])
        self._walk(element)
        self._paragraph_style = style
        self.paragraphs.append([" "] if outer else [])

    def _read_run(self, run: Any) -> None:
        face = self._face_of(run)
        for child in run:
            if not isinstance(child.tag, str):
                continue
            name = etree.QName(child).localname
            if name == "t":
                letters = child.text or ""
                self._say(
                    "".join(self._sign(face, ord(c)) if _is_symbol(face, c) else c for c in letters)
                )
            elif name == "sym":
                self._say(
                    self._sign(_value(child, "font").lower(), int(_value(child, "char", "0"), 16))
                )
            elif name == "noBreakHyphen":
                self._say("-")
            elif name in _SPACES:
                self._say(" ")
            elif name == "fldChar":
                self._follow(child)
            else:
                self._visit(child, name)

    def _read_thing(self, element: Any, name: str) -> None:
        """Read anything that is neither text nor a run: a picture, a drawing, an equation, a box
        with more inside."""
        if name in _PICTURE_NAMES:
            self._count_picture(element)
        elif name == "t" and element.text:  # of an equation or a drawing
            self._say(element.text)
        elif name == "textpath":
            self._say(f" {element.get('string', '')} ")
        elif name in ("chart", "relIds"):
            self._read_diagram(element)
        self._walk(element)

    def _runs_left(self, style: str) -> bool:
        return any(one.right_to_left for one in _lineage(self.package.styles, style))

    def _say(self, text: str) -> None:
        if (
            self._in_equation
        ):  # set anew by each program: its letters and digits count, not their order and signs
            text = f" {''.join(c for c in text if c.isalnum())} "
        if all(one.is_shown() for one in self._fields):
            self.paragraphs[-1].append(text)

    def _sign(self, face: str, code: int) -> str:
        """Return what a code of a symbol font shows; U+FFFC, counted, where only that something
        is there is known."""
        if face == "symbol":
            from pypdf._codecs.symbol import _symbol_encoding

            known: str = _symbol_encoding[code & 0xFF]
            if known.strip():
                return known
        known = _DINGBATS.get(face, {}).get(code & 0xFF, "")
        if not known and code & 0xFF != 0x20 and all(one.is_shown() for one in self._fields):
            self.some_signs += 1
        return known or " "

    def _follow(self, mark: Any) -> None:
        kind = _value(mark, "fldCharType")
        if kind == "begin":
            shown = _form_value(_child(mark, "ffData"))
            self._say(shown)
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
        target = next((self._relations[one][1] for one in ids if one in self._relations), "")
        if not target or not all(one.is_shown() for one in self._fields):
            return
        if target.lower().endswith(_OUTLINE_PICTURES):
            self.outlines += self.package.has(target)
        else:
            self.pictures += self.package.has_picture(target)

    def _read_diagram(self, element: Any) -> None:
        """Count a chart, and read the words of SmartArt, which are kept in a part of their own.

        Which names and numbers of a chart are printed depends on the room they have.
        """
        for name, value in element.attrib.items():
            kind, target, _ = self._relations.get(value, ("", "", False))
            if etree.QName(name).localname == "id":
                self.outlines += kind in ("chart", "chartEx")
            if etree.QName(name).localname == "dm" and self.package.has(target):
                texts = [text.text or "" for text in self.package.root(target).iter("{*}t")]
                self.paragraphs += [*([text] for text in texts), []]

    def _is_hidden(self, run: Any) -> bool:
        properties = _child(run, "rPr")
        own = _switch(_child(properties, "vanish"))
        if own is not None:
            return own
        styles = (_value(_child(properties, "rStyle"), "val"), self._paragraph_style)
        answers = [style.hides for name in styles for style in _lineage(self.package.styles, name)]
        return next((answer for answer in answers if answer is not None), False)

    def _face_of(self, run: Any) -> str:
        properties = _child(run, "rPr")
        styles = (_value(_child(properties, "rStyle"), "val"), self._paragraph_style)
        faces = [
            _face(properties),
            *(style.face for name in styles for style in _lineage(self.package.styles, name)),
        ]
        return next(filter(None, faces), "")


def _is_unseen_row_or_cell(element: Any, name: str) -> bool:
    """Whether a row is hidden or deleted, or a cell is covered by the one above that it is
    merged with."""
    if name == "tr":
        properties = _child(element, "trPr")
        return bool(_switch(_child(properties, "hidden"))) or _child(properties, "del") is not None
    merge = _child(_child(element, "tcPr"), "vMerge") if name == "tc" else None
    return merge is not None and _value(merge, "val") != "restart"


def _is_symbol(face: str, letter: str) -> bool:
    """Whether a letter is drawn as something else: Symbol and the like draw every letter so, and
    others the F0xx ones."""
    return not letter.isspace() and (face == "symbol" or face in _DINGBATS)


def _lineage(styles: Mapping[str, _Style], name: str) -> Iterator[_Style]:
    passed: set[str] = set()
    while name in styles and name not in passed:
        passed.add(name)
        yield styles[name]
        name = styles[name].based_on


def _form_value(data: Any) -> str:
    """Return what an old form field shows of itself: a box, or the chosen entry of a list;
    nothing for a text."""
    box, choices = _child(data, "checkBox"), _child(data, "ddList")
    if box is not None:
        checked = _switch(_child(box, "checked"))
        on = _switch(_child(box, "default")) if checked is None else checked
        return _CHECKED if on else _UNCHECKED
    if choices is not None:
        entries = [_value(entry, "val") for entry in _children(choices, "listEntry")]
        number = int(
            _value(_child(choices, "result"), "val")
            or _value(_child(choices, "default"), "val")
            or 0
        )
        return entries[number] if 0 <= number < len(entries) else ""
    return ""


def _printed_margins(package: _Package, body: Any) -> list[str]:
    """Return the headers and footers that certainly show: those of first pages, and the others
    where no page is apart."""
    related, settings = package.relations(package.main), "word/settings.xml"
    even = package.has(settings) and bool(
        _switch(_child(package.root(settings), "evenAndOddHeaders"))
    )
    names: dict[str, None] = {}
    for number, section in enumerate(body.iter("{*}sectPr")):
        if number and _value(_child(section, "type"), "val") == "continuous":
            continue  # it may begin within a page that has its headers already
        first = bool(_switch(_child(section, "titlePg")))
        shown = {"first"} if first else set() if even else {"default"}
        for reference in (
            *_children(section, "headerReference"),
            *_children(section, "footerReference"),
        ):
            target = related.get(_value(reference, "id"), ("", "", True))[1]
            if _value(reference, "type", "default") in shown and package.has(target):
                names[target] = None
    return list(names)


def _read_notes(package: _Package, reading: _Reading, kind: str) -> None:
    """Read the foot- or endnotes that the text refers to."""
    related = package.relations(package.main).values()
    name = next((target for of, target, outside in related if of == f"{kind}s" and not outside), "")
    if not package.has(name):
        return
    used = {_value(mark, "id") for mark in package.root(package.main).iter(f"{{*}}{kind}Reference")}
    root = package.root(name)
    for note in list(root):
        if isinstance(note.tag, str) and _value(note, "id") not in used:
            root.remove(note)
    reading.read_part(name, root)


def _children(element: Any, name: str) -> Sequence[Any]:
    return [] if element is None else list(element.iterchildren(f"{{*}}{name}"))


def _child(element: Any, name: str) -> Any:
    return next(iter(_children(element, name)), None)


def _value(element: Any, name: str, default: str = "") -> str:
    """Return an attribute, whatever namespace its writer gave it."""
    if element is None:
        return default
    return next(
        (str(value) for key, value in element.attrib.items() if etree.QName(key).localname == name),
        default,
    )


def _switch(element: Any) -> bool | None:
    """Return what an on-off property says; None if it says nothing."""
    return (
        None
        if element is None
        else _value(element, "val", "true").lower() not in ("0", "false", "off")
    )


def _face(properties: Any) -> str:
    fonts = _child(properties, "rFonts")
    if _value(fonts, "asciiTheme") or _value(fonts, "hAnsiTheme"):
        return ""
    return (_value(fonts, "ascii") or _value(fonts, "hAnsi")).lower()
