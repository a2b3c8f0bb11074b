"""Copy the pages of a long document into another.

pikepdf finds a page by its number in a copy of the whole page list, several times for each page:
8,000 pages take 12 s, and twice as many four times as long. So a long document is copied some pages
at a time, out of a list, and its links and bookmarks are connected afterward.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pikepdf import (
    Array,
    Dictionary,
    Name,
    Object,
    Outline,
    OutlineItem,
    OutlineStructureError,
    Page,
    Pdf,
    String,
)

from assembler.pdf.link_goals import iterate_goals, iterate_names

_LONG = 500  # pages; below it, the library is as fast
_AT_ONCE = 100  # pages
_BRANCH = 128  # pages of a branch of the page tree
# what the library carries over besides: form fields and layers
_OTHER_PARTS = (Name.AcroForm, Name.OCProperties)

_Destinations = Mapping[str, Object]  # by name; names of the old kind begin with a slash
_CopiedPages = Mapping[tuple[int, int], Object]  # by the page in the source


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferredPages:
    """The copies, of which the target's page tree has none yet; the bookmarks that lead to them;
    and the names that links lead to, but that name no copied page."""

    pages: list[Page]
    outline: list[OutlineItem]
    dropped_names: frozenset[str]


def is_long(source: Pdf, indices: Sequence[int]) -> bool:
    """Return whether `transfer_pages` copies these pages: there are many, and the document has
    nothing else that would have to come along."""
    return len(indices) > _LONG and not any(part in source.Root for part in _OTHER_PARTS)


def transfer_pages(target: Pdf, source: Pdf, indices: Sequence[int]) -> TransferredPages:
    """Copy pages of a document, with links to a name turned into links to its place.

    Args:
        target: its page tree must be empty, and is left so: see `write_page_tree`.
        indices: of the pages, from 0. Raises IndexError for one that is not there.
    """
    all_pages = list(source.pages)
    chosen = [all_pages[index] for index in indices]
    pages: list[Page] = []
    for start in range(0, len(chosen), _AT_ONCE):
        for page in chosen[start : start + _AT_ONCE]:
            target.pages.append(page)
        pages += list(target.pages)
        del target.pages[:]
    copies: dict[tuple[int, int], Object] = {}
    for page, copy in zip(chosen, pages, strict=True):
        copies.setdefault(page.obj.objgen, copy.obj)
    names = dict(iterate_names(source))
    dropped = {name for page in pages for name in _connect_links(page, names, copies)}
    outline = _copy_outline(_read_outline(source), names, copies)
    return TransferredPages(pages=pages, outline=outline, dropped_names=frozenset(dropped))


def write_page_tree(document: Pdf, pages: Sequence[Page]) -> None:
    """Write the page tree of a document whose page tree is empty.

    With many pages it has branches: a viewer that looks for page 7,000 reads all pages before it
    that are in the same branch.
    """
    tree, objects = document.Root.Pages, [page.obj for page in pages]
    if len(objects) <= _BRANCH:
        _write_branch(tree, objects, len(objects))
        return
    branches = []
    for start in range(0, len(objects), _BRANCH):
        leaves = objects[start : start + _BRANCH]
        branch = document.make_indirect(Dictionary(Type=Name.Pages, Parent=tree))
        _write_branch(branch, leaves, len(leaves))
        branches.append(branch)
    _write_branch(tree, branches, len(objects))


def _write_branch(branch: Object, kids: Sequence[Object], count: int) -> None:
    branch.Kids, branch.Count = Array(kids), count
    for kid in kids:
        kid[Name.Parent] = branch


def _connect_links(page: Page, names: _Destinations, copies: _CopiedPages) -> Iterator[str]:
    """Point the links of a copied page that lead to a name at its place; yield the names that lead
    to no copied page."""
    for annotation in page.get(Name.Annots, ()):
        for owner, key in iterate_goals(annotation):
            goal = owner[key]
            if not isinstance(goal, String | Name):
                continue
            place = _find_place(goal, names, copies)
            if place is None:
                yield str(goal)
            else:
                owner[key] = place


def _find_place(goal: object, names: _Destinations, copies: _CopiedPages) -> Array | None:
    """Return where a link or bookmark of the source leads in the target; None if not to a copied
    page."""
    if isinstance(goal, String | Name):
        goal = names.get(str(goal))
        if isinstance(goal, Dictionary):
            goal = goal.get(Name.D)
    if not isinstance(goal, Array) or not len(goal):
        return None
    page = goal[0]
    copy = copies.get(page.objgen) if isinstance(page, Dictionary) and page.is_indirect else None
    return Array([copy, *list(goal)[1:]]) if copy is not None else None


def _read_outline(source: Pdf) -> Sequence[OutlineItem]:
    """Return the bookmarks of a document; none if they are too damaged to be read."""
    try:
        return Outline(source).root
    except (OutlineStructureError, AttributeError, TypeError, ValueError):
        return ()


def _copy_outline(
    items: Sequence[OutlineItem], names: _Destinations, copies: _CopiedPages
) -> list[OutlineItem]:
    """Return the bookmarks that lead to a copied page, and those above them."""
    kept = []
    for item in items:
        children = _copy_outline(item.children, names, copies)
        goal: object = item.destination
        if goal is None and item.action is not None and item.action.get(Name.S) == Name.GoTo:
            goal = item.action.get(Name.D)
        place = _find_place(goal, names, copies)
        if place is not None or children:
            copy = OutlineItem(item.title, place, color=item.color, flags=item.flags)
            copy.is_closed, copy.children = item.is_closed, children
            kept.append(copy)
    return kept
