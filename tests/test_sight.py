"""sight: a page without its stamp, a large file leafed through."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest

from assembler.model.manifest import MANIFEST_FILE
from assembler.pdf import stamp_area, streaming
from assembler.pdf.streaming import StreamedPages
from tests import factories
from tests.support.binding import bound, page_of


def gray(page: Any) -> np.ndarray[Any, Any]:
    made: np.ndarray[Any, Any] = page.render(scale=1, grayscale=True).to_numpy().squeeze()
    return made


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_without_its_stamp_a_page_is_as_its_source(tmp_path: Path, angle: int) -> None:
    source = factories.rotated_pdf(angle)
    bundle, layout, _ = bound(tmp_path, [source])
    number = page_of(layout, "e0")
    (leaf,) = (one for one in layout.leaves if one.number == number)
    assert leaf.stamp is not None
    stamp = leaf.stamp
    document, original = pdfium.PdfDocument(bundle), pdfium.PdfDocument(source)
    page = document[number - 1]

    assert not np.array_equal(gray(page), gray(original[0]))
    assert not stamp_area.hide_stamp(page, replace(stamp, y=stamp.y + 60))  # it is not there
    assert stamp_area.hide_stamp(page, stamp)
    assert np.array_equal(gray(page), gray(original[0]))
    assert not stamp_area.hide_stamp(original[0], None)
    document.close()
    original.close()


def test_streamed_pages_gives_each_page_however_often_the_file_is_opened(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_PAGES_PER_OPENING", 5)
    ledger = json.loads((small / "build/child" / MANIFEST_FILE).read_text())["ledger"]
    with StreamedPages(small / "build/child/bundle.pdf") as book:
        found = [
            f"page {place + 1} of 12" in book.page(place).get_textpage().get_text_bounded()
            for place in range(len(book))
        ]

    assert found == [entry["stamp"] is not None for entry in ledger]
