"""Open the client's files of a case folder as viewers open them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler.pdf.picture_files import PictureFile
from assembler.pdf.recovery import copy_inherited_resources, is_encrypted, open_document
from assembler.runtime.file_names import resolve_spelling
from assembler.runtime.passwords import read_passwords

WORD = "is a Word file, which has no pages of its own"
_ZIP = b"PK\x03\x04"
_HEAD = 1024  # bytes within which the header of a PDF starts


class NoPages(OSError):
    """A file whose pages cannot be shown; the message completes "its source ..."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFiles:
    """Where the client's files are: the case folder.

    `conversions`: by path of a Word file, the PDF that it was printed to, as its packet kept it.
    """

    folder: Path
    conversions: Mapping[str, Path] = field(default_factory=dict)

    def locate(self, path: str) -> Path:
        """Return the file that has the pages of a client's file: for a Word file the PDF that was
        kept of it, if one was; else the file itself, whether it is there or not."""
        file = self.folder / resolve_spelling(self.folder, path)
        kept = self.conversions.get(path)
        return kept if kept is not None and _is_word_file(file) else file

    def is_converted(self, path: str) -> bool:
        """Return whether the pages of a file are those of a PDF that was kept of it."""
        return path in self.conversions and self.locate(path) == self.conversions[path]


def _is_word_file(file: Path) -> bool:
    """Return whether a file is there and is a Word file."""
    try:
        with file.open("rb") as stream:
            return _is_word(stream.read(_HEAD))
    except OSError:
        return False


def _is_word(data: bytes) -> bool:
    return data.startswith(_ZIP) and b"%PDF-" not in data[:_HEAD]


class Sources:
    """The client's files, one open at a time.

    Neighboring pages share a file, and sixteen open photos would take half a gigabyte.
    """

    def __init__(self, files: ClientFiles) -> None:
        self._files = files
        self._path = ""
        self._open: Any = None
        self.is_rewritten = False  # whether pypdf had to rewrite the open file

    def open(self, path: str) -> Any:
        """Return a PDFium document or a PictureFile.

        Of a Word file, the PDF that was kept of it is opened. Raises NoPages for a Word file of
        which none was kept, or a PDF that needs a password; PdfiumError for a PDF that does not
        open, OSError for anything else.
        """
        if path != self._path:
            self.close()
            self._open, self.is_rewritten = _open_file(*self.read_file(path))
            self._path = path
        return self._open

    def open_without_forms(self, path: str) -> Any:
        """Open a PDF once more so that PDFium draws no form fields of its own and can flatten its
        pages; the caller closes it."""
        data, password = self.read_file(path)
        return _open_pdf(copy_inherited_resources(data), password)[0]

    def read_file(self, path: str) -> tuple[bytes, str]:
        """Return the bytes of a file, or of the PDF kept of it, and the password that opens it."""
        return self._files.locate(path).read_bytes(), read_passwords(self._files.folder).of(path)

    def is_converted(self, path: str) -> bool:
        """Return whether the pages of a file are those of a PDF that was kept of it."""
        return self._files.is_converted(path)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open, self._path = None, ""


def _open_file(data: bytes, password: str) -> tuple[Any, bool]:
    if b"%PDF-" in data[:_HEAD]:
        document, is_rewritten = _open_pdf(data, password)
        document.init_forms()
        return document, is_rewritten
    if _is_word(data):
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
