"""Match exhibits with the lines of the checklists, and find the lines that nothing meets. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assembler.model import Case, Exhibit, Finding
from assembler.model.case_texts import select_request
from assembler.rules.library import LEVELS, Checklist, Line
from assembler.rules.rule_context import Hit, RuleContext, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One requirement and what meets it. `named`: exhibits that name the line; the others are of a
    fitting category."""

    checklist: str
    line: str
    level: str
    text: str
    pointer: str  # the person it applies to, or the place that would meet it
    exhibits: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()  # JSON pointers of statements that meet it
    minimum: int = 1

    @property
    def is_met(self) -> bool:
        return bool(self.facts or self.named) or len(self.exhibits) >= self.minimum


def build_claim_rows(context: RuleContext) -> Iterator[tuple[ClaimRow, Line]]:
    """Yield every line that applies, once for each person it applies to."""
    for checklist in context.checklists:
        level = dict(checklist.levels).get(context.case.kind, "")
        for line in checklist.lines:
            for subject in _list_subjects(line, context):
                if all(_WHEN[condition](context, subject) for condition in line.when):
                    yield _build_row(checklist, line, level or line.level, subject, context), line


def make_unmet_finding(row: ClaimRow, line: Line, context: RuleContext) -> Finding:
    """Return the finding for a row that nothing meets."""
    count = f"only {len(row.exhibits)} of {row.minimum}" if row.exhibits else "nothing yet"
    finding = Finding(
        rule=line.id,
        severity=LEVELS[row.level],
        where="case.json",
        problem=f"{count} meets this {row.level} requirement: {line.text}",
        remedy=describe_ways_to_meet(line),
        source=line.provenance.source,
    )
    return context.locate(finding, row.pointer)


def find_outdated(row: ClaimRow, line: Line, context: RuleContext) -> Iterator[Hit]:
    """Yield a hit if everything that meets a line is dated, and older than the line allows."""
    if line.max_age_days is None or row.facts or not row.exhibits:
        return
    matching = [
        (where, exhibit)
        for where, exhibit in context.iterate_exhibits()
        if exhibit.id in row.exhibits
    ]
    ages = [(context.as_of - exhibit.date).days for _, exhibit in matching if exhibit.date]
    if len(ages) == len(matching) and min(ages) > line.max_age_days:
        where, newest = matching[ages.index(min(ages))]
        yield Hit(
            rule="DATE.TOO_OLD",
            pointer=f"{where}/date",
            exhibit=newest.id,
            values={"line": line.id, "days": line.max_age_days},
        )


def _build_row(
    checklist: Checklist, line: Line, level: str, subject: Subject | None, context: RuleContext
) -> ClaimRow:
    matching = [
        exhibit for exhibit in context.case.exhibits if _is_relevant(exhibit, line, subject)
    ]
    named = tuple(exhibit.id for exhibit in matching if line.id in exhibit.supports)
    facts = tuple(pointer for pointer in line.facts if _is_filled(context.case, pointer))
    return ClaimRow(
        checklist=checklist.id,
        line=line.id,
        level=level,
        text=line.text,
        exhibits=tuple(exhibit.id for exhibit in matching),
        named=named,
        facts=facts,
        minimum=line.minimum,
        pointer=_find_place(line, subject),
    )


def _is_relevant(exhibit: Exhibit, line: Line, subject: Subject | None) -> bool:
    """Return whether an exhibit counts for a line."""
    if line.id not in exhibit.supports and exhibit.category not in line.categories:
        return False
    if subject is None:
        return True
    if (
        subject.role == "beneficiary"
        and exhibit.belongs_to
        and subject.person.id not in exhibit.belongs_to
    ):
        return False
    return not line.about or exhibit.person in ("", subject.person.id)


def _find_place(line: Line, subject: Subject | None) -> str:
    if subject is not None:
        return subject.pointer
    return line.facts[0] if line.facts and not line.categories else "/exhibits"


def _is_filled(case: Case, pointer: str) -> bool:
    """Return whether the case has text at a pointer, for each of its beneficiaries."""
    return all(
        _is_filled_for(replace(case, request=select_request(case.request, person.id)), pointer)
        for person in case.beneficiaries
    )


def _is_filled_for(case: Case, pointer: str) -> bool:
    value: Any = case
    for name in pointer.strip("/").split("/"):
        value = getattr(value, name, None)
    return (
        any(map(str.strip, value))
        if isinstance(value, tuple) and all(isinstance(text, str) for text in value)
        else bool(value)
    )


def describe_ways_to_meet(line: Line) -> str:
    """Return what a person can do so that a line is met."""
    categories = " or ".join(line.categories)
    ways = [f"fill in {pointer}" for pointer in line.facts]
    ways += [f"add an exhibit of category {categories}"] if categories else []
    return ", or ".join([*ways, f"name {line.id} under `supports` of the exhibit that shows it"])


def _list_subjects(line: Line, context: RuleContext) -> Sequence[Subject | None]:
    if line.subject == "case":
        return (None,)
    return [subject for subject in context.subjects if subject.role == line.subject]


def _is_first_part(context: RuleContext, subject: Subject | None) -> bool:
    """Return whether this is the first part in which the person appears: a petitioner may be the
    beneficiary."""
    return (
        subject is not None
        and next(
            candidate for candidate in context.subjects if candidate.person.id == subject.person.id
        )
        is subject
    )


def _has_answered_yes(context: RuleContext, subject: Subject | None, question: str) -> bool:
    people = [subject.person] if subject else context.case.beneficiaries
    return any(
        person.history is not None and getattr(person.history, question) for person in people
    )


_WHEN: dict[str, Callable[[RuleContext, Subject | None], bool]] = {
    "another-person": _is_first_part,
    "criminal-history": lambda context, subject: _has_answered_yes(context, subject, "criminal"),
    "fee-exempt": lambda context, _: context.case.request.fee == "exempt",
    "fee-waiver": lambda context, _: context.case.request.fee == "waiver",
    "first-parole": lambda context, _: context.case.kind == "parole",
    "has-us-status": lambda _, subject: subject is not None and subject.person.status != "none",
    "minor": lambda context, subject: subject is not None and context.is_minor(subject.person),
    "minor-case": lambda context, _: any(
        context.is_minor(person) for person in context.case.beneficiaries
    ),
    "no-supporter": lambda context, _: not context.case.supporters,
    "removal-history": lambda context, subject: _has_answered_yes(
        context, subject, "removal_proceedings"
    ),
}
