"""Remove members of objects from a JSON text and leave all other characters as they are. Pure."""

from __future__ import annotations

import re

from assembler.intake.json_text import parse_members

_SPACES = " \t\r\n"


def remove_members(text: str, pointers: list[str]) -> str:
    """Return the text without the members of objects at these JSON pointers, their commas and the
    space before them; a pointer that leads nowhere changes nothing. Raises BadJson."""
    for pointer in pointers:
        text = _remove(text, pointer)
    return text


def _remove(text: str, pointer: str) -> str:
    places, keys = parse_members(text)
    if pointer not in keys:
        return text
    end = places[pointer][1]
    before = len(text[: keys[pointer]].rstrip(_SPACES))
    if text[before - 1] == ",":  # not the first member: its comma goes with it
        return text[: before - 1] + text[end:]
    following = re.match(r"[ \t\r\n]*,", text[end:])
    if following is None:  # the only member
        return text[:before] + text[end:].lstrip(_SPACES)
    after = end + following.end()
    return text[:before] + text[after:]
