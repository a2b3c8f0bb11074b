"""Define the problems that checks of this package report, and how places and names are written."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Collection
from difflib import get_close_matches
from typing import NamedTuple

from assembler.intake.case_words import fold_word

# names compared on either side: 2,000 exhibits with 200 wrong ids take 3 s, not 25
_NEIGHBORS = 100
_NEAR = 0.8  # how alike: "leter" and "letter" are, "mother" and "father" are not
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
    """One problem of a case.

    `pointer` is the place in case.json as a JSON pointer, "" for the case as a whole; `file` the
    file of the case folder that it is about, as it may be shown; `meant` the file that was probably
    meant. Files are part of the place, so that the problems of many files say the same.
    """

    rule: str
    pointer: str
    problem: str
    remedy: str
    file: str = ""
    meant: str = ""


def escape_pointer_step(key: str | int) -> str:
    """Return one step of a JSON pointer (RFC 6901)."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


def split_pointer(pointer: str) -> list[str]:
    """Return the steps of a JSON pointer (RFC 6901)."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def is_inside(pointer: str, outer: Collection[str]) -> bool:
    """Return whether a place is one of these places, or within one."""
    while pointer:
        if pointer in outer:
            return True
        pointer = pointer.rpartition("/")[0]
    return False


def suggest_name(used: str, known: Collection[str], otherwise: str) -> str:
    """Return "did you mean …?" with the known name that is nearly `used`, else `otherwise`."""
    closest = find_near_name(used, known)
    return f"did you mean {closest}?" if closest else otherwise


def find_near_name(used: str, known: Collection[str]) -> str | None:
    """Return the known name that differs by case, signs or a slip of the hand, if there is one.

    A name with control characters is an error of its own, and goes into no message.
    """
    printable = [name for name in known if not find_unprintable(name)]
    folded = fold_word(used)
    for name in printable:
        if folded and fold_word(name) == folded:
            return name
    ordered = sorted(printable)
    place = bisect(ordered, used)
    neighbors = ordered[max(0, place - _NEIGHBORS) : place + _NEIGHBORS]
    close = get_close_matches(used, neighbors, 1, _NEAR)
    return close[0] if close else None


def find_unprintable(text: str) -> set[str]:
    """Return controls, halves of characters, noncharacters, overrides of the writing direction, and
    replacement characters."""
    return set(_UNPRINTABLE.findall(text))


def escape_unprintable(name: str) -> str:
    r"""Return a file's name as any terminal can show it: unprintable characters become \\uXXXX."""
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", name)
