"""The same page or photograph twice, in one exhibit or in two, though scanned or photographed
again. Pure.

Pages with enough words are told by their words; photographs by what they show. A page with a few
words, such as an identity card, or one that was read in part, must agree in both, since all cards
of a kind look alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from assembler.crosscheck.page_words import Bags, bags_of
from assembler.crosscheck.picture_matching import BROAD, LEAST, candidates, likeness
from assembler.crosscheck.results import Desk, Result, everything, told
from assembler.crosscheck.text_matching import alike, words
from assembler.model import Exhibit, PageText, Severity, mrz

Place = tuple[Exhibit, PageText]
_NUMBER = 6  # letters and digits from which a word with a digit in it may be a number of its own
_WORD = 4  # letters from which a word counts
_LIKE, _SHARED = (
    80,
    0.6,
)  # of 100: how alike two readings of a word must be; part of the words that must have their like
_BELIEVED = 50.0  # mean confidence of recognition below which the words of a page say nothing


def doubles(desk: Desk) -> Iterator[Result]:
    """One finding for each page that is there already, naming the first such page."""
    there = list(everything(desk))
    first: dict[int, int] = {}  # number of a page → number of the first that is the same
    bags = bags_of([page.text for _, page in there], desk.data["same_form"])
    worded = {*_by_words(there, bags, desk)}
    for one, other in sorted(
        {*worded, *_by_pictures(there, bags, desk, {again for _, again in worded})}
    ):
        first.setdefault(other, one)
    for again, one in sorted(first.items()):
        exhibit, page = there[again]
        yield told(
            "PAGES.TWICE",
            Severity.WARNING,
            page,
            exhibit,
            f"it seems to be the same page as {there[one][1].path}, page {there[one][1].page}",
            "leave one of them out, unless both are meant",
        )


def _by_words(there: Sequence[Place], bags: Bags, desk: Desk) -> Iterator[tuple[int, int]]:
    """Pairs of pages, by number, that have enough words, and the same; sorted by length, so that
    most pairs are not looked at."""
    long = [
        n
        for n, (_, page) in enumerate(there)
        if len(words(page.text)) >= desk.data["same_page_words"]
    ]
    by_length = np.array(sorted(long, key=lambda n: (len(there[n][1].text), n)), dtype=int)
    lengths = np.array([len(there[n][1].text) for n in by_length])
    doubled: set[int] = (
        set()
    )  # a page that is the same as one before need not be compared with more
    for start, n in enumerate(map(int, by_length)):
        later = by_length[
            start + 1 : np.searchsorted(lengths, 1.12 * lengths[start] + 20, side="right")
        ]
        for m in map(int, later[bags.most[n, later]]):
            if (
                m not in doubled
                and not _meant(there[n], there[m])
                and _same_words(there[n][1], there[m][1], desk)
            ):
                doubled.add(m)
                yield min(n, m), max(n, m)


def _by_pictures(
    there: Sequence[Place], bags: Bags, desk: Desk, known: set[int]
) -> Iterator[tuple[int, int]]:
    """Pairs of pages, by number, that look the same, and whose words do not say that they are two.
    `known`: pages that are the same as one before by their words already.
    """
    shown = [n for n, (_, page) in enumerate(there) if page.miniature]
    small = [page.miniature for _, page in there if page.miniature]
    doubled = set(known)
    for left, right in candidates(small, _allowed(there, bags, desk)[np.ix_(shown, shown)]):
        n, m = shown[left], shown[right]
        if m not in doubled and not _meant(there[n], there[m]):
            wanted = _wanted(there, n, m, bags, desk)
            if wanted and likeness(small[left], small[right], wanted.broad) >= wanted.likeness:
                doubled.add(m)
                yield n, m


def _allowed(there: Sequence[Place], bags: Bags, desk: Desk) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which pairs of pages `_wanted` may want, all at once, since most are not."""
    short = np.array(
        [len(words(page.text)) < desk.data["same_page_words"] for _, page in there], dtype=bool
    )
    lines = np.array([bool(page.lines) for _, page in there], dtype=bool)
    return np.asarray(
        bags.near | np.logical_and.outer(short, short) | np.logical_and.outer(lines, lines),
        dtype=bool,
    )


class _Wanted(NamedTuple):
    """How alike two pages must look in whole and in their broad areas."""

    likeness: float
    broad: float


def _wanted(there: Sequence[Place], n: int, m: int, bags: Bags, desk: Desk) -> _Wanted | None:
    """Going by the words of two pages; None where those are of two."""
    page, other = there[n][1], there[m][1]
    strict = _Wanted(float(desk.data["same_picture_likeness"]), BROAD)
    proved = _proved(page, desk), _proved(other, desk)
    if all(proved):
        return strict if proved[0] & proved[1] else None
    enough = desk.data["same_page_words"]
    if (
        len(words(page.text)) < enough
        and len(words(other.text)) < enough
        and _may_be_same(page, other)
    ):
        return strict
    return _Wanted(float(desk.data["same_form"]["likeness"]), LEAST) if bags.same(n, m) else None


def _meant(one: Place, other: Place) -> bool:
    """Whether the same page of the same file was listed for two exhibits, which is done on
    purpose."""
    return (one[1].path, one[1].page) == (other[1].path, other[1].page) and one[0].id != other[0].id


def _same_words(page: PageText, other: PageText, desk: Desk) -> bool:
    return alike(page.text, other.text) >= float(desk.data["same_page_likeness"])


def _may_be_same(page: PageText, other: PageText) -> bool:
    """Whether the words of two pages that look the same do not say that they are two: another
    name, another number."""
    here, there = (_believed(each) for each in (page, other))
    numbers = [
        [word for word in some if len(word) >= _NUMBER and any(map(str.isdigit, word))]
        for some in (here, there)
    ]
    return _shared(here, there) and _shared(*numbers)


def _proved(page: PageText, desk: Desk) -> set[tuple[str, date]]:
    return (
        {(one.number, one.birth_date) for one in mrz.read(page.lines, desk.as_of)}
        if page.lines
        else set()
    )


def _believed(page: PageText) -> list[str]:
    sure = page.method != "ocr" or (page.confidence or 0.0) >= _BELIEVED
    return sorted({word for word in words(page.text) if len(word) >= _WORD}) if sure else []


def _shared(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether most of the fewer words have their like among the others; where one has none,
    nothing speaks against it."""
    few, many = sorted((one, other), key=len)
    like = [
        word
        for word in few
        if process.extractOne(word, many, scorer=fuzz.ratio, score_cutoff=_LIKE)
    ]
    return len(like) >= _SHARED * len(few)
