"""Find the files a user put into an output folder of ours, and keep them when it is replaced.

An output folder's record (for example, a packet's manifest.json) lists the files written there,
each with its sha256. A file that the record does not list, or lists with another sha256, is the
user's.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler.errors import OutputNotWritten
from assembler.runtime.atomic_files import (
    is_plain_folder,
    make_display_name,
    move_path,
    remove_tree,
    sync_file,
    sync_folder,
    sync_folders,
)
from assembler.runtime.cache_upkeep import is_tagged

# files of the operating system: kept like all others, but not reported
LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_MAX_RECORD = 200_000_000  # bytes
MOVE_REMEDY = "move it away, or choose another folder with --out"
# path below a folder → sha256 of what we wrote there; "" for the record itself
Written = Mapping[str, str]
# reads what we wrote into a folder; None if the folder is not ours
Record = Callable[[Path], Written | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFile:
    """A file, link or empty folder that a user put into a folder of ours. `stale`: derived from the
    old content."""

    path: str
    stale: bool


def hash_files(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file below a folder, for its record. Raises OSError."""
    return {
        path: digest_file(folder / path) for path in list_paths(folder) if (folder / path).is_file()
    }


def read_record(path: Path) -> dict[str, object] | None:
    """Return the JSON object in a regular file; None if it is anything else."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_RECORD:
            return None
        data = json.loads(path.read_text(encoding="utf8"))
    except (OSError, ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def is_written(folder: Path, path: str, written: Written) -> bool:
    """Return whether a file is still as we wrote it."""
    expected = written.get(path)
    file = folder / path
    if expected is None or file.is_symlink() or not file.is_file():
        return False
    return expected == "" or digest_file(file) == expected


@contextmanager
def report_read_errors(folder: Path) -> Iterator[None]:
    """Raise OutputNotWritten if the folder cannot be read."""
    try:
        yield
    except OSError as error:
        raise OutputNotWritten(
            f"its contents cannot be read ({os.strerror(error.errno or 0)}), so nothing in it is "
            "replaced",
            where=make_display_name(folder),
            remedy=MOVE_REMEDY,
        ) from error


def find_user_files(
    folder: Path, record: Record, derived: Collection[str] = ()
) -> Iterator[UserFile]:
    """Yield the user files in a folder of ours, sorted.

    Raises OutputNotWritten for anything that can be neither read nor kept.
    """
    with report_read_errors(folder):
        written = record(folder)
        for path in list_paths(folder):
            entry = folder / path
            if not (entry.is_symlink() or entry.is_file() or entry.is_dir()):
                raise OutputNotWritten(
                    "it is neither a file nor a folder, and cannot be kept",
                    where=f"{make_display_name(folder)}/{path}",
                    remedy=MOVE_REMEDY,
                )
            if written is None or not is_written(folder, path, written):
                yield UserFile(
                    path=path, stale=path in (written or ()) or path.split("/")[0] in derived
                )


def list_paths(folder: Path) -> list[str]:
    """Return the files, links and empty folders below a folder, sorted, with slashes."""

    def fail(error: OSError) -> None:
        raise error

    paths = []
    for home, folders, names in os.walk(folder, onerror=fail):
        if Path(home) != folder and is_tagged(Path(home)):  # left by a killed `verify`
            folders.clear()
            continue
        links = [name for name in folders if (Path(home) / name).is_symlink()]
        paths += [(Path(home) / name).relative_to(folder).as_posix() for name in (*names, *links)]
        if not folders and not names and Path(home) != folder:
            paths.append(Path(home).relative_to(folder).as_posix())
    return sorted(paths)


def fold_name(path: str) -> str:
    """Return a path as a file system sees it that ignores case and the encoding of accents."""
    return unicodedata.normalize("NFC", path).casefold()


def is_name_taken(path: str, staged: Path, names: set[str]) -> bool:
    """Return whether the new folder has this name, or a file where the path needs a folder."""
    parts = path.split("/")
    parents = ["/".join(parts[:n]) for n in range(1, len(parts))]
    return fold_name(path) in names or any(
        fold_name(parent) in names and not is_plain_folder(staged / parent) for parent in parents
    )


def link_or_copy(source: Path, target: Path) -> None:
    """Give a user's file a second name; where the file system has no hard links, copy it with its
    time."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir(mode=0o700, exist_ok=True)
    else:
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:
            shutil.copyfile(source, target)
            with suppress(OSError):  # a network drive may set no times or permissions
                shutil.copystat(source, target)
            with suppress(PermissionError):  # it is read-only, as the user's file is
                sync_file(target)


def set_aside(
    home: Path, paths: tuple[str, ...], final: Path, work: Path, day: date
) -> tuple[Path | None, tuple[str, ...]]:
    """Keep these files of `home` in a new dated folder beside `final`, unless an earlier one has
    them.

    Returns the folder and the paths. A run that was killed here has kept them already.
    """
    earlier = [
        path
        for path in sorted(final.parent.glob(f"{_escape_glob(final.name)}.kept-*"))
        if is_plain_folder(path)
    ]
    kept_in = {
        path: folder
        for path in paths
        for folder in earlier
        if has_same_content(home / path, folder / path)
    }
    new = tuple(path for path in paths if path not in kept_in)
    if not new:
        return next(iter(kept_in.values()), None), paths
    draft = work / "kept"
    remove_tree(draft)
    draft.mkdir(mode=0o700)
    for path in new:
        link_or_copy(home / path, draft / path)
    sync_folders(draft)
    beside = _choose_folder_name(final, day)
    move_path(draft, beside)
    sync_folder(final.parent)
    return beside, paths


def _escape_glob(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _choose_folder_name(final: Path, day: date) -> Path:
    name, number = f"{final.name}.kept-{day.isoformat()}", 1
    beside = final.with_name(name)
    while beside.exists() or beside.is_symlink():
        number += 1
        beside = final.with_name(f"{name}-{number}")
    return beside


def has_same_content(first: Path, second: Path) -> bool:
    """Return whether two paths have the same content: file, link or empty folder."""
    if first.is_symlink() or second.is_symlink():
        return first.is_symlink() and second.is_symlink() and first.readlink() == second.readlink()
    if first.is_dir() or second.is_dir():
        return first.is_dir() and second.is_dir()
    if not second.is_file():
        return False
    one, two = first.stat(), second.stat()
    same_file = (one.st_dev, one.st_ino) == (two.st_dev, two.st_ino) and one.st_ino != 0
    return same_file or (one.st_size == two.st_size and digest_file(first) == digest_file(second))


def drop_litter(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the operating system's own files, which are not worth reporting."""
    return tuple(path for path in paths if path.rpartition("/")[2].casefold() not in LITTER)


def digest_file(path: Path) -> str:
    """Return the sha256 of a file. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
