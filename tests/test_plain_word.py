"""convert: what Word shows by means of its own is printed by the engine that every machine has,
and nothing is lost unseen."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from lxml import etree
from mammoth.docx.dingbats import dingbats
from PIL import Image

from assembler.documents.word_to_pdf import ConvertedDocument, convert_to_pdf, symbol_fonts
from assembler.documents.word_to_pdf.coverage import read_code_points
from assembler.documents.word_to_pdf.plain_copy import write_plain
from assembler.documents.word_to_pdf.word_lists import format_number
from assembler.documents.word_to_pdf.word_text import read_printed_text
from assembler.errors import TemplateBroken, ToolFailed
from assembler.runtime.resources import list_font_files
from tests import letters
from tests import wordfiles as word

FONTS = list_font_files()
COVERED = read_code_points(FONTS)
PICTURE = {"rIdP": ("x.png", word.png())}


def printed(data: bytes, folder: Path) -> ConvertedDocument:
    (folder / "given.docx").write_bytes(data)
    return convert_to_pdf(
        folder / "given.docx", "given.docx", "embedded", FONTS, folder / "scratch", evidence=True
    )


def shown(data: bytes, folder: Path) -> str:
    return " ".join(letters.pages(printed(data, folder).pdf))


def plain(data: bytes) -> str:
    return read_printed_text(io.BytesIO(write_plain(data, COVERED, "written").data))


def test_the_symbol_fonts_are_those_of_the_tables() -> None:
    assert {face.lower() for face, _ in dingbats} == symbol_fonts.FACES


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (word.symbol("Wingdings", 0xF0FE), "☑"),
        (word.symbol("Wingdings", 0xF0A8), "☐"),
        (word.symbol("Wingdings", 0x6F), "☐"),
        (word.symbol("Wingdings", 0xF0FC), "✓"),
        (word.symbol("Wingdings 2", 0xF051), "☒"),
        (word.symbol("Symbol", 0xF061), "α"),
        (word.symbol("Symbol", 0xF02D), "−"),
        (word.symbol("Wingdings", 0xF0E0), "→"),
        (word.symbol("Wingdings 3", 0x26), "↗"),
        (word.run("\uf0fe\uf0a8", face="Wingdings"), "☑☐"),
        (word.run("ab", face="Symbol"), "αβ"),
        (word.check_box(checked=True), "☒"),
        (word.check_box(checked=False), "☐"),
        (word.check_box(None, default=True), "☒"),
        (word.check_box(checked=False, default=True), "☐"),
        (word.drop_down(("DENIED", "GRANTED"), 1), "GRANTED"),
        (word.drop_down(("DENIED", "GRANTED"), None), "DENIED"),
        (word.content_check_box("☒"), "☒"),
        (word.content_control("<w:date/>", word.run("May 6")), "May 6"),
        (word.content_control("<w:showingPlcHdr/>", word.run("Click here")), "Click here"),
        (word.field("FORMTEXT", word.run("typed")), "typed"),
        (word.field("MERGEFIELD x", word.run("merged")), "merged"),
        (word.field("DATE", word.run("3 May 2020")), "3 May 2020"),
        (word.field("SEQ Figure", word.run("9")), "9"),
        (
            word.field(
                word.SPLIT.join(("IF ", word.field("MERGEFIELD q", word.run("inner")), " = 1")),
                word.run("outer"),
            ),
            "outer",
        ),
        (word.raw_run("<w:t>555</w:t><w:noBreakHyphen/><w:t>0131</w:t>"), "555-0131"),
        (word.run("a\u2011b"), "a-b"),
        (word.raw_run("<w:t>a</w:t><w:softHyphen/><w:t>b</w:t>"), "ab"),
        (word.raw_run("<w:t>a </w:t><w:ptab/><w:t>b</w:t><w:cr/><w:t>c</w:t>"), "a b c"),
        (word.run("☐ ☒ ☑ ✓ ✗ • ■ → − ½ −5"), "☐ ☒ ☑ ✓ ✗ • ■ → − ½ −5"),
        (word.word_art("SOLD"), "SOLD"),
        (word.run("hidden", more="<w:vanish/>"), ""),
        ('<w:ins w:id="1">' + word.run("new") + "</w:ins>", "new"),
        ('<w:del w:id="1"><w:r><w:delText>gone</w:delText></w:r></w:del>', ""),
        ('<w:moveFrom w:id="1">' + word.run("gone") + "</w:moveFrom>", ""),
    ],
)
def test_it_is_printed_as_word_shows_it(run: str, text: str, tmp_path: Path) -> None:
    data = word.document(word.paragraph(word.run("From "), run, word.run(" to")))

    assert shown(data, tmp_path) == " ".join(f"From {text} to".split())


def test_the_source_stays_and_a_plain_file_is_not_touched() -> None:
    data = word.document(
        word.paragraph(word.run("Dear Officer"), word.field("PAGE", word.run("1")))
    )

    assert write_plain(data, COVERED, "written").data is data
    assert write_plain(data, COVERED, "written").changed is False


def test_hidden_by_a_style_is_hidden(tmp_path: Path) -> None:
    styles = word.part(
        "styles",
        '<w:style w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="D"><w:basedOn w:val="H"/></w:style>',
    )
    body = (
        word.paragraph(word.run("unseen"), properties='<w:pStyle w:val="D"/>'),
        word.paragraph(word.run("seen")),
    )

    assert plain(word.document(*body, parts={"word/styles.xml": styles})).split() == ["seen"]


def test_what_a_merged_cell_covers_is_not_missed(tmp_path: Path) -> None:
    assert shown(word.document(word.merged_table()), tmp_path) == "merged first second"


LEVELS = (("decimal", "%1.", 1), ("lowerLetter", "(%2)", 1), ("upperRoman", "%1.%2.%3", 1))


def list_text(*items: str, levels: tuple[tuple[str, str, int], ...] = LEVELS) -> list[str]:
    relations = {"rIdN": ("numbering", "numbering.xml", False)}
    return plain(
        word.document(
            *items, relations=relations, parts={"word/numbering.xml": word.numbering(*levels)}
        )
    ).split()


def test_lists_count_on_over_other_text_and_begin_anew_below_each_item() -> None:
    items = (
        word.item("a"),
        word.item("b", 1),
        word.item("c", 1),
        word.item("d", 2),
        word.paragraph(word.run("text")),
        word.item("e", 1),
        word.item("f"),
        word.item("g", 1),
    )

    assert list_text(*items) == [
        "1.",
        "a",
        "(a)",
        "b",
        "(b)",
        "c",
        "1.b.I",
        "d",
        "text",
        "(c)",
        "e",
        "2.",
        "f",
        "(a)",
        "g",
    ]


def test_a_second_list_of_the_same_kind_starts_where_it_says() -> None:
    items = (word.item("a"), word.item("b", number=2), word.item("c", number=2), word.item("d"))

    assert list_text(*items) == ["1.", "a", "7.", "b", "8.", "c", "9.", "d"]


@pytest.mark.parametrize(
    ("kind", "text", "first", "second"),
    [
        ("upperRoman", "Article %1:", "Article I:", "Article II:"),
        ("decimalZero", "%1)", "01)", "02)"),
        ("ordinal", "%1", "1st", "2nd"),
        ("none", "§", "§", "§"),
        ("bullet", "–", "–", "–"),
        ("ordinalText", "%1", "First", "Second"),
        ("decimal", "Q%1.", "Q1.", "Q2."),
    ],
)
def test_lists_of_any_kind_beside_each_other_keep_their_own_numbers(
    kind: str, text: str, first: str, second: str, tmp_path: Path
) -> None:
    relations = {"rIdN": ("numbering", "numbering.xml", False)}
    numbering = word.numbering((kind, text, 1))
    data = word.document(
        word.item("a"), word.item("b"), relations=relations, parts={"word/numbering.xml": numbering}
    )

    assert shown(data, tmp_path) == f"{first} a {second} b"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (4, "lowerRoman", "iv"),
        (1994, "upperRoman", "MCMXCIV"),
        (27, "upperLetter", "AA"),
        (28, "lowerLetter", "bb"),
        (12, "ordinal", "12th"),
        (23, "ordinalText", "Twenty-third"),
        (40, "ordinalText", "Fortieth"),
        (5, "chicago", "**"),
        (3, "decimalEnclosedCircle", "③"),
        (7, "hebrew1", None),
    ],
)
def test_numbers_as_word_writes_them(value: int, kind: str, text: str | None) -> None:
    assert format_number(value, kind) == text


def pictures_of(pdf: bytes) -> list[Any]:
    document = pdfium.PdfDocument(pdf)
    try:
        everything = (item for page in document for item in page.get_objects(max_depth=15))
        items = [item for item in everything if item.type == pdfium.raw.FPDF_PAGEOBJ_IMAGE]
        return [item.get_bitmap(render=True).to_pil().convert("RGB") for item in items]
    finally:
        document.close()


def corners() -> bytes:
    """Red left, blue right."""
    image = Image.new("RGB", (60, 40), "red")
    image.paste("blue", (30, 0, 60, 40))
    return word.encoded(image)


_WPG = "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"
GROUP = (
    '<w:r><w:drawing><wp:inline><wp:extent cx="914400" cy="609600"/><wp:docPr id="1" '
    'name="g"/><a:graphic>'
    '<a:graphicData uri="x">'
    f'<wpg:wgp xmlns:wpg="{_WPG}">{{0}}{{0}}</wpg:wgp>'
    "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)


def grouped() -> str:
    alone = etree.fromstring(f"<x {word._DECLARED}>{word.picture('rIdP')}</x>")
    (picture,) = alone.iter("{http://schemas.openxmlformats.org/drawingml/2006/picture}pic")
    return GROUP.format(etree.tostring(picture).decode())


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (word.paragraph(word.run("A "), word.picture("rIdP"), word.picture("rIdP")), 2),
        (word.paragraph(word.vml_picture("rIdP")), 1),
        (word.paragraph(word.vml_picture("rIdP", '<o:OLEObject Type="Embed" r:id="rIdP"/>')), 1),
        (word.paragraph('<w:hyperlink w:anchor="x">' + word.picture("rIdP") + "</w:hyperlink>"), 1),
        (
            word.paragraph(
                word.picture("rIdP"),
                properties='<w:framePr w:w="2000" w:wrap="around" w:x="100" w:y="100"/>',
            ),
            1,
        ),
        (word.paragraph(grouped()), 2),
    ],
)
def test_pictures_are_placed_however_word_places_them(
    body: str, count: int, tmp_path: Path
) -> None:
    assert len(pictures_of(printed(word.document(body, pictures=PICTURE), tmp_path).pdf)) == count


def test_a_turned_picture_is_turned_and_a_cropped_one_cropped(tmp_path: Path) -> None:
    pictures = {"rIdP": ("x.png", corners())}
    turned = word.document(word.paragraph(word.picture("rIdP", turned=90)), pictures=pictures)
    cropped = word.document(
        word.paragraph(word.picture("rIdP", crop='r="50000"')), pictures=pictures
    )

    (upright,) = pictures_of(printed(turned, tmp_path).pdf)
    (left,) = pictures_of(printed(cropped, tmp_path).pdf)

    assert upright.height > upright.width
    assert upright.getpixel((upright.width // 2, 2))[0] > 200  # the left side is on top
    assert upright.getpixel((upright.width // 2, upright.height - 3))[2] > 200
    assert {left.getpixel((x, left.height // 2))[2] for x in (2, left.width - 3)} == {0}


@pytest.mark.parametrize("name", ["x.emf", "x.svg"])
def test_a_picture_the_engine_cannot_draw_is_an_error(name: str, tmp_path: Path) -> None:
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    data = word.document(word.paragraph(word.picture("rIdP")), pictures={"rIdP": (name, drawing)})

    with pytest.raises(ToolFailed, match="lost 1 pictures or drawings of the document"):
        printed(data, tmp_path)


def test_a_sign_without_a_glyph_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(TemplateBroken, match=r"no available font has the characters U\+1F4A3"):
        printed(word.document(word.paragraph(word.symbol("Wingdings", 0xF04D))), tmp_path)


def test_a_paragraph_that_is_said_not_to_run_from_right_to_left_does_not(tmp_path: Path) -> None:
    data = word.document(
        word.paragraph(word.run("Sincerely, {yes}!"), properties='<w:bidi w:val="0"/>')
    )

    assert shown(data, tmp_path) == "Sincerely, {yes}!"


def test_headers_of_first_pages_alone_are_enough_for_a_page(tmp_path: Path) -> None:
    """A letter of one page with a first header of its own does not show the other one."""
    references = (
        '<w:headerReference w:type="default" r:id="rIdD"/><w:headerReference '
        'w:type="first" r:id="rIdF"/><w:titlePg/>'
    )
    relations = {"rIdD": ("header", "header1.xml", False), "rIdF": ("header", "header2.xml", False)}
    parts = {
        f"word/header{n}.xml": word.part("hdr", word.paragraph(word.run(text)))
        for n, text in ((1, "Later"), (2, "First"))
    }

    letter = word.document(
        word.paragraph(word.run("Body")), section=references, relations=relations, parts=parts
    )
    assert shown(letter, tmp_path) == "First Body"


def test_word_art_and_likenesses_are_told(tmp_path: Path) -> None:
    data = word.document(word.paragraph(word.word_art("SOLD"), word.symbol("Wingdings", 0xF0E0)))

    assert printed(data, tmp_path).notes == (
        "1 piece of WordArt printed as plain text",
        "1 sign of a symbol font replaced by the closest match in our fonts",
    )


def test_every_part_of_the_copy_can_be_read() -> None:
    data = word.document(word.paragraph(word.picture("rIdP", turned=30)), pictures=PICTURE)
    with zipfile.ZipFile(io.BytesIO(write_plain(data, COVERED, "written").data)) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))


def test_notes_are_printed_and_unused_ones_are_not(tmp_path: Path) -> None:
    relations = {"rIdN": ("footnotes", "footnotes.xml", False)}
    mark = word.raw_run("<w:footnoteRef/>")
    notes = (
        '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        f"<w:footnote "
        f'w:id="1">{word.paragraph(mark, word.run(" See below."), word.symbol("Wingdings", 0xA8))}'
        f'</w:footnote><w:footnote w:id="2">{word.paragraph(word.run("orphan"))}</w:footnote>'
    )
    body = word.paragraph(
        word.run("Text"), word.raw_run('<w:footnoteReference w:id="1"/>'), word.run(" more")
    )
    data = word.document(
        body, relations=relations, parts={"word/footnotes.xml": word.part("footnotes", notes)}
    )

    made = printed(data, tmp_path)

    assert " ".join(letters.pages(made.pdf)) == "Text1 more 1 See below.☐"
    assert made.notes == ("1 note set at the end of the text",)
