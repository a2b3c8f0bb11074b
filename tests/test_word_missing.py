"""prove.wordmissing: whatever a Word file shows and no page does is counted, and nothing else
is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from assembler.proof.word_losses import Missing, PageInventory, find_missing, read_pages
from assembler.proof.word_reader import read_visible_things
from tests import factories
from tests import wordfiles as word


def missing(body: str, *pages: str, pictures: int = 0, lines: int = 0) -> Missing:
    data = word.document(
        body,
        pictures={
            "rIdP": ("x.png", word.png()),
            "rIdE": ("x.emf", b"EMF"),
            "rIdB": ("b.png", b"broken"),
        },
    )
    contents = [
        PageInventory(text=text, pictures=pictures * (n == 0), lines=lines * (n == 0))
        for n, text in enumerate(pages)
    ]
    return find_missing(read_visible_things(io.BytesIO(data)), contents)


def text(*paragraphs: str) -> str:
    return "".join(word.paragraph(word.run(one)) for one in paragraphs)


@pytest.mark.parametrize(
    ("body", "pages"),
    [
        (text("She was not arrested."), ("She was not\r\narrested.",)),
        (text("One two three four"), ("One two\r\n2", "Head\r\nthree four")),  # a page break within
        (
            text("Witnesseth:", "{{ witness }}"),
            ("Witnesseth:\r\n{{ witness }}",),
        ),  # the shorter first by its letters
        (text("Tel. 555-0131, e\u0301t\u00e9 ﬁne"), ("Tel. 555\x020131, été fine",)),
        (text("“Quoted” it’s"), ('"Quoted" it\'s',)),
        (text("Balance −5"), ("Balance -5",)),
        (text("出生证明及翻译"), ("出生\r\nHead", "证明及翻译")),
        (text("午後5時までに（jimu@x.jp）で提出"), ("午後5時までに（jimu@x.jp）\r\n7", "で提出")),
        (text("שלום (עולם)"), (") םולש (םלוע",)),
        (text("هذا لا يعني الأولاد"), ("هذا ال يعني األوالد",)),  # as LibreOffice writes them
        (word.paragraph(word.check_box(checked=True), word.run(" Yes")), ("☑ Yes",)),
        (word.paragraph(word.symbol("Wingdings", 0xF0A8), word.run(" No")), ("□ No",)),
        (
            word.paragraph(word.symbol("Wingdings", 0xF04A)),
            ("☺",),
        ),  # of which only the number is known
        (word.paragraph(word.equation()), ("𝑥 = 1 / 23",)),
    ],
)
def test_nothing_is_missing_however_a_program_sets_it(body: str, pages: tuple[str, ...]) -> None:
    assert missing(body, *pages).describe() == ""


@pytest.mark.parametrize(
    ("body", "pages", "said"),
    [
        (
            text("She was not arrested."),
            ("She was arrested.",),
            "1 word of it is on none of its pages",
        ),
        (text("a b", "a c"), ("a b c",), "1 word of it is on none of its pages"),
        (text("الولائية"), ("الولايئة",), "1 word of it is on none of its pages"),
        (text("日付2026年"), ("日付2025\r\n1", "年"), "1 word of it is on none of its pages"),
        (text("Balance −5"), ("Balance 5",), "1 sign of it is on none of its pages"),
        (text("12.50"), ("1250",), "1 sign of it is on none of its pages"),
        (
            word.paragraph(word.check_box(checked=True), word.check_box(checked=False)),
            ("☐ ☐",),
            "1 box of it is on none of its pages",
        ),
        (
            word.paragraph(word.check_box(checked=False), word.run("x")),
            ("☒ x",),
            "1 box of it is on none of its pages",
        ),
        (
            word.paragraph(word.symbol("Wingdings", 0xF04A), word.run(".")),
            (".",),
            "1 sign of it is on none of its pages",
        ),
        (
            word.paragraph(word.drop_down(("DENIED", "GRANTED"), 1)),
            ("DENIED",),
            "1 word of it is on none of its pages",
        ),
        (
            word.paragraph(word.raw_run("<w:t>555</w:t><w:noBreakHyphen/><w:t>1</w:t>")),
            ("5551",),
            "1 sign of it is on none of its pages",
        ),
        (text("Two words."), ("",), "2 words and 1 sign of it are on none of its pages"),
    ],
)
def test_what_is_missing_is_counted(body: str, pages: tuple[str, ...], said: str) -> None:
    assert missing(body, *pages).describe() == said


def test_pictures_count_as_they_are_placed() -> None:
    twice = word.paragraph(word.picture("rIdP"), word.picture("rIdP"))
    drawing = word.paragraph(word.picture("rIdE"))

    assert (
        missing(twice, "", pictures=1).describe()
        == "1 picture or drawing of it is on none of its pages"
    )
    assert missing(twice, "", pictures=2).describe() == ""
    assert missing(drawing, "").describe() == "1 picture or drawing of it is on none of its pages"
    assert (
        missing(drawing, "", lines=3).describe()
        == missing(drawing, "", pictures=1).describe()
        == ""
    )


def test_a_picture_that_word_cannot_show_either_is_not_missed() -> None:
    assert (
        missing(word.paragraph(word.picture("rIdB"), word.picture("rIdNowhere")), "").describe()
        == ""
    )


def test_pages_are_read_from_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(factories.text_pdf([["first"], ["second"]]))
    (tmp_path / "b.pdf").write_bytes(factories.scan_pdf())

    first, scan = read_pages([(tmp_path / "a.pdf", 1), (tmp_path / "b.pdf", 0)])

    assert "second" in first.text
    assert "first" not in first.text
    assert (first.pictures, scan.pictures) == (0, 1)
