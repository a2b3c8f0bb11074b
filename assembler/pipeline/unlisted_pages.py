"""Read the pages of the files that no exhibit of a case lists.

Pages are prepared as `bundle` prepares them and land in the same cache, so nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from assembler import crosscheck, evidence, intake
from assembler.errors import EvidenceUnreadable
from assembler.evidence import ocr
from assembler.intake.proposals import (
    PageReading,
)
from assembler.model import (
    Case,
    Exhibit,
    FilePart,
    Finding,
    Name,
    PageText,
    Person,
    Prepared,
    Request,
    Severity,
    SourceFile,
    mrz,
)
from assembler.pipeline.options import Progress
from assembler.runtime.resources import Shelf
from assembler.runtime.rule_catalog import make_finding
from assembler.runtime.workshop import Workshop

_ROUNDS = 3  # of preparing: files that cannot be read are set aside in each


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistedPages:
    """The pages of the unlisted files, as read, and what was found on the way."""

    pages: tuple[PageReading, ...]
    findings: tuple[Finding, ...]


def read_unlisted_pages(
    folder: Path,
    raw: dict[str, Any],
    workshop: Workshop,
    as_of: date,
    report_progress: Progress = lambda _step, _done, _total: None,
) -> UnlistedPages:
    """Read every page of the unlisted files; a file that cannot be read is named in a finding."""
    files, problems = intake.find_unlisted_files(folder, raw)
    findings = [
        make_finding(problem.rule, problem.file, problem.problem, problem.remedy, file=problem.file)
        for problem in problems
    ]
    parts = {path: (FilePart(path=path),) for path in files}
    prepared, refused = _prepare(files, parts, folder, workshop, report_progress)
    findings += refused
    case = _make_stand_in(files, {path: parts[path] for path in prepared})
    texts = evidence.read_texts(tuple(prepared.values()), workshop)
    relanguaged = {path: _divide_by_language(path, texts.get(path, ())) for path in prepared}
    again = {
        path: parts_by_language
        for path, parts_by_language in relanguaged.items()
        if parts_by_language
    }
    if again:
        better, _ = _prepare(files, again, folder, workshop, report_progress)
        prepared |= better
        texts |= evidence.read_texts(tuple(better.values()), workshop)
    printed = {
        # a Word file has none: its pages are like those of any letter
        path: next((conversion.printed_kind for conversion in exhibit.conversions), "")
        for path, exhibit in prepared.items()
    }
    pages = tuple(
        _make_reading(page, exhibit.findings, as_of, printed[path])
        for path, exhibit in prepared.items()
        for page in texts.get(path, ())
    )
    stopped = {(finding.rule, finding.file) for finding in refused}
    findings += [
        finding  # an error that was only set aside to look at the pages is not told twice
        for finding in _list_page_findings(prepared, case, texts, as_of)
        if (finding.rule, finding.file) not in stopped
    ]
    return UnlistedPages(pages=_join_cut_pages(pages), findings=tuple(dict.fromkeys(findings)))


def _prepare(
    files: Mapping[str, SourceFile],
    parts: Mapping[str, tuple[FilePart, ...]],
    folder: Path,
    workshop: Workshop,
    report_progress: Progress,
) -> tuple[dict[str, Prepared], list[Finding]]:
    """Prepare each file as an exhibit; those that cannot be read are returned as findings."""
    findings: list[Finding] = []
    remaining: dict[str, tuple[FilePart, ...]] | None = dict(parts)
    for _ in range(_ROUNDS):
        if not remaining:
            break
        case = _make_stand_in(files, remaining)
        try:
            prepared = evidence.prepare(
                case, folder, workshop, evidence.Settings(), report_progress
            )
        except EvidenceUnreadable as error:
            refused = [
                finding
                for finding in error.findings
                if isinstance(finding, Finding) and finding.severity is Severity.ERROR
            ]
            findings += [replace(finding, exhibit=None) for finding in refused]
            remaining = _set_aside(remaining, refused, files)
            if remaining is None:
                raise
            continue
        return {exhibit.exhibit: exhibit for exhibit in prepared}, findings
    return {}, findings


def _set_aside(
    parts: Mapping[str, tuple[FilePart, ...]],
    refused: Sequence[Finding],
    files: Mapping[str, SourceFile],
) -> dict[str, tuple[FilePart, ...]] | None:
    """Return the parts to try next: a file that lost content is read all the same, since a person
    decides later whether that is acceptable; one that did not open is left out. None if nothing
    would change."""
    changed = dict(parts)
    for finding in refused:
        if finding.exhibit in changed:
            path = finding.exhibit or ""
            changed[path] = tuple(
                replace(
                    part,
                    accept_loss=(*part.accept_loss, finding.rule),
                    accept_repair=files[path].sha256,
                )
                for part in changed[path]
            )
        else:
            changed.pop(finding.file or "", None)
    return changed if changed != dict(parts) else None


def _make_stand_in(
    files: Mapping[str, SourceFile], parts: Mapping[str, tuple[FilePart, ...]]
) -> Case:
    """Return a case in which each file is an exhibit of its own, named by its path."""
    nobody = Person(id="nobody", name=Name(given="", family=""))
    return Case(
        id="unlisted-files",
        kind="parole",
        reasons=(),
        petitioner=nobody,
        beneficiaries=(),
        supporters=(),
        attorney=None,
        request=Request(filing="paper", fee="pay", length_months=1),
        declarations=(),
        exhibits=tuple(
            Exhibit(id=path, title="", category="other", parts=file_parts)
            for path, file_parts in parts.items()
        ),
        files=tuple(files[path] for path in sorted(files)),
    )


def _divide_by_language(path: str, pages: Sequence[PageText]) -> tuple[FilePart, ...]:
    """Return the parts of a file by language, if some of its pages should be recognized again with
    other data; else nothing."""
    languages = [
        page.seems
        if page.prepared.method == "ocr"
        and page.seems not in ("", "en")
        and ocr.choose_engine_language(page.seems) != ocr.choose_engine_language("en")
        else "en"
        for page in pages
    ]
    if all(language == "en" for language in languages):
        return ()
    runs: list[tuple[str, int, int]] = []
    for language, page in zip(languages, pages, strict=True):
        number = page.prepared.source_page
        if runs and runs[-1][0] == language:
            runs[-1] = (language, runs[-1][1], number)
        elif not runs or runs[-1][2] < number:
            runs.append((language, number, number))
    return tuple(
        FilePart(path=path, pages=((first, last),), language=language)
        for language, first, last in runs
    )


def _make_reading(
    text: PageText, findings: Sequence[Finding], as_of: date, printed: str
) -> PageReading:
    page = text.prepared
    illegible = any(
        finding.severity is Severity.ERROR
        and finding.page == page.source_page
        and finding.rule.startswith("LEGIBLE.")
        for finding in findings
    )
    return PageReading(
        path=page.path,
        page=page.source_page,
        text=text.text,
        width=page.width,
        height=page.height,
        sha256=page.sha256,
        language=text.seems,
        script=page.script,
        recognized=page.method == "ocr",
        confidence=page.confidence,
        blank=page.blank,
        legible=not illegible,
        zones=mrz.read(text.lines, as_of) if text.lines else (),
        printed=printed,
    )


def _join_cut_pages(pages: Sequence[PageReading]) -> tuple[PageReading, ...]:
    """Return one reading for each page of a file, also where a long picture was cut into several
    pages."""
    whole: dict[tuple[str, int], PageReading] = {}
    for page in pages:
        key = (page.path, page.page)
        before = whole.get(key)
        whole[key] = (
            page
            if before is None
            else replace(
                before,
                text=f"{before.text}\n{page.text}",
                blank=before.blank and page.blank,
                zones=(*before.zones, *page.zones),
            )
        )
    return tuple(whole.values())


def _list_page_findings(
    prepared: Mapping[str, Prepared],
    case: Case,
    texts: Mapping[str, Sequence[PageText]],
    as_of: date,
) -> list[Finding]:
    """Return what should be known early: blank, illegible and repeated pages, content that would
    get lost."""
    findings = [
        replace(finding, exhibit=None, where=finding.where.removeprefix(f"exhibit {path}, "))
        for path, exhibit in prepared.items()
        for finding in exhibit.findings
        if finding.rule != "LANG.DATA"
    ]
    data = Shelf.default().schema("crosscheck.json")
    repeated = crosscheck.find_repeats(case, texts, as_of, data)
    return [*findings, *(replace(finding, exhibit=None) for finding in repeated)]
