"""The helper that starts programs: they hear of ^C, and none is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.processes import started

WAIT = [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)"]


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.default_int_handler])
def test_a_program_hears_of_an_interrupt_even_where_the_tests_do_not(handler: object) -> None:
    before = signal.signal(signal.SIGINT, handler)  # type: ignore[arg-type]
    try:
        with started(WAIT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == -signal.SIGINT
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_program_is_gone_when_its_test_fails() -> None:
    with pytest.raises(AssertionError), started(WAIT, stdout=subprocess.PIPE) as process:
        raise AssertionError

    assert process.returncode == -signal.SIGKILL
