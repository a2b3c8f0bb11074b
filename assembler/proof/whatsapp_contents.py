"""Read the messages of a WhatsApp export, independently of the code that prints them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assembler.model.file_options import DateOrder
from assembler.proof.chat_records import ReadMessage

_LONGEST_HEAD = 90  # characters before a message
_MOST_LETTERS = (16, 22)  # of words before and after the time
# the first days of years of the Persian calendar, as Iran's calendar has them: leap years
_PERSIAN_LEAP_YEARS = frozenset(
    (1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420, 1424)
)
_PERSIAN_START = (1369, date(1990, 3, 21))
_PERSIAN_END = 1426
_BUDDHIST = (2533, 2643, 543)
_DAY = re.compile(
    r"(\d{1,4}) ?([./\-년年]) ?(\d{1,2}) ?[./\-월月] ?(\d{1,4})(?: ?(?:[.日일]|г\.|BE|พ\.ศ\.))?"
)
_CLOCK = re.compile(r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """The beginning of a message: what separates it from the text, and what was found before."""

    shape: tuple[str, bool, str]
    numbers: tuple[int, int, int]
    clock: str
    rest: str


def is_whatsapp_chat(text: str) -> bool:
    """Return whether the first lines of a text begin like messages."""
    lines = [line for line in _list_lines(text[:65_536]) if line.strip()][:60]
    first = _read_start(lines[0]) if lines else None
    if first is None:
        return False
    starts = [
        start for line in lines if (start := _read_start(line)) and start.shape == first.shape
    ]
    return (
        len(starts) > 1
        and 4 * len(starts) >= len(lines)
        and any(_split_sender(_simplify(start.rest))[0] for start in starts)
    )


def read_whatsapp_messages(text: str, order: DateOrder | None) -> tuple[list[ReadMessage], str]:
    """Return the messages, and the text before them. Raises ValueError if the dates can be read in
    more than one way."""
    preface: list[str] = []
    starts: list[tuple[_Start, list[str]]] = []
    for line in _list_lines(text):
        start = _read_start(line)
        if start is not None and (not starts or start.shape == starts[0][0].shape):
            starts.append((start, []))
        else:
            (starts[-1][1] if starts else preface).append(line)
    chosen = order or _find_order([start.numbers for start, _ in starts])
    names = Counter(_split_sender(_simplify(start.rest))[0] for start, _ in starts)
    messages = []
    for number, (start, lines) in enumerate(starts, 1):
        sender, first = _split_sender(_simplify(start.rest))
        if names[sender] < 2 and any(sign in sender for sign in '"“”«»„'):
            sender, first = "", _simplify(start.rest)
        messages.append(
            ReadMessage(
                number=number,
                day=_make_day(start.numbers, chosen),
                sender=sender.strip(),
                text="\n".join((first, *map(_simplify, lines))),
                clock=start.clock,
            )
        )
    return messages, "\n".join(preface)


def _list_lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


def _simplify(text: str) -> str:
    """Return a text without the marks that set its direction."""
    return "".join(letter for letter in text if not _is_mark(letter))


def _is_mark(letter: str) -> bool:
    return (
        unicodedata.bidirectional(letter) in _MARK_CLASSES or letter in "\u200e\u200f\u061c\ufeff"
    )


_BLANKS = " \xa0\u202f\u2009"
_MARKS = "\u200e\u200f\u061c\ufeff"
_MARK_CLASSES = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))


def _read_start(line: str) -> _Start | None:
    """Return the beginning of a message; None if the line goes on with one."""
    plain = "".join(" " if letter in _BLANKS else letter for letter in _simplify(line)).lstrip(" ")
    for kind, pattern in (
        ("line", r"([^\[].*?) - "),
        ("brackets", r"\[(.*?)\] ?"),
        ("colon", r"([^\[].*?\d\d:\d\d[^\d:]{0,22}): "),
    ):
        match = re.match(pattern, plain[:_LONGEST_HEAD])
        parts = _read_head(match[1]) if match else None
        if match is None or parts is None:
            continue
        numbers, clock, is_time_first, sign = parts
        has_seconds = clock.count(":") == 2
        if (kind == "line") == has_seconds and kind != "brackets":
            continue
        rest = _cut(line, match.end())
        return _Start(shape=(kind, is_time_first, sign), numbers=numbers, clock=clock, rest=rest)
    return None


def _cut(line: str, count: int) -> str:
    """Return what follows so many characters that are no marks, after leading blanks."""
    position = 0
    while position < len(line) and (
        _is_mark(line[position]) or line[position] in " \xa0\u202f\u2009"
    ):
        position += 1
    while position < len(line) and count:
        count -= not _is_mark(line[position])
        position += 1
    return line[position:]


def _read_head(head: str) -> tuple[tuple[int, int, int], str, bool, str] | None:
    """Return the three numbers of a date, the time, whether that comes first, and the sign between
    the numbers; None if there is anything else than words in it."""
    day = _DAY.search(head)
    if day is None:
        return None
    if day.start():  # the time first: a comma or a blank separates it
        gap = re.search(r"(?: ?[,،] ?| )$", head[: day.start()])
        clock = _read_clock(head[: gap.start()]) if gap and day.end() == len(head) else None
    else:
        gap = re.match(r"(?: ?[,،] ?| )", head[day.end() :])
        clock = _read_clock(head[day.end() + gap.end() :]) if gap else None
    numbers = (int(day[1]), int(day[3]), int(day[4]))
    if clock is None or not _may_be_date(numbers):
        return None
    return numbers, clock, day.start() > 0, day[2]


def _read_clock(text: str) -> str | None:
    """Return hours, minutes and seconds of a time with some words around it."""
    match = _CLOCK.search(text)
    if match is None:
        return None
    before, after = text[: match.start()], text[match.end() :]
    words = (before.removesuffix(" "), after.removeprefix(" "))
    if before == " " or after == " ":
        return None
    for bare, most in zip(words, _MOST_LETTERS, strict=True):
        are_letters = all(c.isalpha() or c in ". \u200c" or _is_accent(c) for c in bare)
        if bare and not (bare[0].isalpha() and are_letters and len(bare) <= most):
            return None
    return ":".join(str(int(group)).zfill(len(group)) for group in match.groups() if group)


def _is_accent(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")


def _may_be_date(numbers: tuple[int, int, int]) -> bool:
    return any(_make_day(numbers, order) for order in DateOrder)


def _make_day(numbers: tuple[int, int, int], order: DateOrder) -> date | None:
    """Return the day of three numbers in the order of the letters of "dmy"."""
    values = dict(zip(order.value, numbers, strict=True))
    year = values["y"] + (2000 if values["y"] < 100 else 0)
    if _PERSIAN_START[0] <= year < _PERSIAN_END:
        return _make_persian_day(year, values["m"], values["d"])
    if _BUDDHIST[0] <= year <= _BUDDHIST[1]:
        year -= _BUDDHIST[2]
    try:
        day = date(year, values["m"], values["d"])
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None


def _make_persian_day(year: int, month: int, day: int) -> date | None:
    lengths = [31] * 6 + [30] * 5 + [30 if year in _PERSIAN_LEAP_YEARS else 29]
    if not (1 <= month <= 12 and 1 <= day <= lengths[month - 1]):
        return None
    first_year, start = _PERSIAN_START
    years = sum(366 if passed in _PERSIAN_LEAP_YEARS else 365 for passed in range(first_year, year))
    return start + timedelta(days=years + sum(lengths[: month - 1]) + day - 1)


def _find_order(dates: Sequence[tuple[int, int, int]]) -> DateOrder:
    """Return the one order in which all dates are days, none before the last."""
    firsts, lasts = {numbers[0] for numbers in dates}, {numbers[2] for numbers in dates}
    orders = {}
    for order in DateOrder:
        if (
            order is DateOrder.YEAR_FIRST
            and max(firsts, default=0) < 32
            and len(firsts) >= len(lasts)
        ):
            continue
        days = [_make_day(numbers, order) for numbers in dates]
        if all(days):
            orders[order] = days == sorted(days, key=lambda day: day or date.min)
    rising = [order for order, is_rising in orders.items() if is_rising] or list(orders)
    if len(rising) != 1:
        raise ValueError("the dates can be read in more than one way")
    return rising[0]


def _split_sender(text: str) -> tuple[str, str]:
    """Return who wrote a message and its text; "" for a line of the program's own."""
    head, colon, text_after = re.sub("：", ":", text, count=1).partition(":")
    name = head.removesuffix(" ")
    if not colon or not 1 <= len(name) <= 120 or text_after[:1] not in ("", " ", "\xa0"):
        return "", text
    return name, text_after[1:]
