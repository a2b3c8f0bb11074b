"""Check the text of each page of evidence, in workers: the source's own, and the recognized words
in their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler.model import LedgerEntry, Manifest, TextMethod, Volume
from assembler.pdf import stamp_area
from assembler.pdf.picture_files import PictureFile
from assembler.pdf.source_files import ClientFiles, NoPages, Sources
from assembler.pdf.streaming import StreamedPages
from assembler.proof.kept_drafts import Kept, KeptWords
from assembler.proof.page_characters import (
    PageCharacters,
    is_ending_with,
    keep_letters_and_digits,
    keep_visible_characters,
)
from assembler.proof.page_text import read_content, read_text
from assembler.proof.recognized_words import check_places_in_any_order, check_recognized_words
from assembler.proof.source_text import compare_with_source
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_PAGES_PER_JOB = 200  # pages of a job: its source is opened once for all of them
# letters that PDFium may skip: this many, or this part of a page's
_SKIPPED_LETTERS, _SKIPPED_PART = 8, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some pages of one source in one file of the bundle, whose first page has the number `first`.

    `words`: what was recognized on each page; None for a page whose text is the source's own.
    """

    bundle: Path
    first: int
    entries: tuple[LedgerEntry, ...]
    words: tuple[KeptWords | None, ...]
    files: ClientFiles | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPage:
    """The result of one page. `trouble`: what is wrong with its text, "" if nothing is. `unread`:
    whether its source could not be read."""

    number: int
    trouble: str = ""
    unread: bool = False


def read_layers(
    packet: Path,
    manifest: Manifest,
    parts: Sequence[Volume],
    kept: Kept,
    files: ClientFiles | None,
    workshop: Workshop,
) -> dict[int, LayerPage]:
    """Read the text of every page of evidence, by the page's number."""
    jobs = list(_list_jobs(packet, manifest.ledger, parts, kept, files))
    pages: dict[int, LayerPage] = {}
    for job, result in zip(jobs, workshop.map(compare_layers, jobs), strict=True):
        if isinstance(result, Failure):
            trouble = f"could not be read ({result.kind}: {result.detail})"
            pages |= {page.number: page for page in _report_failed_pages(job, trouble)}
        else:
            pages |= {page.number: page for page in result}
    return pages


def _list_jobs(
    packet: Path,
    ledger: Sequence[LedgerEntry],
    parts: Sequence[Volume],
    kept: Kept,
    files: ClientFiles | None,
) -> Iterator[Job]:
    for volume in parts:
        entries: list[LedgerEntry] = []
        for entry in ledger[volume.first - 1 : volume.last]:
            if entry.source is None:
                continue
            if entries and (
                len(entries) == _PAGES_PER_JOB
                or entry.client_source.key != entries[-1].client_source.key
            ):
                yield _make_job(packet / volume.path, volume.first, entries, kept, files)
                entries = []
            entries.append(entry)
        if entries:
            yield _make_job(packet / volume.path, volume.first, entries, kept, files)


def _make_job(
    bundle: Path, first: int, entries: Sequence[LedgerEntry], kept: Kept, files: ClientFiles | None
) -> Job:
    words = tuple(
        kept.words.get((entry.document, entry.index), KeptWords(size=(0, 0), words=()))
        if entry.client_text.method is TextMethod.OCR
        else None
        for entry in entries
    )
    return Job(bundle=bundle, first=first, entries=tuple(entries), words=words, files=files)


def compare_layers(job: Job) -> tuple[LayerPage, ...]:
    """Compare the text of pages with their source and with what was recognized, in a worker; never
    raise for a bad file."""
    sources = Sources(job.files) if job.files else None
    try:
        with StreamedPages(job.bundle) as book:
            return tuple(
                _check_page(book, job, sources, *pair)
                for pair in zip(job.entries, job.words, strict=True)
            )
    except (pdfium.PdfiumError, OSError) as error:
        return _report_failed_pages(job, f"could not be read ({type(error).__name__})")
    finally:
        if sources:
            sources.close()


def _report_failed_pages(job: Job, trouble: str) -> tuple[LayerPage, ...]:
    return tuple(LayerPage(number=entry.number, trouble=trouble) for entry in job.entries)


def _check_page(
    book: StreamedPages,
    job: Job,
    sources: Sources | None,
    entry: LedgerEntry,
    words: KeptWords | None,
) -> LayerPage:
    number = entry.number
    if not 0 <= number - job.first < len(book):
        return LayerPage(number=number, trouble="is not there")
    page = book.page(number - job.first)
    # if the stamp cannot be hidden, the check of the stamps reports it
    is_hidden = stamp_area.hide_stamp(page, entry.stamp)
    stamp_text = entry.stamp.text if entry.stamp and not is_hidden else ""
    text, trouble = _read_own_text(page, entry, words, stamp_text)
    if trouble and words is not None:
        text, trouble = _read_by_content(page, job, entry, words, trouble)
    if trouble and words is not None and sources is not None:
        text, trouble = _read_by_source(page, job, entry, words, sources, trouble)
    if trouble or sources is None:
        return LayerPage(number=number, trouble=trouble, unread=sources is None)
    try:
        trouble = compare_with_source(text, page, sources, entry, recognized=words is not None)
    except NoPages:
        return LayerPage(number=number, unread=True)
    except (pdfium.PdfiumError, OSError, IndexError):
        trouble = "cannot be compared: its source does not open"
    return LayerPage(number=number, trouble=trouble)


def _read_own_text(
    page: Any, entry: LedgerEntry, words: KeptWords | None, stamp_text: str
) -> tuple[str, str]:
    """Return the text of a page without its stamp and recognized words, and what is wrong with the
    latter."""
    if words is None:
        text = read_text(page)
        return (
            keep_visible_characters(text).removesuffix(keep_visible_characters(stamp_text))
            if stamp_text
            else text
        ), ""
    characters = PageCharacters(page)
    characters.drop_end(stamp_text)
    trouble = check_recognized_words(page, characters, words, entry)
    characters.drop_letters(words.words)
    return characters.text, trouble


def _read_by_content(
    page: Any, job: Job, entry: LedgerEntry, words: KeptWords, trouble: str
) -> tuple[str, str]:
    """Return the same as `_read_own_text`, read with pypdf in the order of the content.

    PDFium reorders lines that are close to each other, and skips a letter that lies on another of
    its kind. `trouble` is returned where the content has other words than were recognized, or
    PDFium other letters than the content.
    """
    stamp_text, content = _read_own_content(job, entry)
    texts = [keep_visible_characters(word.text) for word in words.words]
    characters = PageCharacters(page)
    characters.drop_end(stamp_text)
    letters, shown = keep_letters_and_digits(content), keep_letters_and_digits(characters.text)
    same_count = len(words.words) == entry.client_text.words
    if not same_count or not is_ending_with(content, texts) or Counter(shown) - Counter(letters):
        return characters.text, trouble
    passed_over = len(letters) - len(shown)
    if passed_over > _limit_skipped(texts):
        return characters.text, trouble
    start = characters.start_of(words.words, passed_over)
    return characters.text[:start], check_places_in_any_order(
        page, characters, words, entry, passed_over
    )


def _read_own_content(job: Job, entry: LedgerEntry) -> tuple[str, str]:
    """Return the text of a page's stamp, and the characters of its content before the stamp."""
    stamp_text = entry.stamp.text if entry.stamp else ""
    content = keep_visible_characters(read_content(job.bundle, entry.number - job.first))
    return stamp_text, content.removesuffix(keep_visible_characters(stamp_text))


def _limit_skipped(texts: Sequence[str]) -> float:
    """Return how many letters of these words PDFium may skip."""
    return max(_SKIPPED_LETTERS, _SKIPPED_PART * len(keep_letters_and_digits("".join(texts))))


def _read_by_source(
    page: Any, job: Job, entry: LedgerEntry, words: KeptWords, sources: Sources, trouble: str
) -> tuple[str, str]:
    """Return the same as `_read_own_text`, for a page on whose own letters two readers disagree.

    PDFium must read the same letters as from the source and the recognized words together, except
    for those it skips, in any order; the recognized words must end the page's content, complete and
    in order.
    """
    try:
        source = sources.open(entry.client_source.key)
        if isinstance(source, PictureFile):
            return "", trouble
        own_page = source[entry.client_source.page - 1]
        own_text, own_characters = read_text(own_page), PageCharacters(own_page)
    except (NoPages, pdfium.PdfiumError, OSError, IndexError):
        return "", trouble
    stamp_text, content = _read_own_content(job, entry)
    texts = [keep_visible_characters(word.text) for word in words.words]
    characters = PageCharacters(page)
    characters.drop_end(stamp_text)
    expected = Counter(keep_letters_and_digits(own_characters.text)) + Counter(
        keep_letters_and_digits("".join(texts))
    )
    shown = Counter(keep_letters_and_digits(characters.text))
    passed_over = (expected - shown).total()
    is_as_kept = (
        len(words.words) == entry.client_text.words
        and not shown - expected
        and passed_over <= _limit_skipped(texts)
        and is_ending_with(content, texts)
    )
    if not is_as_kept:
        return "", trouble
    return own_text, check_places_in_any_order(page, characters, words, entry, passed_over)
