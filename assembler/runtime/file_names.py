"""Match file names that look the same: macOS keeps "José" as six bytes where others write five.

Two names match if they are equal after NFC (Unicode normalization form C). Names in a case are
looked up on disk in the spelling found there, so a folder copied between systems still works.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path, PurePosixPath


def normalize_name(name: str) -> str:
    """Return a name or path in NFC, the form in which equal names are identical."""
    return unicodedata.normalize("NFC", name)


def resolve_spelling(folder: Path, path: str) -> str:
    """Return a safe relative path as the disk spells it; unchanged if no such name exists there."""
    if path.isascii() or os.path.lexists(folder / path):
        return path
    home = folder
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        spelled = part if os.path.lexists(home / part) else _find_same_name(home, part)
        if spelled is None:
            return path
        home, parts = home / spelled, [*parts, spelled]
    return "/".join(parts)


def _find_same_name(home: Path, name: str) -> str | None:
    """Return the name in a folder that matches this one; the first if there are several."""
    try:
        names = [entry.name for entry in home.iterdir()]
    except OSError:
        return None
    wanted = normalize_name(name)
    return min((entry for entry in names if normalize_name(entry) == wanted), default=None)
