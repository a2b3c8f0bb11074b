"""Open a PDF with PDFium, and tell a file that the machine cannot open from one that is no PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from assembler.runtime.machine_failures import raise_if_machine_failed


def open_pdf_file(path: Path) -> Any:
    """Return the PDFium document of a file.

    Raises PdfiumError if it is no PDF, is damaged or needs a password; ToolFailed if the machine
    failed to open it, as with too many open files, and fails again.
    """
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code != raw.FPDF_ERR_FILE:
            raise
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise_if_machine_failed(error)
    return pdfium.PdfDocument(path)
