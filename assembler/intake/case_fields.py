"""Find the field of the schema for a place in case.json, and name the place as a person does:
"Petitioner › Address › State"."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from assembler.errors import TemplateBroken
from assembler.intake.problem import split_pointer

Node = Mapping[str, Any]
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_WITH_ID = ("exhibits", "declarations")  # lists whose entries people know by their ids
_DEPTH = 8  # definitions that are followed; a firm's own schema may refer to itself
_SAMPLE_DEPTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A place of case.json as the schema describes it."""

    key: str
    title: str
    node: Node
    is_required: bool
    is_entry: bool = False  # of a list


class CaseFields:
    """The fields of a schema, by JSON pointer."""

    def __init__(self, schema: Node) -> None:
        definitions = schema.get("$defs", {})
        self._definitions: Node = definitions if isinstance(definitions, dict) else {}
        self._root = schema
        self._case = Field(key="", title="the case", node=schema, is_required=True)
        self._inner: dict[tuple[int, str], Field] = {}  # by the outer field and the key
        self._homes = dict(self._find_homes())

    def field(self, pointer: str) -> Field:
        """Return the field of a place; that of the object around it, if it is none."""
        return list(self._walk(pointer))[-1]

    def label(self, pointer: str, case: Any) -> str:
        """Return "Beneficiary 1 › Birth date"; "" for the case as a whole. The value of the case
        gives the ids of exhibits and declarations."""
        titles: list[str] = []
        value = case
        keys = split_pointer(pointer)
        fields = list(self._walk(pointer))
        for key, outer, field in zip(keys, fields, fields[1:], strict=False):
            value = _get_child(value, key)
            if not field.is_entry:
                titles.append(field.title)
                continue
            entry_id = value.get("id") if isinstance(value, dict) else None
            has_id = keys[0] in _WITH_ID and isinstance(entry_id, str) and ID.fullmatch(entry_id)
            title = f"{field.title} {entry_id if has_id else int(key) + 1}"
            # "Exhibit 1" for the first of the exhibits, but "Basis › Paragraph 1"
            titles[-1 if "items" in outer.node else len(titles) :] = [title]
        return " › ".join(titles)

    def list_homes(self, name: str) -> tuple[str, ...]:
        """Return the kinds of entry that have a field of this name: "address", "person"."""
        return self._homes.get(name, ())

    def list_fields(self, pointer: str) -> tuple[str, ...]:
        """Return the names of the fields of an object."""
        nodes = self._expand(self.field(pointer).node)
        return tuple(dict.fromkeys(name for node in nodes for name in node.get("properties", {})))

    def list_alternatives(self, node: Node) -> tuple[Node, ...]:
        """Return what a value may be, each with its definition in it; the node alone if it is one
        thing only."""
        nodes = tuple(self._expand(node))
        return nodes[1:] or nodes

    def sample(self, node: Node, depth: int = _SAMPLE_DEPTH) -> Any:
        """Return a value as it could be written at a field, None if the schema has no example."""
        node = next(self._expand(node))
        if node.get("examples"):
            return node["examples"][0]
        if node.get("enum"):
            return node["enum"][0]
        properties = node.get("properties", {})
        if depth and properties and node.get("required"):
            return {
                name: self.sample(properties[name], depth - 1)
                for name in node["required"]
                if name in properties
            }
        if depth and "items" in node:
            return [self.sample(node["items"], depth - 1)]
        return None

    def _walk(self, pointer: str) -> Iterator[Field]:
        """Yield the field of each step, as far as the schema knows them, from the case itself."""
        field: Field | None = self._case
        steps = iter(split_pointer(pointer))
        while field is not None:
            yield field
            key = next(steps, None)
            field = None if key is None else self._find_inner(field, key)

    def _find_inner(self, field: Field, key: str) -> Field | None:
        """Return the field that a key leads to; None if the schema does not know it.

        Found once: a case has hundreds of places, and the way to each is through the same few.
        """
        place = (id(field), key)  # `_inner` keeps every field that it names
        if place not in self._inner:
            inner = self._make_inner(field, key)
            if inner is None:
                return None
            self._inner[place] = inner
        return self._inner[place]

    def _make_inner(self, field: Field, key: str) -> Field | None:
        nodes = list(self._expand(field.node))
        owner = next((node for node in nodes if key in node.get("properties", {})), None)
        items = next((node["items"] for node in nodes if "items" in node), None)
        if owner is not None:
            child, is_required = owner["properties"][key], key in owner.get("required", ())
        elif key.isdecimal() and items is not None:
            child, is_required = items, True
        else:
            return None
        node = next(self._expand(child))
        title = str(node.get("title") or key.replace("_", " ").capitalize())
        return Field(
            key=key, title=title, node=node, is_required=is_required, is_entry=owner is None
        )

    def _expand(self, node: Node, depth: int = _DEPTH) -> Iterator[Node]:
        """Yield a node with its definition in it, what is said at the place first; then its
        alternatives."""
        name = str(node.get("$ref", "")).removeprefix("#/$defs/")
        if depth and name in self._definitions:
            here = {key: value for key, value in node.items() if key != "$ref"}
            yield from self._expand({**self._definitions[name], **here}, depth - 1)
            return
        yield node
        for alternative in node.get("oneOf", ()) if depth else ():
            yield from self._expand(alternative, depth - 1)

    def _find_homes(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        homes: dict[str, list[str]] = {}
        for home, definition in (("the case", self._root), *self._definitions.items()):
            for name, owner in _iterate_named_fields(definition, home):
                homes.setdefault(name, []).append(owner)
        for name, pointers in homes.items():
            yield name, tuple(dict.fromkeys(pointers))


@cache
def read_fields(schema: bytes) -> CaseFields:
    """Return the fields of a schema. Raises TemplateBroken if it is no JSON object."""
    try:
        value = json.loads(schema)
    except ValueError as error:
        raise TemplateBroken(
            "it is not JSON",
            where="schemas/case.schema.json",
            remedy="fix it, or reinstall assembler",
        ) from error
    return CaseFields(value if isinstance(value, dict) else {})


def _iterate_named_fields(node: Node, home: str) -> Iterator[tuple[str, str]]:
    """Yield each field of an object and of the objects within it, and what the object is called."""
    for alternative in node.get("oneOf", ()):
        yield from _iterate_named_fields(alternative, home)
    for name, field in node.get("properties", {}).items():
        yield name, home
        yield from _iterate_named_fields(field.get("items", field), name)


def _get_child(value: Any, key: str) -> Any:
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return value[int(key)]
    return value.get(key) if isinstance(value, dict) else None
