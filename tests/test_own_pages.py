"""prove: our own pages look, read and say what the kept drafts and the ledger do; every change
of one is caught."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from pikepdf import Array, Pdf

from assembler import bundle, evidence, intake
from assembler import documents as drafts
from assembler.model import Layout
from assembler.model.manifest import MANIFEST_FILE
from assembler.proof import word_draft_text
from assembler.runtime.resources import Shelf, stamp_font
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.conftest import build
from tests.mutating import (
    PACKET,
    believe,
    details,
    draw_over,
    failed,
    own_content,
    proved,
    read_otherwise,
    replace_letter,
    rewrite,
    set_own_content,
    swap_glyphs,
)
from tests.support.drafting import draft_inputs

LETTER, INDEX, DECLARATION, TABS = 0, 2, 3, (4, 7, 10)  # places of pages in the small case's bundle


def test_a_packet_keeps_the_pdf_of_each_draft_as_an_output(small: Path) -> None:
    data = json.loads((small / PACKET / MANIFEST_FILE).read_text())

    kept = {one["document"]: one for one in data["kept"]["drafts"]}
    outputs = {one["path"] for one in data["outputs"]}
    assert set(kept) == {
        entry["document"] for entry in data["ledger"] if entry["kind"] in ("draft", "tab")
    }
    assert {one["pdf"] for one in kept.values()} | {data["kept"]["words"]} <= outputs
    assert all(one["docx"] in outputs and one["shipped"] for one in kept.values())


def change_a_digit(pdf: Pdf) -> None:
    replace_letter(pdf, INDEX, "9", "6")


def change_a_name(pdf: Pdf) -> None:
    replace_letter(pdf, DECLARATION, "P", "I")


def paint_over(pdf: Pdf) -> None:
    draw_over(pdf, LETTER, b"1 g 72 600 8 8 re f")


def add_a_dot(pdf: Pdf) -> None:
    draw_over(pdf, LETTER, b"0 g 300 400 1 1 re f")


def swap_tab_sheets(pdf: Pdf) -> None:
    first, second = own_content(pdf, TABS[0]), own_content(pdf, TABS[1])
    resources = pdf.pages[TABS[0]].Resources, pdf.pages[TABS[1]].Resources
    set_own_content(pdf, TABS[0], second)
    set_own_content(pdf, TABS[1], first)
    for key in resources[0].keys():  # noqa: SIM118 - not a dict
        assert set(resources[0][key].keys()) - {"/AssemblerStamp"} == set(
            resources[1][key].keys()
        ) - {"/AssemblerStamp"}


def remove_a_line(pdf: Pdf) -> None:
    content = own_content(pdf, LETTER)
    last = max(n for n, one in enumerate(content) if str(one.operator) in ("Tj", "TJ"))
    set_own_content(pdf, LETTER, content[:last] + content[last + 1 :])


def move_a_line(pdf: Pdf) -> None:
    content = own_content(pdf, DECLARATION)
    draw_over(pdf, DECLARATION, b"")
    page = pdf.pages[DECLARATION]
    set_own_content(pdf, DECLARATION, content)
    first, middle, *rest = list(page.Contents)
    middle.write(b"1 0 0 1 0 0.75 cm\n" + middle.read_bytes())
    page.Contents = Array([first, middle, *rest])


def write_hidden_words(pdf: Pdf) -> None:
    draw_over(pdf, LETTER, b"BT 3 Tr /AssemblerStamp 9 Tf 100 300 Td (Exhibit 7) Tj ET")


def exchange_outlines(pdf: Pdf) -> None:
    swap_glyphs(pdf, DECLARATION, "a", "o")


def say_other_letters(pdf: Pdf) -> None:
    read_otherwise(pdf, LETTER, "e", "o")


@pytest.mark.parametrize(
    "change",
    [
        change_a_digit,
        change_a_name,
        paint_over,
        add_a_dot,
        swap_tab_sheets,
        remove_a_line,
        move_a_line,
        write_hidden_words,
        exchange_outlines,
        say_other_letters,
    ],
)
def test_a_changed_page_of_ours_is_caught(copy: Path, change: Callable[[Pdf], None]) -> None:
    rewrite(copy, change)

    proof = proved(copy)

    assert "own-pages" in failed(proof)


def test_swapped_tab_sheets_are_named_by_what_they_say(copy: Path) -> None:
    rewrite(copy, swap_tab_sheets)

    proof = proved(copy)

    assert {"own-pages", "own-links", "tab-sheets"} <= failed(proof)
    assert "the tab sheet on page 5 does not say what exhibit A is and on which pages" in details(
        proof
    )


def test_without_the_case_folder_our_own_pages_are_proved_all_the_same(copy: Path) -> None:
    rewrite(copy, change_a_digit)

    assert {"own-pages", "index"} <= failed(proved(copy, sources=False))


def test_a_page_of_a_draft_that_is_not_in_the_bundle_is_missed(copy: Path) -> None:
    """The ledger leaves out a page of the letter, and so does the bundle."""
    path = copy / PACKET / "proof/drafts/cover-letter.pdf"
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages.append(pdf.pages[0])
        pdf.save(path)
    believe(copy)

    proof = proved(copy)

    assert failed(proof) == {"own-pages", "word-files"}
    assert "its draft has different pages than the bundle" in details(proof)


# --- what our own pages say, where draft and bundle agree with each other ---


def printed_from(case: Path, lie: Callable[[Layout], Layout], profile_linked: bool = True) -> None:
    """Bind the case again with drafts that are drawn from another layout than the bundle's; the
    kept drafts lie as well."""
    data = intake.read_case(case, Shelf.default())
    with Workshop(case / ".assembler", jobs=2) as shop:
        prepared = evidence.prepare(data, case, shop)
        inputs = draft_inputs(data, case, shop)
        _, layout = drafts.settle_drafts(inputs, prepared, {})
        lying = drafts.fill_drafts(inputs, lie(layout))
        documents = {one.id: one.pdf for one in lying} | {
            f"exhibit:{one.exhibit}": one.pdf for one in prepared
        }
        packet = case / PACKET
        bundle.bind(
            layout,
            documents,
            packet / "bundle.pdf",
            bundle.BundleStyle(font=stamp_font(), linked=profile_linked),
        )
        for one in lying:
            name = one.id.removeprefix("draft:")
            shutil.copyfile(one.pdf, packet / f"proof/drafts/{name}.pdf")
            shutil.copyfile(one.docx, packet / f"drafts/{name}.docx")
    if not profile_linked:
        manifest = json.loads((packet / MANIFEST_FILE).read_text())
        (packet / MANIFEST_FILE).write_text(json.dumps({**manifest, "linked": False}))
    believe(case)


def other_row(layout: Layout, number: int = 0, **change: object) -> Layout:
    rows = [
        replace(row, **change) if place == number else row for place, row in enumerate(layout.index)
    ]
    return replace(layout, index=tuple(rows))


def honest(layout: Layout) -> Layout:
    return layout


def a_page_more(layout: Layout) -> Layout:
    first, last = layout.index[0].printed
    return other_row(layout, printed=(first, str(int(last) + 1)))


def other_title(layout: Layout) -> Layout:
    return other_row(layout, title="Letter of the nurse")


def other_date(layout: Layout) -> Layout:
    return other_row(layout, date="October 7, 2026")


def other_language(layout: Layout) -> Layout:
    return other_row(layout, language="uk")


def rows_swapped(layout: Layout) -> Layout:
    first, second, *rest = layout.index
    return replace(layout, index=(second, first, *rest))


def a_row_less(layout: Layout) -> Layout:
    return replace(layout, index=layout.index[:-1]) if len(layout.index) > 2 else layout


def citations_off(layout: Layout) -> Layout:
    """Every address of the second exhibit is one page further on."""
    moved = tuple(
        (name, place + 1 if name.startswith("exhibit/scan/") else place)
        for name, place in layout.addresses
    )
    return replace(layout, addresses=moved)


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize(
    ("lie", "caught"),
    [
        (honest, set()),
        (a_page_more, {"index", "own-links", "tab-sheets", "enclosures"}),
        (other_title, {"index", "own-links", "tab-sheets", "enclosures"}),
        (other_date, {"index"}),
        (other_language, {"index"}),
        (rows_swapped, {"index", "tab-sheets", "enclosures"}),
        (citations_off, {"own-links"}),
    ],
)
def test_what_our_pages_say_is_held_against_the_ledger(
    copy: Path, lie: Callable[[Layout], Layout], caught: set[str], linked: bool
) -> None:
    printed_from(copy, lie, linked)

    found = failed(proved(copy)) & {
        "index",
        "own-links",
        "tab-sheets",
        "enclosures",
        "own-pages",
        "word-files",
    }

    assert found >= caught
    assert not found - {"index", "own-links", "tab-sheets", "enclosures"}
    assert bool(found) == bool(caught)


def test_a_citation_typed_by_hand_is_named_and_blocks_nothing(tmp_path: Path) -> None:
    """It may be of another filing; the proof cannot know."""
    typed = "See Ex. A at 300 of our last filing, and Ex. B at 9."
    case = factories.small_case(
        tmp_path / "case", {"request": {**factories.CASE["request"], "basis": [typed]}}
    )
    build(case)

    proof = proved(case)

    assert proof.ok
    assert [line for line in proof.not_checked if "typed by hand" in line] == [
        "whether a citation that was typed by hand is true, since no page of that exhibit has its "
        "number: page 1"
    ]


TITLES = (
    "Title with “quotes” & <angles> — dash; 50% (2nd)",
    "Свідоцтво про народження",
    "A long title, self-employment " * 5,
    "Exhibit A: the A of 14",
    "Page 7",
    "9",
    "İstanbul'daki ﬁle ﬀ ligature … ½ ² № €",
    "e\u0301tude decomposed",
    "soft\u00adhyphen and zero\u200bwidth",
    "رسالة من علي 12 (وثيقة)",
    "ΑΒΓ 中文標題",
    "https://example.org/" + "without-any-space/" * 8,
    "Trailing dash -",
    "A",
    "Records 2020-2024, p. 3–5",
    "naïve Übergröße ß ẞ",
)


def test_titles_and_texts_of_any_kind_pass(tmp_path: Path) -> None:
    """Whatever signs they have, and wherever a line breaks them: a true page is never taken for
    a false one."""
    case = factories.small_case(tmp_path / "case")
    exhibits = [*factories.CASE["exhibits"]]
    for number, title in enumerate(TITLES):
        file = f"evidence/more{number}.pdf"
        (case / file).write_bytes(
            factories.text_pdf(
                [[f"Paper {number}, page {page}."] for page in range(1 + number % 3)]
            )
        )
        exhibits.append(
            {
                "id": f"more{number}",
                "title": title,
                "category": "medical" if number % 2 else "news",
                "files": [file],
                **({"date": f"2026-03-1{number % 9}"} if number % 3 else {}),
            }
        )
    exhibits[-1] |= {
        "language": "uk",
        "translation": {"files": ["evidence/more2.pdf"], "certificate": ["evidence/more3.pdf"]},
    }
    cited = "We cite [@more0; @more1, p. 1; @more2, p. 1-3], see [@more3] also (see [@more4])"
    basis = [f"{cited}; {title} [@more5]." for title in TITLES]
    declaration = {**factories.CASE["declarations"][0], "paragraphs": list(TITLES)}
    factories.write_case(
        case,
        {
            **factories.CASE,
            "exhibits": exhibits,
            "declarations": [declaration],
            "request": {**factories.CASE["request"], "basis": basis},
        },
    )

    (built,) = build(case)

    assert built.proof.ok


# --- templates of a firm's own, edited drafts, older packets ---


def own_template(case: Path, name: str, change: Callable[[object], None]) -> None:
    """A template of the case's own: a changed copy of ours."""
    document = Document(Path("templates/parole") / name)
    change(document)
    (case / "templates").mkdir(exist_ok=True)
    document.save(case / "templates" / name)


def reworded(document: object) -> None:
    """Other words and more of them, numbered paragraphs, a header, another order of the columns."""
    document.sections[0].header.paragraphs[0].text = "Sample & Partners — page 3 of 7"
    for text in (
        "Ex. A at 999 of an earlier filing is not enclosed.",
        "Exhibit A: see there",
        "12/31/2025",
    ):
        document.add_paragraph(text, style="List Number")
    for table in document.tables:
        for row in table.rows:
            cells = list(row._tr.tc_lst)
            if len(cells) == 5 and "pages_link" in row.cells[3].text:
                row._tr.remove(cells[2])
                row._tr.append(cells[2])


@pytest.mark.parametrize(
    "names", [["cover-letter.docx", "index.docx", "declaration.docx"], ["tab-sheets.docx"]]
)
def test_a_firms_own_templates_pass(tmp_path: Path, names: list[str]) -> None:
    case = factories.small_case(tmp_path / "case")
    for name in names:
        own_template(case, name, reworded if name != "tab-sheets.docx" else lambda document: None)

    (built,) = build(case)

    assert built.proof.ok
    kept = json.loads((case / PACKET / MANIFEST_FILE).read_text())["kept"]["drafts"]
    assert {one["document"] for one in kept if not one["shipped"]} >= {
        f"draft:{name.removesuffix('.docx')}" for name in names if name != "declaration.docx"
    }


def test_a_draft_that_a_person_edited_is_named_and_the_bundle_is_proved(copy: Path) -> None:
    letter = copy / PACKET / "drafts/cover-letter.docx"
    document = Document(letter)
    document.paragraphs[0].text = "Another firm"
    document.save(letter)

    proof = proved(copy)

    assert proof.ok
    assert [line for line in proof.not_checked if "drafts/cover-letter.docx" in line] == [
        "whether drafts/cover-letter.docx still matches the bundle: someone has edited it since"
    ]


def test_a_word_file_that_says_other_than_its_pdf_is_caught(copy: Path) -> None:
    """As after a defect of the engine: the Word file is as written, and its PDF lacks a word."""
    letter = copy / PACKET / "drafts/declaration-aunt.docx"
    with zipfile.ZipFile(letter) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/document.xml"] = parts["word/document.xml"].replace(
        b"I am the aunt.", b"I am not the aunt."
    )
    with zipfile.ZipFile(letter, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    believe(copy)

    proof = proved(copy)

    assert failed(proof) == {"word-files"}
    assert details(proof) == "drafts/declaration-aunt.docx has different words than its PDF"


def test_a_packet_of_an_older_version_is_proved_and_says_what_was_not_compared(copy: Path) -> None:
    packet = copy / PACKET
    data = json.loads((packet / MANIFEST_FILE).read_text())
    shutil.rmtree(packet / "proof")
    data = {key: value for key, value in data.items() if key != "kept"} | {"format": 1}
    data["outputs"] = [one for one in data["outputs"] if not one["path"].startswith("proof/")]
    (packet / MANIFEST_FILE).write_text(json.dumps(data))

    proof = proved(copy)

    assert proof.ok
    assert any("built by a version that did not keep them" in line for line in proof.not_checked)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: {key: value for key, value in data.items() if key != "kept"},
        lambda data: {**data, "kept": {**data["kept"], "words": "../../case.json"}},
        lambda data: {**data, "kept": {**data["kept"], "words": "/etc/hostname"}},
        lambda data: {**data, "kept": {**data["kept"], "drafts": data["kept"]["drafts"][1:]}},
        lambda data: {**data, "kept": {**data["kept"], "drafts": 5}},
    ],
)
def test_a_packet_that_does_not_keep_what_it_should_fails(
    copy: Path, change: Callable[[dict], dict]
) -> None:
    path = copy / PACKET / MANIFEST_FILE
    path.write_text(json.dumps(change(json.loads(path.read_text()))))

    assert failed(proved(copy)) & {"files", "kept", "own-pages"}


@pytest.mark.parametrize(
    ("body", "printed", "lost"),
    [
        ("<w:r><w:t>One hundred</w:t></w:r>", "One hundred", 0),
        ("<w:r><w:t>One hundred</w:t></w:r>", "One hun dred", 0),
        ("<w:r><w:t>One hundred</w:t></w:r>", "One thousand", 1),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>", "", 0),
        ("<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>", "", 0),
        ("<w:ins><w:r><w:t>inserted</w:t></w:r></w:ins>", "", 1),
        ('<w:fldSimple w:instr="DATE"><w:r><w:t>Monday</w:t></w:r></w:fldSimple>', "", 0),
        ("<w:hyperlink><w:r><w:t>linked</w:t></w:r></w:hyperlink>", "", 1),
        (
            "<w:r><w:fldChar "
            'w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>seven</w:t></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>after</w:t></w:r>',
            "",
            1,
        ),
    ],
)
def test_words_that_must_be_printed_are_told_from_those_that_need_not(
    tmp_path: Path, body: str, printed: str, lost: int
) -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    xml = f"<w:document {space}><w:body><w:p>{body}</w:p></w:body></w:document>"
    with zipfile.ZipFile(tmp_path / "draft.docx", "w") as archive:
        archive.writestr("word/document.xml", xml)

    word = word_draft_text.read_word_text(tmp_path / "draft.docx")

    assert word_draft_text.count_lost_words(word.sure, printed) == lost
