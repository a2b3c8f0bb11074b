"""The order in which the letters of a line are drawn: Arabic and Hebrew from right to left, numbers
within them as ever.

The implicit part of the Unicode Bidirectional Algorithm (UAX #9, rules P2 to L2). Explicit
embeddings and isolates, which no form field needs, are taken for neutral signs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_STRONG = {"L": 0, "R": 1, "AL": 1}
_NEUTRAL = frozenset(
    ("B", "S", "WS", "ON", "LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Letters next to each other that are drawn in one direction. `start`, `end`: in the line as
    it is stored."""

    start: int
    end: int
    is_reversed: bool


def base_level(text: str) -> int:
    """Return 1 where the first letter with a direction is Arabic or Hebrew, else 0 (P2, P3)."""
    return next(
        (_STRONG[kind] for kind in map(unicodedata.bidirectional, text) if kind in _STRONG), 0
    )


def visual_runs(text: str, base: int) -> tuple[Run, ...]:
    """Return the runs of a line in the order they are drawn, from left to right."""
    levels = _levels(text, base)
    runs: list[tuple[int, int, int]] = []
    for place, level in enumerate(levels):
        if runs and runs[-1][2] == level:
            runs[-1] = (runs[-1][0], place + 1, level)
        else:
            runs.append((place, place + 1, level))
    for level in range(max(levels, default=0), 0, -1):  # L2
        runs = _reverse_from(runs, level)
    return tuple(
        Run(start=start, end=end, is_reversed=bool(level % 2)) for start, end, level in runs
    )


def _reverse_from(runs: list[tuple[int, int, int]], level: int) -> list[tuple[int, int, int]]:
    """Turn each stretch of runs of at least this level around."""
    ordered: list[tuple[int, int, int]] = []
    stretch: list[tuple[int, int, int]] = []
    for run in runs:
        if run[2] >= level:
            stretch.append(run)
        else:
            ordered += [*reversed(stretch), run]
            stretch = []
    return [*ordered, *reversed(stretch)]


def _levels(text: str, base: int) -> list[int]:
    kinds = _resolve_weak([unicodedata.bidirectional(letter) or "ON" for letter in text], base)
    kinds = _resolve_neutral(kinds, base)
    levels = []
    for kind in kinds:
        if base % 2 == 0:
            levels.append(base + {"R": 1, "AN": 2, "EN": 2}.get(kind, 0))
        else:
            levels.append(base + (0 if kind == "R" else 1))
    for place in range(len(levels) - 1, -1, -1):  # L1: spaces at the end of the line
        if not text[place].isspace():
            break
        levels[place] = base
    return levels


def _resolve_weak(kinds: list[str], base: int) -> list[str]:
    """Apply W1 to W7."""
    start = "R" if base else "L"
    before, strong = start, start
    for place, kind in enumerate(kinds):
        if kind == "NSM":
            kind = before  # noqa: PLW2901 - W1
        if kind in _STRONG:
            strong = kind
        if kind == "EN" and strong == "AL":
            kind = "AN"  # noqa: PLW2901 - W2
        kinds[place] = before = kind
    kinds = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for place in range(1, len(kinds) - 1):  # W4
        left, kind, right = kinds[place - 1 : place + 2]
        if left == right and (
            (kind in ("ES", "CS") and left == "EN") or (kind == "CS" and left == "AN")
        ):
            kinds[place] = left
    _join_terminators(kinds)
    strong = start
    for place, kind in enumerate(kinds):
        if kind in ("ES", "ET", "CS"):
            kinds[place] = "ON"  # W6
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"  # W7
    return kinds


def _join_terminators(kinds: list[str]) -> None:
    """Signs such as % and $ next to a number belong to it (W5)."""
    place = 0
    while place < len(kinds):
        end = place
        while end < len(kinds) and kinds[end] == "ET":
            end += 1
        touches = (place > 0 and kinds[place - 1] == "EN") or (
            end < len(kinds) and kinds[end] == "EN"
        )
        if end > place and touches:
            kinds[place:end] = ["EN"] * (end - place)
        place = max(end, place + 1)


def _resolve_neutral(kinds: Sequence[str], base: int) -> list[str]:
    """Neutral signs between two of one direction go with them, else with the paragraph (N1, N2)."""
    resolved = list(kinds)
    whole = "R" if base else "L"
    place = 0
    while place < len(resolved):
        end = place
        while end < len(resolved) and resolved[end] in _NEUTRAL:
            end += 1
        if end > place:
            left = _direction(resolved[place - 1]) if place else whole
            right = _direction(resolved[end]) if end < len(resolved) else whole
            resolved[place:end] = [left if left == right else whole] * (end - place)
        place = max(end, place + 1)
    return resolved


def _direction(kind: str) -> str:
    return "L" if kind == "L" else "R"
