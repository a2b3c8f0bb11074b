"""A bench in a process of its own, as the harness sees it: what it is asked, and for how long."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.faults.commands import COMMANDS
from benchmarks.faults.shim import Control, make_environment
from benchmarks.faults.trial import Job, Outcome

ROOT = Path(__file__).parents[2]
_PROGRAM = (sys.executable, "-m", "benchmarks.faults.bench_process")
_PREPARE_SECONDS = 600.0  # for a bench to start, and to prepare a command
_MOST_RUNS = 4  # limits of its command that a trial may take: it has up to three runs
_SETTLE_SECONDS = 60.0  # for copies of the folder, and for processes that do not end


class BenchLost(Exception):
    """A bench hung, or has ended."""


class BenchProcess:
    """A process that does trials, and the pipe to it. One that hangs is replaced."""

    def __init__(self, library: Path, home: Path, number: int) -> None:
        self._library, self._home, self._number = library, home, number
        self._starts = 0
        self._start()

    def _start(self) -> None:
        place = self._home / f"bench-{self._number}-{self._starts}"
        place.mkdir()
        self._starts += 1
        control = Control(place / "control")
        self._process = subprocess.Popen(
            [*_PROGRAM, str(self._home), str(place)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=make_environment(self._library, control.path),
            text=True,
            cwd=ROOT,
            start_new_session=True,
        )

    def prepare(self, command: str) -> None:
        """Prepare a command. Raises SystemExit if that fails."""
        try:
            self._ask({"prepare": command}, _PREPARE_SECONDS)
        except BenchLost as error:
            raise SystemExit(f"{command} cannot be prepared: the bench {error}") from error

    def try_out(self, job: Job) -> Outcome:
        """Do one trial; if the bench hangs or dies, that is a violation, and a new one starts."""
        start = time.monotonic()
        limit = _SETTLE_SECONDS + _MOST_RUNS * COMMANDS[job.command].limit
        try:
            answer = self._ask(asdict(job), limit)
        except BenchLost as error:
            self.kill()
            self._start()
            return Outcome(
                job=job,
                note="the bench was replaced",
                hit="",
                code=-signal.SIGKILL,
                states=(),
                violations=(str(error),),
                seconds=time.monotonic() - start,
            )
        return Outcome(**{**answer, "job": Job(**answer["job"])})

    def _ask(self, order: dict[str, object], seconds: float) -> Any:
        """Send an order and return the answer. Raises BenchLost, or SystemExit for a refusal."""
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(f"{json.dumps(order)}\n")
            self._process.stdin.flush()
        except OSError as error:
            raise BenchLost("ended") from error
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            raise BenchLost("hung")
        line = self._process.stdout.readline()
        if not line:
            raise BenchLost("ended")
        answer = json.loads(line)
        if answer and "error" in answer:
            raise SystemExit(answer["error"])
        return answer

    def kill(self) -> None:
        """End it at once; what it has started ends with it."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._close()

    def end(self) -> None:
        """Let it end, or end it if it is at work."""
        assert self._process.stdin
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_SETTLE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._close()

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream
            with suppress(OSError):
                stream.close()
