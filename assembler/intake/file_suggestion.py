"""Find the file of evidence/ that was meant by a path that leads nowhere, as a person would. Pure.

A wrong suggestion costs more than none: a file is suggested only if its name is the same but for
signs, or a slip of the hand, or if it names the same kind of document of the same person, and only
if a single file does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import PurePosixPath
from typing import Any

from assembler.intake.case_words import fold_word
from assembler.intake.untyped_values import read_object, read_objects

_WORD = re.compile(r"[^\W\d_]+|\d+")
_NEAR = 0.8  # how alike two words of a name must be
_SHORTEST_NEAR = 4  # letters; of shorter words, each letter counts
_SHORTEST_NAME = 3  # letters of a person's name that are looked for in names of files


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFile:
    """A path that leads nowhere, and the exhibit that lists it."""

    path: str
    category: str = ""
    person: str = ""  # id


def suggest_files(
    missing: Sequence[MissingFile],
    unlisted: Collection[str],
    people: Mapping[str, Collection[str]],
    documents: Mapping[str, Sequence[str]],
) -> dict[str, str]:
    """Return missing path → the file that was meant, where it is clear.

    Args:
        unlisted: files that no exhibit lists; a listed one is meant already.
        people: words that name each person in a file's name, by id.
        documents: words that name each kind of document, by category.
    """
    stems = {path: PurePosixPath(path).stem for path in unlisted}
    suggestions: dict[str, str] = {}
    for file in missing:
        stem = PurePosixPath(file.path).stem
        same = [path for path, other in stems.items() if _is_same_name(stem, other)]
        matches = same or [
            path
            for path, other in stems.items()
            if _is_same_document(file, other, people, documents)
        ]
        if len(matches) == 1:
            suggestions[file.path] = matches[0]
    meant = list(suggestions.values())
    return {path: file for path, file in suggestions.items() if meant.count(file) == 1}


def name_people(case: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the words that name each person of a case: id, role, given and family names. The case
    may be of any shape."""
    words: dict[str, set[str]] = {}
    for role, person in _iterate_people(dict(case)):
        if isinstance(person_id := person.get("id"), str):
            name = read_object(person, "name")
            texts = (text for text in name.values() if isinstance(text, str))
            named = {
                word
                for text in texts
                for word in _split_into_words(text)
                if len(word) >= _SHORTEST_NAME
            }
            words.setdefault(person_id, set()).update(named, _split_into_words(person_id), {role})
    shared = {
        word
        for person_id, own in words.items()
        for word in own
        if any(word in others for other_id, others in words.items() if other_id != person_id)
    }
    return {person_id: frozenset(own - shared) for person_id, own in words.items()}


def _iterate_people(case: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "petitioner", read_object(case, "petitioner")
    for _, supporter in read_objects(case, "supporters"):
        yield "supporter", read_object(supporter, "person")
    for field, role in (("beneficiaries", "beneficiary"), ("others", "other")):
        for _, person in read_objects(case, field):
            yield role, person


def _is_same_name(stem: str, other: str) -> bool:
    """Return whether two names differ by case, signs or a slip of the hand only."""
    if fold_word(stem) and fold_word(stem) == fold_word(other):
        return True
    words, other_words = _split_into_words(stem), _split_into_words(other)
    return len(words) == len(other_words) > 0 and all(
        _is_near(word, other_word) for word, other_word in zip(words, other_words, strict=True)
    )


def _is_near(word: str, other: str) -> bool:
    if word == other:
        return True
    if min(len(word), len(other)) < _SHORTEST_NEAR or word[0] != other[0] or word.isdigit():
        return False
    return SequenceMatcher(None, word, other).ratio() >= _NEAR


def _is_same_document(
    file: MissingFile,
    other: str,
    people: Mapping[str, Collection[str]],
    documents: Mapping[str, Sequence[str]],
) -> bool:
    """Return whether a file's name says the category of the exhibit and no other, and its person
    and nobody else."""
    words = set(_split_into_words(other)) | {fold_word(other)}
    kinds = [kind for kind, names in documents.items() if words & set(names)]
    named = [person for person, names in people.items() if words & set(names)]
    return kinds == [file.category] and named == ([file.person] if file.person else [])


def _split_into_words(text: str) -> list[str]:
    pieces: Iterable[str] = _WORD.findall(text)
    return [folded for piece in pieces if (folded := fold_word(piece))]
