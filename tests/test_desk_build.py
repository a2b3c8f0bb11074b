"""The desk's Build page: building, what follows, and the files of packets; in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler import receivers
from assembler.desk.build_progress import (
    BUILD_STEPS,
    RunningStep,
    StepTime,
    estimate,
    format_remaining,
    format_seconds,
)
from assembler.desk.build_view import (
    ChangesRequest,
    choose_receiver,
    compare_packet,
    describe_profile,
    list_receivers,
    summarize_packets,
)
from assembler.desk.case_work import BuildOrder, BuildResult, build_case, find_before, read_times
from assembler.desk.packet_downloads import BUILD, find_file, list_places
from assembler.errors import CaseRejected
from assembler.model.manifest import MANIFEST_FILE
from assembler.pipeline import BuildState, read_filed_packets, read_status
from assembler.pipeline.filed_packets import keep_filed, list_filed_folders
from assembler.rules import load_library
from assembler.runtime.manifest_reader import read_digest, read_manifest
from assembler.runtime.resources import Shelf
from tests import factories
from tests.support.browsers import CHROMIUM, check_accessible
from tests.support.desks import DeskWindow, RunningDesk, open_window, run_desk

TODAY = date(2026, 11, 29)
SHELF = Shelf.default()
browser_only = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
times = st.lists(
    st.builds(StepTime, step=st.sampled_from(BUILD_STEPS), seconds=st.floats(0, 5_000)), max_size=12
)


@given(times, times, st.sampled_from(BUILD_STEPS), st.integers(0, 50), st.floats(0, 9_000))
def test_an_estimate_is_always_possible(
    past: list[StepTime], earlier: list[StepTime], step: str, done: int, seconds: float
) -> None:
    now = RunningStep(step=step, done=done, total=50, seconds=seconds)
    for known in (earlier, []):
        guess = estimate(past, now, known)
        assert 0 <= guess.percent <= 99
        assert guess.remaining == "" or guess.remaining.endswith("left")


def test_a_build_like_the_last_one_is_estimated_by_it() -> None:
    earlier = [StepTime(step="read pages", seconds=100), StepTime(step="prove", seconds=100)]
    now = RunningStep(step="read pages", done=5, total=10, seconds=50)
    guess = estimate([], now, earlier)
    assert (guess.percent, guess.remaining) == (25, "about 2 minutes left")
    later = RunningStep(step="prove", done=0, total=0, seconds=95)
    assert estimate([earlier[0]], later, earlier).remaining == "about 10 seconds left"


def test_the_first_build_says_nothing_before_it_can_know() -> None:
    start = RunningStep(step="read pages", done=1, total=100, seconds=1)
    assert estimate([], start, []).remaining == ""
    half = RunningStep(step="read pages", done=50, total=100, seconds=50)
    assert estimate([], half, []).remaining == "about 2 minutes left"
    assert format_remaining(1) == "a few seconds left"
    assert format_seconds(3_661) == "1:01:01"


def test_receivers_are_described_in_words() -> None:
    views = list_receivers(SHELF, Path("nowhere"))
    assert {view.id for view in views} == set(receivers.list_profile_ids(SHELF))
    assert views[0].id.startswith("uscis")
    paper = describe_profile(receivers.load_profile(SHELF, "uscis-paper"))
    assert " · ".join(paper).replace("\N{NO-BREAK SPACE}", " ").startswith("Printed and mailed")
    assert choose_receiver(views, "", {"request": {"filing": "online"}}) == "uscis-online"
    assert choose_receiver(views, "cmecf", {}) == "cmecf"
    assert choose_receiver(views, "gone", {"request": 3}) == receivers.DEFAULT


def order(folder: Path, **more: Any) -> BuildOrder:
    return BuildOrder(
        folder=folder, shelf=SHELF, as_of=TODAY, workers=2, **{"profile": "uscis-paper", **more}
    )


def build(folder: Path, **more: Any) -> BuildResult:
    return build_case(order(folder, **more), lambda *_: None)


def set_title(folder: Path, title: str) -> None:
    case = json.loads((folder / "case.json").read_text())
    case["exhibits"][0]["title"] = title
    factories.write_case(folder, case)


def test_a_build_can_be_compared_with_the_one_before_and_only_with_that(copy: Path) -> None:
    packet = copy / "build/child"
    assert find_before(copy, packet) is None
    old = read_digest(packet)
    set_title(copy, "Another title of the letter")
    result = build(copy)
    assert [summary.again for summary in result.packets] == [False]
    assert {entry.step for entry in read_times(copy)} >= {"read pages", "prove"}
    before = find_before(copy, packet)
    assert before is not None
    assert old != read_digest(packet)
    request = ChangesRequest(case_folder=copy, packet=packet, filed=None)
    (comparison,) = compare_packet(request)
    assert comparison.changes
    assert build(copy).packets[0].again  # nothing changed, and the comparison stays
    assert compare_packet(request) == (comparison,)
    path = packet / MANIFEST_FILE  # made by somebody else meanwhile
    path.write_bytes(path.read_bytes() + b"\n")
    assert find_before(copy, packet) is None
    (comparison,) = compare_packet(request)
    assert comparison.changes is None
    assert "nothing to compare" in comparison.why


def test_a_filed_packet_is_kept_and_later_builds_keep_its_numbers(copy: Path) -> None:
    first = keep_filed(copy, TODAY)
    second = keep_filed(copy, TODAY)
    assert [folder.name for folder in list_filed_folders(copy)] == ["2026-11-29", "2026-11-29-2"]
    assert (first, second) == list_filed_folders(copy)
    assert read_filed_packets(first)[0].sha256 == read_digest(copy / "build/child")
    build(copy, filed=first, late="in-place")
    frozen = read_manifest(copy / "build/child").frozen
    assert frozen is not None
    assert frozen.manifest == read_digest(first / "child")
    # such a packet is current, too
    assert read_status(copy, SHELF, load_library(SHELF), TODAY).state is BuildState.CURRENT
    shutil.rmtree(first)
    shutil.rmtree(second)
    assert read_status(copy, SHELF, load_library(SHELF), TODAY).state is BuildState.CHANGED


def test_a_packet_that_was_changed_is_not_kept_as_filed(copy: Path) -> None:
    path = copy / "build/child/bundle.pdf"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(CaseRejected, match="not as it was"):
        keep_filed(copy, TODAY)
    assert list_filed_folders(copy) == ()
    assert not (copy / "filed").exists()
    (copy / "filed").symlink_to(copy.parent)
    assert list_filed_folders(copy) == ()


def test_only_listed_regular_files_of_a_packet_are_sent(copy: Path) -> None:
    packet = list_places(copy)[BUILD, "child"]
    (copy.parent / "secret.txt").write_text("secret")
    (packet / "link.pdf").symlink_to(copy.parent / "secret.txt")
    (packet / "folder").symlink_to(copy.parent)
    (packet / "own.html").write_text("<script>evil()</script>")
    for path in (
        *("../secret.txt", "/etc/passwd", "folder/secret.txt", "link.pdf", "folder", "", "drafts"),
        *("drafts/../manifest.json", "./manifest.json", "manifest.json\0", "nothing"),
    ):
        assert find_file(packet, path) is None, path
    served = find_file(packet, "own.html")
    assert served is not None
    assert (served.media_type, served.is_inline, served.is_review) == (
        "application/octet-stream",
        False,
        False,
    )
    review = find_file(packet, "review.html")
    assert review is not None
    assert review.is_review
    (packet.parent / "other").symlink_to(packet)
    assert (BUILD, "other") not in list_places(copy)


def test_a_packet_with_a_broken_manifest_is_shown_as_such(copy: Path) -> None:
    (copy / "build/child" / MANIFEST_FILE).write_text("{")
    (summary,) = summarize_packets(copy)
    assert summary.problem
    assert summary.files == ()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, small: Path) -> Path:
    folder = tmp_path_factory.mktemp("build")
    shutil.copytree(small, folder / "built")
    factories.small_case(folder / "late", {"reasons": []})
    shutil.copytree(small, folder / "again")
    shutil.rmtree(folder / "again/.assembler", ignore_errors=True)
    return folder


@pytest.fixture(scope="module")
def desk(root: Path) -> Iterator[RunningDesk]:
    with run_desk(root, "--as-of", TODAY) as running:
        yield running


@pytest.fixture
def window(browser: Any, desk: RunningDesk) -> Iterator[DeskWindow]:
    with open_window(browser, desk) as opened:
        yield opened
        opened.check_clean()


def go(window: DeskWindow, name: str) -> str:
    """The address of a case's Build page, which is open then."""
    address = str(window.page.get_attribute(f"tbody a >> text=/^{name}$/", "href"))
    window.page.goto(f"{window.origin}{address}/build")
    return f"{window.origin}{address}"


def read_outcome(page: Any, act: Callable[[], None]) -> str:
    """The outcome of work that an act starts; how far it is may be shown too shortly to be seen."""
    page.evaluate("document.getElementById('outcome')?.setAttribute('data-old', '')")
    act()
    page.wait_for_selector("#outcome:not([hidden], [data-old])", timeout=120_000)
    return str(page.inner_text("#outcome"))


@browser_only
@pytest.mark.tools
def test_findings_that_stop_a_build_are_told_and_lead_to_check(window: DeskWindow) -> None:
    page = window.page
    address = go(window, "late")
    check_accessible(page)
    page.focus("#build")
    text = read_outcome(page, lambda: page.keyboard.press("Enter"))
    assert "No packet was built" in text
    assert "Reasons" in text
    assert page.get_attribute("#to-check", "href") == f"{address.removeprefix(window.origin)}/check"
    check_accessible(page)


@browser_only
@pytest.mark.tools
def test_a_build_is_stopped_and_the_packet_stays(window: DeskWindow, root: Path) -> None:
    page = window.page
    before = read_digest(root / "again/build/child")
    set_title(root / "again", "Changed")
    go(window, "again")
    page.click("#build")
    page.wait_for_selector("#progress li.now >> text=/Open|Recognize|Join/", timeout=60_000)
    page.goto(page.url)  # the page was closed and opened again
    page.wait_for_selector("#progress li.now")
    page.click("#cancel")
    page.wait_for_selector("#outcome:not([hidden])")
    assert "Stopped" in page.inner_text("#outcome")
    assert read_digest(root / "again/build/child") == before
    assert list((root / "again/.assembler/scratch").iterdir()) == []


@browser_only
@pytest.mark.tools
def test_a_packet_is_built_verified_printed_and_kept_as_filed(
    window: DeskWindow, root: Path
) -> None:
    page = window.page
    go(window, "built")

    def build_watched() -> None:
        page.click("#build")
        page.wait_for_selector("#progress li.now")
        check_accessible(page)

    assert "proved" in read_outcome(page, build_watched)
    assert re.search(r"All \d+ checks passed", read_outcome(page, lambda: page.click("#verify-1")))
    check_accessible(page)
    assert "sheets of Letter" in read_outcome(page, lambda: page.click("#print-1"))
    page.click("#open-file")
    assert "filed/2026-11-29" in read_outcome(page, lambda: page.click("#file-it"))
    assert page.input_value("#filed") == "2026-11-29"
    page.click("text=What changed")
    page.wait_for_selector("text=The packet filed on 2026-11-29")
    assert "No page has changed" in page.inner_text("main")
    check_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("text=Back to the packet")
    page.wait_for_selector("#build")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@browser_only
@pytest.mark.tools
def test_the_review_page_works_in_a_sandbox_and_its_sign_off_comes_back(
    window: DeskWindow, root: Path, tmp_path: Path
) -> None:
    page = window.page
    go(window, "built")
    with page.context.expect_page() as opening:
        page.click(".packet a >> text=review.html")
    review = opening.value
    review.wait_for_load_state()
    assert review.evaluate("self.origin") == "null"
    assert review.evaluate("fetch('/').then(() => 'read', () => 'refused')") == "refused"
    review.evaluate(
        "document.body.append(Object.assign(document.createElement('a'),"
        "{href: 'bundle.pdf#page=2', textContent: 'to the PDF', id: 'pdf'}))"
    )
    with review.expect_response("**/bundle.pdf") as answer:
        review.evaluate("document.getElementById('pdf').click()")
    assert answer.value.status == 200
    assert answer.value.headers["content-type"] == "application/pdf"
    assert answer.value.headers["content-disposition"].startswith("inline")
    manifest = read_manifest(root / "built/build/child")
    digests = {file.path: file.sha256 for file in manifest.outputs}
    record = {
        "bundle_sha256": " ".join(digests[volume.path] for volume in manifest.volumes),
        "items": {"signatures": True},
    }
    saved = tmp_path / "signoff.json"
    saved.write_text(json.dumps({**record, "bundle_sha256": "0" * 64}))
    page.set_input_files("[data-sign]", saved)
    page.wait_for_selector(".toast.bad")
    window.problems.clear()  # the refusals themselves
    assert not (root / "built/build/child/signoff.json").exists()
    saved.write_text(json.dumps(record))
    page.set_input_files("[data-sign]", saved)
    page.wait_for_selector(".pill >> text=Signed off")
    page.wait_for_selector("#case-state >> text=Ready to file")


@browser_only
@pytest.mark.tools
def test_files_of_a_packet_are_sent_with_care(desk: RunningDesk, window: DeskWindow) -> None:
    go(window, "built")
    href = window.page.get_attribute(".packet a >> text=bundle.pdf", "href")
    base = href.removesuffix("bundle.pdf")
    status, headers, body = desk.ask(href)
    assert (status, body[:5]) == (200, b"%PDF-")
    assert headers["x-content-type-options"] == "nosniff"
    assert desk.ask(href, headers={"Range": "bytes=0-4"})[2] == b"%PDF-"
    status, headers, _ = desk.ask(f"{base}review.html")
    assert headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in headers["content-security-policy"]
    assert "attachment" in desk.ask(f"{href}?download")[1]["content-disposition"]
    embed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "embed"}
    for path, sent in (
        (href, embed),
        (href, {"Origin": "null"}),
        (href, {"Host": "evil.example"}),
    ):
        assert desk.ask(path, headers=sent)[0] == 421
    for path in (
        f"{base}..%2f..%2f..%2fcase.json",
        f"{base}../../../case.json",
        f"{base}%2e%2e/%2e%2e/case.json",
        f"{base}nothing",
        base,
        href.replace("/packets/", "/packets/x"),
        href.replace("/build/", "/filed/"),
    ):
        assert desk.ask(path)[0] == 404, path
    assert desk.ask(href, "POST", b"")[0] == 403
