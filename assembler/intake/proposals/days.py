"""Read the days in a line of text, in numbers and in the words of every language of
categories.json. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from assembler.intake.proposals.cues import Cues, fold
from assembler.model.numeric_days import complete_year, find_numeric_days, make_day

_DAY_FIRST = re.compile(
    r"\b(\d{1,2})(?: ?(?:st|nd|rd|th|er|o|a)\b)?"
    r"(?: (?:de|of|day of the month of|day of|dias del mes de|dias de|dia del mes de"
    r"|del mes de|du))?"
    r" ?([^\W\d_]{3,12})(?: [^\W\d_]{3,12})?"
    r"(?: (?:de|del|of|in the year|ano|year|del ano|de ano))* ?(\d{4})\b"
)
_MONTH_FIRST = re.compile(r"\b([^\W\d_]{3,12}) (\d{1,2})(?: ?(?:st|nd|rd|th))? (?:of )?(\d{4})\b")
_COMPACT = re.compile(r"\b(\d{2})([^\W\d_]{3})(\d{2})\b")  # as on tickets: 14OCT26
_YEAR_MONTH = re.compile(r"\b(\d{4}) ([^\W\d_]{3,12}) (\d{1,2})\b(?! \d{4})")  # as on Form I-94
_YEAR_DAY = re.compile(  # "l'an deux mil vingt-six et le vingt-huit mars"
    r"\b(?:an|ano|year) (\d{4}) (?:et |y |and )?(?:le |el |the )?(\d{1,2}) ([^\W\d_]{3,12})\b"
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_YEAR_WORDS = re.compile(r"\b(?:an|ano|year) [^\W\d_]+ [^\W\d_]+")
_WORDED = ((_DAY_FIRST, (3, 2, 1)), (_YEAR_DAY, (1, 3, 2)))  # pattern, groups of year, month, day
_JOINING = frozenset(  # words between the numbers of a day that is spelled out
    ("day", "days", "of", "the", "month", "year", "and", "in", "dia", "dias", "mes", "ano", "de")
) | {"del", "la", "el", "y", "en", "jour", "jours", "mois", "annee", "du", "des", "le", "et", "e"}
_FIRST = re.compile(r"\b[lI1]er\b")  # French for the first, as recognition reads it


class Day(NamedTuple):
    """Days read in a line; places of days in words count in the folded line."""

    start: int
    length: int
    readings: tuple[date, ...]  # month first, then day first
    numeric: bool
    shows: str = ""  # "month" or "day" first, where a number above 12 shows it


def find_days(text: str, cues: Cues) -> Iterator[Day]:
    """Yield the days in a line, in numbers and in words."""
    for start, length, readings, shows, _ in find_numeric_days(text):
        yield Day(start, length, readings, True, shows)
    folded = fold(_FIRST.sub("1 er", text))
    if not any(map(str.isdigit, folded)):
        yield from _find_worded_days(folded, cues, _WORDED)
        return
    if _YEAR_WORDS.search(folded):
        yield from _find_worded_days(folded, cues, _WORDED[1:])
    yield from _find_named_days(folded, cues)


def _find_named_days(folded: str, cues: Cues) -> Iterator[Day]:
    """Yield days with the name of their month, in a folded line."""
    if not any(name in cues.months for name in _LETTERS.findall(folded)):
        return
    taken = set[int]()
    for match in _DAY_FIRST.finditer(folded):
        if days := _make_days(match[3], match[2], match[1], cues):
            taken.add(match.end())
            yield Day(match.start(), len(match[0]), days, False)
    for match in _MONTH_FIRST.finditer(folded):
        days = _make_days(match[3], match[1], match[2], cues)
        if days and match.end() not in taken:
            yield Day(match.start(), len(match[0]), days, False)
    for match in _COMPACT.finditer(folded):
        if days := _make_days(complete_year(match[3]), match[2], match[1], cues):
            yield Day(match.start(), len(match[0]), days, False)
    for match in _YEAR_MONTH.finditer(folded):
        days = _make_days(match[1], match[2], match[3], cues)
        if days and not any(match.start() < end <= match.end() for end in taken):
            yield Day(match.start(), len(match[0]), days, False)


def _find_worded_days(
    folded: str, cues: Cues, patterns: Sequence[tuple[re.Pattern[str], tuple[int, int, int]]]
) -> Iterator[Day]:
    """Yield days whose numbers are spelled out: "the second day of May, two thousand twenty"."""
    words = folded.split()
    months = [n for n, word in enumerate(words) if word in cues.months]
    if not months or not any(word in cues.numbers for word in words):
        return
    written = f" {' '.join(_write_numbers(words, cues))} "
    for pattern, (year, month, day) in patterns:
        for match in pattern.finditer(written):
            if days := _make_days(match[year], match[month], match[day], cues):
                at = next((n for n in months if words[n] == match[month]), months[0])
                start, end = _find_run(words, at, cues)
                yield Day(start, end - start, days, False)


def _find_run(words: list[str], month: int, cues: Cues) -> tuple[int, int]:
    """Return where the words of a day begin and end in a folded line, from the place of its
    month among the words."""

    def is_part(word: str) -> bool:
        return word in cues.numbers or word in _JOINING or word.isdigit()

    first = last = month
    while first > 0 and is_part(words[first - 1]):
        first -= 1
    while first < month and words[first] in _JOINING:
        first += 1
    while last + 1 < len(words) and is_part(words[last + 1]):
        last += 1
    start = 1 + sum(len(word) + 1 for word in words[:first])
    return start, start + len(" ".join(words[first : last + 1]))


def _write_numbers(words: list[str], cues: Cues) -> Iterator[str]:
    """Yield the words, those of a number as one number in digits."""
    value, before, open_number = 0, 0, False
    for word in (*words, ""):
        number = cues.numbers.get(word)
        if number is None:
            if open_number and word in ("y", "and", "et", "e"):
                continue
            if open_number:
                yield str(value)
            value, before, open_number = 0, 0, False
            if word:
                yield word
            continue
        if number in (100, 1000):
            value = max(1, value) * number
        elif open_number and number >= before > 0 and value < 100:
            yield str(value)
            value = number
        else:
            value += number
        before, open_number = number, True


def _make_days(year: str, month: str, day: str, cues: Cues) -> tuple[date, ...]:
    months = dict.fromkeys(number for number, _ in cues.months.get(month, ()))
    days = (make_day(year, str(number), day) for number in months)
    return tuple(found for found in days if found)
