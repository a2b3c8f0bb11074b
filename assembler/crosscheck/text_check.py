"""Run all checks in order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any

from assembler.crosscheck import (
    date_orders,
    duplicates,
    foreign_passages,
    identity,
    long_documents,
    narratives,
    partial_translations,
    people_mentions,
    statements,
    translations,
)
from assembler.crosscheck.results import CheckContext, CrosscheckReport, Pages, Result
from assembler.crosscheck.statements import TextPlace
from assembler.model import Case, Contradiction, Finding, SearchResult

_CHECKS: tuple[Callable[[CheckContext], Iterator[Result]], ...] = (
    identity.check_expected_facts,
    people_mentions.check_mentions,
    identity.check_machine_lines,
    identity.check_unknown_numbers,
    translations.check_certificates,
    translations.check_languages,
    partial_translations.check_translations_cover_originals,
    foreign_passages.find_untranslated_passages,
    translations.check_dates,
    date_orders.check_date_orders,
    translations.check_page_counts,
    duplicates.find_repeated_pages,
    translations.check_turned_pages,
    translations.check_spellings,
    statements.check_statements,
    narratives.check_narratives,
    translations.check_unread_exhibits,
    long_documents.find_long_reports,
    long_documents.check_topic_pages,
)


def check(
    case: Case,
    pages: Pages,
    as_of: date,
    data: Mapping[str, Any],
    languages: Mapping[str, str],
    *,
    contact: bool = False,
) -> CrosscheckReport:
    """Compare the evidence with the case.

    Args:
        data: schemas/crosscheck.json.
        languages: BCP 47 tag → English name.
        contact: a translator's certificate must give address and telephone
          (`Profile.certificate_contact`).
    """
    context = CheckContext(
        case=case, pages=pages, as_of=as_of, data=data, languages=languages, contact=contact
    )
    results = [result for run_check in _CHECKS for result in run_check(context)]
    return CrosscheckReport(
        findings=tuple(dict.fromkeys(result for result in results if isinstance(result, Finding))),
        searches=tuple(
            dict.fromkeys(result for result in results if isinstance(result, SearchResult))
        ),
        contradictions=tuple(
            dict.fromkeys(result for result in results if isinstance(result, Contradiction))
        ),
    )


def find_repeats(
    case: Case, pages: Pages, as_of: date, data: Mapping[str, Any]
) -> tuple[Finding, ...]:
    """Return the findings about pages that occur twice, and nothing else.

    Args:
        data: schemas/crosscheck.json.
    """
    context = CheckContext(case=case, pages=pages, as_of=as_of, data=data, languages={})
    results = duplicates.find_repeated_pages(context)
    return tuple(dict.fromkeys(result for result in results if isinstance(result, Finding)))


def check_documents(
    case: Case, documents: Mapping[str, str], data: Mapping[str, Any], known_values: Collection[str]
) -> CrosscheckReport:
    """Find where papers made from the case contradict it: a firm's own template may hold facts of
    an earlier client.

    Args:
        documents: name of the paper → its words.
        known_values: wrong values of the texts of case.json that were reported already.
    """
    context = CheckContext(case=case, pages={}, as_of=date.min, data=data, languages={})
    findings: list[Finding] = []
    contradictions: list[Contradiction] = []
    for name, text in documents.items():
        place = TextPlace(
            where=name,
            file=name,
            described="the paper",
            remedy="compare the template with case.json, and correct the one that is wrong",
        )
        results = [
            *statements.check_text(context, place, text),
            *translations.check_names(context, place, text),
        ]
        for finding, contradiction in zip(results[::2], results[1::2], strict=True):
            if (
                isinstance(finding, Finding)
                and isinstance(contradiction, Contradiction)
                and contradiction.other_value not in known_values
            ):
                findings.append(finding)
                contradictions.append(contradiction)
    return CrosscheckReport(
        findings=tuple(dict.fromkeys(findings)),
        searches=(),
        contradictions=tuple(dict.fromkeys(contradictions)),
    )
