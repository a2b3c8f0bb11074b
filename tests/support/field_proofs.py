"""Form fields of one file, and what the proof says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler.proof import field_values


def entry(page: int, size: tuple[float, float], **more: Any) -> dict[str, Any]:
    """A line of the ledger for a page that was only copied."""
    how = {"turned": 0, "placement": None, "redrawn": True}
    source = {"path": "source.pdf", "page": page + 1}
    return {
        "number": page + 1,
        "document": "x",
        "exhibit": "x",
        "source": source,
        "transform": how,
        "scale": 1.0,
        "size": list(size),
        "stamp": None,
        **more,
    }


def proved(folder: Path, **more: Any) -> list[str]:
    """What the proof finds wrong with the fields of normal.pdf, made of source.pdf."""
    opened = pdfium.PdfDocument(folder / "normal.pdf")
    entries = tuple(entry(page, opened[page].get_size(), **more) for page in range(len(opened)))
    opened.close()
    job = field_values.Job(
        bundle=folder / "normal.pdf", first=1, entries=entries, case_folder=folder
    )
    return [fault for read in field_values.look(job) for fault in read.faults]
