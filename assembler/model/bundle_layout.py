"""The layout of the bundle, page by page."""

from __future__ import annotations

from dataclasses import dataclass

from assembler.model.document_id import DocumentId
from assembler.model.packet import PartKind
from assembler.model.pages import Ink
from assembler.model.volume import Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """Size, ink and content of one page of a document, for the layout."""

    width: float
    height: float
    ink: Ink
    # of a client's page: its file's hash, its page in the file, how it was turned; "" for pages
    # made by this program
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Text on a page; x, y is the lower left corner of its box on the page as displayed, from the
    lower left corner."""

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
    # printed number = page label: "57"; str(number), unless the packet is frozen ("57a")
    label: str
    document: DocumentId
    index: int  # 0-based page in the document
    part: str  # Part.id
    kind: PartKind
    tab: str = ""
    exhibit: str = ""
    exhibit_page: int = 0  # "3" of "3 of 14"; 0 if it is not an exhibit page
    exhibit_pages: int = 0
    width: float = 612.0
    height: float = 792.0
    # < 1 if the page is drawn smaller: to make room for its stamp, or to fit the receiver's paper
    scale: float = 1.0
    # the page's own size, if it is drawn on paper of another size (`width`, `height`)
    own: tuple[float, float] | None = None
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """A row of the index of exhibits; `first`, `last` and `sheet` are places in the bundle."""

    tab: str
    exhibit: str
    title: str
    date: str
    language: str
    first: int  # first and last page of its evidence
    last: int
    sheet: int  # its tab sheet; `first` if it has none, such as a notice
    printed: tuple[str, str]  # labels of its first and last page
    group: str = ""
    # (role, first and last label): original, translation, certificate
    parts: tuple[tuple[str, str, str], ...] = ()
    # of which pages of a file it is an excerpt: "Excerpt: title page and pages 3, 41–44 of 212"
    excerpts: tuple[str, ...] = ()

    @property
    def sheeted(self) -> bool:
        """Return True if the exhibit has a tab sheet."""
        return self.sheet != self.first

    @property
    def pages(self) -> str:
        """Return the printed page range: "57" or "57–70"."""
        return self.printed[0] if self.first == self.last else "–".join(self.printed)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """An entry of the thematic index: a topic, and a page of an exhibit that is about it."""

    topic: str
    tab: str
    exhibit: str
    title: str  # of the exhibit
    page: int  # of the exhibit, from 1
    label: str  # printed number of that page
    path: str  # its file
    source_page: int  # of the file, from 1
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSources:
    """Where the pages of an exhibit come from."""

    roles: tuple[str, ...] = ()  # of each page: "document", "translation", "certificate"
    # of each page: the files it shows, each with its page there from 1
    pages: tuple[tuple[tuple[str, int], ...], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()  # pages of each file, by `source_key`


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """A bookmark of the bundle."""

    title: str
    number: int  # place in the bundle
    level: int  # 0 = top
    document: str = ""  # evidence document whose own outline is nested below this bookmark


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The layout of the bundle: a flat list of leaves and everything that refers to them."""

    packet: str
    title: str
    leaves: tuple[Leaf, ...]
    index: tuple[IndexRow, ...]
    bookmarks: tuple[Bookmark, ...]
    addresses: tuple[tuple[str, int], ...]  # reserved link address → place in the bundle
    frozen: bool = False  # it keeps the numbers of a filed packet
    files: tuple[Volume, ...] = ()  # if there are several, for the index to name them
    topics: tuple[TopicRow, ...] = ()  # the thematic index, topic by topic
    upload_set: bool = False  # index and citations name file and page of `files`

    def label(self, number: int) -> str:
        """Return the printed number of a place in the bundle."""
        return self.leaves[number - 1].label
