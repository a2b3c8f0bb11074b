"""Compare our own pages with the kept drafts, in workers, and read what they print where a link
is."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from assembler.model import LedgerEntry, Volume
from assembler.pdf import stamp_area
from assembler.pdf.opening import open_pdf_file
from assembler.proof.kept_drafts import Kept, KeptDocument
from assembler.proof.page_comparison import compare_page
from assembler.proof.page_text import read_text, squeeze
from assembler.proof.placement import Placement
from assembler.proof.source_drawing import Source
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

HOST = "https://assembler.invalid/"  # of the addresses that binding replaces with pages


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLink:
    """A link of a draft: its address below HOST, and what the bundle's page prints there."""

    page: int
    address: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """The result of one page of ours. `text`: of the bundle's page, without its stamp.

    `drafted`: pages of its draft. `reads_alike`: whether both have the same text. `trouble`: what
    is wrong with its look, or why it could not be compared.
    """

    number: int
    text: str = ""
    links: tuple[OwnLink, ...] = ()
    drafted: int = 0
    reads_alike: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Pages of one kept document in one file of the bundle, whose first page has the number
    `first`."""

    packet: Path
    volume: Volume
    draft: KeptDocument
    entries: tuple[LedgerEntry, ...]


def read_own_pages(
    packet: Path,
    ledger: Sequence[LedgerEntry],
    parts: Sequence[Volume],
    kept: Kept,
    workshop: Workshop,
) -> dict[int, OwnPage]:
    """Read every page of the bundle whose document is kept, by its number."""
    jobs = list(_list_jobs(packet, ledger, parts, kept))
    pages: dict[int, OwnPage] = {}
    for job, result in zip(jobs, workshop.map(compare_pages, jobs), strict=True):
        if isinstance(result, Failure):
            trouble = f"it could not be compared ({result.kind}: {result.detail})"
            pages |= {page.number: page for page in _report_failed_pages(job, trouble)}
        else:
            pages |= {page.number: page for page in result}
    return pages


def _list_jobs(
    packet: Path, ledger: Sequence[LedgerEntry], parts: Sequence[Volume], kept: Kept
) -> Iterator[Job]:
    for volume in parts:
        entries_in_volume = ledger[volume.first - 1 : volume.last]
        for document in dict.fromkeys(
            entry.document for entry in entries_in_volume if entry.document in kept.documents
        ):
            entries = tuple(entry for entry in entries_in_volume if entry.document == document)
            yield Job(packet=packet, volume=volume, draft=kept.documents[document], entries=entries)


def compare_pages(job: Job) -> tuple[OwnPage, ...]:
    """Compare pages with their draft, in a worker; a file that does not open gives pages with
    `trouble`."""
    try:
        with ExitStack() as stack:
            bundle = _open(stack, job.packet / job.volume.path)
            draft = _open(stack, job.packet / job.draft.pdf)
            # opened twice, since comparing changes a document in memory
            draft_to_draw = _open(stack, job.packet / job.draft.pdf)
            return tuple(
                _compare_own_page(bundle, draft, draft_to_draw, job, entry) for entry in job.entries
            )
    except (pdfium.PdfiumError, OSError, IndexError) as error:
        return _report_failed_pages(
            job, f"it cannot be compared with its draft ({type(error).__name__})"
        )


def _open(stack: ExitStack, pdf: Path) -> Any:
    document = open_pdf_file(pdf)
    stack.callback(document.close)
    return document


def _report_failed_pages(job: Job, trouble: str) -> tuple[OwnPage, ...]:
    return tuple(OwnPage(number=entry.number, trouble=trouble) for entry in job.entries)


def _compare_own_page(
    bundle: Any, draft: Any, draft_to_draw: Any, job: Job, entry: LedgerEntry
) -> OwnPage:
    number, index = entry.number, entry.number - job.volume.first
    if not 0 <= index < len(bundle) or not 0 <= entry.index < len(draft):
        return OwnPage(number=number, trouble="it is missing")
    page, original = bundle[index], draft[entry.index]
    source = Source(document=draft_to_draw, index=entry.index)
    difference = compare_page(page, source, Placement.of(entry), entry.stamp)
    stamp_area.hide_stamp(page, entry.stamp)
    text = read_text(page)
    return OwnPage(
        number=number,
        text=text,
        links=tuple(_read_links(page, original, entry)),
        drafted=len(draft),
        reads_alike=squeeze(text) == squeeze(read_text(original)),
        trouble=difference.trouble
        or ("" if difference.alike else "it does not look like its draft"),
    )


def _read_links(page: Any, original: Any, entry: LedgerEntry) -> Iterator[OwnLink]:
    """Yield each link of the draft to one of our own addresses, with the text that the bundle's
    page has there."""
    layer = page.get_textpage()
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(original, position, link):
        address = _read_address(original, link)
        box = raw.FS_RECTF()
        if address and raw.FPDFLink_GetAnnotRect(link, box):
            left, bottom, right, top = _move_box(box, entry)
            text = layer.get_text_bounded(left=left, bottom=bottom, right=right, top=top)
            yield OwnLink(page=entry.number, address=address, text=" ".join(text.split()))
    layer.close()


def _read_address(original: Any, link: Any) -> str:
    action = raw.FPDFLink_GetAction(link)
    if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
        return ""
    document = original.pdf.raw
    length = raw.FPDFAction_GetURIPath(document, action, None, 0)
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFAction_GetURIPath(document, action, buffer, length)
    uri = buffer.value.decode("utf8", "replace")
    return uri.removeprefix(HOST) if uri.startswith(HOST) else ""


def _move_box(box: Any, entry: LedgerEntry) -> tuple[float, float, float, float]:
    """Return a place of the draft on the bundle's page; a page that is drawn smaller keeps its top
    edge and horizontal center."""
    scale, (width, height) = entry.scale, entry.size
    xs = sorted((width - width * scale) / 2 + x * scale for x in (box.left, box.right))
    ys = sorted(height - (height - y) * scale for y in (box.bottom, box.top))
    return xs[0], ys[0], xs[1], ys[1]
