"""Decode the texts of an e-mail: header fields, bodies and transfer encodings, however broken."""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re

from assembler.evidence.readers.text import decode_text
from assembler.evidence.refusal import Refused

_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.I
)
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_BLANK_BYTES = re.compile(rb"\s+")
# what browsers read for each name (https://encoding.spec.whatwg.org/#names-and-labels)
_CHARSETS = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
}
# codecs that decode no text of other people
_UNUSABLE = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem")


def decode_header(raw: str) -> str:
    """Return the text of a header field as a person reads it, on one line."""
    joined = _BETWEEN_WORDS.sub(r"\1", raw)
    pieces: list[str] = []
    pending, charset, end = b"", "", 0  # letters may be split between encoded words
    for match in _ENCODED_WORD.finditer(joined):
        if pending and (match.start() != end or match[1].lower() != charset):
            pieces.append(_decode_bytes(pending, charset))
            pending = b""
        pieces.append(_decode_raw(joined[end : match.start()]))
        charset = match[1].lower()
        pending += _decode_word(match[2], match[3])
        end = match.end()
    if pending:
        pieces.append(_decode_bytes(pending, charset))
    pieces.append(_decode_raw(joined[end:]))
    return " ".join("".join(pieces).split())


def _decode_word(encoding: str, text: str) -> bytes:
    plain = text.encode("ascii", "surrogateescape")
    if encoding in "bB":
        return decode_base64(plain)[0]
    return quopri.decodestring(plain.replace(b"_", b" "), header=True)


def _decode_bytes(data: bytes, charset: str) -> str:
    return decode_body(data, charset.partition("*")[0])[0]  # a language may follow the charset


def _decode_raw(text: str) -> str:
    """Return text that is not encoded; bytes above 127 are surrogates in it."""
    if text.isascii():
        return text
    return decode_body(text.encode("utf-8", "surrogateescape"), "")[0]


def decode_body(data: bytes, charset: str, *, is_html: bool = False) -> tuple[str, bool]:
    """Return a text, and whether its encoding had to be guessed."""
    name = charset.strip().strip("\"'").lower()
    if is_html and not name and (match := _META_CHARSET.search(data[:4096])):
        name = match[1].decode().lower()
    known = decode_named(data, name)
    if known is not None:
        return known
    text, encoding = guess_text(data)
    return text, not encoding.startswith("utf")


def decode_named(data: bytes, name: str) -> tuple[str, bool] | None:
    """Return a text in a charset, or in ASCII, and whether some letters are broken; None if its
    encoding has to be guessed."""
    codec = _find_codec(name)
    if codec:
        try:
            return data.decode(codec), False
        except (UnicodeError, ValueError):
            if codec == "utf-8" and (text := _decode_mostly(data)):
                return text, True
    return (data.decode("ascii"), False) if data.isascii() and b"\x1b" not in data else None


def guess_text(data: bytes) -> tuple[str, str]:
    """Return a text and its likeliest encoding."""
    try:
        return decode_text(data)
    except Refused:
        return data.decode("cp1252", "replace"), "cp1252"


def _decode_mostly(data: bytes) -> str:
    """Return a text of UTF-8 in which some letters are broken; "" if most are."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(letter > "\x7f" for letter in text) - broken
    return text if whole >= broken else ""


def _find_codec(name: str) -> str:
    """Return the codec for a charset; "" if none is known."""
    try:
        codec = codecs.lookup(_CHARSETS.get(name, name) or "utf-8").name
    except (LookupError, ValueError):
        return ""
    return "" if codec in _UNUSABLE else codec


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, str]:
    """Return the bytes of a part, and what is wrong with them; "" if nothing is.

    Args:
        encoding: "base64", "quoted-printable", "x-uuencode"; all others mean none.
    """
    name = encoding.strip().lower()
    if name == "base64":
        return decode_base64(data)
    if name == "quoted-printable":
        return quopri.decodestring(data), ""
    if name in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _decode_uu(data)
    is_known = name in ("", "7bit", "8bit", "binary")
    return data, "" if is_known else "its transfer encoding is unknown"


def decode_base64(data: bytes) -> tuple[bytes, str]:
    """Return what base64 holds, however broken, and what is wrong with it."""
    is_foreign = _NO_BASE64.search(data) is not None
    plain = _BLANK_BYTES.sub(b"", _NO_BASE64.sub(b"", data))
    pieces, is_cut = [], False
    for piece in filter(None, plain.split(b"=")):  # joined files end with = each
        is_cut = is_cut or len(piece) % 4 == 1
        whole = piece[: len(piece) - (len(piece) % 4 == 1)]
        pieces.append(base64.b64decode(whole + b"=" * (-len(whole) % 4)))
    return b"".join(pieces), "its base64 is damaged" if is_foreign or is_cut else ""


def _decode_uu(data: bytes) -> tuple[bytes, str]:
    lines = data.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith(b"begin ")), None)
    if start is None:
        return data, "its uuencoding is damaged"
    out, is_damaged = [], True
    for line in lines[start + 1 :]:
        if line.strip() in (b"end", b"`", b""):
            is_damaged = False
            if line.strip() == b"end":
                break
            continue
        # some programs write longer lines than they announce
        length = (((line[0] - 32) & 63) * 4 + 5) // 3 + 1
        try:
            out.append(binascii.a2b_uu(line[:length]))
        except binascii.Error:
            return b"".join(out), "its uuencoding is damaged"
    return b"".join(out), "its uuencoding is damaged" if is_damaged else ""
