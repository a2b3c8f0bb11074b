"""Read a file without pages of its own by a reader of the proof, chosen by the file's content.

The kinds are told apart here once more, with simpler signs than those of the code that prints, so
that one mistake cannot hide itself.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from assembler.model import FileOptions
from assembler.proof.file_contents import FileContents, UnknownContents
from assembler.proof.recording_contents import is_recording, read_recording_contents
from assembler.proof.text_contents import read_text_contents
from assembler.proof.word_reader import read_visible_things

_ZIP = b"PK\x03\x04"
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
        raise UnknownContents("an archive that is no Word file")
    if is_recording(data):
        return read_recording_contents
    return read_text_contents


def _read_word(data: bytes, _options: FileOptions) -> FileContents:
    return FileContents(things=read_visible_things(io.BytesIO(data)))
