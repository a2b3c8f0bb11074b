"""Change values of a JSON text and leave all other characters as they are. Pure.

Order of keys, spaces, line breaks and indentation stay. What is added looks like its neighbors: in
their line, or in a line of its own with their indentation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from assembler.intake.json_text import parse_places
from assembler.intake.problem import escape_pointer_step, split_pointer

_INLINE_OBJECT = re.compile(r"\{[ \t]*\"[^\n]*\}")
_INDENT = re.compile(r"\n([ \t]+)\S")


class NoPlace(ValueError):
    """A change leads through a value that is neither an object nor a list, or skips an entry of a
    list; the message is a JSON pointer."""


def edit_json(text: str, changes: Mapping[str, Any]) -> str:
    """Return the text with the value of each JSON pointer set, in the order of the changes.

    Objects and lists that are missing on the way are added; "/exhibits/3" adds an entry to a list
    of three.

    Raises:
        BadJson: the text is not JSON.
        NoPlace: a change has no place in it.
    """
    for pointer, value in changes.items():
        text = _set(text, pointer, value)
    return text


def set_value(root: Any, pointer: str, value: Any) -> Any:
    """Return the value with another one at a JSON pointer, as `edit_json` changes its text; `root`
    is not changed. Raises NoPlace."""
    if not pointer:
        return value
    steps = split_pointer(pointer)
    return _set_value(root, steps, value, pointer)


def get_value(root: Any, pointer: str) -> Any:
    """Return the value at a JSON pointer; None if there is none."""
    value = root
    for step in split_pointer(pointer):
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return None
    return value


def _set_value(node: Any, steps: list[str], value: Any, pointer: str) -> Any:
    step, rest = steps[0], steps[1:]
    if isinstance(node, list) and step.isdecimal() and int(step) <= len(node):
        index = int(step)
        inner = node[index] if index < len(node) else None
        new = _set_value(inner, rest, value, pointer) if rest else value
        return [*node[:index], new, *node[index + 1 :]]
    if node is None:
        node = [] if step == "0" else {}
        return _set_value(node, steps, value, pointer)
    if isinstance(node, dict):
        new = _set_value(node.get(step), rest, value, pointer) if rest else value
        return {**node, step: new}
    raise NoPlace(pointer)


def _set(text: str, pointer: str, value: Any) -> str:
    root, places = parse_places(text)
    if pointer in places and get_value(root, pointer) is not None:
        start, end = places[pointer]
        new = _write_value(value, _Style(text, start))
        return text[:start] + new + text[end:]
    steps = split_pointer(pointer)
    at, node, depth = "", root, 0
    for step in steps:
        inner = get_value(node, escape_pointer_step(step))
        if inner is None:
            break
        at, node, depth = at + escape_pointer_step(step), inner, depth + 1
    added = (
        value if depth + 1 == len(steps) else _set_value(None, steps[depth + 1 :], value, pointer)
    )
    place = at + escape_pointer_step(steps[depth])
    if place in places:  # a null
        start, end = places[place]
        return text[:start] + _write_value(added, _Style(text, start)) + text[end:]
    return _add(text, (places, at, node), steps[depth], added, pointer)


def _add(
    text: str,
    home: tuple[Mapping[str, tuple[int, int]], str, Any],
    step: str,
    value: Any,
    pointer: str,
) -> str:
    """Add a member to an object, or an entry to a list."""
    places, at, node = home
    if isinstance(node, list):
        if not (step.isdecimal() and int(step) == len(node)):
            raise NoPlace(pointer)
        last = at + escape_pointer_step(len(node) - 1) if node else ""
        first = places[last][0] if node else 0
        prefix = ""
    elif isinstance(node, dict):
        last = at + escape_pointer_step(list(node)[-1]) if node else ""
        first = _find_key(text, places[last][0]) if node else 0
        prefix = f"{json.dumps(step, ensure_ascii=False)}: "
    else:
        raise NoPlace(pointer)
    if not node:
        start, end = places[at]
        brackets = text[start], text[end - 1]
        style = _Style(text, start)
        inner = prefix + _write_value(value, style.inner() if style.is_expanded else style)
        if style.is_expanded:
            inner = f"{style.inner().line}{inner}{style.line}"
        return f"{text[:start]}{brackets[0]}{inner}{brackets[1]}{text[end:]}"
    end = places[last][1]
    style = _Style(text, first)
    gap = style.line if style.starts_line else " "
    return f"{text[:end]},{gap}{prefix}{_write_value(value, style)}{text[end:]}"


def _find_key(text: str, value_start: int) -> int:
    """Return where the key of a member begins."""
    end = text.rindex('"', 0, text.rindex(":", 0, value_start))
    start = end
    while True:
        start = text.rindex('"', 0, start)
        backslashes = len(text[:start]) - len(text[:start].rstrip("\\"))
        if backslashes % 2 == 0:
            return start


class _Style:
    """How the text around a position is set: its indentation, and whether objects are on lines of
    their own."""

    def __init__(self, text: str, position: int, indent: str | None = None) -> None:
        self._text, self._position = text, position
        line_start = text.rfind("\n", 0, position) + 1
        before = text[line_start:position]
        own = before[: len(before) - len(before.lstrip())]
        self.indent = own if indent is None else indent
        self.starts_line = not before.strip() and line_start > 0
        self.line = ("\r\n" if "\r\n" in text else "\n") + self.indent
        self.is_expanded = "\n" in text.strip() and not _INLINE_OBJECT.search(text)
        match = _INDENT.search(text)
        self.unit = match[1] if match else "  "

    def inner(self) -> _Style:
        """Return the style one level deeper."""
        return _Style(self._text, self._position, self.indent + self.unit)


def _write_value(value: Any, style: _Style) -> str:
    """Return the JSON of a value, as its surroundings are set."""
    if not style.is_expanded or not isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    lines = json.dumps(value, ensure_ascii=False, indent=style.unit).split("\n")
    return style.line.join(lines)
