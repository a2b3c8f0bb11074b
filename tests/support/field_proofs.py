"""Form fields of one file, and what the proof says of them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler.model import LedgerEntry, PartKind
from assembler.pdf.source_files import ClientFiles
from assembler.proof import field_values
from tests.support import manifests


def entry(page: int, size: tuple[float, float], **more: Any) -> LedgerEntry:
    """An entry of the ledger for a page that was only copied."""
    values = {
        "document": "exhibit:x",
        "exhibit": "x",
        "source": manifests.source(path="source.pdf", page=page + 1),
        "transform": manifests.transform(redrawn=True),
        "size": size,
    }
    return manifests.entry(page + 1, PartKind.EXHIBIT, **values | more)


def proved(folder: Path, in_part: Collection[tuple[int, int]] = (), **more: Any) -> list[str]:
    """What the proof finds wrong with the fields of normal.pdf, made of source.pdf. `in_part`:
    fields (page, index) that were accepted although they show a part of their value."""
    opened = pdfium.PdfDocument(folder / "normal.pdf")
    entries = tuple(entry(page, opened[page].get_size(), **more) for page in range(len(opened)))
    opened.close()
    job = field_values.Job(
        bundle=folder / "normal.pdf",
        first=1,
        entries=entries,
        files=ClientFiles(folder=folder),
        in_part=frozenset(in_part),
    )
    return [fault for read in field_values.check_pages(job) for fault in read.faults]
