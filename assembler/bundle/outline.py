"""Write bookmarks: the layout's, with the evidence's own outlines nested below their exhibit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pikepdf import Array, Name, OutlineItem, Page, Pdf

from assembler.model import Layout


def take_outline(bundle: Pdf) -> list[OutlineItem]:
    """Remove and return the items that copying a document has just added."""
    with bundle.open_outline() as tree:
        items = list(tree.root)
        tree.root.clear()
    return items


def write_bookmarks(
    bundle: Pdf,
    layout: Layout,
    pages: Sequence[Page],
    outlines: Mapping[str, Sequence[OutlineItem]],
) -> None:
    """Write the bookmarks; those of level 1 are below the last one of level 0.

    Args:
        outlines: the outlines of documents, by document.
    """
    pages_by_number = {leaf.number: page for leaf, page in zip(layout.leaves, pages, strict=True)}
    with bundle.open_outline() as tree:
        tree.root.clear()
        for bookmark in layout.bookmarks:
            item = OutlineItem(
                bookmark.title, Array([pages_by_number[bookmark.number].obj, Name.Fit])
            )
            item.children.extend(outlines.get(bookmark.document, ()))
            item.is_closed = bool(item.children)
            siblings = tree.root[-1].children if bookmark.level and tree.root else tree.root
            siblings.append(item)
