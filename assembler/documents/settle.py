"""The draft ↔ arrange loop: page numbers are known when drafts have pages, and drafts cite page
numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from assembler.documents import word_to_pdf
from assembler.documents.citation_findings import cite_findings
from assembler.documents.render import Job, draft
from assembler.documents.template_context import Values
from assembler.errors import AssemblerError, CaseRejected, TemplateBroken, ToolFailed
from assembler.layout import amendment
from assembler.layout.page_order import arrange
from assembler.model import (
    Case,
    Draft,
    Filed,
    Finding,
    Ink,
    Layout,
    PageFacts,
    Part,
    PartKind,
    Plan,
    Prepared,
    Severity,
    Volume,
)
from assembler.pdf.ink import measure_pages
from assembler.runtime import programs
from assembler.runtime.resources import Shelf, TemplateFile, font_files
from assembler.runtime.worker_pool import Failure, Limits
from assembler.runtime.workshop import Workshop

ROUNDS = 3
_LIMITS = Limits(seconds=180)
_BLANK = PageFacts(width=612, height=792, ink=Ink(cell=792, columns=1, rows=1, bits=b"\0"))


def settle(
    plan: Plan,
    case: Case,
    prepared: Sequence[Prepared],
    forms: Mapping[str, Sequence[PageFacts]],
    *,
    shelf: Shelf,
    folder: Path,
    workshop: Workshop,
    facts: Mapping[str, object],
    as_of: date,
    engine: str = "auto",
    tell: Callable[[str, int, int], None] = lambda _step, _done, _total: None,
    filed: Filed | None = None,
    files: Sequence[Volume] = (),
) -> tuple[tuple[Draft, ...], Layout]:
    """Fill, arrange, and fill again until the numbers hold still: three rounds at most, else
    TemplateBroken.

    `filed`: the packet as it was filed, whose pages keep their numbers. `files`: those of the
    bundle, where it takes several. Raises CaseRejected with a finding for each citation of a page
    or exhibit that is not there.
    """
    _cites_hold(case, plan, prepared)
    evidence = {f"exhibit:{one.exhibit}": page_facts(one) for one in prepared}
    roles = {one.exhibit: [page.role for page in one.pages] for one in prepared}
    guess = {
        part.document: _guess(part, plan)
        for part in plan.parts
        if part.kind in (PartKind.DRAFT, PartKind.TAB)
    }
    layout = replace(
        arrange(plan, case, {**evidence, **forms, **guess}, roles, filed), files=tuple(files)
    )
    for round_number in range(1, ROUNDS + 2):
        drafts = fill(
            plan,
            case,
            layout,
            shelf=shelf,
            folder=folder,
            workshop=workshop,
            facts=facts,
            as_of=as_of,
            engine=engine,
            sheets=round_number > 1,  # there is one for each tab: that need not be found out
        )
        tell("draft", min(round_number, ROUNDS), ROUNDS)
        pages = {**guess, **{one.id: _draft_facts(one) for one in drafts}}
        settled = replace(
            arrange(plan, case, {**evidence, **forms, **pages}, roles, filed), files=tuple(files)
        )
        if settled == layout and round_number > 1:
            tell("draft", ROUNDS, ROUNDS)
            return drafts, layout
        layout = settled
    raise TemplateBroken(
        "page numbers do not hold still",
        where="drafts",
        remedy="a template grows or shrinks with the numbers it prints; give them room",
    )


def fill(
    plan: Plan,
    case: Case,
    layout: Layout,
    *,
    shelf: Shelf,
    folder: Path,
    workshop: Workshop,
    facts: Mapping[str, object],
    as_of: date,
    engine: str = "auto",
    sheets: bool = True,
) -> tuple[Draft, ...]:
    """Every document of the plan that comes from a template, filled with this layout's numbers;
    `sheets`: those of tabs, too."""
    names = shelf.schema("languages.json")
    jobs = [
        _job(
            part.document,
            shelf.template(case.kind, part.template, folder),
            engine,
            workshop,
            _values(part, plan, case, layout, facts, names, as_of),
        )
        for part in _documents(plan)
        if sheets or part.kind is not PartKind.TAB
    ]
    results = workshop.map(draft, jobs, limits=_LIMITS)
    for job, result in zip(jobs, results, strict=True):
        if isinstance(result, Failure):
            raise failed(result, job.template.name)
    drafts = tuple(
        replace(result, findings=(*_of_engine(job, engine), *result.findings))
        for job, result in zip(jobs, results, strict=True)
        if isinstance(result, Draft)
    )
    _one_sheet_each(plan, drafts)
    return drafts


def _job(
    document: str, template: TemplateFile, engine: str, workshop: Workshop, values: Values
) -> Job:
    """A shipped template is made for the embedded engine; a firm's own goes to LibreOffice where
    there is one."""
    if engine == "auto" and template.origin != "shipped":
        engine = "libreoffice" if programs.find("soffice") else "embedded"
    version = (
        word_to_pdf.libreoffice_version()
        if engine == "libreoffice"
        else word_to_pdf.embedded_version()
    )
    return Job(
        id=document,
        template=template,
        values=values,
        engine=engine,
        version=version,
        fonts=font_files(),
        cache=workshop.cache,
    )


def _of_engine(job: Job, asked: str) -> tuple[Finding, ...]:
    """A firm's own template that had to be drawn by the embedded engine should be looked at."""
    if asked != "auto" or job.template.origin == "shipped" or job.engine != "embedded":
        return ()
    finding = Finding(
        rule="DRAFT.ENGINE",
        severity=Severity.WARNING,
        where=job.template.name,
        problem="this template of your own was drawn by the embedded Word engine, which overlaps "
        "text boxes and frames",
        remedy="look at its pages, or install LibreOffice",
    )
    return (finding,)


def failed(failure: Failure, where: str) -> AssemblerError:
    """A template that asks for too much is broken; an engine that crashes has failed."""
    if failure.kind in ("memory", "timeout"):
        return TemplateBroken(
            f"filling it {failure.detail}", where=where, remedy="look for a loop that does not end"
        )
    return ToolFailed(
        f"the template could not be filled ({failure.kind}: {failure.detail})",
        where=where,
        remedy="simplify the template, or use the shipped one",
    )


def _cites_hold(case: Case, plan: Plan, prepared: Sequence[Prepared]) -> None:
    found = cite_findings(case, plan, {one.exhibit: len(one.pages) for one in prepared})
    if found:
        raise CaseRejected(
            f"{len(found)} citations lead nowhere",
            found,
            where=case.id,
            remedy="correct them and rerun",
        )


def _documents(plan: Plan) -> list[Part]:
    """One part for each distinct document; all tab sheets are one."""
    made = {
        part.document: part
        for part in reversed(plan.parts)
        if part.kind in (PartKind.DRAFT, PartKind.TAB)
    }
    return list(reversed(made.values()))


def _values(
    part: Part,
    plan: Plan,
    case: Case,
    layout: Layout,
    facts: Mapping[str, object],
    names: Mapping[str, Any],
    as_of: date,
) -> Values:
    return Values(
        case=case,
        beneficiary=plan.beneficiary,
        declaration=part.declaration,
        layout=layout,
        facts=tuple(sorted(facts.items())),
        languages=tuple(sorted(names["languages"].items())),
        countries=tuple(sorted(names["countries"].items())),
        letter_date=case.request.letter_date or as_of,
        more=(("form", part.form.upper()),) if part.form else (),
    )


def _one_sheet_each(plan: Plan, drafts: Sequence[Draft]) -> None:
    """Tab sheets are one document with a page for each tab; a title that runs over would shift
    all that follow."""
    tabs = [part for part in plan.parts if part.kind is PartKind.TAB]
    for one in drafts:
        if tabs and one.id == tabs[0].document and one.pages != len(tabs):
            raise TemplateBroken(
                f"{len(tabs)} tab sheets take {one.pages} pages",
                where=tabs[0].template,
                remedy="shorten the longest exhibit title, or make the template's text smaller",
            )


def _guess(part: Part, plan: Plan) -> list[PageFacts]:
    tabs = sum(one.kind is PartKind.TAB for one in plan.parts)
    return [_BLANK] * (tabs if part.kind is PartKind.TAB else 1)


def facts_of(pdf: Path) -> list[PageFacts]:
    """What arrange must know of each page of a finished PDF."""
    sizes, inks = measure_pages(pdf)
    return [
        PageFacts(width=width, height=height, ink=ink)
        for (width, height), ink in zip(sizes, inks, strict=True)
    ]


def words_of(one: Draft) -> str:
    """What a draft says, as it is printed, with one space between words."""
    return " ".join(" ".join(word_to_pdf.page_texts(one.pdf.read_bytes())).split())


def page_facts(one: Prepared) -> list[PageFacts]:
    """What arrange must know of each page of a prepared exhibit."""
    return [
        PageFacts(
            width=page.width,
            height=page.height,
            ink=page.ink,
            content=amendment.content(page.sha256, page.source_page, page.turned, page.part),
        )
        for page in one.pages
    ]


def _draft_facts(one: Draft) -> list[PageFacts]:
    return [
        PageFacts(width=width, height=height, ink=ink)
        for (width, height), ink in zip(one.sizes, one.inks, strict=True)
    ]
