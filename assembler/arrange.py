"""arrange: the bundle as a flat list of leaves, and everything that points at them. Pure.

A `Plan`, the case's exhibits and the facts of every page come in; a `Layout` goes out. All numbers are decided here:
printed number = PDF page = page label. Drawing (`bind`) and writing (`drafts`) only follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, groupby

from assembler.model import (
    Bookmark,
    Case,
    Exhibit,
    IndexRow,
    Ink,
    Layout,
    Leaf,
    PageFacts,
    Part,
    PartKind,
    Plan,
    Stamp,
)

HOST = "https://assembler.invalid/"  # reserved (RFC 2606): a link of ours that a page number will replace
STAMP_SIZE = 9.0  # points, on a page as large as Letter
EDGE = 18.0  # points between stamp and the edge of the visible page
CLEAR = 3.0  # points of white kept around a stamp
_LINE = 1.25  # box height in font sizes
_FURTHER = 1.75  # second try: so many times EDGE away from the edge

# Advance widths of IBM Plex Serif Regular, 1/1000 em; a test compares them with the font file.
WIDTHS = {
    " ": 232, "!": 280, "\"": 415, "#": 695, "$": 592, "%": 913, "&": 710, "'": 241, "(": 329, ")": 329, "*": 442,
    "+": 600, ",": 268, "-": 393, ".": 268, "/": 366, "0": 600, "1": 600, "2": 600, "3": 600, "4": 600, "5": 600,
    "6": 600, "7": 600, "8": 600, "9": 600, ":": 288, ";": 288, "<": 600, "=": 600, ">": 600, "?": 487, "@": 923,
    "A": 686, "B": 670, "C": 649, "D": 706, "E": 641, "F": 626, "G": 721, "H": 787, "I": 346, "J": 457, "K": 707,
    "L": 594, "M": 872, "N": 778, "O": 716, "P": 625, "Q": 716, "R": 672, "S": 588, "T": 652, "U": 735, "V": 664,
    "W": 968, "X": 669, "Y": 634, "Z": 637, "[": 284, "\\": 365, "]": 284, "^": 600, "_": 564, "`": 600, "a": 546,
    "b": 598, "c": 516, "d": 608, "e": 536, "f": 342, "g": 544, "h": 624, "i": 315, "j": 303, "k": 584, "l": 300,
    "m": 953, "n": 639, "o": 564, "p": 613, "q": 598, "r": 443, "s": 488, "t": 353, "u": 619, "v": 534, "w": 777,
    "x": 561, "y": 534, "z": 508, "{": 327, "|": 298, "}": 327, "~": 600, "·": 324, "–": 587, "’": 268,
}  # fmt: skip


def arrange(
    plan: Plan,
    case: Case,
    pages: Mapping[str, Sequence[PageFacts]],
    roles: Mapping[str, Sequence[str]] | None = None,
) -> Layout:
    """Number every page of every part in the plan's order.

    `pages`: facts of each page of each document (Part.document). `roles`: per exhibit id, the role of each of its pages
    ("document", "translation", "certificate"), for the sub-ranges of the index. Raises KeyError for a missing document.
    """
    slots = _slots(plan, pages)
    total = len(slots)
    leaves = tuple(_leaf(number, total, slot) for number, slot in enumerate(slots, 1))
    runs = {part: [leaf.number for leaf in run] for part, run in groupby(leaves, key=lambda leaf: leaf.part)}
    first = {part: numbers[0] for part, numbers in runs.items()}
    sheets = {leaf.exhibit: leaf.number for leaf in leaves if leaf.kind is PartKind.TAB}
    exhibits = {exhibit.id: exhibit for exhibit in case.exhibits}
    index = tuple(
        _row(part, exhibits[part.exhibit], runs[part.id], sheets.get(part.exhibit), (roles or {}).get(part.exhibit, ()))
        for part in plan.parts
        if part.kind is PartKind.EXHIBIT
    )
    return Layout(
        packet=plan.packet,
        title=plan.title,
        leaves=leaves,
        index=index,
        bookmarks=_bookmarks(plan, index, first),
        addresses=_addresses(leaves, first),
    )


def target(layout: Layout, url: str) -> int | None:
    """The bundle page a link of ours leads to; None if the address is not ours or leads nowhere."""
    if not url.startswith(HOST):
        return None
    return dict(layout.addresses).get(url.removeprefix(HOST))


def text_width(text: str, size: float) -> float:
    """Width in points of a stamp's text in the stamp font."""
    return sum(WIDTHS.get(character, 600) for character in text) * size / 1000


def stamp_place(text: str, width: float, height: float, ink: Ink) -> tuple[Stamp, float]:
    """Where the stamp goes on a page of this visible size, and the scale of the page (1.0 = left as it is).

    Corners and middles are tried, bottom before top, right before left, then the same a little further in (a frame or
    a scanner's shadow often runs along the edge); where all have ink, the page is shrunk just enough to clear a band at
    its bottom. The stamp is 9 points on Letter; on larger pages it grows with them, so that it is as large when the page
    is printed on Letter; on small ones it shrinks to fit. Lengths are the page's own units: what /UserUnit says is left
    out, as it changes nothing of this.
    """
    size = _size(text, width, height)
    box = (text_width(text, size), size * _LINE)
    edge = min(EDGE * size / STAMP_SIZE, max(0.0, (width - box[0]) / 2))
    for x, y in _places(width, height, box, edge):
        if not _inked(ink, x, y, box, (width, height)):
            return _stamp(text, x, y, box, size), 1.0
    band = edge + box[1] + CLEAR
    scale = max(0.2, 1 - band / height)
    return _stamp(text, width - edge - box[0], min(edge, max(0.0, band - box[1])), box, size), scale


def _places(width: float, height: float, box: tuple[float, float], edge: float) -> Iterator[tuple[float, float]]:
    """Lower left corners to try, best first; none leaves the page or comes nearer to its edge than `edge`."""
    for inset in (edge, edge * _FURTHER):
        for y in (inset, height - inset - box[1]):
            for x in (width - inset - box[0], (width - box[0]) / 2, inset):
                if min(x, y) >= 0:
                    yield x, y


def _size(text: str, width: float, height: float) -> float:
    grown = STAMP_SIZE * max(1.0, min(width / 612, height / 612))
    return min(grown, width * 0.94 / text_width(text, 1.0), height / 6)


def _stamp(text: str, x: float, y: float, box: tuple[float, float], size: float) -> Stamp:
    return Stamp(
        text=text, x=round(x, 2), y=round(y, 2), width=round(box[0], 2), height=round(box[1], 2), size=round(size, 3)
    )


def _inked(ink: Ink, x: float, y: float, box: tuple[float, float], page: tuple[float, float]) -> bool:
    """Whether any ink cell touches the box and its clear border; rows of the bitmap count from the top."""
    height = page[1]
    step_x, step_y = page[0] / ink.columns, height / ink.rows
    first_column = max(0, int((x - CLEAR) // step_x))
    last_column = min(ink.columns - 1, int((x + box[0] + CLEAR) // step_x))
    first_row = max(0, int((height - y - box[1] - CLEAR) // step_y))
    last_row = min(ink.rows - 1, int((height - y + CLEAR) // step_y))
    return any(
        ink.bits[(row * ink.columns + column) >> 3] >> (7 - ((row * ink.columns + column) & 7)) & 1
        for row in range(first_row, last_row + 1)
        for column in range(first_column, last_column + 1)
    )


Slot = tuple[Part, int, int, int, PageFacts]  # part, page in its document, page of part, pages of part, facts


def _slots(plan: Plan, pages: Mapping[str, Sequence[PageFacts]]) -> list[Slot]:
    slots: list[Slot] = []
    tabs = count()
    for part in plan.parts:
        document = pages[part.document]
        if part.kind is PartKind.TAB:
            sheet = next(tabs)
            slots.append((part, sheet, 0, 0, document[sheet]))
        else:
            slots += [(part, index, index + 1, len(document), facts) for index, facts in enumerate(document)]
    return slots


def _leaf(number: int, total: int, slot: Slot) -> Leaf:
    part, index, page, of, facts = slot
    stamp, scale = None, 1.0
    if part.stamped:
        stamp, scale = stamp_place(_text(part, page, of, number, total), facts.width, facts.height, facts.ink)
    is_exhibit = part.kind is PartKind.EXHIBIT
    return Leaf(
        number=number,
        document=part.document,
        index=index,
        part=part.id,
        kind=part.kind,
        tab=part.tab,
        exhibit=part.exhibit,
        exhibit_page=page if is_exhibit else 0,
        exhibit_pages=of if is_exhibit else 0,
        width=facts.width,
        height=facts.height,
        scale=scale,
        stamp=stamp,
    )


def _text(part: Part, page: int, of: int, number: int, total: int) -> str:
    place = f"page {number} of {total}"
    if part.kind is PartKind.EXHIBIT:
        return f"Exhibit {part.tab} · {page} of {of} · {place}"
    if part.kind is PartKind.TAB:
        return f"Exhibit {part.tab} · {place}"
    return place


def _row(part: Part, exhibit: Exhibit, numbers: Sequence[int], sheet: int | None, roles: Sequence[str]) -> IndexRow:
    return IndexRow(
        tab=part.tab,
        exhibit=exhibit.id,
        title=exhibit.title,
        date=_date(exhibit),
        language=exhibit.language,
        first=numbers[0],
        last=numbers[-1],
        sheet=sheet or numbers[0],
        group=part.group,
        parts=_ranges(numbers, roles),
    )


def _date(exhibit: Exhibit) -> str:
    """ "January 5, 2026", or empty: spelled out, since 01/05 is read two ways."""
    return f"{exhibit.date:%B} {exhibit.date.day}, {exhibit.date.year}" if exhibit.date else ""


def _ranges(numbers: Sequence[int], roles: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
    ranges = []
    for role, run in groupby(zip(roles, numbers, strict=False), key=lambda pair: pair[0]):
        pages = [number for _, number in run]
        ranges.append((role, pages[0], pages[-1]))
    return tuple(ranges)


def _bookmarks(plan: Plan, index: Sequence[IndexRow], first: Mapping[str, int]) -> tuple[Bookmark, ...]:
    rows = {row.exhibit: row for row in index}
    marks: list[Bookmark] = []
    group = ""
    for part in plan.parts:
        if part.id not in first or (part.kind is PartKind.EXHIBIT and rows[part.exhibit].sheeted):
            continue
        if part.kind not in (PartKind.TAB, PartKind.EXHIBIT):
            marks.append(Bookmark(title=part.title, number=first[part.id], level=0))
            continue
        if part.group and part.group != group:
            marks.append(Bookmark(title=part.group, number=first[part.id], level=0))
        group = part.group
        row = rows[part.exhibit]
        title = f"Exhibit {row.tab} – {row.title} ({row.pages})"
        marks.append(
            Bookmark(title=title, number=row.sheet, level=1 if group else 0, document=f"exhibit:{part.exhibit}")
        )
    return tuple(marks)


def _addresses(leaves: Sequence[Leaf], first: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    found = {f"part/{part}": number for part, number in first.items()}
    for leaf in leaves:
        if leaf.kind is PartKind.TAB:
            found[f"tab/{leaf.exhibit}"] = leaf.number
        elif leaf.kind is PartKind.EXHIBIT:
            found[f"exhibit/{leaf.exhibit}/{leaf.exhibit_page}"] = leaf.number
            found.setdefault(f"tab/{leaf.exhibit}", leaf.number)  # of a notice, which has no tab sheet
    return tuple(sorted(found.items()))
