"""`python -m benchmarks.faults`: thousands of faults of the machine, amid real commands.

A command on a small case meets a full disk, an I/O error, a kill -9, a power loss, … at any of its
system calls. After it, the folder must hold the old output or the new one, both whole; inputs and a
person's files are untouched; nothing is left behind; the exit code and the message fit; and the
next run works. Exit code 1 if a promise is broken. Linux only; needs a C compiler (cc).

Each violation says how to do its trial again: --seed 1 --trial 17 --only kill --command bundle
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from queue import Queue
from threading import Thread

from benchmarks.faults import table
from benchmarks.faults.bench_client import BenchProcess
from benchmarks.faults.classes import CLASSES
from benchmarks.faults.commands import COMMANDS
from benchmarks.faults.shim import NoCompiler, compile_shim
from benchmarks.faults.trial import Job, Outcome

_MEMORY_DISK = Path("/dev/shm")
_SHOWN = 500  # trials between two signs of life


def main() -> None:
    """Print violations as they come, then the table; exit 1 if there is any."""
    options = _read_options()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(dir=options.home, ignore_cleanup_errors=True) as folder:
        try:
            library = compile_shim(Path(folder))
        except NoCompiler as error:
            raise SystemExit(f"no faults were injected: {error}") from error
        outcomes = list(_try_all(options, library, Path(folder)))
    if options.check:
        print(f"every command works without a fault; {time.monotonic() - start:.0f} s")
        return
    print("\n".join(table.format_table(outcomes, brief=options.brief)))
    broken = [outcome for outcome in outcomes if outcome.violations]
    met = sum(bool(outcome.hit) for outcome in outcomes)
    seconds = time.monotonic() - start
    print(
        f"\n{len(outcomes)} trials, {met} faults met, {len(broken)} violations; seed "
        f"{options.seed}, {seconds:.0f} s"
    )
    raise SystemExit(bool(broken) or met < options.floor)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int, nargs="?", default=10_000, help="number of trials")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trial", type=int, default=None, help="only this trial")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so many minutes")
    parser.add_argument(
        "--only", choices=sorted(CLASSES), action="append", help="a class of faults"
    )
    parser.add_argument("--command", choices=sorted(COMMANDS), action="append")
    parser.add_argument(
        "--check", action="store_true", help="only see that each command works without a fault"
    )
    parser.add_argument("--brief", action="store_true", help="no column for each command")
    parser.add_argument(
        "--floor", type=int, default=0, metavar="COUNT", help="fail if fewer faults were met"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, default=None, help="write every outcome, a line each")
    parser.add_argument(
        "--home",
        type=Path,
        default=_MEMORY_DISK if _MEMORY_DISK.is_dir() else None,
        help="where trials take place; a disk in memory is much faster",
    )
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        parser.exit(message="faults are injected on Linux only\n")
    return options


def _list_pairs(options: argparse.Namespace) -> list[tuple[str, str]]:
    """Return class and command of what may be drawn; a command as often as its share."""
    return [
        (entry.name, command.name)
        for entry in CLASSES.values()
        for command in COMMANDS.values()
        if (not options.only or entry.name in options.only)
        and (not options.command or command.name in options.command)
        and (not entry.only or command.name in entry.only)
        and command.name not in entry.not_for
    ]


def _list_jobs(options: argparse.Namespace) -> Iterator[Job]:
    """Yield the jobs of a seed; each depends on its number only."""
    pairs = _list_pairs(options)
    if not pairs:
        raise SystemExit("this class does not apply to this command")
    classes = sorted({name for name, _ in pairs})
    numbers = range(options.count) if options.trial is None else (options.trial,)
    for number in numbers:
        dice = random.Random(f"{options.seed}/{number}")
        name = dice.choice(classes)
        commands = [command for entry, command in pairs if entry == name]
        shares = [COMMANDS[command].share for command in commands]
        (command,) = dice.choices(commands, shares)
        yield Job(fault_class=name, command=command, seed=options.seed, trial=number)


def _try_all(options: argparse.Namespace, library: Path, home: Path) -> Iterator[Outcome]:
    """Prepare every command once, then try in several processes; yield outcomes as they come."""
    (home / "templates").mkdir()
    jobs = 1 if options.trial is not None else options.jobs
    with ExitStack() as stack:
        benches = []
        for number in range(jobs):
            benches.append(BenchProcess(library, home, number))
            stack.callback(benches[-1].end)
        needed = dict.fromkeys(command for _, command in _list_pairs(options))
        if options.trial is not None:
            needed = dict.fromkeys(job.command for job in _list_jobs(options))
        _prepare(benches, list(needed))
        if options.check:
            return
        end = time.monotonic() + options.minutes * 60 if options.minutes else float("inf")
        stream = stack.enter_context(options.json.open("w")) if options.json else None
        for count, outcome in enumerate(_work(benches, _list_jobs(options), end), 1):
            if outcome.violations:
                print(f"{table.format_violation(outcome)}\n{outcome.message}", flush=True)
            elif options.trial is not None:
                print(f"kept its promises: {outcome.note}, met at {outcome.hit or '-'}")
            if stream:
                stream.write(f"{json.dumps(asdict(outcome))}\n")
                stream.flush()
            if count % _SHOWN == 0:
                print(f"{count} trials", file=sys.stderr, flush=True)
            yield outcome


def _prepare(benches: Sequence[BenchProcess], names: list[str]) -> None:
    """Prepare the commands, each bench its share of them."""
    count = len(benches)
    with ThreadPoolExecutor(count) as threads:
        shares = [names[number::count] for number in range(count)]
        for _ in threads.map(_prepare_share, benches, shares):
            pass


def _prepare_share(bench: BenchProcess, names: list[str]) -> None:
    for name in names:
        bench.prepare(name)


def _work(benches: Sequence[BenchProcess], jobs: Iterator[Job], end: float) -> Iterator[Outcome]:
    """Yield outcomes of all benches, each with a thread that gives it one job after the other."""
    results: Queue[Outcome | BaseException | None] = Queue()
    waiting: Queue[Job] = Queue(maxsize=len(benches))

    def drive(bench: BenchProcess) -> None:
        try:
            while (job := waiting.get()) is not None:
                results.put(bench.try_out(job))
        except BaseException as error:  # noqa: BLE001 - it is raised in the main thread
            results.put(error)
        results.put(None)

    def feed() -> None:
        for job in jobs:
            if time.monotonic() > end:
                break
            waiting.put(job)
        for _ in benches:
            waiting.put(None)  # type: ignore[arg-type]

    for target, arguments in ((feed, ()), *((drive, (bench,)) for bench in benches)):
        Thread(target=target, args=arguments, daemon=True).start()
    left = len(benches)
    while left:
        result = results.get()  # each bench answers in time, or is replaced
        if isinstance(result, BaseException):
            raise result
        if result is None:
            left -= 1
        else:
            yield result


if __name__ == "__main__":
    main()
