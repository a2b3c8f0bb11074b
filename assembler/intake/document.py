"""docs/case-json.md, written from the schema: `python -m assembler.intake.document > docs/case-json.md`."""

from __future__ import annotations

import sys
from typing import Any

from assembler.shelf import Shelf


def document(schema: dict[str, Any]) -> str:
    """The schema as Markdown: one table for the case and for each kind of entry in it."""
    lines = ["# case.json, field by field", "", "Made from `schemas/case.schema.json` by `make docs`; do not edit.", ""]
    lines += _table("The case", schema)
    for name, definition in sorted(schema["$defs"].items()):
        if "properties" in definition:
            lines += _table(name, definition)
        else:
            lines += [f"## {name}", "", _cell(definition), ""]
    return "\n".join(lines)


def _table(title: str, definition: dict[str, Any]) -> list[str]:
    lines = [f"## {title}", "", definition["description"], "", "| field | needed | what it is |", "|---|---|---|"]
    required = definition.get("required", ())
    for name, field in definition["properties"].items():
        lines.append(f"| `{name}` | {'yes' if name in required else ''} | {_cell(field)} |")
    return [*lines, ""]


def _cell(field: dict[str, Any]) -> str:
    text = str(field.get("description", "")).replace("|", "\\|").replace("\n", " ")
    kind = _kind(field)
    return f"{text} *({kind})*" if kind else text


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if field.get("type") == "array":
        inner = _kind(field["items"])
        return f"list of {inner}" if inner else "list"
    if "oneOf" in field:
        return " or ".join(filter(None, (_kind(one) for one in field["oneOf"])))
    if "enum" in field:
        return "one of these"
    plain = {"integer": "whole number", "boolean": "true or false", "string": "text", "null": "null"}
    return plain.get(field.get("type", ""), "")


if __name__ == "__main__":
    sys.stdout.write(document(Shelf.default().schema("case.schema.json")))
