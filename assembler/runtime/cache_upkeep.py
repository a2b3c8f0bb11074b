"""Keep a cache small and private: track its users, measure it, remove what was used longest ago.

Other runs may work in the same folder. An entry they may be using was used after they started, and
such an entry is never removed.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import Timeout

from assembler.errors import OutputNotWritten
from assembler.runtime.atomic_files import (
    is_alive,
    is_plain_folder,
    make_private,
    write_atomic,
)
from assembler.runtime.cache import DONE, ENTRY, HALF_MADE, discard
from assembler.runtime.file_locks import LockFile
from assembler.runtime.folder_walk import list_folder
from assembler.runtime.system import ABILITIES

TAG = "CACHEDIR.TAG"
SIGNATURE = (
    "Signature: 8a477f597d28d172789f06886806bc55\n# Cache of assembler; deleting this "
    "folder costs time only.\n"
)
_LEAVING = ".leaving"
_SWEEP_SECONDS = 5.0  # for which another run may hold the lock of a mark, to see whether it is dead
_MAX_TAG = 1_000  # bytes
_OTHER_USERS = 0o077  # permissions of everyone except the owner
# names in a work folder, including one of an earlier version or of a run that was killed before it
# was tagged
_OWN_NAMES = re.compile(
    r"lock(\.holder)?|cache|history|before|scratch|timings\.json|build-times\.json|filled-forms\.json"
    r"|crash\.json|CACHEDIR\.TAG|\.(assembler-|CACHEDIR|timings).*\.new"
)
CRASH_FILE = "crash.json"  # in a work folder; see `runtime.crash_record`
PRIVATE_FOLDERS = ("history", "before")  # of a work folder: what the desk keeps of a case
PRIVATE_FILE = re.compile(r"[0-9]{8}\.json|[a-z0-9-]+(\.note)?\.json")
_OF_ENTRIES = re.compile(r"[0-9a-f]{2}")
_SUBFOLDER = re.compile(rf"{_OF_ENTRIES.pattern}|new|users")
# fraction of the allowed size that is kept when entries must go, so that not every run removes some
_REMOVALS = 5
_REMOVAL_STEP = 0.05  # seconds
_KEPT_FRACTION = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSize:
    """Number of entries in a cache, and their bytes."""

    entries: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    used: int  # nanoseconds of the file system's clock
    size: int
    path: Path


class CacheUser:
    """A run that works with a cache, known to others by a locked file while it lives."""

    def __init__(self, root: Path) -> None:
        self._mark = root / "users" / f"{platform.node()}.{os.getpid()}.{id(self)}"
        self._lock = LockFile(self._mark.with_name(f"{self._mark.name}.lock"))

    def enter(self) -> None:
        """Mark the start of the run, and keep the mark locked."""
        self._mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.acquire(_SWEEP_SECONDS)
        self._mark.touch(mode=0o600)

    def leave(self) -> None:
        """Remove the mark. One that cannot be removed is swept by the next run."""
        with suppress(OSError):
            self._mark.unlink(missing_ok=True)
        self._lock.release()
        with suppress(OSError):
            if not self._mark.exists():  # else the lock file stays, by which the sweep finds it
                self._lock.path.unlink(missing_ok=True)


def is_shared_cache(folder: Path) -> bool:
    """Return whether `--cache` made the folder; only such a folder is ever emptied."""
    return is_tagged(folder) and folder.name != ".assembler"


def is_tagged(folder: Path) -> bool:
    """Return whether the folder has our tag."""
    tag = folder / TAG
    return (
        tag.is_file()
        and not tag.is_symlink()
        and tag.stat().st_size < _MAX_TAG
        and tag.read_bytes() == SIGNATURE.encode()
    )


def claim_home(home: Path) -> None:
    """Create a work folder readable only by its owner, or take over the existing one.

    Raises OutputNotWritten for a link, a file, or a folder that is not ours, since its content is
    deleted later. Raises OSError.
    """
    where = f"{home.parent.name}/{home.name}"
    if home.is_symlink():
        raise OutputNotWritten(
            "it is a symbolic link; nothing is written to its target",
            where=where,
            remedy="remove it (it costs time only), or name a cache elsewhere with --cache",
        )
    if home.exists() and not home.is_dir():
        raise OutputNotWritten(
            "there is a file where the work folder should be", where=where, remedy="move it away"
        )
    is_new = not home.exists()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_tagged(home) and any(not _OWN_NAMES.fullmatch(path.name) for path in home.iterdir()):
        raise OutputNotWritten(
            "assembler did not make this folder, and needs its name",
            where=where,
            remedy="move it away",
        )
    for name in ("lock", "cache", "scratch"):
        path = home / name
        if path.is_symlink() or (path.is_file() and (name != "lock" or path.stat().st_nlink > 1)):
            raise OutputNotWritten(
                "it is a link, or no folder", where=f"{where}/{name}", remedy="remove it"
            )
    if (
        hasattr(os, "geteuid")
        and home.stat().st_uid == os.geteuid()
        and home.stat().st_mode & _OTHER_USERS
    ):
        make_private(home)  # it was copied along with the case
    try:
        _tag(home)
    except OutputNotWritten:
        if is_new:
            with suppress(OSError):
                (home / TAG).unlink(missing_ok=True)  # written, but perhaps not flushed
                home.rmdir()
        raise


def claim_shared(cache: Path) -> None:
    """Create the folder that `--cache` names, or take over the existing one.

    Raises OutputNotWritten if another user owns it, others can open it, or it holds something else.
    Raises OSError.
    """
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = cache.stat()
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        raise OutputNotWritten(
            "the cache belongs to another user, who could read and change client pages",
            where=cache.name,
            remedy="name a folder of your own with --cache",
        )
    if ABILITIES.has_file_modes and status.st_mode & _OTHER_USERS:
        raise OutputNotWritten(
            "other users can read the cache, which has client pages",
            where=cache.name,
            remedy="restrict it (chmod 700), or name another folder with --cache",
        )
    if not is_tagged(cache) and any(path.name != TAG for path in cache.iterdir()):
        raise OutputNotWritten(
            "the folder given with --cache has other content",
            where=cache.name,
            remedy="name a new folder",
        )
    for name in ("new", "users"):
        if (cache / name).is_symlink():
            raise OutputNotWritten(
                "it is a symbolic link", where=f"{cache.name}/{name}", remedy="remove it"
            )
    _tag(cache)


def _tag(folder: Path) -> None:
    if not is_tagged(folder):
        write_atomic(folder / TAG, SIGNATURE.encode())


def measure_cache(root: Path) -> CacheSize:
    """Return the size of a cache folder; zero if there is none."""
    entries = list(_iterate_entries(root))
    return CacheSize(entries=len(entries), size=sum(entry.size for entry in entries))


def trim_cache(root: Path, limit: int) -> int:
    """Remove the entries used longest ago until the rest fits into `limit` bytes; return the bytes
    freed."""
    entries = sorted(_iterate_entries(root), key=lambda entry: (entry.used, entry.path))
    total = sum(entry.size for entry in entries)
    if total <= limit:
        return 0
    since, freed = _find_oldest_start(root), 0
    for entry in entries:
        if total - freed <= limit * _KEPT_FRACTION or (since is not None and entry.used >= since):
            break
        freed += entry.size if _remove_unused(entry.path, root / "new", since) else 0
    return freed


def purge_cache(root: Path) -> int:
    """Remove everything in a cache; return the bytes freed. Raises OutputNotWritten while a run
    uses it."""
    if _find_oldest_start(root) is not None:
        raise OutputNotWritten(
            "a run is using this cache", where=root.name, remedy="wait until it has finished"
        )
    size = measure_cache(root).size
    for folder in list_folder(root) if is_plain_folder(root) else ():
        if is_plain_folder(folder) and _SUBFOLDER.fullmatch(folder.name):
            for path in list_folder(folder):
                if (
                    ENTRY.fullmatch(path.name)
                    or HALF_MADE.fullmatch(path.name)
                    or folder.name == "users"
                ):
                    discard(path)
            with suppress(OSError):  # a user's own file is in it
                folder.rmdir()
    remaining = measure_cache(root).size
    if remaining:
        raise OutputNotWritten(
            f"{remaining:,} bytes of it cannot be removed",
            where=root.name,
            remedy="remove the folder by hand",
        )
    return size


def purge_history(home: Path) -> int:
    """Remove what the desk kept of a case's earlier texts, and the record of a crash; return the
    bytes freed. Nothing else is removed, and no link is followed."""
    size = 0
    crash = home / CRASH_FILE
    if crash.is_file() and not crash.is_symlink():
        size += crash.stat().st_size
        crash.unlink(missing_ok=True)
    for name in PRIVATE_FOLDERS:
        folder = home / name
        for path in list_folder(folder) if is_plain_folder(folder) else ():
            if PRIVATE_FILE.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                size += path.stat().st_size
                path.unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()
    return size


def sweep_shared_cache(root: Path) -> None:
    """Remove from a shared cache the marks of dead runs, and half-made entries of this machine's
    dead workers.

    Windows does not say safely whether a worker lives: there, they go once no run uses the cache.
    """
    is_used = _find_oldest_start(root) is not None  # which removes the marks
    if not ABILITIES.delivers_signals:
        if not is_used:
            sweep_own_cache(root)
        return
    for entry in list_folder(root / "new"):
        maker = HALF_MADE.fullmatch(entry.name)
        if maker and maker[1] == platform.node() and not is_alive(int(maker[2])):
            discard(entry)


def sweep_scratch(home: Path) -> None:
    """Remove what killed runs left in a work folder whose lock is held; only names that we give."""
    for folder in list_folder(home / "scratch"):
        if folder.name.isdecimal():
            discard(folder)
    with suppress(OSError):
        (home / "scratch").rmdir()


def sweep_own_cache(root: Path) -> None:
    """Remove the marks of dead runs, and half-made entries, which hold client pages, from a cache
    that no other run uses."""
    _find_oldest_start(root)
    for entry in list_folder(root / "new"):
        if HALF_MADE.fullmatch(entry.name):
            discard(entry)


def remove_home(home: Path) -> None:
    """Remove a work folder that was made for one run; files that are not ours stay. Raises OSError
    if it cannot be listed."""
    for attempt in range(1, _REMOVALS + 1):  # a network drive can fail for a moment
        try:
            if (home / "cache").is_dir():
                purge_cache(home / "cache")
            break
        except OSError:
            if attempt == _REMOVALS:
                raise
            time.sleep(_REMOVAL_STEP * attempt)
    for name in ("lock", TAG):
        (home / name).unlink(missing_ok=True)
    for folder in (home / "scratch", home / "cache", home):
        with suppress(OSError):
            folder.rmdir()


def _iterate_entries(root: Path) -> Iterator[_Entry]:
    folders = [folder for folder in list_folder(root) if _OF_ENTRIES.fullmatch(folder.name)]
    for entry in (entry for folder in folders for entry in list_folder(folder)):
        try:
            used = (entry / DONE).stat().st_mtime_ns
            size = sum(path.stat().st_size for path in entry.rglob("*") if path.name != DONE)
            yield _Entry(used=used, size=size, path=entry)
        except (FileNotFoundError, NotADirectoryError):  # half-made, or another run has removed it
            continue


def _find_oldest_start(root: Path) -> int | None:
    """Return when the oldest living run started; None if none lives. Removes the marks of dead
    runs."""
    starts = []
    for lock in list_folder(root / "users"):
        if lock.suffix != ".lock":
            continue
        mark = lock.with_suffix("")
        try:
            # a run that was killed while it began has a lock file only
            since = mark.stat().st_mtime_ns if mark.exists() else None
            held = LockFile(lock)
            held.acquire()
            try:
                mark.unlink(missing_ok=True)
            finally:
                held.release()
            lock.unlink(missing_ok=True)
        except Timeout:
            if since is not None:  # else it has just begun, and uses nothing yet
                starts.append(since)
        except FileNotFoundError:  # it has just ended
            continue
    return min(starts, default=None)


def _remove_unused(entry: Path, aside: Path, since: int | None) -> bool:
    """Unlink an entry first, delete it once no process holds it; put it back if one has used it
    meanwhile."""
    leaving, gone = entry / _LEAVING, aside / f"{entry.name}.{platform.node()}.{os.getpid()}"
    try:
        (entry / DONE).rename(leaving)
        if since is not None and leaving.stat().st_mtime_ns >= since:
            leaving.rename(entry / DONE)
            return False
        aside.mkdir(mode=0o700, exist_ok=True)
        shutil.rmtree(gone, ignore_errors=True)
        entry.rename(gone)
    except OSError:  # another run removed it first, or reads it where such a folder stays
        with suppress(OSError):
            leaving.rename(entry / DONE)
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True
