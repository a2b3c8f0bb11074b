"""Keep paragraphs with the next: the embedded engine breaks pages between a heading and its text,
so a page break is inserted before it.

Works on the copy that is converted; the person's Word file is unchanged, since Word itself keeps
paragraphs together.
"""

from __future__ import annotations

import io
import re
import zipfile
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from assembler.documents.word_to_pdf.word_text import (
    W,
    normalize_letters,
    parse_part,
    read_page_texts,
)
from assembler.runtime.zip_files import UndatedZipFile

_ROUNDS = 12  # one page break each
_PREFIX = 40  # letters of a page's start that are searched for
# elements that come before w:pageBreakBefore
_BEFORE_BREAK = frozenset(f"{W}{name}" for name in ("pStyle", "keepNext", "keepLines"))


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph or table of the body."""

    element: Any
    letters: str
    keep: bool


def draw_keeping_with_next(docx: bytes, draw: Callable[[bytes], bytes]) -> bytes:
    """Return the PDF that `draw` makes, with page breaks where it separated what belongs
    together."""
    pdf = draw(docx)
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    root = parse_part(parts["word/document.xml"])
    blocks = _list_blocks(root, _find_keeping_styles(parts))
    for _ in range(_ROUNDS if any(block.keep for block in blocks) else 0):
        start = _find_separated(blocks, read_page_texts(pdf))
        if start is None:
            break
        _break_before(blocks[start].element)
        parts["word/document.xml"] = etree.tostring(
            root, xml_declaration=True, encoding="UTF-8", standalone=True
        )
        pdf = draw(_zip_parts(parts))
    return pdf


def _list_blocks(root: Any, styles: frozenset[str]) -> list[_Block]:
    body = root.find(f"{W}body")
    children = [child for child in body if child.tag in (f"{W}p", f"{W}tbl")]
    return [
        _Block(
            child,
            normalize_letters("".join(text.text or "" for text in child.iter(f"{W}t"))),
            _should_keep(child, styles),
        )
        for child in children
    ]


def _should_keep(block: Any, styles: frozenset[str]) -> bool:
    properties = block.find(f"{W}pPr")
    if block.tag != f"{W}p" or properties is None:
        return False
    own, style = properties.find(f"{W}keepNext"), properties.find(f"{W}pStyle")
    if own is not None:
        return own.get(f"{W}val", "true") not in ("0", "false", "off")
    return style is not None and style.get(f"{W}val") in styles


def _find_keeping_styles(parts: Mapping[str, bytes]) -> frozenset[str]:
    """Return ids of the styles that keep with next, by themselves or inherited."""
    if "word/styles.xml" not in parts:
        return frozenset()
    styles = {
        style.get(f"{W}styleId"): style
        for style in parse_part(parts["word/styles.xml"]).iter(f"{W}style")
    }

    def iterate_ancestors(name: str | None) -> Iterator[Any]:
        seen: set[str] = set()
        while name and name in styles and name not in seen:
            seen.add(name)
            yield styles[name]
            based = styles[name].find(f"{W}basedOn")
            name = based.get(f"{W}val") if based is not None else None

    return frozenset(
        name
        for name in styles
        if any(style.find(f"{W}pPr/{W}keepNext") is not None for style in iterate_ancestors(name))
    )


def _find_separated(blocks: Sequence[_Block], pages: Sequence[str]) -> int | None:
    """Return the first block of a chain that a page break separates, or None. Pages that begin with
    something else are skipped."""
    document_letters, starts = "", []
    for block in blocks:
        starts.append(len(document_letters))
        document_letters += block.letters
    cursor = 0
    for page in pages:
        place = _find(document_letters, normalize_letters(page), cursor)
        if place is None:
            continue
        first = bisect_right(starts, place) - 1  # the block with letters that this page begins with
        previous, before = cursor, first
        cursor = place
        if place != starts[first]:
            continue
        while before > 0 and blocks[before - 1].keep:
            before -= 1
        if (
            place
            and starts[before] > previous
            and any(block.letters for block in blocks[before:first])
        ):
            return before
    return None


def _find(document_letters: str, page: str, cursor: int) -> int | None:
    """Return where the page's first letters are in the document, ignoring a number the engine
    printed before them."""
    for text in (page, re.sub(r"^[0-9]+", "", page)):
        place = document_letters.find(text[:_PREFIX], cursor) if text else -1
        if place >= 0:
            return place
    return None


def _break_before(block: Any) -> None:
    properties = block.find(f"{W}pPr")
    mark = etree.Element(f"{W}pageBreakBefore")
    place = sum(child.tag in _BEFORE_BREAK for child in properties)
    properties.insert(place, mark)


def _zip_parts(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with UndatedZipFile(out, "w") as copy:
        for name, data in parts.items():
            copy.writestr(name, data)
    return out.getvalue()
