"""Write docs/case-json.md from the schema: `python -m assembler.intake.field_reference >
docs/case-json.md`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from assembler.runtime.resources import Shelf

Node = dict[str, Any]
_HEAD = """# case.json, field by field

Made from `schemas/case.schema.json` by `make docs`; do not edit. An editor that knows JSON Schema,
such as Visual Studio Code, shows the same texts, examples and choices while you write, and marks
what is wrong, if case.json begins with `"$schema"` and the path of that file; `assembler init`
writes it so. A word in brackets leads to a description of its own.
"""
_PLAIN = {
    "integer": "whole number",
    "boolean": "true or false",
    "string": "text",
    "null": "null",
    "object": "object",
}


def describe_schema(schema: Node) -> str:
    """Return the schema as Markdown: one table for the case and for each kind of entry in it."""
    lines = [_HEAD, *_write_section("The case", schema)]
    for name, definition in sorted(schema["$defs"].items()):
        lines += _write_section(name, definition)
    return "\n".join(lines)


def _write_section(title: str, node: Node) -> Iterator[str]:
    """Yield a heading, a description and the table of fields, if any; then the same for each object
    within it."""
    owner = _find_object(node)
    yield from (
        f"## {title}",
        "",
        str(node["description"]) if owner is node else _write_description(node, title),
        "",
    )
    if owner is None:
        return
    yield from ("| field | needed | what it is |", "|---|---|---|")
    required = owner.get("required", ())
    for name, field in owner["properties"].items():
        yield (
            f"| `{name}` | {'yes' if name in required else ''} | "
            f"{_write_description(field, f'{title}: {name}')} |"
        )
    yield ""
    for name, field in owner["properties"].items():
        inner = field.get("items", field)
        if _find_object(inner) is not None:
            yield from _write_section(f"{title}: {name}", inner)


def _find_object(node: Node) -> Node | None:
    """Return the object in a node or in one of its alternatives, if any."""
    return next(
        (
            alternative
            for alternative in (node, *node.get("oneOf", ()))
            if "properties" in alternative
        ),
        None,
    )


def _write_description(node: Node, title: str) -> str:
    """Return the description, each of its values on a line of its own, an example, what holds if
    the field is left out, and the kind."""
    choices = node if "enum" in node else node.get("items", {})
    values = [
        f"<br>`{value}`: {meaning}"
        for value, meaning in zip(
            choices.get("enum", ()), choices.get("enumDescriptions", ()), strict=True
        )
    ]
    notes = [str(node.get("description", ""))]
    if "examples" in node and not values and str(node["examples"][0]) not in notes[0]:
        notes.append(f"Example: `{_format_json(node['examples'][0])}`.")
    if "default" in node:
        notes.append(f"If left out: `{_format_json(node['default'])}`.")
    text = " ".join(notes).replace("|", "\\|")
    return f"{text}{''.join(values)}{'<br>' if values else ' '}*({_describe_kind(node, title)})*"


def _format_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _describe_kind(node: Node, title: str) -> str:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if node.get("type") == "array":
        return f"list of {_describe_kind(node['items'], title)}"
    if "oneOf" in node:
        return " or ".join(_describe_kind(alternative, title) for alternative in node["oneOf"])
    if "enum" in node:
        return "one of these"
    if "properties" in node and ": " in title:
        return f"[object](#{title.lower().replace(': ', '-').replace(' ', '-')})"
    return _PLAIN[node["type"]]


if __name__ == "__main__":
    sys.stdout.write(describe_schema(Shelf.default().schema("case.schema.json")))
