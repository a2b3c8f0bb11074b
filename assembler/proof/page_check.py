"""Page by page, in workers: does it look like its source, does its stamp say what it should, is
its text there?"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler.model import LedgerEntry
from assembler.pdf import stamp_area, thumbnails
from assembler.pdf.source_files import NoPages, Sources
from assembler.pdf.streaming import StreamedPages
from assembler.proof.page_comparison import Difference, sheet_of
from assembler.proof.pixels import Originals
from assembler.proof.stamp_check import stamp_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some ledger entries of one file of a bundle; `case_folder` None = the sources are not at
    hand."""

    bundle: Path
    first: int  # number of the file's first page
    entries: tuple[LedgerEntry, ...]
    case_folder: Path | None
    # they need not be drawn: that they look like their sources was proved before (see `known`)
    known: bool = False
    order: thumbnails.ThumbnailOrder | None = None  # pictures to be made of what is drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """What was seen on one page. `difference`: pixels that differ, None = not compared; `trouble`
    says why, or where they are. `alike` also where it could not be compared.

    `stamped`: the stamp reads and looks as the ledger says. `whole`: it is the last thing on the
    page, and nothing else is.
    """

    number: int
    difference: float | None
    alike: bool
    stamped: bool
    words: int
    trouble: str = ""
    whole: bool = False
    # compared with the source as another reader wrote it again, since PDFium does not open it
    secondhand: bool = False


def look(job: Job) -> tuple[PageResult, ...]:
    """Compare every page of the job. A page or source that cannot be opened is a result with
    `trouble`."""
    originals = Originals(Sources(job.case_folder)) if job.case_folder and not job.known else None
    try:
        with StreamedPages(job.bundle) as book:
            seen = [_page(book, job, entry, originals) for entry in job.entries]
    finally:
        if originals:
            originals.close()
            originals.sources.close()
    if job.order and all(picture and result.whole for result, picture in seen):
        job.order.cache.get_or_make(
            job.order.key,
            lambda folder: thumbnails.write_pictures(
                folder, [picture for _, picture in seen if picture]
            ),
        )
    return tuple(result for result, _ in seen)


def _page(
    book: StreamedPages, job: Job, entry: LedgerEntry, originals: Originals | None
) -> tuple[PageResult, thumbnails.Picture | None]:
    number = entry.number
    seen = PageResult(number=number, difference=None, alike=False, stamped=False, words=0)
    if not 0 <= number - job.first < len(book):
        return replace(seen, trouble="is not there"), None
    page = book.page(number - job.first)
    read, words = _stamp_reads(page, entry), len(_text(page).split())
    compared = originals if entry.source is not None else None
    known = job.known and job.case_folder is not None and entry.source is not None
    state = stamp_state(page, entry.stamp, over_all=compared is None and not known)
    seen = replace(seen, stamped=read and state.drawn, words=words, whole=state.last)
    if compared is None:
        return replace(seen, alike=True), None
    return _compared(page, job, entry, compared, seen)


def _compared(
    page: Any, job: Job, entry: LedgerEntry, originals: Originals, seen: PageResult
) -> tuple[PageResult, thumbnails.Picture | None]:
    try:
        difference = originals.compare(page, entry)
    except NoPages as error:
        over_all = stamp_state(page, entry.stamp, over_all=True)
        return replace(
            seen,
            alike=True,
            stamped=seen.stamped and over_all.drawn,
            whole=False,
            trouble=str(error),
        ), None
    except (pdfium.PdfiumError, OSError, IndexError) as error:
        return replace(seen, trouble=f"its source cannot be drawn ({type(error).__name__})"), None
    seen = replace(
        seen,
        alike=difference.alike,
        trouble=str(difference),
        secondhand=originals.sources.is_rewritten,
    )
    # something else is the last thing on the page; whether it hides the stamp the comparison knows
    if not seen.whole:
        spared = entry.stamp is None or difference.spares(entry.stamp)
        seen = replace(seen, stamped=_stamp_reads(page, entry) and spared)
    if not difference.trouble:
        seen = replace(seen, difference=float(difference.pixels))
    look = job.order.style if job.order and difference.alike else None
    return seen, _picture(page, entry, difference, originals.sources, look) if look else None


def _picture(
    page: Any,
    entry: LedgerEntry,
    difference: Difference,
    sources: Sources,
    look: thumbnails.PictureStyle,
) -> thumbnails.Picture:
    """What a person is shown of a page, without its stamp; drawn once more only where the
    comparison looked at it otherwise."""
    drawn = sheet_of(difference, entry.size)
    if drawn is None:
        stamp_area.hide_stamp(page, entry.stamp)
        drawn = thumbnails.draw_page(page, look.width)
    return thumbnails.make_picture(
        drawn, thumbnails.draw_source(entry, sources, look), look, bare=bool(entry.stamp)
    )


def _stamp_reads(page: Any, entry: LedgerEntry) -> bool:
    """The stamp's exact text, read from where it should stand; PDFium itself says where that is
    on a turned page."""
    return entry.stamp is None or _squeezed(entry.stamp.text) in _squeezed(
        _text(page, stamp_area.find_stamp_box(page, entry.stamp))
    )


def _text(page: Any, box: stamp_area.Box | None = None) -> str:
    """The text of a page, or of a box of it."""
    layer = page.get_textpage()
    try:
        left, bottom, right, top = box or (None, None, None, None)
        return str(layer.get_text_bounded(left=left, bottom=bottom, right=right, top=top))
    finally:
        layer.close()


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
