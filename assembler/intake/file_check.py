"""The files a case lists: inside the folder, regular, not empty, each listed once, none
forgotten."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from assembler.intake.problem import Problem, hint, printable
from assembler.intake.untyped_values import entries, groups, listed, path_of
from assembler.model import SourceFile
from assembler.runtime.file_names import normalize_name, resolve_spelling
from assembler.runtime.passwords import NAME

Told = tuple[str, str, str]  # rule, what is wrong, what to do
MAX_FILE = 200_000_000  # bytes
HINTS = 100  # a search for the name that was meant costs 10 ms among 2,000 files
WATCHED = ("evidence", "forms")
# what operating systems, shared drives and office programs leave behind, and our own list of what
# to gather
IGNORABLE = re.compile(
    # macOS
    r"\.DS_Store|\._.*|\.apdisk|\.localized|Icon\r|\.fseventsd|\.VolumeIcon\.icns|\.com\.apple\..*"
    r"|Thumbs\.db(:encryptable)?|ehthumbs(_vista)?\.db|desktop\.ini|NTUSER\.DAT.*"  # Windows
    # Office and LibreOffice, while a file is open
    r"|~\$.*|~.*\.tmp|[0-9A-F]{8}\.tmp|\.~lock\..*#|~\$?.*\.laccdb"
    r"|\.directory|\.fuse_hidden[0-9a-f]+|\.nfs[0-9a-f]+|\.dropbox(\.attr)?|\.sync\.ffs_db|SYNO(FILE|INDEX)_.*"
    r"|\.gitkeep|\.gitignore|TO-GATHER\.md",
    re.IGNORECASE,
)
# folders of theirs: what is in them is nobody's evidence
IGNORABLE_FOLDER = re.compile(
    r"__MACOSX|@eaDir|#recycle|@Recycle|\.Trash(es|-.*)?|\$RECYCLE\.BIN|System Volume "
    r"Information|\.Spotlight-V100"
    r"|\.TemporaryItems|\.AppleDouble|\.AppleDB|\.fseventsd|\.DocumentRevisions-V100|\.dropbox\.cache|lost\+found|\.git",
    re.IGNORECASE,
)


def examine(
    folder: Path, case: dict[str, Any], hashed: bool
) -> tuple[dict[str, SourceFile], list[Problem]]:
    """Look at every listed file, and for files nobody listed. `hashed`: read them to know their
    sha256.

    The case may be of any shape: what cannot be read is passed over, and where the list of exhibits
    is missing, files that nobody listed are not complained of.
    """
    found: dict[str, SourceFile] = {}
    problems: list[Problem] = []
    respell(folder, case)
    present = dict.fromkeys(path for part in WATCHED for path in _present(folder, part))
    ignored = dict.fromkeys(path_of(entry) for _, entry in entries(case, "ignored_files"))
    named = dict(listed(case))
    for where, path in named.items():
        if printable(path) != path:  # complained of as a text
            continue
        if path in ignored:
            problems.append(
                Problem(
                    "CASE.TWICE",
                    where,
                    f"{path} is listed in ignored_files too",
                    "remove it from one of the two",
                )
            )
        if path not in found:
            record = _record(folder, path, hashed, present if len(problems) < HINTS else ())
            if isinstance(record, SourceFile):
                found[path] = record
            else:
                problems.append(Problem(record[0], where, *record[1:]))
    if isinstance(case.get("exhibits"), list):
        problems += _unlisted(present, {*named.values(), *ignored})
    return found, [*problems, *_twins(present)]


def respell(folder: Path, case: dict[str, Any]) -> None:
    """Write the paths of a case, in place, as the disk spells them: names that look the same are
    the same."""
    for _, exhibit in entries(case, "exhibits"):
        for _, group in groups(exhibit, ""):
            _respell_list(folder, group)
    for key in ("forms", "ignored_files"):
        listed_here = case.get(key)
        if isinstance(listed_here, list):
            _respell_list(folder, listed_here)


def _respell_list(folder: Path, entries_of_it: list[Any]) -> None:
    for position, entry in enumerate(entries_of_it):
        path = path_of(entry)
        if not path or path.isascii() or path_problem(path):
            continue
        if isinstance(entry, dict):
            entry["path"] = resolve_spelling(folder, path)
        else:
            entries_of_it[position] = resolve_spelling(folder, path)


def _twins(present: Iterable[str]) -> Iterator[Problem]:
    """Files whose names look the same, so that nobody can tell which of them a case lists."""
    known: set[str] = set()
    for path in present:
        name = normalize_name(path)
        if name in known:
            problem = f"two files are called {printable(name)}, spelled with other characters"
            yield Problem("EVID.TWINS", "", problem, "rename one of them, or take it away")
        known.add(name)


def _unlisted(present: Iterable[str], named: Collection[str]) -> Iterator[Problem]:
    for path in present:
        if path not in named:
            shown = printable(path)
            remedy = (
                "add it to an exhibit, or to ignored_files"
                if shown == path
                else "give it another name, and list it"
            )
            yield Problem(
                "EVID.UNLISTED", "", f"{shown} is in the folder, but in no exhibit", remedy
            )


def path_problem(path: str) -> Told | None:
    """Why a path must not be opened, judged by its text alone; None if it may."""
    remedy = "write it relative to the case folder, as evidence/name.pdf"
    if path.startswith(("/", "~")) or "\\" in path or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path):
        return ("PATH.ABSOLUTE", "the path is not relative to the case folder", remedy)
    parts = path.split("/")
    if ".." in parts or "." in parts or "" in parts:
        return ("PATH.ESCAPES", "the path leaves the case folder or is not plain", remedy)
    if parts[0] in ("build", ".assembler", "case.json", NAME):
        return (
            "PATH.OUTPUT",
            "the path leads to what assembler itself reads or writes",
            "put a file of evidence/ here",
        )
    return None


def _record(folder: Path, path: str, hashed: bool, present: Collection[str]) -> SourceFile | Told:
    if told := path_problem(path):
        return told
    try:
        return _in_the_way(folder, path) or _opened(folder, path, hashed)
    except (FileNotFoundError, NotADirectoryError):
        return (
            "EVID.MISSING",
            f"there is no file {path}",
            hint(path, present, "add the file, or correct the path"),
        )
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else "no reason given"
        return (
            "EVID.UNREADABLE",
            f"{path} cannot be opened ({reason})",
            "change its name or its permissions",
        )


def _in_the_way(folder: Path, path: str) -> Told | None:
    at, mode = folder, 0
    for one in PurePosixPath(path).parts:
        at = at / one
        mode = at.lstat().st_mode
        if stat.S_ISLNK(mode):
            return (
                "PATH.SYMLINK",
                f"{path} goes through a symbolic link",
                "copy the file itself into the case folder",
            )
    return None if stat.S_ISREG(mode) else _irregular(path)


def _irregular(path: str) -> Told:
    return ("PATH.IRREGULAR", f"{path} is no regular file", "replace it by the file itself")


def _opened(folder: Path, path: str, hashed: bool) -> SourceFile | Told:
    """Judged again by what was opened, which may have been exchanged since; a link is not
    followed, a pipe not waited for."""
    flags = os.O_RDONLY | sum(
        getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
    )
    handle = os.open(folder / path, flags)
    try:
        status = os.fstat(handle)
        if told := _content_problem(status, path):
            return told
        with os.fdopen(handle, "rb", closefd=False) as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest() if hashed else ""
    finally:
        os.close(handle)
    return SourceFile(path=path, size=status.st_size, sha256=digest)


def _content_problem(status: os.stat_result, path: str) -> Told | None:
    if not stat.S_ISREG(status.st_mode):
        return _irregular(path)
    if status.st_size == 0:
        return ("EVID.EMPTY", f"{path} is empty", "copy it again from where it came")
    if status.st_size > MAX_FILE:
        return (
            "EVID.LIMIT",
            f"{path} is larger than {MAX_FILE // 1_000_000} MB",
            "split it, or scan at 300 dpi",
        )
    return None


def _present(folder: Path, part: str) -> Iterator[str]:
    """What lies below evidence/ or forms/, relative, sorted; links to folders are not followed,
    but named."""
    for home, folders, names in os.walk(folder / part, followlinks=False):
        folders[:] = sorted(name for name in folders if not IGNORABLE_FOLDER.fullmatch(name))
        links = [name for name in folders if (Path(home) / name).is_symlink()]
        for name in sorted([*names, *links]):
            if not IGNORABLE.fullmatch(name):
                yield (Path(home) / name).relative_to(folder).as_posix()
