"""Turn verdicts on pages into findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assembler.evidence import legibility, ocr
from assembler.evidence.legibility import BLANK, Judged, Limits, Reason, Verdict
from assembler.evidence.page_recognition import RecognizedPage
from assembler.model import Exhibit, FilePart, Finding, PreparedPage, Severity
from assembler.runtime.rule_catalog import make_finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitPage:
    """A page of an exhibit, the file part it belongs to, and its recognition."""

    page: PreparedPage
    part: FilePart
    recognized: RecognizedPage | None


def report_legibility(
    exhibit: Exhibit, pages: Sequence[ExhibitPage], limits: Limits
) -> Iterator[Finding]:
    """Yield the findings about the legibility of an exhibit's pages, in page order.

    An illegible page is an error, unless its file's `accept_loss` names the rule; everything else
    is a warning.
    """
    yield from _missing_data(exhibit, pages)
    for page in pages:
        judged = _judge_page(exhibit, page, limits)
        if judged is None:
            continue
        for number, reason in enumerate(judged.reasons):
            decisive = number == 0 and judged.verdict is Verdict.ILLEGIBLE
            if reason.rule not in page.part.accept_loss:
                yield _finding(exhibit, page.page, reason, decisive=decisive)


def _judge_page(exhibit: Exhibit, page: ExhibitPage, limits: Limits) -> Judged | None:
    if page.page.blank:
        return Judged(verdict=Verdict.DOUBTFUL, reasons=(BLANK,))
    if page.recognized is None or exhibit.category == "photo":  # a photo need not have any words
        return None
    has_language = ocr.has_language(page.page.language)
    measures = page.recognized.measures
    return legibility.judge(measures, limits, page.page.dpi, own_language=has_language)


def _finding(exhibit: Exhibit, page: PreparedPage, reason: Reason, *, decisive: bool) -> Finding:
    accept = f'; or keep it with "accept_loss": ["{reason.rule}"] on the file' if decisive else ""
    part = f", part {page.part} of {page.parts}" if page.parts > 1 else ""
    return make_finding(
        reason.rule,
        f"{page.path}, page {page.source_page}{part}",
        f"the page is illegible: {reason.problem}" if decisive else reason.problem,
        reason.remedy + accept,
        Severity.ERROR if decisive else Severity.WARNING,
        file=page.path,
        page=page.source_page,
        piece=page.part if page.parts > 1 else None,
        exhibit=exhibit.id,
        region=reason.where,
    )


def _missing_data(exhibit: Exhibit, pages: Sequence[ExhibitPage]) -> Iterator[Finding]:
    """Yield one finding per language whose recognition data is missing.

    With a translation it is only a note, since there is text to search.
    """
    first_pages = {
        page.page.language: page.page
        for page in reversed(pages)
        if page.recognized and not ocr.has_language(page.page.language)
    }
    is_translated = any(part.role == "translation" for part in exhibit.parts)
    for language, page in sorted(first_pages.items()):
        yield make_finding(
            "LANG.DATA",
            f"exhibit {exhibit.id}, {page.path}",
            f"this machine cannot recognize the language {language}, so a search will not find "
            f"the text of its pages",
            ocr.describe_installation(language),
            Severity.INFO if is_translated else Severity.WARNING,
            file=page.path,
            page=page.source_page,
            exhibit=exhibit.id,
        )
