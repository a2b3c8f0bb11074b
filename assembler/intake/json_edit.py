"""Change values of a JSON text and leave all other characters as they are. Pure.

`edit_json` sets values at places; `rewrite_json` makes the text say a whole new value, and keeps
the text of everything in it that stays, also of entries of a list that change their order.

Order of keys, spaces, line breaks and indentation stay. What is added looks like its neighbors: in
their line, or in a line of its own with their indentation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


def rewrite_json(text: str, value: Any) -> str:
    """Return the text of another value, in which everything that stays keeps its characters.

    Entries of a list are recognized by what they say, by their `id` or `path`, or by their place.
    Raises BadJson if the text is not JSON.
    """
    root, places = parse_places(text)
    start, end = places[""]
    new = _Rewriter(text, places).rewrite("", root, value)
    return text[:start] + new + text[end:]


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


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of an object, or an entry of a list: its text with its key, and the space before it,
    from the comma or bracket."""

    text: str
    gap: str


class _Rewriter:
    """Writes new values at the places of a text, out of the pieces that stay."""

    def __init__(self, text: str, places: Mapping[str, tuple[int, int]]) -> None:
        self._text, self._places = text, places

    def rewrite(self, pointer: str, old: Any, new: Any) -> str:
        """Return the text of a new value for a place."""
        start, end = self._places[pointer]
        if is_same_json(old, new):
            return self._text[start:end]
        if isinstance(old, dict) and isinstance(new, dict) and old and new:
            return self._join(pointer, self._rewrite_members(pointer, old, new), list(old))
        if isinstance(old, list) and isinstance(new, list) and old and new:
            keys = [str(index) for index in range(len(old))]
            return self._join(pointer, self._rewrite_entries(pointer, old, new), keys)
        return _write_value(new, _Style(self._text, start))

    def _rewrite_members(
        self, pointer: str, old: dict[str, Any], new: dict[str, Any]
    ) -> list[_Member]:
        """Return the members that stay, in their order, and then those that are new."""
        members = []
        for key, value in old.items():
            if key in new:
                place = pointer + escape_pointer_step(key)
                start = self._places[place][0]
                key_start = _find_key(self._text, start)
                text = self._text[key_start:start] + self.rewrite(place, value, new[key])
                members.append(_Member(text, self._read_gap(key_start)))
        style = self._read_style(pointer, list(old))
        for key, value in new.items():
            if key not in old:
                text = f"{json.dumps(key, ensure_ascii=False)}: {_write_value(value, style)}"
                members.append(_Member(text, ""))
        return members

    def _rewrite_entries(self, pointer: str, old: list[Any], new: list[Any]) -> list[_Member]:
        """Return the entries in their new order."""
        sources = _match_entries(old, new)
        style = self._read_style(pointer, [str(index) for index in range(len(old))])
        members = []
        for value, source in zip(new, sources, strict=True):
            if source is None:
                members.append(_Member(_write_value(value, style), ""))
                continue
            place = pointer + escape_pointer_step(source)
            gap = self._read_gap(self._places[place][0]) if sources == [*range(len(old))] else ""
            members.append(_Member(self.rewrite(place, old[source], value), gap))
        return members

    def _join(self, pointer: str, members: Sequence[_Member], keys: list[str]) -> str:
        """Return an object or list of these members; `keys`: of those that it had."""
        start, end = self._places[pointer]
        first = self._find_start(pointer, keys[0])
        last = self._places[pointer + escape_pointer_step(keys[-1])][1]
        opening, closing = self._text[start:first], self._text[last:end]
        between = self._read_gap(self._find_start(pointer, keys[1])) if len(keys) > 1 else ""
        if not between:
            between = opening[1:] or " "
        body = members[0].text + "".join(
            f",{member.gap if member.gap and index else between}{member.text}"
            for index, member in enumerate(members[1:], 1)
        )
        return opening + body + closing

    def _find_start(self, pointer: str, key: str) -> int:
        """Return where a member begins: its key, if it has one."""
        start = self._places[pointer + escape_pointer_step(key)][0]
        return (
            _find_key(self._text, start) if self._text[self._places[pointer][0]] == "{" else start
        )

    def _read_gap(self, start: int) -> str:
        """Return the space before a member."""
        before = self._text[:start]
        return before[len(before.rstrip(" \t\r\n")) :]

    def _read_style(self, pointer: str, keys: list[str]) -> _Style:
        return _Style(self._text, self._find_start(pointer, keys[0]))


def is_same_json(one: Any, other: Any) -> bool:
    """Return whether two values are the same JSON: unlike ==, 1, 1.0 and true are not."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(is_same_json(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(is_same_json, one, other))
    return bool(one == other)


def _match_entries(old: list[Any], new: list[Any]) -> list[int | None]:
    """Return for each new entry the place of the old one that it was; None for one that is new."""
    sources: list[int | None] = [None] * len(new)
    free = set(range(len(old)))
    for index in range(min(len(old), len(new))):
        if is_same_json(new[index], old[index]):
            sources[index] = index
            free.discard(index)
    for name_of in (json.dumps, _name_entry):
        places: dict[str, list[int]] = {}
        for place in sorted(free, reverse=True):
            places.setdefault(name_of(old[place]), []).append(place)
        for index, source in enumerate(sources):
            name = name_of(new[index]) if source is None else ""
            if name and places.get(name):
                place = places[name].pop()
                sources[index] = place
                free.discard(place)
    for index, source in enumerate(sources):
        if source is None and index in free and type(new[index]) is type(old[index]):
            sources[index] = index
            free.discard(index)
    return sources


def _name_entry(entry: Any) -> str:
    """Return what an entry of a list is known by; "" for one that has no name."""
    if not isinstance(entry, dict):
        return ""
    name = entry.get("id") or entry.get("path") or ""
    return name if isinstance(name, str) else ""


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
