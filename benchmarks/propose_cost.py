"""What `propose` costs beside the preparation that `bundle` does anyway: pairs of runs on the same
evidence, interleaved, each in a process of its own and with an empty cache.

    python -m benchmarks.propose_cost [--pairs 3] [--samples urgent-medical]

`bundle` prepares pages and reads their text with the languages that a person listed; `propose`
does both before anybody has listed one, and recognizes a scanned page again if it is in another
language whose data is installed. Counted are the CPU seconds of all processes, which other work
on the machine changes little. Only ratios of one run say something. Needs Linux.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assembler import evidence, intake
from assembler.intake.proposals import parse_cues, propose_exhibits
from assembler.pipeline.propose_exhibits import CUES, describe_case
from assembler.pipeline.unlisted_pages import read_unlisted_pages
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from benchmarks.proposing import AS_OF, SAMPLES

JOBS = 2
AIM = 0.05
_SUBREAPER = 36  # of prctl(2): workers that lost their parent become children of this process


def copy_listed(sample: Path, target: Path) -> None:
    """Copy a case with the evidence that its exhibits list, and beside it the same without
    exhibits."""
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


def prepare_listed(folder: Path, home: Path) -> None:
    """Prepare and read the listed evidence."""
    case = intake.read_case(folder, Shelf.default())
    with Workshop(home, jobs=JOBS, cache=home / "cache") as workshop:
        prepared = evidence.prepare(case, folder, workshop, evidence.Settings())
        evidence.read_texts(prepared, workshop)


def propose_unlisted(folder: Path, home: Path) -> None:
    """Propose exhibits; print the CPU seconds spent on judging what was read."""
    shelf = Shelf.default()
    with Workshop(home, jobs=JOBS, cache=home / "cache") as workshop:
        raw, _ = intake.read_raw_case(folder)
        read = read_unlisted_pages(folder, raw, workshop, AS_OF)
        started = time.process_time()
        propose_exhibits(read.pages, describe_case(raw, shelf, AS_OF), parse_cues(shelf.read(CUES)))
        print(time.process_time() - started)


def measure_cpu(step: str, folder: Path, home: Path) -> tuple[float, str]:
    """Return the CPU seconds of a step in a process of its own with all its workers, and what it
    printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    args = [sys.executable, "-m", "benchmarks.propose_cost", step, str(folder), str(home)]
    printed = subprocess.run(args, check=True, capture_output=True, text=True).stdout
    try:
        while True:
            os.wait()
    except ChildProcessError:
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, printed


def main() -> None:
    """Print the ratios of all pairs, and their median."""
    if sys.argv[1:2] in (["prepare"], ["propose"]):
        step = prepare_listed if sys.argv[1] == "prepare" else propose_unlisted
        step(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--samples", default="urgent-medical")
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    for name in options.samples.split(","):
        more, judged = [], []
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / name
            copy_listed(SAMPLES / name, folder)
            for pair in range(options.pairs):
                steps = [("propose", folder / "unlisted"), ("prepare", folder)]
                cpu = {
                    step: measure_cpu(step, source, Path(scratch) / f"{step}{pair}")
                    for step, source in (steps if pair % 2 else reversed(steps))
                }
                (proposing, judging), (preparing, _) = cpu["propose"], cpu["prepare"]
                more.append(proposing / preparing - 1)
                judged.append(float(judging) / preparing)
                print(
                    f"  {name}: propose {proposing:.1f} s, preparation {preparing:.1f} s, "
                    f"judging {float(judging):.2f} s",
                    flush=True,
                )
        verdict = "ok" if statistics.median(more) <= AIM else "above"
        print(
            f"{name}: propose costs {statistics.median(more):+.1%} beside the preparation; "
            f"judging {statistics.median(judged):.1%}; aim {AIM:.0%}: {verdict}"
        )


if __name__ == "__main__":
    main()
