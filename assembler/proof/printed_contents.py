"""Read a file without pages of its own by a reader of the proof, chosen by the file's content.

The kinds are told apart here once more, with simpler signs than those of the code that prints, so
that one mistake cannot hide itself.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from assembler.model import NO_OPTIONS, FileOptions
from assembler.proof.attached_pages import has_own_pages
from assembler.proof.chat_contents import choose_chat_reader
from assembler.proof.file_contents import (
    FileContents,
    UnknownContents,
    join_contents,
    place_contents,
)
from assembler.proof.mail_contents import read_mail_contents
from assembler.proof.outlook_contents import read_outlook_contents
from assembler.proof.recording_contents import is_recording, read_recording_contents
from assembler.proof.text_contents import read_text_contents
from assembler.proof.word_reader import read_visible_things

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_OUTLOOK = "__properties_version1.0".encode("utf-16-le")
_HEAD = 16_384  # bytes in which the header of an e-mail begins
_MAIL = re.compile(
    rb"(?i)(?:\d+\s*\n)?(?:>?From [^\n]*\n)?(?:[!-9;-~]+[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*){0,60}?"
    rb"(?:from|received|return-path|delivered-to|mime-version)[ \t]*:"
)
_DEEPEST = 6
ContentsReader = Callable[[bytes, FileOptions], FileContents]


def read_contents(data: bytes, options: FileOptions) -> FileContents:
    """Return what a file shows. Raises UnknownContents if the proof has no reader for it, and
    OSError, KeyError, ValueError, zipfile.BadZipFile or lxml.etree.XMLSyntaxError if it does not
    open."""
    return choose_reader(data)(data, options)


def choose_reader(data: bytes) -> ContentsReader:
    """Return the reader for a file. Raises UnknownContents."""
    if data.startswith(_ZIP):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
        if "word/document.xml" in names:
            return _read_word
        if reader := choose_chat_reader(data):
            return reader
        raise UnknownContents("an archive that is no Word file")
    if is_recording(data):
        return read_recording_contents
    if data.startswith(_OLE) and _OUTLOOK in data:
        return read_outlook_contents
    if _MAIL.match(data.lstrip(b"\xef\xbb\xbf\xff\xfe\r\n").replace(b"\0", b"")[:_HEAD]):
        return read_mail_contents
    return choose_chat_reader(data) or read_text_contents


def read_with_attached(data: bytes, options: FileOptions, shown: str) -> FileContents:
    """Return what a file shows, with the files within it that have no pages of their own.

    Args:
        shown: the text of its pages. A file of which they say that it cannot be shown is left out:
            that is reported to the user, and a person must accept it.

    Raises as `read_contents`.
    """
    return _expand(read_contents(data, options), " ".join(shown.split()), 0)


def _expand(contents: FileContents, shown: str, depth: int) -> FileContents:
    """Replace attached files without pages of their own by what they show."""
    joined = replace(contents, attached=())
    for entry in contents.attached:
        name = f"attachment {'.'.join(map(str, entry.attachment))}"
        if f"{name} cannot be shown" in shown:
            continue
        if has_own_pages(entry.data):
            joined = replace(joined, attached=(*joined.attached, entry))
        elif depth < _DEEPEST and (inner := _read_inner(entry.data)) is not None:
            placed = place_contents(inner, entry.attachment)
            joined = join_contents(joined, _expand(placed, shown, depth + 1))
    return joined


def _read_inner(data: bytes) -> FileContents | None:
    try:
        return read_contents(data, NO_OPTIONS)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError):
        return None


def _read_word(data: bytes, _options: FileOptions) -> FileContents:
    return FileContents(things=read_visible_things(io.BytesIO(data)))
