"""The program where there are no forks, signals, file modes and folder locks, and where files in
use cannot be moved: an emulation of what Windows does (tests/support/other_system)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests import factories
from tests.support.building import lend_cache
from tests.support.commands import snapshot
from tests.support.desks import run_desk
from tests.support.emulated import IS_LONG_RUN, make_environment, run_command, run_python
from tests.support.sharing import made_once

DAY = ("--as-of", "2026-11-23")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="emulated on Linux only"),
]
in_long_run = pytest.mark.skipif(not IS_LONG_RUN, reason="part of `make test-portable`")


def build_emulated(folder: Path) -> None:
    """Build the small case there; it may start with the pages that were prepared here."""
    case = factories.small_case(folder / "case")
    lend_cache(case)
    code, out, err = run_command("bundle", case, *DAY, "--jobs", 2, "--keep-originals")
    assert code == 0, out + err


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """The folder of a case that was built there."""
    source = made_once("emulated", build_emulated) / "case"
    return Path(shutil.copytree(source, tmp_path / "case"))


PROBE = """
import multiprocessing, os, sys
from pathlib import Path

def list_attempts(home):
    used, free = home / "used", home / "free"
    yield "unlink in use", used.unlink
    yield "replace in use", lambda: free.replace(used)
    yield "rename folder in use", lambda: (home / "folder").rename(home / "other")
    yield "rename over a file", lambda: free.rename(home / "third")
    yield "unlink read-only", (home / "third").unlink
    yield "flush what is read", lambda: os.fsync(os.open(free, os.O_RDONLY))
    yield "open folder", lambda: os.open(home, os.O_RDONLY)
    yield "device name", lambda: (home / "nul.pdf").write_bytes(b"")
    yield "dot at the end", lambda: (home / "a.").mkdir()
    yield "long path", lambda: (home / ("a" * 250)).write_bytes(b"")
    yield "resource", lambda: __import__("resource")
    yield "fork", lambda: multiprocessing.get_context("fork")
    yield "ask a process", lambda: os.kill(os.getpid(), 0)
    yield "arrow on the console", lambda: print(chr(0x2192), flush=True)

def is_refused(action):
    try:
        action()
    except (OSError, ImportError, ValueError, UnicodeError):
        return True
    return False

def child(pipe):
    pipe.send(hasattr(os, "killpg"))

if __name__ == "__main__":
    home = Path(sys.argv[1])
    for name in ("used", "free", "third"):
        (home / name).write_bytes(b"x")
    (home / "third").chmod(0o400)
    (home / "folder").mkdir()
    with open(home / "used", "rb"), open(home / "folder/file", "wb"):
        accepted = [name for name, action in list_attempts(home) if not is_refused(action)]
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=child, args=(theirs,))
    process.start()
    theirs.close()
    print(f"accepted: {accepted}; the child is there: {not ours.recv()}")
"""


def test_the_emulation_refuses_what_windows_refuses(tmp_path: Path) -> None:
    """Else the tests below would prove nothing."""
    script = tmp_path / "probe.py"
    script.write_text(PROBE, encoding="utf8")

    ran = run_python(script, tmp_path, seconds=60)

    assert ran.stdout.decode().strip() == "accepted: []; the child is there: True", ran.stderr


def test_a_case_is_built_and_proved_on_another_system_with_the_same_bytes(
    built: Path, small: Path
) -> None:
    names = ("bundle.pdf", "claims.docx", "proof/words.jsonl")
    packet = next((built / "build").glob("*/bundle.pdf")).parent
    here = small / "build" / packet.name

    code, out, _ = run_command("verify", built)

    assert code == 0, out
    assert {name: (packet / name).read_bytes() for name in names if (here / name).exists()} == {
        name: (here / name).read_bytes() for name in names if (here / name).exists()
    }
    assert not list((built / ".assembler/cache/new").iterdir())
    assert not list((built / "build").glob(".*"))


JOB = """
import sys, time
from pathlib import Path
from assembler.runtime.background_job import BackgroundJob
from assembler.runtime.driver_pool import DriverPool
from assembler.runtime.worker_pool import Limits

def work(path, report):
    try:
        Path(path).write_text("client page")
        report("begun", 1, 1)
        time.sleep(0.1)
        for _ in range(500):
            time.sleep(0.1)
    finally:
        Path(path).unlink()

def drive(path, pool):
    try:
        Path(path).write_text("client page")
        pool.run(time.sleep, [50], Limits(), None)
    finally:
        Path(path).unlink()

if __name__ == "__main__":
    home = Path(sys.argv[1])
    job = BackgroundJob(work, str(home / "job"))
    while not job.progress.step:
        job.poll()
        time.sleep(0.02)
    job.end()
    crew = DriverPool(1, seconds=6)
    results = []
    crew.run(drive, [str(home / "driver")], lambda index, result, took: results.append(result.kind))
    print(job.result.kind, *results, sorted(path.name for path in home.iterdir()))
"""


def test_work_that_is_ended_removes_its_files_first(tmp_path: Path) -> None:
    """Windows has no signal for it: `terminate` ends a process at once, and leaves client pages."""
    script, home = tmp_path / "job.py", tmp_path / "home"
    script.write_text(JOB, encoding="utf8")
    home.mkdir()

    ran = run_python(script, home)

    assert ran.stdout.decode().strip() == "ended timeout []", ran.stderr.decode()


@in_long_run
def test_an_unchanged_case_is_rebuilt_beside_a_persons_own_files(built: Path) -> None:
    packet = next((built / "build").glob("*/bundle.pdf")).parent
    (packet / "note.txt").write_text("mine")
    (packet / "note.txt").chmod(0o400)
    case_file = built / "case.json"
    case_file.write_text(case_file.read_text(encoding="utf8") + "\n", encoding="utf8")

    code, out, err = run_command("bundle", built, *DAY, "--jobs", 2)

    assert code == 0, out + err
    assert (packet / "note.txt").read_text() == "mine"


@in_long_run
def test_a_bundle_that_a_viewer_shows_is_kept_and_the_remedy_is_to_close_it(built: Path) -> None:
    packet = next((built / "build").glob("*/bundle.pdf")).parent
    case_file = built / "case.json"
    case_file.write_text(
        case_file.read_text(encoding="utf8").replace("Letter of the", "Note of the"),
        encoding="utf8",
    )
    before = snapshot(packet)

    with (packet / "bundle.pdf").open("rb"):
        code, _, err = run_command("bundle", built, *DAY, "--jobs", 2)

    assert code == 8
    assert "close it in other programs" in err
    assert snapshot(packet) == before
    assert not list((built / "build").glob(".*"))


@in_long_run
def test_every_command_of_a_packet_works_on_another_system(built: Path, tmp_path: Path) -> None:
    packet = next((built / "build").glob("*/bundle.pdf")).parent
    again, sheet, root = tmp_path / "again", tmp_path / "facts.xlsx", tmp_path / "imported"
    commands = (
        ("validate", built, *DAY),
        ("check", built, *DAY),
        ("plan", built),
        ("status", built, *DAY),
        ("print", packet),
        ("unbundle", built / "build", "-o", again),
        ("export", built, "-o", sheet),
        ("import", sheet, "--new", root),
        ("doctor",),
        ("explain",),
        ("cache", "show", built),
        ("cache", "purge", built),
    )

    codes = {command[0]: run_command(*command)[0] for command in commands}

    assert codes == {command[0]: 0 for command in commands}
    assert (again / "evidence").is_dir()
    assert list(root.glob("*/case.json"))


@in_long_run
def test_exhibits_are_proposed_and_two_cases_built_in_drivers(tmp_path: Path) -> None:
    for name in ("one", "two"):
        lend_cache(factories.small_case(tmp_path / "cases" / name))
    case = tmp_path / "cases/one/case.json"
    extra = case.parent / "evidence/unlisted letter.pdf"
    extra.write_bytes(factories.text_pdf())

    proposed = run_command("propose", case.parent, "--dry-run")
    extra.unlink()
    code, out, err = run_command("batch", tmp_path / "cases", *DAY, "--jobs", 2)

    assert proposed[0] == 0
    assert "unlisted letter" in proposed[1]
    assert code == 0, out + err
    assert "2 of 2 cases built and proved" in out


@in_long_run
def test_the_desk_starts_and_shows_its_cases(built: Path) -> None:
    with run_desk(built.parent, environment=make_environment()) as desk:
        desk.enter()
        page = desk.get(f"{desk.find_case(built.name)}/evidence").decode()

    assert desk.process.returncode == 0
    assert "Letter of the doctor" in page
