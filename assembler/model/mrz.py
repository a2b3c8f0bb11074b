"""Read the machine-readable lines of passports and cards (ICAO Doc 9303 parts 3 to 7) in the text
of a page. Pure.

Lines are accepted only if the check digits of number, birth date, expiry and the whole are right;
names have no check digit. Recognition confuses letters and digits; in fields that can only have one
of them, they are corrected first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product

_WEIGHTS = (7, 3, 1)
_LINE = re.compile(r"[A-Z0-9<]{28,60}")
_TO_DIGIT = str.maketrans("OQDILZSBG", "001112586")
_TO_LETTER = str.maketrans("015826", "OISBZG")
# characters that recognition confuses → what they may be in a document number
_READINGS = {
    **{c: c for c in "015826"},
    **{c: c + d for c, d in zip("OQDILZSBG", "001112586", strict=True)},
}
_FILLERS = re.compile(r"[<KCELX]{5,}")  # a run of fillers, some of them misread
_MRZ_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
_MRZ_SHARE = 0.75  # of a line's characters, above which it looks machine-readable
_MAX_DOUBTFUL = 6  # characters of a number that are tried as digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Mrz:
    """The fields of the machine-readable lines of one document."""

    kind: str  # "P", "I", "V", …
    state: str
    family: str
    given: str
    number: str
    nationality: str
    birth_date: date
    sex: str  # "M", "F" or ""
    expires: date
    sure: bool = True  # False if letters of the number were replaced by digits


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fields:
    """The fields of the lines as read, before they are parsed."""

    first_line: str
    names: str
    number: str
    nationality: str
    birth_date: str  # YYMMDD and check digit
    sex: str
    expires: str  # YYMMDD and check digit
    sure: bool


def check_digit(field: str) -> str:
    """Return the check digit of a field: digits as they are, A to Z as 10 to 35, filler as 0,
    weights 7 3 1 (ICAO Doc 9303 part 3)."""
    values = (0 if char == "<" else int(char, 36) for char in field)
    return str(sum(value * _WEIGHTS[index % 3] for index, value in enumerate(values)) % 10)


def read(text: str, as_of: date) -> tuple[Mrz, ...]:
    """Return every set of lines in the text whose check digits are right.

    Args:
        as_of: decides the century of birth dates.
    """
    lines = [line for line in map(_clean, text.upper().splitlines()) if _LINE.fullmatch(line)]
    zones: dict[tuple[str, date], Mrz] = {}
    for two_lines in pairwise(lines):
        for zone in _read_two_lines(*two_lines, as_of):
            zones.setdefault((zone.number, zone.birth_date), zone)
    for three_lines in zip(lines, lines[1:], lines[2:], strict=False):
        for zone in _read_three_lines(*three_lines, as_of):
            zones.setdefault((zone.number, zone.birth_date), zone)
    return tuple(zones.values())


def has_right_digits(text: str) -> bool:
    """Return True if the text has lines whose check digits are right, in any century."""
    return bool(read(text, date(2000, 12, 31)))


def may_have_zone(text: str) -> bool:
    """Return True if the text has lines that look machine-readable: with fillers, and mostly
    capital letters and digits."""
    return any(
        "<<" in line
        and len(line) >= 20
        and sum(char in _MRZ_CHARACTERS for char in line) >= _MRZ_SHARE * len(line)
        for line in map(_clean, text.splitlines())
    )


def _clean(line: str) -> str:
    """Remove the spaces that recognition adds, and restore fillers that it misread."""
    return re.sub(r"[«‹(]", "<", re.sub(r"\s+", "", line))


def _read_two_lines(first: str, second: str, as_of: date) -> Iterator[Mrz]:
    """Read passports (2 lines of 44), visas (44 or 36) and cards of the second size (36)."""
    width = 44 if len(first) > 40 or len(second) > 40 else 36
    first = first.ljust(width, "<")[:width]
    if first[0] not in "PVIAC" or len(second) < 30:
        return
    second = _fix_length(second, width)
    is_visa, is_passport_size = first[0] == "V", width == 44
    for number, sure in _read_numbers(second[:9], second[9]):
        birth, expires = _check_date(second[13:20]), _check_date(second[21:28])
        if birth is None or expires is None:
            return
        rest = second[28 : width - 1]
        whole = number + check_digit(number) + birth + expires + rest
        if not is_visa and check_digit(whole) != second[-1].translate(_TO_DIGIT):
            continue
        fields = _Fields(
            first_line=first,
            names=first[5:],
            number=number,
            nationality=second[10:13],
            birth_date=birth,
            sex=second[20],
            expires=expires,
            sure=sure,
        )
        zone = _parse(fields, as_of)
        if zone and (not is_passport_size or _is_optional_field_right(rest, is_visa=is_visa)):
            yield zone


def _fix_length(second: str, width: int) -> str:
    """Return the second line in its required length: recognition often reads too few or too many
    fillers in the optional field."""
    head, rest = second[:28], second[28:]
    run = _FILLERS.match(rest)
    if run and re.fullmatch(r"[0-9OQDILZSBG]{0,2}", rest[run.end() :]):
        digits = rest[run.end() :].translate(_TO_DIGIT)
        return head + digits[-2:].rjust(width - 28, "<") if digits else head + "<" * (width - 28)
    return second.ljust(width, "<")[:width]


def _read_three_lines(first: str, second: str, third: str, as_of: date) -> Iterator[Mrz]:
    """Read cards of the first size: 3 lines of 30."""
    if not all(28 <= len(line) <= 32 for line in (first, second, third)) or first[0] not in "IAC":
        return
    first, second, third = (line.ljust(30, "<")[:30] for line in (first, second, third))
    birth, expires = _check_date(second[0:7]), _check_date(second[8:15])
    if birth is None or expires is None:
        return
    for number, sure in _read_numbers(first[5:14], first[14]):
        whole = number + check_digit(number) + first[15:30] + birth + expires + second[18:29]
        if check_digit(whole) == second[29].translate(_TO_DIGIT):
            fields = _Fields(
                first_line=first,
                names=third,
                number=number,
                nationality=second[15:18],
                birth_date=birth,
                sex=second[7],
                expires=expires,
                sure=sure,
            )
            if zone := _parse(fields, as_of):
                yield zone


def _read_numbers(field: str, digit: str) -> list[tuple[str, bool]]:
    """Return the document number, and True if it is as read.

    If its check digit is wrong, the fewest letters are replaced by digits that make it right;
    nothing is returned if several numbers would. Digits are never replaced: a wrong digit must not
    be corrected away.
    """
    digit = digit.translate(_TO_DIGIT)
    if check_digit(field) == digit:
        return [(field, True)]
    doubtful = [index for index, char in enumerate(field) if char.isalpha() and char in _READINGS][
        :_MAX_DOUBTFUL
    ]
    readings = (
        "".join(chars)
        for chars in product(
            *(_READINGS[char] if index in doubtful else char for index, char in enumerate(field))
        )
    )
    changes = {
        reading: sum(new != old for new, old in zip(reading, field, strict=True))
        for reading in readings
        if check_digit(reading) == digit
    }
    nearest = [reading for reading, count in changes.items() if count == min(changes.values())]
    return [(nearest[0], False)] if len(nearest) == 1 else []


def _check_date(field: str) -> str | None:
    """Return a date and its check digit with letters corrected to digits; None if it is wrong."""
    plain = field.translate(_TO_DIGIT)
    return plain if plain.isdecimal() and check_digit(plain[:6]) == plain[6] else None


def _is_optional_field_right(rest: str, *, is_visa: bool) -> bool:
    """Return True if the check digit of a passport's optional number is right; visas have none."""
    if is_visa:
        return True
    field, digit = rest[:-1], rest[-1].translate(_TO_DIGIT)
    return check_digit(field) == (digit if digit.isdecimal() else "0")


def _parse(fields: _Fields, as_of: date) -> Mrz | None:
    """Return the parsed fields; None if a date does not exist."""
    family, _, given = fields.names.translate(_TO_LETTER).strip("<").partition("<<")
    try:
        birth_date = _parse_day(fields.birth_date, as_of.year, past=True)
        expires = _parse_day(fields.expires, as_of.year, past=False)
    except ValueError:
        return None
    return Mrz(
        kind=fields.first_line[0],
        state=_read_state(fields.first_line[2:5]),
        family=_read_words(family),
        given=_read_words(given),
        number=fields.number.rstrip("<"),
        nationality=_read_state(fields.nationality),
        birth_date=birth_date,
        sex=fields.sex if fields.sex in "MF" else "",
        expires=expires,
        sure=fields.sure,
    )


def _parse_day(field: str, year: int, *, past: bool) -> date:
    """Parse YYMMDD: a birth date is in the last hundred years, an expiry within fifty years of
    `year`. Raises ValueError if the calendar has no such date."""
    century = year - year % 100
    full = century + int(field[:2])
    if past and full > year:
        full -= 100
    if not past and full > year + 50:
        full -= 100
    return date(full, int(field[2:4]), int(field[4:6]))


def _read_state(field: str) -> str:
    return field.translate(_TO_LETTER).strip("<")


def _read_words(field: str) -> str:
    return " ".join(field.replace("<", " ").split())
