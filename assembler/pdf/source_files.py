"""The client's files of a case folder, opened as viewers open them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler.pdf.picture_files import Album
from assembler.pdf.recovery import document, is_encrypted
from assembler.runtime.file_names import spelled_on_disk
from assembler.runtime.passwords import read_passwords

WORD = "is a Word file, which has no pages of its own"
_ZIP = b"PK\x03\x04"


class NoPages(OSError):
    """A file whose pages cannot be shown; its text says why, to stand after "its source"."""


class Sources:
    """The client's files of a case folder, one open at a time: neighboring pages have the same
    one, and sixteen photographs at once would be half a gigabyte."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = ""
        self._open: Any = None
        self.secondhand = False  # whether the open file is shown as another reader wrote it again

    def open(self, path: str) -> Any:
        """A PDFium document, or an Album of pictures.

        Raises NoPages for a Word file, or a PDF that asks for a password; OSError for what is
        nothing of these; PdfiumError for a PDF that does not open.
        """
        if path != self._path:
            self.close()
            place = self._folder / spelled_on_disk(self._folder, path)
            self._open, self.secondhand = _opened(place, read_passwords(self._folder).of(path))
            self._path = path
        return self._open

    def unfilled(self, path: str) -> Any:
        """A PDF opened once more, its form fields left alone: PDFium draws none of its own into
        it. The caller closes it."""
        place = self._folder / spelled_on_disk(self._folder, path)
        return _document(place.read_bytes(), read_passwords(self._folder).of(path))[0]

    def file(self, path: str) -> tuple[bytes, str]:
        """A file's bytes, and the password that opens it."""
        place = self._folder / spelled_on_disk(self._folder, path)
        return place.read_bytes(), read_passwords(self._folder).of(path)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open, self._path = None, ""


def _opened(path: Path, password: str) -> tuple[Any, bool]:
    data = path.read_bytes()
    if b"%PDF-" in data[:1024]:
        opened, secondhand = _document(data, password)
        opened.init_forms()
        return opened, secondhand
    if data.startswith(_ZIP):
        raise NoPages(WORD)
    return Album(data), False


def _document(data: bytes, password: str) -> tuple[Any, bool]:
    try:
        return document(data, password)
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium.raw.FPDF_ERR_PASSWORD and is_encrypted(data):
            raise NoPages(
                "asks for a password that is not at hand (evidence_passwords.json)"
            ) from error
        raise
