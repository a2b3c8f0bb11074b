"""Run one long piece of work in a process of its own, which reports its progress and can be ended.

The caller keeps its memory small and stays responsive; when it dies, the work ends, too.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from assembler.errors import AssemblerError
from assembler.runtime.fork_server import make_process_context, start_fork_server
from assembler.runtime.process_control import (
    CLEANUP_SECONDS,
    ask_to_end,
    end_on_request,
    interrupt_self,
)
from assembler.runtime.worker_pool import (
    Failure,
    call_guarded_job,
    set_up_process,
)

ReportProgress = Callable[[str, int, int], None]  # step, done, total
_REPORT_SECONDS = 0.1  # between two reports of the same step
_ENDED = Failure(kind="ended", detail="it was ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """How far a piece of work is; `step` is "" before the first."""

    step: str = ""
    done: int = 0
    total: int = 0


class BackgroundJob:
    """A top-level function at work on a picklable item: `function(item, report_progress)`.

    `poll` never waits. The result is what the function returned, the AssemblerError that it raised,
    or a Failure; a job that was ended has a Failure of kind "ended".
    """

    def __init__(self, function: Callable[[Any, ReportProgress], Any], item: Any) -> None:
        context = make_process_context()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=run_job, args=(theirs, function, item))
        self._process.start()
        theirs.close()
        self.progress = JobProgress()
        self.result: Any = None
        self.is_running = True
        self._end_by: float | None = None  # when a job that was asked to end is killed

    def poll(self) -> bool:
        """Take in what the process has sent; return whether anything was new."""
        if not self.is_running:
            return False
        is_news = False
        try:
            while self._pipe.poll():
                kind, value = self._pipe.recv()
                is_news = True
                if kind == "result":
                    self._finish(value)
                    return True
                self.progress = JobProgress(step=value[0], done=value[1], total=value[2])
        except (EOFError, OSError):
            self._process.join(5)
            detail = f"its process ended with code {self._process.exitcode}"
            self._finish(Failure(kind="crashed", detail=detail) if self._end_by is None else _ENDED)
            return True
        if self._end_by is not None and time.monotonic() > self._end_by:
            self._finish(_ENDED)
            return True
        return is_news

    def ask_to_end(self, seconds: float = CLEANUP_SECONDS) -> None:
        """Have the process clean up and end; `poll` tells when it has, and kills it after so
        long."""
        if self.is_running and self._end_by is None:
            ask_to_end(self._process, self._pipe)
            self._end_by = time.monotonic() + seconds

    def end(self) -> None:
        """End the work and wait until its process has cleaned up; it is killed if that takes
        long."""
        if not self.is_running:
            return
        ask_to_end(self._process, self._pipe)
        self._process.join(CLEANUP_SECONDS)
        self._finish(_ENDED)

    def _finish(self, result: Any) -> None:
        self.result, self.is_running = result, False
        if result is not _ENDED:
            self._process.join(CLEANUP_SECONDS)
        self._process.kill()
        self._process.join()
        self._pipe.close()


def run_job(pipe: Connection, function: Callable[[Any, ReportProgress], Any], item: Any) -> None:
    """Run in the process of a job: do the work, send progress and the result."""
    set_up_process()
    end_on_request()
    start_fork_server()  # before there is a thread
    # the pipe brings nothing but the request to end, and says so when the parent is gone
    threading.Thread(target=_wait_for_end, args=(pipe,), daemon=True).start()
    last_step, last_time = "", 0.0

    def report(step: str, done: int, total: int) -> None:
        nonlocal last_step, last_time
        now = time.monotonic()
        if step != last_step or done >= total or now - last_time > _REPORT_SECONDS:
            last_step, last_time = step, now
            pipe.send(("progress", (step, done, total)))

    with contextlib.suppress(OSError):
        pipe.send(("result", call_guarded_job(lambda work: function(work, report), item)))


def _wait_for_end(pipe: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        pipe.recv()
    interrupt_self()


def describe_failure(result: object) -> str:
    """Return in words why a job has no result; "" if it has one."""
    if isinstance(result, AssemblerError):
        return str(result)
    if isinstance(result, Failure):
        return result.detail
    return ""
