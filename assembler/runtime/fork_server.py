"""Start processes: forked from a server that has the heavy libraries loaded, where the system can
fork; else each in a new Python.

The server is a fork of this process where that is safe: a server in a new Python would spend
another second on loading our libraries.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module
from multiprocessing import util
from typing import Any, NoReturn

from assembler.runtime.system import ABILITIES

# Named, not imported: imports point down, and every worker would load them anyway.
_STEPS = ("assembler.pipeline.build", "assembler.pipeline.single_steps")
PRELOADED = ["assembler.runtime.preload", *_STEPS]
# these lack functions on Windows, where nothing is forked
_os: Any = os
_signal: Any = signal
_util: Any = util
_SERVER_CODE = (
    "from multiprocessing.forkserver import main;"  # how Python begins a server's program
)


def make_process_context() -> Any:
    """Return a context that forks from a clean server with the heavy libraries loaded; spawn where
    there is no fork."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def start_fork_server() -> None:
    """Start the server, if there is none. Call this early: before this process starts a thread,
    takes a lock or reads anything of a client."""
    if make_process_context().get_start_method() != "forkserver":
        return
    from multiprocessing import forkserver  # not there on Windows

    if can_fork():
        _import_steps()  # this process needs nearly all of it, too
    with _fork_servers() if can_fork() else nullcontext():
        forkserver.ensure_running()


def _import_steps() -> None:
    """Import what is needed, without the collector, which would look at all of it several times."""
    if all(name in sys.modules for name in _STEPS):
        return
    gc.disable()
    try:
        for name in _STEPS:
            import_module(name)
    finally:
        gc.enable()
    gc.freeze()  # it stays to the end


def can_fork() -> bool:
    """Return whether a fork of this process can go on: it has no other thread, whose locks would
    stay locked in the fork."""
    with suppress(OSError):
        return ABILITIES.forks_with_libraries and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208
    return False


@contextmanager
def _fork_servers() -> Iterator[None]:
    """Meanwhile, let Python fork this process for a server, instead of starting a program."""
    start_program = _util.spawnv_passfds

    def start_or_fork(path: bytes, arguments: Sequence[str], descriptors: Sequence[int]) -> int:
        if not arguments[-1].startswith(_SERVER_CODE):
            return int(start_program(path, arguments, descriptors))
        return _fork_server(arguments[-1], descriptors)

    _util.spawnv_passfds = start_or_fork
    try:
        yield
    finally:
        _util.spawnv_passfds = start_program


def _fork_server(code: str, descriptors: Sequence[int]) -> int:
    """Fork a process that runs a server's program; return its id.

    Args:
        descriptors: of files that it gets.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()  # else the fork would write it, too
    # a handler that raises would leave two processes to run on from here
    mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, signal.valid_signals())
    pid: int = _os.fork()
    if not pid:
        _serve(code, descriptors, mask)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
    return pid


def _serve(code: str, descriptors: Sequence[int], mask: set[Any]) -> NoReturn:
    """Run a server's program in a fork, with nothing open and no handler of a signal that a new
    program would not have."""
    try:
        gc.freeze()  # what this process had no longer needs to be freed, and may close files
        _close_others((0, 1, 2, *descriptors))
        _forget_server()
        for number in signal.valid_signals():
            if callable(signal.getsignal(number)):
                is_interrupt = number == signal.SIGINT
                signal.signal(
                    number, signal.default_int_handler if is_interrupt else signal.SIG_DFL
                )
        _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
        exec(code, {})  # noqa: S102 - Python's own, which a new program would get as its text
    finally:
        os._exit(0)


def _forget_server() -> None:
    """Let processes forked from this one start a server of their own: it is a copy of the one that
    holds the lock for starting a server."""
    server: Any = import_module("multiprocessing.forkserver")
    server._forkserver.__init__()


def _close_others(kept: Sequence[int]) -> None:
    start = 0
    for descriptor in sorted(set(kept)):
        if descriptor > start:  # from 0 to 0 would be all of them
            os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, _os.sysconf("SC_OPEN_MAX"))
