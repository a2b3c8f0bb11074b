"""Parse the expressions of form maps: where in the case an answer is, and how it is written. Pure;
nothing is executed.

    /you/name/family                      a path: keys, attributes and list positions from the
      scope's roots
    /you/birth_date | date                a value through formats, left to right
    /you/phone ?? /attorney/phone         the first that is not empty
    'I-131'                               a literal
    /kind == 'parole' and not /them       a condition: and, or, not, ==, !=, parentheses

A missing path is None, never an error: the map's `required` decides whether an answer may be
missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import lru_cache

from assembler.forms.answer_formats import FORMATS, WITH_SCOPE, Refused, Scope

Node = Callable[[Scope], object]

_MAX_DEPTH = 20
_LONGEST_PLACE = 9  # digits of a place in a list; Python reads no number of thousands
_TOKEN = re.compile(
    r"\s*(?:(?P<path>(?:/[a-z0-9_]+)+)|'(?P<text>[^']*)'|(?P<op>==|!=|\?\?|[|()])|(?P<word>[a-z][a-z0-9_]*)|(?P<number>\d+))"
)


class BadExpression(ValueError):
    """An expression that cannot be parsed; the message quotes it (expressions hold no client
    facts)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A parsed expression: call `value` with a scope. `paths` are the paths it reads, in order."""

    source: str
    value: Node
    paths: tuple[str, ...]


@lru_cache(maxsize=2048)
def parse_expression(source: str) -> Expression:
    """Parse an expression. Raises BadExpression."""
    reader = _Reader(_split_into_tokens(source), source)
    node = reader.parse_or()
    reader.expect_end()
    return Expression(source=source, value=node, paths=tuple(reader.paths))


def look_up(scope: object, path: str) -> object:
    """Return the value at "/you/name/family", or None if any step is missing."""
    value: object = scope
    for step in path.strip("/").split("/"):
        value = _take_step(value, step)
        if value is None:
            return None
    return value


def is_empty(value: object) -> bool:
    """Return whether there is nothing to write: None, "", an empty list. False and 0 are
    answers."""
    return value is None or (isinstance(value, (str, tuple, list)) and not value)


def _take_step(value: object, step: str) -> object:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, Sequence) and not isinstance(value, str):
        is_place = step.isdigit() and len(step) <= _LONGEST_PLACE and int(step) < len(value)
        return value[int(step)] if is_place else None
    return getattr(value, step, None) if is_dataclass(value) else None


def _split_into_tokens(source: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    end = len(source.rstrip())
    while at < end:
        match = _TOKEN.match(source, at)
        if match is None or match.lastgroup is None:
            raise BadExpression(f"cannot read {source!r} at character {at + 1}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


class _Reader:
    """A recursive-descent parser, loosest binding first: or, and, not, == !=, ??, |."""

    def __init__(self, tokens: list[tuple[str, str]], source: str) -> None:
        self.tokens = tokens
        self.source = source
        self.at = self.depth = 0
        self.paths: list[str] = []

    def parse_or(self) -> Node:
        node = self.parse_and()
        while self.take("word", "or"):
            node = _join_by_or(node, self.parse_and())
        return node

    def parse_and(self) -> Node:
        node = self.parse_not()
        while self.take("word", "and"):
            node = _join_by_and(node, self.parse_not())
        return node

    def parse_not(self) -> Node:
        if self.take("word", "not"):
            inner = self.parse_inner(self.parse_not)
            return lambda scope: not inner(scope)
        return self.parse_comparison()

    def parse_comparison(self) -> Node:
        left = self.parse_fallback()
        for sign, wanted in (("==", True), ("!=", False)):
            if self.take("op", sign):
                right = self.parse_fallback()
                return lambda scope: (left(scope) == right(scope)) is wanted
        return left

    def parse_fallback(self) -> Node:
        node = self.parse_pipe()
        while self.take("op", "??"):
            node = _join_by_else(node, self.parse_pipe())
        return node

    def parse_pipe(self) -> Node:
        node = self.parse_atom()
        while self.take("op", "|"):
            node = _apply_format(node, *self.parse_format())
        return node

    def parse_format(self) -> tuple[str, tuple[int, ...]]:
        name = self.expect("word")
        if name not in FORMATS and name not in WITH_SCOPE:
            raise BadExpression(f"there is no format {name!r} in {self.source!r}")
        if not self.take("op", "("):
            return name, ()
        number = int(self.expect("number"))
        self.expect("op", ")")
        return name, (number,)

    def parse_atom(self) -> Node:
        if self.take("op", "("):
            node = self.parse_inner(self.parse_or)
            self.expect("op", ")")
            return node
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        self.at += 1
        if kind == "path":
            self.paths.append(text)
            return lambda scope: look_up(scope, text)
        if kind == "text":
            return lambda _: text
        raise BadExpression(f"a path or a 'text' is missing in {self.source!r}")

    def parse_inner(self, parse: Callable[[], Node]) -> Node:
        """Parse what is within the expression. Raises BadExpression if it is nested too deep."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise BadExpression(f"the expression is nested more than {_MAX_DEPTH} deep")
        node = parse()
        self.depth -= 1
        return node

    def take(self, kind: str, text: str) -> bool:
        matches = self.at < len(self.tokens) and self.tokens[self.at] == (kind, text)
        self.at += matches
        return matches

    def expect(self, kind: str, text: str = "") -> str:
        if (
            self.at >= len(self.tokens)
            or self.tokens[self.at][0] != kind
            or text not in ("", self.tokens[self.at][1])
        ):
            raise BadExpression(f"{text or kind} is missing in {self.source!r}")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def expect_end(self) -> None:
        if self.at != len(self.tokens):
            raise BadExpression(f"{self.tokens[self.at][1]!r} is too much in {self.source!r}")


def _join_by_or(left: Node, right: Node) -> Node:
    return lambda scope: bool(left(scope)) or bool(right(scope))


def _join_by_and(left: Node, right: Node) -> Node:
    return lambda scope: bool(left(scope)) and bool(right(scope))


def _join_by_else(left: Node, right: Node) -> Node:
    def compute_value(scope: Scope) -> object:
        first = left(scope)
        return right(scope) if is_empty(first) else first

    return compute_value


def _apply_format(node: Node, name: str, arguments: tuple[int, ...]) -> Node:
    def compute_value(scope: Scope) -> object:
        argument = node(scope)
        if is_empty(argument) or isinstance(argument, Refused):
            return argument
        try:
            if name in WITH_SCOPE:
                return WITH_SCOPE[name](argument, scope)
            return FORMATS[name](argument, *arguments)
        except (AttributeError, TypeError, ValueError):  # of a value of another kind
            return Refused(
                problem=f"the form map's format {name!r} cannot write this value",
                remedy="correct the form map",
            )

    return compute_value
