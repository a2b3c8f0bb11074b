"""Faults of the machine: the judge of a trial, the shim that injects, what a power loss leaves; and
what the program does about a machine that fails."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pikepdf
import pytest

from assembler.documents.draft_job import save_document
from assembler.errors import AssemblerError, OutputNotWritten, ToolFailed
from assembler.pdf.fingerprint import fingerprint_pages
from assembler.pipeline.build import report_unreadable_files
from assembler.runtime import cache_upkeep, file_locks, publishing
from assembler.runtime.atomic_files import (
    _DeferringFile,
    make_private,
    open_deferring_errors,
    sync_folder,
    write_atomic,
)
from assembler.runtime.cache import Cache
from assembler.runtime.cache_upkeep import CacheUser, sweep_own_cache
from assembler.runtime.file_locks import LockFile
from assembler.runtime.machine_failures import describe_machine_failure
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.process_setup import defer_interrupts, interrupt_on_request
from assembler.runtime.publishing import recover_folder, stage_folder
from assembler.runtime.user_files import link_or_copy
from assembler.runtime.worker_pool import Failure, call_guarded_job
from assembler.runtime.workshop import Workshop
from benchmarks.faults import bench_client, power_loss
from benchmarks.faults.bench_client import BenchProcess
from benchmarks.faults.judge import Allowance, Promise, Run, State, judge_trial
from benchmarks.faults.power_loss import Change
from benchmarks.faults.shim import (
    FOREVER,
    Control,
    Injection,
    Kind,
    Mode,
    compile_shim,
    make_environment,
)
from benchmarks.faults.tree import FOLDER, read_tree
from benchmarks.faults.trial import Job
from tests import factories
from tests.support.commands import run
from tests.support.work_folders import for_each_work_folder

needs_shim = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not any(map(shutil.which, ("cc", "gcc", "clang"))),
    reason="faults are injected on Linux, with a C compiler",
)

# --- the judge ---

OLD = {
    "case": FOLDER,
    "case/case.json": "a",
    "case/build": FOLDER,
    "case/build/child": FOLDER,
    "case/build/child/bundle.pdf": "old",
    "case/build/child/manifest.json": "old",
}
NEW = {
    **OLD,
    "case/build/child/bundle.pdf": "new",
    "case/build/child/manifest.json": "new",
    "case/.assembler": FOLDER,
    "case/.assembler/lock": "",
}
PROMISE = Promise(
    outputs=("case/build/child",), old=OLD, new=(NEW,), canaries=("Testina",), printed="6 pages"
)
FULL = Allowance(codes=frozenset((0, 8)))
KILLED = Allowance(codes=frozenset((0,)), may_die=True)
REFUSED = Run(code=8, tree=OLD, stderr="case: cannot be written (No space left on device)")
DONE = Run(code=0, tree=NEW)
TORN = {**NEW, "case/build/child/manifest.json": "old"}
GONE = {path: text for path, text in OLD.items() if "child" not in path}
LEFT = {**NEW, "case/.assembler/scratch/77": FOLDER, "case/.assembler/scratch/77/page.pdf": "x"}


@pytest.mark.parametrize(
    ("allowance", "run", "again"),
    [
        (FULL, REFUSED, DONE),
        (FULL, DONE, None),
        (KILLED, Run(code=-9, tree=LEFT), DONE),
        (KILLED, Run(code=-9, tree=GONE), DONE),
        (replace(FULL, may_be_absent=True), replace(REFUSED, tree=GONE), DONE),
    ],
)
def test_promises_are_kept_by_the_old_output_or_the_new_one(
    allowance: Allowance, run: Run, again: Run | None
) -> None:
    assert judge_trial(PROMISE, allowance, run, again).violations == ()


@pytest.mark.parametrize(
    ("allowance", "run", "violation"),
    [
        (FULL, replace(REFUSED, code=7), "exit code 7 does not fit the fault"),
        (FULL, replace(REFUSED, code=70), "exit code 70 is not documented"),
        (FULL, replace(REFUSED, stderr=""), "exit code 8 without a word"),
        (FULL, replace(REFUSED, code=-11), "a signal ended the program (11)"),
        (FULL, replace(DONE, tree=OLD), "exit code 0, but case/build/child is old"),
        (FULL, replace(REFUSED, tree=GONE), "case/build/child is gone"),
        (KILLED, Run(code=-9, tree=TORN), "case/build/child is half made: case/build/child/man"),
        (FULL, replace(REFUSED, tree={**OLD, "case/case.json": "b"}), "changed or removed: case/"),
        (FULL, replace(REFUSED, tree={**OLD, "case/x.new": ""}), "left behind: case/x.new"),
        (FULL, replace(DONE, tree=LEFT), "left behind: case/.assembler/scratch/77/page.pdf"),
        (FULL, replace(DONE, processes=2), "2 processes left"),
        (FULL, replace(DONE, seconds=61.0), "took 61 s, more than 60"),
        (FULL, replace(REFUSED, stderr="Testina: full"), "printed 1 facts of the client"),
        (
            FULL,
            replace(REFUSED, stderr="Traceback (most recent call last):"),
            "printed a traceback",
        ),
    ],
)
def test_a_broken_promise_is_named(allowance: Allowance, run: Run, violation: str) -> None:
    violations = judge_trial(PROMISE, allowance, run).violations
    assert [text for text in violations if text.startswith(violation)], violations


def test_the_next_run_must_work_and_clean_up() -> None:
    killed = Run(code=-9, tree=LEFT)
    for again, violation in (
        (REFUSED, "next run: exit code 8, not 0"),
        (replace(DONE, tree=OLD), "next run: case/build/child is old"),
        (replace(DONE, tree=LEFT), "next run: left behind: case/.assembler/scratch/77/page.pdf"),
    ):
        violations = judge_trial(PROMISE, KILLED, replace(killed, tree={**OLD}), again).violations
        assert [text for text in violations if text.startswith(violation)], violations


def test_an_output_is_old_new_absent_or_something_else() -> None:
    states = {
        name: judge_trial(PROMISE, KILLED, Run(code=-9, tree=tree)).states["case/build/child"]
        for name, tree in (("old", OLD), ("new", NEW), ("gone", GONE), ("torn", TORN))
    }
    assert states == {
        "old": State.OLD,
        "new": State.NEW,
        "gone": State.ABSENT,
        "torn": State.OTHER,
    }


# --- the shim ---

_WRITER = """
import os, sys
folder = sys.argv[1]
def write(name):
    with open(f"{folder}/{name}", "wb", buffering=0) as stream:
        return stream.write(b"x" * 10)
for name in "abcd":
    try:
        print(name, write(name))
    except OSError as error:
        print(name, os.strerror(error.errno))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_shim(tmp_path_factory.mktemp("shim"))


def run_shimmed(library: Path, tmp_path: Path, injection: Injection, code: str = _WRITER) -> tuple:
    """Run Python code on a folder whose calls are injected into; exit code, output, control."""
    folder = tmp_path / "folder"
    folder.mkdir()
    control = Control(tmp_path / "control")
    control.arm(folder, injection, logging=injection.mode is Mode.COUNT)
    ended = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env=make_environment(library, control.path),
        capture_output=True,
        text=True,
        check=False,
    )
    control.disarm()
    return ended.returncode, ended.stdout.splitlines(), control


WRITES = frozenset((Kind.WRITE,))


@needs_shim
def test_the_chosen_call_fails_and_no_other(library: Path, tmp_path: Path) -> None:
    injection = Injection(mode=Mode.FAIL, kinds=WRITES, first=2, error=errno.ENOSPC)

    _, lines, control = run_shimmed(library, tmp_path, injection)

    assert lines == ["a 10", "b No space left on device", "c 10", "d 10"]
    hit = control.read_hit()
    assert hit is not None
    assert (hit.kind, hit.path, hit.times) == (Kind.WRITE, "b", 1)
    assert control.read_counts().all[Kind.WRITE] == 4


@needs_shim
def test_a_lasting_fault_and_a_short_write(library: Path, tmp_path: Path) -> None:
    lasting = Injection(
        mode=Mode.FAIL, kinds=frozenset((Kind.OPEN_WRITE,)), first=3, lasting=FOREVER, error=5
    )
    assert run_shimmed(library, tmp_path, lasting)[1][2:] == [
        "c Input/output error",
        "d Input/output error",
    ]
    shutil.rmtree(tmp_path / "folder")
    short = Injection(mode=Mode.SHORT, kinds=WRITES, first=1)
    assert run_shimmed(library, tmp_path, short)[1] == ["a 5", "b 10", "c 10", "d 10"]


@needs_shim
def test_a_process_is_killed_at_a_call(library: Path, tmp_path: Path) -> None:
    injection = Injection(mode=Mode.SIGNAL_CALLER, kinds=WRITES, first=3, signal=signal.SIGKILL)
    code, _, _ = run_shimmed(library, tmp_path, injection)
    assert code == -signal.SIGKILL
    assert {path.name: path.stat().st_size for path in (tmp_path / "folder").iterdir()} == {
        "a": 10,
        "b": 10,
        "c": 0,
    }


_CHANGER = """
import os, sys
os.chdir(sys.argv[1])
os.mkdir("deep")
with open("deep/a.new", "wb") as stream:
    stream.write(b"content")
    stream.flush()
    os.fsync(stream.fileno())
os.replace("deep/a.new", "deep/a")
folder = os.open("deep", os.O_RDONLY)
os.fsync(folder)
os.unlink("deep/a")
"""


@needs_shim
def test_the_log_has_every_change_in_order(library: Path, tmp_path: Path) -> None:
    code, _, control = run_shimmed(library, tmp_path, Injection(), _CHANGER)
    assert code == 0
    changes = power_loss.read_changes(control.log, tmp_path / "folder")
    assert [(change.kind, change.path, change.other, change.data) for change in changes] == [
        (Kind.MKDIR, "deep", "", b""),
        (Kind.CREATE, "deep/a.new", "", b""),
        (Kind.WRITE, "deep/a.new", "", b"content"),
        (Kind.SYNC_FILE, "deep/a.new", "", b""),
        (Kind.RENAME, "deep/a.new", "deep/a", b""),
        (Kind.SYNC_FOLDER, "deep", "", b""),
        (Kind.UNLINK, "deep/a", "", b""),
    ]


# --- a bench ---


def test_a_bench_that_hangs_or_ends_is_a_violation_and_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(fault_class="kill", command="print", seed=1, trial=1)
    monkeypatch.setattr(bench_client, "_MOST_RUNS", 0)
    cases = (("hung", "import sys; sys.stdin.read()", 0.2), ("ended", "pass", 30.0))
    for number, (violation, code, seconds) in enumerate(cases):
        monkeypatch.setattr(bench_client, "_SETTLE_SECONDS", seconds)
        monkeypatch.setattr(bench_client, "_PROGRAM", (sys.executable, "-c", code))
        bench = BenchProcess(tmp_path / "shim.so", tmp_path, number)
        try:
            outcomes = [bench.try_out(job) for _ in range(2)]
        finally:
            bench.end()
        assert [outcome.violations for outcome in outcomes] == [(violation,)] * 2


# --- a power loss ---


def lose_power(tmp_path: Path, changes: list[Change], tries: int = 60) -> set[str]:
    """Return every text that file a had after a power loss; "-" where it was gone."""
    texts = set()
    for seed in range(tries):
        root = tmp_path / f"root-{seed}"
        root.mkdir()
        (root / "a").write_bytes(b"old")
        power_loss.apply_some(changes, root, random.Random(seed))
        texts.add((root / "a").read_text() if (root / "a").exists() else "-")
    return texts


def replace_file(*, flush: bool) -> list[Change]:
    content = [
        Change(kind=Kind.CREATE, path="a.new"),
        Change(kind=Kind.WRITE, path="a.new", data=b"new!"),
    ]
    flushing = [Change(kind=Kind.SYNC_FILE, path="a.new")] if flush else []
    return [*content, *flushing, Change(kind=Kind.RENAME, path="a.new", other="a")]


def test_a_file_that_was_flushed_before_its_rename_is_old_or_new(tmp_path: Path) -> None:
    assert lose_power(tmp_path, replace_file(flush=True)) == {"old", "new!"}


def test_a_file_that_was_not_flushed_may_be_torn(tmp_path: Path) -> None:
    assert {"old", "new!", ""} < lose_power(tmp_path, replace_file(flush=False))


def test_a_flushed_folder_keeps_its_names(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root/a").write_bytes(b"old")
    changes = [*replace_file(flush=True), Change(kind=Kind.SYNC_FOLDER, path=".")]
    for seed in range(20):
        root = Path(shutil.copytree(tmp_path / "root", tmp_path / f"{seed}"))
        # all of it happened
        disk = power_loss.apply_some(changes * 1, root, FixedDice(seed, len(changes)))
        assert (root / "a").read_text() == "new!", disk


class FixedDice(random.Random):
    """Dice whose power loss comes after everything."""

    def __init__(self, seed: int, moment: int) -> None:
        super().__init__(seed)
        self._moments = [moment]

    def randint(self, a: int, b: int) -> int:
        return self._moments.pop() if self._moments else super().randint(a, b)


# --- what the program does ---


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EACCES, errno.EBADF, errno.EOPNOTSUPP])
def test_a_drive_that_cannot_flush_a_folder_is_written_to(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def refuse_folders(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(number, os.strerror(number))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    write_atomic(tmp_path / "a", b"text")
    assert (tmp_path / "a").read_bytes() == b"text"


@pytest.mark.skipif(os.name != "posix", reason="folders are flushed on POSIX")
def test_an_error_of_the_disk_while_flushing_a_folder_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "the disk")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk") as caught:
        sync_folder(tmp_path)
    assert caught.value.errno == errno.EIO


def test_a_drive_without_permissions_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _mode: int) -> None:
        raise PermissionError(errno.EPERM, "")

    monkeypatch.setattr(Path, "chmod", refuse)
    make_private(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_on_a_drive_without_locks_one_run_still_excludes_another(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def refuse(_descriptor: int, _how: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with Workshop(tmp_path / ".assembler"), pytest.raises(OutputNotWritten, match="another run"):
        Workshop(tmp_path / ".assembler").__enter__()
    with Workshop(tmp_path / ".assembler"):
        assert (tmp_path / ".assembler/scratch").is_dir()
    left = {path.name for path in (tmp_path / ".assembler").iterdir()}
    assert left <= {"cache", "scratch", "lock", "CACHEDIR.TAG"}


@pytest.mark.skipif(os.name != "posix", reason="forks")
def test_the_holder_file_of_a_killed_run_does_not_stop_the_next(tmp_path: Path) -> None:
    lock = file_locks.LockFile(tmp_path / "lock")
    code = (
        "import os, signal, sys\n"
        "from filelock import SoftFileLock\n"
        "lock = SoftFileLock(sys.argv[1], mode=0o600)\n"
        "lock.acquire()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(lock.marker)], check=False)
    assert lock.marker.exists()
    lock.acquire_by_marker()
    lock.release()
    assert not lock.marker.exists()


def test_the_mark_of_a_killed_run_is_swept_by_the_next(tmp_path: Path) -> None:
    user = CacheUser(tmp_path / "cache")
    user.enter()
    mark = next((tmp_path / "cache/users").glob("*.lock")).with_suffix("")
    user.leave()
    mark.touch()
    mark.with_name(f"{mark.name}.lock").touch()
    mark.with_name(f"{mark.name}1.lock").touch()  # of a run killed before it made its mark
    sweep_own_cache(tmp_path / "cache")
    assert list((tmp_path / "cache/users").iterdir()) == []


def test_an_entry_of_the_cache_is_used_on_a_drive_that_sets_no_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(errno.EPERM, "")

    cache = Cache(tmp_path / "cache")
    entry = cache.get_or_make(["key"], lambda folder: (folder / "page").write_text("x"))
    monkeypatch.setattr(os, "utime", refuse)
    assert cache.has(["key"])
    cache.check_unchanged([entry / "page"])


def test_what_a_killed_run_left_beside_a_packet_goes_although_nothing_is_built(
    tmp_path: Path,
) -> None:
    final, work = tmp_path / "child", tmp_path / ".child.new"
    (final / "drafts").mkdir(parents=True)
    (work / "done").mkdir(parents=True)
    (work / "assembler-work-folder").touch()
    (work / "done/bundle.pdf").write_text("an earlier bundle")
    recover_folder(final, lambda _folder: {}, date(2026, 11, 23))
    assert [path.name for path in tmp_path.iterdir()] == ["child"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "too little free memory"),
        (OSError(errno.EMFILE, ""), "too many files are open"),
        (OSError(errno.EIO, ""), "the disk gave an error"),
        (OSError(errno.ESTALE, ""), "network drive"),
        (RuntimeError("can't start new thread"), "no more threads"),
    ],
)
def test_a_failure_of_the_machine_is_no_bug(error: Exception, words: str) -> None:
    try:
        try:
            raise error
        except Exception as cause:
            raise ValueError("a library says something else") from cause
    except ValueError as outer:
        failure = describe_machine_failure(outer)
    assert isinstance(failure, ToolFailed)
    assert words in str(failure)
    assert describe_machine_failure(ValueError("a bug")) is None
    assert describe_machine_failure(RuntimeError("dictionary changed size")) is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ESTALE, "review.html"), "the network drive lost the file"),
        (OSError(errno.EMFILE, "review.html"), "too many files are open"),
        (MemoryError(), "too little free memory"),
        (OSError(errno.ENOSPC, "review.html"), "No space left on device"),
    ],
)
def test_a_failure_of_the_machine_is_no_bug_of_a_job(error: Exception, expected: str) -> None:
    def fail(_item: object) -> None:
        raise error

    result = call_guarded_job(fail, None)
    assert isinstance(result, AssemblerError)
    assert expected in str(result)


def test_a_packet_that_the_disk_does_not_give_back_is_no_failed_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bundle.pdf").write_bytes(b"pages")
    report_unreadable_files(tmp_path)

    def fail(*_args: object, **_options: object) -> None:
        raise OSError(errno.EIO, "")

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(ToolFailed, match="check the disk"):
        report_unreadable_files(tmp_path)


def test_a_bug_of_a_job_is_a_bug() -> None:
    result = call_guarded_job(int, "a")
    assert isinstance(result, Failure)
    assert result.kind == "error"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_is_an_interruption(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt), interrupt_on_request():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) == signal.SIG_DFL


def test_an_interrupted_write_leaves_no_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "case.json", b"a client's facts")
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_while_a_new_file_is_opened_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def open_and_interrupt(path: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = real(path, flags, mode)
        if flags & os.O_CREAT and str(path).endswith(".new"):
            signal.raise_signal(signal.SIGINT)
        return descriptor

    monkeypatch.setattr(os, "open", open_and_interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "case.json", b"a client's facts")
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_cannot_clean_up_still_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(errno.EROFS, "read-only")

    for name in ("replace", "unlink"):
        monkeypatch.setattr(Path, name, refuse)
    with pytest.raises(OutputNotWritten, match="read-only"):
        write_atomic(tmp_path / "case.json", b"text")


@pytest.mark.skipif(os.name != "posix", reason="looks whether a process lives")
def test_the_new_file_of_a_killed_run_goes_with_the_next_write(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from assembler.runtime.atomic_files import write_atomic\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomic(Path(sys.argv[1]), b'facts')\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], check=False)
    (tmp_path / ".assembler-another-1-0.new").touch()  # of another machine
    assert len(list(tmp_path.iterdir())) == 2
    write_atomic(tmp_path / "b", b"text")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".assembler-another-1-0.new", "b"]


def test_a_cleanup_is_finished_before_an_interruption_takes_effect() -> None:
    steps = []
    with pytest.raises(KeyboardInterrupt), defer_interrupts():
        signal.raise_signal(signal.SIGINT)
        steps.append("cleaned up")
    assert steps == ["cleaned up"]


def test_an_interruption_within_an_inner_step_waits_for_the_outer_one() -> None:
    steps = []
    with pytest.raises(KeyboardInterrupt), defer_interrupts():
        with defer_interrupts():
            signal.raise_signal(signal.SIGINT)
        steps.append("cleaned up")
    assert steps == ["cleaned up"]


def test_an_interrupted_start_of_a_work_folder_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def open_and_interrupt(path: Path, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith(".new"):  # the tag, which is written before the lock is taken
            signal.raise_signal(signal.SIGINT)
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", open_and_interrupt)
    with pytest.raises(KeyboardInterrupt), Workshop(tmp_path / ".verify", temporary=True):
        pass
    assert list(tmp_path.iterdir()) == []


@for_each_work_folder
def test_a_run_interrupted_while_it_takes_its_work_folder_leaves_none(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    begin: Callable[[Path], AbstractContextManager[object]],
) -> None:
    acquire = LockFile.acquire

    def interrupt_first(lock: LockFile) -> None:
        signal.raise_signal(signal.SIGINT)
        acquire(lock)

    monkeypatch.setattr(LockFile, "acquire", interrupt_first)
    with pytest.raises(KeyboardInterrupt), begin(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_work_folder_that_cannot_be_locked_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(lock: LockFile) -> None:
        lock.path.touch()
        raise OSError(errno.EMFILE, "too many files")

    monkeypatch.setattr(LockFile, "acquire", refuse)
    with (
        pytest.raises(OSError, match="too many files"),
        stage_folder(tmp_path / "child", lambda _folder: {}, date(2026, 11, 30)),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_the_machine_cannot_read_is_not_taken_for_an_unknown_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise OSError(errno.EMFILE, "too many files")

    path = tmp_path / "bundle.pdf"
    path.write_bytes(factories.text_pdf([["A page."]]))
    assert fingerprint_pages(path, [0])[0].digest
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ToolFailed, match="too many files"):
        fingerprint_pages(path, [0])


def test_a_manifest_is_not_called_unreadable_where_no_more_files_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise OSError(errno.EMFILE, "too many files")

    (tmp_path / "manifest.json").write_text("{}")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ToolFailed, match="too many files"):
        read_manifest(tmp_path)


def test_a_pdf_is_written_to_its_end_before_an_interruption_takes_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = _DeferringFile.write
    path = tmp_path / "bundle.pdf"

    def write_and_interrupt(file: _DeferringFile, data: bytes) -> int:
        signal.raise_signal(signal.SIGINT)  # in a call from the library that writes the PDF
        return int(write(file, data))

    monkeypatch.setattr(_DeferringFile, "write", write_and_interrupt)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pikepdf.new() as pdf, pytest.raises(KeyboardInterrupt):
            pdf.add_blank_page()
            with open_deferring_errors(path) as file:
                pdf.save(file)
    finally:
        signal.signal(signal.SIGINT, before)
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 1


def test_a_work_folder_that_cannot_be_removed_again_is_no_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr(CacheUser, "enter", refuse)
    monkeypatch.setattr(cache_upkeep, "remove_home", refuse)
    with (
        pytest.raises(OutputNotWritten, match="cannot be made"),
        Workshop(tmp_path / ".verify", temporary=True),
    ):
        pass


def test_a_run_that_names_what_it_could_not_read_may_leave_its_output_as_it_was() -> None:
    promise = replace(PROMISE, partial="EVID.UNREADABLE")
    done = Run(code=0, tree=OLD, stdout="EVID.UNREADABLE  report.pdf")
    assert not judge_trial(promise, Allowance(codes=frozenset((0,))), done).violations
    silent = replace(done, stdout="")
    assert judge_trial(promise, Allowance(codes=frozenset((0,))), silent).violations


def test_two_runs_do_not_write_one_folder(tmp_path: Path) -> None:
    day = date(2026, 11, 23)
    with stage_folder(tmp_path / "out", lambda _folder: {}, day) as staged:
        (staged / "page").write_text("x")
        with (
            pytest.raises(OutputNotWritten, match="another run"),
            stage_folder(tmp_path / "out", lambda _folder: {}, day),
        ):
            pass
        assert (staged / "page").read_text() == "x"
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_begun_in_a_folder_that_another_run_is_replacing(tmp_path: Path) -> None:
    day, packet = date(2026, 11, 23), tmp_path / "packet"
    packet.mkdir()
    with stage_folder(packet, lambda _folder: {}, day) as staged:
        with (
            pytest.raises(OutputNotWritten, match="packet: another run is writing"),
            stage_folder(packet / "print", lambda _folder: {}, day),
        ):
            pass
        (staged / "page").write_text("x")  # nor is the other run disturbed
    assert list(packet.iterdir()) == []
    with stage_folder(packet / "print", lambda _folder: {}, day) as staged:
        assert staged.is_dir()


def test_a_work_folder_of_which_a_killed_run_removed_a_part_is_known_as_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day, removed = date(2026, 11, 23), []
    real = publishing.remove_tree

    def kill_after_one(path: Path) -> None:
        if removed:
            raise KeyboardInterrupt
        removed.append(path)
        real(path)

    monkeypatch.setattr(publishing, "remove_tree", kill_after_one)
    with (
        pytest.raises(KeyboardInterrupt),
        stage_folder(tmp_path / "out", lambda _folder: {}, day) as staged,
    ):
        (staged / "page").write_text("x")
    monkeypatch.undo()
    recover_folder(tmp_path / "out", lambda _folder: {}, day)
    assert list(tmp_path.iterdir()) == []


def test_an_import_of_new_cases_that_was_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    rows = ["Case number,First name,Last name", "a-1,Prueba,Muestra", "a-2,Probanda,Muster"]
    (tmp_path / "rows.csv").write_text("\n".join(rows) + "\n")
    command = ("import", tmp_path / "rows.csv", "--new", tmp_path / "clients")
    (tmp_path / "clients").mkdir()
    assert run(*command, "--reason", "urgent-medical")[0] == 0
    expected = read_tree(tmp_path / "clients")
    shutil.rmtree(tmp_path / "clients/a-2")
    assert run(*command, "--reason", "urgent-medical")[0] == 0
    assert read_tree(tmp_path / "clients") == expected
    # what a person has changed is not taken for ours
    shutil.rmtree(tmp_path / "clients/a-2")
    (tmp_path / "clients/a-1/notes.txt").write_text("call back")
    code, _, err = run(*command, "--reason", "urgent-medical")
    assert (code, "a-1: there is already a folder" in err) == (8, True)


@needs_shim
def test_a_full_disk_does_not_end_the_program_that_puts_signed_pages_back(
    library: Path, tmp_path: Path
) -> None:
    (tmp_path / "volume.pdf").write_bytes(factories.text_pdf([["One page."]]))
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from assembler.bundle.signed_set.signed_pages import replace_pages\n"
        "folder = Path(sys.argv[1])\n"
        "try:\n"
        "    replace_pages(folder.parent / 'volume.pdf', folder / 'signed.pdf', {})\n"
        "except OSError as error:\n"
        "    print(error.strerror)\n"
    )
    full = Injection(mode=Mode.FAIL, kinds=WRITES, first=1, lasting=FOREVER, error=errno.ENOSPC)
    ended, lines, _ = run_shimmed(library, tmp_path, full, code)
    assert (ended, lines) == (0, ["No space left on device"])


def test_the_tree_of_a_folder_ignores_times(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b/a").write_text("text")
    (tmp_path / "link").symlink_to("b")
    first = read_tree(tmp_path)
    os.utime(tmp_path / "b/a", (1, 1))
    assert read_tree(tmp_path) == first
    assert (first["b"], first["link"]) == (FOLDER, "link to b")


def test_word_files_are_written_although_the_clock_is_before_1980(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = docx.Document()
    document.add_paragraph("A letter.")
    expected = save_document(document)
    monkeypatch.setattr(time, "time", lambda: 2 * 365 * 86_400.0)
    assert save_document(document) == expected


def test_a_users_file_is_kept_on_a_drive_without_links_and_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(errno.EPERM, "")

    (tmp_path / "notes.txt").write_text("call back")
    for name in ("link", "utime", "chmod"):
        monkeypatch.setattr(os, name, refuse)
    link_or_copy(tmp_path / "notes.txt", tmp_path / "kept/notes.txt")
    assert (tmp_path / "kept/notes.txt").read_text() == "call back"
