"""review: what the page says, that nothing in it runs or is fetched, and how it works in a real
browser."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import stat
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from assembler.model.manifest import MANIFEST_FILE
from assembler.pdf import thumbnails
from assembler.pdf.thumbnails import Picture, PictureStyle, choose_style, make_picture
from assembler.report import review
from assembler.report.review import review_page
from assembler.report.review.html_page import embed_json, page
from assembler.report.review.page_geometry import map_to_source
from assembler.report.review.page_view import ShownEvidence
from assembler.report.review.view import ReviewTexts, build_view
from assembler.runtime.resources import Shelf
from tests import factories
from tests.conftest import build, unseal
from tests.support import manifests
from tests.support.browsers import CHROMIUM, find_violations
from tests.support.commands import run

SIGNOFF = Shelf.default().schema("signoff.json")
EVIL = (
    "</script><script>window.evil=1</script><img src=x onerror=window.evil=1> \"'\u202e\u2028 שלום"
)


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


def shown(
    manifest: dict[str, Any],
    findings: list[dict[str, Any]] | None = None,
    *,
    picture: Picture | None = None,
    title: tuple[str, ...] = (),
) -> dict[str, Any]:
    picture = picture or Picture(page="data:image/png;base64,iVBORw0KGgo=")
    rows = manifest["findings"] if findings is None else findings
    texts = ReviewTexts(signoff=SIGNOFF, title=title, rule_titles={"LEGIBLE.TEST": "A test"})
    content = ShownEvidence(pictures=[picture] * len(manifest["ledger"]))
    return build_view(manifests.parsed({**manifest, "findings": rows}), content, texts)


def placeholder(form: str, **more: Any) -> dict[str, Any]:
    return finding(
        rule="FORM.PLACEHOLDER",
        where=f"packet child, form {form}",
        problem="the form is not there",
        remedy="put the form into forms/",
        part=f"{form}-placeholder",
        **{"file": None, "page": None, "exhibit": None, **more},
    )


def groups(made: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Tone, rule and number of places of each group, in order."""
    return [
        (group["tone"], group["rule"], len(group["members"]) + len(group["more"]))
        for section in made["sections"]
        for group in section["groups"]
    ]


def words_of(parts: list[tuple[bool, str]]) -> str:
    return "".join(text for _, text in parts)


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
    rows = [
        finding(severity="info", rule="TEST.NOTE"),
        finding(region=[61.2, 79.2, 306, 396]),
        finding(severity="error", page=None, file=None),
    ]
    made = shown(manifest, rows)

    assert groups(made) == [
        ("blocker", "LEGIBLE.TEST", 1),
        ("check", "LEGIBLE.TEST", 1),
        ("hint", "TEST.NOTE", 1),
    ]
    members = [
        section["groups"][0]["members"][0] for section in made["sections"] if section["groups"]
    ]
    assert [member["page"] for member in members] == [9, 10, 10]
    assert [member["box"] for member in members] == [None, [61.2, 79.2, 244.8, 316.8], None]
    marked = {one["n"]: one for group in made["groups"] for one in group["pages"]}
    assert marked[10]["worst"] == "check"
    assert [mark["box"] for mark in marked[10]["marks"]] == [[61.2, 79.2, 244.8, 316.8], None]
    assert marked[9]["worst"] == "blocker"


def test_a_finding_of_a_form_or_letter_leads_to_its_first_page(manifest: dict[str, Any]) -> None:
    part = manifest["ledger"][3]["part"]
    first = next(entry["number"] for entry in manifest["ledger"] if entry["part"] == part)
    made = shown(manifest, [finding(file=None, page=None, exhibit=None, part=part)])

    assert made["sections"][1]["groups"][0]["members"][0]["page"] == first


def test_findings_of_one_rule_are_one_group_with_one_fix(manifest: dict[str, Any]) -> None:
    rows = [finding(where=f"evidence/{n}.pdf, page 2") for n in range(9)]
    (group,) = shown(manifest, rows)["sections"][1]["groups"]

    assert (words_of(group["title"]), group["places"]) == ("It is dark.", "9 pages")
    assert (words_of(group["fix"]["parts"]), group["fix"]["clip"]) == ("Scan again.",) * 2
    assert (len(group["members"]), len(group["more"])) == (6, 3)
    assert all(not (member["problem"] or member["fix"]) for member in group["members"])


def test_findings_that_differ_say_each_what_to_do_under_the_title_of_their_rule(
    manifest: dict[str, Any],
) -> None:
    rows = [finding(problem=f"dark {n}", remedy=f"scan {n}") for n in range(2)]
    (group,) = shown(manifest, rows)["sections"][1]["groups"]

    assert (words_of(group["title"]), group["fix"]) == ("A test.", None)
    assert [words_of(member["problem"]) for member in group["members"]] == ["Dark 0.", "Dark 1."]
    assert [member["fix"]["clip"] for member in group["members"]] == ["Scan 0.", "Scan 1."]


@pytest.mark.parametrize(
    ("remedy", "copied"),
    [
        ("run `assembler bundle` again", "assembler bundle"),
        ('write `"fee": "waiver"` under `request`', '"fee": "waiver"'),
        ('write `{"a": 1}` and `{"b": 2}`', '{"a": 1}\n{"b": 2}'),
        ("set `person`, or scan it again", "Set `person`, or scan it again."),
    ],
    ids=["command", "json", "two", "words"],
)
def test_what_is_copied_is_the_command_or_json_or_else_the_whole_fix(
    manifest: dict[str, Any], remedy: str, copied: str
) -> None:
    (group,) = shown(manifest, [finding(remedy=remedy)])["sections"][1]["groups"]

    assert group["fix"]["clip"] == copied
    assert "`" not in words_of(group["fix"]["parts"])


def test_the_verdict_and_what_to_do_next_come_first(manifest: dict[str, Any]) -> None:
    made = shown(manifest, [placeholder("g-28"), placeholder("i-131"), finding()])

    assert made["verdict"]["line"] == "NOT READY: 2 forms missing (G-28, I-131) · 1 to check"
    assert [words_of(step["parts"]) for step in made["steps"]] == [
        "Add the missing forms: G-28, I-131.",
        "Build the packet again.",
        "Look at the one thing to check. You may find nothing to change.",
    ]
    text = page("packet", made)
    assert "2 forms missing (G-28, I-131) · 1 to check" in text
    order = [text.index(f'id="{part}"') for part in ("h-verdict", "findings", "pages", "signoff")]
    assert order == sorted(order)


def test_a_packet_without_findings_only_waits_for_signatures(manifest: dict[str, Any]) -> None:
    made = shown(manifest, [])
    text = page("packet", made)

    assert made["verdict"]["line"] == "READY EXCEPT SIGNATURES"
    assert words_of(made["steps"][-1]["parts"]).startswith("Go through the sign-off list")
    assert "Nothing to fix." in text
    assert "Nothing to check." in text
    assert 'class="count blocker"' not in text  # no red zero
    assert 'class="count check"' not in text


def test_many_problems_are_named_by_the_first_four_fixes(manifest: dict[str, Any]) -> None:
    rows = [
        finding(rule=f"TEST.{n}", severity="error", remedy=f"mend {n}", where=f"{n}")
        for n in range(7)
    ]
    steps = [words_of(step["parts"]) for step in shown(manifest, rows)["steps"]]

    assert steps[:5] == [
        "Mend 0.",
        "Mend 1.",
        "Mend 2.",
        "Mend 3.",
        "Fix 3 more problems, listed below.",
    ]


def test_the_title_is_of_the_beneficiary_the_reason_and_the_way_of_filing(
    small: Path, manifest: dict[str, Any]
) -> None:
    case = json.loads((small / "case.json").read_text())
    person = case["beneficiaries"][0]["name"]
    text = (small / "build/child/review.html").read_text(encoding="utf8")

    assert f'<h1 dir="auto">{person["given"]} {person["family"]}</h1>' in text
    assert "USCIS, by mail or courier" in text
    assert shown(manifest)["title"] == ("Packet child", "case small-case")


def test_a_place_follows_a_page_that_was_drawn_smaller(manifest: dict[str, Any]) -> None:
    changed = deepcopy(manifest)
    changed["ledger"][9]["scale"] = 0.9
    made = shown(changed, [finding(region=[0, 0, 100, 100])])

    width = changed["ledger"][9]["size"][0]
    (box,) = [
        mark["box"] for group in made["groups"] for one in group["pages"] for mark in one["marks"]
    ]
    assert box == [round(width * 0.05, 1), 0, 90, 90]


@pytest.mark.parametrize(
    ("turned", "expected"),
    [(0, (0.25, 0.1)), (90, (0.1, 0.75)), (180, (0.75, 0.9)), (270, (0.9, 0.25))],
)
def test_a_point_of_a_page_is_found_in_the_file_that_was_turned(
    turned: int, expected: tuple[float, float]
) -> None:
    transform = manifests.transform(turned=turned)
    entry = manifests.entry(1, size=(400.0, 800.0), scale=0.5, transform=transform)
    a, b, c, d, e, f = map_to_source(entry)
    # a quarter from the left of the half-size page and a tenth from its top
    x, y = 100 + 0.25 * 200, 0.1 * 400

    assert (a * x + b * y + c, d * x + e * y + f) == pytest.approx(expected, abs=1e-4)


def test_a_point_of_a_photo_is_found_in_the_photo() -> None:
    transform = manifests.transform(placement=(50.0, 100.0, 200.0, 400.0))
    entry = manifests.entry(1, size=(600.0, 800.0), transform=transform)
    a, b, c, d, e, f = map_to_source(entry)
    x, y = 50 + 0.5 * 200, 300 + 0.25 * 400  # the photo starts 300 below the top

    assert (a * x + b * y + c, d * x + e * y + f) == pytest.approx((0.5, 0.25), abs=1e-4)


def test_a_source_that_is_drawn_like_its_page_is_kept_once(manifest: dict[str, Any]) -> None:
    url = "data:image/png;base64,iVBORw0KGgo="
    alike = shown(manifest, picture=Picture(page=url, source=url))
    other = shown(manifest, picture=Picture(page=url, source=url + "AA"))

    assert {one["source"] for one in alike["pages"]} == {"="}
    assert {one["source"] for one in other["pages"]} == {url + "AA"}


def test_each_requirement_names_the_exhibit_and_page_that_show_it(
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
    made = shown({**manifest, "matrix": [*manifest["matrix"], claim]})

    assert [one["line"] for one in made["claims"]["open"]][-1] == "ID.X"
    row = next(one for one in made["claims"]["shown"] if one["line"] == "ID.BENEFICIARY")
    assert row["exhibits"] == [{"text": "Exhibit B at 9–10", "page": 9}]
    assert 'data-page="9">Exhibit B at 9–10</a>' in page("packet", made)


def test_names_with_markup_are_shown_and_not_run(manifest: dict[str, Any]) -> None:
    changed = deepcopy(manifest)
    changed["index"][1]["title"] = EVIL
    text = page("packet", shown(changed, [finding(problem=EVIL, where=EVIL)]))

    assert "<script>window" not in text
    assert "&lt;script&gt;window.evil=1" in text
    assert "\u2028" not in text[text.index('id="data"') :]


def test_data_in_a_script_element_cannot_end_it() -> None:
    assert json.loads(str(embed_json([EVIL]))) == [EVIL]
    assert "<" not in str(embed_json(EVIL))


def test_larger_packets_get_smaller_pictures() -> None:
    sizes = [choose_style(pages).width for pages in (10, 150, 300, 1000, 9000)]

    assert sizes == sorted(sizes, reverse=True)
    assert not choose_style(9000).has_sources


def test_a_page_and_its_source_are_equally_sharp_and_keep_to_their_limit() -> None:
    noise = Image.effect_noise((1600, 2000), 90)
    style = PictureStyle(widths=(1200, 800, 400), most=300_000, format="JPEG", quality=40)

    same = make_picture(noise.copy(), noise.copy(), style, bare=True)
    other = make_picture(noise.copy(), noise.rotate(180), style, bare=True)

    assert same.page == same.source
    assert [width_of(url) for url in (same.page, same.source)] == [800, 800]  # counted once
    assert [width_of(url) for url in (other.page, other.source)] == [400, 400]


def test_a_thousand_pages_keep_below_25_megabytes() -> None:
    style = choose_style(1000)

    assert style.most * 1000 < 23_000_000  # leaves 2 MB for the words and the markup


def width_of(url: str) -> int:
    return Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).width


def test_without_thumbnails_no_picture_and_no_word_of_the_evidence(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")

    assert run("bundle", case, "--no-thumbnails", "--as-of", "2026-11-23")[0] == 0
    text = (case / "build/child/review.html").read_text(encoding="utf8")

    assert "data:image" not in text
    assert "scanned" not in text
    assert 'id="p10"' in text
    name = json.loads((case / "case.json").read_text())["beneficiaries"][0]["name"]
    assert f"{name['given']} {name['family']}</h1>" not in text
    assert '<h1 dir="auto">Packet child</h1>' in text


def test_batch_writes_a_list_of_all_cases_and_leaves_a_strange_file_alone(
    tmp_path: Path, small: Path
) -> None:
    shutil.copytree(small, tmp_path / "all/a case")
    factories.small_case(tmp_path / "all/bad", {"kind": "x"})

    run("batch", tmp_path / "all", "--as-of", "2026-11-23")
    text = (tmp_path / "all/index.html").read_text()

    assert "a%20case/build/child/review.html" in text
    assert "1 failed" in text
    first, second = json.loads(re.search(r'id="data">(.*?)</script>', text)[1])  # type: ignore[index]
    assert (first["case"], first["readiness"]) == ("bad", "Not ready")  # it comes first
    assert "case.json" in first["reason"]
    assert second["reason"] == ""
    (tmp_path / "all/index.html").write_text("somebody's own")
    _, _, err = run("batch", tmp_path / "all", "--resume", "--as-of", "2026-11-23")
    assert "assembler did not make" in err
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


@pytest.fixture
def seen(browser: Any) -> Iterator[Seen]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    yield Seen(context.new_page())
    context.close()


LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 6


@pytest.fixture(scope="module")
def troubled(
    small: Path, manifest: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A page with twelve findings, one of them with markup and one with long words in every
    text."""
    kinds, exhibits = ("error", "warning", "info"), ("letter", "scan")
    rows = [
        finding(
            rule=f"LEGIBLE.{n % 3}", severity=kinds[n % 3], exhibit=exhibits[n % 2], where=f"{n}"
        )
        for n in range(10)
    ]
    rows.append(finding(problem=EVIL, where=EVIL, remedy=EVIL, region=[50, 50, 300, 200]))
    rows.append(finding(problem=LONG, where=LONG, remedy=LONG, exhibit="letter"))
    changed = {**deepcopy(manifest), "findings": rows}
    changed["index"][1]["title"] = EVIL
    changed["index"][2]["title"] = LONG
    text = (small / "build/child/review.html").read_text(encoding="utf8")
    picture = re.search(r'src="(data:image[^"]+)"', text)
    assert picture
    pictures = [Picture(page=picture[1], source=picture[1])] * len(changed["ledger"])
    words = [
        [["word", 60.0, 60.0, 120.0, 80.0, sure]]
        for sure in (95, 75, 20, 95, 75, 20, 95, 75, 20, 95, 75, 20)
    ]
    texts = ReviewTexts(signoff=SIGNOFF, title=(EVIL, LONG, "by mail"))
    path = tmp_path_factory.mktemp("review") / "review.html"
    values = build_view(
        manifests.parsed(changed), ShownEvidence(pictures=pictures, words=words), texts
    )
    path.write_text(page("packet", values), encoding="utf8")
    return path


@in_browser
def test_open_filter_and_look(seen: Seen, troubled: Path) -> None:
    tab = seen.open(troubled).tab

    assert tab.inner_text("#shown") == "12 of 12 shown"
    hints = tab.locator("#hints .finding")
    assert not hints.first.is_visible()  # folded
    tab.click("#hints summary")
    assert hints.first.is_visible()
    tab.select_option("select[name=exhibit]", "scan")
    assert tab.inner_text("#shown") == "6 of 12 shown"
    tab.locator(".finding.check .place", has_text="onerror").locator(".go").click()
    assert tab.inner_text("#large-title") == "Page 10: Exhibit B, 2 of 2"
    assert tab.locator("#large-page rect").count() == 1
    assert tab.locator("#large-source rect").count() == 1
    assert tab.evaluate("window.evil") is None
    assert "onerror=window.evil=1" in tab.inner_text("#findings")
    assert seen.quiet(), (seen.complaints, seen.requests)


@in_browser
def test_a_fix_is_copied(browser: Any, troubled: Path) -> None:
    context = browser.new_context()
    tab = Seen(context.new_page()).open(troubled).tab
    tab.evaluate(
        "() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }"
    )
    tab.locator(".finding.blocker .copy").first.click()
    tab.wait_for_function("() => window.copied")
    copied, says = tab.evaluate("window.copied"), tab.inner_text("#copied")
    context.close()

    assert (copied, says) == ("Scan again.", "Copied")


@in_browser
def test_both_sides_zoom_to_the_finding_and_to_a_selected_area(seen: Seen, troubled: Path) -> None:
    tab = seen.open(troubled).tab

    def width(pane: str) -> float:
        return float(tab.locator(f"#{pane} .paper").bounding_box()["width"])

    tab.click("#p10")
    tab.wait_for_function("() => document.querySelector('#large-source img').complete")
    whole = width("pane-page")
    assert width("pane-source") == pytest.approx(whole, rel=0.1)
    tab.click("#larger")
    assert width("pane-page") == pytest.approx(1.5 * whole, rel=0.02)
    assert width("pane-source") == pytest.approx(1.5 * whole, rel=0.1)
    tab.click("#whole")
    assert width("pane-page") == pytest.approx(whole, rel=0.02)
    tab.click("text=Zoom to it")
    assert width("pane-page") > 1.2 * whole
    tab.keyboard.press("0")
    tab.click("#area")
    area = tab.locator("#large-page").bounding_box()
    tab.mouse.move(area["x"] + 0.2 * area["width"], area["y"] + 0.2 * area["height"])
    tab.mouse.down()
    tab.mouse.move(area["x"] + 0.4 * area["width"], area["y"] + 0.3 * area["height"])
    tab.mouse.up()
    assert width("pane-page") > 2 * whole
    assert width("pane-source") > 2 * whole
    middle = tab.evaluate(
        "() => { const view = document.querySelector('#pane-page .view').getBoundingClientRect();"
        "const paper = document.querySelector('#large-page').getBoundingClientRect();"
        "return (view.x + view.width / 2 - paper.x) / paper.width; }"
    )
    assert middle == pytest.approx(0.3, abs=0.03)
    assert seen.quiet(), seen.complaints


@in_browser
def test_the_recognized_words_lie_over_the_picture_on_request(seen: Seen, troubled: Path) -> None:
    tab = seen.open(troubled).tab
    tab.click("#p10")

    assert tab.locator("#large-page .words").count() == 0
    tab.check("#overlay")
    assert tab.locator("#large-page rect.w.high").count() == 1
    assert tab.locator("#large-page .words text").text_content() == "word"
    tab.keyboard.press("t")
    assert tab.locator("#large-page .words").count() == 0
    assert tab.get_attribute("#large-page img", "src") == tab.get_attribute("#p10 img", "src")


@in_browser
@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("what", ["clean", "troubled", "batch"])
def test_nothing_is_wider_than_the_screen(
    browser: Any, small: Path, troubled: Path, what: str, width: int, tmp_path: Path
) -> None:
    path = {"clean": small / "build/child/review.html", "batch": tmp_path / "index.html"}.get(
        what, troubled
    )
    if what == "batch":
        path.write_text(review.index([*rows(20), *long_rows()]), encoding="utf8")
    context = browser.new_context(viewport={"width": width, "height": 900})
    tab = Seen(context.new_page()).open(path).tab
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    wide = tab.evaluate("document.documentElement.scrollWidth")
    if what != "batch":
        tab.click("#p10")
        wide = max(wide, tab.evaluate("document.querySelector('#large').scrollWidth"))
    context.close()

    assert wide <= width


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
    violations = find_violations(tab)
    context.close()

    assert violations == []


VERDICTS = ("READY EXCEPT SIGNATURES · 1 to check", "NOT READY: 2 to fix")


def long_rows() -> list[review.Row]:
    return [review.Row(case=LONG, state="failed", summary=LONG, links=(f"{LONG}/x/review.html",))]


def rows(count: int) -> list[review.Row]:
    return [
        review.Row(
            case=EVIL if n == 7 else f"case-{n:04}",
            state=("built", "failed")[n % 10 == 9],
            summary="1 packet, proved",
            verdict=VERDICTS[n % 10 == 9],
            errors=n % 3,
            warnings=n % 5,
            pages=count - n,
            links=(f"case-{n:04}/build/child/review.html",),
        )
        for n in range(count)
    ]


@in_browser
def test_cases_that_are_not_ready_come_first_with_the_reason(seen: Seen, tmp_path: Path) -> None:
    failed = review.Row(
        case="zulu",
        state="failed",
        summary="1 error: error EVID.TORN evidence/torn.pdf: it is damaged; scan it again",
        verdict="NOT READY: 1 to fix",
    )
    ready = review.Row(case="alpha", state="built", summary="", verdict="READY TO FILE")
    path = tmp_path / "index.html"
    path.write_text(review.index([ready, *rows(5), failed]), encoding="utf8")
    tab = seen.open(path).tab

    assert tab.inner_text("tbody tr:first-child th") == "zulu"
    assert "evidence/torn.pdf: it is damaged" in tab.inner_text("tbody tr:first-child")
    assert tab.inner_text("tbody tr:first-child .pill") == "Not ready"
    assert tab.inner_text("tbody tr:last-child th") == "alpha"
    assert [" ".join(text.split()) for text in tab.locator(".cases-head li").all_inner_texts()] == [
        "1 Not ready",
        "5 Ready except signatures",
        "1 Ready to file",
    ]
    tab.select_option("select[name=rank]", "2")
    assert tab.inner_text("#shown") == "1 to 1 of 1"
    assert seen.quiet()


@in_browser
def test_the_list_of_a_batch_stays_usable_with_five_thousand(seen: Seen, tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    path.write_text(review.index(rows(5000)), encoding="utf8")
    tab = seen.open(path).tab

    assert tab.locator("tbody tr").count() == 100
    assert tab.inner_text("#shown") == "1 to 100 of 5000"
    tab.click("text=Next 100")
    assert tab.inner_text("tbody tr:first-child th") == "case-1009"  # not ready, the 101st
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


def test_pictures_are_the_same_whether_the_proof_left_them_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as large packets have them; of smaller ones, the review page draws sharper pictures itself
    monkeypatch.setattr(thumbnails, "choose_style", lambda _pages: choose_style(150))
    monkeypatch.setattr(review_page, "choose_style", lambda _pages: choose_style(150))
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
