"""Temporary files of a test run in memory, where a machine has room: tests write tens of thousands
of small files, which nobody needs once they have passed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # of Linux
_LEAST_FREE = 2_000_000_000  # bytes; what passed is removed, so a run keeps some 50 MB at a time


def choose_memory() -> None:
    """Let this process and those it starts make temporary files in memory, unless TMPDIR says
    where."""
    if "TMPDIR" not in os.environ and _has_room(_MEMORY):
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # what was found before


def _has_room(folder: Path) -> bool:
    """Return whether programs may be started from a folder in memory that has room, in itself and
    in the machine."""
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    may_run = not os.statvfs(folder).f_flag & os.ST_NOEXEC
    return may_run and min(shutil.disk_usage(folder).free, _available_memory()) >= _LEAST_FREE


def _available_memory() -> int:
    """Bytes that programs can still get, as Linux estimates it."""
    rows = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    return next((int(row[1]) * 1024 for row in rows if row[0] == "MemAvailable:"), 0)
