"""Open a PDF with PDFium, and tell a file that the machine cannot read from one that is no PDF, or
has a damaged page."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from assembler.runtime.machine_failures import raise_if_machine_failed

_AT_ONCE = 1 << 20  # bytes


class _OpenPdf(pdfium.PdfDocument):  # type: ignore[misc]  # the library has no types
    """A document whose pages PDFium reads from its file when they are asked for."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._path = path

    def get_page(self, index: int) -> Any:
        """Return a page. Raises PdfiumError if it is damaged; ToolFailed if the machine failed to
        read it."""
        try:
            return super().get_page(index)
        except pdfium.PdfiumError:
            _read_whole(self._path)
            if _has_page(self._path, index):
                # PDFium keeps what it could not read, so this document cannot be used any more
                raise_if_machine_failed(OSError(errno.EIO, "a page could not be read at first"))
            raise


def open_pdf_file(path: Path) -> Any:
    """Return the PDFium document of a file.

    Raises PdfiumError if it is no PDF, is damaged or needs a password; ToolFailed if the machine
    failed to open or read it, as with too many open files, and fails again.
    """
    try:
        return _OpenPdf(path)
    except pdfium.PdfiumError as error:
        if error.err_code not in (raw.FPDF_ERR_FILE, raw.FPDF_ERR_FORMAT):
            raise
    _read_whole(path)
    return _OpenPdf(path)


def _read_whole(path: Path) -> None:
    """Raise ToolFailed if the machine fails to read a file."""
    try:
        with path.open("rb") as stream:
            while stream.read(_AT_ONCE):
                pass
    except OSError as error:
        raise_if_machine_failed(error)


def _has_page(path: Path, index: int) -> bool:
    """Return whether PDFium can load a page of a file that is opened anew."""
    try:
        with pdfium.PdfDocument(path) as document:
            document.get_page(index).close()
    except pdfium.PdfiumError:
        return False
    return True
