"""What cannot be written: disks, streams, limits, paths and locales; each ends with exit 8 and
the place, or simply works."""

from __future__ import annotations

import errno
import gc
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from assembler.cli import output_streams
from assembler.errors import ExitCode, OutputNotWritten
from assembler.runtime import atomic_files as writing_files
from assembler.runtime.atomic_files import open_deferring_errors, report_write_errors, write_atomic
from assembler.runtime.cache import Cache
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.conftest import unseal
from tests.support.building import lend_cache
from tests.support.commands import DAY, ROOT, run, snapshot
from tests.support.work_folders import for_each_work_folder

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")


def assembler(*args: object, **how: Any) -> subprocess.CompletedProcess[bytes]:
    """The program in a process of its own."""
    how.setdefault("stdout", subprocess.PIPE)
    how.setdefault("stderr", subprocess.PIPE)
    command = [sys.executable, "-m", "assembler", *map(os.fsencode, map(str, args))]
    return subprocess.run(command, cwd=ROOT, check=False, **how)


# --- streams ---


@needs_full
@pytest.mark.parametrize(
    "command",
    [
        ["plan", "CASE"],
        ["plan", "CASE", "--json"],
        ["--help"],
        ["bundle", "--help"],
        ["--version"],
        ["validate", "CASE"],
        ["forms", "list"],
        ["forms", "--help"],
        ["cache", "show", "CASE"],
    ],
)
def test_standard_output_on_a_full_disk_ends_with_its_name(small: Path, command: list[str]) -> None:
    with FULL.open("wb") as full:
        ran = assembler(*(str(small) if one == "CASE" else one for one in command), stdout=full)

    assert ran.returncode == ExitCode.OUTPUT_NOT_WRITTEN
    assert (
        ran.stderr
        == b"standard output: cannot be written (No space left on device); free some space there\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="a terminal of its own is made as on POSIX")
def test_a_terminal_shows_at_once_that_a_command_runs(small: Path) -> None:
    shown, terminal = os.openpty()
    ran = assembler("plan", small, stderr=terminal)
    told = os.read(shown, 4096)
    os.close(terminal)
    os.close(shown)

    assert ran.returncode == ExitCode.OK
    assert told == b"starting...\r           \r"  # and nothing of it stays
    assert assembler("plan", small).stderr == b""


@pytest.mark.parametrize("command", [["plan", "CASE"], ["--help"], ["doctor", "--json"]])
def test_a_closed_pipe_ends_with_its_name(small: Path, command: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    ran = assembler(*(str(small) if one == "CASE" else one for one in command), stdout=write)
    os.close(write)

    assert ran.returncode == ExitCode.OUTPUT_NOT_WRITTEN
    assert (
        ran.stderr
        == b"standard output: cannot be written (Broken pipe); the program reading it has ended\n"
    )


@pytest.mark.parametrize("command", ["plan", "--help"])
def test_a_standard_output_that_is_closed_ends_with_its_name(small: Path, command: str) -> None:
    more = str(small) if command == "plan" else ""
    ran = subprocess.run(
        ["sh", "-c", f'"$0" -m assembler {command} $1 >&-', sys.executable, more],
        cwd=ROOT,
        stderr=-1,
        check=False,
    )

    assert ran.returncode == ExitCode.OUTPUT_NOT_WRITTEN
    assert (
        ran.stderr
        == b"standard output: cannot be written (Bad file descriptor); redirect it to a file or a "
        b"program\n"
    )


@needs_full
@pytest.mark.parametrize("command", [["plan", "nowhere"], ["validate", "nowhere"], ["nonsense"]])
def test_a_full_standard_error_ends_with_8(command: list[str]) -> None:
    with FULL.open("wb") as full:
        assert assembler(*command, stderr=full).returncode == ExitCode.OUTPUT_NOT_WRITTEN
        assert (
            assembler(*command, stderr=full, stdout=full).returncode == ExitCode.OUTPUT_NOT_WRITTEN
        )


@needs_full
def test_a_bundle_whose_findings_cannot_be_said_is_not_called_done(copy: Path) -> None:
    with FULL.open("wb") as full:
        ran = assembler("bundle", copy, *DAY, stderr=full)

    assert ran.returncode == ExitCode.OUTPUT_NOT_WRITTEN
    assert not list((copy / ".assembler").glob("scratch/*"))


LOCALES: list[dict[str, str]] = [
    {"LC_ALL": "C"},
    {"LC_ALL": "POSIX"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.skipif(os.name != "posix", reason="locales of POSIX")
@pytest.mark.parametrize("locale", LOCALES, ids=lambda one: " ".join(one.values()))
def test_every_locale_works(tmp_path: Path, locale: dict[str, str]) -> None:
    case = factories.small_case(tmp_path / "Łódź")
    raw = (
        json.dumps(factories.CASE)
        .replace("evidence/letter.pdf", "evidence/świadectwo.pdf")
        .replace("Testina", "Łucja")
    )
    (case / "evidence/letter.pdf").rename(case / "evidence/świadectwo.pdf")
    factories.write_case(case, json.loads(raw))

    ran = assembler("forms", "answers", case, "--json", env={**os.environ, **locale})
    refused = assembler("forms", "answers", tmp_path / "Łódź/nowhere", env={**os.environ, **locale})

    assert ran.returncode == 0, ran.stderr
    written = ran.stdout.decode(
        "latin-1" if "latin-1" in locale.values() else "utf8"
    )  # to ASCII, click writes UTF-8
    assert "Łucja" in [row["value"] for sheet in json.loads(written) for row in sheet["answers"]]
    assert refused.returncode == ExitCode.USAGE
    assert b"Traceback" not in refused.stderr


def test_what_an_encoding_lacks_is_written_as_json_writes_it() -> None:
    error = UnicodeEncodeError("ascii", "a\U0001f600Łb", 1, 3, "no")

    assert output_streams._escape_characters(error) == ("\\ud83d\\ude00\\u0141", 3)


# --- paths ---


BYTES = os.fsdecode(b"caf\xe9")


@pytest.fixture
def bytes_named(small: Path, tmp_path: Path) -> Path:
    """A copy of the small case in a folder whose name is not UTF-8."""
    try:
        return Path(shutil.copytree(small, tmp_path / BYTES / "case"))
    except OSError:
        pytest.skip("this file system knows only UTF-8")


@pytest.mark.parametrize("command", ["bundle", "check", "batch", "forms fill"])
def test_a_path_that_is_not_utf8_is_named(bytes_named: Path, command: str) -> None:
    code, out, err = run(*command.split(), bytes_named)

    assert code == ExitCode.OUTPUT_NOT_WRITTEN
    assert (
        "caf\N{REPLACEMENT CHARACTER}: cannot be written (its name is not UTF-8); give it another "
        "name" in out + err
    )


def test_an_out_that_is_not_utf8_is_named(copy: Path, tmp_path: Path) -> None:
    code, _, err = run("bundle", copy, "--out", tmp_path / BYTES)

    assert code == ExitCode.OUTPUT_NOT_WRITTEN
    assert "its name is not UTF-8" in err
    assert not (tmp_path / BYTES).exists()


def test_a_batch_with_such_a_case_reports_all(bytes_named: Path, tmp_path: Path) -> None:
    shutil.move(bytes_named, tmp_path / "cases" / BYTES)

    ran = assembler("batch", tmp_path / "cases", "--junit", tmp_path / "report.xml")

    assert ran.returncode == ExitCode.OUTPUT_NOT_WRITTEN, ran.stderr
    assert "caf\N{REPLACEMENT CHARACTER}" in (tmp_path / "report.xml").read_text(encoding="utf8")
    assert (tmp_path / "cases/index.html").is_file()


# --- files ---


def limited(size: int) -> Callable[[], None]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def swept(case: Path) -> bool:
    left = [
        *case.glob(".assembler/scratch/*"),
        *case.glob(".assembler/cache/new/*"),
        *case.glob("build/.*"),
    ]
    return not [path.name for path in left]


@pytest.mark.parametrize(
    ("size", "place"),
    [(2_000, ".assembler/cache"), (60_000, ".assembler/cache"), (150_000, ".assembler")],
)
def test_a_limit_on_the_size_of_files_ends_with_the_place(
    small: Path, tmp_path: Path, size: int, place: str
) -> None:
    case = factories.small_case(tmp_path / "case")

    ran = assembler("bundle", case, *DAY, preexec_fn=limited(size))

    assert ran.returncode == ExitCode.OUTPUT_NOT_WRITTEN, ran.stderr
    assert place.encode() in ran.stderr.splitlines()[-1]
    assert (
        b"cannot be written (File too large); raise the limit on the size of files (ulimit -f)"
        in ran.stderr
    )
    assert b"EVID." not in ran.stderr
    assert swept(case)


def test_a_limit_met_by_the_bundle_alone_leaves_the_old_one(copy: Path) -> None:
    before = snapshot(copy / "build")
    unseal(copy)
    largest = max(path.stat().st_size for path in (copy / ".assembler/cache").rglob("*"))
    marked = snapshot(copy / "build")

    ran = assembler("bundle", copy, *DAY, preexec_fn=limited(largest + 1_000))

    assert (
        len(before["child/bundle.pdf"]) > largest + 1_000
        or len(before["child/review.html"]) > largest + 1_000
    )
    assert ran.returncode == ExitCode.OUTPUT_NOT_WRITTEN, ran.stderr
    assert b"File too large" in ran.stderr
    assert snapshot(copy / "build") == marked
    assert swept(copy)


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Callable[[Path, int], None]]:
    """Mounts a small disk at a folder; skips where that is not allowed."""
    mounted: list[Path] = []

    def mount(folder: Path, size: int) -> None:
        folder.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)]
        if (
            shutil.which("mount") is None
            or subprocess.run(command, capture_output=True, check=False).returncode
        ):
            pytest.skip("no disk can be mounted here")
        mounted.append(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(
    ("where", "size", "place"),
    [
        (".assembler", 8_192, ".assembler"),
        (".assembler", 60_000, ".assembler/cache"),
        (".assembler", 300_000, ".assembler/cache"),
        ("build", 8_192, "build/child"),
        ("build", 60_000, "build/child"),
        ("build", 400_000, "build/child"),
    ],
)
def test_a_full_disk_ends_with_the_place(
    small: Path,
    tmp_path: Path,
    tiny: Callable[[Path, int], None],
    where: str,
    size: int,
    place: str,
) -> None:
    case = factories.small_case(tmp_path / "case")
    if where == "build":
        lend_cache(case)
    tiny(case / where, size)

    code, _, err = run("bundle", case, *DAY)

    assert code == ExitCode.OUTPUT_NOT_WRITTEN, err
    assert err.splitlines()[-1].startswith(place)
    assert "No space left on device" in err
    assert "EVID." not in err
    assert swept(case)


def test_qpdf_does_not_end_the_process_where_a_disk_is_full() -> None:
    """Without `open_deferring_errors`, the last write fails in a destructor: an aborted process."""
    if not FULL.exists():
        pytest.skip("no device that is always full")
    with pikepdf.new() as book, pytest.raises(OSError, match="No space left"):
        book.add_blank_page()
        with open_deferring_errors(FULL) as out:
            book.save(out)
    gc.collect()  # a file that stayed open would be complained of here


def test_whole_file_gives_the_bytes_that_a_path_would(tmp_path: Path) -> None:
    with pikepdf.new() as book:
        book.add_blank_page()
        with open_deferring_errors(tmp_path / "one.pdf") as out:
            book.save(out, deterministic_id=True)
        book.save(tmp_path / "other.pdf", deterministic_id=True)

    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "other.pdf").read_bytes()


def full_disk(path: str) -> None:
    try:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
    except OSError as error:
        raise ValueError("the picture cannot be saved") from error


def test_a_worker_that_may_write_no_more_stops_the_run_by_name(tmp_path: Path) -> None:
    with (
        Workshop(tmp_path / ".assembler") as shop,
        pytest.raises(OutputNotWritten, match=r"page.bmp: cannot be written .No sp"),
    ):
        shop.map(full_disk, [str(shop.scratch / "page.bmp")])

    assert not list((tmp_path / ".assembler").glob("scratch/*"))


def broken(_: int) -> None:
    raise RuntimeError("encoder error -2")


def test_a_worker_that_fails_while_nothing_can_be_written_is_not_the_items_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Workshop(tmp_path / ".assembler") as shop:
        assert isinstance(shop.map(broken, [1])[0], Failure)
        monkeypatch.setattr(
            "assembler.runtime.workshop.probe_folder", lambda _: OSError(errno.ENOSPC, "full")
        )
        with pytest.raises(
            OutputNotWritten, match=r"\.assembler: cannot be written .No space left"
        ):
            shop.map(broken, [1])


def test_an_entry_of_the_cache_that_cannot_be_written_names_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_: Path) -> None:
        raise RuntimeError("no reason given")

    with pytest.raises(RuntimeError, match="no reason given"):
        Cache(tmp_path / "cache").get_or_make(["a"], silent)
    monkeypatch.setattr(writing_files, "probe_folder", lambda _: OSError(errno.EDQUOT, "quota"))
    with pytest.raises(
        OutputNotWritten, match="/cache: cannot be written .* ask for a larger quota"
    ):
        Cache(tmp_path / "cache").get_or_make(["a"], silent)


def test_a_file_that_is_too_large_by_our_own_limit_is_the_items_fault(tmp_path: Path) -> None:
    error = OSError(errno.EFBIG, "large")

    with pytest.raises(OSError, match="large"), report_write_errors("here", tmp_path):
        raise error


def test_no_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("precious")
    (tmp_path / "link.txt").symlink_to("precious.txt")
    for number in range(3):
        (tmp_path / f".assembler-{os.getpid()}-{number}.new").symlink_to("precious.txt")

    write_atomic(tmp_path / "link.txt", b"new")

    assert (tmp_path / "precious.txt").read_text() == "precious"
    assert ((tmp_path / "link.txt").is_symlink(), (tmp_path / "link.txt").read_text()) == (
        False,
        "new",
    )


def test_a_name_that_is_too_long_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritten, match="File name too long.; choose a shorter name"):
        write_atomic(tmp_path / ("x" * 300), b"")
    write_atomic(tmp_path / ("x" * 255), b"fits")


@pytest.mark.parametrize("name", ["lock", "cache", "scratch"])
def test_a_work_folder_with_links_in_it_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/1234").write_text("precious")
    (tmp_path / "case/.assembler").mkdir(parents=True)
    (tmp_path / "case/.assembler" / name).symlink_to(tmp_path / "precious")

    with (
        pytest.raises(OutputNotWritten, match=f"case/.assembler/{name}: it is a link"),
        Workshop(tmp_path / "case/.assembler"),
    ):
        pass
    assert (tmp_path / "precious/1234").read_text() == "precious"


def test_a_lock_that_is_another_name_of_a_persons_file_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    (tmp_path / ".assembler").mkdir()
    os.link(tmp_path / "thesis.txt", tmp_path / ".assembler/lock")

    with (
        pytest.raises(OutputNotWritten, match="lock: it is a link"),
        Workshop(tmp_path / ".assembler"),
    ):
        pass
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_what_a_person_put_into_the_work_folder_stays(tmp_path: Path) -> None:
    home = tmp_path / ".assembler"
    with Workshop(home):
        pass
    for path in (home / "scratch/mine.txt", home / "cache/new/mine.txt", home / "notes.txt"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")

    with Workshop(home, temporary=True):
        pass

    assert (
        (home / "scratch/mine.txt").read_text()
        == (home / "cache/new/mine.txt").read_text()
        == "mine"
    )
    assert (home / "notes.txt").read_text() == "mine"


def test_a_work_folder_that_came_with_a_copy_of_the_case_is_closed(tmp_path: Path) -> None:
    home = tmp_path / ".assembler"
    with Workshop(home):
        pass
    home.chmod(0o755)

    with Workshop(home):
        assert home.stat().st_mode & 0o777 == 0o700


# --- commands that write one file ---


def test_a_report_of_test_cases_does_not_replace_another_file(small: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.xml").write_text("<notes/>")
    (tmp_path / "report.xml").write_text("<?xml version='1.0'?>\n<testsuite/>")

    code, _, err = run("batch", small, "--junit", tmp_path / "notes.xml", *DAY)

    assert (code, (tmp_path / "notes.xml").read_text()) == (ExitCode.OUTPUT_NOT_WRITTEN, "<notes/>")
    assert "notes.xml: another file of this name exists; give --junit another name" in err
    assert "[1 of 1" not in err


def test_a_note_does_not_replace_one_that_was_worked_on(small: Path, tmp_path: Path) -> None:
    packet, note = small / "build/child", tmp_path / "note.md"

    assert run("diff", packet, packet, "--note", note)[0] == 0
    assert run("diff", packet, packet, "--note", note)[0] == 0
    note.write_text("my words")
    code, _, err = run("diff", packet, packet, "--note", note)

    assert (code, note.read_text()) == (ExitCode.OUTPUT_NOT_WRITTEN, "my words")
    assert (
        "note.md: a file of this name exists, and someone may have edited it; give --note "
        "another name" in err
    )


@pytest.mark.parametrize("name", ["evidence/TO-GATHER.md", "case.schema.json", "case.json"])
def test_init_touches_nothing_where_a_person_has_worked(tmp_path: Path, name: str) -> None:
    (tmp_path / "case/evidence").mkdir(parents=True)
    (tmp_path / "case" / name).write_text("my notes")

    code, _, err = run("init", tmp_path / "case", "--reason", "urgent-medical")

    assert code == ExitCode.OUTPUT_NOT_WRITTEN
    assert name.rpartition("/")[2] in err
    assert snapshot(tmp_path) == {f"case/{name}": b"my notes"}


def test_init_writes_through_no_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "case").mkdir()
    (tmp_path / "case/evidence").symlink_to(tmp_path / "elsewhere")

    assert (
        run("init", tmp_path / "case", "--reason", "urgent-medical")[0]
        == ExitCode.OUTPUT_NOT_WRITTEN
    )
    assert snapshot(tmp_path) == {}


# --- file handles ---


@contextmanager
def all_handles_used() -> Iterator[None]:
    """Let this process open no further file."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    handles = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        with suppress(OSError):
            while True:
                handles.append(os.open(os.devnull, os.O_RDONLY))
        yield
    finally:
        for handle in handles:
            os.close(handle)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@for_each_work_folder
def test_a_run_that_has_used_up_all_file_handles_leaves_no_work_folder(
    tmp_path: Path, begin: Callable[[Path], AbstractContextManager[Any]]
) -> None:
    begun = begin(tmp_path)
    place = begun.__enter__()
    folder = place.scratch if isinstance(place, Workshop) else place
    (folder / "deep/er").mkdir(parents=True)
    (folder / "deep/er/page").write_text("x")

    with all_handles_used():
        begun.__exit__(None, None, None)

    assert list(tmp_path.iterdir()) == []
