"""Join documents: parts of a set in one file, and translations and certificates with their
originals, also across files. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from rapidfuzz import fuzz

from assembler.intake.proposals.cues import Cues, fold
from assembler.intake.proposals.dates import find_dates
from assembler.intake.proposals.named_people import _split_latin
from assembler.intake.proposals.page_signs import PageSigns
from assembler.intake.proposals.values import Guess
from assembler.model import PartRole

_SEVERAL = frozenset(
    (
        "relationship",
        "medical",
        "photo",
        "financial",
        "tax",
        "bank",
        "threat",
        "immigration-history",
        "employment",
        "country-conditions",
        "news",
        "visa-refusal",
        "housing",
        "travel",
    )
)  # categories that are filed in sets
_STATEMENTS = ("bank", "tax")  # filed together also where each is a file of its own
_SAME_HEAD = 0.8
_LEAST_JOIN = 1.6  # score from which a translation or certificate belongs to an original
_ADJACENT, _NEAR = 1.8, 0.7  # a scanner numbers files in the order of the pile
_ALIKE = 82  # of 100: two spellings of a name
_MOST_NAMES = 400  # words with a capital letter that are looked at in a document
_LETTER = 4  # letters from which a word may be a name


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDocument:
    """A document with what it was judged to be, and its place among all documents."""

    place: int
    pages: tuple[PageSigns, ...]
    confidence: float  # of its limits
    kind: Guess[str]
    category: str
    language: Guess[str]
    role: Guess[PartRole]
    days: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]  # words with a capital letter, in Latin letters

    @property
    def paths(self) -> frozenset[str]:
        """Return the files it is in."""
        return frozenset(page.reading.path for page in self.pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What becomes one exhibit: originals, their translations, the certificates."""

    documents: tuple[JudgedDocument, ...]
    translations: tuple[JudgedDocument, ...] = ()
    certificates: tuple[JudgedDocument, ...] = ()
    confidence: float = 0.9

    @property
    def pages(self) -> tuple[PageSigns, ...]:
        """Return the pages of its originals."""
        return tuple(page for document in self.documents for page in document.pages)


def collect_marks(
    pages: Sequence[PageSigns], cues: Cues
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the days, numbers and names of a document, by which it is known in another
    language."""
    days = frozenset(
        day.isoformat() for mention in find_dates(pages, cues) for day in mention.readings
    )
    numbers = frozenset(number for page in pages for number in page.numbers)
    capitals = (
        capital
        for page in pages
        for line in page.lines
        if not line.is_running
        for capital in re.findall(r"\b[^\W\d_]{4,}\b", line.text)
        if capital[0].isupper()
    )
    names = frozenset(
        word
        for capital in islice(capitals, _MOST_NAMES)
        for word in _split_latin(capital)
        if len(word) >= _LETTER
    )
    return days, numbers, names


def join_sets(documents: Sequence[JudgedDocument]) -> list[JudgedDocument]:
    """Join neighbors in one file that are of one set: the pages of a medical record, statements of
    one account, birth records of brothers."""
    joined: list[JudgedDocument] = []
    for document in documents:
        if joined and _is_set(joined[-1], document):
            joined[-1] = _join_pair(joined[-1], document)
        else:
            joined.append(document)
    return joined


def _is_set(first: JudgedDocument, second: JudgedDocument) -> bool:
    if first.pages[-1].reading.path != second.pages[0].reading.path and not (
        first.category in _STATEMENTS
        and first.kind.value == second.kind.value
        and _has_same_head(first, second, _SAME_HEAD)
    ):
        return False
    if first.role.value != second.role.value or first.language.value != second.language.value:
        return False
    if first.role.value is not PartRole.DOCUMENT:
        return True
    if first.category != second.category or first.category not in _SEVERAL:
        return False
    if first.kind.value != second.kind.value:
        return first.category == "medical" and _has_same_head(first, second)
    return first.category in ("relationship", "medical", "photo") or _has_same_head(first, second)


def _has_same_head(first: JudgedDocument, second: JudgedDocument, least: float = 0.5) -> bool:
    one, other = first.pages[0].head, second.pages[0].head
    return len(one & other) >= least * max(1, min(len(one), len(other)))


def _join_pair(first: JudgedDocument, second: JudgedDocument) -> JudgedDocument:
    return replace(
        first,
        pages=(*first.pages, *second.pages),
        confidence=round(min(first.confidence, second.confidence, 0.85), 2),
        days=first.days | second.days,
        numbers=first.numbers | second.numbers,
        names=first.names | second.names,
    )


def join_translations(
    documents: Sequence[JudgedDocument], languages: dict[str, str]
) -> list[Bundle]:
    """Return the bundles: each translation and certificate with the original it fits best; one
    that fits none stands alone."""
    originals = [d for d in documents if d.role.value is PartRole.DOCUMENT]
    translations = [d for d in documents if d.role.value is PartRole.TRANSLATION]
    certificates = [d for d in documents if d.role.value is PartRole.CERTIFICATE]
    bundles = {d.place: Bundle(documents=(d,), confidence=d.confidence) for d in originals}
    homes: dict[int, int] = {}  # place of a translation → of its original
    pairs = sorted(
        (
            (_measure_fit(original, translation, languages), translation.place, original.place)
            for translation in translations
            for original in originals
        ),
        key=lambda row: (-row[0], row[1:]),
    )
    taken: set[int] = set()
    by_place = {d.place: d for d in documents}
    for score, translation, original in pairs:
        if translation in homes or original in taken or score < _LEAST_JOIN:
            continue
        homes[translation] = original
        taken.add(original)
        bundle = bundles[original]
        bundles[original] = replace(
            bundle,
            translations=(*bundle.translations, by_place[translation]),
            confidence=round(min(bundle.confidence, _estimate_confidence(score)), 2),
        )
    alone: list[Bundle] = [
        Bundle(documents=(), translations=(t,), confidence=0.4)
        for t in translations
        if t.place not in homes
    ]
    _join_certificates(certificates, bundles, languages, alone)
    return [*bundles.values(), *alone]


def _join_certificates(
    certificates: Sequence[JudgedDocument],
    bundles: dict[int, Bundle],
    languages: dict[str, str],
    alone: list[Bundle],
) -> None:
    """Put each certificate into the bundle it fits best, in place: first where there is a
    translation without one."""
    open_bundles = [place for place, bundle in bundles.items() if bundle.translations] or [
        place for place, bundle in bundles.items() if bundle.documents[0].language.value != "en"
    ]
    rows = []
    for certificate in certificates:
        for place in open_bundles:
            bundle = bundles[place]
            score = max(
                _measure_fit(document, certificate, languages)
                for document in (*bundle.documents, *bundle.translations)
            )
            nearest = min(
                abs(certificate.place - document.place)
                for document in (*bundle.translations, *bundle.documents)
            )
            rows.append((score + (0.4 if nearest == 1 else 0.0), certificate.place, place))
    by_place = {certificate.place: certificate for certificate in certificates}
    homes: set[int] = set()
    filled: set[int] = set()
    for score, certificate_place, place in sorted(rows, key=lambda row: (-row[0], row[1:])):
        if certificate_place in homes or place in filled or score < 0.8:
            continue
        homes.add(certificate_place)
        filled.add(place)
        bundle = bundles[place]
        bundles[place] = replace(
            bundle,
            certificates=(by_place[certificate_place],),
            confidence=round(min(bundle.confidence, _estimate_confidence(score)), 2),
        )
    alone += [
        Bundle(documents=(), certificates=(certificate,), confidence=0.4)
        for certificate in certificates
        if certificate.place not in homes
    ]


def _estimate_confidence(score: float) -> float:
    return min(0.97, 0.5 + 0.11 * score)


def _measure_fit(
    original: JudgedDocument, other: JudgedDocument, languages: dict[str, str]
) -> float:
    """Return how well a translation or certificate fits an original."""
    score = 0.0
    text = "".join(page.folded for page in other.pages)
    own = original.language.value
    if own == "en" and original.role.value is PartRole.DOCUMENT:
        score -= (
            3.0 if original.language.confidence > 0.8 and original.kind.value != "photo" else 0.5
        )
    elif own != "en":
        score += 0.6
        named = {code for code, name in languages.items() if fold(name) in text and code != "en"}
        if named:
            score += 1.2 if own.split("-")[0] in named else -2.0
    score += (
        1.5 * _measure_share(original.days, other.days)
        + 0.9 * min(2, len(original.days & other.days))
        + 0.8 * min(2, len(original.numbers & other.numbers))
    )
    score += 2.5 * _compare_names(original.names, other.names)
    kinds = {original.kind.value, other.kind.value}
    if len(kinds) == 1:
        score += 1.5
    elif (other.role.value is PartRole.TRANSLATION and original.category == other.category) or any(
        original.kind.value in page.kinds for page in other.pages
    ):
        score += 0.7
    distance = abs(other.place - original.place)
    if distance <= 1 or original.paths & other.paths:
        score += _ADJACENT
    elif distance <= 2:
        score += _NEAR
    return score


def _measure_share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _compare_names(one: frozenset[str], other: frozenset[str]) -> float:
    """Return which share of the fewer names has a match, spelled somewhat alike, among the
    others."""
    few, many = sorted((one, other), key=lambda names: (len(names), sorted(names)))
    if not few:
        return 0.0
    alike = len(few & many)
    groups = _group_names(many)
    for word in few - many:
        alike += any(fuzz.ratio(word, name) >= _ALIKE for name in groups.get(word[:1], ()))
    return alike / max(4, len(few))


@lru_cache(512)
def _group_names(names: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Return names by their first letter."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(name[:1], []).append(name)
    return {letter: tuple(group) for letter, group in groups.items()}
