"""drafts and convert: sandboxed, strict, nothing lost, numbers that settle; the templates say what they should."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from docx import Document

from assembler import convert, drafts, rules, tools
from assembler.convert import engines
from assembler.drafts.context import Values, longdate
from assembler.drafts.render import render
from assembler.errors import TemplateBroken, ToolFailed
from assembler.intake.build import build
from assembler.model import Case, Ink, PageFacts, Prepared, PreparedPage
from assembler.plan import plan_packet
from assembler.shelf import Shelf, TemplateFile, font_files
from assembler.workshop import Workshop
from docs.make_templates import HOME, TEMPLATES, document, write
from tests.conftest import AS_OF
from tests.factories import CASE
from tests.test_arrange import laid_out

SHELF = Shelf.default()


def the_case(**change: Any) -> Case:
    return build({**CASE, **change}, {}, {})


def values(case: Case | None = None, **more: Any) -> Values:
    case = case or the_case()
    given = {
        "case": case, "beneficiary": "child", "declaration": "", "layout": laid_out([2, 1])[0], "facts": (),
        "languages": (("en", "English"), ("es", "Spanish")), "countries": (("UTO", "Utopia"),), "letter_date": AS_OF,
    }  # fmt: skip
    return Values(**{**given, **more})


def template(text: str, *more: str) -> TemplateFile:
    made = document()
    for paragraph in (text, *more):
        made.add_paragraph(paragraph)
    out = io.BytesIO()
    made.save(out)
    return TemplateFile(name="test/test.docx", data=out.getvalue(), origin="case")


def filled(text: str, *more: str, **given: Any) -> str:
    return convert.printed_text(io.BytesIO(render(template(text, *more), values(**given)))).strip()


def prepared(exhibit: str, pages: int) -> Prepared:
    ink = Ink(cell=792, columns=1, rows=1, bits=b"\0")
    page = PreparedPage(path="a.pdf", sha256="0", source_page=1, role="document", language="en", width=612, height=792,
                        method="text", words=9, confidence=None, turned=0, placement=None, dpi=None, ink=ink)  # fmt: skip
    return Prepared(exhibit=exhibit, pdf=Path("a.pdf"), pages=(page,) * pages)


def settled(home: Path, case: Case, sizes: dict[str, int]) -> tuple[Any, Any]:
    plan = plan_packet(case, SHELF.recipe("parole"), "child")
    facts = rules.letter_facts(case, SHELF.schema("facts/filing.json"))
    with Workshop(home / "home", jobs=2) as shop:
        one = [prepared(name, count) for name, count in sizes.items()]
        return drafts.settle(plan, case, one, {}, shelf=SHELF, folder=home, workshop=shop, facts=facts, as_of=AS_OF)


def text_of(pdf: Path) -> str:
    document = pdfium.PdfDocument(pdf)
    text = " ".join(document[n].get_textpage().get_text_bounded() for n in range(len(document)))
    document.close()
    return " ".join(text.split())


@pytest.mark.parametrize("payload", [
    "{{ ''.__class__.__mro__ }}", "{{ cycler.__init__.__globals__.os.getpid() }}", "{{ cite.__init__.__globals__ }}",
    "{{ case.__class__ }}", "{{ lipsum.__globals__['os'].popen('id') }}", "{{ prose.__func__.__globals__ }}",
    "{{ request|attr('__class__') }}", "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
])  # fmt: skip
def test_a_template_cannot_reach_python(payload: str) -> None:
    with pytest.raises(TemplateBroken, match=r"test/test.docx"):
        filled(payload)


@pytest.mark.parametrize(
    "text", ["Smith & Sons", "x < y and <b>bold</b>", "{{ 7*7 }} {% if %} {# c #} {_{ x }_}", "“quotes” – ½ ﬁ", "a  b"]
)
def test_what_the_case_says_is_printed_as_it_is(text: str) -> None:
    said = the_case(request={**CASE["request"], "basis": [text]})

    assert text in filled("{%p for one in request.basis %}", "{{r prose(one) }} / {{ one }}", "{%p endfor %}", case=said)


def test_an_unknown_name_is_an_error_that_shows_the_place() -> None:
    with pytest.raises(TemplateBroken) as caught:
        filled("First paragraph.", "Dear {{ petitioner.nam }}:", "Last.")

    message = str(caught.value)
    assert message.startswith("test/test.docx: Person has no attribute 'nam', in 'Dear {{ petitioner.nam }}:'; ")


@pytest.mark.parametrize("broken", ["Dear {{ petitioner.name }:", "{% if request.fee %}", "{{ request.fee | nofilter }}"])
def test_broken_syntax_is_an_error_that_names_the_template(broken: str) -> None:
    with pytest.raises(TemplateBroken, match=r"test/test.docx: "):
        filled(broken)


def test_no_error_ever_repeats_what_the_case_says() -> None:
    said = the_case(request={**CASE["request"], "basis": ["CANARY"]})

    for broken in ("{{ request.basis[0].nothing }}", "{{ request.basis[0] + 1 }}", "{{ request.basis.index('x') }}"):
        with pytest.raises(TemplateBroken) as caught:
            filled(broken, case=said)
        assert "CANARY" not in str(caught.value)


def test_citations_print_the_page_and_link_to_it() -> None:
    data = render(template("{{r cite('e0', 2) }} and {{r cite('e1') }} and {{r prose('so ([@e0, pp. 1-2])') }}"), values())

    assert convert.printed_text(io.BytesIO(data)).strip() == "Ex. A at 7 and Ex. B at 9 and so (Ex. A at 6–7)"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"https://assembler.invalid/exhibit/e0/2" in archive.read("word/_rels/document.xml.rels")


@pytest.mark.parametrize(("cite", "says"), [
    ("{{r cite('e00') }}", "there is no exhibit 'e00' to cite in this packet, in .*; did you mean 'e0'?"),
    ("{{r cite('e0', 3) }}", "page 3 of exhibit 'e0' is cited, which has 2 pages"),
])  # fmt: skip
def test_a_citation_that_leads_nowhere_is_an_error(cite: str, says: str) -> None:
    with pytest.raises(TemplateBroken, match=says):
        filled(cite)


def test_same_bytes_and_nobody_named_in_the_properties() -> None:
    source = template("{{ petitioner.name }}")

    one, two = render(source, values()), render(source, values())

    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert b"python-docx" not in archive.read("docProps/core.xml")


@pytest.mark.parametrize(("name", "says"), [
    ("word/vbaProject.bin", "macros"), ("word/embeddings/oleObject1.bin", "macros or embedded objects"),
])  # fmt: skip
def test_macros_and_objects_are_refused(name: str, says: str) -> None:
    source = template("x")
    out = io.BytesIO(source.data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"x")

    with pytest.raises(TemplateBroken, match=says):
        render(replace(source, data=out.getvalue()), values())


def test_a_picture_fetched_from_elsewhere_is_refused() -> None:
    made = Document()
    made.part.relate_to("http://example.org/canary.png", "http://x/relationships/image", is_external=True)
    out = io.BytesIO()
    made.save(out)

    with pytest.raises(TemplateBroken, match="fetches pictures or a template from elsewhere"):
        render(TemplateFile(name="t.docx", data=out.getvalue(), origin="case"), values())


@pytest.mark.parametrize("data", [b"", b"not a document", b"PK\x03\x04"])
def test_what_is_no_word_document_is_refused(data: bytes) -> None:
    with pytest.raises(TemplateBroken, match="not a Word document"):
        render(TemplateFile(name="t.docx", data=data, origin="case"), values())


# --- conversion ----------------------------------------------------------------------------------------------------


def docx(folder: Path, *paragraphs: str) -> Path:
    path = folder / "a.docx"
    path.write_bytes(template(*paragraphs).data)
    return path


def test_scripts_of_the_world_are_drawn(tmp_path: Path) -> None:
    text = ("Кирилиця: лист лікарні", "العربية شهادة الميلاد", "فارسی", "中文出生证明", "Łódź ñ ü “q” § ½")

    made = convert.to_pdf(docx(tmp_path, *text), "t.docx", "embedded", font_files(), tmp_path / "s")

    assert convert.lost_words(tmp_path / "a.docx", made.pdf) == 0
    assert made.engine.startswith("office2pdf ")


def test_a_character_no_font_has_is_named_not_boxed(tmp_path: Path) -> None:
    with pytest.raises(TemplateBroken, match=r"t.docx: no font on the shelf has the characters U\+1F600, U\+10A00; remove"):
        convert.to_pdf(docx(tmp_path, "Secret \U0001f600 \U00010a00"), "t.docx", "embedded", font_files(), tmp_path / "s")


def test_lost_words_are_counted_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = docx(tmp_path, "First Canaryname second third.")
    (tmp_path / "less").mkdir()
    less = engines.embedded(docx(tmp_path / "less", "First second."), "t", font_files())
    monkeypatch.setattr(engines, "embedded", lambda *_: less)
    monkeypatch.setattr(tools, "find", lambda _: None)

    with pytest.raises(ToolFailed, match=r"t.docx: office2pdf \S+ lost 2 words of the document; simplify") as caught:
        convert.to_pdf(whole, "t.docx", "auto", font_files(), tmp_path / "s")
    assert "Canaryname" not in str(caught.value)


def test_a_program_that_says_yes_and_gives_nothing_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "soffice"
    fake.write_text("#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(ToolFailed, match="LibreOffice gave no PDF"):
        engines.libreoffice(docx(tmp_path, "text"), "t.docx", font_files(), tmp_path / "s")


@pytest.mark.tools
@pytest.mark.skipif(tools.find("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_keeps_words_and_links(tmp_path: Path) -> None:
    data = render(template("See {{r cite('e0', 2) }} and {{r cite('e1') }}."), values())
    (tmp_path / "a.docx").write_bytes(data)

    made = convert.to_pdf(tmp_path / "a.docx", "t.docx", "libreoffice", font_files(), tmp_path / "s")

    assert made.engine.startswith("LibreOffice")
    assert b"assembler.invalid/exhibit/e0/2" in b"".join(links_of(made.pdf))
    assert len(links_of(made.pdf)) == 2


def links_of(pdf: bytes) -> list[bytes]:
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as book:
        return [bytes(note.A.URI) for page in book.pages for note in page.get("/Annots", ())]


# --- the loop and the shipped templates ----------------------------------------------------------------------------


@pytest.mark.parametrize("pages", [(1, 1, 1), (2, 88, 5), (3, 90, 900)])
def test_numbers_settle_also_where_they_grow_a_digit(tmp_path: Path, pages: tuple[int, int, int]) -> None:
    case = the_case(request={**CASE["request"], "basis": ["As is shown ([@letter])."]})

    made, layout = settled(tmp_path, case, dict(zip(("letter", "scan", "photo"), pages, strict=True)))

    letter = text_of(next(one.pdf for one in made if one.id == "draft:cover-letter"))
    assert f"(Ex. A at {layout.index[0].first})" in letter
    assert f"{layout.index[2].first}" in text_of(next(one.pdf for one in made if one.id == "draft:index"))
    assert sum(one.pages for one in made) + sum(pages) == len(layout.leaves)


def test_numbers_that_never_settle_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that has a page more whenever the number before was odd."""
    import sys

    room = sys.modules["assembler.drafts.settle"]
    whole = room.fill

    def restless(plan: Any, case: Case, layout: Any, **more: Any) -> Any:
        made = whole(plan, case, layout, **more)
        first = made[0]
        longer = len(layout.leaves) % 2
        facts = [first.sizes[0]] * (first.pages + longer)
        inks = [first.inks[0]] * (first.pages + longer)
        return (replace(first, pages=len(facts), sizes=tuple(facts), inks=tuple(inks)), *made[1:])

    monkeypatch.setattr(room, "fill", restless)
    with pytest.raises(TemplateBroken, match="page numbers do not hold still"):
        settled(tmp_path, the_case(), {"letter": 2, "scan": 1, "photo": 1})


def test_a_title_that_runs_over_its_tab_sheet_is_an_error(tmp_path: Path) -> None:
    exhibits = [{**CASE["exhibits"][0], "title": "Long " * 600}, *CASE["exhibits"][1:]]

    with pytest.raises(TemplateBroken, match="3 tab sheets take . pages; shorten the longest exhibit title"):
        settled(tmp_path, the_case(exhibits=exhibits), {"letter": 2, "scan": 1, "photo": 1})


ABROAD = {
    "id": "mother",
    "declarant": "aunt",
    "title": "Declaration of the mother",
    "signed_in_us": False,
    "place": "Puerto Ejemplo",
    "language": "es",
    "paragraphs": ["One.", "Two."],
    "interpreter": {"name": {"given": "Interpreta", "family": "Ficticia"}, "language": "es", "phone": "217-555-0166"},
}


def test_declarations_are_worded_by_the_place_of_signing(tmp_path: Path) -> None:
    both = the_case(declarations=[*CASE["declarations"], ABROAD])
    made, _ = settled(tmp_path, both, {"letter": 2, "scan": 1, "photo": 1})

    within, abroad = (text_of(one.pdf) for one in made if "declaration" in one.id)

    assert "I declare under penalty of perjury that the foregoing is true and correct." in within
    assert "under penalty of perjury under the laws of the United States of America that the foregoing is true" in abroad
    assert "Certificate of interpreter" in abroad
    assert "Certificate of interpreter" not in within
    assert "competent to interpret from English into Spanish" in abroad
    assert "2. Two." in abroad
    assert "Executed on ______________________ at Puerto Ejemplo." in abroad


def test_the_letter_says_who_what_and_how_much(tmp_path: Path) -> None:
    request = {**CASE["request"], "expedite_reason": "Surgery is set.", "arrival_date": "2027-01-10"}
    made, _ = settled(tmp_path, the_case(request=request), {"letter": 2, "scan": 1, "photo": 1})

    letter = text_of(next(one.pdf for one in made if one.id == "draft:cover-letter"))

    wanted = ("Probanda Muster", "Testina Exemplar, born April 5, 2018, Utopia", "212(d)(5)(A)", "$630", "Lewisville, TX")
    wanted += ("EXPEDITED PROCESSING REQUESTED", "January 10, 2027", "Exhibit C: Photo of a notice", "Form I-131")
    for said in wanted:
        assert said in letter
    assert "___" in letter


def test_a_fact_that_is_not_known_is_left_out_never_printed_with_a_gap() -> None:
    facts = SHELF.schema("facts/filing.json")
    without = {**facts, "fees": {}}

    assert rules.letter_facts(the_case(), without)["fee_sentence"] == ""


def test_shipped_templates_are_what_the_script_makes(tmp_path: Path) -> None:
    for name, make in TEMPLATES.items():
        write(make(), tmp_path / name)
        assert (tmp_path / name).read_bytes() == (HOME / name).read_bytes(), "run `make templates`"


def test_every_draft_is_tagged_and_linked(tmp_path: Path) -> None:
    import pikepdf

    made, _ = settled(tmp_path, the_case(), {"letter": 2, "scan": 1, "photo": 1})

    for one in made:
        with pikepdf.open(one.pdf) as pdf:
            assert "/StructTreeRoot" in pdf.Root
            assert sum(len(page.get("/Annots", ())) for page in pdf.pages) > 0


def test_dates_are_spelled_out() -> None:
    assert longdate(AS_OF) == "November 23, 2026"
    assert PageFacts.__slots__
