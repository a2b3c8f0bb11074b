"""Draw small pictures of the bundle's pages and of their sources, except those that the proof has
already left in the cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium

from assembler.model import Fingerprint, LedgerEntry
from assembler.pdf import stamp_area, thumbnails
from assembler.pdf.opening import open_pdf_file
from assembler.pdf.source_files import ClientFiles, Sources
from assembler.pdf.thumbnails import Picture, PictureStyle
from assembler.runtime.cache import Cache

_CHUNK = 16  # pages per worker of the documents that this program made


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFile:
    """One file of the bundle, and how its pages are drawn."""

    path: Path
    sha256: str
    first: int  # number of its first page
    case_folder: Path | None  # None: sources are not drawn
    style: PictureStyle
    cache: Cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some pages of one file of the bundle."""

    file: BundleFile
    entries: tuple[LedgerEntry, ...]
    # everything that the pictures depend on, without the stamps; empty if that is not known
    key: tuple[str, ...]

    @property
    def has_sources(self) -> bool:
        """Return True if the pages are drawn beside their sources."""
        return self.file.case_folder is not None


def split_picture_jobs(
    file: BundleFile, ledger: Sequence[LedgerEntry], prints: Sequence[Fingerprint] = ()
) -> list[Job]:
    """Split the pages of one file into jobs.

    Each job has pages of one exhibit, so that its key stays the same if exhibits are added before
    it.

    Args:
        ledger: entries of the pages of this file.
        prints: of every page of the bundle.
    """
    has_sources = file.case_folder is not None
    return [
        Job(
            file=file,
            entries=entries,
            key=thumbnails.make_thumbnail_key(entries, prints, file.style, sources=has_sources),
        )
        for entries in _split_ledger(ledger)
    ]


def _split_ledger(ledger: Sequence[LedgerEntry]) -> Iterator[tuple[LedgerEntry, ...]]:
    """Split pages made by this program into chunks, and pages of evidence by exhibit."""
    own = [entry for entry in ledger if entry.source is None]
    yield from (tuple(own[start : start + _CHUNK]) for start in range(0, len(own), _CHUNK))
    yield from thumbnails.split_ledger([entry for entry in ledger if entry.source is not None])


def draw(job: Job) -> tuple[tuple[int, Picture], ...]:
    """Return the pictures of the job's pages, each with the number of its page."""
    folder = job.file.cache.get_or_make(
        job.key or _make_place_key(job), lambda new_folder: _draw_into(job, new_folder)
    )
    return tuple(
        (entry.number, picture)
        for entry, picture in zip(job.entries, thumbnails.read_pictures(folder), strict=True)
    )


def _make_place_key(job: Job) -> tuple[str, ...]:
    """Return the cache key of pages whose content is not known: the file, and their numbers."""
    versions = thumbnails.list_thumbnail_versions(
        job.entries, job.file.style, sources=job.has_sources
    )
    numbers = (str(entry.number) for entry in job.entries)
    return ("pictures", job.file.sha256, *numbers, *versions)


def _draw_into(job: Job, folder: Path) -> None:
    """Draw the job's pages and write the pictures into a folder of the cache."""
    document = open_pdf_file(job.file.path)
    sources = Sources(ClientFiles(folder=job.file.case_folder)) if job.file.case_folder else None
    try:
        thumbnails.write_pictures(
            folder,
            [
                _draw_page(job, document[entry.number - job.file.first], entry, sources)
                for entry in job.entries
            ],
        )
    finally:
        if sources:
            sources.close()
        document.close()


def _draw_page(
    job: Job, page: pdfium.PdfPage, entry: LedgerEntry, sources: Sources | None
) -> Picture:
    """Draw a page and its source.

    If the cache key is of the page's content, the stamp is left out: its number changes with every
    page that is added before it.
    """
    bare = bool(job.key) and stamp_area.hide_stamp(page, entry.stamp)
    return thumbnails.make_picture(
        thumbnails.draw_page(page, job.file.style.width),
        thumbnails.draw_source(entry, sources, job.file.style),
        job.file.style,
        bare=bare,
    )
