"""Order the letters of a line for drawing: Arabic and Hebrew from right to left, numbers from left
to right.

The implicit part of the Unicode Bidirectional Algorithm (UAX #9, rules P2 to L2). Explicit
embeddings and isolates, which form fields do not need, count as neutral characters.
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
    """Adjacent letters that are drawn in one direction. `start`, `end`: in the line as stored."""

    start: int
    end: int
    is_reversed: bool


def find_base_level(text: str) -> int:
    """Return 1 if the first letter with a direction is Arabic or Hebrew, else 0 (P2, P3)."""
    return next(
        (_STRONG[kind] for kind in map(unicodedata.bidirectional, text) if kind in _STRONG), 0
    )


def order_visual_runs(text: str, base: int) -> tuple[Run, ...]:
    """Return the runs of a line in the order they are drawn, from left to right."""
    levels = _resolve_levels(text, base)
    runs: list[tuple[int, int, int]] = []
    for index, level in enumerate(levels):
        if runs and runs[-1][2] == level:
            runs[-1] = (runs[-1][0], index + 1, level)
        else:
            runs.append((index, index + 1, level))
    for level in range(max(levels, default=0), 0, -1):  # L2
        runs = _reverse_from(runs, level)
    return tuple(
        Run(start=start, end=end, is_reversed=bool(level % 2)) for start, end, level in runs
    )


def _reverse_from(runs: list[tuple[int, int, int]], level: int) -> list[tuple[int, int, int]]:
    """Reverse each sequence of runs of at least this level."""
    ordered: list[tuple[int, int, int]] = []
    pending: list[tuple[int, int, int]] = []
    for run in runs:
        if run[2] >= level:
            pending.append(run)
        else:
            ordered += [*reversed(pending), run]
            pending = []
    return [*ordered, *reversed(pending)]


def _resolve_levels(text: str, base: int) -> list[int]:
    kinds = _resolve_weak([unicodedata.bidirectional(letter) or "ON" for letter in text], base)
    kinds = _resolve_neutral(kinds, base)
    levels = []
    for kind in kinds:
        if base % 2 == 0:
            levels.append(base + {"R": 1, "AN": 2, "EN": 2}.get(kind, 0))
        else:
            levels.append(base + (0 if kind == "R" else 1))
    for index in range(len(levels) - 1, -1, -1):  # L1: spaces at the end of the line
        if not text[index].isspace():
            break
        levels[index] = base
    return levels


def _resolve_weak(kinds: list[str], base: int) -> list[str]:
    """Apply W1 to W7."""
    start = "R" if base else "L"
    before, strong = start, start
    for index, kind in enumerate(kinds):
        if kind == "NSM":
            kind = before  # noqa: PLW2901 - W1
        if kind in _STRONG:
            strong = kind
        if kind == "EN" and strong == "AL":
            kind = "AN"  # noqa: PLW2901 - W2
        kinds[index] = before = kind
    kinds = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for index in range(1, len(kinds) - 1):  # W4
        left, kind, right = kinds[index - 1 : index + 2]
        if left == right and (
            (kind in ("ES", "CS") and left == "EN") or (kind == "CS" and left == "AN")
        ):
            kinds[index] = left
    _join_terminators(kinds)
    strong = start
    for index, kind in enumerate(kinds):
        if kind in ("ES", "ET", "CS"):
            kinds[index] = "ON"  # W6
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[index] = "L"  # W7
    return kinds


def _join_terminators(kinds: list[str]) -> None:
    """Treat characters such as % and $ next to a number as part of it (W5)."""
    index = 0
    while index < len(kinds):
        end = index
        while end < len(kinds) and kinds[end] == "ET":
            end += 1
        touches = (index > 0 and kinds[index - 1] == "EN") or (
            end < len(kinds) and kinds[end] == "EN"
        )
        if end > index and touches:
            kinds[index:end] = ["EN"] * (end - index)
        index = max(end, index + 1)


def _resolve_neutral(kinds: Sequence[str], base: int) -> list[str]:
    """Give neutral characters between two of one direction that direction, else the paragraph's
    (N1, N2)."""
    resolved = list(kinds)
    paragraph = "R" if base else "L"
    index = 0
    while index < len(resolved):
        end = index
        while end < len(resolved) and resolved[end] in _NEUTRAL:
            end += 1
        if end > index:
            left = _simplify_direction(resolved[index - 1]) if index else paragraph
            right = _simplify_direction(resolved[end]) if end < len(resolved) else paragraph
            resolved[index:end] = [left if left == right else paragraph] * (end - index)
        index = max(end, index + 1)
    return resolved


def _simplify_direction(kind: str) -> str:
    return "L" if kind == "L" else "R"
