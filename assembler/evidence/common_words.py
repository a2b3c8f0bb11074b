"""Identify the most common languages by their function words: fast, and "" unless the page is
clearly in one."""

from __future__ import annotations

from collections.abc import Sequence

# required fraction of the words, and number of different words: of English and the declared
# language, and of any other language
_EXPECTED = (0.05, 3)
_OTHER = (0.12, 5)
_LEAD = 3  # times as many words as the next language; the declared one only needs more
_LETTERS = {  # Cyrillic letters that a language has, and those that only its neighbors have
    "uk": ("іїєґ", "ыэъёў"),
    "ru": ("ыэё", "іїєґўәөүқғ"),
}
_MIN_PART = 0.02  # of all letters
# language → words that none of the others has; for English also those of accounts and forms
_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to for that with this from by are not have name date number year every "
        "shown return",
        "es": "el los las del y por una lo fue ha es sus pero como este esta cuando donde desde "
        "hasta que",
        "fr": "les des et du est dans pour qui au sur par il elle ce avec aux été né née cette "
        "sont",
        "pt": "do da em os na dos ao das uma um não com foi pelo pela são",
        "de": "der die das und den von zu mit sich dem ist nicht ein eine wird wurde",
        "it": "di il che della dei gli alla è nel sono per delle",
    }.items()
}


def identify_by_words(words: Sequence[str], declared: str) -> str:
    """Return the language (ISO 639-1) of a page in Latin letters by its words, or "" if unclear.

    `declared`: the language case.json gives. A line of English on a page in another language does
    not make it English.
    """
    folded = list(map(str.casefold, words))
    counts = {
        language: sum(word in vocabulary for word in folded)
        for language, vocabulary in _WORDS.items()
    }
    for language in dict.fromkeys((declared, "en", *counts)):
        if language not in counts:
            continue
        next_best = max(count for name, count in counts.items() if name != language)
        if language == declared:
            leads = counts[language] > next_best
        else:
            leads = counts[language] >= _LEAD * next_best
        required = _EXPECTED if language in (declared, "en") else _OTHER
        if leads and _has_enough(folded, language, *required):
            return language
    return ""


def identify_by_letters(letters: str) -> str:
    """Return the language of Cyrillic letters that only one common language has, or ""."""
    folded = letters.casefold()
    for language, (own, foreign) in _LETTERS.items():
        counts = [folded.count(letter) for letter in own]
        if (
            sum(counts) >= _MIN_PART * len(folded)
            and sum(map(bool, counts)) > 1
            and not any(letter in folded for letter in foreign)
        ):
            return language
    return ""


def _has_enough(words: Sequence[str], language: str, part: float, kinds: int) -> bool:
    common = [word for word in words if word in _WORDS[language]]
    return len({*common}) >= kinds and len(common) >= part * len(words)
