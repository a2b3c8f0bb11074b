"""Read a saved web page: HTML, the archives of browsers (.mhtml), and those of Safari.

Nothing is fetched and no script runs: a picture that is not in the file is named in its place.
"""

from __future__ import annotations

import email
import email.errors
import email.message
import plistlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urljoin

from assembler.documents.paper_blocks import Paper, TextStyle, make_paragraph
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.readers.html_blocks import (
    HtmlBlocks,
    Missing,
    describe_missing,
    make_html_blocks,
)
from assembler.evidence.readers.office_package import refuse_damage
from assembler.evidence.readers.reading import (
    FileReading,
    PaperTemplate,
    PrintedPaper,
    ReadRequest,
)
from assembler.evidence.readers.text import decode_text
from assembler.evidence.refusal import Refused
from assembler.model import Severity

_MAX_PARTS = 5_000  # of an archive
_HEAD = 4_096  # bytes in which a page says its encoding
_CHARSET = re.compile(
    rb"""<meta\b[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.I
)
_XML_ENCODING = re.compile(rb"""<\?xml\b[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.-]{2,40})""")
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S{1,2000})\s*-->", re.I)
_BASE = re.compile(r"""<base\b[^>]{0,300}?href\s*=\s*["']([^"'>]{1,2000})""", re.I)
# browsers read pages that say they are in Latin-1 as Windows-1252 (WHATWG Encoding Standard)
_ALIASES = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_OUTSIDE = (Missing.PICTURE, Missing.EMBEDDED, Missing.BACKGROUND)
_PRINT = "open the page in a browser, print it to PDF, and use the PDF"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A saved page. `files`: the pictures and others saved with it, by their addresses."""

    markup: str
    encoding: str = ""  # that was guessed; "" if the page says it
    address: str = ""
    saved_on: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    step: str = "HTML"


def read_web_page(request: ReadRequest) -> FileReading:
    """Return a page that was saved as HTML. Raises Refused."""
    markup, encoding = decode_markup(request.data)
    match = _SAVED_FROM.search(markup[:_HEAD])
    address = match[1] if match else ""
    return _print_page(request, _Page(markup=markup, encoding=encoding, address=address))


def read_web_archive(request: ReadRequest) -> FileReading:
    """Return a page that was saved with its pictures, as .mhtml or .webarchive. Raises Refused."""
    with refuse_damage("saved web page"):
        is_safari = request.data.startswith(b"bplist00")
        page = _open_safari(request.data) if is_safari else _open_mhtml(request.data)
    return _print_page(request, page)


def decode_markup(data: bytes, charset: str = "") -> tuple[str, str]:
    """Return HTML as text, and its encoding if that had to be guessed.

    `charset`: what the archive says about it. Raises Refused if no encoding fits.
    """
    if not data.startswith(_MARKS):
        head = data[:_HEAD]
        match = _CHARSET.search(head) or _XML_ENCODING.search(head)
        named = charset or (match[1].decode("ascii") if match else "")
        codec = _ALIASES.get(named.lower(), named)
        if codec and not codec.lower().startswith(("utf-16", "utf16")):
            try:
                return data.decode(codec), ""
            except (LookupError, UnicodeError):
                pass  # it says something wrong: look for what it is
    text, encoding = decode_text(data)
    return text, "" if encoding.startswith("utf") else encoding


def _print_page(request: ReadRequest, page: _Page) -> FileReading:
    finder = _PictureFinder(page)
    result = make_html_blocks(page.markup, finder.find)
    blocks = list(result.blocks)
    if not blocks:
        blocks.append(make_paragraph("This page shows no text.", TextStyle.NOTE))
    notes = describe_missing(result.missing)
    blocks += [make_paragraph(f"{sentence}.", TextStyle.NOTE) for sentence in notes]
    facts = (
        ("Title", result.title),
        ("Saved from", page.address),
        ("Saved on", page.saved_on),
        ("sha256", request.sha256),
    )
    paper = Paper(
        title="Web page",
        facts=tuple((label, value) for label, value in facts if value),
        blocks=tuple(blocks),
    )
    return FileReading(
        sections=(PrintedPaper(template=PaperTemplate.TEXT, paper=paper),),
        losses=tuple(_list_losses(result, page.encoding)),
        steps=(page.step,),
    )


def _list_losses(result: HtmlBlocks, encoding: str) -> Iterator[Loss]:
    groups = (
        ("EVID.REMOTE", _OUTSIDE, None),
        ("EVID.DRAWING", (Missing.BROKEN_PICTURE,), Severity.ERROR),
        ("EVID.PLAIN", (Missing.DRAWING,), None),
        ("EVID.CONCEALED", (Missing.HIDDEN,), None),
    )
    for rule, kinds, severity in groups:
        counts: dict[str, int] = {kind: result.missing[kind] for kind in kinds}
        for sentence in describe_missing(counts):
            yield make_loss(rule, sentence, f"if it matters, {_PRINT}", severity)
    if encoding:
        problem = f"the page does not say its encoding; it was read as {encoding}"
        yield make_loss("EVID.ENCODING", problem, "check the letters with accents")


class _PictureFinder:
    """Finds the pictures of a page among the files that were saved with it."""

    def __init__(self, page: _Page) -> None:
        match = _BASE.search(page.markup[:_HEAD])
        self._base = urljoin(page.address, match[1]) if match else page.address
        self._files = page.files

    def find(self, address: str) -> bytes | None:
        """Return a file by its address as the page has it; None if it was not saved."""
        for spelling in (address, self._join(address), unquote(address)):
            if spelling in self._files:
                return self._files[spelling]
        return None

    def _join(self, address: str) -> str:
        try:
            return urljoin(self._base, address)
        except ValueError:
            return address


def _open_mhtml(data: bytes) -> _Page:
    """Open an archive of MIME parts (RFC 2557). Raises Refused, ValueError."""
    message = email.message_from_bytes(data)
    parts = [part for part in message.walk() if not part.is_multipart()]
    if len(parts) > _MAX_PARTS:
        raise Refused("EVID.LIMIT", f"the page has more than {_MAX_PARTS} parts", _PRINT)
    main = _find_main(message, parts)
    files: dict[str, bytes] = {}
    for part in parts:
        content = part.get_payload(decode=True)
        if part is main or not isinstance(content, bytes):
            continue
        if number := str(part.get("Content-ID", "")).strip().strip("<>"):
            files.setdefault(f"cid:{number}", content)
        if location := _read_address(part, "Content-Location"):
            files.setdefault(location, content)
    content = main.get_payload(decode=True)
    charset = main.get_content_charset() or ""
    markup, encoding = decode_markup(content if isinstance(content, bytes) else b"", charset)
    address = _read_address(message, "Snapshot-Content-Location")
    return _Page(
        markup=markup,
        encoding=encoding,
        address=address or _read_address(main, "Content-Location"),
        saved_on=" ".join(str(message.get("Date", "")).split()),
        files=files,
        step="MHTML",
    )


def _find_main(message: Any, parts: list[Any]) -> Any:
    """Return the part with the page: the one that the archive names, or the first HTML."""
    start = str(message.get_param("start") or "").strip().strip("<>")
    pages = [part for part in parts if part.get_content_type() in _PAGE_TYPES]
    named = [part for part in pages if str(part.get("Content-ID", "")).strip("<> ") == start]
    if not pages:
        raise ValueError("an archive without a page")
    return named[0] if start and named else pages[0]


_PAGE_TYPES = ("text/html", "application/xhtml+xml")


def _read_address(part: Any, name: str) -> str:
    return "".join(str(part.get(name, "")).split())


def _open_safari(data: bytes) -> _Page:
    """Open an archive of Safari, a property list. Raises Refused, ValueError."""
    root = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
    main = root.get("WebMainResource") if isinstance(root, dict) else None
    main = main if isinstance(main, dict) else {}
    content = main.get("WebResourceData", "")
    if not isinstance(content, bytes) or not content:
        raise LookupError("an archive without a page")
    files: dict[str, bytes] = {}
    others = root.get("WebSubresources", [])
    for other in others if isinstance(others, list) else []:
        if isinstance(other, dict) and isinstance(other.get("WebResourceData"), bytes):
            files.setdefault(str(other.get("WebResourceURL", "")), other["WebResourceData"])
    charset = str(main.get("WebResourceTextEncodingName", ""))
    markup, encoding = decode_markup(content, charset)
    return _Page(
        markup=markup,
        encoding=encoding,
        address=str(main.get("WebResourceURL", "")),
        files=files,
        step="Safari web archive",
    )
