"""Write files so that no reader ever sees half of one, and report why a write failed."""

from __future__ import annotations

import errno
import io
import os
import platform
import re
import shutil
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, cast

from assembler.errors import AssemblerError, OutputNotWritten
from assembler.runtime.folder_walk import walk_folder
from assembler.runtime.process_control import INITIAL_FILE_SIZE_LIMIT
from assembler.runtime.process_setup import defer_interrupts
from assembler.runtime.system import ABILITIES, allows_long_paths

_PROBE = 1 << 16  # bytes
_MAX_PATH = 260  # of Windows without long paths, in characters, with the zero at the end
_BUSY_SECONDS = 5.0  # for which a file in use is tried again, where it cannot be moved
_BUSY_STEP = 0.05
_REMOVALS = 3
_IN_USE = "close it in other programs, or choose another folder"
_REMEDIES = {
    errno.ENOSPC: "free some space, or choose another disk",
    errno.EDQUOT: "free some space, or ask for a larger quota",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.EROFS: "choose a folder that is not read-only",
    errno.EACCES: "choose a folder you may write to" if ABILITIES.moves_open_files else _IN_USE,
    errno.EPERM: "choose a folder you may write to",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EBUSY: _IN_USE,
    errno.EXDEV: "choose a folder on one disk",
    errno.EINVAL: "choose a name that this system allows",
}
_MACHINE = re.sub(r"[^A-Za-z0-9.-]", "_", platform.node())[:60] or "machine"
_NEW_FILE = re.compile(rf"\.assembler-{re.escape(_MACHINE)}-([0-9]+)-[0-9]+\.new")
# what drives answer that lack an operation: flushing of a folder, or permissions
_REFUSED_BY_DRIVES = frozenset(
    (errno.EINVAL, errno.EPERM, errno.EACCES, errno.EBADF, errno.ENOSYS, errno.EOPNOTSUPP)
) | {getattr(errno, "ENOTSUP", errno.EOPNOTSUPP)}
# error numbers that reading never gives
_WRITE_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS} | (
    {errno.EFBIG} if INITIAL_FILE_SIZE_LIMIT is not None else set()
)


def write_atomic(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write `data` to a new file beside `path` and move it into place.

    Removes what killed runs left beside it, since that may hold a client's facts. Raises
    OutputNotWritten, and then leaves `path` as it was.
    """
    temporary: Path | None = None
    stream: BinaryIO | None = None
    sweep_new_files(path.parent)
    try:
        with defer_interrupts():  # until its name is known here, nobody could remove it
            descriptor, temporary = _open_new(path.parent, mode)
            stream = os.fdopen(descriptor, "wb")
        with stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        replace_file(temporary, path)
        sync_folder(path.parent)
    except BaseException as error:
        if stream is not None:
            with suppress(OSError):
                stream.close()
        if temporary is not None:
            with suppress(OSError):  # on a disk that became read-only it stays
                temporary.unlink()
        if isinstance(error, OSError | UnicodeError):
            raise write_error(path.name, error) from error
        raise


def replace_file(source: Path, target: Path) -> None:
    """Move a file to `target`, over one that is there. Raises OSError."""
    _try_while_busy(lambda: source.replace(target))


def move_path(source: Path, target: Path) -> None:
    """Move a file or folder to a name that nothing has. Raises OSError."""
    _try_while_busy(lambda: source.rename(target))


def _try_while_busy(action: Callable[[], object]) -> None:
    """Do it again for a moment if a file is in use: on Windows, antivirus programs and the search
    index open every new file, and a file that is open cannot be moved."""
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            action()
        except PermissionError:
            if ABILITIES.moves_open_files or time.monotonic() >= end:
                raise
            time.sleep(_BUSY_STEP)
        else:
            return


_LOCK_NAME = ".assembler-folder.lock"  # on Windows only, while a folder is held
_LOCK_SECONDS = 5.0  # to wait for another program that writes in the same folder
_LOCK_STEP = 0.01
_ABANDONED_SECONDS = 1.0  # after which a lock file may be one that nobody holds
_thread_lock = threading.RLock()
_held_folders: set[Path] = set()


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Keep other runs, and other threads of this one, from changing a file between a look at it and
    its replacement. May be nested; leaves no file behind.

    A lock that cannot be had is done without: on some network drives a folder cannot be locked,
    and a run that was stopped must not stop all others.
    """
    with _thread_lock:
        place = folder.resolve()
        if place in _held_folders:
            yield
            return
        unlock = _lock_folder(place) if ABILITIES.locks_folders else _lock_file_in(place)
        _held_folders.add(place)
        try:
            yield
        finally:
            _held_folders.discard(place)
            unlock()


def _do_without_lock() -> None:
    """Unlock nothing."""


def _lock_folder(folder: Path) -> Callable[[], None]:
    """Lock a folder; return the function that unlocks it."""
    fcntl = import_module("fcntl")
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except OSError:
        return _do_without_lock
    end = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < end:
                time.sleep(_LOCK_STEP)
                continue
        except OSError:
            pass
        else:
            return partial(os.close, descriptor)
        os.close(descriptor)
        return _do_without_lock


def _lock_file_in(folder: Path) -> Callable[[], None]:
    """Make a file that says that a folder is held, and keep it open; return the function that
    removes it.

    For systems that remove no open file: one that can be removed is of a program that was killed.
    """
    path, end = folder / _LOCK_NAME, time.monotonic() + _LOCK_SECONDS
    known, since = None, 0.0
    while time.monotonic() < end:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            found = _read_identity(path)
            if found != known:
                known, since = found, time.monotonic()
            elif time.monotonic() - since > _ABANDONED_SECONDS:
                with suppress(OSError):
                    path.unlink()
        except PermissionError:  # it is just being removed, or nothing can be written here
            pass
        except OSError:
            break
        else:
            return partial(_remove_lock_file, descriptor, path)
        time.sleep(_LOCK_STEP)
    return _do_without_lock


def _read_identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from a later one of its name; None if it has gone."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _remove_lock_file(descriptor: int, path: Path) -> None:
    os.close(descriptor)
    with suppress(OSError):  # an antivirus program reads it; the next program removes it
        path.unlink()


def _open_new(folder: Path, mode: int) -> tuple[int, Path]:
    """Open a file that did not exist, so that nothing is written through a link or over a user's
    file."""
    flags = (
        os.O_WRONLY
        | os.O_CREAT
        | os.O_EXCL
        | getattr(os, "O_NOFOLLOW", 0)
        | getattr(os, "O_BINARY", 0)
    )
    for number in count():
        path = folder / f".assembler-{_MACHINE}-{os.getpid()}-{number}.new"
        with suppress(FileExistsError):
            return os.open(path, flags, mode), path
    raise AssertionError("count() ends")


def sweep_new_files(folder: Path) -> None:
    """Remove the new files that dead processes of this machine left in a folder."""
    with suppress(OSError):
        for path in folder.glob(f".assembler-{_MACHINE}-*.new"):
            made = _NEW_FILE.fullmatch(path.name)
            if made and not is_alive(int(made[1])) and not path.is_symlink():
                path.unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    """Return whether a process of this machine lives; on Windows, where signal 0 is Ctrl-C, always
    True."""
    if not ABILITIES.delivers_signals:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_error(place: str, error: BaseException) -> OutputNotWritten:
    """Return the exception for a place that could not be written. `error`: what the system
    raised."""
    number = getattr(error, "errno", None)
    if isinstance(error, UnicodeError):
        reason, remedy = "its name is not UTF-8", "give it another name"
    else:
        reason = os.strerror(number) if number else "unknown reason"
        remedy = _REMEDIES.get(number or 0, "free some space, or choose another folder")
    return OutputNotWritten(f"cannot be written ({reason})", where=place, remedy=remedy)


def find_write_refusal(error: BaseException | None) -> OSError | None:
    """Return the system's refusal to write that caused an error, however it was wrapped; None if
    none did."""
    checked: set[int] = set()
    while error is not None and id(error) not in checked:
        checked.add(id(error))
        if isinstance(error, OSError) and error.errno in _WRITE_ERRORS:
            return error
        error = error.__cause__ or error.__context__
    return None


def probe_folder(folder: Path) -> OSError | None:
    """Return why nothing can be written into a folder now; None if something can.

    When a disk is full, some libraries only report that they failed, or not even that.
    """
    try:
        descriptor, path = _open_new(folder, 0o600)
    except FileNotFoundError:
        return None
    except OSError as error:
        return error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(b"\0" * _PROBE)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        return error
    finally:
        with suppress(OSError):
            path.unlink()
    return None


def refuse_non_utf8(path: Path) -> None:
    """Raise OutputNotWritten for a path that is not UTF-8, which most libraries cannot open."""
    for part in path.parts:
        try:
            part.encode()
        except UnicodeError as error:
            raise write_error(part, error) from error


def refuse_long_path(folder: Path, room: int) -> None:
    """Raise OutputNotWritten for a folder whose files would have paths too long for this system.

    Args:
        room: characters of the longest path below the folder.
    """
    if not allows_long_paths() and len(str(folder.absolute())) + room >= _MAX_PATH:
        raise OutputNotWritten(
            f"its path is too long for Windows, which allows {_MAX_PATH - 1} characters in all",
            where=make_display_name(folder),
            remedy="move the case to a folder near the root, such as C:\\Cases; or allow long "
            "paths: `assembler doctor` says how",
        )


def make_display_name(path: Path) -> str:
    """Return a folder's name for messages, with its parent's name."""
    return f"{path.parent.name}/{path.name}" if path.parent.name else str(path)


@contextmanager
def report_write_errors(place: str, folder: Path) -> Iterator[None]:
    """Raise OutputNotWritten, naming `place`, for any failure caused by being unable to write below
    `folder`."""
    try:
        yield
    except AssemblerError:
        raise
    except Exception as error:
        # everything is caught because libraries wrap a full disk in exceptions of their own; what
        # was not caused by writing is raised again unchanged
        refusal = (
            find_write_refusal(error) or _select_refusal(error, folder) or probe_folder(folder)
        )
        if refusal is None:
            raise
        raise write_error(place, refusal) from error


def _select_refusal(error: BaseException, folder: Path) -> OSError | None:
    """Return the error itself if the system raised it for a file below the folder, which holds no
    client files."""
    name = getattr(error, "filename", None)
    if isinstance(error, OSError) and isinstance(name, str) and Path(name).is_relative_to(folder):
        return error if error.errno in _REMEDIES else None
    return None


class _DeferringFile(io.RawIOBase):
    """A new file that accepts every write and keeps the system's first refusal."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("wb")
        self.refusal: OSError | None = None

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.refusal is None:  # not through _try: a large PDF is written in many small pieces
            try:
                self._file.write(data)
            except OSError as error:
                self.refusal = error
        return memoryview(data).nbytes

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def flush(self) -> None:
        if not self._file.closed:
            self._try(self._file.flush)

    def close(self) -> None:
        try:  # also after a refusal: the file must not stay open
            self._file.close()
        except OSError as error:
            self.refusal = self.refusal or error
        super().close()

    def _try(self, action: Callable[[], object]) -> None:
        if self.refusal is None:
            try:
                action()
            except OSError as error:
                self.refusal = error


@contextmanager
def open_deferring_errors(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that fails only when closed, for libraries (qpdf) that abort the process when
    a write fails, or is interrupted.

    Raises OSError if not everything could be written.
    """
    with defer_interrupts(), _DeferringFile(path) as file:
        yield cast("BinaryIO", file)
    if file.refusal is not None:
        raise OSError(
            file.refusal.errno, os.strerror(file.refusal.errno or 0), str(path)
        ) from file.refusal


def is_plain_folder(path: Path) -> bool:
    """Return whether the path is a folder and not a link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def find_link_below(path: Path, home: Path) -> Path | None:
    """Return the first symbolic link on the way from the folder `home` to `path`; None if there is
    none.

    Links on the way to `home` itself are the user's or the system's choice (/tmp on macOS is one).
    """
    inside = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow the links
    outer = Path(os.path.abspath(home))  # noqa: PTH100
    if not inside.is_relative_to(outer):
        return None
    steps = (
        outer.joinpath(*inside.relative_to(outer).parts[: n + 1])
        for n in range(len(inside.relative_to(outer).parts))
    )
    return next((step for step in steps if step.is_symlink()), None)


def sync_files(folder: Path) -> None:
    """Flush the content of every file below a folder to disk."""
    for home, _, names in walk_folder(folder):
        for name in names:
            path = home / name
            if not path.is_symlink():
                sync_file(path)


def sync_file(path: Path) -> None:
    """Flush the content of a file to disk."""
    with path.open("r+b") as stream:  # Windows syncs only what may be written
        os.fsync(stream.fileno())


def sync_folders(folder: Path) -> None:
    """Flush the names of everything below a folder to disk, innermost folders first."""
    for home in reversed([home for home, _, _ in walk_folder(folder)]):
        sync_folder(home)


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to disk, where the drive can do that; many network drives refuse
    it, and flush names by themselves."""
    if not ABILITIES.opens_folders:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _REFUSED_BY_DRIVES:
            raise
    finally:
        os.close(descriptor)


def make_private(path: Path) -> None:
    """Make a file or folder readable only by its owner, where the drive has permissions."""
    try:
        path.chmod(0o700 if path.is_dir() else 0o600)
    except OSError as error:
        if error.errno not in _REFUSED_BY_DRIVES:
            raise


def remove_tree(folder: Path) -> None:
    """Remove a folder of ours, including what is read-only in it; links are not followed."""
    shutil.rmtree(folder, ignore_errors=True)
    if not is_plain_folder(folder):
        return
    with suppress(OSError):
        folder.chmod(0o700)
    for home, folders, names in os.walk(folder):
        # Windows removes no read-only file
        for name in folders if ABILITIES.moves_open_files else (*folders, *names):
            path = Path(home) / name
            if not path.is_symlink():
                with suppress(OSError):
                    path.chmod(0o700)
    for _ in range(_REMOVALS):  # a network drive can fail for a moment
        with suppress(OSError):
            _try_while_busy(lambda: shutil.rmtree(folder))
            return
