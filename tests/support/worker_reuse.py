"""Workers that outlive a workshop, so that hundreds of small builds do not each start their own.

A worker starts in about a third of a second of CPU time; the suite would spend more on starting
workers than on what they do. Only workers that are idle when a workshop closes are kept: after a
^C, a crash or a bug, a pool ends all of its workers, as the program does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from assembler.runtime import workshop
from assembler.runtime.worker_pool import Pool, _Worker

_MOST_KEPT = 4
_kept: list[_Worker] = []


class ReusingPool(Pool):
    """A pool that takes over idle workers of earlier pools."""

    def _start(self) -> _Worker:
        while _kept:
            worker = _kept.pop()
            if worker.process.is_alive():
                self._workers.append(worker)
                return worker
            worker.end()
        return super()._start()

    def close(self) -> None:
        if not self._list_busy():
            while self._workers and len(_kept) < _MOST_KEPT:
                _kept.append(self._workers.pop())
        super().close()


@contextmanager
def workers_reused() -> Iterator[None]:
    """Let every workshop opened meanwhile reuse workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workshop, "Pool", ReusingPool)
        yield
    while _kept:
        _kept.pop().end()
