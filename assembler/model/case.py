"""The case: the content of case.json, checked and typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from assembler.model.confirmed_fact import ConfirmedFact
from assembler.model.file_options import NO_OPTIONS, FileOptions, make_source_key
from assembler.model.people import Address, Income, Name, Person
from assembler.model.tiles import GridLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class Supporter:
    """A supporter who files Form I-134, with the people and means of the support."""

    person: Person
    beneficiaries: tuple[str, ...]  # ids; empty = all
    income: Income | None = None
    assets_usd: int | None = None
    contributions: tuple[str, ...] = ()
    organization: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attorney:
    """The attorney who represents the petitioner."""

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
    """The consulate where the beneficiary applies for travel documents."""

    city: str
    country: str


class EventKind(StrEnum):
    """What happens on a day that the filing must be in time for."""

    SURGERY = "surgery"
    HEARING = "hearing"
    VISA_INTERVIEW = "visa-interview"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A day that the filing must be in time for."""

    kind: EventKind
    date: date


# forms that authorize an electronic payment, and all forms of payment
ELECTRONIC_PAYMENT_FORMS = ("g-1450", "g-1650")
PAYMENT_FORMS = (*ELECTRONIC_PAYMENT_FORMS, "g-1651")


class PaymentMethod(StrEnum):
    """How the filing fee of a mailed request is paid."""

    CARD = "card"
    BANK_ACCOUNT = "bank-account"
    EXEMPT = "exempt"  # from electronic payment (Form G-1651), not from the fee


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How the filing fee is paid. Holds no number of a card or an account."""

    method: PaymentMethod
    account_in_us: bool | None = None  # whether the card or account is of a U.S. bank


@dataclass(frozen=True, slots=True, kw_only=True)
class ParagraphOwners:
    """The beneficiaries that one paragraph of the request is for, where it is not for all."""

    field: str  # of the request, "basis"
    number: int  # of the paragraph in the field, from 0
    belongs_to: tuple[str, ...]  # beneficiary ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The request of the filing. Free text is a tuple of paragraphs, which may cite exhibits as
    [@id] or [@id, p. 2]."""

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
    # re-parole: id of the program of the first parole, "" for none (boxes of the form map)
    parole_program: str = ""
    work_permit: bool | None = None  # re-parole: also requests an employment authorization document
    payment: Payment | None = None
    # belongs to the settlement class of Ms. L. v. ICE; None = case.json does not say
    ms_l_class: bool | None = None
    events: tuple[Event, ...] = ()
    owners: tuple[ParagraphOwners, ...] = ()  # of the paragraphs that are not for all beneficiaries


@dataclass(frozen=True, slots=True, kw_only=True)
class RfePoint:
    """One point of a request for evidence, and the answer to it."""

    id: str
    asked: str
    answer: tuple[str, ...]
    exhibits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rfe:
    """The request for evidence that an rfe-response answers."""

    receipt_number: str
    notice_date: date
    due_date: date
    notice_exhibit: str  # id of the exhibit that is the notice itself
    points: tuple[RfePoint, ...]
    address: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """The person who interpreted a declaration for its declarant."""

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
    """Role of the pages of an exhibit."""

    DOCUMENT = "document"
    TRANSLATION = "translation"
    CERTIFICATE = "certificate"  # the translator's


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file of the case folder, hashed once when the case is read."""

    path: str  # relative to the case folder, POSIX form
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """Some pages of one file, as a part of an exhibit."""

    path: str  # key into Case.files
    # 1-based inclusive ranges, None = to the end; empty = all
    pages: tuple[tuple[int, int | None], ...] = ()
    role: PartRole = PartRole.DOCUMENT
    language: str = ""  # BCP 47; "" = the exhibit's language ("en" for translation and certificate)
    accept_repair: str = ""  # sha256 of the file whose repair the attorney accepts
    accept_reading: str = ""  # sha256 of the file whose pages are accepted as PDFium shows them
    accept_loss: tuple[str, ...] = ()  # rule ids of losses the attorney accepts
    # clockwise degrees to turn the pages as a viewer displays them: 90, 180, 270; None = turn them
    # by their text
    turn: int | None = None
    options: FileOptions = NO_OPTIONS  # of a file without pages of its own
    excerpt: bool = False  # the index and the tab sheet say which pages of how many these are
    # of an excerpt: the page of the file that is its title page; 0 = it has none here
    title_page: int = 0
    caption: str = ""  # under its pictures, where the exhibit shows several on a page

    @property
    def source_key(self) -> str:
        """Return the name of the file as it is printed here; see `make_source_key`."""
        return make_source_key(self.path, self.options.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A page of an exhibit that the thematic index lists under a topic."""

    topic: str
    path: str
    page: int  # of the file, from 1
    note: str = ""  # what the page says of it


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
    parts: tuple[FilePart, ...]  # in bundle order: originals, translation, certificate
    date: date | None = None
    language: str = "en"
    supports: tuple[str, ...] = ()  # checklist line ids
    belongs_to: tuple[str, ...] = ()  # beneficiary ids; empty = all
    translator: Translator | None = None
    person: str = ""  # id of the person this exhibit is about (passport, birth certificate)
    unconfirmed: tuple[str, ...] = ()  # fields that were guessed, and that nobody has confirmed
    topics: tuple[Topic, ...] = ()  # its entries of the thematic index
    layout: GridLayout | None = None  # of its pictures on pages; None = one on each


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFile:
    """A government form that a person put into forms/: blank, to be filled, or completed, to be
    bound as it is."""

    form: str  # "i-131", "i-134", "g-28", "g-1145", "g-1450", "g-1650", "g-1651", "i-912"
    path: str
    completed: bool = True
    belongs_to: tuple[str, ...] = ()
    person: str = ""  # id of the supporter of an I-134, of the person who signs an I-912


@dataclass(frozen=True, kw_only=True)  # no slots: the two lookup tables are cached on the instance
class Case:
    """The content of case.json, checked and typed."""

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
    others: tuple[Person, ...] = ()  # people who only declare or are mentioned, as a physician
    forms: tuple[FormFile, ...] = ()
    rfe: Rfe | None = None
    confirmed_facts: tuple[ConfirmedFact, ...] = ()
    files: tuple[SourceFile, ...] = ()
    sha256: str = field(default="", repr=False)  # of case.json as it was read
    # (JSON pointer, line in case.json)
    lines: tuple[tuple[str, int], ...] = field(default=(), repr=False)
    # (JSON pointer, what a person calls the place: "Petitioner › Address")
    names: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def file(self, path: str) -> SourceFile:
        """Return the record of a file by its path. Raises KeyError if the case does not list it."""
        return self._file_by_path[path]

    def line(self, pointer: str) -> int | None:
        """Return the line of case.json of a JSON pointer or its nearest parent."""
        while pointer and pointer not in self._line_by_pointer:
            pointer = pointer.rpartition("/")[0]
        return self._line_by_pointer.get(pointer)

    def place(self, pointer: str) -> str:
        """Return where a JSON pointer is in case.json, in the words of messages: "case.json line 7,
        Request › Basis (/request/basis)"."""
        line = self.line(pointer)
        parts = (f"case.json line {line}" if line else "case.json", self._find_name(pointer))
        return f"{', '.join(filter(None, parts))} ({pointer or '/'})"

    def _find_name(self, pointer: str) -> str:
        """Return what a place is called; one that the case does not have, after the place it would
        be in."""
        if pointer in self._name_by_pointer or not pointer:
            return self._name_by_pointer.get(pointer, "")
        outer, _, key = pointer.rpartition("/")
        return " › ".join(
            filter(None, (self._find_name(outer), key.replace("_", " ").capitalize()))
        )

    # not dataclass fields, since asdict() and replace() must see only the content of case.json
    @cached_property
    def _file_by_path(self) -> dict[str, SourceFile]:
        return {record.path: record for record in self.files}

    @cached_property
    def _line_by_pointer(self) -> dict[str, int]:
        return dict(self.lines)

    @cached_property
    def _name_by_pointer(self) -> dict[str, str]:
        return dict(self.names)
