"""prove.wordfile: the proof's own reading of a Word file names every visible thing, and nothing
else."""

from __future__ import annotations

import io

import pytest

from assembler.proof.word_reader import read_visible_things, read_visible_words
from tests import wordfiles as word


def words(*body: str, **more: object) -> list[str]:
    return list(read_visible_words(io.BytesIO(word.document(*body, **more))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        (word.symbol("Wingdings", 0xF0FE), "\u2612"),
        (word.symbol("Wingdings", 0xF0A8), "\u2610"),
        (word.symbol("Symbol", 0xF061), "α"),
        (word.symbol("Wingdings 2", 0xF052), "\u2612"),
        (word.run("\uf0fe", face="Wingdings"), "\u2612"),
        (word.run("b", face="Symbol"), "β"),
        (word.check_box(checked=True), "\u2612"),
        (word.check_box(checked=False), "\u2610"),
        (word.check_box(checked=None, default=True), "\u2612"),
        (word.drop_down(("DENIED", "GRANTED"), 1), "GRANTED"),
        (word.drop_down(("DENIED", "GRANTED"), None), "DENIED"),
        (word.content_check_box("\u2612"), "\u2612"),
        (word.field("FORMTEXT", word.run("typed")), "typed"),
        (word.field("MERGEFIELD x", word.run("merged")), "merged"),
        (word.field("PAGE", word.run("77")), ""),
        (
            word.field(
                word.SPLIT.join(("IF ", word.field("MERGEFIELD q", word.run("inner")), " = 1")),
                word.run("outer"),
            ),
            "outer",
        ),
        (word.raw_run("<w:t>555</w:t><w:noBreakHyphen/><w:t>0131</w:t>"), "555-0131"),
        (word.run("hidden", more="<w:vanish/>"), ""),
        (word.run("shown", more='<w:vanish w:val="0"/>'), "shown"),
        (word.word_art("SOLD"), "SOLD"),
        (word.equation(), "x 1 23"),
        ('<w:del w:id="1"><w:r><w:delText>gone</w:delText></w:r></w:del>', ""),
    ],
)
def test_what_a_run_shows(run: str, shown: str) -> None:
    assert words(word.paragraph(word.run("A "), run, word.run(" Z"))) == ["A", *shown.split(), "Z"]


def test_pictures_are_counted_where_they_are_placed() -> None:
    body = (
        word.paragraph(word.picture("rIdP")),
        word.paragraph(word.picture("rIdP")),
        word.paragraph(word.vml_picture("rIdP")),
    )

    things = read_visible_things(
        io.BytesIO(word.document(*body, pictures={"rIdP": ("x.png", word.png())}))
    )
    outlined = read_visible_things(
        io.BytesIO(word.document(body[0], pictures={"rIdP": ("x.emf", b"EMF")}))
    )

    assert (things.pictures, things.outlines) == (3, 0)
    assert (outlined.pictures, outlined.outlines) == (0, 1)


def test_a_table_of_contents_that_runs_over_paragraphs_is_read() -> None:
    begin, end = word.field_marks("TOC \\o")
    assert words(
        f"<w:p>{begin}{word.run('Chapter 1')}</w:p>", f"<w:p>{word.run('Chapter 2')}{end}</w:p>"
    ) == ["Chapter", "1", "Chapter", "2"]


def test_text_boxes_are_read_once_and_merged_cells_as_they_show() -> None:
    assert words(word.paragraph(word.text_box("inside"))) == ["inside"]
    assert words(word.merged_table()) == ["merged", "first", "second"]


def test_a_simple_field_shows_its_result_and_a_page_number_is_no_word_of_the_file() -> None:
    field = '<w:p><w:fldSimple w:instr="{}"><w:r><w:t>{}</w:t></w:r></w:fldSimple></w:p>'
    assert words(field.format("REF x", "shown"), field.format(" PAGE ", "17")) == ["shown"]


def test_the_letters_of_an_equation_are_words() -> None:
    assert words(word.paragraph(word.equation())) == ["x", "1", "23"]


def test_only_notes_that_the_text_refers_to_are_read() -> None:
    notes = "".join(
        f'<w:footnote w:id="{number}">{word.paragraph(word.run(text))}</w:footnote>'
        for number, text in ((2, "used"), (3, "unused"))
    )
    file = word.document(
        word.paragraph(word.run("Text"), word.raw_run('<w:footnoteReference w:id="2"/>')),
        relations={"rIdNotes": ("footnotes", "footnotes.xml", False)},
        parts={"word/footnotes.xml": word.part("footnotes", notes)},
    )
    assert read_visible_words(io.BytesIO(file)) == ("Text", "used")
