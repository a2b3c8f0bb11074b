"""Replace an output folder as a whole, and keep what a user has put into it.

A folder is replaced only if its record shows that it is ours (see `user_files`). User files are
kept: in place if the new folder has nothing of that name and they were not derived from the old
content; else in a dated folder beside it. Nothing is deleted first: until the new folder is in
place, a user's file keeps its name in the old one, too.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from filelock import Timeout

from assembler.errors import OutputNotWritten
from assembler.runtime.atomic_files import (
    is_plain_folder,
    make_display_name,
    make_private,
    move_path,
    refuse_non_utf8,
    remove_tree,
    report_write_errors,
    sync_files,
    sync_folder,
    sync_folders,
    write_error,
)
from assembler.runtime.file_locks import LockFile
from assembler.runtime.folder_walk import list_below
from assembler.runtime.handle_reserve import HandleReserve
from assembler.runtime.process_setup import defer_interrupts
from assembler.runtime.system import ABILITIES
from assembler.runtime.user_files import (
    LITTER,
    MOVE_REMEDY,
    Record,
    drop_litter,
    find_user_files,
    fold_name,
    has_same_content,
    is_name_taken,
    link_or_copy,
    report_read_errors,
    set_aside,
)

LOCK = "lock"  # in a work folder, held by the run that writes there
MARK = "assembler-work-folder"  # an empty file: its folder is ours and may be deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFiles:
    """User files of a replaced folder: paths that stayed, and paths now in the folder `beside`."""

    in_place: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    beside: Path | None = None


def refuse_foreign(final: Path, record: Record) -> None:
    """Raise OutputNotWritten if `final` exists and is anything but a folder of ours."""
    try:
        mode = final.lstat().st_mode
    except FileNotFoundError:
        return
    except NotADirectoryError as error:
        raise OutputNotWritten(
            "a file is in the way of this path", where=make_display_name(final), remedy=MOVE_REMEDY
        ) from error
    except OSError as error:
        raise write_error(make_display_name(final), error) from error
    if stat.S_ISLNK(mode):
        raise OutputNotWritten(
            "it is a symbolic link, and is not replaced",
            where=make_display_name(final),
            remedy=MOVE_REMEDY,
        )
    if not stat.S_ISDIR(mode):
        raise OutputNotWritten(
            "there is a file where the folder should be",
            where=make_display_name(final),
            remedy=MOVE_REMEDY,
        )
    with report_read_errors(final):
        if (
            any(path.name.casefold() not in LITTER for path in final.iterdir())
            and record(final) is None
        ):
            raise OutputNotWritten(
                "assembler did not make the contents of this folder, and does not replace them",
                where=make_display_name(final),
                remedy=MOVE_REMEDY,
            )


def recover_folder(final: Path, record: Record, day: date) -> None:
    """Finish or undo what a killed run began at `final`: restore the previous folder if it was
    already moved away, and remove what the run left. Raises OutputNotWritten."""
    with report_write_errors(make_display_name(final), final.parent):
        _recover(_name_work_folder(final), final, record, day)


@contextmanager
def stage_folder(final: Path, record: Record, day: date) -> Iterator[Path]:
    """Yield a new folder on the disk of `final`, to be filled and passed to `publish`; always
    removed at the end.

    Cleans up after a killed run. Raises OutputNotWritten if `final` may not be replaced or cannot
    be written, or if another run is replacing the folder that it is in.
    """
    work = _name_work_folder(final)
    refuse_non_utf8(final)
    lock, reserve = LockFile(work / LOCK), HandleReserve()
    try:
        with report_write_errors(make_display_name(final), final.parent):
            reserve.take()
            final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _recover(work, final, record, day)
            refuse_foreign(final, record)
            with defer_interrupts():  # else a folder could stay whose lock is not known to be ours
                _begin_work_folder(work, lock, final)
            # after ours is begun, so that of two runs at least one sees the other
            if _is_being_replaced(final.parent):
                raise _make_busy_error(final.parent)
        with report_write_errors(make_display_name(final), work):
            yield work / "new"
    finally:
        with defer_interrupts():
            reserve.give_back()
            _sweep(work, lock)


def _begin_work_folder(work: Path, lock: LockFile, final: Path) -> None:
    try:
        work.mkdir(mode=0o700)
        try:
            lock.acquire()
            (work / MARK).touch(mode=0o600)
            (work / "new").mkdir(mode=0o700)
        except Timeout:
            raise
        except OSError:
            _remove_new_folder(work, lock)
            raise
    except (FileExistsError, FileNotFoundError, Timeout) as error:
        raise _make_busy_error(final) from error


def _is_being_replaced(folder: Path) -> bool:
    """Return whether a run holds the work folder of a folder. Raises OSError."""
    folder = folder.resolve()
    if not folder.name:  # the root of a drive
        return False
    work = _name_work_folder(folder)
    if not is_plain_folder(work) or not (work / LOCK).is_file():
        return False
    lock = LockFile(work / LOCK)
    try:
        lock.acquire()
    except FileNotFoundError:  # it has just finished
        return False
    except Timeout:
        return True
    lock.release()
    return False


def _remove_new_folder(work: Path, lock: LockFile) -> None:
    """Remove a work folder that could not be begun. Its content is known, so this works also where
    no more files can be opened."""
    with suppress(OSError):
        (work / MARK).unlink(missing_ok=True)
        lock.path.unlink(missing_ok=True)
        work.rmdir()


def publish(
    staged: Path, final: Path, record: Record, day: date, derived: Collection[str] = ()
) -> KeptFiles:
    """Move the folder `staged` to `final`; keep and name the files a user had put there.

    If killed at any moment, `final` is the old folder, the new one, or absent until the next run;
    never a mixture. `day` names the folder beside it. `derived`: subfolders made from the rest,
    hence stale once that is replaced. Raises OutputNotWritten, and then leaves `final` as it was.
    """
    work = staged.parent
    with report_write_errors(make_display_name(final), final.parent):
        refuse_foreign(final, record)
        _make_private(staged)
        sync_files(staged)
        user_files = tuple(find_user_files(final, record, derived)) if final.is_dir() else ()
        names = {fold_name(path.relative_to(staged).as_posix()) for path in list_below(staged)}
        in_place = tuple(
            file.path
            for file in user_files
            if not file.stale and not is_name_taken(file.path, staged, names)
        )
        aside = tuple(file.path for file in user_files if file.path not in in_place)
        for path in in_place:
            link_or_copy(final / path, staged / path)
        beside, moved = set_aside(final, aside, final, work, day)
        sync_folders(staged)
        with defer_interrupts():
            _exchange(staged, final, work / "old")
            _remove_replaced(work / "old", final, record, day)
    return KeptFiles(in_place=drop_litter(in_place), moved=drop_litter(moved), beside=beside)


def _name_work_folder(final: Path) -> Path:
    return final.with_name(f".{final.name}.new")


def _exchange(staged: Path, final: Path, old: Path) -> None:
    """Replace `final` by two renames; if the second fails, undo the first."""
    if final.is_dir():
        move_path(final, old)
    try:
        move_path(staged, final)
    except OSError:
        if old.is_dir():
            move_path(old, final)
        raise
    sync_folder(final.parent)


def _recover(work: Path, final: Path, record: Record, day: date) -> None:
    """Restore what a killed run left in its work folder. Raises OutputNotWritten if it is not
    ours."""
    if not work.is_symlink() and not work.exists():
        return
    if not is_plain_folder(work) or not _is_work_folder(work):
        raise OutputNotWritten(
            "assembler did not make it, and needs this name",
            where=make_display_name(work),
            remedy="move it away",
        )
    lock = LockFile(work / LOCK)
    try:
        lock.acquire()
    except FileNotFoundError:  # another run has just finished
        return
    except Timeout as error:
        raise _make_busy_error(final) from error
    try:
        old = work / "old"
        if is_plain_folder(old):
            if final.exists() or final.is_symlink():
                _remove_replaced(old, final, record, day)
            else:  # killed between the two renames: the old folder is complete
                move_path(old, final)
    finally:
        _sweep(work, lock)
    if work.exists():
        raise OutputNotWritten(
            "leftovers of an earlier run cannot be removed",
            where=make_display_name(work),
            remedy="remove it by hand",
        )


def _remove_replaced(old: Path, final: Path, record: Record, day: date) -> None:
    """Remove a replaced folder once all user files are elsewhere, also those added while it was
    replaced."""
    if not old.is_dir():
        return
    late = [
        file.path
        for file in find_user_files(old, record)
        if not has_same_content(old / file.path, final / file.path)
    ]
    set_aside(old, tuple(late), final, old.parent, day)
    # renamed first, so that after a kill the next run does not look for user files in half a folder
    discarded = old.with_name("done")
    try:
        move_path(old, discarded)
    except OSError:  # a full disk can refuse it; the new folder is in its place all the same
        discarded = old
    remove_tree(discarded)


def _is_work_folder(work: Path) -> bool:
    """Return whether a folder has our mark, or a killed run had no time to put it there."""
    return (work / MARK).is_file() or {path.name for path in work.iterdir()} <= {LOCK}


def _make_busy_error(final: Path) -> OutputNotWritten:
    return OutputNotWritten(
        "another run is writing this folder",
        where=make_display_name(final),
        remedy="wait until it has finished",
    )


def _sweep(work: Path, lock: LockFile) -> None:
    """Remove a work folder whose lock is ours, unless it holds an old folder that could not be
    restored; then release the lock. The mark goes last, so that what a killed run leaves is known
    to be ours."""
    if not lock.is_held:
        return
    if not ABILITIES.moves_open_files:
        lock.release()
    if not is_plain_folder(work / "old"):
        with suppress(OSError):
            for path in work.iterdir():
                if path.name != MARK:
                    _remove(path)
        remove_tree(work)
    lock.release()


def _remove(path: Path) -> None:
    if is_plain_folder(path):
        remove_tree(path)
    else:
        path.unlink(missing_ok=True)


def _make_private(folder: Path) -> None:
    """Make a folder readable only by its owner, since it holds a client's facts."""
    for path in (folder, *list_below(folder)):
        make_private(path)
