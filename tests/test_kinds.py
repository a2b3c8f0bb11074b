"""Re-parole and responses to a notice: built whole, proved, and in the order an officer expects."""

from __future__ import annotations

import json
import re
import shutil
import stat
from copy import deepcopy
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner

from assembler.cli import main
from assembler.errors import ExitCode
from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime import programs
from tests import factories, letters
from tests.conftest import build
from tests.support.proofs import proved, rewrite

HOME = Path(__file__).parent.parent

RFE: dict[str, Any] = {
    "receipt_number": "IOE0912345678",
    "notice_date": "2026-11-02",
    "due_date": "2027-01-25",
    "notice_exhibit": "notice",
    "address": {"street": "1 Notice Street", "city": "Springfield", "country": "United States"},
    "points": [
        {
            "id": "visa",
            "asked": "Evidence that a visa cannot be obtained in time.",
            "exhibits": ["photo"],
            "answer": ["The consulate has no appointment before the operation [@photo]."],
        },
        {
            "id": "records",
            "asked": "Complete medical records.",
            "exhibits": ["scan"],
            "answer": ["The records are enclosed [@scan, p. 2].", "They are whole."],
        },
    ],
}
NOTICE = {
    "id": "notice",
    "title": "Request for Evidence",
    "category": "rfe-notice",
    "files": ["evidence/notice.pdf"],
    "date": "2026-11-02",
}


def case_of(kind: str, folder: Path) -> Path:
    """The small case as another kind of filing."""
    case = deepcopy(factories.CASE)
    case["kind"] = kind
    if kind == "re-parole":
        case["beneficiaries"][0] |= {
            "in_us": True,
            "i94_number": "12345678901",
            "class_of_admission": "DT",
        }
        case["request"] |= {
            "i94_admit_until": "2027-04-01",
            "work_permit": True,
            "changed_circumstances": ["A second operation is to come [@letter]."],
        }
    else:
        case["exhibits"].append(NOTICE)
        case["rfe"] = RFE
    made = factories.small_case(folder / "case", case)
    if kind == "rfe-response":
        (made / "evidence/notice.pdf").write_bytes(
            factories.text_pdf([["Request for Evidence", "Page one."], ["Page two."]])
        )
    return made


def made(kind: str, factory: pytest.TempPathFactory) -> Path:
    """The case folder, with its bundle proved."""
    folder = case_of(kind, factory.mktemp(kind))
    (one,) = build(folder)
    assert one.proof.ok
    return folder


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made("re-parole", tmp_path_factory)


@pytest.fixture(scope="module")
def response(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made("rfe-response", tmp_path_factory)


def texts(folder: Path) -> list[str]:
    document = pdfium.PdfDocument(folder / "build/child/bundle.pdf")
    found = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    document.close()
    return found


def parts(folder: Path) -> list[str]:
    ledger = json.loads((folder / "build/child" / MANIFEST_FILE).read_text())["ledger"]
    return list(dict.fromkeys(entry["part"] for entry in ledger))


@pytest.mark.parametrize(("kind", "count"), [("again", 6), ("response", 4)])
def test_every_citation_leads_to_its_page(
    kind: str, count: int, request: pytest.FixtureRequest
) -> None:
    manifest = request.getfixturevalue(kind) / "build/child" / MANIFEST_FILE

    (cites,) = [
        check for check in json.loads(manifest.read_text())["proof"] if check["name"] == "cites"
    ]

    assert (cites["ok"], cites["detail"]) == (
        True,
        f"{count} citations lead to the page they print",
    )


def test_the_order_of_a_re_parole(again: Path) -> None:
    wanted = (
        "cover-letter index declaration-aunt tab-letter exhibit-letter tab-scan exhibit-scan "
        "tab-photo exhibit-photo"
    )
    assert parts(again) == wanted.split()


def test_the_letter_of_a_re_parole(again: Path) -> None:
    letter = texts(again)[0]

    assert (
        "Form I-94: number 12345678901, class of admission DT, admit-until date April 1, 2027"
        in letter
    )
    assert (
        "ends on April 1, 2027, the admit-until date of Form I-94, 132 days after the date of "
        "this letter." in letter
    )
    assert (
        "What has changed, and why more time is needed A second operation is to come (Ex. A at 6)."
        in letter
    )


def test_a_response_begins_with_the_notice_and_follows_its_points(response: Path) -> None:
    evidence = "tab-photo exhibit-photo tab-scan exhibit-scan tab-letter exhibit-letter"
    assert parts(response) == [
        "exhibit-notice",
        "cover-letter",
        "index",
        "declaration-aunt",
        *evidence.split(),
    ]


def test_the_notice_has_its_letter_and_no_sheet_of_ours(response: Path) -> None:
    pages = texts(response)
    with pikepdf.open(response / "build/child/bundle.pdf") as book, book.open_outline() as outline:
        groups = [(group.title, [mark.title for mark in group.children]) for group in outline.root]

    assert pages[0].endswith("Page one. Exhibit A · 1 of 2 · page 1 of 14")
    assert pages[1].endswith("Exhibit A · 2 of 2 · page 2 of 14")
    assert not any(page.startswith("EXHIBIT A") for page in pages)
    assert "RESPONSE TO REQUEST FOR EVIDENCE" in pages[2]
    assert "Request for Evidence of November 2, 2026 (Ex. A at 1), which lies on top" in pages[2]
    assert "A Request for Evidence November 2, 2026 1–2" in pages[4]
    assert groups[0] == ("The notice", ["Exhibit A – Request for Evidence (1–2)"])
    assert [title for title, _ in groups[-3:]] == [
        "Evidence for point 1",
        "Evidence for point 2",
        "Further evidence",
    ]


def test_an_index_that_leads_away_from_the_notice_is_caught(response: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(response, tmp_path / "case"))

    def lead_away(pdf: pikepdf.Pdf) -> None:
        pdf.pages[4].Annots[0].Dest[0] = pdf.pages[5].obj

    rewrite(copy, lead_away)

    bad = [check for check in proved(copy).checks if not check.ok]
    assert [check.exhibit for check in bad if check.name != "links"] == ["notice"]
    assert "links" in {check.name for check in bad}


@pytest.mark.parametrize(("row", "sheet"), [(1, "first"), (0, "none"), (0, "before")])
def test_a_sheet_that_is_not_where_the_index_says_is_caught(
    response: Path, tmp_path: Path, row: int, sheet: str
) -> None:
    copy = Path(shutil.copytree(response, tmp_path / "case"))
    path = copy / "build/child" / MANIFEST_FILE
    data = json.loads(path.read_text())
    one = data["index"][row]
    one["sheet"] = {"first": one["first"], "none": 0, "before": one["first"] - 1}[sheet]
    path.write_text(json.dumps(data))

    (bad,) = [check for check in proved(copy).checks if not check.ok]

    assert bad.name == (
        "files" if one["sheet"] < 1 else "manifest"
    )  # the manifest's schema, or the manifest against itself
    assert f"/index/{row}/sheet" in bad.detail


def test_the_notice_unmarked_if_the_recipe_says_so(tmp_path: Path) -> None:
    folder = case_of("rfe-response", tmp_path)
    (folder / "templates").mkdir()
    recipe = (
        (HOME / "templates/rfe-response/recipe.toml")
        .read_text()
        .replace("stamped = true", "stamped = false")
    )
    (folder / "templates/recipe.toml").write_text(recipe)

    (one,) = build(folder)

    assert one.proof.ok
    assert [page.endswith(f"page {n} of 14") for n, page in enumerate(texts(folder)[:3], 1)] == [
        False,
        False,
        True,
    ]


def test_what_drafts_found_is_in_the_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "find", lambda _: None)  # no LibreOffice
    folder = case_of("re-parole", tmp_path)
    (folder / "templates").mkdir()
    shutil.copyfile(HOME / "templates/parole/index.docx", folder / "templates/index.docx")

    (one,) = build(folder)

    found = json.loads((folder / "build/child" / MANIFEST_FILE).read_text())["findings"]
    assert ("DRAFT.ENGINE", "re-parole/index.docx") in [
        (each["rule"], each["where"]) for each in found
    ]
    assert "DRAFT.ENGINE" in {finding.rule for finding in one.findings}


# --- the translator's certificate ---


TRANSLATOR = {
    "name": {"given": "Interpres", "family": "Fida"},
    "language": "uk",
    "phone": "217-555-0131",
    "address": {"street": "2 Sample Street", "city": "Springfield", "country": "United States"},
}


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A case with an exhibit in Ukrainian that has a translator, and one in Spanish that has
    none."""
    case = deepcopy(factories.CASE)
    case["exhibits"][0] |= {
        "language": "uk",
        "translation": {
            "files": ["evidence/english.pdf"],
            "certificate": ["evidence/certificate.pdf"],
            "translator": TRANSLATOR,
        },
    }
    case["exhibits"][1] |= {"language": "es"}
    folder = factories.small_case(tmp_path / "case", case)
    for name in ("english", "certificate"):
        (folder / f"evidence/{name}.pdf").write_bytes(factories.text_pdf())
    return folder


def certificate(folder: Path, exhibit: str, out: Path) -> tuple[int, str]:
    ran = CliRunner().invoke(main, ["draft", "certificate", str(folder), exhibit, "-o", str(out)])
    return ran.exit_code, ran.stderr


def test_the_certificate_of_a_known_translator(foreign: Path, tmp_path: Path) -> None:
    assert certificate(foreign, "letter", tmp_path / "out.docx") == (0, "")

    said = " ".join(letters.text((tmp_path / "out.docx").read_bytes()).split())
    assert said.startswith("UNSIGNED DRAFT Not a certificate until the translator has read it")
    assert (
        "I, Interpres Fida, certify that I am competent to translate from Ukrainian into English"
        in said
    )
    assert "translation of the document named below is complete and accurate" in said
    assert (
        "Document: Letter of the doctor, dated October 1, 2026 Language of the document: Ukrainian"
        in said
    )
    assert re.search(
        r"Signature: _{20,} Printed name: Interpres Fida Date: _{20,} Address: 2 Sample Street, "
        r"Springfield, "
        r"United States Telephone: 217-555-0131$",
        said,
    )
    assert stat.S_IMODE((tmp_path / "out.docx").stat().st_mode) == 0o600


def test_the_certificate_of_a_translator_to_be_found(foreign: Path, tmp_path: Path) -> None:
    assert certificate(foreign, "scan", tmp_path / "out.docx") == (0, "")

    said = " ".join(letters.text((tmp_path / "out.docx").read_bytes()).split())
    assert re.search(
        r"I, _{20,}, certify that I am competent to translate from Spanish into English", said
    )
    assert re.search(
        r"Signature: _{20,} Printed name: _{20,} Date: _{20,} Address: _{20,} Telephone: _{20,}$",
        said,
    )


def test_when_there_is_no_certificate(foreign: Path, tmp_path: Path) -> None:
    """No certificate for English, for an exhibit that is not there, or over a file that is."""
    out = tmp_path / "out.docx"

    code, said = certificate(foreign, "photo", out)
    assert code == ExitCode.CASE_REJECTED
    assert said.startswith(
        "small-case/photo: it is in English, and needs no translator's certificate; "
    )
    code, said = certificate(foreign, "sca", out)
    assert code == ExitCode.USAGE
    assert "did you mean scan?" in said
    assert not out.exists()
    out.write_bytes(b"a translator's work")
    assert certificate(foreign, "scan", out)[0] == ExitCode.USAGE
    assert out.read_bytes() == b"a translator's work"


def test_a_certificate_is_the_same_each_time(foreign: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        certificate(foreign, "scan", tmp_path / f"{name}.docx")

    assert (tmp_path / "one.docx").read_bytes() == (tmp_path / "two.docx").read_bytes()


def test_a_firms_own_certificate_comes_first(foreign: Path, tmp_path: Path) -> None:
    (foreign / "templates").mkdir()
    own = letters.word("Ours: {{ source_language }}, {{ exhibit.title }}")
    (foreign / "templates/translator-certificate.docx").write_bytes(own)

    certificate(foreign, "scan", tmp_path / "out.docx")

    assert (
        letters.text((tmp_path / "out.docx").read_bytes()).strip()
        == "Ours: Spanish, Scanned record"
    )
