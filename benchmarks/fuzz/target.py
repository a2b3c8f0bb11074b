"""What is fuzzed: one function for each parser, with seeds and the exceptions that are its
documented refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


class BrokenPromise(AssertionError):
    """A parser returned something that it promises not to return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A parser to fuzz.

    `modules`: beginnings of the names of the modules under test; new lines of these guide the
    fuzzer. `parse`: raises `refusals` for what it refuses, and BrokenPromise if its result is
    wrong. `seeds`: draws inputs that are accepted. `tokens`: words of the format. `largest`: bytes
    of an input. `most_memory`: bytes that a run may need.
    """

    name: str
    modules: tuple[str, ...]
    parse: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]
    refusals: tuple[type[Exception], ...] = ()
    tokens: tuple[bytes, ...] = ()
    largest: int = 65_536
    most_memory: int = 300_000_000


def require(holds: object, promise: str) -> None:
    """Raise BrokenPromise unless the promise holds."""
    if not holds:
        raise BrokenPromise(promise)


def as_text(data: bytes) -> str:
    """Return an input as text. Every input is one, so that no time is lost on decoding."""
    return data.decode("utf-8", "replace")
