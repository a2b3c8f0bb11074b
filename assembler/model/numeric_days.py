"""Read the days that a text writes in numbers alone, in the digits of any script. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

_OLDEST = 1900
_CENTURY = 100
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d/-])")
_YEAR_FIRST = re.compile(r"(?<![\d./-])(\d{4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?![\d/-])")


class NumericDay(NamedTuple):
    """A day in numbers. `shows`: "month" or "day" first, where a number above 12 shows it."""

    start: int
    length: int
    readings: tuple[date, ...]  # month first, then day first
    shows: str = ""
    separator: str = ""  # between its numbers: ".", "/" or "-"


def find_numeric_days(text: str) -> Iterator[NumericDay]:
    """Yield the days of a text in numbers: those with the year first, then all others."""
    for match in _YEAR_FIRST.finditer(text):
        if day := make_day(match[1], match[3], match[4]):
            yield NumericDay(match.start(), len(match[0]), (day,), "", match[2])
    for match in _NUMERIC.finditer(text):
        year = complete_year(match[4])
        month_first, day_first = (
            make_day(year, match[1], match[3]),
            make_day(year, match[3], match[1]),
        )
        readings = tuple(dict.fromkeys(day for day in (month_first, day_first) if day))
        shows = "" if month_first and day_first else "month" if month_first else "day"
        if readings:
            yield NumericDay(match.start(), len(match[0]), readings, shows, match[2])


def complete_year(text: str) -> str:
    """Return a year in four digits: "26" is 2026, "84" is 1984."""
    if len(text) == 4:
        return text
    return f"20{text}" if int(text) < 50 else f"19{text}"


def make_day(year: str, month: str, day: str) -> date | None:
    """Return a day of the last or of this century, or None."""
    try:
        date_read = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return date_read if _OLDEST <= date_read.year < _OLDEST + 2 * _CENTURY else None
