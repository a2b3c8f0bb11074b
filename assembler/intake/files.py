"""The files a case lists: inside the folder, regular, not empty, each listed once, none forgotten."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

from assembler.model import SourceFile

Problem = tuple[str, str, str, str]  # rule, JSON pointer ("" = the folder), what is wrong, what to do
MAX_FILE = 500_000_000  # bytes
WATCHED = ("evidence", "forms")
# what operating systems and Office leave behind, and our own list of what to gather
IGNORABLE = re.compile(r"\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|\._.*|TO-GATHER\.md")


def listed(case: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(JSON pointer, path) of every file the case names."""
    for n, exhibit in enumerate(case["exhibits"]):
        base = f"/exhibits/{n}"
        groups = [(f"{base}/files", exhibit["files"])]
        translation = exhibit.get("translation", {})
        groups += [(f"{base}/translation/{key}", translation.get(key, ())) for key in ("files", "certificate")]
        for where, files in groups:
            for m, one in enumerate(files):
                yield f"{where}/{m}", one if isinstance(one, str) else one["path"]
    for n, form in enumerate(case.get("forms", ())):
        yield f"/forms/{n}/path", form["path"]


def examine(folder: Path, case: dict[str, Any], hashed: bool) -> tuple[dict[str, SourceFile], list[Problem]]:
    """Look at every listed file, and for files nobody listed. `hashed`: read them to know their sha256."""
    found: dict[str, SourceFile] = {}
    problems: list[Problem] = []
    present = {path: None for part in WATCHED for path in _present(folder, part)}
    for where, path in listed(case):
        if path in found:
            continue
        problem = path_problem(path) or _file_problem(folder, path, list(present))
        if problem:
            problems.append((problem[0], where, *problem[1:]))
        else:
            found[path] = _record(folder, path, hashed)
    named = {path for _, path in listed(case)} | {entry["path"] for entry in case.get("ignored_files", ())}
    problems += [
        ("EVID.UNLISTED", "", f"{path} is in the folder, but in no exhibit", "add it to an exhibit, or to ignored_files")
        for path in present
        if path not in named
    ]
    return found, problems


def path_problem(path: str) -> tuple[str, str, str] | None:
    """Why a path must not be opened, judged by its text alone; None if it may."""
    remedy = "write it relative to the case folder, as evidence/name.pdf"
    if path.startswith(("/", "~")) or "\\" in path or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path):
        return ("PATH.ABSOLUTE", "the path is not relative to the case folder", remedy)
    parts = path.split("/")
    if ".." in parts or "." in parts or "" in parts:
        return ("PATH.ESCAPES", "the path leaves the case folder or is not plain", remedy)
    if parts[0] in ("build", ".assembler"):
        return ("PATH.OUTPUT", "the path is in a folder that assembler writes", "move the file to evidence/")
    return None


def _file_problem(folder: Path, path: str, present: list[str]) -> tuple[str, str, str] | None:
    at = folder
    for part in PurePosixPath(path).parts:
        at = at / part
        if at.is_symlink():
            return ("PATH.SYMLINK", f"{path} goes through a symbolic link", "copy the file itself into the case folder")
    if not at.exists():
        near = get_close_matches(path, present, 1)
        hint = f"did you mean {near[0]}?" if near else "add the file, or mend the path"
        return ("EVID.MISSING", f"there is no file {path}", hint)
    return _content_problem(at, path)


def _content_problem(at: Path, path: str) -> tuple[str, str, str] | None:
    status = at.stat()
    if not stat.S_ISREG(status.st_mode):
        return ("PATH.IRREGULAR", f"{path} is no regular file", "replace it by the file itself")
    if status.st_size == 0:
        return ("EVID.EMPTY", f"{path} is empty", "copy it again from where it came")
    if status.st_size > MAX_FILE:
        return ("EVID.LIMIT", f"{path} is larger than {MAX_FILE // 1_000_000} MB", "split it, or scan at 300 dpi")
    if not os.access(at, os.R_OK):
        return ("EVID.UNREADABLE", f"{path} may not be read", "change its permissions")
    return None


def _record(folder: Path, path: str, hashed: bool) -> SourceFile:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(folder / path, flags), "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        digest = hashlib.file_digest(stream, "sha256").hexdigest() if hashed else ""
    return SourceFile(path=path, size=size, sha256=digest)


def _present(folder: Path, part: str) -> Iterator[str]:
    """Files below evidence/ or forms/, relative, sorted; symbolic links are not followed."""
    for home, folders, names in os.walk(folder / part, followlinks=False):
        folders.sort()
        for name in sorted(names):
            if not IGNORABLE.fullmatch(name):
                yield (Path(home) / name).relative_to(folder).as_posix()
