"""Check the value against the schema; every sentence is our own (`schema_sentences`), since the
library's hold the client's values."""

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
from assembler.intake.case_fields import read_fields
from assembler.intake.case_words import CaseWords
from assembler.intake.problem import Problem
from assembler.intake.schema_sentences import Guide, explain_error

# what describes a place and decides nothing; where a place and its definition have it, the place's
# own is kept
_ANNOTATIONS = (
    "$ref",
    "title",
    "description",
    "default",
    "examples",
)
_VALUES = ("enum", "const", "default", "examples")  # hold values, not schemas
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


def find_schema_problems(value: Any, schema: bytes, words: CaseWords) -> Iterator[Problem]:
    """Yield everything the schema refuses, lazily. Fetches no `$ref`: one that leads out of the
    schema raises TemplateBroken."""
    guide = Guide(read_fields(schema), words)
    try:
        for error in _make_validator(schema).iter_errors(value):
            yield from explain_error(error, guide)
    except Unresolvable as error:
        raise _make_error(
            "a $ref leads out of the schema", "keep every $ref within it, as #/$defs/…"
        ) from error


@cache
def _make_validator(schema: bytes) -> Validator:
    try:
        value = json.loads(schema)
    except ValueError as error:
        raise _make_error("it is not JSON", "fix it, or reinstall assembler") from error
    value = (
        _inline_definitions(value, value.get("$defs", {}), ()) if isinstance(value, dict) else value
    )
    ours: Validator = _Ours(value, registry=Registry(), format_checker=_CHECKER)
    return ours


def _inline_definitions(
    node: Any, definitions: Mapping[str, Any], open_names: tuple[str, ...]
) -> Any:
    """Return the schema with its definitions inlined: following each $ref takes a third of the
    check.

    A definition that contains itself, or that contradicts the place, stays a $ref.
    """
    if isinstance(node, list):
        return [_inline_definitions(node_value, definitions, open_names) for node_value in node]
    if not isinstance(node, dict):
        return node
    name = str(node.get("$ref", "")).removeprefix("#/$defs/")
    if name in definitions and name not in open_names:
        siblings = {key: node_value for key, node_value in node.items() if key not in _ANNOTATIONS}
        if not siblings.keys() & definitions[name].keys():
            return _inline_definitions(
                siblings | definitions[name], definitions, (*open_names, name)
            )
    return {
        key: node_value
        if key in _VALUES
        else _inline_definitions(node_value, definitions, open_names)
        for key, node_value in node.items()
    }


def _make_error(problem: str, remedy: str) -> TemplateBroken:
    return TemplateBroken(problem, where="schemas/case.schema.json", remedy=remedy)


def _check_unique(
    _validator: Validator, is_required: bool, value: Any, _schema: Any
) -> Iterator[ValidationError]:
    """Check uniqueItems in one pass: the library compares each with each, which takes a minute for
    20,000 entries of two types."""
    if is_required and isinstance(value, list):
        seen = {json.dumps(entry, sort_keys=True) for entry in value}
        if len(seen) < len(value):
            yield ValidationError("an entry appears twice")


_Ours = extend(Draft202012Validator, {"uniqueItems": _check_unique})  # type: ignore[no-untyped-call]  # the stubs leave it bare


@cache
def read_field_names(schema: bytes) -> frozenset[str]:
    """Return every field name of the schema: these may be printed; any other key is the writer's
    own text."""
    return frozenset(_iterate_names(json.loads(schema)))


def _iterate_names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for entry in node:
            yield from _iterate_names(entry)
    elif isinstance(node, dict):
        properties = node.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        for child in node.values():
            yield from _iterate_names(child)
