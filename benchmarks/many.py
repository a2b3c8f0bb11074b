"""Many cases and large ones: two cores beside one, cost per case as cases grow in number, what a
small change costs, memory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import afresh, apart, command

if TYPE_CHECKING:
    from benchmarks.__main__ import Line

ROOT = Path(__file__).parent.parent
ASSEMBLER = [sys.executable, "-m", "assembler"]
DAY = ["--as-of", "2026-11-23"]
FEW, MANY = 10, int(os.environ.get("BENCH_CASES", "200"))
PAGES, SCANS = (
    1_000,
    (100, 700),
)  # of the large case: mostly text, and as many scans as in the mixed packet
HEAVY_MB = int(os.environ.get("BENCH_MB", "1000"))


def lines(home: Path) -> Iterator[Line]:
    """All of them."""
    yield from cores(home)
    yield from facts(home)
    yield from bare_loop(home)
    yield from one_more(home)
    yield from memory(home)


def cores(home: Path) -> Iterator[Line]:
    """A batch of ten-page cases with one core and with two; and what a case costs among few and
    among many."""
    apart("benchmarks.many", "cases", home / "many", MANY, cwd=ROOT)
    apart("benchmarks.many", "cases", home / "few", FEW, cwd=ROOT)
    two = _batch(home / "many", 2)
    yield _line(
        f"batch of {MANY} ten-page cases, 2 cores", f"{two:.1f} s, {two / MANY:.2f} s a case"
    )
    few = _batch(home / "few", 2)
    ratio = f"{(two / MANY) / (few / FEW):.2f}"
    yield _line(
        f"  a case among {MANY} / among {FEW}",
        f"{two / MANY:.2f} s",
        f"{few / FEW:.2f} s",
        ratio,
        "0.9–1.1",
    )
    one = _batch(home / "many", 1)
    yield _line(
        f"batch of {MANY}, 2 cores / 1 core",
        f"{two:.1f} s",
        f"{one:.1f} s",
        f"{one / two:.2f}",
        "≥ 1.9",
    )
    again = command([*ASSEMBLER, "batch", str(home / "many"), "--resume", *DAY], runs=1, cwd=ROOT)
    yield _line(f"the batch of {MANY} again, --resume, nothing changed", f"{again.wall:.1f} s")
    shutil.rmtree(home / "many")


def _batch(root: Path, jobs: int) -> float:
    for folder in root.iterdir():
        afresh(folder)
    return command(
        [*ASSEMBLER, "batch", str(root), "--jobs", str(jobs), *DAY], runs=1, cwd=ROOT
    ).wall


def facts(home: Path) -> Iterator[Line]:
    """`validate` of 100 and of 1,000 cases like the sample."""
    times = []
    for count in (100, 1_000):
        root = home / f"facts{count}"
        for number in range(count):
            _facts_only(ROOT / "samples/urgent-medical", root / f"c{number:04}")
        times.append(command([*ASSEMBLER, "validate", str(root), *DAY], runs=1, cwd=ROOT).wall)
        shutil.rmtree(root)
    yield _line("validate 100 cases of 22 exhibits", f"{times[0]:.1f} s", "", "", "≤ 3 s")
    yield _line(
        "validate 1,000 of them / 100",
        f"{times[1]:.1f} s",
        f"{times[0]:.1f} s",
        f"{times[1] / times[0]:.1f}",
        "≤ 10",
    )


def _facts_only(case: Path, copy: Path) -> None:
    """The case with a byte for each of its files: `validate` does not read them."""
    for path in (case / "evidence").rglob("*"):
        (copy / path.relative_to(case)).parent.mkdir(parents=True, exist_ok=True)
        (copy / path.relative_to(case)).write_bytes(b"x")
    shutil.copyfile(case / "case.json", copy / "case.json")


def loop_alone(home: Path) -> Iterator[Line]:
    """`bare_loop` without the batches before it."""
    if not (home / "few").exists():
        apart("benchmarks.many", "cases", home / "few", 1, cwd=ROOT)
    yield from bare_loop(home)


def bare_loop(home: Path) -> Iterator[Line]:
    """A cold build of scanned pages with one worker beside a loop that does nothing but
    recognize the same pages."""
    case = home / "few/c0000"
    ours = command(
        [*ASSEMBLER, "bundle", str(case), "--jobs", "1", *DAY],
        before=lambda: afresh(case),
        cwd=ROOT,
    )
    peer = command([sys.executable, "-m", "benchmarks.many", "loop", str(case)], cwd=ROOT)
    ratio = f"{ours.wall / peer.wall:.2f}"
    what = "cold build, 1 worker, 7 scans and 3 pages / bare tesserocr loop"
    yield _line(what, f"{ours.wall:.2f} s", f"{peer.wall:.2f} s", ratio, "≤ 1.15")


def one_more(home: Path) -> Iterator[Line]:
    """One exhibit put into a case of 1,000 pages, and the same case again with nothing changed."""
    for scans in SCANS:
        yield from _one_more(home / f"large{scans}", scans)


def _one_more(case: Path, scans: int) -> Iterator[Line]:
    apart("benchmarks.many", "large", case, scans, cwd=ROOT)
    cold = _both(case)
    yield _line(
        f"cold build of {PAGES} pages, {scans} of them scans; CPU",
        f"{cold[0]:.1f} s",
        f"{cold[1]:.1f} s",
    )
    yield _compared("  nothing changed / cold", _both(case), cold, "≤ 1 s + proof")
    facts_of = json.loads((case / "case.json").read_text())
    shutil.copyfile(case / "evidence/extra.kept", case / "evidence/extra.pdf")
    row = {
        **facts_of["exhibits"][0],
        "id": "extra",
        "title": "One more record",
        "files": ["evidence/extra.pdf"],
    }
    facts_of["exhibits"].insert(1, row)
    (case / "case.json").write_text(json.dumps(facts_of))
    yield _compared("  one exhibit inserted / cold", _both(case), cold, "≤ 0.05")
    shutil.rmtree(case)


def _both(case: Path) -> tuple[float, float]:
    """Seconds waited for a build, and CPU seconds of all its processes."""
    waited = command([*ASSEMBLER, "bundle", str(case), "--timings", *DAY], runs=1, cwd=ROOT).wall
    return waited, sum(
        one["cpu"] for one in json.loads((case / ".assembler/timings.json").read_text())
    )


def _compared(what: str, ours: tuple[float, float], cold: tuple[float, float], aim: str) -> Line:
    ratio = f"{ours[0] / cold[0]:.3f}"
    return _line(what, f"{ours[0]:.1f} s, CPU {ours[1]:.1f} s", f"{cold[0]:.1f} s", ratio, aim)


def memory(home: Path) -> Iterator[Line]:
    """The largest process of a build of a gigabyte of scans."""
    case = home / "heavy"
    apart("benchmarks.many", "heavy", case, HEAVY_MB, cwd=ROOT)
    size = sum(path.stat().st_size for path in (case / "evidence").iterdir()) / 1e6
    process = subprocess.Popen(
        [*ASSEMBLER, "bundle", str(case), *DAY],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak: dict[int, int] = {}
    while process.poll() is None:
        for pid in (process.pid, *_family(process.pid)):
            peak[pid] = max(peak.get(pid, 0), _resident(pid))
        time.sleep(0.2)
    largest = max(peak.values()) / 1024
    ours = f"{largest:.0f} MB (exit {process.returncode})"
    yield _line(f"peak memory of a process, {size:.0f} MB of scans", ours, "", "", "≤ 400 MB")
    shutil.rmtree(case)


def _family(top: int) -> list[int]:
    from benchmarks.drill import _below

    return _below(top)


def _resident(pid: int) -> int:
    """Kilobytes; VmHWM is the highest so far."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")), 0)


def _line(what: str, ours: str, peer: str = "", ratio: str = "", aim: str = "") -> Line:
    from benchmarks.__main__ import Line

    return Line(what=what, ours=ours, peer=peer, ratio=ratio, aim=aim)


# --- run in processes of their own ---


def make_cases(root: Path, count: str) -> None:
    """The same ten pages over and over: each case has a cache of its own, so each is work."""
    from benchmarks.cases import make

    first = make(root / "c0000", 0)
    for number in range(1, int(count)):
        shutil.copytree(first, root / f"c{number:04}")


def make_large(case: Path, scans: str) -> None:
    """A case of 1,000 pages in 40 exhibits, so many of them scans; and a file for one more."""
    from benchmarks import cases

    evidence = case / "evidence"
    evidence.mkdir(parents=True)
    each, texts = int(scans) // 20, (PAGES - int(scans)) // 20
    with ProcessPoolExecutor() as pool:
        list(
            pool.map(
                _scan,
                (evidence / f"scan-{number}.pdf" for number in range(20)),
                range(0, 20 * each, each),
                [each] * 20,
            )
        )
    for number in range(20):
        pages = [cases.prose(PAGES + number * texts + page) for page in range(texts)]
        (evidence / f"text-{number}.pdf").write_bytes(cases.text_pdf(pages))
    names = [f"{kind}-{number}.pdf" for number in range(20) for kind in ("text", "scan")]
    (evidence / "extra.kept").write_bytes(cases.text_pdf([cases.prose(2 * PAGES)]))
    facts_of = cases._case(case.name, 0, names)
    ignored = [{"path": "evidence/extra.kept", "why": "kept for the measurement"}]
    (case / "case.json").write_text(json.dumps(facts_of | {"ignored_files": ignored}))


def _scan(path: Path, first: int, pages: int) -> None:
    from benchmarks import cases
    from scripts.sample_cases import draw

    sheets = (draw.sheet(cases.prose(seed), 200) for seed in range(first, first + pages))
    path.write_bytes(
        draw.scan_pdf(
            [draw.scanned(sheet, 0.3, 5, first + n) for n, sheet in enumerate(sheets)], 200
        )
    )


def make_heavy(case: Path, megabytes: str) -> None:
    """Photographs of pages, color, 300 dpi and more, until there are so many megabytes."""
    import numpy as np
    from PIL import Image

    from benchmarks import cases

    evidence = case / "evidence"
    evidence.mkdir(parents=True)
    sheet = np.asarray(cases._sheet(0, "page", 300).convert("RGB"))
    grain = np.random.default_rng(1)
    names, size = [], 0
    while size < int(megabytes) * 1e6:
        names.append(f"photo-{len(names):03}.jpg")
        noisy = np.clip(sheet + grain.normal(0, 16, sheet.shape), 0, 255).astype("uint8")
        Image.fromarray(noisy).save(evidence / names[-1], quality=92)
        size += (evidence / names[-1]).stat().st_size
    (case / "case.json").write_text(json.dumps(cases._case(case.name, 0, names, each=10)))


def loop(case: Path) -> None:
    """The limit: render each scanned page at 200 dpi and recognize it, nothing else."""
    from benchmarks import mixed

    reader = mixed.engine()
    for path in sorted((case / "evidence").iterdir()):
        if path.name.startswith("scan") or path.suffix == ".jpg":
            for image in mixed.images(path):
                mixed.read(reader, image)


if __name__ == "__main__":
    {"cases": make_cases, "large": make_large, "heavy": make_heavy, "loop": loop}[sys.argv[1]](
        Path(sys.argv[2]), *sys.argv[3:]
    )
