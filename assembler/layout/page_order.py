"""Arrange every page of every part: its number and stamp, and the index, bookmarks and
addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby

from assembler.layout import amendment
from assembler.layout.excerpts import list_excerpts
from assembler.layout.paper import fit_page
from assembler.layout.stamp_placement import ScaledPage, place_stamp
from assembler.layout.thematic_index import list_topics
from assembler.model import (
    Bookmark,
    Case,
    DocumentId,
    Exhibit,
    Filed,
    IndexRow,
    Layout,
    Leaf,
    Marking,
    PageFacts,
    PageSources,
    Part,
    PartKind,
    Plan,
)

# reserved (RFC 2606); `bundle.links` replaces links to it by page destinations
HOST = "https://assembler.invalid/"


def arrange_pages(
    plan: Plan,
    case: Case,
    pages: Mapping[DocumentId, Sequence[PageFacts]],
    sources: Mapping[str, PageSources] | None = None,
    filed: Filed | None = None,
) -> Layout:
    """Number every page of every part in the plan's order: from 1, or, in a packet `filed` before,
    by its printed numbers.

    Args:
        pages: facts of each page of each document (Part.document).
        sources: by exhibit id, for the sub-ranges and excerpts of the index, and for the thematic
          index.

    Raises:
        KeyError: a document is missing, or the page of a topic.
    """
    slots = _list_slots(plan, pages)
    leaves = tuple(
        _make_leaf(number, label, text, slot, plan)
        for number, ((label, text), slot) in enumerate(
            zip(_print_labels(slots, filed, plan.marking), slots, strict=True), 1
        )
    )
    runs = {
        part: list(leaves_of_part)
        for part, leaves_of_part in groupby(leaves, key=lambda leaf: leaf.part)
    }
    first = {part: leaves_of_part[0].number for part, leaves_of_part in runs.items()}
    index = _build_index(plan, case, runs, sources or {})
    return Layout(
        packet=plan.packet,
        title=plan.title,
        leaves=leaves,
        index=index,
        bookmarks=_list_bookmarks(plan, index, first),
        addresses=_list_addresses(leaves, first),
        frozen=filed is not None,
        topics=list_topics(case, index, leaves, sources or {}),
    )


def _build_index(
    plan: Plan,
    case: Case,
    leaves: Mapping[str, Sequence[Leaf]],
    sources: Mapping[str, PageSources],
) -> tuple[IndexRow, ...]:
    """Return the index. `leaves`: by part; `sources`: by exhibit."""
    exhibits = {exhibit.id: exhibit for exhibit in case.exhibits}
    sheets = {
        part.exhibit: leaves[part.id][0].number for part in plan.parts if part.kind is PartKind.TAB
    }
    return tuple(
        _make_row(
            part,
            exhibits[part.exhibit],
            leaves[part.id],
            sheets.get(part.exhibit),
            sources.get(part.exhibit, PageSources()),
        )
        for part in plan.parts
        if part.kind is PartKind.EXHIBIT
    )


def find_target(layout: Layout, url: str) -> int | None:
    """Return the bundle page a link of ours leads to; None if the address is not ours or leads
    nowhere."""
    if not url.startswith(HOST):
        return None
    return dict(layout.addresses).get(url.removeprefix(HOST))


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of a page in the bundle."""

    part: Part
    index: int  # of the page in its document
    page: int  # of the part, from 1; 0 for a tab sheet
    pages: int  # of the part
    facts: PageFacts


def _list_slots(plan: Plan, pages: Mapping[DocumentId, Sequence[PageFacts]]) -> list[Slot]:
    slots: list[Slot] = []
    tabs = count()
    for part in plan.parts:
        document = pages[part.document]
        if part.kind is PartKind.TAB:
            sheet = next(tabs)
            slots.append(Slot(part, sheet, 0, 0, document[sheet]))
        else:
            slots += [
                Slot(part, index, index + 1, len(document), facts)
                for index, facts in enumerate(document)
            ]
    return slots


def _print_labels(
    slots: Sequence[Slot], filed: Filed | None, marking: Marking
) -> list[tuple[str, str]]:
    """Return the printed number of each page and the text of its stamp. A filed page keeps both
    exactly."""
    if filed is None:
        return [
            (str(number), _write_stamp(slot, number, len(slots), marking))
            for number, slot in enumerate(slots, 1)
        ]
    filed_documents = {DocumentId.exhibit(page.exhibit) for page in filed.pages}
    numbered = amendment.number_pages(
        [
            (amendment.find_unit(slot.part.exhibit, slot.part.document), _name_slot(slot))
            for slot in slots
        ],
        filed,
    )
    return [
        (
            label,
            page.stamp
            if page
            else _write_late_stamp(
                slot, label, is_new_exhibit=slot.part.document not in filed_documents
            ),
        )
        for (label, page), slot in zip(numbered, slots, strict=True)
    ]


def _name_slot(slot: Slot) -> amendment.Name:
    part, content = slot.part, slot.facts.content
    return amendment.identify_page(part.kind, part.document, part.exhibit, slot.index, content)


def _make_leaf(number: int, label: str, text: str, slot: Slot, plan: Plan) -> Leaf:
    part, facts = slot.part, slot.facts
    is_exhibit = part.kind is PartKind.EXHIBIT
    text = text if part.stamped else ""
    on_paper = fit_page(facts.width, facts.height, text, plan.paper) if is_exhibit else None
    width, height, scale, scaled = facts.width, facts.height, 1.0, None
    if on_paper:
        width, height, scale = on_paper.width, on_paper.height, on_paper.scale
        scaled = ScaledPage(facts.width, facts.height, scale)
    stamp, smaller = None, 1.0
    if text:
        clear = plan.marking.clear
        stamp, smaller = place_stamp(text, width, height, facts.ink, clear, scaled)
    return Leaf(
        number=number,
        label=label,
        document=part.document,
        index=slot.index,
        part=part.id,
        kind=part.kind,
        tab=part.tab,
        exhibit=part.exhibit,
        exhibit_page=slot.page if is_exhibit else 0,
        exhibit_pages=slot.pages if is_exhibit else 0,
        width=width,
        height=height,
        scale=scale * smaller,
        own=(facts.width, facts.height) if on_paper else None,
        stamp=stamp,
    )


def _write_stamp(slot: Slot, number: int, total: int, marking: Marking) -> str:
    texts = {PartKind.EXHIBIT: marking.exhibit, PartKind.TAB: marking.tab}
    return texts.get(slot.part.kind, marking.other).format(
        tab=slot.part.tab, page=slot.page, pages=slot.pages, number=number, total=total
    )


def _write_late_stamp(slot: Slot, label: str, *, is_new_exhibit: bool) -> str:
    """Return the stamp of a page added later: no total, and in a filed exhibit no position."""
    tab = slot.part.tab
    if slot.part.kind is PartKind.EXHIBIT and is_new_exhibit:
        return f"Exhibit {tab} · {slot.page} of {slot.pages} · page {label}"
    return f"Exhibit {tab} · page {label}" if tab else f"page {label}"


def _make_row(
    part: Part, exhibit: Exhibit, leaves: Sequence[Leaf], sheet: int | None, sources: PageSources
) -> IndexRow:
    return IndexRow(
        tab=part.tab,
        exhibit=exhibit.id,
        title=exhibit.title,
        date=_format_date(exhibit),
        language=exhibit.language,
        first=leaves[0].number,
        last=leaves[-1].number,
        sheet=sheet or leaves[0].number,
        printed=(leaves[0].label, leaves[-1].label),
        group=part.group,
        parts=_list_ranges(leaves, sources.roles),
        excerpts=list_excerpts(exhibit, dict(sources.counts)),
    )


def _format_date(exhibit: Exhibit) -> str:
    """Return "January 5, 2026", or "": spelled out, since 01/05 is read two ways."""
    return f"{exhibit.date:%B} {exhibit.date.day}, {exhibit.date.year}" if exhibit.date else ""


def _list_ranges(leaves: Sequence[Leaf], roles: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    ranges = []
    for role, pairs in groupby(zip(roles, leaves, strict=False), key=lambda pair: pair[0]):
        labels = [leaf.label for _, leaf in pairs]
        ranges.append((role, labels[0], labels[-1]))
    return tuple(ranges)


def _list_bookmarks(
    plan: Plan, index: Sequence[IndexRow], first: Mapping[str, int]
) -> tuple[Bookmark, ...]:
    rows = {row.exhibit: row for row in index}
    bookmarks: list[Bookmark] = []
    group = ""
    for part in plan.parts:
        if part.id not in first or (part.kind is PartKind.EXHIBIT and rows[part.exhibit].sheeted):
            continue
        if part.kind not in (PartKind.TAB, PartKind.EXHIBIT):
            bookmarks.append(Bookmark(title=part.title, number=first[part.id], level=0))
            continue
        if part.group and part.group != group:
            bookmarks.append(Bookmark(title=part.group, number=first[part.id], level=0))
        group = part.group
        row = rows[part.exhibit]
        title = f"Exhibit {row.tab} – {row.title} ({row.pages})"
        bookmarks.append(
            Bookmark(
                title=title,
                number=row.sheet,
                level=1 if group else 0,
                document=DocumentId.exhibit(part.exhibit),
            )
        )
    return tuple(bookmarks)


def _list_addresses(
    leaves: Sequence[Leaf], first: Mapping[str, int]
) -> tuple[tuple[str, int], ...]:
    addresses = {f"part/{part}": number for part, number in first.items()}
    for leaf in leaves:
        if leaf.kind is PartKind.TAB:
            addresses[f"tab/{leaf.exhibit}"] = leaf.number
        elif leaf.kind is PartKind.EXHIBIT:
            addresses[f"exhibit/{leaf.exhibit}/{leaf.exhibit_page}"] = leaf.number
            # for a notice, which has no tab sheet
            addresses.setdefault(f"tab/{leaf.exhibit}", leaf.number)
    return tuple(sorted(addresses.items()))
