"""List the days that end something in a case, from the case and the dated facts. Pure.

A title names no person: it is printed, and written into calendars that others may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from assembler.model import Case, Deadline, DeadlineKind, EventKind
from assembler.rules.case_check import FactUsed
from assembler.rules.fact_state import find_limit
from assembler.rules.library import Library
from assembler.rules.program_rules import find_window_id

_EVENTS = {
    EventKind.SURGERY: "Surgery or treatment begins",
    EventKind.HEARING: "Court hearing",
    EventKind.VISA_INTERVIEW: "Visa interview",
    EventKind.OTHER: "Event",
}


def list_deadlines(
    case: Case, library: Library, facts_used: Iterable[FactUsed]
) -> tuple[Deadline, ...]:
    """Return the days that end something, the earliest first; those that have passed, too.

    Args:
        facts_used: what the checks of the case relied on; from them comes the day on which the
            first must be checked again.
    """
    deadlines = [
        *_list_answer_days(case),
        *_list_parole_days(case, library),
        *_list_passport_days(case),
        *_list_event_days(case),
        *_list_fact_days(library, facts_used),
    ]
    return tuple(sorted(deadlines, key=lambda deadline: (deadline.day, deadline.kind)))


def _list_answer_days(case: Case) -> Iterator[Deadline]:
    if case.rfe is not None:
        yield Deadline(
            day=case.rfe.due_date,
            kind=DeadlineKind.ANSWER_DUE,
            title="Answer to the request for evidence is due",
            pointer="/rfe/due_date",
        )


def _list_parole_days(case: Case, library: Library) -> Iterator[Deadline]:
    """Yield the end of the present parole, and the window in which more is asked for."""
    until, pointer = case.request.i94_admit_until, "/request/i94_admit_until"
    if until is None or case.kind != "re-parole":
        return
    yield Deadline(day=until, kind=DeadlineKind.PAROLE_ENDS, title="Parole ends", pointer=pointer)
    window = library.facts.get("deadlines/re-parole")
    own_window = library.facts.get(find_window_id(library, case.request.parole_program)) or window
    if window is not None and own_window is not None:
        yield Deadline(
            day=until - timedelta(days=own_window["earliest_days"]),
            kind=DeadlineKind.REPAROLE_OPENS,
            title="First day to file for re-parole",
            pointer=pointer,
        )
        yield Deadline(
            day=until - timedelta(days=window["latest_days"]),
            kind=DeadlineKind.REPAROLE_CLOSES,
            title="Last day to file for re-parole in good time",
            pointer=pointer,
        )


def _list_passport_days(case: Case) -> Iterator[Deadline]:
    for number, person in enumerate(case.beneficiaries):
        if person.passport is not None and person.passport.expires is not None:
            yield Deadline(
                day=person.passport.expires,
                kind=DeadlineKind.PASSPORT_EXPIRES,
                title=f"Passport of beneficiary {number + 1} expires",
                pointer=f"/beneficiaries/{number}/passport/expires",
            )


def _list_event_days(case: Case) -> Iterator[Deadline]:
    for number, event in enumerate(case.request.events):
        yield Deadline(
            day=event.date,
            kind=DeadlineKind.EVENT,
            title=_EVENTS[event.kind],
            pointer=f"/request/events/{number}/date",
        )
    if case.request.arrival_date is not None:
        yield Deadline(
            day=case.request.arrival_date,
            kind=DeadlineKind.ARRIVAL,
            title="Intended arrival",
            pointer="/request/arrival_date",
        )


def _list_fact_days(library: Library, facts_used: Iterable[FactUsed]) -> Iterator[Deadline]:
    """Yield the day on which the first of the facts relied on must be checked again."""
    limits = ((fact, find_limit(fact.id, fact.provenance, library)) for fact in facts_used)
    days = [
        fact.provenance.checked_on + timedelta(days=limit)
        for fact, limit in limits
        if limit is not None
    ]
    if days:
        yield Deadline(
            day=min(days),
            kind=DeadlineKind.FACTS_STALE,
            title="Check fees, editions and addresses again (assembler facts)",
        )
