"""Check what our own pages print against the ledger: citations, index rows, tab sheets, enclosures.

Wherever a draft has a link to one of our addresses, the page must print what that address means;
this holds for any template, even for a receiver that wants no links. For the templates that come
with the program the wording is also known, so every row, sheet and line of theirs is compared as a
whole. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from assembler.model import Check, DocumentId, Manifest, PartKind
from assembler.model.manifest import ManifestIndexRow
from assembler.model.page_labels import LABEL
from assembler.proof.kept_drafts import Kept
from assembler.proof.own_pages import OwnLink, OwnPage
from assembler.proof.page_text import fold, fold_labels, has_words, is_right_to_left
from assembler.proof.printed_index import find_index_faults
from assembler.proof.printed_packet import Fault, PrintedPacket
from assembler.proof.printed_references import CitedPages
from assembler.proof.printed_topics import find_topic_faults

# after a page number: no more digits, no "-1" as in "57-1", and no letter as in "57a"
_NUMBER_END = "(?![0-9–]|-[0-9]|[a-z](?![a-z]))"
_COVER_LETTER = DocumentId.draft("cover-letter")
_INDEX = DocumentId.draft("index")
_CAPTION_COVER = DocumentId.draft("caption-cover")
_MAX_STRAY = 3  # letters of a neighbor that a link's box may touch


def check_statements(
    manifest: Manifest, kept: Kept, pages: Mapping[int, OwnPage]
) -> Iterator[Check]:
    """Yield a check for citations and links, and one each for index, tab sheets and enclosures."""
    packet = PrintedPacket(manifest, kept, pages)
    yield _check(
        "own-links",
        _find_link_faults(packet),
        f"{sum(1 for _ in _group_links(packet))} places with a link print what it leads to",
    )
    yield _check(
        "index",
        find_index_faults(packet),
        f"{len(manifest.index)} rows of the index say what the ledger says",
    )
    yield _check(
        "tab-sheets",
        _find_sheet_faults(packet),
        f"{_count_sheets(packet)} tab sheets name their exhibit and its pages",
    )
    if manifest.topics:
        yield _check(
            "thematic-index",
            find_topic_faults(packet),
            f"{len(manifest.topics)} entries of the thematic index say what the ledger says",
        )
    yield _check(
        "enclosures",
        _find_enclosure_faults(packet),
        "each line that names an exhibit gives its title and pages",
    )


def find_typed_citations(
    manifest: Manifest, kept: Kept, pages: Mapping[int, OwnPage]
) -> tuple[int, ...]:
    """Return the pages with a typed citation of an exhibit that is here and a page that it does not
    have.

    No link of ours made it; a person typed it, perhaps of another filing, which the proof cannot
    know.
    """
    packet = PrintedPacket(manifest, kept, pages)
    cited = CitedPages(packet.ledger, packet.places)
    wrong = [
        number
        for number, page in sorted(pages.items())
        for is_true in cited.judge(page.text)
        if not is_true
    ]
    return tuple(dict.fromkeys(wrong))


def _check(name: str, faults: Iterator[Fault], passed: str) -> Check:
    fault_list = list(faults)
    details = "; ".join(dict.fromkeys(text for text, _ in fault_list[:4]))
    rest = f"; and {len(fault_list) - 4} more" if len(fault_list) > 4 else ""
    return Check(
        name=name,
        ok=not fault_list,
        detail=details + rest if fault_list else passed,
        page=fault_list[0][1] if fault_list else None,
    )


# --- links of the drafts ---


def _group_links(packet: PrintedPacket) -> Iterator[tuple[DocumentId, list[OwnLink]]]:
    """Yield each document with each run of its links to one address: pieces of a citation or title
    broken over lines or pages."""
    for document in packet.kept.documents:
        for _, run in groupby(_list_links(packet, document), key=lambda link: link.address):
            yield document, list(run)


def _list_links(packet: PrintedPacket, document: DocumentId) -> list[OwnLink]:
    return [
        link
        for entry in packet.entries(document)
        if entry.number in packet.pages
        for link in packet.pages[entry.number].links
    ]


def _select_links(packet: PrintedPacket, document: DocumentId, address: str) -> list[OwnLink]:
    """Return all links of a document to one address.

    A row that continues on the next page has its title in two pieces, with the link of its pages
    between them.
    """
    return [link for link in _list_links(packet, document) if link.address == address]


def _find_link_faults(packet: PrintedPacket) -> Iterator[Fault]:
    rows = {row.exhibit: row for row in packet.rows}
    for document, group in _group_links(packet):
        kind, _, target = group[0].address.partition("/")
        exhibit, _, page = target.partition("/") if kind == "exhibit" else (target, "", "")
        row, number = rows.get(exhibit), group[0].page
        if kind not in ("tab", "exhibit"):
            continue
        if row is None or (kind == "exhibit" and not (page.isdecimal() and int(page))):
            yield f"a link on page {number} is to an exhibit that is not here", number
        elif not any(
            _is_printed(packet, links, row, int(page or 0), worded=packet.is_worded(document))
            for links in (group, _select_links(packet, document, group[0].address))
        ):
            yield (
                f"what is printed for exhibit {row.tab} on page {number} is not true of it",
                number,
            )


def _is_printed(
    packet: PrintedPacket, group: list[OwnLink], row: ManifestIndexRow, page: int, *, worded: bool
) -> bool:
    """Return whether the text under a group of links is one or more of the texts allowed for its
    address.

    `page`: of the exhibit, 0 where the address is its tab sheet. Not `worded`: a box may touch what
    is beside the link.
    """
    printed, tab = "".join(link.text for link in group), re.escape(fold(row.tab))
    text = fold_labels(printed) if page else fold(printed)
    labels = packet.labels(row.exhibit)
    if page > len(labels):
        return False
    if page:
        cited = re.findall(rf"ex\.{tab}at({LABEL})", text)
        if any(label != labels[page - 1] and packet.is_label(label) for label in cited):
            return False  # 57aa of a late page is not 57 with letters of the next word after it
        first, *later = (f"{re.escape(label)}{_NUMBER_END}" for label in labels[page - 1 :])
        range_ends = "|".join(later) or "(?!)"
        patterns = _list_placed_patterns(packet, row, page, text) or [
            rf"ex\.{tab}at{re.escape(labels[page - 1])}–(?:{range_ends})",
            rf"ex\.{tab}at{first}",
        ]
        patterns += (
            [rf"(?<![0-9–])(?:pages?)?{re.escape(packet.range(row))}{_NUMBER_END}"]
            if page == 1
            else []
        )
    elif is_right_to_left(row.title):
        return True  # the order of its letters is not known
    else:
        title = re.escape(fold(row.title))
        patterns = [rf"exhibit{tab}", title, rf"^\W*{tab}(?=\W*$|\W*{title})"]
    if re.fullmatch(rf"(?:\W*(?:{'|'.join(patterns)}))+\W*", text):
        return True  # a title may begin or end like another text, as "Exhibit c1" of exhibit C
    remainder, count = re.subn("|".join(patterns), "", text)
    if not page and not worded and not Counter(fold(row.title)) - Counter(text):
        return True  # an engine that takes a sign from another font may draw it out of order
    has_stray_text = re.search(r"\d", remainder) or sum(map(str.isalnum, remainder)) > _MAX_STRAY
    return count > 0 and not (worded and has_stray_text)


def _list_placed_patterns(
    packet: PrintedPacket, row: ManifestIndexRow, page: int, text: str
) -> list[str]:
    """Return the citations of pages from this one of an exhibit in an upload set, each with its
    file and its page there; none for any other packet."""
    if not packet.manifest.upload_set:
        return []
    labels = packet.labels(row.exhibit)
    patterns = []
    for last, label in enumerate(labels[page - 1 :], page):
        place = packet.write_place(row.exhibit, page, last)
        pages = labels[page - 1] if last == page else f"{labels[page - 1]}–{label}"
        if fold_labels(pages) in text:
            patterns.append(re.escape(fold_labels(f"Ex. {row.tab} at {pages} [{place}]")))
    return patterns or ["(?!)"]


# --- tab sheets and enclosures ---


def _count_sheets(packet: PrintedPacket) -> int:
    return sum(entry.kind is PartKind.TAB for entry in packet.ledger)


def _find_sheet_faults(packet: PrintedPacket) -> Iterator[Fault]:
    rows = {row.exhibit: row for row in packet.rows}
    sheets = [
        (entry, rows.get(entry.exhibit)) for entry in packet.ledger if entry.kind is PartKind.TAB
    ]
    texts = {
        entry.number: fold(packet.pages[entry.number].text)
        for entry, _ in sheets
        if entry.number in packet.pages
    }
    titled = sum(
        bool(row and has_words(texts.get(entry.number, ""), row.title)) for entry, row in sheets
    )
    for entry, row in sheets:
        number = entry.number
        if row is None or number not in texts:
            yield f"the tab sheet on page {number} is of no exhibit of the index", number
            continue
        text, pages = texts[number], packet.range(row)
        if packet.is_worded(entry.document) and not is_right_to_left(row.title):
            excerpts = "".join(packet.excerpts(row.exhibit))
            is_right = text == fold(
                f"EXHIBIT {row.tab}{row.title}{excerpts}"
                f"{'Pages' if '–' in pages else 'Page'} {pages}"
            )
        else:
            sheet_text = " ".join(packet.pages[number].text.split())
            is_right = all(
                re.search(rf"(?<![0-9A-Za-z–]){re.escape(part)}(?![0-9A-Za-z–])", sheet_text)
                for part in (row.tab, pages)
            )
            is_right = is_right and (
                titled <= len(sheets) / 2
                or has_words(text, row.title)
                or is_right_to_left(row.title)
            )
        if not is_right:
            yield (
                f"the tab sheet on page {number} does not say what exhibit {row.tab} is and on "
                f"which pages",
                number,
            )


def _find_enclosure_faults(packet: PrintedPacket) -> Iterator[Fault]:
    """Yield faults of lines such as "Exhibit C: its title, pages 57–70" in letters, and of a cover
    page that names the first and last exhibit."""
    rows = list(packet.rows)
    for document in packet.kept.documents:
        entries = packet.entries(document)
        if not entries or not packet.is_worded(document):
            continue
        text, page = packet.text(document).replace("•", ""), entries[0].number
        lines = [fold(_write_enclosure(packet, row)).replace("•", "") for row in rows]
        remainder = _remove_lines(text, lines)
        for row in rows:
            if fold(f"Exhibit {row.tab}: {row.title},page").replace("•", "") in remainder:
                yield (
                    f"a line of {document.name} gives other pages for exhibit {row.tab}",
                    page,
                )
        is_order_known = rows and not any(is_right_to_left(row.title) for row in rows)
        if (
            document == _COVER_LETTER
            and is_order_known
            and "".join(lines) not in text
            and fold(_write_summary(packet)) not in text
        ):
            yield (
                "the letter neither lists all exhibits, in order, with title and pages, nor gives "
                "their number and the page of their index",
                page,
            )
        exhibit_range = fold(f"EXHIBITS {rows[0].tab} TO {rows[-1].tab}") if rows else ""
        if document == _CAPTION_COVER and exhibit_range not in text:
            yield "the cover page does not name the first and the last exhibit", page


def _write_summary(packet: PrintedPacket) -> str:
    """Return the line that may stand for the lines of all exhibits, from the ledger."""
    rows, index = packet.rows, packet.entries(_INDEX)
    pages = sum(entry.kind is PartKind.EXHIBIT for entry in packet.ledger)
    label = index[0].label if index else "?"
    return (
        f"Exhibits {rows[0].tab} to {rows[-1].tab}: {len(rows)} exhibits, {pages} pages, listed in "
        f"the index on page {label}"
    )


def _remove_lines(text: str, lines: Sequence[str]) -> str:
    """Return a text without the lines that are right; a title may contain another line."""
    known = "|".join(re.escape(line) for line in sorted(lines, key=len, reverse=True))
    return re.sub(known, "\n", text) if known else text


def _write_enclosure(packet: PrintedPacket, row: ManifestIndexRow) -> str:
    pages = packet.range(row)
    return f"Exhibit {row.tab}: {row.title}, {'pages' if '–' in pages else 'page'} {pages}"
