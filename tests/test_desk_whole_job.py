"""The whole job at the desk: from an empty folder and loose files to a proved bundle, without the
command line and without opening case.json; by mouse, and by keyboard alone on a small screen."""

from __future__ import annotations

import contextlib
import json
import re
import time
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import TimeoutError as NotInTime

from assembler.pipeline import export_facts
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.resources import Shelf
from scripts.shuffle_sample import shuffle_evidence
from tests.support.browsers import CHROMIUM
from tests.support.desks import open_window, run_desk

pytestmark = [
    pytest.mark.tools,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium"),
]
SAMPLE = Path(__file__).parents[1] / "samples/targeted-harm"
GUESSES = ".exhibit [id^=guesses-]"
CONFIRM = ".panel [data-confirm='']"
CITATION = re.compile(r" ?\[@[^\]]*\]")
_MOST_TABS = 600  # from one control to any other of a page


class Hands(Protocol):
    """How a person works a page."""

    def press(self, selector: str) -> None:
        """Press a button or a link, or tick a box."""

    def write(self, selector: str, text: str) -> None:
        """Write a text into a field, instead of what is in it."""

    def attach(self, selector: str, files: list[Path]) -> None:
        """Choose files."""


class Mouse:
    def __init__(self, page: Any) -> None:
        self.page = page

    def press(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def write(self, selector: str, text: str) -> None:
        self.page.fill(selector, text)
        self.page.locator(selector).blur()

    def attach(self, selector: str, files: list[Path]) -> None:
        self.page.set_input_files(selector, files)


class Keyboard:
    """Keys only: every control is reached with Tab."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def reach(self, selector: str) -> None:
        wanted = self.page.locator(selector).first
        wanted.wait_for(state="attached")
        for _ in range(_MOST_TABS):
            if wanted.evaluate("part => part === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no key leads to {selector}")

    def press(self, selector: str) -> None:
        self.reach(selector)
        is_box = self.page.locator(selector).first.evaluate(
            "part => ['checkbox', 'radio'].includes(part.type)"
        )
        self.page.keyboard.press("Space" if is_box else "Enter")

    def write(self, selector: str, text: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Tab")

    def attach(self, selector: str, files: list[Path]) -> None:
        for timeout in (5_000, 30_000):  # a key that meets an exchange of the page is pressed again
            self.reach(selector)
            with (
                contextlib.suppress(NotInTime),
                self.page.expect_file_chooser(timeout=timeout) as chooser,
            ):
                self.page.keyboard.press("Space")
                chooser.value.set_files(files)
                return
        raise AssertionError(f"{selector} opens no choice of files")


def wait_for_fewer(page: Any, selector: str, count: int) -> None:
    end = time.monotonic() + 30
    while page.locator(selector).count() >= count:
        assert time.monotonic() < end
        page.wait_for_timeout(50)


def press_for(page: Any, hands: Hands, selector: str, wanted: str) -> None:
    """Press something until what it opens is there; a page may be exchanged in between."""
    for timeout in (5_000, 30_000):
        hands.press(selector)
        with contextlib.suppress(NotInTime):
            page.wait_for_selector(wanted, timeout=timeout)
            return
    raise AssertionError(f"{selector} does not open {wanted}")


def do_whole_job(page: Any, hands: Hands, files: list[Path], sheet: Path) -> None:
    """New case, files, facts, proposals, corrections, build."""
    case = json.loads((SAMPLE / "case.json").read_text())
    names = [("given-1", case["beneficiaries"][0]["name"]["given"])]
    names += [("family-1", case["beneficiaries"][0]["name"]["family"])]
    names += [
        (f"petitioner-{part}", case["petitioner"]["name"][part]) for part in ("given", "family")
    ]
    hands.press("#open-new")
    hands.press(f"[name=reason][value={case['reasons'][0]}]")
    for field, name in names:
        hands.write(f"#{field}", name)
    hands.write("#folder", "my-case")
    hands.press("#create")
    page.wait_for_url("**/evidence")
    base = page.url.rsplit("/", 1)[0]

    hands.attach("#file-input", files)
    page.locator(".loose-file").nth(len(files) - 1).wait_for(timeout=60_000)

    hands.press(".tabs [href$='/facts']")
    page.wait_for_url("**/facts")
    hands.press("#import-facts")
    hands.attach("#facts-file", [sheet])
    page.locator("#facts-go:enabled").wait_for(timeout=30_000)
    hands.press("#facts-go")
    page.wait_for_selector("text=Written into the case")

    page.goto(f"{base}/evidence")
    hands.press("#propose")
    page.wait_for_selector(GUESSES, timeout=240_000)
    while count := page.locator(GUESSES).count():
        press_for(page, hands, GUESSES, CONFIRM)
        hands.press(CONFIRM)
        page.wait_for_selector(CONFIRM, state="detached")
        hands.press(".panel [data-close]")
        wait_for_fewer(page, GUESSES, count)

    page.goto(f"{base}/facts")
    correct_citations(page, hands)
    page.goto(f"{base}/build")
    hands.press("#build")
    page.wait_for_selector(".outcome", timeout=240_000)
    assert "Built and proved" in page.inner_text("main"), page.inner_text("main")


def correct_citations(page: Any, hands: Hands) -> None:
    """Take out what the sheet's texts cite: exhibits have other ids in this case."""
    fields = page.locator("textarea")
    for place in range(fields.count()):
        text = fields.nth(place).input_value()
        if CITATION.search(text):
            name = fields.nth(place).get_attribute("id")
            hands.write(f"[id='{name}']", CITATION.sub("", text))
            page.wait_for_selector("#saved:has-text('Saved')")


def check_result(folder: Path, files: int) -> None:
    case = json.loads((folder / "case.json").read_text())
    assert not [exhibit for exhibit in case["exhibits"] if "unconfirmed" in exhibit]
    (packet,) = [path for path in (folder / "build").iterdir() if path.is_dir()]
    manifest = read_manifest(packet)
    assert manifest.proof
    assert all(check.ok for check in manifest.proof)
    assert len({entry.source.path for entry in manifest.ledger if entry.source}) == files


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], Path]:
    """Twenty files of a client, whose names say nothing, and the client's row of a sheet."""
    folder = tmp_path_factory.mktemp("client")
    shuffle_evidence(SAMPLE, folder / "scans")
    export_facts.export_cases([SAMPLE], folder / "client.xlsx", Shelf.default())
    return sorted((folder / "scans").iterdir()), folder / "client.xlsx"


SMALL_DARK = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


@pytest.mark.parametrize(("hands", "screen"), [(Mouse, {}), (Keyboard, SMALL_DARK)])
def test_twenty_loose_files_become_a_proved_bundle(
    browser: Any,
    client: tuple[list[Path], Path],
    tmp_path: Path,
    hands: type[Mouse] | type[Keyboard],
    screen: dict[str, Any],
) -> None:
    files, sheet = client
    assert len(files) == 20
    with (
        run_desk(tmp_path, "--as-of", "2026-11-29") as desk,
        open_window(browser, desk, **screen) as window,
    ):
        do_whole_job(window.page, hands(window.page), files, sheet)
        window.check_clean()
    check_result(tmp_path / "my-case", len(files))
