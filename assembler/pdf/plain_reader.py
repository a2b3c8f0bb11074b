"""Open a client's PDF with pypdf, for its links and outline, which no rendering shows."""

from __future__ import annotations

import io
import logging
from pathlib import Path

from pypdf import PdfReader

from assembler.runtime.passwords import read_passwords

_HEAD = 1024  # bytes within which the PDF header must start


def open_with_pypdf(folder: Path, path: str) -> PdfReader | None:
    """Open the file, with its password if it needs one; None if it is not a PDF.

    Raises OSError and everything that pypdf raises.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its messages quote content
    data = (folder / path).read_bytes()
    start = data[:_HEAD].find(b"%PDF-")
    if start < 0:
        return None
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        reader.decrypt(read_passwords(folder).of(path))
    return reader
