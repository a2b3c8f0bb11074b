"""Skip drawing pages whose whole content was already found to look like their source.

How a page looks is decided by its content alone (`fingerprint`) and by the program that draws it. A
page of the finished bundle whose content is, byte for byte, that of one that was drawn and compared
with the same page of the same source need not be drawn again: the result would be the same.
Everything else is read every time: stamps, text, order, numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import PIL
import pypdfium2 as pdfium

from assembler.model import Fingerprint, LedgerEntry, Volume
from assembler.pdf import fingerprint, thumbnails
from assembler.pdf.source_files import ClientFiles
from assembler.proof import page_check as paging
from assembler.proof import source_drawing
from assembler.runtime.code_version import digest_code
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_PAGES_PER_JOB = 250  # pages of which a worker only reads content or text
# position and text of a page: the comparison with its source depends on every other field of its
# ledger entry
_NOT_COMPARED = frozenset(
    {
        "number",
        "label",
        "part",
        "kind",
        "document",
        "index",
        "tab",
        "exhibit",
        "exhibit_page",
        "exhibit_pages",
        "stamp",
        "source",
        "text",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPages:
    """The result of each page, by its number; counts of drawn and known pages;
    fingerprints, if any were made."""

    results: Mapping[int, paging.ComparedPage]
    drawn: int
    known: int
    prints: tuple[Fingerprint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle to compare: its folder, the ledger, the bundle's files, and the client's files, None
    if they are not available.

    `source_digests`: what tells the sources as they are now: their sha256, with that of what was
    kept of a Word file.
    """

    build: Path
    ledger: Sequence[LedgerEntry]
    parts: Sequence[Volume]
    files: ClientFiles | None
    source_digests: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _PageGroup:
    """Pages of one file of a bundle. `key`: names what was proved of them, () where their content
    cannot identify them."""

    job: paging.Job
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Some pages of a file, counted from 0."""

    pdf: Path
    places: tuple[int, ...]


def prints(build: Path, parts: Sequence[Volume], workshop: Workshop) -> tuple[Fingerprint, ...]:
    """Return a fingerprint of every page of a finished bundle."""
    ranges = [
        pages
        for part in parts
        for pages in _split_file(build / part.path, part.last - part.first + 1, workshop.jobs)
    ]
    fingerprints: list[Fingerprint] = []
    for pages, result in zip(ranges, workshop.map(fingerprint_printed_pages, ranges), strict=True):
        if isinstance(result, Failure):
            fingerprints += [Fingerprint()] * len(pages.places)
        else:
            fingerprints += result
    return tuple(fingerprints)


def _split_file(pdf: Path, pages: int, jobs: int) -> list[Range]:
    """Split a file into one range per worker, unless they would be small: reading the page tree
    takes as long as reading the pages."""
    size = max(_PAGES_PER_JOB, -(-pages // jobs))
    return [
        Range(pdf=pdf, places=tuple(range(start, min(start + size, pages))))
        for start in range(0, pages, size)
    ]


def fingerprint_printed_pages(pages: Range) -> tuple[Fingerprint, ...]:
    """Fingerprint a range of pages, in a worker."""
    return fingerprint.fingerprint_pages(pages.pdf, pages.places)


def compare_pages(
    bundle: Bundle, workshop: Workshop, *, remember: bool, pictures: bool = False
) -> ComparedPages:
    """Compare every page of a bundle with its source.

    Without `remember` all pages are drawn, and nothing is noted in the cache. `pictures`: leave
    thumbnails of what is drawn in the cache, for review.html.
    """
    fingerprints = prints(bundle.build, bundle.parts, workshop) if remember and bundle.files else ()
    groups = [group for part in bundle.parts for group in _group_pages(bundle, part, fingerprints)]
    fresh, known, ours = _sort_groups(groups, workshop)
    if pictures:
        style = thumbnails.choose_style(len(bundle.ledger))
        fresh = [_add_thumbnail_order(group, fingerprints, style, workshop) for group in fresh]
    rest = [entry for group in (*known, *ours) for entry in group.job.entries]
    reading = [job for part in bundle.parts for job in _list_reading_jobs(bundle, part, rest)]
    results = _run_jobs([*(group.job for group in fresh), *reading], workshop)
    # a stamp that is more than a stamp may hide what is under it
    doubtful = [
        group
        for group in known
        if not all(results[entry.number].whole for entry in group.job.entries)
    ]
    results |= _run_jobs([group.job for group in doubtful], workshop)
    for group in fresh:
        if group.key and all(_is_proved(results[entry.number]) for entry in group.job.entries):
            workshop.cache.get_or_make(group.key, lambda _folder: None)
    return ComparedPages(
        results=results,
        drawn=_count_pages(fresh) + _count_pages(doubtful),
        known=_count_pages(known) - _count_pages(doubtful),
        prints=tuple(
            print_of_page if results[number].whole else Fingerprint()
            for number, print_of_page in enumerate(fingerprints, 1)
        ),
    )


def _sort_groups(
    groups: Sequence[_PageGroup], workshop: Workshop
) -> tuple[list[_PageGroup], list[_PageGroup], list[_PageGroup]]:
    """Return the groups that must be drawn, those known by their content, and those without a
    source to compare with."""
    fresh: list[_PageGroup] = []
    known: list[_PageGroup] = []
    ours: list[_PageGroup] = []
    for group in groups:
        if group.job.files is None or group.job.entries[0].source is None:
            ours.append(group)
        else:
            (known if group.key and workshop.cache.has(group.key) else fresh).append(group)
    return fresh, known, ours


def _add_thumbnail_order(
    group: _PageGroup,
    fingerprints: Sequence[Fingerprint],
    style: thumbnails.PictureStyle,
    workshop: Workshop,
) -> _PageGroup:
    key = thumbnails.make_thumbnail_key(
        group.job.entries, fingerprints, style, sources=group.job.files is not None
    )
    order = thumbnails.ThumbnailOrder(key=key, style=style, cache=workshop.cache) if key else None
    return replace(group, job=replace(group.job, order=order))


def _count_pages(groups: Sequence[_PageGroup]) -> int:
    return sum(len(group.job.entries) for group in groups)


def _is_proved(result: paging.ComparedPage) -> bool:
    """Return whether the comparison covers the whole look of this page, wherever its stamp will
    be."""
    return (
        result.alike
        and result.whole
        and result.difference is not None
        and not (result.trouble or result.secondhand)
    )


def _group_pages(
    bundle: Bundle, part: Volume, fingerprints: Sequence[Fingerprint]
) -> Iterator[_PageGroup]:
    for entries in thumbnails.split_ledger(bundle.ledger[part.first - 1 : part.last]):
        job = paging.Job(
            bundle=bundle.build / part.path,
            first=part.first,
            entries=entries,
            files=bundle.files,
        )
        yield _PageGroup(job=job, key=_make_key(entries, bundle.source_digests, fingerprints))


def _make_key(
    entries: Sequence[LedgerEntry],
    source_digests: Mapping[str, str],
    fingerprints: Sequence[Fingerprint],
) -> tuple[str, ...]:
    rows = [_describe_page(entry, source_digests, fingerprints) for entry in entries]
    engine = (
        f"pdfium {pdfium.PYPDFIUM_INFO}",
        f"Pillow {PIL.__version__}",
        f"{source_drawing.DPI} dpi",
    )
    return ("proof", digest_code("proof"), *engine, *rows) if all(rows) else ()


def _describe_page(
    entry: LedgerEntry, source_digests: Mapping[str, str], fingerprints: Sequence[Fingerprint]
) -> str:
    """Return all that the comparison of one page depends on; "" if that is not known."""
    number = entry.number
    if entry.source is None or not 0 < number <= len(fingerprints):
        return ""
    fingerprint, source_digest = (
        fingerprints[number - 1],
        source_digests.get(entry.client_source.key, ""),
    )
    if (
        not fingerprint.digest
        or not source_digest
        or fingerprint.stamped != (entry.stamp is not None)
    ):
        return ""
    compared = {key: value for key, value in asdict(entry).items() if key not in _NOT_COMPARED}
    return json.dumps(
        [fingerprint.digest, source_digest, entry.client_source.page, compared], sort_keys=True
    )


def _list_reading_jobs(
    bundle: Bundle, part: Volume, rest: Sequence[LedgerEntry]
) -> Iterator[paging.Job]:
    entries = [entry for entry in rest if part.first <= entry.number <= part.last]
    for start in range(0, len(entries), _PAGES_PER_JOB):
        yield paging.Job(
            bundle=bundle.build / part.path,
            first=part.first,
            entries=tuple(entries[start : start + _PAGES_PER_JOB]),
            files=bundle.files,
            known=True,
        )


def _run_jobs(jobs: Sequence[paging.Job], workshop: Workshop) -> dict[int, paging.ComparedPage]:
    results: dict[int, paging.ComparedPage] = {}
    for job, result in zip(jobs, workshop.map(paging.check_pages, jobs), strict=True):
        pages = _report_failed_pages(job, result) if isinstance(result, Failure) else result
        results |= {page.number: page for page in pages}
    return results


def _report_failed_pages(job: paging.Job, failure: Failure) -> tuple[paging.ComparedPage, ...]:
    trouble = f"could not be examined ({failure.kind}: {failure.detail})"
    return tuple(
        paging.ComparedPage(
            number=entry.number,
            difference=None,
            alike=False,
            stamped=False,
            words=0,
            trouble=trouble,
        )
        for entry in job.entries
    )
