"""A filed packet, read from its manifest."""

from __future__ import annotations

from dataclasses import dataclass

from assembler.model.document_id import DocumentId
from assembler.model.packet import PartKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledPage:
    """One page of a filed packet."""

    label: str
    kind: PartKind
    document: DocumentId
    index: int
    exhibit: str
    tab: str
    content: str  # as PageFacts.content
    stamp: str  # the printed text, or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A filed packet: its pages in order, and the heading of each exhibit in its index."""

    case: str
    packet: str
    profile: str  # its receiver
    as_of: str
    sha256: str  # of its manifest
    pages: tuple[FiledPage, ...]
    groups: tuple[tuple[str, str], ...]  # exhibit, heading
