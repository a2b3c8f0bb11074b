"""Decide whether two pages that look alike say the same: the same numbers, dates and names. Pure.

Pay stubs, receipts and records on one form have most words in common, and differ in those that
matter. A page that is read twice differs, too, where a word was misread: then only one of the two
readings is a word that is known from elsewhere, or a number stands on one of the pages only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from rapidfuzz import fuzz, process

from assembler.crosscheck.page_words import is_filler, is_joined
from assembler.crosscheck.text_matching import split_into_word_set, split_words
from assembler.model import PageText, TextMethod

_KNOWN_LETTERS, _LETTERS = 3, 5  # of a word that may tell two pages apart; known elsewhere, or not
_MISREAD = 70  # of 100: how alike two readings of a word are
_PROOF_WORDS = (
    frozenset({"certify", "certified", "certification", "certificate"}),
    frozenset({"translation", "translate", "translated", "translator"}),
    frozenset({"competent", "competence", "fluent", "proficient", "qualified"}),
)


def has_different_facts(
    first: PageText, second: PageText, known: Mapping[str, int], limits: Mapping[str, float]
) -> bool:
    """Return whether the words of two similar pages show that each says something of its own.

    Args:
        known: on how many pages of the case each word is.
        limits: `same_facts` of crosscheck.json.
    """
    if all(page.prepared.method == TextMethod.TEXT for page in (first, second)):
        return Counter(split_words(first.text)) != Counter(split_words(second.text))
    numbers = [_list_numbers(page.text) for page in (first, second)]
    own_numbers, own_words = (
        _count_own_numbers(*numbers),
        _weigh_own_words(first.text, second.text, known),
    )
    # around machine-readable lines, patterns are read as words
    if all(_is_sure(page, limits) and not page.lines for page in (first, second)):
        return own_words > limits["misread_words"] or own_numbers + own_words > limits["misread"]
    few = max(limits["misread"], limits["unsure_numbers"] * min(map(len, numbers)))
    return own_numbers > few or own_words > limits["unsure_words"]


def _is_sure(page: PageText, limits: Mapping[str, float]) -> bool:
    return (
        page.prepared.method == TextMethod.TEXT
        or (page.prepared.confidence or 0.0) >= limits["sure"]
    )


def is_certificate(page: PageText, longest: float) -> bool:
    """Return whether a page is a translator's certificate and nothing else; one may stand behind
    each of several documents.

    Args:
        longest: words of a page that is only a certificate.
    """
    words = split_into_word_set(page.text)
    return page.prepared.role == "certificate" or (
        len(split_words(page.text)) <= longest and all(words & some for some in _PROOF_WORDS)
    )


def _list_numbers(text: str) -> list[str]:
    """Return the words of digits only: one with letters, too, is mostly a misread one."""
    return [word for word in split_words(text) if word.isdecimal()]


def _count_own_numbers(first: list[str], second: list[str]) -> int:
    """Return how many numbers each of two pages has that the other lacks, at least."""
    own, other_own = Counter(first) - Counter(second), Counter(second) - Counter(first)
    _drop_joined(own, other_own, second)
    _drop_joined(other_own, own, first)
    return min(own.total(), other_own.total())


def _drop_joined(own: Counter[str], other_own: Counter[str], other: list[str]) -> None:
    """Take numbers away that are two of the other page, of which the sign between was not read."""
    for left, right in pairwise(other):
        if own[left + right] > 0 and other_own[left] > 0 and other_own[right] > 0:
            own[left + right] -= 1
            other_own[left] -= 1
            other_own[right] -= 1


def _weigh_own_words(first: str, second: str, known: Mapping[str, int]) -> float:
    """Return how many words each of two pages has that the other lacks, at least.

    A word that is known from a third page counts 1, another one half, since it may be misread.
    """
    words, other_words = (
        {word for word in split_into_word_set(text) if word.isalpha()} for text in (first, second)
    )
    return min(
        sum(_weigh(word, other, known) for word in mine - other)
        for mine, other in ((words, other_words), (other_words, words))
    )


def _weigh(word: str, other_words: set[str], known: Mapping[str, int]) -> float:
    """Return the weight of a word that the other page lacks; 0 if it may be a reading of one of its
    words, or of none."""
    is_known = known.get(word, 0) > 1
    if len(word) < (_KNOWN_LETTERS if is_known else _LETTERS) or is_filler(word):
        return 0.0
    match: Any = process.extractOne(word, other_words, scorer=fuzz.ratio, score_cutoff=_MISREAD)
    if match is not None and not (is_known and known.get(match[0], 0) > 1):
        return 0.0
    if is_joined(word, other_words):
        return 0.0
    return 1.0 if is_known else 0.5
