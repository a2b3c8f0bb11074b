"""Names of the documents that a packet is bound from: "draft:cover-letter", "exhibit:passport"."""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    """Where a document comes from."""

    DRAFT = "draft"  # made by this program from a Word template
    FORM = "form"  # a government form
    EXHIBIT = "exhibit"  # evidence


class DocumentId(str):
    """The name of a document: its kind, a colon, and a name that is unique within the kind.

    It is a string, so that it sorts, hashes and is written to JSON as one.
    """

    __slots__ = ()

    @classmethod
    def draft(cls, name: str) -> DocumentId:
        """Return the id of a letter, index or other paper made by this program."""
        return cls(f"{DocumentKind.DRAFT}:{name}")

    @classmethod
    def form(cls, path: str) -> DocumentId:
        """Return the id of a form from the path of its file in the case folder."""
        return cls(f"{DocumentKind.FORM}:{path}")

    @classmethod
    def exhibit(cls, exhibit: str) -> DocumentId:
        """Return the id of an exhibit's evidence from the exhibit's own id."""
        return cls(f"{DocumentKind.EXHIBIT}:{exhibit}")

    @property
    def kind(self) -> DocumentKind:
        """Return the kind. Raises ValueError if the text is not a document id."""
        return DocumentKind(self.partition(":")[0])

    @property
    def name(self) -> str:
        """Return the id without its kind: a form's file path, or an exhibit's id."""
        return self.partition(":")[2]


def identify_document(prepared: str) -> DocumentId:
    """Return the document of prepared evidence, which names exhibits by their bare id and
    completed forms as "form:<path>"."""
    document = DocumentId(prepared)
    is_form = prepared.startswith(f"{DocumentKind.FORM}:")
    return document if is_form else DocumentId.exhibit(prepared)
