"""Find photos that a packet promises to USCIS for its documents. Photographs as evidence are no
matter of this rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from assembler.model.case_texts import list_citing_texts
from assembler.rules.rule_context import Hit, RuleContext

_PHOTO = r"(?:photo(?:graph)?s?|pictures?|headshots?|portraits?|pics?)"
_HOW_MANY = r"(?:\(?(?:two|three|four|six|[2-9])\)?|(?:a\s+)?(?:pair|set)\s+of)(?:\s*\([0-9]\))?"
# a photo for a document is described by its use, its size or its sameness
_INCHES = r"\s*-?(?:\"|”|″|'|in(?:ch(?:es)?)?\b\.?)?"
_TIMES = r"\s*-?(?:[x×*]|by)-?\s*"
_SIZE = (
    rf"(?<![0-9.,])(?:(?:2|two){_INCHES}{_TIMES}(?:2|two){_INCHES}"
    rf"|5(?:\s*cm)?{_TIMES}5\s*cm\b|5[01](?:\s*mm)?{_TIMES}5[01]\s*mm\b"
    rf"|35(?:\s*mm)?{_TIMES}45(?:\s*mm\b)?|3[.,]5(?:\s*cm)?{_TIMES}4[.,]5(?:\s*cm\b)?)(?![0-9])"
)
# "student ID photo" is a picture of a document
_USE = (
    r"(?<!student )(?<!school )(?<!national )(?<!military )(?<!voter )(?<!work )(?<!consular )"
    r"\b(?:passport|visa|id|i\.d\.|identity|identification|biometrics?|green[\s-]card)"
    r"(?:[\s-](?:style|type|size|sized|quality|format|standard))?"
)
_ADJECTIVES = (
    r"(?:[\s-](?:colou?r|recent|identical|frontal|full[\s-]face|passport|style|size|sized),?)"
    r"{0,3}[\s-]"
)
# "passport photo page" is a page, "photo ID" and "photocopy" are other things
_NOT_A_PHOTO = (
    r"(?![\s-]*(?:pages?|cop(?:y|ies)|id\b|identification|card|booth|(?:and|&|/)\s*\w+\s+page"
    r"|of\s+(?:the\s+|his\s+|her\s+)?passport\b|per\s|(?:on|to)\s+(?:a|one|each|the)\s"
    r"|grid|layout|metadata))"
)
_FOR_DOCUMENTS = re.compile(
    rf"(?:{_USE}|{_SIZE}){_ADJECTIVES}{_PHOTO}\b{_NOT_A_PHOTO}"
    # identical ones that were posted or sent are evidence
    rf"|\bidentical{_ADJECTIVES}{_PHOTO}\b(?!\s+(?!of\b|for\b|and\b|\()\w){_NOT_A_PHOTO}"
    rf"|\b{_PHOTO}\b[\s,(:–-]*(?:(?:in|of|for|as|meeting)\s+)?(?:the\s+|an?\s+)?"
    r"(?:passport[\s-](?:style|type|sized?|format|standards?|specifications?|requirements?)\b"
    rf"|{_SIZE}{_NOT_A_PHOTO})"
    rf"|\b{_PHOTO}\s+for\s+(?:the\s+|an?\s+|his\s+|her\s+)?"
    r"(?:travel document|parole document|ead|employment authorization|biometrics?|uscis)\b"
    r"|\bfotos?(?:graf[ií]as?)?\s+(?:de\s+)?(?:tipo\s+|tamaño\s+)?(?:pasaporte|carn[eé]t?)\b",
    re.IGNORECASE,
)
_OF_PERSON = (
    r"\s+(?:of|for)\s+(?:the\s+|each\s+|every\s+|both\s+)?"
    r"(?:applicants?|beneficiar(?:y|ies)|petitioners?|parolees?|child(?:ren)?|person)(?![’'\w])"
)
# "two photographs", alone or of the person, in a list of what is enclosed
_COUNTED = re.compile(
    rf"\s*(?:{_HOW_MANY}{_ADJECTIVES}{_PHOTO}(?:{_OF_PERSON})?"
    rf"|{_PHOTO}(?:{_OF_PERSON})?\s*\(?(?:x\s*)?(?:2|two)\)?"
    rf"|{_PHOTO}{_OF_PERSON})\s*[.;]?\s*",
    re.IGNORECASE,
)
_ENCLOSED = re.compile(r"\b(?:enclos|attach|submit|includ|send|sent|herewith)\w*", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


def check_photos(context: RuleContext) -> Iterator[Hit]:
    """Find photos for documents among the enclosures, the exhibits, and what the texts say is
    enclosed."""
    pointers = list(_find_photos(context))
    fact = context.use_fact("biometrics/photos") if pointers else None
    if fact is None or context.as_of < date.fromisoformat(fact["from"]):
        return
    for pointer, exhibit in pointers:
        yield Hit(
            rule="PHOTO.SUBMITTED", pointer=pointer, exhibit=exhibit, values={"from": fact["from"]}
        )


def is_photo_for_documents(text: str) -> bool:
    """Return whether a text speaks of photos for documents: passport photos, two identical ones."""
    return _FOR_DOCUMENTS.search(text) is not None


def _find_photos(context: RuleContext) -> Iterator[tuple[str, str | None]]:
    case = context.case
    for n, line in enumerate(case.request.enclosures):
        if is_photo_for_documents(line) or _COUNTED.fullmatch(_hide_names(context, line)):
            yield f"/request/enclosures/{n}", None
    for where, exhibit in context.iterate_exhibits():
        if is_photo_for_documents(exhibit.title):
            yield f"{where}/title", exhibit.id
    for text in list_citing_texts(case):
        for pointer, paragraph in text.iterate_numbered():
            if any(
                is_photo_for_documents(sentence) and _ENCLOSED.search(sentence)
                for sentence in _SENTENCE.split(paragraph)
            ):
                yield pointer, None


def _hide_names(context: RuleContext, line: str) -> str:
    """Return a line with "beneficiary" in place of the people of the case."""
    for subject in context.subjects:
        name = subject.person.name
        for words in (name.full, f"{name.given} {name.family}", name.given, name.family):
            line = re.sub(rf"\b{re.escape(words)}\b", "beneficiary", line)
    return line
