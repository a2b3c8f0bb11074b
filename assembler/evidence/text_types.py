"""Identify what kind of text a file is, in any common encoding."""

from __future__ import annotations

import re

from assembler.evidence.readers.chat_archive import find_text_format

_MAIL_FIELD = rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)"  # header field of an e-mail (RFC 5322)
# skips what a mailbox or Apple Mail puts before the header
_MAIL = re.compile(
    rb"(?im)\A(?:>?From [^\n]*\n|\d+ *\n)?"
    + _MAIL_FIELD
    + rb"{0,60}?(?:from|received|return-path|delivered-to|mime-version):"
)
_SAVED_PAGE = re.compile(
    rb"(?i)saved by (windows internet explorer|blink|mozilla|webkit)|snapshot-content-location:"
)
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
)
_QUOTED = re.compile(rb'"[^"]*"')
_LONG_VALUE, _SHORT_VALUE = 120, 20  # bytes
_WIDE_ENCODINGS = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")


def identify_text(data: bytes) -> str:
    """Return the kind of a text; "" if the file is not text."""
    plain = _decode(data)
    if plain is None:
        return ""
    if find_text_format(plain) is not None:
        return "chat"
    text = plain.lstrip(b" \t\r\n").lower()
    kind = _identify_markup(text) or _identify_mail(plain) or _identify_by_start(text, plain)
    return kind or ("text" if text else "")


def _identify_markup(text: bytes) -> str:
    if text.startswith(b"<"):
        prolog = rb"\A(?:<\?xml[^>]*\?>|<!--.*?-->|\s)+"
        text = re.sub(prolog, b"", text, count=1, flags=re.DOTALL)
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "html"
    if text.startswith(b"<!doctype svg") or re.match(rb"<(\w+:)?svg\b", text):
        return "svg"
    if text.startswith((b"<office:document",)):
        return "opendocument"
    if text.startswith((b"<!doctype plist", b"<plist")):
        return "link" if b"<key>url</key>" in text else "xml"
    return "xml" if re.match(rb"<[a-z_!?]", text) and b">" in text else ""


def _identify_mail(plain: bytes) -> str:
    head = plain[:16384].replace(b"\r\n", b"\n").lstrip(b"\n")
    if not _MAIL.match(head):
        return ""
    if _SAVED_PAGE.search(head):
        return "web-archive"
    return "mail"


def _identify_by_start(text: bytes, plain: bytes) -> str:
    """Identify text formats of programs by how they start."""
    for prefix, kind in (
        (b"begin:vcalendar", "calendar"),
        (b"begin:vcard", "card"),
        (b"[internetshortcut]", "link"),
        (b"%!ps", "postscript"),
        (b"[desktop entry]", "link"),
        (b"smime", "sealed"),
        (b"  0\nsection", "drawing"),
        (b"0\nsection", "drawing"),
    ):
        if text.replace(b"\r\n", b"\n").startswith(prefix):
            return kind
    if text[:1] in (b"{", b"[") and re.match(rb"(?s)[{\[]\s*(?:[{\[\"\]}]|-?\d)", text):
        if b'"backuptimems"' in text.split(b"\n", 1)[0]:
            return "signal-export"
        return "link" if b"docs.google.com" in text[:400] and b'"url"' in text[:400] else "json"
    return "table-text" if _is_table(plain) else ""


def _is_table(plain: bytes) -> bool:
    """Return whether the first lines have the same number of commas, semicolons or tabs, more than
    one, and short values between them, which sentences have not."""
    lines = [line for line in _QUOTED.sub(b"", plain).splitlines()[:12] if line.strip()]
    bare = lines[:-1] if len(lines) > 3 else lines
    return len(bare) > 1 and any(
        len({line.count(separator) for line in bare}) == 1
        and bare[0].count(separator) > 1
        and (separator == b"\t" or _has_short_values(bare, separator))
        for separator in (b",", b";", b"\t")
    )


def _has_short_values(lines: list[bytes], separator: bytes) -> bool:
    """Return whether lines look like values rather than prose: a blank follows the separators of
    prose, and its lines end as sentences do, or have long parts."""
    values = [value for line in lines for value in line.split(separator)]
    if max(map(len, values)) > _LONG_VALUE:
        return False
    blanks = sum(line.count(separator + b" ") for line in lines)
    if 2 * blanks < sum(line.count(separator) for line in lines):
        return True
    is_sentence = any(line.rstrip().endswith((b".", b"!", b"?", b":")) for line in lines)
    mean = sum(map(len, values)) / len(values)
    return not is_sentence and len(lines) > 2 and mean <= _SHORT_VALUE


def _decode(data: bytes) -> bytes | None:
    """Return a text in any encoding as UTF-8 or as it is, without its byte order mark; None if it
    is not text."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _to_utf8(data[len(mark) :], encoding)
    if b"\0" in data[:4096]:
        return next(
            (
                text
                for encoding in _WIDE_ENCODINGS
                if (text := _to_utf8(data, encoding)) is not None
            ),
            None,
        )
    return data if is_plain_text(data) else None


def _to_utf8(data: bytes, encoding: str) -> bytes | None:
    """Return text of this encoding as UTF-8; None if too many characters are from unused
    scripts."""
    width = {"32": 4, "16": 2}.get(encoding[4:6], 1)
    try:
        text = data[: len(data) // width * width].decode(encoding)
    except UnicodeDecodeError:
        return None if width > 1 else data
    common = sum(
        (character < "\u2e80" and character.isprintable()) or character in "\t\r\n\f"
        for character in text
    )
    plain = text.encode("utf-8")
    return plain if common >= 0.7 * len(text) and is_plain_text(plain) else None


def is_plain_text(data: bytes) -> bool:
    """Return whether there are no control characters other than white space and ESC."""
    return not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in data)
