"""Whether a name or number stands in a text, whatever the alphabet, the accents, the order, the
errors of recognition. Pure."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz import fuzz, process

from assembler.model import Name, Person

_ALIKE = str.maketrans(
    "OQDILZSBG", "001112586"
)  # letters that recognition takes for digits, and back
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGER = (
    *(
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
    ),
    *(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    *(
        "janeiro",
        "fevereiro",
        "marco",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ),
)


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in small Latin letters without accents."""
    return tuple(re.findall(r"[a-z0-9]+", anyascii(text).casefold()))


@lru_cache(maxsize=4096)
def vocabulary(text: str) -> frozenset[str]:
    """The different words of a text."""
    return frozenset(words(text))


@lru_cache(maxsize=4096)
def _numbers(text: str) -> str:
    return " ".join(word for word in words(text) if word.isdecimal())


def has_name(text: str, person: Person, likeness: int, *, family_only: bool = False) -> bool:
    """Whether given and family name of a person (or another name of theirs) stand in the text, in
    any order.

    `family_only`: a letter may say "Mr. Muster"; one word of the family name is enough. `likeness`:
    0 to 100, how alike a word must be to count; short words must be the same.
    """
    there = words(text)
    squeezed = "".join(there)
    if family_only:
        return any(
            any(
                _word(word, there, squeezed, likeness)
                for word in words(name.family)
                if len(word) > 2
            )
            for name in (person.name, *person.other_names)
        )
    native = [Name(given="", family=person.native_name)] if person.native_name else []
    return any(
        _named(name, there, squeezed, likeness)
        for name in (person.name, *person.other_names, *native)
    )


def _named(name: Name, there: tuple[str, ...], squeezed: str, likeness: int) -> bool:
    parts = [words(part) for part in (name.given, name.family) if words(part)]
    return bool(parts) and all(
        any(_word(word, there, squeezed, likeness) for word in part) for part in parts
    )


def _word(word: str, there: tuple[str, ...], squeezed: str, likeness: int) -> bool:
    if word in there or (len(word) > 4 and word in squeezed):
        return True
    return (
        len(word) > 3
        and process.extractOne(word, there, scorer=fuzz.ratio, score_cutoff=likeness) is not None
    )


def same_name(one: str, other: str, likeness: int) -> bool:
    """Whether two full names are of one person: every word of the shorter has its like in the
    longer."""
    first, second = sorted((words(one), words(other)), key=len)
    return bool(first) and all(_word(word, second, "", likeness) for word in first)


def plain(number: str) -> str:
    """A number with letters and digits that recognition mixes up made equal; never makes two
    different digits equal."""
    return re.sub(r"[^0-9A-Z]", "", number.upper()).translate(_ALIKE)


def has_number(text: str, number: str) -> bool:
    """Whether a number stands in the text, spaces and hyphens aside; as a part of a longer
    number it is another one."""
    return bool(plain(number)) and _as_printed(plain(number)).search(text.upper()) is not None


@lru_cache(maxsize=256)
def _as_printed(wanted: str) -> re.Pattern[str]:
    """A plain number as recognition may have read it. A word may touch it, since spaces get lost:
    no digit may, except the check digit that follows it on a passport's machine lines, and a letter
    read as a digit does not begin or end it then.
    """
    signs = [
        f"[{sign}{''.join(chr(a) for a, b in _ALIKE.items() if chr(b) == sign)}]" for sign in wanted
    ]
    body = r"[^0-9A-Z]{0,3}".join(signs)
    begins = rf"(?:(?<![0-9A-Z])|(?<![0-9])(?={wanted[0]}))"
    ends = rf"(?:(?![0-9A-Z])|(?<={wanted[-1]})(?![0-9](?![A-Z<]{{3}})))"
    return re.compile(begins + body + ends)


def has_date(text: str, day: date) -> bool:
    """Whether a day stands in the text, in any of the ways people write days."""
    flat = " ".join(words(text))
    d, m, y = day.day, day.month, day.year
    months = {_MONTHS[m - 1], *(_LONGER[n + m - 1] for n in (0, 12, 24))}
    named = "|".join(sorted(months))
    patterns = (
        rf"\b0?{d}(?:st|nd|rd|th|er|o)? (?:de |of )?(?:{named})[a-z]* (?:de )?{y}\b",
        rf"\b(?:{named})[a-z]* 0?{d}(?:st|nd|rd|th)? {y}\b",
        rf"\b{y} (?:{named})[a-z]* 0?{d}\b",
        rf"\b{y} 0?{m} 0?{d}\b",
        rf"\b0?{m} 0?{d} (?:{y}|{y % 100:02})\b",
        rf"\b0?{d} 0?{m} (?:{y}|{y % 100:02})\b",
        rf"\b0?{d}(?:{named}){y}\b",
    )
    return any(re.search(pattern, flat) for pattern in patterns)


def alike(one: str, other: str) -> float:
    """How alike two texts are, 0 to 100, word order aside; 0 where their numbers differ much."""
    if fuzz.token_sort_ratio(_numbers(one), _numbers(other)) < 90 and any(
        map(str.isdigit, "".join(words(one) + words(other)))
    ):
        return 0.0
    if _strange(vocabulary(one), vocabulary(other)) or _strange(vocabulary(other), vocabulary(one)):
        return 0.0
    return float(fuzz.token_sort_ratio(" ".join(words(one)), " ".join(words(other))))


def _strange(one: frozenset[str], there: frozenset[str]) -> bool:
    """Whether a text has words that the other has not, not even misread: forms differ in a few
    words that matter."""
    new = [word for word in one - there if len(word) > 3]
    alien = [
        word
        for word in new
        if process.extractOne(word, there, scorer=fuzz.ratio, score_cutoff=70) is None
    ]
    return len(alien) > 0.02 * len(one)
