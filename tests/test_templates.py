"""The shipped Word templates: as the generator makes them, and fit to be sent in every variant of a case."""

from __future__ import annotations

import importlib.util
import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest

from assembler.ink import ink_of
from assembler.model import Consulate, Declaration, Interpreter, Name
from tests import letters
from tests.letters import case, exhibit, filled, text
from tests.test_convert import tags

HOME = Path(__file__).parent.parent
LONG = "Letter of the treating physician with diagnosis, prognosis and treatment, " * 4
TITLES = {
    "latin": "Acceptance by the hospital",
    "cyrillic": "Свідоцтво про народження",
    "arabic": "شهادة ميلاد الطفلة",
    "chinese": "出生证明及英文翻译",
    "long": LONG,
}
FULL = {
    "arrival_date": date(2027, 1, 10), "consulate": Consulate(city="Puerto Ejemplo", country="UTO"),
    "expedite_reason": "It is urgent.",
    "why_no_visa": ("There is no time.",), "length_reason": ("A year is needed.",), "departure_plan": ("She will leave.",),
    "support_plan": ("Her aunt will pay.",), "enclosures": ("Two photographs",),
}  # fmt: skip


def test_the_committed_templates_are_what_the_generator_makes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_templates", HOME / "docs/make_templates.py")
    assert spec and spec.loader
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)

    for name, make in maker.TEMPLATES.items():
        maker.write(make(), tmp_path / name)
        made, kept = (zipfile.ZipFile(root / name) for root in (tmp_path, HOME / "templates"))
        for part in ("word/document.xml", "word/styles.xml", "word/numbering.xml", "docProps/core.xml"):
            assert made.read(part) == kept.read(part), f"{name} {part}: run docs/make_templates.py"


@pytest.mark.parametrize("name", ["cover-letter", "declaration", "index", "tab-sheets"])
def test_a_template_names_no_font_but_ours_and_no_person(name: str) -> None:
    with zipfile.ZipFile(HOME / f"templates/parole/{name}.docx") as archive:
        parts = [part for part in archive.namelist() if re.fullmatch(r"word/(document|styles|numbering)\.xml", part)]
        told = b"".join(archive.read(part) for part in parts)
        core = archive.read("docProps/core.xml").decode()

    named = b"".join(re.findall(rb"<w:rFonts[^>]*>", told))
    assert set(re.findall(rb'="([^"]+)"', named)) == {b"IBM Plex Serif"}
    assert b"Theme=" not in told
    assert not re.search(r"<dc:creator>[^<]|<cp:lastModifiedBy>[^<]", core)


@pytest.mark.parametrize("attorney", [None, letters.ATTORNEY], ids=["alone", "represented"])
@pytest.mark.parametrize("asked", [{}, FULL], ids=["short", "full"])
@pytest.mark.parametrize("supporters", [(), letters.SUPPORTERS], ids=["none", "two"])
def test_the_letter_in_its_variants(attorney: Any, asked: Any, supporters: Any) -> None:
    said = " ".join(text(filled("cover-letter.docx", case(attorney=attorney, request=asked, supporters=supporters))).split())

    who = "On behalf of Probanda Exemplar, we ask" if attorney else "I ask"
    assert f"Dear Officer: {who} that Testina Exemplar be paroled into the United States for one year" in said
    assert "INA § 212(d)(5)(A)" in said
    assert "BY COURIER USCIS" in said
    assert ("EXPEDITED PROCESSING REQUESTED" in said) == bool(asked)
    assert ("arrival intended on January 10, 2027. Please notify the U.S. consular post in Puerto Ejemplo" in said) == bool(asked)
    assert ("Supporters: Sustenta Exemplar; Adiuva Exemplar" in said) == bool(supporters)
    assert ("Attorney for the petitioner, Illinois bar no. 0000000" in said) == bool(attorney)
    assert re.search(r"Respectfully, _{30,} (Advocata Fictiva Attorney|Probanda Exemplar Petitioner)", said)
    assert not re.search(r"None|\{|\}|\(\)| ,|  |\.\.", said)


def test_a_petitioner_asks_for_herself() -> None:
    one = case()
    own = replace(one, petitioner=one.beneficiaries[0], declarations=())

    assert "I ask to be paroled into the United States for one year" in text(filled("cover-letter.docx", own))


def test_the_letter_leaves_out_what_has_no_fact() -> None:
    facts = (("address_lines", ()), ("fee_sentence", None), ("forms", ()), ("original_submission", None), ("via", None))

    said = " ".join(text(filled("cover-letter.docx", case(), facts=facts)).split())

    assert "2026 RE:" in said
    assert "Fee" not in said.split()
    assert "Declaration of Probanda Exemplar" in said


def test_the_letter_says_the_facts_of_the_day() -> None:
    more = {"legal_basis": "Law § 1", "request_line": "another parole", "parole_fee_sentence": "An exception applies."}
    facts = {**letters.FACTS, **more}

    said = " ".join(text(filled("cover-letter.docx", case(), facts=tuple(sorted(facts.items())))).split())

    assert "Form I-131, Request for Humanitarian Parole, Law § 1: another parole. Original submission." in said
    assert "Fee The fee is $1. An exception applies." in said


SPANISH = Interpreter(name=Name(given="Interpres", family="Fida"), language="es", address=letters.ADDRESS)


@pytest.mark.parametrize("in_us", [True, False])
@pytest.mark.parametrize("interpreter", [None, SPANISH], ids=["english", "interpreted"])
def test_the_declaration_follows_the_place_and_the_language(in_us: bool, interpreter: Interpreter | None) -> None:
    sworn = Declaration(id="aunt", declarant="aunt", title="Declaration", signed_in_us=in_us, interpreter=interpreter,
                        paragraphs=("I am the aunt.", "I read it [@letter, p. 2]."), place="Springfield, Illinois")  # fmt: skip

    said = " ".join(text(filled("declaration.docx", case(declarations=(sworn,)))).split())

    under = "under penalty of perjury" if in_us else "under penalty of perjury under the laws of the United States of America"
    assert f"I declare {under} that the foregoing is true and correct." in said
    assert "I, Probanda Exemplar, declare: 1. I am the aunt. 2. I read it (Ex. A at " in said
    assert re.search(r"Executed on _{15,} at Springfield, Illinois\. _{30,} Probanda Exemplar", said)
    assert ("Certificate of interpreter" in said) == bool(interpreter)
    if interpreter:
        assert re.search(r"from English into Spanish .* accurate .* Date: _{15,} _{30,} Interpres Fida 1 Sample Street", said)


def test_tab_sheets_are_one_page_each_whatever_the_title(tmp_path: Path) -> None:
    one = case(*(exhibit(key, title) for key, title in TITLES.items()), request={"basis": ()}, declarations=())

    pages = letters.pages(letters.pdf(filled("tab-sheets.docx", one), tmp_path))

    assert [page.split()[:2] for page in pages] == [["EXHIBIT", tab] for tab in "ABCDE"]
    assert all(re.search(r"Pages [0-9]+ ?[–-] ?[0-9]+$", page) for page in pages)
    assert TITLES["cyrillic"] in pages[1]
    assert TITLES["chinese"] in pages[3]


def test_a_tab_sheet_is_large_bold_and_centred(tmp_path: Path) -> None:
    made = letters.pdf(filled("tab-sheets.docx", case(declarations=(), request={"basis": ()})), tmp_path)

    document = pdfium.PdfDocument(made)
    found = document[0].get_textpage().search("EXHIBIT A").get_next()
    assert found
    boxes = [document[0].get_textpage().get_charbox(found[0] + n) for n in (0, 8)]
    document.close()
    assert boxes[0][3] - boxes[0][1] > 36  # height of a capital letter, points
    assert abs((boxes[0][0] + boxes[1][2]) / 2 - 306) < 4


def test_the_index_repeats_its_header_and_parts_no_row(tmp_path: Path) -> None:
    many = case(*(exhibit(f"e{n}", f"First{n} {'and more words ' * 6} last{n}", date=date(2026, 9, 27)) for n in range(60)),
                declarations=(), request={"basis": ()})  # fmt: skip

    pages = letters.pages(letters.pdf(filled("index.docx", many), tmp_path))

    assert len(pages) > 2
    assert all("Tab Description Date Pages Language" in page for page in pages)
    assert all((f"First{n} " in page) == (f"last{n} " in page) for page in pages for n in range(60))


def test_the_index_tells_originals_from_translations() -> None:
    row = letters.laid_out(case()).index[0]
    parts = (("document", 5, 6), ("translation", 7, 7), ("certificate", 8, 8))
    layout = letters.laid_out(case())
    layout = replace(layout, index=(replace(row, parts=parts, language="es"), *layout.index[1:]))

    said = text(filled("index.docx", case(), layout=layout))

    assert "Original: 5–6 English translation: 7 Translator's certificate: 8" in " ".join(said.split())
    assert "Spanish" in said


@pytest.mark.parametrize("name", ["cover-letter", "declaration", "index", "tab-sheets"])
def test_drafts_are_letter_pages_with_tags_language_and_room_for_the_stamp(name: str, tmp_path: Path) -> None:
    made = letters.pdf(filled(f"{name}.docx", case(attorney=letters.ATTORNEY, request=FULL)), tmp_path)

    with pikepdf.open(io.BytesIO(made)) as book:
        assert str(book.Root.Lang).lower().startswith("en")
        faces = {str(o.BaseFont) for o in book.objects if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o}
    assert all("IBMPlexSerif" in face for face in faces)
    wanted = {"cover-letter": {"/H2", "/P", "/Link", "/L", "/LI"}, "declaration": {"/H1", "/P", "/Link"},
              "index": {"/H1", "/Table", "/TH", "/TD", "/Link"}, "tab-sheets": {"/H1", "/P", "/Link"}}[name]  # fmt: skip
    assert wanted <= set(tags(made))
    document = pdfium.PdfDocument(made)
    for page in document:
        assert page.get_size() == (612.0, 792.0)
        ink = ink_of(page)
        first = (ink.rows - int(54 / ink.cell)) * ink.columns
        assert not any(ink.bits[bit >> 3] >> (7 - (bit & 7)) & 1 for bit in range(first, ink.rows * ink.columns))
    document.close()
