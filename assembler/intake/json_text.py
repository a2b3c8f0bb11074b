"""JSON text to values, strictly, remembering the line of every value."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection
from json import decoder
from typing import Any

from assembler.intake.problem import step

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
MAX_VALUES = 100_000  # the largest case we can think of, 2,000 exhibits, has a third of them
# characters; places are named by their keys, so that a long one over many values would fill the
# memory
MAX_KEY = 64
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_scanstring: Callable[[str, int, bool], tuple[str, int]] = vars(decoder)["scanstring"]
_WORDS = {"true": True, "false": False, "null": None}


class BadJson(ValueError):
    """The text is not the JSON we accept; line and column count from 1."""

    def __init__(self, problem: str, line: int, column: int = 1) -> None:
        super().__init__(problem)
        self.problem, self.line, self.column = problem, line, column


def decode(data: bytes) -> str:
    """UTF-8 text without a byte order mark, else BadJson."""
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


def parse(text: str) -> tuple[Any, dict[str, int]]:
    """The value, and the line of each JSON pointer in it. Raises BadJson: also for duplicate
    keys, NaN, depth."""
    reader = _Reader(text)
    value = reader.value("", 0)
    reader.skip()
    if reader.at != len(text):
        raise reader.bad("there is text after the end of the value")
    return value, reader.lines


class _Reader:
    """A position in the text; one pass, no backtracking."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[str, int] = {}
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def value(self, pointer: str, depth: int) -> Any:
        self.skip()
        if depth > MAX_DEPTH:
            raise self.bad(f"values are nested more than {MAX_DEPTH} deep")
        if len(self.lines) >= MAX_VALUES:
            raise self.bad(f"there are more than {MAX_VALUES:,} values")
        self.lines[pointer] = self.line()
        match self.text[self.at : self.at + 1]:
            case "{":
                return self._object(pointer, depth)
            case "[":
                return self._array(pointer, depth)
            case '"':
                return self._string()
            case _:
                return self._plain()

    def skip(self) -> None:
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches the empty string

    def line(self) -> int:
        return bisect_right(self._starts, self.at)

    def bad(self, problem: str) -> BadJson:
        line = self.line()
        return BadJson(problem, line, self.at - self._starts[line - 1] + 1)

    def _take(self, character: str) -> bool:
        self.skip()
        if self.text[self.at : self.at + 1] != character:
            return False
        self.at += 1
        return True

    def _object(self, pointer: str, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        self.at += 1
        if self._take("}"):
            return made
        while True:
            key = self._key(made)
            if not self._take(":"):
                raise self.bad("a colon is missing after the key")
            made[key] = self.value(pointer + step(key), depth + 1)
            if self._take("}"):
                return made
            if not self._take(","):
                raise self.bad("a comma or a closing brace is missing")

    def _key(self, taken: Collection[str]) -> str:
        self.skip()
        if self.text[self.at : self.at + 1] != '"':
            raise self.bad("a key in double quotes is missing here (is there a comma too many?)")
        here = self.at
        key = self._string()
        twice = key in taken
        if twice or len(key) > MAX_KEY:
            self.at = here
            raise self.bad(
                "the same key appears twice in one object"
                if twice
                else f"a key has more than {MAX_KEY} characters"
            )
        return key

    def _array(self, pointer: str, depth: int) -> list[Any]:
        made: list[Any] = []
        self.at += 1
        if self._take("]"):
            return made
        while True:
            made.append(self.value(f"{pointer}/{len(made)}", depth + 1))
            if self._take("]"):
                return made
            if not self._take(","):
                raise self.bad("a comma or a closing bracket is missing")

    def _string(self) -> str:
        try:
            text, self.at = _scanstring(self.text, self.at + 1, True)
        except ValueError as error:
            raise self.bad("the string is not closed, or holds a raw control character") from error
        return text

    def _plain(self) -> Any:
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        number = _NUMBER.match(self.text, self.at)
        if number is None:
            raise self.bad("a value is missing or is none of JSON's (NaN and comments are not)")
        if len(number[0]) > 20 or (number[3] and abs(int(number[3][1:])) > 15):
            raise self.bad("the number is too large")
        self.at = number.end()
        if not number[2] and not number[3]:
            return int(number[0])
        real = float(number[0])
        return int(real) if real.is_integer() else real  # 12.0 is 12 to JSON Schema, so to us
