"""Rules about exhibits: translations, dates, whom they are about, whether anything cites them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from assembler.model import Exhibit, FilePart, Translator
from assembler.model.case_texts import citing_texts
from assembler.rules.rule_context import Hit, Scene, cites

_PERSONAL = ("identity", "status")


def rules(scene: Scene) -> Iterator[Hit]:
    """Everything about every exhibit."""
    used = _used(scene)
    people = len({subject.person.id for subject in scene.subjects})
    parties = {subject.person.name.full.casefold() for subject in scene.subjects}
    for where, exhibit in scene.exhibits():
        yield from _translation(exhibit, where, parties)
        yield from _dates(scene, exhibit, where)
        yield from _supports(scene, exhibit, where)
        if (
            exhibit.category in _PERSONAL
            and not exhibit.person
            and people > 1
            and scene.case.kind != "rfe-response"
        ):
            yield Hit(rule="ID.WHOSE", pointer=where, exhibit=exhibit.id)
        everybody = {person.id for person in scene.case.beneficiaries}
        # the texts stand in every packet, so they cannot cite what only some of them hold
        if exhibit.id not in used and not 0 < len(everybody & {*exhibit.belongs_to}) < len(
            everybody
        ):
            yield Hit(rule="CITE.UNUSED", pointer=where, exhibit=exhibit.id)


def _used(scene: Scene) -> frozenset[str]:
    """Exhibits that a text cites, or an answer to a notice names."""
    rfe = scene.case.rfe
    named = (
        {exhibit for point in rfe.points for exhibit in point.exhibits} | {rfe.notice_exhibit}
        if rfe
        else set()
    )
    return frozenset(named).union(*(cites(text.paragraphs) for text in citing_texts(scene.case)))


def _english(tag: str) -> bool:
    return tag.partition("-")[0] == "en"


def _translation(exhibit: Exhibit, where: str, parties: set[str]) -> Iterator[Hit]:
    sets = list(_sets(exhibit.parts))
    for documents, translations, certificates, later in sets:
        foreign = [part for part in documents if not _english(part.language or exhibit.language)]
        if foreign and not translations:
            yield Hit(rule="TRANS.PRESENT", pointer=where, exhibit=exhibit.id)
        if translations and not certificates and not later:
            yield Hit(rule="TRANS.CERT", pointer=where, exhibit=exhibit.id)
        if (translations and not documents) or (certificates and not translations):
            yield Hit(rule="TRANS.ORDER", pointer=where, exhibit=exhibit.id)
    if any(translations for _, translations, _, _ in sets):
        yield from _translator(
            exhibit, exhibit.translator, f"{where}/translation/translator", parties
        )


def _sets(
    parts: Sequence[FilePart],
) -> Iterator[tuple[list[FilePart], list[FilePart], list[FilePart], bool]]:
    """Documents, their translations, the certificates of those, in runs as they will lie in the
    bundle.

    The last: whether a certificate comes in a later run; one may stand for several translations.
    """
    order = ("document", "translation", "certificate")
    runs: list[tuple[list[FilePart], list[FilePart], list[FilePart]]] = []
    at = len(order)
    for part in parts:
        role = order.index(part.role)
        if role < at:
            runs.append(([], [], []))
        runs[-1][role].append(part)
        at = role
    for n, run in enumerate(runs):
        yield *run, any(certificates for _, _, certificates in runs[n + 1 :])


def _translator(
    exhibit: Exhibit, who: Translator | None, where: str, parties: set[str]
) -> Iterator[Hit]:
    wanted = ("name", "address", "phone", "date")
    fields = [field for field in wanted if who is None or not getattr(who, field)]
    if fields:
        yield Hit(
            rule="TRANS.CONTACT",
            pointer=where,
            exhibit=exhibit.id,
            values={"fields": ", ".join(fields)},
        )
    if who is None:
        return
    languages = {
        part.language or exhibit.language for part in exhibit.parts if part.role == "document"
    }
    foreign = {tag.partition("-")[0] for tag in languages if not _english(tag)}
    if foreign and who.language.partition("-")[0] not in foreign:
        yield Hit(rule="TRANS.LANGUAGE", pointer=f"{where}/language", exhibit=exhibit.id)
    if who.date and exhibit.date and who.date < exhibit.date:
        yield Hit(rule="TRANS.DATE", pointer=f"{where}/date", exhibit=exhibit.id)
    if who.name.full.casefold() in parties:
        yield Hit(rule="TRANS.PARTY", pointer=f"{where}/name", exhibit=exhibit.id)


def _dates(scene: Scene, exhibit: Exhibit, where: str) -> Iterator[Hit]:
    letter = scene.case.request.letter_date
    if exhibit.date and exhibit.date > scene.as_of:
        yield Hit(rule="DATE.EXHIBIT_FUTURE", pointer=f"{where}/date", exhibit=exhibit.id)
    elif exhibit.date and letter and exhibit.date > letter:
        yield Hit(rule="DATE.AFTER_LETTER", pointer=f"{where}/date", exhibit=exhibit.id)


def _supports(scene: Scene, exhibit: Exhibit, where: str) -> Iterator[Hit]:
    for n, one in enumerate(exhibit.supports):
        if one not in scene.library.lines:
            near = get_close_matches(one.upper(), scene.library.lines, 1)
            suggestion = f"did you mean {near[0]}?" if near else "no id is like this one"
            yield Hit(
                rule="SUPPORT.UNKNOWN_LINE",
                pointer=f"{where}/supports/{n}",
                exhibit=exhibit.id,
                values={"suggestion": suggestion},
            )
