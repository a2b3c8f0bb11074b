"""The frozen dataclasses that travel between rooms; no behaviour beyond reading themselves.

What comes in: values a room has already checked. What goes out: the same values, typed. Must not do I/O, know a
library, or hold a default that is a legal fact. Lengths are PDF points (1/72 inch) unless a name says otherwise;
pages count from 1 where a person sees the number (`page`, `number`, `source_page`) and from 0 only in `index`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """error: the receiver would reject it or it would be lost; warning: likely a question later; info: good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a person should know or do. Never holds a client's fact: only ids, file names, pages, JSON paths."""

    rule: str
    severity: Severity
    where: str
    problem: str
    remedy: str
    file: str | None = None  # relative to the case folder, POSIX form
    line: int | None = None  # 1-based line in `file`
    pointer: str | None = None  # JSON pointer in case.json
    page: int | None = None  # 1-based page of `file`
    exhibit: str | None = None
    source: str | None = None  # where the rule comes from

    def __str__(self) -> str:
        return f"{self.severity.value} {self.rule} {self.where}: {self.problem}; {self.remedy}"


# --- read: the case -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    given: str
    family: str
    middle: str = ""

    @property
    def full(self) -> str:
        """Given, middle, family, one space between."""
        return " ".join(part for part in (self.given, self.middle, self.family) if part)

    def __str__(self) -> str:
        return self.full


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    street: str
    city: str
    country: str
    in_care_of: str = ""
    unit_type: str = ""  # "apt", "ste", "flr" or ""
    unit: str = ""
    state: str = ""
    postal_code: str = ""
    province: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The address as the lines of an envelope, empty ones left out."""
        street = f"{self.street}, {self.unit_type.capitalize()}. {self.unit}" if self.unit else self.street
        region = " ".join(word for word in (self.state or self.province, self.postal_code) if word)
        city = ", ".join(word for word in (self.city, region) if word)
        care = f"c/o {self.in_care_of}" if self.in_care_of else ""
        return tuple(line for line in (care, street, city, self.country) if line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    number: str
    country: str
    expires: date | None = None
    issued: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A beneficiary, petitioner or supporter. Everything but id and name may be unknown."""

    id: str
    name: Name
    native_name: str = ""
    other_names: tuple[Name, ...] = ()
    birth_date: date | None = None
    sex: str = ""  # "female", "male" or "" (not stated)
    birth_city: str = ""
    birth_country: str = ""
    nationality: str = ""
    a_number: str = ""  # digits only
    uscis_account: str = ""
    ssn: str = ""  # digits only
    passport: Passport | None = None
    address: Address | None = None
    mailing_address: Address | None = None
    phone: str = ""
    email: str = ""
    marital_status: str = ""
    status: str = ""  # U.S. status, an enum of the schema: "us-citizen", "permanent-resident", ...
    in_us: bool | None = None
    relationship: str = ""  # to the (first) beneficiary, in words: "mother"
    occupation: str = ""
    biographic: Biographic | None = None
    history: History | None = None
    class_of_admission: str = ""  # as on Form I-94
    i94_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Biographic:
    """I-131 Part 3."""

    ethnicity: str = ""
    race: tuple[str, ...] = ()
    height_inches: int | None = None
    weight_pounds: int | None = None
    eyes: str = ""
    hair: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What must be disclosed; None = not asked yet, which a rule reports."""

    criminal: bool | None = None
    criminal_explanation: str = ""
    removal_proceedings: bool | None = None
    immigration_explanation: str = ""
    prior_parole: bool | None = None
    refugee: bool | None = None  # holds or held refugee status
    travel_document: bool | None = None  # ever issued a reentry permit or refugee travel document
    advance_parole: bool | None = None  # ever issued an advance parole document


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    annual_usd: int
    household_size: int | None = None
    dependants: int | None = None
    employer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supporter:
    """One I-134: who supports whom, with what."""

    person: Person
    beneficiaries: tuple[str, ...]  # ids; empty = all
    income: Income | None = None
    assets_usd: int | None = None
    contributions: tuple[str, ...] = ()
    organisation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attorney:
    name: Name
    firm: str = ""
    address: Address | None = None
    phone: str = ""
    email: str = ""
    bar_state: str = ""
    bar_number: str = ""
    uscis_account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulate:
    city: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for. Free text is a tuple of paragraphs and may cite exhibits as [@id] or [@id, p. 2]."""

    filing: str  # "paper" or "online"
    fee: str  # "pay", "waiver" or "exempt"
    length_months: int
    letter_date: date | None = None
    fee_exemption: str = ""  # id of an exemption in schemas/facts/fees.json
    parole_fee_exception: str = ""  # id of an exception in schemas/facts/parole-fee.json
    arrival_date: date | None = None
    consulate: Consulate | None = None
    basis: tuple[str, ...] = ()
    length_reason: tuple[str, ...] = ()
    why_no_visa: tuple[str, ...] = ()
    departure_plan: tuple[str, ...] = ()
    support_plan: tuple[str, ...] = ()
    expedite_reason: str = ""
    enclosures: tuple[str, ...] = ()  # extra lines for the list of forms enclosed
    i94_admit_until: date | None = None  # re-parole
    changed_circumstances: tuple[str, ...] = ()  # re-parole
    parole_program: str = ""  # re-parole: id of the program of the first parole, "" for none (boxes of the form map)
    work_permit: bool | None = None  # re-parole: an employment authorization document is asked for too


@dataclass(frozen=True, slots=True, kw_only=True)
class RfePoint:
    """One thing a request for evidence asks for, and the answer to it."""

    id: str
    asked: str
    answer: tuple[str, ...]
    exhibits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rfe:
    """The notice an rfe-response answers."""

    receipt_number: str
    notice_date: date
    due_date: date
    notice_exhibit: str  # id of the exhibit that is the notice itself
    points: tuple[RfePoint, ...]
    address: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    name: Name
    language: str  # BCP 47, e.g. "es"
    address: Address | None = None
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A sworn statement under 28 U.S.C. § 1746; the wording follows the place of signing."""

    id: str
    declarant: str  # id of a person in the case
    title: str
    signed_in_us: bool
    paragraphs: tuple[str, ...]
    place: str = ""  # city and country, printed beside the date line
    language: str = "en"  # language the declarant understands
    interpreter: Interpreter | None = None
    belongs_to: tuple[str, ...] = ()  # beneficiary ids; empty = all


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file of the case folder, read once at the door."""

    path: str  # relative to the case folder, POSIX form
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """Some pages of one file, in the place they take inside an exhibit."""

    path: str  # key into Case.files
    pages: tuple[tuple[int, int | None], ...] = ()  # 1-based inclusive ranges, None = to the end; empty = all
    role: str = "document"  # "document", "translation" or "certificate"
    language: str = ""  # BCP 47; "" = the exhibit's language ("en" for translation and certificate)
    accept_repair: str = ""  # sha256 of the file whose repair the attorney accepts
    accept_loss: tuple[str, ...] = ()  # rule ids of losses the attorney accepts


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    name: Name
    language: str
    address: Address | None = None
    phone: str = ""
    date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    id: str
    title: str
    category: str
    parts: tuple[FilePart, ...]  # originals, then translation, then certificate: the order in the bundle
    date: date | None = None
    language: str = "en"
    supports: tuple[str, ...] = ()  # checklist line ids
    belongs_to: tuple[str, ...] = ()  # beneficiary ids; empty = all
    translator: Translator | None = None
    person: str = ""  # id of the person this exhibit is about (passport, birth certificate)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFile:
    """A government form the user put into forms/: blank (to fill) or completed (goes in as it is)."""

    form: str  # "i-131", "i-134", "g-28", "g-1145", "g-1450", "i-912"
    path: str
    completed: bool = True
    belongs_to: tuple[str, ...] = ()
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything case.json says, checked and typed."""

    id: str
    kind: str  # "parole", "re-parole", "rfe-response"
    reasons: tuple[str, ...]
    petitioner: Person
    beneficiaries: tuple[Person, ...]
    supporters: tuple[Supporter, ...]
    attorney: Attorney | None
    request: Request
    declarations: tuple[Declaration, ...]
    exhibits: tuple[Exhibit, ...]
    others: tuple[Person, ...] = ()  # people who only declare or are mentioned: a parent, a physician
    forms: tuple[FormFile, ...] = ()
    rfe: Rfe | None = None
    files: tuple[SourceFile, ...] = ()
    lines: tuple[tuple[str, int], ...] = field(default=(), repr=False)  # (JSON pointer, line in case.json)

    def file(self, path: str) -> SourceFile:
        """The file record for a relative path; KeyError if the case does not list it."""
        for record in self.files:
            if record.path == path:
                return record
        raise KeyError(path)

    def line(self, pointer: str) -> int | None:
        """Line of case.json where this JSON pointer (or its nearest parent) stands."""
        table = dict(self.lines)
        while pointer and pointer not in table:
            pointer = pointer.rpartition("/")[0]
        return table.get(pointer)


# --- plan -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipePart:
    """One line of templates/<kind>/recipe.toml: a place in the packet, or several of the same sort."""

    id: str
    type: str  # "draft", "declarations", "form", "exhibits" or "exhibit" (one, by category)
    title: str = ""
    template: str = ""  # Word template, for drafts, declarations and tab sheets
    form: str = ""  # for forms: "i-131", ...; several may be listed with spaces
    when: str = ""  # only if this holds: "represented", "expedite", "mailed", "fee-waiver"
    categories: tuple[str, ...] = ()  # for exhibits: these categories only, in this order; empty = all the rest
    group: str = ""  # heading of these exhibits in the index


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The order of a packet, as a firm may edit it without Python."""

    kind: str
    title: str
    parts: tuple[RecipePart, ...]
    tab_template: str
    labels: str = "letters"  # "letters": A … Z, AA … ; "numbers": 1, 2, …


class PartKind(StrEnum):
    """What fills a place in the packet."""

    DRAFT = "draft"  # a Word template filled from the case
    FORM = "form"  # a government form
    TAB = "tab"  # the divider sheet in front of an exhibit
    EXHIBIT = "exhibit"  # evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One entry of the packet order. `document` names the PDF its pages come from (several tabs share one)."""

    id: str
    kind: PartKind
    title: str
    document: str  # "draft:cover-letter", "draft:tab-sheets", "exhibit:hospital-letter", "form:i-131:child"
    template: str = ""  # template file name, for drafts and tabs
    tab: str = ""  # "A"; for TAB and EXHIBIT
    exhibit: str = ""  # exhibit id; for TAB and EXHIBIT
    declaration: str = ""  # declaration id; for DRAFT made once per declaration
    form: str = ""
    stamped: bool = True  # government forms are counted but never stamped
    group: str = ""  # heading in the index, from the recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One beneficiary's packet, in order, before any page is known."""

    packet: str  # folder name: the beneficiary's id
    beneficiary: str
    kind: str
    title: str
    parts: tuple[Part, ...]


# --- prepare --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """Where a page, as a reader shows it, has marks: `rows` by `columns` equal cells, row 0 at the top, bit 1 = ink."""

    cell: float  # side of a cell, points, before rounding to whole rows and columns
    columns: int
    rows: int
    bits: bytes  # rows * columns bits, row-major, most significant bit first, padded at the very end only


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPage:
    """One page of a prepared exhibit: where it came from and what was measured on it, as a reader shows it."""

    path: str  # source file, relative to the case folder
    sha256: str  # of the source file
    source_page: int  # 1-based in the source file
    role: str  # FilePart.role
    language: str
    width: float  # visible width, points, after /Rotate and CropBox
    height: float
    method: str  # "text": had a usable text layer; "ocr": recognised; "none": nothing readable on it
    words: int
    confidence: float | None  # mean word confidence 0..100; None where method is "text"
    turned: int  # clockwise quarter turn we added, degrees: 0, 90, 180, 270
    placement: tuple[float, float, float, float] | None  # images: x, y, width, height on the page; None for PDF pages
    dpi: float | None  # effective resolution of a full-page image
    ink: Ink
    blank: bool = False
    redrawn: bool = False  # form values were drawn by us, since the file held no picture of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Something the prepared PDF no longer has: 'javascript', 'attachment', 'metadata', 'signature' ..."""

    path: str
    what: str
    count: int
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One exhibit as a normal, upright, searchable PDF (its outline and inner links kept)."""

    exhibit: str
    pdf: Path
    pages: tuple[PreparedPage, ...]
    removed: tuple[Removed, ...] = ()
    findings: tuple[Finding, ...] = ()
    steps: tuple[str, ...] = ()  # reader ladder and engines, for the ledger: "pikepdf 10.18.0", ...


# --- draft ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A filled template and the PDF made from it."""

    id: str  # Part.document: "draft:cover-letter"
    docx: Path
    pdf: Path
    pages: int
    engine: str  # "office2pdf 0.4.0" or "LibreOffice 7.4.7"
    sizes: tuple[tuple[float, float], ...] = ()  # width, height per page
    inks: tuple[Ink, ...] = ()
    findings: tuple[Finding, ...] = ()


# --- arrange --------------------------------------------------------------------------------------------------------


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
    sheet: int  # bundle page of the tab sheet
    group: str = ""
    parts: tuple[tuple[str, int, int], ...] = ()  # (role, first, last): original, translation, certificate

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


# --- prove ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing the proof looked at: "exhibit C: 14 of 14 pages agree with their source"."""

    name: str  # "ledger", "pixels", "agreement", "words", "nothing-else", "files"
    ok: bool
    detail: str
    exhibit: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    checks: tuple[Check, ...]
    not_checked: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)
