"""What the checks of this package hand to the case reader: a rule, a place, a sentence; and how a
place or a name is written.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Collection
from difflib import get_close_matches
from typing import NamedTuple

_NEIGHBOURS = (
    100  # names looked at on either side: 2,000 exhibits with 200 wrong ids take 3 s, not 25
)
_NONCHARACTERS = "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls
    "\ud800-\udfff"  # surrogates
    "\u202a-\u202e\u2066-\u2069"  # overrides of the writing direction
    f"\ufffd\ufdd0-\ufdef{_NONCHARACTERS}]"
)


class Problem(NamedTuple):
    """`pointer`: the place in case.json as a JSON pointer, "" for the case as a whole."""

    rule: str
    pointer: str
    problem: str
    remedy: str


def step(key: str | int) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


def inside(pointer: str, outer: Collection[str]) -> bool:
    """Whether a place is one of these places, or within one."""
    while pointer:
        if pointer in outer:
            return True
        pointer = pointer.rpartition("/")[0]
    return False


def hint(used: str, known: Collection[str], otherwise: str) -> str:
    """ "did you mean …?" with the known name that is spelled most like `used`, else `otherwise`."""
    near = _nearest(used, known)
    return f"did you mean {near}?" if near else otherwise


def _nearest(used: str, known: Collection[str]) -> str | None:
    same = _folded(used)
    for one in known:
        if _folded(one) == same:
            return one
    ordered = sorted(known)
    at = bisect(ordered, used)
    close = get_close_matches(used, ordered[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS], 1)
    return close[0] if close else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def unprintable(text: str) -> set[str]:
    """Controls, halves of characters, noncharacters, overrides of the writing direction, and
    what stands for a lost letter."""
    return set(_UNPRINTABLE.findall(text))


def printable(name: str) -> str:
    r"""A file's name as it can be shown on any terminal: what cannot be printed becomes \uXXXX."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", name)
