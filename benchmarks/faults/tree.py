"""Look at a folder: what is in it, without times and permissions."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

# path below the root, with slashes → sha256 of a file, "folder", or "link to …"
Tree = Mapping[str, str]
FOLDER = "folder"


def read_tree(root: Path) -> dict[str, str]:
    """Return everything below a folder. Raises OSError."""
    entries = {}
    for home, folders, names in os.walk(root):
        for name in (*folders, *names):
            path = Path(home) / name
            entries[path.relative_to(root).as_posix()] = _describe(path)
    return entries


def _describe(path: Path) -> str:
    if path.is_symlink():
        return f"link to {path.readlink()}"
    return FOLDER if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()


def select_below(tree: Tree, place: str) -> dict[str, str]:
    """Return an entry of a tree, and what is below it."""
    return {
        path: content
        for path, content in tree.items()
        if path == place or path.startswith(f"{place}/")
    }
