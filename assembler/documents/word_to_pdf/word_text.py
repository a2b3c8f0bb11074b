"""Read the words that a reader of the Word document sees, and count those missing in the PDF."""

from __future__ import annotations

import posixpath
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TEXT_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_BREAKS = frozenset(f"{W}{name}" for name in ("br", "tab", "cr"))
_ALIKE = {
    "-": "\u2010\u2011\u2212\x02\ufffe",
    '"': "\u201c\u201d\u201e\u201f\u2033",
    "'": "\u2018\u2019\u201a\u201b\u2032\u00b4`",
}
_SAME = str.maketrans({other: sign for sign, others in _ALIKE.items() for other in others})
_BOXES = "☐☑☒✓✔✗✘□■•"
_LAM_ALEF = re.compile("(ل)([اأإآ])")  # one glyph; LibreOffice writes its letters as drawn
_USED = "\0"  # replaces a piece of the PDF's text that has been accounted for


class DoctypeDeclared(ValueError):
    """A part declares a document type: no Word file does, and the text of its entities would be
    missing."""


def parse_part(data: bytes) -> Any:
    """Return the root element of a part; no entity, network or huge tree. Raises
    lxml.etree.XMLSyntaxError, DoctypeDeclared."""
    root = etree.fromstring(
        data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    )
    if root.getroottree().docinfo.internalDTD is not None:
        raise DoctypeDeclared("a document type declaration")
    return root


def read_all_text(docx: Path | IO[bytes]) -> str:
    """Return all text of body, headers, footers and notes, a space between paragraphs, cells and
    breaks."""
    with zipfile.ZipFile(docx) as archive:
        names = sorted(filter(_TEXT_PARTS.fullmatch, archive.namelist()))
        texts = [
            text
            for name in names
            for text in _iterate_paragraphs(parse_part(archive.read(name)), None)
        ]
    return " ".join(texts)


def read_printed_text(docx: Path | IO[bytes]) -> str:
    """Return the text on paper: no hidden text, no unused header, no second version of a
    drawing."""
    return " ".join(read_printed_paragraphs(docx))


def read_printed_paragraphs(docx: Path | IO[bytes], pages: int | None = None) -> list[str]:
    """Return the printed text by paragraph, without page numbers and other fields, which the engine
    computes itself.

    Args:
        pages: how many pages the document has, if known; then headers and footers are omitted
          that no page of so few has.
    """
    with zipfile.ZipFile(docx) as archive:
        names, hidden = find_printed_parts(archive, pages), find_hidden_styles(archive)
        texts = [
            text
            for name in names
            for text in _iterate_paragraphs(parse_part(archive.read(name)), hidden)
        ]
        return texts + [text for name in names for text in _read_diagram_texts(archive, name)]


def _read_diagram_texts(archive: zipfile.ZipFile, part: str) -> list[str]:
    """Return the words of SmartArt, which are kept in parts of their own."""
    diagrams = [
        resolve_target(target, part)
        for kind, target in read_relations(archive, part).values()
        if kind == "diagramData"
    ]
    existing = [name for name in diagrams if name in archive.namelist()]
    return [
        text.text or "" for name in existing for text in parse_part(archive.read(name)).iter("{*}t")
    ]


def count_lost_words(docx: Path, pdf: bytes) -> int:
    """Return how many words of the document are not in the PDF's text."""
    return count_missing_words(docx, read_page_texts(pdf))


def count_missing_words(docx: Path, pages: Sequence[str]) -> int:
    """Return how many words of the document are not in the text of these pages.

    Each paragraph accounts for its letters once, the longest first, so that a repeated header
    cannot stand in for a lost word. Paragraphs that are not there as a unit (a page break or
    right-to-left text within) are looked up by word, and short words, whose letters another may
    have used up, once more between blanks.
    """
    page_text = "\n".join(pages)
    rest, page_words = (
        normalize_letters(page_text),
        Counter(map(normalize_letters, page_text.split())),
    )
    paragraphs = read_printed_paragraphs(docx, len(pages))
    expected = Counter(
        normalize_letters(word) for paragraph in paragraphs for word in paragraph.split()
    )
    broken = []
    for paragraph in sorted(paragraphs, key=len, reverse=True):
        paragraph_letters = normalize_letters(paragraph)
        if paragraph_letters in rest:
            rest = rest.replace(paragraph_letters, _USED, 1) if paragraph_letters else rest
        else:
            broken += [normalize_letters(word) for word in paragraph.split()]
    lost = 0
    for word in sorted(filter(None, broken), key=len, reverse=True):
        pieces = _find_pieces(rest, word)
        lost += not pieces and page_words[word] < expected[word]
        for piece in pieces:
            rest = rest.replace(piece, _USED, 1)
    return lost


def _find_pieces(text: str, word: str) -> tuple[str, ...]:
    """Return a word as it is in a text, () if it is not there.

    In one piece; or, if its script has no blanks, in the two pieces that a page break with a
    footer leaves of a sentence.
    """
    for spelling in (word, word[::-1], _LAM_ALEF.sub(r"\2\1", word)):
        if spelling in text:
            return (spelling,)
    for place in range(1, len(word)):
        pieces = word[:place], word[place:]
        may_break = any(map(_has_no_blanks, (word[place - 1], word[place])))
        if may_break and all(piece in text for piece in pieces):
            return pieces
    return ()


def _has_no_blanks(letter: str) -> bool:
    """Return whether a letter is of a script that may be written without blanks."""
    return unicodedata.category(letter) == "Lo" and unicodedata.bidirectional(letter) == "L"


def count_missing_signs(docx: Path | IO[bytes], pages: Sequence[str]) -> int:
    """Return how many signs of the document (boxes, bullets, minus signs, punctuation) are not in
    the text of these pages.

    In a right-to-left text only boxes and ticks are counted: its brackets are drawn mirrored.
    """
    text = "\n".join(read_printed_paragraphs(docx, len(pages)))
    lost = _count_signs(text) - _count_signs("\n".join(pages))
    return sum(
        count for sign, count in lost.items() if sign in _BOXES or not _is_right_to_left(docx, text)
    )


def _count_signs(text: str) -> Counter[str]:
    plain = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)
    return Counter(c for c in plain if not c.isalnum() and unicodedata.category(c)[0] not in "ZCM")


def _is_right_to_left(docx: Path | IO[bytes], text: str) -> bool:
    if any(unicodedata.bidirectional(c) in ("R", "AL") for c in text):
        return True
    with zipfile.ZipFile(docx) as archive:
        names = [
            name
            for name in archive.namelist()
            if name == "word/styles.xml" or _TEXT_PARTS.fullmatch(name)
        ]
        marks = [
            mark
            for name in names
            for mark in parse_part(archive.read(name)).iter(f"{W}bidi", f"{W}rtl")
        ]
    return any(mark.get(f"{W}val", "1") not in ("0", "false", "off") for mark in marks)


@lru_cache(maxsize=1)  # where its pages break, and then what is missing, is looked for in it
def read_page_texts(pdf: bytes) -> tuple[str, ...]:
    """Return the text layer of each page."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf)
    try:
        return tuple(document[n].get_textpage().get_text_bounded() for n in range(len(document)))
    finally:
        document.close()


def read_relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return relationship id → (type's last word, target) of a part such as "word/document.xml"."""
    folder, _, name = part.rpartition("/")
    path = f"{folder}/_rels/{name}.rels"
    if path not in archive.namelist():
        return {}
    return {
        relationship.get("Id"): (
            relationship.get("Type", "").rpartition("/")[2],
            relationship.get("Target", ""),
        )
        for relationship in parse_part(archive.read(path))
        if relationship.get("Id")
    }


def resolve_target(target: str, part: str = "word/document.xml") -> str:
    """Return the name in the ZIP file of a relationship's target: "media/x.png" or
    "/word/media/x.png"."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")


def normalize_letters(text: str) -> str:
    """Return letters and digits only, in one case and form: what two texts must have in common."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def find_printed_parts(archive: zipfile.ZipFile, pages: int | None = None) -> list[str]:
    """Return body, notes, and the headers and footers that some section uses and that so many pages
    show."""
    body, settings = parse_part(archive.read("word/document.xml")), "word/settings.xml"
    related = read_relations(archive, "word/document.xml")
    even = (
        settings in archive.namelist()
        and parse_part(archive.read(settings)).find(f"{W}evenAndOddHeaders") is not None
    )
    used = set()
    sections = list(body.iter(f"{W}sectPr"))
    for number, section in enumerate(sections):
        kind = section.find(f"{W}type")
        if (
            number
            and pages is not None
            and kind is not None
            and kind.get(f"{W}val") == "continuous"
        ):
            continue  # it may begin on a page that already has its headers
        mark = section.find(f"{W}titlePg")
        first = mark is not None and mark.get(f"{W}val", "1") not in ("0", "false", "off")
        kinds = {"default", *(["first"] if first else ()), *(["even"] if even else ())}
        if pages is not None and pages <= len(sections) * (1 + even):
            kinds -= {"default"} if first else set()
            kinds -= {"even"} if pages < 2 or first or len(sections) > 1 else set()
        for reference in (
            *section.iter(f"{W}headerReference"),
            *section.iter(f"{W}footerReference"),
        ):
            if reference.get(f"{W}type", "default") in kinds:
                used.add(resolve_target(related.get(reference.get(f"{R}id"), ("", ""))[1]))
    names = {"word/document.xml", "word/footnotes.xml", "word/endnotes.xml", *used}
    return sorted(names & set(archive.namelist()))


def _iterate_paragraphs(root: Any, hidden: Set[str] | None) -> Iterator[str]:
    """Yield the text of each paragraph, those of text boxes separately.

    Args:
        hidden: ids of styles that hide their text; None for all text, hidden or not.
    """
    for paragraph in root.iter(f"{W}p"):
        if hidden is None or not any(
            parent.tag == f"{_MC}Fallback" for parent in paragraph.iterancestors()
        ):
            yield unicodedata.normalize("NFC", "".join(_iterate_pieces(paragraph, [], hidden)))


def _iterate_pieces(node: Any, fields: list[str], hidden: Set[str] | None) -> Iterator[str]:
    """Yield text below a node in reading order; `fields` are the instructions of the open
    fields."""
    for child in node:
        if child.tag == f"{W}p" or (child.tag == f"{_MC}Fallback" and hidden is not None):
            continue  # a paragraph of a text box comes separately
        if child.tag == f"{W}fldChar":
            _follow(child.get(f"{W}fldCharType"), fields)
        elif child.tag == f"{W}instrText" and fields:
            fields[-1] += child.text or ""
        # engines typeset equations anew: their letters count, not their order and signs
        elif child.tag == f"{_M}t":
            yield f" {''.join(c for c in child.text or '' if c.isalnum())} "
        elif child.tag == f"{W}t" and (hidden is None or not any(map(_is_computed, fields))):
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield " "
        elif hidden is None or child.tag != f"{W}r" or not is_hidden(child, hidden):
            simple = child.get(f"{W}instr") if child.tag == f"{W}fldSimple" else None
            yield from _iterate_pieces(child, [*fields, simple] if simple else fields, hidden)


def _follow(mark: str | None, fields: list[str]) -> None:
    if mark == "begin":
        fields.append("")
    elif mark == "end" and fields:
        fields.pop()


def _is_computed(instruction: str) -> bool:
    return bool(instruction.strip()) and not instruction.strip().upper().startswith("HYPERLINK")


def is_hidden(run: Any, styles: Set[str]) -> bool:
    """Return whether a run is hidden text, by itself or by its style."""
    properties = run.find(f"{W}rPr")
    if properties is None:
        return False
    mark, style = properties.find(f"{W}vanish"), properties.find(f"{W}rStyle")
    if mark is not None:
        return mark.get(f"{W}val", "true") not in ("0", "false", "off")
    return style is not None and style.get(f"{W}val") in styles


def find_hidden_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """Return ids of the character styles that hide their text."""
    if "word/styles.xml" not in archive.namelist():
        return frozenset()
    return _find_hiding_styles(archive.read("word/styles.xml"))


@lru_cache(maxsize=16)
def _find_hiding_styles(styles_part: bytes) -> frozenset[str]:
    styles = parse_part(styles_part).iter(f"{W}style")
    return frozenset(
        s.get(f"{W}styleId") for s in styles if s.find(f"{W}rPr/{W}vanish") is not None
    )
