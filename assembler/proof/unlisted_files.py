"""Find files in a packet's folder that its manifest does not list: a person's own, or what could be
mistaken for part of the bundle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from assembler.model import Check, Manifest, Volume
from assembler.model.manifest import MANIFEST_FILE
from assembler.model.signed_packet import SIGNED_FOLDER
from assembler.proof.signed_check import has_signed_folder
from assembler.runtime.folder_walk import walk_folder
from assembler.runtime.user_files import digest_file

_OWN = frozenset((MANIFEST_FILE, ".verify"))  # of this packet, and of the run that proves it
_MAX_FILES = 10_000
_SHOWN = 8


def check_unlisted_files(
    build: Path, manifest: Manifest, parts: Sequence[Volume]
) -> Iterator[Check]:
    """Check for a PDF that looks like a file of the bundle, or that the manifest lists beside
    it."""
    unlisted = [path for path in _find_unlisted(build, manifest) if _is_pdf(path)]
    bundle_paths = {part.path for part in parts}
    patterns = {_make_name_pattern(path) for path in bundle_paths}
    top_paths = [file.path for file in manifest.outputs if "/" not in file.path]
    listed = [path for path in top_paths if _is_pdf(path) and path not in bundle_paths]
    digests = {file.sha256 for file in manifest.outputs if file.path in bundle_paths}
    lookalikes = [
        path
        for path in unlisted
        if _make_name_pattern(path) in patterns
        or _make_name_pattern(path).startswith("bundle")
        or _digest(build / path) in digests
    ]
    suspects = [*listed, *lookalikes]
    if suspects:
        detail = (
            f"{len(suspects)} more PDF files are beside the bundle and look like part of it: "
            f"{_list_names(suspects)}"
        )
        yield Check(name="volumes", ok=False, detail=detail)
    top_paths = [path for path in unlisted if "/" not in path and path not in suspects]
    if top_paths:
        yield Check(
            name="beside",
            ok=True,
            detail=f"beside the bundle, but not part of it: {_list_names(top_paths)}",
        )


def list_unlisted_files(build: Path, manifest: Manifest) -> Iterator[str]:
    """Yield one line for the other files in the folder, which were not checked."""
    others = [path for path in _find_unlisted(build, manifest) if "/" in path or not _is_pdf(path)]
    if others:
        yield f"files in the folder that do not belong to the packet: {_list_names(others)}"


def _find_unlisted(build: Path, manifest: Manifest) -> list[str]:
    """Return the paths that the manifest does not list; links to folders are listed, not
    followed."""
    listed = {file.path for file in manifest.outputs}
    own = _OWN | {SIGNED_FOLDER} if has_signed_folder(build) else _OWN
    unlisted: list[str] = []

    def note_locked(folder: Path) -> None:
        unlisted.append(f"{folder.relative_to(build).as_posix()}/")

    for folder, folders, names in walk_folder(build, note_locked):
        is_top = folder == build
        links = [name for name in folders if (folder / name).is_symlink()]
        folders[:] = sorted(
            name for name in folders if name not in links and not (is_top and name in own)
        )
        for name in sorted([*names, *links]):
            path = (folder / name).relative_to(build).as_posix()
            if path not in listed and not (is_top and name in _OWN):
                unlisted.append(path)
        if len(unlisted) > _MAX_FILES:
            break
    return unlisted


def _is_pdf(path: str) -> bool:
    return path.casefold().endswith(".pdf")


def _digest(path: Path) -> str:
    """Return the sha256 of a file; "" if it is none, or a link."""
    if path.is_symlink() or not path.is_file():
        return ""
    return digest_file(path)


def _make_name_pattern(path: str) -> str:
    """Return a pattern of a name: "bundle_Part2.pdf" has that of "Bundle_part1.PDF", in any
    folder."""
    return re.sub(r"\d+", "#", path.rpartition("/")[2].casefold())


def _list_names(paths: Sequence[str]) -> str:
    shown = ", ".join(paths[:_SHOWN])
    return shown if len(paths) <= _SHOWN else f"{shown} and {len(paths) - _SHOWN} more"
