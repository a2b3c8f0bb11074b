"""Format answers as government forms want them: mm/dd/yyyy, ten-digit telephones, whole feet. Pure.

Each format takes a value that is not empty and perhaps a number; those of `WITH_SCOPE` take the
expression's scope too (names of countries, letters of exhibits). It returns text, or `Refused` with
a reason that holds no client fact.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from assembler.model.citations import BadCite, Cite, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a value cannot be written, in words without the value."""

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


def format_date(value: object) -> object:
    """Return a date as mm/dd/yyyy, the only order these forms accept."""
    return f"{value:%m/%d/%Y}" if isinstance(value, date) else str(value)


def name_country(value: object, scope: Scope) -> object:
    """Return the English name of an ISO 3166-1 alpha-3 code."""
    names = scope.get("countries")
    name = names.get(str(value)) if isinstance(names, Mapping) else None
    return name or Refused(
        problem="the country code has no English name", remedy="add it to schemas/languages.json"
    )


def format_phone(value: object) -> object:
    """Return the digits only, without the 1 before a U.S. number: the forms ask for ten digits."""
    digits = re.sub(r"[^0-9]", "", str(value).partition("x")[0])
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def format_zip5(value: object) -> object:
    """Return the five digits of a ZIP or ZIP+4 code."""
    match = re.fullmatch(r"([0-9]{5})(?:-?[0-9]{4})?", str(value).strip())
    return (
        match[1]
        if match
        else Refused(
            problem="the ZIP code is not five digits", remedy="write it as 12345 or 12345-6789"
        )
    )


def pad_a_number(value: object) -> object:
    """Return an A-Number in nine digits, with leading zeros."""
    return str(value).zfill(9)


def split_feet(value: object) -> object:
    """Return the whole feet of a height in inches."""
    return str(int(str(value)) // 12)


def split_inches(value: object) -> object:
    """Return the inches left over from whole feet."""
    return str(int(str(value)) % 12)


def pick_digit(value: object, place: int) -> object:
    """Return one digit of a three-digit number: place 0 is the hundreds."""
    return (
        str(value).zfill(3)[place]
        if len(str(value)) <= 3
        else Refused(problem="more than three digits", remedy="check it")
    )


def split_card_number(value: object, group: int) -> object:
    """Return four digits of a payment card's number: group 0 is the first."""
    digits = re.sub(r"[^0-9]", "", str(value))
    if not 13 <= len(digits) <= 16:
        return Refused(problem="a card number has 13 to 16 digits", remedy="check it")
    return digits[4 * group : 4 * group + 4]


def format_money(value: object) -> object:
    """Return whole dollars with commas."""
    return f"{int(str(value)):,}"


def format_months(value: object) -> object:
    """Return a length of stay in words."""
    return "1 month" if str(value) == "1" else f"{value} months"


def name_status(value: object) -> object:
    """Return an immigration status in the words of the forms."""
    return _STATUS.get(str(value)) or Refused(
        problem="the form has no wording for this status", remedy="write it by hand"
    )


def choose_citizenship_box(value: object) -> object:
    """Return the box for a status; how a citizen became one is not in the case, so that person
    ticks it."""
    return {"permanent-resident": "permanent-resident", "nonimmigrant": "nonimmigrant"}.get(
        str(value)
    )


def join_names(value: object) -> object:
    """Join several names, each "Family, Given Middle"."""
    people = value if isinstance(value, (tuple, list)) else ()
    return "; ".join(f"{n.family}, {' '.join(p for p in (n.given, n.middle) if p)}" for n in people)


def join_texts(value: object) -> object:
    """Join several texts with semicolons."""
    return (
        "; ".join(str(text).rstrip(".; ") for text in value)
        if isinstance(value, (tuple, list))
        else str(value)
    )


def skip_entries(value: object, count: int) -> object:
    """Return the list without its first `count` entries."""
    return value[count:] if isinstance(value, (tuple, list)) else ()


def join_paragraphs(value: object, scope: Scope) -> object:
    """Return paragraphs as running text, citations as exhibit letters; unknown exhibits are left
    out."""
    paragraphs = (value,) if isinstance(value, str) else value
    tabs = scope.get("tabs")
    known: Mapping[str, str] = tabs if isinstance(tabs, Mapping) else {}
    if not isinstance(paragraphs, Iterable):
        return str(paragraphs)
    try:
        return " ".join(_resolve_cites(str(paragraph), known) for paragraph in paragraphs)
    except BadCite:
        return Refused(
            problem="a citation cannot be read", remedy="write it as [@exhibit-id, p. 2]"
        )


def add_length_of_stay(value: object, scope: Scope) -> object:
    """Return the day on which a stay that begins on this day ends, by the months requested."""
    months = getattr(scope.get("request"), "length_months", None)
    if not isinstance(value, date) or not months:
        return None
    years, month = divmod(value.month - 1 + int(months), 12)
    last_day = monthrange(value.year + years, month + 1)[1]
    return date(value.year + years, month + 1, min(value.day, last_day))


def replace_typographic_signs(text: str) -> str:
    """Replace typographic quotes and spaces by those of a typewriter; forms are searched by
    machines."""
    return re.sub(r"[ \t]+", " ", text.translate(_LETTERS)).strip()


def _resolve_cites(text: str, tabs: Mapping[str, str]) -> str:
    pieces = [
        _format_cite(piece, tabs) if isinstance(piece, Cite) else piece for piece in parse(text)
    ]
    joined = "".join(pieces)
    return (
        replace_typographic_signs(re.sub(r"\s*\([;,\s]*\)|\s*;\s*(?=\))", "", joined))
        .replace(" .", ".")
        .replace(" ,", ",")
    )


def _format_cite(cite: Cite, tabs: Mapping[str, str]) -> str:
    tab = tabs.get(cite.exhibit)
    if not tab:
        return ""
    if cite.page is None:
        return f"Ex. {tab}"
    if cite.last is None:
        return f"Ex. {tab}, p. {cite.page}"
    return f"Ex. {tab}, pp. {cite.page}-{cite.last}"


FORMATS: dict[str, Callable[..., object]] = {
    "date": format_date,
    "phone": format_phone,
    "zip5": format_zip5,
    "pad9": pad_a_number,
    "feet": split_feet,
    "inches": split_inches,
    "digit": pick_digit,
    "card": split_card_number,
    "money": format_money,
    "months": format_months,
    "status": name_status,
    "citizenship": choose_citizenship_box,
    "names": join_names,
    "listed": join_texts,
    "after": skip_entries,
}
WITH_SCOPE: dict[str, Callable[[object, Scope], object]] = {
    "country": name_country,
    "prose": join_paragraphs,
    "stay_end": add_length_of_stay,
}
