"""Read a stranger's file in a worker process with limits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from assembler.intake.imports.cells import BadFile
from assembler.runtime.worker_pool import Failure, Limits, Pool

T = TypeVar("T")
WORK_FOLDER = ".assembler-import"  # of an import, in the folder it writes into
_LIMITS = Limits(seconds=60, memory_mb=2_000, output_mb=1)


def parse_in_worker(function: Callable[[Path], T | BadFile], source: Path) -> T:
    """Return what a function reads from a file in a worker process. Raises BadFile."""
    pool = Pool(1)
    try:
        (outcome,) = pool.run(function, [source], _LIMITS, None)
    finally:
        pool.close()
    if isinstance(outcome, BadFile):
        raise outcome
    if isinstance(outcome, Failure):
        raise BadFile(
            "IMPORT.FILE",
            "it cannot be read within the limits of time and memory",
            "copy the rows into a new file",
        )
    if isinstance(outcome, BaseException):
        raise outcome
    result: T = outcome
    return result
