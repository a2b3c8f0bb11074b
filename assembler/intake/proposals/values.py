"""The inputs and results of proposing exhibits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from assembler.model import Finding, PartRole
from assembler.model.mrz import Mrz

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """What was read of one page of a file."""

    path: str  # relative to the case folder
    page: int  # from 1
    text: str
    width: float = 612.0  # points, as displayed
    height: float = 792.0
    sha256: str = ""  # of the file
    language: str = ""  # as identified: ISO 639-1, a script (ISO 15924), or "" if not certain
    script: str = ""  # as the recognition engine detected it, "Cyrillic"; "" if it did not
    recognized: bool = False  # its text was recognized, not native
    confidence: float | None = None  # of recognition, 0 to 100
    blank: bool = False
    legible: bool = True
    zones: tuple[Mrz, ...] = ()  # machine-readable lines with right check digits
    printed: str = ""  # kind of a file without pages of its own, "mail"; "" for all others


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """A person of the case, as far as typed."""

    id: str
    names: tuple[tuple[str, str], ...] = ()  # given, family
    native_name: str = ""
    birth_date: date | None = None
    numbers: tuple[str, ...] = ()  # of passport, A-number
    roles: tuple[str, ...] = ()  # "beneficiary", "petitioner", "supporter", "other"
    country: str = ""  # of nationality or birth, ISO 3166-1 alpha-3


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistLine:
    """A line of the checklists that apply to the case."""

    id: str
    text: str
    categories: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """What proposing may know of the case."""

    as_of: date
    people: tuple[KnownPerson, ...] = ()
    lines: tuple[ChecklistLine, ...] = ()
    exhibit_ids: tuple[str, ...] = ()  # taken already
    categories: tuple[str, ...] = ()  # in the order of case.schema.json
    languages: tuple[tuple[str, str], ...] = ()  # code, English name
    file_words: tuple[tuple[str, tuple[str, ...]], ...] = ()  # category, words in names of files


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A place that led to a guess. `cue`: a phrase of categories.json, or what was compared; never
    the client's own words."""

    path: str
    page: int
    cue: str
    line: int = 0  # among the lines with text, from 1; 0 = the whole page


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess(Generic[T]):
    """A proposed value, how likely it is right (0 to 1), and why."""

    value: T
    confidence: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedPart:
    """A run of pages of a file, and its role."""

    path: str
    first: int
    last: int
    count: int  # pages of the file
    role: PartRole

    @property
    def is_whole(self) -> bool:
        """Return whether it is all of the file."""
        return self.first == 1 and self.last == self.count

    @property
    def pages(self) -> str:
        """Return its pages as case.json has them: "2" or "2-5"."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed exhibit."""

    id: str
    parts: tuple[ProposedPart, ...]  # document, translation, certificate
    files: Guess[str]  # how sure the grouping is; the value says what was done
    roles: Guess[str]
    kind: str  # of categories.json
    title: Guess[str]
    category: Guess[str]
    date: Guess[date | None]
    language: Guess[str]
    person: Guess[str]
    belongs_to: Guess[tuple[str, ...]]
    supports: Guess[tuple[str, ...]]  # lines to name, since the category does not meet them
    meets: tuple[str, ...]  # lines that its category meets
    order: int  # place among the proposals, from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Pages that no proposal has, and why."""

    path: str
    first: int
    last: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """All proposals in their order, the pages that are in none, and findings."""

    exhibits: tuple[Proposal, ...]
    left_out: tuple[LeftOut, ...] = ()
    findings: tuple[Finding, ...] = ()
