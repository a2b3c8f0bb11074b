"""The case, as case.json says it, checked and typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from assembler.model.people import Address, Income, Name, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Supporter:
    """One I-134: who supports whom, with what."""

    person: Person
    beneficiaries: tuple[str, ...]  # ids; empty = all
    income: Income | None = None
    assets_usd: int | None = None
    contributions: tuple[str, ...] = ()
    organization: str = ""


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
    """What is asked for. Free text is a tuple of paragraphs and may cite exhibits as [@id] or
    [@id, p. 2]."""

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
    parole_program: str = (
        ""  # re-parole: id of the program of the first parole, "" for none (boxes of the form map)
    )
    work_permit: bool | None = (
        None  # re-parole: an employment authorization document is asked for too
    )


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


class PartRole(StrEnum):
    """What pages of an exhibit are."""

    DOCUMENT = "document"
    TRANSLATION = "translation"
    CERTIFICATE = "certificate"  # the translator's


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
    pages: tuple[
        tuple[int, int | None], ...
    ] = ()  # 1-based inclusive ranges, None = to the end; empty = all
    role: PartRole = PartRole.DOCUMENT
    language: str = ""  # BCP 47; "" = the exhibit's language ("en" for translation and certificate)
    accept_repair: str = ""  # sha256 of the file whose repair the attorney accepts
    accept_reading: str = ""  # sha256 of the file of which the pages that PDFium shows are accepted
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
    parts: tuple[
        FilePart, ...
    ]  # originals, then translation, then certificate: the order in the bundle
    date: date | None = None
    language: str = "en"
    supports: tuple[str, ...] = ()  # checklist line ids
    belongs_to: tuple[str, ...] = ()  # beneficiary ids; empty = all
    translator: Translator | None = None
    person: str = ""  # id of the person this exhibit is about (passport, birth certificate)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFile:
    """A government form the user put into forms/: blank (to fill) or completed (goes in as it
    is)."""

    form: str  # "i-131", "i-134", "g-28", "g-1145", "g-1450", "i-912"
    path: str
    completed: bool = True
    belongs_to: tuple[str, ...] = ()
    person: str = ""


@dataclass(frozen=True, kw_only=True)  # no slots: the two lookup tables are cached on the instance
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
    others: tuple[
        Person, ...
    ] = ()  # people who only declare or are mentioned: a parent, a physician
    forms: tuple[FormFile, ...] = ()
    rfe: Rfe | None = None
    files: tuple[SourceFile, ...] = ()
    lines: tuple[tuple[str, int], ...] = field(
        default=(), repr=False
    )  # (JSON pointer, line in case.json)

    def file(self, path: str) -> SourceFile:
        """The file record for a relative path; KeyError if the case does not list it."""
        return self._file_by_path[path]

    def line(self, pointer: str) -> int | None:
        """Line of case.json where this JSON pointer (or its nearest parent) stands."""
        while pointer and pointer not in self._line_by_pointer:
            pointer = pointer.rpartition("/")[0]
        return self._line_by_pointer.get(pointer)

    # not dataclass fields: asdict() and replace() must see only what case.json says
    @cached_property
    def _file_by_path(self) -> dict[str, SourceFile]:
        return {record.path: record for record in self.files}

    @cached_property
    def _line_by_pointer(self) -> dict[str, int]:
        return dict(self.lines)
