"""Check the files of an upload set one by one, by name: none exchanged, renamed, encrypted, too
large, too many or too few; forms by themselves, and originals with their translations."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from assembler.model import (
    PLACEHOLDER_SUFFIX,
    Check,
    LedgerEntry,
    Manifest,
    PartKind,
    PartRole,
    Volume,
)
from assembler.runtime.user_files import digest_file

NAME = "upload-set"
SET_ALONE = (
    "what letters, forms and recognized words were made of, and the review page: only the files to "
    "upload and the manifest were copied here"
)
# kinds of files that an account takes; another one beside the set would be uploaded with it
_UPLOADED = (".pdf", ".jpg", ".jpeg", ".tif", ".tiff")
_SHEET = "upload-sheet/upload-sheet.html"
_MAX_SHEET = 10_000_000  # bytes
_TAIL = 2048  # bytes at the end of a file, where a PDF says that it is encrypted


def is_copied_alone(build: Path, manifest: Manifest) -> bool:
    """Return whether a folder has only the files of a set with their manifest, and nothing else of
    the packet."""
    volumes = {volume.path for volume in manifest.volumes}
    others = [file.path for file in manifest.outputs if file.path not in volumes]
    return manifest.upload_set and not any((build / path).exists() for path in others)


def check_upload_set(
    build: Path, manifest: Manifest, digests: Mapping[str, str]
) -> Iterator[Check]:
    """Check the files of an upload set; nothing for any other packet.

    Args:
        digests: the sha256 of the packet's files as they are; "" for one that is missing or has
            another size.
    """
    if not manifest.upload_set:
        return
    faults = [
        *_find_file_faults(build, manifest, digests),
        *_find_order_faults(manifest.volumes),
        *_find_content_faults(manifest),
        *_find_sheet_faults(build, manifest),
    ]
    count = len(manifest.volumes)
    detail = "; ".join(faults) or f"{count} files, as they were written, in the order of upload"
    yield Check(name=NAME, ok=not faults, detail=detail)


# --- the files ---


def _find_file_faults(build: Path, manifest: Manifest, digests: Mapping[str, str]) -> Iterator[str]:
    recorded = {file.path: file for file in manifest.outputs}
    strangers = _list_strangers(build, manifest)
    unlisted = {_digest(build / name): name for name in strangers}
    names = {recorded[volume.path].sha256: volume.path for volume in manifest.volumes}
    renamed: set[str] = set()
    for volume in manifest.volumes:
        path, record = build / volume.path, recorded[volume.path]
        if path.is_symlink() or not path.is_file():
            new_name = unlisted.get(record.sha256)
            if new_name:
                renamed.add(new_name)
            yield (
                f"{volume.path} was renamed to {new_name}: give it its name back"
                if new_name
                else f"{volume.path} is missing"
            )
            continue
        size = path.stat().st_size
        if is_encrypted(path):
            yield f"{volume.path} is encrypted: it must be uploaded without any password"
        elif digests.get(volume.path) != record.sha256:
            other = names.get(_digest(path))
            yield (
                f"{volume.path} was exchanged: it has the content of {other}"
                if other
                else f"{volume.path} was exchanged or changed: it has {size:,} bytes, and is not "
                f"the file of {record.size:,} bytes that was written"
            )
        if manifest.max_bytes is not None and size > manifest.max_bytes:
            yield f"{volume.path} has {size:,} bytes, and {manifest.max_bytes:,} are allowed"
    for name in strangers:
        if name not in renamed:
            yield f"{name} is not a file of the set: move it to another folder"


def _list_strangers(build: Path, manifest: Manifest) -> list[str]:
    """Return files beside the set that a person would upload with it."""
    known = {file.path for file in manifest.outputs}
    return sorted(
        path.name
        for path in build.iterdir()
        if path.suffix.casefold() in _UPLOADED and path.name not in known
    )


def _digest(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    return digest_file(path)


def is_encrypted(path: Path) -> bool:
    """Return whether a PDF is encrypted, with or without a password to open it."""
    try:
        return PdfReader(path).is_encrypted
    except (PyPdfError, OSError, ValueError, LookupError, TypeError, RecursionError):
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - _TAIL))
            return b"/Encrypt" in stream.read()


def _find_order_faults(volumes: Sequence[Volume]) -> Iterator[str]:
    for volume, following in pairwise(volumes):
        if volume.path.casefold() >= following.path.casefold():
            yield f"{following.path} does not sort after {volume.path}"


def _find_sheet_faults(build: Path, manifest: Manifest) -> Iterator[str]:
    """Yield a fault unless the upload sheet lists every file, in order, with its bytes."""
    sizes = {file.path: file.size for file in manifest.outputs}
    path = build / _SHEET
    if _SHEET not in sizes or not path.is_file() or path.is_symlink():
        return  # a missing file is reported as such
    text = html.unescape(path.read_bytes()[:_MAX_SHEET].decode("utf8", "replace"))
    end = 0
    for volume in manifest.volumes:
        place = text.find(f"<code>{volume.path}</code>", end)
        row = text[place : text.find("</tr>", place)] if place >= 0 else ""
        if f"{sizes[volume.path]:,} bytes" not in row:
            yield f"the upload sheet does not list {volume.path} with its bytes, in its place"
            return
        end = place


# --- what is in them ---


def _find_content_faults(manifest: Manifest) -> Iterator[str]:
    languages = {row.exhibit: row.language for row in manifest.index}
    for volume in manifest.volumes:
        entries = manifest.ledger[volume.first - 1 : volume.last]
        forms = {entry.part for entry in entries if _is_form(entry)}
        if forms and len({entry.part for entry in entries}) > 1:
            yield f"{volume.path} has a form together with other pages"
    for volume in manifest.volumes[1:]:
        before, after = manifest.ledger[volume.first - 2], manifest.ledger[volume.first - 1]
        if _is_form(before) and before.part == after.part:
            yield f"{volume.path} begins within a form"
        if (
            before.kind is PartKind.EXHIBIT
            and before.exhibit == after.exhibit
            and _is_parted(manifest, volume.first, languages.get(after.exhibit, ""))
        ):
            yield f"{volume.path} begins between an original, its translation and the certificate"


def _is_form(entry: LedgerEntry) -> bool:
    return entry.kind is PartKind.FORM or entry.part.endswith(PLACEHOLDER_SUFFIX)


def _is_parted(manifest: Manifest, first: int, language: str) -> bool:
    """Return whether a file that begins with this page of an exhibit parts a translation from its
    original or its certificate."""
    exhibit = manifest.ledger[first - 1].exhibit
    roles = {
        entry.number: entry.client_source.role
        for entry in manifest.ledger
        if entry.exhibit == exhibit and entry.kind is PartKind.EXHIBIT
    }
    if roles[first] is not PartRole.DOCUMENT:
        return True
    letters = "".join(str(role)[0] for _, role in sorted(roles.items()))
    place = first - min(roles)
    earlier, later = letters[:place], letters[place:]
    if re.search(r"t[^c]*$", earlier) and "c" in later:
        return True  # a certificate that comes later may be of that translation
    # documents on both sides of the cut, and a translation of them behind it
    is_before_translation = earlier.endswith("d") and re.match(r"d+[tc]", later) is not None
    path, following = (
        manifest.ledger[number - 1].client_source.path for number in (first - 1, first)
    )
    is_foreign = language.partition("-")[0] != "en"
    return is_before_translation and path == following and is_foreign
