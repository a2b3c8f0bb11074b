"""Convert what people type into cells to what the schema of case.json asks for. Pure.

Nothing is guessed: a date with two meanings, a misspelled country and a number with decimals are
`Unreadable`, in words without the value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from assembler.intake.case_fields import CaseFields
from assembler.intake.case_words import CaseWords, fold_word
from assembler.intake.date_forms import DAY_MONTH_YEAR, MONTH_DAY_YEAR, read_date
from assembler.intake.imports.cells import Cell, Unreadable
from assembler.intake.imports.csv_text import MAX_CELL
from assembler.intake.problem import find_unprintable
from assembler.model.case_texts import REQUEST_PARAGRAPHS

DATE_ORDERS = {"mdy": MONTH_DAY_YEAR, "dmy": DAY_MONTH_YEAR}
_SERIAL = re.compile(r"[1-7][0-9]{4}")  # 1927 to 2119; shorter numbers may be years
_TIME = re.compile(r"(?<=[0-9]{2})[ T][0-9]{2}:[0-9]{2}(:[0-9.]+)?([+-][0-9:]+|Z)?$")
_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_DASHES = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | dict.fromkeys("\u00a0\u202f\u2009", " ")
)
_MONEY = re.compile(r"(?:US)?\$?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.0{1,2})?\s*(?:USD|\$)?")
_POUNDS = re.compile(r"([0-9]{1,3})\s*(?:lbs?|pounds?)\.?")
_INCHES = re.compile(r"([0-9]{2,3})\s*(?:in\.?|inches|\")")
_FEET = re.compile(
    r"([0-9])\s*(?:'|ft\.?|feet|foot|\u2019|\u2032)\s*(?:([0-9]|1[01])\s*(?:\"|''|in\.?|inches|\u201d|\u2033)?)?"
)
_A_NUMBER = re.compile(
    r"(?:A(?:lien)?)?\s*(?:no|num|number)?[\s.:#-]*([0-9][0-9 -]{5,11}[0-9])", re.IGNORECASE
)
_FULL_NAME = re.compile(r"\s*([^,]+?)\s*,\s*([^,]+?)\s*")
_LIST = re.compile(r"[;,\n]")
_LONG_LISTS = ("contributions", "enclosures")
NAME = "/name"
_NAME_REMEDY = "divide it into a column for the given and one for the family name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What conversions look up: words of a case, and those of `schemas/imports/columns.json`."""

    case: CaseWords
    yes: frozenset[str]
    no: frozenset[str]
    states: Mapping[str, str]  # folded name or code → code
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the cells of one file are read."""

    fields: CaseFields
    words: Words
    date_order: str = ""  # "mdy" or "dmy", if a person has said so
    starts_1904: bool = False


def parse_words(case: CaseWords, raw: Mapping[str, Any]) -> Words:
    """Return the words of the table of columns with those of a case."""
    names = {fold_word(name): code for code, name in raw["states"].items()}
    return Words(
        case=case,
        yes=frozenset(map(fold_word, raw["yes"])),
        no=frozenset(map(fold_word, raw["no"])),
        states=names | {fold_word(code): code for code in raw["states"]},
        values={
            name: {fold_word(word): value for word, value in values.items()}
            for name, values in raw["values"].items()
        },
    )


def convert_cell(cell: Cell, pointer: str, reading: Reading) -> object:
    """Return the value of a cell for a place of case.json, or `Unreadable`."""
    key = pointer.rpartition("/")[2]
    node = reading.fields.field(pointer).node
    if key == "name":
        return _split_name(cell)
    if node.get("format") == "date":
        return _convert_day(cell, reading)
    if node.get("type") == "boolean":
        return _convert_truth(cell, reading.words)
    if node.get("type") == "integer":
        return _check_range(_convert_whole(cell, key), node)
    return _convert_text(cell, key, node, reading)


def _convert_text(cell: Cell, key: str, node: Mapping[str, Any], reading: Reading) -> object:
    text = clean_text(cell)
    if find_unprintable(text.replace("\n", " ").replace("\t", " ")):
        return Unreadable("it has characters that cannot be printed", "type it again")
    if "x-names" in node:
        return _convert_to_code(text, str(node["x-names"]), reading.words.case, node)
    if "enum" in node:
        return _convert_choice(text, key, node, reading.words)
    if node.get("type") == "array":
        return _convert_list(text, key, node, reading)
    return (
        _split_paragraphs(text)
        if _is_prose(node)
        else _convert_string(text, cell, key, node, reading)
    )


def clean_text(cell: Cell) -> str:
    """Return a cell as text, in one spelling (NFC), without spaces around it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = unicodedata.normalize("NFC", "" if cell is None else str(cell))
    return re.sub(
        r"[ \t\u00a0\u202f]+", " ", text.replace("\r\n", "\n").replace("\r", "\n")
    ).strip()


def _is_prose(node: Mapping[str, Any]) -> bool:
    return any(alternative.get("type") == "array" for alternative in node.get("oneOf", ()))


def _convert_day(cell: Cell, reading: Reading) -> object:
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, (bool, float)):
        return Unreadable("it is not a date", "write it as 2026-03-25")
    text = _TIME.sub("", clean_text(cell).translate(_DASHES))
    if _SERIAL.fullmatch(text):
        day = _EPOCHS[reading.starts_1904] + timedelta(days=int(text))
        return day.isoformat()
    days = read_date(text)
    order = DATE_ORDERS.get(reading.date_order)
    if len(days) > 1 and order:
        days = tuple(found for found in days if found.order == order)
    if len(days) == 1:
        return days[0].day.isoformat()
    if days:
        return Unreadable(
            "the date can be two days",
            "write it as 2026-03-25, or say --date-order mdy (month first) or dmy (day first)",
            "IMPORT.DATE",
        )
    return Unreadable("it is not a date with a year of four digits", "write it as 2026-03-25")


def _convert_truth(cell: Cell, words: Words) -> object:
    if isinstance(cell, bool):
        return cell
    folded = fold_word(clean_text(cell))
    if folded in words.yes or folded in words.no:
        return folded in words.yes
    return Unreadable("it is neither yes nor no", "write yes or no")


def _convert_whole(cell: Cell, key: str) -> object:
    if isinstance(cell, (bool, date)):
        return Unreadable("it is not a number", "write digits alone")
    text = clean_text(cell).translate(_DASHES)
    if key == "height_inches" and (feet := _FEET.fullmatch(text)):
        return int(feet[1]) * 12 + int(feet[2] or 0)
    for pattern, wanted in ((_INCHES, "height_inches"), (_POUNDS, "weight_pounds"), (_MONEY, key)):
        if key == wanted and (number := pattern.fullmatch(text)):
            return int(number[1].replace(",", ""))
    return Unreadable("it is not a whole number", "write digits alone, such as 58000")


def _check_range(value: object, node: Mapping[str, Any]) -> object:
    if isinstance(value, int):
        low, high = node.get("minimum", value), node.get("maximum", value)
        if not low <= value <= high:
            return Unreadable(f"it is not from {low} to {high}", "correct it")
    return value


def _convert_to_code(text: str, table: str, words: CaseWords, node: Mapping[str, Any]) -> object:
    names = words.tables[table]
    if code := names.codes.get(fold_word(text)):
        return code
    if re.fullmatch(str(node.get("pattern", "$^")), text):
        return text
    kind = "country" if table == "countries" else "language"
    near = names.find_code(text)
    remedy = (
        f"if {names.names.get(near, near)} is meant, write {near}"
        if near
        else f"write the name of the {kind} in English, or its code"
    )
    return Unreadable(f"no {kind} has this name", remedy)


def _convert_choice(text: str, key: str, node: Mapping[str, Any], words: Words) -> object:
    folded = fold_word(text)
    allowed = [str(value) for value in node["enum"]]
    for value, meaning in zip(allowed, node.get("enumDescriptions", allowed), strict=True):
        if folded in (fold_word(value), fold_word(meaning)):
            return value
    for table in (words.values, words.case.values):
        meant = table.get(key, {}).get(folded)
        if meant in allowed:
            return meant
    return Unreadable("it is none of the choices", f"write one of {', '.join(allowed)}")


def _convert_list(text: str, key: str, node: Mapping[str, Any], reading: Reading) -> object:
    items = node["items"]
    is_long = key in _LONG_LISTS
    parts = [part.strip() for part in (text.split("\n") if is_long else _LIST.split(text))]
    parts = [part for part in parts if part]
    values: list[object] = []
    for part in parts:
        value: object = part
        if "enum" in items:
            value = _convert_choice(part, key, items, reading.words)
        elif not is_long:
            value = _make_identifier(part)
        if isinstance(value, Unreadable):
            return value
        if value not in values:
            values.append(value)
    longest = max((len(part) for part in parts), default=0)
    return values if longest <= 1_000 else Unreadable("it is too long", "shorten it")


def _split_paragraphs(text: str) -> object:
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return paragraphs[0] if len(paragraphs) == 1 else paragraphs


def _make_identifier(text: str) -> object:
    plain = re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", text).casefold()).strip("-")
    return plain[:64].rstrip("-") or Unreadable(
        "it has no letter from a to z and no digit", "give it a short name"
    )


def _convert_string(
    text: str, cell: Cell, key: str, node: Mapping[str, Any], reading: Reading
) -> object:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\.0$", "", text) if re.fullmatch(r"[0-9]+\.0", text) else text
    match key:
        case "id" | "same_as" | "fee_exemption" | "parole_fee_exception" | "notice_exhibit":
            value = _make_identifier(text)
            if isinstance(value, Unreadable):
                return value
            text = str(value)
        case "state" if str(node.get("pattern", "")) == "^[A-Z]{2}$":
            code = reading.words.states.get(fold_word(text))
            return code or Unreadable(
                "it is not a U.S. state", "write its two letters, or move it to a column Province"
            )
        case "country":  # of an address, in words
            names = reading.words.case.tables["countries"]
            is_code = re.fullmatch(r"[A-Za-z.]{2,6}", text) and len(fold_word(text)) <= 3
            code = names.codes.get(fold_word(text)) if is_code else None
            text = names.names.get(code, text) if code else text
        case "phone":
            text = re.sub(
                r"\s*(?:ext\.?|extension)\s*", " x", text.translate(_DASHES), flags=re.IGNORECASE
            )
            text = text.removeprefix("tel:").strip()
        case "email":
            text = text.removeprefix("mailto:").strip()
        case "a_number":
            text = _convert_a_number(text, node)
        case "ssn":
            text = text.translate(_DASHES).replace(" ", "-" if "-" not in text else "")
            is_number = isinstance(cell, int) and len(text) in (7, 8)
            text = text.zfill(9) if is_number else text  # a number has lost its zeros
        case "uscis_account" | "i94_number" | "receipt_number":
            text = re.sub(r"[\s-]", "", text.translate(_DASHES)).upper()
            text = text.zfill(12) if key == "uscis_account" and isinstance(cell, int) else text
        case "number":
            text = re.sub(r"[\s.-]", "", text.translate(_DASHES)).upper()
        case _:
            pass
    return _check_text(text, node)


def _convert_a_number(text: str, node: Mapping[str, Any]) -> str:
    text = text.translate(_DASHES)
    if re.fullmatch(str(node.get("pattern", "")), text):
        return text
    match = _A_NUMBER.fullmatch(text)
    return "A" + re.sub(r"[^0-9]", "", match[1]) if match else text


def _check_text(text: str, node: Mapping[str, Any]) -> object:
    if "pattern" in node and not re.search(node["pattern"], text):
        examples: Sequence[Any] = node.get("examples", ())
        problem = str(node.get("patternErrorMessage", "It does not have the right form"))
        return Unreadable(
            f"it cannot be used: {problem}",
            f"write it like {examples[0]}" if examples else "correct it",
        )
    longest = node.get("maxLength", len(text))
    if len(text) > longest:
        return Unreadable(f"it has more than {longest} characters", "shorten it")
    return text


def _split_name(cell: Cell) -> object:
    match = _FULL_NAME.fullmatch(clean_text(cell).replace("\n", " "))
    if match is None:
        return Unreadable("which part of the name is the family name cannot be known", _NAME_REMEDY)
    return {"given": match[2], "family": match[1]}


def format_value(value: object, key: str = "") -> str | int | None:
    """Return a value of case.json as a cell that `convert_cell` reads back; None if no cell can
    hold it."""
    match value:
        case bool():
            text = "yes" if value else "no"
        case int():
            return value
        case list() if not all(isinstance(entry, str) for entry in value):
            return None
        case list() if key in REQUEST_PARAGRAPHS:
            text = "\n\n".join(value)
        case list():
            text = ("\n" if key in _LONG_LISTS else "; ").join(value)
        case str():
            text = value
        case _:
            return None
    return text if len(text) <= MAX_CELL else None
