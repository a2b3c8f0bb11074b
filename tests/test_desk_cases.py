"""The desk's list of cases: what it says of each, starting one, importing; in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assembler import intake
from assembler.desk.broken_case import describe_broken
from assembler.desk.case_folders import list_case_folders
from assembler.desk.case_index import CaseIndex, CaseState, make_stamp, read_row, stamp_cases
from assembler.desk.case_store import EditRefused
from assembler.desk.cases_view import read_start
from assembler.errors import CaseRejected
from assembler.rules import load_library
from assembler.runtime.resources import Shelf
from tests import factories
from tests.support.browsers import CHROMIUM, check_accessible
from tests.support.desks import DeskWindow, RunningDesk, open_window, run_desk

TODAY = date(2026, 11, 29)
SHELF = Shelf.default()
BROKEN = '{\n "id": "broken",\n "kind": "parole"\n "reasons": []\n}\n'
browser_only = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")


def read(folder: Path) -> Any:
    return read_row("x", folder, SHELF, load_library(SHELF), TODAY)


def test_a_case_that_was_not_built_says_so(tmp_path: Path) -> None:
    row = read(factories.small_case(tmp_path / "case"))
    assert (row.state, row.label) == (CaseState.NOT_BUILT, "Not built")
    assert row.case_id == "small-case"
    assert row.deadline > "2026-11-29"


def test_a_built_case_is_ready_until_something_changes(copy: Path) -> None:
    row = read(copy)
    assert row.state is CaseState.READY
    assert row.built.startswith("20")
    case = json.loads((copy / "case.json").read_text())
    factories.write_case(copy, {**case, "exhibits": case["exhibits"][::-1]})
    assert read(copy).state is CaseState.CHANGED


def test_a_case_with_mistakes_says_how_many(tmp_path: Path) -> None:
    row = read(factories.small_case(tmp_path / "case", {"kind": "nothing", "reasons": []}))
    assert row.state is CaseState.TO_FIX
    assert row.label.endswith("to fix")


def test_a_broken_case_says_where(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(BROKEN)
    row = read(tmp_path)
    assert row.state is CaseState.BROKEN
    assert "line 3, column 18" in row.missing
    with pytest.raises(CaseRejected) as error:
        intake.read_raw_case(tmp_path)
    view = describe_broken(tmp_path, error.value)
    assert [line.number for line in view.lines if line.is_place] == [3]
    assert view.pointer_line == " " * 17 + "^"
    assert "comma" in view.remedy


@pytest.mark.parametrize(
    "data", [b"", b"PK\3\4", b"\xff\xfe{\0}\0", b"[" * 9_000, b"\0" * 99, b"[]"]
)
def test_any_broken_file_is_described(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "case.json").write_bytes(data)
    with pytest.raises(CaseRejected) as error:
        intake.read_raw_case(tmp_path)
    assert describe_broken(tmp_path, error.value).problem
    assert read(tmp_path).state is CaseState.BROKEN


def test_a_case_is_read_again_only_when_it_changed(tmp_path: Path) -> None:
    folder = factories.small_case(tmp_path / "case")
    before = make_stamp(folder, TODAY)
    assert make_stamp(folder, TODAY) == before
    assert make_stamp(folder, date(2026, 11, 30)) != before
    (folder / "evidence/new.pdf").touch()
    assert make_stamp(folder, TODAY) != before


def test_rows_come_as_they_are_read_and_go_with_their_case(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "case.json").write_text(BROKEN)
    index = CaseIndex(SHELF, 1)
    cases = list_case_folders(tmp_path)
    index.refresh(stamp_cases(cases, TODAY), TODAY)
    assert index.list_rows()[1] == 2
    while index.list_rows()[1]:
        pass
    rows, _, news = index.list_rows()
    assert {row.id for row in rows} == {case.id for case in cases}
    assert index.list_rows(after=news)[0] == ()
    index.refresh(stamp_cases(cases[:1], TODAY), TODAY)
    assert set(index.get_rows()) == {cases[0].id}


def test_answers_become_what_init_would_ask() -> None:
    schema = SHELF.schema("case.schema.json")
    body = {
        "kind": "parole",
        "reasons": ["urgent-medical", "family-illness"],
        "beneficiaries": [{"given": " Ana  Lucía ", "family": "Gómez"}],
        "is_self": False,
        "petitioner": {"given": "Luis", "family": "Gómez"},
        "attorney": None,
        "filing": "online",
    }
    start = read_start(body, schema)
    assert start.beneficiaries[0].full == "Ana Lucía Gómez"
    assert (start.filing, start.attorney, start.is_self) == ("online", None, False)
    with pytest.raises(EditRefused, match="Attorney"):
        read_start({**body, "attorney": {"given": "A"}}, schema)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases")
    factories.small_case(folder / "garcia-ana")
    (folder / "broken").mkdir()
    (folder / "broken/case.json").write_text(BROKEN)
    return folder


@pytest.fixture(scope="module")
def desk(root: Path) -> Iterator[RunningDesk]:
    with run_desk(root, "--as-of", TODAY) as running:
        yield running


@pytest.fixture
def window(browser: Any, desk: RunningDesk) -> Iterator[DeskWindow]:
    with open_window(browser, desk) as opened:
        opened.page.wait_for_selector(".pill:not(.waiting)")
        yield opened
        opened.check_clean()


@browser_only
@pytest.mark.tools
def test_cases_are_found_by_typing_and_by_state(window: DeskWindow) -> None:
    page = window.page
    page.wait_for_selector("tr[data-state='not-built']")
    page.fill("#search", "ana gar")
    assert page.locator("tbody tr:visible").count() == 1
    page.fill("#search", "testina")  # a person
    assert page.locator("tbody tr:visible").count() == 1
    page.fill("#search", "nobody")
    assert page.is_visible("#none-found")
    page.click("#clear-search")
    page.select_option("#filter", "broken")
    assert page.locator("tbody tr:visible a").all_inner_texts() == ["broken"]
    page.select_option("#filter", "")
    page.select_option("#sort", "deadline")
    assert page.locator("tbody tr a").all_inner_texts()[0] == "garcia-ana"
    check_accessible(page)
    page.focus("text=broken")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=line 3, column 18")
    check_accessible(page)


@browser_only
@pytest.mark.tools
def test_a_case_is_started_by_keyboard_alone(window: DeskWindow, root: Path) -> None:
    page = window.page
    page.focus("#open-new")
    page.keyboard.press("Enter")
    page.wait_for_selector("#new-dialog[open]")
    check_accessible(page)
    page.focus("#create")
    page.keyboard.press("Enter")
    assert "Reasons" in page.inner_text("#new-problem:visible")
    window.problems.clear()  # the refusal itself
    page.focus("[name=reason]")
    page.keyboard.press("Space")
    page.focus("#given-1")
    page.keyboard.type("Zoë")
    page.keyboard.press("Tab")
    page.keyboard.type("Núñez Ibarra")
    page.focus("#petitioner-given")
    page.keyboard.type("Max")
    page.keyboard.press("Tab")
    page.keyboard.type("Ibarra")
    assert page.input_value("#folder") == "nunez-ibarra-zoe"
    page.keyboard.press("Enter")
    page.wait_for_url("**/evidence")
    window.problems.clear()  # the page that it leads to is tested elsewhere
    case = json.loads((root / "nunez-ibarra-zoe/case.json").read_text())
    assert case["beneficiaries"][0]["name"] == {"given": "Zoë", "family": "Núñez Ibarra"}


@browser_only
@pytest.mark.tools
def test_a_sheet_becomes_cases_only_after_they_were_shown(
    window: DeskWindow, root: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "clients.csv"
    sheet.write_text(
        "Case id,Beneficiary given name,Beneficiary family name,Favorite color\n"
        "imp-1,Ana,Gil,blue\nimp-2,Leo,Gil,<b>red</b>\n"
    )
    page = window.page
    page.click("#open-import")
    page.set_input_files("#sheet", sheet)
    page.wait_for_selector("#import-result .note.error")
    assert "why parole is asked for" in page.inner_text("#import-result")
    window.problems.clear()  # the refusal itself
    page.check("[name=import-reason][value=family-illness]")
    page.wait_for_selector("text=2 cases would be made")
    assert "Leo Gil" in page.inner_text("#import-result .names")
    assert not (root / "imp-1").exists()
    check_accessible(page)
    page.click("#import-go")
    page.wait_for_selector("text=2 cases made")
    assert json.loads((root / "imp-2/case.json").read_text())["reasons"] == ["family-illness"]
    assert not [path.name for path in root.iterdir() if path.name.startswith(".")]


@browser_only
@pytest.mark.tools
def test_two_values_of_a_fact_are_shown_and_the_chosen_one_is_written(
    window: DeskWindow, desk: RunningDesk, root: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "facts.csv"
    sheet.write_text(
        "Beneficiary given name,Beneficiary birth date,Petitioner phone\n"
        "Testina,2001-02-03,617-555-0100\n"
    )
    page = window.page
    address = page.get_attribute("text=garcia-ana", "href")
    page.goto(f"{desk.origin}{address}/import")
    before = json.loads((root / "garcia-ana/case.json").read_text())
    page.set_input_files("#facts-file", sheet)
    page.wait_for_selector(".conflict")
    said = page.inner_text(".conflict")
    assert "2001-02-03" in said
    assert before["beneficiaries"][0]["birth_date"] in said
    assert "617-555-0100" in page.inner_text("#facts-result .values")  # seen before it is written
    check_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.check(".conflict [value=take]")
    page.click("#facts-go")
    page.wait_for_selector("text=Written into the case")
    row = page.inner_text("#facts-result .values tr:has-text('Birth date')")
    assert before["beneficiaries"][0]["birth_date"] in row
    assert "2001-02-03" in row
    case = json.loads((root / "garcia-ana/case.json").read_text())
    assert case["beneficiaries"][0]["birth_date"] == "2001-02-03"
    page.click("#undo:enabled")
    page.wait_for_selector("#redo:enabled")
    assert json.loads((root / "garcia-ana/case.json").read_text()) == before


@browser_only
@pytest.mark.tools
def test_a_folder_without_cases_says_how_to_begin(browser: Any, tmp_path: Path) -> None:
    with run_desk(tmp_path) as empty, open_window(browser, empty) as opened:
        assert opened.page.is_visible("text=Start your first case")
        check_accessible(opened.page)
        opened.page.set_viewport_size({"width": 390, "height": 844})
        opened.page.click("#open-new")
        width = opened.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        opened.check_clean()
