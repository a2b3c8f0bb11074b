"""A day that ends something in a case: an answer is due, a passport expires, parole ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DeadlineKind(StrEnum):
    """What a day ends or opens."""

    ANSWER_DUE = "answer-due"
    REPAROLE_OPENS = "re-parole-opens"
    REPAROLE_CLOSES = "re-parole-closes"
    PAROLE_ENDS = "parole-ends"
    PASSPORT_EXPIRES = "passport-expires"
    EVENT = "event"
    ARRIVAL = "arrival"
    FACTS_STALE = "facts-stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One day, and what it ends.

    `title`: in words, without names or numbers of people; `pointer`: the place in case.json that
    states it, "" if none does.
    """

    day: date
    kind: DeadlineKind
    title: str
    pointer: str = ""
