"""What was made once is found again, by the content it was made from."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

DONE = ".complete"  # the file that says so; its time is that of the last use


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of folders named by the sha256 of what they were made from. Picklable; safe from many processes."""

    root: Path
    enabled: bool = True

    def once(self, key: Sequence[str], make: Callable[[Path], None]) -> Path:
        """The folder that `make` fills, made now or found. `key`: everything the content depends on, in words.

        A folder appears whole or not at all; if two processes make the same one, the first to finish wins.
        """
        name = _name(key)
        final = self.root / name[:2] / name
        if self.enabled and _used(final / DONE):
            return final
        made = self.root / "new" / f"{name}.{platform.node()}.{os.getpid()}"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True, mode=0o700)
        try:
            make(made)
            (made / DONE).touch()
            return self._put(made, final)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def has(self, key: Sequence[str]) -> bool:
        """Whether it was made; if so it counts as used now."""
        name = _name(key)
        return self.enabled and _used(self.root / name[:2] / name / DONE)

    def _put(self, made: Path, final: Path) -> Path:
        final.parent.mkdir(mode=0o700, exist_ok=True)
        if not self.enabled or not (final / DONE).is_file():
            shutil.rmtree(final, ignore_errors=True)
        try:
            made.rename(final)
        except OSError:
            if not _used(final / DONE):  # else another process was faster, with the same content
                raise
        return final


def _name(key: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(key)).encode()).hexdigest()


def _used(done: Path) -> bool:
    """Whether the entry is there; if so it is now the one that was used last."""
    try:
        os.utime(done)
    except FileNotFoundError:
        return False
    return True
