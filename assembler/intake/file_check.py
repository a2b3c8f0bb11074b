"""Check the files a case lists: inside the folder, regular, not empty, each listed once, none
forgotten."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from assembler.intake.case_words import CaseWords
from assembler.intake.file_suggestion import MissingFile, name_people, suggest_files
from assembler.intake.problem import Problem, escape_unprintable
from assembler.intake.untyped_values import (
    read_file_lists,
    read_listed_paths,
    read_objects,
    read_path,
)
from assembler.model import SourceFile
from assembler.runtime.file_names import normalize_name, resolve_spelling
from assembler.runtime.folder_walk import walk_folder
from assembler.runtime.machine_failures import raise_if_machine_failed
from assembler.runtime.passwords import NAME

FileProblem = tuple[str, str, str]  # rule, what is wrong, what to do
MAX_FILE = 200_000_000  # bytes
HINTS = 20_000  # pairs of a missing and an unlisted file that are compared; 5,000 take a second
WATCHED = ("evidence", "forms")
# what operating systems, shared drives and office programs leave behind, and our own list of
# evidence to gather
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
# their folders, which hold no evidence
IGNORABLE_FOLDER = re.compile(
    r"__MACOSX|@eaDir|#recycle|@Recycle|\.Trash(es|-.*)?|\$RECYCLE\.BIN|System Volume "
    r"Information|\.Spotlight-V100"
    r"|\.TemporaryItems|\.AppleDouble|\.AppleDB|\.fseventsd|\.DocumentRevisions-V100|\.dropbox\.cache|lost\+found|\.git",
    re.IGNORECASE,
)


def examine_files(
    folder: Path, case: dict[str, Any], hashed: bool, words: CaseWords
) -> tuple[dict[str, SourceFile], list[Problem]]:
    """Check every listed file, and find files that are not listed.

    The case may be of any shape: unreadable entries are skipped, and if the list of exhibits is
    missing, unlisted files are not reported.

    Args:
        hashed: whether to read the files for their sha256.
    """
    records: dict[str, SourceFile] = {}
    problems: list[Problem] = []
    respell_paths(folder, case)
    locked: list[str] = []
    present = dict.fromkeys(
        path for part in WATCHED for path in list_present_files(folder, part, locked.append)
    )
    ignored = dict.fromkeys(read_path(entry) for _, entry in read_objects(case, "ignored_files"))
    paths_by_place = dict(read_listed_paths(case))
    for where, path in paths_by_place.items():
        if escape_unprintable(path) != path:  # reported by the check of characters
            continue
        if path in ignored:
            problem = "the file is listed in ignored_files too"
            problems.append(
                Problem("CASE.TWICE", where, problem, "remove it from one of the two", path)
            )
        if path not in records:
            record = record_file(folder, path, hashed)
            if isinstance(record, SourceFile):
                records[path] = record
            else:
                problems.append(Problem(record[0], where, *record[1:], _hide_outside_path(path)))
    listed_paths = {*paths_by_place.values(), *ignored}
    unlisted = [path for path in present if path not in listed_paths]
    problems = _suggest(problems, case, unlisted, words)
    problems += map(_make_locked_problem, locked)
    if isinstance(case.get("exhibits"), list):
        problems += map(_make_unlisted_problem, unlisted)
    return records, [*problems, *_find_twins(present)]


def find_unlisted_files(
    folder: Path, case: dict[str, Any]
) -> tuple[dict[str, SourceFile], list[Problem]]:
    """Return the files in evidence/ that a case of any shape does not list, and those that cannot
    be used."""
    respell_paths(folder, case)
    listed = {path for _, path in read_listed_paths(case)}
    listed |= {read_path(entry) for _, entry in read_objects(case, "ignored_files")}
    records: dict[str, SourceFile] = {}
    problems: list[Problem] = []
    locked: list[str] = []
    for path in list_present_files(folder, WATCHED[0], locked.append):
        if path in listed:
            continue
        if escape_unprintable(path) != path:
            problems.append(_make_unlisted_problem(path))
            continue
        record = record_file(folder, path, True)
        if isinstance(record, SourceFile):
            records[path] = record
        else:
            problems.append(Problem(record[0], "", *record[1:], _hide_outside_path(path)))
    return records, [*problems, *map(_make_locked_problem, locked)]


def _hide_outside_path(path: str) -> str:
    """Return a path that may be shown; a path out of the case folder can hold a name."""
    return "" if check_path(path) else path


def _suggest(
    problems: list[Problem], case: dict[str, Any], unlisted: Collection[str], words: CaseWords
) -> list[Problem]:
    """Return the problems; those of missing files ask for the file that was meant, where it is
    clear."""
    missing_paths = [problem.file for problem in problems if problem.rule == "EVID.MISSING"]
    shown = [path for path in unlisted if escape_unprintable(path) == path]
    if not missing_paths or len(missing_paths) * len(shown) > HINTS:
        return problems
    owners = dict(_iterate_file_owners(case))
    missing = [owners.get(path, MissingFile(path=path)) for path in dict.fromkeys(missing_paths)]
    suggestions = suggest_files(missing, shown, name_people(case), words.documents)
    return [
        problem._replace(meant=suggestions[problem.file])
        if problem.rule == "EVID.MISSING" and problem.file in suggestions
        else problem
        for problem in problems
    ]


def _iterate_file_owners(case: dict[str, Any]) -> Iterator[tuple[str, MissingFile]]:
    """Yield each path that an exhibit lists, and what the exhibit says of it."""
    for where, exhibit in read_objects(case, "exhibits"):
        category, person = (exhibit.get(key) for key in ("category", "person"))
        for _, files in read_file_lists(exhibit, where):
            for path in filter(None, map(read_path, files)):
                yield (
                    path,
                    MissingFile(
                        path=path,
                        category=category if isinstance(category, str) else "",
                        person=person if isinstance(person, str) else "",
                    ),
                )


def respell_paths(folder: Path, case: dict[str, Any]) -> None:
    """Write the paths of a case, in place, as the disk spells them: names that look the same are
    the same."""
    for _, exhibit in read_objects(case, "exhibits"):
        for _, group in read_file_lists(exhibit, ""):
            _respell_list(folder, group)
        for _, topic in read_objects(exhibit, "topics"):
            topic |= {key: _respell(folder, topic[key]) for key in ("file",) if key in topic}
    for key in ("forms", "ignored_files"):
        listed_here = case.get(key)
        if isinstance(listed_here, list):
            _respell_list(folder, listed_here)


def _respell_list(folder: Path, file_entries: list[Any]) -> None:
    for position, entry in enumerate(file_entries):
        path = read_path(entry)
        if not path:
            continue
        if isinstance(entry, dict):
            entry["path"] = _respell(folder, path)
        else:
            file_entries[position] = _respell(folder, path)


def _respell(folder: Path, path: Any) -> Any:
    """Return a path as the disk spells it; what is no path, or must not be opened, as it is."""
    if not isinstance(path, str) or path.isascii() or check_path(path):
        return path
    return resolve_spelling(folder, path)


def _find_twins(present: Iterable[str]) -> Iterator[Problem]:
    """Yield files whose names look the same, so that it is unclear which of them a case lists."""
    seen: set[str] = set()
    for path in present:
        if normalize_name(path) in seen:
            problem = (
                "another file has a name that looks the same, spelled with different characters"
            )
            remedy = "rename or remove one of the two"
            yield Problem(
                "EVID.TWINS", "", problem, remedy, escape_unprintable(normalize_name(path))
            )
        seen.add(normalize_name(path))


def _make_unlisted_problem(path: str) -> Problem:
    shown = escape_unprintable(path)
    key = "forms" if path.startswith("forms/") else "exhibits"
    remedy = (
        f"list it in {key} of case.json; or in ignored_files, with the reason"
        if shown == path
        else "give it another name, and list it in case.json"
    )
    problem = "the file is in the folder, but case.json does not list it"
    return Problem("EVID.UNLISTED", "", problem, remedy, shown)


def check_path(path: str) -> FileProblem | None:
    """Return why a path must not be opened, judged by its text alone, or None."""
    remedy = "write it relative to the case folder, as evidence/name.pdf"
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|\\\\", path):
        return ("PATH.ABSOLUTE", "the path is not relative to the case folder", remedy)
    if "\\" in path:
        return (
            "PATH.ABSOLUTE",
            "the path has backslashes, so it is not one relative to the case folder",
            "write / in place of \\, as evidence/name.pdf",
        )
    parts = path.split("/")
    if ".." in parts or "." in parts or "" in parts:
        return ("PATH.ESCAPES", "the path leads out of the case folder or is malformed", remedy)
    if parts[0] in ("build", ".assembler", "case.json", NAME):
        return (
            "PATH.OUTPUT",
            "the path leads to files that assembler itself reads or writes",
            "name a file in evidence/",
        )
    return None


def record_file(folder: Path, path: str, hashed: bool) -> SourceFile | FileProblem:
    """Return the record of a file of a case, or why it cannot be used; links are not followed."""
    if problem := check_path(path):
        return problem
    try:
        return _check_kind(folder, path) or _open_file(folder, path, hashed)
    except (FileNotFoundError, NotADirectoryError):
        return (
            "EVID.MISSING",
            "the file is not in the case folder yet",
            "put it there under this name, or correct the path in case.json",
        )
    except OSError as error:
        raise_if_machine_failed(error)
        reason = os.strerror(error.errno).lower() if error.errno else "no reason given"
        return (
            "EVID.UNREADABLE",
            f"the file cannot be opened ({reason})",
            "change its name or its permissions",
        )


def _check_kind(folder: Path, path: str) -> FileProblem | None:
    place, mode = folder, 0
    for part in PurePosixPath(path).parts:
        place = place / part
        mode = place.lstat().st_mode
        if stat.S_ISLNK(mode):
            return (
                "PATH.SYMLINK",
                "the path goes through a symbolic link",
                "copy the file itself into the case folder",
            )
    return None if stat.S_ISREG(mode) else _make_irregular_problem()


def _make_irregular_problem() -> FileProblem:
    return ("PATH.IRREGULAR", "this is not a regular file", "replace it with the file itself")


def _open_file(folder: Path, path: str, hashed: bool) -> SourceFile | FileProblem:
    """Open a file and check it again, since it may have been exchanged; never follow a link or wait
    for a pipe."""
    flags = os.O_RDONLY | sum(
        getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
    )
    handle = os.open(folder / path, flags)
    try:
        status = os.fstat(handle)
        if problem := _find_content_problem(status):
            return problem
        with os.fdopen(handle, "rb", closefd=False) as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest() if hashed else ""
    finally:
        os.close(handle)
    return SourceFile(path=path, size=status.st_size, sha256=digest)


def _find_content_problem(status: os.stat_result) -> FileProblem | None:
    if not stat.S_ISREG(status.st_mode):
        return _make_irregular_problem()
    if status.st_size == 0:
        return ("EVID.EMPTY", "the file is empty", "copy it again from its source")
    if status.st_size > MAX_FILE:
        return (
            "EVID.LIMIT",
            f"the file is larger than {MAX_FILE // 1_000_000} MB",
            "split it, or scan at 300 dpi",
        )
    return None


def list_present_files(
    folder: Path, part: str, note_locked: Callable[[str], None] = lambda _: None
) -> Iterator[str]:
    """Yield the files below evidence/ or forms/, relative, sorted; links to folders are named, not
    followed.

    Args:
        note_locked: takes note of the path of a folder that may not be read.

    Raises OSError for any other folder that cannot be read.
    """

    def note(home: Path) -> None:
        note_locked(home.relative_to(folder).as_posix())

    for home, folders, names in walk_folder(folder / part, note):
        folders[:] = sorted(name for name in folders if not IGNORABLE_FOLDER.fullmatch(name))
        links = [name for name in folders if (home / name).is_symlink()]
        for name in sorted([*names, *links]):
            if not IGNORABLE.fullmatch(name):
                yield (home / name).relative_to(folder).as_posix()


def _make_locked_problem(path: str) -> Problem:
    problem = "the folder cannot be opened, so the files in it are treated as missing"
    return Problem("EVID.UNREADABLE", "", problem, "change its permissions", path)
