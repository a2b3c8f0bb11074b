"""Walk through folders without losing what cannot be read: `os.walk` and `Path.rglob` pass over a
folder that gives an error in silence, and its files would count as not there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path


def walk_folder(
    folder: Path, note_locked: Callable[[Path], None] | None = None
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield each folder at or below a folder with the names of its folders and of its files, as
    `os.walk` does; nothing if there is no such folder. Links are not followed.

    Args:
        note_locked: takes note of a folder that may not be read, which is then passed over.

    Raises OSError for any other folder that cannot be read.
    """

    def judge(error: OSError) -> None:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return  # not there, or removed meanwhile
        if note_locked is None or not isinstance(error, PermissionError):
            raise error
        note_locked(Path(error.filename))

    for home, folders, names in os.walk(folder, onerror=judge):
        yield Path(home), folders, names


def list_folder(folder: Path) -> list[Path]:
    """Return what is in a folder, sorted; nothing if there is no such folder, or if another run
    removes it meanwhile. Raises OSError."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def find_in_folders(folder: Path, name: str) -> list[Path]:
    """Return what has this name in the folders of a folder, sorted: `*/name`. Raises OSError."""
    return [path for inner in list_folder(folder) if os.path.lexists(path := inner / name)]


def list_below(folder: Path) -> list[Path]:
    """Return the files and folders below a folder, sorted; none if there is no such folder.

    Raises OSError.
    """
    walked = walk_folder(folder)
    return sorted(home / name for home, folders, names in walked for name in (*folders, *names))


def list_files(folder: Path) -> list[Path]:
    """Return the files below a folder, sorted; none if there is no such folder. Raises OSError."""
    return [path for path in list_below(folder) if path.is_file()]
