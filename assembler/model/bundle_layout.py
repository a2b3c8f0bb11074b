"""The bundle, decided page by page."""

from __future__ import annotations

from dataclasses import dataclass

from assembler.model.document_id import DocumentId
from assembler.model.packet import PartKind
from assembler.model.pages import Ink
from assembler.model.volume import Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What arrange must know of one page of a document, whoever made it."""

    width: float
    height: float
    ink: Ink
    # what a page handed over is: its file's hash, its page in it, how it was turned; "" of our own
    # pages
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Text on a page; x, y is the lower left corner of its box as a reader shows the page,
    origin lower left."""

    text: str
    x: float
    y: float
    width: float
    height: float
    size: float  # font size


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One physical page of the bundle."""

    number: int  # place in the bundle = PDF page index + 1
    label: (
        str  # printed number = page label: "57"; str(number), unless the packet is frozen ("57a")
    )
    document: DocumentId
    index: int  # 0-based page in the document
    part: str  # Part.id
    kind: PartKind
    tab: str = ""
    exhibit: str = ""
    exhibit_page: int = 0  # "3" of "3 of 14"; 0 where it is no exhibit page
    exhibit_pages: int = 0
    width: float = 612.0
    height: float = 792.0
    # < 1 where the page is drawn smaller: to make room for its stamp, or to come onto the
    # receiver's paper
    scale: float = 1.0
    own: tuple[float, float] | None = (
        None  # the page's own size, where it is drawn on paper of another (`width`, `height`)
    )
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """A row of the index of exhibits. `first`, `last` and `sheet` are places in the bundle,
    `printed` the numbers there."""

    tab: str
    exhibit: str
    title: str
    date: str
    language: str
    first: int  # first and last page of its evidence
    last: int
    sheet: int  # its tab sheet; `first` where there is none, as of a notice
    printed: tuple[str, str]  # labels of its first and last page
    group: str = ""
    parts: tuple[
        tuple[str, str, str], ...
    ] = ()  # (role, first and last label): original, translation, certificate

    @property
    def sheeted(self) -> bool:
        """Whether a tab sheet stands in front of it."""
        return self.sheet != self.first

    @property
    def pages(self) -> str:
        """The printed page range: "57" or "57–70"."""
        return self.printed[0] if self.first == self.last else "–".join(self.printed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    title: str
    number: int  # place in the bundle
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
    addresses: tuple[tuple[str, int], ...]  # reserved link address → place in the bundle
    frozen: bool = False  # whether it keeps the numbers of a packet that was filed
    files: tuple[Volume, ...] = ()  # where it takes several, so that the index can name them

    def label(self, number: int) -> str:
        """The printed number of a place in the bundle."""
        return self.leaves[number - 1].label
