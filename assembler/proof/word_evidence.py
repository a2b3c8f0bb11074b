"""Check evidence from Word files, which have no pages of their own: all they show must be on the
bundle's pages."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
from lxml import etree

from assembler.model import Check, Manifest, Volume
from assembler.pdf.source_files import WORD, ClientFiles
from assembler.proof import page_check as paging
from assembler.proof.word_losses import find_missing, read_pages
from assembler.proof.word_reader import read_visible_things
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A Word file, and the pages made from it: file of the bundle, and index in it.

    `kept`: the PDF it was printed to, if its pages are to be read there.
    """

    source: Path
    pages: tuple[tuple[Path, int], ...] = ()
    kept: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A Word file in an exhibit, with the numbers of its pages in the bundle."""

    exhibit: str
    path: str
    numbers: tuple[int, ...]
    is_whole: bool  # else only some of its pages are used


def check_word_evidence(
    build: Path,
    manifest: Manifest,
    parts: Sequence[Volume],
    results: Mapping[int, paging.ComparedPage],
    files: ClientFiles | None,
    workshop: Workshop,
) -> Iterator[Check]:
    """Check each Word file of an exhibit. One of which some pages are used is compared with the PDF
    that was kept of it; without one, it is not known which words these pages have."""
    if files is None:
        return
    uses = [
        use
        for use in _list_uses(manifest, results, files)
        if use.is_whole or use.path in files.conversions
    ]
    jobs = [
        Job(source=files.folder / use.path, pages=_locate_pages(build, parts, use.numbers))
        if use.is_whole
        else Job(source=files.folder / use.path, kept=files.conversions[use.path])
        for use in uses
    ]
    for use, missing in zip(uses, workshop.map(find_missing_things, jobs), strict=True):
        yield _check(use, missing)


def _check(use: _Use, missing: str | Failure | None) -> Check:
    place = f"its {len(use.numbers)} pages" if use.is_whole else "the pages that it was printed to"
    if missing is None or isinstance(missing, Failure):
        detail = f"{use.path}: its words cannot be read"
    elif missing:
        detail = f"{use.path}: {missing}"
    else:
        detail = f"every word, sign and picture of {use.path} is on {place}"
    is_complete = missing == ""
    return Check(
        name="word-file",
        ok=is_complete,
        detail=detail,
        exhibit=use.exhibit,
        page=None if is_complete else use.numbers[0],
    )


def _list_uses(
    manifest: Manifest, results: Mapping[int, paging.ComparedPage], files: ClientFiles
) -> list[_Use]:
    """Return each Word file of each exhibit."""
    numbers_by_file: dict[tuple[str, str], list[int]] = {}
    for entry in manifest.ledger:
        if entry.source is None:
            continue
        path = entry.client_source.path
        if path in files.conversions or results[entry.number].trouble == WORD:
            numbers_by_file.setdefault((entry.exhibit, path), []).append(entry.number)
    partly_used = {
        (exhibit.id, part.path)
        for exhibit in manifest.exhibits
        for part in exhibit.parts
        if part.pages
    }
    return [
        _Use(exhibit=key[0], path=key[1], numbers=tuple(numbers), is_whole=key not in partly_used)
        for key, numbers in numbers_by_file.items()
    ]


def _locate_pages(
    build: Path, parts: Sequence[Volume], numbers: Sequence[int]
) -> tuple[tuple[Path, int], ...]:
    part_by_number = {number: part for part in parts for number in range(part.first, part.last + 1)}
    return tuple(
        (build / part_by_number[number].path, number - part_by_number[number].first)
        for number in numbers
    )


def find_missing_things(job: Job) -> str | None:
    """Return what of a file is on none of its pages, "" if nothing is missing, None if the file
    cannot be read; in a worker."""
    try:
        places = job.pages if job.kept is None else _list_places(job.kept)
        return find_missing(read_visible_things(job.source), read_pages(places)).describe()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError):
        return None


def check_kept_conversions(
    manifest: Manifest, results: Mapping[int, paging.ComparedPage]
) -> Iterator[Check]:
    """Yield a failed check if a packet that should keep the PDF of each Word file lacks one."""
    if manifest.kept is None or manifest.kept.conversions is None:
        return
    for entry in manifest.ledger:
        if entry.source is not None and results[entry.number].trouble == WORD:
            detail = f"the pages that {entry.source.path} was printed to are not kept"
            yield Check(name="kept", ok=False, detail=detail, page=entry.number)
            return


def _list_places(pdf: Path) -> list[tuple[Path, int]]:
    document = pdfium.PdfDocument(pdf)
    try:
        return [(pdf, index) for index in range(len(document))]
    finally:
        document.close()
