"""Compare the words of pages that look alike: they may be one page, read well once and badly once.
Pure.

A bad photograph of a page loses lines and garbles words; it adds none. Another page of the same
form has words and numbers of its own, which also occur elsewhere in the case: a name, a month. A
garbled word occurs nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from assembler.crosscheck.page_pairs import PagePairs
from assembler.crosscheck.text_matching import split_into_word_set

_LETTERS, _DIGITS = 3, 2  # of a word and of a number that may tell two pages apart
_ROWS, _AT_ONCE = 200, 500  # pages and words
_COMMON = 0.05  # of the pages: the part from which a word is a common one
_MOST = 0.75  # of the fewer words of two pages
_FILLER = 6  # letters from which a word of two or three different ones is none
Counts = np.ndarray[Any, np.dtype[np.float32]]
Numbers = np.ndarray[Any, np.dtype[np.signedinteger[Any]]]


class OwnWords(NamedTuple):
    """Words of a page that another lacks: how many are known from other pages, and their total
    weight."""

    known: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WordBags:
    """The texts of the pages, on how many pages each word occurs, and the limits (`same_form` of
    crosscheck.json)."""

    texts: tuple[str, ...]
    pages: Mapping[str, int]
    limits: Mapping[str, float]
    similar: PagePairs  # for each two pages: whether they have enough words, and enough in common
    mostly_shared: PagePairs  # whether they have most of the fewer words in common

    def is_same_page(self, n: int, m: int) -> bool:
        """Return whether the words of two pages are of one page: the longer page has most words of
        the shorter, and hardly any are unshared."""
        if not self.similar.holds(n, m):
            return False
        few, many = sorted(map(split_into_word_set, (self.texts[n], self.texts[m])), key=len)
        if any(map(_is_number, many)) and not any(map(str.isdecimal, few & many)):
            return False
        limit = max(1.0, self.limits["own"] * len(few))
        own_words = self.count_own_words(few, many)
        if len(few) < self.limits["whole"] * len(many):
            return own_words.weight <= limit
        # either may be the one that was read badly; with a word of its own in each, they are two
        reverse = self.count_own_words(many, few)
        return min(own_words.weight, reverse.weight) <= limit and not (
            own_words.known and reverse.known
        )

    def count_own_words(self, words: frozenset[str], other_words: frozenset[str]) -> OwnWords:
        """Count what a page has that the other lacks: a number or a word known from a third page
        counts 1, an unknown one less.

        Words on most pages of the case, such as a footer, count nothing.
        """
        common_limit = max(self.limits["often_pages"], self.limits["often"] * len(self.texts))
        joined, known, unknown = " ".join(sorted(other_words)), 0, 0
        for word in sorted(words - other_words):
            if _is_number(word):
                known += word not in joined
            elif (
                len(word) >= _LETTERS
                and self.pages[word] < common_limit
                and not _is_garbled(word, other_words)
            ):
                known, unknown = known + (self.pages[word] > 1), unknown + (self.pages[word] == 1)
        return OwnWords(known, known + self.limits["unknown"] * unknown)


def collect_word_bags(texts: Sequence[str], limits: Mapping[str, float]) -> WordBags:
    """Collect the words of all pages of a case."""
    numbers: dict[str, int] = {}
    words_of = [
        np.array(
            [numbers.setdefault(word, len(numbers)) for word in split_into_word_set(text)],
            dtype=np.int32,
        )
        for text in texts
    ]
    size = np.array([len(block) for block in words_of], dtype=np.float32)
    counts = np.bincount(np.concatenate([*words_of, np.array([], dtype=np.int32)]))
    pages = Counter(dict(zip(numbers, map(int, counts), strict=True)))
    is_known = counts > 1  # on another page, too
    number_of_known = np.cumsum(is_known, dtype=np.int32) - 1
    words_of = [number_of_known[block[is_known[block]]] for block in words_of]
    similar, mostly_shared = PagePairs(len(texts)), PagePairs(len(texts))
    for rows, common in _count_common(words_of, int(is_known.sum())):
        few, many = np.minimum.outer(size[rows], size), np.maximum.outer(size[rows], size)
        similar.set_rows(
            rows,
            (few >= np.maximum(limits["words"], limits["part"] * many))
            & (common >= limits["shared"] * few),
        )
        mostly_shared.set_rows(rows, common >= _MOST * few)
    return WordBags(
        texts=tuple(texts),
        pages=pages,
        limits=limits,
        similar=similar,
        mostly_shared=mostly_shared,
    )


def _count_common(words_of: Sequence[Numbers], known: int) -> Iterator[tuple[slice, Counts]]:
    """Yield how many words each two pages have in common, some rows at a time.

    A rare word is counted on the few pages that have it. For a common one, that is more work than
    a product of matrices.

    Args:
        words_of: the words of each page, by number.
        known: how many words there are.
    """
    total = len(words_of)
    words = np.concatenate([*words_of, np.array([], dtype=np.int32)])
    pages = np.repeat(np.arange(total), [len(block) for block in words_of])
    order = np.argsort(words, kind="stable")
    words, pages = words[order], pages[order]
    pages_of = np.split(pages, np.searchsorted(words, np.arange(1, known))) if known else []
    is_common = np.array([len(block) > _COMMON * total for block in pages_of], dtype=bool)
    common_words = [pages_of[n] for n in np.nonzero(is_common)[0]]
    for start in range(0, total, _ROWS):
        rows = slice(start, start + _ROWS)
        counts = _multiply(common_words, rows, total)
        for row, block in enumerate(words_of[rows]):
            rare = [pages_of[n] for n in block[~is_common[block]]]
            if rare:
                counts[row] += np.bincount(np.concatenate(rare), minlength=total)
        yield rows, counts


def _multiply(words: Sequence[Numbers], rows: slice, pages: int) -> Counts:
    """Return how many of the words some pages have in common with each page.

    Args:
        words: the pages of each word.
        rows: these pages.
        pages: how many there are in all.
    """
    counts = np.zeros((len(range(pages)[rows]), pages), dtype=np.float32)
    for first in range(0, len(words), _AT_ONCE):
        some = words[first : first + _AT_ONCE]
        presence = np.zeros((pages, len(some)), dtype=np.float32)
        for column, with_word in enumerate(some):
            presence[with_word, column] = 1
        counts += presence[rows] @ presence.T
    return counts


def _is_number(word: str) -> bool:
    return word.isdecimal() and len(word) >= _DIGITS


def _is_garbled(word: str, other_words: frozenset[str]) -> bool:
    """Return whether it may be a misread word of the other page, two of them joined, or the filler
    of machine-readable lines."""
    if is_filler(word):
        return True
    match: Any = process.extractOne(word, other_words, scorer=fuzz.ratio, score_cutoff=70)
    return match is not None or is_joined(word, other_words)


def is_filler(word: str) -> bool:
    """Return whether a word may be the filler of machine-readable lines: few letters, often."""
    return len(word) >= _FILLER and 2.5 * len({*word}) <= len(word)


def is_joined(word: str, other_words: Collection[str]) -> bool:
    """Return whether a word is two words of another page, between which no space was read."""
    return any(
        word.startswith(a) and word[len(a) :] in other_words for a in other_words if len(a) > 1
    )
