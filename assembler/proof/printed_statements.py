"""What our own pages say, read from the bundle's pages, against the ledger: citations, index rows,
tab sheets, enclosures.

Wherever a draft has a link to one of our addresses, the page must print what that address means:
this holds for any template, and for a receiver that wants no links, too. Of the templates that come
with the program the wording is known besides, so there every row, sheet and line is compared as a
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
HEADS = (
    "Tab Description Date Pages Language",
    "No. File Pages Exhibits",
)  # of tables, repeated on each page
_TYPED = re.compile(rf"\bEx\. ([A-Za-z0-9]+) at ({LABEL})(?:–({LABEL}))?")
_ENGINE = "office2pdf"  # the engine whose order of text in a table is known
# of a page's number: no more digits, no "-1" as of "57-1", and no letter as of "57a"
_ENDS = "(?![0-9–]|-[0-9]|[a-z](?![a-z]))"
_COVER_LETTER = DocumentId.draft("cover-letter")
_CAPTION_COVER = DocumentId.draft("caption-cover")
_MOST_STRAY = 3  # letters of a neighbor that a link's box may touch


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
        """Return the folded text of a document's pages in the bundle, one after the other."""
        numbers = (entry.number for entry in self.entries(document))
        return "".join(fold(self.pages[number].text) for number in numbers if number in self.pages)

    def labels(self, exhibit: str) -> list[str]:
        """Return the printed numbers of an exhibit's pages."""
        return self._labels.get(exhibit, [])

    def is_label(self, text: str) -> bool:
        """Tell whether this is the printed number of a page of evidence."""
        return text in self._all_labels

    def range(self, row: ManifestIndexRow) -> str:
        """Return the page range that must be printed for an exhibit, from its pages in the
        ledger."""
        labels = self._labels.get(row.exhibit, ["?"])
        return "–".join(dict.fromkeys((labels[0], labels[-1])))

    def is_worded(self, document: DocumentId) -> bool:
        """Tell whether the wording of a document is known: a template of ours, drawn by the engine
        it is made for."""
        return is_worded(self.manifest, self.kept, document)


def is_worded(manifest: Manifest, kept: Kept, document: DocumentId) -> bool:
    """Tell whether a document is of a template that comes with the program, drawn by the engine it
    is made for."""
    draft = kept.documents.get(document)
    return (
        draft is not None
        and draft.shipped
        and manifest.word_engines.get(document, "").startswith(_ENGINE)
    )


def check_statements(
    manifest: Manifest, kept: Kept, pages: Mapping[int, OwnPage]
) -> Iterator[Check]:
    """Yield a check for citations and links, for each of index, tab sheets and enclosures, and for
    the table of files."""
    packet = PrintedPacket(manifest, kept, pages)
    yield _check(
        "own-links",
        _link_faults(packet),
        f"{_links(packet)} places with a link print what it leads to",
    )
    yield _check(
        "index",
        _index_faults(packet),
        f"{len(manifest.index)} rows of the index say what the ledger says",
    )
    yield _check(
        "tab-sheets",
        _sheet_faults(packet),
        f"{_sheets(packet)} tab sheets name their exhibit and its pages",
    )
    yield _check(
        "enclosures",
        _enclosure_faults(packet),
        "each line that names an exhibit gives its title and pages",
    )


def typed_citations(
    manifest: Manifest, kept: Kept, pages: Mapping[int, OwnPage]
) -> tuple[int, ...]:
    """Pages with a citation that no link of ours made, of an exhibit that is here and a page that
    it does not have.

    A person typed it, perhaps of another filing; the proof cannot know.
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


def _check(name: str, faults: Iterator[Fault], well: str) -> Check:
    found = list(faults)
    details = "; ".join(dict.fromkeys(text for text, _ in found[:4]))
    more = f"; and {len(found) - 4} more" if len(found) > 4 else ""
    return Check(
        name=name,
        ok=not found,
        detail=details + more if found else well,
        page=found[0][1] if found else None,
    )


# --- links of the drafts ---


def _links(packet: PrintedPacket) -> int:
    return sum(1 for _ in _groups(packet))


def _groups(packet: PrintedPacket) -> Iterator[tuple[DocumentId, list[OwnLink]]]:
    """A document, and its links to one address that follow each other: pieces of a citation or
    title broken over lines, pages."""
    for document in packet.kept.documents:
        for _, run in groupby(_links_of(packet, document), key=lambda link: link.address):
            yield document, list(run)


def _links_of(packet: PrintedPacket, document: DocumentId) -> list[OwnLink]:
    return [
        link
        for entry in packet.entries(document)
        if entry.number in packet.pages
        for link in packet.pages[entry.number].links
    ]


def _all_alike(packet: PrintedPacket, document: DocumentId, address: str) -> list[OwnLink]:
    """All links of a document to one address: a row that goes on on the next page has its title
    in two pieces, and the link of its pages between them."""
    return [link for link in _links_of(packet, document) if link.address == address]


def _link_faults(packet: PrintedPacket) -> Iterator[Fault]:
    rows = {row.exhibit: row for row in packet.rows}
    for document, group in _groups(packet):
        kind, _, rest = group[0].address.partition("/")
        exhibit, _, page = rest.partition("/") if kind == "exhibit" else (rest, "", "")
        row, number = rows.get(exhibit), group[0].page
        if kind not in ("tab", "exhibit"):
            continue
        if row is None or (kind == "exhibit" and not (page.isdecimal() and int(page))):
            yield f"a link on page {number} is to an exhibit that is not here", number
        elif not any(
            _says(packet, links, row, int(page or 0), worded=packet.is_worded(document))
            for links in (group, _all_alike(packet, document, group[0].address))
        ):
            yield (
                f"what is printed for exhibit {row.tab} on page {number} is not true of it",
                number,
            )


def _says(
    packet: PrintedPacket, group: list[OwnLink], row: ManifestIndexRow, page: int, *, worded: bool
) -> bool:
    """Whether the text under a group of links is one or more of the things its address may be
    called.

    `page`: of the exhibit, 0 where the address is its tab sheet. Not `worded`: a box may touch what
    stands beside the link.
    """
    printed, tab = "".join(link.text for link in group), re.escape(fold(row.tab))
    text = fold_labels(printed) if page else fold(printed)
    labels = packet.labels(row.exhibit)
    if page > len(labels):
        return False
    if page:
        cited = re.findall(rf"ex\.{tab}at({LABEL})", text)
        if any(label != labels[page - 1] and packet.is_label(label) for label in cited):
            return False  # 57aa of a late page is no 57 with letters of the next word behind it
        first, *later = (f"{re.escape(label)}{_ENDS}" for label in labels[page - 1 :])
        ends = "|".join(later) or "(?!)"
        ways = [rf"ex\.{tab}at{re.escape(labels[page - 1])}–(?:{ends})", rf"ex\.{tab}at{first}"]
        ways += (
            [rf"(?<![0-9–])(?:pages?)?{re.escape(packet.range(row))}{_ENDS}"] if page == 1 else []
        )
    elif is_right_to_left(row.title):
        return True  # the order of its letters is not known
    else:
        title = re.escape(fold(row.title))
        ways = [rf"exhibit{tab}", title, rf"^\W*{tab}(?=\W*$|\W*{title})"]
    if re.fullmatch(rf"(?:\W*(?:{'|'.join(ways)}))+\W*", text):
        return True  # a title may begin or end like another way, as "Exhibit c1" of exhibit C
    left, count = re.subn("|".join(ways), "", text)
    if not page and not worded and not Counter(fold(row.title)) - Counter(text):
        return True  # an engine that borrows a sign from another font may draw it out of order
    stray = re.search(r"\d", left) or sum(map(str.isalnum, left)) > _MOST_STRAY
    return count > 0 and not (worded and stray)


# --- the index ---


def _index_documents(packet: PrintedPacket) -> list[DocumentId]:
    return list(dict.fromkeys(entry.document for entry in packet.ledger if entry.part == "index"))


def _index_faults(packet: PrintedPacket) -> Iterator[Fault]:
    for document in _index_documents(packet):
        text = packet.text(document)
        page = packet.entries(document)[0].number
        if packet.is_worded(document):
            bare = _without_heads(text)
            yield from (
                (fault, page) for fault in (*_row_faults(packet, bare), *_file_faults(packet, bare))
            )
        else:
            yield from ((fault, page) for fault in _own_row_faults(packet, text))


def _row_faults(packet: PrintedPacket, text: str) -> Iterator[str]:
    """Each row in its place, every cell; between two rows nothing but the language, and the heading
    of a new group."""
    rows, starts, ends = list(packet.rows), [], []
    end = 0
    for row in rows:
        wanted = _row_text(packet, row)
        at = text.find(wanted, end)
        if at < 0:
            if is_right_to_left(row.title) or is_right_to_left(row.group):
                return  # the order of letters is not known; the links were read
            yield f"the index does not print the row of exhibit {row.tab} in its place"
            return
        starts.append(at)
        end = at + len(wanted)
        ends.append(end)
    languages: dict[str, str] = {}
    for number, row in enumerate(rows):
        after = text[ends[number] : starts[number + 1]] if number + 1 < len(rows) else ""
        group = rows[number + 1].group if number + 1 < len(rows) else ""
        language = after.removesuffix(fold(group)) if group != row.group else after
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


def _without_heads(text: str) -> str:
    """Return a folded text without the heads of tables, which stand in the middle of a row that is
    broken over two pages."""
    for head in HEADS:
        text = text.replace(fold(head), "")
    return text


def _row_text(packet: PrintedPacket, row: ManifestIndexRow) -> str:
    details = "".join(_detail(*part) for part in row.parts) if len(row.parts) > 1 else ""
    row_text = f"{row.tab}{row.title}{details}{row.date}{packet.range(row)}"
    return _without_heads(fold(row_text))  # a title may read like a head


def _detail(role: str, first: str, last: str) -> str:
    return f"{_ROLES.get(role, role)}: {first}" + ("" if first == last else f"–{last}")


def _file_faults(packet: PrintedPacket, text: str) -> Iterator[str]:
    """The table of files, where the bundle takes several: number, name, pages and exhibits of each,
    in order."""
    volumes = packet.manifest.volumes
    if len(volumes) < 2:
        return
    ledger = packet.ledger
    wanted = ""
    for number, volume in enumerate(volumes, 1):
        here = ledger[volume.first - 1 : volume.last]
        tabs = list(dict.fromkeys(entry.tab for entry in here if entry.tab))
        span = "–".join(dict.fromkeys((here[0].label, here[-1].label)))
        wanted += fold(
            f"{number}{volume.path}{span}{'–'.join(dict.fromkeys((*tabs[:1], *tabs[-1:])))}"
        )
    if wanted not in text:
        yield "the index does not print the table of the bundle's files as they are"


def _own_row_faults(packet: PrintedPacket, text: str) -> Iterator[str]:
    """Of an index of a firm's own: what it prints of most exhibits it prints of all. (Tab and pages
    are read at their links.)"""
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
    """Whether all words are in a folded text, in whatever order a table is read."""
    return fold(words) in text or all(fold(word) in text for word in words.split())


# --- tab sheets and enclosures ---


def _sheets(packet: PrintedPacket) -> int:
    return sum(entry.kind is PartKind.TAB for entry in packet.ledger)


def _sheet_faults(packet: PrintedPacket) -> Iterator[Fault]:
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
        text, span = texts[number], packet.range(row)
        if packet.is_worded(entry.document) and not is_right_to_left(row.title):
            right = text == fold(
                f"EXHIBIT {row.tab}{row.title}{'Pages' if '–' in span else 'Page'} {span}"
            )
        else:
            page = " ".join(packet.pages[number].text.split())
            right = all(
                re.search(rf"(?<![0-9A-Za-z–]){re.escape(part)}(?![0-9A-Za-z–])", page)
                for part in (row.tab, span)
            )
            right = right and (
                titled <= len(sheets) / 2
                or _has_words(text, row.title)
                or is_right_to_left(row.title)
            )
        if not right:
            yield (
                f"the tab sheet on page {number} does not say what exhibit {row.tab} is and on "
                f"which pages",
                number,
            )


def _enclosure_faults(packet: PrintedPacket) -> Iterator[Fault]:
    """Lines "Exhibit C: its title, pages 57–70" of the letters; and a cover page that says from
    which exhibit to which."""
    rows = list(packet.rows)
    for document in packet.kept.documents:
        entries = packet.entries(document)
        if not entries or not packet.is_worded(document):
            continue
        text, page = packet.text(document).replace("•", ""), entries[0].number
        lines = [fold(_enclosure(packet, row)).replace("•", "") for row in rows]
        left = _without_lines(text, lines)
        for row in rows:
            if fold(f"Exhibit {row.tab}: {row.title},page").replace("•", "") in left:
                yield (
                    f"a line of {document.name} gives other pages for exhibit {row.tab}",
                    page,
                )
        known = rows and not any(is_right_to_left(row.title) for row in rows)
        if document == _COVER_LETTER and known and "".join(lines) not in text:
            yield "the letter does not list all exhibits, in order, with title and pages", page
        span = fold(f"EXHIBITS {rows[0].tab} TO {rows[-1].tab}") if rows else ""
        if document == _CAPTION_COVER and span not in text:
            yield "the cover page does not name the first and the last exhibit", page


def _without_lines(text: str, lines: Sequence[str]) -> str:
    """Return a text without the lines that are right; a title may hold the line of another one."""
    known = "|".join(re.escape(line) for line in sorted(lines, key=len, reverse=True))
    return re.sub(known, "\n", text) if known else text


def _enclosure(packet: PrintedPacket, row: ManifestIndexRow) -> str:
    span = packet.range(row)
    return f"Exhibit {row.tab}: {row.title}, {'pages' if '–' in span else 'page'} {span}"
