"""Build the form of a case from its schema: which field is shown how, with which choices. Pure.

A value that the form cannot edit is shown as it is, with the reason, and never lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assembler.desk.case_form import MOST_RADIOS, Choice, Control, FormData, FormField, list_people
from assembler.desk.field_edits import FieldEdit
from assembler.desk.form_words import (
    is_placeholder,
    list_enum_choices,
    mark_choice,
    name_alternative,
    name_entry,
    read_hint,
    show_value,
    simplify_description,
)
from assembler.intake.case_fields import Field, Node
from assembler.intake.json_edit import get_value
from assembler.intake.problem import escape_pointer_step, split_pointer
from assembler.intake.untyped_values import read_objects
from assembler.model.case_texts import CITING_FIELDS

_LONG = 1_000  # characters that a field may have, from which on it is shown as a large box
_SCALARS = (str, int, float, bool)
# what the id in a field of this name is the id of
_REFERENCES = {
    "same_as": "person",
    "declarant": "person",
    "guardian": "person",
    "person": "person",
    "beneficiaries": "beneficiary",
    "belongs_to": "beneficiary",
    "notice_exhibit": "exhibit",
    "exhibits": "exhibit",
}
# fields on which other parts of the page depend
_REFRESHING = frozenset(("kind", "id", "given", "family", "title", "form"))
_TEXTS = frozenset((Control.LONG, Control.LINES, Control.PARAGRAPHS))


def build_field(data: FormData, pointer: str) -> FormField:
    """Return the field of a place, with all fields within it."""
    return _Builder(data).build(pointer, ())


class _Builder:
    def __init__(self, data: FormData) -> None:
        self._data, self._fields = data, data.fields
        self._ids = self._list_ids()

    def build(self, pointer: str, guards: tuple[FieldEdit, ...]) -> FormField:
        field = self._fields.field(pointer)
        value = get_value(self._data.case, pointer)
        key = split_pointer(pointer)[-1]
        if field.key not in (key, "") or (field.key == "" and not key.isdecimal()):
            return _fix(_make_unknown(pointer, value))
        base = self._make_base(field, pointer, value, guards)
        alternatives = self._fields.list_alternatives(field.node)
        types = {node.get("type", "string") for node in alternatives}
        if len(alternatives) == 1:
            return self._build_one(base, alternatives[0])
        if types == {"string", "array"}:
            return self._build_paragraphs(base, alternatives)
        if types <= {"object", "null"}:
            return self._build_either(base, alternatives)
        fitting = "object" if isinstance(value, dict) else "string"
        node = next((node for node in alternatives if node.get("type") == fitting), None)
        return self._build_one(base, node or alternatives[0])

    def _make_base(
        self, field: Field, pointer: str, value: Any, guards: tuple[FieldEdit, ...]
    ) -> FormField:
        node = field.node
        example = self._fields.sample(node)
        return FormField(
            pointer=pointer,
            title=field.title,
            control=Control.FIXED,
            help=simplify_description(str(node.get("description", "")), field.title),
            example=str(example) if isinstance(example, (str, int)) else "",
            value=value,
            shown=show_value(value),
            is_required=field.is_required,
            is_placeholder=is_placeholder(value),
            hint=read_hint(value),
            can_cite=not CITING_FIELDS.isdisjoint(split_pointer(pointer)[-2:]),
            refreshes=field.key in _REFRESHING,
            guards=guards,
        )

    def _build_one(self, base: FormField, node: Node) -> FormField:
        """Return the field of a node without alternatives."""
        kind = node.get("type", "string")
        if kind in ("object", "array"):
            build = self._build_group if kind == "object" else self._build_list
            return build(base, node)
        if base.value is not None and not isinstance(base.value, _SCALARS):
            return _fix(base)
        if "enum" in node:
            return self._build_choice(base, node)
        if kind == "boolean":
            choices = (Choice(value="true", label="Yes"), Choice(value="false", label="No"))
            return replace(base, control=Control.YES_NO, choices=mark_choice(choices, base.value))
        if kind == "integer":
            return _clear(replace(base, control=Control.NUMBER))
        return self._build_text(base, node)

    def _build_text(self, base: FormField, node: Node) -> FormField:
        key = split_pointer(base.pointer)[-1]
        if ids := self._find_ids(base.pointer):
            choices = [Choice(value=json.dumps(known), label=name) for known, name in ids.items()]
            return replace(base, control=Control.CHOICE, choices=mark_choice(choices, base.value))
        if node.get("format") == "date":
            return _clear(replace(base, control=Control.DATE))
        if node.get("x-names"):
            return _clear(replace(base, control=Control.NAMED, names=str(node["x-names"])))
        is_long = base.can_cite or int(node.get("maxLength", 0)) >= _LONG
        control = Control.LONG if is_long else Control.TEXT
        return _clear(replace(base, control=control, refreshes=key in _REFRESHING))

    def _build_choice(self, base: FormField, node: Node) -> FormField:
        choices = list(list_enum_choices(node))
        control = Control.RADIO if len(choices) <= MOST_RADIOS else Control.CHOICE
        return replace(base, control=control, choices=mark_choice(choices, base.value))

    def _build_group(self, base: FormField, node: Node) -> FormField:
        if base.value is not None and not isinstance(base.value, dict):
            return _fix(base)
        known = list(node.get("properties", {}))
        guards = (*base.guards, *_make_guards(base))
        fields = [
            self.build(base.pointer + escape_pointer_step(key), guards)
            for key in known
            if not self._is_for_other_kind(base, key, node["properties"][key])
        ]
        others = [
            _fix(_make_unknown(base.pointer + escape_pointer_step(key), value))
            for key, value in (base.value or {}).items()
            if key not in known
        ]
        return replace(base, control=Control.GROUP, fields=(*_order(fields), *others))

    def _build_list(self, base: FormField, node: Node) -> FormField:
        if base.value is not None and not isinstance(base.value, list):
            return _fix(base)
        item = self._fields.list_alternatives(node.get("items", {}))
        entry = str(node.get("items", {}).get("title") or "entry").lower()
        base = replace(base, entry=entry)
        if len(item) == 1 and "enum" in item[0]:
            return self._build_checks(base, list(list_enum_choices(item[0])))
        if len(item) == 1 and item[0].get("type") == "string":
            if ids := self._find_ids(base.pointer):
                choices = [Choice(value=json.dumps(known), label=ids[known]) for known in ids]
                return self._build_checks(base, choices)
            return self._build_lines(base, Control.LINES)
        return self._build_entries(base)

    def _build_checks(self, base: FormField, choices: list[Choice]) -> FormField:
        chosen = [json.dumps(entry, ensure_ascii=False) for entry in base.value or ()]
        known = {choice.value for choice in choices}
        marked = [replace(choice, is_chosen=choice.value in chosen) for choice in choices]
        marked += [
            Choice(value=value, label=value.strip('"'), is_chosen=True, is_known=False)
            for value in dict.fromkeys(chosen)
            if value not in known
        ]
        return replace(base, control=Control.CHECKS, choices=tuple(marked))

    def _build_lines(self, base: FormField, control: Control) -> FormField:
        texts = [base.value] if isinstance(base.value, str) else base.value or []
        if not all(isinstance(text, str) for text in texts):
            return _fix(base)
        separator = "\n\n" if control is Control.PARAGRAPHS else "\n"
        return _clear(replace(base, control=control, shown=separator.join(texts)))

    def _build_paragraphs(self, base: FormField, alternatives: Sequence[Node]) -> FormField:
        """Return one large box for all paragraphs, or an entry for each if some are only for some
        beneficiaries."""
        if isinstance(base.value, list) and any(isinstance(entry, dict) for entry in base.value):
            return self._build_entries(replace(base, entry="paragraph"))
        if base.value is not None and not isinstance(base.value, (str, list)):
            return _fix(base)
        items = next(node for node in alternatives if node.get("type") == "array").get("items", {})
        has_owners = len(self._fields.list_alternatives(items)) > 1
        entry = "paragraph" if has_owners and len(self._ids["beneficiary"]) > 1 else ""
        return self._build_lines(replace(base, entry=entry), Control.PARAGRAPHS)

    def _build_entries(self, base: FormField) -> FormField:
        values = base.value or []
        entries = []
        for number, value in enumerate(values):
            field = self.build(f"{base.pointer}/{number}", base.guards)
            title = f"{field.title} {number + 1}"
            heading = name_entry(value)
            entries.append(
                replace(
                    field,
                    title=f"{title}: {heading}" if heading else title,
                    place=(number, len(values)),
                )
            )
        return replace(base, control=Control.LIST, fields=tuple(entries))

    def _build_either(self, base: FormField, alternatives: Sequence[Node]) -> FormField:
        """Return the group of the alternative that the value is, with a choice of all of them."""
        if base.value is not None and not isinstance(base.value, dict):
            return _fix(base)
        chosen = self._choose_alternative(base, alternatives)
        choices = tuple(
            Choice(
                value=str(number),
                label=name_alternative(node, base),
                is_chosen=number == chosen,
            )
            for number, node in enumerate(alternatives)
        )
        node = alternatives[chosen] if chosen is not None else {}
        fields: tuple[FormField, ...] = ()
        if node.get("type") == "object":
            fields = self._build_group(base, node).fields
        return replace(base, control=Control.EITHER, choices=choices, fields=fields)

    def _choose_alternative(self, base: FormField, alternatives: Sequence[Node]) -> int | None:
        """Return which alternative a value is: the one that knows most of its keys."""
        if base.value is None:
            kinds = [node.get("type") for node in alternatives]
            is_written = base.pointer[1:] in self._data.case
            if "null" in kinds and is_written:
                return kinds.index("null")
            return None if "null" in kinds else 0
        keys = set(base.value)
        unknown = [len(keys - set(node.get("properties", {}))) for node in alternatives]
        unknown = [
            count if node.get("type") == "object" else len(keys) + 1
            for count, node in zip(unknown, alternatives, strict=True)
        ]
        return unknown.index(min(unknown))

    def _is_for_other_kind(self, base: FormField, key: str, node: Node) -> bool:
        """Return whether a field is for another kind of case, as its description begins, and
        empty."""
        start = str(node.get("description", "")).partition(":")[0].casefold()
        kinds = self._fields.field("/kind").node.get("enum", ())
        kind = self._data.case.get("kind")
        is_empty = not isinstance(base.value, dict) or base.value.get(key) is None
        return is_empty and start in kinds and start != kind

    def _find_ids(self, pointer: str) -> Mapping[str, str]:
        """Return the ids that a field may have, and their names; {} if it is no reference."""
        key = split_pointer(pointer)[-1]
        if key in self._data.choices:
            return self._data.choices[key]
        ids = self._ids.get(_REFERENCES.get(key, ""), {})
        own = get_value(self._data.case, pointer.rpartition("/")[0])
        is_self = key == "same_as"
        return {
            known: name
            for known, name in ids.items()
            if not (is_self and isinstance(own, dict) and own.get("id") == known)
        }

    def _list_ids(self) -> dict[str, dict[str, str]]:
        people = {person_id: name for _, person_id, name in list_people(self._data.case)}
        beneficiaries = {
            person_id: name
            for where, person_id, name in list_people(self._data.case)
            if where.startswith("/beneficiaries/")
        }
        exhibits = {
            exhibit["id"]: f"{exhibit.get('title') or exhibit['id']}"
            for _, exhibit in read_objects(dict(self._data.case), "exhibits")
            if isinstance(exhibit.get("id"), str)
        }
        return {"person": people, "beneficiary": beneficiaries, "exhibit": exhibits}


def _make_guards(base: FormField) -> tuple[FieldEdit, ...]:
    """Return what tells an entry of a list from the others."""
    if not split_pointer(base.pointer)[-1].isdecimal():
        return ()
    for name in ("id", "person/same_as", "person/id"):
        pointer = f"{base.pointer}/{name}"
        value = get_value(base.value, f"/{name}") if base.value else None
        if isinstance(value, str):
            return (FieldEdit(pointer=pointer, value=value, was=value),)
    return ()


def _order(fields: Sequence[FormField]) -> list[FormField]:
    """Return short fields first, then texts, then groups; an id comes last of the short ones, and
    who somebody is before everything."""
    first = [field for field in fields if field.control is Control.EITHER and field.is_required]
    short = [field for field in fields if field.is_inline or is_short_group(field)]
    short.sort(key=lambda field: field.pointer.endswith("/id"))
    texts = [field for field in fields if field.control in _TEXTS]
    rest = [field for field in fields if field not in (*first, *short, *texts)]
    return [*first, *short, *texts, *rest]


def is_short_group(field: FormField) -> bool:
    """Return whether a group is a part of the row around it, as a name is."""
    return (
        field.control is Control.GROUP
        and field.is_required
        and all(inner.control is Control.TEXT for inner in field.fields)
    )


def _make_unknown(pointer: str, value: Any) -> FormField:
    """Return a field that the schema does not have."""
    title = split_pointer(pointer)[-1]
    return FormField(pointer=pointer, title=title, control=Control.FIXED, value=value)


def _fix(base: FormField) -> FormField:
    """Return a field that is shown as it is."""
    written = json.dumps(base.value, ensure_ascii=False, indent=1)
    note = "This form cannot change what is written here. It stays in case.json as it is."
    return replace(base, control=Control.FIXED, shown=written, note=note)


def _clear(field: FormField) -> FormField:
    """Return a field without the words that a new case has in it."""
    return replace(field, shown="") if field.is_placeholder else field
