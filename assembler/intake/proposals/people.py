"""Find the people of a case in a document, and the one it is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise

from anyascii import anyascii
from rapidfuzz import fuzz, process

from assembler.intake.proposals.cues import Cues, Kind, fold
from assembler.intake.proposals.dates import find_dates
from assembler.intake.proposals.page_signs import PageSigns
from assembler.intake.proposals.values import Guess, KnownPerson, Reason

_LIKE = 84  # of 100: how alike two spellings of a name must be
_SHORT = 3  # letters up to which a name must be spelled alike
_PROVED, _NUMBER, _BIRTH, _FULL, _FAMILY = 6.0, 4.0, 3.0, 2.0, 0.4
_GENERATION = 13 * 365  # days between a parent and a child, at least
_MASKED = 4  # letters of each name that a tax transcript prints
_LEAST, _MARGIN = 1.5, 0.6
_PAYERS = ("supporter", "petitioner")


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
        if person.birth_date and person.birth_date in days:
            score += _BIRTH
            reasons.append(
                Reason(path=pages[0].reading.path, page=pages[0].reading.page, cue="birth date")
            )
        scored.append((score, person, tuple(reasons[:4])))
    return sorted(scored, key=lambda row: -row[0])


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
        for n, line in enumerate(page.lines):
            pair = line.folded + (page.lines[n + 1].folded if n + 1 < len(page.lines) else "")
            if any(has_name(line.folded, name)[0] for name in person.names) or (
                person.native_name and fold(person.native_name) in line.folded
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
    if any(part[:_MASKED].upper() in capitals for part in (*given, *family) if len(part) > _MASKED):
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
            ages = sorted((p.birth_date for p in dated if p.birth_date), reverse=True)
            if (ages[0] - ages[1]).days < _GENERATION:
                return Guess(value="", confidence=0.8, reasons=reasons)
            youngest = next(p for p in dated if p.birth_date == ages[0])
            return Guess(value=youngest.id, confidence=0.85, reasons=reasons)
    if best < _LEAST or best - second < _MARGIN:
        return Guess(value="", confidence=0.4, reasons=reasons)
    margin = best - second
    confidence = min(0.97, 0.55 + 0.06 * min(best, 4) + 0.07 * min(margin, 4))
    return Guess(value=person.id, confidence=round(confidence, 2), reasons=reasons)
