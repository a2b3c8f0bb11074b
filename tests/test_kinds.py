"""Re-parole and responses to a notice: built whole, proved, and in the order an officer expects."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest

from tests import factories
from tests.conftest import build

RFE: dict[str, Any] = {
    "receipt_number": "IOE0912345678", "notice_date": "2026-11-02", "due_date": "2027-01-25", "notice_exhibit": "notice",
    "address": {"street": "1 Notice Street", "city": "Springfield", "country": "United States"},
    "points": [
        {"id": "visa", "asked": "Evidence that a visa cannot be obtained in time.", "exhibits": ["photo"],
         "answer": ["The consulate has no appointment before the operation [@photo]."]},
        {"id": "records", "asked": "Complete medical records.", "exhibits": ["scan"],
         "answer": ["The records are enclosed [@scan, p. 2].", "They are whole."]},
    ],
}  # fmt: skip
NOTICE = {"id": "notice", "title": "Request for Evidence", "category": "rfe-notice", "files": ["evidence/notice.pdf"],
          "date": "2026-11-02"}  # fmt: skip


def case_of(kind: str, folder: Path) -> Path:
    """The small case as another kind of filing."""
    case = deepcopy(factories.CASE)
    case["kind"] = kind
    if kind == "re-parole":
        case["beneficiaries"][0] |= {"in_us": True, "i94_number": "12345678901", "class_of_admission": "DT"}
        case["request"] |= {"i94_admit_until": "2027-04-01", "work_permit": True,
                            "changed_circumstances": ["A second operation is to come [@letter]."]}  # fmt: skip
    else:
        case["exhibits"].append(NOTICE)
        case["rfe"] = RFE
    made = factories.small_case(folder / "case", case)
    if kind == "rfe-response":
        (made / "evidence/notice.pdf").write_bytes(factories.text_pdf([["Request for Evidence", "Page one."], ["Page two."]]))
    return made


@pytest.fixture(scope="module", params=["re-parole", "rfe-response"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = case_of(request.param, tmp_path_factory.mktemp(request.param))
    (one,) = build(folder)
    assert one.proof.ok
    return request.param, one.folder


def texts(folder: Path) -> list[str]:
    document = pdfium.PdfDocument(folder / "bundle.pdf")
    found = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    document.close()
    return found


ORDER = {
    "re-parole": "cover-letter index declaration-aunt tab-letter exhibit-letter tab-scan exhibit-scan tab-photo exhibit-photo",
    "rfe-response": "exhibit-notice cover-letter index declaration-aunt tab-photo exhibit-photo tab-scan exhibit-scan tab-letter "
                    "exhibit-letter",
}  # fmt: skip


def test_the_order_of_the_packet(built: tuple[str, Path]) -> None:
    kind, folder = built
    ledger = json.loads((folder / "manifest.json").read_text())["ledger"]

    assert list(dict.fromkeys(entry["part"] for entry in ledger)) == ORDER[kind].split()


def test_the_notice_lies_on_top_with_its_letter_and_no_sheet_of_ours(built: tuple[str, Path]) -> None:
    kind, folder = built
    if kind != "rfe-response":
        pytest.skip("only a response has a notice")
    pages = texts(folder)
    with pikepdf.open(folder / "bundle.pdf") as book, book.open_outline() as outline:
        groups = [(group.title, [mark.title for mark in group.children]) for group in outline.root]

    assert pages[0].endswith("Page one. Exhibit A · 1 of 2 · page 1 of 14")
    assert pages[1].endswith("Exhibit A · 2 of 2 · page 2 of 14")
    assert not any(page.startswith("EXHIBIT A") for page in pages)
    assert "RESPONSE TO REQUEST FOR EVIDENCE" in pages[2]
    assert "Request for Evidence of November 2, 2026 (Ex. A at 1), which lies on top" in pages[2]
    assert "A Request for Evidence November 2, 2026 1–2 English" in pages[4]
    assert groups[0] == ("The notice", ["Exhibit A – Request for Evidence (1–2)"])
    assert [title for title, _ in groups[-3:]] == ["Evidence for point 1", "Evidence for point 2", "Further evidence"]


def test_the_letter_of_a_re_parole(built: tuple[str, Path]) -> None:
    kind, folder = built
    if kind != "re-parole":
        pytest.skip("another letter")
    letter = texts(folder)[0]

    assert "Form I-94: number 12345678901, class of admission DT, admit-until date April 1, 2027" in letter
    assert "ends on April 1, 2027, the admit-until date of Form I-94, 132 days after the date of this letter." in letter
    assert "What has changed, and why more time is needed A second operation is to come (Ex. A at 6)." in letter
