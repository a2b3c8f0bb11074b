"""The book: every page of every part in order, its number and stamp, and the index, bookmarks
and addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count, groupby

from assembler.layout import amendment
from assembler.layout.paper import fit
from assembler.layout.stamp_placement import stamp_place
from assembler.model import (
    Bookmark,
    Case,
    Exhibit,
    Filed,
    IndexRow,
    Layout,
    Leaf,
    Marking,
    PageFacts,
    Part,
    PartKind,
    Plan,
)

# reserved (RFC 2606): a link of ours that a page number will replace
HOST = "https://assembler.invalid/"


def arrange(
    plan: Plan,
    case: Case,
    pages: Mapping[str, Sequence[PageFacts]],
    roles: Mapping[str, Sequence[str]] | None = None,
    filed: Filed | None = None,
) -> Layout:
    """Number every page of every part in the plan's order: from 1, or, of a packet `filed` before,
    by its printed numbers.

    `pages`: facts of each page of each document (Part.document). `roles`: per exhibit id, the role
    of each of its pages ("document", "translation", "certificate"), for the sub-ranges of the
    index. Raises KeyError for a missing document.
    """
    slots = _slots(plan, pages)
    leaves = tuple(
        _leaf(number, label, text, slot, plan)
        for number, ((label, text), slot) in enumerate(
            zip(_printed(slots, filed, plan.marking), slots, strict=True), 1
        )
    )
    runs = {part: list(run) for part, run in groupby(leaves, key=lambda leaf: leaf.part)}
    first = {part: run[0].number for part, run in runs.items()}
    sheets = {leaf.exhibit: leaf.number for leaf in leaves if leaf.kind is PartKind.TAB}
    exhibits = {exhibit.id: exhibit for exhibit in case.exhibits}
    index = tuple(
        _row(
            part,
            exhibits[part.exhibit],
            runs[part.id],
            sheets.get(part.exhibit),
            (roles or {}).get(part.exhibit, ()),
        )
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
        frozen=filed is not None,
    )


def target(layout: Layout, url: str) -> int | None:
    """The bundle page a link of ours leads to; None if the address is not ours or leads nowhere."""
    if not url.startswith(HOST):
        return None
    return dict(layout.addresses).get(url.removeprefix(HOST))


Slot = tuple[
    Part, int, int, int, PageFacts
]  # part, page in its document, page of part, pages of part, facts


def _slots(plan: Plan, pages: Mapping[str, Sequence[PageFacts]]) -> list[Slot]:
    slots: list[Slot] = []
    tabs = count()
    for part in plan.parts:
        document = pages[part.document]
        if part.kind is PartKind.TAB:
            sheet = next(tabs)
            slots.append((part, sheet, 0, 0, document[sheet]))
        else:
            slots += [
                (part, index, index + 1, len(document), facts)
                for index, facts in enumerate(document)
            ]
    return slots


def _printed(slots: Sequence[Slot], filed: Filed | None, marking: Marking) -> list[tuple[str, str]]:
    """The printed number of each page and the text of its stamp. A filed page keeps both, to the
    letter."""
    if filed is None:
        return [
            (str(number), _text(slot, number, len(slots), marking))
            for number, slot in enumerate(slots, 1)
        ]
    old = {f"exhibit:{page.exhibit}" for page in filed.pages}
    numbered = amendment.labels([(_unit(slot), _name(slot)) for slot in slots], filed)
    return [
        (label, page.stamp if page else _late_text(slot, label, whole=slot[0].document not in old))
        for (label, page), slot in zip(numbered, slots, strict=True)
    ]


def _unit(slot: Slot) -> str:
    return amendment.unit_of(slot[0].exhibit, slot[0].document)


def _name(slot: Slot) -> amendment.Name:
    part, index, _, _, facts = slot
    return amendment.name_of(part.kind, part.document, part.exhibit, index, facts.content)


def _leaf(number: int, label: str, text: str, slot: Slot, plan: Plan) -> Leaf:
    part, index, page, of, facts = slot
    is_exhibit = part.kind is PartKind.EXHIBIT
    text = text if part.stamped else ""
    on = fit(facts.width, facts.height, text, plan.paper) if is_exhibit else None
    width, height, scale = (
        (on.width, on.height, on.scale) if on else (facts.width, facts.height, 1.0)
    )
    own = (facts.width, facts.height) if on else None
    stamp, smaller = None, 1.0
    if text:
        stamp, smaller = stamp_place(text, width, height, facts.ink, plan.marking.clear, scale, own)
    return Leaf(
        number=number,
        label=label,
        document=part.document,
        index=index,
        part=part.id,
        kind=part.kind,
        tab=part.tab,
        exhibit=part.exhibit,
        exhibit_page=page if is_exhibit else 0,
        exhibit_pages=of if is_exhibit else 0,
        width=width,
        height=height,
        scale=scale * smaller,
        own=own,
        stamp=stamp,
    )


def _text(slot: Slot, number: int, total: int, marking: Marking) -> str:
    part, _, page, of, _ = slot
    text = {PartKind.EXHIBIT: marking.exhibit, PartKind.TAB: marking.tab}.get(
        part.kind, marking.other
    )
    return text.format(tab=part.tab, page=page, pages=of, number=number, total=total)


def _late_text(slot: Slot, label: str, *, whole: bool) -> str:
    """Of a page that comes late, the stamp counts no total; put into a filed exhibit (not
    `whole`), no place in that."""
    part, _, page, of, _ = slot
    if part.kind is PartKind.EXHIBIT and whole:
        return f"Exhibit {part.tab} · {page} of {of} · page {label}"
    return f"Exhibit {part.tab} · page {label}" if part.tab else f"page {label}"


def _row(
    part: Part, exhibit: Exhibit, run: Sequence[Leaf], sheet: int | None, roles: Sequence[str]
) -> IndexRow:
    return IndexRow(
        tab=part.tab,
        exhibit=exhibit.id,
        title=exhibit.title,
        date=_date(exhibit),
        language=exhibit.language,
        first=run[0].number,
        last=run[-1].number,
        sheet=sheet or run[0].number,
        printed=(run[0].label, run[-1].label),
        group=part.group,
        parts=_ranges(run, roles),
    )


def _date(exhibit: Exhibit) -> str:
    """ "January 5, 2026", or empty: spelled out, since 01/05 is read two ways."""
    return f"{exhibit.date:%B} {exhibit.date.day}, {exhibit.date.year}" if exhibit.date else ""


def _ranges(run: Sequence[Leaf], roles: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    ranges = []
    for role, pairs in groupby(zip(roles, run, strict=False), key=lambda pair: pair[0]):
        labels = [leaf.label for _, leaf in pairs]
        ranges.append((role, labels[0], labels[-1]))
    return tuple(ranges)


def _bookmarks(
    plan: Plan, index: Sequence[IndexRow], first: Mapping[str, int]
) -> tuple[Bookmark, ...]:
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
            Bookmark(
                title=title,
                number=row.sheet,
                level=1 if group else 0,
                document=f"exhibit:{part.exhibit}",
            )
        )
    return tuple(marks)


def _addresses(leaves: Sequence[Leaf], first: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    found = {f"part/{part}": number for part, number in first.items()}
    for leaf in leaves:
        if leaf.kind is PartKind.TAB:
            found[f"tab/{leaf.exhibit}"] = leaf.number
        elif leaf.kind is PartKind.EXHIBIT:
            found[f"exhibit/{leaf.exhibit}/{leaf.exhibit_page}"] = leaf.number
            found.setdefault(
                f"tab/{leaf.exhibit}", leaf.number
            )  # of a notice, which has no tab sheet
    return tuple(sorted(found.items()))
