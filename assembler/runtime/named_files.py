"""Write files that a person named on the command line, and never over somebody's work."""

from __future__ import annotations

from pathlib import Path

from assembler.errors import OutputNotWritten
from assembler.runtime.atomic_files import write_atomic

_HEAD = 1_000  # bytes in which a file of ours says what it is


def refuse_other_file(path: Path, mark: bytes, option: str) -> None:
    """Raise OutputNotWritten if the path has a file that does not begin as ours do.

    Args:
        mark: what the first bytes of a file of ours hold.
        option: that named the path, such as --junit.
    """
    if path.is_symlink() or (path.exists() and mark not in path.read_bytes()[:_HEAD]):
        raise OutputNotWritten(
            "another file of this name exists",
            where=path.name,
            remedy=f"give {option} another name",
        )


def write_new_file(path: Path, data: bytes, remedy: str, *, force: bool = False) -> None:
    """Write a file that people edit afterwards. Raises OutputNotWritten if another file is there.

    Args:
        remedy: what to do then.
        force: replace a regular file all the same.
    """
    if path.is_symlink() or path.exists():
        is_regular = path.is_file() and not path.is_symlink()
        if is_regular and path.read_bytes() == data:
            return
        if not (is_regular and force):
            raise OutputNotWritten(
                "a file of this name exists, and someone may have edited it",
                where=path.name,
                remedy=remedy,
            )
    write_atomic(path, data)
