"""Remove members of objects from a JSON text and leave all other characters as they are. Pure."""

from __future__ import annotations

import re

from assembler.intake.json_text import parse_places
from assembler.intake.problem import split_pointer

_SPACES = " \t\r\n"


def remove_members(text: str, pointers: list[str]) -> str:
    """Return the text without the members of objects at these JSON pointers, their commas and the
    space before them; a pointer that leads nowhere changes nothing. Raises BadJson."""
    for pointer in pointers:
        text = _remove(text, pointer)
    return text


def _remove(text: str, pointer: str) -> str:
    _, places = parse_places(text)
    if pointer not in places:
        return text
    value_start, end = places[pointer]
    colon = text.rindex(":", 0, value_start)
    key = split_pointer(pointer)[-1]
    start = text.rindex(f'"{key}"', 0, colon)
    before = len(text[:start].rstrip(_SPACES))
    if text[before - 1] == ",":  # not the first member: its comma goes with it
        return text[: before - 1] + text[end:]
    following = re.match(r"[ \t\r\n]*,", text[end:])
    if following is None:  # the only member
        return text[:before] + text[end:].lstrip(_SPACES)
    after = end + following.end()
    return text[:before] + text[after:]
