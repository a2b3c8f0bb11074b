"""Machine-readable lines of passports and cards (ICAO Doc 9303 parts 3 to 7), found in the text of
a page. Pure.

Only what its check digits prove is believed: number, birth date, expiry and the whole. Names have
no check digit. Recognition takes letters for digits and back; where a field can only be one of them
it is put right first.
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
# characters that recognition mixes up, and what a letter among them may be in a document number
_ALIKE = {
    **{c: c for c in "015826"},
    **{c: c + d for c, d in zip("OQDILZSBG", "001112586", strict=True)},
}
_FILLERS = re.compile(r"[<KCELX]{5,}")  # a run of fillers, some of them misread
_SIGNS, _MOSTLY = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"), 0.75
_MOST_DOUBTS = 6  # doubtful characters in a number; more than that is no reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Mrz:
    """What the lines say. `sure` is False where letters of the number had to be taken for
    digits."""

    kind: str  # "P", "I", "V", …
    state: str
    family: str
    given: str
    number: str
    nationality: str
    birth_date: date
    sex: str  # "M", "F" or ""
    expires: date
    sure: bool = True


def check_digit(field: str) -> str:
    """The check digit over a field: digits as they are, A to Z as 10 to 35, filler as 0, weights
    7 3 1."""
    values = (0 if c == "<" else int(c, 36) for c in field)
    return str(sum(value * _WEIGHTS[n % 3] for n, value in enumerate(values)) % 10)


def read(text: str, as_of: date) -> tuple[Mrz, ...]:
    """Every set of lines in the text whose check digits hold. `as_of` tells the century of a
    birth date."""
    lines = [line for line in map(_clean, text.upper().splitlines()) if _LINE.fullmatch(line)]
    found: dict[tuple[str, date], Mrz] = {}
    for first, second in pairwise(lines):
        for one in _two(first, second, as_of):
            found.setdefault((one.number, one.birth_date), one)
    for three in zip(lines, lines[1:], lines[2:], strict=False):
        for one in _three(*three, as_of):
            found.setdefault((one.number, one.birth_date), one)
    return tuple(found.values())


def proved(text: str) -> bool:
    """Whether there is such a set of lines, whatever the century of its dates."""
    return bool(read(text, date(2000, 12, 31)))


def looks_like(text: str) -> bool:
    """Whether there is something like such lines in the text, readable or not: fillers, and
    hardly a small letter."""
    return any(
        "<<" in line and len(line) >= 20 and sum(c in _SIGNS for c in line) >= _MOSTLY * len(line)
        for line in map(_clean, text.splitlines())
    )


def _clean(line: str) -> str:
    """Without the spaces that recognition puts in, and with what it takes for fillers as
    fillers."""
    return re.sub(r"[«‹(]", "<", re.sub(r"\s+", "", line))


def _two(first: str, second: str, as_of: date) -> Iterator[Mrz]:
    """Passports (2 lines of 44), visas (44 or 36) and cards of the second size (36)."""
    wide = 44 if len(first) > 40 or len(second) > 40 else 36
    first = first.ljust(wide, "<")[:wide]
    if first[0] not in "PVIAC" or len(second) < 30:
        return
    second = _filled(second, wide)
    visa, passport = first[0] == "V", wide == 44
    for number, sure in _numbers(second[:9], second[9]):
        birth, expires = _dated(second[13:20]), _dated(second[21:28])
        if birth is None or expires is None:
            return
        rest = second[28 : wide - 1]
        whole = number + check_digit(number) + birth + expires + rest
        if not visa and check_digit(whole) != second[-1].translate(_TO_DIGIT):
            continue
        made = _made(
            first,
            first[5:],
            number,
            second[10:13],
            birth,
            second[20],
            expires,
            sure=sure,
            as_of=as_of,
        )
        if made and (not passport or _personal(rest, visa=visa)):
            yield made


def _filled(second: str, wide: int) -> str:
    """The second line as long as it must be: a run of fillers in the optional field is often
    read with too few or too many."""
    head, rest = second[:28], second[28:]
    run = _FILLERS.match(rest)
    if run and re.fullmatch(r"[0-9OQDILZSBG]{0,2}", rest[run.end() :]):
        digits = rest[run.end() :].translate(_TO_DIGIT)
        return head + digits[-2:].rjust(wide - 28, "<") if digits else head + "<" * (wide - 28)
    return second.ljust(wide, "<")[:wide]


def _three(first: str, second: str, third: str, as_of: date) -> Iterator[Mrz]:
    """Cards of the first size: 3 lines of 30."""
    if not all(28 <= len(line) <= 32 for line in (first, second, third)) or first[0] not in "IAC":
        return
    first, second, third = (line.ljust(30, "<")[:30] for line in (first, second, third))
    birth, expires = _dated(second[0:7]), _dated(second[8:15])
    if birth is None or expires is None:
        return
    for number, sure in _numbers(first[5:14], first[14]):
        whole = number + check_digit(number) + first[15:30] + birth + expires + second[18:29]
        if check_digit(whole) == second[29].translate(_TO_DIGIT):
            made = _made(
                first,
                third,
                number,
                second[15:18],
                birth,
                second[7],
                expires,
                sure=sure,
                as_of=as_of,
            )
            if made:
                yield made


def _numbers(field: str, digit: str) -> list[tuple[str, bool]]:
    """The number as read; or, where its check digit does not hold, with the fewest letters taken
    for digits so that it does.

    Never a digit for a letter, nor one digit for another: a wrong digit must not be explained away.
    """
    digit = digit.translate(_TO_DIGIT)
    if check_digit(field) == digit:
        return [(field, True)]
    doubtful = [n for n, c in enumerate(field) if c.isalpha() and c in _ALIKE][:_MOST_DOUBTS]
    readings = (
        "".join(one)
        for one in product(*(_ALIKE[c] if n in doubtful else c for n, c in enumerate(field)))
    )
    apart = {
        one: sum(a != b for a, b in zip(one, field, strict=True))
        for one in readings
        if check_digit(one) == digit
    }
    nearest = [one for one, count in apart.items() if count == min(apart.values())]
    return [(nearest[0], False)] if len(nearest) == 1 else []


def _dated(field: str) -> str | None:
    """A date and its check digit, digits put right; None if they disagree."""
    plain = field.translate(_TO_DIGIT)
    return plain if plain.isdecimal() and check_digit(plain[:6]) == plain[6] else None


def _personal(rest: str, *, visa: bool) -> bool:
    """The optional number of a passport and its check digit."""
    if visa:
        return True
    field, digit = rest[:-1], rest[-1].translate(_TO_DIGIT)
    return check_digit(field) == (digit if digit.isdecimal() else "0")


def _made(
    first: str,
    names: str,
    number: str,
    nationality: str,
    birth: str,
    sex: str,
    expires: str,
    *,
    sure: bool,
    as_of: date,
) -> Mrz | None:
    family, _, given = names.translate(_TO_LETTER).strip("<").partition("<<")
    try:
        born, ends = _day(birth, as_of.year, past=True), _day(expires, as_of.year, past=False)
    except ValueError:
        return None
    return Mrz(
        kind=first[0],
        state=_state(first[2:5]),
        family=_words(family),
        given=_words(given),
        number=number.rstrip("<"),
        nationality=_state(nationality),
        birth_date=born,
        sex=sex if sex in "MF" else "",
        expires=ends,
        sure=sure,
    )


def _day(field: str, year: int, *, past: bool) -> date:
    """YYMMDD; a birth lies in the last hundred years, an expiry within fifty years of now.
    Raises ValueError for no day."""
    century = year - year % 100
    full = century + int(field[:2])
    if past and full > year:
        full -= 100
    if not past and full > year + 50:
        full -= 100
    return date(full, int(field[2:4]), int(field[4:6]))


def _state(field: str) -> str:
    return field.translate(_TO_LETTER).strip("<")


def _words(field: str) -> str:
    return " ".join(field.replace("<", " ").split())
