"""Add, remove and move entries of lists, choose between alternatives, rename ids. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from assembler.desk.case_form import list_people
from assembler.desk.case_store import EditRefused
from assembler.desk.field_edits import remove_value
from assembler.intake.case_fields import ID, CaseFields, Node
from assembler.intake.json_edit import NoPlace, get_value, set_value
from assembler.intake.problem import split_pointer
from assembler.intake.reference_check import iterate_references
from assembler.model.case_texts import FILL_IN

Case = dict[str, Any]
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


def add_entry(case: Case, fields: CaseFields, pointer: str) -> Case:
    """Return the case with a new entry, to fill in, at the end of a list. Raises EditRefused."""
    node = next(
        (
            node["items"]
            for node in fields.list_alternatives(fields.field(pointer).node)
            if "items" in node
        ),
        None,
    )
    value = get_value(case, pointer)
    present = value if isinstance(value, list) else [] if value is None else [value]
    if node is None or isinstance(value, dict):
        raise _refuse(pointer)
    entry = _Drafter(case, fields).draft(node)
    return _set(case, pointer, [*present, {} if entry is None else entry])


def move_entry(case: Case, pointer: str, by: int) -> Case:
    """Return the case with an entry of a list moved up (-1) or down (1). Raises EditRefused."""
    place, _, step = pointer.rpartition("/")
    entries = get_value(case, place)
    if not isinstance(entries, list) or not step.isdecimal() or int(step) >= len(entries):
        raise _refuse(pointer)
    target = int(step) + by
    if not 0 <= target < len(entries):
        return case
    moved = [*entries]
    moved.insert(target, moved.pop(int(step)))
    return _set(case, place, moved)


def remove_entry(case: Case, pointer: str) -> Case:
    """Return the case without a member or an entry. Raises EditRefused."""
    if get_value(case, pointer) is None:
        raise _refuse(pointer)
    return remove_value(case, pointer)


def choose_alternative(case: Case, fields: CaseFields, pointer: str, number: int) -> Case:
    """Return the case with another alternative of a field, to fill in. Raises EditRefused."""
    alternatives = fields.list_alternatives(fields.field(pointer).node)
    if number >= len(alternatives):
        raise _refuse(pointer)
    node = alternatives[number]
    if node.get("type") == "null":
        return _set(case, pointer, None)
    own = get_value(case, f"{pointer}/id")
    others = [person for where, person, _ in list_people(case) if where != pointer]
    if "same_as" in node.get("properties", {}):
        if not others:
            raise EditRefused(
                "nobody else is described in this case",
                where=fields.field(pointer).title,
                remedy="describe the person here, or add the other person first",
            )
        return _set(case, pointer, {"same_as": own if own in others else others[0]})
    return _set(case, pointer, _Drafter(case, fields).draft(node) or {})


def rename_id(case: Case, pointer: str, new: str) -> Case:
    """Return the case with another id at a place, and everywhere that refers to it. Raises
    EditRefused."""
    old = get_value(case, pointer)
    owner = pointer.rpartition("/")[0]
    is_person = any(where == owner for where, _, _ in list_people(case))
    if not ID.fullmatch(new):
        raise EditRefused(
            "an id has small letters, digits and hyphens only",
            where=pointer,
            remedy="write it like aunt or child-2",
        )
    places = [
        place
        for place, kind, used in iterate_references(case)
        if is_person and kind in ("person", "beneficiary") and used == old
    ]
    is_shared = sum(person == old for _, person, _ in list_people(case)) > 1
    for place in [] if is_shared else places:
        case = _set(case, place, new)
    return _set(case, pointer, new)


def make_unique_id(base: str, used: Collection[str]) -> str:
    """Return an id like a base that is not in use: "declaration", "declaration-2"."""
    plain = _NOT_PLAIN.sub("-", base.lower()).strip("-")[:56] or "entry"
    names = (plain, *(f"{plain}-{number}" for number in range(2, len(used) + 3)))
    return next(name for name in names if name not in used)


def list_used_ids(case: Case, pointer: str) -> list[str]:
    """Return the ids that an id at a place must differ from."""
    keys = split_pointer(pointer)
    entries = get_value(case, "/rfe/points" if keys[:1] == ["rfe"] else f"/{keys[0]}")
    if keys[0] in ("declarations", "exhibits", "rfe"):
        listed = entries if isinstance(entries, list) else []
        ids = [entry.get("id") for entry in listed if isinstance(entry, dict)]
        return [known for known in ids if isinstance(known, str)]
    return [person for _, person, _ in list_people(case)]


class _Drafter:
    """Writes new entries, in which a person fills in the rest."""

    def __init__(self, case: Case, fields: CaseFields) -> None:
        self._case, self._fields = case, fields
        self._used = [person for _, person, _ in list_people(case)]
        for place in ("/declarations", "/rfe/points"):
            self._used += list_used_ids(case, place)

    def draft(self, node: Node, depth: int = 6) -> Any:
        """Return a value to fill in; None for what only a person can say."""
        alternatives = self._fields.list_alternatives(node)
        title = str(node.get("title", ""))
        chosen = next(
            (inner for inner in alternatives if inner.get("type") in ("object", "array")),
            alternatives[0],
        )
        if chosen.get("type") == "object" and depth:
            return self._draft_object(chosen, title, depth)
        if chosen.get("type") == "array":
            inner = self.draft(chosen.get("items", {}), depth - 1) if depth else None
            return None if inner is None else [inner]
        is_free = not {"enum", "pattern", "format"} & chosen.keys()
        return FILL_IN if chosen.get("type") == "string" and is_free else None

    def _draft_object(self, node: Node, title: str, depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for key in node.get("required", ()):
            inner = node.get("properties", {}).get(key, {})
            drafted = (
                make_unique_id(title or "entry", self._used)
                if key == "id"
                else self._first_beneficiary()
                if key == "belongs_to"
                else self.draft(inner, depth - 1)
            )
            if drafted not in (None, {}):
                value[key] = drafted
        return value

    def _first_beneficiary(self) -> list[str] | None:
        return next(
            (
                [person]
                for where, person, _ in list_people(self._case)
                if where.startswith("/beneficiaries/")
            ),
            None,
        )


def _set(case: Case, pointer: str, value: Any) -> Case:
    try:
        changed = set_value(case, pointer, value)
    except NoPlace as error:
        raise _refuse(pointer) from error
    return changed if isinstance(changed, dict) else case


def _refuse(pointer: str) -> EditRefused:
    return EditRefused("there is no such place", where=pointer, remedy="load the page again")
