"""Pages that exist: prepared evidence, drafts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assembler.model.case import PartRole
from assembler.model.document_id import DocumentId, document_of
from assembler.model.finding import Finding


class TextMethod(StrEnum):
    """Where the text of a page comes from."""

    TEXT = "text"  # it had a usable text layer
    OCR = "ocr"  # it was recognized
    NONE = "none"  # nothing readable is on it


class FileOutcome(StrEnum):
    """How a source file opened."""

    ACCEPTED = "accepted"
    REPAIRED = "repaired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """Where a page, as a reader shows it, has marks: `rows` by `columns` equal cells, row 0 at
    the top, bit 1 = ink."""

    cell: float  # side of a cell, points, before rounding to whole rows and columns
    columns: int
    rows: int
    # rows * columns bits, row-major, most significant bit first, padded at the very end only
    bits: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Miniature:
    """A page or photograph very small, gray, upright: `height` rows of `width` bytes, row 0 at
    the top."""

    width: int
    height: int
    gray: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPage:
    """One page of a prepared exhibit: where it came from and what was measured on it, as a
    reader shows it."""

    path: str  # source file, relative to the case folder
    sha256: str  # of the source file
    source_page: int  # 1-based in the source file
    role: PartRole
    language: str
    width: float  # visible width, points, after /Rotate and CropBox
    height: float
    method: TextMethod
    words: int
    confidence: float | None  # mean word confidence 0..100; None where method is "text"
    # clockwise degrees we turned it by its text: 0, 90, 180, 270; what a camera says of itself
    # comes before
    turned: int
    placement: (
        tuple[float, float, float, float] | None
    )  # of a picture: x, y, width, height on the page before it was turned
    dpi: float | None  # effective resolution of a full-page image
    ink: Ink
    blank: bool = False
    redrawn: bool = False  # form values were drawn by us, since the file held no picture of them
    # what it seems to be written in, if it was recognized poorly: "Latin", "Cyrillic"; "" unknown
    script: str = ""
    boxes: Path | None = (
        # where it was recognized: JSON, [[word, left, top, right, bottom, confidence], …]; points,
        # 0..100
        None
    )
    miniature: Miniature | None = None  # of the page, or of the picture placed on it
    lines: str = ""  # where it was recognized: machine-readable lines that could be proved
    part: int = 1  # of a source page that was cut over several pages: which of how many
    parts: int = 1
    crop: tuple[int, int, int, int] | None = (
        None  # its dots in the upright source picture: left, top, right, bottom
    )
    background: str = ""  # what a transparent picture was laid on, if not on white: "#606060"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Something the prepared PDF no longer has: 'javascript', 'attachment', 'metadata',
    'signature' ..."""

    path: str
    what: str
    count: int
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """How a source file opened."""

    path: str
    sha256: str
    outcome: FileOutcome
    mended: tuple[str, ...] = ()  # what was damaged
    steps: tuple[str, ...] = ()  # readers tried, in order: "pikepdf 10.18.0: opened", …


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One exhibit as a normal, upright, searchable PDF (its outline and inner links kept)."""

    exhibit: str  # id of the exhibit; of a completed form "form:<path>"
    pdf: Path
    pages: tuple[PreparedPage, ...]
    removed: tuple[Removed, ...] = ()
    findings: tuple[Finding, ...] = ()
    steps: tuple[str, ...] = ()  # engines, for the ledger: "pikepdf 10.18.0", ...
    files: tuple[OpenedFile, ...] = ()

    @property
    def document(self) -> DocumentId:
        """The document its pages are bound from."""
        return document_of(self.exhibit)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """What can be read on a page of an exhibit."""

    path: str  # source file
    page: int  # 1-based in the source file
    role: PartRole
    text: str
    lines: str = ""  # what holds machine-readable lines that could be proved, if any
    method: TextMethod = TextMethod.TEXT
    confidence: float | None = None
    turned: int = 0
    sha256: str = ""  # of the source file
    language: str = "en"  # as case.json declares it, BCP 47
    # the language it seems to be in, ISO 639-1, or its script, ISO 15924; "" where that is not sure
    seems: str = ""
    miniature: Miniature | None = None  # PreparedPage.miniature


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
    shipped: bool = (
        False  # from a template of ours, whose wording the proof knows, and not from a firm's own
    )
