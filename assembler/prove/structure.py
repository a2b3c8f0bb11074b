"""The bundle's structure as pypdf reads it: labels, bookmarks, links, and what must not be there. Runs in a worker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, Destination, DictionaryObject, IndirectObject

_ALLOWED_ROOT = {"/Type", "/Pages", "/Outlines", "/Names", "/Dests", "/OCProperties", "/PageLabels", "/PageMode", "/Lang",
                 "/ViewerPreferences", "/StructTreeRoot", "/MarkInfo"}  # fmt: skip
_ALLOWED_INFO = {"/Title", "/Producer"}
_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


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
    forbidden: tuple[str, ...] = ()
    unembedded: tuple[int, ...] = ()  # pages of ours with a font that is not in the file
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    bundle: Path
    drafts: tuple[int, ...]  # numbers of the pages that are ours: drafts and tab sheets


def read(job: Job) -> Structure:
    """Read the bundle's structure; never raises for a bad file."""
    try:
        reader = PdfReader(job.bundle)
        if reader.is_encrypted:
            return Structure(trouble="the bundle is encrypted")
        numbers = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages, 1) if page.indirect_reference}
        return Structure(
            pages=len(reader.pages),
            labels=tuple(reader.page_labels),
            outline=tuple(_outline(reader, reader.outline, 0, numbers)),
            links=tuple(_links(reader, job, numbers)),
            forbidden=tuple(dict.fromkeys(_forbidden(reader))),
            unembedded=tuple(n for n in job.drafts if n <= len(reader.pages) and _unembedded(reader.pages[n - 1])),
        )
    except (PyPdfError, pdfium.PdfiumError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Structure(trouble=f"the bundle cannot be read ({type(error).__name__})")


def _outline(
    reader: PdfReader, items: Any, level: int, numbers: Mapping[int, int]
) -> Iterator[tuple[int, str, int]]:
    for item in items:
        if isinstance(item, list):
            yield from _outline(reader, item, level + 1, numbers)
        else:
            yield level, str(item.title), _number(item.page, numbers) if isinstance(item, Destination) else 0


def _number(page: Any, numbers: Mapping[int, int]) -> int:
    reference = page if isinstance(page, IndirectObject) else getattr(page, "indirect_reference", None)
    return numbers.get(reference.idnum, 0) if reference is not None else 0


def _links(reader: PdfReader, job: Job, numbers: Mapping[int, int]) -> Iterator[Link]:
    """Links of our own pages; pieces of one link broken over two lines are joined."""
    document = pdfium.PdfDocument(job.bundle)
    try:
        for number in job.drafts:
            if number > len(reader.pages):
                continue
            text = document[number - 1].get_textpage()
            found: list[Link] = []
            for annotation in reader.pages[number - 1].get("/Annots", ()):
                link = _link(annotation.get_object(), number, text, numbers)
                if link and found and found[-1].target == link.target and not _whole(found[-1].text):
                    found[-1] = Link(page=number, text=f"{found[-1].text} {link.text}", target=link.target)
                elif link:
                    found.append(link)
            yield from found
    finally:
        document.close()


def _whole(text: str) -> bool:
    return not text.startswith("Ex.") or re.search(r" at \d", text) is not None


def _link(annotation: Any, number: int, text: Any, numbers: Mapping[int, int]) -> Link | None:
    if annotation.get("/Subtype") != "/Link" or "/Dest" not in annotation:
        return None
    x0, y0, x1, y1 = (float(value) for value in annotation["/Rect"])
    under = text.get_text_bounded(left=min(x0, x1), bottom=min(y0, y1), right=max(x0, x1), top=max(y0, y1))
    goal = annotation["/Dest"]
    place = goal.get_object()
    target = _number(place[0], numbers) if isinstance(place, ArrayObject) and place else 0
    return Link(page=number, text=" ".join(under.split()), target=target)


def _forbidden(reader: PdfReader) -> Iterator[str]:
    root = reader.root_object
    for key in sorted(set(root) - _ALLOWED_ROOT):
        yield f"{key} in the document"
    names: Any = root["/Names"].get_object() if "/Names" in root else {}
    for key in sorted(set(names) - {"/Dests"}):
        yield f"{key} in the document"
    info: Any = reader.trailer.get("/Info")
    for key in sorted(set(info.get_object() if info else ()) - _ALLOWED_INFO):
        yield f"{key} in the document's properties"
    for number, page in enumerate(reader.pages, 1):
        for key in ("/AA", "/Metadata", "/PieceInfo"):
            if key in page:
                yield f"{key} on page {number}"
        for annotation in page.get("/Annots", ()):
            yield from _forbidden_annotation(annotation.get_object(), number)


def _forbidden_annotation(annotation: Any, number: int) -> Iterator[str]:
    if annotation.get("/Subtype") != "/Link":
        yield f"a {annotation.get('/Subtype')} annotation on page {number}"
        return
    action = annotation.get("/A")
    action = action.get_object() if action is not None else {}
    if action and action.get("/S") not in ("/GoTo", "/URI"):
        yield f"an action {action.get('/S')} on page {number}"
    if "/AA" in annotation or "/Next" in action:
        yield f"a further action on page {number}"
    if str(action.get("/URI", "")).startswith("https://assembler.invalid"):
        yield f"a link that leads nowhere on page {number}"


def _unembedded(page: Any) -> bool:
    resources = page.get("/Resources")
    fonts: Any = resources.get_object().get("/Font", DictionaryObject()) if resources else DictionaryObject()
    return any(not _embedded(font.get_object()) for font in fonts.get_object().values())


def _embedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    if font.get("/Subtype") == "/Type0":
        font = font["/DescendantFonts"].get_object()[0].get_object()
    descriptor = font.get("/FontDescriptor")
    return descriptor is not None and any(key in descriptor.get_object() for key in _FONT_FILES)
