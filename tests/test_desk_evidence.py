"""The page Evidence in a real browser: what a person sees and does; and what an attacker tries."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.desk import uploads
from assembler.desk.case_store import EditRefused
from assembler.desk.file_passwords import keep_password
from assembler.desk.uploads import list_free_names, make_safe_name, receive_file
from assembler.intake.file_check import IGNORABLE, check_path
from tests import factories
from tests.support.browsers import CHROMIUM, check_accessible
from tests.support.desks import DeskWindow, RunningDesk, open_window, run_desk
from tests.support.excerpts import REPORT, case_with
from tests.support.mails import make_mail
from tests.support.printed_files import make_printed_case
from tests.support.recordings import make_opus

EVIL = "<img src=x onerror=alert(1)>&\"'.pdf"
_DROP = """() => {
  const canvas = new OffscreenCanvas(60, 80);
  canvas.getContext("2d").fillRect(10, 10, 20, 20);
  return canvas.convertToBlob().then((blob) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([blob], "dropped.png"));
    for (const name of ["dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true }));
    }
  });
}"""
browser_test = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("desk")
    for name in ("board", "drag", "panel", "words"):
        factories.small_case(root / name)
    case_with(root / "excerpt", {"path": REPORT, "pages": "3,5-6"})
    make_printed_case(
        root / "printed",
        {"threat.eml": make_mail().as_bytes(), "voice.opus": make_opus()},
    )
    empty = {**factories.CASE, "exhibits": [], "declarations": []}
    for name in ("empty", "attacked", "locked"):
        (root / name / "evidence").mkdir(parents=True)
        factories.write_case(root / name, empty)
    (root / "locked" / "evidence" / "récord.pdf").write_bytes(factories.encrypted_pdf())
    return root


@pytest.fixture(scope="module")
def desk(root: Path) -> Iterator[RunningDesk]:
    with run_desk(root, "--jobs", 2) as running:
        running.enter()
        yield running


def read(root: Path, name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads((root / name / "case.json").read_text())
    return case


def files_of(root: Path, name: str, exhibit_id: str) -> list[Any]:
    entry = next(one for one in read(root, name)["exhibits"] if one["id"] == exhibit_id)
    files: list[Any] = entry["files"]
    return files


def wait_until(test: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def open_board(window: DeskWindow, desk: RunningDesk, name: str, images: int = 1) -> Any:
    page = window.page
    page.goto(desk.origin + desk.find_case(name) + "/evidence")
    wait_until(lambda: page.locator(".page img").count() >= images)
    return page


def test_what_a_killed_desk_left_half_written_is_removed(tmp_path: Path) -> None:
    home = tmp_path / "evidence"
    home.mkdir()
    old, fresh = (home / f"~upload-{digit * 16}.tmp" for digit in "ab")
    old.write_bytes(b"half of a client's file")
    fresh.write_bytes(b"still coming")
    os.utime(old, (0, time.time() - 600))
    uploads.sweep_unfinished(tmp_path)
    assert [*home.iterdir()] == [fresh]


# -- the board


@pytest.mark.tools
@browser_test
def test_a_locked_file_opens_with_its_password_which_only_the_owner_can_read(
    desk: RunningDesk, browser: Any, root: Path
) -> None:
    place = root / "locked" / "evidence_passwords.json"
    place.write_text('{"evidence/other.pdf": "kept"}')
    with open_window(browser, desk, reduced_motion="reduce") as window:
        page = open_board(window, desk, "locked", 0)
        field = page.get_by_label("Password of récord.pdf")
        field.fill("wrong")
        field.press("Enter")
        page.get_by_text("this password does not open it").wait_for()
        assert json.loads(place.read_text()) == {"evidence/other.pdf": "kept"}
        window.problems.clear()  # the browser reports the refusal
        check_accessible(page)
        field.fill("secret")
        field.press("Enter")
        page.locator(".loose-file img").wait_for()
        assert page.locator("#locked").count() == 0
        window.check_clean()
    kept = json.loads(place.read_text())
    assert kept == {"evidence/other.pdf": "kept", "evidence/récord.pdf": "secret"}
    assert place.stat().st_mode & 0o777 == 0o600


def test_a_password_file_that_cannot_be_read_stays_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "evidence_passwords.json"
    place.write_text("{broken")
    with pytest.raises(EditRefused):
        keep_password(tmp_path, "evidence/a.pdf", "secret")
    assert place.read_text() == "{broken"


@pytest.mark.tools
@browser_test
def test_the_board_shows_tabs_pages_and_pictures(
    desk: RunningDesk, browser: Any, root: Path
) -> None:
    with open_window(browser, desk) as window:
        page = open_board(window, desk, "board", 5)
        titles = page.locator(".exhibit h3").all_inner_texts()
        tabs = page.locator(".exhibit .tab").all_inner_texts()
        assert sorted(titles) == ["Letter of the doctor", "Photo of a notice", "Scanned record"]
        assert [tab.split()[-1] for tab in tabs] == ["A", "B", "C"]
        drawn = "[...document.querySelectorAll('.page img')].every(i => i.naturalWidth > 100)"
        wait_until(lambda: page.evaluate(drawn))
        assert "about p" in page.locator(".exhibit").first.inner_text()
        check_accessible(page)
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.emulate_media(color_scheme="dark")
        check_accessible(page)
        window.check_clean()


def test_the_board_can_be_read_without_javascript(desk: RunningDesk) -> None:
    text = desk.get(desk.find_case("board") + "/evidence").decode()
    assert "Letter of the doctor" in text
    assert 'role="option"' in text


@pytest.mark.tools
@browser_test
def test_files_are_dropped_proposed_and_confirmed(
    desk: RunningDesk, browser: Any, root: Path
) -> None:
    with open_window(browser, desk) as window:
        page = open_board(window, desk, "empty", 0)
        assert "Drop the client’s files here" in page.locator(".empty").inner_text()
        check_accessible(page)
        letter = factories.small_evidence()["letter.pdf"]
        page.set_input_files(
            "#file-input",
            [
                {"name": EVIL, "mimeType": "application/pdf", "buffer": letter},
                {"name": "all.zip", "mimeType": "application/zip", "buffer": b"PK\5\6" + bytes(18)},
            ],
        )
        page.wait_for_selector(".loose-file .page img")
        assert "it is a ZIP archive" in page.locator("#upload-problems").inner_text()
        names = [path.name for path in (root / "empty/evidence").iterdir()]
        assert names == ["_img src=x onerror=alert(1)_&_'.pdf"]
        page.evaluate(_DROP)
        page.wait_for_selector(".loose-file:has-text('dropped.png')")
        page.click("#propose")
        page.wait_for_selector(".exhibit .badge", timeout=60_000)
        exhibit = read(root, "empty")["exhibits"][0]
        assert "title" in exhibit["unconfirmed"]
        page.click(".exhibit .badge")
        page.wait_for_selector(".panel [data-confirm=title]")
        check_accessible(page)
        page.click(".panel [data-confirm=title]")
        wait_until(lambda: "title" not in read(root, "empty")["exhibits"][0]["unconfirmed"])
        page.wait_for_selector(".panel [data-confirm=title]", state="detached")
        page.click(".panel [data-confirm='']")
        wait_until(lambda: "unconfirmed" not in read(root, "empty")["exhibits"][0])
        page.click(".panel [data-close]")
        page.click("#undo")
        wait_until(lambda: "unconfirmed" in read(root, "empty")["exhibits"][0])
        window.check_clean()


# -- moving


def center(page: Any, selector: str, across: float = 0.5, down: float = 0.5) -> tuple[float, float]:
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def find_card(page: Any, exhibit_id: str) -> str:
    return f"#{page.locator(f'.exhibit[data-id={exhibit_id}]').get_attribute('id')}"


@pytest.mark.tools
@browser_test
def test_a_page_is_dragged_by_mouse_keyboard_and_touch(
    desk: RunningDesk, browser: Any, root: Path
) -> None:
    with open_window(browser, desk) as window:
        page = open_board(window, desk, "drag", 5)
        letter, scan = find_card(page, "letter"), find_card(page, "scan")
        page.mouse.move(*center(page, f"{letter} .page[data-index='1']"))
        page.mouse.down()
        page.mouse.move(*center(page, f"{letter} .page[data-index='0']"), steps=3)
        page.mouse.move(*center(page, f"{scan} .page[data-index='0']", 0.2), steps=4)
        page.wait_for_selector(f"{scan}.target")
        page.mouse.up()
        wait_until(lambda: len(files_of(root, "drag", "scan")) == 2)
        first = {"path": "evidence/letter.pdf", "pages": "2"}
        assert files_of(root, "drag", "scan")[0] == first
        assert "[@scan, p. 1]" in read(root, "drag")["request"]["basis"][0]
        page.wait_for_selector(f"{scan} .page[data-index='2']")
        page.focus(f"{scan} .page[data-index='0']")
        for key in ("Space", "ArrowRight", "ArrowRight", "ArrowRight", "Space"):
            page.keyboard.press(key)
        wait_until(lambda: files_of(root, "drag", "scan")[-1] == first)
        page.wait_for_selector(f"{scan} .page[data-index='2'][data-path*=letter]")
        page.keyboard.press("Control+z")
        wait_until(lambda: files_of(root, "drag", "scan")[0] == first)
        window.check_clean()
    with open_window(browser, desk, has_touch=True) as window:
        page = open_board(window, desk, "drag", 5)
        touch = page.context.new_cdp_session(page)

        def send(kind: str, *points: tuple[float, float]) -> None:
            places = [{"x": x, "y": y} for x, y in points]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

        start = center(page, f"{find_card(page, 'scan')} .page[data-index='0']")
        end = center(page, f"{find_card(page, 'letter')} .page[data-index='0']", 0.9)
        start = center(page, f"{find_card(page, 'scan')} .page[data-index='0']")
        send("touchStart", start)
        page.wait_for_selector(".drag-ghost", state="attached")
        send("touchMove", end)
        page.wait_for_selector(".exhibit.target")
        send("touchEnd")
        wait_until(lambda: files_of(root, "drag", "scan") == ["evidence/scan.pdf"])
        assert files_of(root, "drag", "letter") == ["evidence/letter.pdf"]
        window.check_clean()


@pytest.mark.tools
@browser_test
def test_an_exhibit_that_goes_to_another_category_is_asked_about(
    desk: RunningDesk, browser: Any, root: Path
) -> None:
    with open_window(browser, desk) as window:
        page = open_board(window, desk, "board", 5)
        card = find_card(page, "photo")
        ids = [page.locator(".exhibit").nth(n).get_attribute("data-id") for n in range(3)]
        page.focus(f"{card} .grip")
        for key in ("Space", *["ArrowUp" if ids[-1] == "photo" else "ArrowDown"] * 3, "Space"):
            page.keyboard.press(key)
        page.wait_for_selector("dialog.ask")
        check_accessible(page)
        page.click("dialog.ask button:has-text('Cancel')")
        page.click(f"{card} [data-menu]")
        check_accessible(page)
        page.click(".menu button:has-text('Remove')")
        page.fill("#ask-reason", "a duplicate")
        page.click("dialog.ask .danger")
        wait_until(lambda: "ignored_files" in read(root, "board"))
        page.click("#ignored summary")
        page.click("[data-restore]")
        wait_until(lambda: "ignored_files" not in read(root, "board"))
        page.wait_for_selector(".loose-file .page img")
        page.click(".loose-file .page", modifiers=["Control"])
        page.click("[data-do=new]")
        wait_until(lambda: len(read(root, "board")["exhibits"]) == 3)
        assert read(root, "board")["exhibits"][2]["files"] == ["evidence/photo.jpg"]
        window.check_clean()


@pytest.mark.tools
@browser_test
def test_fields_are_saved_one_by_one_and_pages_turned(
    desk: RunningDesk, browser: Any, root: Path
) -> None:
    with open_window(browser, desk) as window:
        page = open_board(window, desk, "panel", 5)
        card = find_card(page, "letter")
        page.click(f"{card} .title-button")
        page.fill("#field-title", f"A letter {EVIL}")
        page.select_option("#field-category", "expert")
        page.fill("#field-date", "2026-09-30")
        page.keyboard.press("Tab")
        wait_until(lambda: read(root, "panel")["exhibits"][0].get("date") == "2026-09-30")
        exhibit = read(root, "panel")["exhibits"][0]
        assert (exhibit["title"], exhibit["category"]) == (f"A letter {EVIL}", "expert")
        page.keyboard.press("Escape")
        page.wait_for_selector(f".exhibit h3:has-text('{EVIL[:9]}')")
        card = find_card(page, "letter")
        page.click(f"{card} .page[data-index='0']", modifiers=["Control"])
        page.click("[data-do=right]")
        page.wait_for_selector(".page[data-turn='90']")
        turned = {"path": "evidence/letter.pdf", "pages": "1", "turn": 90}
        assert files_of(root, "panel", "letter")[0] == turned
        page.click(f"{find_card(page, 'letter')} .page[data-index='1']", modifiers=["Control"])
        page.click("[data-do=split]")
        wait_until(lambda: len(read(root, "panel")["exhibits"]) == 4)
        window.check_clean()


@pytest.mark.tools
@browser_test
def test_files_without_pages_are_shown_and_their_options_are_typed(
    desk: RunningDesk, browser: Any, root: Path
) -> None:
    """An e-mail has a picture of its page; where a recording is kept is typed at the recording."""
    with open_window(browser, desk) as window:
        page = open_board(window, desk, "printed", 5)
        page.wait_for_selector(f"{find_card(page, 'threat')} .page img")
        page.click(f"{find_card(page, 'voice')} .title-button")
        page.wait_for_selector("[data-option=kept_at]")
        assert page.locator("[data-option=messages]").count() == 0
        page.fill("[data-option=kept_at]", "the safe of the office")
        page.keyboard.press("Tab")
        kept = {"path": "evidence/voice.opus", "kept_at": "the safe of the office"}
        wait_until(lambda: files_of(root, "printed", "voice") == [kept])
        check_accessible(page)
        page.keyboard.press("Escape")
        page.wait_for_selector(
            f"{find_card(page, 'voice')} [aria-label*='kept at the safe of the office']"
        )
        window.check_clean()


@pytest.mark.tools
@browser_test
def test_an_excerpt_is_marked_by_a_check_box(desk: RunningDesk, browser: Any, root: Path) -> None:
    """The pages that it leaves out are no longer offered as loose pages."""
    with open_window(browser, desk) as window:
        page = open_board(window, desk, "excerpt", 5)
        page.wait_for_selector("#loose .page >> nth=5")
        page.click(f"{find_card(page, 'report')} .title-button")
        page.wait_for_selector("[data-excerpt]")
        page.check("[data-excerpt]")
        marked = {"path": REPORT, "pages": "3,5-6", "excerpt": True}
        wait_until(lambda: files_of(root, "excerpt", "report") == [marked])
        page.wait_for_selector("[data-excerpt]:checked")
        check_accessible(page)
        page.keyboard.press("Escape")
        page.wait_for_selector(f"{find_card(page, 'report')} .page >> nth=3")
        assert page.locator("#loose .page").count() == 0
        window.check_clean()


@pytest.mark.tools
@browser_test
def test_a_page_is_shown_large_with_its_words(desk: RunningDesk, browser: Any) -> None:
    with open_window(browser, desk) as window:
        page = open_board(window, desk, "words", 5)
        page.click(f"{find_card(page, 'letter')} .page[data-index='0']")
        page.wait_for_selector(".preview .line:has-text('First page of the letter')")
        height = "document.querySelector('.preview img').naturalHeight"
        wait_until(lambda: page.evaluate(height) > 1500)
        check_accessible(page)
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(".preview .line:has-text('Second page of the letter')")
        page.keyboard.press("Escape")
        page.click(f"{find_card(page, 'scan')} .page[data-index='0']")
        page.click(".preview [data-read]")
        page.wait_for_selector(".preview .line:has-text('quick brown fox')", timeout=60_000)
        window.check_clean()


# -- attacks


def upload(
    desk: RunningDesk, name: str, data: bytes, **more: str
) -> tuple[int, dict[str, str], bytes]:
    headers = {"Cookie": desk.cookie, "X-CSRF-Token": desk.csrf, **more}
    address = f"{desk.find_case('attacked')}/evidence/files?name={quote(name)}"
    return desk.ask(address, "POST", data, headers)


@pytest.mark.parametrize(
    "name",
    [
        "../../escape.pdf",
        "..\\..\\escape.pdf",
        "/etc/escape.pdf",
        "%2e%2e%2fescape.pdf",
        "a\0b/escape.pdf",
        "nul.pdf",
        "x" * 400 + ".pdf",
    ],
)
def test_a_name_never_leads_out_of_the_folder(desk: RunningDesk, root: Path, name: str) -> None:
    before = set(root.rglob("*"))
    status, _, body = upload(desk, name, factories.text_pdf())
    assert status == 200, body
    path = root / "attacked" / json.loads(body)["path"]
    assert path.parent == root / "attacked/evidence"
    assert path.stat().st_mode & 0o077 == 0
    new = {one for one in root.rglob("*") if one.suffix == ".pdf"} - before
    assert new == {path}


def test_a_file_is_never_replaced(desk: RunningDesk) -> None:
    paths = []
    for _ in range(3):
        status, _, body = upload(desk, "Same.pdf", factories.text_pdf())
        assert status == 200
        paths.append(json.loads(body)["path"])
    assert paths == [f"evidence/Same{mark}.pdf" for mark in ("", " (2)", " (3)")]


def test_an_upload_needs_the_token_and_a_size_within_the_limit(
    desk: RunningDesk, root: Path
) -> None:
    before = sorted((root / "attacked/evidence").iterdir())
    assert upload(desk, "a.pdf", b"x", **{"X-CSRF-Token": ""})[0] == 403
    assert upload(desk, "empty.pdf", b"")[0] == 400
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=20)
    connection.putrequest("POST", f"{desk.find_case('attacked')}/evidence/files?name=big.pdf")
    for key, value in {"Cookie": desk.cookie, "X-CSRF-Token": desk.csrf}.items():
        connection.putheader(key, value)
    connection.putheader("Content-Length", "300000000000")
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()
    assert sorted((root / "attacked/evidence").iterdir()) == before


def test_an_upload_that_breaks_off_leaves_nothing(desk: RunningDesk, root: Path) -> None:
    before = sorted((root / "attacked/evidence").iterdir())
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=20)
    connection.putrequest("POST", f"{desk.find_case('attacked')}/evidence/files?name=half.pdf")
    for key, value in {"Cookie": desk.cookie, "X-CSRF-Token": desk.csrf}.items():
        connection.putheader(key, value)
    connection.putheader("Content-Length", "1000000")
    connection.endheaders(b"%PDF-1.7 half of a file")
    wait_until(lambda: len([*(root / "attacked/evidence").iterdir()]) > len(before))
    connection.close()
    wait_until(lambda: sorted((root / "attacked/evidence").iterdir()) == before)


@pytest.mark.parametrize(
    "address",
    [
        "pages/../../case.json",
        "pages/..%2f..%2fcase.json/1/small.webp",
        f"pages/{'0' * 64}/1/small.webp",
        f"pages/{'0' * 64}/1/huge.webp",
        f"pages/{'0' * 64}/0/words",
        "evidence/exhibits/99999",
        "evidence/exhibits/-1",
        "evidence/exhibits/../../x",
    ],
)
def test_an_address_that_names_nothing_is_not_found(desk: RunningDesk, address: str) -> None:
    status, _, body = desk.ask(
        f"{desk.find_case('attacked')}/{address}", headers={"Cookie": desk.cookie}
    )
    assert status == 404
    assert b"Probanda" not in body


def test_a_change_of_what_is_not_there_is_refused(desk: RunningDesk, root: Path) -> None:
    base = desk.find_case("words")
    text = desk.get(f"{base}/evidence").decode()
    version = text.split('data-version="')[1].split('"')[0]
    page = {"exhibit": -1, "index": 0, "path": "../../../etc/passwd", "page": 0}
    seen = {"version": version}
    target = {"exhibit": 0, "index": 0, "role": "document"}
    before = (root / "words/case.json").read_bytes()
    for action, body, status in (
        ("move-pages", {**seen, **target, "pages": [page]}, 409),
        ("move-pages", {**seen, **target, "pages": [{**page, "exhibit": 10**9}]}, 409),
        ("move-pages", {**seen, **target, "pages": ["x"]}, 400),
        ("ignore", {**seen, "paths": ["../case.json"], "reason": "x"}, 400),
        ("restore", {**seen, "path": "case.json"}, 409),
        ("move-exhibit", {"version": "", "place": 0, "before": 1, "category": ""}, 400),
        ("move-exhibit", {"version": "old", "place": 0, "before": 1, "category": ""}, 409),
        ("nothing", seen, 404),
    ):
        assert (
            desk.ask(
                f"{base}/evidence/change/{action}",
                "POST",
                json.dumps(body).encode(),
                {"Cookie": desk.cookie, "X-CSRF-Token": desk.csrf},
            )[0]
            == status
        ), action
    assert (root / "words/case.json").read_bytes() == before


async def send(*chunks: bytes, pause: float = 0.0) -> AsyncIterator[bytes]:
    for chunk in chunks:
        await asyncio.sleep(pause)
        yield chunk


def receive(folder: Path, name: str, stream: AsyncIterator[bytes]) -> str:
    with ThreadPoolExecutor(1) as thread:  # the driver of the browser has this one's event loop
        return thread.submit(asyncio.run, receive_file(folder, name, stream)).result().path


def test_endless_and_slow_uploads_end_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_FILE", 5)
    with pytest.raises(EditRefused, match="larger"):
        receive(tmp_path, "a.pdf", send(b"1234", b"56"))
    monkeypatch.setattr(uploads, "STALL_SECONDS", 0.01)
    with pytest.raises(EditRefused, match="slowly"):
        receive(tmp_path, "a.pdf", send(b"1", pause=5))
    monkeypatch.setattr(uploads, "STALL_SECONDS", 5)
    monkeypatch.setattr(uploads, "MAX_SECONDS", -1.0)
    with pytest.raises(EditRefused, match="slowly"):
        receive(tmp_path, "a.pdf", send(b"1"))
    assert [*(tmp_path / "evidence").iterdir()] == []


def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "case").mkdir()
    (tmp_path / "case/evidence").symlink_to(elsewhere)
    with pytest.raises(EditRefused, match="symbolic link"):
        receive(tmp_path / "case", "a.pdf", send(b"1"))
    assert [*elsewhere.iterdir()] == []
    (tmp_path / "case/evidence").unlink()
    (tmp_path / "case/evidence").mkdir()
    (tmp_path / "case/evidence/a.pdf").symlink_to(tmp_path / "target")
    assert receive(tmp_path / "case", "a.pdf", send(b"1")) == "evidence/a (2).pdf"
    assert not (tmp_path / "target").exists()


def test_what_a_killed_desk_left_half_written_is_removed_later(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    old, new = (tmp_path / f"evidence/~upload-{digit * 16}.tmp" for digit in "01")
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    receive(tmp_path, "a.pdf", send(b"1"))
    assert (old.exists(), new.exists()) == (False, True)


def test_a_case_takes_no_more_files_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_FILES", 1)
    receive(tmp_path, "a.pdf", send(b"1"))
    with pytest.raises(EditRefused, match="at most"):
        receive(tmp_path, "b.pdf", send(b"1"))


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_every_system_can_keep(name: str) -> None:
    try:
        safe = make_safe_name(name)
    except EditRefused:
        return
    assert safe and len(safe) <= 121 and len(safe.encode()) <= 201
    assert not set('/\\<>:"|?*\0') & set(safe)
    assert check_path(f"evidence/{safe}") is None
    assert not IGNORABLE.fullmatch(safe)
    assert safe == safe.strip() and not safe.startswith((".", "~")) and not safe.endswith(".")
    assert make_safe_name(safe) == safe


@given(st.text("aB1 é(2)", min_size=1, max_size=9), st.lists(st.text(max_size=30), max_size=4))
def test_a_name_that_is_taken_gets_a_number(name: str, others: list[str]) -> None:
    free = next(list_free_names(f"{name}.pdf", [*others, f"{name}.PDF"]))
    assert free.endswith(".pdf")
    assert free.casefold() not in {other.casefold() for other in [*others, f"{name}.pdf"]}
