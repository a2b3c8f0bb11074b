"""Bookmarks: the layout's, with the evidence's own outlines nested below their exhibit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pikepdf import Array, Name, OutlineItem, Page, Pdf

from assembler.model import Layout


def take(book: Pdf) -> list[OutlineItem]:
    """Remove and return the items that copying a document has just added."""
    with book.open_outline() as tree:
        items = list(tree.root)
        tree.root.clear()
    return items


def write(
    book: Pdf, layout: Layout, pages: Sequence[Page], brought: Mapping[str, Sequence[OutlineItem]]
) -> None:
    """Write the bookmarks; those of level 1 hang below the last one of level 0."""
    here = {leaf.number: page for leaf, page in zip(layout.leaves, pages, strict=True)}
    with book.open_outline() as tree:
        tree.root.clear()
        for mark in layout.bookmarks:
            item = OutlineItem(mark.title, Array([here[mark.number].obj, Name.Fit]))
            item.children.extend(brought.get(mark.document, ()))
            item.is_closed = bool(item.children)
            siblings = tree.root[-1].children if mark.level and tree.root else tree.root
            siblings.append(item)
