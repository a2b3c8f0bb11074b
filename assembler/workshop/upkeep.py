"""Keeping a cache small and private: who uses it, how large it is, what was used last, what may go.

Other runs may be at work in the same folder. An entry they may have in their hands was used since they began, and such
an entry is never taken away.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from assembler.errors import OutputNotWritten
from assembler.workshop.cache import DONE

TAG = "CACHEDIR.TAG"
SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55\n# Cache of assembler; deleting this folder costs time only.\n"
_LEAVING = ".leaving"
_ROOM = 0.9  # of the size allowed: what is left after entries had to go, so that they need not go after every run


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """How many entries a cache has, and their bytes."""

    entries: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    used: int  # nanoseconds of the file system's clock
    size: int
    path: Path


class User:
    """A run that works with a cache, known to others by a locked file while it lives."""

    def __init__(self, root: Path) -> None:
        self._mark = root / "users" / f"{platform.node()}.{os.getpid()}.{id(self)}"
        self._lock = FileLock(f"{self._mark}.lock", mode=0o600)

    def enter(self) -> None:
        self._mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.acquire()
        self._mark.touch(mode=0o600)

    def leave(self) -> None:
        self._mark.unlink(missing_ok=True)
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)


def is_cache(folder: Path) -> bool:
    """Whether the folder is one that `--cache` made: only such a one is ever emptied."""
    tag = folder / TAG
    return tag.is_file() and tag.read_bytes() == SIGNATURE.encode() and folder.name != ".assembler"


def contents(root: Path) -> Contents:
    """What the cache folder holds; nothing if there is none."""
    entries = list(_entries(root))
    return Contents(entries=len(entries), size=sum(entry.size for entry in entries))


def trim(root: Path, most: int) -> int:
    """Take away the entries used longest ago until the rest fits into `most` bytes; the bytes that were freed."""
    entries = sorted(_entries(root), key=lambda entry: (entry.used, entry.path))
    total = sum(entry.size for entry in entries)
    if total <= most:
        return 0
    since, freed = _oldest_user(root), 0
    for entry in entries:
        if total - freed <= most * _ROOM or (since is not None and entry.used >= since):
            break
        freed += entry.size if _taken_away(entry.path, root / "new", since) else 0
    return freed


def purge(root: Path) -> int:
    """Remove everything in a cache; the bytes that were freed. Raises OutputNotWritten while a run works with it."""
    if _oldest_user(root) is not None:
        raise OutputNotWritten("a run is working with this cache", where=root.name, remedy="wait until it has finished")
    size = contents(root).size
    for path in root.iterdir() if root.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path)
    return size


def sweep(root: Path) -> None:
    """Remove what workers of this machine that are no more left half-made."""
    for left in (root / "new").glob("*") if os.name == "posix" else ():
        host, _, pid = left.name.partition(".")[2].rpartition(".")
        if host == platform.node() and pid.isdecimal() and not _alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _entries(root: Path) -> Iterator[_Entry]:
    for done in root.glob(f"[0-9a-f][0-9a-f]/*/{DONE}"):
        try:
            size = sum(path.stat().st_size for path in done.parent.rglob("*"))
            yield _Entry(used=done.stat().st_mtime_ns, size=size, path=done.parent)
        except FileNotFoundError:  # another run has taken it away
            continue


def _oldest_user(root: Path) -> int | None:
    """When the oldest run that lives began; None if none lives. The marks of dead ones are removed."""
    began = []
    for lock in sorted((root / "users").glob("*.lock")):
        mark = lock.with_suffix("")
        try:
            since = mark.stat().st_mtime_ns
            with FileLock(lock, timeout=0):
                mark.unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
        except Timeout:
            began.append(since)
        except FileNotFoundError:  # it has just begun, and uses nothing yet, or has just ended
            continue
    return min(began, default=None)


def _taken_away(entry: Path, aside: Path, since: int | None) -> bool:
    """First nobody finds it any more; then, if nobody found it in the meantime, it goes; else it is put back."""
    leaving, gone = entry / _LEAVING, aside / f"{entry.name}.{platform.node()}.{os.getpid()}"
    try:
        (entry / DONE).rename(leaving)
        if since is not None and leaving.stat().st_mtime_ns >= since:
            leaving.rename(entry / DONE)
            return False
        aside.mkdir(mode=0o700, exist_ok=True)
        shutil.rmtree(gone, ignore_errors=True)
        entry.rename(gone)
    except OSError:  # another run was faster
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True
