"""Fill drafts and arrange pages in turn: drafts cite page numbers, which depend on how long drafts
are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from assembler.documents import word_to_pdf
from assembler.documents.citation_findings import check_citations
from assembler.documents.draft_job import DraftJob, make_draft
from assembler.documents.template_context import TemplateValues
from assembler.errors import AssemblerError, CaseRejected, TemplateBroken, ToolFailed
from assembler.layout import amendment
from assembler.layout.page_order import arrange_pages
from assembler.model import (
    Case,
    DocumentId,
    Draft,
    Filed,
    Finding,
    Ink,
    Layout,
    PageFacts,
    PageSources,
    Part,
    PartKind,
    Plan,
    Prepared,
    make_source_key,
)
from assembler.pdf.ink import measure_pages
from assembler.runtime import programs
from assembler.runtime.resources import Shelf, TemplateFile, list_font_files
from assembler.runtime.rule_catalog import make_finding
from assembler.runtime.worker_pool import Failure, Limits
from assembler.runtime.workshop import Workshop

ROUNDS = 3
DRAFT_LIMITS = Limits(seconds=180)
_BLANK = PageFacts(width=612, height=792, ink=Ink(cell=792, columns=1, rows=1, bits=b"\0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftInputs:
    """What the documents of a packet are filled from."""

    plan: Plan
    case: Case
    folder: Path  # of the case, whose own templates come first
    shelf: Shelf
    workshop: Workshop
    facts: Mapping[str, object]  # of the letters, by name
    as_of: date
    engine: str = "auto"


def settle_drafts(
    inputs: DraftInputs,
    prepared: Sequence[Prepared],
    forms: Mapping[DocumentId, Sequence[PageFacts]],
    *,
    filed: Filed | None = None,
    name_files: Callable[[Layout], Layout] = lambda layout: layout,
    report_progress: Callable[[str, int, int], None] = lambda _step, _done, _total: None,
) -> tuple[tuple[Draft, ...], Layout]:
    """Fill and arrange until page numbers stop changing, in three rounds at most.

    Args:
        forms: the pages of each form.
        filed: the packet as it was filed, whose pages keep their numbers.
        name_files: returns a layout with the files of the bundle, if it takes several.

    Raises:
        CaseRejected: with a finding for each citation of a page or exhibit that does not exist.
        TemplateBroken: page numbers keep changing.
    """
    plan, case = inputs.plan, inputs.case
    _check_citations(case, plan, prepared)
    evidence = {exhibit.document: read_exhibit_page_facts(exhibit) for exhibit in prepared}
    sources = {exhibit.exhibit: read_page_sources(exhibit) for exhibit in prepared}
    guess = {
        part.document: _guess_pages(part, plan)
        for part in plan.parts
        if part.kind in (PartKind.DRAFT, PartKind.TAB)
    }

    def arrange_drafts(pages: Mapping[DocumentId, Sequence[PageFacts]]) -> Layout:
        known = {**evidence, **forms, **guess, **pages}
        return name_files(arrange_pages(plan, case, known, sources, filed))

    layout = arrange_drafts({})
    for round_number in range(1, ROUNDS + 2):
        # the number of tab sheets is known, so the first round does without them
        drafts = fill_drafts(inputs, layout, with_tabs=round_number > 1)
        report_progress("draft", min(round_number, ROUNDS), ROUNDS)
        settled = arrange_drafts({draft.id: _draft_facts(draft) for draft in drafts})
        if settled == layout and round_number > 1:
            report_progress("draft", ROUNDS, ROUNDS)
            return drafts, layout
        layout = settled
    raise TemplateBroken(
        "page numbers keep changing",
        where="drafts",
        remedy="the length of a template changes with the numbers it prints; give them more room",
    )


def fill_drafts(
    inputs: DraftInputs, layout: Layout, *, with_tabs: bool = True
) -> tuple[Draft, ...]:
    """Fill every template of the plan with the numbers of this layout.

    Raises TemplateBroken, ToolFailed, ToolMissing.
    """
    case, workshop = inputs.case, inputs.workshop
    jobs = [
        make_job(
            part.document,
            inputs.shelf.template(case.kind, part.template, inputs.folder),
            inputs.engine,
            workshop,
            collect_template_values(
                inputs,
                layout,
                declaration=part.declaration,
                extra_names=(("form", part.form.upper()),) if part.form else (),
            ),
        )
        for part in _list_documents(inputs.plan)
        if with_tabs or part.kind is not PartKind.TAB
    ]
    results = workshop.map(make_draft, jobs, limits=DRAFT_LIMITS)
    for job, result in zip(jobs, results, strict=True):
        if isinstance(result, Failure):
            raise make_worker_error(result, job.template.name)
    drafts = tuple(
        replace(result, findings=(*_check_engine(job, inputs.engine), *result.findings))
        for job, result in zip(jobs, results, strict=True)
        if isinstance(result, Draft)
    )
    _check_tab_sheets(inputs.plan, drafts)
    return drafts


def collect_template_values(
    inputs: DraftInputs,
    layout: Layout,
    *,
    declaration: str = "",
    extra_names: tuple[tuple[str, object], ...] = (),
) -> TemplateValues:
    """Return what one template is filled from. `extra_names`: names that only it may use."""
    names = inputs.shelf.schema("languages.json")
    return TemplateValues(
        case=inputs.case,
        beneficiary=inputs.plan.beneficiary,
        declaration=declaration,
        layout=layout,
        facts=tuple(sorted(inputs.facts.items())),
        languages=tuple(sorted(names["languages"].items())),
        countries=tuple(sorted(names["countries"].items())),
        letter_date=inputs.case.request.letter_date or inputs.as_of,
        enclosures=inputs.plan.enclosures,
        extra_names=extra_names,
    )


def make_job(
    document: DocumentId,
    template: TemplateFile,
    engine: str,
    workshop: Workshop,
    values: TemplateValues,
) -> DraftJob:
    """Return the work on one document.

    A shipped template is made for the embedded engine; a firm's own goes to LibreOffice if it is
    installed.
    """
    if engine == "auto" and template.origin != "shipped":
        engine = "libreoffice" if programs.find("soffice") else "embedded"
    version = (
        word_to_pdf.read_libreoffice_version()
        if engine == "libreoffice"
        else word_to_pdf.read_embedded_version()
    )
    return DraftJob(
        id=document,
        template=template,
        values=values,
        engine=engine,
        version=version,
        fonts=list_font_files(),
        cache=workshop.cache,
    )


def _check_engine(job: DraftJob, requested: str) -> tuple[Finding, ...]:
    """Return a warning for a firm's own template that had to be drawn by the embedded engine."""
    if requested != "auto" or job.template.origin == "shipped" or job.engine != "embedded":
        return ()
    finding = make_finding(
        "DRAFT.ENGINE",
        job.template.name,
        "your own template was drawn by the embedded Word engine, which may overlap text boxes "
        "and frames",
        "check its pages, or install LibreOffice",
    )
    return (finding,)


def make_worker_error(failure: Failure, where: str) -> AssemblerError:
    """Return the error for a failed worker: a template that asks for too much is broken, an engine
    that crashed has failed."""
    if failure.kind in ("memory", "timeout"):
        return TemplateBroken(
            f"filling it {failure.detail}",
            where=where,
            remedy="check the template for an endless loop",
        )
    return ToolFailed(
        f"the template could not be filled ({failure.kind}: {failure.detail})",
        where=where,
        remedy="simplify the template, or use the shipped one",
    )


def _check_citations(case: Case, plan: Plan, prepared: Sequence[Prepared]) -> None:
    findings = check_citations(
        case, plan, {exhibit.exhibit: len(exhibit.pages) for exhibit in prepared}
    )
    if findings:
        raise CaseRejected(
            f"{len(findings)} citations lead nowhere",
            findings,
            where=case.id,
            remedy="correct them and rerun",
        )


def _list_documents(plan: Plan) -> list[Part]:
    """Return one part for each distinct document; all tab sheets are one."""
    parts = {
        part.document: part
        for part in reversed(plan.parts)
        if part.kind in (PartKind.DRAFT, PartKind.TAB)
    }
    return list(reversed(parts.values()))


def _check_tab_sheets(plan: Plan, drafts: Sequence[Draft]) -> None:
    """Raise TemplateBroken if a tab sheet takes more than a page: its pages are matched to tabs by
    position."""
    tabs = [part for part in plan.parts if part.kind is PartKind.TAB]
    for draft in drafts:
        if tabs and draft.id == tabs[0].document and draft.pages != len(tabs):
            raise TemplateBroken(
                f"{len(tabs)} tab sheets take {draft.pages} pages",
                where=tabs[0].template,
                remedy="shorten the longest exhibit title, or make the template's text smaller",
            )


def _guess_pages(part: Part, plan: Plan) -> list[PageFacts]:
    tabs = sum(other_part.kind is PartKind.TAB for other_part in plan.parts)
    return [_BLANK] * (tabs if part.kind is PartKind.TAB else 1)


def read_page_facts(pdf: Path) -> list[PageFacts]:
    """Return the size and ink of each page of a finished PDF."""
    sizes, inks = measure_pages(pdf)
    return [
        PageFacts(width=width, height=height, ink=ink)
        for (width, height), ink in zip(sizes, inks, strict=True)
    ]


def read_draft_text(draft: Draft) -> str:
    """Return the text of a draft as it is printed, with one space between words."""
    return " ".join(" ".join(word_to_pdf.read_page_texts(draft.pdf.read_bytes())).split())


def read_exhibit_page_facts(exhibit: Prepared) -> list[PageFacts]:
    """Return size, ink and content digest of each page of a prepared exhibit."""
    return [
        PageFacts(
            width=page.width,
            height=page.height,
            ink=page.ink,
            content=amendment.make_content_key(
                make_source_key(page.sha256, page.options),
                page.source_page,
                page.turned,
                page.part,
            ),
        )
        for page in exhibit.pages
    ]


def read_page_sources(exhibit: Prepared) -> PageSources:
    """Return where each page of a prepared exhibit comes from."""
    return PageSources(
        roles=tuple(page.role for page in exhibit.pages),
        pages=tuple(page.shown for page in exhibit.pages),
        counts=exhibit.counts,
    )


def _draft_facts(draft: Draft) -> list[PageFacts]:
    return [
        PageFacts(width=width, height=height, ink=ink)
        for (width, height), ink in zip(draft.sizes, draft.inks, strict=True)
    ]
