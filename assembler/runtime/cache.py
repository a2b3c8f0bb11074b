"""What was made once is found again, by the content it was made from, and only if it is still as
it was made."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assembler.errors import OutputNotWritten
from assembler.runtime.atomic_files import is_plain_folder, sync_files, sync_folders, writing

# the seal of an entry: digest of all its files; the time of this file is that of the last use
DONE = ".complete"
ENTRY = re.compile(r"[0-9a-f]{64}")
HALF_MADE = re.compile(
    r"[0-9a-f]{64}\.(.+)\.([0-9]+)"
)  # host and process that make it, or take it away
_MOST_SEAL = 1_000  # bytes
_SETTLED = 3_000_000_000  # nanoseconds; no file system's clock is coarser than two seconds
Signature = tuple[int, int, int, int]  # of a file: changes whenever its content is written

# files whose content this process has hashed, by entry: what it has not changed since need not be
# hashed again
_hashed: dict[tuple[Path, str], tuple[tuple[str, Signature], ...]] = {}


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of folders named by the sha256 of what they were made from. Picklable; safe from
    many processes."""

    root: Path
    enabled: bool = True

    def once(self, key: Sequence[str], make: Callable[[Path], None]) -> Path:
        """The folder that `make` fills, made now or found as it was made; one that was changed, cut
        or torn is made again.

        A folder appears whole or not at all; if two processes make the same one, the first to
        finish wins. Raises OutputNotWritten where it cannot be written.
        """
        name = _name(key)
        final = self.root / name[:2] / name
        if self.enabled and is_whole(final):
            return final
        made = self.root / "new" / f"{name}.{platform.node()}.{os.getpid()}"
        with writing(self._shown(), self.root):
            discard(made)
            made.mkdir(parents=True, mode=0o700)
            try:
                make(made)
                _seal(made, name)
                return self._put(made, final)
            finally:
                discard(made)

    def has(self, key: Sequence[str]) -> bool:
        """Whether it was made and is whole; if so it counts as used now."""
        name = _name(key)
        return self.enabled and is_whole(self.root / name[:2] / name)

    def hold(self, paths: Iterable[Path]) -> None:
        """Raise OutputNotWritten if a file of an entry is not as it was made: a run has had it in
        its hands for a while.

        The entry is taken away, so that the next run makes it again. Paths outside the cache are
        passed over.
        """
        for entry in sorted({entry for path in paths if (entry := self._entry_of(path))}):
            if not is_whole(entry):
                discard(entry)
                raise OutputNotWritten(
                    "prepared pages were changed while the bundle was made",
                    where=self._shown(),
                    remedy="rerun; they are made again",
                )

    def _entry_of(self, path: Path) -> Path | None:
        inside = path.relative_to(self.root).parts if path.is_relative_to(self.root) else ()
        return (
            self.root / inside[0] / inside[1]
            if len(inside) > 2 and ENTRY.fullmatch(inside[1])
            else None
        )

    def _put(self, made: Path, final: Path) -> Path:
        final.parent.mkdir(mode=0o700, exist_ok=True)
        if not self.enabled or not is_whole(final):
            discard(final)
        try:
            made.rename(final)
        except OSError:
            if not is_whole(final):  # else another process was faster, with the same content
                raise
        return final

    def _shown(self) -> str:
        return f"{self.root.parent.name}/{self.root.name}"


def is_whole(entry: Path) -> bool:
    """Return whether an entry has its seal and every file is as it was sealed; if so it is now the
    one used last.

    A file that this process has hashed is not hashed again as long as nobody has written to it.
    """
    try:
        sealed = (entry / DONE).lstat()
        if (
            not stat.S_ISREG(sealed.st_mode)
            or not 0 < sealed.st_size < _MOST_SEAL
            or not is_plain_folder(entry)
        ):
            return False
        digest = (entry / DONE).read_text(encoding="ascii")
        files = _signatures(entry)
        if files is None:
            return False
        known = _hashed.get((entry, digest)) == files
        if not known and _digest(entry, [path for path, _ in files], entry.name) != digest:
            return False
        os.utime(entry / DONE)
        if not known and _have_settled(files, (entry / DONE).stat().st_mtime_ns):
            _hashed[entry, digest] = files
    except (OSError, ValueError):  # taken away meanwhile, or unreadable: it is made again
        return False
    return True


def _have_settled(files: Iterable[tuple[str, Signature]], now: int) -> bool:
    """Return whether the files are older than the file system's clock can tell: a later write
    then shows in their times."""
    return all(max(signature[2:]) < now - _SETTLED for _, signature in files)


def discard(entry: Path) -> None:
    """Remove an entry, or whatever lies in its place, which is ours to fill; a link is not
    followed."""
    if entry.is_symlink() or entry.is_file():
        entry.unlink(missing_ok=True)
    else:
        shutil.rmtree(entry, ignore_errors=True)


def _name(key: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(key)).encode()).hexdigest()


def _seal(made: Path, name: str) -> None:
    """Have the disk hold a new entry, and put its digest into it. Raises OSError."""
    sync_files(made)
    files = _signatures(made)
    if files is None:
        raise OSError("an entry of the cache holds something other than files and folders")
    digest = _digest(made, [path for path, _ in files], name)
    descriptor = os.open(made / DONE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(digest)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folders(made)


def _signatures(entry: Path) -> tuple[tuple[str, Signature], ...] | None:
    """Every file of an entry but its seal, with what tells whether it was written to; None where
    something else is in it."""
    found = []
    for home, _, names in os.walk(entry, onerror=_raise):
        for name in names:
            path = Path(home) / name
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                return None
            signature = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            found.append((path.relative_to(entry).as_posix(), signature))
    return tuple(sorted(one for one in found if one[0] != DONE))


def _digest(entry: Path, paths: Iterable[str], name: str) -> str:
    """Over the name of the entry, and name, size and content of every file."""
    whole = hashlib.sha256(name.encode())
    for path in paths:
        with (entry / path).open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        whole.update(f"\n{path}\0{content}".encode())
    return whole.hexdigest()


def _raise(error: OSError) -> None:
    raise error
