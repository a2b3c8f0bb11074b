"""A PDF that the machine cannot open is not taken for a damaged one."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from pypdfium2 import raw

from assembler.errors import ToolFailed
from assembler.pdf.opening import open_pdf_file
from tests import factories


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "letter.pdf"
    path.write_bytes(factories.text_pdf())
    return path


def fail_opening(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let PDFium fail to open a file so many times."""
    error = pdfium.PdfiumError("no file", err_code=raw.FPDF_ERR_FILE)
    fail(monkeypatch, "__init__", error, times)


def fail_loading(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let PDFium fail to load a page so many times."""
    fail(monkeypatch, "get_page", pdfium.PdfiumError("Failed to load page."), times)


def fail(
    monkeypatch: pytest.MonkeyPatch, method: str, error: pdfium.PdfiumError, times: int
) -> None:
    usual = getattr(pdfium.PdfDocument, method)
    failed: list[tuple[Any, ...]] = []

    def fail_at_first(document: Any, *args: Any) -> Any:
        if len(failed) < times:
            failed.append(args)
            raise error
        return usual(document, *args)

    monkeypatch.setattr(pdfium.PdfDocument, method, fail_at_first)


def test_a_file_that_could_not_be_opened_for_a_moment_is_opened_again(
    pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_opening(monkeypatch, times=1)

    document = open_pdf_file(pdf)

    assert len(document) == 1
    document.close()


def test_too_many_open_files_end_the_run_and_are_no_property_of_the_file(
    pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_opening(monkeypatch, times=2)

    def refuse(*_args: Any, **_options: Any) -> Any:
        raise OSError(errno.EMFILE, "too many")

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(ToolFailed, match="too many files are open"):
        open_pdf_file(pdf)


def test_what_is_no_pdf_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"no PDF")

    with pytest.raises(pdfium.PdfiumError):
        open_pdf_file(tmp_path / "a.pdf")


def test_a_page_that_the_disk_fails_to_give_is_no_damaged_one(
    pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_options: Any) -> Any:
        raise OSError(errno.EIO, "the disk")

    with open_pdf_file(pdf) as document:
        fail_loading(monkeypatch, times=9)
        monkeypatch.setattr(Path, "open", refuse)

        with pytest.raises(ToolFailed, match="the disk gave an error"):
            document[0]


def test_a_page_that_could_not_be_read_for_a_moment_is_no_damaged_one(
    pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_pdf_file(pdf) as document:
        fail_loading(monkeypatch, times=1)

        with pytest.raises(ToolFailed, match="the disk gave an error"):
            document[0]


def test_a_damaged_page_is_said_to_be_one(pdf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_pdf_file(pdf) as document:
        fail_loading(monkeypatch, times=9)

        with pytest.raises(pdfium.PdfiumError, match="Failed to load page"):
            document[0]
