"""Page by page, in workers: does it look like its source, does its stamp say what it should, is its text there?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from assembler.prove import drawing
from assembler.sight import Leafing, NoPages, Sources, small, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some ledger entries of one file of a bundle; `case_folder` None = the sources are not at hand."""

    bundle: Path
    first: int  # number of the file's first page
    entries: tuple[Mapping[str, Any], ...]
    case_folder: Path | None
    known: bool = False  # they need not be drawn: that they look like their sources was proved before (see `known`)
    order: small.Order | None = None  # pictures to be made of what is drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """What was seen on one page. `difference` None = not compared: `trouble` says why; `alike` where it could not be.

    `whole`: the stamp alone can be taken away, so that a comparison leaves nothing out.
    """

    number: int
    difference: float | None
    alike: bool
    stamped: bool
    words: int
    trouble: str = ""
    whole: bool = False
    secondhand: bool = False  # compared with the source as another reader wrote it again, since PDFium does not open it


def look(job: Job) -> tuple[PageResult, ...]:
    """Compare every page of the job. A page or source that cannot be opened is a result with `trouble`."""
    Image.MAX_IMAGE_PIXELS = None  # the door has limited files already
    sources = Sources(job.case_folder) if job.case_folder and not job.known else None
    try:
        with Leafing(job.bundle) as book:
            seen = [_page(book, job, entry, sources) for entry in job.entries]
    finally:
        if sources:
            sources.close()
    if job.order and all(picture and result.whole for result, picture in seen):
        job.order.cache.once(job.order.key, lambda folder: small.keep(folder, [picture for _, picture in seen if picture]))
    return tuple(result for result, _ in seen)


def _page(
    book: Leafing, job: Job, entry: Mapping[str, Any], sources: Sources | None
) -> tuple[PageResult, small.Picture | None]:
    number = entry["number"]
    seen = PageResult(number=number, difference=None, alike=False, stamped=False, words=0)
    if not 0 <= number - job.first < len(book):
        return replace(seen, trouble="is not there"), None
    page = book.page(number - job.first)
    text = page.get_textpage()
    stamped, words = _stamp_is_there(page, text, entry), len(text.get_text_bounded().split())
    whole = stamp.hide(page, entry["stamp"]) or not entry["stamp"]
    seen = replace(seen, stamped=stamped, words=words)
    if sources is None or "source" not in entry:
        return replace(seen, alike=True, whole=whole), None
    try:
        made = drawing.apart(page, entry, sources, masked=not whole)
    except NoPages as error:
        return replace(seen, alike=True, trouble=str(error)), None
    except (pdfium.PdfiumError, OSError, IndexError) as error:
        return replace(seen, trouble=f"its source cannot be drawn ({type(error).__name__})"), None
    if made.difference is None:
        return replace(seen, trouble="it has another size than its source"), None
    alike = made.difference <= drawing.limit(entry)
    seen = replace(seen, difference=made.difference, alike=alike, whole=whole, secondhand=sources.secondhand)
    return seen, _picture(page, entry, made, sources, job.order.look) if job.order else None


def _picture(page: Any, entry: Mapping[str, Any], made: drawing.Drawn, sources: Sources, look: small.Look) -> small.Picture:
    """What a person is shown of a page, without its stamp; drawn once more only where the comparison looked at it otherwise."""
    return small.picture_of(
        made.page or small.drawn(page, look.width), made.source or small.source_of(entry, sources, look), look,
        bare=bool(entry["stamp"]),
    )  # fmt: skip


def _stamp_is_there(page: Any, text: Any, entry: Mapping[str, Any]) -> bool:
    """The stamp's exact text, read from where it should stand; PDFium itself says where that is on a turned page."""
    if entry["stamp"] is None:
        return True
    left, bottom, right, top = stamp.area(page, entry["stamp"])
    found = text.get_text_bounded(left=left, bottom=bottom, right=right, top=top)
    return _squeezed(entry["stamp"]["text"]) in _squeezed(found)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
