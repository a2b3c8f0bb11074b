"""Stream a file that a browser sends into evidence/ or forms/ of a case, under a safe name that no
other file has.

Bytes go to a file of their own first, which every other command passes over, and which is removed
unless all have come.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool

from assembler.desk.case_files import EVIDENCE
from assembler.desk.case_store import EditRefused
from assembler.desk.page_answers import STALL_SECONDS, read_chunks
from assembler.intake.file_check import IGNORABLE, MAX_FILE, check_path, list_present_files
from assembler.model.portable_names import is_device_name
from assembler.runtime.atomic_files import replace_file, report_write_errors, sync_folder
from assembler.runtime.file_names import normalize_name

MAX_FILES = 10_000  # in a folder of a case
MAX_SECONDS = 3_600.0  # for one file
_MAX_NAME = 120  # characters
_MAX_BYTES = 200  # of a name, in UTF-8; file systems allow 255
_MAX_ENDING = 12  # characters that count as the ending of a name
# without a byte, after which a file that was not finished is removed: no upload is silent so long
_STALE_SECONDS = 300.0
_UNFINISHED = re.compile(r"~upload-[0-9a-f]{16}\.tmp")  # passed over, see IGNORABLE
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f]+')
# what has no look of its own, or turns the direction of writing
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that has arrived. `path`: relative to the case folder."""

    path: str
    size: int
    sha256: str


def make_safe_name(name: str) -> str:
    """Return a file name that every system can keep, as close to the one given as possible.

    Raises EditRefused for a name that systems and office programs give their own files.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(
        character for character in base if unicodedata.category(character) not in _INVISIBLE
    )
    plain = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", normalize_name(visible))).strip()
    if IGNORABLE.fullmatch(plain):
        raise EditRefused(
            "this is a file of the system or of an open program, not a document",
            where=plain,
            remedy="leave it out",
        )
    plain = plain.lstrip(".~ ").rstrip(". ")
    stem, ending = _split_ending(plain)
    if is_device_name(stem):
        stem = f"_{stem}"
    return f"{_shorten(stem or 'file', ending)}{ending}"


def _split_ending(name: str) -> tuple[str, str]:
    ending = PurePosixPath(name).suffix
    return (name, "") if len(ending) > _MAX_ENDING else (name[: len(name) - len(ending)], ending)


def _shorten(stem: str, ending: str) -> str:
    stem = stem[: _MAX_NAME - len(ending)]
    while len(f"{stem}{ending}".encode()) > _MAX_BYTES:
        stem = stem[:-1]
    return stem.rstrip(". ") or "file"


def list_free_names(name: str, taken: Iterable[str]) -> Iterator[str]:
    """Yield the name, then "name (2)", "name (3)", …, without those that look like a taken one on
    any system."""
    used = {_fold(other) for other in taken}
    stem, ending = _split_ending(name)
    for number in count(1):
        mark = f" ({number})" if number > 1 else ""
        # room for the mark, so that the name does not grow
        candidate = f"{_shorten(stem, mark + ending)}{mark}{ending}" if mark else name
        if _fold(candidate) not in used:
            yield candidate


def _fold(name: str) -> str:
    return normalize_name(name).casefold()


async def receive_file(
    folder: Path, name: str, stream: AsyncIterator[bytes], part: str = EVIDENCE
) -> Upload:
    """Write a file into a folder of a case as its bytes arrive.

    Args:
        part: name of the folder, one of WATCHED.

    Raises:
        EditRefused: it is too large, empty, too slow or one too many, its name is of no use, or
            the folder is a symbolic link.
        OutputNotWritten: it cannot be written.
    """
    safe = make_safe_name(name)
    home = folder / part
    await run_in_threadpool(_claim_home, home)
    digest, size = hashlib.sha256(), 0
    with report_write_errors(part, home), _open_unfinished(home) as (temporary, out):
        async for chunk in _limit_waiting(stream, safe):
            size += len(chunk)
            if size > MAX_FILE:
                raise _refuse(
                    safe,
                    f"the file is larger than {MAX_FILE // 1_000_000} MB",
                    "split it, or scan at 300 dpi",
                )
            digest.update(chunk)
            out.write(chunk)
        if size == 0:
            raise _refuse(safe, "the file is empty", "copy it again from its source")
        path = await run_in_threadpool(_put_in_place, home, temporary, safe, out)
    return Upload(path=path, size=size, sha256=digest.hexdigest())


def _claim_home(home: Path) -> None:
    """Make a folder of a case if need be. Raises EditRefused if nothing may be written there."""
    if home.is_symlink() or (home.exists() and not home.is_dir()):
        raise _refuse(
            home.name,
            "it is a symbolic link, or no folder; nothing is written there",
            "make it a folder of the case",
        )
    with report_write_errors(home.name, home.parent):
        home.mkdir(mode=0o700, exist_ok=True)
    if sum(1 for _ in list_present_files(home.parent, home.name)) >= MAX_FILES:
        raise _refuse(
            home.name, f"a folder has at most {MAX_FILES:,} files", "join some of them before"
        )


@contextmanager
def _open_unfinished(home: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a new file in a folder, and remove it at the end if it still has its first name."""
    path = home / f"~upload-{secrets.token_hex(8)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    _remove_unfinished(home, os.fstat(descriptor).st_mtime)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield path, out
    finally:
        path.unlink(missing_ok=True)


def sweep_unfinished(folder: Path) -> None:
    """Remove what a desk that was killed left half-written in evidence/ of a case."""
    home = folder / EVIDENCE
    if home.is_symlink() or not any(home.glob("~upload-*.tmp")):
        return
    with suppress(OSError), _open_unfinished(home):
        pass  # a new file says what time it is on this disk


def _remove_unfinished(home: Path, now: float) -> None:
    for path in home.glob("~upload-*.tmp"):
        with suppress(OSError):
            is_old = now - path.lstat().st_mtime > _STALE_SECONDS
            if is_old and _UNFINISHED.fullmatch(path.name):
                path.unlink()


async def _limit_waiting(stream: AsyncIterator[bytes], name: str) -> AsyncIterator[bytes]:
    """Yield what arrives. Raises EditRefused if nothing does for long, or if all takes too long."""
    try:
        async for chunk in read_chunks(stream, STALL_SECONDS, MAX_SECONDS):
            yield chunk
    except TimeoutError as error:
        raise _refuse(name, "the file came too slowly", "add it again") from error


def _put_in_place(home: Path, temporary: Path, name: str, out: BinaryIO) -> str:
    """Give a finished file its name, which no file has; return its path in the case."""
    out.flush()
    os.fsync(out.fileno())
    out.close()
    if home.is_symlink():
        raise _refuse(home.name, "it became a symbolic link", "make it a folder of the case")
    taken = [entry.name for entry in home.iterdir()]
    for free in list_free_names(name, taken):
        path = f"{home.name}/{free}"
        if check_path(path) is not None:
            raise _refuse(name, "a file cannot have this name here", "give it another one")
        try:
            # the name is taken first, so that no other file is ever replaced
            descriptor = os.open(home / free, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        os.close(descriptor)
        replace_file(temporary, home / free)
        sync_folder(home)
        return path
    raise AssertionError("list_free_names has no end")


def _refuse(where: str, problem: str, remedy: str) -> EditRefused:
    return EditRefused(problem, where=where, remedy=remedy)
