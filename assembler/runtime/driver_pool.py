"""A pool of driver processes: each handles one large item at a time with its own page workers.

While items wait, every driver has one page worker: the two wait for each other, so together they
fill one core. When no more items wait, the drivers still working share the cores of those that have
finished.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
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
from assembler.runtime.fork_server import make_process_context
from assembler.runtime.process_control import (
    CLEANUP_SECONDS,
    ask_to_end,
    end_on_request,
    interrupt_self,
)
from assembler.runtime.worker_pool import (
    Failure,
    Pool,
    call_guarded_job,
    set_up_process,
)


@dataclass(slots=True)
class _Driver:
    """A driver process, the pipe for its work, and the pipe that tells it how many workers it may
    have."""

    process: Any
    pipe: Connection
    shares: Connection
    index: int = -1
    started: float = 0.0
    deadline: float = 0.0
    share: int = 1

    def give(self, index: int, task: tuple[Any, ...], seconds: float) -> bool:
        """Send it an item; return False if the driver was killed while idle."""
        try:
            self.pipe.send(task)
        except OSError:
            return False
        self.index, self.started = index, time.monotonic()
        self.deadline = self.started + seconds
        return True

    def may_use(self, share: int) -> None:
        """Tell the driver how many page workers it may have."""
        if share != self.share:
            self.share = share
            with contextlib.suppress(OSError):  # it was killed, which `_collect` reports
                self.shares.send(share)

    def ask_to_end(self) -> None:
        """Have it clean up and exit, whether it works or waits for work."""
        if self.process.is_alive():
            ask_to_end(self.process, self.shares)
            self.pipe.close()

    def end(self, deadline: float) -> None:
        """Wait until the deadline for it to clean up and exit, then kill it."""
        if self.process.pid is not None:
            self.process.join(max(0.0, deadline - time.monotonic()))
            self.process.kill()
            self.process.join()
        self.pipe.close()
        self.shares.close()


class DriverPool:
    """Up to `jobs` drivers. `seconds`: limit per item; `tries`: how often an item may lose its
    driver.

    `lasting`: keep the drivers after a run, until `close` or the end of this process. Raises
    ToolFailed in a process that may not start others.
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
            # runs before this process waits for its children
            Finalize(None, self.close, exitpriority=10)
        self.jobs, self.seconds, self.tries = jobs, seconds, tries
        self._drivers: list[_Driver] = []
        self._context = make_process_context()

    def run(
        self,
        function: Callable[..., Any],
        items: Sequence[Any],
        finished: Callable[[int, Any, float], None],
    ) -> None:
        """Call a top-level function with each item and `pool=` its page workers.

        `finished` gets index, result and seconds of each item as it is ready. An item whose driver
        died is tried again; after `tries` times, or if it took too long, its result is a `Failure`
        of kind "crashed" or "timeout". If interrupted, ends the drivers cleanly first.
        """
        waiting = deque(enumerate(items))
        deaths: Counter[int] = Counter()
        try:
            while waiting or self._list_busy():
                self._hand_out(waiting, function)
                for driver in self._wait_for_ready():
                    index, took = driver.index, time.monotonic() - driver.started
                    result = self._collect(driver)
                    if isinstance(result, Failure) and result.kind == "crashed":
                        deaths[index] += 1
                        if deaths[index] < self.tries:
                            waiting.appendleft((index, items[index]))
                            continue
                    finished(index, result, took)
        except BaseException:  # even after ^C no driver may go on working
            self.close()
            raise
        if not self._lasting:
            self.close()

    def _list_busy(self) -> list[_Driver]:
        return [driver for driver in self._drivers if driver.index >= 0]

    def _hand_out(self, waiting: deque[tuple[int, Any]], function: Callable[..., Any]) -> None:
        while waiting and len(self._list_busy()) < self.jobs:
            idle = (candidate for candidate in self._drivers if candidate.index < 0)
            driver = next(idle, None) or self._start()
            if driver.give(waiting[0][0], (function, waiting[0][1]), self.seconds):
                waiting.popleft()
            else:
                self._remove(driver)
        busy = self._list_busy()
        for place, driver in enumerate(busy):
            driver.may_use(self.jobs // len(busy) + (place < self.jobs % len(busy)))

    def _start(self) -> _Driver:
        ours, theirs = self._context.Pipe()
        shares_reader, shares_writer = self._context.Pipe(duplex=False)
        driver = _Driver(
            self._context.Process(target=run_driver, args=(theirs, shares_reader)),
            ours,
            shares_writer,
        )
        # before it starts: ^C in between would leave a driver that nothing ends but the exit awaits
        self._drivers.append(driver)
        driver.process.start()
        theirs.close()
        shares_reader.close()
        return driver

    def _wait_for_ready(self) -> list[_Driver]:
        busy = self._list_busy()
        timeout = max(0.0, min(driver.deadline for driver in busy) - time.monotonic())
        ready = wait([driver.pipe for driver in busy], timeout=timeout)
        now = time.monotonic()
        return [driver for driver in busy if driver.pipe in ready or now >= driver.deadline]

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
        driver.end(time.monotonic() + CLEANUP_SECONDS)

    def close(self) -> None:
        """End the drivers; all are asked to end before any is waited for."""
        drivers, self._drivers = self._drivers, []
        for driver in drivers:
            driver.ask_to_end()
        deadline = time.monotonic() + CLEANUP_SECONDS
        for driver in drivers:
            driver.end(deadline)


def run_driver(pipe: Connection, shares: Connection) -> None:
    """Run as a driver: take items, process them with own workers and answer, until asked to end or
    orphaned."""
    set_up_process()
    pool = Pool(1)
    end_on_request()
    pool.begin()  # before there is a thread
    threading.Thread(target=_listen, args=(shares, pool), daemon=True).start()
    try:
        while True:
            function, item = pipe.recv()
            pipe.send(call_guarded_job(partial(function, pool=pool), item))
    except (EOFError, OSError):
        return
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pool.close()


def _listen(shares: Connection, pool: Pool) -> None:
    """Change the pool's size on request; end this process when asked to, or without a parent."""
    with contextlib.suppress(EOFError, OSError):
        while (jobs := shares.recv()) is not None:
            pool.jobs = jobs
    interrupt_self()
