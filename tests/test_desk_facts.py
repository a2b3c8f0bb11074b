"""The pages of facts and of checks, as a person uses them in a browser."""

from __future__ import annotations

import hashlib
import json
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import CASE, small_case, text_pdf
from tests.support.browsers import CHROMIUM, find_violations
from tests.support.desks import DeskWindow, RunningDesk, open_window, run_desk

pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


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
        window.page.set_default_timeout(10_000)
        yield window


@pytest.fixture
def window(shared: DeskWindow) -> Iterator[DeskWindow]:
    shared.problems.clear()
    yield shared
    shared.check_clean()


class Shown:
    """A page of a case in a window."""

    def __init__(self, window: DeskWindow, folder: Path) -> None:
        self.page, self.window, self.folder = window.page, window, folder
        self.page.goto(window.origin)
        self.base = self.page.get_attribute(f'a:has-text("{folder.name}")', "href")

    def open(self, name: str) -> Shown:
        self.page.goto("about:blank")
        self.page.goto(f"{self.window.origin}{self.base}/{name}")
        self.page.locator("#form [data-shown], .verdict").first.wait_for(state="attached")
        return self

    def input(self, pointer: str) -> Any:
        return self.page.locator(f'[id="at{pointer.replace("/", ".")}:input"]')

    def field(self, pointer: str) -> Any:
        return self.page.locator(f'[id="at{pointer.replace("/", ".")}"]')

    def read(self) -> dict[str, Any]:
        return json.loads((self.folder / "case.json").read_text())

    def wait_focus(self, element: str) -> None:
        for _ in range(100):
            focused = self.page.evaluate("document.activeElement?.id")
            if focused == element:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(focused)

    def wait(self, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The case as soon as it is so."""
        for _ in range(100):
            if is_so(case := self.read()):
                return case
            self.page.wait_for_timeout(50)
        raise AssertionError(self.read())


MakeCase = Callable[..., Shown]


@pytest.fixture
def make_case(root: Path, window: DeskWindow, request: pytest.FixtureRequest) -> MakeCase:
    def make(page: str, change: dict[str, Any] | None = None) -> Shown:
        name = re.sub(r"[^a-z0-9]+", "-", request.node.name)[-40:].strip("-")
        return Shown(window, small_case(root / name, change)).open(page)

    return make


def test_what_is_typed_is_saved_and_what_is_emptied_is_removed(make_case: MakeCase) -> None:
    shown = make_case("facts")
    shown.input("/petitioner/occupation").type("nurse")
    shown.wait(lambda case: case["petitioner"].get("occupation") == "nurse")
    shown.input("/request/length_months").fill("1,0")
    shown.input("/request/length_months").fill("18")
    shown.input("/petitioner/occupation").fill("")
    case = shown.wait(lambda case: case["request"]["length_months"] == 18)
    assert "occupation" not in shown.wait(lambda case: "occupation" not in case["petitioner"])
    assert type(case["request"]["length_months"]) is int


def test_days_numbers_and_countries_are_read_as_people_write_them(make_case: MakeCase) -> None:
    shown = make_case("facts")
    shown.input("/petitioner/birth_date").fill("March 5, 1984")
    shown.input("/petitioner/birth_country").fill("Ukraine")
    shown.page.keyboard.press("Tab")
    case = shown.wait(lambda case: case["petitioner"].get("birth_country") == "UKR")
    assert case["petitioner"]["birth_date"] == "1984-03-05"
    shown.input("/request/arrival_date").fill("03/04/2027")
    shown.page.keyboard.press("Tab")
    shown.page.get_by_role("button", name="April 3, 2027").click()
    shown.wait(lambda case: case["request"].get("arrival_date") == "2027-04-03")


def test_choices_lists_and_paragraphs_keep_their_types(make_case: MakeCase) -> None:
    shown = make_case("facts")
    page = shown.page
    page.locator("details", has_text="Add history").first.locator("summary").click()
    shown.field("/petitioner/history/refugee").get_by_text("No", exact=True).click()
    shown.field("/reasons").get_by_text("Family reunification").click()
    shown.input("/request/basis").fill("One.\n\nTwo.")
    page.keyboard.press("Tab")
    case = shown.wait(lambda case: case["request"].get("basis") == ["One.", "Two."])
    assert case["petitioner"]["history"]["refugee"] is False
    assert case["reasons"] == [*CASE["reasons"], "family-reunification"]


def test_payment_and_class_are_chosen_by_their_words(make_case: MakeCase) -> None:
    shown = make_case("facts")
    shown.page.locator("details", has_text="Add payment").first.locator("summary").click()
    method = shown.field("/request/payment/method")
    method.get_by_text("from a bank account, with Form G-1650").click()
    shown.field("/request/payment/account_in_us").get_by_text("Yes", exact=True).click()
    shown.field("/request/ms_l_class").get_by_text("No", exact=True).click()
    case = shown.wait(lambda case: case["request"].get("ms_l_class") is False)
    assert case["request"]["payment"] == {"method": "bank-account", "account_in_us": True}


def test_findings_stand_beside_their_field_and_are_counted(make_case: MakeCase) -> None:
    shown = make_case("facts")
    page = shown.page
    email = shown.field("/petitioner/email")
    shown.input("/petitioner/email").fill("nobody")
    email.locator(".note.error").wait_for()
    assert "has one @" in email.inner_text()
    assert "problem" in page.locator('.sections [data-state="petitioner"]').inner_text()
    page.locator("#check-dot").wait_for(state="visible")
    shown.input("/petitioner/email").fill("nobody@example.org")
    email.locator(".note").wait_for(state="detached")
    page.locator("#check-dot").wait_for(state="hidden")


def test_exhibits_are_offered_while_a_text_cites(make_case: MakeCase) -> None:
    shown = make_case("facts")
    box = shown.input("/request/expedite_reason")
    box.fill("")
    box.type("Surgery is near [@sc")
    listed = shown.page.locator(".cite-list [role=option]")
    listed.first.wait_for()
    assert "Scanned record" in listed.first.inner_text()
    assert box.get_attribute("aria-activedescendant") == "cite-0"
    shown.page.keyboard.type(", p. 2] [@do")
    listed.first.wait_for()
    shown.page.keyboard.press("Enter")
    shown.page.keyboard.type(".")
    text = "Surgery is near [@scan, p. 2] [@letter]."
    shown.wait(lambda case: case["request"].get("expedite_reason") == text)
    assert shown.page.locator(".cite-list").count() == 0


def test_a_field_that_somebody_else_changed_asks_which_value_is_right(
    make_case: MakeCase,
) -> None:
    shown = make_case("facts")
    path = shown.folder / "case.json"
    shown.input("/petitioner/occupation").type("baker")
    path.write_text(
        path.read_text().replace('"petitioner": {', '"petitioner": {\n"occupation": "cook",')
    )
    shown.page.get_by_role("button", name="Keep mine").wait_for()
    assert "cook" in shown.field("/petitioner/occupation").inner_text()
    assert shown.read()["petitioner"]["occupation"] == "cook"
    # news of another change must not end the question
    path.write_text(path.read_text().replace('"cook"', '"cook",\n"nickname": "Nan"'))
    shown.page.locator("text=Nan").first.wait_for(state="attached")
    assert shown.input("/petitioner/occupation").input_value() == "baker"
    shown.page.get_by_role("button", name="Keep mine").click()
    shown.wait(lambda case: case["petitioner"]["occupation"] == "baker")
    shown.window.problems[:] = [text for text in shown.window.problems if "409" not in text]


def test_people_are_added_moved_and_removed_by_keyboard(make_case: MakeCase) -> None:
    shown = make_case("facts")
    page = shown.page
    page.locator('[id="at.beneficiaries:add"]').focus()
    page.keyboard.press("Enter")
    shown.wait(lambda case: len(case["beneficiaries"]) == 2)
    shown.wait_focus("at.beneficiaries.1.name.given:input")
    page.keyboard.type("Olena")
    page.keyboard.press("Tab")
    shown.wait(lambda case: case["beneficiaries"][1]["name"]["given"] == "Olena")
    page.locator('[id="at.beneficiaries.1:up"]').focus()
    page.keyboard.press("Enter")
    shown.wait(lambda case: case["beneficiaries"][0]["name"]["given"] == "Olena")
    shown.wait_focus("at.beneficiaries.0:down")
    page.locator('[id="at.beneficiaries.0:remove"]').press("Enter")
    case = shown.wait(lambda case: len(case["beneficiaries"]) == 1)
    assert case["beneficiaries"] == CASE["beneficiaries"]


def test_a_value_that_the_form_cannot_edit_is_shown_and_kept(make_case: MakeCase) -> None:
    others = {"occupation": {"odd": ["kept"]}, "nickname": "Nan"}
    shown = make_case("facts", {"petitioner": {**CASE["petitioner"], **others}})
    assert "kept" in shown.field("/petitioner/occupation").inner_text()
    assert "Nan" in shown.field("/petitioner/nickname").inner_text()
    shown.input("/petitioner/relationship").fill("aunt by marriage")
    case = shown.wait(lambda case: case["petitioner"].get("relationship") == "aunt by marriage")
    assert {key: case["petitioner"][key] for key in others} == others


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_checker_finds_nothing(make_case: MakeCase, scheme: str) -> None:
    shown = make_case(
        "facts",
        {
            "petitioner": {"id": "aunt", "name": {"given": "FILL IN", "family": 7}, "email": "x"},
            "kind": "rfe-response",
        },
    )
    size = {"width": 390, "height": 844} if scheme == "dark" else {"width": 1280, "height": 900}
    page = shown.page
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    try:
        for name in ("facts", "check"):
            shown.open(name)
            assert find_violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    finally:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")


def test_the_pages_can_be_read_without_scripts(browser: Any, desk: RunningDesk, root: Path) -> None:
    folder = small_case(root / "no-script", {"kind": "paroled"})
    with open_window(browser, desk, java_script_enabled=False) as window:
        page = window.page
        base = page.get_attribute('a:has-text("no-script")', "href")
        page.goto(f"{desk.origin}{base}/facts")
        assert page.locator('[id="at.petitioner.name.given:input"]').input_value()
        assert "not one of the choices" in page.locator('[id="at.kind"]').inner_text()
        page.goto(f"{desk.origin}{base}/check")
        assert "Not ready" in page.locator(".verdict").inner_text()
        assert not page.locator(".fix").first.is_visible()
        window.check_clean()
    assert folder.is_dir()


def test_a_killed_desk_loses_at_most_the_field_being_typed(browser: Any, tmp_path: Path) -> None:
    with run_desk(tmp_path) as desk, open_window(browser, desk) as window:
        shown = Shown(window, small_case(tmp_path / "killed")).open("facts")
        shown.input("/petitioner/occupation").type("nurse")
        shown.input("/petitioner/birth_city").type("Lviv")
        shown.wait(lambda case: case["petitioner"].get("occupation") == "nurse")
        desk.process.send_signal(signal.SIGKILL)
        desk.process.wait()
    assert json.loads((tmp_path / "killed/case.json").read_text())["petitioner"]["occupation"]


# --- checks ---


def test_a_finding_leads_to_its_field_and_is_fixed_by_one_click(make_case: MakeCase) -> None:
    request = {**CASE["request"], "letter_date": "11/24/2026"}
    shown = make_case("check", {"request": request})
    page = shown.page
    assert "Not ready" in page.locator(".verdict").inner_text()
    page.get_by_role("link", name="Request › Letter date").click()
    shown.wait_focus("at.request.letter_date:input")
    shown.open("check")
    page.get_by_role("button", name=re.compile("Write November 24, 2026")).click()
    shown.wait(lambda case: case["request"]["letter_date"] == "2026-11-24")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    shown.wait(lambda case: case["request"]["letter_date"] == "11/24/2026")


def test_a_file_that_is_left_out_needs_a_reason(make_case: MakeCase) -> None:
    shown = make_case("facts")
    (shown.folder / "evidence/extra.pdf").write_bytes(b"%PDF-1.4")
    shown.open("check")
    page = shown.page
    page.get_by_role("button", name=re.compile("Leave it out")).click()
    page.get_by_label("Why is this file left out?").fill("an older scan")
    page.get_by_role("button", name="Leave it out", exact=True).click()
    case = shown.wait(lambda case: "ignored_files" in case)
    assert case["ignored_files"] == [{"path": "evidence/extra.pdf", "why": "an older scan"}]


def test_a_rule_is_explained_where_it_is_reported(make_case: MakeCase) -> None:
    shown = make_case("check", {"kind": "paroled"})
    group = shown.page.locator(".group", has_text="not one of the choices")
    group.locator(".explain summary").click()
    assert "What to do" in group.inner_text()
    assert "house rule of assembler" in group.inner_text()


def test_a_repair_is_accepted_after_both_pages_were_seen(make_case: MakeCase) -> None:
    whole = text_pdf([["One. Testina Exemplar."], ["Two."]])
    damaged = whole[: whole.rindex(b"xref\n") - 4]  # as a download that was cut off
    shown = make_case("facts")
    (shown.folder / "evidence/letter.pdf").write_bytes(damaged)
    shown.open("check")
    page = shown.page
    page.get_by_role("button", name="Check the evidence too").click()
    page.get_by_text("The evidence was checked.").wait_for(timeout=120_000)
    page.get_by_role("button", name=re.compile("Accept the repair")).click()
    page.locator("#fix-pages img").nth(1).wait_for(timeout=60_000)
    assert "As the client sent it" in page.locator("#fix-pages").inner_text()
    page.get_by_role("button", name="Accept the repair", exact=True).click()
    assert shown.read()["exhibits"][0]["files"] == ["evidence/letter.pdf"]  # not looked at yet
    page.get_by_label(re.compile("I have looked at both")).check()
    assert find_violations(page) == []
    page.get_by_role("button", name="Accept the repair", exact=True).click()
    case = shown.wait(lambda case: isinstance(case["exhibits"][0]["files"][0], dict))
    sha256 = hashlib.sha256(damaged).hexdigest()
    assert case["exhibits"][0]["files"] == [
        {"path": "evidence/letter.pdf", "accept_repair": sha256}
    ]
    page.get_by_text("evidence checked before the last change").wait_for()


def test_texts_of_a_case_are_never_markup(make_case: MakeCase) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>'\"{{7*7}}"
    shown = make_case(
        "facts",
        {
            "petitioner": {**CASE["petitioner"], "occupation": evil, evil: evil},
            "kind": evil,
            "exhibits": [{**CASE["exhibits"][0], "id": evil, "title": evil}],
        },
    )
    assert shown.input("/petitioner/occupation").input_value() == evil
    assert shown.page.locator("main img, main script").count() == 0
    shown.open("check")
    assert shown.page.locator("main :not(#fix-pages) > img, main script").count() == 0


def test_what_a_page_sends_is_looked_up(desk: RunningDesk, root: Path, shared: DeskWindow) -> None:
    folder = small_case(root / "hostile")
    token = shared.page.evaluate("document.documentElement.dataset.csrf")
    base = Shown(shared, folder).base
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in shared.page.context.cookies())
    headers = {"Cookie": cookie, "X-CSRF-Token": token, "Content-Type": "application/json"}

    def post(path: str, body: dict[str, Any]) -> int:
        return desk.ask(f"{base}{path}", "POST", json.dumps(body).encode(), headers)[0]

    before = (folder / "case.json").read_bytes()
    entry = {"action": "remove", "pointer": "/exhibits/99", "seen": ""}
    assert post("/facts/entries", entry) == 400
    assert post("/facts/entries", {**entry, "action": "shell"}) == 400
    assert post("/facts/entries", {**entry, "pointer": "../x"}) == 400
    assert post("/facts/entries", {**entry, "pointer": "/others", "seen": "old"}) == 409
    assert post("/check/fix", {"key": "0" * 16, "seen": ""}) == 400
    assert post("/check/pages", {"key": "../../etc/passwd"}) == 400
    assert post("/facts/read", {"pointer": "/no/such/0", "text": "x" * 500_000}) == 200
    address = f"{base}/check/original/..%2f..%2fcase.json/1.webp"
    assert desk.ask(address, headers={"Cookie": cookie})[0] in (400, 404)
    assert (folder / "case.json").read_bytes() == before


def test_what_is_typed_survives_a_case_that_cannot_be_read_for_a_while(
    make_case: MakeCase, window: DeskWindow
) -> None:
    shown = make_case("facts")
    place = shown.folder / "case.json"
    text = place.read_text()
    field = shown.input("/petitioner/name/given")
    field.focus()
    place.write_text(text[:-20])
    shown.page.locator("#trouble").get_by_text("case.json").first.wait_for()
    field.fill("Typed meanwhile")
    shown.page.keyboard.press("Tab")
    shown.page.get_by_text("Not saved").wait_for()
    place.write_text(text)
    shown.page.locator("#trouble").wait_for(state="detached")
    assert field.input_value() == "Typed meanwhile"
    shown.wait(lambda case: case["petitioner"]["name"]["given"] == "Typed meanwhile")
    assert all("400" in problem for problem in window.problems)
    window.problems.clear()


def test_a_page_whose_case_is_gone_says_so_and_goes_on_when_it_is_back(
    make_case: MakeCase, window: DeskWindow
) -> None:
    shown = make_case("check")
    away = shown.folder.with_name("away")
    shown.folder.rename(away)
    shown.page.locator("#trouble").get_by_text("there is no case.json").wait_for()
    assert shown.page.locator(".verdict").is_visible()
    away.rename(shown.folder)
    shown.page.locator("#trouble").wait_for(state="detached")
    window.problems.clear()


@pytest.mark.parametrize("page", ["evidence", "facts", "import"])
def test_texts_without_a_space_stay_in_their_place(
    make_case: MakeCase, window: DeskWindow, page: str
) -> None:
    case = json.loads(json.dumps(CASE))
    for place in (case["beneficiaries"][0]["name"], case["petitioner"]["name"]):
        place["family"] = "W" * 5_000
    exhibits = [{**exhibit, "title": "W" * 5_000} for exhibit in case["exhibits"]]
    shown = make_case("facts", {**case, "exhibits": exhibits})
    for width in (1280, 390):
        shown.page.set_viewport_size({"width": width, "height": 844})
        shown.page.goto(f"{window.origin}{shown.base}/{page}")
        shown.page.get_by_role("heading", level=1).wait_for()
        assert shown.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    shown.page.set_viewport_size({"width": 1280, "height": 900})
