"""Define the frozen dataclasses that packages exchange; their methods only read their own values.

Takes values that a package has already checked, and types them. Must not do I/O, import a library,
or hold a default that is a legal fact. Lengths are in PDF points (1/72 inch) unless a name has
another unit; pages count from 1 where a person sees the number (`page`, `number`, `source_page`),
and from 0 only in `index`.
"""

from assembler.model.bundle_layout import Bookmark, IndexRow, Layout, Leaf, PageFacts, Stamp
from assembler.model.case import (
    Attorney,
    Case,
    Consulate,
    Declaration,
    Exhibit,
    FilePart,
    FormFile,
    Interpreter,
    ParagraphOwners,
    PartRole,
    Request,
    Rfe,
    RfePoint,
    SourceFile,
    Supporter,
    Translator,
)
from assembler.model.document_id import DocumentId, DocumentKind
from assembler.model.filed_packet import Filed, FiledPage
from assembler.model.filing_profile import Marking, Profile, Zone
from assembler.model.finding import (
    Contradiction,
    Finding,
    RuleHelp,
    SearchResult,
    Severity,
    read_finding,
)
from assembler.model.manifest import LedgerEntry, Manifest
from assembler.model.optimized_page import Fitted
from assembler.model.packet import (
    PLACEHOLDER_RULE,
    PLACEHOLDER_SUFFIX,
    Part,
    PartKind,
    Plan,
    Recipe,
    RecipePart,
)
from assembler.model.pages import (
    Conversion,
    Draft,
    FileOutcome,
    Ink,
    Miniature,
    OpenedFile,
    PageText,
    Prepared,
    PreparedPage,
    Removed,
    TextMethod,
)
from assembler.model.people import Address, Biographic, History, Income, Name, Passport, Person
from assembler.model.proof_result import Check, Fingerprint, Proof
from assembler.model.verdict import Readiness, Verdict
from assembler.model.volume import Volume

__all__ = [
    "PLACEHOLDER_RULE",
    "PLACEHOLDER_SUFFIX",
    "Address",
    "Attorney",
    "Biographic",
    "Bookmark",
    "Case",
    "Check",
    "Consulate",
    "Contradiction",
    "Conversion",
    "Declaration",
    "DocumentId",
    "DocumentKind",
    "Draft",
    "Exhibit",
    "FileOutcome",
    "FilePart",
    "Filed",
    "FiledPage",
    "Finding",
    "Fingerprint",
    "Fitted",
    "FormFile",
    "History",
    "Income",
    "IndexRow",
    "Ink",
    "Interpreter",
    "Layout",
    "Leaf",
    "LedgerEntry",
    "Manifest",
    "Marking",
    "Miniature",
    "Name",
    "OpenedFile",
    "PageFacts",
    "PageText",
    "ParagraphOwners",
    "Part",
    "PartKind",
    "PartRole",
    "Passport",
    "Person",
    "Plan",
    "Prepared",
    "PreparedPage",
    "Profile",
    "Proof",
    "Readiness",
    "Recipe",
    "RecipePart",
    "Removed",
    "Request",
    "Rfe",
    "RfePoint",
    "RuleHelp",
    "SearchResult",
    "Severity",
    "SourceFile",
    "Stamp",
    "Supporter",
    "TextMethod",
    "Translator",
    "Verdict",
    "Volume",
    "Zone",
    "read_finding",
]
