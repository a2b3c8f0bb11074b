"""Parse JSON text strictly, remembering the line of every value."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection
from json import decoder
from typing import Any

from assembler.intake.json_mistakes import (
    SPACES,
    Mistake,
    explain_bad_string,
    explain_missing_colon,
    explain_missing_comma,
    explain_missing_key,
    explain_missing_value,
)
from assembler.intake.problem import escape_pointer_step

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
MAX_VALUES = 100_000  # the largest plausible case, 2,000 exhibits, has a third of them
# characters; places are named by their keys, so a long key above many values would fill memory
MAX_KEY = 64
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_scanstring: Callable[[str, int, bool], tuple[str, int]] = vars(decoder)["scanstring"]
_WORDS = {"true": True, "false": False, "null": None}


_UTF8 = "save it again in UTF-8: in Notepad, Save as, Encoding UTF-8"
_PLAIN_TEXT = "write it with a plain-text editor, such as Notepad, and save it in UTF-8"
_OTHER_KINDS = {
    b"PK": "the file is a Word file or an archive, not plain text",
    b"{\\rtf": "the file is rich text, not plain text",
    b"%PDF": "the file is a PDF, not plain text",
}


class BadJson(ValueError):
    """The text is not JSON, or breaks a limit; line and column count from 1."""

    def __init__(self, problem: str, remedy: str, line: int, column: int = 1) -> None:
        super().__init__(problem)
        self.problem, self.remedy, self.line, self.column = problem, remedy, line, column


def decode_text(data: bytes) -> str:
    """Decode UTF-8 text without a byte order mark. Raises BadJson."""
    if len(data) > MAX_BYTES:
        raise BadJson(f"the file is larger than {MAX_BYTES // 1_000_000} MB", "shorten it", 1)
    for start, problem in _OTHER_KINDS.items():
        if data.startswith(start):
            raise BadJson(problem, _PLAIN_TEXT, 1)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
        raise BadJson("the file is UTF-16, not UTF-8", _UTF8, 1)
    if data.startswith(b"\xef\xbb\xbf"):
        remedy = "save it again without one: in Notepad, Save as, Encoding UTF-8 (not with BOM)"
        raise BadJson("the file starts with a byte order mark", remedy, 1)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise BadJson(
            "the letter here is not UTF-8: the file was saved in another encoding",
            _UTF8,
            before.count("\n") + 1,
            len(before) - before.rfind("\n"),
        ) from error


def parse_json(text: str) -> tuple[Any, dict[str, int]]:
    """Return the value, and the line of each JSON pointer in it. Raises BadJson, also for duplicate
    keys, NaN, depth."""
    reader = _Reader(text)
    return reader.read_whole(), reader.lines


def parse_places(text: str) -> tuple[Any, dict[str, tuple[int, int]]]:
    """Return the value, and where the text of each JSON pointer begins and ends. Raises BadJson, as
    `parse_json` does."""
    reader = _PlacingReader(text)
    return reader.read_whole(), reader.places


def parse_members(text: str) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
    """Return the places of `parse_places`, and where the key of each member of an object begins.
    Raises BadJson."""
    reader = _PlacingReader(text)
    reader.read_whole()
    return reader.places, reader.keys


class _Reader:
    """A parser in one pass, without backtracking."""

    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0
        self.lines: dict[str, int] = {}
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._opened = [-1]  # positions of the brackets around the position

    def read_whole(self) -> Any:
        value = self.read_value("", 0)
        self.skip()
        if self.position != len(self.text):
            raise self.error(
                "there is text after the end of the case",
                "delete it; if it belongs to the case, a } before it is one too many",
            )
        return value

    def read_value(self, pointer: str, depth: int) -> Any:
        self.skip()
        if depth > MAX_DEPTH:
            raise self.error(
                f"values are nested more than {MAX_DEPTH} deep", "close each bracket where it ends"
            )
        if len(self.lines) >= MAX_VALUES:
            raise self.error(f"there are more than {MAX_VALUES:,} values", "divide the case")
        self.lines[pointer] = self.line()
        match self.text[self.position : self.position + 1]:
            case "{":
                return self._read_inside(self._read_object, pointer, depth)
            case "[":
                return self._read_inside(self._read_array, pointer, depth)
            case '"':
                return self._read_string()
            case _:
                return self._read_plain()

    def skip(self) -> None:
        self.position = SPACES.match(self.text, self.position).end()  # type: ignore[union-attr]  # it matches the empty string

    def line(self) -> int:
        return bisect_right(self._starts, self.position)

    def error(self, problem: str, remedy: str) -> BadJson:
        line = self.line()
        return BadJson(problem, remedy, line, self.position - self._starts[line - 1] + 1)

    def _make_error(self, explain: Callable[[str, int, int], Mistake]) -> BadJson:
        """Return the error of what is at the position."""
        self.position, problem, remedy = explain(self.text, self.position, self._opened[-1])
        return self.error(problem, remedy)

    def _take(self, character: str) -> bool:
        self.skip()
        if self.text[self.position : self.position + 1] != character:
            return False
        self.position += 1
        return True

    def _read_inside(self, read: Callable[[str, int], Any], pointer: str, depth: int) -> Any:
        self._opened.append(self.position)
        self.position += 1
        value = read(pointer, depth)
        self._opened.pop()
        return value

    def _read_object(self, pointer: str, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self._take("}"):
            return members
        while True:
            self.skip()
            start = self.position
            key = self._read_key(members)
            if not self._take(":"):
                raise self._make_error(explain_missing_colon)
            place = pointer + escape_pointer_step(key)
            members[key] = self._read_member(place, start, depth + 1)
            if self._take("}"):
                return members
            if not self._take(","):
                raise self._make_error(explain_missing_comma)

    def _read_member(self, pointer: str, _key_start: int, depth: int) -> Any:
        return self.read_value(pointer, depth)

    def _read_key(self, taken: Collection[str]) -> str:
        if self.text[self.position : self.position + 1] != '"':
            raise self._make_error(explain_missing_key)
        start = self.position
        key = self._read_string()
        is_duplicate = key in taken
        if is_duplicate or len(key) > MAX_KEY:
            self.position = start
            raise (
                self.error("the same field is written twice in one object", "keep one of the two")
                if is_duplicate
                else self.error(
                    f"the name of a field has more than {MAX_KEY} characters", "shorten it"
                )
            )
        return key

    def _read_array(self, pointer: str, depth: int) -> list[Any]:
        items: list[Any] = []
        if self._take("]"):
            return items
        while True:
            items.append(self.read_value(f"{pointer}/{len(items)}", depth + 1))
            if self._take("]"):
                return items
            if not self._take(","):
                raise self._make_error(explain_missing_comma)

    def _read_string(self) -> str:
        try:
            text, self.position = _scanstring(self.text, self.position + 1, True)
        except ValueError as error:
            self.position, problem, remedy = explain_bad_string(self.text, self.position)
            raise self.error(problem, remedy) from error
        return text

    def _read_plain(self) -> Any:
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.position):
                self.position += len(word)
                return value
        number = _NUMBER.match(self.text, self.position)
        if number is None:
            raise self._make_error(explain_missing_value)
        if len(number[0]) > 20 or (number[3] and abs(int(number[3][1:])) > 15):
            raise self.error("the number is too large", "correct it, or put it in double quotes")
        self.position = number.end()
        if not number[2] and not number[3]:
            return int(number[0])
        real = float(number[0])
        return int(real) if real.is_integer() else real  # 12.0 is 12 to JSON Schema, so to us


class _PlacingReader(_Reader):
    """A parser that also remembers where each value begins and ends, and where its key begins."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.places: dict[str, tuple[int, int]] = {}
        self.keys: dict[str, int] = {}

    def _read_member(self, pointer: str, key_start: int, depth: int) -> Any:
        self.keys[pointer] = key_start
        return super()._read_member(pointer, key_start, depth)

    def read_value(self, pointer: str, depth: int) -> Any:
        self.skip()
        start = self.position
        value = super().read_value(pointer, depth)
        self.places[pointer] = (start, self.position)
        return value
