"""Excerpts of long documents: chosen pages with the title page, and what is printed of them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from assembler import crosscheck
from assembler.desk import exhibit_edits, exhibit_fields
from assembler.desk.case_store import EditRefused
from assembler.desk.exhibit_edits import PageChoice
from assembler.desk.page_refs import read_pages, write_pages
from assembler.errors import CaseRejected
from assembler.intake import read_case
from assembler.intake.case_builder import parse_page_ranges
from assembler.intake.excerpt_references import find_excerpt_problems
from assembler.layout.excerpts import describe_pages, list_excerpts
from assembler.model import Case, Exhibit, FilePart, Finding, PartKind, PartRole
from assembler.model.manifest import ExhibitFile, ManifestExhibit
from assembler.pipeline.propose_exhibits import confirm_exhibits
from assembler.proof.excerpt_check import write_excerpts
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.resources import Shelf
from tests.mutating import PACKET, details, failed, proved
from tests.support.building import AS_OF, build
from tests.support.cases import case as case_of
from tests.support.excerpts import (
    REPORT,
    build_excerpted,
    case_with,
    change_manifest,
    excerpt,
    read_texts,
)
from tests.support.page_texts import make_page_text
from tests.support.sharing import made_once

SHELF = Shelf.default()
PHRASE = "Excerpt: title page and pages 3, 5–6 of 9"


def parts_of(folder: Path) -> tuple[FilePart, ...]:
    return next(one.parts for one in read_case(folder, SHELF).exhibits if one.id == "report")


# --- which pages ---


@pytest.mark.parametrize(
    ("entries", "pages"),
    [
        ([excerpt()], [((1, 1), (3, 3), (5, 6))]),
        ([excerpt("3,1")], [((3, 3), (1, 1))]),
        ([excerpt("2-")], [((1, 1), (2, None))]),
        ([excerpt(title_page=2)], [((2, 2), (3, 3), (5, 6))]),
        ([excerpt(title_page=0)], [((3, 3), (5, 6))]),
        ([excerpt("3"), excerpt("5-6", turn=90)], [((1, 1), (3, 3)), ((5, 6),)]),
        ([{"path": REPORT, "pages": "3"}], [((3, 3),)]),
        ([{"path": REPORT, "pages": "3", "excerpt": False}], [((3, 3),)]),
    ],
)
def test_the_title_page_comes_first_if_no_entry_lists_it(
    tmp_path: Path, entries: list[Any], pages: list[Any]
) -> None:
    folder = case_with(tmp_path / "case", *entries)

    assert [part.pages for part in parts_of(folder)] == pages


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ({"path": REPORT, "excerpt": True}, "/files/0/excerpt"),
        ({"path": REPORT, "title_page": 2}, "/files/0/title_page"),
        ({"path": REPORT, "pages": "2", "excerpt": False, "title_page": 2}, "/files/0/title_page"),
    ],
)
def test_an_excerpt_that_cannot_be_meant_is_refused(
    tmp_path: Path, entry: dict[str, Any], place: str
) -> None:
    with pytest.raises(CaseRejected) as error:
        read_case(case_with(tmp_path / "case", entry), SHELF)

    assert [(one.rule, one.pointer) for one in error.value.findings] == [
        ("CASE.FORM", f"/exhibits/3{place}")
    ]


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(max_size=3),
            st.dictionaries(
                st.sampled_from(["path", "pages", "excerpt", "title_page"]),
                st.one_of(st.none(), st.booleans()),
            ),
        ),
        max_size=3,
    )
)
def test_entries_of_any_shape_are_checked(files: list[Any]) -> None:
    assert {problem.rule for problem in find_excerpt_problems("/x", files)} <= {"CASE.FORM"}


# --- the words ---


def part(pages: str, path: str = REPORT, **more: Any) -> FilePart:
    return FilePart(path=path, pages=parse_page_ranges(pages), excerpt=True, **more)


@pytest.mark.parametrize(
    ("pages", "title_page", "text"),
    [
        ("1,3,41-44", 1, "title page and pages 3, 41–44 of 212"),
        ("1,3", 1, "title page and page 3 of 212"),
        ("1-5", 1, "title page and pages 2–5 of 212"),
        ("1", 1, "page 1 of 212"),
        ("3,41-44", 0, "pages 3, 41–44 of 212"),
        ("3,4,5-6,9", 0, "pages 3–6, 9 of 212"),
        ("3,1", 1, "pages 3, 1 of 212"),
        ("210-", 0, "pages 210–212 of 212"),
        ("2,1,3", 2, "title page and pages 1, 3 of 212"),
    ],
)
def test_the_words_of_an_excerpt(pages: str, title_page: int, text: str) -> None:
    assert describe_pages([part(pages, title_page=title_page)], 212) == text


def exhibit_of(*parts: FilePart) -> Exhibit:
    return Exhibit(id="x", title="X", category="news", parts=parts)


def test_files_are_named_where_several_are_excerpts_or_it_is_not_the_document() -> None:
    other = part("2", "evidence/other.pdf")
    counts = {REPORT: 9, "evidence/other.pdf": 4}

    assert list_excerpts(exhibit_of(part("3"), other), counts) == (
        "Excerpt, report.pdf: page 3 of 9",
        "Excerpt, other.pdf: page 2 of 4",
    )
    assert list_excerpts(exhibit_of(part("3"), FilePart(path="evidence/a.pdf")), counts) == (
        "Excerpt: page 3 of 9",
    )
    assert list_excerpts(exhibit_of(part("3", role=PartRole.TRANSLATION)), counts) == (
        "Excerpt, report.pdf: page 3 of 9",
    )
    # a part of a pile of documents in one scan
    assert list_excerpts(exhibit_of(FilePart(path=REPORT, pages=((3, 3),))), counts) == ()


ranges = st.lists(
    st.tuples(st.integers(1, 40), st.one_of(st.none(), st.integers(0, 5))), min_size=1, max_size=5
).map(lambda pairs: tuple((n, None if more is None else n + more) for n, more in pairs))
file_parts = st.builds(
    FilePart,
    path=st.sampled_from(["evidence/a.pdf", "evidence/b.pdf"]),
    pages=ranges,
    role=st.sampled_from(list(PartRole)),
    excerpt=st.booleans(),
    title_page=st.sampled_from([0, 1, 2]),
)


@given(st.lists(file_parts, min_size=1, max_size=4))
def test_the_proof_words_an_excerpt_as_the_index_does(parts: list[FilePart]) -> None:
    """Two pieces of code that share nothing."""
    counts = {"evidence/a.pdf": 50, "evidence/b.pdf": 60}
    recorded = tuple(
        ExhibitFile(
            path=one.path,
            pages=one.pages,
            role=one.role,
            excerpt=one.excerpt,
            title_page=one.title_page,
            file_pages=counts[one.path] if one.excerpt else 0,
        )
        for one in parts
    )
    marked = {(one.path, one.role) for one in parts if one.excerpt}

    assert write_excerpts(ManifestExhibit(id="x", tab="A", parts=recorded)) == list_excerpts(
        exhibit_of(*parts), counts
    )
    assert len(list_excerpts(exhibit_of(*parts), counts)) == len(marked)


# --- a packet ---


@pytest.fixture
def excerpted(tmp_path: Path) -> Path:
    """A copy of a case with an excerpt, proved and free to change."""
    made = made_once("excerpted", build_excerpted) / "case"
    return Path(shutil.copytree(made, tmp_path / "case"))


def test_index_and_tab_sheet_say_which_pages_of_how_many(excerpted: Path) -> None:
    manifest = read_manifest(excerpted / PACKET)
    row = next(row for row in manifest.index if row.exhibit == "report")
    texts = read_texts(excerpted / PACKET / "bundle.pdf")
    index = next(entry.number for entry in manifest.ledger if entry.part == "index")

    assert failed(proved(excerpted)) == set()
    assert row.excerpts == (PHRASE,)
    assert PHRASE in texts[index - 1]
    assert PHRASE in texts[row.sheet - 1]
    pages = [
        entry.client_source.page
        for entry in manifest.ledger
        if entry.exhibit == "report" and entry.kind is PartKind.EXHIBIT
    ]
    assert pages == [1, 3, 5, 6]
    (file,) = next(one.parts for one in manifest.exhibits if one.id == "report")
    assert (file.excerpt, file.title_page, file.file_pages) == (True, 1, 9)


def test_a_row_that_the_pages_do_not_bear_out_is_caught(excerpted: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["index"][-1]["excerpts"] = [PHRASE.replace("of 9", "of 8")]

    change_manifest(excerpted, change)

    assert "/index/3/excerpts" in details(proved(excerpted))


def test_a_total_that_the_file_does_not_have_is_caught(excerpted: Path) -> None:
    """The manifest agrees with itself: only counting, and reading the page, can tell."""

    def change(data: dict[str, Any]) -> None:
        data["exhibits"][-1]["parts"][0]["file_pages"] = 8
        data["index"][-1]["excerpts"] = [PHRASE.replace("of 9", "of 8")]

    change_manifest(excerpted, change)

    assert failed(proved(excerpted)) >= {"excerpts", "index", "tab-sheets"}
    assert failed(proved(excerpted, sources=False)) >= {"index", "tab-sheets"}


def test_a_firms_older_template_that_does_not_print_it_still_works(excerpted: Path) -> None:
    template = Document(SHELF.root / "templates/parole/tab-sheets.docx")
    for paragraph in [*template.paragraphs]:
        if paragraph.text in ("{%p for text in row.excerpts %}", "{{ text }}"):
            following = paragraph._p.getnext()
            paragraph._p.getparent().remove(paragraph._p)
    following.getparent().remove(following)  # the end of the loop
    (excerpted / "templates").mkdir()
    template.save(excerpted / "templates/tab-sheets.docx")

    (packet,) = build(excerpted)

    assert packet.proof.ok
    row = next(row for row in read_manifest(excerpted / PACKET).index if row.exhibit == "report")
    texts = read_texts(excerpted / PACKET / "bundle.pdf")
    assert "Excerpt" not in texts[row.sheet - 1]
    assert any(PHRASE in text for text in texts)


# --- a long report in full ---


WHOLE = FilePart(path=REPORT)


@pytest.mark.parametrize(
    ("pages", "file", "category", "expected"),
    [
        (61, WHOLE, "country-conditions", {"PAGES.LONG"}),
        (60, WHOLE, "country-conditions", set()),
        (61, WHOLE, "news", set()),
        (61, part("1-61"), "country-conditions", set()),
        (61, FilePart(path=REPORT, pages=((1, 61),)), "country-conditions", set()),
    ],
)
def test_a_long_report_filed_in_full_gets_advice(
    pages: int, file: FilePart, category: str, expected: set[str]
) -> None:
    filed = replace(exhibit_of(file), category=category)
    texts = {"x": [make_page_text("Report", REPORT, n) for n in range(1, pages + 1)]}

    findings = crosscheck_of(case_of(filed), texts)

    assert {one.rule for one in findings} & {"PAGES.LONG"} == expected
    assert all(one.exhibit == "x" for one in findings if one.rule == "PAGES.LONG")


def test_gaps_in_the_numbers_of_an_excerpt_are_meant() -> None:
    texts = {"x": [make_page_text(f"page {n} of 9", REPORT, n) for n in (1, 3)]}

    for file, expected in ((part("1,3"), set()), (WHOLE, {"PAGES.MISSING"})):
        findings = crosscheck_of(case_of(exhibit_of(file)), texts)
        assert {one.rule for one in findings} & {"PAGES.MISSING"} == expected


def crosscheck_of(case: Case, texts: dict[str, Any]) -> tuple[Finding, ...]:
    return crosscheck.check(case, texts, AS_OF, SHELF.schema("crosscheck.json"), {}).findings


# --- the desk, confirm ---

COUNTS = {REPORT: 9, "evidence/other.pdf": 2}


def on_desk(*entries: Any) -> dict[str, Any]:
    exhibit = {"id": "report", "title": "R", "category": "news", "files": list(entries)}
    text = "See [@report, p. 2]."
    return {"request": {"basis": [text]}, "exhibits": [exhibit]}


def files_of(case: dict[str, Any]) -> list[Any]:
    files: list[Any] = case["exhibits"][0]["files"]
    return files


def test_the_desk_shows_the_title_page_and_keeps_the_entry() -> None:
    case = on_desk(excerpt(), "evidence/other.pdf")
    (exhibit,) = case["exhibits"]

    assert [page.page for page in read_pages(exhibit, COUNTS)] == [1, 3, 5, 6, 1, 2]
    assert write_pages(exhibit, read_pages(exhibit, COUNTS), COUNTS) == exhibit
    chosen = PageChoice(exhibit=0, index=4, path="evidence/other.pdf", page=1)
    turned = exhibit_edits.turn_pages(case, [chosen], 90, COUNTS)
    assert files_of(turned)[0] == excerpt()


def test_a_title_page_that_is_taken_out_stays_out() -> None:
    chosen = [PageChoice(exhibit=0, index=0, path=REPORT, page=1)]

    case = exhibit_edits.take_pages_out(on_desk(excerpt()), chosen, COUNTS)

    assert files_of(case) == [excerpt(title_page=0)]
    assert case["request"]["basis"] == ["See [@report, p. 1]."]


def test_an_excerpt_is_marked_and_unmarked_on_the_desk() -> None:
    plain = on_desk({"path": REPORT, "pages": "3,5-6"})

    marked = exhibit_fields.mark_excerpt(plain, 0, 0, is_excerpt=True, counts=COUNTS)

    assert files_of(marked) == [excerpt()]
    # the title page comes before the page that the text cites
    assert marked["request"]["basis"] == ["See [@report, p. 3]."]
    assert exhibit_fields.mark_excerpt(marked, 0, 0, is_excerpt=False, counts=COUNTS) == plain
    assert files_of(exhibit_fields.set_pages(marked, 0, 0, "", "3,5-6", COUNTS)) == [REPORT]
    with pytest.raises(EditRefused, match="some of the pages"):
        exhibit_fields.mark_excerpt(on_desk(REPORT), 0, 0, is_excerpt=True, counts=COUNTS)


def test_confirm_keeps_an_excerpt(tmp_path: Path) -> None:
    folder = case_with(tmp_path / "case", excerpt(title_page=2), unconfirmed=["files"])

    assert confirm_exhibits(folder, ["report"]) == ("report",)

    raw = json.loads((folder / "case.json").read_text())
    assert raw["exhibits"][3]["files"] == [excerpt(title_page=2)]
    assert "unconfirmed" not in raw["exhibits"][3]
