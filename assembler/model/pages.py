"""Pages of prepared evidence and of drafts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assembler.model.case import PartRole
from assembler.model.document_id import DocumentId, identify_document
from assembler.model.finding import Finding
from assembler.model.passages import Passage
from assembler.model.tiles import Tile


class TextMethod(StrEnum):
    """Origin of the text of a page."""

    TEXT = "text"  # it had a usable text layer
    OCR = "ocr"  # it was recognized
    NONE = "none"  # nothing readable is on it


class FileOutcome(StrEnum):
    """Result of opening a source file."""

    ACCEPTED = "accepted"
    REPAIRED = "repaired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """The cells of a page, as displayed, that have marks: `rows` by `columns` equal cells, row 0 at
    the top, bit 1 = ink."""

    cell: float  # side of a cell, points, before rounding to whole rows and columns
    columns: int
    rows: int
    # rows * columns bits, row-major, most significant bit first, padded at the very end only
    bits: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Miniature:
    """A very small, gray, upright picture of a page or photograph: `height` rows of `width` bytes,
    row 0 at the top."""

    width: int
    height: int
    gray: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPage:
    """One page of a prepared exhibit: its source, and measurements of the page as displayed."""

    path: str  # source file, relative to the case folder
    sha256: str  # of the source file
    source_page: int  # 1-based in the source file
    role: PartRole
    language: str  # as case.json declares it, BCP 47
    width: float  # visible width, points, after /Rotate and CropBox
    height: float
    method: TextMethod
    words: int
    confidence: float | None  # mean word confidence 0..100; None if method is "text"
    # clockwise degrees it was turned by its text, or as case.json says: 0, 90, 180, 270; not
    # counting /Rotate and a camera's own orientation, which are applied first
    turned: int
    # of a picture: x, y, width, height on the page before it was turned
    placement: tuple[float, float, float, float] | None
    dpi: float | None  # effective resolution of a full-page image
    ink: Ink
    blank: bool = False
    redrawn: bool = False  # this program drew form values that had no appearance in the file
    # its likely script, if it was recognized poorly: "Latin", "Cyrillic"; "" if unknown
    script: str = ""
    # of a recognized page: JSON, [[word, left, top, right, bottom, confidence], …]; points, 0..100
    boxes: Path | None = None
    miniature: Miniature | None = None  # of the page, or of the picture placed on it
    lines: str = ""  # of a recognized page: machine-readable lines with right check digits
    part: int = 1  # of a source page that was cut into several: its number, and how many
    parts: int = 1
    # left, top, right, bottom in pixels of the upright source picture
    crop: tuple[int, int, int, int] | None = None
    background: str = ""  # color behind a transparent picture, if not white: "#606060"
    is_turn_given: bool = False  # case.json says how to turn it
    options: str = ""  # digest of the options that a file without pages was printed with
    passages: tuple[Passage, ...] = ()  # of such a file, on this page
    tiles: tuple[Tile, ...] = ()  # of a page with several pictures; it is named by the first file

    @property
    def shown(self) -> tuple[tuple[str, int], ...]:
        """Return the pages of files that the page shows: (path, page), in order."""
        if self.tiles:
            return tuple((tile.path, tile.page) for tile in self.tiles)
        return ((self.path, self.source_page),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Content that the prepared PDF no longer has: 'javascript', 'attachment', 'metadata',
    'signature' ..."""

    path: str
    what: str
    count: int
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """A source file, and the result of opening it."""

    path: str
    sha256: str
    outcome: FileOutcome
    repairs: tuple[str, ...] = ()  # damage that was repaired
    steps: tuple[str, ...] = ()  # readers tried, in order: "pikepdf 10.18.0: opened", …


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A file of the client that has no pages of its own, and the PDF it was printed to."""

    path: str
    sha256: str  # of the client's file
    pdf: Path
    options: str = ""  # digest of the options it was printed with
    # kind of the file, "mail", if a reader printed it; "" for a Word file
    printed_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One exhibit as a normal, upright, searchable PDF (its outline and inner links kept)."""

    exhibit: str  # id of the exhibit; for a completed form "form:<path>"
    pdf: Path
    pages: tuple[PreparedPage, ...]
    removed: tuple[Removed, ...] = ()
    findings: tuple[Finding, ...] = ()
    steps: tuple[str, ...] = ()  # engines, for the ledger: "pikepdf 10.18.0", ...
    files: tuple[OpenedFile, ...] = ()
    conversions: tuple[Conversion, ...] = ()  # of its files without pages of their own
    counts: tuple[tuple[str, int], ...] = ()  # pages of each of its files, by `source_key`

    @property
    def document(self) -> DocumentId:
        """Return the document that its pages are bound from."""
        return identify_document(self.exhibit)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """A prepared page with its readable text."""

    prepared: PreparedPage
    text: str
    lines: str = ""  # text that has machine-readable lines with right check digits, if any
    # its likely language (ISO 639-1) or script (ISO 15924); "" if that is not certain
    seems: str = ""
    # of each line of `text`: left, top, right, bottom in points as displayed; None if unknown
    line_boxes: tuple[tuple[float, float, float, float] | None, ...] = ()
    # recognized with data that lacks letters with accents, and reads other letters instead
    loses_accents: bool = False
    is_readable: bool = True  # false if it was recognized with data of other letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A filled template and the PDF made from it."""

    id: DocumentId  # Part.document
    docx: Path
    pdf: Path
    pages: int
    engine: str  # "office2pdf 0.4.0" or "LibreOffice 7.4.7"
    sizes: tuple[tuple[float, float], ...] = ()  # width, height per page
    inks: tuple[Ink, ...] = ()
    findings: tuple[Finding, ...] = ()
    shipped: bool = False  # from a shipped template, whose wording the proof knows
