"""What every rule is handed: the case, the library, the day; and how a rule says what it found.
Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from assembler.model import Case, Exhibit, Finding, Person, Severity
from assembler.model.citations import cited
from assembler.rules.library import Checklist, Fact, Library, Provenance

Values = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A rule that has something to say of a place; `values` fill the places of its texts and
    hold no client's fact."""

    rule: str
    pointer: str
    exhibit: str | None = None
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A person in a part they have in the case."""

    role: str  # "beneficiary", "petitioner" or "supporter"
    person: Person
    pointer: str
    described: str  # pointer of the person's own description


class Scene:
    """One case on one day. Notes which facts were asked for, and what could not be judged."""

    def __init__(self, case: Case, library: Library, as_of: date) -> None:
        self.case = case
        self.library = library
        self.as_of = as_of
        self.used: dict[str, Fact] = {}
        self.not_checked: list[str] = []
        self.subjects = tuple(_subjects(case))
        self.checklists: tuple[Checklist, ...] = library.chosen(case.kind, case.reasons)
        self._lines = dict(case.lines)

    def fact(self, name: str) -> Fact | None:
        """A dated fact, noted as relied on; None, noted as not checked, where the library has
        none."""
        found = self.library.facts.get(name)
        if found is None:
            self.unknown(f"what rests on {name}: the fact is not in schemas/facts")
        else:
            self.used[name] = found
        return found

    def unknown(self, what: str) -> None:
        """Note something that could not be judged."""
        if what not in self.not_checked:
            self.not_checked.append(what)

    def minor(self, person: Person, on: date | None = None) -> bool:
        """Whether somebody is a minor; nobody whose birth date is unknown is."""
        fact = self.fact("biometrics/minor") if person.birth_date else None
        return (
            fact is not None
            and person.birth_date is not None
            and age(person.birth_date, on or self.as_of) < fact["below_age"]
        )

    def finding(self, hit: Hit) -> Finding:
        """What a hit says, in the words of the catalog."""
        rule = self.library.rules[hit.rule]
        values = {**hit.values, "exhibit": hit.exhibit or ""}
        return self.told(
            hit.rule,
            rule.severity,
            hit.pointer,
            rule.problem.format_map(values),
            rule.remedy.format_map(values),
            rule.provenance,
            hit.exhibit,
        )

    def told(
        self,
        rule: str,
        severity: Severity,
        pointer: str,
        problem: str,
        remedy: str,
        source: Provenance,
        exhibit: str | None,
    ) -> Finding:
        """A finding about a place of case.json."""
        line = self.line(pointer)
        place = (
            f"case.json line {line} ({pointer or '/'})" if line else f"case.json ({pointer or '/'})"
        )
        return Finding(
            rule=rule,
            severity=severity,
            where=place,
            problem=problem,
            remedy=remedy,
            file="case.json",
            line=line,
            pointer=pointer,
            exhibit=exhibit,
            source=source.source,
        )

    def line(self, pointer: str) -> int | None:
        """The line of case.json of a pointer, or of its nearest parent that has one."""
        while pointer and pointer not in self._lines:
            pointer = pointer.rpartition("/")[0]
        return self._lines.get(pointer)

    def exhibits(self) -> Iterator[tuple[str, Exhibit]]:
        """Every exhibit with its pointer."""
        for n, exhibit in enumerate(self.case.exhibits):
            yield f"/exhibits/{n}", exhibit


def age(born: date, on: date) -> int:
    """Whole years from birth to a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return (
        date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
        if year <= date.max.year
        else date.max
    )


def cites(texts: Iterable[str]) -> frozenset[str]:
    """Ids of the exhibits these texts cite."""
    return frozenset(cite.exhibit for text in texts for cite in cited(text))


def _subjects(case: Case) -> Iterator[Subject]:
    """Everyone with a part: beneficiaries, petitioner, supporters, with the place where they are
    described."""
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
