"""What `propose` costs beside the preparation that `bundle` does anyway: pairs of runs on the same
evidence, interleaved, each with an empty cache.

    python -m benchmarks.propose_cost [--pairs 3] [--samples urgent-medical,family-of-three]

`bundle` prepares pages and reads their text with the languages that a person listed; `propose`
does both before anybody has listed one, and recognizes a scanned page again if it is in another
language whose data is installed. Only ratios of one run say something.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from assembler import evidence, intake
from assembler.intake.proposals import parse_cues, propose_exhibits
from assembler.pipeline.propose_exhibits import CUES, describe_case, read_unlisted_pages
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from benchmarks.proposing import AS_OF, SAMPLES

JOBS = 2
AIM = 0.05


def copy_listed(sample: Path, target: Path) -> None:
    """Copy a case with the evidence that its exhibits list, and nothing else in evidence/."""
    shutil.copytree(sample, target, ignore=shutil.ignore_patterns("build", ".assembler"))
    case = json.loads((target / "case.json").read_text(encoding="utf8"))
    listed = json.dumps(case["exhibits"])
    for file in (target / "evidence").rglob("*"):
        if file.is_file() and f'"{file.relative_to(target).as_posix()}"' not in listed:
            file.unlink()
    (target / "unlisted").mkdir()
    shutil.copytree(target / "evidence", target / "unlisted" / "evidence")
    del case["exhibits"]
    text = json.dumps(case, ensure_ascii=False)
    (target / "unlisted" / "case.json").write_text(text, encoding="utf8")


def time_preparation(folder: Path, home: Path) -> float:
    """Return the seconds that preparing and reading the listed evidence takes."""
    case = intake.read_case(folder, Shelf.default())
    with Workshop(home, jobs=JOBS, cache=home / "cache") as workshop:
        started = time.perf_counter()
        prepared = evidence.prepare(case, folder, workshop, evidence.Settings())
        evidence.read_texts(prepared, workshop)
        return time.perf_counter() - started


def time_proposing(folder: Path, home: Path) -> tuple[float, float]:
    """Return the seconds that proposing takes, and those of them spent on judging."""
    shelf = Shelf.default()
    with Workshop(home, jobs=JOBS, cache=home / "cache") as workshop:
        started = time.perf_counter()
        raw, _ = intake.read_raw_case(folder)
        read = read_unlisted_pages(folder, raw, workshop, AS_OF)
        judging = time.perf_counter()
        propose_exhibits(read.pages, describe_case(raw, shelf, AS_OF), parse_cues(shelf.read(CUES)))
        done = time.perf_counter()
    return done - started, done - judging


def main() -> None:
    """Print the ratios of all pairs, and their median."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--samples", default="urgent-medical")
    options = parser.parse_args()
    for name in options.samples.split(","):
        more, judged = [], []
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / name
            copy_listed(SAMPLES / name, folder)
            for pair in range(options.pairs):
                seconds, judging = time_proposing(folder / "unlisted", Path(scratch) / f"p{pair}")
                prepared = time_preparation(folder, Path(scratch) / f"b{pair}")
                more.append(seconds / prepared - 1)
                judged.append(judging / prepared)
                print(f"  {name}: propose {seconds:.1f} s, preparation {prepared:.1f} s, "
                      f"judging {judging:.2f} s", flush=True)  # fmt: skip
        verdict = "ok" if statistics.median(more) <= AIM else "above"
        print(f"{name}: propose costs {statistics.median(more):+.1%} beside the preparation; "
              f"judging {statistics.median(judged):.1%}; aim {AIM:.0%}: {verdict}")  # fmt: skip


if __name__ == "__main__":
    main()
