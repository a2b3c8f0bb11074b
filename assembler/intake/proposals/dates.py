"""Find the days in a text, and the one on which the document was made. Pure.

Days are read in every language of categories.json. Where month and day can be exchanged, the
document's language, its country and its other dates decide; if these do not, nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from assembler.intake.proposals.cues import Cues, find_phrases, fold
from assembler.intake.proposals.page_signs import PageSigns
from assembler.intake.proposals.values import Guess, Reason

_YEARS_AHEAD = 20  # a passport may expire that late
_OLDEST = 1900
_CENTURY = 100
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d/-])")
_YEAR_FIRST = re.compile(r"(?<![\d./-])(\d{4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?![\d/-])")
_DAY_FIRST = re.compile(
    r"\b(\d{1,2})(?: ?(?:st|nd|rd|th|er|o|a))?"
    r"(?: (?:de|of|day of|dias del mes de|dias de|dia del mes de|del mes de|du))?"
    r" ?([^\W\d_]{3,12})(?: [^\W\d_]{3,12})?"
    r"(?: (?:de|del|of|in the year|ano|year|del ano|de ano))* ?"
    r"(\d{4})\b"
)
_MONTH_FIRST = re.compile(r"\b([^\W\d_]{3,12}) (\d{1,2})(?: ?(?:st|nd|rd|th))? (?:of )?(\d{4})\b")
_BEFORE = 5  # words before a date that may be its label
_SHORT_LINE = 5  # words of a line, besides its date, above which it is a sentence
_TOP = 9  # lines
_LEAST_SCORE = 0.4


class Day(NamedTuple):
    """Days read in a line; places of days in words count in the folded line."""

    start: int
    length: int
    readings: tuple[date, ...]  # month first, then day first
    numeric: bool
    shows: str = ""  # "month" or "day" first, where a number above 12 shows it


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention:
    """A day in the text; several `readings` where month and day can be exchanged."""

    path: str
    page: int
    line: int  # index among the lines with text
    readings: tuple[date, ...]  # month first, then day first
    numeric: bool
    shows: str
    before: str  # folded words before it on its line, or the line before
    others: int  # other words on its line
    ordinal: int  # of the page in its document
    from_end: int  # lines after it


@dataclass(frozen=True, slots=True, kw_only=True)
class DateChoice:
    """The day chosen, or why none could be: `ambiguous` is the place of one that can be two."""

    guess: Guess[date | None]
    ambiguous: Reason | None = None


def find_dates(pages: Sequence[PageSigns], cues: Cues) -> Iterator[DateMention]:
    """Yield the days in the pages of a document."""
    for ordinal, page in enumerate(pages):
        for number, line in enumerate(page.lines):
            if line.is_running:
                continue
            for start, length, readings, numeric, shows in find_days(line.text, cues):
                before = fold(line.text[:start]) if numeric else line.folded[:start]
                words = before.split()[-_BEFORE:]
                if not words and number:
                    words = page.lines[number - 1].folded.split()[:_BEFORE]
                whole = line.text if numeric else line.folded
                rest = whole[:start] + " " + whole[start + length :]
                yield DateMention(
                    path=page.reading.path,
                    page=page.reading.page,
                    line=number,
                    readings=readings,
                    numeric=numeric,
                    shows=shows,
                    before=f" {' '.join(words)} ",
                    others=len(fold(rest).split()),
                    ordinal=ordinal,
                    from_end=len(page.lines) - number - 1,
                )


def find_days(text: str, cues: Cues) -> Iterator[Day]:
    """Yield the days in a line, in numbers and in words."""
    for match in _YEAR_FIRST.finditer(text):
        if day := _day(match[1], match[3], match[4]):
            yield Day(match.start(), len(match[0]), (day,), True)
    for match in _NUMERIC.finditer(text):
        year = _full_year(match[4])
        month_first, day_first = _day(year, match[1], match[3]), _day(year, match[3], match[1])
        readings = tuple(dict.fromkeys(day for day in (month_first, day_first) if day))
        shows = "" if month_first and day_first else "month" if month_first else "day"
        if readings:
            yield Day(match.start(), len(match[0]), readings, True, shows)
    folded, taken = fold(text), set[int]()
    for match in _DAY_FIRST.finditer(folded):
        if days := _days(match[3], match[2], match[1], cues):
            taken.add(match.end())
            yield Day(match.start(), len(match[0]), days, False)
    for match in _MONTH_FIRST.finditer(folded):
        days = _days(match[3], match[1], match[2], cues)
        if days and match.end() not in taken:
            yield Day(match.start(), len(match[0]), days, False)


def _full_year(text: str) -> str:
    if len(text) == 4:
        return text
    return f"20{text}" if int(text) < 50 else f"19{text}"


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if _OLDEST <= found.year < _OLDEST + 2 * _CENTURY else None


def _days(year: str, month: str, day: str, cues: Cues) -> tuple[date, ...]:
    months = dict.fromkeys(number for number, _ in cues.months.get(month, ()))
    days = (_day(year, str(number), day) for number in months)
    return tuple(found for found in days if found)


def choose_date(
    pages: Sequence[PageSigns],
    cues: Cues,
    language: str,
    as_of: date,
    birth_dates: frozenset[date] = frozenset(),
) -> DateChoice:
    """Return the day on which a document was made, as its labels and layout say.

    Args:
        language: of the document.
        birth_dates: of people of the case, which are no dates of documents.
    """
    mentions = list(find_dates(pages, cues))
    if not mentions:
        return DateChoice(guess=Guess(value=None, confidence=0.6))
    order = _find_order(mentions, pages, cues, language)
    scored = sorted(
        (
            (_score(mention, order, cues, as_of, birth_dates, len(mentions)), n)
            for n, mention in enumerate(mentions)
        ),
        key=lambda pair: (-pair[0], pair[1]),
    )
    score, best = scored[0][0], mentions[scored[0][1]]
    if score < _LEAST_SCORE:
        return DateChoice(guess=Guess(value=None, confidence=0.5))
    day, sureness = _resolve(best, order)
    reason = Reason(path=best.path, page=best.page, line=best.line + 1, cue=_describe(best, cues))
    if day is None:
        return DateChoice(
            guess=Guess(value=None, confidence=0.0, reasons=(reason,)), ambiguous=reason
        )
    rivals = [
        value for value, n in scored[1:] if _resolve(mentions[n], order)[0] not in (day, None)
    ]
    margin = score - max(rivals, default=score - 3.0)
    confidence = sureness * _sure(score, margin)
    return DateChoice(guess=Guess(value=day, confidence=round(confidence, 2), reasons=(reason,)))


def _sure(score: float, margin: float) -> float:
    """Return how likely the best date is right, from its score and its lead."""
    certain = 0.55 + 0.09 * min(score, 3.0) + 0.07 * min(margin, 3.0)
    return min(0.97, certain)


def _describe(mention: DateMention, cues: Cues) -> str:
    label = _label(mention.before, cues)
    return label or ("a line with a date alone" if mention.others <= _SHORT_LINE else "a date")


def _label(before: str, cues: Cues) -> str:
    """Return the label that stands right before a date, or ""."""
    for phrase, _ in find_phrases(before, cues.issued_labels):
        if before.endswith(phrase) or before.strip() == phrase.strip():
            return phrase.strip()
    return ""


def _score(
    mention: DateMention,
    order: str,
    cues: Cues,
    as_of: date,
    birth_dates: frozenset[date],
    count: int,
) -> float:
    """Return how much speaks for a mention as the date of the document."""
    score = 0.5 if count == 1 else 0.0
    label = _label(mention.before, cues)
    other = any(
        mention.before.rstrip().endswith(phrase.rstrip())
        for phrase, _ in find_phrases(mention.before, cues.other_labels)
    )
    strong_other = len(mention.before.split()) <= _BEFORE and any(
        phrase in mention.before for phrase in _strong(cues)
    )
    if label and not strong_other:
        score += 3.0 if " " in label or mention.others <= _SHORT_LINE else 1.5
    elif other or strong_other:
        score -= 4.0
    if mention.others <= _SHORT_LINE:
        score += 2.0 if mention.others <= 1 else 1.2
        if mention.ordinal == 0 and mention.line < _TOP:
            score += 1.0
        elif mention.from_end <= 4:
            score += 0.8
    else:
        score -= 0.8
    day = _resolve(mention, order)[0] or mention.readings[0]
    if day > as_of:
        score -= 4.0
    if day in birth_dates:
        score -= 5.0
    return score - 0.3 * min(mention.ordinal, 3)


def _strong(cues: Cues) -> tuple[str, ...]:
    """Return labels of other dates that hold even with words between them and the date."""
    return tuple(
        phrase
        for phrase, _ in cues.other_labels
        if len(phrase.split()) > 1 or len(phrase.strip()) > 5
    )


def _find_order(
    mentions: Sequence[DateMention], pages: Sequence[PageSigns], cues: Cues, language: str
) -> str:
    """Return how the document writes days in numbers: "month", "day", or "" if both are possible.

    A day above 12 shows it; else the country that the document names, then its language.
    """
    shown = {mention.shows for mention in mentions if mention.shows}
    if len(shown) == 1:
        return shown.pop()
    text = "".join(page.folded for page in pages)
    countries = {
        country for country, signs in cues.country_signs if any(sign in text for sign in signs)
    }
    if shown or countries & cues.both_orders:
        return ""
    is_american = bool(countries & cues.month_first)
    if language == "en":
        if is_american:
            return "" if countries - cues.month_first else "month"
        return "day" if countries else ""
    return "" if is_american else "day"


def _resolve(mention: DateMention, order: str) -> tuple[date | None, float]:
    """Return the day of a mention, and how sure its reading is; None if it can be two."""
    if len(mention.readings) == 1:
        return mention.readings[0], 1.0
    if not order or not mention.numeric:
        return None, 0.0
    return mention.readings[0 if order == "month" else 1], 0.95
