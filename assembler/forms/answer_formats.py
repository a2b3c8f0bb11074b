"""How answers are written on government forms: mm/dd/yyyy, ten-digit telephones, whole feet. Pure.

Each format takes a value that is not empty and perhaps a number, those of `WITH_SCOPE` the
expression's scope too (names of countries, letters of exhibits); it gives text, or `Refused` with a
reason that holds no client fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from assembler.model.citations import BadCite, Cite, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A value that has no way of being written: why, in words without the value."""

    problem: str
    remedy: str


Scope = Mapping[str, object]
_STATUS = {
    "us-citizen": "U.S. citizen",
    "us-national": "U.S. national",
    "permanent-resident": "Lawful permanent resident",
    "nonimmigrant": "Nonimmigrant",
    "asylee": "Asylee",
    "refugee": "Refugee",
    "parolee": "Parolee",
    "tps": "Temporary Protected Status",
    "deferred-action": "Deferred action",
    "none": "None",
}
_LETTERS = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u00a0": " "}
)


def written_date(value: object) -> object:
    """mm/dd/yyyy, the only order these forms read."""
    return f"{value:%m/%d/%Y}" if isinstance(value, date) else str(value)


def country(value: object, scope: Scope) -> object:
    """English name of an ISO 3166-1 alpha-3 code."""
    names = scope.get("countries")
    name = names.get(str(value)) if isinstance(names, Mapping) else None
    return name or Refused(
        problem="the country code has no English name", remedy="add it to schemas/languages.json"
    )


def phone(value: object) -> object:
    """Digits only; the 1 in front of a U.S. number is left out, as the forms ask for ten digits."""
    digits = re.sub(r"[^0-9]", "", str(value).partition("x")[0])
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def zip5(value: object) -> object:
    """The five digits of a ZIP or ZIP+4 code."""
    match = re.fullmatch(r"([0-9]{5})(?:-?[0-9]{4})?", str(value).strip())
    return (
        match[1]
        if match
        else Refused(
            problem="the ZIP code is not five digits", remedy="write it as 12345 or 12345-6789"
        )
    )


def pad9(value: object) -> object:
    """An A-Number in nine digits, zeros in front."""
    return str(value).zfill(9)


def feet(value: object) -> object:
    """Whole feet of a height in inches."""
    return str(int(str(value)) // 12)


def inches(value: object) -> object:
    """The inches left over from whole feet."""
    return str(int(str(value)) % 12)


def digit(value: object, place: int) -> object:
    """One digit of a three-digit number: place 0 is the hundreds."""
    return (
        str(value).zfill(3)[place]
        if len(str(value)) <= 3
        else Refused(problem="more than three digits", remedy="check it")
    )


def card(value: object, group: int) -> object:
    """Four digits of a payment card's number: group 0 is the first."""
    digits = re.sub(r"[^0-9]", "", str(value))
    if not 13 <= len(digits) <= 16:
        return Refused(problem="a card number has 13 to 16 digits", remedy="check it")
    return digits[4 * group : 4 * group + 4]


def money(value: object) -> object:
    """Whole dollars with commas."""
    return f"{int(str(value)):,}"


def months(value: object) -> object:
    """A length of stay in words."""
    return "1 month" if str(value) == "1" else f"{value} months"


def status(value: object) -> object:
    """A status of the schema in the words of the forms."""
    return _STATUS.get(str(value)) or Refused(
        problem="this status has no words on the form", remedy="write it by hand"
    )


def citizenship(value: object) -> object:
    """The box for a status; a citizen's way to citizenship is not in the case and stays for the
    person to tick."""
    return {"permanent-resident": "permanent-resident", "nonimmigrant": "nonimmigrant"}.get(
        str(value)
    )


def names(value: object) -> object:
    """Several names, each "Family, Given Middle"."""
    many = value if isinstance(value, (tuple, list)) else ()
    return "; ".join(f"{n.family}, {' '.join(p for p in (n.given, n.middle) if p)}" for n in many)


def listed(value: object) -> object:
    """Several texts with semicolons between them."""
    return (
        "; ".join(str(one).rstrip(".; ") for one in value)
        if isinstance(value, (tuple, list))
        else str(value)
    )


def after(value: object, count: int) -> object:
    """The list without its first `count` entries."""
    return value[count:] if isinstance(value, (tuple, list)) else ()


def prose(value: object, scope: Scope) -> object:
    """Paragraphs as running text, citations as exhibit letters where they are known and left out
    where not."""
    paragraphs = (value,) if isinstance(value, str) else value
    tabs = scope.get("tabs")
    known: Mapping[str, str] = tabs if isinstance(tabs, Mapping) else {}
    if not isinstance(paragraphs, Iterable):
        return str(paragraphs)
    try:
        return " ".join(_sentence(str(one), known) for one in paragraphs)
    except BadCite:
        return Refused(
            problem="a citation cannot be read", remedy="write it as [@exhibit-id, p. 2]"
        )


def plain(text: str) -> str:
    """Typographic quotes and spaces as a typewriter has them; forms are searched by machines."""
    return re.sub(r"[ \t]+", " ", text.translate(_LETTERS)).strip()


def _sentence(text: str, tabs: Mapping[str, str]) -> str:
    pieces = [_cited(one, tabs) if isinstance(one, Cite) else one for one in parse(text)]
    joined = "".join(pieces)
    return (
        plain(re.sub(r"\s*\([;,\s]*\)|\s*;\s*(?=\))", "", joined))
        .replace(" .", ".")
        .replace(" ,", ",")
    )


def _cited(cite: Cite, tabs: Mapping[str, str]) -> str:
    tab = tabs.get(cite.exhibit)
    if not tab:
        return ""
    pages = (
        ""
        if cite.page is None
        else f", p. {cite.page}"
        if cite.last is None
        else f", pp. {cite.page}-{cite.last}"
    )
    return f"Ex. {tab}{pages}"


FORMATS: dict[str, Callable[..., object]] = {
    "date": written_date,
    "phone": phone,
    "zip5": zip5,
    "pad9": pad9,
    "feet": feet,
    "inches": inches,
    "digit": digit,
    "card": card,
    "money": money,
    "months": months,
    "status": status,
    "citizenship": citizenship,
    "names": names,
    "listed": listed,
    "after": after,
}
WITH_SCOPE: dict[str, Callable[[object, Scope], object]] = {"country": country, "prose": prose}
