"""Read the plain words of Outlook's compressed rich text, independently of the code that prints it.

Words with letters that are written as codes are left out.
"""

from __future__ import annotations

import re

_START = (
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    "\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
).encode("ascii")
_WINDOW = 4096
_MOST = 50_000_000  # bytes
_PIECE = re.compile(
    rb"(?P<open>\{)|(?P<close>\})|\\(?P<word>[A-Za-z]+)(?P<number>-?\d+)? ?|\\(?P<sign>[^A-Za-z])"
    rb"|(?P<text>[^\\{}\r\n]+)|.",
    re.DOTALL,
)
_LINES = (b"par", b"line", b"tab", b"cell", b"row", b"sect", b"page")
_LETTERS = (b"u", b"lquote", b"rquote", b"ldblquote", b"rdblquote", b"bullet", b"endash", b"emdash")
_NO_TEXT = (
    *(b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"v", b"objdata", b"listtable"),
    *(b"header", b"footer", b"headerl", b"headerr", b"headerf", b"footerl", b"footerr", b"footerf"),
    *(b"listoverridetable", b"rsidtbl", b"generator", b"themedata", b"datastore", b"xmlnstbl"),
    b"revtbl",
)
_CODED = "\0"  # stands for a letter that is written as a code


def read_rich_lines(packed: bytes) -> list[str]:
    """Return the lines of a compressed rich text, without the words that have coded letters."""
    text = "".join(_list_pieces(_unpack(packed)))
    return [
        " ".join(word for word in line.split() if _CODED not in word) for line in text.split("\n")
    ]


def _unpack(packed: bytes) -> bytes:
    size = int.from_bytes(packed[4:8], "little")
    if packed[8:12] == b"MELA":
        return packed[16 : 16 + size]
    if packed[8:12] != b"LZFu" or size > _MOST:
        return b""
    text = bytearray(_START)  # what was written so far; references count in a window of it
    place = 16
    while place < len(packed) and len(text) - len(_START) < size:
        control = packed[place]
        place += 1
        for bit in range(8):
            if control & (1 << bit):
                offset, length = packed[place : place + 2].ljust(2, b"\0")
                target, count = offset << 4 | length >> 4, (length & 15) + 2
                distance = (len(text) - target) % _WINDOW
                place += 2
                if not distance or place > len(packed) or distance > len(text):
                    return bytes(text[len(_START) :])
                for _ in range(count):
                    text.append(text[-distance])
            else:
                text += packed[place : place + 1]
                place += 1
    return bytes(text[len(_START) : len(_START) + size])


def _list_pieces(rich: bytes) -> list[str]:
    """Return the text outside of groups that are none, with line feeds."""
    pieces: list[str] = []
    groups: list[tuple[bool, bool]] = []  # is skipped, is doubled by HTML
    is_skipped = is_doubled = is_starred = False
    for match in _PIECE.finditer(rich):
        if match["open"]:
            groups.append((is_skipped, is_doubled))
        elif match["close"]:
            is_skipped, is_doubled = groups.pop() if groups else (False, False)
        elif match["sign"] == b"*":
            is_starred = True
            continue
        elif match["word"] == b"htmlrtf":
            is_doubled = match["number"] != b"0"
        elif match["word"] and (is_starred or match["word"] in _NO_TEXT):
            is_skipped = is_skipped or match["number"] != b"0"
            pieces.append("\n" if match["word"] == b"htmltag" else "")  # it may break a line
        elif not (is_skipped or is_doubled):
            pieces.append(_read_piece(match))
        is_starred = False
    return pieces


def _read_piece(match: re.Match[bytes]) -> str:
    if match["text"]:
        return match["text"].decode("latin-1").translate(_ABOVE_ASCII)
    if match["word"] in _LINES or match["sign"] in (b"\r", b"\n"):
        return "\n"
    if match["word"] in _LETTERS or match["sign"] in (b"'", b"{", b"}", b"\\", b"_"):
        return _CODED
    return " " if match["sign"] == b"~" else ""


_ABOVE_ASCII = dict.fromkeys(range(0x80, 0x100), _CODED)
