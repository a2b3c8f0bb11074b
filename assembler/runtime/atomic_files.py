"""Writing so that nobody ever sees half of it, and saying plainly when it cannot be done."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, cast

from assembler.errors import AssemblerError, OutputNotWritten

_PROBE = 1 << 16  # bytes
_REMEDIES = {
    errno.ENOSPC: "free some space, or choose another disk",
    errno.EDQUOT: "free some space, or ask for a larger quota",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.EROFS: "choose a folder that is not read-only",
    errno.EACCES: "choose a folder you may write to",
    errno.EPERM: "choose a folder you may write to",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EBUSY: "close it in other programs, or choose another folder",
    errno.EXDEV: "choose a folder on one disk",
}


def _given_file_size() -> int | None:
    """Return the limit on file sizes this program was started with, in bytes; None where there
    is none."""
    if sys.platform == "win32":
        return None
    import resource

    soft = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return None if soft == resource.RLIM_INFINITY else soft


# Read when the program starts, before a worker is given limits of its own: a file may be too large
# by our own limit, which is
# the item's fault, or by one this program was started with, which is the machine's.
GIVEN_FILE_SIZE = _given_file_size()
# only what cannot come from reading
_REFUSALS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS} | (
    {errno.EFBIG} if GIVEN_FILE_SIZE is not None else set()
)


def write_atomic(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write `data` beside `path` and move it into place. Raises OutputNotWritten; then `path` is
    as it was."""
    beside: Path | None = None
    try:
        descriptor, beside = _open_new(path.parent, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except (OSError, UnicodeError) as error:
        if beside is not None:
            beside.unlink(missing_ok=True)
        raise not_written(path.name, error) from error


def _open_new(folder: Path, mode: int) -> tuple[int, Path]:
    """Open a file that was not there, so that no link and no file of a person is written
    through."""
    flags = (
        os.O_WRONLY
        | os.O_CREAT
        | os.O_EXCL
        | getattr(os, "O_NOFOLLOW", 0)
        | getattr(os, "O_BINARY", 0)
    )
    for number in count():
        path = folder / f".assembler-{os.getpid()}-{number}.new"
        with suppress(FileExistsError):
            return os.open(path, flags, mode), path
    raise AssertionError("count() ends")


def not_written(place: str, error: BaseException) -> OutputNotWritten:
    """Return the error to raise for a place that could not be written; `error`: what the system
    said."""
    number = getattr(error, "errno", None)
    if isinstance(error, UnicodeError):
        reason, remedy = "its name is not UTF-8", "give it another name"
    else:
        reason = os.strerror(number) if number else "unknown reason"
        remedy = _REMEDIES.get(number or 0, "free some space, or choose another folder")
    return OutputNotWritten(f"cannot be written ({reason})", where=place, remedy=remedy)


def write_refusal(error: BaseException | None) -> OSError | None:
    """Return the system's refusal to write that stands behind an error, however it was wrapped;
    None if none does."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in _REFUSALS:
            return error
        error = error.__cause__ or error.__context__
    return None


def probe(folder: Path) -> OSError | None:
    """Return why nothing can be written into a folder now; None if something can.

    Some libraries say no more than that they failed, or not even that, when a disk is full.
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
        path.unlink(missing_ok=True)
    return None


def refuse_bytes(path: Path) -> None:
    """Raise OutputNotWritten for a path that is not UTF-8: most libraries that open files cannot
    be told such a one."""
    for part in path.parts:
        try:
            part.encode()
        except UnicodeError as error:
            raise not_written(part, error) from error


@contextmanager
def writing(place: str, folder: Path) -> Iterator[None]:
    """Raise OutputNotWritten, naming `place`, for whatever fails because nothing can be written
    below `folder`."""
    try:
        yield
    except AssemblerError:
        raise
    except Exception as error:
        refusal = write_refusal(error) or _refused_below(error, folder) or probe(folder)
        if refusal is None:
            raise
        raise not_written(place, refusal) from error


def _refused_below(error: BaseException, folder: Path) -> OSError | None:
    """Return the error itself if it is the system's about a file below the folder, where no
    client's file lies."""
    name = getattr(error, "filename", None)
    if isinstance(error, OSError) and isinstance(name, str) and Path(name).is_relative_to(folder):
        return error if error.errno in _REMEDIES else None
    return None


class _Patient(io.RawIOBase):
    """A new file that takes everything, and remembers the first refusal of the system."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("wb")
        self.refusal: OSError | None = None

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        self._try(lambda: self._file.write(data))
        return size

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
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A new file for libraries that end the whole process where a write fails (qpdf does): it fails
    at the end instead.

    Raises OSError if not everything could be written.
    """
    with _Patient(path) as file:
        yield cast("BinaryIO", file)
    if file.refusal is not None:
        raise OSError(
            file.refusal.errno, os.strerror(file.refusal.errno or 0), str(path)
        ) from file.refusal


def is_plain_folder(path: Path) -> bool:
    """Return whether it is a folder itself, and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def link_below(path: Path, home: Path) -> Path | None:
    """Return the first symbolic link on the way from the folder `home` to `path`; None if there is
    none.

    Links on the way to `home` itself are the person's or the system's choice (/tmp on macOS is
    one).
    """
    inside = Path(os.path.abspath(path))  # noqa: PTH100 - as written: `resolve` would follow the links looked for
    outer = Path(os.path.abspath(home))  # noqa: PTH100
    if not inside.is_relative_to(outer):
        return None
    steps = (
        outer.joinpath(*inside.relative_to(outer).parts[: n + 1])
        for n in range(len(inside.relative_to(outer).parts))
    )
    return next((step for step in steps if step.is_symlink()), None)


def sync_files(folder: Path) -> None:
    """Have the disk hold the content of every file below a folder."""
    for home, _, names in os.walk(folder):
        for name in names:
            path = Path(home) / name
            if not path.is_symlink():
                with path.open("r+b") as stream:  # Windows syncs only what may be written
                    os.fsync(stream.fileno())


def sync_folders(folder: Path) -> None:
    """Have the disk hold the names of everything below a folder, the innermost first."""
    for home, _, _ in os.walk(folder, topdown=False):
        sync_folder(Path(home))


def sync_folder(folder: Path) -> None:
    """Have the disk hold the names in a folder."""
    if os.name != "posix":  # Windows cannot open a folder to sync it
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
