"""Find translations that clearly cover only part of their original. Pure.

Three signs, each enough: the translation or its certificate says so; it has far fewer letters than
any honest translation from that language; numbers and dates of a page of the original are not in
it, since digits survive translation.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from anyascii import anyascii
from rapidfuzz import fuzz

from assembler.crosscheck.results import (
    CheckContext,
    ExhibitPage,
    Result,
    find_spot,
    has_enough_words,
    is_read_surely,
    make_page_finding,
)
from assembler.crosscheck.text_matching import has_date
from assembler.model import Exhibit, PageText, PartRole, SearchResult, TextMethod
from assembler.model.language_tags import find_primary_language
from assembler.model.numeric_days import find_numeric_days

_RULE = "8 CFR 103.2(b)(3)"
_REMEDY = (
    "compare it with the original; have the translator translate all of it, and certify that it is "
    "complete"
)
_PARTS = (
    r"(?:excerpts?|extracts?|portions?|parts?|sections?|passages?|pages?|paragraphs?|fields|lines)"
)
_SOME = r"(?:relevant|pertinent|selected|certain|important|main|essential|some|only|key)"
# what says that a translation is of a part; "extract" and "summary" alone are titles of documents
_SAYINGS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:partial|summary|summarized|summarised|abridged|abbreviated|condensed|excerpted"
        r"|selective|extract|excerpt|gist) (?:english )?translation\b",
        r"\btranslat(?:ion|ed) ?(?:\(|\[|[-:–—]) ?(?:excerpts?|extracts?|summary|partial)\b",
        rf"\btranslation of (?:the )?(?:following )?{_SOME} (?:\w+ ){{0,2}}{_PARTS}\b",
        r"\btranslation of (?:an? |the )?(?:excerpts?|portions?|parts?|passages?) "
        r"(?:of|from) (?!(?:\w+ ){0,5}regist)",  # an excerpt from a register is a document
        rf"\b{_SOME} {_PARTS} (?:(?:of|from) [^.;]{{1,60}} )?"
        r"(?:has been |have been |was |were |is |are )?(?:\w+ )?translated\b",
        r"\b(?:relevant|pertinent) (?:parts?|portions?) only\b",
        r"\btranslat\w+ only (?:the |of |pages? |parts? )|\bonly (?:page|part)s? (?:\d\S* )?"
        r"(?:(?:is|was|were|are) )?translated\b",
        r"\b(?:partially|partly|selectively) translated\b|\btranslated (?:only )?in part\b",
        r"\btranslated (?:excerpts?|extracts?|portions?)\b",
        r"\bis (?:an? )?(?:\w+,? ){0,4}"
        r"(?:summary|excerpt|extract|abstract|synopsis)"
        r" (?:of|from) the (?:attached |original |foregoing |above )*(?:\w+[- ]language )?"
        r"(?:document|original|text|letter|statement)\b",
        r"\b(?:rest|remainder|balance|remaining (?:\w+ )?(?:pages?|text|parts?|portions?)) "
        r"(?:of [^.;]{1,60} )?(?:is |was |were |are |has been |have been )?"
        r"(?:omitted|not (?:been )?translated|untranslated|left out)\b",
        r"[\[(](?:[^\])]{0,60} )?(?:not translated|untranslated|omitted|translation omitted"
        r"|excerpts?)[^\])]{0,40}[\])]",
        r"\b(?:has|have) not been translated\b|\b(?:is|was|were|are) not translated\b"
        r"|\b(?:was|were) left untranslated\b",
    )
)
# the same in a certificate, which speaks of nothing but the translation
_SAYINGS_OF_CERTIFICATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bonly (?:the )?{_SOME} {_PARTS}\b|\bselected {_PARTS}\b",
        r"\b(?:in|to the extent) (?:relevant|pertinent) part\b",
        rf"\b{_PARTS} (?:that are |which are )?(?:relevant|pertinent) to (?:the|this|his|her)\b",
    )
)
# what is rightly not translated
_RIGHTLY = re.compile(
    r"\b(?:names?|numbers?|logos?|proper nouns?|illegible|already in english|in english|blank"
    r"|bar ?codes?|qr|citations?|emphasis|footnotes?|watermark|crossed[- ]out|regist\w+"
    r"|if (?:it|any)|not (?:an? |merely an? )?(?:partial|summary|abridged|excerpt))\b",
    re.IGNORECASE,
)
_CERTIFICATE = re.compile(
    r"^.*\b(?:certificat(?:e|ion) (?:of|by) (?:the )?(?:translat|accura)\w*"
    r"|translator'?s (?:certificat|declarat|affidavit|statement)\w*"
    r"|(?:i|we),? .{0,80}(?:certify|competent to translate)).*$",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER = re.compile(r"\d(?:[.,/-]?\d)+")
_LONG = 5  # digits of a number that no translation writes in words
_TOKEN = re.compile(r"[!-~]+")  # without letters of other scripts, which may touch a number
_CHANGES = 2  # from letters to digits or back, in a number with letters before and after it
_SEAL = 30  # characters of a word from which it is an electronic seal, no word or number
_LIKE = 80  # of 100: how alike a number must be where one of the pages was recognized
_FOREIGN_WORDS = 0.06  # part of the words from which an original has English text of its own


_Fact = str | tuple[date, ...]  # a long number, or the readings of a day


class _PlacedFact(NamedTuple):
    """A long number or a day on a page: where it begins, and whether the translation has it."""

    start: int
    fact: _Fact
    is_translated: bool


class _Missing(NamedTuple):
    """How many numbers and dates of a page there are, and how many the translation lacks.

    `gap`: letters that an English translation of the longest passage would have, in which the
    translation lacks every number, two or more.
    """

    page: PageText
    total: int
    missing: int
    gap: float


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """An original and its translation, with the pages of both that could be read."""

    exhibit: Exhibit
    originals: Sequence[PageText]
    translations: Sequence[PageText]

    @cached_property
    def english(self) -> str:
        """Return the text of the translation without a certificate at its end."""
        text = "\n".join(page.text for page in self.translations)
        match = _CERTIFICATE.search(text)
        return text[: match.start()] if match and match.start() > len(text) // 5 else text

    @cached_property
    def is_recognized(self) -> bool:
        return any(
            page.prepared.method == TextMethod.OCR for page in (*self.originals, *self.translations)
        )


def check_translations_cover_originals(context: CheckContext) -> Iterator[Result]:
    """Check what translations and certificates say, and that their length, numbers and dates are
    those of the original."""
    for exhibit in context.case.exhibits:
        pages = context.list_pages(exhibit)
        if not any(page.prepared.role == PartRole.TRANSLATION for page in pages):
            continue
        yield from _check_sayings(exhibit, pages)
        pair = _make_pair(context, exhibit)
        yield SearchResult(
            exhibit=exhibit.id,
            what="length, numbers and dates of the translation",
            result="compared with the original" if pair else "not checked",
            why="" if pair else "too little could be read surely",
        )
        if pair is not None:
            yield from _check_coverage(context, pair)


# --- what it says ---


def _check_sayings(exhibit: Exhibit, pages: Sequence[PageText]) -> Iterator[Result]:
    """Yield a finding for the first place of each page that says the translation is of a part."""
    if any(part.excerpt for part in exhibit.parts):
        return  # what is filed is an excerpt, and so may say its translation
    for page in pages:
        if page.prepared.role not in (PartRole.TRANSLATION, PartRole.CERTIFICATE):
            continue
        is_certificate = page.prepared.role == PartRole.CERTIFICATE
        offset = find_saying(page.text, is_certificate=is_certificate)
        if offset is None:
            continue
        spot = find_spot(ExhibitPage(exhibit, page), offset)
        yield make_page_finding(
            "TRANS.PARTIAL",
            spot,
            f"{spot.describe()} says that only part of the original, or a summary, is translated",
            _REMEDY,
            source=_RULE,
        )


def find_saying(text: str, *, is_certificate: bool = False) -> int | None:
    """Return where a translation or certificate says that it is of a part, or None."""
    # lines are broken anywhere: a line break counts as a space
    flat = re.sub(r"\s", " ", text)
    places = [
        match.start()
        for pattern in (*_SAYINGS, *(_SAYINGS_OF_CERTIFICATES if is_certificate else ()))
        for match in pattern.finditer(flat)
        if not _RIGHTLY.search(_get_clause(flat, match))
    ]
    return min(places, default=None)


def _get_clause(text: str, match: re.Match[str]) -> str:
    """Return a match with the words before it in its sentence."""
    start = max(text.rfind(sign, 0, match.start()) for sign in ".;:\n[(")
    return text[max(start + 1, match.start() - 60) : match.end()]


# --- what it covers ---


def _make_pair(context: CheckContext, exhibit: Exhibit) -> _Pair | None:
    """Return the original and translation of an exhibit, if both were read surely enough."""
    sure = context.data["translation"]["sure_confidence"]
    pages = context.list_pages(exhibit)
    originals = [
        page
        for page in pages
        if page.prepared.role == PartRole.DOCUMENT
        and find_primary_language(page.prepared.language) != "en"
        and page.text.strip()
    ]
    translations = [page for page in pages if page.prepared.role == PartRole.TRANSLATION]
    compared = (*originals, *translations)
    is_sure = all(
        is_read_surely(page, sure) and (page.text.strip() or page.prepared.blank)
        for page in compared
    )
    if not originals or not is_sure or not has_enough_words(translations, context.data):
        return None
    return _Pair(exhibit=exhibit, originals=originals, translations=translations)


def _check_coverage(context: CheckContext, pair: _Pair) -> Iterator[Result]:
    """Yield a finding for a translation that is far too short, and for each page of the original
    whose numbers and dates are missing."""
    limits = context.data["translation"]
    covered = measure_coverage(context, pair)
    least = limits["covered_recognized"] if pair.is_recognized else limits["covered"]
    if covered is not None and covered < least:
        yield make_page_finding(
            "TRANS.PARTIAL",
            ExhibitPage(pair.exhibit, pair.translations[0]),
            f"it has about {max(1, round(100 * covered))} % of the length that a complete English "
            "translation of its original has",
            _REMEDY,
            source=_RULE,
        )
    else:
        for page in _find_short_pages(context, pair):
            yield make_page_finding(
                "TRANS.PARTIAL",
                ExhibitPage(pair.exhibit, page),
                "this page is far too short for the translation of its page of the original",
                _REMEDY,
                source=_RULE,
            )
    is_thin = covered is not None and covered < limits["thin"]
    fewest, part = (
        (limits["thin_missing"], limits["thin_missing_part"])
        if is_thin
        else (limits["fewest_missing"], limits["missing_part"])
    )
    for shortfall in _find_missing(context, pair):
        is_mostly_missing = (
            shortfall.missing >= fewest and shortfall.missing > part * shortfall.total
        )
        if is_mostly_missing or shortfall.gap >= limits["gap_letters"]:
            yield make_page_finding(
                "TRANS.PARTIAL",
                ExhibitPage(pair.exhibit, shortfall.page),
                f"{shortfall.missing} of the {shortfall.total} long numbers and dates of this page "
                "of the original are not in its translation, nor probably what is around them",
                _REMEDY,
                source=_RULE,
            )


def measure_coverage(context: CheckContext, pair: _Pair) -> float | None:
    """Return the length of a translation as a part of what is expected of its original; None if
    nothing can be expected."""
    expected = [_expect_letters(context, page) for page in pair.originals]
    known = [count for count in expected if count is not None]
    if len(known) < len(expected) or sum(known) < context.data["translation"]["fewest_letters"]:
        return None
    return _count_letters(pair.english) / sum(known)


def _expect_letters(context: CheckContext, page: PageText) -> float | None:
    """Return how many letters an English translation of a page has; None if that is not known."""
    ratio: float | None = context.data["translation"]["ratios"].get(
        find_primary_language(page.prepared.language)
    )
    if ratio is None or _has_english(page.text):
        return None
    return ratio * _count_letters(page.text)


def _find_short_pages(context: CheckContext, pair: _Pair) -> Iterator[PageText]:
    """Yield the pages of a translation that are far too short for their page of the original,
    where the translation follows it page by page.

    Where text runs over to the next page instead, that one is longer.
    """
    limits = context.data["translation"]
    if len(pair.originals) != len(pair.translations) or len(pair.originals) < 2:
        return
    expected = [_expect_letters(context, page) or 0.0 for page in pair.originals]
    if min(expected) < limits["fewest_letters"]:
        return
    covered = [
        _count_letters(page.text) / count
        for page, count in zip(pair.translations, expected, strict=True)
    ]
    least, (low, high) = limits["covered_recognized"], limits["covered_others"]
    for number, (page, part) in enumerate(zip(pair.translations, covered, strict=True)):
        others = [*covered[:number], *covered[number + 1 :]]
        if part < least and all(low <= other <= high for other in others):
            yield page


def _has_english(text: str) -> bool:
    """Return whether an original has English text of its own, as passports and bilingual forms."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    english = {
        "of",
        "the",
        "and",
        "date",
        "name",
        "birth",
        "number",
        "to",
        "for",
        "is",
        "by",
        "this",
    }
    count = sum(word.casefold() in english for word in words)
    return count > max(3, _FOREIGN_WORDS * len(words))


def _count_letters(text: str) -> int:
    """Return the letters of a text, without those of electronic seals."""
    return sum(
        sum(map(str.isalpha, word))
        for word in text.split()
        if len(word) <= _SEAL or not word.isascii()
    )


@dataclass(frozen=True)
class _Translated:
    """A whole translation, in which numbers and days are looked for."""

    text: str
    is_recognized: bool

    @cached_property
    def _digits(self) -> str:
        return re.sub(r"\D", "", _write_digits(self.text))

    def has(self, fact: _Fact) -> bool:
        """Return whether a number or a day is in the translation."""
        if not isinstance(fact, str):
            return any(has_date(self.text, day) for day in fact)
        if fact in self._digits:
            return True
        return self.is_recognized and fuzz.partial_ratio(fact, self._digits) >= _LIKE


def _find_missing(context: CheckContext, pair: _Pair) -> Iterator[_Missing]:
    """Yield for each page of the original how many of its numbers and dates the translation
    lacks."""
    limits = context.data["translation"]
    whole = _Translated("\n".join(page.text for page in pair.translations), pair.is_recognized)
    seen: set[_Fact] = set()
    for page in pair.originals:
        language = find_primary_language(page.prepared.language)
        placed = [
            _PlacedFact(start, fact, whole.has(fact))
            for start, fact in _read_facts(page.text)
            # the years of other calendars are translated, too
            if isinstance(fact, str) or language not in limits["other_calendars"]
        ]
        # a heading counts on one page only
        new = {fact.fact: fact for fact in placed if fact.fact not in seen}
        seen |= {*new}
        gap = _measure_gap(page.text, placed) * limits["ratios"].get(language, 1.0)
        missing = sum(not fact.is_translated for fact in new.values())
        yield _Missing(page, len(new), missing, gap)


def _measure_gap(text: str, placed: Sequence[_PlacedFact]) -> int:
    """Return the letters of the longest passage behind a number that the translation has, in which
    it lacks all of two or more."""
    longest, start, count = 0, None, 0
    for fact in placed:
        if not fact.is_translated:
            count += 1
            continue
        if start is not None and count > 1:
            longest = max(longest, _count_letters(text[start : fact.start]))
        start, count = fact.start, 0
    if start is not None and count > 1:
        longest = max(longest, _count_letters(text[start:]))
    return longest


def _read_facts(text: str) -> list[tuple[int, _Fact]]:
    """Return the long numbers of a text, in European digits, and its days in numbers, in their
    order, each with its place."""
    plain = _write_digits(text)
    days = list(find_numeric_days(plain))
    letters = list(plain)
    for day in days:
        letters[day.start : day.start + day.length] = " " * day.length
    rest = "".join(letters)
    facts: list[tuple[int, _Fact]] = [(day.start, day.readings) for day in days]
    tokens = list(_TOKEN.finditer(rest))
    ends = [token.end() for token in tokens]
    for match in _NUMBER.finditer(rest):
        number = re.sub(r"\D", "", match[0])
        if len(number) < _LONG:
            continue
        written = tokens[bisect_left(ends, match.end())][0]
        if not _is_seal_or_year(written, match[0]):
            facts.append((match.start(), number))
    return sorted(facts, key=lambda fact: fact[0])


def _is_seal_or_year(written: str, number: str) -> bool:
    """Return whether a number, as it is written, is within an electronic seal or machine-readable
    lines, which nobody translates, or a day of another calendar, which is converted.

    Args:
        written: what it stands in, up to the spaces around it.
    """
    changes = len(re.findall(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", written))
    if changes > _CHANGES or "<" in written or len(written) > _SEAL:
        return True
    parts = re.split(r"[.,/-]", number)
    return sorted(map(len, parts))[-1] == 4 and len(parts) == 3 and sum(map(len, parts)) <= 8


def _write_digits(text: str) -> str:
    """Return a text with the digits of all scripts written as European ones."""
    return "".join(anyascii(sign) if sign.isdecimal() else sign for sign in text)
