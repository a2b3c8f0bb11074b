"""Birth dates, numbers and addresses that the texts of case.json, completed forms and letters
state, against its facts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from assembler.crosscheck.results import Desk, Result
from assembler.crosscheck.text_matching import has_date, plain, words
from assembler.model import Contradiction, Finding, Severity
from assembler.model.case_texts import citing_texts

# as people and offices write them: A123456789, A-123-456-789, A# 012 345 678, Alien Registration
# Number 123 456 789,
# USCIS# 123-456-789; a bare A and eight digits may be a passport's
_A_NUMBERS = (
    re.compile(
        r"\b(?:ALIEN(?: REGISTRATION)?(?: NUMBER| NO\.?| ?#)|A[- ]?(?:NUMBER|NO\.?|FILE(?: "
        r"NO\.?)?)|A ?#"
        r"|USCIS ?(?:#|NO\.?|NUMBER))[^A-Z0-9]{0,4}(?:A[-# ]{0,3})?(\d{2,3})[- ]?(\d{3})[- "
        r"]?(\d{3})(?!\d)"
    ),
    re.compile(r"(?<![A-Z0-9])A[-# ]{0,3}(\d{3})[- ]?(\d{3})[- ]?(\d{3})(?!\d)"),
    re.compile(r"(?<![A-Z0-9])A[-# ]{0,3}(\d{2})([- ])(\d{3})\2(\d{3})(?!\d)"),
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = (
    rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}|{_MONTH} "
    rf"\d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH},? \d{{4}})"
)
_BORN = re.compile(
    rf"\b(?:born|date of birth|birth date|birthday)\b[^.;\d]{{0,40}}?({_DAY})", re.IGNORECASE
)
_PASSPORT = re.compile(
    r"\bpassport,?(?: number| no\.?| nr\.?| #)?(?::| is| was)? ([A-Z]{0,3}\d[A-Z0-9]{5,9})\b",
    re.IGNORECASE,
)
_NEARLY = 86  # of 100: how alike a street must be to be meant for that of the case


def a_numbers(text: str) -> frozenset[str]:
    """The A-Numbers a text prints, nine digits each."""
    found = (match for pattern in _A_NUMBERS for match in pattern.finditer(text.upper()))
    return frozenset(re.sub(r"\D", "", "".join(match.groups())).zfill(9) for match in found) - {
        "0" * 9
    }


def passport_numbers(text: str) -> tuple[str, ...]:
    """The numbers a text calls those of a passport."""
    return tuple(dict.fromkeys(_PASSPORT.findall(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a statement stands. `file`, `pointer`, `line`, `page`: as in a `Finding`; `remedy`:
    what to do where it is wrong."""

    where: str
    file: str
    remedy: str = "make the two the same, or add the person to `others`"
    pointer: str | None = None
    line: int | None = None
    page: int | None = None


def statements(desk: Desk) -> Iterator[Result]:
    """What the letter's reasons and the declarations say that case.json does not say of anybody;
    streets of completed forms."""
    for pointer, text in texts(desk):
        line = desk.case.line(pointer)
        where = Place(
            where=f"case.json line {line} ({pointer})", file="case.json", pointer=pointer, line=line
        )
        yield from stated(desk, where, text)
    for _, page in desk.forms():
        remedy = "correct the form or case.json"
        where = Place(
            where=f"{page.path}, page {page.page}", file=page.path, page=page.page, remedy=remedy
        )
        yield from _streets(desk, where, page.text)


def stated(desk: Desk, where: Place, text: str) -> Iterator[Result]:
    """Birth dates, numbers and streets of nobody in the case."""
    yield from _births(desk, where, text)
    yield from _a_numbers(desk, where, text)
    yield from _passports(desk, where, text)
    yield from _streets(desk, where, text)


def texts(desk: Desk) -> Iterator[tuple[str, str]]:
    """Pointer and words of every text in case.json that a person wrote."""
    for number, declaration in enumerate(desk.case.declarations):
        yield f"/declarations/{number}/title", declaration.title
    for text in citing_texts(desk.case):
        for paragraph in text.paragraphs:
            yield text.pointer, paragraph


def _births(desk: Desk, where: Place, text: str) -> Iterator[Result]:
    days = [person.birth_date for person in desk.people().values() if person.birth_date]
    for said in _BORN.findall(text):
        if days and not any(has_date(said, day) for day in days):
            yield from _told(where, "birth date", said, " or ".join(map(str, days)))


def _a_numbers(desk: Desk, where: Place, text: str) -> Iterator[Result]:
    known = [person.a_number.zfill(9) for person in desk.people().values() if person.a_number]
    for found in sorted(a_numbers(text) - {*known}):
        yield from _told(where, "A-Number", "A" + found, " or ".join(known) or "none")


def _passports(desk: Desk, where: Place, text: str) -> Iterator[Result]:
    known = [person.passport.number for person in desk.people().values() if person.passport]
    for said in passport_numbers(text):
        if known and plain(said) not in map(plain, known):
            yield from _told(where, "passport number", said, " or ".join(known))


def _streets(desk: Desk, where: Place, text: str) -> Iterator[Result]:
    """Runs of words nearly, but not quite, a street of the case; a house number with another
    digit is one of them."""
    everyone = desk.people().values()
    streets = {
        a.street for person in everyone for a in (person.address, person.mailing_address) if a
    }
    known = {" ".join(words(street)) for street in (*streets, *_others_streets(desk))}
    there = words(text)
    for street in sorted({" ".join(words(one)) for one in streets}):
        size = street.count(" ") + 1
        runs = (" ".join(there[start : start + size]) for start in range(len(there) - size + 1))
        for run in runs:
            if (
                size > 1
                and any(map(str.isdigit, run))
                and run not in known
                and fuzz.ratio(run, street) >= _NEARLY
            ):
                yield from _told(where, "address", run, street)


def _others_streets(desk: Desk) -> Iterator[str]:
    """Streets of those who have a part in the case without being of it."""
    case = desk.case
    interpreters = [one.interpreter for one in case.declarations if one.interpreter]
    translators = [one.translator for one in case.exhibits if one.translator]
    for one in (case.attorney, case.rfe, *interpreters, *translators):
        if one and one.address:
            yield one.address.street


def _told(where: Place, what: str, said: str, known: str) -> Iterator[Result]:
    problem = f"the {what} it states is not one that case.json gives to a person"
    at_odds = Contradiction(
        what=what, here="case.json, facts of the people", says=known, there=there(where), but=said
    )
    yield from differing("CHECK.STATED", where, problem, where.remedy, at_odds)


def there(where: Place) -> str:
    """The place, as a contradiction names it."""
    return f"case.json {where.pointer}" if where.pointer else where.where


def differing(
    rule: str, where: Place, problem: str, remedy: str, at_odds: Contradiction
) -> Iterator[Result]:
    """A warning, which holds no fact, and the two facts side by side, for the manifest."""
    yield Finding(
        rule=rule,
        severity=Severity.WARNING,
        where=where.where,
        problem=problem,
        remedy=remedy,
        file=where.file,
        pointer=where.pointer,
        line=where.line,
        page=where.page,
        source="house rule",
    )
    yield at_odds
