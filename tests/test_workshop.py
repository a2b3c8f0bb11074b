"""workshop: order kept, deaths contained, half-made things never seen, nothing left behind."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembler.errors import CaseRejected, OutputNotWritten, ToolFailed
from assembler.model import Finding, Severity
from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime.atomic_files import write_atomic
from assembler.runtime.background_reader import BackgroundReader
from assembler.runtime.cache import Cache
from assembler.runtime.system import ABILITIES
from assembler.runtime.worker_pool import Failure, Limits, Pool
from assembler.runtime.workshop import Workshop


def square(n: int) -> int:
    time.sleep(0.02 * (5 - n % 5))
    return n * n


def misbehave(how: str) -> str:
    match how:
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exit":
            os._exit(3)
        case "hang":
            time.sleep(60)
        case "memory":
            return str(len(bytearray(3 * 2**30)))
        case "bug":
            raise ValueError("Testina Exemplar, A123456789")
        case "tool":
            raise ToolFailed("crashed", where="soffice", remedy="try again")
        case "findings":
            found = Finding(rule="R", severity=Severity.ERROR, where="w", problem="p", remedy="r")
            raise CaseRejected("1 error", [found])
    return how


def write_big(path: str) -> None:
    Path(path).write_bytes(b"x" * 5 * 2**20)


@pytest.fixture
def shop(tmp_path: Path):
    with Workshop(tmp_path / ".assembler", jobs=2) as made:
        yield made


def test_results_come_in_the_order_of_the_items(shop: Workshop) -> None:
    seen: list[int] = []

    assert shop.map(square, range(12), progress=seen.append) == tuple(n * n for n in range(12))
    assert seen == list(range(1, 13))


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("crash", "crashed"),
        ("exit", "crashed"),
        ("hang", "timeout"),
        pytest.param(
            "memory",
            "memory",
            marks=pytest.mark.skipif(not ABILITIES.limits_memory, reason="no limit on memory"),
        ),
        ("bug", "error"),
    ],
)
def test_one_bad_item_costs_only_itself(shop: Workshop, how: str, kind: str) -> None:
    limits = Limits(seconds=1.5, memory_mb=2048)

    results = shop.map(misbehave, ["a", how, "b", "c", "d"], limits=limits)

    assert isinstance(results[1], Failure)
    assert (results[1].kind, results[0], results[2:]) == (kind, "a", ("b", "c", "d"))
    assert "Testina" not in results[1].detail


def test_assembler_errors_are_raised_whole_after_all_items(shop: Workshop) -> None:
    seen: list[int] = []

    with pytest.raises(ToolFailed, match="soffice: crashed; try again"):
        shop.map(misbehave, ["a", "tool", "findings", "b"], progress=seen.append)

    assert seen == [1, 2, 3, 4]
    with pytest.raises(CaseRejected) as caught:
        shop.map(misbehave, ["findings"])
    assert [finding.rule for finding in caught.value.findings] == ["R"]


@pytest.mark.skipif(not ABILITIES.has_resource_limits, reason="no limit on the size of a file")
def test_output_size_is_limited(shop: Workshop) -> None:
    target = shop.scratch / "big"

    (result,) = shop.map(write_big, [str(target)], limits=Limits(output_mb=1))

    assert isinstance(result, Failure)
    assert target.stat().st_size <= 2**20


def test_scratch_is_private_and_removed(tmp_path: Path) -> None:
    with Workshop(tmp_path / ".assembler") as shop:
        assert (
            stat.S_IMODE(shop.home.stat().st_mode)
            == stat.S_IMODE(shop.scratch.stat().st_mode)
            == 0o700
        )
        (shop.make_folder("x") / "file").write_text("client page")
        scratch = shop.scratch

    assert not scratch.exists()


def test_leftovers_of_a_killed_run_are_swept(tmp_path: Path) -> None:
    left = tmp_path / ".assembler/scratch/999999/page.png"
    left.parent.mkdir(parents=True)
    left.write_text("client page")

    with Workshop(tmp_path / ".assembler"):
        assert not left.exists()


def test_a_second_run_of_the_same_case_is_refused(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\nfrom assembler.runtime.workshop import Workshop\n"
        "with Workshop(pathlib.Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    )
    home = str(tmp_path / "case/.assembler")
    with subprocess.Popen(
        [sys.executable, "-c", code, home], stdin=-1, stdout=-1, cwd=Path.cwd()
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"in\n"
        with (
            pytest.raises(OutputNotWritten, match="case: another run is working"),
            Workshop(Path(home)),
        ):
            pass
        first.communicate(b"")
    with Workshop(Path(home)):
        pass  # the lock is free again


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root writes everywhere")
def test_unwritable_case_says_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with (
        pytest.raises(OutputNotWritten, match="make the case folder writable"),
        Workshop(tmp_path / ".assembler"),
    ):
        pass


def fill(folder: Path) -> None:
    (folder / "page.json").write_text("{}")


def test_cache_makes_once_and_finds_again(tmp_path: Path) -> None:
    cache, made = Cache(tmp_path), []

    first = cache.get_or_make(["a", "1"], lambda folder: (made.append(1), fill(folder))[1])
    again = cache.get_or_make(["a", "1"], lambda folder: (made.append(2), fill(folder))[1])
    other = cache.get_or_make(["a", "2"], fill)

    assert first == again != other
    assert made == [1]
    assert (again / "page.json").read_text() == "{}"


def test_cache_remakes_what_is_half_there(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    folder = cache.get_or_make(["a"], fill)
    (folder / ".complete").unlink()
    (folder / "page.json").write_text("torn")

    assert (cache.get_or_make(["a"], fill) / "page.json").read_text() == "{}"


def test_a_failed_make_leaves_nothing(tmp_path: Path) -> None:
    def broken(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise ToolFailed("no")

    with pytest.raises(ToolFailed):
        Cache(tmp_path).get_or_make(["a"], broken)

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(max_size=3), max_size=3), st.lists(st.text(max_size=3), max_size=3))
def test_different_keys_never_share_a_folder(one: list[str], two: list[str]) -> None:
    with TemporaryDirectory() as home:
        cache = Cache(Path(home))
        assert (cache.get_or_make(one, fill) == cache.get_or_make(two, fill)) == (one == two)


def test_write_atomic_keeps_the_old_file_on_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / MANIFEST_FILE
    write_atomic(path, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))

    with pytest.raises(
        OutputNotWritten, match="manifest.json: cannot be written .No space left on device.; free"
    ):
        write_atomic(path, b"new")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_reader_that_could_start_no_worker_says_so_and_reads_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, calls = Pool.run, []

    def refuse_first(pool: Pool, *args: Any) -> list[Any]:
        calls.append(args)
        if len(calls) == 1:
            raise OSError(errno.EMFILE, "too many files")
        return run(pool, *args)

    monkeypatch.setattr(Pool, "run", refuse_first)
    reader = BackgroundReader(abs, Limits(), 1)
    answers: list[tuple[Any, Any]] = []
    end = time.monotonic() + 60
    for count, item in enumerate((-1, -2), start=1):
        reader.read([item])
        while len(answers) < count:
            assert time.monotonic() < end
            answers += reader.poll()
            time.sleep(0.01)
    assert answers == [(-1, Failure(kind="error", detail="OSError")), (-2, 2)]
