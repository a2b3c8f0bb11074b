"""Keep with next: the embedded engine breaks pages between a heading and its text; a page break put
before it mends that.

Works on the copy that is converted; the Word file a person gets stays as it is, for Word knows how
to keep.
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

from assembler.documents.word_to_pdf.word_text import W, letters, page_texts, parsed

_ROUNDS = 12  # one page break each
_PREFIX = 40  # letters of a page's start that are looked for
_AFTER = frozenset(
    f"{W}{name}" for name in ("pStyle", "keepNext", "keepLines")
)  # elements that stand before it


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph or table of the body."""

    element: Any
    letters: str
    keep: bool


def kept(docx: bytes, draw: Callable[[bytes], bytes]) -> bytes:
    """The PDF that `draw` makes of the document, with page breaks put where it parted what
    belongs together."""
    pdf = draw(docx)
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    root = parsed(parts["word/document.xml"])
    blocks = _blocks(root, _keeping_styles(parts))
    for _ in range(_ROUNDS if any(block.keep for block in blocks) else 0):
        start = _parted(blocks, page_texts(pdf))
        if start is None:
            break
        _break_before(blocks[start].element)
        parts["word/document.xml"] = etree.tostring(
            root, xml_declaration=True, encoding="UTF-8", standalone=True
        )
        pdf = draw(_zipped(parts))
    return pdf


def _blocks(root: Any, styles: frozenset[str]) -> list[_Block]:
    body = root.find(f"{W}body")
    children = [child for child in body if child.tag in (f"{W}p", f"{W}tbl")]
    return [
        _Block(
            child,
            letters("".join(text.text or "" for text in child.iter(f"{W}t"))),
            _keeps(child, styles),
        )
        for child in children
    ]


def _keeps(block: Any, styles: frozenset[str]) -> bool:
    properties = block.find(f"{W}pPr")
    if block.tag != f"{W}p" or properties is None:
        return False
    own, style = properties.find(f"{W}keepNext"), properties.find(f"{W}pStyle")
    if own is not None:
        return own.get(f"{W}val", "true") not in ("0", "false", "off")
    return style is not None and style.get(f"{W}val") in styles


def _keeping_styles(parts: Mapping[str, bytes]) -> frozenset[str]:
    """Ids of the styles that keep with next, their own or inherited."""
    if "word/styles.xml" not in parts:
        return frozenset()
    styles = {
        style.get(f"{W}styleId"): style
        for style in parsed(parts["word/styles.xml"]).iter(f"{W}style")
    }

    def lineage(name: str | None) -> Iterator[Any]:
        seen: set[str] = set()
        while name and name in styles and name not in seen:
            seen.add(name)
            yield styles[name]
            based = styles[name].find(f"{W}basedOn")
            name = based.get(f"{W}val") if based is not None else None

    return frozenset(
        name
        for name in styles
        if any(style.find(f"{W}pPr/{W}keepNext") is not None for style in lineage(name))
    )


def _parted(blocks: Sequence[_Block], pages: Sequence[str]) -> int | None:
    """The first block of a chain that a page break parts, or None. Pages that begin with
    something else are passed over."""
    whole, starts = "", []
    for block in blocks:
        starts.append(len(whole))
        whole += block.letters
    cursor = 0
    for page in pages:
        found = _find(whole, letters(page), cursor)
        if found is None:
            continue
        first = bisect_right(starts, found) - 1  # the block with letters that this page begins with
        begun, before = cursor, first
        cursor = found
        if found != starts[first]:
            continue
        while before > 0 and blocks[before - 1].keep:
            before -= 1
        if (
            found
            and starts[before] > begun
            and any(block.letters for block in blocks[before:first])
        ):
            return before
    return None


def _find(whole: str, page: str, cursor: int) -> int | None:
    """Where the page's first letters stand in the document; a number that the engine printed in
    front is left out."""
    for text in (page, re.sub(r"^[0-9]+", "", page)):
        place = whole.find(text[:_PREFIX], cursor) if text else -1
        if place >= 0:
            return place
    return None


def _break_before(block: Any) -> None:
    properties = block.find(f"{W}pPr")
    mark = etree.Element(f"{W}pageBreakBefore")
    place = sum(child.tag in _AFTER for child in properties)
    properties.insert(place, mark)


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
