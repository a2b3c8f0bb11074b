"""Files of a packet's folder that its manifest does not list: a person's own, or what could be
taken for a part of the bundle."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from assembler.model import Check, Manifest, Volume
from assembler.model.manifest import MANIFEST_FILE

_OWN = frozenset((MANIFEST_FILE, ".verify"))  # of this packet, and of the run that proves it
_MOST = 10_000
_SHOWN = 8


def checks(build: Path, manifest: Manifest, parts: Sequence[Volume]) -> Iterator[Check]:
    """A failed check for a PDF that looks like a file of the bundle, or that the manifest lists
    beside it."""
    others = [path for path in _unlisted(build, manifest) if _is_pdf(path)]
    own = {part.path for part in parts}
    looks = {_look(one) for one in own}
    top = [file.path for file in manifest.outputs if "/" not in file.path]
    listed = [path for path in top if _is_pdf(path) and path not in own]
    sums = {file.sha256 for file in manifest.outputs if file.path in own}
    taken = [
        path
        for path in others
        if _look(path) in looks or _look(path).startswith("bundle") or _sum(build / path) in sums
    ]
    alike = [*listed, *taken]
    if alike:
        detail = (
            f"{len(alike)} more PDF files lie beside the bundle, and look like part of it: "
            f"{_named(alike)}"
        )
        yield Check(name="volumes", ok=False, detail=detail)
    top = [path for path in others if "/" not in path and path not in alike]
    if top:
        yield Check(
            name="volumes", ok=True, detail=f"beside the bundle, and no part of it: {_named(top)}"
        )


def not_checked(build: Path, manifest: Manifest) -> Iterator[str]:
    """What lies there besides, which nobody here knows anything about."""
    others = [path for path in _unlisted(build, manifest) if "/" in path or not _is_pdf(path)]
    if others:
        yield f"files that are not of the packet, in its folder: {_named(others)}"


def _unlisted(build: Path, manifest: Manifest) -> list[str]:
    """Paths that the manifest does not list; links to folders are named, not followed."""
    listed = {file.path for file in manifest.outputs}
    found: list[str] = []
    for home, folders, names in os.walk(build, followlinks=False):
        top = Path(home) == build
        links = [name for name in folders if (Path(home) / name).is_symlink()]
        folders[:] = sorted(
            name for name in folders if name not in links and not (top and name in _OWN)
        )
        for name in sorted([*names, *links]):
            path = (Path(home) / name).relative_to(build).as_posix()
            if path not in listed and not (top and name in _OWN):
                found.append(path)
        if len(found) > _MOST:
            break
    return found


def _is_pdf(path: str) -> bool:
    return path.casefold().endswith(".pdf")


def _sum(path: Path) -> str:
    """sha256 of a file; "" where it is none, or a link."""
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _look(path: str) -> str:
    """A name by its letters: "bundle_Part2.pdf" looks like "Bundle_part1.PDF"; where it lies
    does not matter."""
    return re.sub(r"\d+", "#", path.rpartition("/")[2].casefold())


def _named(paths: Sequence[str]) -> str:
    shown = ", ".join(paths[:_SHOWN])
    return shown if len(paths) <= _SHOWN else f"{shown} and {len(paths) - _SHOWN} more"
