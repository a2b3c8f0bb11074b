"""Find the people of a case in a document, and the one it is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from anyascii import anyascii
from rapidfuzz import fuzz, process

from assembler.intake.proposals.cues import Cues, Kind, Phrase, fold
from assembler.intake.proposals.dates import find_dates
from assembler.intake.proposals.page_signs import PageSigns
from assembler.intake.proposals.values import Guess, KnownPerson, Reason

_LIKE = 84  # of 100: how alike two spellings of a name must be
_SHORT = 3  # letters up to which a name must be spelled alike
_PROVED, _NUMBER, _BIRTH, _FULL, _FAMILY = 6.0, 4.0, 3.0, 2.0, 0.4
_GENERATION = 13 * 365  # days between a parent and a child, at least
_MASKED = 4  # letters of each name that a tax transcript prints
_LEAST, _MARGIN = 1.5, 0.6
_LABELED, _OTHER = 1.5, -1.2  # what a label before a name adds
_TITLED = 1.6  # score of a family name after "Mr." that one person of the case has
_LABEL_WORDS = 4  # before a name, among which its label may be
_LABEL_LINE = 5  # words of a line above a name that may be its label
_ALIKE_NATIVE = 75  # of 100: how alike a declined name must be
_PAYERS = ("supporter", "petitioner")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAt:
    """Where a person is named: the page and line of the first place, and what labels say."""

    page: int
    line: int
    word: int
    labeled: bool  # a label says that the document is about this person
    other: bool  # a label says who else it is


@lru_cache(4096)
def _split_latin(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9]+", anyascii(text).casefold()))


def _has_word(word: str, words: tuple[str, ...]) -> bool:
    if word in words:
        return True
    return (
        len(word) > _SHORT
        and process.extractOne(word, words, scorer=fuzz.ratio, score_cutoff=_LIKE) is not None
    )


def has_name(text: str, name: tuple[str, str]) -> tuple[bool, bool]:
    """Return whether a text has a person's full name, and whether it has the family name."""
    words = _split_latin(text)
    given, family = (_split_latin(part) for part in name)
    has_family = any(_has_word(word, words) for word in family if len(word) > 1)
    has_given = any(_has_word(word, words) for word in given if len(word) > 1)
    if not given or not family:
        return has_given or has_family, has_family
    return has_given and has_family, has_family


def _has_native_name(folded: str, native_name: str) -> bool:
    """Return whether a line has a name in its own alphabet, in any order and also declined."""
    parts, words = fold(native_name).split(), folded.split()
    return bool(parts) and all(
        part in words
        or (
            len(part) > _SHORT
            and process.extractOne(part, words, scorer=fuzz.ratio, score_cutoff=_ALIKE_NATIVE)
            is not None
        )
        for part in parts
    )


@lru_cache(1024)
def _may_name(folded: str, names: tuple[tuple[str, str], ...], native_name: str) -> bool:
    """Return whether a page has all words of one of these names, in whatever place."""
    return any(has_name(folded, name)[0] for name in names) or bool(
        native_name and _has_native_name(folded, native_name)
    )


def find_names(pages: Sequence[PageSigns], person: KnownPerson, cues: Cues) -> Iterator[NamedAt]:
    """Yield where a person's name stands, with what the label before it says."""
    for page_number, page in enumerate(pages):
        if not _may_name(page.folded, person.names, person.native_name):
            continue
        for number, line in enumerate(page.lines):
            names = [name for name in person.names if has_name(line.folded, name)[0]]
            if not names and not (
                person.native_name and _has_native_name(line.folded, person.native_name)
            ):
                continue
            words = line.folded.split()
            at = _find_first_word(words, (*names, *_split_native(person)))
            before = words[:at][-_LABEL_WORDS:]
            above = page.lines[number - 1].folded.split() if number else []
            if not before and len(above) <= _LABEL_LINE:
                before = above
            subject = _find_label_end(before, cues.subject_labels)
            other = _find_label_end(before, cues.other_person_labels)
            yield NamedAt(
                page=page_number,
                line=number,
                word=at,
                labeled=subject > other,
                other=other > subject,
            )


def _split_native(person: KnownPerson) -> tuple[tuple[str, str], ...]:
    given, _, family = person.native_name.partition(" ")
    return ((given, family),) if given else ()


def _find_first_word(words: Sequence[str], names: Sequence[tuple[str, str]]) -> int:
    """Return the place of the first word of a line that is of a name; 0 if none is exactly."""
    parts = {part for name in names for text in name for part in _split_latin(text)}
    for n, word in enumerate(words):
        spelled = _split_latin(word)
        if spelled and any(_has_word(part, spelled) for part in parts):
            return n
    return 0


def _find_label_end(words: Sequence[str], labels: Sequence[Phrase]) -> int:
    """Return the place behind the last label among the words before a name; 0 if there is none."""
    text = f" {' '.join(words)} "
    return max(
        (text.rfind(phrase) + len(phrase) for phrase, _ in labels if phrase in text), default=0
    )


def _collect_days(pages: Sequence[PageSigns], cues: Cues) -> frozenset[date]:
    return frozenset(day for mention in find_dates(pages, cues) for day in mention.readings)


def score_people(
    pages: Sequence[PageSigns], people: Sequence[KnownPerson], cues: Cues, kind: Kind
) -> list[tuple[float, KnownPerson, tuple[Reason, ...]]]:
    """Return how much speaks for each person, the most likely first."""
    days = _collect_days(pages, cues)
    scored = []
    for person in people:
        score, reasons = _score_person(pages, person, kind)
        places = list(find_names(pages, person, cues))
        if any(place.labeled for place in places):
            score += _LABELED
            reasons.insert(
                0,
                Reason(
                    path=pages[0].reading.path,
                    page=pages[0].reading.page,
                    cue="label before the name",
                ),
            )
        elif places and all(place.other for place in places):
            score += _OTHER
        if not places and _is_titled(pages, person, people, cues):
            score += _TITLED - _FAMILY
        if person.birth_date and person.birth_date in days:
            score += _BIRTH
            reasons.append(
                Reason(path=pages[0].reading.path, page=pages[0].reading.page, cue="birth date")
            )
        scored.append((score, person, tuple(reasons[:4])))
    return sorted(scored, key=lambda row: -row[0])


def _is_titled(
    pages: Sequence[PageSigns], person: KnownPerson, people: Sequence[KnownPerson], cues: Cues
) -> bool:
    """Return whether a page has a title and a family name that no other person of the case has."""
    families = {fold(family) for _, family in person.names if family}
    taken = {fold(family) for other in people if other is not person for _, family in other.names}
    phrases = [title.rstrip() + family for title, _ in cues.titles for family in families - taken]
    return any(phrase in page.folded for page in pages for phrase in phrases)


def _score_person(
    pages: Sequence[PageSigns], person: KnownPerson, kind: Kind
) -> tuple[float, list[Reason]]:
    score, reasons, mentions = 0.0, list[Reason](), 0
    for page in pages:
        reading = page.reading
        for zone in reading.zones:
            if zone.number in person.numbers or (
                zone.birth_date == person.birth_date
                and any(has_name(f"{zone.given} {zone.family}", name)[1] for name in person.names)
            ):
                score += _PROVED
                reasons.append(
                    Reason(path=reading.path, page=reading.page, cue="machine-readable lines")
                )
        squeezed = re.sub(r"[^0-9A-Z]", "", reading.text.upper())
        if any(len(number) > 5 and number in squeezed for number in person.numbers):
            score += _NUMBER
            reasons.append(Reason(path=reading.path, page=reading.page, cue="number"))
        is_named = _may_name(page.folded, person.names, person.native_name)
        for n, line in enumerate(page.lines if is_named else ()):
            pair = line.folded + (page.lines[n + 1].folded if n + 1 < len(page.lines) else "")
            if any(has_name(line.folded, name)[0] for name in person.names) or (
                person.native_name and _has_native_name(line.folded, person.native_name)
            ):
                mentions += 1
                reasons.append(Reason(path=reading.path, page=reading.page, line=n + 1, cue="name"))
            elif mentions == 0 and any(has_name(pair, name)[0] for name in person.names):
                mentions += 1
        if not mentions:
            text = page.folded
            if any(has_name(text, name)[1] for name in person.names):
                score += _FAMILY
            if kind.person == "money" and any(
                _is_masked(reading.text, name) for name in person.names
            ):
                score += _FULL
                reasons.append(Reason(path=reading.path, page=reading.page, cue="masked name"))
    score += _FULL * min(mentions, 1) + 0.4 * min(max(0, mentions - 1), 4)
    if score and kind.person == "money" and set(person.roles) & set(_PAYERS):
        score += 0.8
    return score, reasons


def _is_masked(text: str, name: tuple[str, str]) -> bool:
    """Return whether a text has the first letters of both names, as tax transcripts print them."""
    words = tuple(re.findall(r"\b[a-z0-9]+", anyascii(text).casefold()))
    given, family = (_split_latin(part) for part in name)
    capitals = set(re.findall(r"\b[A-Z]{4}\b", anyascii(text)))
    if any(
        part[:_MASKED].upper() in capitals for part in (*given, *family) if len(part) >= _MASKED
    ):
        return True
    pairs = pairwise(words)
    return any(
        first == one[:_MASKED] and second == two[:_MASKED]
        for first, second in pairs
        for one in given
        for two in family
        if len(one) > _SHORT and len(two) > _SHORT
    )


def choose_person(
    pages: Sequence[PageSigns], people: Sequence[KnownPerson], cues: Cues, kind: Kind
) -> Guess[str]:
    """Return whom a document is about; "" if that is nobody in particular, or several."""
    if not kind.person or not people:
        return Guess(value="", confidence=0.9)
    scored = score_people(pages, people, cues, kind)
    best, person, reasons = scored[0]
    second = scored[1][0] if len(scored) > 1 else 0.0
    if kind.person == "subject":
        born = [p for score, p, _ in scored if score >= _BIRTH and p.birth_date]
        dated = [p for p in born if p.birth_date in _collect_days(pages, cues)]
        if len(dated) > 1:
            return _choose_youngest(dated, reasons)
    names = find_names(pages, person, cues)
    if kind.person == "labeled" and not any(place.labeled for place in names):
        return Guess(value="", confidence=0.6)
    margin = best - second
    if best < _LEAST or margin < _MARGIN:
        level = [p for score, p, _ in scored if best - score < _MARGIN]
        is_joint = best >= _LEAST and kind.person in ("holder", "money")
        first = _find_first_named(pages, level, cues) if is_joint else None
        return Guess(
            value=first.id if first else "", confidence=0.7 if first else 0.4, reasons=reasons
        )
    confidence = min(0.97, 0.55 + 0.06 * min(best, 4) + 0.07 * min(margin, 4))
    return Guess(value=person.id, confidence=round(confidence, 2), reasons=reasons)


def _choose_youngest(people: Sequence[KnownPerson], reasons: tuple[Reason, ...]) -> Guess[str]:
    """Return the child of those whose birth dates stand there; "" for brothers and sisters."""
    ages = sorted((p.birth_date for p in people if p.birth_date), reverse=True)
    if (ages[0] - ages[1]).days < _GENERATION:
        return Guess(value="", confidence=0.8, reasons=reasons)
    youngest = next(p for p in people if p.birth_date == ages[0])
    return Guess(value=youngest.id, confidence=0.85, reasons=reasons)


def _find_first_named(
    pages: Sequence[PageSigns], people: Sequence[KnownPerson], cues: Cues
) -> KnownPerson | None:
    """Return the one who is named first, as the first holder of an account of two is; None if
    that is not clear."""
    order = []
    for person in people:
        place = next(find_names(pages, person, cues), None)
        if place is None:
            place = _find_masked(pages, person)
        if place is not None:
            order.append(((place.page, place.line, place.word), person))
    order.sort(key=lambda row: row[0])
    if not order or (len(order) > 1 and order[0][0] == order[1][0]):
        return None
    return order[0][1]


def _find_masked(pages: Sequence[PageSigns], person: KnownPerson) -> NamedAt | None:
    """Return where the first four letters of a person's given name stand in capitals."""
    starts = {part[:_MASKED].upper() for given, _ in person.names for part in _split_latin(given)}
    for page_number, page in enumerate(pages):
        for number, line in enumerate(page.lines):
            for n, word in enumerate(line.text.split()):
                if word.strip(".,:") in starts:
                    return NamedAt(
                        page=page_number, line=number, word=n, labeled=False, other=False
                    )
    return None
