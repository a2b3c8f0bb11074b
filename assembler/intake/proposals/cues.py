"""The words of `schemas/categories.json`, folded for comparison. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

_WORD = re.compile(r"[^\W_]+")
_SHORT_LABEL = 6  # letters of a label that counts only right before a date
Phrase = tuple[str, str]  # " folded phrase ", language


@lru_cache(8192)
def fold(text: str) -> str:
    """Return the words of a text in small letters without accents and signs, between single
    spaces: " acta de nacimiento "."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " " + " ".join(_WORD.findall(letters)) + " "


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of document, and the phrases it is known by."""

    id: str
    category: str
    title: str
    names: tuple[Phrase, ...]
    words: tuple[Phrase, ...] = ()
    against: tuple[Phrase, ...] = ()
    senders: tuple[Phrase, ...] = ()  # who writes such papers: in letterhead or signature
    needs_name: bool = False  # its words say little where its name does not stand
    person: str = ""  # "holder", "subject", "money", "labeled": whom it names; "" if nobody
    dated: bool = True  # whether such documents bear a date of issue
    mrz: str = ""  # first letter of its machine-readable lines, and the state: "P:USA"
    picture: bool = False  # a page without words may be one
    amounts: bool = False  # it has several amounts of money
    dateline: bool = False  # a place in capitals and a dash begin its text


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """All that is compared with the text of pages."""

    kinds: tuple[Kind, ...]
    kinds_by_id: Mapping[str, Kind]
    translation_headings: tuple[Phrase, ...]
    translation_words: tuple[Phrase, ...]
    certificate_headings: tuple[Phrase, ...]
    certificate_words: tuple[Phrase, ...]
    salutations: tuple[Phrase, ...]
    closings: tuple[Phrase, ...]
    first_person: frozenset[str]  # "I", "my": words of someone who tells what they know
    page_words: tuple[str, ...]
    of_words: tuple[str, ...]
    months: Mapping[str, tuple[tuple[int, str], ...]]  # folded name → (month, language)
    numbers: Mapping[str, int]  # folded number word → value
    weekdays: frozenset[str]
    issued_labels: tuple[Phrase, ...]
    other_labels: tuple[Phrase, ...]
    event_labels: tuple[Phrase, ...]  # of what a record is about: a marriage, a death
    all_labels: tuple[Phrase, ...]  # of dates
    strong_labels: tuple[Phrase, ...]  # of other dates, also with words between them and the date
    range_words: tuple[Phrase, ...]  # between the first and the last day of a period
    subject_labels: tuple[Phrase, ...]  # before the name of whom a document is about
    other_person_labels: tuple[Phrase, ...]  # before the name of anybody else
    titles: tuple[Phrase, ...]  # before a family name
    function_words: Mapping[str, frozenset[str]]  # by language
    country_signs: tuple[tuple[str, tuple[str, ...]], ...]  # country, phrases
    month_first: frozenset[str]  # countries that write the month first
    both_orders: frozenset[str]  # countries that write either
    # kind of a file without pages of its own, "mail" → its title
    file_titles: Mapping[str, str]

    def kind(self, kind_id: str) -> Kind:
        """Return a kind by its id. Raises KeyError."""
        return self.kinds_by_id[kind_id]


@cache
def parse_cues(data: bytes) -> Cues:
    """Return the cues of `schemas/categories.json`. Raises KeyError if it breaks its schema."""
    raw = json.loads(data)
    roles, labels, order, letters, people = (
        raw[key] for key in ("roles", "date_labels", "date_order", "letters", "person_labels")
    )
    kinds = tuple(map(_parse_kind, raw["kinds"]))
    issued, other, event = (_parse_phrases(labels[key]) for key in ("issued", "other", "event"))
    return Cues(
        kinds=kinds,
        kinds_by_id={kind.id: kind for kind in kinds},
        translation_headings=_parse_phrases(roles["translation"]["headings"]),
        translation_words=_parse_phrases(roles["translation"]["words"]),
        certificate_headings=_parse_phrases(roles["certificate"]["headings"]),
        certificate_words=_parse_phrases(roles["certificate"]["words"]),
        salutations=_parse_phrases(letters["salutations"]),
        closings=_parse_phrases(letters["closings"]),
        first_person=frozenset(
            fold(word).strip() for words in letters["first_person"].values() for word in words
        ),
        page_words=tuple(fold(word).strip() for word in letters["page"]),
        of_words=tuple(fold(word).strip() for word in letters["of"]),
        months=_parse_months(raw["months"]),
        numbers={
            fold(word).strip(): value
            for words in raw["numbers"].values()
            for word, value in words.items()
        },
        weekdays=frozenset(
            fold(name).strip() for names in raw["weekdays"].values() for name in names
        ),
        issued_labels=issued,
        other_labels=other,
        event_labels=event,
        all_labels=PhraseList(sorted((*issued, *other), key=lambda row: -len(row[0]))),
        strong_labels=PhraseList(
            (phrase, language)
            for phrase, language in (*other, *event)
            if len(phrase.split()) > 1 or len(phrase.strip()) > _SHORT_LABEL
        ),
        range_words=_parse_phrases(labels["range"]),
        subject_labels=_parse_phrases(people["subject"]),
        other_person_labels=_parse_phrases(people["other"]),
        titles=_parse_phrases(people["titles"]),
        function_words={
            language: frozenset(fold(words).split())
            for language, words in raw["function_words"].items()
        },
        country_signs=tuple(
            (country, tuple(map(fold, signs))) for country, signs in order["signs"].items()
        ),
        month_first=frozenset(order["month_first"]),
        both_orders=frozenset(order["both"]),
        file_titles=raw["file_titles"],
    )


def _parse_kind(raw: Mapping[str, Any]) -> Kind:
    return Kind(
        id=raw["id"],
        category=raw["category"],
        title=raw["title"],
        names=_parse_phrases(raw["names"]),
        words=_parse_phrases(raw.get("words", {})),
        against=_parse_phrases(raw.get("against", {})),
        senders=_parse_phrases(raw.get("senders", {})),
        needs_name=raw.get("needs_name", False),
        person=raw.get("person", ""),
        dated=raw.get("dated", True),
        mrz=raw.get("mrz", ""),
        picture=raw.get("picture", False),
        amounts=raw.get("amounts", False),
        dateline=raw.get("dateline", False),
    )


def _parse_phrases(by_language: Mapping[str, list[str]]) -> tuple[Phrase, ...]:
    """Return folded phrases, each with its language, the longest first."""
    phrases = {
        (fold(phrase), language): None
        for language, texts in by_language.items()
        for phrase in texts
        if fold(phrase).strip()
    }
    return PhraseList(sorted(phrases, key=lambda phrase: (-len(phrase[0]), phrase)))


def _parse_months(raw: Mapping[str, list[str]]) -> dict[str, tuple[tuple[int, str], ...]]:
    months: dict[str, list[tuple[int, str]]] = {}
    for language, names in raw.items():
        for number, spellings in enumerate(names, 1):
            for name in spellings.split():
                months.setdefault(fold(name).strip(), []).append((number, language))
    return {name: tuple(readings) for name, readings in months.items()}


class PhraseList(tuple[Phrase, ...]):
    """Phrases with an index of the first word of each, since most words are on no page."""

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Return the places of the phrases that begin with a word."""
        index: dict[str, list[int]] = {}
        for n, (phrase, _) in enumerate(self):
            index.setdefault(phrase.split(" ", 2)[1], []).append(n)
        return index


@lru_cache(2048)
def _list_distinct_words(folded: str) -> frozenset[str]:
    return frozenset(folded.split())


def list_candidates(text: str, phrases: tuple[Phrase, ...]) -> Sequence[Phrase]:
    """Return the phrases whose first word is in a folded text, in their order."""
    if not isinstance(phrases, PhraseList):
        return phrases
    words = _list_distinct_words(text) & phrases.places.keys()
    return [phrases[n] for n in sorted(n for word in words for n in phrases.places[word])]


def find_phrases(text: str, phrases: tuple[Phrase, ...]) -> Iterator[Phrase]:
    """Yield the phrases in a folded text, the longest first; one within a longer one that was
    found is not repeated."""
    longest: list[str] = []
    for phrase, language in list_candidates(text, phrases):
        if phrase in text and not any(phrase in longer for longer in longest):
            longest.append(phrase)
            yield phrase, language
