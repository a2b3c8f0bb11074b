"""Read the words printed around the fields of a form, and compare them with what a map says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assembler.forms.form_maps import Rect
from assembler.forms.form_reader import FieldRow, PageWord

_LEFT, _ABOVE, _RIGHT = 160.0, 26.0, 130.0  # points around a field in which its words are
_ROW = 6.0  # points that words of a field's own line may be off
# words of every tooltip and label, which tell nothing
_COMMON = re.compile(
    "an?|and|any|as|at|by|for|from|if|in|is|it|of|on|or|other|than|the|to|you|your|their|enter|"
    "select|provide|item|item's|number|part|information|about|line|this|that"
)
_SAME = {"apt": "apartment", "ste": "suite", "flr": "floor", "unit": "apartment", "zip": "postal"}
_VAGUE = ("selected", "requested", "yes", "no", "")  # say nothing of what is printed
_STEMS = (("'s", ""), ("ies", "y"), ("es", ""), ("s", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """The words of a field: printed beside it, and in its tooltip."""

    beside: frozenset[str]
    tooltip: frozenset[str]
    shown: str  # for people: the tooltip, or what is printed beside the field

    @property
    def is_known(self) -> bool:
        return bool(self.beside or self.tooltip)


def collect_field_words(row: FieldRow, words: Sequence[PageWord]) -> FieldWords:
    """Return the words of a field.

    Args:
        words: of all pages.
    """
    near = [word for word in words if word.page == row.page and _is_near(row, word.rect)]
    ordered = sorted(near, key=lambda word: (-round(word.rect[1]), word.rect[0]))
    printed = " ".join(word.text for word in ordered)
    tooltip = " ".join(row.tooltip.split())
    return FieldWords(
        beside=split_into_stems([printed]),
        tooltip=split_into_stems([tooltip]),
        shown=(tooltip or printed)[:120],
    )


def choose_expected_words(label: str, says: str = "") -> frozenset[str]:
    """Return the words that should stand beside a field: those of its box, or the end of its
    label ("Mailing address: state")."""
    text = says if says.lower() not in _VAGUE else label.rpartition(": ")[2]
    return split_into_stems([text])


def split_into_stems(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that tell something, without endings."""
    plain_words = re.findall(r"[a-z][a-z'-]+", " ".join(texts).lower())
    stems = (_cut_ending(word) for word in plain_words if not _COMMON.fullmatch(word))
    return frozenset(_SAME.get(stem, stem) for stem in stems)


def measure_agreement(expected: frozenset[str], words: FieldWords) -> float | None:
    """Return the share of the expected words that a field has; None if either is unknown."""
    if not expected or not words.is_known:
        return None
    return max(len(expected & found) / len(expected) for found in (words.beside, words.tooltip))


def _cut_ending(word: str) -> str:
    for ending, instead in _STEMS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending) + instead
    return word


def _is_near(row: FieldRow, rect: Rect) -> bool:
    """Return whether a word is beside a field: above it or left of it, or right of a box."""
    x0, y0, x1, y1 = row.rect
    left, bottom, right, top = rect
    middle = (bottom + top) / 2
    if row.kind == "box":
        return x1 - 2 <= left <= x1 + _RIGHT and y0 - _ROW <= middle <= y1 + _ROW
    on_line = y0 - _ROW <= middle <= y1 + _ROW and x0 - _LEFT <= right <= x0 + 2
    above = y1 - 3 <= middle <= y1 + _ABOVE and left < max(x1, x0 + 100) and right > x0 - _ROW
    return on_line or above
