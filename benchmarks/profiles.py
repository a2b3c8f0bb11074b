"""`python -m benchmarks.profiles`: one case with 60 MB and more of scans, built for every receiver.

Printed for each profile: seconds by the clock and of CPU (the first prepares the evidence, the
others find it in the cache), the files and their bytes, each page that was fitted, the proof and
what the linter says. BENCH_SCANS sets the pages (default 66, about 1 MB each); one more is a
poster, by itself above the limit of two receivers.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections import Counter
from copy import deepcopy
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from assembler import pipeline, receivers
from assembler.runtime.resources import Shelf, stamp_font
from assembler.runtime.workshop import Workshop
from benchmarks.measure import machine
from scripts.sample_cases import draw
from tests import factories

DPI, PER_EXHIBIT = 250, 6
AS_OF = date(2026, 11, 23)


def main() -> None:
    pages = int(os.environ.get("BENCH_SCANS", "66"))
    print(machine())
    with tempfile.TemporaryDirectory() as home:
        case = case_of(Path(home) / "case", pages)
        size = sum(path.stat().st_size for path in (case / "evidence").iterdir())
        print(f"{pages} pages of scans, {size / 1e6:.1f} MB")
        bad = [
            name for name in receivers.list_profile_ids(Shelf.default()) if not built(case, name)
        ]
    sys.exit(f"not clean: {', '.join(bad)}" if bad else 0)


def built(case: Path, name: str) -> bool:
    """Build for one receiver, print a block of lines; whether proof and linter are content."""
    shelf = Shelf.default()
    profile = receivers.load_profile(shelf, name)
    started = time.perf_counter()
    with Workshop(case / ".assembler", jobs=os.cpu_count() or 1) as shop:
        options = pipeline.Options(as_of=AS_OF, profile=name)
        (one,) = pipeline.build_packets(pipeline.make_context(case, shelf, shop, options))
        seconds, spent = time.perf_counter() - started, sum(row.cpu for row in shop.list_timings())
        found = receivers.lint_build(one.folder, profile, shop)
    rules = Counter(f"{finding.severity.value} {finding.rule}" for finding in found)
    print(
        f"{name}: {seconds:.1f} s, {spent:.1f} s of CPU, {one.pages} pages, "
        f"{len(one.proof.checks)} checks, "
        f"proved: {one.proof.ok}; "
        f"linter: "
        f"{dict(rules) or 'content'}"
    )
    for finding in one.findings:
        if finding.rule.startswith("FIT."):
            print(f"  {finding.where}: {finding.problem}")
    for file in one.files:
        print(f"  {file}: {(one.folder / file).stat().st_size:,} bytes")
    return one.proof.ok and not any(finding.severity is finding.severity.ERROR for finding in found)


def case_of(folder: Path, pages: int) -> Path:
    """The tests' small case, with exhibits of large grainy color scans added."""
    case = deepcopy(factories.CASE)
    for number in range(pages // PER_EXHIBIT):
        case["exhibits"].append(
            {
                "id": f"record-{number}",
                "title": f"Record {number}",
                "category": "medical",
                "files": [f"evidence/{number}.pdf"],
            }
        )
    case["exhibits"].append(
        {
            "id": "poster",
            "title": "Poster of the clinic",
            "category": "news",
            "files": ["evidence/poster.jpg"],
        }
    )
    factories.small_case(folder, case)
    poster(folder / "evidence/poster.jpg")
    for number in range(pages // PER_EXHIBIT):
        sheets = [scan(number * PER_EXHIBIT + page) for page in range(PER_EXHIBIT)]
        (folder / f"evidence/{number}.pdf").write_bytes(draw.scan_pdf(sheets, DPI, quality=75))
    return folder


def poster(path: Path) -> None:
    """A photograph at 600 dots per inch."""
    large = scan(1_000_000).resize((round(8.5 * 600), 11 * 600), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(7).normal(0, 9, (large.height, large.width, 1)).astype(np.int8)
    noisy = np.clip(np.asarray(large).astype(np.int16) + grain, 0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(path, "JPEG", quality=88, dpi=(600, 600))


def scan(seed: int) -> Image.Image:
    """A page of text on grainy paper; two pages never have the same grain."""
    grain = np.random.default_rng(seed).normal(235, 7, (11 * DPI, int(8.5 * DPI), 3))
    page = Image.fromarray(grain.clip(0, 255).astype(np.uint8))
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(io.BytesIO(stamp_font().read_bytes()), 40)
    for line in range(40):
        words = f"Sheet {seed}, line {line}: the quick brown fox jumps over the lazy dog."
        pen.text((DPI, DPI + 52 * line), words, "black", font)
    return page


if __name__ == "__main__":
    main()
