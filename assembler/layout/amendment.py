"""Amend a filed packet: every filed page keeps its number, stamp and exhibit. Pure.

In: the plan of the case as it is now, and the filed packet. Out: a plan in the filed order with the
new parts in it, a printed number for each page, and findings about filed pages that are missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from assembler.model import (
    DocumentId,
    Filed,
    FiledPage,
    Finding,
    Layout,
    LedgerEntry,
    Manifest,
    PageFacts,
    PartKind,
    Plan,
)
from assembler.model.manifest import locate_filled_form
from assembler.model.page_labels import (
    insert_labels,
    is_behind,
    make_label_key,
    read_whole_number,
)
from assembler.runtime.rule_catalog import make_finding

LATE = "Supplemental exhibits"  # heading, in the index, of exhibits at the end of a filed packet
_HANDED = (PartKind.EXHIBIT, PartKind.FORM)
Name = tuple[str, str]  # a page's document, and what identifies it there
Page = tuple[str, Name]  # the unit it belongs to, its name


def read_filed(manifest: Manifest, sha256: str) -> Filed:
    """Return a filed packet from its manifest, whose hash is `sha256`. Raises ValueError if its
    pages or exhibits are out of order."""
    digests = manifest.digests
    filed = Filed(
        case=manifest.case,
        packet=manifest.packet,
        profile=manifest.profile,
        as_of=manifest.as_of,
        sha256=sha256,
        pages=tuple(_make_filed_page(entry, digests) for entry in manifest.ledger),
        groups=tuple((row.exhibit, row.group) for row in manifest.index),
    )
    tabs = dict.fromkeys(page.tab for page in filed.pages if page.exhibit)
    if not all(is_behind(*pair) for pair in pairwise(["0", *(page.label for page in filed.pages)])):
        raise ValueError("its printed numbers are not in order")
    if not all(
        make_label_key(earlier) < make_label_key(later) for earlier, later in pairwise(tabs)
    ):
        raise ValueError("its exhibits are not in order")
    return filed


def _make_filed_page(entry: LedgerEntry, digests: Mapping[str, str]) -> FiledPage:
    return FiledPage(
        label=entry.label,
        kind=entry.kind,
        document=entry.document,
        index=entry.index,
        exhibit=entry.exhibit,
        tab=entry.tab,
        content=_identify_content(entry, digests),
        stamp=entry.stamp.text if entry.stamp else "",
    )


def _identify_content(entry: LedgerEntry, digests: Mapping[str, str]) -> str:
    """Return the content of a filed page; of a form, that of the filled file beside the bundle,
    else the completed one of the case."""
    if entry.kind is PartKind.EXHIBIT:
        source = entry.client_source
        return make_content_key(
            source.content, source.page, entry.client_transform.turned, source.part
        )
    if entry.kind is not PartKind.FORM:
        return ""
    name = entry.document.name
    digest = digests.get(locate_filled_form(entry.document), digests.get(name, ""))
    return make_content_key(digest, entry.index + 1) if digest else ""


def make_content_key(sha256: str, page: int, turned: int = 0, part: int = 1) -> str:
    """Return what identifies the content of a page: its file, its page there, its quarter turns
    and, if it was cut, the part."""
    return f"{sha256}:{page}:{turned}" + (f":{part}" if part > 1 else "")


# --- the order ---


def freeze_plan(plan: Plan, filed: Filed, tabs: Iterator[str], *, in_place: bool = False) -> Plan:
    """Return the plan with everything that was filed in its place, under its letter, and the new
    parts between or behind.

    New exhibits go to the end under the next letters, or with `in_place` behind the exhibit they
    follow, as C1, C2. Other new parts are where the plan has them.

    Args:
        tabs: the labels of exhibits, from the first.
    """
    units = {
        unit: list(parts)
        for unit, parts in groupby(
            plan.parts, key=lambda part: find_unit(part.exhibit, part.document)
        )
    }
    order, supplemental = _order_units(
        list(units),
        [find_unit(page.exhibit, page.document) for page in filed.pages],
        in_place=in_place,
    )
    letters = _assign_letters(
        [*order, *supplemental],
        {f"exhibit {page.exhibit}": page.tab for page in filed.pages if page.exhibit},
        tabs,
    )
    groups = {f"exhibit {exhibit}": group for exhibit, group in filed.groups} | dict.fromkeys(
        supplemental, LATE
    )
    parts = [
        replace(part, tab=letters.get(unit, part.tab), group=groups.get(unit, part.group))
        for unit in (*order, *supplemental)
        for part in units[unit]
    ]
    return replace(plan, parts=tuple(parts))


def find_unit(exhibit: str, document: str) -> str:
    """Return the name of what stays together: an exhibit with its tab sheet; else a document."""
    return f"exhibit {exhibit}" if exhibit else document


def _order_units(
    units: Sequence[str], filed: Sequence[str], *, in_place: bool
) -> tuple[list[str], list[str]]:
    """Return units in the filed order with the new ones between, and the new exhibits that go to
    the end."""
    order = [unit for unit in dict.fromkeys(filed) if unit in set(units)]
    supplemental: list[str] = []
    place = 0
    for unit in units:
        if unit in order:
            place = order.index(unit) + 1
        elif _is_exhibit(unit) and not (in_place and any(map(_is_exhibit, order[:place]))):
            supplemental.append(unit)
        else:
            order.insert(place, unit)
            place += 1
    return order, supplemental


def _is_exhibit(unit: str) -> bool:
    return unit.startswith("exhibit ")


def _assign_letters(
    order: Sequence[str], filed: Mapping[str, str], tabs: Iterator[str]
) -> dict[str, str]:
    """Return the letter of each exhibit: as filed; between two filed ones, one that fits; behind
    all of them, the next."""
    letters = dict(filed)
    last = max(filed.values(), key=make_label_key, default="")
    free = (tab for tab in tabs if make_label_key(tab) > make_label_key(last))
    before = ""
    exhibits = [unit for unit in order if _is_exhibit(unit)]
    for was_filed, group in groupby(exhibits, key=lambda unit: unit in filed):
        new = list(group)
        if was_filed:
            before = filed[new[-1]]
            continue
        after = next(
            (filed[unit] for unit in exhibits[exhibits.index(new[-1]) + 1 :] if unit in filed), None
        )
        fitting = (
            [next(free) for _ in new]
            if after is None
            else insert_labels(before, after, len(new), frozenset(filed.values()))
        )
        letters |= dict(zip(new, fitting, strict=True))
    return letters


# --- the numbers ---


def identify_page(kind: PartKind, document: str, exhibit: str, index: int, content: str) -> Name:
    """Return what identifies a page: evidence and forms by their content, a tab sheet by its
    exhibit, others by their place."""
    return (document, exhibit) if kind is PartKind.TAB else (document, content or str(index))


def number_pages(pages: Sequence[Page], filed: Filed) -> list[tuple[str, FiledPage | None]]:
    """Return the printed number of each page in order, and the filed page it is.

    New pages behind 57 are 57a, 57b …; new parts behind everything filed continue from the last
    number. Raises ValueError if filed pages are out of order (`find_changes` reports it first).
    """
    filed_by_name = dict(zip(_count_names(map(_name_page, filed.pages)), filed.pages, strict=True))
    matches = [filed_by_name.get(name) for name in _count_names(name for _, name in pages)]
    taken = frozenset(page.label for page in filed.pages)
    numbered: list[tuple[str, FiledPage | None]] = []
    for is_filed, group in groupby(
        zip(pages, matches, strict=True), key=lambda pair: pair[1] is not None
    ):
        new = list(group)
        if is_filed:
            numbered += [(page.label, page) for _, page in new if page]
            continue
        before = numbered[-1][0] if numbered else "0"
        after = next((page.label for page in matches[len(numbered) + len(new) :] if page), None)
        behind = (
            find_unit(numbered[-1][1].exhibit, numbered[-1][1].document)
            if numbered and numbered[-1][1]
            else ""
        )
        numbered += [
            (label, None)
            for label in _make_labels([unit for (unit, _), _ in new], before, after, behind, taken)
        ]
    return numbered


def _make_labels(
    units: Sequence[str], before: str, after: str | None, behind: str, taken: frozenset[str]
) -> Iterator[str]:
    """Yield labels for consecutive new pages. At the end of the packet, those of the last filed
    unit still belong to it."""
    between_count = len(units) if after is not None else sum(unit == behind for unit in units)
    last_number = max(map(read_whole_number, taken), default=0)
    yield from insert_labels(
        before, after or str(read_whole_number(before) + 1), between_count, taken
    )
    yield from (
        str(number)
        for number in range(last_number + 1, last_number + 1 + len(units) - between_count)
    )


def _name_page(page: FiledPage) -> Name:
    return identify_page(page.kind, page.document, page.exhibit, page.index, page.content)


def _count_names(names: Iterable[Name]) -> Iterator[tuple[Name, int]]:
    """Yield names with a count, so that a page that is in twice is known twice."""
    seen = Counter[Name]()
    for name in names:
        seen[name] += 1
        yield name, seen[name]


# --- changes that must not happen ---


def find_changes(
    plan: Plan, pages: Mapping[DocumentId, Sequence[PageFacts]], filed: Filed
) -> tuple[Finding, ...]:
    """Return errors for filed pages of evidence and forms that are missing, changed, or in another
    order.

    Args:
        pages: as for `arrange`.
    """
    documents = {part.document for part in plan.parts}
    findings: list[Finding] = []
    for document, group in groupby(filed.pages, key=lambda page: page.document):
        filed_pages = [page for page in group if page.kind in _HANDED]
        current = pages.get(document, ()) if document in documents else ()
        positions = {
            name: place
            for place, name in enumerate(
                _count_names(
                    (document, page_facts.content or str(n)) for n, page_facts in enumerate(current)
                )
            )
        }
        matched = [
            (page, positions.get(name))
            for page, name in zip(
                filed_pages, _count_names(map(_name_page, filed_pages)), strict=True
            )
        ]
        findings += _check_document(matched)
    return tuple(findings)


def _check_document(matched: Sequence[tuple[FiledPage, int | None]]) -> Iterator[Finding]:
    missing = [page.label for page, place in matched if place is None]
    if missing:
        yield _make_freeze_finding(
            "GONE",
            matched[0][0],
            f"filed {_name_pages(missing)} no longer as filed: the file was changed or removed",
            "restore the filed file and add the new one beside it, or build without --freeze",
        )
    placed = [(page.label, place) for page, place in matched if place is not None]
    moved = [label for (_, place), (label, next_place) in pairwise(placed) if next_place < place]
    if moved:
        yield _make_freeze_finding(
            "ORDER",
            matched[0][0],
            f"filed {_name_pages(moved)} no longer in the order of the filing",
            "list the exhibit's filed files in the order in which they were filed, or build "
            "without --freeze",
        )


def find_lost_pages(layout: Layout, filed: Filed) -> tuple[Finding, ...]:
    """Return warnings for our own pages (a letter, an index) that were filed and no longer exist
    because the document is shorter."""
    labels = {leaf.label for leaf in layout.leaves}
    return tuple(
        _make_freeze_finding(
            "OWN",
            pages[0],
            f"filed {_name_pages([page.label for page in pages])} no longer there: the document is "
            "shorter now",
            "mention it in the cover note of the supplement, or make the text as long as it was",
        )
        for _, group in groupby(filed.pages, key=lambda page: page.document)
        if (pages := [page for page in group if page.label not in labels])
    )


def _make_freeze_finding(rule: str, page: FiledPage, problem: str, remedy: str) -> Finding:
    where = f"exhibit {page.exhibit}" if page.exhibit else page.document.name
    return make_finding(f"FREEZE.{rule}", where, problem, remedy, exhibit=page.exhibit or None)


def _name_pages(labels: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(labels[:most]) + (
        f" and {len(labels) - most} more" if len(labels) > most else ""
    )
    return f"page {shown} is" if len(labels) == 1 else f"pages {shown} are"
