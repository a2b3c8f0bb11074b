"""A crew: driver processes, each with one large item at a time and page workers of its own, which
share the cores.

While items wait, every driver has one page worker, so that a driver and its worker, who wait for
each other, fill one core; when the items run out, those that are still at work get the cores of
those that have finished.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.util import Finalize
from typing import Any

from assembler.errors import ToolFailed
from assembler.runtime.worker_pool import Failure, Pool, context, outcome, settle

_PATIENCE = 15.0  # seconds a driver has to leave its place clean


@dataclass(slots=True)
class _Driver:
    """A driver process, the pipe for its work and the one that tells it how many workers it may
    have."""

    process: Any
    pipe: Connection
    shares: Connection
    index: int = -1
    started: float = 0.0
    deadline: float = 0.0
    share: int = 1

    def give(self, index: int, work: tuple[Any, ...], seconds: float) -> bool:
        """Hand it over. False if the driver was killed while it was idle."""
        try:
            self.pipe.send(work)
        except OSError:
            return False
        self.index, self.started = index, time.monotonic()
        self.deadline = self.started + seconds
        return True

    def may_use(self, share: int) -> None:
        if share != self.share:
            self.share = share
            with contextlib.suppress(OSError):  # it was killed, which is found out elsewhere
                self.shares.send(share)

    def ask_to_end(self) -> None:
        if self.process.is_alive():
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for it to leave its place clean, until the deadline."""
        if self.process.pid is not None:
            self.process.join(max(0.0, deadline - time.monotonic()))
            self.process.kill()
            self.process.join()
        self.pipe.close()
        self.shares.close()


class Crew:
    """Up to `jobs` drivers. `seconds`: the longest an item may take; `tries`: how often it may lose
    its driver.

    `lasting`: the drivers stay after a run, for the next, until `close` or the end of this process.
    Raises ToolFailed in a process that may not start others.
    """

    def __init__(self, jobs: int, *, seconds: float, tries: int = 3, lasting: bool = False) -> None:
        if multiprocessing.current_process().daemon:
            raise ToolFailed(
                "this process may not start others",
                where="worker",
                remedy="start Dask workers with DASK_DISTRIBUTED__WORKER__DAEMON=False",
            )
        self._lasting = lasting
        if lasting:
            Finalize(
                None, self.close, exitpriority=10
            )  # before this process waits for its children
        self.jobs, self.seconds, self.tries = jobs, seconds, tries
        self._drivers: list[_Driver] = []
        self._context = context()

    def run(
        self,
        function: Callable[..., Any],
        items: Sequence[Any],
        finished: Callable[[int, Any, float], None],
    ) -> None:
        """Call a top-level function with each item and `pool=` its page workers; `finished` gets
        index, result, seconds.

        Results come as they are ready. An item whose driver died is tried again; after `tries`
        times, or if it took too long, its result is a `Failure` of kind "crashed" or "timeout".
        Interrupted, the drivers end cleanly first.
        """
        waiting = deque(enumerate(items))
        deaths: Counter[int] = Counter()
        try:
            while waiting or self._busy():
                self._hand_out(waiting, function)
                for driver in self._ready():
                    index, took = driver.index, time.monotonic() - driver.started
                    result = self._collect(driver)
                    if isinstance(result, Failure) and result.kind == "crashed":
                        deaths[index] += 1
                        if deaths[index] < self.tries:
                            waiting.append((index, items[index]))
                            continue
                    finished(index, result, took)
        except BaseException:
            self.close()
            raise
        if not self._lasting:
            self.close()

    def _busy(self) -> list[_Driver]:
        return [driver for driver in self._drivers if driver.index >= 0]

    def _hand_out(self, waiting: deque[tuple[int, Any]], function: Callable[..., Any]) -> None:
        while waiting and len(self._busy()) < self.jobs:
            driver = next((one for one in self._drivers if one.index < 0), None) or self._start()
            if driver.give(waiting[0][0], (function, waiting[0][1]), self.seconds):
                waiting.popleft()
            else:
                self._remove(driver)
        busy = self._busy()
        for place, driver in enumerate(busy):
            driver.may_use(self.jobs // len(busy) + (place < self.jobs % len(busy)))

    def _start(self) -> _Driver:
        ours, theirs = self._context.Pipe()
        read, write = self._context.Pipe(duplex=False)
        driver = _Driver(self._context.Process(target=drive, args=(theirs, read)), ours, write)
        self._drivers.append(
            driver
            # before it starts: ^C in between would leave one that nobody ends, and that is waited
            # for
        )
        driver.process.start()
        theirs.close()
        read.close()
        return driver

    def _ready(self) -> list[_Driver]:
        busy = self._busy()
        patience = max(0.0, min(driver.deadline for driver in busy) - time.monotonic())
        spoke = wait([driver.pipe for driver in busy], timeout=patience)
        return [one for one in busy if one.pipe in spoke or time.monotonic() >= one.deadline]

    def _collect(self, driver: _Driver) -> Any:
        driver.index = -1
        try:
            result = (
                driver.pipe.recv()
                if driver.pipe.poll()
                else Failure(kind="timeout", detail="took too long")
            )
        except (EOFError, OSError):
            driver.process.join(5)
            result = Failure(
                kind="crashed", detail=f"its process ended with code {driver.process.exitcode}"
            )
        if isinstance(result, Failure) and result.kind in ("crashed", "timeout"):
            self._remove(driver)
        return result

    def _remove(self, driver: _Driver) -> None:
        self._drivers.remove(driver)
        driver.ask_to_end()
        driver.end(time.monotonic() + _PATIENCE)

    def close(self) -> None:
        """End the drivers; all are asked before any is waited for."""
        drivers, self._drivers = self._drivers, []
        for driver in drivers:
            driver.ask_to_end()
        deadline = time.monotonic() + _PATIENCE
        for driver in drivers:
            driver.end(deadline)


def drive(pipe: Connection, shares: Connection) -> None:
    """The life of a driver: take an item, do it with its own workers, answer; until it is asked
    to end, or is alone."""
    settle()
    pool = Pool(1)
    signal.signal(signal.SIGTERM, _asked_to_end)
    threading.Thread(target=_listen, args=(shares, pool), daemon=True).start()
    try:
        while True:
            function, item = pipe.recv()
            pipe.send(outcome(partial(function, pool=pool), item))
    except (EOFError, OSError):
        return
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pool.close()


def _asked_to_end(_number: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: what follows is the cleaning up
    sys.exit(0)


def _listen(shares: Connection, pool: Pool) -> None:
    """Change the pool's size as told; end this process when nobody is there any more to take its
    result."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            pool.jobs = shares.recv()
    os.kill(os.getpid(), signal.SIGTERM)
