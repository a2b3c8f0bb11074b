"""Read the compressed rich text of Outlook messages: as the HTML that it wraps, or as plain text,
or as simple HTML.

Sources: [MS-OXRTFCP] for the compression, [MS-OXRTFEX] for wrapped HTML and text.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field, replace

from assembler.evidence.readers.mail_message import MailText
from assembler.evidence.readers.mail_text import decode_named, guess_text
from assembler.evidence.refusal import Refused

_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_WINDOW = 4096
_FIRST = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_MOST_BYTES = 50_000_000
_MOST_GROUPS = 1_000  # open at once
_MOST_GUESSES = 100  # pieces of a text whose encoding is guessed one by one
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])"
    rb"|([^\\{}\r\n]+)|[\r\n]+|\\",
    re.DOTALL,
)
# groups whose text is none of the message
_SKIPPED = frozenset(
    (
        *(b"fonttbl", b"colortbl", b"stylesheet", b"info", b"listtable", b"listoverridetable"),
        *(b"header", b"footer", b"headerf", b"footerf", b"headerl", b"headerr", b"footerl"),
        *(b"footerr", b"rsidtbl", b"generator", b"themedata", b"datastore", b"xmlnstbl"),
        *(b"revtbl", b"objdata"),
    )
)
_SYMBOLS = {
    b"par": "\n",
    b"line": "\n",
    b"row": "\n",
    b"page": "\n",
    b"sect": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
    b"endash": "–",
    b"emdash": "—",
    b"emspace": " ",
    b"enspace": " ",
}
_ESCAPED = {b"~": "\u00a0", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\"}
_FONT_CHARSETS = {
    77: "mac-roman",
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
_ADDRESS = re.compile(r"HYPERLINK\s+\"([^\"]{1,2000})\"")


def decompress_rtf(packed: bytes) -> bytes:
    """Return the rich text of a message, as far as it can be read. Raises Refused if it is too
    long."""
    kind, size = packed[8:12], int.from_bytes(packed[4:8], "little")
    if kind == _PLAIN:
        return packed[16 : 16 + size]
    if kind != _COMPRESSED:
        return b""
    if size > _MOST_BYTES:
        raise Refused("EVID.LIMIT", "its text is too long", "print the message to PDF from Outlook")
    window = bytearray(_FIRST.ljust(_WINDOW, b"\0"))
    place, out, source = len(_FIRST), bytearray(), 16
    while source < len(packed) and len(out) < size:
        flags, source = packed[source], source + 1
        for bit in range(8):
            if not flags >> bit & 1:
                piece, source = packed[source : source + 1], source + 1
            else:
                pair, source = int.from_bytes(packed[source : source + 2], "big"), source + 2
                start, length = pair >> 4, (pair & 15) + 2
                if start == place or source > len(packed):
                    return bytes(out)
                piece = b""
                for offset in range(length):  # it may go on in what it writes
                    letter = window[(start + offset) % _WINDOW]
                    window[(place + offset) % _WINDOW] = letter
                    piece += bytes((letter,))
            for letter in piece:
                window[place] = letter
                place = (place + 1) % _WINDOW
            out += piece
    return bytes(out[:size])


def read_rtf(data: bytes) -> MailText:
    """Return the text of rich text. Raises Refused if its groups are nested too deep."""
    if rb"\fromhtml" in data[:2000]:
        return MailText(text=_Parser(data, is_wrapped=True).parse(), is_html=True)
    if rb"\fromtext" in data[:2000]:
        return MailText(text=_Parser(data, is_wrapped=True).parse())
    return MailText(text=_Parser(data, is_wrapped=False).parse(), is_html=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """What holds within an open group."""

    is_skipped: bool = False
    is_doubled: bool = False  # rich text beside the HTML that it stands for
    is_tag: bool = False
    is_fonts: bool = False
    is_instruction: bool = False
    is_result: bool = False
    charset: str = ""
    unicode_letters: int = 1  # that follow a Unicode letter, for old programs
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    hidden: bool = False


@dataclass(slots=True)
class _Fonts:
    """The charsets of fonts, by number."""

    charsets: dict[int, str] = field(default_factory=dict)
    open: int = 0


@dataclass(slots=True)
class _Guesses:
    """Decodes the pieces of a text whose encoding is unknown.

    To guess takes a millisecond, so after some pieces the encoding of most of them holds for the
    rest.
    """

    lengths: Counter[str] = field(default_factory=Counter)  # bytes in each encoding that it found
    count: int = 0

    def decode(self, data: bytes) -> str:
        """Return a piece."""
        if self.count == _MOST_GUESSES:
            return data.decode(self.lengths.most_common(1)[0][0], "replace")
        text, encoding = guess_text(data)
        self.lengths[encoding] += len(data)
        self.count += 1
        return text


class _Parser:
    """Reads the tokens of rich text one after the other."""

    def __init__(self, data: bytes, *, is_wrapped: bool) -> None:
        self._data, self._is_wrapped = data, is_wrapped
        self._out: list[str] = []
        self._pending = bytearray()  # bytes of letters, in the charset of the group
        self._groups = [_Group()]
        self._fonts = _Fonts()
        self._charset = "cp1252"
        self._to_skip = 0  # letters for old programs
        self._is_marked = False  # after \*
        self._instruction = ""
        self._links = 0
        self._guesses = _Guesses()

    def parse(self) -> str:
        """Return the text."""
        for match in _TOKEN.finditer(self._data):
            word, number, code, sign, brace, text = match.groups()
            if brace:
                self._open() if brace == b"{" else self._close()
            elif word is not None:
                self._read_word(word, int(number) if number else None)
            elif code is not None:
                self._add_bytes(bytes.fromhex(code.decode()))
            elif sign is not None:
                self._read_sign(sign)
            elif text is not None:
                self._add_bytes(text)
        self._flush()
        text = "".join(self._out) + "</a>" * self._links
        # letters beyond the first 65,536 are written as two
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    @property
    def _group(self) -> _Group:
        return self._groups[-1]

    def _change(self, **changes: object) -> None:
        self._flush()
        self._groups[-1] = replace(self._groups[-1], **changes)  # type: ignore[arg-type]

    def _open(self) -> None:
        self._flush()
        if len(self._groups) > _MOST_GROUPS:
            raise Refused(
                "EVID.LIMIT",
                "its text has groups nested too deep",
                "print the message to PDF from Outlook",
            )
        self._groups.append(replace(self._group, is_result=False))
        self._to_skip, self._is_marked = 0, False

    def _close(self) -> None:
        self._flush()
        closed = self._groups.pop() if len(self._groups) > 1 else self._group
        if closed.is_instruction and not self._group.is_instruction:
            self._begin_link()
        if closed.is_result and self._links:
            self._out.append("</a>")
            self._links -= 1
        self._to_skip, self._is_marked = 0, False

    def _begin_link(self) -> None:
        match = _ADDRESS.search(self._instruction)
        self._instruction = ""
        if match and not self._is_wrapped:
            self._out.append(f'<a href="{html.escape(match[1])}">')
            self._links += 1

    def _read_sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._is_marked = True
        elif sign in (b"\r", b"\n"):
            self._add_text("\n")
        elif sign in _ESCAPED:
            self._add_text(_ESCAPED[sign])

    def _read_word(self, word: bytes, number: int | None) -> None:
        is_marked, self._is_marked = self._is_marked, False
        if word == b"u" and number is not None:
            self._add_text(_make_letter(number))
            self._to_skip = self._group.unicode_letters
        elif word == b"bin" and number:
            self._to_skip = number
        elif is_marked or word in _SKIPPED:
            self._begin_destination(word)
        elif word in _SYMBOLS:
            self._add_text(_SYMBOLS[word])
        else:
            self._change_state(word, number)

    def _begin_destination(self, word: bytes) -> None:
        """Begin a group that is no plain text."""
        if word == b"htmltag" and self._is_wrapped:
            self._change(is_tag=True, is_doubled=False)
        elif word == b"fldinst":
            self._change(is_instruction=True)
        else:
            self._change(is_skipped=True, is_fonts=word == b"fonttbl")

    def _change_state(self, word: bytes, number: int | None) -> None:
        is_on = number != 0
        if word == b"htmlrtf":
            self._change(is_doubled=is_on)
        elif word == b"ansicpg" and number:
            self._charset = "utf-8" if number == 65001 else f"cp{number}"
        elif word == b"f" and number is not None:
            self._fonts.open = number
            self._change(charset=self._fonts.charsets.get(number, ""))
        elif word == b"fcharset" and number is not None and self._group.is_fonts:
            self._fonts.charsets[self._fonts.open] = _FONT_CHARSETS.get(number, "")
        elif word == b"uc" and number is not None:
            self._change(unicode_letters=max(0, min(number, 9)))
        elif word in (b"b", b"i", b"v"):
            name = {b"b": "bold", b"i": "italic", b"v": "hidden"}[word]
            self._change(**{name: is_on})
        elif word in (b"ul", b"ulnone"):
            self._change(underlined=is_on and word == b"ul")
        elif word == b"plain":
            self._change(bold=False, italic=False, underlined=False, hidden=False)
        elif word == b"fldinst":
            self._change(is_instruction=True)
        elif word == b"fldrslt":
            self._change(is_result=True)
        elif word == b"pict" and not self._is_wrapped and not self._group.is_skipped:
            self._out.append("<svg></svg>")
            self._change(is_skipped=True)

    def _add_bytes(self, data: bytes) -> None:
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        self._pending += data[skipped:]

    def _flush(self) -> None:
        if not self._pending:
            return
        group = self._group
        charset = self._charset if group.is_tag else group.charset or self._charset
        data = bytes(self._pending)
        known = decode_named(data, charset)
        self._pending.clear()
        self._write(self._guesses.decode(data) if known is None else known[0])

    def _add_text(self, text: str) -> None:
        self._flush()
        self._write(text)

    def _write(self, text: str) -> None:
        group = self._group
        if group.is_instruction:
            self._instruction += text
        elif group.is_skipped or group.hidden or (group.is_doubled and not group.is_tag):
            return
        elif self._is_wrapped:
            self._out.append(text)
        else:
            self._out.append(_mark_up(text, group))


def _make_letter(number: int) -> str:
    """Return the letter of a code unit of UTF-16, which may be written as a negative number."""
    code = number % 0x10000 if number < 0x10000 else number
    return chr(code) if code < 0x110000 else "\ufffd"


def _mark_up(text: str, group: _Group) -> str:
    markup = html.escape(text).replace("\n", "<br>")
    for tag, is_set in (("b", group.bold), ("i", group.italic), ("u", group.underlined)):
        if is_set:
            markup = f"<{tag}>{markup}</{tag}>"
    return markup
