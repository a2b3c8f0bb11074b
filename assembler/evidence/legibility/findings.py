"""Verdicts on pages as findings: what a person should know about a page, and do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assembler.evidence import legibility, ocr
from assembler.evidence.legibility import BLANK, Judged, Limits, Reason, Verdict
from assembler.evidence.page_recognition import Read
from assembler.model import Exhibit, FilePart, Finding, PreparedPage, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page of an exhibit, the file part it belongs to, and what its recognition gave."""

    page: PreparedPage
    part: FilePart
    read: Read | None


def findings_of(exhibit: Exhibit, pages: Sequence[Seen], limits: Limits) -> Iterator[Finding]:
    """Everything worth saying about the legibility of an exhibit's pages, in their order.

    An illegible page is an error, until its file's `accept_loss` names the rule; everything else is
    a warning.
    """
    yield from _missing_data(exhibit, pages)
    for one in pages:
        judged = _judged(exhibit, one, limits)
        for number, reason in enumerate(judged.reasons if judged else ()):
            decisive = number == 0 and judged is not None and judged.verdict is Verdict.ILLEGIBLE
            if reason.rule not in one.part.accept_loss:
                yield _finding(exhibit, one.page, reason, decisive=decisive)


def _judged(exhibit: Exhibit, one: Seen, limits: Limits) -> Judged | None:
    if one.page.blank:
        return Judged(verdict=Verdict.DOUBTFUL, reasons=(BLANK,))
    if one.read is None or exhibit.category == "photo":  # a photograph need not have a word on it
        return None
    return legibility.judge(
        one.read.measures, limits, one.page.dpi, own_language=ocr.has_language(one.page.language)
    )


def _finding(exhibit: Exhibit, page: PreparedPage, reason: Reason, *, decisive: bool) -> Finding:
    accept = f'; or keep it with "accept_loss": ["{reason.rule}"] on the file' if decisive else ""
    return Finding(
        rule=reason.rule,
        severity=Severity.ERROR if decisive else Severity.WARNING,
        where=f"{page.path}, page {page.source_page}"
        + (f", part {page.part} of {page.parts}" if page.parts > 1 else ""),
        problem=f"the page cannot be read: {reason.problem}" if decisive else reason.problem,
        remedy=reason.remedy + accept,
        file=page.path,
        page=page.source_page,
        piece=page.part if page.parts > 1 else None,
        exhibit=exhibit.id,
        region=reason.where,
    )


def _missing_data(exhibit: Exhibit, pages: Sequence[Seen]) -> Iterator[Finding]:
    """One finding for each language that pages were recognized without the data of; with a
    translation, there is text to find."""
    lacking = {
        one.page.language: one.page
        for one in reversed(pages)
        if one.read and not ocr.has_language(one.page.language)
    }
    for language, page in sorted(lacking.items()):
        yield Finding(
            rule="LANG.DATA",
            severity=Severity.INFO
            if any(part.role == "translation" for part in exhibit.parts)
            else Severity.WARNING,
            where=f"exhibit {exhibit.id}, {page.path}",
            problem=f"this machine cannot recognize the language {language}, so the text of its "
            f"pages will not be found",
            remedy=ocr.how_to_install(language),
            file=page.path,
            page=page.source_page,
            exhibit=exhibit.id,
        )
