"""Record an unexpected exception without its message: classes and our own lines, never a value.

The record is `crash.json` in the work folder of the case, until the next crash or `assembler cache
purge`. `assembler report-bug` reads it.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from assembler import __version__
from assembler.errors import OutputNotWritten
from assembler.runtime.atomic_files import write_atomic
from assembler.runtime.cache_upkeep import CRASH_FILE, claim_home

_PACKAGE = Path(__file__).parent.parent
_MAX_BYTES = 100_000
_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_<][A-Za-z0-9_>]*){0,8}")
_WORD = re.compile(r"(--)?[a-z][a-z0-9-]{0,40}")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+){1,3}([a-z]+[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A line of our own code that was running."""

    file: str  # below assembler/, POSIX form
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashRecord:
    """An exception as it may leave the machine.

    errors: the classes, that of the exception first, then those that caused it.
    other_frames: how many lines of other programs were running.
    """

    version: str
    command: str
    options: tuple[str, ...]  # names of those that were given, "--out"
    errors: tuple[str, ...]
    frames: tuple[Frame, ...]
    other_frames: int


def describe_crash(
    error: BaseException, command: str = "", options: tuple[str, ...] = ()
) -> CrashRecord:
    """Return the record of an exception that was caught."""
    chain = list(_iterate_causes(error))
    files = [
        (Path(frame.filename), frame.lineno or 0)
        for cause in reversed(chain)
        for frame in traceback.extract_tb(cause.__traceback__)
    ]
    frames = tuple(
        Frame(file=path.relative_to(_PACKAGE).as_posix(), line=line)
        for path, line in files
        if path.is_relative_to(_PACKAGE)
    )
    return CrashRecord(
        version=__version__,
        command=command,
        options=options,
        errors=tuple(f"{type(cause).__module__}.{type(cause).__qualname__}" for cause in chain),
        frames=frames,
        other_frames=len(files) - len(frames),
    )


def _iterate_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the exception, what caused it, and so on; each once."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        context = None if cause.__suppress_context__ else cause.__context__
        cause = cause.__cause__ or context


def write_crash(home: Path, record: CrashRecord) -> bool:
    """Write the record into a case's work folder, which is made if there is none.

    Returns whether it could be written: a full disk must not hide the crash itself.
    """
    try:
        claim_home(home)
        write_atomic(home / CRASH_FILE, json.dumps(asdict(record), indent=1).encode())
    except (OutputNotWritten, OSError):
        return False
    return True


def read_crash(home: Path) -> CrashRecord | None:
    """Return the record of the last crash; None if there is none, or one that we did not write."""
    path = home / CRASH_FILE
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return None
        record = msgspec.json.decode(path.read_bytes(), type=CrashRecord)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return record if _is_ours(record) else None


def _is_ours(record: CrashRecord) -> bool:
    """Return whether every text of a record is one that this program writes."""
    return (
        _VERSION.fullmatch(record.version) is not None
        and all(_WORD.fullmatch(name) for name in (record.command or "none", *record.options))
        and all(_CLASS.fullmatch(name) for name in record.errors)
        and all((_PACKAGE / frame.file).is_file() for frame in record.frames)
        and not any(".." in Path(frame.file).parts for frame in record.frames)
    )
