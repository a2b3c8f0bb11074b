"""Check the value against the schema; every message is our own, since the library's hold the
client's values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from assembler.errors import TemplateBroken
from assembler.intake.problem import Problem, pointer_step, suggest_name
from assembler.runtime.passwords import PASSWORD_HINT

_TYPES = {
    "object": "an object {…}",
    "array": "a list […]",
    "string": "text in quotes",
    "integer": "a whole number",
    "boolean": "true or false",
    "number": "a number",
    "null": "null",
}
_WORD = 100  # characters of a wrong value that are compared with the right ones
_CHECKER = FormatChecker(formats=())


@_CHECKER.checks("date")
def _is_date(value: object) -> bool:
    """Return whether a string is a calendar day; other types and forms are the schema's to
    refuse."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return True
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def find_schema_problems(value: Any, schema: bytes) -> Iterator[Problem]:
    """Yield everything the schema refuses, lazily. Fetches no `$ref`: one that leads out of the
    schema raises TemplateBroken."""
    try:
        for error in _validator(schema).iter_errors(value):
            yield from _sentences(error)
    except Unresolvable as error:
        raise _broken(
            "a $ref leads out of the schema", "keep every $ref within it, as #/$defs/…"
        ) from error


@cache
def _validator(schema: bytes) -> Validator:
    try:
        value = json.loads(schema)
    except ValueError as error:
        raise _broken("it is not JSON", "fix it, or reinstall assembler") from error
    value = _inlined(value, value.get("$defs", {}), ()) if isinstance(value, dict) else value
    ours: Validator = _Ours(value, registry=Registry(), format_checker=_CHECKER)
    return ours


def _inlined(node: Any, definitions: Mapping[str, Any], open_names: tuple[str, ...]) -> Any:
    """Return the schema with its definitions inlined: following each $ref takes a third of the
    check.

    A definition that contains itself, or that contradicts the place, stays a $ref.
    """
    if isinstance(node, list):
        return [_inlined(node_value, definitions, open_names) for node_value in node]
    if not isinstance(node, dict):
        return node
    name = str(node.get("$ref", "")).removeprefix("#/$defs/")
    if name in definitions and name not in open_names:
        siblings = {
            key: node_value
            for key, node_value in node.items()
            if key not in ("$ref", "description")
        }
        if not siblings.keys() & definitions[name].keys():
            return _inlined(siblings | definitions[name], definitions, (*open_names, name))
    return {
        key: node_value
        if key in ("enum", "const")
        else _inlined(node_value, definitions, open_names)
        for key, node_value in node.items()
    }


def _broken(problem: str, remedy: str) -> TemplateBroken:
    return TemplateBroken(problem, where="schemas/case.schema.json", remedy=remedy)


def _unique(
    _validator: Validator, is_required: bool, value: Any, _schema: Any
) -> Iterator[ValidationError]:
    """Check uniqueItems in one pass: the library compares each with each, which takes a minute for
    20,000 entries of two types."""
    if is_required and isinstance(value, list):
        seen = {json.dumps(entry, sort_keys=True) for entry in value}
        if len(seen) < len(value):
            yield ValidationError("an entry appears twice")


_Ours = extend(Draft202012Validator, {"uniqueItems": _unique})  # type: ignore[no-untyped-call]  # the stubs leave it bare


def _sentences(error: ValidationError) -> Iterator[Problem]:
    where = "".join(map(pointer_step, error.absolute_path))
    limit: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(error, where)
        case "required":
            present: Any = error.instance
            missing = [key for key in limit if key not in present]
            yield Problem("CASE.MISSING", where, f"{', '.join(missing)} is missing", "add it")
        case "oneOf":
            yield from _of_alternatives(error, where)
        case "type":
            names = [limit] if isinstance(limit, str) else limit
            kinds = " or ".join(_TYPES[name] for name in names)
            yield Problem("CASE.TYPE", where, f"{kinds} belongs here", "correct the value")
        case "enum":
            names = [str(value) for value in limit]
            remedy = suggest_name(
                str(error.instance)[:_WORD], names, f"use one of: {', '.join(names)}"
            )
            yield Problem("CASE.VALUE", where, "the value is none of those allowed", remedy)
        case "format":
            yield Problem(
                "DATE.IMPOSSIBLE",
                where,
                "there is no such day",
                "write a day of the calendar as YYYY-MM-DD",
            )
        case "pattern":
            yield Problem(
                "CASE.FORM", where, "the value is not of the form it should have", _described(error)
            )
        case "minItems" | "minLength":
            yield Problem("CASE.EMPTY", where, "it is empty", "fill it in, or leave the field out")
        case "uniqueItems":
            yield Problem("CASE.TWICE", where, "an entry appears twice", "remove one")
        case _:
            yield Problem(
                "CASE.LIMIT",
                where,
                f"the value is outside its limits ({error.validator} {limit})",
                "correct it",
            )


def _described(error: ValidationError) -> str:
    text = (
        str(error.schema.get("description", "correct it"))
        if isinstance(error.schema, Mapping)
        else "correct it"
    )
    return (text if text[1:2].isupper() else text[0].lower() + text[1:]).rstrip(".")


def _unknown_keys(error: ValidationError, where: str) -> Iterator[Problem]:
    rules: Any = error.schema
    known = list(rules["properties"])
    allowed = f"allowed are: {', '.join(known)}"
    for key in _strange(error):  # the key itself could hold a client's fact, so it is not repeated
        if "password" in key.lower():
            yield Problem(
                "CASE.PASSWORD",
                where + pointer_step(key),
                "a password does not belong into case.json",
                f"write {PASSWORD_HINT}",
            )
        else:
            yield Problem(
                "CASE.UNKNOWN_KEY",
                where + pointer_step(key),
                "there is no such field",
                suggest_name(key, known, allowed),
            )


def _of_alternatives(error: ValidationError, where: str) -> Iterator[Problem]:
    """Yield the problems of the alternative that was meant: of those whose type fits, the one that
    knows most of the keys."""
    groups: dict[Any, list[ValidationError]] = {}
    for alternative_error in error.context or ():
        groups.setdefault(alternative_error.relative_schema_path[0], []).append(alternative_error)
    fitting = [group for group in groups.values() if not any(map(_is_other_type, group))]
    if not fitting:
        yield Problem("CASE.TYPE", where, "the value is of the wrong kind", _described(error))
        return
    for alternative_error in min(fitting, key=_strange_keys):
        yield from _sentences(alternative_error)


def _is_other_type(error: ValidationError) -> bool:
    return error.validator == "type" and not error.relative_path


def _strange_keys(group: list[ValidationError]) -> int:
    for error in group:
        if error.validator == "additionalProperties" and not error.relative_path:
            return len(_strange(error))
    return 0


def _strange(error: ValidationError) -> list[str]:
    known: Any = error.schema
    present: Any = error.instance
    return sorted(set(present) - set(known["properties"]))


@cache
def read_field_names(schema: bytes) -> frozenset[str]:
    """Return every field name of the schema: these may be printed; any other key is the writer's
    own text."""
    return frozenset(_names(json.loads(schema)))


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for entry in node:
            yield from _names(entry)
    elif isinstance(node, dict):
        properties = node.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        for child in node.values():
            yield from _names(child)
