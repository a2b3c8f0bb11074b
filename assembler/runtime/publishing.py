"""Replacing a folder of ours as a whole, and keeping what a person has put into it.

A folder is replaced only if it is ours: its record (a packet's manifest.json, for one) says which
files were written there, each with its sha256. What the record does not list, or lists otherwise,
is a person's. It is kept: in its place where the new folder has nothing of that name and it was not
made from the old one; else in a dated folder beside it. Nothing is moved by deleting first: until
the new folder stands, a person's file has its name in the old one, too.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler.errors import OutputNotWritten
from assembler.runtime.atomic_files import (
    is_plain_folder,
    not_written,
    refuse_bytes,
    sync_files,
    sync_folder,
    sync_folders,
    writing,
)
from assembler.runtime.cache_upkeep import is_tagged

MARK = "assembler-work-folder"  # an empty file: the folder around it is ours, and may be swept
_LITTER = frozenset(
    {".ds_store", "thumbs.db", "desktop.ini"}
)  # kept like everything else, but not worth telling
_MOST_RECORD = 200_000_000  # bytes of a record that is read
_MOVE = "move it away, or choose another folder with --out"

Written = Mapping[
    str, str
]  # path below a folder → sha256 of what was written there; a record of ours has ""
Record = Callable[
    [Path], Written | None
]  # reads what was written into a folder; None if the folder is not ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a person had in a folder that was replaced: paths that stayed, paths that lie in
    `beside` now."""

    in_place: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    beside: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Theirs:
    """A file, link or empty folder that a person left in a folder of ours. `stale`: it was made
    from the old content."""

    path: str
    stale: bool


# --- whose it is ---


def refuse_foreign(final: Path, record: Record) -> None:
    """Raise OutputNotWritten if something stands at `final` that may not be replaced: anything
    but a folder of ours."""
    try:
        mode = final.lstat().st_mode
    except FileNotFoundError:
        return
    except NotADirectoryError as error:
        raise OutputNotWritten(
            "there is a file on the way to it", where=_shown(final), remedy=_MOVE
        ) from error
    except OSError as error:
        raise not_written(_shown(final), error) from error
    if stat.S_ISLNK(mode):
        raise OutputNotWritten(
            "it is a symbolic link, and is not replaced", where=_shown(final), remedy=_MOVE
        )
    if not stat.S_ISDIR(mode):
        raise OutputNotWritten(
            "there is a file where the folder is to be", where=_shown(final), remedy=_MOVE
        )
    with _reading(final):
        if (
            any(path.name.casefold() not in _LITTER for path in final.iterdir())
            and record(final) is None
        ):
            raise OutputNotWritten(
                "assembler did not make what is in this folder, and does not replace it",
                where=_shown(final),
                remedy=_MOVE,
            )


def digests(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file below a folder, for its record. Raises OSError."""
    return {path: _digest(folder / path) for path in _paths(folder) if (folder / path).is_file()}


def read_record(path: Path) -> dict[str, object] | None:
    """Return the JSON object in a regular file; None if it is anything else."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_RECORD:
            return None
        data = json.loads(path.read_text(encoding="utf8"))
    except (OSError, ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def is_written(folder: Path, path: str, written: Written) -> bool:
    """Return whether a file is still as we wrote it."""
    expected = written.get(path)
    whole = folder / path
    if expected is None or whole.is_symlink() or not whole.is_file():
        return False
    return expected == "" or _digest(whole) == expected


def _shown(path: Path) -> str:
    """A folder as messages name it: with the folder it lies in."""
    return f"{path.parent.name}/{path.name}" if path.parent.name else str(path)


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputNotWritten(
            f"what is in it cannot be read ({os.strerror(error.errno or 0)}), so nothing of it is "
            f"replaced",
            where=_shown(folder),
            remedy=_MOVE,
        ) from error


# --- replacing ---


@contextmanager
def staging(final: Path, record: Record, day: date) -> Iterator[Path]:
    """A new folder, on the disk of `final`, to be filled and handed to `publish`; swept at the end,
    whatever happens.

    Puts right what a killed run left. Raises OutputNotWritten where `final` may not be replaced, or
    nothing be written.
    """
    work = _work_of(final)
    refuse_bytes(final)
    with writing(_shown(final), final.parent):
        final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _recover(work, final, record, day)
        refuse_foreign(final, record)
        work.mkdir(mode=0o700)
        (work / MARK).touch(mode=0o600)
        (work / "new").mkdir(mode=0o700)
    try:
        with writing(_shown(final), work):
            yield work / "new"
    finally:
        _sweep(work)


def publish(made: Path, final: Path, record: Record, day: date, derived: str = "") -> Kept:
    """Move the folder `made` of `staging` to `final`; what a person had put there is kept, and
    named.

    Killed at any moment, `final` is the old folder, the new one, or absent until the next run;
    never a mixture. `day` names the folder beside it. `derived`: a folder in it that is made from
    the rest, and stale once that is replaced. Raises OutputNotWritten; then `final` is as it was.
    """
    work = made.parent
    with writing(_shown(final), final.parent):
        refuse_foreign(final, record)
        _make_private(made)
        sync_files(made)
        theirs = tuple(_theirs(final, record, derived)) if final.is_dir() else ()
        taken = set(map(_folded, _names(made)))
        in_place = tuple(
            one.path for one in theirs if not one.stale and not _collides(one.path, made, taken)
        )
        aside = tuple(one.path for one in theirs if one.path not in in_place)
        for path in in_place:
            _carry(final / path, made / path)
        beside, moved = _set_aside(final, aside, final, work, day)
        sync_folders(made)
        _exchange(made, final, work / "old")
        _let_go(work / "old", final, record, day)
    return Kept(in_place=_worth_telling(in_place), moved=_worth_telling(moved), beside=beside)


def _work_of(final: Path) -> Path:
    return final.with_name(f".{final.name}.new")


def _exchange(made: Path, final: Path, old: Path) -> None:
    """Two renames; if the second fails the first is undone."""
    if final.is_dir():
        final.rename(old)
    try:
        made.rename(final)
    except OSError:
        if old.is_dir():
            old.rename(final)
        raise
    sync_folder(final.parent)


def _recover(work: Path, final: Path, record: Record, day: date) -> None:
    """Put right what a killed run left in its work folder. Raises OutputNotWritten if that
    folder is not ours."""
    if not work.is_symlink() and not work.exists():
        return
    if not is_plain_folder(work) or (any(work.iterdir()) and not (work / MARK).is_file()):
        raise OutputNotWritten(
            "assembler did not make it, and needs this name",
            where=_shown(work),
            remedy="move it away",
        )
    old = work / "old"
    if is_plain_folder(old):
        if final.exists() or final.is_symlink():
            _let_go(old, final, record, day)
        else:  # killed between the two renames: the old folder is still whole
            old.rename(final)
    _sweep(work)
    if work.exists():
        raise OutputNotWritten(
            "what a run left there cannot be removed",
            where=_shown(work),
            remedy="remove it by hand",
        )


def _let_go(old: Path, final: Path, record: Record, day: date) -> None:
    """Remove a folder that was replaced, once all that is a person's lies elsewhere: also what
    came while it was replaced."""
    if not old.is_dir():
        return
    late = [
        one.path for one in _theirs(old, record) if not _is_same(old / one.path, final / one.path)
    ]
    _set_aside(old, tuple(late), final, old.parent, day)
    done = old.with_name(
        "done"
    )  # if this run is killed now, the next must not ask half a folder whose it is
    old.rename(done)
    remove_tree(done)


def _sweep(work: Path) -> None:
    """Remove a work folder; not while an old folder lies in it that could not be put back."""
    if is_plain_folder(work / "old"):
        return
    remove_tree(work)


def remove_tree(folder: Path) -> None:
    """Remove a folder of ours with all that is in it, also folders that were made read-only;
    links are not followed."""
    shutil.rmtree(folder, ignore_errors=True)
    if is_plain_folder(folder):
        with suppress(OSError):
            folder.chmod(0o700)
        for home, folders, _ in os.walk(folder):
            for name in folders:
                path = Path(home) / name
                if not path.is_symlink():
                    with suppress(OSError):
                        path.chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)


def _make_private(folder: Path) -> None:
    """What is published holds a client's facts: nobody but its owner may read it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


# --- what a person left ---


def _theirs(folder: Path, record: Record, derived: str = "") -> Iterator[_Theirs]:
    """What a person left in a folder of ours, sorted. Raises OutputNotWritten for what can be
    neither read nor kept."""
    with _reading(folder):
        written = record(folder)
        for path in _paths(folder):
            whole = folder / path
            if not (whole.is_symlink() or whole.is_file() or whole.is_dir()):
                raise OutputNotWritten(
                    "it is neither a file nor a folder, and cannot be kept",
                    where=f"{_shown(folder)}/{path}",
                    remedy=_MOVE,
                )
            if written is None or not is_written(folder, path, written):
                yield _Theirs(
                    path=path, stale=path in (written or ()) or path.split("/")[0] == derived
                )


def _paths(folder: Path) -> list[str]:
    """Files, links and empty folders below a folder, sorted, with slashes."""

    def fail(error: OSError) -> None:
        raise error

    paths = []
    for home, folders, names in os.walk(folder, onerror=fail):
        if Path(home) != folder and is_tagged(Path(home)):  # what a killed `verify` left
            folders.clear()
            continue
        links = [name for name in folders if (Path(home) / name).is_symlink()]
        paths += [(Path(home) / name).relative_to(folder).as_posix() for name in (*names, *links)]
        if not folders and not names and Path(home) != folder:
            paths.append(Path(home).relative_to(folder).as_posix())
    return sorted(paths)


def _names(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def _folded(path: str) -> str:
    """A path as a file system sees it that does not tell case or accents' spelling apart."""
    return unicodedata.normalize("NFC", path).casefold()


def _collides(path: str, made: Path, taken: set[str]) -> bool:
    """Return whether the new folder has something of this name, or a file where the path needs a
    folder."""
    parts = path.split("/")
    above = ["/".join(parts[:n]) for n in range(1, len(parts))]
    return _folded(path) in taken or any(
        _folded(one) in taken and not is_plain_folder(made / one) for one in above
    )


def _carry(source: Path, target: Path) -> None:
    """Give a person's file a second name; a copy with its time where the file system knows no
    second names."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir(mode=0o700, exist_ok=True)
    else:
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:
            shutil.copy2(source, target)
            with target.open("rb") as stream, suppress(PermissionError):
                os.fsync(stream.fileno())


def _set_aside(
    home: Path, paths: tuple[str, ...], final: Path, work: Path, day: date
) -> tuple[Path | None, tuple[str, ...]]:
    """Keep these files of `home` in a new dated folder beside `final`, unless they were kept so
    before.

    Returns the folder and the paths. A run that was killed here has kept them already.
    """
    earlier = [
        path
        for path in sorted(final.parent.glob(f"{_escaped(final.name)}.kept-*"))
        if is_plain_folder(path)
    ]
    before = {path: one for path in paths for one in earlier if _is_same(home / path, one / path)}
    new = tuple(path for path in paths if path not in before)
    if not new:
        return next(iter(before.values()), None), paths
    made = work / "kept"
    remove_tree(made)
    made.mkdir(mode=0o700)
    for path in new:
        _carry(home / path, made / path)
    sync_folders(made)
    beside = _free_name(final, day)
    made.rename(beside)
    sync_folder(final.parent)
    return beside, paths


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _free_name(final: Path, day: date) -> Path:
    name, number = f"{final.name}.kept-{day.isoformat()}", 1
    beside = final.with_name(name)
    while beside.exists() or beside.is_symlink():
        number += 1
        beside = final.with_name(f"{name}-{number}")
    return beside


def _is_same(one: Path, other: Path) -> bool:
    """Return whether two paths lead to the same content: file, link or empty folder."""
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    if one.is_dir() or other.is_dir():
        return one.is_dir() and other.is_dir()
    if not other.is_file():
        return False
    first, second = one.stat(), other.stat()
    same_file = (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino) and first.st_ino != 0
    return same_file or (first.st_size == second.st_size and _digest(one) == _digest(other))


def _worth_telling(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in paths if path.rpartition("/")[2].casefold() not in _LITTER)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
