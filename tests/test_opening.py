"""A PDF that the machine cannot open is not taken for a damaged one."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from pypdfium2 import raw

from assembler.errors import ToolFailed
from assembler.pdf import opening
from assembler.pdf.opening import open_pdf_file
from tests import factories


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "letter.pdf"
    path.write_bytes(factories.text_pdf())
    return path


def fail_opening(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let PDFium fail to open a file so many times."""
    usual, failed = pdfium.PdfDocument, []

    def open_or_fail(path: Path) -> Any:
        if len(failed) < times:
            failed.append(path)
            raise pdfium.PdfiumError("no file", err_code=raw.FPDF_ERR_FILE)
        return usual(path)

    monkeypatch.setattr(opening.pdfium, "PdfDocument", open_or_fail)


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
