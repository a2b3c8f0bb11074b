"""Cache results under the hash of what they were made from, and use an entry only if it is
unchanged."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from assembler.errors import OutputNotWritten
from assembler.runtime.atomic_files import (
    is_plain_folder,
    move_path,
    report_write_errors,
    sync_files,
    sync_folders,
)

# seal of an entry: the digest of all its files; its modification time is the last use of the entry
DONE = ".complete"
ENTRY = re.compile(r"[0-9a-f]{64}")
# host and process that are making or removing the entry
HALF_MADE = re.compile(r"[0-9a-f]{64}\.(.+)\.([0-9]+)")
_MAX_SEAL = 1_000  # bytes
_SETTLED = 3_000_000_000  # nanoseconds; no file system's clock is coarser than two seconds
Signature = tuple[int, int, int, int]  # of a file: changes whenever its content is written

# signatures of the files this process has hashed, by entry: unchanged files are not hashed again
_hashed: dict[tuple[Path, str], tuple[tuple[str, Signature], ...]] = {}


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of folders named by the sha256 of what they were made from. Picklable; safe for many
    processes."""

    root: Path
    enabled: bool = True

    def get_or_make(self, key: Sequence[str], make: Callable[[Path], None]) -> Path:
        """Return the entry that `make` fills, made now unless an intact one exists.

        An entry appears complete or not at all; if two processes make the same one, the first to
        finish wins. Raises OutputNotWritten if it cannot be written.
        """
        name = _name_entry(key)
        final = self.root / name[:2] / name
        if self.enabled and is_intact(final):
            return final
        draft = self.root / "new" / f"{name}.{platform.node()}.{os.getpid()}"
        with report_write_errors(self._name_folder(), self.root):
            discard(draft)
            draft.mkdir(parents=True, mode=0o700)
            try:
                make(draft)
                _seal(draft, name)
                return self._put(draft, final)
            finally:
                discard(draft)

    def has(self, key: Sequence[str]) -> bool:
        """Return whether an intact entry exists; if so, it counts as used now."""
        name = _name_entry(key)
        return self.enabled and is_intact(self.root / name[:2] / name)

    def check_unchanged(self, paths: Iterable[Path]) -> None:
        """Raise OutputNotWritten if an entry's file has changed since a run started to use it.

        The entry is removed, so that the next run makes it again. Paths outside the cache are
        ignored.
        """
        for entry in sorted({entry for path in paths if (entry := self._find_entry(path))}):
            if not is_intact(entry):
                discard(entry)
                raise OutputNotWritten(
                    "prepared pages changed while the bundle was being made",
                    where=self._name_folder(),
                    remedy="rerun; they will be prepared again",
                )

    def _find_entry(self, path: Path) -> Path | None:
        inside = path.relative_to(self.root).parts if path.is_relative_to(self.root) else ()
        return (
            self.root / inside[0] / inside[1]
            if len(inside) > 2 and ENTRY.fullmatch(inside[1])
            else None
        )

    def _put(self, draft: Path, final: Path) -> Path:
        final.parent.mkdir(mode=0o700, exist_ok=True)
        if not self.enabled or not is_intact(final):
            discard(final)
        try:
            move_path(draft, final)
        except OSError:
            if not is_intact(final):  # else another process was faster, with the same content
                raise
        return final

    def _name_folder(self) -> str:
        return f"{self.root.parent.name}/{self.root.name}"


def is_intact(entry: Path) -> bool:
    """Return whether an entry has its seal and its files are as sealed; if so, mark it as used now.

    A file that this process has hashed is hashed again only if it was written to.
    """
    try:
        sealed = (entry / DONE).lstat()
        if (
            not stat.S_ISREG(sealed.st_mode)
            or not 0 < sealed.st_size < _MAX_SEAL
            or not is_plain_folder(entry)
        ):
            return False
        digest = (entry / DONE).read_text(encoding="ascii")
        files = _read_signatures(entry)
        if files is None:
            return False
        already_hashed = _hashed.get((entry, digest)) == files
        if not already_hashed and _digest(entry, [path for path, _ in files], entry.name) != digest:
            return False
        with suppress(OSError):  # some drives do not set times; the entry is none the worse
            os.utime(entry / DONE)
        if not already_hashed and _has_settled(files, (entry / DONE).stat().st_mtime_ns):
            _hashed[entry, digest] = files
    except (OSError, ValueError):  # removed meanwhile, or unreadable: it is made again
        return False
    return True


def _has_settled(files: Iterable[tuple[str, Signature]], now: int) -> bool:
    """Return whether the files are older than the clock resolution, so that a later write shows in
    their times."""
    return all(max(signature[2:]) < now - _SETTLED for _, signature in files)


def discard(entry: Path) -> None:
    """Remove an entry, or what is in its place; a link is not followed."""
    if entry.is_symlink() or entry.is_file():
        entry.unlink(missing_ok=True)
    else:
        shutil.rmtree(entry, ignore_errors=True)


def _name_entry(key: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(key)).encode()).hexdigest()


def _seal(entry: Path, name: str) -> None:
    """Flush a new entry to disk and write its digest into it. Raises OSError."""
    sync_files(entry)
    files = _read_signatures(entry)
    if files is None:
        raise OSError("an entry of the cache holds something other than files and folders")
    digest = _digest(entry, [path for path, _ in files], name)
    descriptor = os.open(entry / DONE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(digest)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folders(entry)


def _read_signatures(entry: Path) -> tuple[tuple[str, Signature], ...] | None:
    """Return every file of an entry except its seal, with its signature; None if it holds anything
    but files."""
    signatures = []
    for home, _, names in os.walk(entry, onerror=_raise):
        for name in names:
            path = Path(home) / name
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                return None
            signature = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            signatures.append((path.relative_to(entry).as_posix(), signature))
    return tuple(sorted(row for row in signatures if row[0] != DONE))


def _digest(entry: Path, paths: Iterable[str], name: str) -> str:
    """Hash the name of the entry and the name and content of every file."""
    digest = hashlib.sha256(name.encode())
    for path in paths:
        with (entry / path).open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        digest.update(f"\n{path}\0{content}".encode())
    return digest.hexdigest()


def _raise(error: OSError) -> None:
    raise error
