"""Turn HTML into the blocks of a paper, as a browser without a network would show it.

Nothing is fetched and no script runs. What a browser shows and a paper cannot is counted, so that
the reader of the file names it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from lxml import etree

from assembler.documents.paper_blocks import (
    Block,
    Paragraph,
    Picture,
    Run,
    TextStyle,
    make_paragraph,
)
from assembler.evidence.readers.html_looks import (
    Look,
    change_look,
    is_block,
    is_hidden,
    read_declarations,
)
from assembler.evidence.readers.html_tables import (
    BuiltRow,
    build_table,
    is_data_table,
    read_span,
)
from assembler.evidence.readers.html_values import (
    ItemList,
    describe_address,
    is_emoji,
    open_list,
    read_field,
    read_picture_address,
    read_pixels,
)
from assembler.evidence.readers.inline_pictures import decode_data_address, make_inline_pictures
from assembler.evidence.readers.reading import MAX_ROWS
from assembler.evidence.refusal import Refused
from assembler.model import Passage

MAX_ELEMENTS = 200_000
MAX_NESTING = 1_000  # of elements
MAX_PICTURES = 500
_LONGEST_RUN = 2_000  # characters; longer ones would be copied too often
_PIXEL = 72 / 96  # points
_TINY = 2  # pixels, of pictures that only count visits or keep a distance
_SIMPLER = "save it as a simpler page, or print it to PDF"
# no browser shows these; <noscript> is for browsers without scripts
_SILENT = frozenset(
    (
        *("script", "style", "template", "title", "meta", "link", "base", "datalist", "param"),
        *("source", "track", "area", "colgroup"),
    )
)
_EMBEDDED = frozenset(("iframe", "frame", "embed", "video", "audio", "canvas", "applet"))
_LAST_TAGS = re.compile(r"</\s*(?:body|html)\b[^<>]*>", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_RULE = "—" * 12
_BRACKETED = {"q": ("“", "”"), "rt": ("(", ")")}


class Missing(StrEnum):
    """What HTML shows or holds and the blocks do not have."""

    PICTURE = "picture not in the file"
    BROKEN_PICTURE = "picture that cannot be shown"
    EMBEDDED = "embedded film, sound or page"
    DRAWING = "drawing"
    BACKGROUND = "background picture"
    HIDDEN = "hidden part"
    TINY = "picture too small to see"


_SENTENCES = {
    Missing.PICTURE: ("1 picture is not in the file", "{} pictures are not in the file"),
    Missing.BROKEN_PICTURE: ("1 picture cannot be shown", "{} pictures cannot be shown"),
    Missing.EMBEDDED: (
        "1 embedded film, sound or page is not shown",
        "{} embedded films, sounds or pages are not shown",
    ),
    Missing.DRAWING: ("1 drawing is not shown", "{} drawings are not shown"),
    Missing.BACKGROUND: (
        "1 background picture is not shown",
        "{} background pictures are not shown",
    ),
    Missing.HIDDEN: (
        "1 part that is hidden in the file is not shown",
        "{} parts that are hidden in the file are not shown",
    ),
    Missing.TINY: (
        "1 picture too small to see is not shown",
        "{} pictures too small to see are not shown",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlBlocks:
    """Blocks of a paper; what they lack, by `Missing`; the title of the page."""

    blocks: tuple[Block, ...]
    missing: Counter[str]
    title: str = ""


FindPicture = Callable[[str], bytes | None]  # the address of a picture → the file


def make_html_blocks(
    markup: str, find_picture: FindPicture, starts: Passage | None = None
) -> HtmlBlocks:
    """Return what HTML shows, in reading order.

    Args:
        find_picture: returns the picture at an address, such as "cid:1", or None if the file does
            not hold it; data: addresses are decoded here.
        starts: the passage that begins with the first block. If that is no text, a note with the
            name of the passage goes before it.

    Raises Refused if it has too many elements, pictures or lines.
    """
    root = _parse(markup)
    builder = _Builder(find_picture)
    if root is not None:
        builder.build(root)
    blocks = _start_passage(builder.blocks, starts) if starts else tuple(builder.blocks)
    return HtmlBlocks(blocks=blocks, missing=builder.missing, title=_read_title(root))


def describe_missing(missing: Mapping[str, int]) -> tuple[str, ...]:
    """Return a sentence for each kind of missing thing: "2 pictures are not in the file"."""
    return tuple(
        _SENTENCES[kind][missing[kind] > 1].format(missing[kind])
        for kind in Missing
        if missing.get(kind)
    )


def _parse(markup: str) -> Any:
    """Return the root of the tree; None if there is none."""
    # the parser ends at a NUL, which browsers skip, and at the end of the body, after which they go
    # on: lists and scanners append their lines there
    whole = _LAST_TAGS.sub("", markup.replace("\0", ""))
    data = whole.encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_pis=True)
    parser.feed(data or b" ")
    try:
        root = parser.close()
    except etree.XMLSyntaxError:
        return None  # nothing but blanks and comments
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise _make_depth_error()
    return root


def _make_depth_error() -> Refused:
    problem = f"the page has elements nested more than {MAX_NESTING} deep"
    return Refused("EVID.LIMIT", problem, _SIMPLER)


def _read_title(root: Any) -> str:
    title = root.find(".//title") if root is not None else None
    return " ".join("".join(title.itertext()).split()) if title is not None else ""


def _start_passage(blocks: list[Block], starts: Passage) -> tuple[Block, ...]:
    if blocks and isinstance(blocks[0], Paragraph):
        return (replace(blocks[0], starts=starts), *blocks[1:])
    name = starts.describe()
    return (make_paragraph(name[:1].upper() + name[1:], TextStyle.NOTE, starts), *blocks)


@dataclass(slots=True, kw_only=True)
class _Open:
    """An element that is open: its look, and what to do at its end."""

    element: Any
    look: Look
    children: Iterator[Any]
    finish: Callable[[], None] | None = None
    is_block: bool = False


@dataclass(slots=True, kw_only=True)
class _OpenTable:
    """A table of data that is open: its rows, and the blocks around its open cell."""

    rows: list[BuiltRow] = field(default_factory=list)
    outer: list[Block] | None = None


class _Builder:
    """Walks through the elements in order, and collects blocks."""

    def __init__(self, find_picture: FindPicture) -> None:
        self.blocks: list[Block] = []
        self.missing: Counter[str] = Counter()
        self._find_picture = find_picture
        self._runs: list[Run] = []
        self._look = Look()  # of the open paragraph
        self._mark = ""  # of the list item that begins with the next text
        self._lists: list[ItemList] = []
        self._links: list[list[str]] = []  # the texts of open links
        self._table: _OpenTable | None = None
        self._count = 0  # of blocks
        self._pictures: dict[tuple[str, int], tuple[Picture, ...] | Missing] = {}

    def build(self, root: Any) -> None:
        """Collect the blocks of a tree. Raises Refused."""
        opened: list[_Open] = []
        self._enter(root, Look(), opened)
        count = 1
        while opened:
            top = opened[-1]
            child = next(top.children, None)
            if child is None:
                opened.pop()
                self._leave(top)
                if opened:
                    self._add_text(top.element.tail or "", opened[-1].look)
                continue
            count += 1
            if count > MAX_ELEMENTS:
                problem = f"the page has more than {MAX_ELEMENTS} elements"
                raise Refused("EVID.LIMIT", problem, _SIMPLER)
            if not self._enter(child, top.look, opened):
                self._add_text(child.tail or "", top.look)
            if len(opened) > MAX_NESTING:
                raise _make_depth_error()
        self._flush()

    def _enter(self, element: Any, outer: Look, opened: list[_Open]) -> bool:
        """Begin an element; return whether it is open, since some have nothing to walk through."""
        tag = element.tag
        if not isinstance(tag, str) or tag in _SILENT:  # comments
            return False
        declarations = read_declarations(element)
        if tag == "noscript" or is_hidden(element, declarations):
            self.missing[Missing.HIDDEN] += _has_content(element)
            return False
        if "background" in element.attrib or "url(" in declarations.get("background-image", ""):
            self.missing[Missing.BACKGROUND] += 1
        look = change_look(outer, element, declarations)
        if self._add_widget(element, declarations, look):
            return False
        entry = _Open(
            element=element,
            look=look,
            children=iter(element),
            is_block=is_block(element, declarations),
        )
        if entry.is_block:
            self._flush()
        self._begin(entry, declarations)
        opened.append(entry)
        text = element.text or ""
        if tag == "pre":  # a line feed after the tag is none
            text = text.removeprefix("\r").removeprefix("\n")
        self._add_text(text, entry.look)
        return True

    def _leave(self, entry: _Open) -> None:
        if entry.finish is not None:
            entry.finish()
        if entry.is_block:
            self._flush()

    def _begin(self, entry: _Open, declarations: Mapping[str, str]) -> None:
        """Do what an element needs beyond its look."""
        element, tag = entry.element, entry.element.tag
        if tag == "a":
            self._links.append([])
            entry.finish = lambda: self._end_link(element, entry.look)
        elif tag in ("ul", "ol", "menu", "dir"):
            self._lists.append(open_list(element, declarations, len(self._lists)))
            entry.finish = self._end_list
        elif tag == "li":
            self._mark = self._lists[-1].take_mark(element) if self._lists else ""
            entry.finish = self._end_item
        elif tag in _BRACKETED:
            before, after = _BRACKETED[tag]
            self._add_text(before, entry.look)
            entry.finish = lambda: self._add_text(after, entry.look)
        elif tag == "table" and self._table is None and is_data_table(element):
            self._table = _OpenTable()
            entry.finish = self._end_table
        elif tag in ("tr", "td", "th") and self._table is not None and self._table.outer is None:
            self._begin_table_part(self._table, entry)

    def _end_link(self, element: Any, look: Look) -> None:
        shown = "".join(self._links.pop())
        if address := describe_address(element.get("href") or "", shown):
            plain = replace(look, preformatted=False, shift="")
            self._add_text(f" ({address})" if self._runs else f"({address})", plain)

    def _end_list(self) -> None:
        self._lists.pop()

    def _end_item(self) -> None:
        self._mark = ""

    def _begin_table_part(self, table: _OpenTable, entry: _Open) -> None:
        tag = entry.element.tag
        if tag == "tr" or not table.rows:
            cells = [cell.tag for cell in entry.element.iterchildren("td", "th")]
            table.rows.append(BuiltRow(is_heading=bool(cells) and set(cells) == {"th"}))
        if tag == "tr":
            return
        style = TextStyle.TABLE_HEADING if tag == "th" else TextStyle.TABLE
        entry.look = replace(entry.look, style=style, level=0, bold=False)
        table.outer, self.blocks = self.blocks, []
        entry.finish = lambda: self._end_cell(table, entry.element)

    def _end_cell(self, table: _OpenTable, element: Any) -> None:
        self._flush()
        spans = read_span(element, "colspan"), read_span(element, "rowspan")
        table.rows[-1].cells.append((self.blocks, *spans))
        self.blocks, table.outer = table.outer or [], None

    def _end_table(self) -> None:
        self._flush()
        table = build_table(self._table.rows) if self._table is not None else None
        self._table = None
        if table is not None and any(cell.blocks for row in table.rows for cell in row.cells):
            self._add_block(table)

    # --- elements that show something other than their text ---

    def _add_widget(self, element: Any, declarations: Mapping[str, str], look: Look) -> bool:
        """Add what an element shows by itself; return whether that is all of it."""
        tag = element.tag
        if tag == "br":
            self._break_line(look)
        elif tag == "hr":
            self._flush()
            self._add_block(Paragraph(runs=(Run(text=_RULE),), style=look.style, level=look.level))
        elif tag == "img" or (tag == "input" and (element.get("type") or "").lower() == "image"):
            self._add_picture(element, declarations, look)
        elif tag in ("input", "select", "textarea"):
            plain = replace(look, preformatted=tag == "textarea" or look.preformatted)
            self._add_text(read_field(element), plain)
        elif tag in _EMBEDDED:
            self._add_embedded(element, declarations, look)
        elif tag == "svg":
            self.missing[Missing.DRAWING] += 1
            self._add_note("drawing not shown", "", look)
        else:
            return False
        return True

    def _add_embedded(self, element: Any, declarations: Mapping[str, str], look: Look) -> None:
        sizes = (read_pixels(element, declarations, name) for name in ("width", "height"))
        if any(size is not None and size <= _TINY for size in sizes):
            self.missing[Missing.HIDDEN] += 1
            return
        self.missing[Missing.EMBEDDED] += 1
        address = describe_address(element.get("src") or "", "")
        self._add_note("film, sound or page not shown", address, look)

    def _add_picture(self, element: Any, declarations: Mapping[str, str], look: Look) -> None:
        text = " ".join((element.get("alt") or "").split())
        address = read_picture_address(element)
        if is_emoji(text):
            self._add_text(text, look)
            return
        sizes = [read_pixels(element, declarations, name) for name in ("width", "height")]
        if look.invisible or any(size is not None and size <= _TINY for size in sizes):
            self.missing[Missing.HIDDEN if look.invisible else Missing.TINY] += 1
            return
        if not address:
            self._add_text(text, look)
            return
        key = address, sizes[0] or 0
        if key not in self._pictures:
            self._pictures[key] = self._make_pictures(*key, text)
        pictures = self._pictures[key]
        if isinstance(pictures, Missing):
            self.missing[pictures] += 1
            if pictures is not Missing.TINY:
                self._add_note(pictures.value, text, look)
            return
        self._flush()
        for picture in pictures:
            self._add_block(replace(picture, text=text))

    def _make_pictures(self, address: str, width: int, text: str) -> tuple[Picture, ...] | Missing:
        """Return a picture as it is printed, in parts if it is long, or why it is missing."""
        if len(self._pictures) >= MAX_PICTURES:
            problem = f"the page has more than {MAX_PICTURES} pictures"
            raise Refused("EVID.LIMIT", problem, _SIMPLER)
        is_data = address[:5].lower() == "data:"
        data = decode_data_address(address) if is_data else self._find_picture(address)
        if data is None:
            return Missing.BROKEN_PICTURE if is_data else Missing.PICTURE
        pictures = make_inline_pictures(data, width * _PIXEL, text)
        if not pictures:
            return Missing.BROKEN_PICTURE
        is_tiny = not width and all(picture.width <= _TINY * _PIXEL for picture in pictures)
        return Missing.TINY if is_tiny else pictures

    def _add_note(self, sentence: str, text: str, look: Look) -> None:
        """Add words of our own, in brackets, with the file's words for what is not shown."""
        note = f"[{sentence}: {text}]" if text else f"[{sentence}]"
        self._add_text(note, replace(look, italic=True, preformatted=False, shift=""))

    # --- text ---

    def _add_text(self, text: str, look: Look) -> None:
        """Add text to the open paragraph; blanks are joined as a browser joins them."""
        if not text or look.tiny or look.invisible:
            if text.strip():
                self.missing[Missing.HIDDEN] += 1
            return
        if look.preformatted:
            for number, line in enumerate(re.split(r"\r\n|\r|\n", text)):
                if number:
                    self._break_line(look)
                self._append(line, look)
            return
        plain = _BLANKS.sub(" ", text)
        if not self._runs or self._runs[-1].text.endswith((" ", "\n")):
            plain = plain.removeprefix(" ")
        self._append(plain, look)

    def _append(self, text: str, look: Look) -> None:
        if not text:
            return
        for texts in self._links:
            texts.append(text)
        if not self._runs:
            self._look = look
            if self._mark:
                self._runs.append(Run(text=self._mark))
                self._mark = ""
        run = Run(
            text=_shift_text(text, look.shift),
            bold=look.bold,
            italic=look.italic,
            underlined=look.underlined,
            struck=look.struck,
        )
        last = self._runs[-1] if self._runs else None
        if (
            last is not None
            and len(last.text) < _LONGEST_RUN
            and replace(last, text=run.text) == run
        ):
            self._runs[-1] = replace(last, text=last.text + run.text)
        else:
            self._runs.append(run)

    def _break_line(self, look: Look) -> None:
        """Begin a line; an empty line, and each line of preformatted text, ends a paragraph."""
        is_empty = not self._runs or self._runs[-1].text.endswith("\n")
        if look.style is TextStyle.PREFORMATTED:
            if not self._runs:
                self._append("\u00a0", look)  # an empty line keeps its height
            self._flush(keep_blank=True)
        elif is_empty:
            self._flush()
        else:
            self._append("\n", look)

    def _flush(self, *, keep_blank: bool = False) -> None:
        """End the open paragraph."""
        runs, self._runs = self._runs, []
        while runs and not runs[-1].text.rstrip(" \n"):
            runs.pop()
        if runs:
            runs[-1] = replace(runs[-1], text=runs[-1].text.rstrip(" \n"))
        if not keep_blank and not any(_has_letters(run.text) for run in runs):
            return
        if runs:
            self._add_block(
                Paragraph(runs=tuple(runs), style=self._look.style, level=self._look.level)
            )

    def _add_block(self, block: Block) -> None:
        self.blocks.append(block)
        self._count += 1
        if self._count > MAX_ROWS:
            problem = f"the page has more than {MAX_ROWS} paragraphs"
            raise Refused("EVID.LIMIT", problem, _SIMPLER)


def _shift_text(text: str, shift: str) -> str:
    """Return raised or lowered text as characters that look so, where all of them have one."""
    table = {"sup": _RAISED, "sub": _LOWERED}.get(shift, {})
    is_whole = all(ord(character) in table for character in text.strip())
    return text.translate(table) if table and is_whole else text


def _has_letters(text: str) -> bool:
    """Return whether a text has more than blanks and marks that are not drawn."""
    return any(
        not character.isspace() and unicodedata.category(character) != "Cf" for character in text
    )


def _has_content(element: Any) -> bool:
    return element.find(".//img") is not None or _has_letters("".join(element.itertext()))
