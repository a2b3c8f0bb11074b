"""The commonest languages told by their small words: quick, and silent where the page is not
plainly in one of them."""

from __future__ import annotations

from collections.abc import Sequence

_EXPECTED = (
    0.05,
    3,
)  # part of the words, and how many kinds, of English or of the language the page is said to be in
_OTHERS = (0.12, 5)  # of another one
_LEAD = 3  # times as many as of the next language; of the expected one more are enough
_LETTERS = {  # of Cyrillic: letters a language has, and those of its neighbours
    "uk": ("іїєґ", "ыэъёў"),
    "ru": ("ыэё", "іїєґўәөүқғ"),
}
_PART = 0.02  # of all letters
# language → words that no other one of these has; English also those of accounts and forms
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


def plainly(words: Sequence[str], declared: str) -> str:
    """The language (ISO 639-1) of a page in Latin letters by its words, or "" where it is not
    plain.

    `declared`: what it is said to be in. A line of English on a page in another language does not
    make it English.
    """
    small = list(map(str.casefold, words))
    counted = {language: sum(word in known for word in small) for language, known in _WORDS.items()}
    for language in dict.fromkeys((declared, "en", *counted)):
        if language in counted:
            others = max(count for other, count in counted.items() if other != language)
            lead = (
                counted[language] > others
                if language == declared
                else counted[language] >= _LEAD * others
            )
            if lead and _reaches(
                small, language, *(_EXPECTED if language in (declared, "en") else _OTHERS)
            ):
                return language
    return ""


def by_letters(letters: str) -> str:
    """The language of Cyrillic letters that only one common language has, or ""."""
    small = letters.casefold()
    for language, (own, others) in _LETTERS.items():
        counts = [small.count(letter) for letter in own]
        if (
            sum(counts) >= _PART * len(small)
            and sum(map(bool, counts)) > 1
            and not any(letter in small for letter in others)
        ):
            return language
    return ""


def _reaches(small: Sequence[str], language: str, part: float, kinds: int) -> bool:
    common = [word for word in small if word in _WORDS[language]]
    return len({*common}) >= kinds and len(common) >= part * len(small)
