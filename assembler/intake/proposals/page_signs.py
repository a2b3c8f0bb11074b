"""Measure one page: its lines, page number, language, role, and the kinds it may be. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assembler.intake.proposals.cues import Cues, Kind, Phrase, find_phrases, fold
from assembler.intake.proposals.days import find_days
from assembler.intake.proposals.values import PageReading, Reason

HEADING_LINES = 9  # in which a title may stand
_FEW_FILES = 4  # in fewer files, no line counts as running through all of them
_RUNNING = 0.3  # share of the files from which a line at the edge of a page says nothing
_EDGE = 2  # lines at top and bottom that may run through a folder, as a fax line does
_ADDRESS = re.compile(
    r"\b[A-Z]{2} \d{5}\b|\(?\b\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b|\+\d[\d ()-]{8,}"
    r"|(?<![\w.])[\w.]++@[\w.]"
)
_DATE_LINE = 6  # words of a line that is a date and its place
_SENTENCE = 9  # words from which a line is no title
_NAME, _IN_BODY, _WORD, _AGAINST = 4.0, 1.3, 0.8, -2.0  # weights of phrases
_SENDER, _SENDER_MORE = 1.8, 0.5  # letterhead and signature
_SENDER_FIRST = 0.3  # in the letterhead
_LETTERHEAD, _SIGNATURE = 3, 6  # lines
_SENDER_LINE = 12  # words of a line that names a sender
_ROLE_LINE = 3  # words of a line below a name that says what its bearer is: "teacher"
_SMALL = frozenset(("of", "the", "and", "for", "at", "in"))  # small letters in names of offices
_NAMELESS = 0.35  # weight of words of a kind whose name does not stand on the page
_FOREIGN = 0.3  # weight of phrases in another language than the page
_MOST_WORDS = 4.8  # that the words of a kind can add
_FEW_WORDS = 8  # below these, a page may be a photograph
_SCRIPT_LANGUAGES = {
    "Cyrl": ("uk", "ru"),
    "Cyrillic": ("uk", "ru"),
    "Arab": ("ar", "fa"),
    "Arabic": ("ar", "fa"),
}
_LEAST_FUNCTION_WORDS = 3
_AMOUNT = re.compile(  # of money: $1,240.00, 3.150,00 R$, 84 310,22 грн
    r"(?:[$€£₴¥]|\b(?:USD|EUR|HTG|GTQ|R\$|Q)) ?\d|\d[.,]\d{2}\b(?! ?[/%a-z])"
)
_DATELINE = re.compile(  # KABUL, April 18, 2026 (AP) - The last hospital of the city
    r"^[A-ZÀ-ÞА-ЯІЇЄҐ][A-ZÀ-ÞА-ЯІЇЄҐ' .-]{2,30}(?:, [^\W\d_][\w. ]{1,25}(?:, \d{4})?)?"
    r"(?: \(\w{2,10}\))? ?(?:[–—] ?|- )[\"“«]?[A-ZÀ-ÞА-ЯІЇЄҐ]\S*(?: \S+){4}",
    re.MULTILINE,
)
_DATELINE_SCORE = 3.0
_MANY_AMOUNTS, _AMOUNTS = 3, 1.5  # amounts on a page that make an account, and what they add
_PROVED_KIND = 9.0  # what machine-readable lines add


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """A line with text. `is_running`: it stands at the edge of pages of many files."""

    text: str
    folded: str
    is_running: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KindScore:
    """How much speaks for a kind, where, and in which language its name stands."""

    score: float
    reasons: tuple[Reason, ...]
    language: str = ""
    named: bool = False  # its name stands in the heading


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSigns:
    """What is seen on a page."""

    reading: PageReading
    lines: tuple[TextLine, ...]
    folded: str
    words: int
    number: tuple[int, int] | None  # "page 2 of 3"
    language: str  # ISO 639-1 or ""
    language_sure: float
    kinds: dict[str, KindScore]
    translation: float  # how much speaks for a translation, and for a translator's certificate
    certificate: float
    role_reasons: tuple[Reason, ...]
    salutation: bool
    closing: bool
    first_person: float  # share of words such as "I" and "my"
    head: frozenset[str]  # words of its first lines
    numbers: frozenset[str]  # of four digits or more
    top_date: bool  # a date stands alone near its top
    letterhead: bool  # it begins with short lines
    starts_inside: bool  # its first line goes on with a sentence
    ends_inside: bool

    @property
    def is_picture(self) -> bool:
        """Return whether it has hardly any words, and no machine-readable lines."""
        few = _FEW_WORDS if self.reading.recognized else 1
        return self.words < few and not self.reading.zones and not self.reading.blank


def read_signs(pages: Sequence[PageReading], cues: Cues) -> tuple[PageSigns, ...]:
    """Return what is seen on each page, lines that run through most files aside."""
    running = _find_running_lines(pages)
    return tuple(_read_page(page, cues, running) for page in pages)


def _find_running_lines(pages: Sequence[PageReading]) -> frozenset[str]:
    """Return folded lines at the edges of pages of many files, such as the line of a fax."""
    files: dict[str, set[str]] = {}
    for page in pages:
        texts = [line.strip() for line in page.text.splitlines() if line.strip()]
        for text in {fold(text) for text in (*texts[:_EDGE], *texts[-_EDGE:])}:
            files.setdefault(text, set()).add(page.sha256 or page.path)
    count = len({page.sha256 or page.path for page in pages})
    least = max(_FEW_FILES, _RUNNING * count)
    return frozenset(text for text, paths in files.items() if len(paths) >= least)


def _read_page(page: PageReading, cues: Cues, running: frozenset[str]) -> PageSigns:
    lines = tuple(
        TextLine(text=text.strip(), folded=fold(text), is_running=fold(text) in running)
        for text in page.text.splitlines()
        if text.strip()
    )
    own = [line for line in lines if not line.is_running]
    folded = fold("\n".join(line.text for line in own))
    language, sure = _find_language(page, folded, cues)
    translation, certificate, role_reasons = _judge_role(page, lines, folded, cues)
    return PageSigns(
        reading=page,
        lines=lines,
        folded=folded,
        words=len(folded.split()),
        number=_find_number(own, cues),
        language=language,
        language_sure=sure,
        kinds=_judge_kinds(page, lines, folded, cues, language),
        translation=translation,
        certificate=certificate,
        role_reasons=role_reasons,
        salutation=_has_line_start(own, cues.salutations),
        closing=_has_line_start(own[-8:], cues.closings),
        first_person=_measure_share(folded, cues.first_person),
        head=frozenset(
            word for line in own[:3] for word in line.folded.split() if not word.isdigit()
        ),
        numbers=frozenset(
            re.findall(
                r"\d{4,}", re.sub(r"(?<=\d)[ -](?=\d)", "", " ".join(line.text for line in own))
            )
        ),
        top_date=any(_is_date_line(line, cues) for line in own[:HEADING_LINES]),
        letterhead=_has_letterhead(own),
        starts_inside=bool(own) and own[0].text[:1].islower(),
        ends_inside=bool(own) and own[-1].text[-1:].isalpha() and len(own[-1].text) > 45,
    )


def _measure_share(folded: str, wanted: frozenset[str]) -> float:
    words = folded.split()
    return sum(word in wanted for word in words) / max(1, len(words))


def _has_letterhead(lines: Sequence[TextLine]) -> bool:
    """Return whether a page begins with short lines, or with an address or telephone number."""
    if len(lines) <= 3:
        return False
    if any(_ADDRESS.search(line.text) for line in lines[:4]):
        return True
    return all(len(line.folded.split()) <= _SENTENCE for line in lines[:2])


def _is_date_line(line: TextLine, cues: Cues) -> bool:
    """Return whether a line is a date, alone or after a place."""
    if not any(map(str.isdigit, line.text)) or len(line.folded.split()) > _DATE_LINE:
        return False
    days = list(find_days(line.text, cues))
    return len(days) == 1


def _has_line_start(lines: Sequence[TextLine], phrases: Sequence[Phrase]) -> bool:
    return any(line.folded.startswith(phrase) for line in lines for phrase, _ in phrases)


@lru_cache(8)
def _compile_number_patterns(
    page: tuple[str, ...], of: tuple[str, ...]
) -> tuple[re.Pattern[str], ...]:
    words, joined = "|".join(page), "|".join(of)
    return (
        re.compile(rf"(?<![^\W\d_])(?:{words})\.? ?(\d{{1,3}}) ?(?:{joined}|/) ?(\d{{1,3}})\b"),
        re.compile(rf"^ ?(\d{{1,2}}) ?(?:{joined}|/) ?(\d{{1,2}}) ?$"),
        re.compile(rf"^ ?(?:{words})\.? ?(\d{{1,2}}) ?$"),
    )


def _find_number(lines: Sequence[TextLine], cues: Cues) -> tuple[int, int] | None:
    """Return the number of the page and of all pages, as printed at its edge."""
    edges = [*lines[:4], *lines[-4:]]
    worded, bare, alone = _compile_number_patterns(cues.page_words, cues.of_words)
    for line in edges:
        text = line.text.casefold()
        match = worded.search(text) or worded.search(line.folded) or bare.search(text)
        if match and 1 <= int(match[1]) <= int(match[2]):
            return int(match[1]), int(match[2])
    for line in edges:
        if match := alone.search(line.text.casefold()):
            return int(match[1]), 0
    return None


def _find_language(page: PageReading, folded: str, cues: Cues) -> tuple[str, float]:
    """Return the language of a page, and how sure it is: as identified, else by its short words or
    its script."""
    if len(page.language) in (2, 3):
        return page.language, 0.97
    words = folded.split()
    counts = Counter(
        language
        for word in words
        for language, short_words in cues.function_words.items()
        if word in short_words
    )
    possible = _SCRIPT_LANGUAGES.get(page.script or page.language, ())
    if possible:
        ranked = sorted(possible, key=lambda language: -counts[language])
        is_clear = counts[ranked[0]] >= 2 * counts[ranked[1]]
        return ranked[0], 0.8 if is_clear and counts[ranked[0]] else 0.6
    ranked_counts = counts.most_common(2)
    if ranked_counts and ranked_counts[0][1] >= _LEAST_FUNCTION_WORDS:
        (language, most), second = ranked_counts[0], sum(c for _, c in ranked_counts[1:])
        if most > second:
            return language, min(0.95, 0.6 + 0.35 * (most - second) / most)
    return "", 0.0


def _judge_role(
    page: PageReading, lines: Sequence[TextLine], folded: str, cues: Cues
) -> tuple[float, float, tuple[Reason, ...]]:
    """Return how much speaks for a translation and for a translator's certificate, and where."""
    reasons: list[Reason] = []
    own = [(n, line) for n, line in enumerate(lines) if not line.is_running]
    headings = own[:HEADING_LINES]
    translation = certificate = 0.0
    for n, line in headings:
        length = len(line.folded.split())
        if phrase := next(find_phrases(line.folded, cues.certificate_headings), None):
            certificate = max(certificate, 4.0 if length <= _SENTENCE else 1.5)
            reasons.append(_make_reason(page, n, phrase[0]))
        elif length <= _SENTENCE and (
            phrase := next(find_phrases(line.folded, cues.translation_headings), None)
        ):
            is_title = line.folded.startswith(phrase[0]) or " " in phrase[0].strip()
            translation = max(translation, 4.0 if is_title else 2.5)
            reasons.append(_make_reason(page, n, phrase[0]))
    certificate_phrases = list(find_phrases(folded, cues.certificate_words))
    speaks = any("translat" in phrase for phrase, _ in certificate_phrases)
    if speaks:
        certificate += min(5.0, 1.1 * len(certificate_phrases))
        reasons += [
            Reason(path=page.path, page=page.page, cue=p.strip())
            for p, _ in certificate_phrases[:3]
        ]
    marks = list(find_phrases(folded, cues.translation_words))
    brackets = len(re.findall(r"\[[^\]]{3,60}\]", page.text))
    if translation or brackets:
        translation += min(2.0, 0.4 * len(marks) + 0.4 * brackets)
    return translation, certificate, tuple(reasons)


def _make_reason(page: PageReading, line: int, phrase: str) -> Reason:
    return Reason(path=page.path, page=page.page, line=line + 1, cue=phrase.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class _PageTexts:
    """Where on a page the phrases of a kind are looked for."""

    page: PageReading
    headings: Sequence[tuple[int, TextLine]]
    folded: str
    edges: tuple[str, str]  # folded lines of letterhead and of signature
    language: str


def _judge_kinds(
    page: PageReading, lines: Sequence[TextLine], folded: str, cues: Cues, language: str
) -> dict[str, KindScore]:
    headings: list[tuple[int, TextLine]] = []
    for n, line in enumerate(lines):
        if not line.is_running and len(headings) < HEADING_LINES:
            headings.append((n, line))
    own = [line for line in lines if not line.is_running]
    edges = _read_senders(own, language)
    has_dateline = bool(_DATELINE.search("\n".join(line.text for line in own)))
    has_amounts = len(_AMOUNT.findall(page.text)) >= _MANY_AMOUNTS
    texts = _PageTexts(page=page, headings=headings, folded=folded, edges=edges, language=language)
    scores = {}
    for kind in cues.kinds:
        score = _judge_kind(kind, texts)
        if kind.dateline and has_dateline:
            score = replace(score, score=score.score + _DATELINE_SCORE)
        if kind.amounts and has_amounts and score.score > 0:
            score = replace(score, score=score.score + _AMOUNTS)
        if score.score > 0:
            scores[kind.id] = score
    return scores


def _read_senders(lines: Sequence[TextLine], language: str) -> tuple[str, str]:
    """Return the folded lines that may name who wrote a page, its first and its last. In English,
    names of offices have capital letters, and a line in small letters is none."""
    head, tail = lines[:_LETTERHEAD], lines[_LETTERHEAD:][-_SIGNATURE:]
    texts = [line.text for line in head if len(line.folded.split()) <= _SENDER_LINE]
    if language == "en":
        texts = [
            " ".join(word for word in text.split() if not word[:1].islower() or word in _SMALL)
            for text in texts
        ]
    ends = [
        line.text
        for line in tail
        if len(line.folded.split()) <= _SENDER_LINE
        and not (
            language == "en" and line.text[:1].islower() and len(line.folded.split()) > _ROLE_LINE
        )
    ]
    return fold("\n".join(texts)), fold("\n".join(ends))


def _judge_kind(kind: Kind, texts: _PageTexts) -> KindScore:
    """Return how much speaks for a kind: its names, words and senders, machine-readable lines, and
    against it the phrases that it never has."""
    name = _judge_names(kind, texts)
    senders = _find_senders(kind, texts)
    words = [row for row in find_phrases(texts.folded, kind.words) if row not in senders]
    score = name.score + _weigh_words(kind, words, texts.language, is_named=bool(name.reasons))
    if senders:
        score += _SENDER + _SENDER_MORE * min(2, len(senders) - 1)
        is_first = any(phrase in texts.edges[0] for phrase, _ in senders)
        score += _SENDER_FIRST if is_first else 0.0
    score += _AGAINST * len(list(find_phrases(texts.folded, kind.against)))
    cues = [phrase.strip() for phrase, _ in (*words, *senders)]
    reasons = [*name.reasons, *(_make_page_reason(texts.page, cue) for cue in cues)]
    zone_score = _judge_zones(kind, texts.page)
    if zone_score:
        reasons.insert(0, _make_page_reason(texts.page, "machine-readable lines"))
    return KindScore(
        score=score + zone_score,
        reasons=tuple(reasons[:6]),
        language=name.language,
        named=name.named or bool(zone_score),
    )


def _judge_names(kind: Kind, texts: _PageTexts) -> KindScore:
    """Return how much the names of a kind speak for it: most in a heading of few other words."""
    reasons: list[Reason] = []
    weights: list[float] = []
    language, named = "", False
    for phrase, phrase_language in find_phrases(texts.folded, kind.names):
        specific = min(1.7, 0.7 + 0.3 * len(phrase.split()))
        place = next(((n, line) for n, line in texts.headings if phrase in line.folded), None)
        weight = _IN_BODY
        if place:
            length = len(place[1].folded.split())
            covered = len(phrase.split()) / length
            rank = texts.headings.index(place)
            weight = _NAME * (0.4 if length > _SENTENCE else 0.7 + 0.5 * covered)
            weight *= 1.0 if rank < 5 else 0.7
            named = named or length <= _SENTENCE
            reasons.append(_make_reason(texts.page, place[0], phrase))
        else:
            reasons.append(_make_page_reason(texts.page, phrase.strip()))
        weights.append(weight * specific * _weigh_language(texts.language, phrase_language))
        language = language or phrase_language
    weights.sort(reverse=True)
    score = sum(weight * share for weight, share in zip(weights, (1.0, 0.4, 0.2), strict=False))
    return KindScore(score=score, reasons=tuple(reasons), language=language, named=named)


def _find_senders(kind: Kind, texts: _PageTexts) -> list[Phrase]:
    """Return the senders of a kind that stand in letterhead or signature."""
    return [
        (phrase, language)
        for phrase, language in find_phrases("".join(texts.edges), kind.senders)
        if _weigh_language(texts.language, language) == 1.0
    ]


def _weigh_words(
    kind: Kind, words: Sequence[Phrase], page_language: str, *, is_named: bool
) -> float:
    """Return how much words of a kind speak for it. `is_named`: one of its names is on the page."""
    weight = _WORD * (_NAMELESS if kind.needs_name and not is_named else 1.0)
    score = sum(weight * _weigh_language(page_language, language) for _, language in words)
    return min(_MOST_WORDS, score)


def _judge_zones(kind: Kind, page: PageReading) -> float:
    """Return how much machine-readable lines speak for a kind; 0 if there are none of it."""
    if kind.mrz and any(_has_zone(kind, zone.kind, zone.state) for zone in page.zones):
        return _PROVED_KIND
    is_passport = kind.id == "passport" and any(zone.kind == "P" for zone in page.zones)
    return _PROVED_KIND - 2 if is_passport else 0.0


def _make_page_reason(page: PageReading, cue: str) -> Reason:
    return Reason(path=page.path, page=page.page, cue=cue)


def _weigh_language(page_language: str, phrase_language: str) -> float:
    """Return the weight of a phrase on a page of a language: a name may be a word of another
    language. Much is in English on papers of any country."""
    if not page_language or page_language == phrase_language:
        return 1.0
    return 0.6 if phrase_language == "en" else _FOREIGN


def _has_zone(kind: Kind, letter: str, state: str) -> bool:
    wanted, _, country = kind.mrz.partition(":")
    return letter.startswith(wanted) and (not country or country == state)
