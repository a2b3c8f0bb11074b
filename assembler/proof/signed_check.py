"""Check the folder signed/ of a packet: every file as it was written, every page that was not
signed the same as in the bundle, and every signed page its whole scan, over the words of the page.

Reads with PDFium and Pillow, which wrote none of it, and draws each scan by its own means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from assembler.model import Check, Manifest, Volume
from assembler.model.signed_packet import (
    SIGNED_FILE,
    SIGNED_FOLDER,
    SignedPacket,
    SignedPage,
    parse_signed_packet,
)
from assembler.model.signing import SignatureState
from assembler.pdf.opening import open_pdf_file
from assembler.proof import signed_picture
from assembler.proof import structure as structure_reader
from assembler.proof.check_wording import list_values
from assembler.runtime.manifest_reader import read_digest
from assembler.runtime.user_files import LITTER, digest_file, list_paths, read_record
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_NAME = "signed"
_PAGES_PER_JOB = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some pages of one volume, in the bundle and as signed. `first`: number of the volume's first
    page."""

    bundle: Path
    signed: Path
    folder: Path
    first: int
    numbers: tuple[int, ...]
    pages: tuple[SignedPage, ...]  # those with a scan


def has_signed_folder(build: Path) -> bool:
    """Return whether a packet has a folder signed/ that this program wrote."""
    return (build / SIGNED_FOLDER / SIGNED_FILE).is_file()


def check_signed(
    build: Path,
    manifest: Manifest,
    structures: Sequence[structure_reader.Structure],
    workshop: Workshop,
) -> Iterator[Check]:
    """Check the signed pages of a packet; yield nothing if it has none.

    Args:
        structures: of the bundle's files.
    """
    folder = build / SIGNED_FOLDER
    if not has_signed_folder(build):
        return
    record = _read_record(build)
    if record is None:
        yield _fail(f"{SIGNED_FOLDER}/{SIGNED_FILE} cannot be read")
        return
    if record.packet != manifest.packet or record.manifest != read_digest(build):
        yield _fail(
            f"{SIGNED_FOLDER}/ is of another build of the packet; run `assembler sign` again"
        )
        return
    troubles = list(_find_file_troubles(folder, manifest, record))
    if troubles:
        yield _fail(list_values(troubles))
        return
    yield Check(
        name=_NAME, ok=True, detail=f"{len(record.files)} files of {SIGNED_FOLDER}/ as written"
    )
    troubles = [
        *_find_page_troubles(build, manifest, record, workshop),
        *_find_structure_troubles(build, manifest, structures, workshop),
    ]
    if troubles:
        yield _fail(list_values(troubles))
        return
    yield Check(
        name=_NAME,
        ok=True,
        detail=f"{len(record.pages)} signed pages show their whole scan; all other pages are those "
        f"of the bundle",
    )


def list_unsigned(build: Path, manifest: Manifest) -> Iterator[str]:
    """Yield a line on the places that still need ink, if pages were put back."""
    record = _read_record(build)
    if record is None:
        return
    signed = {page.number: page.signed for page in record.pages}
    missing = []
    by_page = groupby(manifest.signatures, key=lambda place: place.number)
    for number, places in ((number, list(places)) for number, places in by_page):
        flags = signed.get(number, (False,) * len(places))
        if any(
            not flag and place.state is SignatureState.NEEDED
            for flag, place in zip(flags, places, strict=False)
        ):
            missing.append(manifest.ledger[number - 1].label)
    if missing:
        yield f"signatures that are still missing: page {list_values(missing)}"


def _read_record(build: Path) -> SignedPacket | None:
    value = read_record(build / SIGNED_FOLDER / SIGNED_FILE)
    return parse_signed_packet(value) if value else None


def _fail(detail: str) -> Check:
    return Check(name=_NAME, ok=False, detail=detail)


def _find_file_troubles(folder: Path, manifest: Manifest, record: SignedPacket) -> Iterator[str]:
    """Yield what is changed, missing or too much in the folder."""
    expected = {volume.path for volume in manifest.volumes}
    expected |= {page.scan for page in record.pages}
    if expected != set(record.files):
        yield f"{SIGNED_FILE} does not list the packet's files and scans"
        return
    to_sign = {place.number for place in manifest.signatures}
    numbers = record.numbers
    if len(set(numbers)) != len(numbers) or not set(numbers) <= to_sign:
        yield f"{SIGNED_FILE} lists pages that nobody signs"
        return
    for path, sha256 in record.files.items():
        if _digest(folder, path) != sha256:
            yield f"{SIGNED_FOLDER}/{path} is changed or missing"
    for path in list_paths(folder):
        is_ours = path in record.files or path == SIGNED_FILE
        if not is_ours and path.rpartition("/")[2].casefold() not in LITTER:
            yield f"{SIGNED_FOLDER}/{path} does not belong there"
    limit = manifest.max_bytes
    for volume in manifest.volumes:
        file = folder / volume.path
        if limit is not None and file.is_file() and file.stat().st_size > limit:
            yield f"{SIGNED_FOLDER}/{volume.path} is above the receiver's limit"


def _digest(folder: Path, name: str) -> str:
    path = folder / name
    if any(part.is_symlink() for part in (path, path.parent)) or not path.is_file():
        return ""
    return digest_file(path)


def _find_page_troubles(
    build: Path, manifest: Manifest, record: SignedPacket, workshop: Workshop
) -> Iterator[str]:
    jobs = [
        job
        for volume in manifest.volumes
        if record.files[volume.path] != manifest.digests[volume.path]  # others are copies
        for job in _list_jobs(build, volume, record)
    ]
    labels = {entry.number: entry.label for entry in manifest.ledger}
    for job, result in zip(jobs, workshop.map(compare_pages, jobs), strict=True):
        if isinstance(result, Failure):
            yield f"page {labels[job.numbers[0]]} and others could not be drawn"
        else:
            yield from (f"page {labels[number]} {trouble}" for number, trouble in result)


def _list_jobs(build: Path, volume: Volume, record: SignedPacket) -> Iterator[Job]:
    for start in range(volume.first, volume.last + 1, _PAGES_PER_JOB):
        numbers = tuple(range(start, min(start + _PAGES_PER_JOB, volume.last + 1)))
        yield Job(
            bundle=build / volume.path,
            signed=build / SIGNED_FOLDER / volume.path,
            folder=build / SIGNED_FOLDER,
            first=volume.first,
            numbers=numbers,
            pages=tuple(page for page in record.pages if page.number in numbers),
        )


def compare_pages(job: Job) -> list[tuple[int, str]]:
    """Return the pages that are not as they should be, with what is wrong, in a worker."""
    scanned = {page.number: page for page in job.pages}
    troubles = []
    with open_pdf_file(job.bundle) as bundle, open_pdf_file(job.signed) as signed:
        if len(bundle) != len(signed):
            return [(job.numbers[0], "is in a file with more or fewer pages than the bundle's")]
        for number in job.numbers:
            old, new = bundle[number - job.first], signed[number - job.first]
            if number in scanned:
                trouble = _check_scanned(old, new, scanned[number], job.folder)
            else:
                trouble = signed_picture.compare_unsigned(old, new)
            if trouble:
                troubles.append((number, trouble))
    return troubles


def _check_scanned(old: Any, new: Any, page: SignedPage, folder: Path) -> str:
    try:
        with Image.open(folder / page.scan, formats=("JPEG",)) as opened:
            scan = opened.convert("L")
    except (OSError, UnidentifiedImageError, ValueError):
        return "has a scan that cannot be opened"
    return signed_picture.compare_signed(old, new, scan, page)


def _find_structure_troubles(
    build: Path,
    manifest: Manifest,
    before: Sequence[structure_reader.Structure],
    workshop: Workshop,
) -> Iterator[str]:
    """Yield what of labels, bookmarks, links and tags is not as in the bundle."""
    ledger, parts = manifest.ledger, manifest.volumes
    after = structure_reader.read_all(
        build / SIGNED_FOLDER, ledger, parts, workshop, manifest.linked
    )
    for volume, old, new in zip(parts, before, after, strict=True):
        yield from _compare_structures(f"{SIGNED_FOLDER}/{volume.path}", old, new)


def _compare_structures(
    path: str, old: structure_reader.Structure, new: structure_reader.Structure
) -> Iterator[str]:
    if new.trouble:
        yield f"{path}: {new.trouble}"
        return
    if new.forbidden:
        yield f"{path} has {list_values(new.forbidden)}"
    pairs: Sequence[tuple[str, object, object]] = (
        ("page labels", old.labels, new.labels),
        ("bookmarks", (old.outline, old.marks), (new.outline, new.marks)),
        ("links", old.sheets, new.sheets),
        ("tags", old.tags, new.tags),
    )
    for what, was, now in pairs:
        if was != now:
            yield f"{path} has other {what} than the bundle"
