"""Say what is wrong with JSON that a person typed, and what to do. Pure.

The parser stops at the first character that JSON does not allow. What was meant is often plain from
the characters around it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

SPACES = re.compile(r"[ \t\n\r]*")
_CURLY = "“”„‟«»"
_OTHER_QUOTES = "‘’‚‛`´'"
_INVISIBLE = {
    "\N{NO-BREAK SPACE}": "a no-break space",
    "\N{ZERO WIDTH SPACE}": "a space without width",
    "\N{ZERO WIDTH NO-BREAK SPACE}": "a byte order mark",
    "\N{NARROW NO-BREAK SPACE}": "a narrow no-break space",
    "\N{LINE SEPARATOR}": "a line separator",
}
_COMMENT = re.compile(r"//|/\*|#|<!--")
_ESCAPES = '"\\/bfnrtu'
_CONTROL = re.compile(r"[\x00-\x1f]")
_PATH_HINT = "in a path write / in place of \\, like evidence/passport.pdf; elsewhere write \\\\"
_COMMENT_REMEDY = "delete it; what must be kept goes beside case.json, into a file of its own"
_QUOTE_REMEDY = 'type it again as a straight " and turn off smart quotes in your editor'


class Mistake(NamedTuple):
    """What is wrong at a position of the text, and what to do."""

    position: int
    problem: str
    remedy: str


def explain_missing_key(text: str, position: int, opened: int) -> Mistake:
    """Explain what is where the name of a field should be.

    Args:
        opened: position of the { around it.
    """
    if mistake := _explain_character(text, position, opened):
        return mistake
    before = _find_last_before(text, position)
    if text[position] == "}":
        return _explain_extra_comma(before)
    if text[position].isdigit() and text[before] == ",":
        return Mistake(
            before,
            "a comma is followed by digits; a number has no comma in it",
            "write it without: 58000",
        )
    return Mistake(
        position,
        "the name of a field belongs here, in double quotes",
        'write it like "city": "Chicago"; each { must have its } and each [ its ]',
    )


def explain_missing_value(text: str, position: int, opened: int) -> Mistake:
    """Explain what is where a value should be."""
    if mistake := _explain_character(text, position, opened):
        return mistake
    character = text[position]
    before = _find_last_before(text, position)
    if character in "]}" and text[before] == ",":
        return _explain_extra_comma(before)
    if character in ",]}":
        return Mistake(
            position, "a value is missing before this", "write the value, or delete the field"
        )
    if character == "$":
        return Mistake(position, "a number has no $ before it", "write digits alone: 58000")
    if match := re.compile(r"(true|false|null|none)\b", re.IGNORECASE).match(text, position):
        word = {"none": "null"}.get(match[0].lower(), match[0].lower())
        return Mistake(position, "true, false and null have small letters", f"write {word}")
    return Mistake(
        position,
        "this is not a JSON value",
        "put text in double quotes; numbers are digits alone; for yes and no write true and false",
    )


def explain_missing_comma(text: str, position: int, opened: int) -> Mistake:
    """Explain what is where a comma or the closing bracket should be."""
    if mistake := _explain_character(text, position, opened):
        return mistake
    closing = "}" if text[opened] == "{" else "]"
    character = text[position]
    if character in "]}":
        return Mistake(
            position,
            f"a {character} closes what a {text[opened]} opened in line {_find_line(text, opened)}",
            f"write {closing} here, or add what is missing before it",
        )
    if character == ":":
        return Mistake(
            position,
            "a field begins within a list, or a comma before it is missing",
            "put { } around the fields of an entry, and a comma after each",
        )
    before = _find_last_before(text, position)
    is_glued = before + 1 == position and character not in '"{['
    if is_glued and (mistake := _explain_glued(text, before)):
        return mistake
    return Mistake(before + 1, "a comma is missing here", "put a comma after the entry")


def _explain_glued(text: str, before: int) -> Mistake | None:
    """Explain a value after which more follows without a space."""
    if text[before].isdigit():
        return Mistake(
            before + 1,
            "a number ends here, and more follows without a space",
            "put dates, telephone numbers and other numbers with signs or a 0 before them in "
            "double quotes",
        )
    if text[before] == '"':
        return _explain_curly(text, before) or Mistake(
            before, "a text ends at this quote, and more follows", 'write \\" for a quote within it'
        )
    return None


def explain_missing_colon(text: str, position: int, opened: int) -> Mistake:
    """Explain what is where the colon after the name of a field should be."""
    if mistake := _explain_character(text, position, opened):
        return mistake
    return Mistake(
        position,
        "a colon is missing after the name of a field",
        'write it like "city": "Chicago"',
    )


def explain_bad_string(text: str, position: int) -> Mistake:
    """Explain why the text that begins at a quote cannot be read."""
    at = position + 1
    while at < len(text):
        character = text[at]
        if character == "\\":
            if mistake := _explain_escape(text, at):
                return mistake
            at += 2
            continue
        if character in "\r\n":
            return _explain_curly(text, at) or Mistake(
                position,
                "the text that begins here does not end in its line",
                'close it with ", or write \\n where its line breaks; a long text may be a list of '
                "paragraphs",
            )
        if _CONTROL.match(character):
            name = "a tab" if character == "\t" else "a raw control character"
            return Mistake(at, f"{name} is in this text", "write spaces in its place, or delete it")
        at += 1
    return Mistake(position, "the text that begins here is never closed", 'close it with "')


def _explain_escape(text: str, at: int) -> Mistake | None:
    following = text[at + 1 : at + 2]
    is_hex = re.fullmatch(r"[0-9A-Fa-f]{4}", text[at + 2 : at + 6]) is not None
    if following and following in _ESCAPES and (following != "u" or is_hex):
        return None
    return Mistake(at, "a \\ with this letter after it is not a JSON escape", _PATH_HINT)


def _explain_character(text: str, position: int, opened: int) -> Mistake | None:
    """Explain a character that is wrong at any place, the end of the file too."""
    if position >= len(text):
        return _explain_end(text, opened)
    character = text[position]
    if character in _CURLY or character in _OTHER_QUOTES:
        return _explain_quote(text, position)
    if character in _INVISIBLE:
        problem = f"{_INVISIBLE[character]} is here, which cannot be seen"
        return Mistake(position, problem, "delete it, and type a plain space if one is needed")
    if _COMMENT.match(text, position):
        return Mistake(position, "a comment begins here, and JSON has none", _COMMENT_REMEDY)
    return None


def _explain_curly(text: str, position: int) -> Mistake | None:
    """Explain the last curly quote before a position in its line, which closes no text."""
    start = text.rfind("\n", 0, position) + 1
    last = max(text.rfind(quote, start, position) for quote in _CURLY)
    return _explain_quote(text, last) if last >= 0 else None


def _explain_quote(text: str, position: int) -> Mistake:
    kind = "a curly quote" if text[position] in _CURLY else "a quote of another kind"
    problem = f'{kind} ({text[position]}) is here, not a straight "'
    return Mistake(position, problem, _QUOTE_REMEDY)


def _explain_end(text: str, opened: int) -> Mistake:
    end = max(len(text.rstrip()) - 1, 0)
    if not text.strip():
        return Mistake(0, "the file is empty", "write the case into it, or run assembler init")
    if opened < 0:
        return Mistake(end, "the file ends before its value", "write the case into it")
    closing = "}" if text[opened] == "{" else "]"
    return Mistake(
        end,
        f"the file ends here, and the {text[opened]} of line {_find_line(text, opened)} is not "
        "closed",
        f"close it with {closing}",
    )


def _explain_extra_comma(position: int) -> Mistake:
    return Mistake(position, "there is an extra comma: nothing follows it", "delete this comma")


def _find_last_before(text: str, position: int) -> int:
    """Return the position of the last character before this one that is no space."""
    return max(len(text[:position].rstrip()) - 1, 0)


def _find_line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
