"""Check exhibits: translations, dates, whom they are about, whether anything cites them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from assembler.model import Exhibit, FilePart, Translator
from assembler.model.case_texts import list_citing_texts
from assembler.rules.claim_matrix import build_claim_rows
from assembler.rules.rule_context import Hit, RuleContext, list_cited_exhibits

_PERSONAL = ("identity", "status")


def check_exhibits(context: RuleContext) -> Iterator[Hit]:
    """Check every exhibit."""
    # what meets a line of a checklist is evidence, whether a text cites it or not
    needed = _list_used(context) | _list_meeting(context)
    people = len({subject.person.id for subject in context.subjects})
    parties = {subject.person.name.full.casefold() for subject in context.subjects}
    for where, exhibit in context.iterate_exhibits():
        yield from _check_translation(exhibit, where, parties)
        yield from _check_dates(context, exhibit, where)
        yield from _check_supports(context, exhibit, where)
        if exhibit.unconfirmed:
            yield Hit(
                rule="CASE.UNCONFIRMED",
                pointer=f"{where}/unconfirmed",
                exhibit=exhibit.id,
            )
        if (
            exhibit.category in _PERSONAL
            and not exhibit.person
            and people > 1
            and context.case.kind != "rfe-response"
        ):
            yield Hit(rule="ID.WHOSE", pointer=where, exhibit=exhibit.id)
        beneficiaries = {person.id for person in context.case.beneficiaries}
        # the texts are in every packet, so they cannot cite an exhibit that only some packets have
        if exhibit.id not in needed and not 0 < len(beneficiaries & {*exhibit.belongs_to}) < len(
            beneficiaries
        ):
            yield Hit(rule="CITE.UNUSED", pointer=where, exhibit=exhibit.id)


def _list_used(context: RuleContext) -> frozenset[str]:
    """Return exhibits that a text cites, that an answer to a notice names, or that have entries in
    the thematic index."""
    rfe = context.case.rfe
    with_topics = {exhibit.id for exhibit in context.case.exhibits if exhibit.topics}
    exhibits = (
        {exhibit for point in rfe.points for exhibit in point.exhibits} | {rfe.notice_exhibit}
        if rfe
        else set()
    )
    return frozenset(exhibits | with_topics).union(
        *(list_cited_exhibits(text.paragraphs) for text in list_citing_texts(context.case))
    )


def _list_meeting(context: RuleContext) -> frozenset[str]:
    """Return exhibits that meet a line of a checklist, by their category or by `supports`."""
    return frozenset(exhibit for row, _ in build_claim_rows(context) for exhibit in row.exhibits)


def _is_english(tag: str) -> bool:
    return tag.partition("-")[0] == "en"


def _check_translation(exhibit: Exhibit, where: str, parties: set[str]) -> Iterator[Hit]:
    sets = list(_group_parts(exhibit.parts))
    for documents, translations, certificates, has_later_certificate in sets:
        foreign = [part for part in documents if not _is_english(part.language or exhibit.language)]
        if foreign and not translations:
            yield Hit(rule="TRANS.PRESENT", pointer=where, exhibit=exhibit.id)
        if translations and not certificates and not has_later_certificate:
            yield Hit(rule="TRANS.CERT", pointer=where, exhibit=exhibit.id)
        if (translations and not documents) or (certificates and not translations):
            yield Hit(rule="TRANS.ORDER", pointer=where, exhibit=exhibit.id)
    if any(translations for _, translations, _, _ in sets):
        yield from _check_translator(
            exhibit, exhibit.translator, f"{where}/translation/translator", parties
        )


def _group_parts(
    parts: Sequence[FilePart],
) -> Iterator[tuple[list[FilePart], list[FilePart], list[FilePart], bool]]:
    """Yield documents, their translations and the certificates of those, in groups as they are in
    the bundle.

    The last value is whether a later group has a certificate; one may cover several translations.
    """
    order = ("document", "translation", "certificate")
    runs: list[tuple[list[FilePart], list[FilePart], list[FilePart]]] = []
    previous = len(order)
    for part in parts:
        role = order.index(part.role)
        if role < previous:
            runs.append(([], [], []))
        runs[-1][role].append(part)
        previous = role
    for n, run in enumerate(runs):
        yield *run, any(certificates for _, _, certificates in runs[n + 1 :])


def _check_translator(
    exhibit: Exhibit, translator: Translator | None, where: str, parties: set[str]
) -> Iterator[Hit]:
    required = ("name", "address", "phone", "date")
    fields = [field for field in required if translator is None or not getattr(translator, field)]
    if fields:
        yield Hit(
            rule="TRANS.CONTACT",
            pointer=where,
            exhibit=exhibit.id,
            values={"fields": ", ".join(fields)},
        )
    if translator is None:
        return
    languages = {
        part.language or exhibit.language for part in exhibit.parts if part.role == "document"
    }
    foreign = {tag.partition("-")[0] for tag in languages if not _is_english(tag)}
    if foreign and translator.language.partition("-")[0] not in foreign:
        yield Hit(rule="TRANS.LANGUAGE", pointer=f"{where}/language", exhibit=exhibit.id)
    if translator.date and exhibit.date and translator.date < exhibit.date:
        yield Hit(rule="TRANS.DATE", pointer=f"{where}/date", exhibit=exhibit.id)
    if translator.name.full.casefold() in parties:
        yield Hit(rule="TRANS.PARTY", pointer=f"{where}/name", exhibit=exhibit.id)


def _check_dates(context: RuleContext, exhibit: Exhibit, where: str) -> Iterator[Hit]:
    letter = context.case.request.letter_date
    if exhibit.date and exhibit.date > context.as_of:
        yield Hit(rule="DATE.EXHIBIT_FUTURE", pointer=f"{where}/date", exhibit=exhibit.id)
    elif exhibit.date and letter and exhibit.date > letter:
        yield Hit(rule="DATE.AFTER_LETTER", pointer=f"{where}/date", exhibit=exhibit.id)


def _check_supports(context: RuleContext, exhibit: Exhibit, where: str) -> Iterator[Hit]:
    for n, line in enumerate(exhibit.supports):
        if line not in context.library.lines:
            suggestions = get_close_matches(line.upper(), context.library.lines, 1)
            suggestion = (
                f"did you mean {suggestions[0]}?" if suggestions else "there is no similar id"
            )
            yield Hit(
                rule="SUPPORT.UNKNOWN_LINE",
                pointer=f"{where}/supports/{n}",
                exhibit=exhibit.id,
                values={"suggestion": suggestion},
            )
