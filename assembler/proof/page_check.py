"""Check pages in workers: whether each looks like its source, its stamp reads as it should, and its
text is there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler.model import LedgerEntry
from assembler.pdf import stamp_area, thumbnails
from assembler.pdf.source_files import ClientFiles, NoPages, Sources
from assembler.pdf.streaming import StreamedPages
from assembler.proof.page_comparison import Difference, draw_thumbnail_sheet
from assembler.proof.pixels import Originals
from assembler.proof.stamp_check import check_stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some ledger entries of one file of a bundle; `files` is None if the sources are not
    available."""

    bundle: Path
    first: int  # number of the file's first page
    entries: tuple[LedgerEntry, ...]
    files: ClientFiles | None
    # they are not drawn, since an earlier run proved them (see `known_pages`)
    known: bool = False
    order: thumbnails.ThumbnailOrder | None = None  # thumbnails to make of what is drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPage:
    """The result of one page. `difference`: pixels that differ, None = not compared; `trouble`:
    why, or where they are. `alike`: also where it could not be compared.

    `stamped`: the stamp reads and looks as the ledger says. `whole`: the stamp is the last thing on
    the page, and nothing else is.
    """

    number: int
    difference: float | None
    alike: bool
    stamped: bool
    words: int
    trouble: str = ""
    whole: bool = False
    # compared with the source as another reader rewrote it, since PDFium does not open it
    secondhand: bool = False


def check_pages(job: Job) -> tuple[ComparedPage, ...]:
    """Compare every page of the job, in a worker; a page or source that cannot be opened gives a
    result with `trouble`."""
    originals = Originals(Sources(job.files)) if job.files and not job.known else None
    try:
        with StreamedPages(job.bundle) as book:
            results = [_check_page(book, job, entry, originals) for entry in job.entries]
    finally:
        if originals:
            originals.close()
            originals.sources.close()
    if job.order and all(picture and result.whole for result, picture in results):
        job.order.cache.get_or_make(
            job.order.key,
            lambda folder: thumbnails.write_pictures(
                folder, [picture for _, picture in results if picture]
            ),
        )
    return tuple(result for result, _ in results)


def _check_page(
    book: StreamedPages, job: Job, entry: LedgerEntry, originals: Originals | None
) -> tuple[ComparedPage, thumbnails.Picture | None]:
    number = entry.number
    result = ComparedPage(number=number, difference=None, alike=False, stamped=False, words=0)
    if not 0 <= number - job.first < len(book):
        return replace(result, trouble="is not there"), None
    page = book.page(number - job.first)
    reads, words = _has_stamp_text(page, entry), len(_read_text(page).split())
    comparing = originals if entry.source is not None else None
    is_known = job.known and job.files is not None and entry.source is not None
    state = check_stamp(page, entry.stamp, over_all=comparing is None and not is_known)
    result = replace(result, stamped=reads and state.drawn, words=words, whole=state.last)
    if comparing is None:
        return replace(result, alike=True), None
    return _compare_content(page, job, entry, comparing, result)


def _compare_content(
    page: Any, job: Job, entry: LedgerEntry, originals: Originals, result: ComparedPage
) -> tuple[ComparedPage, thumbnails.Picture | None]:
    try:
        difference = originals.compare(page, entry)
    except NoPages as error:
        over_all = check_stamp(page, entry.stamp, over_all=True)
        return replace(
            result,
            alike=True,
            stamped=result.stamped and over_all.drawn,
            whole=False,
            trouble=str(error),
        ), None
    except (pdfium.PdfiumError, OSError, IndexError) as error:
        return replace(result, trouble=f"its source cannot be drawn ({type(error).__name__})"), None
    result = replace(
        result,
        alike=difference.alike,
        trouble=str(difference),
        secondhand=originals.sources.is_rewritten,
    )
    # something else is the last thing on the page; the comparison shows whether it hides the stamp
    if not result.whole:
        is_spared = entry.stamp is None or difference.is_sparing(entry.stamp)
        result = replace(result, stamped=_has_stamp_text(page, entry) and is_spared)
    if not difference.trouble:
        result = replace(result, difference=float(difference.pixels))
    style = job.order.style if job.order and difference.alike else None
    return result, _make_thumbnail(
        page, entry, difference, originals.sources, style
    ) if style else None


def _make_thumbnail(
    page: Any,
    entry: LedgerEntry,
    difference: Difference,
    sources: Sources,
    style: thumbnails.PictureStyle,
) -> thumbnails.Picture:
    """Return a page's thumbnail without its stamp; draw it again only where the comparison drew it
    otherwise."""
    drawing = draw_thumbnail_sheet(difference, entry.size)
    if drawing is not None and difference.shows_source and style.width <= thumbnails.SHEET_WIDTH:
        return thumbnails.make_picture(drawing, drawing, style, bare=bool(entry.stamp))
    if drawing is None:
        stamp_area.hide_stamp(page, entry.stamp)
        drawing = thumbnails.draw_page(page, style.width)
    return thumbnails.make_picture(
        drawing, thumbnails.draw_source(entry, sources, style), style, bare=bool(entry.stamp)
    )


def _has_stamp_text(page: Any, entry: LedgerEntry) -> bool:
    """Return whether the page has the stamp's exact text where it should be; PDFium gives the place
    on a rotated page."""
    return entry.stamp is None or _remove_whitespace(entry.stamp.text) in _remove_whitespace(
        _read_text(page, stamp_area.find_stamp_box(page, entry.stamp))
    )


def _read_text(page: Any, box: stamp_area.Box | None = None) -> str:
    """Return the text of a page, or of a box of it."""
    layer = page.get_textpage()
    try:
        left, bottom, right, top = box or (None, None, None, None)
        return str(layer.get_text_bounded(left=left, bottom=bottom, right=right, top=top))
    finally:
        layer.close()


def _remove_whitespace(text: str) -> str:
    return re.sub(r"\s+", "", text)
