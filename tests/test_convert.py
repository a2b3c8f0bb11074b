"""convert: no word, link or character is lost on the way from Word to PDF; what is tagged stays
tagged; same bytes."""

from __future__ import annotations

import io
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from assembler.documents.word_to_pdf import (
    ConvertedDocument,
    convert_to_pdf,
    count_lost_words,
    find_uncovered,
    read_printed_text,
)
from assembler.documents.word_to_pdf.coverage import select_fonts
from assembler.documents.word_to_pdf.word_text import count_missing_words
from assembler.errors import AssemblerError, TemplateBroken, ToolFailed
from assembler.runtime import programs
from assembler.runtime.resources import list_font_files
from tests import letters
from tests.support.word_tags import tags

engines = import_module("assembler.documents.word_to_pdf.engines")
FONTS = list_font_files()
CORPUS = (
    Path(
        os.environ.get(
            "ASSEMBLER_CORPUS", Path(__file__).parent.parent.parent / "shared" / "corpus"
        )
    )
    / "docx"
)


@pytest.fixture
def save(tmp_path: Path) -> Any:
    def keep(data: bytes, name: str = "given.docx") -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return keep


def convert(docx: Path, engine: str = "embedded") -> ConvertedDocument:
    return convert_to_pdf(docx, "own.docx", engine, FONTS, docx.parent / f"scratch-{engine}")


def link(document: Any, paragraph: int, words: str, address: str) -> None:
    """Add a hyperlink to a paragraph."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    element = OxmlElement("w:hyperlink")
    element.set(qn("r:id"), document.part.relate_to(address, kind, is_external=True))
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = words
    run.append(text)
    element.append(run)
    document.paragraphs[paragraph]._p.append(element)


def addresses(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as book:
        return [str(note.A.URI) for page in book.pages for note in page.get("/Annots", ())]


def rich(document: Any) -> None:
    document.add_heading("A heading", 1)
    table = document.add_table(rows=2, cols=2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"Cell {number}"
    mark = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    link(document, 0, " a link", "https://assembler.invalid/exhibit/letter/2")


def test_words_links_and_tags_arrive_and_bytes_repeat(save: Any) -> None:
    docx = save(letters.word("Plain text with", change=rich))

    one, two = convert(docx), convert(docx)

    assert one.pdf == two.pdf
    assert letters.pages(one.pdf) == [
        "Plain text with a link A heading Cell 0 Cell 1 Cell 2 Cell 3"
    ]
    assert addresses(one.pdf) == ["https://assembler.invalid/exhibit/letter/2"]
    assert {"/H1", "/P", "/Table", "/TR", "/TH", "/TD", "/Link"} <= set(tags(one.pdf))
    assert one.engine.startswith("office2pdf ")


@pytest.mark.parametrize(
    "text",
    [
        "Свідоцтво про народження",
        "شهادة ميلاد الطفلة",
        "出生证明 及 翻译",
        "Ångström naïve ﬁne № 5",
    ],
)
def test_other_scripts_are_drawn_and_found(save: Any, text: str) -> None:
    docx = save(letters.word(f"Title: {text}."))

    made = convert(docx)

    assert count_lost_words(docx, made.pdf) == 0
    assert (
        count_lost_words(save(letters.word(f"Title: {text} перший."), "other.docx"), made.pdf) == 1
    )


def test_joined_letters_of_arabic_are_found_in_the_order_they_are_drawn(save: Any) -> None:
    """One glyph stands for two letters, and LibreOffice writes them the other way around."""
    docx = save(letters.word("هذا لا يعني الأولاد إلا الآن"))

    assert count_missing_words(docx, ["هذا ال يعني األوالد إال اآلن"]) == 0
    assert count_missing_words(docx, ["هذا ال يعني األوالد إال"]) == 1


def test_a_sentence_without_blanks_may_run_over_two_pages(save: Any) -> None:
    """With a footer between its parts."""
    docx = save(letters.word("午後5時までにメールで提出"))

    assert count_missing_words(docx, ["午後5時までに\r\n- 7 -", "メールで提出"]) == 0
    assert count_missing_words(docx, ["午後5時までに\r\n- 7 -", "メールで"]) == 1


@pytest.mark.parametrize(
    ("text", "code"), [("smile \U0001f4de", "U+1F4DE"), ("ܫܠܡܐ", "U+072B, U+0720, U+0721, U+0710")]
)
def test_a_character_no_font_has_is_an_error(save: Any, text: str, code: str) -> None:
    with pytest.raises(TemplateBroken) as caught:
        convert(save(letters.word(text)))

    assert str(caught.value).startswith(f"own.docx: no available font has the characters {code};")


@pytest.mark.parametrize(("text", "whole"), [("Plain Latin text", False), ("出生证明", True)])
def test_the_large_font_collection_is_handed_over_only_where_it_is_drawn_with(
    text: str, whole: bool
) -> None:
    docx = letters.word(text)
    plain = [font for font in FONTS if font.stem != "DejaVuSans"]
    fewer = [font for font in plain if font.suffix != ".ttc"]

    assert select_fonts(docx, text, FONTS) == tuple(plain if whole else fewer)
    assert select_fonts(
        letters.word(text, change=lambda one: naming(one, "Noto Sans CJK SC")), text, FONTS
    ) == tuple(plain)
    assert select_fonts(docx, f"{text} \u2612", FONTS) == (
        FONTS if whole else tuple(f for f in FONTS if f.suffix != ".ttc")
    )


def naming(document: Any, face: str) -> None:
    document.paragraphs[0].runs[0].font.name = face


def test_uncovered_names_each_character_once() -> None:
    assert find_uncovered("a\U0001f4deb\U0001f4de\u200b", FONTS) == ("\U0001f4de",)


def broken_engine(drop: str, engine: str = "broken 1.0") -> Any:
    """An engine that draws the document without a word, and without links."""

    def draw(_docx: Path, where: str, fonts: Any, scratch: Path | None = None) -> ConvertedDocument:
        folder = (scratch or _docx.parent / "dropped") / engine.replace(" ", "")
        folder.mkdir(parents=True)
        (folder / "less.docx").write_bytes(
            letters.word(*read_printed_text(_docx).replace(drop, "").split("  "))
        )
        return ConvertedDocument(
            pdf=convert_to_pdf(folder / "less.docx", where, "whole", fonts, folder).pdf,
            engine=engine,
        )

    real = engines.convert_embedded
    return lambda docx, *more: draw(docx, *more) if docx.name == "given.docx" else real(docx, *more)


def test_a_lost_word_is_an_error_that_names_no_word(
    save: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "find", lambda _: None)
    monkeypatch.setattr(engines, "convert_embedded", broken_engine("Probanda"))

    with pytest.raises(ToolFailed) as caught:
        convert(save(letters.word("I am Probanda.")), "auto")

    assert str(caught.value).startswith("own.docx: broken 1.0 lost 1 words of the document; ")
    assert "Probanda" not in str(caught.value)


def test_where_a_word_is_lost_libreoffice_helps_out(
    save: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "find", lambda _: Path("soffice"))
    monkeypatch.setattr(engines, "convert_embedded", broken_engine("Probanda"))
    monkeypatch.setattr(engines, "convert_with_libreoffice", broken_engine("nothing", "whole 1.0"))

    assert convert(save(letters.word("I am Probanda.")), "auto").engine == "whole 1.0"


def test_a_lost_link_is_an_error(save: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "find", lambda _: None)
    monkeypatch.setattr(engines, "convert_embedded", broken_engine("nothing"))
    docx = save(
        letters.word(
            "Text", change=lambda d: link(d, 0, " here", "https://assembler.invalid/tab/letter")
        )
    )

    with pytest.raises(ToolFailed, match="broken 1.0 lost 1 links of the document"):
        convert(docx, "auto")


def test_a_repeated_header_does_not_stand_in_for_a_lost_word(save: Any) -> None:
    breaks = ["one", "two", "three"]
    docx = save(letters.word(*breaks, header="secret"))
    body = save(letters.word(*breaks, "the secret word", header="secret"), "more.docx")

    assert count_lost_words(body, convert(docx).pdf) > 0


def hide(document: Any) -> None:
    """Hidden text, a page number with a stale value, and a header that no page uses."""
    run = document.add_paragraph("Seen ").add_run("unseen")
    run.font.hidden = True
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), " PAGE ")
    inner, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "4711"
    inner.append(text)
    field.append(inner)
    document.sections[0].footer.paragraphs[0]._p.append(field)
    document.sections[0].first_page_header.paragraphs[0].text = "Unused"


def test_what_no_reader_sees_is_not_missed(save: Any) -> None:
    docx = save(letters.word("Body", header="Head", change=hide))

    assert sorted(read_printed_text(docx).split()) == ["Body", "Head", "Seen"]
    assert letters.pages(convert(docx).pdf) == [
        "Head Body Seen 1"
    ]  # the page's true number, not the saved 4711


def test_foreign_fonts_are_replaced_and_told(save: Any) -> None:
    made = convert(save(letters.word("Some text", face="Comic Sans MS")))

    with pikepdf.open(io.BytesIO(made.pdf)) as book:
        faces = {
            str(o.BaseFont)
            for o in book.objects
            if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o
        }
    assert faces
    assert all("IBMPlexSerif" in face for face in faces)
    assert [finding.rule for finding in made.findings] == ["DRAFT.FONT"]


@pytest.mark.parametrize("lines", range(25, 34, 2))
def test_a_heading_stays_with_its_text_and_a_signature_whole(save: Any, lines: int) -> None:
    def ending(document: Any) -> None:
        for text in ("Respectfully,", "", "_" * 30, "Advocata Fictiva"):
            document.add_paragraph(text).paragraph_format.keep_with_next = True
        document.add_paragraph("Attorney")
        for number in range(lines):
            document.add_paragraph(f"Line {number}")
        document.add_heading("A heading", 2)
        document.add_paragraph("Its text")

    pages = letters.pages(convert(save(letters.word(*["Word"] * lines, change=ending))).pdf)

    assert (
        sum(
            "Respectfully, ______________________________ Advocata Fictiva Attorney" in page
            for page in pages
        )
        == 1
    )
    assert sum("A heading Its text" in page for page in pages) == 1


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\3\4"])
def test_no_word_document(save: Any, data: bytes) -> None:
    with pytest.raises(TemplateBroken, match=r"own\.docx: not a Word document; save it as \.docx"):
        convert(save(data))


def test_strict_open_xml_is_refused(save: Any) -> None:
    common, strict = (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    data = letters.with_part(letters.word("x"), "word/document.xml", common, strict)

    with pytest.raises(TemplateBroken, match="not as Strict Open XML"):
        convert(save(data))


@pytest.mark.tools
@pytest.mark.skipif(programs.find("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_keeps_links_fonts_and_bytes(save: Any) -> None:
    docx = save(letters.word("Plain text with", change=rich))

    one = convert(docx, "libreoffice")
    two = convert_to_pdf(docx, "own.docx", "libreoffice", FONTS, docx.parent / "again")

    assert one.pdf == two.pdf
    assert addresses(one.pdf) == ["https://assembler.invalid/exhibit/letter/2"]
    with pikepdf.open(io.BytesIO(one.pdf)) as book:
        x0, y0, x1, y1 = (float(side) for side in book.pages[0].Annots[0].Rect)
        assert "/Info" not in book.trailer
        faces = [
            str(o.BaseFont)
            for o in book.objects
            if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o
        ]
    assert any("IBMPlexSerif" in face for face in faces)
    assert 20 < x1 - x0 < 60
    assert 8 < y1 - y0 < 20
    assert one.engine.startswith("LibreOffice ")


# Strict Open XML, a lock file of Word, a drawing's own font, a metafile, a text box and a linked
# picture: each said by name
REFUSED_BY_EMBEDDED = {
    "docling__Strict.docx",
    "ilao__~$V_motion.docx",
    "docling__drawingml.docx",
    "docling__test_emf_docx.docx",
    "docxtpl__merge_docx_subdoc.docx",
    "unstr__hlink-meta.docx",
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_real_word_files_are_converted_whole_or_refused_with_a_reason(tmp_path: Path) -> None:
    whole, refused = 0, {}
    for docx in sorted(CORPUS.rglob("*.docx")):
        try:
            convert_to_pdf(docx, docx.name, "embedded", FONTS, tmp_path / "scratch")
            whole += 1
        except AssemblerError as error:
            refused[docx.name] = str(error)

    assert whole >= 50
    assert set(refused) <= REFUSED_BY_EMBEDDED, refused
