"""What a disk may hold after a power loss: the changes of a run, in order, of which only those that
were flushed are certain.

The model is that of a journaling file system. Changes of names reach the disk in their order, at
the latest when a folder they concern is flushed. The content of a file is certain once the file was
flushed; what was written after that is there wholly, in part, as zeros, or not at all.
"""

from __future__ import annotations

import random
import shutil
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from benchmarks.faults.shim import Kind

_HEAD = struct.Struct("=5q")  # kind, length of path, of other path, place, size of data
_NAMES = frozenset(
    (Kind.CREATE, Kind.MKDIR, Kind.RENAME, Kind.LINK, Kind.UNLINK, Kind.RMDIR, Kind.SYMLINK)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change that a run made. `path`, `other`: below the root; `other`: the new name, or the
    target of a symbolic link."""

    kind: Kind
    path: str
    other: str = ""
    place: int = 0
    data: bytes = b""

    def list_folders(self) -> set[str]:
        """Return the folders whose names it changes."""
        paths = (self.path, self.other) if self.kind in (Kind.RENAME, Kind.LINK) else (self.path,)
        return {str(PurePosixPath(path).parent) for path in paths}


def read_changes(log: Path, root: Path) -> tuple[Change, ...]:
    """Read the log that the shim wrote of a run below `root`."""
    return tuple(_parse(log.read_bytes(), f"{root.resolve()}/"))


def _parse(data: bytes, prefix: str) -> Iterator[Change]:
    at = 0
    while at < len(data):
        kind, *sizes, place, size = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        fields = []
        for length in (*sizes, size):
            fields.append(data[at : at + length])
            at += length
        path, other = (field.decode(errors="surrogateescape") for field in fields[:2])
        yield Change(
            kind=Kind(kind),
            path=_shorten(path, prefix),
            other=_shorten(other, prefix),
            place=place,
            data=fields[2],
        )


def _shorten(path: str, prefix: str) -> str:
    return "." if f"{path}/" == prefix else path.removeprefix(prefix)


def apply_some(changes: Sequence[Change], root: Path, dice: random.Random) -> str:
    """Change a copy of the folder before the run into one that a power loss may leave.

    Returns what was lost.
    """
    moment = dice.randint(0, len(changes))
    happened = changes[:moment]
    names = [n for n, change in enumerate(happened) if change.kind in _NAMES]
    certain = _count_certain_names(happened, names)
    kept = dice.choice((certain, len(names), dice.randint(certain, len(names))))
    end_of_names = names[kept] if kept < len(names) else moment
    disk = _Disk(root, dice)
    for number, change in enumerate(happened):
        disk.apply(change, is_named=number < end_of_names)
    disk.lose_unflushed()
    return (
        f"power lost after {moment} of {len(changes)} changes, {len(names) - kept} names and "
        f"{disk.lost} writes lost"
    )


def _count_certain_names(happened: Sequence[Change], names: Sequence[int]) -> int:
    """Return how many changes of names are on the disk: all up to the last flushed one."""
    certain = 0
    for number, change in enumerate(happened):
        if change.kind is Kind.SYNC_FOLDER:
            flushed = [
                n
                for n, at in enumerate(names, 1)
                if at < number and change.path in happened[at].list_folders()
            ]
            certain = max(certain, flushed[-1] if flushed else 0)
    return certain


@dataclass(slots=True)
class _Content:
    """What a file holds in memory, and what of it is certainly on the disk."""

    now: bytearray
    flushed: bytes


class _Disk:
    """A folder on a disk while changes reach it. A file that was renamed keeps its content."""

    def __init__(self, root: Path, dice: random.Random) -> None:
        self.root, self.dice, self.lost = root, dice, 0
        self._memory: dict[str, _Content] = {}  # by the path the program knows
        self._disk: dict[str, _Content | str] = {}  # by the path on the disk; "folder", "link …"
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_symlink():
                self._disk[name] = f"link {path.readlink()}"
            elif path.is_dir():
                self._disk[name] = "folder"
            else:
                data = path.read_bytes()
                self._memory[name] = self._disk[name] = _Content(bytearray(data), data)

    def apply(self, change: Change, *, is_named: bool) -> None:
        """Apply a change in memory, and its names on the disk if they got there."""
        if change.kind in (Kind.WRITE, Kind.TRUNCATE, Kind.SYNC_FILE):
            self._change_content(change)
            return
        if change.kind in _NAMES:
            before = self._memory.get(change.path)
            content = _Content(bytearray(), b"") if change.kind is Kind.CREATE else before
            _change_names(self._memory, change, content)
            if is_named:
                _change_names(self._disk, change, self._find_entry(change, content))

    def _find_entry(self, change: Change, content: _Content | None) -> _Content | str | None:
        if change.kind is Kind.MKDIR:
            return "folder"
        if change.kind is Kind.SYMLINK:
            return f"link {change.other}"
        return content if content is not None else self._disk.get(change.path)

    def _change_content(self, change: Change) -> None:
        content = self._memory.get(change.path)
        if content is None:  # unlinked while open
            return
        if change.kind is Kind.SYNC_FILE:
            content.flushed = bytes(content.now)
        elif change.kind is Kind.TRUNCATE:
            del content.now[change.place :]
            content.now.extend(bytes(change.place - len(content.now)))
        else:
            content.now.extend(bytes(max(0, change.place - len(content.now))))
            content.now[change.place : change.place + len(change.data)] = change.data

    def lose_unflushed(self) -> None:
        """Write the disk's state to the folder; contents that were not flushed are lost at
        random."""
        shutil.rmtree(self.root)
        self.root.mkdir()
        for name, entry in sorted(self._disk.items()):
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if entry == "folder":
                path.mkdir(exist_ok=True)
            elif isinstance(entry, str):
                path.symlink_to(entry.removeprefix("link "))
            else:
                path.write_bytes(self._lose(entry))
                path.chmod(0o600)

    def _lose(self, content: _Content) -> bytes:
        now = bytes(content.now)
        if now == content.flushed:
            return now
        how = self.dice.choice(("whole", "flushed", "part", "zeros", "empty"))
        self.lost += how != "whole"
        size = self.dice.randint(0, len(now))
        return {
            "whole": now,
            "flushed": content.flushed,
            "part": now[:size],
            "zeros": now[:size] + bytes(len(now) - size),
            "empty": b"",
        }[how]


def _change_names(entries: dict[str, Any], change: Change, entry: Any) -> None:
    """Apply a change of names to a table of paths."""
    if change.kind in (Kind.UNLINK, Kind.RMDIR):
        entries.pop(change.path, None)
    elif change.kind is Kind.RENAME:
        for path in [p for p in entries if p == change.other or p.startswith(f"{change.other}/")]:
            del entries[path]
        for path in [p for p in entries if p == change.path or p.startswith(f"{change.path}/")]:
            entries[change.other + path.removeprefix(change.path)] = entries.pop(path)
    elif entry is not None:
        entries[change.other if change.kind is Kind.LINK else change.path] = entry
