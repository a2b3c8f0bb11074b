"""Give single items to worker processes from a queue, for a server: the newest request comes first.

Each thread has a pool of one worker, so a file that takes long holds up one of them only. Workers
that have nothing to do for a while are ended, since each takes memory.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from assembler.runtime.worker_pool import Failure, Limits, Pool

__all__ = ["Future", "QueuedWorkers"]

_IDLE_SECONDS = 30.0  # after which a worker without work is ended


class QueuedWorkers:
    """Worker processes behind a queue. `submit` may be called from any thread."""

    def __init__(self, count: int, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._count = max(1, count)
        self._queue: queue.PriorityQueue[tuple[int, int, _Task]] = queue.PriorityQueue()
        self._threads: list[threading.Thread] = []
        self._numbers = itertools.count()
        self._waiting: dict[Any, Future[Any]] = {}
        self._lock = threading.Lock()

    def submit(
        self, function: Callable[[Any], Any], item: Any, key: Any = None, *, urgent: bool = False
    ) -> Future[Any]:
        """Have a top-level function called with a picklable item; the result is what it returned,
        the AssemblerError that it raised, or a Failure.

        Args:
            key: of the work; while work of the same key is waiting, its future is returned.
            urgent: before everything that is not.
        """
        with self._lock:
            if key is not None and (known := self._waiting.get(key)):
                return known
            future: Future[Any] = Future()
            if key is not None:
                self._waiting[key] = future
            task = _Task(function, item, key, future)
            # the newest first: a person who scrolls wants the pages that are in view now
            self._queue.put((0 if urgent else 1, -next(self._numbers), task))
            if len(self._threads) < self._count:
                thread = threading.Thread(target=self._work, daemon=True)
                self._threads.append(thread)
                thread.start()
        return future

    def _work(self) -> None:
        pool = Pool(1)
        while True:
            try:
                task = self._queue.get(timeout=_IDLE_SECONDS)[2]
            except queue.Empty:
                pool.close()
                with self._lock:
                    if self._queue.empty():
                        self._threads.remove(threading.current_thread())
                        return
                continue
            try:
                result = pool.run(task.function, [task.item], self._limits, None)[0]
            except Exception as error:  # noqa: BLE001 - whoever waits must get an answer
                result = Failure(kind="error", detail=type(error).__name__)
            with self._lock:
                self._waiting.pop(task.key, None)
            if task.future.set_running_or_notify_cancel():
                task.future.set_result(result)


class _Task:
    """An item, the function for it, and the future of its result."""

    __slots__ = ("function", "future", "item", "key")

    def __init__(
        self, function: Callable[[Any], Any], item: Any, key: Any, future: Future[Any]
    ) -> None:
        self.function, self.item, self.key, self.future = function, item, key, future
