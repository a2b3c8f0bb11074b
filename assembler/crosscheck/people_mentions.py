"""Find evidence about a person that names nobody of the case. Pure.

A warning here must be true, so anything that may be a name of somebody counts as one: a family
name, a given name, initials with a family name, the consonants of a name in letters that write no
vowels, a number. Only capital letters tell a name from a word, where the letters have capitals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from anyascii import anyascii
from fontTools.unicodedata import script as script_of_letter
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from assembler.crosscheck.results import (
    CheckContext,
    ExhibitPage,
    Result,
    is_read_surely,
    make_page_finding,
)
from assembler.crosscheck.statements import find_a_numbers
from assembler.crosscheck.text_matching import (
    MisreadLetters,
    has_misread_word,
    has_number,
    split_words,
)
from assembler.model import Exhibit, Name, PageText, PartRole, Person, SearchResult, mrz

_RULE = "CHECK.NOBODY"
_WORD = re.compile(r"[^\s\d—–/|,.;:()\[\]{}\"“”«»„?!¿¡،؛؟。、・<>=+*_~#@&%$-]+")
# letters without capitals in which anyascii finds no vowels, or not all
_NO_VOWELS = frozenset(
    {"Arab", "Hebr", "Syrc", "Thaa", "Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda"}
) | {"Mlym", "Sinh"}
_TOGETHER = frozenset({"Hani", "Hira", "Kana"})  # words without spaces, read as in Chinese
_UNCOMPARED = frozenset({"Hani", "Hira", "Kana", "Hang", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"})
_LEAST = 3  # letters of a name that is searched for by itself
_ENDING = 2  # letters that a name may have more, as case endings
_SKELETON = 3  # consonants of a name that are enough beside another name
_DIGITS = 6  # of a telephone number, from its end


def check_mentions(context: CheckContext) -> Iterator[Result]:
    """Yield a finding for each exhibit about a person, in whose text nobody of the case is named
    and no number of theirs is found."""
    for exhibit in context.case.exhibits:
        if not _is_about_person(context, exhibit):
            continue
        pages = _list_compared_pages(context, exhibit)
        if not pages:
            yield SearchResult(
                exhibit=exhibit.id,
                what="names of anybody of the case",
                result="not checked",
                why="too little could be read",
            )
            continue
        is_found = names_somebody(context, exhibit, pages)
        yield SearchResult(
            exhibit=exhibit.id,
            what="names of anybody of the case",
            result="found" if is_found else "not found",
        )
        if not is_found:
            yield make_page_finding(
                _RULE,
                ExhibitPage(exhibit, pages[0]),
                "nobody of the case is named in the text of this exhibit that could be read, from "
                "this page on, and no number of theirs is in it",
                "check that it belongs to this case; have its author name the person, add the "
                "person to `others` or the name to `other_names`, or explain in a declaration "
                "whose it is",
            )


def is_unnamed(context: CheckContext, exhibit: Exhibit) -> bool:
    """Return whether `check_mentions` reports an exhibit."""
    pages = _list_compared_pages(context, exhibit) if _is_about_person(context, exhibit) else []
    return bool(pages) and not names_somebody(context, exhibit, pages)


def _is_about_person(context: CheckContext, exhibit: Exhibit) -> bool:
    return exhibit.category in context.data["nobody"]["categories"]


def _list_compared_pages(context: CheckContext, exhibit: Exhibit) -> list[PageText]:
    """Return the pages of an exhibit besides certificates; none if not enough of them was read
    surely, or if names in their letters cannot be compared."""
    limits = context.data["nobody"]
    pages = [
        page for page in context.list_pages(exhibit) if page.prepared.role != PartRole.CERTIFICATE
    ]

    def is_sure(page: PageText) -> bool:
        return bool(page.text.strip()) and is_read_surely(page, limits["least_confidence"])

    sure = list(filter(is_sure, pages))
    has_doubtful = any(
        not (page.prepared.blank or is_sure(page) or _is_picture(page)) for page in pages
    )
    # a translation that was read has the names of its original
    translated = [page for page in sure if page.prepared.role == PartRole.TRANSLATION]
    if has_doubtful and not translated:
        return []
    if sum(_count_words(page.text) for page in sure) < limits["fewest_words"]:
        return []
    native = all(person.native_name for person in context.case.beneficiaries)
    if not translated and not native and any(map(_has_uncompared_letters, sure)):
        return []
    return sure


def _count_words(text: str) -> int:
    """Return the number of words; two letters count as one in letters without spaces."""
    return len(text.split()) + sum(_find_script(sign) in _UNCOMPARED for sign in text) // 2


def _is_picture(page: PageText) -> bool:
    return not page.text.strip() and page.is_readable


def _has_uncompared_letters(page: PageText) -> bool:
    return any(_find_script(sign) in _UNCOMPARED for sign in page.text)


# --- who is named ---


def names_somebody(context: CheckContext, exhibit: Exhibit, pages: Sequence[PageText]) -> bool:
    """Return whether a text may name anybody of the case, or has a number of theirs."""
    text = _MentionText(
        text="\n".join(f"{page.text}\n{page.lines}" for page in pages),
        data=context.data,
        misread=context.list_misread_letters(pages),
    )
    is_shortened = exhibit.category in context.data["nobody"]["shortened"]
    return any(
        _has_number_of(text.text, person)
        or any(
            _is_named(text, name) or (is_shortened and _has_first_letters(text, name))
            for name in (person.name, *person.other_names)
        )
        or _has_native_name(text, person.native_name)
        for person in context.list_people().values()
    ) or any(_is_holder(context, page) for page in pages)


def _is_holder(context: CheckContext, page: PageText) -> bool:
    """Return whether a page has machine-readable lines of somebody of the case."""
    passports = {
        person.passport.number for person in context.list_people().values() if person.passport
    }
    return any(zone.number in passports for zone in mrz.read(page.lines, context.as_of))


def _has_number_of(text: str, person: Person) -> bool:
    """Return whether a text has a number, or a telephone number or mail address, of a person."""
    numbers = (
        person.passport.number if person.passport else "",
        person.uscis_account,
        person.ssn,
        person.i94_number,
    )
    if any(len(number) >= _DIGITS and has_number(text, number) for number in numbers):
        return True
    if person.a_number and person.a_number.zfill(9) in find_a_numbers(text):
        return True
    if person.ssn and re.search(rf"[Xx*]{{2,}}[- ]?{person.ssn[-4:]}\b", text):
        return True
    phone = re.sub(r"\D", "", person.phone)[-_DIGITS - 1 :]
    if len(phone) > _DIGITS and phone in re.sub(r"\D", "", text):
        return True
    return bool(person.email) and person.email.casefold() in text.casefold()


@dataclass(frozen=True, kw_only=True)
class _MentionText:
    """The text of an exhibit, in the forms that are searched."""

    text: str
    data: Mapping[str, Any]
    misread: MisreadLetters

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(_WORD.findall(unicodedata.normalize("NFC", self.text)))

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the words that may be names, folded: those with a capital, or in letters that
        have none."""
        return frozenset(_keep_letters(word) for word in self.words if _may_be_name(word))

    @cached_property
    def ambiguous_names(self) -> frozenset[str]:
        """Return the names, folded, that are words, too."""
        return frozenset(self.data["nobody"]["ambiguous_names"].split())

    @cached_property
    def joined(self) -> str:
        """Return all letters of the text, folded, without spaces."""
        return "".join(map(_keep_letters, self.words))

    @cached_property
    def vowelless(self) -> tuple[str, ...]:
        """Return the words in letters that write no vowels, in order."""
        return tuple(word for word in self.words if _find_script(word[0]) in _NO_VOWELS)

    @cached_property
    def has_no_capitals(self) -> bool:
        """Return whether its Latin letters are all small, as in chats."""
        letters = [sign for sign in self.text if sign.isascii() and sign.isalpha()]
        return sum(map(str.isupper, letters)) < 0.01 * len(letters)


def _may_be_name(word: str) -> bool:
    return not word[0].islower() or _find_script(word[0]) == "Geor"


def _is_named(text: _MentionText, name: Name) -> bool:
    """Return whether a family name, a given name or both are in a text."""
    parts = [
        word
        for written in (name.family, name.given)
        for word in _WORD.findall(unicodedata.normalize("NFC", written))
    ]
    return (
        any(_has_word(text, part) for part in parts)
        or has_misread_word(split_words(text.text), name.full, text.misread)
        or _has_run_together(text, name)
        or _has_skeleton(text, name)
    )


def _has_word(text: _MentionText, part: str) -> bool:
    """Return whether a part of a name is in a text as a word that may be a name."""
    word = _keep_letters(part)
    if len(word) < _LEAST or part[0].islower():  # "de", "al"
        return False
    if word in text.ambiguous_names:
        return _has_ambiguous(text.text, part)
    if word in text.names or (text.has_no_capitals and word in split_words(text.text)):
        return True
    if len(word) <= _LEAST + 1:
        return False
    if any(_has_ending(word, other) for other in text.names):
        return True
    return any(_is_like(word, other, text.data["name_likeness"]) for other in text.names)


def _has_ending(word: str, other: str) -> bool:
    """Return whether a word is a name with an ending, or with an article or a title before it."""
    extra = len(other) - len(word)
    return 0 < extra <= _ENDING and (other.startswith(word) or other.endswith(word))


def _has_first_letters(text: _MentionText, name: Name) -> bool:
    """Return whether the first four letters of a name are in a text, as tax transcripts print
    it."""
    return any(
        _keep_letters(word)[:4].upper() in text.words for word in name.full.split() if len(word) > 3
    )


def _is_like(word: str, other: str, likeness: int) -> bool:
    """Return whether a word is a name in another spelling, or with the ending of a case."""
    if abs(len(word) - len(other)) > 3 or word[:1] != other[:1]:
        return False
    if len(word) > 4 and other.startswith(word[:-1]) and len(other) - len(word) <= _ENDING:
        return True
    plain, other_plain = _write_alike(word), _write_alike(other)
    is_close = len(plain) > 5 and OSA.distance(plain, other_plain) < 2
    return is_close or fuzz.ratio(plain, other_plain) >= likeness


def _has_ambiguous(text: str, part: str) -> bool:
    """Return whether a name that is also a word is in a text as a name: within a sentence, and not
    as the name of a month or a street."""
    pattern = rf"(?<=[\w,] ){re.escape(part)}\b(?! \d)|\b{re.escape(part.upper())}\b"
    return re.search(pattern, text) is not None


def _has_run_together(text: _MentionText, name: Name) -> bool:
    """Return whether family and given name stand together without a space, in either order."""
    family, given = (_keep_letters("".join(part.split())) for part in (name.family, name.given))
    if len(family) + len(given) < 2 * _LEAST:
        return False
    return any(run in text.joined for run in (family + given, given + family))


def _has_native_name(text: _MentionText, native_name: str) -> bool:
    parts = _WORD.findall(unicodedata.normalize("NFC", native_name))
    if not parts:
        return False
    if _find_script(parts[0][0]) in _TOGETHER:
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text.text))
        return "".join(parts) in plain or "".join(reversed(parts)) in plain
    return any(_has_word(text, part) for part in parts) or (
        len(parts) > 1 and _has_parts_near(text, parts)
    )


# --- letters that write no vowels ---


def _has_skeleton(text: _MentionText, name: Name) -> bool:
    """Return whether the consonants of family and given name stand near each other."""
    return any(
        _has_parts_near(text, (given, family))
        for given in split_words(name.given)
        for family in split_words(name.family)
    )


def _has_parts_near(text: _MentionText, parts: Sequence[str]) -> bool:
    """Return whether two parts of a name are within a few words in the text."""
    return bool(text.vowelless) and any(
        _has_skeletons_near(
            [make_skeleton(word, keeps_v=keeps_v) for word in text.vowelless],
            [make_skeleton(part, keeps_v=keeps_v) for part in parts],
            int(text.data["nobody"]["near_words"]),
        )
        for keeps_v in (False, True)  # one letter writes v, and the vowels o and u
    )


def _has_skeletons_near(skeletons: Sequence[str], parts: Sequence[str], near: int) -> bool:
    wanted = [part for part in parts if part]
    if len(wanted) < 2 or sum(map(len, wanted)) <= _SKELETON:
        return False
    places = [
        [n for n, word in enumerate(skeletons) if _is_same_skeleton(part, word)] for part in wanted
    ]
    hits = sorted((n, place) for place, found in enumerate(places) for n in found)
    return any(
        first[1] != second[1] and first[0] != second[0] and second[0] - first[0] <= near
        for n, first in enumerate(hits)
        for second in hits[n + 1 : n + 1 + near]
    )


def _is_same_skeleton(part: str, word: str) -> bool:
    """Return whether a word is a name, or one with an article, "and" or "for" before it."""
    if part == word or (
        len(part) >= _SKELETON and word.endswith(part) and len(word) <= len(part) + 2
    ):
        return True
    match = process.extractOne(part, [word], scorer=fuzz.ratio, score_cutoff=80)
    return len(part) >= _SKELETON and match is not None


# what transliterations of the letters without vowels write in several ways → one sign
_CONSONANTS = tuple(
    tuple(pair.split(":"))
    for pair in re.findall(
        r"\S+",
        "sch:s tsh:c sh:s ch:c kh:k gh:g ph:b th:t dh:d zh:z ts:z tz:z ck:k q:k c:k x:ks f:b p:b",
    )
)
# the same for all other letters
_SPELLINGS = tuple(
    tuple(pair.split(":"))
    for pair in re.findall(
        r"\S+",
        "zh:j kh:h ks:x iy:y yi:y ii:y ij:y ia:ya iu:yu ie:e ye:e j:y i:y w:v ck:k q:k ou:u",
    )
)


@lru_cache(maxsize=8192)
def make_skeleton(word: str, *, keeps_v: bool = False) -> str:
    """Return the consonants of a name as its transliterations have them in common."""
    plain = _keep_letters(word)
    for written, sign in _CONSONANTS:
        plain = plain.replace(written, sign)
    plain = re.sub(r"[aeiouyj]|h$", "", plain).replace("w", "v")
    plain = plain if keeps_v else plain.replace("v", "")
    return re.sub(r"(.)\1+", r"\1", plain)


@lru_cache(maxsize=8192)
def _write_alike(word: str) -> str:
    """Return a name with what transliterations write in several ways made equal."""
    for written, sign in _SPELLINGS:
        word = word.replace(written, sign)
    return word


@lru_cache(maxsize=8192)
def _keep_letters(word: str) -> str:
    """Return a word in small Latin letters, without accents and apostrophes."""
    return re.sub(r"[^a-z]", "", anyascii(word).casefold())


@lru_cache(maxsize=4096)
def _find_script(sign: str) -> str:
    return str(script_of_letter(sign))
