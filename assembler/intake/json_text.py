"""Parse JSON text strictly, remembering the line of every value."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection
from json import decoder
from typing import Any

from assembler.intake.problem import pointer_step

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
MAX_VALUES = 100_000  # the largest plausible case, 2,000 exhibits, has a third of them
# characters; places are named by their keys, so a long key above many values would fill memory
MAX_KEY = 64
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_scanstring: Callable[[str, int, bool], tuple[str, int]] = vars(decoder)["scanstring"]
_WORDS = {"true": True, "false": False, "null": None}


class BadJson(ValueError):
    """The text is not JSON, or breaks a limit; line and column count from 1."""

    def __init__(self, problem: str, line: int, column: int = 1) -> None:
        super().__init__(problem)
        self.problem, self.line, self.column = problem, line, column


def decode_text(data: bytes) -> str:
    """Decode UTF-8 text without a byte order mark. Raises BadJson."""
    if len(data) > MAX_BYTES:
        raise BadJson(f"the file is larger than {MAX_BYTES // 1_000_000} MB", 1)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
        raise BadJson("the file is UTF-16, not UTF-8", 1)
    if data.startswith(b"\xef\xbb\xbf"):
        raise BadJson("the file starts with a byte order mark", 1)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJson(
            "the file is not UTF-8 here", data.count(b"\n", 0, error.start) + 1
        ) from error


def parse_json(text: str) -> tuple[Any, dict[str, int]]:
    """Return the value, and the line of each JSON pointer in it. Raises BadJson, also for duplicate
    keys, NaN, depth."""
    reader = _Reader(text)
    value = reader.value("", 0)
    reader.skip()
    if reader.position != len(text):
        raise reader.error("there is text after the end of the value")
    return value, reader.lines


class _Reader:
    """A parser in one pass, without backtracking."""

    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0
        self.lines: dict[str, int] = {}
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def value(self, pointer: str, depth: int) -> Any:
        self.skip()
        if depth > MAX_DEPTH:
            raise self.error(f"values are nested more than {MAX_DEPTH} deep")
        if len(self.lines) >= MAX_VALUES:
            raise self.error(f"there are more than {MAX_VALUES:,} values")
        self.lines[pointer] = self.line()
        match self.text[self.position : self.position + 1]:
            case "{":
                return self._object(pointer, depth)
            case "[":
                return self._array(pointer, depth)
            case '"':
                return self._string()
            case _:
                return self._plain()

    def skip(self) -> None:
        self.position = _SPACE.match(self.text, self.position).end()  # type: ignore[union-attr]  # it matches the empty string

    def line(self) -> int:
        return bisect_right(self._starts, self.position)

    def error(self, problem: str) -> BadJson:
        line = self.line()
        return BadJson(problem, line, self.position - self._starts[line - 1] + 1)

    def _take(self, character: str) -> bool:
        self.skip()
        if self.text[self.position : self.position + 1] != character:
            return False
        self.position += 1
        return True

    def _object(self, pointer: str, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        self.position += 1
        if self._take("}"):
            return members
        while True:
            key = self._key(members)
            if not self._take(":"):
                raise self.error("a colon is missing after the key")
            members[key] = self.value(pointer + pointer_step(key), depth + 1)
            if self._take("}"):
                return members
            if not self._take(","):
                raise self.error("a comma or a closing brace is missing")

    def _key(self, taken: Collection[str]) -> str:
        self.skip()
        if self.text[self.position : self.position + 1] != '"':
            raise self.error("a key in double quotes is missing here (is there a comma too many?)")
        start = self.position
        key = self._string()
        is_duplicate = key in taken
        if is_duplicate or len(key) > MAX_KEY:
            self.position = start
            raise self.error(
                "the same key appears twice in one object"
                if is_duplicate
                else f"a key has more than {MAX_KEY} characters"
            )
        return key

    def _array(self, pointer: str, depth: int) -> list[Any]:
        items: list[Any] = []
        self.position += 1
        if self._take("]"):
            return items
        while True:
            items.append(self.value(f"{pointer}/{len(items)}", depth + 1))
            if self._take("]"):
                return items
            if not self._take(","):
                raise self.error("a comma or a closing bracket is missing")

    def _string(self) -> str:
        try:
            text, self.position = _scanstring(self.text, self.position + 1, True)
        except ValueError as error:
            raise self.error(
                "the string is not closed, or holds a raw control character"
            ) from error
        return text

    def _plain(self) -> Any:
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.position):
                self.position += len(word)
                return value
        number = _NUMBER.match(self.text, self.position)
        if number is None:
            raise self.error("a value is missing or is none of JSON's (NaN and comments are not)")
        if len(number[0]) > 20 or (number[3] and abs(int(number[3][1:])) > 15):
            raise self.error("the number is too large")
        self.position = number.end()
        if not number[2] and not number[3]:
            return int(number[0])
        real = float(number[0])
        return int(real) if real.is_integer() else real  # 12.0 is 12 to JSON Schema, so to us
