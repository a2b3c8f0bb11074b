"""Read many small things in worker processes, a few at a time, while the caller goes on."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from assembler.runtime.worker_pool import Failure, Limits, Pool


class BackgroundReader:
    """A thread that gives items to the workers of a pool; there is neither while nothing waits.

    Args:
        function: of the top level of a module; called in a worker with one item.
        jobs: workers at the same time.
    """

    def __init__(self, function: Callable[[Any], Any], limits: Limits, jobs: int) -> None:
        self._function, self._limits, self._jobs = function, limits, jobs
        self._waiting: deque[Any] = deque()
        self._results: deque[tuple[Any, Any]] = deque()
        self._lock = threading.Lock()
        self._is_working = False

    def read(self, items: Sequence[Any]) -> None:
        """Have items read, in order, after those that wait already."""
        with self._lock:
            self._waiting += items
            if self._waiting and not self._is_working:
                self._is_working = True
                # a daemon: the program may end at any time, and its workers end with it
                threading.Thread(target=self._work, daemon=True, name="reader").start()

    def poll(self) -> tuple[tuple[Any, Any], ...]:
        """Return the items that were read since the last call, each with its result: what the
        function returned, an AssemblerError, or a Failure."""
        with self._lock:
            results = tuple(self._results)
            self._results.clear()
            return results

    def _work(self) -> None:
        pool = Pool(self._jobs)
        try:
            while items := self._take():
                try:
                    results = pool.run(self._function, items, self._limits, None)
                # such as no more open files; the items need an answer, and later ones a reader
                except Exception as error:  # noqa: BLE001
                    results = [Failure(kind="error", detail=type(error).__name__)] * len(items)
                with self._lock:
                    self._results += zip(items, results, strict=True)
        finally:
            pool.close()

    def _take(self) -> list[Any]:
        """Return one item for each worker; [] if none waits, and then the work ends."""
        with self._lock:
            count = min(len(self._waiting), self._jobs)
            self._is_working = count > 0
            return [self._waiting.popleft() for _ in range(count)]
