"""Decide whether a page whose pictures were redrawn is still legible: count the words of before
afterwards. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

_SURE = 70  # confidence from which a word counts as read before
_MAY_LOSE = 0.02  # share of the words by which two recognitions of one page differ
_SHORT = 3  # letters below which a word is as likely a mark

Word = tuple[str, int]  # as recognized, confidence 0..100


def count_kept_words(before: Sequence[Word], after: Sequence[Word]) -> tuple[int, int]:
    """Return how many sure words there were before, and how many of them are recognized after, with
    any confidence."""
    expected = Counter(
        text
        for word, confidence in before
        if confidence >= _SURE and len(text := _simplify_word(word)) >= _SHORT
    )
    recognized = Counter(_simplify_word(word) for word, _ in after)
    return expected.total(), (expected & recognized).total()


def is_legible(words: int, kept: int) -> bool:
    """Return whether so few words are missing that two recognitions may differ by as many."""
    return words - kept <= _MAY_LOSE * words


def _simplify_word(word: str) -> str:
    return "".join(filter(str.isalnum, word)).casefold()
