"""A PDF that PDFium does not open, shown as another reader writes it again."""

from __future__ import annotations

import io
import logging
import struct
import warnings
import zlib
from typing import Any

import pypdfium2 as pdfium
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

_FAILS = (
    PyPdfError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    OSError,
    zlib.error,
    struct.error,
    AssertionError,
    NotImplementedError,
    OverflowError,
)


def document(data: bytes, password: str = "") -> tuple[Any, bool]:
    """A PDFium document, and whether it had to be written again first.

    Raises PdfiumError where that does not help either, or where it asks for a password.
    """
    try:
        return pdfium.PdfDocument(data, password=password or None), False
    except pdfium.PdfiumError as error:
        asked = error.err_code == pdfium.raw.FPDF_ERR_PASSWORD and is_encrypted(data)
        again = None if asked else recovered(data, password)
        if again is None:
            raise
        return pdfium.PdfDocument(again), True


def is_encrypted(data: bytes) -> bool:
    """Whether a PDF says that it is; PDFium may answer a damaged file with its complaint of an
    earlier one's password."""
    return b"/Encrypt" in data


def recovered(data: bytes, password: str = "") -> bytes | None:
    """A damaged PDF as pypdf, the most forgiving reader, writes it again; None if it cannot."""
    out = io.BytesIO()
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its complaints hold content
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = PdfReader(io.BytesIO(data), password=password or None)
            writer = PdfWriter(clone_from=reader)
            writer.write(out)
    except _FAILS:
        return None
    return out.getvalue()
