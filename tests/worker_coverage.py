"""Loaded by `make coverage` only: lets idle workers end by themselves, so that what they ran is
counted.

A pool kills its workers when it closes, and a killed process writes no coverage data. A worker
whose pipe closes ends on its own; one that is busy, hangs or is out of memory is killed here as
ever.
"""

from __future__ import annotations

import pytest

_PATIENCE = 10.0  # seconds to write the data file


def pytest_sessionstart(session: pytest.Session) -> None:
    from assembler.runtime import worker_pool  # not before coverage has begun

    kill = worker_pool._Worker.end

    def end(worker: worker_pool._Worker) -> None:
        if worker.index < 0:
            worker.pipe.close()
            worker.process.join(_PATIENCE)
        kill(worker)

    worker_pool._Worker.end = end
