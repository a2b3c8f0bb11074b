"""Links of a client's file: those within it, to the web, a mailbox or a telephone stay; whatever
opens or runs something goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

# no white space in front, no control characters: programs that open links drop those and see
# another word than we do
_STAYS = re.compile(r"(?:https?://|mailto:|tel:)[^\x00-\x1f\x7f\\]+", re.IGNORECASE)
_MOST = 200_000  # bookmarks that are looked at


def is_web_address(value: Any) -> bool:
    """Whether an address is one that a browser, a mail program or a telephone opens."""
    return isinstance(value, String) and _STAYS.fullmatch(str(value)) is not None


def is_plain_link(annotation: Object) -> bool:
    """Whether an annotation is a link to a place in this file, the web, a mailbox or a
    telephone, and does nothing more."""
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


def write_out_page_moves(pdf: Pdf) -> None:
    """Links to the next or previous, first or last page name the page: in a bundle they would
    lead to somebody else's."""
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
            goal = _moved(str(action.get(Name.N)), number, len(pages))
            if goal is not None and note.get(Name.Subtype) == Name.Link and Name.Dest not in note:
                del note[Name.A]
                note.Dest = Array([pages[goal].obj, Name.Fit])


def _moved(move: str, number: int, count: int) -> int | None:
    goal = {
        "/NextPage": number + 1,
        "/PrevPage": number - 1,
        "/FirstPage": 0,
        "/LastPage": count - 1,
    }.get(move)
    return goal if goal is not None and 0 <= goal < count else None


def active_bookmarks(pdf: Pdf) -> int:
    """How many bookmarks do something else than lead to a page of the file; they are left
    behind."""
    root = pdf.Root.get(Name.Outlines)
    return sum(map(_acts, _items(root))) if isinstance(root, Dictionary) else 0


def _acts(item: Object) -> bool:
    action = item.get(Name.A)
    return isinstance(action, Dictionary) and (
        action.get(Name.S) != Name.GoTo or Name.Next in action
    )


def _items(root: Object) -> Iterator[Object]:
    """All items below an outline, each once: a broken one may run in circles."""
    waiting: list[Any] = [root.get(Name.First)]
    seen: set[tuple[int, int]] = set()
    while waiting and len(seen) < _MOST:
        item = waiting.pop()
        if not isinstance(item, pikepdf.Dictionary) or not item.is_indirect or item.objgen in seen:
            continue
        seen.add(item.objgen)
        yield item
        waiting += [item.get(Name.Next), item.get(Name.First)]
