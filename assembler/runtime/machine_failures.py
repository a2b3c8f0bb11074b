"""Tell failures of the machine from bugs: no memory, no file handles, a disk that gives errors."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from assembler.errors import AssemblerError, ToolFailed

_CLOSE_PROGRAMS = "close other programs, or restart this machine, and run the same command again"
_CHECK_DISK = "check the disk, or copy the case to another one, and run the same command again"
_RECONNECT = "reconnect the network drive, or copy the case to this machine, and run it again"
_NO_MEMORY = "this machine has too little free memory"
_NO_THREADS = "this machine can start no more threads"
_FAILURES = {
    errno.ENOMEM: (_NO_MEMORY, _CLOSE_PROGRAMS),
    errno.EMFILE: ("too many files are open in this program", _CLOSE_PROGRAMS),
    errno.ENFILE: ("too many files are open on this machine", _CLOSE_PROGRAMS),
    errno.EAGAIN: ("this machine can start no more processes", _CLOSE_PROGRAMS),
    errno.EIO: ("the disk gave an error", _CHECK_DISK),
    getattr(errno, "ESTALE", -1): ("the network drive lost the file", _RECONNECT),
    errno.ETIMEDOUT: ("the network drive does not answer", _RECONNECT),
    getattr(errno, "EHOSTDOWN", -2): ("the network drive does not answer", _RECONNECT),
}


def describe_machine_failure(error: BaseException | None) -> ToolFailed | None:
    """Return what to report if the machine caused an error, however it was wrapped; None if it did
    not."""
    checked: set[int] = set()
    while error is not None and id(error) not in checked:
        checked.add(id(error))
        if isinstance(error, MemoryError):
            return ToolFailed(_NO_MEMORY, where="this machine", remedy=_CLOSE_PROGRAMS)
        # Python has no exception class of its own for this
        if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
            return ToolFailed(_NO_THREADS, where="this machine", remedy=_CLOSE_PROGRAMS)
        if isinstance(error, OSError) and error.errno in _FAILURES:
            problem, remedy = _FAILURES[error.errno]
            return ToolFailed(problem, where="this machine", remedy=remedy)
        error = error.__cause__ or error.__context__
    return None


def raise_if_machine_failed(error: BaseException) -> None:
    """Raise ToolFailed if the machine caused an error that otherwise says something about a
    file."""
    if failure := describe_machine_failure(error):
        raise failure from error


@contextmanager
def report_machine_failures() -> Iterator[None]:
    """Raise ToolFailed for an error that the machine caused; others pass."""
    try:
        yield
    except AssemblerError:
        raise
    except Exception as error:
        raise_if_machine_failed(error)
        raise
