"""Open the client's files of a case folder as viewers open them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler.pdf.picture_files import PictureFile
from assembler.pdf.recovery import is_encrypted, open_document
from assembler.runtime.file_names import resolve_spelling
from assembler.runtime.passwords import read_passwords

WORD = "is a Word file, which has no pages of its own"
_ZIP = b"PK\x03\x04"


class NoPages(OSError):
    """A file whose pages cannot be shown; the message completes "its source ..."."""


class Sources:
    """The client's files of a case folder, one open at a time.

    Neighboring pages share a file, and sixteen open photos would take half a gigabyte.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = ""
        self._open: Any = None
        self.is_rewritten = False  # whether pypdf had to rewrite the open file

    def open(self, path: str) -> Any:
        """Return a PDFium document or a PictureFile.

        Raises NoPages for a Word file or a PDF that needs a password, PdfiumError for a PDF that
        does not open, OSError for anything else.
        """
        if path != self._path:
            self.close()
            self._open, self.is_rewritten = _open_file(*self.read_file(path))
            self._path = path
        return self._open

    def open_without_forms(self, path: str) -> Any:
        """Open a PDF once more so that PDFium draws no form fields of its own; the caller closes
        it."""
        return _open_pdf(*self.read_file(path))[0]

    def read_file(self, path: str) -> tuple[bytes, str]:
        """Return a file's bytes and the password that opens it."""
        file = self._folder / resolve_spelling(self._folder, path)
        return file.read_bytes(), read_passwords(self._folder).of(path)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open, self._path = None, ""


def _open_file(data: bytes, password: str) -> tuple[Any, bool]:
    if b"%PDF-" in data[:1024]:
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
