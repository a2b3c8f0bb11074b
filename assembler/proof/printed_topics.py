"""Check what the thematic index prints against the manifest: every topic, and under it every page.
Pure."""

from __future__ import annotations

from collections.abc import Iterator

from assembler.model import THEMATIC_INDEX, DocumentId
from assembler.model.bundle_layout import TopicRow
from assembler.proof.page_text import fold, is_right_to_left
from assembler.proof.printed_index import remove_heads
from assembler.proof.printed_packet import Fault, PrintedPacket


def find_topic_faults(packet: PrintedPacket) -> Iterator[Fault]:
    """Yield what each thematic index of a packet leaves out, or prints otherwise than the
    manifest. A packet whose recipe has none has no fault."""
    for document in _list_documents(packet):
        page = packet.entries(document)[0].number
        linked = {
            link.address
            for entry in packet.entries(document)
            if entry.number in packet.pages
            for link in packet.pages[entry.number].links
        }
        for row in packet.manifest.topics:
            if f"exhibit/{row.exhibit}/{row.page}" not in linked:
                yield f"the thematic index does not lead to page {row.label}", page
        fault = _find_other_wording(packet, document) if packet.is_worded(document) else ""
        if fault:
            yield fault, page


def _list_documents(packet: PrintedPacket) -> list[DocumentId]:
    entries = (entry for entry in packet.ledger if entry.part == THEMATIC_INDEX)
    return list(dict.fromkeys(entry.document for entry in entries))


def _find_other_wording(packet: PrintedPacket, document: DocumentId) -> str:
    """Return what is wrong with the text of a thematic index whose wording is known; "" if every
    entry is in its place."""
    rows = packet.manifest.topics
    if any(is_right_to_left(text) for row in rows for text in (row.topic, row.title, row.note)):
        return ""  # the order of letters is not known; the links were checked
    text = remove_heads(packet.text(document))
    expected = "".join(_write_entries(packet, rows))
    if text.endswith(expected):
        return ""
    return "the thematic index does not print its topics and pages as they are"


def _write_entries(packet: PrintedPacket, rows: tuple[TopicRow, ...]) -> Iterator[str]:
    topic = None
    for row in rows:
        if row.topic != topic:
            topic = row.topic
            yield remove_heads(fold(topic))
        place = packet.write_place(row.exhibit, row.page, row.page)
        place = f"[{place}]" if place else ""
        yield remove_heads(fold(f"{row.title}{row.note}Ex. {row.tab} at {row.label}{place}"))
