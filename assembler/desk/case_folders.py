"""The cases below the folder that the desk shows, each with an id for addresses.

An id is a hash of the folder's place, and is looked up; no part of a path ever comes from a
browser.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from assembler.pipeline.batch.case_list import discover
from assembler.pipeline.case_file import CASE


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFolder:
    """A case below the root. `name`: its place below the root, as a person reads it."""

    id: str
    name: str
    folder: Path


def list_case_folders(root: Path) -> tuple[CaseFolder, ...]:
    """Return every folder with a case.json at or below the root, by name.

    A case.json behind a symbolic link that leads out of the root is left out.
    """
    home = root.resolve()
    return tuple(
        make_case_folder(folder, root)
        for folder in discover([root])
        if (folder / CASE).resolve().is_relative_to(home) and not (folder / CASE).is_symlink()
    )


def make_case_folder(folder: Path, root: Path) -> CaseFolder:
    """Return the case of a folder below the root."""
    place = folder.relative_to(root).as_posix()
    return CaseFolder(
        id=hashlib.sha256(place.encode(errors="surrogateescape")).hexdigest()[:16],
        name=folder.resolve().name if place == "." else place,
        folder=folder,
    )
