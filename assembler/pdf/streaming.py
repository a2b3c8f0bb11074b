"""Read a large PDF page by page in little memory."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

from assembler.pdf.opening import open_pdf_file

_PAGES_PER_OPENING = 25
_BYTES_PER_OPENING = 12_000_000  # of the file, roughly


class StreamedPages:
    """The pages of a PDF, from 0, one at a time.

    PDFium keeps what it read of every page while a file is open, so the file is reopened after some
    pages: finish with one page before asking for the next. Raises PdfiumError if it does not open.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = open_pdf_file(path)
        self._used = 0
        self._count = len(self._open)
        bytes_per_page = path.stat().st_size // max(1, self._count)
        self._most = min(_PAGES_PER_OPENING, max(1, _BYTES_PER_OPENING // max(1, bytes_per_page)))

    def __len__(self) -> int:
        return self._count

    def page(self, index: int) -> Any:
        """Return a PDFium page."""
        if self._used == self._most:
            self._open.close()
            self._open, self._used = open_pdf_file(self._path), 0
        self._used += 1
        return self._open[index]

    def __enter__(self) -> StreamedPages:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()
