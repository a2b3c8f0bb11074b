"""Draw the pictures of docs/desk.md: the desk at work on samples, in a real browser.

`python -m scripts.draw_desk` needs Chromium. All people in the pictures are invented.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from scripts.shuffle_sample import shuffle_evidence
from tests.support.browsers import open_browser
from tests.support.desks import open_window, run_desk

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs/images"
DAY = "2026-11-29"
SCREEN = {"viewport": {"width": 1180, "height": 780}}
PHONE = {"viewport": {"width": 390, "height": 780}, "color_scheme": "dark"}
_COLORS = 128  # of a palette: a third of the bytes, and no difference to the eye


def save(page: Any, name: str) -> None:
    page.wait_for_timeout(700)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(_COLORS).save(IMAGES / f"desk-{name}.png", optimize=True)


def make_root(root: Path) -> None:
    """Copy samples, and start a case whose exhibits were only proposed so far."""
    for name in ("family-of-three", "rfe-response", "re-parole"):
        shutil.copytree(
            ROOT / "samples" / name,
            root / name,
            ignore=shutil.ignore_patterns("build", ".assembler"),
        )
    source = ROOT / "samples/targeted-harm"
    case = json.loads((source / "case.json").read_text())
    case.update(id="new-client", exhibits=[], declarations=[])
    folder = root / "new-client"
    shuffle_evidence(source, folder / "evidence")
    text = json.dumps(case, indent=1, ensure_ascii=False)
    (folder / "case.json").write_text(text, encoding="utf8")


def draw_case(page: Any, base: str) -> None:
    page.goto(f"{base}/evidence")
    page.locator(".loose-file img").nth(3).wait_for()
    save(page, "files")
    page.click("#propose")
    page.wait_for_selector(".exhibit [id^=guesses-]", timeout=240_000)
    page.locator(".exhibit img").nth(8).wait_for()
    save(page, "evidence")
    page.locator(".exhibit [id^=guesses-]").first.click()
    page.wait_for_selector(".panel [data-confirm='']")
    page.wait_for_timeout(1_000)
    save(page, "panel")
    page.goto(f"{base}/check")
    save(page, "check")


def draw_built(page: Any, base: str) -> None:
    page.goto(f"{base}/facts")
    save(page, "facts")
    page.goto(f"{base}/build")
    page.click("#build")
    page.wait_for_selector("progress", timeout=60_000)
    page.wait_for_timeout(1_700)
    save(page, "building")
    page.wait_for_selector(".outcome", timeout=240_000)
    save(page, "build")


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        make_root(Path(home))
        with run_desk(Path(home), "--as-of", DAY) as desk, open_browser() as browser:
            with open_window(browser, desk, **SCREEN) as window:
                page = window.page
                page.wait_for_timeout(5_000)  # until every case has its state
                save(page, "cases")
                names = ("new-client", "rfe-response")
                bases = [desk.origin + page.get_attribute(f"text={name}", "href") for name in names]
                draw_case(page, bases[0].removesuffix("/evidence"))
                draw_built(page, bases[1].removesuffix("/evidence"))
            with open_window(browser, desk, **PHONE) as window:
                window.page.goto(bases[1].removesuffix("/evidence") + "/evidence")
                window.page.wait_for_timeout(2_000)
                save(window.page, "phone")


if __name__ == "__main__":
    main()
