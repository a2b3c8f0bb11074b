"""Do one piece of reading in a worker process: the server keeps its memory small, and answers
meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from assembler.errors import AssemblerError, ToolFailed
from assembler.runtime.worker_pool import Failure, Limits, Pool

T = TypeVar("T")
R = TypeVar("R")
_LIMITS = Limits(seconds=120)


async def call_in_worker(function: Callable[[T], R], item: T) -> R:
    """Return what a top-level function makes of a picklable item. Raises its AssemblerError;
    ToolFailed if it dies or takes too long."""
    return await run_in_threadpool(_call, function, item)


def _call(function: Callable[[T], R], item: T) -> R:
    pool = Pool(1)
    try:
        (outcome,) = pool.run(function, [item], _LIMITS, None)
    finally:
        pool.close()
    if isinstance(outcome, AssemblerError):
        raise outcome
    if isinstance(outcome, Failure):
        raise ToolFailed(
            f"it could not be read ({outcome.detail})", where="desk", remedy="load the page again"
        )
    result: R = outcome
    return result
