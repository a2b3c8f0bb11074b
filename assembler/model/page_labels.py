"""numbering: printed numbers and exhibit letters that were filed, and what fits between two of
them. Pure.

A label is a number or letters, then digits and letters in turn: 57, 57a, 57a1; C, C1, C1a. `key` is
their order: a label stands before all that it begins, 57 < 57a < 57a1 < 57b < 58. New labels never
change one that was filed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count, islice

_PIECE = re.compile(r"[0-9]+|[A-Za-z]+|-")
LABEL = r"[0-9][0-9a-z]*(?:-[0-9][0-9a-z]*)*"  # of a page; for readers of "Ex. C at 57a"
Key = tuple[tuple[int, str], ...]


def key(label: str) -> Key:
    """A label's place in the order. A hyphen between two numbers is a level without letters,
    before all with them."""
    return tuple(
        (0, "")
        if piece == "-"
        else (int(piece), "")
        if piece.isdecimal()
        else (len(piece), piece.lower())
        for piece in _PIECE.findall(label)
    )


def whole(label: str) -> int:
    """The number a page's label begins with: 57 of "57a"."""
    found = re.match(r"[0-9]+", label)
    return int(found[0]) if found else 0


def is_behind(before: str, label: str) -> bool:
    """Whether this is a page's label, later in the order than `before`."""
    return re.fullmatch(LABEL, label) is not None and key(label) > key(before)


def follows(before: str, label: str) -> bool:
    """Whether a page labeled so may stand right behind one labeled `before`: later in the order,
    no number left out."""
    return is_behind(before, label) and whole(label) - whole(before) <= 1


def between(
    before: str, after: str | None, wanted: int, taken: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """So many labels in order, behind `before` and in front of `after` (None: nothing follows);
    none of them `taken`.

    Behind 57a come 57b, 57c …; behind 57 come 57a, 57b …; where those are filed already, 57-1, 57-2
    … . Raises ValueError where `after` does not stand behind `before`.
    """
    if not wanted:
        return ()
    if after is not None and key(after) <= key(before):
        raise ValueError(f"{after} does not stand behind {before}")
    for series in _series(before):
        made = tuple(islice((label for label in series if label not in taken), wanted))
        if after is None or key(made[-1]) < key(after):
            return made
    raise AssertionError  # the series have no end, and one of them fits


def _series(before: str) -> Iterator[Iterator[str]]:
    """Ways to go on behind a label, the plainest first; each nearer to it than the one before."""
    if len(key(before)) > 1:
        yield islice(_counting(before), 1, None)
    while True:
        if before[-1].isdecimal():
            yield (before + letters for letters in _letters())
            yield (f"{before}-{number}" for number in count(1))
            before += "-0"
        else:
            yield (f"{before}{number}" for number in count(1))
            before += "0"


def _counting(label: str) -> Iterator[str]:
    """The label, and on from its last letters or number."""
    last = _PIECE.findall(label)[-1]
    stem = label.removesuffix(last)
    if last.isdecimal():
        return (f"{stem}{number}" for number in count(int(last)))
    found = _letters()
    return (stem + last for last in _from(found, last))


def _from(letters: Iterator[str], first: str) -> Iterator[str]:
    for one in letters:
        if one == first:
            yield one
            yield from letters


def _letters() -> Iterator[str]:
    """a … z, aa … zz, aaa …, without end."""
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    words = [""]
    while True:
        words = [word + letter for word in words for letter in alphabet]
        yield from words
