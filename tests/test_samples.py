"""samples: what is committed is what the generator draws, is of every odd kind the issue names, and builds."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image

from assembler import intake, rules
from assembler.shelf import Shelf
from samples import mrz, urgent_medical
from tests.conftest import AS_OF

SAMPLES = Path(__file__).parent.parent / "samples"
MEDICAL = SAMPLES / "urgent-medical"


def test_the_evidence_is_what_the_generator_draws() -> None:
    drawn = urgent_medical.evidence()

    assert {path.name for path in (MEDICAL / "evidence").iterdir()} == set(drawn)
    differ = [name for name, data in drawn.items() if (MEDICAL / "evidence" / name).read_bytes() != data]
    assert differ == [], "run `make samples`"


def test_size_and_count() -> None:
    files = list((MEDICAL / "evidence").iterdir())
    pages = sum(len(pdfium.PdfDocument(path)) if path.suffix == ".pdf" else 1 for path in files)
    case = json.loads((MEDICAL / "case.json").read_text())

    assert sum(path.stat().st_size for path in files) < 8_000_000
    assert len(case["exhibits"]) >= 12
    assert pages >= 45


def test_every_odd_kind_is_there() -> None:
    with Image.open(MEDICAL / "evidence/resident-card.jpg") as photo:
        assert photo.getexif()[0x0112] == 6
        assert photo.getexif().get_ifd(0x8825)
    pdfs = {path.name: pikepdf.open(path) for path in (MEDICAL / "evidence").glob("*.pdf")}
    pages = [page for pdf in pdfs.values() for page in pdf.pages]
    assert any(int(page.get("/Rotate", 0)) == 90 for page in pages)
    assert any(page.cropbox != page.mediabox for page in pages)
    assert any(page.mediabox[2] > page.mediabox[3] for page in pages)
    assert any("/AcroForm" in pdf.Root for pdf in pdfs.values())
    named = [set(pikepdf.NameTree(pdf.Root.Names.Dests).keys()) for pdf in pdfs.values() if "/Names" in pdf.Root]
    assert len(named) == 2
    assert named[0] & named[1]
    assert any("/Outlines" in pdf.Root for pdf in pdfs.values())
    scan = pdfium.PdfDocument(MEDICAL / "evidence/medical-records.pdf")
    assert not any(page.get_textpage().count_chars() for page in scan)


@pytest.mark.parametrize(("field", "digit"), [("L898902C3", "6"), ("740812", "2"), ("120415", "9"), ("ZE184226B<<<<<", "1")])
def test_check_digits_are_those_of_the_specimen(field: str, digit: str) -> None:
    """ICAO Doc 9303 part 4, appendix B."""
    assert mrz.check_digit(field) == digit


def test_the_passport_agrees_with_the_case() -> None:
    case = intake.read_case(MEDICAL, Shelf.default())
    child = case.beneficiaries[0]
    assert child.passport is not None
    assert child.passport.expires is not None
    assert child.birth_date is not None

    first, second = mrz.td3("UTO", "EXEMPLAR MUESTRA", "TESTINA", child.passport.number, "UTO", f"{child.birth_date:%y%m%d}", "F",
                            f"{child.passport.expires:%y%m%d}")  # fmt: skip

    assert first.startswith("P<UTOEXEMPLAR<MUESTRA<<TESTINA<")
    assert (len(first), len(second)) == (44, 44)
    assert f"{child.name.family} {child.name.given}".upper() == "EXEMPLAR MUESTRA TESTINA"


@pytest.mark.parametrize("folder", sorted(path.parent for path in SAMPLES.glob("*/case.json")), ids=lambda path: path.name)
def test_every_sample_is_accepted_without_a_finding(folder: Path) -> None:
    case = intake.read_case(folder, Shelf.default())

    assert rules.findings(case, Shelf.default().schema("facts/filing.json"), AS_OF) == ()
    assert list(rules.uncited(case)) == []


def test_people_are_plainly_invented() -> None:
    text = (MEDICAL / "case.json").read_text()

    assert "555-01" in text
    assert "example.org" in text
    page = pdfium.PdfDocument(io.BytesIO((MEDICAL / "evidence/hospital-acceptance.pdf").read_bytes()))[0]
    assert "every person and fact on this page is invented" in page.get_textpage().get_text_bounded()
