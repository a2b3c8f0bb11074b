"""watch: a case is checked again on every save, and its review page is built anew."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path, PurePosixPath

import pytest

from assembler.cli.watch_command import is_input, watch_case
from tests import factories

# a program started in the background of a shell ignores SIGINT
PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from assembler.cli.main import main; main()"
)


def test_a_case_is_checked_at_once_and_after_each_save(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    times: list[int] = []

    watch_case(tmp_path, lambda: times.append(1), [{"case.json"}, {"evidence/a.pdf"}])

    assert len(times) == 3
    assert "Saved: evidence/a.pdf" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "watched"),
    [
        ("case.json", True),
        ("evidence/new scan.pdf", True),
        ("templates/cover-letter.docx", True),
        ("build/child/bundle.pdf", False),
        (".assembler/cache/x", False),
        ("evidence/.DS_Store", False),
        ("templates/~$ver-letter.docx", False),
        ("case.json~", False),
    ],
)
def test_outputs_and_temporary_files_start_nothing(path: str, watched: bool) -> None:
    assert is_input(Path(PurePosixPath(path))) is watched


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT to one process")
def test_a_save_is_noticed_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    log = tmp_path / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "watch", str(case), "--facts-only"],
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(log, "Watching")
            time.sleep(1)  # until the system reports changes
            (case / "case.json").write_text("{")
            wait_for(log, "NOT READY: 1 to fix")
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.wait()
    assert "Saved: case.json" in log.read_text()


def wait_for(log: Path, text: str, seconds: float = 60) -> None:
    """Wait until a program has printed a text."""
    end = time.monotonic() + seconds
    while text not in log.read_text():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)
