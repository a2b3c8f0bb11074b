"""Find names, numbers and dates in a text, regardless of alphabet, accents and order, the
errors of recognition. Pure."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from anyascii import anyascii
from rapidfuzz import fuzz, process

from assembler.crosscheck.month_names import MONTH_NAMES
from assembler.model import Name, Person

# letter with an accent → what recognition without its data reads instead, in small letters
# (schemas/crosscheck.json, misread_letters)
MisreadLetters = Mapping[str, Sequence[str]]
NOT_MISREAD: MisreadLetters = MappingProxyType({})
_MIN_CERTAIN = 3  # letters that a word must have besides those that may be misread
# letters that recognition takes for digits, and back
_ALIKE = str.maketrans("OQDILZSBG", "001112586")

DATED = re.compile(
    r"\b(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2},? \d{4}"
    r"|\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{4})\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a text in small Latin letters without accents."""
    # interned, since the words of thousands of pages are mostly the same
    return tuple(map(sys.intern, re.findall(r"[a-z0-9]+", anyascii(text).casefold())))


def find_word(
    text: str, word: str, written: str = "", misread: MisreadLetters = NOT_MISREAD
) -> int | None:
    """Return where a word of small Latin letters begins in a text; None if it is not in it.

    Args:
        written: the word as it is written, with accents.
        misread: how letters with accents may have been recognized.
    """
    matches = (
        match
        for match in re.finditer(r"\w+", text)
        if word in split_words(match[0])
        or has_misread_word(split_words(match[0]), written, misread)
    )
    return next((match.start() for match in matches), None)


@lru_cache(maxsize=4096)
def split_into_word_set(text: str) -> frozenset[str]:
    """Return the different words of a text."""
    return frozenset(split_words(text))


@lru_cache(maxsize=4096)
def _keep_numbers(text: str) -> str:
    return " ".join(word for word in split_words(text) if word.isdecimal())


def has_name(
    text: str,
    person: Person,
    likeness: int,
    *,
    family_only: bool = False,
    misread: MisreadLetters = NOT_MISREAD,
) -> bool:
    """Return whether given and family name of a person (or another name of theirs) are in the text,
    in any order.

    Args:
        likeness: 0 to 100, how alike a word must be to count; short words must be equal.
        family_only: one word of the family name is enough, since a letter may say "Mr. Muster".
        misread: how letters with accents may have been recognized.
    """
    text_words = split_words(text)
    searched = _SearchedText(
        words=text_words, joined="".join(text_words), likeness=likeness, misread=misread
    )
    if family_only:
        return any(
            _has_part(name.family, searched, shortest=3)
            for name in (person.name, *person.other_names)
        )
    native_names = [Name(given="", family=person.native_name)] if person.native_name else []
    return any(
        _has_parts(name, searched) for name in (person.name, *person.other_names, *native_names)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _SearchedText:
    words: tuple[str, ...]
    joined: str  # the words without spaces
    likeness: int
    misread: MisreadLetters


def _has_parts(name: Name, searched: _SearchedText) -> bool:
    parts = [part for part in (name.given, name.family) if split_words(part)]
    return bool(parts) and all(_has_part(part, searched) for part in parts)


def _has_part(part: str, searched: _SearchedText, shortest: int = 1) -> bool:
    """Return whether a text has a word of a part of a name, of the shortest length or longer."""
    return any(
        _has_word(word, searched.words, searched.joined, searched.likeness)
        for word in split_words(part)
        if len(word) >= shortest
    ) or has_misread_word(searched.words, part, searched.misread)


def _has_word(word: str, text_words: tuple[str, ...], joined: str, likeness: int) -> bool:
    if word in text_words or (len(word) > 4 and word in joined):
        return True
    return (
        len(word) > 3
        and process.extractOne(word, text_words, scorer=fuzz.ratio, score_cutoff=likeness)
        is not None
    )


def has_misread_word(text_words: Iterable[str], words: str, misread: MisreadLetters) -> bool:
    """Return whether one of `words` is among the words of a text, with its letters with accents as
    recognition reads them without their data: "Pefia" for "Peña".

    Words with fewer than three certain letters are not searched for.
    """
    patterns = [
        _make_misread_pattern(word.casefold(), _freeze(word.casefold(), misread))
        for word in re.findall(r"\w+", unicodedata.normalize("NFC", words))
        if any(letter in misread for letter in word.casefold())
    ]
    return any(
        pattern is not None and any(pattern.fullmatch(word) for word in text_words)
        for pattern in patterns
    )


def has_all_words(text: str, words: str, misread: MisreadLetters = NOT_MISREAD) -> bool:
    """Return whether a text has all of these words, in any order."""
    text_words = split_words(text)
    return all(
        {*split_words(word)} <= {*text_words} or has_misread_word(text_words, word, misread)
        for word in words.split()
    )


def _freeze(word: str, misread: MisreadLetters) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((letter, tuple(misread[letter])) for letter in word if letter in misread)


@lru_cache(maxsize=256)
def _make_misread_pattern(
    word: str, misread: tuple[tuple[str, tuple[str, ...]], ...]
) -> re.Pattern[str] | None:
    """Return a pattern of a word as it may have been read, in small Latin letters; None if too few
    letters of it are certain."""
    readings = dict(misread)
    letters = [(letter, "".join(split_words(letter))) for letter in word]
    if sum(len(plain) for letter, plain in letters if letter not in readings) < _MIN_CERTAIN:
        return None
    return re.compile(
        "".join(
            f"(?:{'|'.join(map(re.escape, (plain, *readings.get(letter, ()))))})"
            for letter, plain in letters
        )
    )


def is_same_name(name: str, other_name: str, likeness: int) -> bool:
    """Return whether two full names are of one person: every word of the shorter has a match in the
    longer."""
    shorter, longer = sorted((split_words(name), split_words(other_name)), key=len)
    return bool(shorter) and all(_has_word(word, longer, "", likeness) for word in shorter)


def normalize_number(number: str) -> str:
    """Return a number with letters and digits that recognition confuses made equal; two different
    digits never become equal."""
    return re.sub(r"[^0-9A-Z]", "", number.upper()).translate(_ALIKE)


def has_number(text: str, number: str) -> bool:
    """Return whether a number is in the text, spaces and hyphens aside; as part of a longer number
    it is another one."""
    return (
        bool(normalize_number(number))
        and _make_pattern(normalize_number(number)).search(text.upper()) is not None
    )


@lru_cache(maxsize=256)
def _make_pattern(number: str) -> re.Pattern[str]:
    """Return a pattern of a normalized number as recognition may have read it.

    A word may touch it, since spaces get lost. No digit may, except the check digit that follows it
    on a passport's machine-readable lines, and then a letter read as a digit neither begins nor
    ends it.
    """
    signs = [
        f"[{sign}{''.join(chr(a) for a, b in _ALIKE.items() if chr(b) == sign)}]" for sign in number
    ]
    body = r"[^0-9A-Z]{0,3}".join(signs)
    begins = rf"(?:(?<![0-9A-Z])|(?<![0-9])(?={number[0]}))"
    ends = rf"(?:(?![0-9A-Z])|(?<={number[-1]})(?![0-9](?![A-Z<]{{3}})))"
    return re.compile(begins + body + ends)


def has_date(text: str, day: date) -> bool:
    """Return whether a day is in the text, in any of the ways people write days."""
    return has_worded_date(text, day) or _has_numeric_date(text, day)


def has_worded_date(text: str, day: date) -> bool:
    """Return whether a day is in the text with the name or the sign of its month."""
    flat, d, m, y = _flatten(text), day.day, day.month, day.year
    return _make_month_pattern(m).search(flat) is not None and any(
        re.search(pattern, flat)
        for pattern in (
            rf"\b0?{d}(?:st|nd|rd|th|er|o)? (?:de |of |den )?{_name_month(m)} (?:de |del )?{y}\b",
            rf"\b{_name_month(m)} 0?{d}(?:st|nd|rd|th)? {y}\b",
            rf"\b{y} (?:m )?{_name_month(m)} 0?{d}\b",
            rf"\b0?{d}{_name_month(m)}{y}\b",
            rf"\b{y} ?nian ?0?{m} ?yue ?0?{d} ?ri",  # Chinese and Japanese, as anyascii has them
            rf"\b{y} ?nyeon 0?{m} ?wol 0?{d} ?il",  # Korean
            rf"\b0?{d} thang 0?{m} nam {y}\b",  # Vietnamese
        )
    )


def fold_letters(text: str) -> str:
    """Return a text in small Latin letters, without the marks that stand for letters of others."""
    return re.sub("['`]", "", anyascii(text)).casefold()


@lru_cache(maxsize=256)
def _flatten(text: str) -> str:
    """Return the words of a text as the names of the months are written."""
    return " ".join(re.findall(r"[a-z0-9]+", fold_letters(text)))


def _has_numeric_date(text: str, day: date) -> bool:
    flat, d, m, y = " ".join(split_words(text)), day.day, day.month, day.year
    return any(
        re.search(pattern, flat)
        for pattern in (
            rf"\b{y} 0?{m} 0?{d}\b",
            rf"\b0?{m} 0?{d} (?:{y}|{y % 100:02})\b",
            rf"\b0?{d} 0?{m} (?:{y}|{y % 100:02})\b",
        )
    )


@lru_cache(maxsize=16)
def _name_month(month: int) -> str:
    """Return a pattern of the names of a month, also shortened as in English, and with the letter
    that Hebrew writes before it."""
    return rf"[bv]?(?:{'|'.join(sorted(MONTH_NAMES[month - 1], key=len, reverse=True))})[a-z]*"


@lru_cache(maxsize=16)
def _make_month_pattern(month: int) -> re.Pattern[str]:
    """Return a pattern of the names and signs of a month, to look for first."""
    return re.compile(rf"{_name_month(month)}|0?{month} ?(?:yue|wol)|thang 0?{month}\b")


def has_any_date(text: str) -> bool:
    """Return whether a day is printed in a text, in numbers or with the name of its month."""
    return DATED.search(text) is not None


def compare_texts(first: str, second: str) -> float:
    """Return how alike two texts are, 0 to 100, word order aside; 0 if their numbers differ
    much."""
    if fuzz.token_sort_ratio(_keep_numbers(first), _keep_numbers(second)) < 90 and any(
        map(str.isdigit, "".join(split_words(first) + split_words(second)))
    ):
        return 0.0
    if _has_unmatched_words(
        split_into_word_set(first), split_into_word_set(second)
    ) or _has_unmatched_words(split_into_word_set(second), split_into_word_set(first)):
        return 0.0
    return float(fuzz.token_sort_ratio(" ".join(split_words(first)), " ".join(split_words(second))))


def _has_unmatched_words(vocabulary: frozenset[str], other_vocabulary: frozenset[str]) -> bool:
    """Return whether a text has words that the other lacks, even misread: forms differ in a few
    words that matter."""
    new = [word for word in vocabulary - other_vocabulary if len(word) > 3]
    unmatched = [
        word
        for word in new
        if process.extractOne(word, other_vocabulary, scorer=fuzz.ratio, score_cutoff=70) is None
    ]
    return len(unmatched) > 0.02 * len(vocabulary)
