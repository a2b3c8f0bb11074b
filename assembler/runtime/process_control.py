"""Keep a child process within limits, and end it with everything it has started, on each system.

Where a system cannot do one of these, nothing happens here: `system.ABILITIES` says so, and
`assembler doctor` and docs/systems.md say it to people.
"""

from __future__ import annotations

import _thread
import faulthandler
import os
import signal
import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any

from assembler.runtime.system import ABILITIES, Abilities

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from assembler.runtime.windows_job import WindowsJob

CLEANUP_SECONDS = 15.0  # for a process that is asked to end to remove its temporary files
# Where no signal interrupts a wait, a process looks this often whether it is asked to end.
LONGEST_WAIT = None if ABILITIES.delivers_signals else 0.5  # seconds
_REAL_TIME = getattr(signal, "ITIMER_REAL", 0)  # not there on Windows
_MB = 2**20


def load_resource_module() -> ModuleType | None:
    """Return the standard module `resource`; None on Windows, which has none."""
    with suppress(ImportError):
        return import_module("resource")
    return None


def read_file_size_limit() -> int | None:
    """Return the limit of this process on the size of a file, in bytes; None without one."""
    resource = load_resource_module()
    if resource is None:
        return None
    soft: int = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return None if soft == resource.RLIM_INFINITY else soft


# Read at program start, before a worker gets limits of its own: a file that exceeds our limit is
# the item's fault, one that exceeds the initial limit is the machine's.
INITIAL_FILE_SIZE_LIMIT = read_file_size_limit()


def begin_group() -> None:
    """Put this child process into a group of its own, so that ending it ends what it started."""
    if hasattr(os, "setsid"):
        os.setsid()
    get_job()


@cache
def get_job() -> WindowsJob | None:
    """Return the job object that this process is in since its first call; None except on
    Windows."""
    if not ABILITIES.has_job_objects:
        return None
    from assembler.runtime.windows_job import open_job

    return open_job()


def set_limits(
    memory_mb: int,
    output_mb: int,
    resource: ModuleType | None = None,
    abilities: Abilities = ABILITIES,
) -> None:
    """Limit the memory of this process and the size of a file that it writes, as far as the system
    can; memory comes on top of what the libraries reserved at start."""
    if job := get_job():
        job.limit_memory(memory_mb * _MB)
    resource = resource or load_resource_module()
    if resource is None:
        return
    largest = min(output_mb * _MB, INITIAL_FILE_SIZE_LIMIT or output_mb * _MB)
    wanted = [(resource.RLIMIT_FSIZE, largest), (resource.RLIMIT_CORE, 0)]
    if abilities.limits_memory:
        wanted.append((resource.RLIMIT_AS, memory_mb * _MB))
    for limit, value in wanted:
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(
            limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard)
        )


def set_alarm(seconds: float) -> None:
    """Have this process end after `seconds`, even if its parent was killed and it never returns to
    Python; 0 cancels the alarm."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(_REAL_TIME, seconds)
    elif seconds:
        # a thread of the interpreter's own, which needs no lock
        faulthandler.dump_traceback_later(seconds, exit=True, file=_open_null())
    else:
        faulthandler.cancel_dump_traceback_later()


@cache
def _open_null() -> IO[str]:
    return open(os.devnull, "w", encoding="utf8")  # noqa: PTH123 - as long as the process


class ProgramJob:
    """A program that was just started, with what it will start; only Windows needs it."""

    def __init__(self, process: Any) -> None:
        self._job: WindowsJob | None = None
        if ABILITIES.has_job_objects:
            from assembler.runtime.windows_job import open_job

            self._job = open_job(process=int(process._handle))

    def end(self) -> None:
        """End the program and what it started, if it still runs."""
        if self._job is not None:
            self._job.close()


def end_with_children(process: Any) -> None:
    """Kill a child process that has called `begin_group`, and what it started. On Windows, its job
    object ends its own child processes."""
    if hasattr(os, "killpg") and hasattr(signal, "SIGKILL"):
        # there is no group yet, or none any more
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def ask_to_end(process: Any, pipe: Connection) -> None:
    """Ask a child process to clean up and exit.

    Args:
        pipe: to a thread of that process which calls `interrupt_self` on any message. Windows has
            no signal that a process could handle: its `terminate` leaves temporary files behind.
    """
    if ABILITIES.delivers_signals:
        process.terminate()
        return
    with suppress(OSError):  # it has ended
        pipe.send(None)


def end_on_request() -> None:
    """Have this child process clean up and exit when it is asked to."""
    signal.signal(signal.SIGTERM, _exit_once)


def _exit_once(_number: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second signal must not interrupt the cleanup
    sys.exit(0)


def interrupt_self() -> None:
    """From any thread, have this process do what it does when asked to end."""
    if ABILITIES.delivers_signals:
        os.kill(os.getpid(), signal.SIGTERM)  # it also interrupts a wait of the main thread
    else:
        _thread.interrupt_main(signal.SIGTERM)  # os.kill would end it at once on Windows
