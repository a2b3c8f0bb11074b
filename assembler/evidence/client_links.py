"""Links of a client's file: those within it, to the web, a mailbox or a telephone stay.

Links that open or run anything are removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

# no leading white space, no control characters: programs that open links drop these and see another
# scheme than we do
_ALLOWED = re.compile(r"(?:https?://|mailto:|tel:)[^\x00-\x1f\x7f\\]+", re.IGNORECASE)
_MAX_BOOKMARKS = 200_000
_MAX_NAMES = 200_000  # nodes of the tree of names that are visited


def is_web_address(value: Any) -> bool:
    """Return whether an address is one that a browser, a mail program or a telephone opens."""
    return isinstance(value, String) and _ALLOWED.fullmatch(str(value)) is not None


def is_plain_link(annotation: Object) -> bool:
    """Return whether an annotation only links to a place in this file, the web, a mailbox or a
    telephone."""
    if annotation.get(Name.Subtype) != Name.Link:
        return False
    action = annotation.get(Name.A)
    if action is None:
        return Name.Dest in annotation
    if not isinstance(action, Dictionary) or Name.Next in action or Name.Dest in annotation:
        return False
    return action.get(Name.S) == Name.GoTo or (
        action.get(Name.S) == Name.URI and is_web_address(action.get(Name.URI))
    )


def move_misplaced_actions(pdf: Pdf) -> None:
    """Move an action that a link has as its destination to where actions belong.

    Viewers take it for an action, so it must be judged as one.
    """
    for note in _list_annotations(pdf):
        goal = note.get(Name.Dest)
        if not isinstance(goal, Dictionary) or isinstance(note.get(Name.A), Dictionary):
            continue
        if Name.S in goal:
            del note[Name.Dest]
            note.A = goal
        elif isinstance(goal.get(Name.D), Array | String | Name):
            note.Dest = goal.D


def resolve_binary_names(pdf: Pdf) -> None:
    """Make links and bookmarks to a destination whose name is no text name its page.

    Copying pages writes such a name in other bytes, and the link no longer finds it.
    """
    goals = {
        written: goal
        for name, goal in _list_named_destinations(pdf)
        if bytes(String(str(name))) != (written := bytes(name))
    }
    if not goals:
        return
    outline = pdf.Root.get(Name.Outlines)
    items = _list_bookmarks(outline) if isinstance(outline, Dictionary) else ()
    for holder in (*_list_annotations(pdf), *items):
        for owner, key in ((holder, Name.Dest), (holder.get(Name.A), Name.D)):
            name = owner.get(key) if isinstance(owner, Dictionary) else None
            if isinstance(name, String) and bytes(name) in goals:
                owner[key] = goals[bytes(name)]


def _list_annotations(pdf: Pdf) -> Iterator[Object]:
    for page in pdf.pages:
        notes = page.get(Name.Annots)
        yield from (
            note
            for note in (notes if isinstance(notes, Array) else ())
            if isinstance(note, Dictionary)
        )


def _list_named_destinations(pdf: Pdf) -> Iterator[tuple[Object, Object]]:
    """Yield the name of each named destination, as it is written, and its place."""
    names = pdf.Root.get(Name.Names)
    waiting = [names.get(Name.Dests)] if isinstance(names, Dictionary) else []
    visited = 0
    while waiting and visited < _MAX_NAMES:
        node = waiting.pop()
        visited += 1
        if not isinstance(node, Dictionary):
            continue
        kids, flat = node.get(Name.Kids), node.get(Name.Names)
        waiting += list(kids) if isinstance(kids, Array) else []
        pairs = list(flat) if isinstance(flat, Array) else []
        for name, goal in zip(pairs[::2], pairs[1::2], strict=False):
            place = goal.get(Name.D) if isinstance(goal, Dictionary) else goal
            if isinstance(name, String) and isinstance(place, Array):
                yield name, place


def resolve_page_moves(pdf: Pdf) -> None:
    """Make links to the next, previous, first or last page name the page.

    In a bundle they would lead to another exhibit's page.
    """
    pages = list(pdf.pages)
    for number, page in enumerate(pages):
        notes = page.get(Name.Annots)
        for note in notes if isinstance(notes, Array) else ():
            action = note.get(Name.A) if isinstance(note, Dictionary) else None
            if (
                not isinstance(action, Dictionary)
                or action.get(Name.S) != Name.Named
                or Name.Next in action
            ):
                continue
            target = _find_target_page(str(action.get(Name.N)), number, len(pages))
            if target is not None and note.get(Name.Subtype) == Name.Link and Name.Dest not in note:
                del note[Name.A]
                note.Dest = Array([pages[target].obj, Name.Fit])


def _find_target_page(move: str, number: int, count: int) -> int | None:
    target = {
        "/NextPage": number + 1,
        "/PrevPage": number - 1,
        "/FirstPage": 0,
        "/LastPage": count - 1,
    }.get(move)
    return target if target is not None and 0 <= target < count else None


def count_active_bookmarks(pdf: Pdf) -> int:
    """Count the bookmarks that do anything other than lead to a page of the file; they are
    dropped."""
    root = pdf.Root.get(Name.Outlines)
    return sum(map(_is_active, _list_bookmarks(root))) if isinstance(root, Dictionary) else 0


def _is_active(item: Object) -> bool:
    action = item.get(Name.A)
    return isinstance(action, Dictionary) and (
        action.get(Name.S) != Name.GoTo or Name.Next in action
    )


def _list_bookmarks(root: Object) -> Iterator[Object]:
    """Yield all bookmarks, each once: a broken outline may contain loops."""
    waiting: list[Any] = [root.get(Name.First)]
    visited: set[tuple[int, int]] = set()
    while waiting and len(visited) < _MAX_BOOKMARKS:
        item = waiting.pop()
        if (
            not isinstance(item, pikepdf.Dictionary)
            or not item.is_indirect
            or item.objgen in visited
        ):
            continue
        visited.add(item.objgen)
        yield item
        waiting += [item.get(Name.Next), item.get(Name.First)]
