"""Run a command as a whole process, several times, and keep wall seconds, CPU seconds and peak
memory."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.pop(
    "PYTHONDONTWRITEBYTECODE", None
)  # as on a user's machine: modules are compiled once, not at every start


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Medians over the runs; `cpu` counts all child processes, `peak_mb` the largest single one."""

    wall: float
    cpu: float
    peak_mb: float


def command(
    args: Sequence[str], *, runs: int = 3, before: Callable[[], None] = lambda: None, cwd: Path
) -> Timing:
    """Time a command; `before` (not timed) puts things back to the start. Raises
    CalledProcessError if it fails."""
    return _median([_once(args, before, cwd) for _ in range(runs)])


def together(
    commands: Sequence[Sequence[str]], *, runs: int = 3, before: Callable[[], None], cwd: Path
) -> Timing:
    """Time several commands run one after the other as one piece of work."""
    return _median(
        [
            _sum(
                [
                    _once(args, before if n == 0 else (lambda: None), cwd)
                    for n, args in enumerate(commands)
                ]
            )
            for _ in range(runs)
        ]
    )


def apart(module: str, *args: object, cwd: Path) -> str:
    """What a module of the benchmarks prints, run in a process of its own.

    This process must stay small: on Linux the peak memory of a child counts what its parent held
    when it was started.
    """
    ran = subprocess.run(
        [sys.executable, "-m", module, *map(str, args)],
        cwd=cwd,
        check=True,
        capture_output=True,
        text=True,
    )
    return ran.stdout.strip()


def afresh(case: Path) -> None:
    """Nothing is left of an earlier build: where a bundle stands and nothing changed, it would
    only be proved again."""
    for made in (".assembler", "build"):
        shutil.rmtree(case / made, ignore_errors=True)


def missing(*programs: str) -> list[str]:
    """Which of these peers are not on this machine."""
    return [program for program in programs if shutil.which(program) is None]


def machine() -> str:
    """One line about where the figures come from."""
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}"
    )


def _once(args: Sequence[str], before: Callable[[], None], cwd: Path) -> Timing:
    before()
    start = time.perf_counter()
    process = subprocess.Popen(
        list(args), cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    trouble = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(args), stderr=trouble)
    return Timing(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak_mb=_megabytes(usage))


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024 if platform.system() != "Darwin" else usage.ru_maxrss / 1024**2


def _sum(timings: Sequence[Timing]) -> Timing:
    return Timing(
        wall=sum(t.wall for t in timings),
        cpu=sum(t.cpu for t in timings),
        peak_mb=max(t.peak_mb for t in timings),
    )


def _median(timings: Sequence[Timing]) -> Timing:
    return Timing(
        wall=statistics.median(t.wall for t in timings),
        cpu=statistics.median(t.cpu for t in timings),
        peak_mb=max(t.peak_mb for t in timings),
    )
