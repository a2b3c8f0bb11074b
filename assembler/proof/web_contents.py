"""Read the words of saved web pages with Python's own HTML parser, which the code that prints them
does not use."""

from __future__ import annotations

import base64
import binascii
import email
import io
import plistlib
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urljoin

from PIL import Image

from assembler.model import FileOptions
from assembler.proof.file_contents import FileContents, make_contents
from assembler.proof.package_xml import is_picture
from assembler.proof.text_contents import decode_words

_VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr"),
    )
)
_SILENT = frozenset(
    (
        *("script", "style", "template", "title", "head", "noscript", "datalist", "svg"),
        *("iframe", "frame", "video", "audio", "canvas", "applet", "colgroup", "select", "math"),
    )
)
_INLINE = frozenset(
    (
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn"),
        *("em", "font", "i", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span"),
        *("strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    )
)
_ENDED_BY = {  # an element ends before these begin
    "li": ("li",),
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tr": ("td", "th", "tr"),
    "dt": ("dt", "dd"),
    "dd": ("dt", "dd"),
    "option": ("option",),
}
_FIELDS = ("text", "email", "tel", "number", "search", "url", "date")
_HIDING = re.compile(r"display\s*:\s*none|opacity\s*:\s*0*+\.?0*+\s*(?:;|$|!)")
_UNDRAWN = re.compile(
    r"visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0+(?:px|pt|em|%)?\s*(?:;|$)"
)
_META = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.I)
_XML = re.compile(rb"encoding=[\"']([A-Za-z0-9_.-]+)")
_LEAST_SIDE = 4  # pixels; smaller pictures only count visits
_HEAD = 4_096


def read_page_contents(data: bytes, _options: FileOptions) -> FileContents:
    """Return the visible words of an HTML file, and how many pictures it holds."""
    return _read_markup(_decode(data, ""), "", {})


def read_archive_contents(data: bytes, _options: FileOptions) -> FileContents:
    """Return the visible words of a page that was saved with its pictures, and how many pictures it
    shows. Raises ValueError."""
    if data.startswith(b"bplist00"):
        return _read_safari(data)
    message = email.message_from_bytes(data)
    parts = [part for part in message.walk() if part.get_content_maintype() != "multipart"]
    pages = [
        part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")
    ]
    if not pages:
        raise ValueError("an archive without a page")
    start = str(message.get_param("start") or "").strip("<> ")
    main = next(
        (part for part in pages if start and str(part["Content-ID"]).strip("<> ") == start),
        pages[0],
    )
    files: dict[str, bytes] = {}
    for part in parts:
        body = _read_body(part)
        files.setdefault("cid:" + str(part["Content-ID"] or "").strip("<> "), body)
        files.setdefault("".join(str(part["Content-Location"] or "").split()), body)
    address = str(message["Snapshot-Content-Location"] or main["Content-Location"] or "")
    text = _decode(_read_body(main), main.get_content_charset() or "")
    return _read_markup(text, "".join(address.split()), files)


def _read_body(part: Any) -> bytes:
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""


def _read_safari(data: bytes) -> FileContents:
    try:
        root = plistlib.loads(data)
        main = root["WebMainResource"]
        files = {
            str(other.get("WebResourceURL")): bytes(other.get("WebResourceData", b""))
            for other in root.get("WebSubresources", [])
        }
        text = _decode(main["WebResourceData"], str(main.get("WebResourceTextEncodingName", "")))
        return _read_markup(text, str(main.get("WebResourceURL", "")), files)
    except (plistlib.InvalidFileException, AttributeError, TypeError, LookupError) as error:
        raise ValueError("a damaged web archive") from error


def _decode(data: bytes, charset: str) -> str:
    has_mark = data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
    match = _META.search(data[:_HEAD]) or _XML.search(data[:_HEAD])
    name = charset or (match[1].decode() if match else "")
    if name and not has_mark and not name.lower().startswith("utf-16"):
        is_latin = name.lower() in ("iso-8859-1", "latin1", "us-ascii", "ascii")
        try:
            return data.decode("cp1252" if is_latin else name)
        except (LookupError, UnicodeError):
            pass  # the page says something wrong
    return decode_words(data)


def _read_markup(text: str, address: str, files: Mapping[str, bytes]) -> FileContents:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    base = urljoin(address, reader.base) if reader.base else address
    pictures = sum(_is_shown(source, base, files) for source in reader.sources)
    lines = "".join(reader.pieces).split("\n")
    return make_contents(tuple(" ".join(line.split()) for line in lines), pictures=pictures)


def _is_shown(source: str, base: str, files: Mapping[str, bytes]) -> bool:
    """Return whether a picture is in the file, opens, and is large enough to be seen."""
    data = _decode_data(source) if source[:5].lower() == "data:" else None
    for address in (source, _join(base, source), unquote(source)):
        data = files.get(address) if data is None and address else data
    if data is None or not is_picture(data):
        return False
    with Image.open(io.BytesIO(data)) as picture:
        return min(picture.size) >= _LEAST_SIDE


def _join(base: str, source: str) -> str:
    try:
        return urljoin(base, source)
    except ValueError:
        return ""


def _decode_data(source: str) -> bytes:
    head, _, body = source.strip().partition(",")
    raw = unquote_to_bytes(body)
    if ";base64" not in head.lower():
        return raw
    plain = re.sub(rb"[^A-Za-z0-9+/]", b"", raw.translate(bytes.maketrans(b"-_", b"+/")))
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4))
    except binascii.Error:
        return b""


class _Reader(HTMLParser):
    """Collects the visible words; a line feed is between blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.sources: list[str] = []  # of pictures
        self.base = ""
        self._open: list[tuple[str, bool, bool]] = []  # name; nothing within shows; not drawn

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        for ended in _ENDED_BY.get(tag, ()):
            if self._open and self._open[-1][0] == ended:
                self._open.pop()
        if tag not in _INLINE:
            self.pieces.append("\n")
            if self._open and self._open[-1][0] == "p" and tag not in _VOID:
                self._open.pop()
        if tag == "base" and not self.base:
            self.base = values.get("href", "")
        style = values.get("style", "").lower()
        _, is_silent, is_undrawn = self._open[-1] if self._open else ("", False, False)
        is_silent = (
            is_silent
            or tag in _SILENT
            or "hidden" in values
            or _HIDING.search(style) is not None
            or (tag == "dialog" and "open" not in values)
        )
        if "visibility" in style or "font-size" in style:
            is_undrawn = _UNDRAWN.search(style) is not None
        if tag == "img" and not (is_silent or is_undrawn):
            self._take_picture(values)
        if tag == "input" and values.get("type", "text").lower() in _FIELDS and not is_silent:
            self.pieces.append(f" {values.get('value', '')} ")
        if tag not in _VOID:
            self._open.append((tag, is_silent, is_undrawn))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self._open and self._open[-1][0] == tag and tag in _SILENT:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self.pieces.append("\n")
        elif tag == "a":  # its address may be printed behind it
            self.pieces.append(" ")
        names = [name for name, _, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self._open or not (self._open[-1][1] or self._open[-1][2]):
            self.pieces.append(data.replace("\n", " ").replace("\r", " "))

    def _take_picture(self, values: Mapping[str, str]) -> None:
        sides = [re.match(r"\d+", values.get(name, "")) for name in ("width", "height")]
        is_tiny = any(side is not None and int(side[0]) <= _LEAST_SIDE for side in sides)
        alternative = values.get("alt", "")
        is_emoji = bool(alternative.strip()) and not any(map(str.isalnum, alternative))
        source = values.get("src", "").strip() or (values.get("srcset", "").split() or [""])[0]
        if source and not is_tiny and not is_emoji:
            self.sources.append(source)
