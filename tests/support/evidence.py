"""Evidence files prepared as a case would, and what became of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest

from assembler import evidence
from assembler.errors import EvidenceUnreadable
from assembler.model import Exhibit, FilePart, Prepared, SourceFile
from assembler.runtime.workshop import Workshop
from tests.support.cases import case


def prepared(
    home: Path,
    files: Mapping[str, bytes],
    parts: Mapping[str, Any] | None = None,
    *,
    jobs: int = 2,
    name: str = "home",
    more: Mapping[str, Sequence[FilePart]] | None = None,
) -> dict[str, Prepared]:
    """Prepare each file as an exhibit of the same name; `parts` replaces fields of its FilePart,
    `more` has further parts of the exhibit."""
    folder = home / "files"
    folder.mkdir(exist_ok=True)
    for path, data in files.items():
        (folder / path).write_bytes(data)
    listed = tuple(
        SourceFile(path=p, size=len(d), sha256=hashlib.sha256(d).hexdigest())
        for p, d in files.items()
    )
    exhibits = [
        Exhibit(
            id=p,
            title="t",
            category="medical",
            parts=(FilePart(path=p, **(parts or {}).get(p, {})), *(more or {}).get(p, ())),
        )
        for p in files
    ]
    with Workshop(home / name, jobs=jobs) as shop:
        made = evidence.prepare(case(*exhibits, files=listed), folder, shop)
        return {one.exhibit: one for one in made}


def prepared_exhibit(
    home: Path, files: Mapping[str, bytes], parts: Sequence[FilePart], **fields: Any
) -> Prepared:
    """Prepare one exhibit of these files; `fields`: of the exhibit."""
    folder = home / "files"
    folder.mkdir(exist_ok=True)
    for path, data in files.items():
        (folder / path).write_bytes(data)
    listed = tuple(
        SourceFile(path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest())
        for path, data in files.items()
    )
    exhibit = Exhibit(id="x", title="t", category="threat", parts=tuple(parts), **fields)
    with Workshop(home / "home", jobs=2) as shop:
        return evidence.prepare(case(exhibit, files=listed), folder, shop)[0]


def refused(
    home: Path, files: Mapping[str, bytes], parts: Mapping[str, Any] | None = None
) -> list[tuple[str, str]]:
    with pytest.raises(EvidenceUnreadable) as caught:
        prepared(home, files, parts)
    return [(finding.rule, finding.where) for finding in caught.value.findings]


def rendered(pdf: bytes | Path, page: int = 0, dpi: int = 50) -> np.ndarray:
    document = pdfium.PdfDocument(pdf)
    gray = document[page].render(scale=dpi / 72, grayscale=True).to_numpy()
    document.close()
    return gray.reshape(gray.shape[:2]).astype(int)


def words(pdf: Path, page: int = 0) -> str:
    document = pdfium.PdfDocument(pdf)
    text = document[page].get_textpage().get_text_bounded()
    document.close()
    return " ".join(text.split())
