"""Copy pages out of their documents into the bundle, with their links, layers and outlines.

`add_pages_from` looks every page up in the bundle's page tree, which costs time with each page the
tree already has: 160 documents of 50 pages took 17 s. So the tree is emptied after each part, and
written once at the end: 0.7 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from pikepdf import AccessMode, OutlineItem, Page, Pdf, PdfError

from assembler.bundle import links, outline
from assembler.bundle.large_pictures import StagedPictures
from assembler.bundle.other_volumes import OtherVolumes
from assembler.errors import TemplateBroken, ToolFailed
from assembler.model import DocumentId, Layout, Leaf, PartKind
from assembler.pdf.page_transfer import is_long, transfer_pages, write_page_tree

# made by us from templates; all else is evidence or a form
OURS = frozenset({PartKind.DRAFT, PartKind.TAB})


@dataclass(slots=True, kw_only=True)
class CopiedPages:
    """The bundle's pages in order, and what came with them. `drafts`: our own documents, still
    open."""

    pages: list[Page] = field(default_factory=list)
    outlines: dict[str, list[OutlineItem]] = field(default_factory=dict)
    drafts: dict[str, Pdf] = field(default_factory=dict)
    renamed: int = 0
    dead_links: int = 0


@dataclass(frozen=True, slots=True)
class CopySource:
    """What pages are copied from."""

    documents: Mapping[DocumentId, Path]  # by Leaf.document
    open_files: ExitStack  # drafts stay open until it ends, since their tags are copied later
    other_volumes: OtherVolumes
    pictures: StagedPictures


def copy_pages(bundle: Pdf, layout: Layout, source: CopySource) -> CopiedPages:
    """Copy all pages in the layout's order.

    Raises ToolFailed if a document cannot be opened, has other pages than the layout, or still has
    form fields; TemplateBroken if a draft has an internal link that leads nowhere.
    """
    copied = CopiedPages()
    for part, leaves_of_part in groupby(layout.leaves, key=lambda leaf: leaf.part):
        leaves = list(leaves_of_part)
        name = leaves[0].document
        path = source.documents[name]
        try:
            if leaves[0].kind not in OURS:
                with Pdf.open(path, access_mode=AccessMode.stream) as document:
                    source.pictures.empty_pictures(document, path)
                    source.other_volumes.redirect_links(document, name)
                    _copy_part(bundle, document, part, leaves, copied)
                continue
            if name not in copied.drafts:
                copied.drafts[name] = source.open_files.enter_context(Pdf.open(path))
                source.other_volumes.redirect_links(copied.drafts[name], name)
            _copy_part(bundle, copied.drafts[name], part, leaves, copied)
        except (IndexError, PdfError) as error:
            raise ToolFailed(
                f"its pages could not be copied in full ({type(error).__name__})", where=part
            ) from error
    write_page_tree(bundle, copied.pages)
    return copied


def _copy_part(
    bundle: Pdf, source: Pdf, part: str, leaves: list[Leaf], copied: CopiedPages
) -> None:
    indices = [leaf.index for leaf in leaves]
    if leaves[0].kind not in OURS and is_long(source, indices):
        transferred = transfer_pages(bundle, source, indices)
        copied.dead_links += _drop_dead_links(
            transferred.pages, transferred.dropped_names, part, ours=False
        )
        copied.pages += transferred.pages
        if transferred.outline:
            copied.outlines[leaves[0].document] = transferred.outline
        return
    result = bundle.add_pages_from(source, indices)
    if result.fields_added:
        raise ToolFailed("it still has form fields, which a bundle cannot contain", where=part)
    pages = list(bundle.pages)
    copied.dead_links += _drop_dead_links(
        pages, frozenset(result.dropped_dests), part, ours=leaves[0].kind in OURS
    )
    copied.renamed += len(result.renamed_dests)
    copied.pages += pages
    if result.outline_items_added:
        copied.outlines[leaves[0].document] = outline.take_outline(bundle)
    del bundle.pages[:]


def _drop_dead_links(
    pages: list[Page], dropped_names: frozenset[str], part: str, *, ours: bool
) -> int:
    """Drop links to a place that was not copied: an error of a template, but ordinary in evidence.

    They must not stay: another file's destination may have the same name, and they would lead
    there.
    """
    dead = sum(links.drop_dead_links(page, dropped_names) for page in pages)
    if dead and ours:
        raise TemplateBroken(
            "a link within it leads nowhere",
            where=part,
            remedy="check the bookmarks and cross-references of its template",
        )
    return dead
