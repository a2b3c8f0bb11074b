"""`python -m benchmarks.mutants`: at least 10,000 mutants of finished packets; how many the proof
catches, by class.

Each is a finished packet with one change, its file's hash in the manifest set right again (as after
a defect of our own), and is proved as `verify` proves. Poppler judges whether a person could see
the change at 200 % or a search could find it. Exit code 1 if such a mutant passes and its class is
not explained in `benchmarks.mutants.table`, or if a harmless rewrite does not pass.

A seed makes the same mutant again: --class 'stamp: moved' --only 17 --keep DIR
"""

from __future__ import annotations

import argparse
import json
import math
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
    options = _options()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = options.home or Path(folder) / "packets"
        home.mkdir(parents=True, exist_ok=True)
        build_all(home, options.jobs)
        start = time.monotonic()
        outcomes = list(
            _written(
                options.json,
                _different(_run(options, _jobs(options), home, Path(folder) / "scratch")),
            )
        )
        seconds = time.monotonic() - start
    _report(options, outcomes, seconds)
    missed = (
        all(outcome.control for outcome in outcomes)  # nothing was shown
        or table.share_caught(outcomes) < options.floor
        if options.floor
        else bool(table.unexplained(outcomes))
    )
    raise SystemExit(bool(missed or table.blocked(outcomes)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--count", type=int, default=10_000, help="mutants, spread evenly over the classes"
    )
    parser.add_argument("--seed", type=int, default=1, help="the first seed of each class")
    parser.add_argument(
        "--class", dest="kind", default="", help="only classes whose name holds this text"
    )
    parser.add_argument(
        "--only", type=int, default=None, metavar="SEED", help="only this seed of each class"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=0,
        help="stop after so many minutes, all classes about equally far",
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--floor",
        type=float,
        default=0,
        metavar="PART",
        help="pass if at least this part of those that matter is caught",
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=None,
        metavar="FILE",
        help="write every mutant and what became of it, a line each",
    )
    parser.add_argument(
        "--home",
        type=Path,
        default=None,
        metavar="DIR",
        help="where the untouched packets are kept for the next run",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        default=None,
        metavar="DIR",
        help="with --only: leave the mutant's folder there",
    )
    parser.add_argument("--no-controls", dest="controls", action="store_false")
    parser.add_argument("--brief", action="store_true", help="groups only, not every class")
    options = parser.parse_args()
    if not any(options.kind in name for name in (*KINDS, *CONTROLS)):
        parser.error(f"no class holds {options.kind!r}; there are:\n" + "\n".join(KINDS))
    return options


def _jobs(options: argparse.Namespace) -> Iterator[Job]:
    """Controls first, then one seed of every class after the other."""
    kinds = [name for name in KINDS if options.kind in name]
    if options.only is not None:
        keeps = {
            name: options.keep / f"{n}" if options.keep and len(kinds) > 1 else options.keep
            for n, name in enumerate(kinds)
        }
        yield from (Job(kind=name, seed=options.only, keep=keeps[name]) for name in kinds)
        return
    if options.controls:
        yield from (
            Job(kind=name, seed=seed, control=True)
            for name in CONTROLS
            for seed in range(len(PACKETS))
        )
    left, seed = options.count, options.seed
    while kinds and left > 0:
        now = [name for name in kinds if not KINDS[name].few or seed < options.seed + _FEW]
        yield from (Job(kind=name, seed=seed) for name in now[:left])
        left, seed, kinds = left - len(now), seed + 1, now


def _run(
    options: argparse.Namespace, jobs: Iterator[Job], home: Path, scratch: Path
) -> Iterator[Outcome]:
    """Outcomes in the order they come."""
    scratch.mkdir()
    deadline = float("inf")
    waiting: set[Future[Outcome]] = set()
    done = 0
    with ProcessPoolExecutor(options.jobs, get_context("spawn"), begin, (home, scratch)) as pool:
        for job in jobs:
            if options.minutes and not job.control and math.isinf(deadline):
                deadline = time.monotonic() + options.minutes * 60  # the controls are all done
            if time.monotonic() > deadline:
                break
            waiting.add(pool.submit(run, job))
            if len(waiting) >= 3 * options.jobs:
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
    for item in outcomes:
        if item.control or not item.digest or item.digest not in known:
            known.add(item.digest)
            yield item


def _written(target: Path | None, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Each outcome as a line of JSON as soon as it is there: a run that is broken off has told
    what it found."""
    with target.open("w", encoding="utf8") if target else nullcontext() as stream:
        for item in outcomes:
            if stream:
                stream.write(json.dumps(asdict(item)) + "\n")
                stream.flush()
            yield item


def _report(options: argparse.Namespace, outcomes: Sequence[Outcome], seconds: float) -> None:
    if options.only is not None:
        for item in outcomes:
            print(
                f"{item.kind} {item.seed}: {item.packet}, {item.note}: "
                f"{item.crash or ', '.join(item.checks) or 'PASSED'}"
            )
            print(f"  {item.verdict}")
            for detail in item.details:
                print(f"  {detail}")
        return
    print("\n".join(table.printed(outcomes, full=not options.brief)))
    print()
    print("\n".join(table.seeds(outcomes)))
    by = "Poppler" if judge.has_poppler() else "PDFium (Poppler is not installed)"
    nothing = sum(not item.packet for item in outcomes)
    controls = sum(item.control for item in outcomes)
    different = f"{len(outcomes) - nothing - controls} different mutants and {controls} controls"
    print(
        f"\n{different} in {seconds:.0f} s, judged by {by}; {nothing} seeds had nothing to change"
    )


if __name__ == "__main__":
    main()
