"""The bundle, decided page by page."""

from __future__ import annotations

from dataclasses import dataclass

from assembler.model.pages import Ink
from assembler.model.plan import PartKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What arrange must know of one page of a document, whoever made it."""

    width: float
    height: float
    ink: Ink


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Text on a page; x, y is the lower left corner of its box as a reader shows the page, origin lower left."""

    text: str
    x: float
    y: float
    width: float
    height: float
    size: float  # font size


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One physical page of the bundle."""

    number: int  # printed number = PDF page index + 1 = page label
    document: str
    index: int  # 0-based page in the document
    part: str  # Part.id
    kind: PartKind
    tab: str = ""
    exhibit: str = ""
    exhibit_page: int = 0  # "3" of "3 of 14"; 0 where it is no exhibit page
    exhibit_pages: int = 0
    width: float = 612.0
    height: float = 792.0
    scale: float = 1.0  # < 1 where the page was shrunk to make room for its stamp
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """A row of the index of exhibits."""

    tab: str
    exhibit: str
    title: str
    date: str
    language: str
    first: int  # bundle page of the tab sheet's exhibit: first and last evidence page
    last: int
    sheet: int  # bundle page of the tab sheet; `first` where there is none, as of a notice
    group: str = ""
    parts: tuple[tuple[str, int, int], ...] = ()  # (role, first, last): original, translation, certificate

    @property
    def sheeted(self) -> bool:
        """Whether a tab sheet stands in front of it."""
        return self.sheet != self.first

    @property
    def pages(self) -> str:
        """The printed page range: "57" or "57–70"."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    title: str
    number: int  # bundle page
    level: int  # 0 = top
    document: str = ""  # evidence document whose own outline is nested below this bookmark


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The bundle, decided: a flat list of leaves and everything that points at them."""

    packet: str
    title: str
    leaves: tuple[Leaf, ...]
    index: tuple[IndexRow, ...]
    bookmarks: tuple[Bookmark, ...]
    addresses: tuple[tuple[str, int], ...]  # reserved link address → bundle page
