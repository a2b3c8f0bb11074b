"""The server that worker processes are forked from, as a fork of the program: programs of their
own, since the tests have threads."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assembler.runtime.fork_server import can_fork
from assembler.runtime.system import ABILITIES
from tests.support.commands import ROOT

_BEGIN = """
import os, sys, threading
from pathlib import Path
from assembler.runtime.fork_server import can_fork, start_fork_server
from assembler.runtime.process_setup import limit_threads
from assembler.runtime.worker_pool import Limits, Pool

def ask(function, item):
    pool = Pool(1)
    pool.begin()
    try:
        return pool.run(function, [item], Limits(), None)[0]
    finally:
        pool.close()

def is_server_a_fork():
    from multiprocessing import forkserver
    pid = forkserver._forkserver._forkserver_pid
    return Path(f"/proc/{pid}/cmdline").read_bytes() == Path("/proc/self/cmdline").read_bytes()

limit_threads()
"""

needs_fork = pytest.mark.skipif(not ABILITIES.forks_with_libraries, reason="nothing is forked here")
pytestmark = [needs_fork, pytest.mark.worker]


def run_program(code: str, *arguments: object) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", _BEGIN + code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_server_is_a_fork_and_has_nothing_open_that_the_program_has(tmp_path: Path) -> None:
    code = """
import fcntl
mine = fcntl.fcntl(os.open(sys.argv[1], os.O_CREAT), fcntl.F_DUPFD, 50)
assert ask(os.path.exists, f"/proc/self/fd/{mine}") is False
assert ask(os.path.exists, "/proc/self/fd/0") is True
assert is_server_a_fork()
print("done")
"""
    assert run_program(code, tmp_path / "a") == "done\n"


def test_a_program_with_a_second_thread_starts_a_program_for_its_server() -> None:
    code = """
threading.Thread(target=threading.Event().wait, daemon=True).start()
assert not can_fork()
assert ask(abs, -3) == 3
assert not is_server_a_fork()
print("done")
"""
    assert run_program(code) == "done\n"


def test_what_was_printed_before_is_printed_once() -> None:
    code = """
print("before", end=" ")
ask(print, "worker")
print("after")
"""
    printed = run_program(code)
    assert printed.count("before") == 1
    assert printed.count("after") == 1


def test_a_worker_hears_no_signal_that_the_program_handles() -> None:
    code = """
import signal
signal.signal(signal.SIGTERM, lambda number, frame: print("handled"))
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
assert ask(signal.getsignal, signal.SIGTERM) == signal.SIG_DFL
assert ask(signal.getsignal, signal.SIGUSR1) == signal.SIG_IGN
assert ask(signal.getsignal, signal.SIGINT) == signal.SIG_IGN
print("done")
"""
    assert run_program(code) == "done\n"


def test_a_job_forks_a_server_of_its_own() -> None:
    code = """
import time
from assembler.runtime.background_job import BackgroundJob
from tests.test_fork_server import ask_from_job

start_fork_server()
job = BackgroundJob(ask_from_job, -4)
while job.is_running:
    job.poll()
    time.sleep(0.01)
print(job.result)
"""
    assert run_program(code) == "(4, True)\n"


def ask_from_job(item: int, _report: object) -> tuple[int, bool]:
    """Run in a job: return what a worker of its own says, and whether its server is a fork."""
    from multiprocessing import forkserver

    from assembler.runtime.worker_pool import Limits, Pool

    pool = Pool(1)
    try:
        answer = pool.run(abs, [item], Limits(), None)[0]
    finally:
        pool.close()
    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    line = Path(f"/proc/{server}/cmdline").read_text()
    return answer, line == Path("/proc/self/cmdline").read_text()


def test_a_process_with_threads_is_not_forked() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert not can_fork()
    finally:
        end.set()
        thread.join()
