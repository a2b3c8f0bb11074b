"""All checks in order, and what they say together. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any

from assembler.crosscheck import duplicates, identity, statements, translations
from assembler.crosscheck.results import Crosschecked, Desk, Looked, Pages, Result
from assembler.crosscheck.statements import Place
from assembler.model import Case, Contradiction, Finding

_CHECKS: tuple[Callable[[Desk], Iterator[Result]], ...] = (
    identity.facts,
    identity.passports,
    identity.strangers,
    translations.certificates,
    translations.languages,
    translations.dates,
    translations.sequences,
    duplicates.doubles,
    translations.turned,
    translations.spellings,
    statements.statements,
    translations.unread,
)


def check(
    case: Case,
    pages: Pages,
    as_of: date,
    data: Mapping[str, Any],
    languages: Mapping[str, str],
    *,
    contact: bool = False,
) -> Crosschecked:
    """Compare the evidence with the case. `data`: schemas/crosscheck.json; `languages`: BCP 47 tag
    → English name.

    `contact`: a translator's certificate must give address and telephone
    (`Profile.certificate_contact`).
    """
    desk = Desk(
        case=case, pages=pages, as_of=as_of, data=data, languages=languages, contact=contact
    )
    results = [result for one in _CHECKS for result in one(desk)]
    return Crosschecked(
        findings=tuple(dict.fromkeys(one for one in results if isinstance(one, Finding))),
        looked=tuple(dict.fromkeys(one for one in results if isinstance(one, Looked))),
        contradictions=tuple(
            dict.fromkeys(one for one in results if isinstance(one, Contradiction))
        ),
    )


def of_documents(
    case: Case, documents: Mapping[str, str], data: Mapping[str, Any], said: Collection[str]
) -> Crosschecked:
    """What papers made from the case say otherwise than it: a firm's own template may hold facts of
    an earlier client.

    `documents`: name of the paper → its words. `said`: wrong values that the texts of case.json
    were told of already.
    """
    desk = Desk(case=case, pages={}, as_of=date.min, data=data, languages={})
    findings: list[Finding] = []
    contradictions: list[Contradiction] = []
    for name, text in documents.items():
        where = Place(where=name, file=name, remedy="correct it in the template, or in case.json")
        results = [*statements.stated(desk, where, text), *translations.spelt(desk, where, text)]
        for finding, contradiction in zip(results[::2], results[1::2], strict=True):
            if (
                isinstance(finding, Finding)
                and isinstance(contradiction, Contradiction)
                and contradiction.but not in said
            ):
                findings.append(finding)
                contradictions.append(contradiction)
    return Crosschecked(
        findings=tuple(dict.fromkeys(findings)),
        looked=(),
        contradictions=tuple(dict.fromkeys(contradictions)),
    )
