"""Know what people write in place of a field's name, a value, a country's or a language's code.

Only messages use it: nothing is replaced by itself.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from assembler.runtime.resources import Shelf, report_broken

WORDS = "schemas/case-words.json"
NAMES = "schemas/languages.json"
_LONGEST = 60  # characters of a wrong value that are looked up
_NEAR = 0.85  # how alike a misspelled name must be; "Ukrane" is, "Austria" and "Australia" are not
_SHORTEST_NEAR = 5  # letters; shorter names are too much alike


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTable:
    """English names of codes, and the code of every name, folded."""

    names: Mapping[str, str]
    codes: Mapping[str, str]

    def find_code(self, text: str) -> str | None:
        """Return the code that was meant, if it is clear."""
        folded = fold_word(text[:_LONGEST])
        if folded in self.codes or len(folded) < _SHORTEST_NEAR:
            return self.codes.get(folded)
        close = get_close_matches(folded, self.codes, 2, _NEAR)
        codes = {self.codes[name] for name in close}
        return codes.pop() if len(codes) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWords:
    """What people write, and what it stands for."""

    fields: Mapping[str, Sequence[str]]  # folded name → fields, the likeliest first
    values: Mapping[str, Mapping[str, str]]  # field → folded value → value of the schema
    tables: Mapping[str, NameTable]  # "countries", "languages"
    documents: Mapping[str, Sequence[str]]  # category of an exhibit → words in names of its files


def read_words(shelf: Shelf) -> CaseWords:
    """Return the words of a shelf. Raises TemplateBroken."""
    words, names = shelf.read(WORDS), shelf.read(NAMES)
    with report_broken(f"{WORDS} or {NAMES}"):
        return _parse_words(words, names)


@lru_cache(4096)  # of 2,000 exhibits, each id is compared with each wrong one
def fold_word(text: str) -> str:
    """Return a word without what people write differently: case, accents, spaces and signs."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if character.isalnum())


@cache
def _parse_words(words: bytes, names: bytes) -> CaseWords:
    raw, raw_names = json.loads(words), json.loads(names)
    return CaseWords(
        fields={fold_word(name): tuple(fields) for name, fields in raw["fields"].items()},
        values={
            field: {fold_word(value): meant for value, meant in values.items()}
            for field, values in raw["values"].items()
        },
        tables={
            "countries": _make_table(raw_names["countries"], raw["countries"]),
            "languages": _make_table(raw_names["languages"], {}),
        },
        documents={
            category: tuple(map(str, words)) for category, words in raw["documents"].items()
        },
    )


def _make_table(names: Mapping[str, str], other_names: Mapping[str, Any]) -> NameTable:
    """Return the table. A name of several codes, as "Refugee", has none."""
    codes: dict[str, str] = {}
    shared: set[str] = set()
    for name, code in _iterate_named_codes(names, other_names):
        if codes.setdefault(name, code) != code:
            shared.add(name)
    return NameTable(
        names=names, codes={name: code for name, code in codes.items() if name not in shared}
    )


def _iterate_named_codes(
    names: Mapping[str, str], other_names: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    for code, name in names.items():
        for spelling in (code, name, *other_names.get(code, ())):
            yield fold_word(spelling), code
