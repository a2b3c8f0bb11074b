"""What differs between Linux, macOS and Windows: abilities, limits, remedies, places, names."""

from __future__ import annotations

import ctypes
import errno
import multiprocessing
import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assembler.desk.case_store import EditRefused
from assembler.desk.import_upload import make_file_name
from assembler.desk.uploads import make_safe_name
from assembler.errors import OutputNotWritten
from assembler.layout.upload_set import _clean
from assembler.model import DocumentId
from assembler.model.manifest import (
    locate_filled_form,
    locate_kept_conversion,
    locate_kept_pdf,
    locate_word_file,
)
from assembler.pipeline import doctor
from assembler.pipeline.remedies import (
    Component,
    describe_installation,
    describe_limits,
    find_remedy,
)
from assembler.rules.new_case import make_case_id
from assembler.runtime import atomic_files, cache_upkeep, process_control, programs, workshop
from assembler.runtime.atomic_files import (
    hold_folder,
    move_path,
    refuse_long_path,
    remove_tree,
    write_atomic,
)
from assembler.runtime.cache import Cache, is_intact
from assembler.runtime.cache_upkeep import trim_cache
from assembler.runtime.system import (
    ABILITIES,
    System,
    allows_long_paths,
    find_abilities,
    name_system,
)
from assembler.runtime.user_files import link_or_copy
from assembler.runtime.windows_job import ExtendedLimits, open_job
from assembler.runtime.worker_pool import _Worker
from tests import factories
from tests.support.commands import run
from tests.support.emulated import run_python

WINDOWS = replace(
    ABILITIES,
    has_resource_limits=False,
    limits_memory=True,
    has_job_objects=True,
    has_process_groups=False,
    delivers_signals=False,
    has_file_modes=False,
    moves_open_files=False,
    opens_folders=False,
    locks_folders=False,
)


@pytest.mark.parametrize(
    ("platform", "system"),
    [("linux", System.LINUX), ("darwin", System.MACOS), ("win32", System.WINDOWS)],
)
def test_each_python_platform_is_one_of_three_systems(platform: str, system: System) -> None:
    assert name_system(platform) is system


class FakeResource(SimpleNamespace):
    """The module `resource`: limits that were set, and the limits that the system refuses."""

    RLIM_INFINITY, RLIMIT_AS, RLIMIT_FSIZE, RLIMIT_CORE = -1, 9, 1, 4

    def __init__(self, refused: tuple[int, ...] = ()) -> None:
        super().__init__(refused=refused, limits={})

    def getrlimit(self, limit: int) -> tuple[int, int]:
        return self.limits.get(limit, (-1, -1))

    def setrlimit(self, limit: int, value: tuple[int, int]) -> None:
        if limit in self.refused:
            raise ValueError("current limit exceeds maximum limit")
        self.limits[limit] = value


def test_a_worker_starts_on_macos_which_refuses_a_limit_on_memory() -> None:
    """It raised ValueError there, so every worker died before its first item."""
    resource: Any = FakeResource(refused=(FakeResource.RLIMIT_AS,))

    process_control.set_limits(4096, 1024, resource, find_abilities(System.MACOS))

    assert resource.limits == {1: (1024 * 2**20, -1), 4: (0, -1)}
    assert not find_abilities(System.MACOS).limits_memory


def test_a_worker_on_linux_has_all_limits_and_keeps_stricter_ones() -> None:
    resource: Any = FakeResource()
    resource.limits[FakeResource.RLIMIT_AS] = (-1, 2**30)
    abilities = replace(ABILITIES, has_resource_limits=True, limits_memory=True)

    process_control.set_limits(4096, 1024, resource, abilities)

    assert resource.limits == {1: (1024 * 2**20, -1), 4: (0, -1), 9: (2**30, 2**30)}


class FakeKernel:
    """kernel32.dll: what was called, and the calls that fail."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.calls: list[str] = []
        self.flags = self.memory = 0

    def _call(self, name: str, result: int = 1) -> int:
        self.calls.append(name)
        return 0 if name == self.failing else result

    def CreateJobObjectW(self, security: None, name: None) -> int:
        return self._call("create", 77)

    def GetCurrentProcess(self) -> int:
        return -1

    def AssignProcessToJobObject(self, job: int, process: int) -> int:
        return self._call(f"assign {process} to {job}")

    def SetInformationJobObject(self, job: int, kind: int, limits: Any, size: int) -> int:
        assert (kind, size) == (9, ctypes.sizeof(ExtendedLimits))
        self.flags = limits._obj.BasicLimitInformation.LimitFlags
        self.memory = limits._obj.ProcessMemoryLimit
        return self._call("limit")

    def CloseHandle(self, handle: int) -> int:
        return self._call(f"close {handle}")


def test_a_windows_worker_is_in_a_job_that_limits_memory_and_ends_its_children() -> None:
    kernel = FakeKernel()

    job = open_job(kernel=kernel)

    assert job is not None
    assert job.limit_memory(4 * 2**30)
    assert kernel.calls == ["create", "limit", "assign -1 to 77", "limit"]
    assert kernel.flags & 0x2000, "JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE"
    assert kernel.flags & 0x100, "JOB_OBJECT_LIMIT_PROCESS_MEMORY"
    assert kernel.memory == 4 * 2**30


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="sizes of 64-bit Windows")
def test_the_limits_have_the_size_that_windows_expects() -> None:
    assert ctypes.sizeof(ExtendedLimits) == 144


def test_a_windows_that_refuses_a_job_leaves_none_open() -> None:
    kernel = FakeKernel(failing="assign -1 to 77")

    assert open_job(kernel=kernel) is None
    assert kernel.calls[-1] == "close 77"


def test_a_windows_program_is_ended_with_what_it_started() -> None:
    kernel = FakeKernel()

    job = open_job(process=5, kernel=kernel)
    assert job is not None
    job.close()

    assert kernel.calls == ["create", "limit", "assign 5 to 77", "close 77"]


@pytest.mark.skipif(sys.platform != "win32", reason="asks Windows itself")
def test_this_windows_accepts_a_job() -> None:
    job = open_job()

    assert job is not None
    assert job.limit_memory(64 * 2**30)


def test_an_alarm_without_timers_of_the_system_ends_a_process_too() -> None:
    script = "from assembler.runtime.process_control import set_alarm; import time; "
    kept = run_python("-c", f"{script} set_alarm(0.3); set_alarm(0); time.sleep(0.6)")
    ended = run_python("-c", f"{script} set_alarm(0.3); time.sleep(60)", seconds=50)

    assert kept.returncode == 0, kept.stderr
    assert ended.returncode != 0
    assert ended.stderr == b""


def make_busy(action: Callable[..., Any], times: int) -> Callable[..., Any]:
    """Return a file operation that is refused a few times, as while an antivirus program reads the
    file."""
    left = iter(range(times))

    def attempt(*arguments: Any) -> Any:
        if next(left, None) is not None:
            raise PermissionError(13, "in use")
        return action(*arguments)

    return attempt


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_files, "ABILITIES", WINDOWS)
    monkeypatch.setattr(atomic_files, "_BUSY_STEP", 0.001)
    monkeypatch.setattr(atomic_files, "_BUSY_SECONDS", 0.1)


@pytest.mark.usefixtures("windows")
def test_a_file_that_an_antivirus_program_holds_for_a_moment_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "case.json").write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", make_busy(os.replace, 3))
    monkeypatch.setattr(Path, "rename", make_busy(os.rename, 2))

    write_atomic(tmp_path / "case.json", b"new")
    move_path(tmp_path / "case.json", tmp_path / "moved.json")

    assert (tmp_path / "moved.json").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["moved.json"]


@pytest.mark.usefixtures("windows")
def test_a_file_that_stays_in_use_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "case.json").write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", make_busy(os.replace, 1_000_000))

    with pytest.raises(OutputNotWritten):
        write_atomic(tmp_path / "case.json", b"new")

    assert (tmp_path / "case.json").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["case.json"]


def test_a_refusal_on_posix_is_reported_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"")
    monkeypatch.setattr(Path, "rename", make_busy(os.rename, 1))
    monkeypatch.setattr(atomic_files, "ABILITIES", replace(WINDOWS, moves_open_files=True))

    with pytest.raises(PermissionError):
        move_path(tmp_path / "a", tmp_path / "b")

    assert (tmp_path / "a").exists()


@pytest.mark.usefixtures("windows")
def test_a_folder_is_held_by_a_file_where_folders_cannot_be_locked(tmp_path: Path) -> None:
    with hold_folder(tmp_path):
        (lock,) = tmp_path.iterdir()
        with pytest.raises(FileExistsError):
            lock.touch(exist_ok=False)

    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("windows")
def test_the_lock_of_a_killed_program_does_not_stop_the_next(tmp_path: Path) -> None:
    (tmp_path / ".assembler-folder.lock").touch()

    with hold_folder(tmp_path):
        assert len(list(tmp_path.iterdir())) == 1

    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("windows")
def test_a_folder_with_read_only_files_is_removed(tmp_path: Path, monkeypatch: Any) -> None:
    """Windows removes no read-only file; a client's scans are often read-only."""
    scan = tmp_path / "work/scan.pdf"
    scan.parent.mkdir()
    scan.write_bytes(b"client page")
    scan.chmod(0o400)
    remove = os.unlink

    def unlink(path: Any, **options: Any) -> None:
        if not scan.stat().st_mode & 0o200:
            raise PermissionError(13, "read-only")
        remove(path, **options)

    monkeypatch.setattr("os.unlink", unlink)
    remove_tree(tmp_path / "work")

    assert not scan.parent.exists()


@pytest.mark.parametrize("system", list(System))
def test_every_missing_component_has_a_command_of_its_system(system: System) -> None:
    python = {System.WINDOWS: r"C:\assembler\.venv\Scripts\python.exe"}.get(system, "/a/bin/python")
    remedies = {component: find_remedy(component, system, python) for component in Component}
    tools = {System.LINUX: "apt", System.MACOS: "brew", System.WINDOWS: "winget"}

    others = set(tools.values()) - {tools[system]}
    assert tools[system] in remedies[Component.LIBREOFFICE]
    assert not [text for text in remedies.values() if others & set(text.split())]
    assert remedies[Component.FILM_DECODER] == f"{python} -m pip install av"
    assert bool(remedies[Component.LONG_PATHS]) == (system is System.WINDOWS)
    needed = set(Component) - {Component.LONG_PATHS}
    assert all(remedies[component] for component in needed)


def test_a_python_in_a_folder_with_blanks_can_be_called_from_its_own_shell() -> None:
    windows = describe_installation("av", r"C:\Program Files\Python\python.exe")
    macos = describe_installation("av", "/Users/a b/.venv/bin/python")

    assert windows == r'& "C:\Program Files\Python\python.exe" -m pip install av'
    assert macos == '"/Users/a b/.venv/bin/python" -m pip install av'


def test_doctor_says_in_one_row_which_limits_a_system_does_not_enforce() -> None:
    linux = replace(ABILITIES, has_resource_limits=True, limits_memory=True)

    assert describe_limits(linux) == ""
    assert describe_limits(replace(linux, limits_memory=False)).startswith("memory is not limited")
    assert describe_limits(WINDOWS).startswith("the size of one written file")
    rows = [row for row in doctor.examine() if row.name == "limits of a worker"]
    assert [row.state for row in rows] == ["limited" if describe_limits(ABILITIES) else "ok"]


def test_a_windows_without_job_objects_does_not_claim_their_limit() -> None:
    """This machine has none, as a Windows that refuses them."""
    if ABILITIES.has_job_objects:
        pytest.skip("this machine has job objects")

    row = doctor._check_limits(WINDOWS)

    assert row.state == "limited"
    assert "memory is not limited" in row.detail


@pytest.mark.parametrize("value", [0, 1])
def test_long_paths_are_a_setting_of_windows(value: int) -> None:
    @contextmanager
    def open_key(home: object, name: str) -> Any:
        yield name

    registry = SimpleNamespace(
        HKEY_LOCAL_MACHINE=None,
        OpenKey=open_key,
        QueryValueEx=lambda key, name: (value if name == "LongPathsEnabled" else 9, 4),
    )

    assert allows_long_paths(registry) is bool(value)


def test_libreoffice_is_found_where_its_installers_put_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On macOS and Windows no installer adds it to PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    place = tmp_path / "soffice.com"
    monkeypatch.setitem(programs._KNOWN_PLACES, ("soffice", name_system()), (str(place),))
    before = programs.find("soffice")
    place.write_bytes(b"")

    assert before is None
    assert programs.find("soffice") == place
    assert all(
        programs.list_known_places("soffice", system) for system in (System.MACOS, System.WINDOWS)
    )


def test_a_case_too_deep_for_windows_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_files, "allows_long_paths", lambda: False)
    room = 259 - len(str(tmp_path / "case"))

    refuse_long_path(tmp_path / "case", room)
    with pytest.raises(OutputNotWritten, match="too long for Windows.*near the root"):
        refuse_long_path(tmp_path / "case", room + 1)
    monkeypatch.setattr(atomic_files, "allows_long_paths", lambda: True)
    refuse_long_path(tmp_path / "case", room + 1)


def test_no_path_in_a_work_folder_is_longer_than_the_room_that_is_kept_for_it(small: Path) -> None:
    home = small / ".assembler"
    longest = max(len(str(path.relative_to(home))) for path in home.rglob("*"))
    # an entry that is being made is named after its host and process, too
    half_made = len("cache/new/") + 64 + len(".windows-name-15.4194304") + 1
    deepest = max(len(path.name) for path in home.glob("cache/??/*/*"))

    assert max(longest, half_made + deepest) <= workshop.LONGEST_BELOW


HOSTILE_IDS = ("a", "0", "-".join("a" * 32), "x" * 64, "com", "con-1", "auxiliary")
TITLES = (
    "CON",
    "nul",
    "COM1.",
    "a:b*c?",
    "..",
    "   ",
    "\u202ename.exe",
    "x" * 300,
    "Müller | Söhne",
    "/etc",
)


def is_legal_everywhere(path: str) -> bool:
    """Return whether Windows, macOS and Linux can make every folder and file of a path."""
    reserved = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
    return all(
        re.fullmatch(r'[^<>:"\\|?*\x00-\x1f]{1,200}', part)
        and part[-1] not in ". "
        and not reserved.match(part)
        for part in path.split("/")
    )


def test_the_check_of_names_below_knows_illegal_ones() -> None:
    illegal = ("a/nul.pdf", "con", "a.", "a ", "a:b", "", "LPT1", "a\\b", "x" * 250)
    assert not [path for path in illegal if is_legal_everywhere(path)]
    assert is_legal_everywhere("build/child/proof/drafts/console.pdf")


@pytest.mark.parametrize("name", HOSTILE_IDS)
def test_files_of_a_packet_have_names_that_every_system_can_keep(name: str) -> None:
    documents = [DocumentId.draft(f"declaration-{name}"), DocumentId.form(f"forms/{name}.pdf")]
    paths = [
        *(locate_kept_pdf(document) for document in documents),
        locate_word_file(documents[0]),
        locate_filled_form(documents[1]),
        locate_kept_conversion("0" * 64, "0" * 8),
    ]

    assert [path for path in paths if not is_legal_everywhere(path)] == []


@pytest.mark.parametrize("title", TITLES)
def test_names_that_the_program_makes_of_titles_can_be_kept_on_every_system(title: str) -> None:
    named = _clean(title, "Papers")
    made = [
        f"01_{named}.pdf",
        make_case_id(title),
    ]
    with suppress(EditRefused):
        made.append(make_safe_name(f"{title}.pdf"))
    made.append(make_file_name(f"{title}.xlsx"))

    assert [name for name in made if not is_legal_everywhere(name)] == []


@pytest.mark.parametrize("name", ["con", "nul", "com1", "lpt9"])
def test_a_person_whose_id_is_a_device_of_windows_is_a_finding(name: str, tmp_path: Path) -> None:
    """The packet's folder has the id of its beneficiary."""
    case = factories.small_case(tmp_path / "case")
    text = (case / "case.json").read_text(encoding="utf8")
    (case / "case.json").write_text(text.replace('"child"', f'"{name}"'), encoding="utf8")

    code, out, err = run("validate", case, "--as-of", "2026-11-23")

    assert code == 3
    assert "Windows keeps this name for a device" in out + err


def test_the_time_of_an_item_begins_when_its_worker_has_started() -> None:
    """A worker that is not forked loads its libraries for seconds, more beside an antivirus
    program."""
    ours, theirs = multiprocessing.Pipe()
    worker = _Worker(None, ours)

    worker.give(0, ("item",), 1.0)
    patience = worker.deadline - time.monotonic()
    theirs.send("started")
    starts = [worker.takes_start(), worker.takes_start()]

    assert patience > 60
    assert starts == [True, False]
    assert worker.deadline - time.monotonic() <= 1.0


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_persons_file_is_copied_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    """Windows flushes no file that was opened for reading; memory sticks have no hard links."""

    def flush(descriptor: int) -> None:
        os.write(descriptor, b"")  # refused as Windows refuses it

    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOTSUP, "no hard links")

    monkeypatch.setattr("os.link", refuse)
    monkeypatch.setattr("os.fsync", flush)
    (tmp_path / "note.txt").write_bytes(b"mine")
    (tmp_path / "note.txt").chmod(mode)

    link_or_copy(tmp_path / "note.txt", tmp_path / "kept/note.txt")

    assert (tmp_path / "kept/note.txt").read_bytes() == b"mine"


def test_a_cache_entry_that_cannot_be_removed_while_it_is_read_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lost its seal on Windows: nobody used it, and nobody removed it any more."""
    cache = Cache(tmp_path / "cache")
    entry = cache.get_or_make(["key"], lambda folder: folder.joinpath("page").write_bytes(b"x"))
    rename = Path.rename

    def refuse_folders(source: Path, target: Path) -> Path:
        if source.is_dir():
            raise PermissionError(errno.EACCES, "in use")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", refuse_folders)
    freed = trim_cache(cache.root, 0)
    monkeypatch.undo()

    assert freed == 0
    assert is_intact(entry)


def test_half_made_cache_entries_go_when_no_run_uses_a_cache_without_signals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They hold client pages; on Windows nothing says whether the worker that made one lives."""
    monkeypatch.setattr(cache_upkeep, "ABILITIES", WINDOWS)
    left = tmp_path / "new" / f"{'0' * 64}.host.123"
    left.mkdir(parents=True)
    user = cache_upkeep.CacheUser(tmp_path)

    user.enter()
    cache_upkeep.sweep_shared_cache(tmp_path)
    during = left.exists()
    user.leave()
    cache_upkeep.sweep_shared_cache(tmp_path)

    assert (during, left.exists()) == (True, False)


def test_one_module_asks_which_system_it_is_on() -> None:
    """All others ask what it can do, so that `doctor`, the docs and the emulation agree with
    them."""
    package = Path(process_control.__file__).parent.parent
    asking = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"\b(os\.name|sys\.platform)\b", path.read_text(encoding="utf8"))
    }

    assert asking == {"runtime/system.py"}
