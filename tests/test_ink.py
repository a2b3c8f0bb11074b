"""ink: gray as PDFium gives it, whichever way it is drawn; marks where there are some."""

from __future__ import annotations

import io

import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.pdf import ink
from tests import factories


@pytest.mark.parametrize("dpi", [54, 96, 200])
def test_a_scan_is_the_same_however_it_is_drawn(dpi: int) -> None:
    document = pdfium.PdfDocument(factories.scan_pdf(dpi=150))
    fast, slow = (
        np.asarray(ink.render_gray(document[0], dpi / 72, scanned=scanned))
        for scanned in (True, False)
    )
    document.close()

    assert fast.shape == slow.shape
    assert np.array_equal(fast, slow)


def test_colors_become_the_gray_that_pdfium_makes_of_them() -> None:
    picture = io.BytesIO()
    factories.colors().save(picture, "PDF")
    document = pdfium.PdfDocument(picture.getvalue())
    fast, slow = (
        np.asarray(ink.render_gray(document[0], 1, scanned=scanned), dtype=int)
        for scanned in (True, False)
    )
    document.close()

    assert np.abs(fast - slow).max() <= 2  # rounding


def test_a_page_as_large_as_a_wall_is_not_drawn_in_color(monkeypatch: pytest.MonkeyPatch) -> None:
    document = pdfium.PdfDocument(factories.blank_pdf(size=(3000, 4000)))
    seen: list[dict[str, object]] = []
    render = pdfium.PdfPage.render
    monkeypatch.setattr(
        pdfium.PdfPage, "render", lambda page, **how: seen.append(how) or render(page, **how)
    )
    ink.render_gray(document[0], 1, scanned=True)
    ink.render_gray(document[0], 0.5, scanned=True)
    document.close()

    assert [how.get("grayscale", False) for how in seen] == [True, False]


@given(st.binary(min_size=1, max_size=400))
def test_the_paper_is_the_middle_level(levels: bytes) -> None:
    gray = np.frombuffer(levels, dtype=np.uint8)

    assert ink._find_median(gray) == np.median(gray)


def test_marks_are_where_the_words_are() -> None:
    document = pdfium.PdfDocument(factories.text_pdf([["One line."]]))
    found = ink.measure_ink(document[0])
    document.close()
    bits = np.unpackbits(np.frombuffer(found.bits, dtype=np.uint8))
    cells = bits[: found.rows * found.columns].reshape(found.rows, found.columns)
    rows, columns = np.nonzero(cells)

    assert 0 < cells.sum() < 0.05 * cells.size
    assert rows.max() < found.rows / 4
    assert columns.max() < 0.6 * found.columns  # a note in the middle, and the line
