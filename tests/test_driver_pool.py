"""Driver pool: drivers that die, hang or are interrupted cost only their item and leave no process
behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from assembler.errors import ToolFailed
from assembler.runtime.driver_pool import DriverPool
from assembler.runtime.system import ABILITIES
from assembler.runtime.worker_pool import Failure, Limits, Pool
from tests.processes import started

ROOT = Path(__file__).parent.parent


def pid_of(_: int) -> int:
    time.sleep(0.3)
    return os.getpid()


def work(item: tuple[str, Path], pool: Pool) -> str:
    """Counts its calls in a file; then does as told, a page worker included."""
    how, home = item
    tries = home / how
    tries.write_text(f"{tries.read_text() if tries.exists() else ''}x")
    if how == "crash" or (how == "unlucky" and len(tries.read_text()) < 3):
        os._exit(9)
    if how == "hang":
        time.sleep(60)
    if how == "bug":
        raise ValueError("Testina Exemplar, A123456789")
    if how == "tool":
        raise ToolFailed("crashed", where="soffice", remedy="try again")
    return f"{how} {len(set(pool.run(pid_of, [1, 2, 3, 4], Limits(), None)))}"


def gathered(crew: DriverPool, items: list[tuple[str, Path]]) -> dict[str, object]:
    found: dict[str, object] = {}
    crew.run(work, items, lambda index, result, _seconds: found.update({items[index][0]: result}))
    return found


# a process that is not forked takes a while to start
SECONDS = 8 if ABILITIES.delivers_signals else 30


def test_a_bad_item_costs_itself_only_and_bad_luck_costs_nothing(tmp_path: Path) -> None:
    names = ["a", "crash", "b", "hang", "unlucky", "bug", "tool", "c"]

    found = gathered(DriverPool(2, seconds=SECONDS, tries=3), [(name, tmp_path) for name in names])

    assert [found[name].split()[0] for name in "abc"] == ["a", "b", "c"]
    assert found["unlucky"].startswith("unlucky")
    kinds = {name: one.kind for name, one in found.items() if isinstance(one, Failure)}
    assert kinds == {"crash": "crashed", "hang": "timeout", "bug": "error"}
    assert isinstance(found["tool"], ToolFailed)
    assert not [one for one in found.values() if "Testina" in str(one)]
    assert [(tmp_path / name).read_text() for name in ("a", "crash", "hang", "unlucky")] == [
        "x",
        "xxx",
        "x",
        "xxx",
    ]


def test_an_item_that_lost_its_driver_is_tried_again_before_the_smaller_ones(
    tmp_path: Path,
) -> None:
    found = gathered(
        DriverPool(1, seconds=SECONDS), [(name, tmp_path) for name in ("unlucky", "a", "b")]
    )
    assert list(found) == ["unlucky", "a", "b"]


def test_the_last_item_gets_all_the_cores(tmp_path: Path) -> None:
    assert gathered(DriverPool(2, seconds=30), [("alone", tmp_path)]) == {"alone": "alone 2"}
    both = gathered(DriverPool(2, seconds=30), [("one", tmp_path), ("other", tmp_path)])
    assert sorted(both) == ["one", "other"]


SCRIPT = """
import sys
from pathlib import Path
from typing import Any
from assembler.runtime.driver_pool import DriverPool
from tests.test_driver_pool import sleep
if __name__ == "__main__":
    try:
        paths = [Path(sys.argv[1]) / name for name in ("a", "b")]
        DriverPool(2, seconds=60).run(sleep, paths, print)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def sleep(path: Path, pool: Pool) -> None:
    try:
        path.write_text(str(os.getpid()))
        pool.run(time.sleep, [50], Limits(), None)
    finally:
        path.unlink()


def alive(pid: int) -> bool:
    if Path("/proc/self").exists():
        stat = Path(f"/proc/{pid}/stat")
        return stat.exists() and "Z" not in stat.read_text().split()[2]
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(not ABILITIES.delivers_signals, reason="one process gets no Ctrl-C of its own")
@pytest.mark.parametrize("how", [signal.SIGINT, getattr(signal, "SIGKILL", signal.SIGTERM)])
def test_interrupted_or_killed_the_drivers_clean_up_and_end(tmp_path: Path, how: int) -> None:
    script = tmp_path / "run.py"
    script.write_text(SCRIPT)
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, str(script), str(home)]
    with started(command, env={**os.environ, "PYTHONPATH": str(ROOT)}) as process:
        until = time.monotonic() + 30
        while (
            time.monotonic() < until and sum(bool(path.read_text()) for path in home.iterdir()) < 2
        ):
            time.sleep(0.05)
        pids = [int(path.read_text()) for path in home.iterdir()]
        time.sleep(0.5)

        process.send_signal(how)

        assert process.wait(20) == (130 if how == signal.SIGINT else -how)
    until = time.monotonic() + 20
    while time.monotonic() < until and any(map(alive, pids)):
        time.sleep(0.05)
    assert len(pids) == 2
    assert not [pid for pid in pids if alive(pid)]
    assert not list(home.iterdir())


@pytest.mark.parametrize("when", ["before", "after"])
def test_interrupted_while_a_driver_starts_none_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """One that had started, and that nobody knew of, was waited for without end when the program
    ended."""
    crew = DriverPool(2, seconds=8)
    start, started = crew._context.Process.start, []

    def interrupted(process: Any) -> None:
        if started or when == "after":
            start(process)
            started.append(process)
        if when == "before" or len(started) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(crew._context.Process, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        gathered(crew, [("a", tmp_path), ("b", tmp_path)])

    assert len(started) == (0 if when == "before" else 2)
    assert not any(process.is_alive() for process in started)
