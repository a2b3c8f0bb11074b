"""Judge the edition of a form on a day: in force, still accepted, superseded, or about to be. Pure.

In: what the facts and the maps say of editions. Out: findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from assembler.forms.form_maps import FormMap, Validity, order_edition
from assembler.model import Finding, Notice, Severity
from assembler.runtime.rule_catalog import make_finding

_DOWNLOAD = "download the current edition from uscis.gov and complete it"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionFacts:
    """What is known of the editions of all forms.

    `current`: form → edition in force. `accepted`: form → older edition that is still accepted →
    last day, None if no end is announced. `as_of`: the day to judge by; None skips what depends on
    a day.
    """

    current: Mapping[str, str] = field(default_factory=dict)
    accepted: Mapping[str, Mapping[str, date | None]] = field(default_factory=dict)
    as_of: date | None = None


def watch_edition(
    form: str, edition: str, maps: Sequence[FormMap], facts: EditionFacts, where: str
) -> tuple[Finding, ...]:
    """Return what is to be said of a form of this edition on the day of the facts.

    Args:
        maps: of this form, any editions; they hold the notices.
    """
    form_map = _find_map(maps, edition) or _find_map(maps, facts.current.get(form, ""))
    is_own = form_map is not None and _is_same(form_map.edition, edition)
    validity = form_map.validity if form_map and is_own else Validity()
    findings = [*_check_days(form, edition, validity, facts, where)] or [
        *_check_current(form, edition, form_map if is_own else None, facts, where)
    ]
    if form_map is not None and all(finding.rule != "FORM.EDITION" for finding in findings):
        for notice in form_map.validity.notices:
            findings += _report_notice(form, form_map.edition, notice, facts, where)
    return tuple(dict.fromkeys(findings))


def find_last_day(
    form: str, edition: str, validity: Validity, facts: EditionFacts
) -> tuple[bool, date | None]:
    """Return whether an edition is accepted beside a newer one, and to which day (None: no end)."""
    for older, last_day in facts.accepted.get(form, {}).items():
        if _is_same(older, edition):
            return True, last_day
    return validity.is_accepted_beside_newer, validity.accepted_until


def _check_days(
    form: str, edition: str, validity: Validity, facts: EditionFacts, where: str
) -> Iterator[Finding]:
    """Check the days on which an edition is accepted, and notices that took effect."""
    as_of = facts.as_of
    if as_of is None:
        return
    name = f"Form {form.upper()} of edition {edition}"
    if validity.first_day is not None and as_of < validity.first_day:
        problem = f"{name} is accepted from {validity.first_day} on only"
        yield make_finding("FORM.EDITION", where, problem, "use the edition that is in force")
    is_accepted, accepted_until = find_last_day(form, edition, validity, facts)
    last_days = [day for day in (validity.last_day, accepted_until) if day is not None]
    effective = [
        notice.effective for notice in validity.notices if notice.effective and not is_accepted
    ]
    last_days += [day - timedelta(days=1) for day in effective]
    if last_days and as_of > min(last_days):
        problem = f"{name} is no longer accepted since {min(last_days) + timedelta(days=1)}"
        yield make_finding("FORM.EDITION", where, problem, _DOWNLOAD)


def _check_current(
    form: str, edition: str, own_map: FormMap | None, facts: EditionFacts, where: str
) -> Iterator[Finding]:
    """Compare an edition with the one in force."""
    current = facts.current.get(form)
    if not current or _is_same(current, edition):
        return
    name = f"Form {form.upper()} of edition {edition}"
    validity = own_map.validity if own_map else Validity()
    if edition and order_edition(edition) > order_edition(current):
        if validity.first_day is None:
            problem = f"{name} is newer than {current}, the current edition as far as is known"
            remedy = "check on uscis.gov that this edition is accepted"
            yield make_finding("FORM.EDITION", where, problem, remedy, Severity.WARNING)
        return
    is_accepted, last_day = find_last_day(form, edition, validity, facts)
    if is_accepted:
        end = f"until {last_day}" if last_day else "too; no end is announced"
        problem = f"{name} is accepted {end}; the current edition is {current}"
        if last_day is None or facts.as_of is None or facts.as_of <= last_day:
            remedy = "nothing must be done; the current edition is at uscis.gov"
            yield make_finding("FORM.EDITION_NOTICE", where, problem, remedy)
        return
    problem = f"{name}; the current edition is {current}"
    yield make_finding("FORM.EDITION", where, problem, _DOWNLOAD)


def _report_notice(
    form: str, edition: str, notice: Notice, facts: EditionFacts, where: str
) -> Iterator[Finding]:
    """Report a notice that has not taken effect, or whose old edition is still accepted."""
    day = f"from {notice.effective} on" if notice.effective else "no day is announced"
    problem = (
        f"Form {form.upper()}, edition {edition}: {notice.announced} ({day}; read on "
        f"{notice.seen_on}, confidence {notice.confidence})"
    )
    remedy = "check the form's page on uscis.gov just before you file"
    if facts.as_of is None or facts.as_of >= notice.seen_on:
        yield make_finding("FORM.EDITION_NOTICE", where, problem, remedy, source=notice.source)


def _find_map(maps: Sequence[FormMap], edition: str) -> FormMap | None:
    """Return the map of an edition; of several, the one that may be used."""
    matching = [form for form in maps if edition and _is_same(form.edition, edition)]
    return max(matching, key=lambda form: form.is_confirmed, default=None)


def _is_same(first: str, second: str) -> bool:
    if not first or not second:
        return first == second
    return order_edition(first) == order_edition(second)
