"""Judge what a document is: its kind, language and role, from all its pages. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import exp

from assembler.intake.proposals.cues import Cues, fold
from assembler.intake.proposals.page_signs import PageSigns
from assembler.intake.proposals.values import Guess, Reason
from assembler.model import PartRole

_LATER = 0.35  # weight of pages after the first
_HEAT = 1.6  # how much a lead counts: larger is less sure
_LETTER = 1.7  # score that a letter has without any other cue
_TELLING, _TOLD = 0.03, 1.0  # share of "I" and "my" in a report of one's own; what it adds
_FILE_NAME = 2.5  # weight of a word in the name of the file
_ROLE = 3.5
_CAPTION = 22  # words below a photograph
_HARDLY_READ = 60  # percent of confidence, below which recognition guessed at letters
_TOLD_KIND = 1.5  # score of a kind, from which a few words are no caption
_LABELS = 2  # lines with a colon, from which a page is a form and no photograph


def judge_kind(
    pages: Sequence[PageSigns],
    cues: Cues,
    file_words: Mapping[str, Sequence[str]] | None = None,
) -> Guess[str]:
    """Return the kind of a document (id in categories.json)."""
    scores: dict[str, float] = {}
    reasons: dict[str, list[Reason]] = {}
    read = [page for page in pages if not page.reading.blank]
    for n, page in enumerate(read):
        for kind, judged in page.kinds.items():
            share = 1.0 if n == 0 else _LATER / max(1, len(read) - 2)
            scores[kind] = scores.get(kind, 0.0) + share * judged.score
            reasons.setdefault(kind, []).extend(judged.reasons)
    _add_file_names(pages, cues, scores, reasons, file_words or {})
    if read and all(page.is_picture for page in read):
        scores["photo"] = scores.get("photo", 0.0) + 4.0
    elif read and all(_is_captioned(page) for page in read):
        scores["photo"] = scores.get("photo", 0.0) + 3.0
    elif any(page.salutation or page.closing for page in read):
        scores["personal-letter"] = max(scores.get("personal-letter", 0.0), 0.0) + 0.6
        if max(scores.values()) < _LETTER:
            scores["personal-letter"] = _LETTER
    if any(page.first_person >= _TELLING for page in read):
        scores["personal-letter"] = scores.get("personal-letter", 0.0) + _TOLD
    if not scores or max(scores.values()) < 0.8:
        return Guess(value="other", confidence=0.3)
    best = max(scores, key=lambda kind: (scores[kind], kind))
    confidence = _estimate_confidence(best, scores, cues)
    return Guess(value=best, confidence=confidence, reasons=tuple(reasons.get(best, ()))[:6])


def _is_captioned(page: PageSigns) -> bool:
    """Return whether a page may be a photograph with a line of words."""
    return (
        page.reading.recognized
        and page.words <= _CAPTION
        and not page.reading.zones
        and sum(":" in line.text for line in page.lines) < _LABELS
        and not any(judged.named or judged.score >= _TOLD_KIND for judged in page.kinds.values())
    )


def _add_file_names(
    pages: Sequence[PageSigns],
    cues: Cues,
    scores: dict[str, float],
    reasons: dict[str, list[Reason]],
    file_words: Mapping[str, Sequence[str]],
) -> None:
    """Count words in the names of the files for the best kind of their category."""
    first = pages[0].reading
    name = fold(re.sub(r"\.[a-z0-9]+$", "", first.path.rpartition("/")[2].casefold()))
    for category, words in file_words.items():
        if any(f" {word} " in name for word in words):
            kinds = [kind.id for kind in cues.kinds if kind.category == category]
            best = max(kinds, key=lambda kind: scores.get(kind, 0.0), default="")
            if best:
                scores[best] = scores.get(best, 0.0) + _FILE_NAME
                reasons.setdefault(best, []).insert(
                    0, Reason(path=first.path, page=first.page, cue="name of the file")
                )


def _estimate_confidence(best: str, scores: Mapping[str, float], cues: Cues) -> float:
    """Return how likely the category of the best kind is right."""
    by_category: dict[str, float] = {}
    for kind, score in scores.items():
        category = cues.kind(kind).category
        by_category[category] = max(by_category.get(category, 0.0), score)
    own = by_category[cues.kind(best).category]
    total = sum(exp((score - own) / _HEAT) for score in by_category.values())
    return round(min(0.98, (1 / total) * (1 - exp(-own / 2.2))), 2)


def judge_language(pages: Sequence[PageSigns], kind: Guess[str]) -> Guess[str]:
    """Return the language of a document; English for pages without words, which need no
    translation."""
    weights: Counter[str] = Counter()
    for page in pages:
        if page.language:
            weights[page.language] += max(1, page.words) * page.language_sure  # type: ignore[assignment]  # weights are floats
    named = next(
        (
            judged.language
            for page in pages
            if (judged := page.kinds.get(kind.value)) and judged.language
        ),
        "",
    )
    words = sum(page.words for page in pages)
    reasons = tuple(
        Reason(path=page.reading.path, page=page.reading.page, cue="language of the page")
        for page in pages
        if page.language
    )[:2]
    has_zones = any(page.reading.zones for page in pages)
    if has_zones and kind.value in ("passport", "us-passport", "us-visa", "resident-card"):
        return Guess(value="en", confidence=0.93, reasons=reasons)
    if not weights:
        if named:
            return Guess(value=named, confidence=0.75, reasons=kind.reasons[:1])
        has_words = words >= _CAPTION or any(map(_has_letters_unread, pages))
        return Guess(value="en", confidence=0.6 if has_words else 0.92)
    language, weight = weights.most_common(1)[0]
    share = weight / sum(weights.values())
    if named == "en" and language != "en" and "en" in weights:
        return Guess(value="en", confidence=0.7, reasons=reasons)
    sure = max(page.language_sure for page in pages if page.language == language)
    agrees = 0.02 if named == language else 0.0
    return Guess(
        value=language, confidence=round(min(0.99, share * sure + agrees), 2), reasons=reasons
    )


def _has_letters_unread(page: PageSigns) -> bool:
    """Return whether recognition found letters and could hardly read them, as those of another
    language."""
    confidence = page.reading.confidence
    return confidence is not None and 0 < confidence < _HARDLY_READ


def judge_role(pages: Sequence[PageSigns], language: str) -> Guess[PartRole]:
    """Return the role of a document by its own words."""
    certificate = max(page.certificate for page in pages)
    translation = max(page.translation for page in pages)
    reasons = tuple(reason for page in pages for reason in page.role_reasons)[:4]
    is_short = sum(page.words for page in pages) < 450
    if certificate >= _ROLE + 1 and certificate > translation * 0.6 and is_short:
        return Guess(
            value=PartRole.CERTIFICATE,
            confidence=round(min(0.97, 0.6 + 0.06 * certificate), 2),
            reasons=reasons,
        )
    if translation >= _ROLE and language == "en":
        return Guess(
            value=PartRole.TRANSLATION,
            confidence=round(min(0.96, 0.55 + 0.09 * translation), 2),
            reasons=reasons,
        )
    return Guess(value=PartRole.DOCUMENT, confidence=0.93)
