"""Check what the index of exhibits prints against the ledger: its rows, and the table of files.
Pure."""

from __future__ import annotations

from collections.abc import Iterator

from assembler.model import DocumentId
from assembler.model.manifest import ManifestIndexRow
from assembler.proof.page_text import fold, has_words, is_right_to_left
from assembler.proof.printed_packet import Fault, PrintedPacket

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
    "Source What it shows Page",
)


def find_index_faults(packet: PrintedPacket) -> Iterator[Fault]:
    """Yield what each index of a packet prints that the ledger does not say, or leaves out."""
    for document in _list_index_documents(packet):
        text = packet.text(document)
        page = packet.entries(document)[0].number
        if packet.is_worded(document):
            text_without_heads = remove_heads(text)
            yield from (
                (fault, page)
                for fault in (
                    *_find_row_faults(packet, text_without_heads),
                    *_find_file_faults(packet, text_without_heads),
                )
            )
        else:
            yield from ((fault, page) for fault in _find_own_row_faults(packet, text))


def _list_index_documents(packet: PrintedPacket) -> list[DocumentId]:
    return list(dict.fromkeys(entry.document for entry in packet.ledger if entry.part == "index"))


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


def remove_heads(text: str) -> str:
    """Return a folded text without the headings of tables, which interrupt a row that is broken
    over two pages."""
    for head in HEADS:
        text = text.replace(fold(head), "")
    return text


def _write_row(packet: PrintedPacket, row: ManifestIndexRow) -> str:
    details = "".join(_write_part(*part) for part in row.parts) if len(row.parts) > 1 else ""
    excerpts = "".join(packet.excerpts(row.exhibit))
    place = packet.places.write(row.first, row.last)
    row_text = f"{row.tab}{row.title}{place}{excerpts}{details}{row.date}{packet.range(row)}"
    return remove_heads(fold(row_text))  # a title may read like a heading


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
            f"{packet.places.number_file(number)}{volume.path}{pages}"
            f"{'–'.join(dict.fromkeys((*tabs[:1], *tabs[-1:])))}"
        )
    if expected not in text:
        yield "the index does not print the table of the bundle's files as they are"


def _find_own_row_faults(packet: PrintedPacket, text: str) -> Iterator[str]:
    """Yield faults of a firm's own index: what it prints of most exhibits it must print of all.
    (Tab and pages are checked at their links.)"""
    rows = [row for row in packet.rows if not is_right_to_left(row.title)]
    titled = [row for row in rows if has_words(text, row.title)]
    dated = [row for row in rows if row.date and has_words(text, row.date)]
    if len(titled) > len(rows) / 2:
        yield from (
            f"the index does not print the title of exhibit {row.tab}"
            for row in rows
            if row not in titled
        )
    if len(dated) > sum(bool(row.date) for row in rows) / 2:
        missing = [row for row in rows if row.date and row not in dated]
        yield from (f"the index does not print the date of exhibit {row.tab}" for row in missing)
    yield from _find_own_place_faults(packet, text)
    yield from _find_own_excerpt_faults(packet, text)


def _find_own_place_faults(packet: PrintedPacket, text: str) -> Iterator[str]:
    """Yield faults of an index of another wording, which may print the file of each exhibit of an
    upload set: of all, if of any."""
    rows = [row for row in packet.rows if packet.places.write(row.first, row.last)]
    missing = [row for row in rows if not has_words(text, packet.places.write(row.first, row.last))]
    if len(missing) < len(rows):
        yield from (
            f"the index does not print in which file exhibit {row.tab} is" for row in missing
        )


def _find_own_excerpt_faults(packet: PrintedPacket, text: str) -> Iterator[str]:
    """Yield faults of an index of another wording, which may print excerpts: of all, if of any."""
    rows = [row for row in packet.rows if packet.excerpts(row.exhibit)]
    missing = [
        row
        for row in rows
        if not all(has_words(text, excerpt) for excerpt in packet.excerpts(row.exhibit))
    ]
    if len(missing) < len(rows):
        yield from (
            f"the index does not print of which pages exhibit {row.tab} is an excerpt"
            for row in missing
        )
