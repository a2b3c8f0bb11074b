"""Merge the structure trees that the Word engine made into one, so that a screen reader can read
the drafts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pikepdf import Array, Dictionary, Name, NameTree, NumberTree, Object, Page, Pdf, String

from assembler.model import Layout


def merge_tags(
    bundle: Pdf, layout: Layout, pages: Sequence[Page], drafts: Mapping[str, Pdf]
) -> tuple[str, ...]:
    """Give the bundle one structure tree; return the documents that had one.

    `pages` must be copies made from `drafts`, still open. Pages of a document without a tree lose
    their keys into it: they would lead into another document's.
    """
    root = bundle.make_indirect(
        Dictionary(Type=Name.StructTreeRoot, K=Array(), RoleMap=Dictionary())
    )
    parents: dict[int, Object] = {}
    ids: dict[str, Object] = {}
    tagged: list[str] = []
    for leaf, page in zip(layout.leaves, pages, strict=True):
        if leaf.document not in drafts or Name.StructTreeRoot not in drafts[leaf.document].Root:
            _untag(page)
    ambiguous = _find_ambiguous_roles(list(drafts.values()))
    for name, source in drafts.items():
        if Name.StructTreeRoot in source.Root:
            # page references follow to the copied pages
            tree = bundle.copy_foreign(source.Root.StructTreeRoot)
            _write_standard_roles(tree, ambiguous)
            own_pages = [
                page
                for leaf, page in zip(layout.leaves, pages, strict=True)
                if leaf.document == name
            ]
            ids |= _rename_elements(tree, f"{len(tagged)}.")
            parents |= _take(tree, root, own_pages, max(parents, default=-1) + 1)
            tagged.append(name)
    if tagged:
        _store_root(bundle, root, parents, ids)
    return tuple(tagged)


def _find_ambiguous_roles(drafts: Sequence[Pdf]) -> frozenset[str]:
    """Return the roles that mean one thing in one draft and another in the next.

    Each draft maps roles of its own to standard ones; the bundle has one map for all of them. A
    role that one draft maps may be a standard role of another draft that does not map it.
    """
    trees = [pdf.Root.StructTreeRoot for pdf in drafts if Name.StructTreeRoot in pdf.Root]
    maps = [{role: str(to) for role, to in tree.get(Name.RoleMap, {}).items()} for tree in trees]
    mapped = {role for roles in maps for role, to in roles.items() if role != to}
    meanings: dict[str, set[str]] = {role: set() for role in mapped}
    for tree, roles in zip(trees, maps, strict=True):
        for role in mapped & roles.keys():
            meanings[role].add(roles[role])
        unmapped = mapped - roles.keys()
        used = {str(element.S) for element in _iterate_elements(tree)} if unmapped else set()
        for role in unmapped & used:
            meanings[role].add(role)
    return frozenset(role for role, different in meanings.items() if len(different) > 1)


def _write_standard_roles(tree: Object, roles: frozenset[str]) -> None:
    """Give elements of these roles the standard role itself, and take it out of the map."""
    if not roles:
        return
    role_map = tree.get(Name.RoleMap, Dictionary())
    for element in _iterate_elements(tree):
        if str(element.S) in roles and str(element.S) in role_map:
            element.S = role_map[str(element.S)]
    for role in roles & set(role_map.keys()):
        del role_map[role]


def _store_root(
    bundle: Pdf, root: Object, parents: Mapping[int, Object], ids: Mapping[str, Object]
) -> None:
    numbered = Array([value for key, entry in sorted(parents.items()) for value in (key, entry)])
    root.ParentTree = bundle.make_indirect(Dictionary(Nums=numbered))
    root.ParentTreeNextKey = max(parents, default=-1) + 1
    if ids:
        names = NameTree.new(bundle)
        for key, element in sorted(ids.items()):
            names[key] = element
        root.IDTree = names.obj
    bundle.Root.StructTreeRoot = root
    bundle.Root.MarkInfo = Dictionary(Marked=True)


def _untag(page: Page) -> None:
    if Name.StructParents in page:
        del page.StructParents
    for annotation in page.get(Name.Annots, ()):
        if Name.StructParent in annotation:
            del annotation.StructParent


def _take(tree: Object, root: Object, pages: Sequence[Page], offset: int) -> dict[int, Object]:
    """Add one document's elements below the root; return its parent tree with keys that are free in
    the bundle."""
    for kid in _list_kids(tree):
        kid.P = root
        root.K.append(kid)
    for role, standard in tree.get(Name.RoleMap, Dictionary()).items():
        root.RoleMap[role] = standard
    for page in pages:
        if Name.StructParents in page:
            page.StructParents = int(page.StructParents) + offset
        for annotation in page.get(Name.Annots, ()):
            if Name.StructParent in annotation:
                annotation.StructParent = int(annotation.StructParent) + offset
    entries = NumberTree(tree.ParentTree).items() if Name.ParentTree in tree else ()
    return {key + offset: entry for key, entry in entries}


def _rename_elements(tree: Object, prefix: str) -> dict[str, Object]:
    """Make the names of elements unique to this document, also where cells name their headers;
    return name → element.

    Two tables of two documents both call their first header "U1x0y0".
    """
    elements: dict[str, Object] = {}
    if Name.IDTree not in tree:
        return elements
    for element in _iterate_elements(tree):
        if Name.ID in element:
            elements[prefix + str(element.ID)] = element
            element.ID = String(prefix + str(element.ID))
        attributes = element.get(Name.A, ())
        for attribute in attributes if isinstance(attributes, Array) else [attributes]:
            if isinstance(attribute, Dictionary) and Name.Headers in attribute:
                attribute.Headers = Array(
                    [String(prefix + str(header)) for header in attribute.Headers]
                )
    return elements


def _iterate_elements(tree: Object) -> Iterator[Object]:
    waiting = _list_kids(tree)
    while waiting:
        element = waiting.pop()
        if isinstance(element, Dictionary) and Name.S in element:
            yield element
            waiting += _list_kids(element)


def _list_kids(element: Object) -> list[Object]:
    kids = element.get(Name.K)
    if kids is None:
        return []
    return list(kids) if isinstance(kids, Array) else [kids]
