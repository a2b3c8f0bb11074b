"""Build a case once in this process, so that the processes forked from it start warm.

The fork server of the harness imports this module beside the heavy libraries. Word files are not
converted and nothing is recognized here, since that starts threads, which a fork does not survive:
a process that has ended did it before, and left a cache.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assembler.runtime import worker_pool
from assembler.runtime.worker_pool import Limits, Pool, call_guarded

HOME_VARIABLE = "FAULT_WARM_CASE"  # folder of a case whose cache is full


def make_warm_case(folder: Path) -> None:
    """Write a case, and fill its cache in a process that ends."""
    from benchmarks.faults.commands import make_case

    make_case(folder)
    process = os.fork()
    if not process:
        try:
            build_here(folder)
        finally:
            os._exit(0)
    os.waitpid(process, 0)


def build_here(folder: Path) -> None:
    """Bundle a case without any worker, and forget the packet."""
    from assembler.cli.main import main
    from benchmarks.faults.commands import AS_OF

    kept = Pool.run, Pool.begin, worker_pool.start_fork_server
    Pool.run, Pool.begin = _run_here, lambda _pool: None  # type: ignore[method-assign]
    worker_pool.start_fork_server = lambda: None  # this may be the fork server itself
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            contextlib.suppress(SystemExit),
        ):
            main(["bundle", str(folder), "--as-of", AS_OF], prog_name="assembler")
    finally:
        Pool.run, Pool.begin, worker_pool.start_fork_server = kept  # type: ignore[method-assign]
    shutil.rmtree(folder / "build", ignore_errors=True)


def _run_here(
    _pool: Pool,
    function: Callable[[Any], Any],
    items: Sequence[Any],
    _limits: Limits,
    _progress: Callable[[int], None] | None,
) -> list[Any]:
    return [call_guarded(function, item) for item in items]


if os.environ.get(HOME_VARIABLE):
    build_here(Path(os.environ[HOME_VARIABLE]))
