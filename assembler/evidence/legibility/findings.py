"""Turn verdicts on pages into findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assembler.evidence import legibility, ocr
from assembler.evidence.legibility import BLANK, Judged, Limits, Reason, Verdict
from assembler.evidence.page_recognition import RecognizedPage
from assembler.model import Exhibit, FilePart, Finding, PreparedPage, Severity
from assembler.runtime.rule_catalog import make_finding

BLANK_BACKS = "LEGIBLE.BLANK_BACKS"
SURROUNDINGS = "LEGIBLE.SURROUNDINGS"
_CARDS = ("identity", "status")  # categories of exhibits that are cards and passports
_LONGEST_PAGES = 200  # characters that `pages` of a file may have


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPage:
    """A page of an exhibit, the file part it belongs to, and its recognition."""

    page: PreparedPage
    part: FilePart
    recognized: RecognizedPage | None


def report_legibility(
    exhibit: Exhibit, pages: Sequence[PartPage], limits: Limits
) -> Iterator[Finding]:
    """Yield the findings about the legibility of an exhibit's pages, in page order.

    An illegible page is an error, unless its file's `accept_loss` names the rule; everything else
    is a warning.
    """
    yield from _find_missing_data(exhibit, pages)
    backs = _find_blank_backs(pages)
    for page in pages:
        if page.part in backs and page.page.blank:
            if page is backs[page.part][0] and BLANK_BACKS not in page.part.accept_loss:
                yield _report_backs(exhibit, pages, backs[page.part])
            continue
        judged = _judge_page(exhibit, page, limits)
        if judged is None:
            continue
        for number, reason in enumerate(judged.reasons):
            decisive = number == 0 and judged.verdict is Verdict.ILLEGIBLE
            if reason.rule not in page.part.accept_loss:
                yield _make_page_finding(exhibit, page.page, reason, decisive=decisive)
        yield from _report_surroundings(exhibit, page)


def _report_surroundings(exhibit: Exhibit, page: PartPage) -> Iterator[Finding]:
    """Yield where an identity document is in a photograph that also shows a table around it."""
    region = page.recognized.measures.document_at if page.recognized else None
    if region is None or exhibit.category not in _CARDS or SURROUNDINGS in page.part.accept_loss:
        return
    yield make_finding(
        SURROUNDINGS,
        f"{page.page.path}, page {page.page.source_page}",
        "the photograph shows a document and a large area around it; the review page marks the "
        "document",
        "to show it larger, crop a copy of the photograph to the document with a small margin in "
        "any picture program, save it under a new name in evidence/, and list it instead; "
        "list the client's original photograph under `ignored_files`",
        file=page.page.path,
        page=page.page.source_page,
        exhibit=exhibit.id,
        region=region,
        source="house rule",
    )


def _find_blank_backs(pages: Sequence[PartPage]) -> dict[FilePart, list[PartPage]]:
    """Return the blank pages of each file that was scanned on both sides, where all blank pages
    are backs of pages with something on them.

    A file with a page less than its last sheet has sides was scanned on one side.
    """
    by_part: dict[FilePart, list[PartPage]] = {}
    for page in pages:
        by_part.setdefault(page.part, []).append(page)
    return {
        part: blank
        for part, of_part in by_part.items()
        if (blank := [page for page in of_part if page.page.blank])
        and _has_backs_only(blank, of_part)
    }


def _has_backs_only(blank: Sequence[PartPage], pages: Sequence[PartPage]) -> bool:
    printed = {page.page.source_page for page in pages if not page.page.blank}
    is_whole = bool(pages[0].part.pages) or len(pages) % 2 == 0
    return is_whole and all(
        page.page.source_page % 2 == 0
        and page.page.source_page - 1 in printed
        and page.page.parts == 1
        for page in blank
    )


def _report_backs(
    exhibit: Exhibit, pages: Sequence[PartPage], blank: Sequence[PartPage]
) -> Finding:
    part = blank[0].part
    kept = [p.page.source_page for p in pages if p.part == part and not p.page.blank]
    values = split_pages(kept, _LONGEST_PAGES)
    written = (
        f'write "pages": "{values[0]}" for the file'
        if len(values) == 1
        else "list the file once for each of these: "
        + ", ".join(f'"pages": "{value}"' for value in values)
    )
    path, number = part.path, blank[0].page.source_page
    count = f"{len(blank)} blank pages" if len(blank) > 1 else "a blank page"
    return make_finding(
        BLANK_BACKS,
        path,
        f"the file has {count}, which seem to be the backs of scanned sheets",
        f"look at them in the client's file; if nothing is on them, {written}; or keep them with "
        f'"accept_loss": ["{BLANK_BACKS}"]',
        file=path,
        page=number,
        exhibit=exhibit.id,
        source="house rule",
    )


def split_pages(numbers: Sequence[int], longest: int) -> list[str]:
    """Return page numbers as `pages` of case.json has them, "1,3,5-7", in as many values as their
    greatest length needs."""
    values: list[str] = []
    for run in _list_runs(numbers):
        if values and len(values[-1]) + 1 + len(run) <= longest:
            values[-1] += f",{run}"
        else:
            values.append(run)
    return values


def _list_runs(numbers: Sequence[int]) -> list[str]:
    runs: list[list[int]] = []
    for number in dict.fromkeys(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]


def _judge_page(exhibit: Exhibit, page: PartPage, limits: Limits) -> Judged | None:
    if page.page.blank:
        return Judged(verdict=Verdict.DOUBTFUL, reasons=(BLANK,))
    if page.recognized is None or exhibit.category == "photo":  # a photo need not have any words
        return None
    can_read = ocr.choose_data(page.page.language).can_read
    measures = page.recognized.measures
    return legibility.judge(measures, limits, page.page.dpi, can_read=can_read)


def _make_page_finding(
    exhibit: Exhibit, page: PreparedPage, reason: Reason, *, decisive: bool
) -> Finding:
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


def _find_missing_data(exhibit: Exhibit, pages: Sequence[PartPage]) -> Iterator[Finding]:
    """Yield one finding per language whose recognition data is missing.

    It is only a note with a translation, since there is text to search, and where the data that is
    used instead finds nearly every word.
    """
    first_pages = {
        page.page.language: page.page
        for page in reversed(pages)
        if page.recognized and not ocr.has_language(page.page.language)
    }
    is_translated = any(part.role == "translation" for part in exhibit.parts)
    for language, page in sorted(first_pages.items()):
        choice = ocr.choose_data(language)
        yield make_finding(
            "LANG.DATA",
            f"exhibit {exhibit.id}, {page.path}",
            _describe_missing_data(language, choice),
            _describe_search(choice) + ocr.describe_better_data(language),
            Severity.INFO if is_translated or choice.finds_nearly_all else Severity.WARNING,
            file=page.path,
            page=page.source_page,
            exhibit=exhibit.id,
        )


def _describe_missing_data(language: str, choice: ocr.DataChoice) -> str:
    if choice.found is None:
        return (
            f"this machine cannot recognize the language {language}, so a search will not find "
            f"the text of its pages"
        )
    exact, plain = (round(100 * part) for part in (choice.found.exact, choice.found.plain))
    return (
        f"this machine lacks the recognition data of the language {language}; its pages were read "
        f"with the data {choice.engine}, which finds about {plain} of 100 words without their "
        f"accents, and {exact} with them"
    )


def _describe_search(choice: ocr.DataChoice) -> str:
    if choice.found is None or choice.keeps_accents:
        return ""
    return "search for words without accents, and for numbers and dates; to find all, "
