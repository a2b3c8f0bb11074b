"""Change inputs in the ways that break parsers: bits, lengths, tokens, numbers at limits, depth."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_LIMITS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_NUMBERS = (
    *(b"0", b"-1", b"1", b"13", b"32", b"99", b"1e400", b"0.5", b"1e-7"),
    *(b"2147483648", b"4294967295", b"99999999999999999999", b"0" * 30, b"9" * 5000),
)
# texts that are rarely typed, and often handled wrongly
_RARE = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (
        *("\0", "\x1b", "\x7f", "\x85", "\u2028", "\u200e", "\u202e", "\ufeff", "\ufffe"),
        *("\ud800", "\U0001f600", "e\u0301", "\u0130", "\u00df", "\u0663", "\uff11", "\u00b2"),
        *("\t", "\r", "\r\n", "\n\n", " ", "%", "{0}", "{}", "\\", '"', "'", "/", "..", "$", "~"),
    )
)
_OPENING = (b"(", b"[", b"{", b"<b>", b"<div>", b"<table><tr><td>", b'{"a":', b"{\\b ", b"- ", b">")
_DIGITS = re.compile(rb"[0-9]+")
_MOST_ROUNDS = 6

Mutation = Callable[[bytearray, "Mutator"], None]


class Mutator:
    """Changes inputs; the same for the same seed."""

    def __init__(self, dice: random.Random, tokens: Sequence[bytes], largest: int) -> None:
        self.dice, self.largest = dice, largest
        self.tokens = (*tokens, *tokens, *_RARE, *_NUMBERS) if tokens else (*_RARE, *_NUMBERS)
        self.corpus: list[bytes] = []

    def mutate(self, data: bytes) -> bytes:
        """Return the input with up to six changes, no longer than allowed."""
        changed = bytearray(data)
        rounds = 1 if self.dice.random() < 0.5 else self.dice.randint(2, _MOST_ROUNDS)
        for _ in range(rounds):
            self.dice.choice(_MUTATIONS)(changed, self)
        return bytes(changed[: self.largest])

    def place(self, data: bytearray) -> int:
        """Return a place in the input, or its end."""
        return self.dice.randint(0, len(data))

    def span(self, data: bytearray) -> slice:
        """Return a part of the input, more often a short one."""
        start = self.place(data)
        length = self.dice.choice((1, 2, 4, 8, 16, 64, max(1, len(data) // 4)))
        return slice(start, min(len(data), start + length))


def _flip_bit(data: bytearray, mutator: Mutator) -> None:
    if data:
        data[mutator.dice.randrange(len(data))] ^= 1 << mutator.dice.randrange(8)


def _replace_byte(data: bytearray, mutator: Mutator) -> None:
    if data:
        data[mutator.dice.randrange(len(data))] = mutator.dice.randrange(256)


def _truncate(data: bytearray, mutator: Mutator) -> None:
    del data[mutator.place(data) :]


def _remove(data: bytearray, mutator: Mutator) -> None:
    del data[mutator.span(data)]


def _double(data: bytearray, mutator: Mutator) -> None:
    part = data[mutator.span(data)]
    place = mutator.place(data)
    data[place:place] = part


def _swap(data: bytearray, mutator: Mutator) -> None:
    first, second = mutator.span(data), mutator.span(data)
    data[first], data[second] = bytes(data[second]), bytes(data[first])


def _splice(data: bytearray, mutator: Mutator) -> None:
    """Put a part of another input into this one, or go on with the other one."""
    other = bytearray(mutator.dice.choice(mutator.corpus)) if mutator.corpus else data
    if mutator.dice.random() < 0.5:
        data[mutator.place(data) :] = other[mutator.place(other) :]
    else:
        data[mutator.span(data)] = bytes(other[mutator.span(other)])


def _insert_token(data: bytearray, mutator: Mutator) -> None:
    place = mutator.place(data)
    data[place:place] = mutator.dice.choice(mutator.tokens)


def _overwrite_by_token(data: bytearray, mutator: Mutator) -> None:
    token, place = mutator.dice.choice(mutator.tokens), mutator.place(data)
    data[place : place + len(token)] = token


def _exchange_tokens(data: bytearray, mutator: Mutator) -> None:
    """Put a token of the format in the place of another."""
    token = mutator.dice.choice(mutator.tokens)
    place = data.find(token, mutator.place(data))
    if place >= 0:
        data[place : place + len(token)] = mutator.dice.choice(mutator.tokens)


def _change_number(data: bytearray, mutator: Mutator) -> None:
    """Change a number that is written in digits."""
    match = _DIGITS.search(data, mutator.place(data)) or _DIGITS.search(data)
    if match:
        number = int(match[0][:18])
        data[match.start() : match.end()] = mutator.dice.choice(
            (b"%d" % (number + 1), b"%d" % (number - 1), b"-%d" % number, *_NUMBERS)
        )


def _write_limit(data: bytearray, mutator: Mutator) -> None:
    """Write a number at a limit over one, two, four or eight bytes."""
    width = mutator.dice.choice((1, 2, 4, 8))
    value = mutator.dice.choice(_LIMITS) % (1 << 8 * width)
    order = "big" if mutator.dice.random() < 0.5 else "little"
    place = mutator.place(data)
    data[place : place + width] = value.to_bytes(width, order)


def _repeat(data: bytearray, mutator: Mutator) -> None:
    """Write a part of the input, or a token, very often."""
    part = bytes(data[mutator.span(data)]) or b"A"
    if mutator.dice.random() < 0.5:
        part = mutator.dice.choice(mutator.tokens)
    times = min(mutator.dice.choice((3, 20, 300, 3000, 30_000)), 1 + mutator.largest // len(part))
    place = mutator.place(data)
    data[place:place] = part * times


def _nest(data: bytearray, mutator: Mutator) -> None:
    """Open something very often."""
    place, times = mutator.place(data), mutator.dice.choice((5, 50, 500, 3000))
    token = mutator.dice.choice(mutator.tokens if mutator.dice.random() < 0.3 else _OPENING)
    data[place:place] = token * min(times, 1 + mutator.largest // len(token))


_EVEN = (_flip_bit, _replace_byte, _truncate, _remove, _remove, _double, _swap, _splice, _splice)
_ODD = (_insert_token, _insert_token, _overwrite_by_token, _exchange_tokens, _exchange_tokens)
_MUTATIONS: Sequence[Mutation] = (
    *(_EVEN * 2),
    *(_ODD * 2),
    *(_change_number, _change_number, _write_limit, _write_limit, _repeat, _nest),
)
