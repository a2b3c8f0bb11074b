"""The desk at its largest: 500 cases in the list, and a case of 300 exhibits and 1,500 pages.

`python -m benchmarks.desk [--cases 500] [--exhibits 300]` drives a real Chromium and prints first
paint of each page, frame times while an exhibit is dragged, and the memory of the server.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from tests import factories
from tests.support.browsers import open_browser
from tests.support.desks import RunningDesk, open_window, run_desk

_PAGES = 5  # of each exhibit
_FRAMES = """() => { window.frames_ = []; let last = 0;
  const note = (now) => {
    if (last) frames_.push(now - last);
    last = now;
    requestAnimationFrame(note);
  };
  requestAnimationFrame(note); }"""
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
PAGES = ("evidence", "facts", "check", "build")


def make_large_case(folder: Path, exhibits: int) -> None:
    """Write a case whose exhibits have a PDF of five pages each."""
    pages = [[f"Page {number}"] * 12 for number in range(_PAGES)]
    data = factories.text_pdf(pages)
    (folder / "evidence").mkdir(parents=True)
    rows = []
    for number in range(exhibits):
        path = f"evidence/{number:04}.pdf"
        # a comment makes each file another one, so that each is opened and drawn
        (folder / path).write_bytes(data + f"\n%{number}\n".encode())
        rows.append(
            {"id": f"e{number}", "title": f"Letter {number}", "category": "letter", "files": [path]}
        )
    factories.write_case(folder, {**factories.CASE, "exhibits": rows, "declarations": []})


def make_small_cases(root: Path, count: int) -> None:
    """Write many cases without evidence."""
    for number in range(count):
        folder = root / f"client-{number:03}"
        folder.mkdir(parents=True)
        case = {**factories.CASE, "id": f"client-{number:03}", "exhibits": []}
        (folder / "case.json").write_text(json.dumps(case, indent=1))


def read_memory(desk: RunningDesk) -> float:
    """Return the resident memory of the server's own process, MB (Linux)."""
    status = Path(f"/proc/{desk.process.pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1_000


def measure_paint(page: Any, address: str) -> float:
    """Return the median of three first paints, seconds."""
    times = []
    for _ in range(3):
        page.goto(address)
        page.wait_for_timeout(300)
        times.append(page.evaluate(_PAINT) / 1_000)
    return statistics.median(times)


def measure_drag(page: Any, address: str) -> list[float]:
    """Return the times between frames, ms, while an exhibit is dragged over the board."""
    page.goto(address)
    page.locator(".exhibit img").nth(5).wait_for()
    page.wait_for_timeout(2_000)
    grip = page.locator(".exhibit [data-grip], .exhibit .grip").first
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(_FRAMES)
    for step in range(120):
        page.mouse.move(x + step % 40, y + 4 * step)
    frames: list[float] = page.evaluate("() => frames_")
    page.keyboard.press("Escape")
    page.mouse.up()
    return frames


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--exhibits", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, open_browser() as browser:
        many, large = Path(home) / "many", Path(home) / "large"
        make_small_cases(many, options.cases)
        make_large_case(large / "large-case", options.exhibits)
        with run_desk(many) as desk, open_window(browser, desk) as window:
            paint = measure_paint(window.page, f"{desk.origin}/")
            print(f"{options.cases} cases: first paint {paint:.2f} s (aim 1)")
            print(f"server {read_memory(desk):.0f} MB")
        with run_desk(large) as desk, open_window(browser, desk) as window:
            link = window.page.get_attribute("text=large-case", "href")
            base = desk.origin + link.removesuffix("/evidence")
            for name in PAGES:
                paint = measure_paint(window.page, f"{base}/{name}")
                print(f"{name}, {options.exhibits} exhibits: first paint {paint:.2f} s (aim 1)")
            frames = measure_drag(window.page, f"{base}/evidence")
            late = sum(frame > 20 for frame in frames)
            print(
                f"drag: median frame {statistics.median(frames):.1f} ms, "
                f"{late} of {len(frames)} above 20 ms (aim 16.7)"
            )
            print(f"server {read_memory(desk):.0f} MB (aim 300)")


if __name__ == "__main__":
    main()
