"""Open damaged PDFs by letting pypdf rewrite what PDFium cannot open."""

from __future__ import annotations

import hashlib
import io
import logging
import struct
import warnings
import zlib
from typing import Any

import pypdfium2 as pdfium
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

_PYPDF_ERRORS = (
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

_MAX_NODES = 200_000  # of a page tree; one that leads back to itself ends there
_MAX_ANSWERS = 1_000
_inheriting: dict[bytes, bool] = {}  # by sha256 of a file


def open_document(data: bytes, password: str = "") -> tuple[Any, bool]:
    """Open a PDF with PDFium; return the document and whether pypdf had to rewrite it first.

    Raises PdfiumError if it needs a password, or if rewriting does not help either.
    """
    try:
        return pdfium.PdfDocument(data, password=password or None), False
    except pdfium.PdfiumError as error:
        needs_password = error.err_code == pdfium.raw.FPDF_ERR_PASSWORD and is_encrypted(data)
        rewritten = None if needs_password else rewrite_with_pypdf(data, password)
        if rewritten is None:
            raise
        return pdfium.PdfDocument(rewritten), True


def is_encrypted(data: bytes) -> bool:
    """Return whether a PDF declares encryption.

    PDFium's error code alone does not tell: for a damaged file it may repeat the password error of
    an earlier file.
    """
    return b"/Encrypt" in data


def copy_inherited_resources(data: bytes) -> bytes:
    """Return a PDF whose pages have the fonts and pictures that they inherit as their own.

    PDFium draws a page with what it inherits, but loses it when it flattens the page. Only appends
    to the file; returns it as it is if no page inherits any, or if pypdf cannot append to it.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its messages quote content
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if not _is_inheriting(data):
                return data
            writer = PdfWriter(io.BytesIO(data), incremental=True)
            if not all("/Resources" in page for page in writer.pages):
                return data
            out = io.BytesIO()
            writer.write(out)
    except _PYPDF_ERRORS:
        return data
    return out.getvalue()


def _is_inheriting(data: bytes) -> bool:
    """Return whether pages of a PDF inherit their fonts and pictures; False if it is encrypted.

    The answer is kept: a file of thousands of pages is opened for every few of them.
    """
    digest = hashlib.sha256(data).digest()
    if digest not in _inheriting:
        reader = PdfReader(io.BytesIO(data))
        if len(_inheriting) == _MAX_ANSWERS:
            _inheriting.clear()
        _inheriting[digest] = not reader.is_encrypted and _has_shared_resources(
            reader.root_object["/Pages"]
        )
    return _inheriting[digest]


def _has_shared_resources(pages: Any) -> bool:
    """Return whether a node of the page tree has resources for the pages below it."""
    waiting, seen = [pages], 0
    while waiting and seen < _MAX_NODES:
        node, seen = waiting.pop().get_object(), seen + 1
        if "/Kids" in node:
            if "/Resources" in node:
                return True
            waiting += node["/Kids"]
    return False


def rewrite_with_pypdf(data: bytes, password: str = "") -> bytes | None:
    """Rewrite a damaged PDF with pypdf, the most forgiving reader; None if it fails."""
    out = io.BytesIO()
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its messages quote content
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = PdfReader(io.BytesIO(data), password=password or None)
            writer = PdfWriter(clone_from=reader)
            writer.write(out)
    except _PYPDF_ERRORS:
        return None
    return out.getvalue()
