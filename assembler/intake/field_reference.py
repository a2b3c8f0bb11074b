"""Write docs/case-json.md from the schema: `python -m assembler.intake.field_reference >
docs/case-json.md`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

from assembler.runtime.resources import Shelf

Node = dict[str, Any]
_HEAD = """# case.json, field by field

Made from `schemas/case.schema.json` by `make docs`; do not edit. An editor that knows JSON Schema
shows the same texts while you write, if case.json begins with `"$schema"` and the path of that
file. A word in brackets leads to a description of its own.
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
    lines = [_HEAD, *_section("The case", schema)]
    for name, definition in sorted(schema["$defs"].items()):
        lines += _section(name, definition)
    return "\n".join(lines)


def _section(title: str, node: Node) -> Iterator[str]:
    """Yield a heading, a description and the table of fields, if any; then the same for each object
    within it."""
    owner = _object(node)
    yield from (
        f"## {title}",
        "",
        str(node["description"]) if owner is node else _text(node, title),
        "",
    )
    if owner is None:
        return
    yield from ("| field | needed | what it is |", "|---|---|---|")
    required = owner.get("required", ())
    for name, field in owner["properties"].items():
        yield (
            f"| `{name}` | {'yes' if name in required else ''} | "
            f"{_text(field, f'{title}: {name}')} |"
        )
    yield ""
    for name, field in owner["properties"].items():
        inner = field.get("items", field)
        if _object(inner) is not None:
            yield from _section(f"{title}: {name}", inner)


def _object(node: Node) -> Node | None:
    """Return the object in a node or in one of its alternatives, if any."""
    return next(
        (
            alternative
            for alternative in (node, *node.get("oneOf", ()))
            if "properties" in alternative
        ),
        None,
    )


def _text(node: Node, title: str) -> str:
    """Return the description, each of its values on a line of its own, and the kind."""
    text = str(node.get("description", "")).replace("|", "\\|")
    values = [str(value) for value in (node.get("enum") or node.get("items", {}).get("enum") or ())]
    if values and "enum" not in node:
        text = f"{text} {node['items']['description']}"
    for value in values:
        text = re.sub(rf"[ ;]*(?<=[ ;]){re.escape(value)}: ", f"<br>`{value}`: ", text, count=1)
    kind = _kind(node, title)
    return f"{text}<br>*({kind})*" if values else f"{text} *({kind})*"


def _kind(node: Node, title: str) -> str:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if node.get("type") == "array":
        return f"list of {_kind(node['items'], title)}"
    if "oneOf" in node:
        return " or ".join(_kind(alternative, title) for alternative in node["oneOf"])
    if "enum" in node:
        return "one of these"
    if "properties" in node and ": " in title:
        return f"[object](#{title.lower().replace(': ', '-').replace(' ', '-')})"
    return _PLAIN[node["type"]]


if __name__ == "__main__":
    sys.stdout.write(describe_schema(Shelf.default().schema("case.schema.json")))
