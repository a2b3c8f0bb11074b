"""The parts of a packet in order, before any page is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from assembler.model.document_id import DocumentId, DocumentKind
from assembler.model.filing_profile import Marking

PLACEHOLDER_RULE = "FORM.PLACEHOLDER"  # of the finding that a packet has such a part
THEMATIC_INDEX = "thematic-index"  # id of the part with the thematic index
DECLARATION_PREFIX = "declaration-"  # of the id of a part that is a declaration
PLACEHOLDER_SUFFIX = "-placeholder"  # of the id of a part that stands for a missing form


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipePart:
    """One entry of templates/<kind>/recipe.toml: one part of the packet, or several of the same
    type."""

    id: str
    # "draft", "declarations", "form", "exhibits", "notice" (without a tab sheet) or "points"
    type: str
    title: str = ""
    template: str = ""  # Word template, for drafts, declarations and tab sheets
    form: str = ""  # for forms: "i-131", ...; several may be listed with spaces
    # only if all of these hold: "represented", "supported", "expedite", "mailed", "enclosed",
    # "fee-waiver", "topics", "required"
    when: str = ""
    # for forms: the template of the placeholder page of a missing form
    placeholder: str = ""
    placeholder_when: str = ""  # as `when`
    # for exhibits: these categories only, in this order; empty = all the rest
    categories: tuple[str, ...] = ()
    group: str = ""  # heading of these exhibits in the index; of points, "{number}" is the point's
    stamped: bool = True  # for a notice: its pages are stamped with exhibit and page number


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The order of a packet, which a firm can edit without Python."""

    kind: str
    title: str
    parts: tuple[RecipePart, ...]
    tab_template: str
    labels: str = "letters"  # "letters": A … Z, AA … ; "numbers": 1, 2, …
    # template of the attorney's claim-to-evidence matrix, made beside the bundle; "" = none
    claims_template: str = ""
    # how a letter lists the exhibits: "index" (a line that points to the index of exhibits, where
    # the packet has one and more than a few exhibits) or "list" (a line for each)
    enclosures: str = "index"


class PartKind(StrEnum):
    """Kind of a part of the packet."""

    DRAFT = "draft"  # a Word template filled from the case
    FORM = "form"  # a government form
    TAB = "tab"  # the divider sheet before an exhibit
    EXHIBIT = "exhibit"  # evidence

    @property
    def document_kind(self) -> DocumentKind:
        """Return the kind of document that its pages come from."""
        return DocumentKind.DRAFT if self is PartKind.TAB else DocumentKind(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the packet."""

    id: str
    kind: PartKind
    title: str
    # of its pages; several tabs share one: "draft:cover-letter", "draft:tab-sheets",
    # "exhibit:hospital-letter", "form:i-131:child"
    document: DocumentId
    template: str = ""  # template file name, for drafts and tabs
    tab: str = ""  # "A"; for TAB and EXHIBIT
    exhibit: str = ""  # exhibit id; for TAB and EXHIBIT
    declaration: str = ""  # declaration id; for DRAFT made once per declaration
    form: str = ""  # for FORM, and for a DRAFT that is the placeholder of a form
    stamped: bool = True  # government forms are counted but never stamped
    group: str = ""  # heading in the index, from the recipe

    @property
    def holds_place(self) -> bool:
        """Return True if this part is only the placeholder of a missing form."""
        return self.kind is PartKind.DRAFT and bool(self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One beneficiary's packet, in order, before any page is known."""

    packet: str  # folder name: the beneficiary's id
    beneficiary: str
    kind: str
    title: str
    parts: tuple[Part, ...]
    claims_template: str = ""  # from the recipe
    enclosures: str = "index"  # from the recipe
    marking: Marking = field(default_factory=Marking)  # from the profile
    paper: str = "any"  # from the profile: larger pages of evidence are drawn on it
