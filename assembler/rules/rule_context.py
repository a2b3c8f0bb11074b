"""Hold what every rule needs: the case, the library, the day; and turn hits into findings. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from assembler.model import Case, Exhibit, Finding, Person, Severity
from assembler.model.citations import list_cites
from assembler.rules.fact_state import FactStatus, confirm_facts, judge_fact
from assembler.rules.library import Checklist, Fact, Library

Values = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A place to which a rule applies; `values` fill the places of its texts and hold no client
    fact. `severity`: one of the rule's other severities, None for the usual one."""

    rule: str
    pointer: str
    exhibit: str | None = None
    values: Values = field(default_factory=dict)
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A person in a part they have in the case."""

    role: str  # "beneficiary", "petitioner" or "supporter"
    person: Person
    pointer: str
    described: str  # pointer of the person's own description


class RuleContext:
    """One case on one day. Notes which facts were used, and what could not be checked."""

    def __init__(self, case: Case, library: Library, as_of: date) -> None:
        self.case = case
        # with the facts that the firm and the case confirmed
        self.library = confirm_facts(library, case.confirmed_facts, as_of)
        self.as_of = as_of
        self.used: dict[str, Fact] = {}
        self.blanks: dict[str, FactStatus] = {}  # facts that the letter has a marked blank for
        self.not_checked: list[str] = []
        self.subjects = tuple(_iterate_subjects(case))
        self.checklists: tuple[Checklist, ...] = library.select_checklists(case.kind, case.reasons)

    def use_fact(self, name: str) -> Fact | None:
        """Return a dated fact, noted as relied on; None, noted as not checked, if the library lacks
        it."""
        fact = self.library.facts.get(name)
        if fact is None:
            self.note_unchecked(f"what depends on {name}: the fact is not in schemas/facts")
        else:
            self.used[name] = fact
        return fact

    def use_printed_fact(self, name: str) -> Fact | None:
        """Return a dated fact to print, noted as relied on; None, noted as a blank, if it is
        superseded or unknown on the day, and None if the library lacks it."""
        fact = self.use_fact(name)
        if fact is None:
            return None
        status = judge_fact(fact, self.library, self.as_of)
        if status.is_usable:
            return fact
        self.blanks[name] = status
        return None

    def note_unchecked(self, sentence: str) -> None:
        """Note something that could not be checked."""
        if sentence not in self.not_checked:
            self.not_checked.append(sentence)

    def is_minor(self, person: Person, on: date | None = None) -> bool:
        """Return whether somebody is a minor; unknown birth dates count as no."""
        fact = self.use_fact("biometrics/minor") if person.birth_date else None
        return (
            fact is not None
            and person.birth_date is not None
            and count_years(person.birth_date, on or self.as_of) < fact["below_age"]
        )

    def make_finding(self, hit: Hit) -> Finding:
        """Return the finding of a hit, in the words of the catalog."""
        values = {**hit.values, "exhibit": hit.exhibit or ""}
        finding = self.library.find_rule(hit.rule).make_finding("case.json", values, hit.exhibit)
        finding = replace(finding, severity=hit.severity or finding.severity)
        return self.locate(finding, hit.pointer)

    def locate(self, finding: Finding, pointer: str) -> Finding:
        """Return a finding with its place in case.json."""
        return replace(
            finding,
            where=self.case.place(pointer),
            file="case.json",
            line=self.case.line(pointer),
            pointer=pointer,
        )

    def iterate_exhibits(self) -> Iterator[tuple[str, Exhibit]]:
        """Yield every exhibit with its pointer."""
        for n, exhibit in enumerate(self.case.exhibits):
            yield f"/exhibits/{n}", exhibit


def count_years(born: date, on: date) -> int:
    """Return whole years from birth to a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return (
        date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
        if year <= date.max.year
        else date.max
    )


def list_cited_exhibits(texts: Iterable[str]) -> frozenset[str]:
    """Return ids of the exhibits these texts cite."""
    return frozenset(cite.exhibit for text in texts for cite in list_cites(text))


def _iterate_subjects(case: Case) -> Iterator[Subject]:
    """Yield everyone with a part: beneficiaries, petitioner, supporters, with the place of their
    description."""
    where: dict[str, str] = {}
    for n, person in enumerate(case.beneficiaries):
        where[person.id] = f"/beneficiaries/{n}"
        yield Subject(
            role="beneficiary", person=person, pointer=where[person.id], described=where[person.id]
        )
    place = where.setdefault(case.petitioner.id, "/petitioner")
    yield Subject(role="petitioner", person=case.petitioner, pointer="/petitioner", described=place)
    for n, supporter in enumerate(case.supporters):
        place = where.setdefault(supporter.person.id, f"/supporters/{n}/person")
        yield Subject(
            role="supporter", person=supporter.person, pointer=f"/supporters/{n}", described=place
        )
