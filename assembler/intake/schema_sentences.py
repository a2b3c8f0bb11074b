"""Say what the schema refuses, and what to write instead, in the words of a person who fills in the
case.

A sentence never repeats what was written, since it may be a client's fact. Exceptions, by design:
names of fields, the country or language that a name or code stands for, and dates of papers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema.exceptions import ValidationError

from assembler.intake.case_fields import CaseFields, Field
from assembler.intake.case_words import CaseWords, fold_word
from assembler.intake.date_forms import (
    DAY_MONTH_YEAR,
    MONTH_DAY_YEAR,
    MONTH_IN_WORDS,
    DateReading,
    read_date,
)
from assembler.intake.problem import Problem, escape_pointer_step, find_near_name
from assembler.runtime.passwords import PASSWORD_HINT

_TYPES = {
    "object": "an object { … }",
    "array": "a list [ … ]",
    "string": "text in double quotes",
    "integer": "a whole number",
    "boolean": "true or false",
    "number": "a number",
    "null": "null",
}
_KINDS = {
    bool: "true or false",
    str: "text in quotes",
    int: "a number",
    float: "a number with decimals",
    list: "a list",
}
_WORD = 100  # characters of a wrong value that are compared with the right ones
_LONGEST_SAMPLE = 240  # characters
_PEOPLE = ("petitioner", "beneficiaries", "supporters", "others")
_PERSONAL = ("i94_admit_until",)
_DATE_EXAMPLES = {  # of each order, how it is written and what to write
    MONTH_DAY_YEAR: "2026-03-25 for 03/25/2026",
    DAY_MONTH_YEAR: "2026-03-25 for 25.03.2026",
    MONTH_IN_WORDS: "2026-03-25 for March 25, 2026",
}


@dataclass(frozen=True, slots=True)
class Guide:
    """What sentences are made with: the fields of the schema, and the words that people write."""

    fields: CaseFields
    words: CaseWords


def explain_error(error: ValidationError, guide: Guide) -> Iterator[Problem]:
    """Yield the problems of one error of the schema."""
    where = "".join(map(escape_pointer_step, error.absolute_path))
    field = guide.fields.field(where)
    match error.validator:
        case "additionalProperties":
            yield from _explain_unknown_fields(error, where, guide)
        case "required":
            yield _explain_missing_fields(error, where, guide)
        case "oneOf":
            yield from _explain_alternatives(error, where, guide)
        case "type":
            limit: Any = error.validator_value
            types = [limit] if isinstance(limit, str) else list(limit)
            yield _explain_wrong_type(error.instance, types, where, guide)
        case "enum":
            yield _explain_wrong_choice(error, where, guide)
        case "format":
            yield _explain_impossible_day(error.instance, where)
        case "pattern":
            yield _explain_wrong_form(error, where, field, guide)
        case "minItems" | "minLength":
            remedy = "fill it in" if field.is_required else "fill it in, or leave the field out"
            yield Problem("CASE.EMPTY", where, "it is empty", remedy)
        case "uniqueItems":
            yield Problem("CASE.TWICE", where, "an entry is in this list twice", "remove one")
        case _:
            yield _explain_limit(error, where)


# --- fields ---


def find_unknown_keys(error: ValidationError) -> list[str]:
    """Return the keys of an object that the schema does not know, sorted."""
    known: Any = error.schema
    present: Any = error.instance
    return sorted(set(present) - set(known["properties"]))


def _explain_unknown_fields(error: ValidationError, where: str, guide: Guide) -> Iterator[Problem]:
    rules: Any = error.schema
    known = list(rules["properties"])
    owner = _name_owner(guide.fields.field(where))
    for key in find_unknown_keys(error):
        place = where + escape_pointer_step(key)
        if "password" in key.lower():
            problem = "a password does not belong in case.json"
            yield Problem("CASE.PASSWORD", place, problem, f"write {PASSWORD_HINT}")
            continue
        remedy = _find_field(key, where, known, guide)
        # a key that is like no field could hold a client's fact, so it is not repeated
        name = f"`{key}`" if remedy and key.isascii() and key.isprintable() else "this"
        yield Problem(
            "CASE.UNKNOWN_KEY",
            place,
            f"{name} is not a field of {owner}",
            remedy or f"use one of: {', '.join(known)}",
        )


def _find_field(key: str, where: str, known: Sequence[str], guide: Guide) -> str:
    """Return which field to use in place of an unknown one, "" if nothing is like it."""
    fields = guide.fields
    targets = (*guide.words.fields.get(fold_word(key), ()), key)
    for target in targets:
        if target in known:
            return f"use `{target}`"
    if near := find_near_name(key, known):
        return f"use `{near}`" if fold_word(near) == fold_word(key) else f"did you mean `{near}`?"
    for target in targets:
        inner = [
            f"in `{name}`"
            for name in known
            if target in fields.list_fields(where + escape_pointer_step(name))
        ]
        if inner:
            return f"use `{target}` {' or '.join(inner)}"
    for target in targets:
        if homes := fields.list_homes(target):
            return f"it belongs to {' or '.join(homes)}, as `{target}`"
    return ""


def _explain_missing_fields(error: ValidationError, where: str, guide: Guide) -> Problem:
    present: Any = error.instance
    limit: Any = error.validator_value
    missing = [key for key in limit if key not in present]
    verb = "is" if len(missing) == 1 else "are"
    samples = [
        f'"{key}": {json.dumps(sample, ensure_ascii=False)}'
        for key in missing
        if (
            sample := guide.fields.sample(guide.fields.field(where + escape_pointer_step(key)).node)
        )
        is not None
    ]
    return Problem(
        "CASE.MISSING",
        where,
        f"{_join([f'`{key}`' for key in missing])} {verb} missing",
        f"add {'it' if len(missing) == 1 else 'them'}{_quote_example(', '.join(samples))}",
    )


def _name_owner(field: Field) -> str:
    """Return what a person calls an object: "address", "the case"."""
    return field.title if field.title.startswith("the ") else field.title.lower()


# --- kinds of value ---


def _explain_alternatives(error: ValidationError, where: str, guide: Guide) -> Iterator[Problem]:
    """Yield the problems of the alternative that was meant: of those whose type fits, the one that
    knows most of the keys."""
    groups: dict[Any, list[ValidationError]] = {}
    for alternative_error in error.context or ():
        groups.setdefault(alternative_error.relative_schema_path[0], []).append(alternative_error)
    fitting = [group for group in groups.values() if not any(map(_is_other_type, group))]
    if not fitting:
        limits = (error.validator_value for group in groups.values() for error in group)
        types = [str(limit) for limit in limits if isinstance(limit, str)]
        yield _explain_wrong_type(error.instance, list(dict.fromkeys(types)), where, guide)
        return
    for alternative_error in min(fitting, key=_count_unknown_keys):
        yield from explain_error(alternative_error, guide)


def _is_other_type(error: ValidationError) -> bool:
    return error.validator == "type" and not error.relative_path


def _count_unknown_keys(group: list[ValidationError]) -> int:
    for error in group:
        if error.validator == "additionalProperties" and not error.relative_path:
            return len(find_unknown_keys(error))
    return 0


def _explain_wrong_type(value: Any, types: Sequence[str], where: str, guide: Guide) -> Problem:
    field = guide.fields.field(where)
    wanted = " or ".join(_TYPES.get(name, name) for name in types)
    problem = f"{wanted} belongs here, not {_name_kind(value)}"
    return Problem("CASE.TYPE", where, problem, _type_remedy(value, types, field, guide))


def _type_remedy(value: Any, types: Sequence[str], field: Field, guide: Guide) -> str:
    sample = guide.fields.sample(field.node)
    like = "" if sample is None else _quote_example(json.dumps(sample, ensure_ascii=False))
    if value is None:
        return f"write the value{like}" if field.is_required else "leave the field out if none"
    if "null" in types and isinstance(value, (str, bool)):
        return "write null, without quotes, if there is none"
    return _explain_conversion(value, types[0] if types else "", like)


def _explain_conversion(value: Any, wanted: str, like: str) -> str:
    """Return how to write a value of one kind as one of another."""
    if wanted == "boolean":
        return "write true for yes and false for no, without quotes"
    if wanted in ("integer", "number"):
        signs = ", without quotes, $ or commas" if isinstance(value, str) else ""
        return f"write digits alone{signs}{like}"
    if wanted == "array":
        return f"put square brackets around it{like}"
    if wanted == "string" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"put double quotes around it{like}"
    return f"write it{like}" if like else "correct the value"


def _name_kind(value: Any) -> str:
    if value is None:
        return "null"
    return _KINDS.get(type(value), "an object")


# --- values ---


def _explain_wrong_choice(error: ValidationError, where: str, guide: Guide) -> Problem:
    choices: Any = error.validator_value
    names = [str(choice) for choice in choices]
    written = str(error.instance)[:_WORD]
    aliases = guide.words.values.get(where.rpartition("/")[2], {})
    meant = aliases.get(fold_word(written)) if isinstance(error.instance, str) else None
    if meant not in names:
        meant = find_near_name(written, names)
    remedy = f"did you mean {meant}?" if meant else f"use one of: {', '.join(names)}"
    return Problem("CASE.VALUE", where, "this is not one of the choices", remedy)


def _explain_wrong_form(error: ValidationError, where: str, field: Field, guide: Guide) -> Problem:
    node = field.node
    sample = guide.fields.sample(node)
    problem = _describe_form(node)
    remedy = f"write it like {sample}" if isinstance(sample, str) else "write it in that form"
    if node.get("format") == "date":
        remedy = _choose_date_remedy(read_date(str(error.instance)), where) or remedy
    elif table := guide.words.tables.get(str(node.get("x-names"))):
        code = table.find_code(str(error.instance))
        kind = (
            "the passport's three-letter code"
            if field.node["x-names"] == "countries"
            else "the tag"
        )
        remedy = (
            f"use {kind}: {table.names[code]} is {code}" if code else f"use {kind}, like {sample}"
        )
    return Problem("CASE.FORM", where, problem, remedy)


def _describe_form(node: Mapping[str, Any]) -> str:
    """Return what a value has to look like, as a part of a sentence; an editor shows it too."""
    text = str(node.get("patternErrorMessage") or node.get("description") or "the form is wrong")
    return (text if text[1:2].isupper() else text[0].lower() + text[1:]).rstrip(".")


def _choose_date_remedy(readings: Sequence[DateReading], where: str) -> str:
    """Return what to write for a date: the day itself where it is a paper's, never a person's."""
    keys = where.split("/")
    is_personal = keys[1] in _PEOPLE or keys[-1] in _PERSONAL
    days = [reading.day.isoformat() for reading in readings]
    if len(readings) == 1 and not is_personal:
        return f"write {days[0]}"
    if len(readings) == 1:
        example = _DATE_EXAMPLES.get(readings[0].order)
        return (
            f"put the year first: {example}"
            if example
            else "write two digits for the month and the day"
        )
    if readings and not is_personal:
        first, second = (f"{reading.day:%B} {reading.day.day}" for reading in readings)
        return f"write {days[0]} if {first} is meant, {days[1]} if {second} is meant"
    if readings:
        return (
            "it can be read as month/day and as day/month: look it up, and put the year first: "
            "2026-03-04 for March 4, 2026"
        )
    return ""


def _explain_impossible_day(value: Any, where: str) -> Problem:
    month = int(str(value)[5:7])
    remedy = "write a calendar date as YYYY-MM-DD"
    if not 1 <= month <= 12:
        remedy = "write the month before the day, as YYYY-MM-DD: 2026-03-25 is March 25"
    return Problem("DATE.IMPOSSIBLE", where, "the calendar has no such date", remedy)


def _explain_limit(error: ValidationError, where: str) -> Problem:
    limit: Any = error.validator_value
    problem, remedy = {
        "minimum": (f"the number is smaller than {limit}", "correct it"),
        "maximum": (f"the number is larger than {limit:,}", "correct it"),
        "maxLength": (f"the text has more than {limit:,} characters", "shorten it"),
        "maxItems": (f"the list has more than {limit:,} entries", "shorten it"),
    }.get(
        str(error.validator),
        (f"the value is out of range ({error.validator} {limit})", "correct it"),
    )
    return Problem("CASE.LIMIT", where, problem, remedy)


def _quote_example(sample: str) -> str:
    """Return an example as the end of a sentence; a long one is left to the documentation."""
    if len(sample) > _LONGEST_SAMPLE:
        return ", as docs/case-json.md describes"
    return f", like {sample}" if sample else ""


def _join(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
