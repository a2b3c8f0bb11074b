"""The shipped Word templates: as the generator makes them, and fit to be sent in every variant
of a case."""

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

from assembler import rules
from assembler.errors import TemplateBroken
from assembler.layout.page_order import HOST
from assembler.model import (
    Case,
    Consulate,
    Declaration,
    FormFile,
    Interpreter,
    Name,
)
from assembler.pdf.ink import measure_ink
from tests import letters
from tests.letters import case, exhibit, filled, text
from tests.support.template_pages import KNOWN, POINTS, RFE, ROOT, of_kind
from tests.support.word_tags import tags

LONG = "Letter of the treating physician with diagnosis, prognosis and treatment, " * 4
TITLES = {
    "latin": "Acceptance by the hospital",
    "cyrillic": "Свідоцтво про народження",
    "arabic": "شهادة ميلاد الطفلة",
    "chinese": "出生证明及英文翻译",
    "long": LONG,
}
FULL = {
    "arrival_date": date(2027, 1, 10),
    "consulate": Consulate(city="Puerto Ejemplo", country="UTO"),
    "expedite_reason": "It is urgent.",
    "why_no_visa": ("There is no time.",),
    "length_reason": ("A year is needed.",),
    "departure_plan": ("She will leave.",),
    "support_plan": ("Her aunt will pay.",),
    "enclosures": ("Two photographs",),
}


def test_the_committed_templates_are_what_the_generator_makes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        "make_templates", ROOT / "scripts/make_templates.py"
    )
    assert spec and spec.loader
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)

    assert sorted(maker.TEMPLATES) == SHIPPED
    for name, make in maker.TEMPLATES.items():
        maker.write(make(), tmp_path / name)
        made, kept = (zipfile.ZipFile(root / name) for root in (tmp_path, ROOT / "templates"))
        for part in (
            "word/document.xml",
            "word/styles.xml",
            "word/numbering.xml",
            "docProps/core.xml",
        ):
            assert made.read(part) == kept.read(part), (
                f"{name} {part}: run scripts/make_templates.py"
            )


SHIPPED = sorted(
    path.relative_to(ROOT / "templates").as_posix()
    for path in (ROOT / "templates").glob("*/*.docx")
)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_template_names_no_font_but_ours_and_no_person(name: str) -> None:
    with zipfile.ZipFile(ROOT / "templates" / name) as archive:
        parts = [
            part
            for part in archive.namelist()
            if re.fullmatch(r"word/(document|styles|numbering)\.xml", part)
        ]
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
    said = " ".join(
        text(
            filled(
                "cover-letter.docx", case(attorney=attorney, request=asked, supporters=supporters)
            )
        ).split()
    )

    who = "On behalf of Probanda Exemplar, we ask" if attorney else "I ask"
    assert (
        f"Dear Officer: {who} that Testina Exemplar be paroled into the United States for one year"
        in said
    )
    assert "INA § 212(d)(5)(A)" in said
    assert "BY COURIER USCIS" in said
    assert ("EXPEDITED PROCESSING REQUESTED" in said) == bool(asked)
    assert (
        "arrival intended on January 10, 2027. Please notify the U.S. consular post in Puerto "
        "Ejemplo" in said
    ) == bool(asked)
    assert ("Supporters: Sustenta Exemplar; Adiuva Exemplar" in said) == bool(supporters)
    assert ("Attorney for the petitioner, Illinois bar no. 0000000" in said) == bool(attorney)
    assert re.search(
        r"Respectfully, _{30,} (Advocata Fictiva Attorney|Probanda Exemplar Petitioner)", said
    )
    assert not re.search(r"None|\{|\}|\(\)| ,|  |\.\.", said)


def test_a_petitioner_asks_for_herself() -> None:
    one = case()
    own = replace(one, petitioner=one.beneficiaries[0], declarations=())

    assert "I ask to be paroled into the United States for one year" in text(
        filled("cover-letter.docx", own)
    )


def test_the_letter_leaves_out_what_has_no_fact() -> None:
    facts = (
        ("address_lines", ()),
        ("fee_sentence", None),
        ("forms", ()),
        ("original_submission", None),
        ("via", None),
    )

    said = " ".join(text(filled("cover-letter.docx", case(), facts=facts)).split())

    assert "2026 U.S. Citizenship and Immigration Services RE:" in said
    assert "Fee" not in said.split()
    assert "Declaration of Probanda Exemplar" in said


def test_the_letter_says_the_facts_of_the_day() -> None:
    more = {
        "legal_basis": "Law § 1",
        "request_line": "another parole",
        "parole_fee_sentence": "An exception applies.",
    }
    facts = {**letters.FACTS, **more}

    said = " ".join(
        text(filled("cover-letter.docx", case(), facts=tuple(sorted(facts.items())))).split()
    )

    assert (
        "Form I-131, Request for Humanitarian Parole, Law § 1: another parole. Original submission."
        in said
    )
    assert "Fee The fee is $1. An exception applies." in said


# --- re-parole and responses ---

FEES = {
    "pay": {"fee": "pay"},
    "waiver": {"fee": "waiver"},
    "exempt": {"fee": "exempt", "fee_exemption": "special-immigrant"},
    "excepted": {"fee": "pay", "parole_fee_exception": "medical-emergency"},
}
BROKEN = re.compile(r"None|[{}]|\(\)| [,.;]|  |\.\.|:\.|, ,|;;")


def letter(one: Case, **more: Any) -> str:
    """The text of the letter, with the facts of the day."""
    facts = tuple(sorted(rules.find_letter_facts(one, KNOWN, letters.AS_OF).items()))
    return " ".join(text(filled("cover-letter.docx", one, **({"facts": facts} | more))).split())


def own(one: Case) -> Case:
    """The same, by the beneficiary herself."""
    return replace(one, petitioner=one.beneficiaries[0], declarations=())


@pytest.mark.parametrize("kind", ["re-parole", "rfe-response"])
@pytest.mark.parametrize("attorney", [None, letters.ATTORNEY], ids=["alone", "represented"])
@pytest.mark.parametrize("fee", FEES)
@pytest.mark.parametrize("asked", [{}, FULL], ids=["short", "full"])
@pytest.mark.parametrize("alone", [True, False], ids=["own", "other"])
def test_no_sentence_is_empty_in_any_variant(
    kind: str, attorney: Any, fee: str, asked: Any, alone: bool
) -> None:
    people = (letters.person("child"), letters.person("brother", "Secundus"))
    supporters = letters.SUPPORTERS if asked else ()
    one = of_kind(
        kind, {**asked, **FEES[fee]}, attorney=attorney, beneficiaries=people, supporters=supporters
    )

    said = letter(own(one) if alone else one)

    assert not BROKEN.search(said), BROKEN.search(said)
    who = {
        (True, True): "On behalf of Testina Exemplar, we",
        (True, False): "On behalf of Probanda Exemplar, we",
        (False, True): "I",
        (False, False): "I",
    }[bool(attorney), alone]
    does = "respond to" if kind == "rfe-response" else "ask"
    assert f"Dear Officer: {who} {does} " in said
    assert ("Supporters: Sustenta Exemplar; Adiuva Exemplar" in said) == bool(asked)
    assert re.search(
        r"Respectfully, _{30,} (Advocata Fictiva Attorney|(Probanda|Testina) Exemplar Petitioner)",
        said,
    )
    assert ("EXPEDITED" in said) == (bool(asked) and kind == "re-parole")
    assert ("waiver of the filing fee" in said) == (fee == "waiver" and kind == "re-parole")
    assert ("No filing fee is due" in said) == (fee == "exempt" and kind == "re-parole")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {},
            "ends on April 1, 2027, the admit-until date of Form I-94, 129 days after the date of "
            "this letter. What",
        ),
        (
            {"work_permit": True},
            "date of this letter. An employment authorization document is requested with it. What",
        ),
        (
            {"i94_admit_until": date(2026, 11, 24)},
            "Form I-94, one day after the date of this letter. What",
        ),
        (
            {"i94_admit_until": date(2026, 11, 23)},
            "ends on November 23, 2026, the admit-until date of Form I-94. What",
        ),
    ],
)
def test_the_end_of_the_current_parole(given: Any, says: str) -> None:
    changed = {"changed_circumstances": ("More care is needed [@letter, p. 2].",)}
    said = letter(of_kind("re-parole", changed | given))

    assert says in said
    assert "What has changed, and why more time is needed More care is needed (Ex. A at 7)." in said
    assert (
        "RE: Form I-131, Request for Re-Parole, INA § 212(d)(5)(A), 8 U.S.C. § 1182(d)(5)(A): "
        "further parole for a" in said
    )


def test_a_re_parole_lists_its_forms_and_says_no_fee_that_is_not_known() -> None:
    said = letter(of_kind("re-parole", attorney=letters.ATTORNEY, supporters=letters.SUPPORTERS))

    forms = ("Form I-131, Application", "Form I-134, Declaration", "Form G-28, Notice")
    assert [form for form in forms if form not in said] == []
    assert "filing fee" not in said
    assert "Lewisville" not in said  # the lockbox of first requests


@pytest.mark.parametrize(("filing", "said"), [("paper", True), ("online", False)])
def test_an_address_that_is_not_known_is_a_marked_blank(filing: str, said: bool) -> None:
    one = of_kind("re-parole", {"filing": filing})

    judged = rules.check_case(one, KNOWN, letters.AS_OF)

    assert ("FACT.UNKNOWN" in {finding.rule for finding in judged.findings}) == said
    assert ("[FILING ADDRESS TO BE CONFIRMED]" in letter(one)) == said
    assert ("Filed online" in letter(one)) != said


def test_the_i_94_in_the_letter() -> None:
    people = (letters.person("child", i94_number="00000000000", class_of_admission="DT"),)

    assert (
        "Form I-94: number 00000000000, class of admission DT, admit-until date April 1, 2027 "
        "Petitioner:" in letter(of_kind("re-parole", beneficiaries=people))
    )
    assert "Form I-94: admit-until date April 1, 2027 Petitioner:" in letter(of_kind("re-parole"))


def test_a_response_answers_point_by_point() -> None:
    said = letter(of_kind("rfe-response"))

    assert (
        "November 23, 2026 U.S. Citizenship and Immigration Services 1 Sample Street Springfield, "
        "IL 62701" in said
    )
    assert (
        "62701 United States RESPONSE TO REQUEST FOR EVIDENCE RE: Form I-131: response to" in said
    )
    assert (
        "Receipt number: IOE0912345678 Notice: Request for Evidence dated November 2, 2026 "
        "Response due: January 25" in said
    )
    assert (
        "Request for Evidence of November 2, 2026 (Ex. A at 1), which lies on top of this response."
        in said
    )
    assert (
        "it answers the 2 points of the notice in their order. Point 1 Evidence of means. It is "
        "enclosed (Ex. B at" in said
    )
    assert re.search(
        r"suffices\. Evidence for point 1: (• ?)?Exhibit B: Title of scan, pages \d+–\d+ Point 2 "
        r"Evidence of",
        said,
    )
    assert re.search(
        r"Point 2 Evidence of relationship\. There is no record, as the aunt declares\. Enclosed",
        said,
    )
    assert "Lewisville" not in said
    assert "fee" not in said


def test_a_response_to_one_point() -> None:
    one = of_kind("rfe-response", rfe=replace(RFE, points=POINTS[:1]))

    assert "and it answers the one point of the notice. Point 1" in letter(one)


def test_the_letter_of_a_response_leads_to_the_pages_it_cites() -> None:
    leads = letters.links(filled("cover-letter.docx", of_kind("rfe-response")))

    assert [one.removeprefix(HOST) for one in leads] == [
        "exhibit/notice/1",
        "exhibit/scan/2",
        "tab/scan",
        "tab/notice",
        "tab/scan",
        "tab/letter",
    ]


def test_a_response_lists_the_forms_that_are_in_it() -> None:
    forms = (FormFile(form="i-134", path="forms/a.pdf"), FormFile(form="i-134", path="forms/b.pdf"))
    said = letter(of_kind("rfe-response", forms=forms, declarations=()))

    assert re.search(
        r"Enclosed (• ?)?Form I-134 (• ?)?Exhibit A: Request for Evidence, pages 1–3 ", said
    )
    assert re.search(
        r"Enclosed (• ?)?Exhibit A: ", letter(of_kind("rfe-response", declarations=()))
    )


def test_a_response_for_two_names_only_what_is_in_the_packet() -> None:
    his = exhibit("his", belongs_to=("brother",))
    people = (letters.person("child"), letters.person("brother", "Secundus"))
    points = (replace(POINTS[0], answer=("It is enclosed.",), exhibits=("his", "scan")),)
    notice = exhibit("notice", "Request for Evidence")
    one = case(
        notice,
        exhibit("scan"),
        his,
        kind="rfe-response",
        rfe=replace(RFE, points=points),
        beneficiaries=people,
        declarations=(),
        request={"basis": ()},
    )

    said = letter(one)

    assert "Title of scan" in said
    assert "Title of his" not in said


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            of_kind("re-parole", {"i94_admit_until": None}),
            r"re-parole/cover-letter\.docx: it prints the date of nothing",
        ),
        (
            of_kind("rfe-response", rfe=None),
            r"'None' has no attribute 'receipt_number', in '\{\{ rfe\.receipt_number",
        ),
        (
            of_kind("rfe-response", rfe=replace(RFE, notice_exhibit="gone")),
            "no exhibit 'gone' to cite in this packet",
        ),
    ],
    ids=["I-94", "notice", "exhibit"],
)
def test_a_letter_without_what_it_must_say_is_refused(one: Case, message: str) -> None:
    with pytest.raises(TemplateBroken, match=message):
        filled("cover-letter.docx", one)


SPANISH = Interpreter(
    name=Name(given="Interpres", family="Fida"), language="es", address=letters.ADDRESS
)


@pytest.mark.parametrize("in_us", [True, False])
@pytest.mark.parametrize("interpreter", [None, SPANISH], ids=["english", "interpreted"])
def test_the_declaration_follows_the_place_and_the_language(
    in_us: bool, interpreter: Interpreter | None
) -> None:
    sworn = Declaration(
        id="aunt",
        declarant="aunt",
        title="Declaration",
        signed_in_us=in_us,
        interpreter=interpreter,
        paragraphs=("I am the aunt.", "I read it [@letter, p. 2]."),
        place="Springfield, Illinois",
    )

    said = " ".join(text(filled("declaration.docx", case(declarations=(sworn,)))).split())

    under = (
        "under penalty of perjury"
        if in_us
        else "under penalty of perjury under the laws of the United States of America"
    )
    assert f"I declare {under} that the foregoing is true and correct." in said
    assert "I, Probanda Exemplar, declare: 1. I am the aunt. 2. I read it (Ex. A at " in said
    assert re.search(
        r"Executed on _{15,} at Springfield, Illinois\. _{30,} Probanda Exemplar", said
    )
    assert ("Certificate of interpreter" in said) == bool(interpreter)
    if interpreter:
        assert re.search(
            r"from English into Spanish .* accurate .* Date: _{15,} _{30,} Interpres Fida 1 "
            r"Sample Street",
            said,
        )


def test_tab_sheets_are_one_page_each_whatever_the_title(tmp_path: Path) -> None:
    one = case(
        *(exhibit(key, title) for key, title in TITLES.items()),
        request={"basis": ()},
        declarations=(),
    )

    pages = letters.pages(letters.pdf(filled("tab-sheets.docx", one), tmp_path))

    assert [page.split()[:2] for page in pages] == [["EXHIBIT", tab] for tab in "ABCDE"]
    assert all(re.search(r"Pages [0-9]+ ?[–-] ?[0-9]+$", page) for page in pages)
    assert TITLES["cyrillic"] in pages[1]
    assert TITLES["chinese"] in pages[3]


def test_a_tab_sheet_is_large_bold_and_centered(tmp_path: Path) -> None:
    made = letters.pdf(
        filled("tab-sheets.docx", case(declarations=(), request={"basis": ()})), tmp_path
    )

    document = pdfium.PdfDocument(made)
    found = document[0].get_textpage().search("EXHIBIT A").get_next()
    assert found
    boxes = [document[0].get_textpage().get_charbox(found[0] + n) for n in (0, 8)]
    document.close()
    assert boxes[0][3] - boxes[0][1] > 36  # height of a capital letter, points
    assert abs((boxes[0][0] + boxes[1][2]) / 2 - 306) < 4


def test_the_index_repeats_its_header_and_parts_no_row(tmp_path: Path) -> None:
    many = case(
        *(
            exhibit(f"e{n}", f"First{n} {'and more words ' * 6} last{n}", date=date(2026, 9, 27))
            for n in range(60)
        ),
        declarations=(),
        request={"basis": ()},
    )

    pages = letters.pages(letters.pdf(filled("index.docx", many), tmp_path))

    assert len(pages) > 2
    assert all("Tab Description Date Pages" in page for page in pages)
    assert all((f"First{n} " in page) == (f"last{n} " in page) for page in pages for n in range(60))


def test_the_index_tells_originals_from_translations() -> None:
    row = letters.laid_out(case()).index[0]
    parts = (("document", 5, 6), ("translation", 7, 7), ("certificate", 8, 8))
    layout = letters.laid_out(case())
    layout = replace(layout, index=(replace(row, parts=parts, language="es"), *layout.index[1:]))

    said = text(filled("index.docx", case(), layout=layout))

    assert "Original: 5–6 English translation: 7 Translator's certificate: 8" in " ".join(
        said.split()
    )
    assert "Spanish" in said


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, "parole") for name in ("cover-letter", "declaration", "index", "tab-sheets")),
        ("cover-letter", "re-parole"),
        ("cover-letter", "rfe-response"),
        ("tab-sheets", "rfe-response"),
    ],
)
def test_drafts_are_letter_pages_with_tags_language_and_room_for_the_stamp(
    name: str, kind: str, tmp_path: Path
) -> None:
    made = letters.pdf(
        filled(f"{name}.docx", of_kind(kind, FULL, attorney=letters.ATTORNEY)), tmp_path
    )

    with pikepdf.open(io.BytesIO(made)) as book:
        assert str(book.Root.Lang).lower().startswith("en")
        faces = {
            str(o.BaseFont)
            for o in book.objects
            if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o
        }
    assert all("IBMPlexSerif" in face for face in faces)
    wanted = {
        "cover-letter": {"/H2", "/P", "/Link", "/L", "/LI"},
        "declaration": {"/H1", "/P", "/Link"},
        "index": {"/H1", "/Table", "/TH", "/TD", "/Link"},
        "tab-sheets": {"/H1", "/P", "/Link"},
    }[name]
    assert wanted <= set(tags(made))
    document = pdfium.PdfDocument(made)
    for page in document:
        assert page.get_size() == (612.0, 792.0)
        ink = measure_ink(page)
        first = (ink.rows - int(54 / ink.cell)) * ink.columns
        assert not any(
            ink.bits[bit >> 3] >> (7 - (bit & 7)) & 1
            for bit in range(first, ink.rows * ink.columns)
        )
    document.close()
