"""Read a file without pages of its own by a reader of the proof, chosen by the file's content.

The kinds are told apart here once more, with simpler signs than those of the code that prints, so
that one mistake cannot hide itself.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from assembler.model import NO_OPTIONS, FileOptions
from assembler.proof.attached_pages import has_own_pages
from assembler.proof.chat_contents import choose_chat_reader
from assembler.proof.compound_file import read_compound_file
from assembler.proof.file_contents import (
    AttachedContents,
    FileContents,
    UnknownContents,
    join_contents,
    place_contents,
)
from assembler.proof.mail_contents import read_mail_contents
from assembler.proof.old_office_contents import (
    read_doc_contents,
    read_ppt_contents,
    read_xls_contents,
)
from assembler.proof.outlook_contents import read_outlook_contents
from assembler.proof.recording_contents import is_recording, read_recording_contents
from assembler.proof.rich_text_contents import read_rich_contents
from assembler.proof.sheet_contents import read_excel_contents, read_ods_contents
from assembler.proof.slide_contents import read_slide_contents
from assembler.proof.table_contents import is_table, read_table_contents
from assembler.proof.text_contents import decode_words, read_text_contents
from assembler.proof.text_document_contents import read_odp_contents, read_odt_contents
from assembler.proof.web_contents import read_archive_contents, read_page_contents
from assembler.proof.word_reader import read_visible_things

_ZIP = b"PK\x03\x04"
_PDF_HEAD = 1024  # bytes within which the header of a PDF starts
_OLE = b"\xd0\xcf\x11\xe0"
_OUTLOOK = "__properties_version1.0".encode("utf-16-le")
_RTF, _SAFARI = b"{\\rtf", b"bplist00"
_HEAD = 16_384  # bytes in which the header of an e-mail begins
_MAIL = re.compile(
    rb"(?i)(?:\d+\s*\n)?(?:>?From [^\n]*\n)?(?:[!-9;-~]+[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*){0,60}?"
    rb"(?:from|received|return-path|delivered-to|mime-version)[ \t]*:"
)
_SAVED = re.compile(
    rb"(?i)saved by (?:windows internet explorer|blink|mozilla|webkit)|snapshot-content-location:"
)
_PAGE = re.compile(r"(?is)(?:\s|<\?xml[^>]*\?>|<!--.*?-->)*<(?:!doctype html|html|head|body)\b")
_DEEPEST = 6
# letters before and after the words that a file cannot be shown, among which its sha256 is
_BEFORE_WORDS, _AFTER_WORDS = 120, 300
_DAMAGE = (
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RecursionError,
)
ContentsReader = Callable[[bytes, FileOptions], FileContents]


def read_contents(data: bytes, options: FileOptions) -> FileContents:
    """Return what a file shows. Raises UnknownContents if the proof has no reader for it, and
    OSError, KeyError, ValueError, zipfile.BadZipFile or lxml.etree.XMLSyntaxError if it does not
    open."""
    try:
        return choose_reader(data)(data, options)
    except _DAMAGE as error:
        raise ValueError("a damaged file") from error


def choose_reader(data: bytes) -> ContentsReader:
    """Return the reader for a file. Raises UnknownContents."""
    if b"%PDF-" in data[:_PDF_HEAD]:
        raise UnknownContents("a file with pages of its own")
    if data.startswith(_ZIP):
        return _choose_package(data)
    if is_recording(data):
        return read_recording_contents
    if data.startswith(_OLE):
        return read_outlook_contents if _OUTLOOK in data else _choose_old_office(data)
    return _choose_text(data)


def _choose_package(data: bytes) -> ContentsReader:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
    for part, reader in _PACKAGES:
        if part in names:
            return reader
    if "content.xml" in names:
        return _choose_open_document(data)
    if chat_reader := choose_chat_reader(data):
        return chat_reader
    raise UnknownContents("an archive of another type")


def _choose_text(data: bytes) -> ContentsReader:
    head = data.lstrip(b"\xef\xbb\xbf\xff\xfe\r\n").replace(b"\0", b"")[:_HEAD]
    if data.startswith(_RTF):
        return read_rich_contents
    if data.startswith(_SAFARI):
        return read_archive_contents
    if _MAIL.match(head):
        return read_archive_contents if _SAVED.search(head) else read_mail_contents
    if reader := choose_chat_reader(data):
        return reader
    if _PAGE.match(decode_words(data[:_HEAD]).lstrip("\ufeff")):
        return read_page_contents
    return read_table_contents if is_table(data) else read_text_contents


def _choose_open_document(data: bytes) -> ContentsReader:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("content.xml")
    for mark, reader in (
        (b"<office:spreadsheet", read_ods_contents),
        (b"<office:presentation", read_odp_contents),
        (b"<office:text", read_odt_contents),
    ):
        if mark in content:
            return reader
    raise UnknownContents("an OpenDocument file of another type")


def _choose_old_office(data: bytes) -> ContentsReader:
    streams = read_compound_file(data).streams
    for name, reader in (
        ("WordDocument", read_doc_contents),
        ("Workbook", read_xls_contents),
        ("PowerPoint Document", read_ppt_contents),
    ):
        if name in streams:
            return reader
    raise UnknownContents("an old office file of another type")


def read_with_attached(data: bytes, options: FileOptions, shown: str) -> FileContents:
    """Return what a file shows, with the files within it that have no pages of their own.

    Args:
        shown: the text of its pages. A file of which they say, beside its sha256, that it cannot be
            shown is left out: that is reported to the user, and a person must accept it.

    Raises as `read_contents`.
    """
    return _expand(read_contents(data, options), "".join(shown.split()), 0)


def _expand(contents: FileContents, shown: str, depth: int) -> FileContents:
    """Replace attached files without pages of their own by what they show."""
    missing = sum(_is_named_as_missing(entry, shown) for entry in contents.placed)
    things = replace(contents.things, pictures=contents.things.pictures - missing)
    joined = replace(contents, things=things, attached=(), placed=())
    for entry in contents.attached:
        if _is_named_as_missing(entry, shown):
            continue
        if has_own_pages(entry.data):
            joined = replace(joined, attached=(*joined.attached, entry))
        elif depth < _DEEPEST and (inner := _read_inner(entry.data)) is not None:
            placed = place_contents(inner, entry.attachment)
            joined = join_contents(joined, _expand(placed, shown, depth + 1))
    return joined


def _is_named_as_missing(entry: AttachedContents, shown: str) -> bool:
    """Return whether the pages, given without blanks, say that a file cannot be shown. Its sha256
    must be beside these words, since the client's file may have the words, too."""
    number = ".".join(map(str, entry.attachment))
    digest = hashlib.sha256(entry.data).hexdigest()
    return any(
        digest in shown[max(0, words.start() - _BEFORE_WORDS) : words.end() + _AFTER_WORDS]
        for words in re.finditer(f"attachment{re.escape(number)}cannotbeshown", shown)
    )


def _read_inner(data: bytes) -> FileContents | None:
    try:
        return read_contents(data, NO_OPTIONS)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError):
        return None


def _read_word(data: bytes, _options: FileOptions) -> FileContents:
    return FileContents(things=read_visible_things(io.BytesIO(data)))


_PACKAGES: tuple[tuple[str, ContentsReader], ...] = (  # a part that only files of a kind have
    ("word/document.xml", _read_word),
    ("xl/workbook.xml", read_excel_contents),
    ("ppt/presentation.xml", read_slide_contents),
)
