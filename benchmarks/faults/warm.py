"""Build a case once in this process, so that the processes forked from it start warm.

The fork server of the harness imports this module beside the heavy libraries. Word files are not
converted and nothing is recognized here, since that starts threads, which a fork does not survive:
a process that has ended did it before, and left a cache.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
from collections.abc import Callable, Sequence
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from assembler.runtime import fork_server
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

    kept = Pool.run, Pool.begin, fork_server.start_fork_server
    Pool.run, Pool.begin = _run_here, lambda _pool: None  # type: ignore[method-assign]
    fork_server.start_fork_server = lambda: None  # this may be the fork server itself
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            contextlib.suppress(SystemExit),
        ):
            main(["bundle", str(folder), "--as-of", AS_OF], prog_name="assembler")
    finally:
        Pool.run, Pool.begin, fork_server.start_fork_server = kept  # type: ignore[method-assign]
    shutil.rmtree(folder / "build", ignore_errors=True)


def _run_here(
    _pool: Pool,
    function: Callable[[Any], Any],
    items: Sequence[Any],
    _limits: Limits,
    _progress: Callable[[int], None] | None,
) -> list[Any]:
    return [call_guarded(function, item) for item in items]


def outlive_clients() -> None:
    """Have this fork server, which serves all commands, go on when a client closes its connection
    before it has sent anything, for want of file handles; Python's ends then."""
    receive = forkserver.reduction.recvfds  # type: ignore[attr-defined]

    def receive_or_abort(connection: Any, count: int) -> Any:
        try:
            return receive(connection, count)
        except (EOFError, RuntimeError) as error:
            raise ConnectionAbortedError(errno.ECONNABORTED, "the client is gone") from error

    forkserver.reduction.recvfds = receive_or_abort  # type: ignore[attr-defined]


if os.environ.get(HOME_VARIABLE):
    build_here(Path(os.environ[HOME_VARIABLE]))
    outlive_clients()
