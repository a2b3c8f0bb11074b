"""The bundle's structure as pypdf reads it: labels, bookmarks, links, and what must not be
there. Runs in a worker."""

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
from assembler.proof import allowed_entries, link_reader, tag_reader
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
    """Everything read from the file; `trouble` says why nothing could be."""

    pages: int = 0
    labels: tuple[str, ...] = ()
    outline: tuple[tuple[int, str, int], ...] = ()  # level, title, page
    links: tuple[Link, ...] = ()
    texts: tuple[
        tuple[int, str], ...
    ] = ()  # of pages of ours, where links or one file do not say enough
    forbidden: tuple[str, ...] = ()
    unembedded: tuple[int, ...] = ()  # pages of ours with a font that is not in the file
    sheets: tuple[link_reader.Sheet, ...] = ()  # every page with its links, whoever made it
    marks: tuple[link_reader.Mark, ...] = ()  # the bookmarks with all that hangs below them
    tags: tuple[str, ...] = ()  # what the tags say in words
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file of a bundle. `others`: the other files, with their first and last page; `drafts`:
    numbers of our pages."""

    bundle: Path
    first: int
    others: tuple[Volume, ...]
    drafts: tuple[int, ...]
    entries: tuple[LedgerEntry, ...] = ()  # the ledger's, of the pages of this file
    linked: bool = (
        True  # False: the receiver wants no links, and what they would say is read from the text
    )


def read(job: Job) -> Structure:
    """Read the bundle's structure; never raises for a bad file."""
    try:
        with job.bundle.open(
            "rb"
        ) as stream:  # of a path, the reader would take the whole file into memory
            return _structure(Objects(stream), job)
    except _FAILS as error:
        return Structure(trouble=f"the bundle cannot be read ({type(error).__name__})")


def _structure(objects: Objects, job: Job) -> Structure:
    reader = objects.reader
    if reader.is_encrypted:
        return Structure(trouble="the bundle is encrypted")
    numbers = {
        p.indirect_reference.idnum: n
        for n, p in enumerate(reader.pages, job.first)
        if p.indirect_reference
    }
    return Structure(
        pages=len(reader.pages),
        labels=tuple(reader.page_labels),
        outline=tuple(_outline(reader, reader.outline, 0, numbers)),
        links=tuple(_links(reader, job, numbers)) if job.linked else (),
        texts=() if job.linked and not job.others else tuple(_texts(reader, job)),
        forbidden=tuple(dict.fromkeys(_forbidden(objects, job))),
        unembedded=tuple(
            n for n in _ours(reader, job) if count_unembedded_fonts(reader.pages[n - job.first])
        ),
        sheets=link_reader.sheets(reader),
        marks=link_reader.marks(reader),
        tags=tag_reader.read_branches(reader),
    )


def read_all(
    build: Path,
    ledger: Sequence[LedgerEntry],
    parts: Sequence[Volume],
    workshop: Workshop,
    linked: bool = True,
) -> tuple[Structure, ...]:
    """What each file of the bundle is, read in workers; numbers are those of the whole bundle."""
    ours = tuple(entry.number for entry in ledger if entry.is_ours)
    jobs = [
        Job(
            bundle=build / part.path,
            first=part.first,
            others=tuple(one for one in parts if one != part),
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


def together(parts: Sequence[Structure]) -> Structure:
    """The files of a bundle as one: pages and labels in order, links and troubles of all."""
    return Structure(
        pages=sum(one.pages for one in parts),
        labels=tuple(label for one in parts for label in one.labels),
        outline=tuple(item for one in parts for item in one.outline),
        links=joined(link for one in parts for link in one.links),
        texts=tuple(text for one in parts for text in one.texts),
        forbidden=tuple(dict.fromkeys(item for one in parts for item in one.forbidden)),
        unembedded=tuple(number for one in parts for number in one.unembedded),
        trouble=next((one.trouble for one in parts if one.trouble), ""),
    )


def _outline(
    reader: PdfReader, items: Any, level: int, numbers: Mapping[int, int]
) -> Iterator[tuple[int, str, int]]:
    for item in items:
        if isinstance(item, list):
            yield from _outline(reader, item, level + 1, numbers)
        else:
            yield (
                level,
                str(item.title),
                _number(item.page, numbers) if isinstance(item, Destination) else 0,
            )


def _number(page: Any, numbers: Mapping[int, int]) -> int:
    reference = (
        page if isinstance(page, IndirectObject) else getattr(page, "indirect_reference", None)
    )
    return numbers.get(reference.idnum, 0) if reference is not None else 0


def _links(reader: PdfReader, job: Job, numbers: Mapping[int, int]) -> Iterator[Link]:
    """Links of our own pages, as they are in the file."""
    document = pdfium.PdfDocument(job.bundle)
    try:
        for number in _ours(reader, job):
            text = document[number - job.first].get_textpage()
            for annotation in reader.pages[number - job.first].get("/Annots", ()):
                link = _link(annotation.get_object(), number, text, numbers, job.others)
                if link:
                    yield link
    finally:
        document.close()


def _texts(reader: PdfReader, job: Job) -> Iterator[tuple[int, str]]:
    """The text of our own pages."""
    document = pdfium.PdfDocument(job.bundle)
    try:
        for number in _ours(reader, job):
            yield (
                number,
                " ".join(document[number - job.first].get_textpage().get_text_bounded().split()),
            )
    finally:
        document.close()


def joined(links: Iterable[Link]) -> tuple[Link, ...]:
    """Pieces of one citation, broken over two lines, pages or files, made one link again; it is
    on the page it begins on."""
    found: list[Link] = []
    at = 0  # the page of the last piece
    for link in links:
        one = found[-1] if found else None
        if one and one.target == link.target and link.page - at in (0, 1) and cut_short(one.text):
            found[-1] = Link(page=one.page, text=f"{one.text} {link.text}", target=link.target)
        else:
            found.append(link)
        at = link.page
    return tuple(found)


def cut_short(text: str) -> bool:
    """Whether a citation lacks its end. (Text under a link may begin with what stands before it:
    "(Ex. A at".)"""
    return _BEGUN.search(text) is not None


def _ours(reader: PdfReader, job: Job) -> list[int]:
    return [number for number in job.drafts if 0 <= number - job.first < len(reader.pages)]


def _link(
    annotation: Any, number: int, text: Any, numbers: Mapping[int, int], others: Sequence[Volume]
) -> Link | None:
    """A link to a page of this file, or of another of the bundle's files."""
    away = _away(annotation, others)
    if annotation.get("/Subtype") != "/Link" or ("/Dest" not in annotation and away is None):
        return None
    x0, y0, x1, y1 = (float(value) for value in annotation["/Rect"])
    under = text.get_text_bounded(
        left=min(x0, x1), bottom=min(y0, y1), right=max(x0, x1), top=max(y0, y1)
    )
    if away is not None:
        return Link(page=number, text=" ".join(under.split()), target=away)
    place = annotation["/Dest"].get_object()
    target = _number(place[0], numbers) if isinstance(place, ArrayObject) and place else 0
    return Link(page=number, text=" ".join(under.split()), target=target)


def _away(annotation: Any, others: Sequence[Volume]) -> int | None:
    """The page a link to another file leads to, 0 if there is no such page; None if it is no
    such link."""
    action = annotation["/A"].get_object() if "/A" in annotation else {}
    if action.get("/S") != "/GoToR":
        return None
    home = next((one for one in others if one.path == action.get("/F")), None)
    goal = action["/D"].get_object()
    inside = (
        home is not None and isinstance(goal[0], int) and 0 <= goal[0] <= home.last - home.first
    )
    return home.first + goal[0] if home and inside else 0


def _forbidden(objects: Objects, job: Job) -> Iterator[str]:
    yield from allowed_entries.faults(objects, job.entries, linked=job.linked)
    yield from link_reader.outline_faults(objects)
    if link_reader.unused_names(objects.reader):
        yield "names of places that no link leads to"
