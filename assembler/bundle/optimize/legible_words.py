"""Whether a page whose pictures were drawn again can still be read: the words of before, looked
for after. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

_SURE = 70  # confidence from which a word counts as read before
_MAY_LOSE = 0.02  # share of the words; two recognitions of one page differ by so much
_SHORT = 3  # letters below which a word is as likely a mark

Word = tuple[str, int]  # as recognized, confidence 0..100


def compare(before: Sequence[Word], after: Sequence[Word]) -> tuple[int, int]:
    """How many sure words there were before, and how many of them are found after, with any
    confidence."""
    wanted = Counter(
        text for word, sure in before if sure >= _SURE and len(text := _plain(word)) >= _SHORT
    )
    there = Counter(_plain(word) for word, _ in after)
    return wanted.total(), (wanted & there).total()


def legible(words: int, kept: int) -> bool:
    """Whether so few are missing that it is recognition's own doing."""
    return words - kept <= _MAY_LOSE * words


def _plain(word: str) -> str:
    return "".join(filter(str.isalnum, word)).casefold()
