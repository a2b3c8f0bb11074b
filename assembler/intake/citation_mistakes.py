"""Say which citation of a text cannot be read, why, and how to write it. Pure."""

from __future__ import annotations

import re

_ID = re.compile(r"\s*@([a-z0-9][a-z0-9-]*)")
_PAGE = re.compile(r"\s*+,\s*+(?:pp?\.|pages?)?\s*+[0-9]{1,5}\s*+(?:[-–]\s*+[0-9]{1,5}\s*+)?")
_GROUP = re.compile(r"\[@")


def explain_citation(text: str, offset: int, bracket: str) -> tuple[str, str]:
    """Return what is wrong with the citation that begins at an offset, and what to do.

    Args:
        bracket: the citation, from [ to ].
    """
    number = len(_GROUP.findall(text, 0, offset)) + 1
    for citation in bracket[1:-1].split(";"):
        why, remedy = _explain_part(citation)
        if why:
            match = _ID.match(citation)
            name = f", [@{match[1]} …]," if match else ""
            return f"citation {number} of this text{name} cannot be read: {why}", remedy
    return f"citation {number} of this text cannot be read", _show_form("exhibit-id")


def explain_unclosed(text: str) -> tuple[str, str]:
    """Return what is wrong with the citation that is opened and never closed, and what to do."""
    number = 0
    for match in _GROUP.finditer(text):
        number += 1
        following = text[match.end() :]
        closing, opening = following.find("]"), following.find("[")
        if closing < 0 or 0 <= opening < closing:
            break
    return f"citation {number} of this text is opened with [@ and never closed", "close it with ]"


def _explain_part(citation: str) -> tuple[str, str]:
    match = _ID.match(citation)
    if match is None:
        return (
            "an exhibit's id follows the @, and has small letters, digits and hyphens",
            _show_form("exhibit-id"),
        )
    rest = citation[match.end() :]
    if not rest.strip():
        return "", ""
    if "@" in rest:
        return "a ; belongs between two exhibits", f"write [@{match[1]}; @other-exhibit]"
    if rest.lstrip()[0] == ",":
        is_page = _PAGE.fullmatch(rest)
        return ("", "") if is_page else ("no page number follows the comma", _show_form(match[1]))
    if rest[0].isspace():
        return "a comma is missing after the exhibit's id", _show_form(match[1])
    return "an exhibit's id has small letters, digits and hyphens only", _show_form("exhibit-id")


def _show_form(exhibit: str) -> str:
    return f"write [@{exhibit}] or [@{exhibit}, p. 2]"
