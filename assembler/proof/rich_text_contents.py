"""Read the words of an RTF text, independently of the code that prints it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from assembler.model import FileOptions
from assembler.proof.file_contents import FileContents, make_contents
from assembler.proof.package_xml import is_picture

# \fcharset → code page; all others are that of the file
_PAGES = dict(
    (
        *((77, "mac_roman"), (128, "cp932"), (129, "cp949"), (134, "cp936"), (136, "cp950")),
        *((161, "cp1253"), (162, "cp1254"), (163, "cp1258"), (177, "cp1255"), (178, "cp1256")),
        *((186, "cp1257"), (204, "cp1251"), (222, "cp874"), (238, "cp1250")),
    )
)
# groups whose text a reader does not see
_UNPRINTED = frozenset(
    (
        *("fonttbl", "colortbl", "stylesheet", "info", "fldinst", "objdata", "objclass"),
        *("objname", "nonshppict", "bkmkstart", "bkmkend", "shprslt", "shpinst", "sp", "sn"),
        *("sv", "pn", "annotation", "atnid", "atnauthor", "xe", "tc", "txe", "template"),
        *("generator", "pict", "listtable", "listoverridetable", "ftnsep", "ftnsepc"),
        *("aftnsep", "aftnsepc", "ftncn", "aftncn", "nesttableprops", "datafield"),
        *("formfield", "pnseclvl", "filetbl", "revtbl"),
    )
)
_SIGNS = {
    **dict.fromkeys(("par", "line", "tab", "cell", "row", "sect", "page", "column"), "\n"),
    **dict.fromkeys(("nestcell", "nestrow"), "\n"),
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
}
_ESCAPES = {b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\r": "\n", b"\n": "\n"}
_WORD = re.compile(rb"\\([a-zA-Z]+)(-?\d+)? ?")
_TEXT = re.compile(rb"[^\\{}]+")
_MOST_GROUPS = 2_000
_INNER = ("annotation", "nonshppict", "shprslt")


@dataclass(slots=True)
class _Group:
    """What a group inherits. `skip`: letters that stand for a character of Unicode."""

    is_seen: bool = True
    is_hidden: bool = False
    name: str = ""
    font: int = -1
    skip: int = 1


def read_rich_contents(data: bytes, _options: FileOptions) -> FileContents:
    """Return the paragraphs of an RTF text, and how many pictures it has that can be shown.

    Raises ValueError.
    """
    reader = _RichReader(data)
    reader.read()
    lines = "".join(reader.pieces).split("\n")
    return make_contents(tuple(lines), pictures=sum(map(is_picture, reader.pictures)))


class _RichReader:
    """Reads groups, control words and letters one after another."""

    def __init__(self, data: bytes) -> None:
        self.pieces: list[str] = []
        self.pictures: list[bytes] = []
        self._data, self._place = data, 0
        self._groups = [_Group()]
        self._page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._letters = bytearray()  # not decoded yet
        self._digits: bytearray | None = None  # of a picture
        self._high = 0  # first half of a character of UTF-16
        self._drop = 0  # letters that stand for the last character of Unicode
        self._is_starred = False
        self._is_over = False  # programs pass over what follows the outermost group

    def read(self) -> None:
        """Read everything. Raises ValueError."""
        data = self._data
        while self._place < len(data) and not self._is_over:
            letter = data[self._place : self._place + 1]
            if letter == b"{":
                self._open()
            elif letter == b"}":
                self._close()
            elif data.startswith(b"\\'", self._place):
                self._take_byte()
            elif letter == b"\\":
                self._take_control()
            else:
                self._take_text()
        self._settle()

    def _open(self) -> None:
        self._settle()
        if len(self._groups) > _MOST_GROUPS:
            raise ValueError("groups within groups")
        self._groups.append(replace(self._groups[-1], name=""))
        self._place, self._is_starred, self._drop = self._place + 1, False, 0

    def _close(self) -> None:
        self._settle()
        closed = self._groups.pop() if len(self._groups) > 1 else self._groups[0]
        if closed.name == "pict" and self._digits is not None:
            digits = re.sub(rb"[^0-9a-fA-F]", b"", bytes(self._digits)).decode()
            self._digits = None
            if all(group.name not in (*_INNER, "objdata") for group in self._groups):
                self.pictures.append(bytes.fromhex(digits[: len(digits) // 2 * 2]))
        self._place, self._drop = self._place + 1, 0
        self._is_over = len(self._groups) == 1

    def _take_byte(self) -> None:
        digits = self._data[self._place + 2 : self._place + 4].decode("ascii")
        self._place += 4
        if self._drop:
            self._drop -= 1
        else:
            self._letters += bytes.fromhex(digits)

    def _take_text(self) -> None:
        match = _TEXT.match(self._data, self._place)
        text = match[0] if match else b""
        self._place += max(1, len(text))
        text = text.translate(None, b"\r\n")
        text, self._drop = text[self._drop :], max(0, self._drop - len(text))
        if self._digits is not None and self._groups[-1].name == "pict":
            self._digits += text
        else:
            self._letters += text

    def _take_control(self) -> None:
        match = _WORD.match(self._data, self._place)
        if match is None:
            sign = self._data[self._place + 1 : self._place + 2]
            self._place += 2
            self._settle()
            self._is_starred = sign == b"*"
            self._add(_ESCAPES.get(sign, ""))
            return
        self._place = match.end()
        word = match[1].decode()
        number = int(match[2]) if match[2] else None
        if word == "bin":
            end = self._place + max(0, number or 0)
            if self._digits is not None:
                self._digits += self._data[self._place : end].hex().encode()
            self._place = end
            return
        self._settle()
        self._drop = 0
        self._obey(word, number)
        self._is_starred = False

    def _settle(self) -> None:
        """Decode the letters so far."""
        if self._letters:
            data, self._letters = bytes(self._letters), bytearray()
            page = self._fonts.get(self._groups[-1].font) or self._page
            self._add(data.decode(page, "replace"))

    def _add(self, text: str) -> None:
        if self._groups[-1].is_seen and not self._groups[-1].is_hidden:
            self.pieces.append(text)

    def _obey(self, word: str, number: int | None) -> None:
        group = self._groups[-1]
        if word in ("shptxt", "result"):
            group.name = word
            group.is_seen = all(outer.name not in _INNER for outer in self._groups)
        elif word in _UNPRINTED or (self._is_starred and word != "shppict"):
            group.is_seen, group.name = False, word
            self._digits = bytearray() if word == "pict" else self._digits
        elif word in _SIGNS:
            self._add(_SIGNS[word])
        elif word in self._SETTINGS:
            self._SETTINGS[word](self, number)

    def _add_unicode(self, number: int | None) -> None:
        code = (number or 0) & 0xFFFF
        self._drop = self._groups[-1].skip
        if 0xD800 <= code < 0xDC00:
            self._high = code
            return
        if 0xDC00 <= code < 0xE000:
            high, code = self._high, code - 0xDC00
            code = 0x10000 + (high - 0xD800) * 0x400 + code if high else 0x20
        elif 0xF020 <= code <= 0xF0FF:  # of a font of symbols
            code -= 0xF000
        self._high = 0
        self._add(chr(code))

    def _set_skip(self, number: int | None) -> None:
        self._groups[-1].skip = 1 if number is None else max(0, number)

    def _hide(self, number: int | None) -> None:
        self._groups[-1].is_hidden = number != 0

    def _show(self, _number: int | None) -> None:
        self._groups[-1].is_hidden = False

    def _set_page(self, number: int | None) -> None:
        self._page = _name_page(number or 1252)

    def _set_font(self, number: int | None) -> None:
        self._groups[-1].font = number or 0

    def _set_charset(self, number: int | None) -> None:
        self._fonts[self._groups[-1].font] = _PAGES.get(number or 0, "")

    _SETTINGS: Mapping[str, Callable[[_RichReader, int | None], None]] = {
        "u": _add_unicode,
        "uc": _set_skip,
        "v": _hide,
        "deleted": _hide,
        "plain": _show,
        "ansicpg": _set_page,
        "mac": lambda reader, _number: reader._set_page(10_000),
        "f": _set_font,
        "deff": _set_font,
        "fcharset": _set_charset,
    }


def _name_page(number: int) -> str:
    name = {10_000: "mac_roman", 65_001: "utf-8", 708: "iso8859-6", 819: "latin-1"}.get(
        number, f"cp{number}"
    )
    try:
        b"".decode(name)
    except LookupError:
        return "cp1252"
    return name
