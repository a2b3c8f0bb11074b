"""Run items in worker processes with limits: a crash, a hang or high memory use costs only its
item."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from assembler.errors import AssemblerError
from assembler.runtime.atomic_files import find_write_refusal, write_error
from assembler.runtime.fork_server import make_process_context, start_fork_server
from assembler.runtime.machine_failures import report_machine_failures
from assembler.runtime.process_control import (
    LONGEST_WAIT,
    begin_group,
    end_with_children,
    set_alarm,
    set_limits,
)
from assembler.runtime.process_setup import lift_picture_limit, lift_reader_limits, limit_threads

_GRACE = 10.0  # seconds
# for a new process to load its libraries, which takes long where it is not forked
_START_SECONDS = 120.0
_STARTED = "started"  # a worker's first message: it has the item, and what the item needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits for one item: wall seconds, memory of its worker, size of any one file it writes."""

    seconds: float = 120.0
    memory_mb: int = 4096
    output_mb: int = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An item without a result. `kind`: "crashed", "timeout", "memory" or "error"; `detail` never
    holds content."""

    kind: str
    detail: str


@dataclass(slots=True)
class _Worker:
    """A worker process and the pipe to it."""

    process: Any
    pipe: Connection
    index: int = -1
    seconds: float = 0.0
    deadline: float = 0.0
    has_started: bool = False

    def give(self, index: int, task: tuple[Any, ...], seconds: float) -> bool:
        """Send it an item; return False if the worker was killed while idle."""
        try:
            self.pipe.send(task)
        except OSError:
            return False
        self.index, self.seconds = index, seconds
        start = 0.0 if self.has_started else _START_SECONDS
        self.deadline = time.monotonic() + start + seconds
        return True

    def takes_start(self) -> bool:
        """Return whether its message only says that it has started: the item's time begins."""
        if self.has_started:
            return False
        self.has_started = True
        try:
            self.pipe.recv()
        except (EOFError, OSError):  # it died, which `_collect` reports
            return False
        self.deadline = time.monotonic() + self.seconds
        return True

    def end(self) -> None:
        end_with_children(self.process)
        self.pipe.close()


class Pool:
    """Up to `jobs` workers, started when needed and kept until `close`; `jobs` may change at any
    time.

    An item whose worker dies is retried once in another worker: someone may have killed the worker,
    but an item that kills two is itself to blame. `spent`: CPU seconds of the workers, by module of
    the function.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._workers: list[_Worker] = []
        self._context = make_process_context()

    def begin(self) -> None:
        """Start the server that workers are forked from, before anything of a client is read."""
        start_fork_server()

    def run(
        self,
        function: Callable[[Any], Any],
        items: Sequence[Any],
        limits: Limits,
        progress: Callable[[int], None] | None,
    ) -> list[Any]:
        """Return one result, `Failure` or AssemblerError per item, in order."""
        results: list[Any] = [None] * len(items)
        waiting = deque(enumerate(items))
        died: set[int] = set()
        finished = 0
        try:
            while waiting or self._list_busy():
                self._hand_out(waiting, function, limits)
                for worker in self._wait_for_ready():
                    index, result = self._collect(worker, get_module(function))
                    crashed = isinstance(result, Failure) and result.kind == "crashed"
                    if crashed and index not in died:
                        died.add(index)
                        waiting.appendleft((index, items[index]))
                        continue
                    results[index] = result
                    finished += 1
                    if progress:
                        progress(finished)
        except BaseException:
            self.close()  # even after ^C or a bug here, no worker may go on writing
            raise
        return results

    def close(self) -> None:
        for worker in self._workers:
            worker.end()
        self._workers = []

    def renew(self) -> None:
        """End the idle workers, which may have grown; new ones are started when needed."""
        for worker in [worker for worker in self._workers if worker.index < 0]:
            worker.end()
            self._workers.remove(worker)

    def _list_busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.index >= 0]

    def _hand_out(
        self, waiting: deque[tuple[int, Any]], function: Callable[[Any], Any], limits: Limits
    ) -> None:
        while waiting and len(self._list_busy()) < max(1, self.jobs):
            worker = self._find_idle()
            if worker.give(waiting[0][0], (function, waiting[0][1], limits), limits.seconds):
                waiting.popleft()
            else:
                self._remove(worker)

    def _find_idle(self) -> _Worker:
        return next((worker for worker in self._workers if worker.index < 0), None) or self._start()

    def _remove(self, worker: _Worker) -> None:
        worker.end()
        self._workers.remove(worker)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=run_worker, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _wait_for_ready(self) -> list[_Worker]:
        busy = self._list_busy()
        timeout = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
        if LONGEST_WAIT is not None:
            timeout = min(timeout, LONGEST_WAIT)
        ready = wait([worker.pipe for worker in busy], timeout=timeout)
        now = time.monotonic()
        return [
            worker
            for worker in busy
            if (worker.pipe in ready and not worker.takes_start()) or now >= worker.deadline
        ]

    def _collect(self, worker: _Worker, module: str) -> tuple[int, Any]:
        """Return the item's index and result; end a worker that died or hangs."""
        index, worker.index = worker.index, -1
        try:
            if worker.pipe.poll():
                result, seconds = worker.pipe.recv()
                self.spent[module] += seconds
            else:
                result = Failure(kind="timeout", detail="took too long")
        except (EOFError, OSError):
            worker.process.join(5)
            result = Failure(
                kind="crashed", detail=f"the worker ended with code {worker.process.exitcode}"
            )
        if isinstance(result, Failure) and result.kind != "error":
            self._remove(worker)
        return index, result


def get_module(function: Callable[..., Any]) -> str:
    """Return the module of a function, or of the function a partial calls."""
    return str(getattr(function, "func", function).__module__)


def run_worker(pipe: Connection) -> None:
    """Run as a worker: take items, process them within the limits and answer, until the pipe
    closes."""
    set_up_process()
    is_first = True
    while True:
        try:
            function, item, limits = pipe.recv()  # which loads the libraries of the first item
            if is_first:
                pipe.send(_STARTED)
                is_first = False
            set_limits(limits.memory_mb, limits.output_mb)
            set_alarm(limits.seconds + _GRACE)
            before = time.process_time()
            result = call_guarded(function, item)
            set_alarm(0)
            pipe.send((result, time.process_time() - before))
        except (EOFError, OSError):  # the parent is gone
            return


def set_up_process() -> None:
    """Set up a child process: own process group, silent stderr, no ^C, library limits."""
    gc.freeze()  # else the first collection would copy all memory shared with the server
    begin_group()
    # parsers write noise to stderr; results and errors come back as values
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles ^C
    limit_threads()
    lift_picture_limit()
    lift_reader_limits()


def call_guarded(function: Callable[[Any], Any], item: Any) -> Any:
    """Return the function's result, or the AssemblerError or a Failure for anything it raises."""
    try:
        return function(item)
    except AssemblerError as error:
        return error
    except MemoryError:
        return Failure(kind="memory", detail="needed more memory than allowed")
    except Exception as error:  # noqa: BLE001 - parsers of untrusted files raise anything
        if refusal := find_write_refusal(error):
            name = os.path.basename(str(refusal.filename)) if refusal.filename else "a work file"  # noqa: PTH119
            return write_error(name, refusal)
        return Failure(kind="error", detail=f"{type(error).__name__} in {_locate_error(error)}")


def call_guarded_job(function: Callable[[Any], Any], item: Any) -> Any:
    """As `call_guarded`, for work that is not about one file: a failure of the machine is the
    AssemblerError that the command line would report, and no bug."""

    def work(item: Any) -> Any:
        with report_machine_failures():
            return function(item)

    return call_guarded(work, item)


def _locate_error(error: BaseException) -> str:
    """Return file and line of our innermost frame, never the message, which may hold content."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    last = ([frame for frame in frames if "assembler" in frame.filename] or frames)[-1]
    return f"{os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119 - a name, no path
