"""A Word file has no pages of its own to compare with: the proof looks for all that it shows on
the bundle's pages."""

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


def checks(
    build: Path,
    manifest: Manifest,
    parts: Sequence[Volume],
    seen: Mapping[int, paging.PageResult],
    case_folder: Path | None,
    workshop: Workshop,
) -> Iterator[Check]:
    """One for each exhibit and Word file of it that is used whole; of a part of its pages nobody
    knows which words they have."""
    if case_folder is None:
        return
    found: dict[tuple[str, str], list[int]] = {}
    for entry in manifest.ledger:
        if entry.source is not None and seen[entry.number].trouble == WORD:
            found.setdefault((entry.exhibit, entry.client_source.path), []).append(entry.number)
    partly = {(e.id, part.path) for e in manifest.exhibits for part in e.parts if part.pages}
    whole = {key: numbers for key, numbers in found.items() if key not in partly}
    jobs = [
        Job(source=case_folder / key[1], pages=_places(build, parts, numbers))
        for key, numbers in whole.items()
    ]
    for (exhibit, path), numbers, missing in zip(
        whole, whole.values(), workshop.map(find_missing_things, jobs), strict=True
    ):
        unread = missing is None or isinstance(missing, Failure)
        ok = missing == ""
        all_there = f"every word, sign and picture of {path} is on its {len(numbers)} pages"
        detail = all_there if ok else f"{path}: {'its words cannot be read' if unread else missing}"
        yield Check(
            name="word-file", ok=ok, detail=detail, exhibit=exhibit, page=None if ok else numbers[0]
        )


def _places(
    build: Path, parts: Sequence[Volume], numbers: Sequence[int]
) -> tuple[tuple[Path, int], ...]:
    holds = {number: part for part in parts for number in range(part.first, part.last + 1)}
    return tuple((build / holds[number].path, number - holds[number].first) for number in numbers)


def find_missing_things(job: Job) -> str | None:
    """In a worker: what of the file is on none of the pages, "" if all is there; None if the
    file cannot be read."""
    try:
        return find_missing(read_visible_things(job.source), read_pages(job.pages)).describe()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError):
        return None
