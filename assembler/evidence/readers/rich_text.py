"""Read an RTF text: paragraphs, tables and pictures, in any code page.

Rich Text Format Specification 1.9.1. What has no meaning for a reader (styles, colors, measures)
is passed over; macros and objects are never run.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assembler.documents.paper_blocks import (
    Block,
    Cell,
    Paragraph,
    Picture,
    Row,
    Run,
    Table,
    TextStyle,
    make_cell,
    make_paragraph,
)
from assembler.evidence.readers.inline_pictures import make_inline_picture
from assembler.evidence.readers.workbook_parts import OmittedParts

_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})"
    r"|\\(?P<sign>[^a-zA-Z'])|(?P<brace>[{}])|(?P<end>[\r\n]+)|(?P<text>[^\\{}\r\n]+)|\\",
    re.DOTALL,
)
_MAX_DEPTH = 1_000  # of groups
_MAX_COLUMNS = 60
_SIGNS = {
    "par": "\n",
    "sect": "\n",
    "line": "\v",  # a line break within a paragraph
    "tab": "\t",
    "nestcell": "\t",
    "emdash": "\u2014",
    "endash": "\u2013",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "bullet": "\u2022",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
}
# groups whose text is not a part of the page
_SILENT = frozenset(
    (
        *("fonttbl", "colortbl", "stylesheet", "info", "fldinst", "objdata", "objclass"),
        *("objname", "object", "nonshppict", "bkmkstart", "bkmkend", "listtable"),
        *("listoverridetable", "revtbl", "rsidtbl", "generator", "pgptbl", "themedata"),
        *("colorschememapping", "datastore", "latentstyles", "xmlnstbl", "mmathPr"),
        *("wgrffmtfilter", "filetbl", "shprslt", "sp", "sn", "sv", "shpinst", "pn"),
        *("pnseclvl", "txe", "tc", "xe", "atnid", "atnauthor", "atnref", "atrfstart"),
        *("atrfend", "atndate", "atnicn", "atnparent", "datafield", "formfield", "falt"),
        *("panose", "template", "private", "nesttableprops", "pict", "annotation"),
        *("ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn"),
    )
)
# groups of silent ones that are shown again
_SHOWN = frozenset(("shptxt", "result"))
_MARGINS = frozenset(
    ("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf")
)
_STARRED = _SHOWN | frozenset(("shppict", "shpinst"))
# \fcharset → code page (specification, "Font Table"); 0 and 1 are that of the file
_CHARSETS = {
    77: 10000,
    128: 932,
    129: 949,
    134: 936,
    136: 950,
    161: 1253,
    162: 1254,
    163: 1258,
    177: 1255,
    178: 1256,
    186: 1257,
    204: 1251,
    222: 874,
    238: 1250,
}
_CODECS = {10000: "mac_roman", 65001: "utf-8", 708: "iso8859_6", 819: "latin_1"}
_LINK = re.compile(r'HYPERLINK\s+"([^"]{1,2000})"')
_ADDRESSES = ("http:", "https:", "mailto:", "ftp:")
_EMPTY = "\u00a0"


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits from the one around it."""

    bold: bool = False
    italic: bool = False
    underlined: bool = False
    struck: bool = False
    hidden: bool = False
    deleted: bool = False
    silent: bool = False
    skipped: int = 1  # characters that stand for one \\u
    font: int = -1
    group: str = ""  # the destination that the group is
    place: str = "body"  # body, header or note


@dataclass(slots=True)
class _Flow:
    """Blocks that are being read: of the body, of headers, or of notes."""

    blocks: list[Block] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    cell_blocks: list[Paragraph | Picture] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class RichText:
    """What an RTF file shows."""

    blocks: tuple[Block, ...]
    margins: tuple[Block, ...]  # headers and footers
    notes: tuple[Block, ...]  # footnotes and endnotes
    omitted: OmittedParts
    changes: int  # tracked
    hidden: int  # pieces of hidden text


def parse_rich_text(data: bytes) -> RichText:
    """Return what an RTF file shows. Raises ValueError if it is none."""
    if not data.startswith(b"{\\rtf"):
        raise ValueError("no RTF")
    return _Parser(data).parse()


class _Parser:
    """Reads tokens, and keeps the state of the groups around them."""

    def __init__(self, data: bytes) -> None:
        self._text = data.decode("latin-1")
        self._state = _State()
        self._stack: list[_State] = []
        self._code_page = 1252
        self._fonts: dict[int, int] = {}
        self._flows = {"body": _Flow(), "header": _Flow(), "note": _Flow()}
        self._omitted = OmittedParts()
        self._bytes = bytearray()  # of letters in a code page, not decoded yet
        self._skip = 0  # characters that stand for the last \\u
        self._is_starred = False
        self._picture = ""  # digits of the picture that is read
        self._picture_data = b""
        self._picture_kind = ""
        self._field = ""  # instruction of the field that is read
        self._changes = self._hidden = 0
        self._in_table = False
        self._high = 0  # first half of a character in UTF-16

    def parse(self) -> RichText:
        """Read all tokens."""
        position, length = 0, len(self._text)
        while position < length:
            match = _TOKEN.match(self._text, position)
            if match is None:
                break
            position = match.end()
            if match["word"] == "bin":
                count = max(0, int(match["number"] or 0))
                if self._state.group == "pict":
                    raw = self._text[position : position + count]
                    self._picture_data += raw.encode("latin-1")
                position += count
                continue
            self._take(match)
            if match["brace"] == "}" and not self._stack:
                break  # programs pass over what follows
        if self._stack:
            raise ValueError("a group that does not end")
        self._flush_bytes()
        for flow in self._flows.values():
            _end_paragraph(flow, self._in_table)
            _end_table(flow)
        return RichText(
            blocks=tuple(self._flows["body"].blocks),
            margins=tuple(self._flows["header"].blocks),
            notes=tuple(self._flows["note"].blocks),
            omitted=self._omitted,
            changes=self._changes,
            hidden=self._hidden,
        )

    def _take(self, match: re.Match[str]) -> None:
        if match["hex"]:
            self._add_byte(int(match["hex"], 16))
            return
        if match["text"]:
            self._add_plain(match["text"])
            return
        if match["end"]:
            return
        is_unicode = match["word"] == "u"
        if not is_unicode or self._bytes:
            self._flush_bytes()
        if match["brace"]:
            self._skip = 0
            self._open_group() if match["brace"] == "{" else self._close_group()
        elif match["sign"]:
            self._take_sign(match["sign"])
        elif match["word"]:
            number = int(match["number"]) if match["number"] else None
            self._take_word(match["word"], number)

    def _open_group(self) -> None:
        if len(self._stack) >= _MAX_DEPTH:
            raise ValueError("groups within groups")
        self._stack.append(self._state)
        self._state = replace(self._state, group="")
        self._is_starred = False

    def _close_group(self) -> None:
        closed, self._state = self._state, self._stack.pop()
        if closed.group == "pict" and self._state.group != "pict":
            self._end_picture(closed)
        if closed.group == "fldrslt":
            self._end_link(closed)
        if closed.group == "footnote":
            _end_paragraph(self._flows["note"], is_cell=False)
        if closed.group in _MARGINS:
            _end_paragraph(self._flows["header"], is_cell=False)

    def _take_sign(self, sign: str) -> None:
        if sign == "*":
            self._is_starred = True
            return
        shown = {"~": "\u00a0", "_": "\u2011", "-": "", "\n": "\n", "\r": "\n"}
        self._add_text(shown.get(sign, sign if sign in "\\{}" else ""))

    def _take_word(self, word: str, number: int | None) -> None:
        if self._is_starred or word in _SILENT or word in _SHOWN or word in _MARGINS:
            self._start_destination(word)
            self._is_starred = False
        elif word in ("footnote", "fldrslt", "listtext", "pntext", "field"):
            self._start_visible(word)
        elif word == "u":
            self._add_unicode(number or 0)
        elif word in _SIGNS:
            self._add_text(_SIGNS[word])
        elif word in ("cell", "row", "trowd", "intbl", "pard", "page"):
            self._take_table_word(word)
        else:
            self._take_property(word, number)

    def _start_destination(self, word: str) -> None:
        """Begin a group that is not a part of the text, or is one again."""
        if word == "annotation":
            self._omitted.comments += 1
        is_shown = word in _SHOWN
        is_margin = word in _MARGINS
        is_silent = self._state.silent
        if is_shown:
            is_silent = self._is_annotation()
        elif not is_margin and word not in ("shppict",):
            is_silent = True
        place = "header" if is_margin else self._state.place
        if word == "pict":
            self._picture, self._picture_data, self._picture_kind = "", b"", ""
        self._state = replace(self._state, group=word, silent=is_silent, place=place)
        if word == "fldinst":
            self._field = ""

    def _is_annotation(self) -> bool:
        groups = {state.group for state in self._stack}
        return bool(groups & {"annotation", "nonshppict", "shprslt"})

    def _start_visible(self, word: str) -> None:
        place = "note" if word == "footnote" else self._state.place
        self._state = replace(self._state, group=word, place=place)
        if word == "footnote":
            self._add_text("* ")

    def _take_property(self, word: str, number: int | None) -> None:
        is_on = number != 0
        if word in ("b", "i", "strike", "striked", "v", "ul", "deleted"):
            name = {
                "b": "bold",
                "i": "italic",
                "strike": "struck",
                "striked": "struck",
                "v": "hidden",
                "ul": "underlined",
                "deleted": "deleted",
            }[word]
            self._changes += word == "deleted" and is_on
            self._state = replace(self._state, **{name: is_on})  # type: ignore[arg-type]  # all are flags
        elif word == "revised":
            self._changes += is_on
        elif word == "ulnone":
            self._state = replace(self._state, underlined=False)
        elif word == "plain":
            self._state = replace(
                self._state, bold=False, italic=False, underlined=False, struck=False, hidden=False
            )
        elif word == "uc":
            self._state = replace(self._state, skipped=max(0, number or 0))
        elif word == "ansicpg":
            self._code_page = number or 1252
        elif word == "mac":
            self._code_page = 10000
        elif word == "f" or (word == "deff" and self._state.font < 0):
            self._state = replace(self._state, font=number or 0)
        elif word == "fcharset":
            self._fonts[self._state.font] = _CHARSETS.get(number or 0, 0)
        elif self._state.group == "pict" and word.endswith(("blip", "metafile", "bitmap", "pict")):
            self._picture_kind = word

    def _take_table_word(self, word: str) -> None:
        if self._state.silent:
            return
        flow = self._flow
        if word == "pard":
            self._in_table = False
        elif word in ("intbl", "trowd"):
            self._in_table = True
        elif word == "cell":
            _end_paragraph(flow, is_cell=True)
            flow.cells.append(Cell(blocks=tuple(flow.cell_blocks)))
            flow.cell_blocks = []
        elif word == "row":
            if flow.cells:
                flow.rows.append(flow.cells[:_MAX_COLUMNS])
            flow.cells = []
        else:
            _end_paragraph(flow, is_cell=False)

    @property
    def _flow(self) -> _Flow:
        return self._flows[self._state.place]

    # --- letters ---

    def _add_byte(self, value: int) -> None:
        if self._skip:
            self._skip -= 1
        else:
            self._bytes.append(value)

    def _flush_bytes(self) -> None:
        if not self._bytes:
            return
        page = self._fonts.get(self._state.font, 0) or self._code_page
        data = bytes(self._bytes)
        self._bytes.clear()
        self._add_text(data.decode(_find_codec(page), "replace"))

    def _add_plain(self, text: str) -> None:
        if self._skip:
            dropped = min(self._skip, len(text))
            self._skip -= dropped
            text = text[dropped:]
        if self._state.group == "pict":
            self._picture += text
        elif self._state.group == "fldinst" or self._is_in_instruction():
            self._field += text
        elif text:
            # a letter of a double-byte code page may be a byte and a plain letter
            if self._bytes and not text[0].isspace() and self._is_lead_byte():
                self._bytes.append(ord(text[0]) & 0xFF)
                text = text[1:]
            self._flush_bytes()
            self._add_text(_decode_plain(text, self._code_page))

    def _is_in_instruction(self) -> bool:
        return self._state.silent and any(state.group == "fldinst" for state in self._stack[-3:])

    def _is_lead_byte(self) -> bool:
        page = self._fonts.get(self._state.font, 0) or self._code_page
        if page not in (932, 936, 949, 950):
            return False
        decoder = codecs.getincrementaldecoder(_find_codec(page))("replace")
        decoder.decode(bytes(self._bytes))
        return bool(decoder.getstate()[0])

    def _add_unicode(self, number: int) -> None:
        code = number % 0x10000
        self._skip = self._state.skipped
        if 0xD800 <= code < 0xDC00:
            self._high = code
            return
        if 0xDC00 <= code < 0xE000 and self._high:
            code = 0x10000 + ((self._high - 0xD800) << 10) + (code - 0xDC00)
        self._high = 0
        if 0xF020 <= code <= 0xF0FF:  # of a symbol font
            code -= 0xF000
        skip, self._skip = self._skip, 0
        self._add_text(chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd")
        self._skip = skip

    def _add_text(self, text: str) -> None:
        state = self._state
        if state.silent or not text or not self._stack:
            return
        if state.hidden or state.deleted:
            self._hidden += bool(state.hidden and text.strip())
            return
        flow = self._flow
        for number, piece in enumerate(text.split("\n")):
            if number:
                _end_paragraph(flow, self._in_table and state.place == "body")
            if piece:
                flow.runs.append(
                    Run(
                        text=piece.replace("\v", "\n"),
                        bold=state.bold,
                        italic=state.italic,
                        underlined=state.underlined,
                        struck=state.struck,
                    )
                )

    # --- pictures and links ---

    def _end_picture(self, closed: _State) -> None:
        if any(
            state.group in ("nonshppict", "objdata", "shprslt")
            for state in (*self._stack, self._state)
        ):
            return
        data = self._picture_data or _read_digits(self._picture)
        self._picture, self._picture_data = "", b""
        picture = make_inline_picture(data, 0, "")
        flow = self._flows[closed.place]
        if picture is None:
            self._omitted.drawn["pictures"] += 1
            flow.runs.append(Run(text="[a picture here is not shown]", italic=True))
            return
        _end_paragraph(flow, self._in_table and closed.place == "body")
        if self._in_table and closed.place == "body":
            flow.cell_blocks.append(picture)
        else:
            flow.blocks.append(picture)

    def _end_link(self, closed: _State) -> None:
        match = _LINK.search(self._field)
        self._field = ""
        if match is None or closed.silent:
            return
        address = match[1]
        flow = self._flows[closed.place]
        text = "".join(run.text for run in flow.runs)
        plain = address.removeprefix("mailto:").rstrip("/")
        if address.lower().startswith(_ADDRESSES) and plain not in text:
            flow.runs.append(Run(text=f" <{address}>"))


def _find_codec(page: int) -> str:
    name = _CODECS.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def _decode_plain(text: str, page: int) -> str:
    """Return text that has 8-bit letters as they are, which old programs write."""
    return text if text.isascii() else text.encode("latin-1").decode(_find_codec(page), "replace")


def _read_digits(text: str) -> bytes:
    digits = re.sub(r"[^0-9a-fA-F]", "", text)
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


def _end_paragraph(flow: _Flow, is_cell: bool) -> None:
    """Put the letters so far into a paragraph."""
    runs = tuple(_join_runs(flow.runs))
    flow.runs = []
    if is_cell:
        if any(run.text.strip() for run in runs):
            flow.cell_blocks.append(Paragraph(runs=runs, style=TextStyle.TABLE))
        return
    _end_table(flow)
    if any(run.text.strip() for run in runs):
        flow.blocks.append(Paragraph(runs=runs))


def _join_runs(runs: list[Run]) -> Iterator[Run]:
    """Yield runs, neighbors of one look as one."""
    current: Run | None = None
    for run in runs:
        if current is not None and replace(run, text="") == replace(current, text=""):
            current = replace(current, text=current.text + run.text)
            continue
        if current is not None:
            yield current
        current = run
    if current is not None:
        yield current


def _end_table(flow: _Flow) -> None:
    """Put the rows so far into a table; cells that no row ended are a row."""
    if flow.cell_blocks:
        flow.cells.append(Cell(blocks=tuple(flow.cell_blocks)))
        flow.cell_blocks = []
    if flow.cells:
        flow.rows.append(flow.cells[:_MAX_COLUMNS])
        flow.cells = []
    if not flow.rows:
        return
    columns = max(map(len, flow.rows))
    rows = tuple(
        Row(cells=(*cells, *(make_cell(_EMPTY) for _ in range(columns - len(cells)))))
        for cells in flow.rows
    )
    flow.rows = []
    flow.blocks.append(Table(widths=(1.0,) * columns, rows=rows))


def list_all_blocks(text: RichText) -> tuple[Block, ...]:
    """Return the text, then the notes below it, then headers and footers, each named."""
    blocks = [*text.blocks]
    for phrase, others in (
        ("Footnotes and endnotes of the text:", text.notes),
        ("Headers and footers of the text:", text.margins),
    ):
        if others:
            blocks += [make_paragraph(phrase, TextStyle.NOTE), *others]
    return tuple(blocks)
