"""Judge whether a dated fact may be relied on a day, and find its value as a person confirmed it.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from enum import StrEnum

from assembler.model import ConfirmedFact, Notice
from assembler.rules.library import Fact, Library, Provenance

STALE = "deadlines/stale"  # the fact with the days after which others must be checked again
FIRM = "firm"  # confidence of a confirmed fact
# file of the facts → the fields of its facts that a person can confirm
VALUE_FIELDS: Mapping[str, tuple[str, ...]] = {
    "addresses": ("lines",),
    "fees": ("paper_usd", "online_usd"),
    "forms": ("edition",),
}


class FactState(StrEnum):
    """Whether a fact may be relied on."""

    SUPERSEDED = "superseded"  # replaced since it was checked, or not in force on the day
    UNKNOWN = "unknown"  # nobody has read its value
    STALE = "check again"  # not checked lately
    CURRENT = "current"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactStatus:
    """A fact on a day."""

    fact: Fact
    state: FactState
    days: int  # since it was checked; negative: checked after the day
    limit: int | None  # days after which it must be checked again; None: never
    why: str = ""  # of SUPERSEDED: a clause without client facts

    @property
    def is_usable(self) -> bool:
        """Return whether the value may be printed as current."""
        return self.state in (FactState.CURRENT, FactState.STALE)


def judge_fact(fact: Fact, library: Library, as_of: date) -> FactStatus:
    """Return the state of a fact on a day."""
    provenance = fact.provenance
    days = (as_of - provenance.checked_on).days
    limit = find_limit(fact.id, provenance, library)
    why = _describe_change(provenance, as_of)
    if why:
        state = FactState.SUPERSEDED
    elif fact.data.get("unknown"):
        state = FactState.UNKNOWN
    elif limit is not None and days > limit:
        state = FactState.STALE
    else:
        state = FactState.CURRENT
    return FactStatus(fact=fact, state=state, days=days, limit=limit, why=why)


def find_limit(name: str, provenance: Provenance, library: Library) -> int | None:
    """Return the days after which an entry must be checked again; None if it cannot become stale.

    Args:
        name: id of the fact, the checklist line or the rule.
    """
    stale = library.facts.get(STALE)
    if stale is None or provenance.confidence == "house":
        return None
    by_kind = stale.data.get("days_by_kind", {})
    kind = name.partition("/")[0]
    return int(by_kind.get(name, by_kind.get(kind, stale["days"])))


def list_coming_changes(fact: Fact, as_of: date) -> tuple[Notice, ...]:
    """Return the announced changes that have no day yet, or one after `as_of`, and that were seen
    on or after the day on which the fact was checked."""
    return tuple(
        notice
        for notice in fact.provenance.notices
        if (notice.effective is None or notice.effective > as_of)
        and notice.seen_on >= fact.provenance.checked_on
    )


def confirm_facts(library: Library, confirmed: Iterable[ConfirmedFact], as_of: date) -> Library:
    """Return the library with the facts that the firm and the case confirmed, up to a day.

    Of several confirmations of a fact the latest counts, and that of the case where both are of
    one day. Those of unknown facts, or older than the fact itself, are left out.
    """
    facts = dict(library.facts)
    usable = [entry for entry in (*library.confirmed, *confirmed) if entry.checked_on <= as_of]
    for entry in sorted(usable, key=lambda entry: entry.checked_on):
        fact = facts.get(entry.fact)
        if fact is not None and not _is_older(entry, fact):
            facts[entry.fact] = _confirm_fact(fact, entry)
    return replace(library, facts=facts)


def find_current_editions(
    library: Library, confirmed: Iterable[ConfirmedFact], as_of: date
) -> dict[str, str]:
    """Return the edition in force of each form whose edition is known: {"i-131": "01/20/25"}.

    Args:
        confirmed: facts that the case confirms.
    """
    facts = confirm_facts(library, confirmed, as_of).facts
    return {
        name.partition("/")[2]: fact["edition"]
        for name, fact in facts.items()
        if name.startswith("forms/")
        and fact.data.get("edition")
        and judge_fact(fact, library, as_of).is_usable
    }


def is_confirmable(fact: Fact, entry: ConfirmedFact) -> bool:
    """Return whether a confirmation gives only values that a fact of this kind has."""
    allowed = VALUE_FIELDS.get(fact.id.partition("/")[0], ())
    return set(entry.values) <= set(allowed)


def needs_value(fact: Fact, on: date) -> bool:
    """Return whether a confirmation on this day must give a value: the one at hand was replaced,
    or there is none."""
    return bool(fact.data.get("unknown") or _describe_change(fact.provenance, on))


def explain_useless(entry: ConfirmedFact, library: Library, as_of: date) -> str:
    """Return why a confirmation changes nothing, as a clause without client facts; "" if it counts.

    Args:
        library: with the facts that count.
    """
    fact = library.facts.get(entry.fact)
    if fact is None:
        near = get_close_matches(entry.fact, library.facts, 1, 0.5)
        return f"there is no such fact{f'; did you mean {near[0]}?' if near else ''}"
    if not is_confirmable(fact, entry):
        fields = VALUE_FIELDS.get(entry.fact.partition("/")[0], ())
        return (
            f"such a fact has {' and '.join(fields)}, and no other value"
            if fields
            else "such a fact has no single value: confirm it without one"
        )
    if entry.checked_on > as_of:
        return "the day on which it was checked is yet to come"
    if _is_older(entry, fact):
        return f"it was checked later, on {fact.provenance.checked_on}"
    if needs_value(fact, entry.checked_on) and not entry.values:
        return "it does not say what the value is now"
    return ""


def _is_older(entry: ConfirmedFact, fact: Fact) -> bool:
    """Return whether the value at hand was read after the confirmation."""
    return entry.checked_on < fact.provenance.checked_on and not fact.data.get("unknown")


def _confirm_fact(fact: Fact, entry: ConfirmedFact) -> Fact:
    """Return a fact with the values of its confirmation. One that must give a value and does not
    changes nothing."""
    values = entry.values
    if not is_confirmable(fact, entry) or (not values and needs_value(fact, entry.checked_on)):
        return fact
    data = {key: value for key, value in fact.data.items() if key != "unknown"}
    provenance = replace(
        fact.provenance,
        source=entry.source,
        checked_on=entry.checked_on,
        confidence=FIRM,
        valid_from=None if values else fact.provenance.valid_from,
        valid_until=None if values else fact.provenance.valid_until,
    )
    return replace(fact, data={**data, **values}, provenance=provenance)


def _describe_change(provenance: Provenance, as_of: date) -> str:
    """Return why a fact is superseded on a day, as a clause; "" if it is not."""
    for notice in provenance.notices:
        if notice.effective and provenance.checked_on < notice.effective <= as_of:
            grace = (
                f", the former one is accepted until {notice.accepted_until}"
                if notice.accepted_until and as_of <= notice.accepted_until
                else ""
            )
            return f"{notice.announced} (from {notice.effective}{grace})"
    if provenance.valid_until and as_of > provenance.valid_until:
        return f"it was in force until {provenance.valid_until}"
    if provenance.valid_from and as_of < provenance.valid_from:
        return f"it is in force from {provenance.valid_from}"
    return ""
