"""Change single fields of a case, each only if it is still as the person saw it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assembler.desk.case_store import CaseChanged, EditRefused
from assembler.intake.json_edit import NoPlace, get_value, is_same_json, set_value
from assembler.intake.problem import split_pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEdit:
    """A new value for a place of case.json; None removes it. `was`: what the person saw there, None
    for nothing."""

    pointer: str
    value: Any
    was: Any


def edit_fields(case: dict[str, Any], edits: Sequence[FieldEdit]) -> dict[str, Any]:
    """Return the case with the fields changed; an object or list that becomes empty is removed,
    unless it was empty before.

    Raises:
        CaseChanged: a field is not as the person saw it.
        EditRefused: a place cannot be reached.
    """
    for edit in edits:
        now = get_value(case, edit.pointer)
        if is_same_json(now, edit.value):
            continue  # another window made the same change
        if not is_same_json(now, edit.was):
            raise CaseChanged(
                "this field was changed meanwhile, by an editor or in another window",
                where=edit.pointer,
                remedy="compare both values, and type the right one",
            )
        try:
            case = (
                remove_value(case, edit.pointer)
                if edit.value is None
                else set_value(case, edit.pointer, edit.value)
            )
        except NoPlace as error:
            raise EditRefused(
                "there is no such place", where=edit.pointer, remedy="load the page again"
            ) from error
    return case


def remove_value(case: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    """Return the case without the member or entry at a JSON pointer, and without objects and lists
    around it that become empty. Raises NoPlace for the case itself."""
    steps = split_pointer(pointer)
    if not steps:
        raise NoPlace(pointer)
    value = _remove(case, steps)
    return value if isinstance(value, dict) else {}


def _remove(node: Any, steps: list[str]) -> Any:
    step, rest = steps[0], steps[1:]
    if isinstance(node, list) and step.isdecimal() and int(step) < len(node):
        index = int(step)
        inner = _remove(node[index], rest) if rest else None
        kept = [] if _is_gone(inner) else [inner]
        return [*node[:index], *kept, *node[index + 1 :]]
    if isinstance(node, dict) and step in node:
        inner = _remove(node[step], rest) if rest else None
        others = {key: value for key, value in node.items() if key != step}
        return others if _is_gone(inner) else {**node, step: inner}
    return node


def _is_gone(value: Any) -> bool:
    return value is None or value in ({}, [])
