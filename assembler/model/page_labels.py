"""Order printed page numbers and exhibit letters, and make new ones between filed ones. Pure.

A label is a number or letters, then digits and letters in turn: 57, 57a, 57a1; C, C1, C1a.
`make_label_key` gives their order, in which a label comes before all that begin with it: 57 < 57a <
57a1 < 57b < 58. New labels never change filed ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count, islice

_PIECE = re.compile(r"[0-9]+|[A-Za-z]+|-")
LABEL = r"[0-9][0-9a-z]*(?:-[0-9][0-9a-z]*)*"  # of a page; for readers of "Ex. C at 57a"
_MOST_LEVELS = 50  # of new labels between two; each filing adds one at most
Key = tuple[tuple[int, str], ...]


def make_label_key(label: str) -> Key:
    """Return the sort key of a label. A hyphen between two numbers is a level without letters,
    which comes before all levels with letters."""
    return tuple(map(_make_piece_key, _PIECE.findall(label)))


def _make_piece_key(piece: str) -> tuple[int, str]:
    if piece == "-":
        return 0, ""
    if piece.isdecimal():
        return int(piece), ""
    return len(piece), piece.lower()


def read_whole_number(label: str) -> int:
    """Return the number at the start of a page's label: 57 of "57a"."""
    match = re.match(r"[0-9]+", label)
    return int(match[0]) if match else 0


def is_behind(before: str, label: str) -> bool:
    """Return True if this is a page's label that comes after `before`."""
    return re.fullmatch(LABEL, label) is not None and make_label_key(label) > make_label_key(before)


def may_follow(before: str, label: str) -> bool:
    """Return True if a page with this label may directly follow one labeled `before`: it comes
    after it, and no number is left out."""
    return is_behind(before, label) and read_whole_number(label) - read_whole_number(before) <= 1


def insert_labels(
    before: str, after: str | None, wanted: int, taken: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Return new labels in order, after `before` and before `after`, none of them `taken`.

    57a is followed by 57b, 57c …; 57 by 57a, 57b …, or by 57-1, 57-2 … if those are filed already.

    Args:
        after: None if nothing follows.
        wanted: how many labels.

    Raises:
        ValueError: `after` does not come after `before`, or no label fits between the two, such
            as 57 and 57-0, which this program never prints.
    """
    if not wanted:
        return ()
    if after is not None and make_label_key(after) <= make_label_key(before):
        raise ValueError(f"{after} does not come after {before}")
    for series in _list_series(before):
        labels = tuple(islice((label for label in series if label not in taken), wanted))
        if after is None or make_label_key(labels[-1]) < make_label_key(after):
            return labels
    raise ValueError(f"no label fits between {before} and {after}")


def _list_series(before: str) -> Iterator[Iterator[str]]:
    """Return series of labels that follow a label, the simplest first; each series is closer to it
    than the series before."""
    if len(make_label_key(before)) > 1:
        yield islice(_count_from(before), 1, None)
    for _ in range(_MOST_LEVELS):
        if before[-1].isdecimal():
            yield (before + letters for letters in _iterate_letters())
            yield (f"{before}-{number}" for number in count(1))
            before += "-0"
        else:
            yield (f"{before}{number}" for number in count(1))
            before += "0"


def _count_from(label: str) -> Iterator[str]:
    """Return the label and those that follow it, counting up its last letters or number."""
    last = _PIECE.findall(label)[-1]
    stem = label.removesuffix(last)
    if last.isdecimal():
        return (f"{stem}{number}" for number in count(int(last)))
    return (stem + letters for letters in _iterate_letters(last))


def _iterate_letters(first: str = "a") -> Iterator[str]:
    """Return a … z, aa … zz, aaa …, without end, from `first` on."""
    letters = first
    while True:
        yield letters
        rest = letters.rstrip("z")
        last_letters = "a" * (len(letters) - len(rest))
        letters = rest[:-1] + chr(ord(rest[-1]) + 1) + last_letters if rest else "a" + last_letters
