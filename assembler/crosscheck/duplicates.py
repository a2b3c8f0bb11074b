"""Find the same page or photograph twice, in one exhibit or in two, even if scanned or photographed
again. Pure.

Two pages that differ in a number, a date or a name are two, however much they look alike, and one
page may be meant to stand twice, as a translator's certificate behind two documents.

Pages with enough words are compared by their words; photographs by their content. A page with few
words, such as an identity card, or one that was read in part, must agree in both, since all cards
of a kind look alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from assembler.crosscheck.page_pairs import PagePairs
from assembler.crosscheck.page_words import WordBags, collect_word_bags
from assembler.crosscheck.picture_matching import BROAD, LEAST, find_candidates, measure_likeness
from assembler.crosscheck.results import (
    CheckContext,
    ExhibitPage,
    Result,
    iterate_pages,
    make_page_finding,
)
from assembler.crosscheck.same_facts import has_different_facts, is_certificate
from assembler.crosscheck.text_matching import compare_texts, has_any_date, has_name, split_words
from assembler.model import Finding, PageText, mrz

_NUMBER = 6  # letters and digits from which a word with a digit in it may be a number
_WORD = 4  # letters from which a word counts
_LIKE = 80  # of 100: how alike two readings of a word must be
_SHARED = 0.6  # share of the words that must have a match
_RELIABLE = 50.0  # mean confidence of recognition below which the words of a page are ignored


def find_repeated_pages(context: CheckContext) -> Iterator[Result]:
    """Return one finding for each file with pages that were there before, naming the first such
    pages."""
    pages = list(iterate_pages(context))
    first: dict[int, int] = {}  # number of a page → number of the first that is the same
    bags = collect_word_bags([page.text for _, page in pages], context.data["same_form"])
    worded = {*_pair_by_words(pages, bags, context)}
    repeated = {later for _, later in worded}
    for earlier, later in sorted({*worded, *_pair_by_pictures(pages, bags, context, repeated)}):
        first.setdefault(later, earlier)
    by_files: dict[tuple[tuple[str, str], ...], list[tuple[int, int]]] = {}
    for later, earlier in sorted(first.items()):
        ends = (pages[later], pages[earlier])
        key = tuple((place.exhibit.id, place.page.prepared.path) for place in ends)
        by_files.setdefault(key, []).append((later, earlier))
    for pairs in by_files.values():
        if not _is_form_with_same_words(pages, pairs, context):
            yield _make_repeated_finding(pages, pairs)


def _make_repeated_finding(
    pages: Sequence[ExhibitPage], pairs: Sequence[tuple[int, int]]
) -> Finding:
    """Return the finding about a file of which some pages are those of another, or of itself."""
    later = [pages[number].page.prepared.source_page for number, _ in pairs]
    earlier = sorted({pages[number].page.prepared.source_page for _, number in pairs})
    place = pages[pairs[0][0]]
    original = pages[pairs[0][1]].page.prepared.path
    is_worded = any(len(pages[number].page.text.split()) for number, _ in pairs)
    what = "say the same as" if is_worded else "show the same picture as"
    verb = what if len(later) > 1 else what.replace("say", "says").replace("show", "shows")
    return make_page_finding(
        "PAGES.TWICE",
        place,
        f"{_name_pages(later)} of it, as far as could be read, {verb} "
        f"{_name_pages(earlier)} of {original}",
        "compare both, with their handwriting, stamps and backs: keep both if anything differs or "
        "both are intended; one is enough only if nothing differs",
    )


def _name_pages(numbers: Sequence[int]) -> str:
    """Return "page 2" or "pages 1 to 3, 5"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"page{'s' if len(numbers) > 1 else ''} {shown}"


def _is_form_with_same_words(
    pages: Sequence[ExhibitPage], pairs: Sequence[tuple[int, int]], context: CheckContext
) -> bool:
    """Return whether the pages are only the printed instructions of a form that was filled in
    twice: without a name or date, in files whose other pages differ."""
    people, likeness = context.list_people().values(), context.data["name_likeness"]
    if any(
        not page.text.strip()
        or has_any_date(page.text)
        or any(
            has_name(
                page.text,
                person,
                likeness,
                family_only=True,
                misread=context.list_misread_letters([page]),
            )
            for person in people
        )
        for page in (pages[number].page for number, _ in pairs)
    ):
        return False
    paired = {number for pair in pairs for number in pair}
    return all(
        any(
            number not in paired and _is_of_file(place, pages[end])
            for number, place in enumerate(pages)
        )
        for end in pairs[0]
    )


def _is_of_file(place: ExhibitPage, other: ExhibitPage) -> bool:
    return (place.exhibit.id, place.page.prepared.path) == (
        other.exhibit.id,
        other.page.prepared.path,
    )


def _pair_by_words(
    pages: Sequence[ExhibitPage], bags: WordBags, context: CheckContext
) -> Iterator[tuple[int, int]]:
    """Yield pairs of pages, by number, that have enough words, and the same; sorted by length, so
    that most pairs are skipped."""
    wordy = [
        n
        for n, (_, page) in enumerate(pages)
        if len(split_words(page.text)) >= context.data["same_page_words"]
    ]
    by_length = np.array(sorted(wordy, key=lambda n: (len(pages[n][1].text), n)), dtype=int)
    lengths = np.array([len(pages[n][1].text) for n in by_length])
    repeated: set[int] = set()  # these are not compared with further pages
    enough = float(context.data["same_page_likeness"])
    for start, n in enumerate(map(int, by_length)):
        following = by_length[
            start + 1 : np.searchsorted(lengths, 1.12 * lengths[start] + 20, side="right")
        ]
        for m in map(int, following[bags.mostly_shared.get_row(n)[following]]):
            if (
                m not in repeated
                and not _is_intended(pages[n], pages[m], context)
                and compare_texts(pages[n].page.text, pages[m].page.text) >= enough
                and not _is_different(pages[n].page, pages[m].page, bags, context)
            ):
                repeated.add(m)
                yield min(n, m), max(n, m)


def _pair_by_pictures(
    pages: Sequence[ExhibitPage], bags: WordBags, context: CheckContext, known: set[int]
) -> Iterator[tuple[int, int]]:
    """Yield pairs of pages, by number, that look the same, and whose words do not show that they
    are two.

    Args:
        known: pages that are the same as an earlier one by their words.
    """
    pictured = [n for n, (_, page) in enumerate(pages) if page.prepared.miniature]
    miniatures = [page.prepared.miniature for _, page in pages if page.prepared.miniature]
    repeated = set(known)
    for left, right in find_candidates(
        miniatures, _find_allowed_pairs(pages, pictured, bags, context)
    ):
        n, m = pictured[left], pictured[right]
        if m not in repeated and not _is_intended(pages[n], pages[m], context):
            limits = _choose_likeness(pages, n, m, bags, context)
            if (
                limits
                and measure_likeness(miniatures[left], miniatures[right], limits.broad)
                >= limits.likeness
            ):
                repeated.add(m)
                yield n, m


def _find_allowed_pairs(
    pages: Sequence[ExhibitPage], pictured: Sequence[int], bags: WordBags, context: CheckContext
) -> PagePairs:
    """Return which pairs `_choose_likeness` may accept, all at once, since most are not.

    Pages are counted as `pictured` lists them.
    """
    short = np.array(
        [len(split_words(pages[n].page.text)) < context.data["same_page_words"] for n in pictured],
        dtype=bool,
    )
    lines = np.array([bool(pages[n].page.lines) for n in pictured], dtype=bool)
    allowed = PagePairs(len(pictured))
    for row, n in enumerate(pictured):
        flags = bags.similar.get_row(n)[pictured] | (short & short[row]) | (lines & lines[row])
        allowed.set_rows(slice(row, row + 1), flags[np.newaxis])
    return allowed


class _Wanted(NamedTuple):
    """How alike two pages must look, in total and in their broad areas."""

    likeness: float
    broad: float


def _choose_likeness(
    pages: Sequence[ExhibitPage], n: int, m: int, bags: WordBags, context: CheckContext
) -> _Wanted | None:
    """Return how alike two pages must look given their words; None if the words are of two
    pages."""
    page, other_page = pages[n][1], pages[m][1]
    strict = _Wanted(float(context.data["same_picture_likeness"]), BROAD)
    machine_lines = _read_machine_lines(page, context), _read_machine_lines(other_page, context)
    if all(machine_lines):
        return strict if machine_lines[0] & machine_lines[1] else None
    if _is_different(page, other_page, bags, context):
        return None
    enough = context.data["same_page_words"]
    if (
        len(split_words(page.text)) < enough
        and len(split_words(other_page.text)) < enough
        and _may_be_same(page, other_page)
    ):
        return strict
    return (
        _Wanted(float(context.data["same_form"]["likeness"]), LEAST)
        if bags.is_same_page(n, m)
        else None
    )


def _is_different(
    page: PageText, other_page: PageText, bags: WordBags, context: CheckContext
) -> bool:
    return has_different_facts(page, other_page, bags.pages, context.data["same_facts"])


def _is_intended(first: ExhibitPage, second: ExhibitPage, context: CheckContext) -> bool:
    """Return whether a page stands twice on purpose.

    So it is with the same page of the same file in two exhibits, with a translator's certificate
    behind two documents, and with exhibits that go into different packets.
    """
    is_listed_twice = (
        first.exhibit.id != second.exhibit.id
        and first.page.prepared.path == second.page.prepared.path
        and first.page.prepared.source_page == second.page.prepared.source_page
    )
    packets = ({*first.exhibit.belongs_to}, {*second.exhibit.belongs_to})
    are_apart = all(packets) and packets[0].isdisjoint(packets[1])
    longest = context.data["same_facts"]["certificate_words"]
    are_certificates = all(is_certificate(place.page, longest) for place in (first, second))
    return is_listed_twice or are_apart or are_certificates


def _may_be_same(page: PageText, other_page: PageText) -> bool:
    """Return whether the words of two similar pages do not show that they are two: another name,
    another number."""
    words, other_words = (_list_reliable_words(text) for text in (page, other_page))
    numbers = [
        [word for word in page_words if len(word) >= _NUMBER and any(map(str.isdigit, word))]
        for page_words in (words, other_words)
    ]
    return _has_shared(words, other_words) and _has_shared(*numbers)


def _read_machine_lines(page: PageText, context: CheckContext) -> set[tuple[str, date]]:
    return (
        {(zone.number, zone.birth_date) for zone in mrz.read(page.lines, context.as_of)}
        if page.lines
        else set()
    )


def _list_reliable_words(page: PageText) -> list[str]:
    sure = page.prepared.method != "ocr" or (page.prepared.confidence or 0.0) >= _RELIABLE
    return sorted({word for word in split_words(page.text) if len(word) >= _WORD}) if sure else []


def _has_shared(first: Sequence[str], second: Sequence[str]) -> bool:
    """Return whether most of the fewer words have a match among the others; an empty list matches
    anything."""
    few, many = sorted((first, second), key=len)
    like = [
        word
        for word in few
        if process.extractOne(word, many, scorer=fuzz.ratio, score_cutoff=_LIKE)
    ]
    return len(like) >= _SHARED * len(few)
