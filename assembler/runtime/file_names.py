"""Names of files that look the same: a Mac keeps "José" as six characters where other systems write
four or five.

Two names are one where they are equal after NFC (Unicode, normalization form C). What a case writes
is looked up on the disk as it is spelled there; a folder that was copied between systems is found
again.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path, PurePosixPath


def composed(name: str) -> str:
    """A name or path in the form in which equal ones are the same."""
    return unicodedata.normalize("NFC", name)


def spelled_on_disk(folder: Path, path: str) -> str:
    """A relative path as the disk spells it; unchanged where nothing there has that name. `path`
    must be a safe one."""
    if path.isascii() or os.path.lexists(folder / path):
        return path
    home = folder
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        spelled = part if os.path.lexists(home / part) else _same(home, part)
        if spelled is None:
            return path
        home, parts = home / spelled, [*parts, spelled]
    return "/".join(parts)


def _same(home: Path, name: str) -> str | None:
    """The name in a folder that looks like this one; the first where there are several."""
    try:
        names = [entry.name for entry in home.iterdir()]
    except OSError:
        return None
    return min((other for other in names if composed(other) == composed(name)), default=None)
