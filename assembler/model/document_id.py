"""Names of the documents that a packet is bound from: "draft:cover-letter", "exhibit:passport"."""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    """Where a document comes from."""

    DRAFT = "draft"  # written by us from a Word template
    FORM = "form"  # a government form
    EXHIBIT = "exhibit"  # evidence


class DocumentId(str):
    """The name of a document: its kind, a colon, and a name that is unique within the kind.

    It is a string, so that it sorts, hashes and is written to JSON as one.
    """

    __slots__ = ()

    @classmethod
    def draft(cls, name: str) -> DocumentId:
        """Return the id of a letter, index or other paper of ours."""
        return cls(f"{DocumentKind.DRAFT}:{name}")

    @classmethod
    def form(cls, path: str) -> DocumentId:
        """Return the id of a form. `path`: of its file in the case folder."""
        return cls(f"{DocumentKind.FORM}:{path}")

    @classmethod
    def exhibit(cls, exhibit: str) -> DocumentId:
        """Return the id of an exhibit's evidence. `exhibit`: the exhibit's own id."""
        return cls(f"{DocumentKind.EXHIBIT}:{exhibit}")

    @property
    def kind(self) -> DocumentKind:
        """Raises ValueError for a text that is no document id."""
        return DocumentKind(self.partition(":")[0])

    @property
    def name(self) -> str:
        """The id without its kind: of a form the path of its file, of an exhibit its id."""
        return self.partition(":")[2]


def document_of(prepared: str) -> DocumentId:
    """Return the document of prepared evidence, which names exhibits by their bare id and
    completed forms as "form:<path>"."""
    document = DocumentId(prepared)
    is_form = prepared.startswith(f"{DocumentKind.FORM}:")
    return document if is_form else DocumentId.exhibit(prepared)
