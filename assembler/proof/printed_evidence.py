"""Check evidence from files that have no pages of their own, such as Word files, e-mail and chats:
all they show must be on the bundle's pages, and where the ledger says."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from assembler.model import NO_OPTIONS, Check, FileOptions, Manifest, Passage, Volume
from assembler.model.manifest import LedgerEntry
from assembler.pdf.opening import open_pdf_file
from assembler.pdf.source_files import WORD, ClientFiles
from assembler.proof import page_check as paging
from assembler.proof.attached_pages import find_attachment_trouble
from assembler.proof.passage_check import (
    find_choice_trouble,
    find_passage_trouble,
    spell_symbols,
)
from assembler.proof.printed_contents import read_with_attached
from assembler.proof.recording_contents import is_recording
from assembler.proof.word_losses import find_missing, read_pages
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_HEAD, _OLE = 65_536, b"\xd0\xcf\x11\xe0"  # bytes; of Outlook and old office files
_WORD, _OTHER = "word-file", "printed-file"  # names of the checks


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A file without pages, and the pages made from it: file of the bundle, and index in it.

    `passages`: by page, what the ledger says it shows. `kept`: the PDF it was printed to, if there
    is one, and `kept_pages`: the index in it of each page. `is_whole`: the exhibit has all pages;
    else the file's words are searched in the kept PDF.
    """

    source: Path
    options: FileOptions = NO_OPTIONS
    pages: tuple[tuple[Path, int], ...] = ()
    passages: tuple[tuple[Passage, ...], ...] = ()
    kept: Path | None = None
    kept_pages: tuple[int, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A file without pages in an exhibit, with its pages in the bundle."""

    exhibit: str
    key: str
    entries: tuple[LedgerEntry, ...]
    is_whole: bool  # else only some of its pages are used

    @property
    def path(self) -> str:
        return self.entries[0].client_source.path


def check_printed_evidence(
    build: Path,
    manifest: Manifest,
    parts: Sequence[Volume],
    results: Mapping[int, paging.ComparedPage],
    files: ClientFiles | None,
    workshop: Workshop,
) -> Iterator[Check]:
    """Check each file without pages of an exhibit. One of which some pages are used is compared
    with the PDF that was kept of it; without one, it is not known which words these pages have."""
    if files is None:
        return
    uses = [
        use
        for use in _list_uses(manifest, results, files)
        if use.is_whole or use.key in files.conversions
    ]
    options = {part.key: part.options for exhibit in manifest.exhibits for part in exhibit.parts}
    jobs = [
        Job(
            source=files.folder / use.path,
            options=options.get(use.key, NO_OPTIONS),
            pages=_locate_pages(build, parts, [entry.number for entry in use.entries]),
            passages=tuple(entry.client_source.passages for entry in use.entries),
            kept=files.conversions.get(use.key),
            kept_pages=tuple(entry.client_source.page - 1 for entry in use.entries),
            is_whole=use.is_whole,
        )
        for use in uses
    ]
    for use, result in zip(uses, workshop.map(read_printed_file, jobs), strict=True):
        yield _check(use, _Reading() if isinstance(result, Failure) else result)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What a worker says of a file: as `find_trouble`, and what was compared."""

    trouble: str | None = None
    is_word_file: bool = False
    compared: str = ""


def read_printed_file(job: Job) -> _Reading:
    """Look for everything that a file shows on its pages; in a worker, since it is untrusted."""
    return _Reading(
        trouble=find_trouble(job),
        is_word_file=_is_word_file(job.source),
        compared=_describe_compared(job.source),
    )


def _check(use: _Use, reading: _Reading) -> Check:
    count, trouble = len(use.entries), reading.trouble
    place = f"its {count} pages" if use.is_whole else "the pages that it was printed to"
    if trouble is None:
        detail = f"{use.path}: its words cannot be read"
    elif trouble:
        detail = f"{use.path}: {trouble}"
    else:
        detail = f"{reading.compared.format(use.path)} is on {place}"
    return Check(
        name=_WORD if reading.is_word_file else _OTHER,
        ok=trouble == "",
        detail=detail,
        exhibit=use.exhibit,
        page=None if trouble == "" else use.entries[0].number,
    )


def _describe_compared(file: Path) -> str:
    """Return what is compared, with {} for the file: of a recording only what its sheet says, of an
    old office file only the words that can be read without its program."""
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        head = b""
    if is_recording(head):
        return "what {} is, how large and how long,"
    if head.startswith(_OLE):
        return "every word of {} that can be read without its program"
    return "every word, sign and picture of {}"


def _is_word_file(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return "word/document.xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        return False


def _list_uses(
    manifest: Manifest, results: Mapping[int, paging.ComparedPage], files: ClientFiles
) -> list[_Use]:
    """Return each file without pages of each exhibit."""
    entries: dict[tuple[str, str], list[LedgerEntry]] = {}
    for entry in manifest.ledger:
        if entry.source is None or entry.source.tiles:
            continue
        key = entry.client_source.key
        if key in files.conversions or results[entry.number].trouble == WORD:
            entries.setdefault((entry.exhibit, key), []).append(entry)
    partly_used = {
        (exhibit.id, part.key)
        for exhibit in manifest.exhibits
        for part in exhibit.parts
        if part.pages
    }
    return [
        _Use(exhibit=use[0], key=use[1], entries=tuple(pages), is_whole=use not in partly_used)
        for use, pages in entries.items()
    ]


def _locate_pages(
    build: Path, parts: Sequence[Volume], numbers: Sequence[int]
) -> tuple[tuple[Path, int], ...]:
    part_by_number = {number: part for part in parts for number in range(part.first, part.last + 1)}
    return tuple(
        (build / part_by_number[number].path, number - part_by_number[number].first)
        for number in numbers
    )


def find_trouble(job: Job) -> str | None:
    """Return what of a file is on none of its pages, or not on the pages that the ledger names; ""
    if all is well, None if the file cannot be read; in a worker."""
    try:
        pages = read_pages(job.pages)
        is_whole = job.is_whole or job.kept is None
        all_pages = pages if is_whole or job.kept is None else read_pages(_list_places(job.kept))
        shown = "\n".join(page.text for page in all_pages)
        contents = read_with_attached(job.source.read_bytes(), job.options, shown)
        printed = [(job.kept, index) for index in job.kept_pages] if job.kept else []
        things = spell_symbols(contents.things, [page.text for page in all_pages])
        missing = find_missing(things, all_pages).describe()
        return (
            missing
            or find_choice_trouble(contents.choices, [page.text for page in all_pages])
            or find_passage_trouble(
                contents.numbered,
                job.passages,
                [page.text for page in pages],
                is_whole=is_whole,
            )
            or find_attachment_trouble(contents.attached, job.passages, printed, is_whole=is_whole)
        )
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError):
        return None


def check_kept_conversions(
    manifest: Manifest, results: Mapping[int, paging.ComparedPage]
) -> Iterator[Check]:
    """Yield a failed check if a packet that should keep the PDF of each file without pages lacks
    one."""
    if manifest.kept is None or manifest.kept.conversions is None:
        return
    for entry in manifest.ledger:
        if entry.source is not None and results[entry.number].trouble == WORD:
            detail = f"the pages that {entry.source.path} was printed to are not kept"
            yield Check(name="kept", ok=False, detail=detail, page=entry.number)
            return


def _list_places(pdf: Path) -> list[tuple[Path, int]]:
    document = open_pdf_file(pdf)
    try:
        return [(pdf, index) for index in range(len(document))]
    finally:
        document.close()
