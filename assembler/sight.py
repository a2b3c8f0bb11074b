"""sight: what several rooms must see of a file: a client's file as a viewer shows it, the fonts a page does without.

Opens read-only, in a worker. Judges nothing.
"""

from __future__ import annotations

import io
import logging
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
_PYPDF_FAILS = (PyPdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError, zlib.error,
                struct.error, AssertionError, NotImplementedError, OverflowError)  # fmt: skip


class Sources:
    """The client's files of a case folder, one open at a time: neighbouring pages have the same one, and sixteen photographs
    at once would be half a gigabyte."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = ""
        self._open: Any = None
        self.secondhand = False  # whether the open file is shown as another reader wrote it again

    def open(self, path: str) -> Any:
        """A PDFium document, or a picture the right way up, on white, with 8 bits a colour.

        Raises OSError for what is neither, PdfiumError for a PDF that does not open.
        """
        if path != self._path:
            self.close()
            self._open, self.secondhand = _opened(self._folder / path)
            self._path = path
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open, self._path = None, ""


def _opened(path: Path) -> tuple[Any, bool]:
    data = path.read_bytes()
    if b"%PDF-" in data[:1024]:
        opened, secondhand = document(data)
        opened.init_forms()
        return opened, secondhand
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    if picture.mode.startswith("I"):
        picture = picture.point(lambda value: value / 256)
    return picture, False


def document(data: bytes) -> tuple[Any, bool]:
    """A PDFium document, and whether it had to be written again first, since PDFium does not open it as it is.

    Raises PdfiumError where that does not help either.
    """
    try:
        return pdfium.PdfDocument(data), False
    except pdfium.PdfiumError:
        again = recovered(data)
        if again is None:
            raise
        return pdfium.PdfDocument(again), True


def recovered(data: bytes) -> bytes | None:
    """A damaged PDF as pypdf, the most forgiving reader, writes it again; None if it cannot."""
    out = io.BytesIO()
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its complaints hold content
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
            writer.write(out)
    except _PYPDF_FAILS:
        return None
    return out.getvalue()


def bare_fonts(page: Any) -> int:
    """How many fonts of a page, as pypdf reads it, are not in the file; those of drawings within it are not counted."""
    resources = page.get("/Resources")
    fonts: Any = resources.get_object().get("/Font") if resources is not None else None
    return sum(not _embedded(font.get_object()) for font in fonts.get_object().values()) if fonts is not None else 0


def _embedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    if font.get("/Subtype") == "/Type0":
        font = font["/DescendantFonts"].get_object()[0].get_object()
    descriptor = font.get("/FontDescriptor")
    return descriptor is not None and any(key in descriptor.get_object() for key in _FONT_FILES)
