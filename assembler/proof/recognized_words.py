"""Check that the recognized words are on a page, where they were recognized."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from statistics import median
from typing import Any

from assembler.model import LedgerEntry
from assembler.proof.kept_drafts import KeptWords, Word
from assembler.proof.page_characters import (
    PageCharacters,
    find_character_box,
    find_character_middle,
    find_word_box,
    find_word_middle,
    find_word_places,
    keep_letters_and_digits,
    keep_visible_characters,
)
from assembler.proof.page_text import is_right_to_left, read_text

# the middle of most words may be off by this many points, or this part of their height
_USUAL_OFFSET, _USUAL_PART = 3.0, 0.4
# a word may be off by this many points, or its whole height: the OCR engine levels the lines of a
# skewed scan
_FAR_OFFSET = 12.0
_SOME_FAR = 0.1  # part of the words of a page that may be further off
_HIGH_BOX = 1.5  # heights of a word above which the box of its letters is not that of the word
_MAX_OFFSET = 72.0  # no word may be off by this many points, or its height
_MAX_PLACES = 200  # places of a word on a page that are tried


def check_places_in_any_order(
    page: Any, characters: PageCharacters, kept: KeptWords, entry: LedgerEntry, passed_over: int
) -> str:
    """Return what is wrong if words are not where they were recognized, in any reading order of
    PDFium; "" if they are.

    A word that PDFium does not have whole must have its letters around its place, except for those
    it skips.
    """
    offsets, heights, misplaced, missing_letters = [], [], 0, 0
    letters = [
        (character, find_character_middle(page, find_character_box(characters.layer, place)))
        for character, place in characters.characters
        if character.isalnum()
    ]
    line = _estimate_line_height([_measure_height(word, entry) for word in kept.words])
    for word in kept.words:
        expected, height = (
            _find_expected_middle(word, kept.size, entry),
            _measure_height(word, entry),
        )
        limit = max(_FAR_OFFSET, height, line)
        offset = _measure_nearest(page, characters, keep_visible_characters(word.text), expected)
        if 0 <= offset <= limit:
            offsets.append(offset)
            heights.append(height)
            continue
        half_size = (word.right - word.left) * entry.scale / 2, height / 2
        letters_around = Counter(
            character
            for character, (x, y) in letters
            if abs(x - expected[0]) <= half_size[0] + limit
            and abs(y - expected[1]) <= half_size[1] + limit
        )
        missing = (
            Counter(keep_letters_and_digits(keep_visible_characters(word.text))) - letters_around
        ).total()
        misplaced, missing_letters = misplaced + bool(missing), missing_letters + missing
    if missing_letters > passed_over:
        return (
            f"has {misplaced} of {len(kept.words)} recognized words "
            f"in a different place than on the picture"
        )
    return _judge_offsets(offsets, heights, line)


def _measure_nearest(
    page: Any, characters: PageCharacters, word: str, expected: tuple[float, float]
) -> float:
    """Return the distance from where this word should be to its nearest place, in points; -1 if
    PDFium does not have it whole."""
    text, place = characters.text, characters.text.find(word)
    distances: list[float] = []
    while place >= 0 and len(distances) < _MAX_PLACES:
        distances.append(
            _measure_distance(find_word_middle(page, characters, place, word), expected)
        )
        place = text.find(word, place + 1)
    return min(distances, default=-1.0) if word else -1.0


def check_recognized_words(
    page: Any, characters: PageCharacters, kept: KeptWords, entry: LedgerEntry
) -> str:
    """Return what is wrong if the recognized words are not on the page as recognized; "" if they
    are."""
    if len(kept.words) != entry.client_text.words:
        expected = entry.client_text.words
        return f"should have {expected} recognized words, and {len(kept.words)} are kept"
    start, texts = (
        characters.start_of(kept.words),
        [keep_visible_characters(word.text) for word in kept.words],
    )
    layer = characters.text[start:]
    if any(map(is_right_to_left, texts)):  # readers differ on the order of such words
        has_same_letters = Counter(filter(str.isalnum, layer)) == Counter(
            filter(str.isalnum, "".join(texts))
        )
        return "" if has_same_letters else "does not have the letters that were recognized on it"
    places = find_word_places(layer, texts)
    if places is None:
        return (
            f"lacks {_count_missing(page, texts)} of {len(texts)} recognized words, or has them in "
            f"another order"
        )
    return _check_places(page, characters, kept, entry, [start + place for place in places])


def _count_missing(page: Any, words: Sequence[str]) -> int:
    """Count the missing words, by the longest runs of those that are there in order; at least
    one."""
    words_on_page = [keep_visible_characters(word) for word in read_text(page).split()]
    blocks = SequenceMatcher(None, words, words_on_page, autojunk=False).get_matching_blocks()
    return max(1, len(words) - sum(block.size for block in blocks))


def _check_places(
    page: Any,
    characters: PageCharacters,
    kept: KeptWords,
    entry: LedgerEntry,
    places: Sequence[int],
) -> str:
    """Return what is wrong if words are not where they were recognized, since a search would
    highlight another place."""
    offsets = []
    for word, place in zip(kept.words, places, strict=True):
        box = find_word_box(page, characters, place, keep_visible_characters(word.text))
        offsets.append(_measure_offset(box, word, kept.size, entry))
    heights = [_measure_height(word, entry) for word in kept.words]
    return _judge_offsets(offsets, heights, _estimate_line_height(heights))


def _measure_offset(
    box: tuple[float, float, float, float],
    word: Word,
    size: tuple[float, float],
    entry: LedgerEntry,
) -> float:
    """Return how far a word is from where it was recognized, in points.

    Its letters may have a box that is much higher than what is seen: the OCR engine takes the size
    of a font from the line. Such a box stands on the word's lower edge, or has the same middle.

    `box`: of its letters on the bundle's page as shown: left, top, right, bottom from the upper
    left corner.
    """
    left, top, right, bottom = box
    x, y = _find_expected_middle(word, size, entry)
    height = _measure_height(word, entry)
    down = abs((top + bottom) / 2 - y)
    if bottom - top > _HIGH_BOX * height:
        down = min(down, abs(bottom - (y + height / 2)))
    return max(abs((left + right) / 2 - x), down)


def _measure_height(word: Word, entry: LedgerEntry) -> float:
    return float((word.bottom - word.top) * entry.scale)


def _estimate_line_height(heights: Sequence[float]) -> float:
    """Return the usual height of a page's words, in points: the OCR engine puts a comma or an i in
    the middle of its line."""
    return median(heights) if heights else 0.0


def _judge_offsets(offsets: Sequence[float], heights: Sequence[float], line: float) -> str:
    """Return what is wrong if words of these heights are too far from their places, all in points;
    "" if they are not."""
    pairs = list(zip(offsets, heights, strict=True))
    usual_ratio = (
        median(offset / max(_USUAL_OFFSET, _USUAL_PART * height) for offset, height in pairs)
        if pairs
        else 0.0
    )
    far_words = sum(offset > max(_FAR_OFFSET, height, line) for offset, height in pairs)
    has_lost_word = any(offset > max(_MAX_OFFSET, height) for offset, height in pairs)
    if usual_ratio > 1 or far_words > max(1, _SOME_FAR * len(offsets)) or has_lost_word:
        return (
            f"has {max(1, far_words)} of {len(offsets)} recognized words "
            f"in a different place than on the picture"
        )
    return ""


def _measure_distance(point: tuple[float, float], other: tuple[float, float]) -> float:
    return max(abs(point[0] - other[0]), abs(point[1] - other[1]))


def _find_expected_middle(
    word: Word, size: tuple[float, float], entry: LedgerEntry
) -> tuple[float, float]:
    """Return the middle of a word on the bundle's page; a page that is drawn smaller keeps its top
    edge and horizontal center."""
    scale = entry.scale
    left = (entry.size[0] - size[0] * scale) / 2
    return left + (word.left + word.right) / 2 * scale, (word.top + word.bottom) / 2 * scale
