"""Read the bundle's structure with pypdf, in a worker: labels, bookmarks, links, and what must not
be there."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, Destination, IndirectObject

from assembler.model import LedgerEntry, Volume
from assembler.pdf.embedded_fonts import count_unembedded_fonts
from assembler.pdf.opening import open_pdf_file
from assembler.proof import entry_check, link_reader, outline_reader, tag_reader
from assembler.proof.object_reader import Objects
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_FAILS = (
    PyPdfError,
    pdfium.PdfiumError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    OSError,
    zlib.error,
    struct.error,
    AssertionError,
    NotImplementedError,
    OverflowError,
)
_BEGUN = re.compile(r"\bEx\.( [A-Z0-9][A-Za-z0-9-]*( at)?)?$")  # "Ex. C1 at", without its page


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link on a page of ours: the text under it and the page it leads to (0 = none)."""

    page: int
    text: str
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What was read from the file; `trouble`: why nothing could be read, else ""."""

    pages: int = 0
    labels: tuple[str, ...] = ()
    outline: tuple[tuple[int, str, int], ...] = ()  # level, title, page
    links: tuple[Link, ...] = ()
    # of our own pages, where links are not wanted or lead to other files
    texts: tuple[tuple[int, str], ...] = ()
    forbidden: tuple[str, ...] = ()
    unembedded: tuple[int, ...] = ()  # our own pages with a font that is not in the file
    sheets: tuple[link_reader.Sheet, ...] = ()  # every page with its links, ours and the client's
    marks: tuple[outline_reader.Mark, ...] = ()  # the bookmarks with their children
    tags: tuple[str, ...] = ()  # structure tags, in words
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file of a bundle. `others`: the other files, with their first and last page; `drafts`:
    numbers of our own pages."""

    bundle: Path
    first: int
    others: tuple[Volume, ...]
    drafts: tuple[int, ...]
    entries: tuple[LedgerEntry, ...] = ()  # the ledger's, of the pages of this file
    # False: the receiver wants no links, and printed references are read from the text instead
    linked: bool = True


def read(job: Job) -> Structure:
    """Read the bundle's structure; never raises for a bad file."""
    try:
        # given a path, the reader would load the whole file into memory
        with job.bundle.open("rb") as stream:
            return _read_structure(Objects(stream), job)
    except _FAILS as error:
        return Structure(trouble=f"the bundle cannot be read ({type(error).__name__})")


def _read_structure(objects: Objects, job: Job) -> Structure:
    reader = objects.reader
    if reader.is_encrypted:
        return Structure(trouble="the bundle is encrypted")
    numbers = {
        page.indirect_reference.idnum: number
        for number, page in enumerate(reader.pages, job.first)
        if page.indirect_reference
    }
    return Structure(
        pages=len(reader.pages),
        labels=tuple(reader.page_labels),
        outline=tuple(_read_outline(reader, reader.outline, 0, numbers)),
        links=tuple(_read_links(reader, job, numbers)) if job.linked else (),
        texts=() if job.linked and not job.others else tuple(_read_texts(reader, job)),
        forbidden=tuple(dict.fromkeys(_find_forbidden(objects, job))),
        unembedded=tuple(
            number
            for number in _list_own_pages(reader, job)
            if count_unembedded_fonts(reader.pages[number - job.first])
        ),
        sheets=link_reader.read_linked_pages(reader),
        marks=outline_reader.read_outline(reader),
        tags=tag_reader.read_branches(reader),
    )


def read_all(
    build: Path,
    ledger: Sequence[LedgerEntry],
    parts: Sequence[Volume],
    workshop: Workshop,
    linked: bool = True,
) -> tuple[Structure, ...]:
    """Read each file of the bundle in workers; page numbers are those of the whole bundle."""
    ours = tuple(entry.number for entry in ledger if entry.is_ours)
    jobs = [
        Job(
            bundle=build / part.path,
            first=part.first,
            others=tuple(volume for volume in parts if volume != part),
            drafts=tuple(number for number in ours if part.first <= number <= part.last),
            entries=tuple(ledger[part.first - 1 : part.last]),
            linked=linked,
        )
        for part in parts
    ]
    return tuple(
        Structure(trouble=f"the bundle cannot be read ({result.kind}: {result.detail})")
        if isinstance(result, Failure)
        else result
        for result in workshop.map(read, jobs)
    )


def combine_structures(parts: Sequence[Structure]) -> Structure:
    """Merge the structures of a bundle's files: pages and labels in order, links and faults of
    all."""
    return Structure(
        pages=sum(part.pages for part in parts),
        labels=tuple(label for part in parts for label in part.labels),
        outline=tuple(item for part in parts for item in part.outline),
        links=join_citation(link for part in parts for link in part.links),
        texts=tuple(text for part in parts for text in part.texts),
        forbidden=tuple(dict.fromkeys(item for part in parts for item in part.forbidden)),
        unembedded=tuple(number for part in parts for number in part.unembedded),
        trouble=next((part.trouble for part in parts if part.trouble), ""),
    )


def _read_outline(
    reader: PdfReader, items: Any, level: int, numbers: Mapping[int, int]
) -> Iterator[tuple[int, str, int]]:
    for item in items:
        if isinstance(item, list):
            yield from _read_outline(reader, item, level + 1, numbers)
        else:
            yield (
                level,
                str(item.title),
                _find_number(item.page, numbers) if isinstance(item, Destination) else 0,
            )


def _find_number(page: Any, numbers: Mapping[int, int]) -> int:
    reference = (
        page if isinstance(page, IndirectObject) else getattr(page, "indirect_reference", None)
    )
    return numbers.get(reference.idnum, 0) if reference is not None else 0


def _read_links(reader: PdfReader, job: Job, numbers: Mapping[int, int]) -> Iterator[Link]:
    """Yield the links of our own pages, as they are in the file."""
    document = open_pdf_file(job.bundle)
    try:
        for number in _list_own_pages(reader, job):
            text = document[number - job.first].get_textpage()
            for annotation in reader.pages[number - job.first].get("/Annots", ()):
                link = _read_link(annotation.get_object(), number, text, numbers, job.others)
                if link:
                    yield link
    finally:
        document.close()


def _read_texts(reader: PdfReader, job: Job) -> Iterator[tuple[int, str]]:
    """Yield the text of our own pages."""
    document = open_pdf_file(job.bundle)
    try:
        for number in _list_own_pages(reader, job):
            yield (
                number,
                " ".join(document[number - job.first].get_textpage().get_text_bounded().split()),
            )
    finally:
        document.close()


def join_citation(links: Iterable[Link]) -> tuple[Link, ...]:
    """Join the pieces of a citation that was broken over two lines, pages or files.

    A joined link is on the page it begins on.
    """
    whole_links: list[Link] = []
    last_page = 0  # page of the last piece
    for link in links:
        previous = whole_links[-1] if whole_links else None
        if (
            previous
            and previous.target == link.target
            and link.page - last_page in (0, 1)
            and cut_short(previous.text)
        ):
            whole_links[-1] = Link(
                page=previous.page, text=f"{previous.text} {link.text}", target=link.target
            )
        else:
            whole_links.append(link)
        last_page = link.page
    return tuple(whole_links)


def cut_short(text: str) -> bool:
    """Return whether a citation lacks its end; the text under a link may begin with the words
    before it, such as "(Ex. A at"."""
    return _BEGUN.search(text) is not None


def _list_own_pages(reader: PdfReader, job: Job) -> list[int]:
    return [number for number in job.drafts if 0 <= number - job.first < len(reader.pages)]


def _read_link(
    annotation: Any, number: int, text: Any, numbers: Mapping[int, int], others: Sequence[Volume]
) -> Link | None:
    """Return a link to a page of this file or of another of the bundle's files; None if it is
    neither."""
    other_page = _find_other_page(annotation, others)
    if annotation.get("/Subtype") != "/Link" or ("/Dest" not in annotation and other_page is None):
        return None
    x0, y0, x1, y1 = (float(value) for value in annotation["/Rect"])
    link_text = text.get_text_bounded(
        left=min(x0, x1), bottom=min(y0, y1), right=max(x0, x1), top=max(y0, y1)
    )
    if other_page is not None:
        return Link(page=number, text=" ".join(link_text.split()), target=other_page)
    destination = annotation["/Dest"].get_object()
    target = (
        _find_number(destination[0], numbers)
        if isinstance(destination, ArrayObject) and destination
        else 0
    )
    return Link(page=number, text=" ".join(link_text.split()), target=target)


def _find_other_page(annotation: Any, others: Sequence[Volume]) -> int | None:
    """Return the page that a link to another file leads to, 0 if there is no such page; None if it
    is no such link."""
    action = annotation["/A"].get_object() if "/A" in annotation else {}
    if action.get("/S") != "/GoToR":
        return None
    volume = next((other for other in others if other.path == action.get("/F")), None)
    goal = action["/D"].get_object()
    is_inside = (
        volume is not None
        and isinstance(goal[0], int)
        and 0 <= goal[0] <= volume.last - volume.first
    )
    return volume.first + goal[0] if volume and is_inside else 0


def _find_forbidden(objects: Objects, job: Job) -> Iterator[str]:
    yield from entry_check.find_faults(objects, job.entries, linked=job.linked)
    yield from outline_reader.find_outline_faults(objects)
    if link_reader.count_unused_names(objects.reader):
        yield "named destinations that no link uses"
