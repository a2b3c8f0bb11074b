"""Gather what our own pages print, and what the ledger says of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from assembler.model import DocumentId, LedgerEntry, Manifest, PartKind
from assembler.model.manifest import ManifestIndexRow
from assembler.proof.excerpt_check import write_excerpts
from assembler.proof.kept_drafts import Kept
from assembler.proof.own_pages import OwnPage
from assembler.proof.page_text import fold
from assembler.proof.upload_places import UploadPlaces

_ENGINE = "office2pdf"  # the engine whose order of text in a table is known


class PrintedPacket:
    """Everything the checks compare. `pages`: our own, by number."""

    def __init__(self, manifest: Manifest, kept: Kept, pages: Mapping[int, OwnPage]) -> None:
        self.manifest, self.kept, self.pages = manifest, kept, pages
        self.ledger, self.rows = manifest.ledger, manifest.index
        self._entries: dict[DocumentId, list[LedgerEntry]] = {}
        self._labels: dict[str, list[str]] = {}
        self._numbers: dict[str, list[int]] = {}
        self._excerpts = {exhibit.id: write_excerpts(exhibit) for exhibit in manifest.exhibits}
        for entry in self.ledger:
            self._entries.setdefault(entry.document, []).append(entry)
            if entry.kind is PartKind.EXHIBIT:
                self._labels.setdefault(entry.exhibit, []).append(entry.label)
                self._numbers.setdefault(entry.exhibit, []).append(entry.number)
        self.places = UploadPlaces(manifest)
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

    def write_place(self, exhibit: str, first: int, last: int) -> str:
        """Return what must be printed of the file of pages of an exhibit (from 1); "" if the packet
        is no upload set."""
        numbers = self._numbers[exhibit]
        return self.places.write(numbers[first - 1], numbers[last - 1])

    def excerpts(self, exhibit: str) -> tuple[str, ...]:
        """Return what must be printed of the excerpts of an exhibit."""
        return self._excerpts.get(exhibit, ())

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


Fault = tuple[str, int | None]  # what is wrong, and the page
