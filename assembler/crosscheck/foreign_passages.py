"""Find passages in another language that were left within English text. Pure.

Names, addresses, titles and single words of another language are right in English text. A passage
is told from them by its length, its words in small letters, and the words that make a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from anyascii import anyascii
from fontTools.unicodedata import script as script_of_letter

from assembler.crosscheck.results import (
    CheckContext,
    ExhibitPage,
    Result,
    find_spot,
    is_read_surely,
    make_page_finding,
)
from assembler.crosscheck.text_matching import fold_letters
from assembler.model import Exhibit, PageText, PartRole
from assembler.model.language_tags import find_primary_language

_RULE = "8 CFR 103.2(b)(3)"
_WORD = re.compile(r"[^\s—–/|’'…,.;:()\[\]{}\"“”«»„?!¿¡،؛؟。、・<>=+*_~#@&%$\d-]+")
_CASED = frozenset({"Cyrl", "Grek", "Armn"})  # letters other than Latin that have capitals
_SAME_SCRIPT = {"Kana": "Hira"}
_LANGUAGE_OF = {"Hira": "Jpan", "Hang": "Kore"}  # how `scripts` of crosscheck.json calls them
# what a word adds to a run: one of the language, one in small letters with an accent, one of
# English, another one
_OWN, _ACCENTED, _ENGLISH_WORD, _UNKNOWN = 1.0, 0.6, -1.5, -0.25
_MANY_ACCENTS = 3  # such words in a run, for which it needs a function word less; at most two
_ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "the of and to in is that for was with are has be by this not will have from she he his "
        "her their been which you your our it as at or an i they we if but when who what where "
        "there do does did had were would can could should may must shall any after before "
        "about into over under between during than then such other more most only out up "
        "because how my him its",
    )
)
_AROUND = 80  # characters before and after a passage in which its meaning may be given
_UNTRANSLATED = re.compile(r"\b(?:not|never|without|un)[ -]?translat\w*", re.IGNORECASE)
_LEAST_CONFIDENCE = 70  # of 100: below, recognition makes up words
_BOTH = 0.3  # part of the letters from which a page may say everything in two languages
_SHARED = 0.6  # part of the names and numbers of such a passage that the English has, too


class Word(NamedTuple):
    """A word of a text. `script`: ISO 15924 of its first letter; `folded`: in small Latin
    letters."""

    start: int
    end: int
    written: str
    folded: str
    script: str


class Passage(NamedTuple):
    """A run of foreign words. `language`: BCP 47, or a script (ISO 15924)."""

    start: int
    end: int
    words: int
    language: str


def find_untranslated_passages(context: CheckContext) -> Iterator[Result]:
    """Yield a finding for each English page, or page of a translation, that has a passage in
    another language."""
    for exhibit in context.case.exhibits:
        pages = context.list_pages(exhibit)
        has_translation = any(page.prepared.role == PartRole.TRANSLATION for page in pages)
        for page in pages:
            if not _is_english(page) or (
                has_translation and page.prepared.role != PartRole.TRANSLATION
            ):
                continue
            passages = _list_unexplained(page, pages, exhibit, context.data["passages"])
            if passages:
                yield from _report(context, ExhibitPage(exhibit, page), passages)


def _is_english(page: PageText) -> bool:
    """Return whether a page should be in English, can be judged, and is not known to be in another
    language as a whole."""
    prepared = page.prepared
    return (
        find_primary_language(prepared.language) == "en"
        and prepared.role != PartRole.CERTIFICATE
        and page.seems in ("", "en")
        and is_read_surely(page, _LEAST_CONFIDENCE)
    )


def _report(
    context: CheckContext, place: ExhibitPage, passages: Sequence[Passage]
) -> Iterator[Result]:
    first = passages[0]
    named = context.data["passages"]["named"]
    names = {tag: name for tag, name in context.languages.items() if tag in named}
    language = {**names, **context.data["scripts"]}.get(first.language, "another language")
    words = sum(passage.words for passage in passages)
    spot = find_spot(place, first.start)
    is_translation = place.page.prepared.role == PartRole.TRANSLATION
    yield make_page_finding(
        "TRANS.EMBEDDED",
        spot,
        f"about {words} words, from {spot.describe()} on, seem to be in {language}, and "
        + ("the translation leaves them as they are" if is_translation else "are not translated"),
        "have them translated, too, and the certificate cover them"
        if is_translation
        else "add an English translation of them with its certificate, under `translation`",
        source=_RULE,
    )


# --- what explains a passage ---


def _list_unexplained(
    page: PageText, pages: Sequence[PageText], exhibit: Exhibit, data: Mapping[str, Any]
) -> list[Passage]:
    least = data["quoting_words"] if exhibit.category in data["quoting"] else data["words"]
    passages = [passage for passage in find_passages(page.text, data) if passage.words >= least]
    is_translation = page.prepared.role == PartRole.TRANSLATION
    if not is_translation and passages and _is_said_in_english(page, pages, passages):
        return []
    # a heading of every translation says that it is one
    signs = [sign for sign in data["explained"] if not (is_translation and sign.startswith("tra"))]
    return [passage for passage in passages if not _is_explained(page.text, passage, signs)]


def _is_explained(text: str, passage: Passage, signs: Sequence[str]) -> bool:
    """Return whether the words around a passage give its meaning."""
    around = (
        f"{text[max(0, passage.start - _AROUND) : passage.start]} "
        f"{text[passage.end : passage.end + _AROUND]}"
    )
    around = _UNTRANSLATED.sub(" ", anyascii(around).casefold())
    return any(sign in around for sign in signs)


def _is_said_in_english(
    page: PageText, pages: Sequence[PageText], passages: Sequence[Passage]
) -> bool:
    """Return whether a document says the same in both languages: much of a page is in each, and
    the English has the names and numbers of the other."""
    foreign = "\n".join(page.text[passage.start : passage.end] for passage in passages)
    if _count_letters(foreign) < _BOTH * _count_letters(page.text):
        return False
    ends = [0, *(passage.end for passage in passages)]
    starts = [*(passage.start for passage in passages), len(page.text)]
    english = [page.text[end:start] for end, start in zip(ends, starts, strict=True)]
    english += [other.text for other in pages if other is not page]
    anchors = set(_list_anchors(foreign))
    shared = anchors & {*_list_anchors("\n".join(english))}
    return len(anchors) > 1 and len(shared) >= _SHARED * len(anchors)


def _list_anchors(text: str) -> list[str]:
    """Return the numbers of a text, and its words that are written with a capital."""
    plain = anyascii(text)
    return re.findall(r"\d+", plain) + [
        word.casefold() for word in re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}", plain)
    ]


def _count_letters(text: str) -> int:
    return sum(map(str.isalpha, text))


# --- passages ---


def find_passages(text: str, data: Mapping[str, Any]) -> list[Passage]:
    """Return the passages of an English text that are in another language, in their order.

    Args:
        data: `passages` of crosscheck.json.
    """
    words = [
        Word(match.start(), match.end(), match[0], _fold(match[0]), _find_script(match[0]))
        for match in _WORD.finditer(text)
    ]
    words = [word for word in words if word.script]
    passages = [*_find_in_other_letters(words, data), *_find_in_latin_letters(words, data)]
    return sorted(passages)


@lru_cache(maxsize=8192)
def _fold(word: str) -> str:
    return fold_letters(word)


@lru_cache(maxsize=512)
def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


@lru_cache(maxsize=8192)
def _find_script(word: str) -> str:
    """Return the script of the first letter of a word, or "" if it has none."""
    letter = next((sign for sign in word if sign.isalpha()), "")
    script = script_of_letter(letter) if letter else ""
    return "" if script in ("Zyyy", "Zinh", "Zzzz") else _SAME_SCRIPT.get(script, script)


def _find_in_other_letters(words: Sequence[Word], data: Mapping[str, Any]) -> Iterator[Passage]:
    """Yield runs of words in other letters than Latin that are no name, address or title."""
    for is_latin, run in groupby(words, key=lambda word: word.script == "Latn"):
        group = list(run)
        if is_latin:
            continue
        scripts = [word.script for word in group]
        script = "Hira" if "Hira" in scripts else max(set(scripts), key=scripts.count)
        count = _count_words(group, script, data)
        if count and _is_sentence(group, script, count, data):
            yield Passage(group[0].start, group[-1].end, count, _LANGUAGE_OF.get(script, script))


def _count_words(group: Sequence[Word], script: str, data: Mapping[str, Any]) -> int:
    """Return how many words a run has; of letters without spaces, about that many."""
    if script not in data["spaceless"]:
        return len(group)
    letters = sum(len(word.written) for word in group)
    return int(letters * data["words"] // data["spaceless_letters"])


def _is_sentence(group: Sequence[Word], script: str, count: int, data: Mapping[str, Any]) -> bool:
    if count < data["words"]:
        return False
    if script in _CASED:
        small = sum(word.written[0].islower() for word in group)
        return bool(small > data["small_words"])
    own = data["script_words"].get(script, "").split()
    if not own:
        return bool(count >= data["uncounted_words"])
    if script in data["spaceless"]:
        joined = "".join(word.written for word in group)
        kinds = sum(word in joined for word in own)
    else:
        kinds = len({word.written for word in group} & {*own})
    if script == "Hang":  # its particles are endings
        kinds = len({end for word in group for end in own if word.written.endswith(end)})
    return bool(kinds >= data["script_words_least"] or count >= data["uncounted_words"])


def _find_in_latin_letters(words: Sequence[Word], data: Mapping[str, Any]) -> Iterator[Passage]:
    """Yield runs of words in a language of Latin letters, each in the language that fits best."""
    folded = {word.folded for word in words}
    candidates: list[tuple[float, Passage]] = []
    for language, (joining, telling, shared) in data["function_words"].items():
        own, sure = _split(f"{joining} {telling}"), _split(telling)
        if not folded & own:
            continue
        for score, run in _find_runs(words, own, _split(shared)):
            if _is_passage(run, own, sure, data):
                passage = Passage(run[0].start, run[-1].end, len(run), language)
                candidates.append((score, passage))
    taken: list[Passage] = []
    for _, passage in sorted(candidates, key=lambda candidate: -candidate[0]):
        if all(passage.end <= other.start or other.end <= passage.start for other in taken):
            taken.append(passage)
            yield passage


def _find_runs(
    words: Sequence[Word], own: frozenset[str], shared: frozenset[str]
) -> Iterator[tuple[float, list[Word]]]:
    """Yield the runs in which words of a language prevail, each with its score: all that begin
    with such a word and end with the one where the sum is highest."""
    start, best, total, top = 0, 0, 0.0, 0.0
    for number, word in enumerate(words):
        if total <= 0.0:
            if top:
                yield top, list(words[start : best + 1])
            start, total, top = number, 0.0, 0.0
        total += _weigh(word, own, shared)
        if total > top:
            best, top = number, total
    if top:
        yield top, list(words[start : best + 1])


def _weigh(word: Word, own: frozenset[str], shared: frozenset[str]) -> float:
    """Return what a word adds to a run of a language. `shared`: words of it that English has."""
    if word.folded in shared:
        return 0.0
    if word.script != "Latn" or word.folded in _ENGLISH:
        return _ENGLISH_WORD
    is_initial = len(word.written) == 1 and word.written.isupper()
    if word.folded in own and not is_initial:
        return _OWN
    return _ACCENTED if _is_accented(word) else _UNKNOWN


def _is_accented(word: Word) -> bool:
    return word.written.islower() and not word.written.isascii()


def _is_passage(
    run: Sequence[Word], own: frozenset[str], telling: frozenset[str], data: Mapping[str, Any]
) -> bool:
    """Return whether a run is a sentence or more, and no name, address or title."""
    kinds = {word.folded for word in run} & own
    small = {word.folded for word in run if word.written.islower() and word.folded not in own}
    is_capital = all(word.written.isupper() for word in run)
    telling_kinds = len(kinds & telling)
    accented = len({word.folded for word in run if _is_accented(word)})
    spared = min(2, accented // _MANY_ACCENTS)
    return bool(
        len(run) >= data["words"]
        and len(kinds) >= data["kinds"] - spared
        and (len(small) >= data["small_words"] or (is_capital and telling_kinds > data["telling"]))
        and (
            telling_kinds >= data["telling"] - max(spared, len(run) >= data["sentence_words"])
            or len(run) >= data["unsaid_words"]
        )
    )
