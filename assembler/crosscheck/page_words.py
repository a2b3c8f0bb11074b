"""The words of pages that look alike: whether they may be those of one page, read well once and
badly again. Pure.

A bad photograph of a page loses lines and garbles words; it adds none. Another page of the same
form has words and numbers of its own, and these stand elsewhere in the case, too: a name, a month.
A garbled word stands nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from assembler.crosscheck.text_matching import vocabulary

_LETTERS, _DIGITS = 3, 2  # of a word and of a number that may tell two pages apart
_ROWS, _AT_ONCE = 500, 1000  # pages and words
_MOST = 0.75  # of the fewer words of two pages
_FILLER = 6  # letters from which a word of two or three different ones is none
Pairs = np.ndarray[Any, np.dtype[np.bool_]]  # a row and a column for each page


class Own(NamedTuple):
    known: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bags:
    """The different words of each page, on how many pages a word stands, and the limits
    (`same_form` of crosscheck.json)."""

    of: tuple[frozenset[str], ...]
    pages: Mapping[str, int]
    limits: Mapping[str, float]
    near: Pairs  # for each two pages: whether they have enough words, and enough in common
    most: Pairs  # whether they have most of the fewer words in common

    def same(self, n: int, m: int) -> bool:
        """Whether the words of two pages are of one: most of the fewer stand among the others,
        and hardly any is its own."""
        few, many = sorted((self.of[n], self.of[m]), key=len)
        if not self.near[n, m]:
            return False
        if any(map(_number, many)) and not any(map(str.isdecimal, few & many)):
            return False
        most = max(1.0, self.limits["own"] * len(few))
        own = self.own(few, many)
        if len(few) < self.limits["whole"] * len(many):
            return own.weight <= most
        back = self.own(
            many, few
        )  # either may be the one that was read badly; each with a word of its own: two pages
        return min(own.weight, back.weight) <= most and not (own.known and back.known)

    def own(self, one: frozenset[str], other: frozenset[str]) -> Own:
        """What a page says that the other does not: a number or a word found on a third page counts
        1, an unknown one less.

        What stands on most pages of the case, such as a line at their foot, counts nothing.
        """
        often = max(self.limits["often_pages"], self.limits["often"] * len(self.of))
        run, known, unknown = " ".join(sorted(other)), 0, 0
        for word in sorted(one - other):
            if _number(word):
                known += word not in run
            elif len(word) >= _LETTERS and self.pages[word] < often and not _garbled(word, other):
                known, unknown = known + (self.pages[word] > 1), unknown + (self.pages[word] == 1)
        return Own(known, known + self.limits["unknown"] * unknown)


def bags_of(texts: Sequence[str], limits: Mapping[str, float]) -> Bags:
    """`texts`: of all pages of a case."""
    of = tuple(map(vocabulary, texts))
    pages = Counter(word for bag in of for word in bag)
    size = np.array([len(bag) for bag in of], dtype=np.float32)
    near, most = np.zeros((len(of), len(of)), dtype=bool), np.zeros((len(of), len(of)), dtype=bool)
    for rows, common in _in_common(of, [word for word, count in pages.items() if count > 1]):
        few, many = np.minimum.outer(size[rows], size), np.maximum.outer(size[rows], size)
        near[rows] = (few >= np.maximum(limits["words"], limits["part"] * many)) & (
            common >= limits["shared"] * few
        )
        most[rows] = common >= _MOST * few
    return Bags(of=of, pages=pages, limits=limits, near=near, most=most)


def _in_common(
    bags: Sequence[frozenset[str]], known: Sequence[str]
) -> Iterator[tuple[slice, np.ndarray[Any, Any]]]:
    """How many of the known words each two pages have in common: some rows at a time, and for
    them some words at a time, so that memory stays small where there are thousands of both."""
    number = {word: n for n, word in enumerate(known)}
    held = [
        np.array([number[word] for word in bag if word in number], dtype=np.intp) for bag in bags
    ]
    words = np.concatenate([*held, np.array([], dtype=np.intp)])
    pages = np.repeat(np.arange(len(bags)), [len(some) for some in held])
    order = np.argsort(words, kind="stable")
    words, pages = words[order], pages[order]
    for start in range(0, len(bags), _ROWS):
        rows = slice(start, start + _ROWS)
        common = np.zeros((len(bags[rows]), len(bags)), dtype=np.float32)
        for first in range(0, len(known), _AT_ONCE):
            some = slice(*np.searchsorted(words, (first, first + _AT_ONCE)))
            there = np.zeros((len(bags), _AT_ONCE), dtype=np.float32)
            there[pages[some], words[some] - first] = 1
            common += there[rows] @ there.T
        yield rows, common


def _number(word: str) -> bool:
    return word.isdecimal() and len(word) >= _DIGITS


def _garbled(word: str, there: frozenset[str]) -> bool:
    """Whether it may be a word of the other page misread, two of them run together, or the
    filler of machine-readable lines."""
    if len(word) >= _FILLER and 2.5 * len({*word}) <= len(word):
        return True
    like: Any = process.extractOne(word, there, scorer=fuzz.ratio, score_cutoff=70)
    return like is not None or any(
        word.startswith(a) and word[len(a) :] in there for a in there if len(a) > 1
    )
