"""Government forms on the page of facts: adding, recognizing, listing, leaving out, filling."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from assembler.desk.case_store import CaseChanged, EditRefused
from assembler.desk.facts_view import SectionState
from assembler.desk.form_cards import make_catalog, view_forms
from assembler.desk.form_edits import add_form, leave_out, remove_form
from assembler.desk.form_files import FormJob, FormLook, look_at_form
from assembler.desk.packet_downloads import find_file, list_filled_forms
from assembler.desk.uploads import receive_file
from assembler.forms import load_maps
from assembler.rules import load_library
from assembler.runtime.resources import Shelf
from tests.factories import encrypted_pdf, small_case, text_pdf, write_case
from tests.formdraw import field, form
from tests.support.browsers import CHROMIUM, check_accessible
from tests.support.building import AS_OF
from tests.support.commands import BLANKS, MAILED
from tests.support.desks import DeskWindow, RunningDesk, open_window, run_desk

SHELF = Shelf.default()
FOOTER = [["Application", "Form I-131 Edition 01/20/25 Page 1 of 1"]]
SCAN = text_pdf(FOOTER)
browser_only = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")


def draw(value: str = "") -> bytes:
    """A one-page form with a field, and one that the agency locked."""
    from pikepdf import String

    rect = (72, 500, 300, 520)
    written = {"V": String(value)} if value else {}
    locked = field((72, 400, 300, 420), "barcode", Ff=1, V=String("I-131|1"))
    return form(field(rect, "name", **written), locked, base=SCAN)


def look(folder: Path, data: bytes) -> FormLook:
    (folder / "forms").mkdir(exist_ok=True)
    (folder / "forms/x.pdf").write_bytes(data)
    return look_at_form(FormJob(folder=folder, path="forms/x.pdf", shelf=SHELF))


def test_a_form_is_recognized_and_a_blank_told_from_a_filled_one(tmp_path: Path) -> None:
    blank, filled, scan = (look(tmp_path, data) for data in (draw(), draw("Gil"), SCAN))
    assert {(one.form, one.edition) for one in (blank, filled, scan)} == {("i-131", "01/20/25")}
    assert [one.is_completed for one in (blank, filled, scan)] == [False, True, True]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"MZ" + b"\0" * 99, "not a PDF"),
        (encrypted_pdf(), "needs a password"),
        (b"%PDF-1.7\n" + b"\0" * 500, "damaged"),
        (b"", "empty"),
    ],
)
def test_what_is_no_form_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    assert problem in look(tmp_path, data).problem


def receive(folder: Path, name: str, data: bytes = SCAN) -> str:
    async def stream() -> AsyncIterator[bytes]:
        yield data

    return asyncio.run(receive_file(folder, name, stream(), "forms")).path


def test_uploads_stay_in_forms_whatever_their_name(tmp_path: Path) -> None:
    names = [
        "a.pdf",
        "A.pdf",
        "../../x.pdf",
        "/etc/passwd",
        "con.pdf",
        "a\u202efdp.exe",
        "..\\b.pdf",
    ]
    paths = [receive(tmp_path, name) for name in names]
    assert len({path.casefold() for path in paths}) == len(names)
    assert sorted(paths) == sorted(f"forms/{one.name}" for one in (tmp_path / "forms").iterdir())
    assert [one.name for one in tmp_path.iterdir()] == ["forms"]
    with pytest.raises(EditRefused, match="empty"):
        receive(tmp_path, "none.pdf", b"")
    assert len(list((tmp_path / "forms").iterdir())) == len(names)


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "case").mkdir()
    (tmp_path / "case/forms").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EditRefused, match="symbolic link"):
        receive(tmp_path / "case", "a.pdf")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_forms_are_listed_once_and_left_out_for_a_reason() -> None:
    case = add_form({"id": "x"}, "forms/a.pdf", "i-131", is_completed=False)
    assert case["forms"] == [{"form": "i-131", "path": "forms/a.pdf", "completed": False}]
    with pytest.raises(EditRefused, match="already"):
        add_form(case, "forms/a.pdf", "g-28", is_completed=True)
    with pytest.raises(EditRefused, match="reason"):
        remove_form(case, "forms/a.pdf", " ", is_present=True)
    out = remove_form(case, "forms/a.pdf", "an old scan", is_present=True)
    assert out["forms"] == []
    assert out["ignored_files"] == [{"path": "forms/a.pdf", "why": "an old scan"}]
    assert "ignored_files" not in remove_form(case, "forms/a.pdf", "", is_present=False)
    back = add_form(out, "forms/a.pdf", "i-131", is_completed=True)
    assert "ignored_files" not in back
    with pytest.raises(CaseChanged):
        leave_out(back, "forms/a.pdf", "why", ["forms/a.pdf"])
    with pytest.raises(CaseChanged):
        leave_out(back, "evidence/secret.pdf", "why", ["forms/a.pdf"])
    with pytest.raises(EditRefused, match="not a list"):
        add_form({"forms": {"kept": 1}}, "forms/a.pdf", "i-131", is_completed=True)


def test_each_form_says_what_becomes_of_it() -> None:
    catalog = make_catalog(
        SHELF.schema("case.schema.json"), load_library(SHELF), load_maps(SHELF), AS_OF
    )
    blank = FormLook(form="i-131", edition="01/20/25", has_fields=True, is_read=True)
    old = FormLook(form="i-134", edition="11/30/16", has_fields=True, is_read=True)
    case = {
        "forms": [
            {"form": "i-131", "path": "forms/a.pdf", "completed": False},
            {"form": "i-131", "path": "forms/a2.pdf"},
            {"form": "i-134", "path": "forms/b.pdf", "completed": False},
            {"form": "g-28", "path": "forms/gone.pdf"},
            7,
        ],
        "ignored_files": [{"path": "forms/c.pdf", "why": "old"}, {"path": "evidence/d.pdf"}],
    }
    looks = {"forms/a.pdf": blank, "forms/a2.pdf": blank, "forms/b.pdf": old}
    looks |= {"forms/c.pdf": blank, "forms/new.pdf": FormLook(form="i-765", is_read=True)}
    view = view_forms(case, looks, ["I-131"], catalog)
    said = {where: " ".join(n.text for n in card.notes) for where, card in view.cards.items()}
    assert "The build fills it" in said["/forms/0"]
    assert "completed one is listed, too" in said["/forms/0"]
    assert "Nothing is written" in said["/forms/1"]
    assert "edition in force is 01/20/25" in said["/forms/2"]
    assert "The build fills it" not in said["/forms/2"]
    assert [card.has_file for card in view.cards.values()] == [True, True, True, False]
    assert [one.path for one in view.loose] == ["forms/new.pdf"]
    assert (view.loose[0].form, view.ignored) == ("", (("forms/c.pdf", "old"),))
    assert view.missing[0].source == "https://www.uscis.gov/i-131"
    assert view_forms({"forms": 7, "ignored_files": {}}, {}, (), catalog).cards == {}
    assert SectionState(missing=2).words == "2 missing"


def test_only_plain_files_of_filled_forms_are_served(tmp_path: Path) -> None:
    home = tmp_path / "filled-forms/child"
    home.mkdir(parents=True)
    (home / "a.pdf").write_bytes(SCAN)
    (tmp_path / "secret.pdf").write_bytes(SCAN)
    (home / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    (tmp_path / "filled-forms/other").symlink_to(tmp_path)
    assert set(list_filled_forms(tmp_path)) == {("filled-forms", "child")}
    assert find_file(home, "a.pdf")
    assert not find_file(home, "link.pdf")
    assert not find_file(home, "../../secret.pdf")


# --- in a browser ---


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cases")


@pytest.fixture(scope="module")
def desk(root: Path) -> Iterator[RunningDesk]:
    with run_desk(root, "--as-of", "2026-11-24", "--jobs", 1) as running:
        yield running


@pytest.fixture(scope="module")
def shared(browser: Any, desk: RunningDesk) -> Iterator[DeskWindow]:
    with open_window(browser, desk) as window:
        window.page.set_default_timeout(15_000)
        yield window


@pytest.fixture
def window(shared: DeskWindow) -> Iterator[DeskWindow]:
    shared.problems.clear()
    yield shared
    shared.check_clean()


def open_facts(window: DeskWindow, folder: Path) -> Any:
    page = window.page
    page.goto(window.origin)
    base = page.get_attribute(f'a:has-text("{folder.name}")', "href")
    page.goto(f"{window.origin}{base}/facts#section-forms")
    page.wait_for_selector("#form-drop")
    return page


def read(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "case.json").read_text())


def upload(page: Any, **files: bytes) -> None:
    page.set_input_files(
        "#form-input",
        [
            {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": data}
            for name, data in files.items()
        ],
    )


@browser_only
@pytest.mark.tools
def test_form_files_are_added_named_left_out_and_put_back(window: DeskWindow, root: Path) -> None:
    waiting = {"form": "g-1145", "path": "forms/notice.pdf"}
    folder = small_case(root / "adding", {"request": MAILED})
    shutil.rmtree(folder / "forms", ignore_errors=True)
    page = open_facts(window, folder)
    assert "www.uscis.gov/i-131" in page.inner_text("#missing-forms")
    upload(page, blank=draw(), letter=text_pdf(), enc=encrypted_pdf(), odd=b"no form at all")
    page.wait_for_selector("text=2 files added")
    said = page.inner_text("#form-problems")
    assert "needs a password" in said
    assert "odd.pdf: the file is not a PDF" in said
    assert sorted(one.name for one in (folder / "forms").iterdir()) == ["blank.pdf", "letter.pdf"]
    entry = {"form": "i-131", "path": "forms/blank.pdf", "completed": False}
    assert read(folder)["forms"] == [entry]
    assert "The build fills it from these facts" in page.inner_text("#forms")
    check_accessible(page)
    page.select_option(".loose-form", "g-28")
    page.click(".list-form")
    page.wait_for_selector(".form-card.loose", state="detached")
    assert read(folder)["forms"][1] == {
        "form": "g-28",
        "path": "forms/letter.pdf",
        "completed": True,
    }
    page.locator(".remove-form").last.click()
    page.fill("#form-reason", "not filed")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 file left out")
    assert read(folder)["forms"] == [entry]
    assert read(folder)["ignored_files"] == [{"path": "forms/letter.pdf", "why": "not filed"}]
    page.click("#left-out-forms summary")
    page.click(".restore-form")
    page.wait_for_selector(".form-card.loose")
    case = read(folder)
    assert "ignored_files" not in case
    write_case(folder, {**case, "forms": [entry, waiting]})  # its file comes later
    page.wait_for_selector("#forms :text('No file')")
    upload(page, notice=text_pdf())
    page.wait_for_selector("#forms :text('No file')", state="detached")
    assert read(folder)["forms"] == [entry, waiting]


@browser_only
@pytest.mark.tools
@pytest.mark.skipif(not BLANKS.is_dir(), reason="the corpus of real forms is not at hand")
def test_blanks_are_filled_now_and_opened(
    window: DeskWindow, desk: RunningDesk, root: Path
) -> None:
    folder = small_case(root / "filling", {"request": MAILED})
    page = open_facts(window, folder)
    upload(page, notice=(BLANKS / "g-1145.pdf").read_bytes())
    page.wait_for_selector("text=1 file added")
    page.click("#fill-forms")
    page.wait_for_selector(".filled-list a", timeout=60_000)
    address = page.locator(".filled-list a").first.get_attribute("href")
    status, headers, body = desk.ask(address)
    assert (status, headers["content-type"], body[:5]) == (200, "application/pdf", b"%PDF-")
    assert desk.ask(address.replace("filled-forms", "nowhere"))[0] == 404
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    try:
        check_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    finally:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})


@browser_only
@pytest.mark.tools
def test_hostile_names_and_requests_change_nothing(
    shared: DeskWindow, desk: RunningDesk, root: Path
) -> None:
    folder = small_case(root / "hostile", {"forms": [{"form": "<b>", "path": "forms/<img>.pdf"}]})
    (folder / "forms").mkdir(exist_ok=True)
    (folder / "forms/<script>alert(1)<").write_bytes(b"x")
    page = open_facts(shared, folder)
    assert page.locator("#forms img, #forms script, #forms b").count() == 0
    base = page.url.removeprefix(shared.origin).partition("/facts")[0]
    token = page.evaluate("document.documentElement.dataset.csrf")
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    headers = {"Cookie": cookie, "X-CSRF-Token": token, "Content-Type": "application/json"}

    def post(path: str, body: Any) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return desk.ask(f"{base}/forms/{path}", "POST", data, headers)[0]

    before = (folder / "case.json").read_bytes()
    known = {"path": "forms/../case.json", "form": "i-131", "completed": True}
    assert post("list", known) == 400
    assert post("list", {**known, "form": "i-999"}) == 400
    assert post("remove", {"path": "case.json", "reason": "x", "listed": False}) == 409
    assert post("remove", {"path": "forms/none.pdf", "reason": "x", "listed": True}) == 409
    assert post("files?name=.DS_Store", b"x") == 400
    assert desk.ask(f"{base}/forms/files?name=a.pdf", "POST", SCAN, {"Cookie": cookie})[0] == 403
    (folder / "forms").rename(folder / "moved")
    (folder / "forms").symlink_to(folder / "moved")
    assert post("files?name=a.pdf", SCAN) == 400
    assert len(list((folder / "moved").iterdir())) == 1
    assert (folder / "case.json").read_bytes() == before
