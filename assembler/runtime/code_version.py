"""Hash this program's own code, so that results of older code are made again."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_CODE = Path(__file__).parent.parent
_SHARED = ("model", "pdf", "runtime")  # packages that every package uses


@cache
def digest_code(*packages: str) -> str:
    """Return the sha256 of the modules of these packages ("evidence", "documents/word_to_pdf") and
    of the shared ones.

    Without a package, hashes the whole program. The code is read once per process.
    """
    folders = [_CODE / package for package in (*packages, *_SHARED)] if packages else [_CODE]
    paths = sorted({path for folder in folders for path in folder.rglob("*.py")})
    if not paths or not all(folder.is_dir() for folder in folders):
        raise LookupError(f"there is no such package: {', '.join(packages)}")
    digest = hashlib.sha256()
    for path in paths:
        name = path.relative_to(_CODE).as_posix()
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
