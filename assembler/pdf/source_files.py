"""Open the client's files of a case folder as viewers open them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler.model import split_source_key
from assembler.pdf.picture_files import PictureFile
from assembler.pdf.recovery import copy_inherited_resources, is_encrypted, open_document
from assembler.runtime.file_names import resolve_spelling
from assembler.runtime.machine_failures import raise_if_machine_failed
from assembler.runtime.passwords import read_passwords

WORD = "is a Word file, which has no pages of its own"
_ZIP = b"PK\x03\x04"
_HEAD = 1024  # bytes within which the header of a PDF starts
_PICTURES = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n",
    b"GIF8",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
)
# brands of the pictures in a file of ISO boxes, among its first bytes
_PICTURE_BRANDS = re.compile(rb"hei[cfmsx]|hev[cmsx]|mif1|msf1|miaf|avi[fs]")


class NoPages(OSError):
    """A file whose pages cannot be shown; the message completes "its source ..."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFiles:
    """Where the client's files are: the case folder.

    `conversions`: by key of a file without pages of its own (see `make_source_key`), the PDF that
    it was printed to, as its packet kept it. `grids`: keys of pages that show several pictures, of
    which a PDF was kept, too.
    """

    folder: Path
    conversions: Mapping[str, Path] = field(default_factory=dict)
    grids: frozenset[str] = frozenset()

    def locate(self, key: str) -> Path:
        """Return the file that has the pages of a client's file: for one without pages of its own
        the PDF that was kept of it, if one was; else the file itself, whether it is there or
        not."""
        path, _ = split_source_key(key)
        file = self.folder / resolve_spelling(self.folder, path)
        kept = self.conversions.get(key)
        if kept is not None and (key in self.grids or not _is_file_with_pages(file)):
            return kept
        return file

    def is_converted(self, key: str) -> bool:
        """Return whether the pages of a file are those of a PDF that was kept of it."""
        return key in self.conversions and self.locate(key) == self.conversions[key]


def _is_file_with_pages(file: Path) -> bool:
    """Return whether a file is absent, or has pages of its own. Raises ToolFailed if the machine
    cannot read it."""
    try:
        with file.open("rb") as stream:
            return _has_pages(stream.read(_HEAD))
    except OSError as error:
        raise_if_machine_failed(error)
        return True


def _has_pages(head: bytes) -> bool:
    """Return whether a file that begins with these bytes is a PDF or a picture."""
    return (
        b"%PDF-" in head
        or head.startswith(_PICTURES)
        or (head.startswith(b"RIFF") and head[8:12] == b"WEBP")
        or (head[4:8] == b"ftyp" and _PICTURE_BRANDS.search(head[8:64]) is not None)
    )


class Sources:
    """The client's files, one open at a time.

    Neighboring pages share a file, and sixteen open photos would take half a gigabyte.
    """

    def __init__(self, files: ClientFiles) -> None:
        self._files = files
        self._key = ""
        self._open: Any = None
        self.is_rewritten = False  # whether pypdf had to rewrite the open file

    def open(self, key: str) -> Any:
        """Return a PDFium document or a PictureFile.

        Of a file without pages of its own, the PDF that was kept of it is opened. Raises NoPages if
        none was kept, and for a PDF that needs a password; PdfiumError for a PDF that does not
        open, OSError for anything else.
        """
        if key != self._key:
            self.close()
            self._open, self.is_rewritten = _open_file(*self.read_file(key))
            self._key = key
        return self._open

    def open_without_forms(self, key: str) -> Any:
        """Open a PDF once more so that PDFium draws no form fields of its own and can flatten its
        pages; the caller closes it."""
        data, password = self.read_file(key)
        return _open_pdf(copy_inherited_resources(data), password)[0]

    def read_file(self, key: str) -> tuple[bytes, str]:
        """Return the bytes of a file, or of the PDF kept of it, and the password that opens it."""
        password = read_passwords(self._files.folder).of(split_source_key(key)[0])
        return self._files.locate(key).read_bytes(), password

    def is_converted(self, key: str) -> bool:
        """Return whether the pages of a file are those of a PDF that was kept of it."""
        return self._files.is_converted(key)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open, self._key = None, ""


def _open_file(data: bytes, password: str) -> tuple[Any, bool]:
    if b"%PDF-" in data[:_HEAD]:
        document, is_rewritten = _open_pdf(data, password)
        document.init_forms()
        return document, is_rewritten
    if data.startswith(_ZIP):
        raise NoPages(WORD)
    return PictureFile(data), False


def _open_pdf(data: bytes, password: str) -> tuple[Any, bool]:
    try:
        return open_document(data, password)
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium.raw.FPDF_ERR_PASSWORD and is_encrypted(data):
            raise NoPages(
                "needs a password that is not available (evidence_passwords.json)"
            ) from error
        raise
