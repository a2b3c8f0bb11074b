"""Run commands in processes forked from this one, which has everything loaded and warm.

A command starts in a hundredth of the time that a new Python takes. Its workers come, as always,
from a fork server; that one is started once and serves all commands.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path

from assembler.cli.main import main as assembler
from assembler.runtime import fork_server, worker_pool
from benchmarks.faults import warm
from benchmarks.faults.shim import Control

_STEP = 0.005  # seconds
_PR_SET_PDEATHSIG = 1  # of <sys/prctl.h>
_SETTLE = 8.0  # seconds that workers get to see that their program is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended. `code`: negative for a signal; `processes`: workers still alive."""

    code: int
    stdout: str
    stderr: str
    processes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramLimits:
    """Limits of the program's own process; 0 for none. `memory_mb` is on top of what it has."""

    open_files: int = 0
    memory_mb: int = 0


def start_workers_source(place: Path) -> None:
    """Warm up this process and start the fork server, warm, too; their cases are in `place`."""
    warm.make_warm_case(place / "warm")
    shutil.copytree(place / "warm", place / "warm-here")
    os.environ[warm.HOME_VARIABLE] = str(place / "warm")
    fork_server.PRELOADED.append(warm.__name__)
    fork_server.start_fork_server()
    warm.build_here(place / "warm-here")
    if len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208
        raise RuntimeError("this process has threads, which its forks would miss")
    # a forked process is no parent of the fork server, and would take it for dead
    forkserver._forkserver.ensure_running = lambda: None  # type: ignore[attr-defined]
    forkserver.ensure_running = lambda: None
    _await_workers_source()


def _await_workers_source() -> None:
    """Start a worker, which proves that the fork server is ready."""
    pool = worker_pool.Pool(1)
    pool.run(abs, [1], worker_pool.Limits(), None)
    pool.close()


def renew_workers_source() -> None:
    """Start the fork server again if it has ended."""
    server = forkserver._forkserver  # type: ignore[attr-defined]
    before = server._forkserver_pid
    forkserver.ForkServer.ensure_running(server)
    if server._forkserver_pid != before:
        _await_workers_source()


class Program:
    """A command that runs in a process of its own, in the folder `root`."""

    def __init__(
        self,
        arguments: Sequence[str],
        root: Path,
        output: Path,
        control: Control,
        limits: ProgramLimits | None = None,
    ) -> None:
        renew_workers_source()
        self.output = output
        self._streams = (output.with_suffix(".out"), output.with_suffix(".err"))
        for stream in self._streams:  # read before the process has written anything
            stream.write_bytes(b"")
        self._began = time.monotonic()
        self.pid = os.fork()
        if not self.pid:
            _become_program(arguments, root, self._streams, control, limits or ProgramLimits())

    def read_output(self) -> str:
        """Return what it printed so far."""
        return self._streams[0].read_text(encoding="utf8", errors="replace")

    def wait(self, limit: float, while_stopped: Callable[[], None] | None = None) -> Ended:
        """Wait until it has ended, or kill it after `limit` seconds.

        Args:
            while_stopped: called once if the process is stopped (SIGSTOP); then it goes on.
        """
        deadline = self._began + limit
        while True:
            done, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if done and os.WIFSTOPPED(status):
                if while_stopped is not None:
                    while_stopped()
                os.kill(self.pid, signal.SIGCONT)
            elif done:
                return self._conclude(os.waitstatus_to_exitcode(status))
            elif time.monotonic() > deadline:
                os.killpg(self.pid, signal.SIGKILL)
                deadline = float("inf")
            else:
                time.sleep(_STEP)

    def _conclude(self, code: int) -> Ended:
        seconds = time.monotonic() - self._began
        return Ended(
            code=code,
            stdout=self.read_output(),
            stderr=self._streams[1].read_text(encoding="utf8", errors="replace"),
            processes=_count_leftover_processes(self.pid),
            seconds=seconds,
        )


def _become_program(
    arguments: Sequence[str],
    root: Path,
    streams: tuple[Path, Path],
    control: Control,
    limits: ProgramLimits,
) -> None:
    """Run the command in this forked process, and end it as Python does. Does not return."""
    code = 70
    try:
        _end_with_parent()
        os.setsid()
        for number, path in enumerate(streams, 1):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout = os.fdopen(1, "w", encoding="utf8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf8", closefd=False, buffering=1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.chdir(root)
        os.environ["TMPDIR"] = str(root / "tmp")
        tempfile.tempdir = None
        sys.argv[:] = ["assembler", *arguments]
        _limit(limits)
        control.name_program()
        code = _run(arguments)
    finally:
        os._exit(code)


def _end_with_parent() -> None:
    """Have this process killed if the bench is."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _run(arguments: Sequence[str]) -> int:
    """Return the exit code that a new Python would end with."""
    try:
        try:
            assembler(list(arguments), prog_name="assembler")
        finally:
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as Python does at its outermost level
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _limit(limits: ProgramLimits) -> None:
    import resource

    if limits.open_files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limits.open_files, limits.open_files))
    if limits.memory_mb:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        size = pages * resource.getpagesize() + (limits.memory_mb << 20)
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


def _count_leftover_processes(program: int) -> int:
    """Return how many processes of an ended command do not end by themselves; end them."""
    deadline = time.monotonic() + _SETTLE
    while alive := _find_processes(program):
        if time.monotonic() > deadline:
            for pid in alive:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return len(alive)
        time.sleep(_STEP)
    return 0


def _find_processes(program: int) -> list[int]:
    """Return the workers that the fork server handed out, what they started, and what is left of
    the program's session."""
    parents, sessions = {}, {}
    for path in Path("/proc").iterdir():
        if path.name.isdecimal() and (row := _read_status(path)):
            parents[int(path.name)], sessions[int(path.name)] = row
    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    found = [pid for pid in parents if sessions[pid] == program and pid != program]
    ring = {server}
    while ring:
        ring = {pid for pid, parent in parents.items() if parent in ring}
        found += ring
    return found


def _read_status(process: Path) -> tuple[int, int] | None:
    """Return the parent and the session of a process; None if it has ended."""
    with suppress(OSError):
        fields = re.split(r"\s+", (process / "stat").read_text().rpartition(") ")[2])
        return None if fields[0] == "Z" else (int(fields[1]), int(fields[3]))
    return None
