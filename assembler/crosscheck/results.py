"""Inputs and results of the checks of this package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from assembler.crosscheck.text_matching import NOT_MISREAD, MisreadLetters
from assembler.model import (
    Case,
    Contradiction,
    DocumentId,
    Exhibit,
    Finding,
    PageText,
    Person,
    SearchResult,
    Severity,
    TextMethod,
)
from assembler.runtime.rule_catalog import make_finding


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosscheckReport:
    """All results of a crosscheck."""

    findings: tuple[Finding, ...]
    searches: tuple[SearchResult, ...]
    contradictions: tuple[Contradiction, ...]


Result = Finding | SearchResult | Contradiction
Pages = Mapping[str, Sequence[PageText]]  # by exhibit


class ExhibitPage(NamedTuple):
    """A page of evidence, and the exhibit it is in."""

    exhibit: Exhibit
    page: PageText


class PageSpot(NamedTuple):
    """A line of a page of evidence. `line`: among the lines with text, from 1; `region`: as in
    `Finding`, None if unknown."""

    exhibit: Exhibit
    page: PageText
    line: int
    region: tuple[float, float, float, float] | None

    def describe(self) -> str:
        """Return how a message names the line, so that a person can find it."""
        return f"line {self.line} of the page"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """Everything a check may look at. `data`: schemas/crosscheck.json; `languages`: BCP 47 →
    English name.

    `contact`: whether the receiver wants the translator's address and telephone in a certificate.
    """

    case: Case
    pages: Pages
    as_of: date
    data: Mapping[str, Any]
    languages: Mapping[str, str]
    contact: bool = False

    def list_people(self) -> dict[str, Person]:
        """Return everybody of the case, by id."""
        case = self.case
        everyone = (
            case.petitioner,
            *case.beneficiaries,
            *(supporter.person for supporter in case.supporters),
            *case.others,
        )
        return {person.id: person for person in everyone}

    def list_people_of(self, exhibit: Exhibit) -> list[Person]:
        """Return whom an exhibit is about: the person it names, those it belongs to, or
        everybody."""
        people = self.list_people()
        if exhibit.person:
            return [people[exhibit.person]]
        return [people[person_id] for person_id in exhibit.belongs_to] or list(people.values())

    def list_expected_facts(self, exhibit: Exhibit) -> Sequence[str]:
        facts: Sequence[str] = self.data["expected"].get(exhibit.category, ())
        return facts

    def list_misread_letters(self, pages: Iterable[PageText]) -> MisreadLetters:
        """Return how letters with accents may have been recognized on one of these pages."""
        if not any(page.loses_accents for page in pages):
            return NOT_MISREAD
        misread: MisreadLetters = self.data.get("misread_letters", NOT_MISREAD)
        return misread

    def list_pages(self, exhibit: Exhibit) -> Sequence[PageText]:
        return self.pages.get(exhibit.id, ())

    def iterate_form_pages(self) -> Iterator[ExhibitPage]:
        """Yield every page of the completed forms, each form as an exhibit of its own; `pages` has
        them as "form:<path>"."""
        for form in self.case.forms:
            exhibit = Exhibit(
                id=DocumentId.form(form.path), title=form.form, category="other", parts=()
            )
            yield from (ExhibitPage(exhibit, page) for page in self.pages.get(exhibit.id, ()))

    def pointer(self, exhibit: Exhibit) -> str:
        return f"/exhibits/{[listed.id for listed in self.case.exhibits].index(exhibit.id)}"


def make_page_finding(
    rule: str,
    place: ExhibitPage | PageSpot,
    problem: str,
    remedy: str,
    severity: Severity | None = None,
    source: str = "house rule",
) -> Finding:
    """Make a finding on a page of evidence, or on a line of it, which it marks.

    Args:
        severity: only for rules that have several.
    """
    path, page = place.page.prepared.path, place.page.prepared.source_page
    region = place.region if isinstance(place, PageSpot) else None
    return make_finding(
        rule,
        f"{path}, page {page}",
        problem,
        remedy,
        severity,
        file=path,
        page=page,
        exhibit=place.exhibit.id,
        region=region,
        source=source,
    )


def find_spot(place: ExhibitPage, offset: int) -> PageSpot:
    """Return the line of a page that has the character at this offset of its text."""
    lines = place.page.text.splitlines(keepends=True)
    start = 0
    for number, line in enumerate(lines):
        start += len(line)
        if offset < start:
            return make_line_spot(place, number)
    return make_line_spot(place, max(0, len(lines) - 1))


def make_line_spot(place: ExhibitPage, number: int) -> PageSpot:
    """Return a line of a page. `number`: among all lines of its text, from 0."""
    lines = place.page.text.splitlines()[: number + 1]
    boxes = place.page.line_boxes
    return PageSpot(
        exhibit=place.exhibit,
        page=place.page,
        line=sum(bool(line.strip()) for line in lines),
        region=boxes[number] if number < len(boxes) else None,
    )


def make_exhibit_finding(
    rule: str, exhibit: Exhibit, context: CheckContext, problem: str, remedy: str
) -> Finding:
    """Make a finding on an exhibit as a unit."""
    pointer = context.pointer(exhibit)
    return make_finding(
        rule,
        f"exhibit {exhibit.id}",
        problem,
        remedy,
        exhibit=exhibit.id,
        file="case.json",
        pointer=pointer,
        line=context.case.line(pointer),
        source="house rule",
    )


def has_enough_words(pages: Sequence[PageText], data: Mapping[str, Any]) -> bool:
    """Return whether enough was read to expect anything in it."""
    return sum(len(page.text.split()) for page in pages) >= int(data["few_words"])


def iterate_pages(context: CheckContext) -> Iterator[ExhibitPage]:
    """Yield every page of every exhibit."""
    for exhibit in context.case.exhibits:
        for page in context.list_pages(exhibit):
            yield ExhibitPage(exhibit, page)


def is_read_surely(page: PageText, least_confidence: float) -> bool:
    """Return whether the text of a page is that of the page: its own, or recognized with data of
    its letters and at least this confidence (of 100)."""
    is_sure = (
        page.prepared.method != TextMethod.OCR
        or (page.prepared.confidence or 0.0) >= least_confidence
    )
    return page.is_readable and is_sure
