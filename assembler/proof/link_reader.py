"""Read the links of a PDF: where each lies on its page as a reader sees it, and where it leads."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from assembler.proof.allowed_entries import is_harmless
from assembler.proof.pypdf_values import resolve_reference

_MAX_DEPTH = 64  # levels of an outline or a name tree
_MAX_ITEMS = 200_000  # bookmarks or names that are read
_LETTER = (0.0, 0.0, 612.0, 792.0)
Box = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Where a link leads: a page (its index in the file, from 0), an address, or nowhere."""

    page: int | None = None
    place: tuple[Any, ...] = ()  # the view of the page: "/XYZ" and numbers
    address: str = ""
    file: str = ""  # another file of the bundle, whose page it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A link on a page. `box`: left, bottom, right, top as a reader sees the page, then the corners
    of its parts, if any."""

    box: Box
    goal: Goal
    look: str = ""  # its border and color
    click: str = ""  # what a viewer does when it is clicked on
    contents: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page: visible width and height, width and height of all of its paper, and its links."""

    size: tuple[float, float]
    paper: tuple[float, float] = (0.0, 0.0)
    areas: tuple[Area, ...] = ()


class Places:
    """The destinations of a file."""

    def __init__(self, reader: PdfReader) -> None:
        self._numbers = {
            page.indirect_reference.idnum: place
            for place, page in enumerate(reader.pages)
            if page.indirect_reference
        }
        self._named = dict(_iterate_names(reader))
        self.count = len(reader.pages)

    def find_annotation_goal(self, note: DictionaryObject) -> Goal:
        """Return where a link or bookmark leads."""
        action, goal = _read_action_and_goal(note)
        if goal is not None:
            return self.find_goal(goal)
        if not isinstance(action, DictionaryObject):
            return Goal()
        kind = resolve_reference(action.get("/S"))
        if kind == "/GoTo":
            return self.find_goal(action.get("/D"))
        if kind == "/URI":
            return Goal(address=read_pdf_string(resolve_reference(action.get("/URI"))))
        if kind == "/GoToR":
            goal = resolve_reference(action.get("/D"))
            index = resolve_reference(goal[0]) if isinstance(goal, ArrayObject) and goal else None
            return Goal(
                page=index if isinstance(index, int) else None,
                file=read_pdf_string(resolve_reference(action.get("/F"))) or "?",
            )
        return Goal()

    def find_page_goal(self, number: int) -> Goal:
        """Return a page of the file as a whole."""
        return Goal(page=number, place=("/Fit",)) if 0 <= number < len(self._numbers) else Goal()

    def find_goal(self, raw: Any) -> Goal:
        """Return a destination, given by name or written out."""
        goal = resolve_reference(raw)
        if isinstance(goal, str | bytes):
            goal = resolve_reference(self._named.get(read_pdf_string(goal)))
        if isinstance(goal, DictionaryObject):
            goal = resolve_reference(goal.get("/D"))
        if not isinstance(goal, ArrayObject) or not goal:
            return Goal()
        first = goal[0] if isinstance(goal[0], IndirectObject) else list.__getitem__(goal, 0)
        page = self._numbers.get(first.idnum) if isinstance(first, IndirectObject) else None
        return (
            Goal()
            if page is None
            else Goal(page=page, place=tuple(_normalize_value(value) for value in goal[1:]))
        )


def read_pdf_string(value: Any) -> str:
    """Return a string of the file; bytes become one character each, so that nothing is lost."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return "" if value is None else str(value)


def _normalize_value(value: Any) -> Any:
    value = resolve_reference(value)
    if isinstance(value, int | float):
        return round(float(value), 2)
    return None if value is None else str(value)


def _iterate_names(reader: PdfReader) -> Iterator[tuple[str, Any]]:
    root = reader.root_object
    legacy_names = resolve_reference(root.get("/Dests"))
    if isinstance(legacy_names, DictionaryObject):
        yield from ((str(key), legacy_names.raw_get(key)) for key in legacy_names)
    names = resolve_reference(root.get("/Names"))
    waiting = [names.get("/Dests")] if isinstance(names, DictionaryObject) else []
    visited: set[int] = set()
    while waiting and len(visited) < _MAX_ITEMS:
        node = waiting.pop()
        if isinstance(node, IndirectObject):
            if node.idnum in visited:
                continue
            visited.add(node.idnum)
        node = resolve_reference(node)
        if isinstance(node, DictionaryObject):
            kids, flat = resolve_reference(node.get("/Kids")), resolve_reference(node.get("/Names"))
            waiting += list(list.__iter__(kids)) if isinstance(kids, ArrayObject) else []
            pairs = list(list.__iter__(flat)) if isinstance(flat, ArrayObject) else []
            yield from (
                (read_pdf_string(resolve_reference(key)), value)
                for key, value in zip(pairs[::2], pairs[1::2], strict=False)
            )


# --- links ---


def read_linked_pages(reader: PdfReader, *, kept: bool = False) -> tuple[Sheet, ...]:
    """Read every page with its links.

    `kept`: only those links that a bundle keeps of a file as the client sent it.
    """
    places = Places(reader)
    pages = []
    for number, page in enumerate(reader.pages):
        frame = _read_frame(page)
        notes = resolve_reference(page.get("/Annots"))
        links = (
            [resolve_reference(note) for note in list.__iter__(notes)]
            if isinstance(notes, ArrayObject)
            else []
        )
        areas = tuple(
            _read_area(link, frame, places, number)
            for link in links
            if isinstance(link, DictionaryObject)
            and resolve_reference(link.get("/Subtype")) == "/Link"
            and (
                not kept
                or is_kept(link)
                or _read_page_moves(link, number, places.count) is not None
            )
        )
        width, height = frame[2] - frame[0], frame[3] - frame[1]
        visible = (height, width) if frame[4] % 180 else (width, height)
        media = _sort_corners(_read_numbers(page.get("/MediaBox"), 4)) or _LETTER
        paper = (media[2] - media[0], media[3] - media[1])
        pages.append(
            Sheet(size=visible, paper=paper[::-1] if frame[4] % 180 else paper, areas=areas)
        )
    return tuple(pages)


def _read_area(
    link: DictionaryObject,
    frame: tuple[float, float, float, float, int],
    places: Places,
    number: int,
) -> Area:
    corners = [*_read_numbers(link.get("/Rect"), 4), *_read_numbers(link.get("/QuadPoints"), 0)]
    visible = [
        _transform_point(x, y, frame) for x, y in zip(corners[::2], corners[1::2], strict=False)
    ]
    box: list[float] = []
    if len(visible) >= 2:
        (x0, y0), (x1, y1) = visible[:2]
        box = [
            min(x0, x1),
            min(y0, y1),
            max(x0, x1),
            max(y0, y1),
            *(value for point in visible[2:] for value in point),
        ]
    goal = _find_move(link, number, places) or places.find_annotation_goal(link)
    click = f"{resolve_reference(link.get('/H')) or '/I'} {resolve_reference(link.get('/F')) or 0}"
    contents = read_pdf_string(resolve_reference(link.get("/Contents")))
    return Area(
        box=tuple(box), goal=goal, look=_describe_appearance(link), click=click, contents=contents
    )


def _read_action_and_goal(note: DictionaryObject) -> tuple[Any, Any]:
    """Return the action and the destination of a link.

    Some programs write an action in the place of a destination, and viewers accept it.
    """
    action, goal = resolve_reference(note.get("/A")), note.get("/Dest")
    destination = resolve_reference(goal)
    is_action = isinstance(destination, DictionaryObject) and "/S" in destination
    if is_action and not isinstance(action, DictionaryObject):
        return destination, None
    return action, goal


def _find_move(link: DictionaryObject, number: int, places: Places) -> Goal | None:
    """Return the page that a "next", "previous", "first" or "last" link leads to from page
    `number`; None if it is no such link."""
    move = _read_page_moves(link, number, places.count)
    return None if move is None else places.find_page_goal(move)


def _read_page_moves(link: DictionaryObject, number: int, count: int) -> int | None:
    action, goal = _read_action_and_goal(link)
    if not isinstance(action, DictionaryObject) or "/Next" in action or goal is not None:
        return None
    if resolve_reference(action.get("/S")) != "/Named":
        return None
    moves = {
        "/NextPage": number + 1,
        "/PrevPage": number - 1,
        "/FirstPage": 0,
        "/LastPage": count - 1,
    }
    goal = moves.get(str(resolve_reference(action.get("/N"))))
    return goal if goal is not None and 0 <= goal < count else None


def _describe_appearance(link: DictionaryObject) -> str:
    """Return how a viewer marks a link: its border and color."""
    has_picture = "/AP" in link  # then its picture is part of the page
    border = (
        [0.0, 0.0, 0.0]
        if has_picture
        else [_normalize_value(value) for value in _list_values(link.get("/Border")) or (0, 0, 1)]
    )
    style = resolve_reference(link.get("/BS")) if not has_picture else None
    styled = (
        sorted((str(key), str(_normalize_value(style[key]))) for key in style)
        if isinstance(style, DictionaryObject)
        else []
    )
    color = [_normalize_value(value) for value in _list_values(link.get("/C"))]
    return f"{border} {styled} {color}"


def _read_numbers(raw: Any, count: int) -> list[float]:
    """Return the numbers of an array; [] if it is no array, has other values, or has not `count` of
    them (0: any count)."""
    values = [resolve_reference(value) for value in _list_values(raw)]
    are_numbers = all(isinstance(value, int | float) and math.isfinite(value) for value in values)
    return (
        [float(value) for value in values]
        if are_numbers and len(values) == (count or len(values))
        else []
    )


def _list_values(raw: Any) -> list[Any]:
    """Return the values of an array; [] if it is none, as some programs write."""
    array = resolve_reference(raw)
    return list(list.__iter__(array)) if isinstance(array, ArrayObject) else []


def _read_frame(page: Any) -> tuple[float, float, float, float, int]:
    """Return the visible part of a page and its rotation, as viewers apply them."""
    media = _sort_corners(_read_numbers(page.get("/MediaBox"), 4)) or _LETTER
    crop = _sort_corners(_read_numbers(page.get("/CropBox"), 4)) or media
    rotation = resolve_reference(page.get("/Rotate")) or 0
    rotation = (
        int(rotation) % 360 if isinstance(rotation, int | float) and rotation % 90 == 0 else 0
    )
    return (
        max(media[0], crop[0]),
        max(media[1], crop[1]),
        min(media[2], crop[2]),
        min(media[3], crop[3]),
        rotation,
    )


def _sort_corners(box: Sequence[float]) -> tuple[float, float, float, float] | None:
    if len(box) != 4 or box[0] == box[2] or box[1] == box[3]:
        return None
    return min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])


def _transform_point(
    x: float, y: float, frame: tuple[float, float, float, float, int]
) -> tuple[float, float]:
    x0, y0, x1, y1, rotation = frame
    if rotation == 90:
        return y - y0, x1 - x
    if rotation == 180:
        return x1 - x, y1 - y
    if rotation == 270:
        return y1 - y, x - x0
    return x - x0, y - y0


def is_kept(note: DictionaryObject) -> bool:
    """Return whether a link of a client's file belongs in a bundle: one within the file, or to the
    web, a mailbox or a telephone."""
    action, goal = _read_action_and_goal(note)
    if not isinstance(action, DictionaryObject):
        return goal is not None
    kind = resolve_reference(action.get("/S"))
    if "/Next" in action or goal is not None:
        return False
    return kind == "/GoTo" or (
        kind == "/URI" and is_harmless(read_pdf_string(resolve_reference(action.get("/URI"))))
    )


def count_unused_names(reader: PdfReader) -> int:
    """Count the named destinations that no link of the file leads to."""
    named = {name for name, _ in _iterate_names(reader)}
    for page in reader.pages if named else ():
        notes = resolve_reference(page.get("/Annots"))
        for note in notes if isinstance(notes, ArrayObject) else ():
            link = resolve_reference(note)
            if not isinstance(link, DictionaryObject):
                continue
            action, goal = resolve_reference(link.get("/A")), link.get("/Dest")
            if goal is None and isinstance(action, DictionaryObject):
                goal = action.get("/D")
            goal = resolve_reference(goal)
            if isinstance(goal, str | bytes):
                named.discard(read_pdf_string(goal))
    return len(named)
