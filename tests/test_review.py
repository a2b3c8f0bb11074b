"""review: what the page says, that nothing in it runs or is fetched, and how it works in a real
browser."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from assembler.model.manifest import MANIFEST_FILE
from assembler.pdf.thumbnails import Picture, choose_style
from assembler.report import review
from assembler.report.review.html_page import data, page
from assembler.report.review.view import view
from assembler.runtime.resources import Shelf
from tests import factories
from tests.conftest import build, unseal
from tests.support import manifests
from tests.support.commands import run

SIGNOFF = Shelf.default().schema("signoff.json")
EVIL = (
    "</script><script>window.evil=1</script><img src=x onerror=window.evil=1> \"'\u202e\u2028 שלום"
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def manifest(small: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((small / "build/child" / MANIFEST_FILE).read_text())
    return made


def finding(**more: Any) -> dict[str, Any]:
    told = {
        "rule": "LEGIBLE.TEST",
        "severity": "warning",
        "where": "evidence/scan.pdf, page 2",
        "problem": "it is dark",
        "remedy": "scan again",
    }
    row = {**told, "file": "evidence/scan.pdf", "page": 2, "exhibit": "scan", **more}
    return {key: value for key, value in row.items() if value is not None}


def shown(manifest: dict[str, Any], findings: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    pictures = [Picture(page="data:image/png;base64,iVBORw0KGgo=")] * len(manifest["ledger"])
    rows = manifest["findings"] if findings is None else findings
    return view(manifests.parsed({**manifest, "findings": rows}), pictures, [], SIGNOFF)


def test_the_page_is_private_proven_and_listed(small: Path) -> None:
    path = small / "build/child/review.html"
    text = path.read_text(encoding="utf8")
    listed = {
        one["path"]
        for one in json.loads((small / "build/child" / MANIFEST_FILE).read_text())["outputs"]
    }

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "review.html" in listed
    assert re.search(r"<title>(.*)</title>", text)[1] == "Review: small-case"  # type: ignore[index]  # no client fact
    assert run("verify", small / "build/child", "--case", small)[0] == 0


def test_nothing_is_fetched_and_nothing_else_can_run(small: Path) -> None:
    text = (small / "build/child/review.html").read_text(encoding="utf8")

    hashed = r"&#39;sha256-.{44}&#39;"
    assert re.search(
        rf"default-src &#39;none&#39;; img-src data:; style-src {hashed}; script-src {hashed}", text
    )
    assert not re.findall(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=\"(?!data:)[^\"]*\"", text)
    assert not re.search(
        r"\son\w+=|javascript:|\sstyle=", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    )


def test_every_page_is_there_under_its_tab(manifest: dict[str, Any]) -> None:
    groups = shown(manifest)["groups"]

    assert [one["n"] for group in groups for one in group["pages"]] == list(range(1, 13))
    assert [group["tab"] for group in groups if group["tab"]] == ["A", "B", "C"]
    assert groups[0]["title"] == "Cover letter"
    assert [one["says"] for one in groups[-2]["pages"]] == [
        "Page 8: divider of Exhibit B",
        "Page 9: Exhibit B, 1 of 2",
        "Page 10: Exhibit B, 2 of 2",
    ]


def test_a_finding_leads_to_its_page_and_its_place_is_outlined(manifest: dict[str, Any]) -> None:
    told = [
        finding(severity="info", rule="TEST.NOTE"),
        finding(region=[61.2, 79.2, 306, 396]),
        finding(severity="error", page=None, file=None),
    ]
    made = shown(manifest, told)

    assert [(one["severity"], one["page"]) for one in made["findings"]] == [
        ("error", 9),
        ("warning", 10),
        ("info", 10),
    ]
    marked = {one["n"]: one for group in made["groups"] for one in group["pages"]}
    assert marked[10]["worst"] == "warning"
    assert [mark["box"] for mark in marked[10]["marks"]] == [[61.2, 79.2, 244.8, 316.8], None]
    assert marked[9]["worst"] == "error"


def test_a_finding_of_a_form_or_letter_leads_to_its_first_page(manifest: dict[str, Any]) -> None:
    part = manifest["ledger"][3]["part"]
    first = next(entry["number"] for entry in manifest["ledger"] if entry["part"] == part)
    (made,) = shown(manifest, [finding(file=None, page=None, exhibit=None, part=part)])["findings"]

    assert made["page"] == first


def test_a_place_follows_a_page_that_was_drawn_smaller(manifest: dict[str, Any]) -> None:
    changed = deepcopy(manifest)
    changed["ledger"][9]["scale"] = 0.9
    made = shown(changed, [finding(region=[0, 0, 100, 100])])

    width = changed["ledger"][9]["size"][0]
    (box,) = [
        mark["box"] for group in made["groups"] for one in group["pages"] for mark in one["marks"]
    ]
    assert box == [round(width * 0.05, 1), 0, 90, 90]


def test_the_matrix_has_a_cell_for_each_exhibit_and_counts_what_is_missing(
    manifest: dict[str, Any],
) -> None:
    claim = {
        "checklist": "x",
        "line": "ID.X",
        "level": "core",
        "text": "Something",
        "pointer": "",
        "met": False,
        "facts": [],
        "exhibits": [],
    }
    matrix = shown({**manifest, "matrix": [*manifest["matrix"], claim]})["matrix"]

    assert [tab["tab"] for tab in matrix["tabs"]] == ["A", "B", "C"]
    assert matrix["empty"] == 1
    row = next(one for one in matrix["rows"] if one["line"] == "ID.BENEFICIARY")
    assert row["cells"] == [None, 9, None]


def test_names_with_markup_are_shown_and_not_run(manifest: dict[str, Any]) -> None:
    changed = deepcopy(manifest)
    changed["index"][1]["title"] = EVIL
    text = page("packet", shown(changed, [finding(problem=EVIL, where=EVIL)]))

    assert "<script>window" not in text
    assert "&lt;script&gt;window.evil=1" in text
    assert "\u2028" not in text[text.index('id="data"') :]


def test_data_in_a_script_element_cannot_end_it() -> None:
    assert json.loads(str(data([EVIL]))) == [EVIL]
    assert "<" not in str(data(EVIL))


def test_larger_packets_get_smaller_pictures() -> None:
    sizes = [choose_style(pages).width for pages in (10, 300, 1000, 9000)]

    assert sizes == sorted(sizes, reverse=True)
    assert choose_style(9000).source == 0


def test_without_thumbnails_no_picture_and_no_word_of_the_evidence(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")

    assert run("bundle", case, "--no-thumbnails", "--as-of", "2026-11-23")[0] == 0
    text = (case / "build/child/review.html").read_text(encoding="utf8")

    assert "data:image" not in text
    assert "scanned" not in text
    assert 'id="p10"' in text


def test_batch_writes_a_list_of_all_cases_and_leaves_a_strange_file_alone(
    tmp_path: Path, small: Path
) -> None:
    shutil.copytree(small, tmp_path / "all/a case")
    factories.small_case(tmp_path / "all/bad", {"kind": "x"})

    run("batch", tmp_path / "all", "--as-of", "2026-11-23")
    text = (tmp_path / "all/index.html").read_text()

    assert "a%20case/build/child/review.html" in text
    assert "1 failed" in text
    (tmp_path / "all/index.html").write_text("somebody's own")
    _, _, err = run("batch", tmp_path / "all", "--resume", "--as-of", "2026-11-23")
    assert "not ours" in err
    assert (tmp_path / "all/index.html").read_text() == "somebody's own"


# --- in a real browser ---

in_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


class Seen:
    """A page in Chromium, with what it asked for and complained of."""

    def __init__(self, tab: Any) -> None:
        self.tab = tab
        self.complaints: list[str] = []
        self.requests: list[str] = []
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("request", lambda request: self.requests.append(request.url))

    def open(self, path: Path) -> Seen:
        self.tab.goto(path.resolve().as_uri())
        return self

    def quiet(self) -> bool:
        """Nothing was asked for but the file itself, and nothing was complained of."""
        outside = [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]
        return not outside and not self.complaints


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def seen(browser: Any) -> Iterator[Seen]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    yield Seen(context.new_page())
    context.close()


@pytest.fixture(scope="module")
def troubled(
    small: Path, manifest: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A page with twelve findings, one of them with markup in every text."""
    kinds, exhibits = ("error", "warning", "info"), ("letter", "scan")
    rows = [
        finding(rule=f"LEGIBLE.{n % 3}", severity=kinds[n % 3], exhibit=exhibits[n % 2])
        for n in range(11)
    ]
    rows.append(finding(problem=EVIL, where=EVIL, remedy=EVIL, region=[50, 50, 300, 200]))
    changed = {**deepcopy(manifest), "findings": rows}
    changed["index"][1]["title"] = EVIL
    text = (small / "build/child/review.html").read_text(encoding="utf8")
    picture = re.search(r'src="(data:image[^"]+)"', text)
    assert picture
    pictures = [Picture(page=picture[1], source=picture[1])] * len(changed["ledger"])
    words = [
        [["word", 60.0, 60.0, 120.0, 80.0, sure]]
        for sure in (95, 75, 20, 95, 75, 20, 95, 75, 20, 95, 75, 20)
    ]
    path = tmp_path_factory.mktemp("review") / "review.html"
    path.write_text(
        page("packet", view(manifests.parsed(changed), pictures, words, SIGNOFF)), encoding="utf8"
    )
    return path


@in_browser
def test_open_filter_and_look(seen: Seen, troubled: Path) -> None:
    tab = seen.open(troubled).tab

    assert tab.locator(".finding:visible").count() == 12
    tab.uncheck("input[value=info]")
    tab.select_option("select[name=exhibit]", "scan")
    assert tab.locator(".finding:visible").count() == 5
    assert tab.inner_text("#shown") == "5 of 12 shown"
    tab.select_option("select[name=rule]", "LEGIBLE.TEST")
    assert tab.locator(".finding:visible").count() == 1
    tab.locator(".finding:visible .go").click()
    assert tab.inner_text("#large-title") == "Page 10: Exhibit B, 2 of 2"
    assert tab.locator("#large-page rect").count() == 1
    tab.check("#overlay")
    assert tab.locator("#large-page rect.w.high").count() == 1
    assert tab.get_attribute("#large-page img", "src") == tab.get_attribute("#p10 img", "src")
    assert tab.evaluate("window.evil") is None
    assert "onerror=window.evil=1" in tab.inner_text("#findings")
    assert seen.quiet(), (seen.complaints, seen.requests)


@in_browser
def test_by_keyboard_alone(seen: Seen, troubled: Path) -> None:
    tab = seen.open(troubled).tab
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the findings"
    tab.focus("#p3")
    tab.keyboard.press("Enter")
    assert tab.inner_text("#large-title").startswith("Page 3:")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowLeft")
    assert tab.inner_text("#large-title").startswith("Page 4:")
    tab.keyboard.press("Escape")
    assert not tab.evaluate("document.querySelector('#large').open")
    tab.wait_for_function(
        "() => document.activeElement.id === 'p4'", timeout=5000
    )  # the dialog tells of its end a moment later
    assert seen.quiet()


@in_browser
def test_the_sign_off_is_saved_as_json_and_prints(seen: Seen, small: Path, tmp_path: Path) -> None:
    tab = seen.open(small / "build/child/review.html").tab
    tab.check("input[name=signatures]")
    tab.fill("input[name=who]", "Advocata Fictiva")
    tab.fill("input[name=when]", "2026-11-24")
    with tab.expect_download() as caught:
        tab.click("text=Save as signoff.json")
    caught.value.save_as(tmp_path / "signoff.json")
    saved = json.loads((tmp_path / "signoff.json").read_text())
    outputs = json.loads((small / "build/child" / MANIFEST_FILE).read_text())["outputs"]
    bundle = next(one for one in outputs if one["path"] == "bundle.pdf")

    assert saved["items"]["signatures"]
    assert not saved["items"]["truth"]
    assert (saved["who"], saved["when"], saved["bundle_sha256"]) == (
        "Advocata Fictiva",
        "2026-11-24",
        bundle["sha256"],
    )
    assert set(saved["items"]) == {item["id"] for item in SIGNOFF["items"]}
    pdf = tab.pdf()
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 20_000
    assert seen.quiet()


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("what", ["clean", "troubled", "large", "batch"])
def test_an_accessibility_checker_finds_nothing(
    browser: Any, small: Path, troubled: Path, what: str, scheme: str, tmp_path: Path
) -> None:
    from axe_core_python.sync_playwright import Axe

    path = {"clean": small / "build/child/review.html", "batch": tmp_path / "index.html"}.get(
        what, troubled
    )
    if what == "batch":
        path.write_text(review.index(rows(300)))
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": 412 if scheme == "dark" else 1280, "height": 900}
    )
    tab = Seen(context.new_page()).open(path).tab
    if what == "large":
        tab.click("#p10")
    found = Axe().run(tab)
    context.close()

    assert len(found["passes"]) > 15
    assert [
        (one["id"], [node["html"][:120] for node in one["nodes"]][:3])
        for one in found["violations"]
    ] == []


def rows(count: int) -> list[review.Row]:
    return [
        review.Row(
            case=EVIL if n == 7 else f"case-{n:04}",
            state=("built", "failed")[n % 10 == 9],
            summary="1 packet, proved",
            errors=n % 3,
            warnings=n % 5,
            pages=count - n,
            links=(f"case-{n:04}/build/child/review.html",),
        )
        for n in range(count)
    ]


@in_browser
def test_the_list_of_a_batch_stays_usable_with_five_thousand(seen: Seen, tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    path.write_text(review.index(rows(5000)), encoding="utf8")
    tab = seen.open(path).tab

    assert tab.locator("tbody tr").count() == 100
    assert tab.inner_text("#shown") == "1 to 100 of 5000"
    tab.click("text=Next 100")
    assert tab.inner_text("tbody tr:first-child th") == "case-0100"
    tab.click("button[data-key=pages]")
    assert tab.inner_text("#shown") == "101 to 200 of 5000"
    tab.fill("input[name=text]", "case-49")
    tab.select_option("select[name=state]", "failed")
    assert tab.inner_text("#shown") == "1 to 10 of 10"
    assert (
        tab.get_attribute("tbody tr:first-child a", "href") == "case-4999/build/child/review.html"
    )
    assert tab.evaluate("window.evil") is None
    assert seen.quiet()


def test_the_same_page_twice(copy: Path) -> None:
    before = (copy / "build/child/review.html").read_bytes()
    unseal(copy)
    build(copy, jobs=1)

    assert (copy / "build/child/review.html").read_bytes() == before


def test_pictures_are_the_same_whether_the_proof_left_them_or_not(tmp_path: Path) -> None:
    folder = factories.small_case(tmp_path / "case")
    more = {
        "wall.pdf": factories.text_pdf(size=(1600, 2400)),
        "full.pdf": factories.full_ink_pdf(),
        "turned.pdf": factories.rotated_pdf(90),
        "phone.jpg": factories.photo(6),
    }
    case = json.loads((folder / "case.json").read_text())
    for name, content in more.items():
        (folder / "evidence" / name).write_bytes(content)
        file = {
            "path": f"evidence/{name}",
            "accept_loss": ["EVID.HIDDEN"] if name == "full.pdf" else [],
        }
        case["exhibits"].append(
            {"id": name.split(".")[0], "title": "More", "category": "medical", "files": [file]}
        )
    (folder / "case.json").write_text(json.dumps(case))
    build(folder)
    before = (folder / "build/child/review.html").read_bytes()
    left = list(folder.glob(".assembler/cache/*/*/pictures.json"))
    for path in left:
        shutil.rmtree(path.parent)
    unseal(folder)
    (again,) = build(folder)

    assert len(left) >= len(case["exhibits"])
    assert (again.proof.drawn, again.proof.known > 0) == (0, True)
    assert (folder / "build/child/review.html").read_bytes() == before
