"""`python -m benchmarks.fuzz [TARGET …]`: mutants of small inputs through every parser of ours.

Each target runs in a process of its own, for an equal share of the time, which is processor time
and begins after its seeds. Exit code 1 if a parser raises what is not its documented refusal,
hangs, needs too much memory or breaks a promise. The same seed tries the same mutants in the same
order; how far it gets depends on the machine.

    python -m benchmarks.fuzz --list
    python -m benchmarks.fuzz json-text mrz --minutes 10 --seed 7
    python -m benchmarks.fuzz --inputs 200    # the same inputs on every machine, as in CI
"""

from __future__ import annotations

import argparse
import base64
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from mmap import mmap
from multiprocessing import get_context
from pathlib import Path

from assembler.runtime.process_setup import lift_picture_limit, limit_threads
from benchmarks.fuzz.engine import Failure, Outcome, Session
from benchmarks.fuzz.target import Target
from benchmarks.fuzz.targets import TARGETS

_LARGEST = 1 << 22  # bytes of shared memory for an input
_SHOWN = 300  # bytes of an input that are printed
_PATIENCE, _GRACE = 20, 120.0  # a process may take so many times longer, and so many seconds more


def main() -> None:
    """Print a line for each target and every failure; exit 1 if there is one."""
    limit_threads()  # as a worker of the program does
    lift_picture_limit()
    options = _read_options()
    targets = [TARGETS[name] for name in options.targets or TARGETS]
    if options.list:
        for target in targets:
            print(f"{target.name:<22} {', '.join(target.modules)}")
        return
    seconds = 60 * options.minutes / len(targets)
    outcomes = []
    _print_head(brief=options.brief)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder  # of the targets that need files
        limits = _Limits(seconds=seconds, inputs=options.inputs)
        for outcome in _run_all(targets, options.seed, limits, options.jobs):
            outcomes.append(outcome)
            _print_outcome(outcome, brief=options.brief)
            _keep(outcome, options.keep)
    failures = sum(len(outcome.failures) for outcome in outcomes)
    inputs = sum(outcome.inputs for outcome in outcomes)
    print(f"{len(outcomes)} targets, {inputs:,} inputs, seed {options.seed}: {failures} failures")
    raise SystemExit(bool(failures))


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", choices=[*TARGETS, []])
    parser.add_argument("--minutes", type=float, default=10.0, help="of processor time, together")
    parser.add_argument("--inputs", type=int, help="for each target, within the time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="targets at the same time")
    parser.add_argument("--keep", type=Path, help="folder for the inputs of failures")
    parser.add_argument("--brief", action="store_true", help="print failures only")
    parser.add_argument("--list", action="store_true", help="print the targets only")
    return parser.parse_args()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """Where a target ends: after seconds of processor time, or a number of inputs."""

    seconds: float
    inputs: int | None


def _run_all(targets: Sequence[Target], seed: int, limits: _Limits, jobs: int) -> Iterator[Outcome]:
    with ThreadPoolExecutor(jobs) as pool:  # each thread waits for a process
        yield from pool.map(lambda target: _run_apart(target, seed, limits), targets)


def _run_apart(target: Target, seed: int, limits: _Limits) -> Outcome:
    """Fuzz a target in a process of its own; one that ends itself is a failure."""
    place = mmap(-1, _LARGEST)
    context = get_context("fork" if sys.platform != "win32" else "spawn")
    ours, theirs = context.Pipe(duplex=False)
    if context.get_start_method() == "spawn":  # shared memory without a name is not passed on
        return Session(target, seed).run(limits.seconds, limits.inputs)
    start = time.monotonic()

    def fuzz() -> None:
        theirs.send(Session(target, seed, place).run(limits.seconds, limits.inputs))

    process = context.Process(target=fuzz)
    process.start()
    theirs.close()
    try:
        if ours.poll(_PATIENCE * limits.seconds + _GRACE):
            return ours.recv()
    except EOFError:
        pass
    finally:
        process.kill()
        process.join()
    length = int.from_bytes(place[:8], "little")
    failure = Failure(
        key=f"the process ended ({process.exitcode}) or hung",
        detail="",
        data=place[8 : 8 + length],
    )
    return Outcome(target=target.name, failures=[failure], seconds=time.monotonic() - start)


def _print_head(*, brief: bool) -> None:
    if not brief:
        head = f"{'target':<22} {'inputs':>9} {'a second':>9} {'refused':>8} {'lines':>6}"
        print(f"{head} {'new':>5} {'kept':>5} failures", flush=True)


def _print_outcome(outcome: Outcome, *, brief: bool) -> None:
    if not brief:
        speed = outcome.inputs / max(outcome.seconds, 0.001)
        refused = outcome.refused / max(outcome.inputs, 1)
        print(
            f"{outcome.target:<22} {outcome.inputs:>9,} {speed:>9,.0f} {refused:>8.0%}"
            f" {outcome.lines:>6} {outcome.new_lines:>5} {outcome.kept:>5}"
            f" {len(outcome.failures) or ''}",
            flush=True,
        )
    for failure in outcome.failures:
        print(f"  {outcome.target}: {failure.key}: {failure.detail}\n    {_write(failure.data)}")


def _write(data: bytes) -> str:
    """Return an input as it can be pasted into a test."""
    if len(data) <= _SHOWN:
        return repr(data)
    text = base64.b85encode(data).decode()
    return f"{len(data)} bytes, base64.b85decode({text[:_SHOWN]!r}…): use --keep"


def _keep(outcome: Outcome, folder: Path | None) -> None:
    for number, failure in enumerate(outcome.failures if folder else (), 1):
        assert folder is not None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{outcome.target}-{number}").write_bytes(failure.data)


if __name__ == "__main__":
    main()
