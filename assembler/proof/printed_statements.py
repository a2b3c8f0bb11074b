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

from assembler.model import Check, DocumentId, LedgerEntry, Manifest, PartKind
from assembler.model.manifest import ManifestIndexRow
from assembler.model.page_labels import LABEL
from assembler.proof.kept_drafts import Kept
from assembler.proof.own_pages import OwnLink, OwnPage
from assembler.proof.page_text import fold, fold_labels, is_right_to_left, join_lines

_ROLES = {
    "document": "Original",
    "translation": "English translation",
    "certificate": "Translator's certificate",
}
# headings of the tables of our templates, which every page of a table repeats; one that is the
# beginning of another comes after it
HEADS = (
    "Tab Description Date Pages Language",
    "Tab Description Pages Language",
    "Tab Description Date Pages",
    "Tab Description Pages",
    "No. File Pages Exhibits",
)
_TYPED = re.compile(rf"\bEx\. ([A-Za-z0-9]+) at ({LABEL})(?:–({LABEL}))?")
_ENGINE = "office2pdf"  # the engine whose order of text in a table is known
# after a page number: no more digits, no "-1" as in "57-1", and no letter as in "57a"
_NUMBER_END = "(?![0-9–]|-[0-9]|[a-z](?![a-z]))"
_COVER_LETTER = DocumentId.draft("cover-letter")
_INDEX = DocumentId.draft("index")
_CAPTION_COVER = DocumentId.draft("caption-cover")
_MAX_STRAY = 3  # letters of a neighbor that a link's box may touch


class PrintedPacket:
    """Everything the checks compare. `pages`: our own, by number."""

    def __init__(self, manifest: Manifest, kept: Kept, pages: Mapping[int, OwnPage]) -> None:
        self.manifest, self.kept, self.pages = manifest, kept, pages
        self.ledger, self.rows = manifest.ledger, manifest.index
        self._entries: dict[DocumentId, list[LedgerEntry]] = {}
        self._labels: dict[str, list[str]] = {}
        for entry in self.ledger:
            self._entries.setdefault(entry.document, []).append(entry)
            if entry.kind is PartKind.EXHIBIT:
                self._labels.setdefault(entry.exhibit, []).append(entry.label)
        self._all_labels = {label for labels in self._labels.values() for label in labels}

    def entries(self, document: DocumentId) -> list[LedgerEntry]:
        """Return the ledger's entries of a document, in the order of its pages."""
        return sorted(self._entries.get(document, ()), key=lambda entry: entry.index)

    def text(self, document: DocumentId) -> str:
        """Return the folded text of a document's pages in the bundle, joined."""
        numbers = (entry.number for entry in self.entries(document))
        return "".join(fold(self.pages[number].text) for number in numbers if number in self.pages)

    def labels(self, exhibit: str) -> list[str]:
        """Return the printed numbers of an exhibit's pages."""
        return self._labels.get(exhibit, [])

    def is_label(self, text: str) -> bool:
        """Return whether this is the printed number of a page of evidence."""
        return text in self._all_labels

    def range(self, row: ManifestIndexRow) -> str:
        """Return the page range that must be printed for an exhibit, from its pages in the
        ledger."""
        labels = self._labels.get(row.exhibit, ["?"])
        return "–".join(dict.fromkeys((labels[0], labels[-1])))

    def is_worded(self, document: DocumentId) -> bool:
        """Return whether the wording of a document is known."""
        return is_worded(self.manifest, self.kept, document)


def is_worded(manifest: Manifest, kept: Kept, document: DocumentId) -> bool:
    """Return whether a document is of a template that comes with the program, drawn by the engine
    it is made for."""
    draft = kept.documents.get(document)
    return (
        draft is not None
        and draft.shipped
        and manifest.word_engines.get(document, "").startswith(_ENGINE)
    )


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
        _find_index_faults(packet),
        f"{len(manifest.index)} rows of the index say what the ledger says",
    )
    yield _check(
        "tab-sheets",
        _find_sheet_faults(packet),
        f"{_count_sheets(packet)} tab sheets name their exhibit and its pages",
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
    homes = {entry.label: entry.tab for entry in packet.ledger if entry.kind is PartKind.EXHIBIT}
    tabs = set(homes.values())
    wrong = []
    for number, page in sorted(pages.items()):
        for tab, first, last in _TYPED.findall(join_lines(page.text)):
            if tab in tabs and any(homes.get(label) != tab for label in (first, last or first)):
                wrong.append(number)
    return tuple(dict.fromkeys(wrong))


Fault = tuple[str, int | None]  # what is wrong, and the page


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
        patterns = [
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


# --- the index ---


def _list_index_documents(packet: PrintedPacket) -> list[DocumentId]:
    return list(dict.fromkeys(entry.document for entry in packet.ledger if entry.part == "index"))


def _find_index_faults(packet: PrintedPacket) -> Iterator[Fault]:
    for document in _list_index_documents(packet):
        text = packet.text(document)
        page = packet.entries(document)[0].number
        if packet.is_worded(document):
            text_without_heads = _remove_heads(text)
            yield from (
                (fault, page)
                for fault in (
                    *_find_row_faults(packet, text_without_heads),
                    *_find_file_faults(packet, text_without_heads),
                )
            )
        else:
            yield from ((fault, page) for fault in _find_own_row_faults(packet, text))


def _find_row_faults(packet: PrintedPacket, text: str) -> Iterator[str]:
    """Yield a fault unless each row is in its place with every cell; between two rows only the
    language and the heading of a new group are allowed."""
    rows, starts, ends = list(packet.rows), [], []
    end = 0
    for row in rows:
        row_text = _write_row(packet, row)
        start = text.find(row_text, end)
        if start < 0:
            if is_right_to_left(row.title) or is_right_to_left(row.group):
                return  # the order of letters is not known; the links were checked
            yield f"the index does not print the row of exhibit {row.tab} in its place"
            return
        starts.append(start)
        end = start + len(row_text)
        ends.append(end)
    languages: dict[str, str] = {}
    for number, row in enumerate(rows):
        between = text[ends[number] : starts[number + 1]] if number + 1 < len(rows) else ""
        group = rows[number + 1].group if number + 1 < len(rows) else ""
        language = between.removesuffix(fold(group)) if group != row.group else between
        if number + 1 < len(rows) and languages.setdefault(row.language, language) != language:
            yield (
                f"the index prints another language for exhibit {row.tab} than for others of "
                f"its language"
            )
    last = rows[-1].language if rows else ""
    if rows and last in languages and not text[ends[-1] :].startswith(languages[last]):
        yield (
            f"the index prints another language for exhibit {rows[-1].tab} than for others "
            f"of its language"
        )


def _remove_heads(text: str) -> str:
    """Return a folded text without the headings of tables, which interrupt a row that is broken
    over two pages."""
    for head in HEADS:
        text = text.replace(fold(head), "")
    return text


def _write_row(packet: PrintedPacket, row: ManifestIndexRow) -> str:
    details = "".join(_write_part(*part) for part in row.parts) if len(row.parts) > 1 else ""
    row_text = f"{row.tab}{row.title}{details}{row.date}{packet.range(row)}"
    return _remove_heads(fold(row_text))  # a title may read like a heading


def _write_part(role: str, first: str, last: str) -> str:
    return f"{_ROLES.get(role, role)}: {first}" + ("" if first == last else f"–{last}")


def _find_file_faults(packet: PrintedPacket, text: str) -> Iterator[str]:
    """Yield a fault unless the table of files, where the bundle has several, has number, name,
    pages and exhibits of each, in order."""
    volumes = packet.manifest.volumes
    if len(volumes) < 2:
        return
    ledger = packet.ledger
    expected = ""
    for number, volume in enumerate(volumes, 1):
        entries = ledger[volume.first - 1 : volume.last]
        tabs = list(dict.fromkeys(entry.tab for entry in entries if entry.tab))
        pages = "–".join(dict.fromkeys((entries[0].label, entries[-1].label)))
        expected += fold(
            f"{number}{volume.path}{pages}{'–'.join(dict.fromkeys((*tabs[:1], *tabs[-1:])))}"
        )
    if expected not in text:
        yield "the index does not print the table of the bundle's files as they are"


def _find_own_row_faults(packet: PrintedPacket, text: str) -> Iterator[str]:
    """Yield faults of a firm's own index: what it prints of most exhibits it must print of all.
    (Tab and pages are checked at their links.)"""
    rows = [row for row in packet.rows if not is_right_to_left(row.title)]
    titled = [row for row in rows if _has_words(text, row.title)]
    dated = [row for row in rows if row.date and _has_words(text, row.date)]
    if len(titled) > len(rows) / 2:
        yield from (
            f"the index does not print the title of exhibit {row.tab}"
            for row in rows
            if row not in titled
        )
    if len(dated) > sum(bool(row.date) for row in rows) / 2:
        missing = [row for row in rows if row.date and row not in dated]
        yield from (f"the index does not print the date of exhibit {row.tab}" for row in missing)


def _has_words(text: str, words: str) -> bool:
    """Return whether all words are in a folded text, in any reading order of a table."""
    return fold(words) in text or all(fold(word) in text for word in words.split())


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
        bool(row and _has_words(texts.get(entry.number, ""), row.title)) for entry, row in sheets
    )
    for entry, row in sheets:
        number = entry.number
        if row is None or number not in texts:
            yield f"the tab sheet on page {number} is of no exhibit of the index", number
            continue
        text, pages = texts[number], packet.range(row)
        if packet.is_worded(entry.document) and not is_right_to_left(row.title):
            is_right = text == fold(
                f"EXHIBIT {row.tab}{row.title}{'Pages' if '–' in pages else 'Page'} {pages}"
            )
        else:
            sheet_text = " ".join(packet.pages[number].text.split())
            is_right = all(
                re.search(rf"(?<![0-9A-Za-z–]){re.escape(part)}(?![0-9A-Za-z–])", sheet_text)
                for part in (row.tab, pages)
            )
            is_right = is_right and (
                titled <= len(sheets) / 2
                or _has_words(text, row.title)
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
