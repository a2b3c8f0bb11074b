"""Read dates as people write them, for messages. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_YEAR_FIRST = re.compile(r"([0-9]{4})\s*[-/. ]?\s*([0-9]{1,2})\s*[-/. ]?\s*([0-9]{1,2})(?:t.*)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})\s*[-/. ]\s*([0-9]{1,2})\s*[-/. ]\s*([0-9]{4})")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s*([0-9]{1,2})(?:st|nd|rd|th)?\s*,?\s*([0-9]{4})")
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?\.?[\s-]*(?:of\s+)?([a-z]{3,9})\.?[\s,-]*([0-9]{4})"
)
_LONGEST = 40  # characters of a date in words
MONTH_DAY_YEAR = "month/day/year"
DAY_MONTH_YEAR = "day/month/year"
YEAR_FIRST = "year first"
MONTH_IN_WORDS = "month in words"


@dataclass(frozen=True, slots=True)
class DateReading:
    """One way to read a date, and the day it is then."""

    order: str
    day: date


def read_date(text: str) -> tuple[DateReading, ...]:
    """Return each way in which a text can be a day; two days are read from 03/04/2025, one from
    03/15/2025, none from a text without a year of four digits."""
    text = text.strip().casefold()
    if len(text) > _LONGEST:
        return ()
    if match := _YEAR_FIRST.fullmatch(text):
        return _keep((_make_reading(YEAR_FIRST, match[1], match[2], match[3]),))
    if match := _YEAR_LAST.fullmatch(text):
        return _keep(
            (
                _make_reading(MONTH_DAY_YEAR, match[3], match[1], match[2]),
                _make_reading(DAY_MONTH_YEAR, match[3], match[2], match[1]),
            )
        )
    if match := _MONTH_FIRST.fullmatch(text):
        return _keep((_make_reading(MONTH_IN_WORDS, match[3], _find_month(match[1]), match[2]),))
    if match := _DAY_FIRST.fullmatch(text):
        return _keep((_make_reading(MONTH_IN_WORDS, match[3], _find_month(match[2]), match[1]),))
    return ()


def _keep(readings: tuple[DateReading | None, ...]) -> tuple[DateReading, ...]:
    """Return the readings that are days, each day once."""
    by_day = {reading.day: reading for reading in reversed(readings) if reading}
    return tuple(reversed(by_day.values()))


def _find_month(word: str) -> str:
    names = [
        name for name in _MONTHS if name.startswith(word) or (word, name[:3]) == ("sept", "sep")
    ]
    return str(_MONTHS.index(names[0]) + 1) if len(names) == 1 else "0"


def _make_reading(order: str, year: str, month: str, day: str) -> DateReading | None:
    try:
        return DateReading(order, date(int(year), int(month), int(day)))
    except ValueError:
        return None
