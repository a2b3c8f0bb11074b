"""Check evidence from Word files, which have no pages to compare with: all they show must be on the
bundle's pages."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from assembler.model import Check, Manifest, Volume
from assembler.pdf.source_files import WORD
from assembler.proof import page_check as paging
from assembler.proof.word_losses import find_missing, read_pages
from assembler.proof.word_reader import read_visible_things
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A Word file, and the pages made from it: file of the bundle, and index in it."""

    source: Path
    pages: tuple[tuple[Path, int], ...]


def check_word_evidence(
    build: Path,
    manifest: Manifest,
    parts: Sequence[Volume],
    results: Mapping[int, paging.PageResult],
    case_folder: Path | None,
    workshop: Workshop,
) -> Iterator[Check]:
    """Check each Word file of an exhibit that is used whole; for a selection of pages it is not
    known which words they have."""
    if case_folder is None:
        return
    used_whole = _files_used_whole(manifest, results)
    jobs = [
        Job(source=case_folder / key[1], pages=_places(build, parts, numbers))
        for key, numbers in used_whole.items()
    ]
    for (exhibit, path), numbers, missing in zip(
        used_whole, used_whole.values(), workshop.map(find_missing_things, jobs), strict=True
    ):
        is_unread = missing is None or isinstance(missing, Failure)
        is_complete = missing == ""
        all_there = f"every word, sign and picture of {path} is on its {len(numbers)} pages"
        detail = (
            all_there
            if is_complete
            else f"{path}: {'its words cannot be read' if is_unread else missing}"
        )
        yield Check(
            name="word-file",
            ok=is_complete,
            detail=detail,
            exhibit=exhibit,
            page=None if is_complete else numbers[0],
        )


def _files_used_whole(
    manifest: Manifest, results: Mapping[int, paging.PageResult]
) -> dict[tuple[str, str], list[int]]:
    """Return the page numbers of each Word file that is used whole, by exhibit and path."""
    numbers_by_file: dict[tuple[str, str], list[int]] = {}
    for entry in manifest.ledger:
        if entry.source is not None and results[entry.number].trouble == WORD:
            key = (entry.exhibit, entry.client_source.path)
            numbers_by_file.setdefault(key, []).append(entry.number)
    partly_used = {
        (exhibit.id, part.path)
        for exhibit in manifest.exhibits
        for part in exhibit.parts
        if part.pages
    }
    return {key: numbers for key, numbers in numbers_by_file.items() if key not in partly_used}


def _places(
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
        return find_missing(read_visible_things(job.source), read_pages(job.pages)).describe()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError):
        return None
