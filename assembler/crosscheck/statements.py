"""Birth dates, numbers and addresses that the texts of case.json state, against the facts of the same case. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

from assembler.crosscheck.likeness import has_date, plain, words
from assembler.crosscheck.values import Contradiction, Desk, Result
from assembler.model import Finding, Severity

A_NUMBER = re.compile(r"(?<![A-Z0-9])A[-# ]{0,3}(\d{3})[- ]?(\d{3})[- ]?(\d{3})(?!\d)")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = (
    rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH},? \d{{4}})"
)
_BORN = re.compile(rf"\b(?:born|date of birth|birth date|birthday)\b[^.;\d]{{0,40}}?({_DAY})", re.IGNORECASE)
_PASSPORT = re.compile(r"\bpassport,?(?: number| no\.?| nr\.?| #)?(?::| is| was)? ([A-Z]{0,3}\d[A-Z0-9]{5,9})\b", re.IGNORECASE)
_NEARLY = 86  # of 100: how alike a street must be to be meant for that of the case


def statements(desk: Desk) -> Iterator[Result]:
    """What the letter's reasons and the declarations say that case.json does not say of anybody."""
    for where, text in texts(desk):
        yield from _births(desk, where, text)
        yield from _a_numbers(desk, where, text)
        yield from _passports(desk, where, text)
        yield from _streets(desk, where, text)


def texts(desk: Desk) -> Iterator[tuple[str, str]]:
    """Pointer and words of every text in case.json that a person wrote."""
    request = desk.case.request
    for key in ("basis", "length_reason", "why_no_visa", "departure_plan", "support_plan", "changed_circumstances"):
        for paragraph in getattr(request, key):
            yield f"/request/{key}", paragraph
    for n, declaration in enumerate(desk.case.declarations):
        yield f"/declarations/{n}/title", declaration.title
        for paragraph in declaration.paragraphs:
            yield f"/declarations/{n}/paragraphs", paragraph


def _births(desk: Desk, where: str, text: str) -> Iterator[Result]:
    days = [person.birth_date for person in desk.people().values() if person.birth_date]
    for said in _BORN.findall(text):
        if days and not any(has_date(said, day) for day in days):
            yield from _told(desk, where, "birth date", said, " or ".join(map(str, days)))


def _a_numbers(desk: Desk, where: str, text: str) -> Iterator[Result]:
    known = [person.a_number.zfill(9) for person in desk.people().values() if person.a_number]
    for found in A_NUMBER.findall(text.upper()):
        if "".join(found) not in known:
            yield from _told(desk, where, "A-Number", "A" + "".join(found), " or ".join(known) or "none")


def _passports(desk: Desk, where: str, text: str) -> Iterator[Result]:
    known = [person.passport.number for person in desk.people().values() if person.passport]
    for said in _PASSPORT.findall(text):
        if known and plain(said) not in map(plain, known):
            yield from _told(desk, where, "passport number", said, " or ".join(known))


def _streets(desk: Desk, where: str, text: str) -> Iterator[Result]:
    """Runs of words nearly, but not quite, a street of the case; a house number with another digit is one of them."""
    everyone = desk.people().values()
    streets = {a.street for person in everyone for a in (person.address, person.mailing_address) if a}
    known = {" ".join(words(street)) for street in streets}
    there = words(text)
    for street in sorted(known):
        size = street.count(" ") + 1
        runs = (" ".join(there[start : start + size]) for start in range(len(there) - size + 1))
        for run in runs:
            if size > 1 and any(map(str.isdigit, run)) and run not in known and fuzz.ratio(run, street) >= _NEARLY:
                yield from _told(desk, where, "address", run, street)


def _told(desk: Desk, where: str, what: str, said: str, known: str) -> Iterator[Result]:
    line = desk.case.line(where)
    yield Finding(
        rule="CHECK.STATED",
        severity=Severity.WARNING,
        where=f"case.json line {line} ({where})",
        problem=f"the {what} it states is not one that case.json gives to a person",
        remedy="make the two the same, or add the person to `others`",
        file="case.json",
        pointer=where,
        line=line,
        source="house rule",
    )
    yield Contradiction(what=what, here="case.json, facts of the people", says=known, there=f"case.json {where}", but=said)
