"""Going through a large file page by page, in little memory."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import pypdfium2 as pdfium

_AT_ONCE = 25


class Leafing:
    """The pages of a PDF, from 0. PDFium keeps every picture it has come by as long as a file is
    open, so this opens it anew after some pages: a page must be done with before the next is
    asked for. Raises PdfiumError if it does not open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = pdfium.PdfDocument(path)
        self._seen = 0
        self._count = len(self._open)

    def __len__(self) -> int:
        return self._count

    def page(self, place: int) -> Any:
        """A page of PDFium."""
        if self._seen == _AT_ONCE:
            self._open.close()
            self._open, self._seen = pdfium.PdfDocument(self._path), 0
        self._seen += 1
        return self._open[place]

    def __enter__(self) -> Leafing:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()
