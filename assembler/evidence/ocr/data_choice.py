"""Choose the recognition data for a language, also where its own is not installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from assembler.evidence.ocr.language_data import (
    ENGLISH,
    describe_installation,
    describe_latin_installation,
    find_data_name,
    is_installed,
)
from assembler.model.language_tags import find_primary_language
from assembler.runtime.resources import Shelf

# where packages keep the data of a script: in a folder of its own, or beside the languages (Debian)
_PLACES = {"script/Latin": ("script/Latin", "Latin")}
# fraction of the words exactly found from which data has the letters of a language
_KEEPS_LETTERS = 0.9
_NEARLY_ALL = 0.97  # fraction of the words found without accents


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWords:
    """Fractions of the words of a page that were found, as measured: with all their letters, and
    without regard to accents."""

    exact: float
    plain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChoice:
    """The data with which pages in a language are recognized on this machine."""

    engine: str  # as the engine names it: "spa+eng"
    is_own: bool  # the language's own data is installed
    # measured with this data where it is not the language's own; None for letters other than
    # Latin, of which nothing is found
    found: FoundWords | None = None

    @property
    def can_read(self) -> bool:
        """Return whether the words and their confidence say anything about a page."""
        return self.is_own or self.found is not None

    @property
    def finds_nearly_all(self) -> bool:
        """Return whether nearly every word of a page can be found, accents aside."""
        return self.is_own or (self.found is not None and self.found.plain >= _NEARLY_ALL)

    @property
    def keeps_accents(self) -> bool:
        """Return whether the data has letters with accents; English data has few."""
        if self.found is not None:
            return self.found.exact >= _KEEPS_LETTERS
        return self.is_own and self.engine != ENGLISH


def choose_data(tag: str) -> DataChoice:
    """Return the data for a BCP 47 tag: its own if installed; else, for a language in Latin
    letters, what measured best of the installed; else English."""
    own = find_data_name(tag)
    if own and is_installed(own):
        engine = ENGLISH if own == ENGLISH else f"{own}+{ENGLISH}"
        return DataChoice(engine=engine, is_own=True)
    if not is_latin(tag):
        return DataChoice(engine=ENGLISH, is_own=False)
    usable = {
        place: words
        for engine, words in _list_measured(tag).items()
        for place in _PLACES.get(engine, (engine,))
        if engine == ENGLISH or all(map(is_installed, place.split("+")))
    }
    best = max(usable, key=lambda engine: (usable[engine].plain, usable[engine].exact))
    return DataChoice(engine=best, is_own=False, found=usable[best])


def choose_engine_language(tag: str) -> str:
    """Return the name of the data in which the engine reads a BCP 47 tag, "spa+eng"."""
    return choose_data(tag).engine


def is_latin(tag: str) -> bool:
    """Return whether a BCP 47 tag is of a language known to be written in Latin letters."""
    primary, *subtags = tag.lower().split("-")
    scripts = [part for part in subtags if len(part) == 4 and part.isalpha()]
    if scripts:
        return scripts[0] == "latn"
    return primary in _read_table()["latin_languages"].split()


def describe_better_data(tag: str) -> str:
    """Return instructions for installing data that reads a language better than what is there; for
    a language in Latin letters without data of its own, that of all Latin letters."""
    if find_data_name(tag) or not is_latin(tag):
        return describe_installation(tag)
    if choose_data(tag).engine != ENGLISH:
        return "no recognition data of its own is known for it"
    return describe_latin_installation()


def _list_measured(tag: str) -> Mapping[str, FoundWords]:
    """Return what was measured for a language, by data; the mean of all languages for one that was
    not measured."""
    tables = _read_table()["found"]
    primary = find_primary_language(tag)
    rows = tables.get(primary) or tables["other"]
    return {name: FoundWords(exact=row[0], plain=row[1]) for name, row in rows.items()}


@cache
def _read_table() -> Mapping[str, Any]:
    return Shelf.default().schema("recognition.json")
