"""A folder that cannot be read is told: what is in it never counts as not there in silence."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assembler.errors import EvidenceUnreadable
from assembler.model.manifest import MANIFEST_FILE
from assembler.pipeline.batch.case_list import discover
from assembler.pipeline.propose_exhibits import start_from_folder
from assembler.proof.unlisted_files import list_unlisted_files
from assembler.rules import CaseStart
from assembler.runtime.cache import Cache
from assembler.runtime.cache_upkeep import measure_cache, purge_cache
from assembler.runtime.folder_walk import list_below, list_files, walk_folder
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.resources import Shelf
from tests import factories
from tests.support.building import AS_OF
from tests.support.commands import run

Break = Callable[[Path, int], None]


@pytest.fixture
def break_folder(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Let the listing of a folder fail with an error of the machine, from now on."""

    def break_one(folder: Path, number: int) -> None:
        monkeypatch.setattr(os, "scandir", fail_for(folder, number, os.scandir))

    return break_one


def fail_for(folder: Path, number: int, usual: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that lists a folder, but fails with an error number for one."""

    def list_or_fail(path: Any = ".") -> Any:
        if not isinstance(path, int) and Path(path) == folder:
            raise OSError(number, os.strerror(number), str(path))
        return usual(path)

    return list_or_fail


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file, and one with a file in it."""
    (tmp_path / "top/inner").mkdir(parents=True)
    (tmp_path / "top/a.txt").write_text("a")
    (tmp_path / "top/inner/b.txt").write_text("b")
    return tmp_path / "top"


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert list_below(tmp_path / "none") == list_files(tmp_path / "file") == []


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.EACCES])
def test_a_folder_that_gives_an_error_is_not_passed_over(
    number: int, folder: Path, break_folder: Break
) -> None:
    assert list_files(folder) == [folder / "a.txt", folder / "inner/b.txt"]
    break_folder(folder / "inner", number)

    for list_all in (list_below, list_files):
        with pytest.raises(OSError, match=r"\[Errno"):
            list_all(folder)


@pytest.mark.parametrize("number", [errno.ENOENT, errno.ENOTDIR])
def test_a_folder_of_a_cache_that_another_run_has_just_removed_is_empty(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path)
    for name in ("a", "b"):
        cache.get_or_make([name], lambda folder: (folder / "file").write_bytes(b"12345678"))
    gone = min(path for path in tmp_path.iterdir() if len(path.name) == 2)
    for module, name in ((os, "scandir"), (os, "listdir")):
        monkeypatch.setattr(module, name, fail_for(gone, number, getattr(module, name)))

    assert measure_cache(tmp_path).entries == 1
    assert purge_cache(tmp_path) == 8


def test_a_locked_folder_is_noted_and_the_rest_is_read(folder: Path, break_folder: Break) -> None:
    noted: list[Path] = []
    break_folder(folder / "inner", errno.EACCES)

    names = [names for _, _, names in walk_folder(folder, noted.append)]

    assert (names, noted) == ([["a.txt"]], [folder / "inner"])


@pytest.mark.parametrize("command", ["propose", "validate", "bundle"])
def test_a_disk_error_amid_the_evidence_ends_a_command(
    command: str, tmp_path: Path, break_folder: Break
) -> None:
    case = factories.small_case(tmp_path / "case")
    break_folder(case / "evidence", errno.EIO)

    code, out, err = run(command, str(case), "--as-of", AS_OF)

    assert (code, "the disk gave an error" in out + err) == (7, True)


@pytest.mark.parametrize(("command", "expected"), [("validate", 3), ("propose", 0)])
def test_a_locked_folder_amid_the_evidence_is_named(
    command: str, expected: int, tmp_path: Path, break_folder: Break
) -> None:
    case = factories.small_case(tmp_path / "case")
    (case / "evidence/private").mkdir()
    shutil.copy(case / "evidence/letter.pdf", case / "evidence/private/one.pdf")
    break_folder(case / "evidence/private", errno.EACCES)

    code, out, err = run(command, case, "--as-of", AS_OF)

    assert code == expected, out + err
    assert "EVID.UNREADABLE  evidence/private\n    The folder cannot be opened" in out + err


def test_a_locked_folder_of_a_batch_counts_as_a_case(tmp_path: Path, break_folder: Break) -> None:
    for name in ("a", "b"):
        factories.small_case(tmp_path / name)
    break_folder(tmp_path / "b", errno.EACCES)

    assert discover([tmp_path]) == (tmp_path / "a", tmp_path / "b")


def test_what_only_the_system_may_read_beside_cases_is_no_case(
    tmp_path: Path, break_folder: Break
) -> None:
    factories.small_case(tmp_path / "a")
    (tmp_path / "lost+found").mkdir()
    break_folder(tmp_path / "lost+found", errno.EACCES)

    assert discover([tmp_path]) == (tmp_path / "a",)


def test_a_locked_folder_beside_a_bundle_is_said_not_to_be_checked(
    copy: Path, break_folder: Break
) -> None:
    build = next(copy.glob(f"build/*/{MANIFEST_FILE}")).parent
    (build / "locked").mkdir()
    break_folder(build / "locked", errno.EACCES)

    assert "locked/" in " ".join(list_unlisted_files(build, read_manifest(build)))


def test_a_case_is_not_begun_from_files_of_which_some_cannot_be_read(
    folder: Path, tmp_path: Path, break_folder: Break
) -> None:
    break_folder(folder / "inner", errno.EACCES)
    answers = CaseStart(kind="parole", reasons=("other",))

    with pytest.raises(EvidenceUnreadable, match=r"top/inner: the folder cannot be opened"):
        start_from_folder(tmp_path / "case", folder, Shelf.default(), answers)

    assert not (tmp_path / "case").exists()
