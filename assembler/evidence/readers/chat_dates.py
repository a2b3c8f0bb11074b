"""Read dates that are three numbers, in whatever order and calendar a phone writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from assembler.model.file_options import DateOrder

_FIRST_YEAR, _LAST_YEAR = 1990, 2100  # of chats
_BUDDHIST = range(2533, 2644)  # years of the Thai calendar, 543 ahead
_BUDDHIST_OFFSET = 543
# years of the Persian calendar since there are chats on phones; those of the Islamic calendar begin
# where they end
_PERSIAN = range(1369, 1426)
_NOWRUZ = (1400, date(2021, 3, 21))  # a year of it, and its first day
_PLACES = {
    DateOrder.DAY_FIRST: (2, 1, 0),
    DateOrder.MONTH_FIRST: (2, 0, 1),
    DateOrder.YEAR_FIRST: (0, 1, 2),
}  # of year, month and day
NumberedDate = tuple[int, int, int]


def read_date(numbers: NumberedDate, order: DateOrder) -> date | None:
    """Return the day that three numbers mean in an order; None if there is no such day."""
    year, month, day = (numbers[place] for place in _PLACES[order])
    if year < 100:
        year += 2000
    if year in _PERSIAN:
        return convert_persian_date(year, month, day)
    if year in _BUDDHIST:
        year -= _BUDDHIST_OFFSET
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def list_orders(numbers: NumberedDate) -> list[DateOrder]:
    """Return the orders in which three numbers are a day."""
    return [order for order in DateOrder if read_date(numbers, order) is not None]


def find_orders(dates: Iterable[NumberedDate]) -> list[DateOrder]:
    """Return the orders that fit all dates of a chat; several, if the file does not tell.

    Of the orders in which each date is a day, those in which no message is older than the one
    before it, if there are any. Years of two digits come first only where the first numbers of the
    dates differ less than the last ones.
    """
    distinct = _drop_repetitions(dates)
    may_begin_with_year = any(numbers[0] > 31 for numbers in distinct) or (
        len({numbers[0] for numbers in distinct}) < len({numbers[2] for numbers in distinct})
    )
    orders = [
        order
        for order in DateOrder
        if (may_begin_with_year or order is not DateOrder.YEAR_FIRST)
        and all(read_date(numbers, order) is not None for numbers in distinct)
    ]
    rising = [order for order in orders if _is_rising(distinct, order)]
    return rising or orders


def _drop_repetitions(dates: Iterable[NumberedDate]) -> list[NumberedDate]:
    distinct: list[NumberedDate] = []
    for numbers in dates:
        if not distinct or distinct[-1] != numbers:
            distinct.append(numbers)
    return distinct


def _is_rising(dates: Sequence[NumberedDate], order: DateOrder) -> bool:
    days = [day for numbers in dates if (day := read_date(numbers, order)) is not None]
    return all(first <= second for first, second in pairwise(days))


def convert_persian_date(year: int, month: int, day: int) -> date | None:
    """Return a day of the Persian (Solar Hijri) calendar; None if there is no such day.

    Leap years by the cycle of 33 years, which agrees with the official calendar in the years of
    chats.
    """
    if not (1 <= month <= 12 and 1 <= day <= _count_persian_days(year, month)):
        return None
    known_year, first_day = _NOWRUZ
    leap_days = _count_leap_days(year) - _count_leap_days(known_year)
    days_of_months = 31 * (month - 1) if month <= 7 else 30 * (month - 1) + 6
    return first_day + timedelta(
        days=365 * (year - known_year) + leap_days + days_of_months + day - 1
    )


def _count_leap_days(year: int) -> int:
    """Return how many there are before a year."""
    return (8 * year + 21) // 33


def _count_persian_days(year: int, month: int) -> int:
    if month <= 6:
        return 31
    is_leap = (25 * year + 11) % 33 < 8
    return 30 if month < 12 or is_leap else 29


def is_islamic_year(numbers: NumberedDate) -> bool:
    """Return whether a date has a year of the Islamic (lunar) calendar, whose days depend on the
    country."""
    return any(_PERSIAN.stop <= number < 1480 for number in (numbers[0], numbers[2]))
