"""Check birth dates, numbers and addresses that the texts of case.json, completed forms and letters
state. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from assembler.crosscheck.results import CheckContext, ExhibitPage, Result, make_line_spot
from assembler.crosscheck.text_matching import (
    NOT_MISREAD,
    MisreadLetters,
    has_all_words,
    has_date,
    normalize_number,
    split_words,
)
from assembler.model import Contradiction
from assembler.model.case_texts import CaseText, list_citing_texts
from assembler.runtime.rule_catalog import make_finding

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
_COMPARE = (
    "compare both with the document they come from, and correct the one that is wrong; if it is "
    "somebody else's, add the person to `others`"
)
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
_NEARLY = 86  # of 100: how alike a street must be to be meant for that of the case


def find_a_numbers(text: str) -> frozenset[str]:
    """Return the A-Numbers in a text, nine digits each."""
    return frozenset(locate_a_numbers(text))


def locate_a_numbers(text: str) -> dict[str, int]:
    """Return the A-Numbers in a text, nine digits each, with the place of their first digit. Digits
    of other scripts, such as Arabic ones, are read, too."""
    # letters whose capital is two letters, as ß, stay: places in both texts must agree
    capitals = "".join(sign.upper() if len(sign.upper()) == 1 else sign for sign in text)
    places: dict[str, int] = {}
    for match in (match for pattern in _A_NUMBERS for match in pattern.finditer(capitals)):
        digits = re.findall(r"\d", "".join(match.groups()))
        number = "".join(str(unicodedata.decimal(digit)) for digit in digits).zfill(9)
        places[number] = min(match.start(1), places.get(number, match.start(1)))
    return {number: place for number, place in places.items() if number.strip("0")}


def find_passport_numbers(text: str) -> dict[str, int]:
    """Return the numbers that a text calls a passport's, with the place of their first sign."""
    places: dict[str, int] = {}
    for match in _PASSPORT.finditer(text):
        places.setdefault(match[1], match.start(1))
    return places


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPlace:
    """Where a statement is. `file`, `pointer`, `line`, `page`, `region`: as in a `Finding`.

    `described`: how a message names it; `remedy`: what to do if it is wrong.
    """

    where: str
    file: str
    described: str
    remedy: str = _COMPARE
    pointer: str | None = None
    line: int | None = None
    page: int | None = None
    region: tuple[float, float, float, float] | None = None


def check_statements(context: CheckContext) -> Iterator[Result]:
    """Check statements in the letter's reasons and in declarations, and streets on completed
    forms."""
    for place, text in iterate_texts(context):
        yield from check_text(context, place, text)
    for form_page in context.iterate_form_pages():
        yield from _check_form_streets(context, form_page)


def check_text(context: CheckContext, place: TextPlace, text: str) -> Iterator[Result]:
    """Return birth dates, numbers and streets in a text that belong to no one in the case."""
    yield from _check_births(context, place, text)
    yield from _check_a_numbers(context, place, text)
    yield from _check_passports(context, place, text)
    yield from _check_streets(context, place, text)


def iterate_texts(context: CheckContext) -> Iterator[tuple[TextPlace, str]]:
    """Yield place and words of every text in case.json that a person wrote, by paragraphs."""
    for number, declaration in enumerate(context.case.declarations):
        described = f"the title of the declaration {declaration.id}"
        yield (
            _describe_case_place(context, f"/declarations/{number}/title", described),
            declaration.title,
        )
    for text in list_citing_texts(context.case):
        name = _name_text(context, text)
        is_single = len(text.paragraphs) == 1
        for number, (pointer, paragraph) in enumerate(text.iterate_numbered()):
            described = name if is_single else f"the {_name_paragraph(number)} of {name}"
            yield _describe_case_place(context, pointer, described), paragraph


def list_declaration_places(context: CheckContext, number: int) -> Iterator[tuple[TextPlace, str]]:
    """Yield place and words of each paragraph of a declaration, by its number in case.json."""
    start = f"/declarations/{number}/paragraphs/"
    yield from (
        (place, text)
        for place, text in iterate_texts(context)
        if (place.pointer or "").startswith(start)
    )


def _describe_case_place(context: CheckContext, pointer: str, described: str) -> TextPlace:
    return TextPlace(
        where=context.case.place(pointer),
        file="case.json",
        described=described,
        pointer=pointer,
        line=context.case.line(pointer),
    )


def _name_text(context: CheckContext, text: CaseText) -> str:
    """Return what a text of case.json is called in messages."""
    if text.declaration:
        return f"the declaration {text.declaration}"
    field = text.pointer.rpartition("/")[2]
    if field == "answer" and context.case.rfe:
        point = context.case.rfe.points[int(text.pointer.split("/")[3])]
        return f"the answer to point {point.id}"
    return f"`{field}` of the request"


def _name_paragraph(number: int) -> str:
    """Return "second paragraph" for 1."""
    ordinal = _ORDINALS[number] if number < len(_ORDINALS) else ""
    return f"{ordinal} paragraph" if ordinal else f"paragraph {number + 1}"


def _check_form_streets(context: CheckContext, place: ExhibitPage) -> Iterator[Result]:
    """Check the streets on a page of a completed form, line by line in what is said of them."""
    page = place.page
    misread = context.list_misread_letters([page])
    for run, street in _find_near_streets(context, page.text, misread):
        spot = make_line_spot(place, _find_line(page.text, run))
        text_place = TextPlace(
            where=f"{page.prepared.path}, page {page.prepared.source_page}",
            file=page.prepared.path,
            described=spot.describe(),
            page=page.prepared.source_page,
            remedy="compare the form with case.json, and correct the one that is wrong",
            region=spot.region,
        )
        yield from _report_statement(text_place, "address", run, street)


def _find_line(text: str, run: str) -> int:
    """Return the number, from 0, of the line in which these words begin."""
    words = [
        (word, number)
        for number, line in enumerate(text.splitlines())
        for word in split_words(line)
    ]
    wanted = run.split()
    size = len(wanted)
    starts = (
        words[n][1]
        for n in range(len(words) - size + 1)
        if [word for word, _ in words[n : n + size]] == wanted
    )
    return next(starts, 0)


def _check_births(context: CheckContext, place: TextPlace, text: str) -> Iterator[Result]:
    days = [person.birth_date for person in context.list_people().values() if person.birth_date]
    for stated_date in _BORN.findall(text):
        if days and not any(has_date(stated_date, day) for day in days):
            yield from _report_statement(
                place, "birth date", stated_date, " or ".join(map(str, days))
            )


def _check_a_numbers(context: CheckContext, place: TextPlace, text: str) -> Iterator[Result]:
    known = [
        person.a_number.zfill(9) for person in context.list_people().values() if person.a_number
    ]
    for number in sorted(find_a_numbers(text) - {*known}):
        yield from _report_statement(place, "A-Number", "A" + number, " or ".join(known) or "none")


def _check_passports(context: CheckContext, place: TextPlace, text: str) -> Iterator[Result]:
    known = [person.passport.number for person in context.list_people().values() if person.passport]
    for number in find_passport_numbers(text):
        if known and normalize_number(number) not in map(normalize_number, known):
            yield from _report_statement(place, "passport number", number, " or ".join(known))


def _check_streets(context: CheckContext, place: TextPlace, text: str) -> Iterator[Result]:
    for run, street in _find_near_streets(context, text):
        yield from _report_statement(place, "address", run, street)


def _find_near_streets(
    context: CheckContext, text: str, misread: MisreadLetters = NOT_MISREAD
) -> Iterator[tuple[str, str]]:
    """Yield word sequences that are nearly, but not quite, a street of the case, such as one with
    another house number; and that street."""
    everyone = context.list_people().values()
    streets = {
        address.street
        for person in everyone
        for address in (person.address, person.mailing_address)
        if address
    }
    known = {" ".join(split_words(street)) for street in (*streets, *_list_helper_streets(context))}
    text_words = split_words(text)
    for street, written in sorted((" ".join(split_words(street)), street) for street in streets):
        size = street.count(" ") + 1
        runs = (
            " ".join(text_words[start : start + size])
            for start in range(len(text_words) - size + 1)
        )
        for run in runs:
            if (
                size > 1
                and any(map(str.isdigit, run))
                and run not in known
                and fuzz.ratio(run, street) >= _NEARLY
                and not (misread and has_all_words(run, written, misread))
            ):
                yield run, street


def _list_helper_streets(context: CheckContext) -> Iterator[str]:
    """Yield streets of those who have a part in the case without being one of its people."""
    case = context.case
    interpreters = [
        declaration.interpreter for declaration in case.declarations if declaration.interpreter
    ]
    translators = [exhibit.translator for exhibit in case.exhibits if exhibit.translator]
    for party in (case.attorney, case.rfe, *interpreters, *translators):
        if party and party.address:
            yield party.address.street


def _report_statement(place: TextPlace, fact: str, stated: str, known: str) -> Iterator[Result]:
    article = "an" if fact[0] in "aA" else "a"
    problem = f"{article} {fact} in {place.described} is not one that case.json gives to a person"
    contradiction = Contradiction(
        what=fact,
        case_place="case.json, facts of the people",
        case_value=known,
        other_place=describe_place(place),
        other_value=stated,
    )
    yield from report_contradiction("CHECK.STATED", place, problem, place.remedy, contradiction)


def describe_place(place: TextPlace) -> str:
    """Return the place, as a contradiction names it."""
    return f"case.json {place.pointer}" if place.pointer else place.where


def report_contradiction(
    rule: str, place: TextPlace, problem: str, remedy: str, contradiction: Contradiction
) -> Iterator[Result]:
    """Yield a warning, which holds no fact, and the two facts side by side, for the manifest."""
    yield make_finding(
        rule,
        place.where,
        problem,
        remedy,
        file=place.file,
        pointer=place.pointer,
        line=place.line,
        page=place.page,
        region=place.region,
        source="house rule",
    )
    yield contradiction
