"""Cases with an excerpt of a report, and with topics."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler.model.manifest import MANIFEST_FILE
from tests import factories
from tests.mutating import PACKET
from tests.support.building import build

REPORT = "evidence/report.pdf"


def excerpt(pages: str = "3,5-6", **more: Any) -> dict[str, Any]:
    """An entry of `files` that is an excerpt of the report."""
    return {"path": REPORT, "pages": pages, "excerpt": True, **more}


def case_with(folder: Path, *entries: Any, pages: int = 9, **more: Any) -> Path:
    """The small case with one exhibit more, "report", of these entries; `more`: its fields."""
    case = deepcopy(factories.CASE)
    exhibit = {"id": "report", "title": "Report", "category": "country-conditions", **more}
    case["exhibits"].append({**exhibit, "files": list(entries)})
    factories.small_case(folder, case)
    texts = [[f"Chapter {number} of the report"] for number in range(1, pages + 1)]
    (folder / REPORT).write_bytes(factories.text_pdf(texts))
    return folder


def build_excerpted(folder: Path) -> None:
    """A bundled case with an excerpt, and topics on two exhibits."""
    topics = [
        {"topic": "Attacks on hospitals", "page": 5, "note": "Seventeen were hit."},
        {"topic": "Flight", "page": 3},
        {"topic": "attacks  on Hospitals", "page": 1},
    ]
    case = case_with(folder / "case", excerpt(), topics=topics)
    raw = json.loads((case / "case.json").read_text())
    raw["exhibits"][0]["topics"] = [{"topic": "Flight", "page": 1}]
    factories.write_case(case, raw)
    build(case)


def change_manifest(case: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest of a packet in place."""
    path = case / PACKET / MANIFEST_FILE
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def read_texts(pdf: Path) -> list[str]:
    """The text of each page, in one line."""
    document = pdfium.PdfDocument(pdf)
    texts = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return texts
