"""Keeping a cache small and private: who uses it, how large it is, what was used last, what may go.

Other runs may be at work in the same folder. An entry they may have in their hands was used since
they began, and such an entry is never taken away.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from assembler.errors import OutputNotWritten
from assembler.runtime.atomic_files import is_plain_folder, write_atomic
from assembler.runtime.cache import DONE, ENTRY, HALF_MADE, discard

TAG = "CACHEDIR.TAG"
SIGNATURE = (
    "Signature: 8a477f597d28d172789f06886806bc55\n# Cache of assembler; deleting this "
    "folder costs time only.\n"
)
_LEAVING = ".leaving"
_MOST_TAG = 1_000  # bytes
_OTHERS = 0o077  # permissions of anybody but the owner
# what lies in a work folder, also in one of an earlier version, or of a run that was killed before
# it was tagged
_OF_HOME = re.compile(
    r"lock|cache|scratch|timings\.json|filled-forms\.json|CACHEDIR\.TAG|\.(assembler-|CACHEDIR|timings).*\.new"
)
_SHELF = re.compile(r"[0-9a-f]{2}|new|users")
# of the size allowed: what is left after entries had to go, so that they need not go after every
# run
_ROOM = 0.9


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
    return is_tagged(folder) and folder.name != ".assembler"


def is_tagged(folder: Path) -> bool:
    """Whether the folder carries our tag."""
    tag = folder / TAG
    return (
        tag.is_file()
        and not tag.is_symlink()
        and tag.stat().st_size < _MOST_TAG
        and tag.read_bytes() == SIGNATURE.encode()
    )


def claim_home(home: Path) -> None:
    """Make a work folder, readable by its owner alone, or take the one that is there.

    Raises OutputNotWritten for a link, a file, and a folder that is not ours: what lies in it is
    swept later. Raises OSError.
    """
    where = f"{home.parent.name}/{home.name}"
    if home.is_symlink():
        raise OutputNotWritten(
            "it is a symbolic link; nothing is written where it leads",
            where=where,
            remedy="remove it (it costs time only), or name a cache elsewhere with --cache",
        )
    if home.exists() and not home.is_dir():
        raise OutputNotWritten(
            "there is a file where the work folder is to be", where=where, remedy="move it away"
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_tagged(home) and any(not _OF_HOME.fullmatch(path.name) for path in home.iterdir()):
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
    if os.name == "posix" and home.stat().st_uid == os.geteuid() and home.stat().st_mode & _OTHERS:
        home.chmod(0o700)  # it came with a copy of the case
    _tag(home)


def claim_shared(cache: Path) -> None:
    """Make a folder that `--cache` names, or take the one that is there.

    Raises OutputNotWritten if it belongs to somebody else, is open to others, or holds something
    else. Raises OSError.
    """
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = cache.stat()
    if os.name == "posix" and status.st_uid != os.geteuid():
        raise OutputNotWritten(
            "the cache belongs to somebody else, who could read and change pages of clients",
            where=cache.name,
            remedy="name a folder of your own with --cache",
        )
    if os.name == "posix" and status.st_mode & _OTHERS:
        raise OutputNotWritten(
            "the cache is open to others, and holds pages of clients",
            where=cache.name,
            remedy="close it (chmod 700), or name another folder with --cache",
        )
    if not is_tagged(cache) and any(path.name != TAG for path in cache.iterdir()):
        raise OutputNotWritten(
            "there is something else in the folder that --cache names",
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


def contents(root: Path) -> Contents:
    """What the cache folder holds; nothing if there is none."""
    entries = list(_entries(root))
    return Contents(entries=len(entries), size=sum(entry.size for entry in entries))


def trim(root: Path, most: int) -> int:
    """Take away the entries used longest ago until the rest fits into `most` bytes; the bytes
    that were freed."""
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
    """Remove everything in a cache; the bytes that were freed. Raises OutputNotWritten while a
    run works with it."""
    if _oldest_user(root) is not None:
        raise OutputNotWritten(
            "a run is working with this cache", where=root.name, remedy="wait until it has finished"
        )
    size = contents(root).size
    for folder in root.iterdir() if is_plain_folder(root) else ():
        if is_plain_folder(folder) and _SHELF.fullmatch(folder.name):
            for path in folder.iterdir():
                if (
                    ENTRY.fullmatch(path.name)
                    or HALF_MADE.fullmatch(path.name)
                    or folder.name == "users"
                ):
                    discard(path)
            with suppress(OSError):  # a person's own file lies in it
                folder.rmdir()
    left = contents(root).size
    if left:
        raise OutputNotWritten(
            f"{left:,} bytes of it cannot be removed",
            where=root.name,
            remedy="remove the folder by hand",
        )
    return size


def sweep(root: Path) -> None:
    """Remove what workers of this machine that are no more left half-made in a shared cache."""
    for left in (root / "new").glob("*") if os.name == "posix" else ():
        made = HALF_MADE.fullmatch(left.name)
        if made and made[1] == platform.node() and not _alive(int(made[2])):
            discard(left)


def sweep_own(home: Path) -> None:
    """Remove what killed runs left in a work folder whose lock is held; nothing but what bears a
    name we give."""
    for left in (home / "scratch").glob("*"):
        if left.name.isdecimal():
            discard(left)
    with suppress(OSError):
        (home / "scratch").rmdir()


def sweep_own_cache(root: Path) -> None:
    """Remove what killed workers left half-made in a cache that no other run works with: it
    holds pages of the client."""
    for left in (root / "new").glob("*"):
        if HALF_MADE.fullmatch(left.name):
            discard(left)


def remove_home(home: Path) -> None:
    """Remove a work folder that was made for one run; what is not ours in it stays."""
    if (home / "cache").is_dir():
        purge(home / "cache")
    for name in ("lock", TAG):
        (home / name).unlink(missing_ok=True)
    for folder in (home / "scratch", home / "cache", home):
        with suppress(OSError):
            folder.rmdir()


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
            size = sum(path.stat().st_size for path in done.parent.rglob("*") if path.name != DONE)
            yield _Entry(used=done.stat().st_mtime_ns, size=size, path=done.parent)
        except FileNotFoundError:  # another run has taken it away
            continue


def _oldest_user(root: Path) -> int | None:
    """When the oldest run that lives began; None if none lives. The marks of dead ones are
    removed."""
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
    """First nobody finds it any more; then, if nobody found it in the meantime, it goes; else it
    is put back."""
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
