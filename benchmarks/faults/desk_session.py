"""A person at the desk: one change of a fact, one build, then the end."""

from __future__ import annotations

import http.client
import os
import re
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field

from benchmarks.faults.commands import DESK_CHANGE
from benchmarks.faults.machine import Ended, Program
from tests.support.desks import RunningDesk

_LINK = re.compile(r"http://127\.0\.0\.1:(\d+)(/enter\?token=\S+)")
_STEP = 0.02  # seconds
_LOOK = 0.25  # seconds between two looks at the progress; each costs the desk some work
_LEAVE = 4.0  # seconds that a desk gets to end by itself when it no longer answers
_ORDER = {"profile": "uscis-online", "filed": "", "late": "end"}
_FAILURES = (AssertionError, OSError, http.client.HTTPException, TypeError, ValueError)


@dataclass(slots=True)
class Session:
    """What the desk answered. `broken`: an answer of status 500, or with a traceback."""

    statuses: list[int] = field(default_factory=list)
    broken: int = 0
    is_done: bool = False


class _Desk(RunningDesk):
    """A desk whose answers are counted, also where they are refusals."""

    session: Session

    def ask(self, *args: object, **options: object) -> tuple[int, dict[str, str], bytes]:
        answer = super().ask(*args, **options)  # type: ignore[arg-type]
        self.session.statuses.append(answer[0])
        self.session.broken += answer[0] == 500 or b"Traceback" in answer[2]
        return answer


def use_desk(program: Program, limit: float) -> tuple[Ended, Session]:
    """Change a fact, build, and end the desk as ^C does. A fault may end each of these early."""
    session, deadline = Session(), time.monotonic() + limit * 0.8
    with suppress(*_FAILURES):
        _work(program, session, deadline)
    end = time.monotonic() + _LEAVE
    while time.monotonic() < end and _is_running(program):
        if session.is_done:
            break
        time.sleep(_STEP)
    with suppress(ProcessLookupError):
        os.kill(program.pid, signal.SIGINT)
    return program.wait(limit), session


def _work(program: Program, session: Session, deadline: float) -> None:
    desk = _find_desk(program, deadline)
    if desk is None:
        return
    desk.session = session
    while not session.statuses and time.monotonic() < deadline:
        with suppress(ConnectionError):  # it says its address a moment before it listens
            desk.enter()
            break
        time.sleep(_STEP)
    case = desk.find_case("case")
    if not _change_fact(desk, case):
        return
    desk.post(f"{case}/build/start", _ORDER)
    headers = {"Cookie": desk.cookie}
    while time.monotonic() < deadline:
        time.sleep(_LOOK)
        if desk.ask(f"{case}/build/progress", headers=headers)[0] == 204:
            session.is_done = True
            return


def _change_fact(desk: _Desk, case: str) -> bool:
    """Return whether a change was taken. A person tries again once; refused again, nobody would
    build a packet that does not have it."""
    for _attempt in range(2):
        with suppress(AssertionError):
            desk.post(f"{case}/fields", {"changes": [DESK_CHANGE]})
            return True
    return False


def _find_desk(program: Program, deadline: float) -> _Desk | None:
    """Return the desk once it says its address; None if it ended before."""
    while time.monotonic() < deadline:
        if match := _LINK.search(program.read_output()):
            return _Desk(None, int(match[1]), match[0])  # type: ignore[arg-type]
        if not _is_running(program):
            return None
        time.sleep(_STEP)
    return None


def _is_running(program: Program) -> bool:
    return os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
