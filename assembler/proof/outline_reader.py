"""Read the bookmarks of a PDF: what each says, how it looks, and where it leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from assembler.proof.allowed_entries import OUTLINE_ITEM, OUTLINES
from assembler.proof.link_reader import Goal, Places, read_pdf_string
from assembler.proof.object_reader import Objects
from assembler.proof.pypdf_values import read_integer, read_numbers, resolve_reference

_MAX_DEPTH = 64  # levels of an outline or a name tree
_MAX_ITEMS = 200_000  # bookmarks or names that are read
Look = tuple[tuple[float, ...], int]
PLAIN: Look = ((0.0, 0.0, 0.0), 0)  # black, neither bold nor italic


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A bookmark. `open`: whether its children are shown when the file is opened; `look`: its
    color, three parts from 0 to 1, and its style, bit 1 italic and bit 2 bold."""

    title: str
    goal: Goal
    children: tuple[Mark, ...] = ()
    open: bool = False
    look: Look = PLAIN


def read_outline(reader: PdfReader) -> tuple[Mark, ...]:
    """Return the outline of a file, up to the depth and count that are read."""
    root = resolve_reference(reader.root_object.get("/Outlines"))
    return (
        tuple(_read_marks(root, Places(reader), set(), 0))
        if isinstance(root, DictionaryObject)
        else ()
    )


def _read_marks(
    parent: DictionaryObject, places: Places, visited: set[int], depth: int
) -> Iterator[Mark]:
    reference = parent.raw_get("/First") if "/First" in parent else None
    while (
        isinstance(reference, IndirectObject)
        and reference.idnum not in visited
        and depth < _MAX_DEPTH
        and len(visited) < _MAX_ITEMS
    ):
        visited.add(reference.idnum)
        item = resolve_reference(reference)
        if not isinstance(item, DictionaryObject):
            return
        count = resolve_reference(item.get("/Count"))
        yield Mark(
            title=read_pdf_string(resolve_reference(item.get("/Title"))),
            goal=places.find_annotation_goal(item),
            children=tuple(_read_marks(item, places, visited, depth + 1)),
            open=isinstance(count, int) and count > 0,
            look=_read_look(item),
        )
        reference = item.raw_get("/Next") if "/Next" in item else None


def _read_look(item: DictionaryObject) -> Look:
    """Return the color and style of a bookmark; PLAIN where it names none."""
    color = tuple(round(part, 2) for part in read_numbers(item.get("/C")))
    return color or PLAIN[0], read_integer(item.get("/F")) & 3


def find_outline_faults(objects: Objects) -> Iterator[str]:
    """Yield what viewers could read in two ways in a bundle's outline, or what does more than lead
    to a page."""
    root = objects.dictionary(objects.reader.trailer.raw_get("/Root"))
    if "/Outlines" in root:
        outlines = objects.dictionary(root.raw_get("/Outlines"))
        if set(outlines) - OUTLINES:
            yield "more than bookmarks in the outline"
        yield from _check_chain(objects, root.raw_get("/Outlines"), set(), 0)


def _check_chain(objects: Objects, parent: Any, visited: set[int], depth: int) -> Iterator[str]:
    """Yield a fault unless each item is below its parent, after its predecessor, and the last is
    the last."""
    parent_item = objects.dictionary(parent)
    reference = parent_item.raw_get("/First") if "/First" in parent_item else None
    last = parent_item.raw_get("/Last") if "/Last" in parent_item else None
    previous: Any = None
    while reference is not None:
        item = objects.dictionary(reference)
        if (
            not isinstance(reference, IndirectObject)
            or reference.idnum in visited
            or depth > _MAX_DEPTH
        ):
            yield "circular bookmarks"
            return
        visited.add(reference.idnum)
        if set(item) - OUTLINE_ITEM:
            yield "a bookmark that does more than lead to a page"
        if not _is_same_reference(item, "/Parent", parent) or not _is_same_reference(
            item, "/Prev", previous
        ):
            yield "bookmarks that are not linked to each other properly"
        yield from _check_chain(objects, reference, visited, depth + 1)
        previous, reference = reference, item.raw_get("/Next") if "/Next" in item else None
    if (previous is None) != (last is None) or (
        previous is not None and getattr(last, "idnum", 0) != previous.idnum
    ):
        yield "bookmarks that are not linked to each other properly"


def _is_same_reference(item: DictionaryObject, key: str, expected: Any) -> bool:
    actual = item.raw_get(key) if key in item else None
    return getattr(actual, "idnum", None) == getattr(expected, "idnum", None)
