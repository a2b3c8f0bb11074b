"""The files of a bundle."""

from __future__ import annotations

from dataclasses import dataclass

from assembler.model.document_id import DocumentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One file of the bundle, with its first and last page; a bundle that is not split has one."""

    path: str  # file name in the build folder
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStart:
    """A file of an upload set by the page it begins with: that stays, while page numbers still
    move."""

    path: str
    document: DocumentId
    index: int  # 0-based page in the document
