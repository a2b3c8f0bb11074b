"""Small pictures of the bundle's pages and of their sources, as far as the proof has not left
them in the cache already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium

from assembler.model import Fingerprint, LedgerEntry
from assembler.pdf import stamp_area, thumbnails
from assembler.pdf.source_files import Sources
from assembler.pdf.thumbnails import Picture, PictureStyle
from assembler.runtime.cache import Cache

_CHUNK = 16  # of our own pages for a worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some pages of one file of the bundle, whose first page has the number `first`.

    `key`: what they look like but for their stamps, and all that their pictures depend on; empty
    where that is not known.
    """

    bundle: Path
    sha256: str
    first: int
    entries: tuple[LedgerEntry, ...]
    key: tuple[str, ...]
    case_folder: Path | None
    look: PictureStyle
    cache: Cache


def jobs(
    bundle: Path,
    sha256: str,
    first: int,
    ledger: Sequence[LedgerEntry],
    look: PictureStyle,
    case_folder: Path | None,
    cache: Cache,
    prints: Sequence[Fingerprint] = (),
) -> list[Job]:
    """The work on one file of a bundle, in pieces of one exhibit each, so that they stay the same
    when others come between.

    `prints`: of every page of the bundle.
    """
    return [
        Job(
            bundle=bundle,
            sha256=sha256,
            first=first,
            entries=some,
            case_folder=case_folder,
            look=look,
            cache=cache,
            key=thumbnails.thumbnail_key(some, prints, look, sources=case_folder is not None),
        )
        for some in _pieces(ledger)
    ]


def _pieces(ledger: Sequence[LedgerEntry]) -> Iterator[tuple[LedgerEntry, ...]]:
    own = [entry for entry in ledger if entry.source is None]
    yield from (tuple(own[start : start + _CHUNK]) for start in range(0, len(own), _CHUNK))
    yield from thumbnails.split_ledger([entry for entry in ledger if entry.source is not None])


def draw(job: Job) -> tuple[tuple[int, Picture], ...]:
    """The pictures of these pages, each with its number."""
    folder = job.cache.get_or_make(job.key or _by_place(job), lambda made: _make(job, made))
    return tuple(
        (entry.number, one)
        for entry, one in zip(job.entries, thumbnails.read_pictures(folder), strict=True)
    )


def _by_place(job: Job) -> tuple[str, ...]:
    """What pictures depend on where the content of a page is not known: the file, and the
    numbers."""
    rest = thumbnails.thumbnail_versions(job.entries, job.look, sources=job.case_folder is not None)
    return ("pictures", job.sha256, *(str(entry.number) for entry in job.entries), *rest)


def _make(job: Job, folder: Path) -> None:
    document = pdfium.PdfDocument(job.bundle)
    sources = Sources(job.case_folder) if job.case_folder else None
    try:
        thumbnails.write_pictures(
            folder,
            [
                _both(job, document[entry.number - job.first], entry, sources)
                for entry in job.entries
            ],
        )
    finally:
        if sources:
            sources.close()
        document.close()


def _both(job: Job, page: pdfium.PdfPage, entry: LedgerEntry, sources: Sources | None) -> Picture:
    """Where the page is known by its content, its stamp is left out: that changes with every
    page that comes before."""
    bare = bool(job.key) and stamp_area.hide_stamp(page, entry.stamp)
    return thumbnails.make_picture(
        thumbnails.draw_page(page, job.look.width),
        thumbnails.draw_source(entry, sources, job.look),
        job.look,
        bare=bare,
    )
