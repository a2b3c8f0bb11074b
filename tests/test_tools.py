"""tools: programs that crash, hang, babble, or leave a child behind."""

from __future__ import annotations

import shutil
import stat
import threading
import time
import tracemalloc
from pathlib import Path

import pytest

from assembler.errors import ToolFailed, ToolMissing
from assembler.runtime import programs


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Make a program of this shell text and put it first on PATH."""

    def make(body: str, name: str = "fake-tool") -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return name

    return make


def test_missing_program_names_it_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="no-such-program is not installed; install"):
        programs.run("no-such-program", [], timeout=1, cwd=tmp_path)


def test_result_carries_code_and_both_outputs(fake, tmp_path: Path) -> None:
    result = programs.run(fake("echo out; echo err >&2; exit 3"), [], timeout=5, cwd=tmp_path)

    assert (result.returncode, result.stdout, result.stderr) == (3, "out\n", "err\n")


def test_hanging_program_and_its_child_are_killed(fake, tmp_path: Path) -> None:
    marker = tmp_path / "written-late"
    name = fake(f"trap '' TERM; (sleep 2; echo late > {marker}) & sleep 60")

    with pytest.raises(ToolFailed, match="did not finish in 1 seconds"):
        programs.run(name, [], timeout=1, cwd=tmp_path)

    time.sleep(1.6)
    assert not marker.exists()


def test_a_child_left_behind_by_a_clean_exit_is_killed_too(fake, tmp_path: Path) -> None:
    marker = tmp_path / "written-late"
    programs.run(
        fake(f"(sleep 1; echo late > {marker}) >/dev/null 2>&1 & exit 0"),
        [],
        timeout=5,
        cwd=tmp_path,
    )

    time.sleep(1.3)
    assert not marker.exists()


def test_babble_in_no_encoding_is_cut_and_decoded(fake, tmp_path: Path) -> None:
    result = programs.run(
        fake(r"printf '\377\376'; head -c 3000000 /dev/zero"), [], timeout=20, cwd=tmp_path
    )

    assert len(result.stdout) <= 1_000_000
    assert result.stdout.startswith("��")


def test_environment_is_clean_and_stdin_empty(
    fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = fake('cat; echo "${SECRET-unset} ${GIVEN-unset}"')
    monkeypatch.setenv("SECRET", "leaked")

    result = programs.run(name, [], timeout=5, cwd=tmp_path, env={"GIVEN": "given"})

    assert result.stdout == "unset given\n"


def test_version_is_the_first_line_or_none(fake) -> None:
    assert programs.read_version(fake("echo 'fake 1.2'; echo more")) == "fake 1.2"
    assert programs.read_version("no-such-program") is None


def test_a_program_that_prints_without_end_does_not_fill_memory(fake, tmp_path: Path) -> None:
    name = fake("head -c 100000000 /dev/zero; head -c 100000000 /dev/zero >&2; exit 4")
    tracemalloc.start()
    try:
        result = programs.run(name, [], timeout=60, cwd=tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (result.returncode, len(result.stdout), len(result.stderr)) == (4, 1_000_000, 1_000_000)
    assert peak < 20_000_000


@pytest.mark.skipif(shutil.which("setsid") is None, reason="needs setsid")
def test_a_child_that_left_the_group_and_holds_the_output_is_not_waited_for(
    fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_DRAIN_SECONDS", 0.3)
    name = fake("echo before; setsid sleep 4 & exit 0")
    before = time.monotonic()

    result = programs.run(name, [], timeout=30, cwd=tmp_path)

    assert (result.returncode, result.stdout) == (0, "before\n")
    assert time.monotonic() - before < 3


def test_a_child_that_holds_the_output_is_ended_with_its_program(fake, tmp_path: Path) -> None:
    before = time.monotonic()

    result = programs.run(fake("echo before; sleep 20 & exit 0"), [], timeout=10, cwd=tmp_path)

    assert (result.returncode, result.stdout) == (0, "before\n")
    assert time.monotonic() - before < 5


def test_a_run_leaves_no_thread_and_no_open_file(fake, tmp_path: Path) -> None:
    name = fake("echo out; echo err >&2")
    programs.run(name, [], timeout=5, cwd=tmp_path)
    before = (threading.active_count(), open_files())

    for _ in range(5):
        programs.run(name, [], timeout=5, cwd=tmp_path)

    assert (threading.active_count(), open_files()) == before


def open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0
