"""`python -m benchmarks.mutants`: at least 10,000 mutants of finished packets; how many the proof catches, by class.

Each is a finished packet with one change, its file's hash in the manifest set right again (as after a defect of our own), and is
proved as `verify` proves. Poppler judges whether a person could see the change at 200 % or a search could find it. Exit code 1 if
such a mutant passes and its class is not explained in `benchmarks.mutants.table`, or if a harmless rewrite does not pass.

A seed makes the same mutant again: --class 'stamp: moved' --only 17 --keep DIR
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

from benchmarks.mutants import judge, table
from benchmarks.mutants.controls import CONTROLS
from benchmarks.mutants.packets import PACKETS, build_all
from benchmarks.mutants.trial import KINDS, Job, Outcome, begin, run

_FEW = 16  # seeds of a class of which there are hardly more different mutants


def main() -> None:
    """Print the table; exit 1 for an unexplained miss or a blocked control."""
    asked = _asked()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = asked.home or Path(folder) / "packets"
        home.mkdir(parents=True, exist_ok=True)
        build_all(home, asked.jobs)
        start = time.monotonic()
        outcomes = list(_written(asked.json, _different(_run(asked, _jobs(asked), home, Path(folder) / "scratch"))))
        seconds = time.monotonic() - start
    _report(asked, outcomes, seconds)
    raise SystemExit(bool(table.unexplained(outcomes) or table.blocked(outcomes)))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="mutants, spread evenly over the classes")
    parser.add_argument("--seed", type=int, default=1, help="the first seed of each class")
    parser.add_argument("--class", dest="kind", default="", help="only classes whose name holds this text")
    parser.add_argument("--only", type=int, default=None, metavar="SEED", help="only this seed of each class")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so many minutes, all classes about equally far")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--json", type=Path, default=None, metavar="FILE", help="write every mutant and what became of it, a line each"
    )
    parser.add_argument(
        "--home", type=Path, default=None, metavar="DIR", help="where the untouched packets are kept for the next run"
    )
    parser.add_argument("--keep", type=Path, default=None, metavar="DIR", help="with --only: leave the mutant's folder there")
    parser.add_argument("--no-controls", dest="controls", action="store_false")
    parser.add_argument("--brief", action="store_true", help="groups only, not every class")
    asked = parser.parse_args()
    if not any(asked.kind in name for name in (*KINDS, *CONTROLS)):
        parser.error(f"no class holds {asked.kind!r}; there are:\n" + "\n".join(KINDS))
    return asked


def _jobs(asked: argparse.Namespace) -> Iterator[Job]:
    """Controls first, then one seed of every class after the other."""
    kinds = [name for name in KINDS if asked.kind in name]
    if asked.only is not None:
        keeps = {name: asked.keep / f"{n}" if asked.keep and len(kinds) > 1 else asked.keep for n, name in enumerate(kinds)}
        yield from (Job(kind=name, seed=asked.only, keep=keeps[name]) for name in kinds)
        return
    if asked.controls:
        yield from (Job(kind=name, seed=seed, control=True) for name in CONTROLS for seed in range(len(PACKETS)))
    left, seed = asked.count, asked.seed
    while kinds and left > 0:
        now = [name for name in kinds if not KINDS[name].few or seed < asked.seed + _FEW]
        yield from (Job(kind=name, seed=seed) for name in now[:left])
        left, seed, kinds = left - len(now), seed + 1, now


def _run(asked: argparse.Namespace, jobs: Iterator[Job], home: Path, scratch: Path) -> Iterator[Outcome]:
    """Outcomes in the order they come."""
    scratch.mkdir()
    deadline = time.monotonic() + asked.minutes * 60 if asked.minutes else float("inf")
    waiting: set[Future[Outcome]] = set()
    done = 0
    with ProcessPoolExecutor(asked.jobs, get_context("spawn"), begin, (home, scratch)) as pool:
        for job in jobs:
            if time.monotonic() > deadline:
                break
            waiting.add(pool.submit(run, job))
            if len(waiting) >= 3 * asked.jobs:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
                done += len(finished)
                if done % 500 < len(finished):
                    print(f"{done} mutants", file=sys.stderr, flush=True)
        yield from (future.result() for future in waiting)


def _different(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Two seeds may make the same mutant: it counts once."""
    known: set[str] = set()
    for one in outcomes:
        if one.control or not one.digest or one.digest not in known:
            known.add(one.digest)
            yield one


def _written(target: Path | None, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Each outcome as a line of JSON as soon as it is there: a run that is broken off has told what it found."""
    with target.open("w", encoding="utf8") if target else nullcontext() as stream:
        for one in outcomes:
            if stream:
                stream.write(json.dumps(asdict(one)) + "\n")
                stream.flush()
            yield one


def _report(asked: argparse.Namespace, outcomes: Sequence[Outcome], seconds: float) -> None:
    if asked.only is not None:
        for one in outcomes:
            print(f"{one.kind} {one.seed}: {one.packet}, {one.note}: {one.crash or ', '.join(one.checks) or 'PASSED'}")
            print(f"  {one.verdict}")
            for detail in one.details:
                print(f"  {detail}")
        return
    print("\n".join(table.printed(outcomes, full=not asked.brief)))
    print()
    print("\n".join(table.seeds(outcomes)))
    by = "Poppler" if judge.has_poppler() else "PDFium (Poppler is not installed)"
    nothing = sum(not one.packet for one in outcomes)
    controls = sum(one.control for one in outcomes)
    different = f"{len(outcomes) - nothing - controls} different mutants and {controls} controls"
    print(f"\n{different} in {seconds:.0f} s, judged by {by}; {nothing} seeds had nothing to change")


if __name__ == "__main__":
    main()
