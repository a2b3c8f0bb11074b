"""All checks in order, and what they say together. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from assembler.crosscheck import doubles, papers, people, statements
from assembler.crosscheck.values import Contradiction, Crosschecked, Desk, Looked, Pages, Result
from assembler.model import Case, Finding

_CHECKS: tuple[Callable[[Desk], Iterator[Result]], ...] = (
    people.facts, people.passports, people.strangers, papers.certificates, papers.languages, papers.dates, papers.sequences,
    doubles.doubles, papers.turned, papers.spellings, statements.statements, papers.unread,
)  # fmt: skip


def check(
    case: Case, pages: Pages, as_of: date, data: Mapping[str, Any], languages: Mapping[str, str], *, contact: bool = False
) -> Crosschecked:
    """Compare the evidence with the case. `data`: schemas/crosscheck.json; `languages`: BCP 47 tag → English name.

    `contact`: a translator's certificate must give address and telephone (`Profile.certificate_contact`).
    """
    desk = Desk(case=case, pages=pages, as_of=as_of, data=data, languages=languages, contact=contact)
    results = [result for one in _CHECKS for result in one(desk)]
    return Crosschecked(
        findings=tuple(dict.fromkeys(one for one in results if isinstance(one, Finding))),
        looked=tuple(dict.fromkeys(one for one in results if isinstance(one, Looked))),
        contradictions=tuple(dict.fromkeys(one for one in results if isinstance(one, Contradiction))),
    )

