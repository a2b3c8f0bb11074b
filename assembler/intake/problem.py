"""Define the problems that checks of this package report, and how places and names are written."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Collection
from difflib import get_close_matches
from typing import NamedTuple

# names compared on either side: 2,000 exhibits with 200 wrong ids take 3 s, not 25
_NEIGHBORS = 100
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
    """One problem of a case. `pointer`: the place in case.json as a JSON pointer, "" for the case
    as a whole."""

    rule: str
    pointer: str
    problem: str
    remedy: str


def pointer_step(key: str | int) -> str:
    """Return one step of a JSON pointer (RFC 6901)."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


def is_inside(pointer: str, outer: Collection[str]) -> bool:
    """Return whether a place is one of these places, or within one."""
    while pointer:
        if pointer in outer:
            return True
        pointer = pointer.rpartition("/")[0]
    return False


def suggest_name(used: str, known: Collection[str], otherwise: str) -> str:
    """Return "did you mean …?" with the known name most like `used`, else `otherwise`."""
    closest = _nearest(used, known)
    return f"did you mean {closest}?" if closest else otherwise


def _nearest(used: str, known: Collection[str]) -> str | None:
    folded = _folded(used)
    for name in known:
        if _folded(name) == folded:
            return name
    ordered = sorted(known)
    place = bisect(ordered, used)
    close = get_close_matches(used, ordered[max(0, place - _NEIGHBORS) : place + _NEIGHBORS], 1)
    return close[0] if close else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def find_unprintable(text: str) -> set[str]:
    """Return controls, halves of characters, noncharacters, overrides of the writing direction, and
    replacement characters."""
    return set(_UNPRINTABLE.findall(text))


def escape_unprintable(name: str) -> str:
    r"""Return a file's name as any terminal can show it: unprintable characters become \\uXXXX."""
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", name)
