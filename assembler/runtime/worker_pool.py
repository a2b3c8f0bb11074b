"""Worker processes with limits: one that crashes, hangs or eats memory costs its item only."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from typing import Any

from assembler.errors import AssemblerError
from assembler.runtime.atomic_files import GIVEN_FILE_SIZE, not_written, write_refusal
from assembler.runtime.process_setup import lift_picture_limit, lift_reader_limits, limit_threads

# The second is named, not imported: this module does not know what it is for, only that every
# worker would load it.
_PRELOAD = ["assembler.runtime.preload", "assembler.pipeline"]
_GRACE = 10.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one item may use: wall seconds, memory of its worker process, size of any one file it
    writes."""

    seconds: float = 120.0
    memory_mb: int = 4096
    output_mb: int = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An item that gave no result. kind: "crashed", "timeout", "memory" or "error"; detail never
    holds content."""

    kind: str
    detail: str


@dataclass(slots=True)
class _Worker:
    """One child process and the pipe to it."""

    process: Any
    pipe: Connection
    index: int = -1
    deadline: float = 0.0

    def give(self, index: int, work: tuple[Any, ...], seconds: float) -> bool:
        """Hand it over. False if the worker was killed while it was idle."""
        try:
            self.pipe.send(work)
        except OSError:
            return False
        self.index, self.deadline = index, time.monotonic() + seconds
        return True

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):
            os.killpg(self.process.pid, signal.SIGKILL)  # with whatever it started
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Pool:
    """Up to `jobs` workers, started when needed and kept until `close`; `jobs` may be changed at
    any time.

    An item whose worker dies is given to another one once more: somebody may have killed the
    worker, and an item that kills two is to blame itself. `spent`: CPU seconds of the workers for
    each function's module.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._workers: list[_Worker] = []
        self._context = context()

    def begin(self) -> None:
        """Let the fork server load its libraries while this process does something else."""
        if self._context.get_start_method() == "forkserver":
            forkserver.ensure_running()

    def run(
        self,
        function: Callable[[Any], Any],
        items: Sequence[Any],
        limits: Limits,
        progress: Callable[[int], None] | None,
    ) -> list[Any]:
        """One result, `Failure` or AssemblerError per item, in order."""
        results: list[Any] = [None] * len(items)
        waiting = deque(enumerate(items))
        died: set[int] = set()
        finished = 0
        try:
            while waiting or self._busy():
                self._hand_out(waiting, function, limits)
                for worker in self._ready():
                    index, outcome = self._collect(worker, room_of(function))
                    if (
                        isinstance(outcome, Failure)
                        and outcome.kind == "crashed"
                        and index not in died
                    ):
                        died.add(index)
                        waiting.appendleft((index, items[index]))
                        continue
                    results[index] = outcome
                    finished += 1
                    if progress:
                        progress(finished)
        except BaseException:
            self.close()  # ^C or a bug here: no worker may go on writing
            raise
        return results

    def close(self) -> None:
        for worker in self._workers:
            worker.end()
        self._workers = []

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.index >= 0]

    def _hand_out(
        self, waiting: deque[tuple[int, Any]], function: Callable[[Any], Any], limits: Limits
    ) -> None:
        while waiting and len(self._busy()) < max(1, self.jobs):
            worker = self._idle()
            if worker.give(waiting[0][0], (function, waiting[0][1], limits), limits.seconds):
                waiting.popleft()
            else:
                self._remove(worker)

    def _idle(self) -> _Worker:
        return next((worker for worker in self._workers if worker.index < 0), None) or self._start()

    def _remove(self, worker: _Worker) -> None:
        worker.end()
        self._workers.remove(worker)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _ready(self) -> list[_Worker]:
        busy = self._busy()
        patience = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
        spoke = wait([worker.pipe for worker in busy], timeout=patience)
        return [w for w in busy if w.pipe in spoke or time.monotonic() >= w.deadline]

    def _collect(self, worker: _Worker, room: str) -> tuple[int, Any]:
        """The item's index and what came of it; a worker that died or hangs is ended, and
        replaced when needed."""
        index, worker.index = worker.index, -1
        try:
            if worker.pipe.poll():
                outcome, seconds = worker.pipe.recv()
                self.spent[room] += seconds
            else:
                outcome = Failure(kind="timeout", detail="took too long")
        except (EOFError, OSError):
            worker.process.join(5)
            outcome = Failure(
                kind="crashed", detail=f"the worker ended with code {worker.process.exitcode}"
            )
        if isinstance(outcome, Failure) and outcome.kind != "error":
            self._remove(worker)
        return index, outcome


def room_of(function: Callable[..., Any]) -> str:
    """The module of a function, or of the one that a partial calls."""
    return str(getattr(function, "func", function).__module__)


def serve(pipe: Connection) -> None:
    """The life of a worker: take work, do it within the limits, answer, until the pipe closes."""
    settle()
    while True:
        try:
            function, item, limits = pipe.recv()
            _limit(limits)
            _alarm(limits.seconds + _GRACE)
            before = time.process_time()
            result = outcome(function, item)
            _alarm(0)
            pipe.send((result, time.process_time() - before))
        except (EOFError, OSError):  # the parent is gone
            return


def settle() -> None:
    """What every process of ours does first."""
    if hasattr(os, "setsid"):
        os.setsid()  # a group of its own, so that ending it ends what it started
    os.dup2(
        os.open(os.devnull, os.O_WRONLY), 2
    )  # parsers babble; what matters comes back as a value
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is the parent's to handle
    limit_threads()
    lift_picture_limit()
    lift_reader_limits()


def _alarm(seconds: float) -> None:
    """The kernel ends this process then, even if its parent, which would have, was killed; 0:
    never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def outcome(function: Callable[[Any], Any], item: Any) -> Any:
    """What the function gives; an AssemblerError, or a Failure for anything else it raises."""
    try:
        return function(item)
    except AssemblerError as error:
        return error
    except MemoryError:
        return Failure(kind="memory", detail="needed more memory than allowed")
    except Exception as error:  # noqa: BLE001 - any bug in a parser must come back as a value
        if refusal := write_refusal(error):
            name = os.path.basename(str(refusal.filename)) if refusal.filename else "a work file"  # noqa: PTH119
            return not_written(name, refusal)
        return Failure(kind="error", detail=f"{type(error).__name__} in {_place(error)}")


def _place(error: BaseException) -> str:
    """File and line of the innermost frame of ours; never the message, which may hold content."""
    import traceback

    frames = [f for f in traceback.extract_tb(error.__traceback__) if "assembler" in f.filename]
    last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return f"{os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119 - a name, no path


def _limit(limits: Limits) -> None:
    """Set the soft limits of this process; memory counts on top of what the libraries reserved
    at start."""
    if sys.platform == "win32":
        return
    import resource

    for what, value in (
        (resource.RLIMIT_AS, limits.memory_mb * 2**20),
        (
            resource.RLIMIT_FSIZE,
            min(limits.output_mb * 2**20, GIVEN_FILE_SIZE or limits.output_mb * 2**20),
        ),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(
            what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard)
        )


def warm() -> None:
    """Start the server that workers are forked from, so that it loads its libraries while this
    process loads its own."""
    if context().get_start_method() == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()


def context() -> Any:
    """Processes forked from a clean server that has the heavy libraries loaded; plain spawn
    where there is no fork."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(_PRELOAD)
    return made
