"""The value against the schema; every sentence is our own, since the library's hold the client's values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry

_TYPES = {"object": "an object {…}", "array": "a list […]", "string": "text in quotes", "integer": "a whole number",
          "boolean": "true or false", "number": "a number", "null": "null"}  # fmt: skip
_CHECKER = FormatChecker(formats=())


@_CHECKER.checks("date")
def _is_date(value: object) -> bool:
    """Whether a day of the calendar; other types and forms are the schema's to refuse."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return True
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def problems(value: Any, schema: bytes) -> Iterator[tuple[str, str, str, str]]:
    """(rule, JSON pointer, what is wrong, what to do) for everything the schema refuses. Fetches no `$ref`."""
    for error in _validator(schema).iter_errors(value):
        yield from _sentences(error)


@cache
def _validator(schema: bytes) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema), registry=Registry(), format_checker=_CHECKER)


def _sentences(error: ValidationError) -> Iterator[tuple[str, str, str, str]]:
    where = pointer(error.absolute_path)
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(error, where)
        case "required":
            present: Any = error.instance
            missing = [key for key in wanted if key not in present]
            yield ("CASE.MISSING", where, f"{', '.join(missing)} is missing", "add it")
        case "oneOf":
            yield from _of_alternatives(error, where)
        case "type":
            names = [wanted] if isinstance(wanted, str) else wanted
            kinds = " or ".join(_TYPES[name] for name in names)
            yield ("CASE.TYPE", where, f"{kinds} belongs here", "correct the value")
        case "enum":
            near = get_close_matches(str(error.instance), [str(one) for one in wanted], 1)
            hint = f"did you mean {near[0]}?" if near else f"use one of: {', '.join(map(str, wanted))}"
            yield ("CASE.VALUE", where, "the value is none of those allowed", hint)
        case "format":
            yield ("DATE.IMPOSSIBLE", where, "there is no such day", "write a day of the calendar as YYYY-MM-DD")
        case "pattern":
            yield ("CASE.FORM", where, "the value is not of the form it should have", _described(error))
        case "minItems" | "minLength":
            yield ("CASE.EMPTY", where, "it is empty", "fill it in, or leave the field out")
        case "uniqueItems":
            yield ("CASE.TWICE", where, "an entry stands twice", "remove one")
        case _:
            yield ("CASE.LIMIT", where, f"the value is outside its limits ({error.validator} {wanted})", "correct it")


def _described(error: ValidationError) -> str:
    text = str(error.schema.get("description", "correct it")) if isinstance(error.schema, Mapping) else "correct it"
    return text[0].lower() + text[1:].rstrip(".")


def _unknown_keys(error: ValidationError, where: str) -> Iterator[tuple[str, str, str, str]]:
    known = list(error.schema["properties"]) if isinstance(error.schema, Mapping) else []
    present: Any = error.instance
    for key in sorted(set(present) - set(known)):
        near = get_close_matches(key, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"allowed are: {', '.join(known)}"
        at = f"{where}/{key.replace('~', '~0').replace('/', '~1')}"
        # a key is the writer's own text and could hold a client's fact, so it is not repeated
        yield ("CASE.UNKNOWN_KEY", at, "there is no such field", hint)


def _of_alternatives(error: ValidationError, where: str) -> Iterator[tuple[str, str, str, str]]:
    """The complaint of the alternative that was meant: the one whose type fits."""
    fitting = [one for one in error.context or () if not (one.validator == "type" and not one.relative_path)]
    closest = best_match(fitting, key=lambda one: len(one.absolute_path)) if fitting else None
    if closest is None:
        yield ("CASE.TYPE", where, "the value is of the wrong kind", _described(error))
    else:
        yield from _sentences(closest)


def pointer(path: Any) -> str:
    """A JSON pointer (RFC 6901) from keys and positions."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
