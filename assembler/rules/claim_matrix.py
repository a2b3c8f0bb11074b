"""Which exhibits meet which line of the checklists, and which lines nothing meets. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assembler.model import Case, Exhibit, Finding
from assembler.rules.library import LEVELS, Checklist, Line
from assembler.rules.rule_context import Hit, Scene, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement and what meets it. `named`: exhibits that say so themselves; the others
    are of a fitting category."""

    checklist: str
    line: str
    level: str
    text: str
    pointer: str  # the person it is asked of, or the place that would meet it
    exhibits: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()  # JSON pointers of statements that meet it
    minimum: int = 1

    @property
    def met(self) -> bool:
        return bool(self.facts or self.named) or len(self.exhibits) >= self.minimum


def rows(scene: Scene) -> Iterator[tuple[Row, Line]]:
    """Every line that applies, once for each person it is asked of."""
    for checklist in scene.checklists:
        level = dict(checklist.levels).get(scene.case.kind, "")
        for line in checklist.lines:
            for subject in _asked_of(line, scene):
                if all(_WHEN[one](scene, subject) for one in line.when):
                    yield _row(checklist, line, level or line.level, subject, scene), line


def missing(row: Row, line: Line, scene: Scene) -> Finding:
    """The finding for a row that nothing meets."""
    few = f"only {len(row.exhibits)} of {row.minimum}" if row.exhibits else "nothing yet"
    return scene.told(
        line.id,
        LEVELS[row.level],
        row.pointer,
        f"{few} shows this {row.level} item: {line.text}",
        ways_to_meet(line),
        line.provenance,
        None,
    )


def too_old(row: Row, line: Line, scene: Scene) -> Iterator[Hit]:
    """Where all that meets a line is dated, and older than the line allows."""
    if line.max_age_days is None or row.facts or not row.exhibits:
        return
    there = [(where, exhibit) for where, exhibit in scene.exhibits() if exhibit.id in row.exhibits]
    ages = [(scene.as_of - exhibit.date).days for _, exhibit in there if exhibit.date]
    if len(ages) == len(there) and min(ages) > line.max_age_days:
        where, newest = there[ages.index(min(ages))]
        yield Hit(
            rule="DATE.TOO_OLD",
            pointer=f"{where}/date",
            exhibit=newest.id,
            values={"line": line.id, "days": line.max_age_days},
        )


def _row(
    checklist: Checklist, line: Line, level: str, subject: Subject | None, scene: Scene
) -> Row:
    fit = [exhibit for exhibit in scene.case.exhibits if _counts(exhibit, line, subject)]
    named = tuple(exhibit.id for exhibit in fit if line.id in exhibit.supports)
    facts = tuple(pointer for pointer in line.facts if _filled(scene.case, pointer))
    return Row(
        checklist=checklist.id,
        line=line.id,
        level=level,
        text=line.text,
        exhibits=tuple(exhibit.id for exhibit in fit),
        named=named,
        facts=facts,
        minimum=line.minimum,
        pointer=_place(line, subject),
    )


def _counts(exhibit: Exhibit, line: Line, subject: Subject | None) -> bool:
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


def _place(line: Line, subject: Subject | None) -> str:
    if subject is not None:
        return subject.pointer
    return line.facts[0] if line.facts and not line.categories else "/exhibits"


def _filled(case: Case, pointer: str) -> bool:
    value: Any = case
    for name in pointer.strip("/").split("/"):
        value = getattr(value, name, None)
    return (
        any(map(str.strip, value))
        if isinstance(value, tuple) and all(isinstance(v, str) for v in value)
        else bool(value)
    )


def ways_to_meet(line: Line) -> str:
    """What a person can do so that a line is met."""
    categories = " or ".join(line.categories)
    ways = [f"fill in {pointer}" for pointer in line.facts]
    ways += [f"add an exhibit of category {categories}"] if categories else []
    return ", or ".join([*ways, f"name {line.id} under `supports` of the exhibit that shows it"])


def _asked_of(line: Line, scene: Scene) -> Sequence[Subject | None]:
    if line.subject == "case":
        return (None,)
    return [subject for subject in scene.subjects if subject.role == line.subject]


def _another(scene: Scene, subject: Subject | None) -> bool:
    """Whether this person has not been asked in another part already: a petitioner who is the
    beneficiary, say."""
    return (
        subject is not None
        and next(s for s in scene.subjects if s.person.id == subject.person.id) is subject
    )


def _history(scene: Scene, subject: Subject | None, question: str) -> bool:
    people = [subject.person] if subject else scene.case.beneficiaries
    return any(
        person.history is not None and getattr(person.history, question) for person in people
    )


_WHEN: dict[str, Callable[[Scene, Subject | None], bool]] = {
    "another-person": _another,
    "criminal-history": lambda scene, subject: _history(scene, subject, "criminal"),
    "fee-exempt": lambda scene, _: scene.case.request.fee == "exempt",
    "fee-waiver": lambda scene, _: scene.case.request.fee == "waiver",
    "first-parole": lambda scene, _: scene.case.kind == "parole",
    "has-us-status": lambda _, subject: subject is not None and subject.person.status != "none",
    "minor": lambda scene, subject: subject is not None and scene.minor(subject.person),
    "minor-case": lambda scene, _: any(scene.minor(person) for person in scene.case.beneficiaries),
    "no-supporter": lambda scene, _: not scene.case.supporters,
    "removal-history": lambda scene, subject: _history(scene, subject, "removal_proceedings"),
}
