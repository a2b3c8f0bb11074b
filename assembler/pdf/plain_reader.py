"""A client's PDF as pypdf reads it, for what no drawing shows: its links and its outline."""

from __future__ import annotations

import io
import logging
from pathlib import Path

from pypdf import PdfReader

from assembler.runtime.passwords import read_passwords

_HEAD = 1024  # bytes within which a PDF must begin


def pdf_reader(folder: Path, path: str) -> PdfReader | None:
    """The file opened, with its password if it needs one; None if it is no PDF. Raises what
    pypdf raises, and OSError."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its complaints hold content
    data = (folder / path).read_bytes()
    start = data[:_HEAD].find(b"%PDF-")
    if start < 0:
        return None
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        reader.decrypt(read_passwords(folder).of(path))
    return reader
