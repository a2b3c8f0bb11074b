"""Pages out of their documents and into the book, with their links, layers and outlines.

`add_pages_from` looks every page up in the book's page tree, which costs time with each page the
tree already has: 160 documents of 50 pages took 17 s. So the tree is emptied after each part, and
written once at the end: 0.7 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from pikepdf import AccessMode, Array, Name, OutlineItem, Page, PageCopyResult, Pdf, PdfError

from assembler.bundle import links, outline
from assembler.bundle.large_pictures import Pictures
from assembler.bundle.other_volumes import Elsewhere
from assembler.errors import TemplateBroken, ToolFailed
from assembler.model import Layout, Leaf, PartKind

OURS = frozenset(
    {PartKind.DRAFT, PartKind.TAB}
)  # made by us from templates; all else is evidence or a form


@dataclass(slots=True, kw_only=True)
class Copied:
    """The book's pages in order, and what came with them. `drafts`: documents of ours, still
    open."""

    pages: list[Page] = field(default_factory=list)
    outlines: dict[str, list[OutlineItem]] = field(default_factory=dict)
    drafts: dict[str, Pdf] = field(default_factory=dict)
    renamed: int = 0
    dead_links: int = 0


def copy(
    book: Pdf,
    layout: Layout,
    documents: Mapping[str, Path],
    open_files: ExitStack,
    away: Elsewhere,
    pictures: Pictures,
) -> Copied:
    """Copy all pages in the layout's order. Drafts stay open until `open_files` ends, since their
    tags are copied later.

    Raises ToolFailed if a document cannot be opened, has other pages than the layout says, or still
    has form fields; TemplateBroken if a draft has a link within itself that leads nowhere.
    """
    copied = Copied()
    for part, run in groupby(layout.leaves, key=lambda leaf: leaf.part):
        leaves = list(run)
        name = leaves[0].document
        try:
            if leaves[0].kind not in OURS:
                with Pdf.open(documents[name], access_mode=AccessMode.stream) as source:
                    pictures.leave_out(source, documents[name])
                    away.send(source, name)
                    _part(book, source, part, leaves, copied)
                continue
            if name not in copied.drafts:
                copied.drafts[name] = open_files.enter_context(Pdf.open(documents[name]))
                away.send(copied.drafts[name], name)
            _part(book, copied.drafts[name], part, leaves, copied)
        except (IndexError, PdfError) as error:
            raise ToolFailed(
                f"its pages could not be copied whole ({type(error).__name__})", where=part
            ) from error
    _grow(book, copied.pages)
    return copied


def _part(book: Pdf, source: Pdf, part: str, leaves: list[Leaf], copied: Copied) -> None:
    result = book.add_pages_from(source, [leaf.index for leaf in leaves])
    if result.fields_added:
        raise ToolFailed("it still has form fields, which a bundle cannot hold", where=part)
    pages = list(book.pages)
    copied.dead_links += _silence(pages, result, part, ours=leaves[0].kind in OURS)
    copied.renamed += len(result.renamed_dests)
    copied.pages += pages
    if result.outline_items_added:
        copied.outlines[leaves[0].document] = outline.take(book)
    del book.pages[:]


def _silence(pages: list[Page], result: PageCopyResult, part: str, *, ours: bool) -> int:
    """Links to a place that was not copied: an error of a template, and a fact of life in evidence.

    They must not stay: another file's destination may have the same name, and they would lead
    there.
    """
    dead = sum(links.silence(page, frozenset(result.dropped_dests)) for page in pages)
    if dead and ours:
        raise TemplateBroken(
            "a link within it leads nowhere",
            where=part,
            remedy="check the bookmarks and cross-references of its template",
        )
    return dead


def _grow(book: Pdf, pages: list[Page]) -> None:
    """The page tree, written at once."""
    tree = book.Root.Pages
    tree.Kids, tree.Count = Array([page.obj for page in pages]), len(pages)
    for page in pages:
        page.obj[Name.Parent] = tree
