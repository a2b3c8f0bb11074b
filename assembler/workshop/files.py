"""Writing so that nobody ever sees half of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from assembler.errors import OutputNotWritten


def write_atomic(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write `data` beside `path` and move it into place. Raises OutputNotWritten; then `path` is as it was."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _not_written(path, error) from error


def publish(made: Path, final: Path) -> None:
    """Move the finished folder `made` (on the same file system) to `final`, replacing what was there.

    Killed at any moment, `final` is the old folder, the new one, or absent; never a mixture. Raises OutputNotWritten.
    """
    aside = final.with_name(f".{final.name}.old")
    try:
        if aside.exists():  # a run was killed between the two renames: the old bundle is still whole
            shutil.rmtree(aside) if final.exists() else aside.rename(final)
        _make_private(made)
        _sync_tree(made)
        if final.exists():
            final.rename(aside)
        made.rename(final)
        _sync_folder(final.parent)
        shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        if aside.exists() and not final.exists():
            aside.rename(final)
        raise _not_written(final, error) from error


def _not_written(path: Path, error: OSError) -> OutputNotWritten:
    return OutputNotWritten(
        f"cannot be written ({os.strerror(error.errno) if error.errno else 'unknown reason'})",
        where=path.name,
        remedy="free some space or choose another folder with --out",
    )


def _make_private(folder: Path) -> None:
    """What is published holds a client's facts: nobody but its owner may read it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows cannot open a folder to sync it
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
