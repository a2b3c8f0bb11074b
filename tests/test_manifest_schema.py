"""The schema of manifest.json and the dataclasses that are read from it and written to it agree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from assembler.errors import ProofFailed
from assembler.model import DocumentId, LedgerEntry, Manifest, PartKind
from assembler.model.manifest import OPTIONAL_KEYS, Source
from assembler.report.manifest_writer import encode_manifest
from assembler.runtime.manifest_reader import parse_manifest
from assembler.runtime.resources import Shelf
from tests.support import manifests

SCHEMA = Shelf.default().schema("manifest.schema.json")
_PLAIN = {
    str: "string",
    DocumentId: "string",
    date: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
}


def disagreements(node: Mapping[str, Any], wanted: Any, place: str) -> Iterator[str]:
    """Every place at which the schema allows other than the type has."""
    if "$ref" in node:
        node = SCHEMA["$defs"][node["$ref"].rpartition("/")[2]] | {
            key: value for key, value in node.items() if key != "$ref"
        }
    if get_origin(wanted) in (UnionType, Union):
        yield from _of_optional(node, wanted, place)
    elif is_dataclass(wanted):
        yield from _of_object(node, wanted, place)
    elif get_origin(wanted) is tuple:
        yield from _of_list(node, wanted, place)
    elif get_origin(wanted) is not None:
        (_, value), more = get_args(wanted), node.get("additionalProperties")
        if node.get("type") != "object" or "properties" in node or not isinstance(more, Mapping):
            yield f"{place}: a mapping"
        else:
            yield from disagreements(more, value, f"{place}/…")
    elif issubclass(wanted, StrEnum):
        if set(node.get("enum", ())) != {member.value for member in wanted}:
            yield f"{place}: not the values of {wanted.__name__}"
    elif not _is_plain(node, wanted):
        yield f"{place}: not of type {wanted.__name__}"


def _is_plain(node: Mapping[str, Any], wanted: type) -> bool:
    values = [node["const"]] if "const" in node else node.get("enum")
    if values:
        return all(type(value) is wanted for value in values)
    return node.get("type") == _PLAIN[wanted]


def _of_optional(node: Mapping[str, Any], wanted: Any, place: str) -> Iterator[str]:
    (inner,) = (kind for kind in get_args(wanted) if kind is not NoneType)
    allowed = [one for one in node.get("anyOf", ()) if one.get("type") != "null"]
    # a key that is left out instead of being null has the type itself
    yield from disagreements(allowed[0] if allowed else node, inner, place)


def _of_list(node: Mapping[str, Any], wanted: Any, place: str) -> Iterator[str]:
    items = get_args(wanted)
    if node.get("type") != "array":
        yield f"{place}: a list"
    elif items[-1] is Ellipsis:
        yield from disagreements(node["items"], items[0], f"{place}/0")
        if "prefixItems" in node:
            yield f"{place}: a list of any length"
    else:
        inner = node.get("prefixItems") or [node["items"]] * len(items)
        if (node.get("minItems"), node.get("maxItems"), len(inner)) != (len(items),) * 3:
            yield f"{place}: a list of {len(items)}"
        for number, pair in enumerate(zip(inner, items, strict=True)):
            yield from disagreements(*pair, f"{place}/{number}")


def _of_object(node: Mapping[str, Any], wanted: Any, place: str) -> Iterator[str]:
    hints = get_type_hints(wanted)
    by_name = {field.name: field for field in fields(wanted)}
    properties, required = node.get("properties", {}), set(node.get("required", ()))
    if node.get("additionalProperties") is not False:
        yield f"{place}: other keys are allowed"
    for name in sorted(set(properties) ^ set(by_name)):
        yield f"{place}/{name}: only one of the two has it"
    for name in sorted(required & OPTIONAL_KEYS.get(wanted, frozenset())):
        yield f"{place}/{name}: it is required, and may be left out"
    for name in sorted(set(by_name) - required):
        if by_name[name].default is MISSING:
            yield f"{place}/{name}: it may be missing, and has no default"
    for name in sorted(OPTIONAL_KEYS.get(wanted, frozenset()) - set(by_name)):
        yield f"{place}/{name}: there is no such key to be left out"
    for name in sorted(set(properties) & set(by_name)):
        yield from disagreements(properties[name], hints[name], f"{place}/{name}")


def test_the_schema_and_the_dataclasses_agree() -> None:
    assert list(disagreements(SCHEMA, Manifest, "")) == []


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        (("properties", "linked", "type"), "string"),
        (("properties", "ledger", "items", "properties", "kind", "enum"), ["draft", "form"]),
        (("properties", "ledger", "items", "properties", "stamp"), {"type": "null"}),
        (("properties", "index", "items", "properties", "printed", "maxItems"), 3),
        (("properties", "opened", "items", "properties", "more"), {"type": "string"}),
        (("properties", "proof", "items", "required"), []),
        (("properties", "addresses", "additionalProperties"), {"type": "string"}),
        (("required",), ["kept"]),
    ],
)
def test_a_schema_that_allows_something_else_is_told(steps: tuple[str, ...], value: Any) -> None:
    def changed(node: Mapping[str, Any], steps: tuple[str, ...]) -> dict[str, Any]:
        first, *rest = steps
        return {**node, first: changed(node[first], tuple(rest)) if rest else value}

    assert list(disagreements(changed(SCHEMA, steps), Manifest, ""))


def test_keys_are_left_out_only_where_they_say_nothing() -> None:
    def source_of(source: Source) -> set[str]:
        entry = replace(manifests.entry(kind=PartKind.EXHIBIT), source=source)
        return set(_ledger_of(manifests.manifest(ledger=(entry,)))[0]["source"])

    whole = {"path", "sha256", "page", "role"}
    assert source_of(manifests.source()) == whole
    assert source_of(manifests.source(part=1, parts=3)) == whole | {"part", "parts"}
    assert source_of(manifests.source(part=3, parts=3)) == whole | {"part", "parts"}
    (ours,) = _ledger_of(manifests.manifest(ledger=(manifests.entry(),)))
    assert ours["stamp"] is None
    assert not OPTIONAL_KEYS[LedgerEntry] & set(ours)


def _ledger_of(manifest: Manifest) -> Any:
    return json.loads(encode_manifest(manifest))["ledger"]


def test_a_page_of_a_client_says_where_it_is_from_and_what_was_done_to_it() -> None:
    """The proof takes it that source, transform and text are there together."""
    entry = replace(manifests.entry(document="form:forms/g-28.pdf"), source=manifests.source())

    with pytest.raises(ProofFailed, match="/ledger/0: transform, text is missing"):
        parse_manifest(
            encode_manifest(
                manifests.manifest(
                    format=1,
                    ledger=(entry,),
                    volumes=(manifests.volume(),),
                    outputs=(manifests.output(),),
                )
            )
        )
