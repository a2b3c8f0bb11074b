"""`make bench`: each figure is a ratio against a named peer, on the same inputs, in one run;
printed, not asserted.

All of it takes about an hour on two quiet cores, half of that the batch of 200 cases on one of
them. `python -m benchmarks mixed bind` runs some parts only; BENCH_CASES (200), BENCH_MB (1000) and
BENCH_PAGES (100,1000,8000) make the large ones smaller.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import binding, many, mixed
from benchmarks.measure import Timing, afresh, apart, command, machine, missing, together

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "samples/urgent-medical"
ASSEMBLER = [sys.executable, "-m", "assembler"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table; `aim` as the issue names it."""

    what: str
    ours: str
    peer: str
    ratio: str
    aim: str


def main() -> None:
    print(machine())
    print(f"{'what':<64} {'ours':>24} {'beside':>24} {'ratio':>8}   aim")
    with tempfile.TemporaryDirectory() as home:
        asked = sys.argv[1:] or ["mixed", "cold", "bind", "many", "start"]
        parts = {
            "mixed": mixed.lines,
            "cold": cold,
            "bind": binding.against_qpdf,
            "many": many.lines,
            "cores": many.cores,
            "facts": many.facts,
            "loop": many.loop_alone,
            "large": many.one_more,
            "memory": many.memory,
            "start": start_up,
        }
        for line in (line for name in asked for line in parts[name](Path(home))):
            print(
                f"{line.what:<64} {line.ours:>24} {line.peer:>24} {line.ratio:>8}   aim {line.aim}",
                flush=True,
            )


def cold(home: Path) -> Iterator[Line]:
    """The whole cold build of the sample (letters, index, stamps and proof included) beside OCR
    and merge alone."""
    case = Path(
        shutil.copytree(SAMPLE, home / "case", ignore=shutil.ignore_patterns("build", ".assembler"))
    )
    args = [*ASSEMBLER, "bundle", str(case), "--as-of", "2026-11-23"]
    ours = command(args, before=lambda: afresh(case), cwd=ROOT)
    found = int(apart("benchmarks.words", case / "build/child/bundle.pdf", cwd=ROOT))
    yield Line(
        what="cold build of the sample, 78 pages", ours=shown(ours), peer="", ratio="", aim=""
    )
    what = "the same again, nothing changed: proved again"
    yield Line(what=what, ours=shown(command(args, cwd=ROOT)), peer="", ratio="", aim="")
    if absent := missing("ocrmypdf", "qpdf"):
        print(f"not compared: {', '.join(absent)} not installed")
        return
    for rotate in ((), ("--rotate-pages",)):
        merged, peer = ocr_and_merge(home, case, rotate, runs=1)
        name = f"ocrmypdf --skip-text {' '.join(rotate)} per file + qpdf"
        ratio = f"{ours.wall / peer.wall:.2f}"
        yield Line(what=name, ours=shown(ours), peer=shown(peer), ratio=ratio, aim="≤ 0.5")
        theirs = int(apart("benchmarks.words", merged, cwd=ROOT))
        ratio = f"{found / theirs:.3f}"
        yield Line(
            what="  words found on evidence pages",
            ours=str(found),
            peer=str(theirs),
            ratio=ratio,
            aim="≥ 1",
        )


def ocr_and_merge(
    home: Path, case: Path, options: tuple[str, ...], runs: int = 3
) -> tuple[Path, Timing]:
    """OCRmyPDF on each file of the evidence, then one qpdf merge."""
    out = home / f"peer-{case.name}{len(options)}"
    files = sorted((case / "evidence").iterdir())
    made = [out / f"{number}.pdf" for number in range(len(files))]
    commands = [
        [
            "ocrmypdf",
            "--skip-text",
            "--output-type",
            "pdf",
            "--image-dpi",
            "150",
            *options,
            str(file),
            str(target),
        ]
        for file, target in zip(files, made, strict=True)
    ]
    merged = out / "merged.pdf"
    commands.append(["qpdf", "--empty", "--pages", *map(str, made), "--", str(merged)])

    def fresh() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()

    return merged, together(commands, runs=runs, before=fresh, cwd=home)


def start_up(_: Path) -> Iterator[Line]:
    """How long `assembler --help` takes."""
    ours = command([*ASSEMBLER, "--help"], runs=5, cwd=ROOT)
    yield Line(what="assembler --help", ours=shown(ours), peer="", ratio="", aim="≤ 0.3 s")


def shown(timing: Timing) -> str:
    return f"{timing.wall:.2f} s, {timing.peak_mb:.0f} MB"


if __name__ == "__main__":
    main()
