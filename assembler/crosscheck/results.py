"""What goes in and out of this package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assembler.model import Case, Contradiction, Exhibit, Finding, PageText, Person, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One fact that was looked for in one exhibit, in words without the fact."""

    exhibit: str
    what: str  # "name of child", "machine-readable lines", …
    result: str  # "found", "not found", "not looked at"
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosschecked:
    findings: tuple[Finding, ...]
    looked: tuple[Looked, ...]
    contradictions: tuple[Contradiction, ...]


Result = Finding | Looked | Contradiction
Pages = Mapping[str, Sequence[PageText]]  # by exhibit


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
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

    def people(self) -> dict[str, Person]:
        """Everybody of the case, by id."""
        case = self.case
        everyone = (
            case.petitioner,
            *case.beneficiaries,
            *(one.person for one in case.supporters),
            *case.others,
        )
        return {one.id: one for one in everyone}

    def about(self, exhibit: Exhibit) -> list[Person]:
        """Whom an exhibit is about: the person it names, those it belongs to, or anybody."""
        people = self.people()
        if exhibit.person:
            return [people[exhibit.person]]
        return [people[one] for one in exhibit.belongs_to] or list(people.values())

    def expected(self, exhibit: Exhibit) -> Sequence[str]:
        found: Sequence[str] = self.data["expected"].get(exhibit.category, ())
        return found

    def read(self, exhibit: Exhibit) -> Sequence[PageText]:
        return self.pages.get(exhibit.id, ())

    def forms(self) -> Iterator[tuple[Exhibit, PageText]]:
        """Every page of the completed forms, each form as an exhibit of its own name; `pages`
        has them as "form:<path>"."""
        for form in self.case.forms:
            one = Exhibit(id=f"form:{form.path}", title=form.form, category="other", parts=())
            yield from ((one, page) for page in self.pages.get(one.id, ()))

    def pointer(self, exhibit: Exhibit) -> str:
        return f"/exhibits/{[one.id for one in self.case.exhibits].index(exhibit.id)}"


def told(
    rule: str,
    severity: Severity,
    page: PageText,
    exhibit: Exhibit,
    problem: str,
    remedy: str,
    source: str = "house rule",
) -> Finding:
    """A finding on a page of evidence."""
    return Finding(
        rule=rule,
        severity=severity,
        where=f"{page.path}, page {page.page}",
        problem=problem,
        remedy=remedy,
        file=page.path,
        page=page.page,
        exhibit=exhibit.id,
        source=source,
    )


def told_of(
    rule: str, severity: Severity, exhibit: Exhibit, desk: Desk, problem: str, remedy: str
) -> Finding:
    """A finding on an exhibit as a whole."""
    pointer = desk.pointer(exhibit)
    return Finding(
        rule=rule,
        severity=severity,
        where=f"exhibit {exhibit.id}",
        problem=problem,
        remedy=remedy,
        exhibit=exhibit.id,
        file="case.json",
        pointer=pointer,
        line=desk.case.line(pointer),
        source="house rule",
    )


def legible(pages: Sequence[PageText], data: Mapping[str, Any]) -> bool:
    """Whether enough was read to expect anything in it."""
    return sum(len(page.text.split()) for page in pages) >= int(data["few_words"])


def everything(desk: Desk) -> Iterator[tuple[Exhibit, PageText]]:
    """Every page of every exhibit."""
    for exhibit in desk.case.exhibits:
        for page in desk.read(exhibit):
            yield exhibit, page
