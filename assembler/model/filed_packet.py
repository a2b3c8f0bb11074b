"""A packet that was filed, as its manifest tells of it."""

from __future__ import annotations

from dataclasses import dataclass

from assembler.model.document_id import DocumentId
from assembler.model.packet import PartKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledPage:
    """One page of it. `content` is `PageFacts.content`: "" of our own pages; `stamp` is the text
    printed on it, or ""."""

    label: str
    kind: PartKind
    document: DocumentId
    index: int
    exhibit: str
    tab: str
    content: str
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The packet: its pages in order, and the heading of each of its exhibits in the index.
    `sha256`: of its manifest."""

    case: str
    packet: str
    profile: str  # its receiver
    as_of: str
    sha256: str
    pages: tuple[FiledPage, ...]
    groups: tuple[tuple[str, str], ...]  # exhibit, heading
