"""The files of a packet that the desk lists and serves: regular ones below its folder only."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assembler.model import Manifest
from assembler.model.manifest import MANIFEST_FILE
from assembler.pipeline import FILLED_FORMS
from assembler.pipeline.filed_packets import list_filed_folders, list_packets
from assembler.pipeline.upload_papers import FOLDER as UPLOAD_SHEET
from assembler.report.review.review_page import NAME as REVIEW
from assembler.runtime.atomic_files import is_plain_folder
from assembler.runtime.sign_off import SIGN_OFF_FILE
from assembler.runtime.user_files import list_paths

BUILD = "build"
_INLINE = {  # types that a browser shows; everything else is downloaded
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}
_TYPES = {
    **_INLINE,
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FOLDERS = {  # what their files are, and their group
    "drafts": ("Word file of a letter, declaration or index", "work"),
    "forms": ("Form to complete and sign", "work"),
    "print": ("Print set", "print"),
    UPLOAD_SHEET: ("Upload sheet: which file goes where, to tick off", "main"),
    "originals": ("Original file", "proof"),
}
_NAMED = {
    REVIEW: ("Review page: look through every page, and sign off", "main"),
    MANIFEST_FILE: ("Manifest: what verification works from", "proof"),
    SIGN_OFF_FILE: ("Sign-off", "own"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketFile:
    """A file of a packet. `path`: below the packet's folder, with slashes; `group`: of the list;
    `what`: it is, in words."""

    path: str
    size: int
    what: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedFile:
    """How a file is sent. `is_review`: it is the page that may run its own script."""

    path: Path
    media_type: str
    is_inline: bool
    is_review: bool = False


def list_places(case_folder: Path) -> Mapping[tuple[str, str], Path]:
    """Return the folders of all packets of a case, by where they are (build, or the folder in
    filed/) and their names."""
    places = {(BUILD, packet.name): packet for packet in list_packets(case_folder)}
    for home in list_filed_folders(case_folder):
        for packet in sorted(home.iterdir()):
            if packet.is_dir() and not packet.is_symlink() and (packet / MANIFEST_FILE).is_file():
                places[home.name, packet.name] = packet
    return places


def list_filled_forms(case_folder: Path) -> Mapping[tuple[str, str], Path]:
    """Return the folders of the forms that were filled by themselves, as `list_places`."""
    home = case_folder / FILLED_FORMS
    if not is_plain_folder(home):
        return {}
    return {
        (FILLED_FORMS, packet.name): packet
        for packet in sorted(home.iterdir())
        if is_plain_folder(packet)
    }


def list_files(packet: Path, manifest: Manifest) -> tuple[PacketFile, ...]:
    """Return the files of a packet as a person looks for them: what to read and file first."""
    volumes = {volume.path: number for number, volume in enumerate(manifest.volumes, 1)}
    written = manifest.digests
    files = []
    for path in list_paths(packet):
        size = _measure_file(packet / path)
        if size is None or path.startswith("."):
            continue
        what, group = _describe_file(path, volumes, is_written=path in written)
        if manifest.upload_set and path in volumes:
            what = f"File {volumes[path]} of {len(volumes)} to upload"
        files.append(PacketFile(path=path, size=size, what=what, group=group))
    order = {"main": 0, "work": 1, "print": 2, "own": 3, "proof": 4}
    return tuple(sorted(files, key=lambda file: (order[file.group], _rank(file, volumes))))


def _rank(file: PacketFile, volumes: Mapping[str, int]) -> tuple[int, str]:
    first = {REVIEW: 0, MANIFEST_FILE: 900}
    is_sheet = file.path.startswith(f"{UPLOAD_SHEET}/")
    return first.get(file.path, volumes.get(file.path, 0 if is_sheet else 500)), file.path


def _describe_file(path: str, volumes: Mapping[str, int], *, is_written: bool) -> tuple[str, str]:
    """Return what a file is, and its group."""
    top = PurePosixPath(path).parts[0] if "/" in path else ""
    if path in volumes:
        part = f", part {volumes[path]} of {len(volumes)}" if len(volumes) > 1 else ""
        return f"The bundle{part}", "main"
    if path in _NAMED:
        return _NAMED[path]
    if top != "print" and not is_written:
        return "Your own file", "own"
    if top in _FOLDERS:
        return _FOLDERS[top]
    is_for_people = path.endswith((".docx", ".xlsx", ".csv", ".txt", ".pdf")) and not top
    return ("Working paper", "work") if is_for_people else ("For verification", "proof")


def _measure_file(path: Path) -> int | None:
    """Return the size of a regular file; None for anything else."""
    try:
        state = path.lstat()
    except OSError:
        return None
    return state.st_size if stat.S_ISREG(state.st_mode) else None


def find_file(packet: Path, path: str) -> ServedFile | None:
    """Return the file of a packet to send; None unless exactly this path is listed, and nothing
    on the way to it is a link."""
    try:
        is_listed = path in list_paths(packet)
    except OSError:
        return None
    place = packet / path if is_listed else None
    if place is None or _measure_file(place) is None:
        return None
    suffix = place.suffix.lower()
    if path == REVIEW:
        return ServedFile(
            path=place, media_type="text/html; charset=utf-8", is_inline=True, is_review=True
        )
    return ServedFile(
        path=place,
        media_type=_TYPES.get(suffix, "application/octet-stream"),
        is_inline=suffix in _INLINE,
    )
