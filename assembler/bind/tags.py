"""Tags: the structure trees that the Word engine made, merged into one, so that a screen reader can read the drafts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pikepdf
from pikepdf import Array, Dictionary, Name, NumberTree, Pdf

from assembler.model import Layout


def merge(book: Pdf, layout: Layout, sources: Mapping[str, Pdf]) -> tuple[str, ...]:
    """Give the book one structure tree; returns the documents that had one. Pages must have been copied before."""
    root = book.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array(), RoleMap=Dictionary()))
    parents: list[tuple[int, pikepdf.Object]] = []
    tagged: list[str] = []
    for name, source in sources.items():
        if Name.StructTreeRoot not in source.Root:
            continue
        offset = max((key for key, _ in parents), default=-1) + 1
        tree = book.copy_foreign(source.Root.StructTreeRoot)  # page references follow to the copied pages
        numbers = [leaf.number for leaf in layout.leaves if leaf.document == name]
        parents += _take(book, tree, root, numbers, offset)
        tagged.append(name)
    if tagged:
        numbered = Array([value for key, entry in sorted(parents, key=lambda pair: pair[0]) for value in (key, entry)])
        root.ParentTree = book.make_indirect(Dictionary(Nums=numbered))
        root.ParentTreeNextKey = max(key for key, _ in parents) + 1 if parents else 0
        book.Root.StructTreeRoot = root
        book.Root.MarkInfo = Dictionary(Marked=True)
    return tuple(tagged)


def _take(
    book: Pdf, tree: pikepdf.Object, root: pikepdf.Object, numbers: list[int], offset: int
) -> Iterator[tuple[int, pikepdf.Object]]:
    """Hang one document's elements below the root; yield its parent tree with keys that are free in the book."""
    for kid in _kids(tree):
        kid.P = root
        root.K.append(kid)
    for role, standard in tree.get(Name.RoleMap, Dictionary()).items():
        root.RoleMap[role] = standard
    entries = dict(NumberTree(tree.ParentTree).items()) if Name.ParentTree in tree else {}
    for number in numbers:
        page = book.pages[number - 1]
        if Name.StructParents in page:
            page.StructParents = int(page.StructParents) + offset
        for annotation in page.get(Name.Annots, ()):
            if Name.StructParent in annotation:
                key = int(annotation.StructParent)
                annotation.StructParent = key + offset
                _point_at(entries.get(key), annotation)
    for key, entry in entries.items():
        yield key + offset, entry


def _kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get(Name.K)
    if kids is None:
        return []
    return list(kids) if isinstance(kids, Array) else [kids]


def _point_at(element: pikepdf.Object | None, annotation: pikepdf.Object) -> None:
    """An object reference in the tree names the annotation itself, which copying the page made anew."""
    if isinstance(element, Dictionary):
        for kid in _kids(element):
            if isinstance(kid, Dictionary) and kid.get(Name.Type) == Name.OBJR:
                kid.Obj = annotation
