"""The manifest of a packet: the source of every page, the proof, and remarks for a person.

Attributes are named as the keys of manifest.json; schemas/manifest.schema.json defines their
values. Keys that may be missing are listed in `OPTIONAL_KEYS`. Paths are relative to the packet's
folder or, for the client's files, to the case folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from assembler.model.bundle_layout import Bookmark, Stamp, TopicRow
from assembler.model.case import PartRole, SourceFile
from assembler.model.document_id import DocumentId
from assembler.model.file_options import NO_OPTIONS, FileOptions, make_source_key
from assembler.model.finding import Contradiction, Finding, SearchResult
from assembler.model.packet import PartKind
from assembler.model.pages import OpenedFile, TextMethod
from assembler.model.passages import Passage
from assembler.model.proof_result import Check
from assembler.model.signing import SignaturePlace, Signer
from assembler.model.tiles import GridLayout, Tile
from assembler.model.volume import Volume

MANIFEST_FILE = "manifest.json"
T = TypeVar("T")
# 2: with `kept`, files that the proof compares drafts and recognized words with
# 3: keys renamed, see `runtime.older_manifest`; with the PDF of each Word file of the client
FORMAT = 3
READABLE_FORMATS = (1, 2, 3)
BUNDLE_FILE = "bundle.pdf"
# words of recognized pages with their boxes; one line per page
WORDS_FILE = "proof/words.jsonl"
_DIGITS = 32  # of a sha256 in the name of a file


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """A file of the packet's folder."""

    path: str
    size: int  # bytes
    sha256: str


FileRecord = SourceFile | OutputFile


@dataclass(frozen=True, slots=True, kw_only=True)
class StampWording:
    """The wording of stamps; see `Marking`."""

    exhibit: str
    tab: str
    other: str

    def of(self, kind: PartKind) -> str:
        """Return the wording for pages of this kind."""
        if kind is PartKind.EXHIBIT:
            return self.exhibit
        return self.tab if kind is PartKind.TAB else self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """A letter, index or tab sheet as it was before binding."""

    document: DocumentId
    pdf: str
    docx: str | None  # None for a placeholder page of a form
    shipped: bool  # from a shipped template, whose wording the proof knows


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """A form that the program filled, as it was before binding."""

    document: DocumentId
    pdf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptConversion:
    """A file of the client that has no pages of its own, and the PDF it was printed to, as it was
    before binding."""

    path: str  # of the client's file
    pdf: str
    options: str = ""  # digest of the options it was printed with


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFiles:
    """The files that the proof compares drafts, forms, recognized words and printed files with."""

    drafts: tuple[KeptDraft, ...]
    forms: tuple[KeptForm, ...]
    words: str  # path of the recognized words
    conversions: tuple[KeptConversion, ...] | None = None  # None in format 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitFile:
    """A file of an exhibit, as the case lists it."""

    path: str
    pages: tuple[tuple[int, int | None], ...]  # 1-based inclusive, None = to the end; empty = all
    role: PartRole
    turn: int | None = None  # clockwise degrees to turn its pages by; None = by their text
    options: FileOptions = NO_OPTIONS  # of a file without pages of its own
    excerpt: bool = False
    title_page: int = 0  # of an excerpt: its title page in the file; 0 = none
    file_pages: int = 0  # of an excerpt: how many pages the file has
    caption: str = ""  # under its pictures

    @property
    def key(self) -> str:
        """Return the name of the file as it is printed here; see `make_source_key`."""
        return make_source_key(self.path, self.options.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestExhibit:
    """The parts of an exhibit in the case, so that the proof can count them again."""

    id: str
    tab: str
    parts: tuple[ExhibitFile, ...]
    layout: GridLayout | None = None  # of its pictures on pages; None = one on each


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPage:
    """A page of the filed packet."""

    label: str
    kind: PartKind
    document: DocumentId
    content: str  # as PageFacts.content
    stamp: str  # its text, or ""

    @property
    def is_ours(self) -> bool:
        """Return True if the page was made from a template."""
        return self.kind in (PartKind.DRAFT, PartKind.TAB)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPacket:
    """The filed packet whose page numbers were kept."""

    manifest: str  # sha256 of its manifest
    as_of: str
    pages: tuple[FrozenPage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The client's page that a page of the bundle shows."""

    path: str
    sha256: str
    page: int  # 1-based in the file
    role: PartRole
    part: int = 1  # of a page that was cut into several: its number, and how many
    parts: int = 1
    options: str = ""  # digest of the options that a file without pages was printed with
    passages: tuple[Passage, ...] = ()  # of such a file, on this page
    # of a page with several pictures; `path` is the first file of all such pages in a row, and
    # `page` the page's number among them
    tiles: tuple[Tile, ...] = ()

    @property
    def key(self) -> str:
        """Return the name of the file as it was printed; see `make_source_key`."""
        return make_source_key(self.path, self.options)

    @property
    def content(self) -> str:
        """Return what identifies the content of the file as it was printed."""
        return make_source_key(self.sha256, self.options)

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the files that the page shows, each once, in order."""
        return tuple(dict.fromkeys(path for path, _ in self.shown))

    @property
    def shown(self) -> tuple[tuple[str, int], ...]:
        """Return the pages of files that the page shows: (path, page), in order."""
        return tuple((tile.path, tile.page) for tile in self.tiles) or ((self.path, self.page),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """The changes made to the client's page."""

    turned: int  # degrees, clockwise: 0, 90, 180 or 270
    placement: tuple[float, float, float, float] | None  # of a picture: left, bottom, width, height
    redrawn: bool  # this program drew form values or marks
    # of a page that was cut: left, top, right, bottom in pixels of the picture
    crop: tuple[int, int, int, int] | None = None
    background: str = ""  # color behind a transparent picture, if not white: "#606060"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchableText:
    """The searchable text of a page."""

    method: TextMethod
    words: int
    confidence: float | None  # mean of its recognized words, 0..100


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedPictures:
    """The changes to a page's pictures for the receiver's limit; see `Fitted`."""

    bytes_before: int
    bytes_after: int
    dpi_before: float
    dpi_after: float
    lossless: bool
    words: int | None
    kept: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One page of the bundle."""

    number: int  # place in the bundle, from 1
    label: str  # printed number
    part: str
    kind: PartKind
    document: DocumentId
    index: int  # 0-based page in the document
    tab: str
    exhibit: str
    exhibit_page: int  # 0 if it is not a page of an exhibit
    exhibit_pages: int
    size: tuple[float, float]  # visible width and height, points
    scale: float
    stamp: Stamp | None
    own_size: tuple[float, float] | None = None  # if it is on paper of another size
    source: Source | None = None  # None for pages made by this program
    transform: Transform | None = None
    text: SearchableText | None = None
    gray: bool = False  # it was converted to gray
    fitted: FittedPictures | None = None

    @property
    def is_ours(self) -> bool:
        """Return True if the page was made from a template."""
        return self.kind in (PartKind.DRAFT, PartKind.TAB)

    @property
    def is_evidence(self) -> bool:
        """Return True for a page from the client: of an exhibit, or of a completed form."""
        return self.kind is PartKind.EXHIBIT or self.source is not None

    @property
    def group(self) -> str:
        """Return the exhibit of a page, or else its document."""
        return self.exhibit or self.document

    @property
    def client_source(self) -> Source:
        """Return the client's page. Raises LookupError for a page made by this program."""
        return _require_present(self.source)

    @property
    def client_transform(self) -> Transform:
        """Return the changes to the client's page. Raises LookupError for a page made by this
        program."""
        return _require_present(self.transform)

    @property
    def client_text(self) -> SearchableText:
        """Return the searchable text of the client's page. Raises LookupError for a page made by
        this program."""
        return _require_present(self.text)

    @property
    def is_redrawn(self) -> bool:
        """Return True if this program drew form values or marks on the client's page."""
        return self.transform is not None and self.transform.redrawn

    @property
    def turned(self) -> int:
        """Return the clockwise degrees by which the client's page was turned."""
        return self.transform.turned % 360 if self.transform else 0


def _require_present(value: T | None) -> T:
    if value is None:
        raise LookupError("the page is not of a client's file")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestIndexRow:
    """A row of the index of exhibits; see `IndexRow`."""

    tab: str
    exhibit: str
    title: str
    date: str
    language: str
    first: int
    last: int
    sheet: int
    printed: tuple[str, str]
    group: str
    parts: tuple[tuple[str, str, str], ...]  # role, first and last printed number
    pages: str  # the printed range
    excerpts: tuple[str, ...] = ()

    @property
    def has_sheet(self) -> bool:
        """Return True if the exhibit has a tab sheet; only notices have none."""
        return self.sheet != self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedContent:
    """Content that was removed from a client's file; see `Removed`."""

    path: str
    what: str
    count: int
    page: int | None
    exhibit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimExhibit:
    """An exhibit that meets a requirement, with its pages in this packet."""

    id: str
    tab: str
    first: int
    last: int
    pages: str  # the printed range


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A requirement of a checklist, with the facts and exhibits that meet it."""

    checklist: str
    line: str
    level: str
    text: str
    pointer: str  # where in case.json
    met: bool
    facts: tuple[str, ...]  # places in case.json that meet it
    exhibits: tuple[ClaimExhibit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactUsed:
    """A dated fact the packet relies on."""

    id: str
    file: str
    source: str
    checked_on: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Originals:
    """The original files of the packet, if they were kept with it."""

    files: tuple[SourceFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The content of manifest.json. Confidential."""

    format: int
    assembler: str  # version of the program that wrote it
    case: str
    kind: str
    packet: str
    profile: str
    max_bytes: int | None  # the receiver's limit of one file
    linked: bool  # the bundle has links
    marking: StampWording
    volumes: tuple[Volume, ...]
    as_of: str  # ISO date
    seal: str  # one hash of everything the packet was made from
    inputs: tuple[SourceFile, ...]
    exhibits: tuple[ManifestExhibit, ...]
    frozen: FrozenPacket | None
    ledger: tuple[LedgerEntry, ...]
    index: tuple[ManifestIndexRow, ...]
    bookmarks: tuple[Bookmark, ...]
    addresses: Mapping[str, int]  # reserved link address → place in the bundle
    removed: tuple[RemovedContent, ...]
    opened: tuple[OpenedFile, ...]
    findings: tuple[Finding, ...]
    engines: Mapping[str, str]  # library → version
    word_engines: Mapping[str, str]  # draft → the engine that printed it
    matrix: tuple[Claim, ...]
    facts_used: tuple[FactUsed, ...]
    searches: tuple[SearchResult, ...]
    contradictions: tuple[Contradiction, ...]
    not_checked: tuple[str, ...]
    outputs: tuple[OutputFile, ...]  # every file of the packet except the manifest
    kept: KeptFiles | None = None  # None in format 1
    originals: Originals | None = None
    topics: tuple[TopicRow, ...] = ()  # the thematic index
    proof: tuple[Check, ...] = ()  # when the packet was built
    upload_set: bool = False  # its files are uploaded one by one, and cut between documents
    signatures: tuple[SignaturePlace, ...] = ()  # in the order of the pages
    signers: tuple[Signer, ...] = ()  # who signs them, by name

    @property
    def kept_documents(self) -> tuple[KeptDraft | KeptForm, ...]:
        """Return the drafts and filled forms that were kept for the proof."""
        return (*self.kept.drafts, *self.kept.forms) if self.kept else ()

    @property
    def conversions(self) -> dict[str, str]:
        """Return the PDF kept of each file without pages of its own, by its key; see
        `make_source_key`."""
        kept = (self.kept.conversions if self.kept else None) or ()
        return {
            make_source_key(conversion.path, conversion.options): conversion.pdf
            for conversion in kept
        }

    @property
    def digests(self) -> dict[str, str]:
        """Return the sha256 of the client's files and of the packet's, by path."""
        records: tuple[FileRecord, ...] = (*self.inputs, *self.outputs)
        return {record.path: record.sha256 for record in records}


# Keys that are left out if the attribute has its default; all others are always written.
OPTIONAL_KEYS: Mapping[type, frozenset[str]] = {
    Manifest: frozenset(("kept", "topics", "proof", "upload_set", "signatures", "signers")),
    SignaturePlace: frozenset(("state", "on_behalf_of")),
    KeptFiles: frozenset(("conversions",)),
    ManifestExhibit: frozenset(("layout",)),
    Tile: frozenset(("turned", "background", "caption")),
    KeptConversion: frozenset(("options",)),
    FileOptions: frozenset(
        ("messages", "since", "until", "date_order", "sheets", "stills", "kept_at")
    ),
    Passage: frozenset(("within", "attachment")),
    ExhibitFile: frozenset(("turn", "options", "excerpt", "title_page", "file_pages", "caption")),
    ManifestIndexRow: frozenset(("excerpts",)),
    TopicRow: frozenset(("note",)),
    LedgerEntry: frozenset(("own_size", "source", "transform", "text", "gray", "fitted")),
    # `part` and `parts` are left out of a page that was not cut
    Source: frozenset(("part", "parts", "options", "passages", "tiles")),
    Transform: frozenset(("crop", "background")),
    Finding: frozenset(
        ("file", "line", "pointer", "page", "piece", "exhibit", "part", "region", "source")
    ),
}


def locate_kept_pdf(document: DocumentId) -> str:
    """Return the path of a draft or filled form as it was before binding, kept for the proof."""
    return f"proof/{document.kind}s/{document.name.removesuffix('.pdf').replace('/', '-')}.pdf"


def locate_kept_conversion(sha256: str, options: str = "") -> str:
    """Return the path of the PDF that a client's file with this sha256 was printed to with these
    options."""
    suffix = f"-{options}" if options else ""
    return f"proof/word/{sha256[:_DIGITS]}{suffix}.pdf"


def locate_word_file(document: DocumentId) -> str:
    """Return the path of a draft's Word file in a packet."""
    return f"drafts/{document.name}.docx"


def locate_filled_form(document: DocumentId) -> str:
    """Return the path in a packet of a form that the program filled, with its fields."""
    return f"forms/{document.name.rpartition('/')[2]}"
