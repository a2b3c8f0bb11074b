"""Check that index rows, page labels, stamps, bookmarks and links of a bundle agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from assembler.model import Check, LedgerEntry, Manifest, PartKind, Volume
from assembler.model.manifest import ManifestIndexRow
from assembler.model.page_labels import LABEL
from assembler.proof import printed_references, volume_check
from assembler.proof import structure as structure_reader
from assembler.proof.check_wording import list_values
from assembler.proof.kept_drafts import SINCE
from assembler.proof.page_text import fold
from assembler.proof.upload_places import UploadPlaces

_CITE = re.compile(rf"Ex\. (\S+) at ({LABEL})")


def check_agreement(manifest: Manifest, structure: structure_reader.Structure) -> Iterator[Check]:
    """Check that index row, printed stamp, page label, bookmark and links agree for each
    exhibit."""
    ledger = manifest.ledger
    same_count = structure.pages == len(ledger)
    yield Check(
        name="count",
        ok=same_count,
        detail=f"the bundle has {structure.pages} pages, the ledger {len(ledger)}",
    )
    wrong = [
        entry.label
        for actual, entry in zip(structure.labels, ledger, strict=False)
        if actual != entry.label
    ]
    are_right = not wrong and len(structure.labels) == len(ledger)
    detail = (
        "page labels are the printed numbers"
        if are_right
        else f"wrong label on page {list_values(wrong)}"
    )
    yield Check(name="label", ok=are_right, detail=detail)
    places = {entry.number: entry for entry in ledger}
    index = {entry.number for entry in ledger if entry.part == "index"}
    linked = manifest.linked
    for row in manifest.index:
        yield _check_row(row, structure, index, places, linked)
    if linked:
        yield check_citations(structure, places, manifest.index)
    else:
        yield printed_references.check_printed_citations(
            structure.texts,
            ledger,
            kept=manifest.format >= SINCE,
            places=UploadPlaces(manifest),
        )


def check_bookmarks(
    manifest: Manifest, parts: Sequence[Volume], structures: Sequence[structure_reader.Structure]
) -> Iterator[Check]:
    top_levels = max((mark.level for mark in manifest.bookmarks), default=0)
    for part, structure in zip(parts, structures, strict=True):
        expected = volume_check.list_expected_bookmarks(manifest.bookmarks, part)
        rows = [(mark.level, mark.title, mark.number) for mark in expected]
        yield from _check_bookmarks(rows, structure, top_levels)


def _check_bookmarks(
    expected: Sequence[tuple[int, str, int]],  # level, title, page
    structure: structure_reader.Structure,
    top_levels: int,
) -> Iterator[Check]:
    # the evidence's own outlines hang one level below their exhibit's bookmark
    actual = [item for item in structure.outline if item[0] <= top_levels]
    titles = {item[1] for item in expected}
    actual = [
        item for item in actual if item[0] < top_levels or item[1] in titles or top_levels == 0
    ]
    wrong = [
        position
        for position, (expected_item, item) in enumerate(zip(expected, actual, strict=False), 1)
        if expected_item != item
    ]
    are_right = not wrong and len(expected) == len(actual)
    detail = (
        f"{len(expected)} bookmarks lead where they should"
        if are_right
        else f"bookmark {list_values(wrong or [len(actual)])} is wrong"
    )
    yield Check(name="bookmark", ok=are_right, detail=detail)


def _check_row(
    row: ManifestIndexRow,
    structure: structure_reader.Structure,
    index: set[int],
    places: Mapping[int, LedgerEntry],
    linked: bool,
) -> Check:
    first, last, sheet = row.first, row.last, row.sheet
    exhibit_pages = [
        number
        for number, entry in places.items()
        if entry.exhibit == row.exhibit and entry.kind is PartKind.EXHIBIT
    ]
    printed = "–".join(
        dict.fromkeys(places[number].label for number in (first, last) if number in places)
    )
    faults = []
    if (
        not exhibit_pages
        or (min(exhibit_pages), max(exhibit_pages)) != (first, last)
        or row.pages != printed
    ):
        faults.append("the index row has other pages than the bundle")
    if not _has_sheet_before(row, places):
        faults.append("its tab sheet is not in front of it")
    if linked:
        faults += find_link_faults(row, structure, index, printed)
    else:
        faults += printed_references.find_row_faults(row, structure.texts, index, printed)
    detail = (
        "; ".join(faults)
        or f"index row, stamps, labels, bookmark and links agree on pages {printed}"
    )
    return Check(
        name="agreement",
        ok=not faults,
        detail=detail,
        exhibit=row.exhibit,
        page=sheet if faults else None,
    )


def find_link_faults(
    row: ManifestIndexRow, structure: structure_reader.Structure, index: set[int], printed: str
) -> Iterator[str]:
    first, sheet = row.first, row.sheet
    on_index = [link for link in structure.links if link.page in index]
    if _normalize_text(printed) not in _list_texts_to(first, on_index):
        yield "no index link prints these pages and leads to the first of them"
    if not any(link.text == row.tab and link.target == sheet for link in on_index):
        yield "no index link prints its tab and leads to the tab sheet"
    if sheet != first and not any(
        link.page == sheet and link.target == first for link in structure.links
    ):
        yield "the tab sheet does not lead to the evidence"


def _list_texts_to(target: int, links: Sequence[structure_reader.Link]) -> set[str]:
    """Return the texts of links to a page, and those of consecutive pieces joined: a narrow column
    breaks "1057a–1063b"."""
    texts: set[str] = set()
    for goal, run in groupby(links, key=lambda link: link.target):
        pieces = [_normalize_text(link.text) for link in run] if goal == target else []
        texts |= {
            "".join(pieces[start:end])
            for start in range(len(pieces))
            for end in range(start + 1, len(pieces) + 1)
        }
    return texts


def _has_sheet_before(row: ManifestIndexRow, places: Mapping[int, LedgerEntry]) -> bool:
    """Return whether an exhibit's own tab sheet is right before its first page; a notice must have
    no sheet at all."""
    sheets = [
        number
        for number, entry in places.items()
        if entry.kind is PartKind.TAB and entry.exhibit == row.exhibit
    ]
    expected = [] if row.sheet == row.first else [row.first - 1]
    return sheets == expected and row.sheet in (*expected, row.first)


def _normalize_text(text: str) -> str:
    return re.sub(r"\s+", "", re.sub("[\x02\ufffe]", "-", text)).replace("-", "–")


def check_citations(
    structure: structure_reader.Structure,
    places: Mapping[int, LedgerEntry],
    rows: Sequence[ManifestIndexRow],
) -> Check:
    titles: dict[int, list[str]] = {}
    for row in rows:
        titles.setdefault(row.sheet, []).append(fold(row.title))
    # a title may hold a citation of another filing; what is printed of it is compared with the
    # draft's links
    links = [
        link
        for link in structure.links
        if not _is_of_title(fold(link.text), titles.get(link.target, ()))
    ]
    citations = [(link, match) for link in links if (match := _CITE.search(link.text))]
    broken = [link.page for link in links if structure_reader.cut_short(link.text)]
    wrong = [
        link.page
        for link, match in citations
        if (entry := places.get(link.target)) is None
        or entry.label != match[2]
        or entry.tab != match[1]
    ]
    wrong_pages = sorted({*broken, *wrong})
    detail = (
        f"{len(citations)} citations lead to the page they print"
        if not wrong_pages
        else f"a citation is wrong on page {list_values(wrong_pages)}"
    )
    return Check(
        name="cites",
        ok=not wrong_pages,
        detail=detail,
        page=wrong_pages[0] if wrong_pages else None,
    )


def _is_of_title(text: str, titles: Sequence[str]) -> bool:
    """Return whether the text under a link to a tab sheet is the title of its exhibit, or a line of
    it."""
    return any(text in title or title in text for title in titles if text and title)
