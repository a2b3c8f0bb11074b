"""Fill working papers, which are beside the bundle, never in it: answer sheets for missing forms,
the claim matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assembler.documents.draft_job import fill_template
from assembler.documents.drafts import DraftInputs, collect_template_values
from assembler.documents.template_context import TemplateValues
from assembler.errors import ToolFailed
from assembler.layout.upload_set import describe_place
from assembler.model import Layout, Plan
from assembler.model.manifest import Claim
from assembler.runtime.resources import TemplateFile
from assembler.runtime.worker_pool import Failure

ANSWERS = "answer-sheet.docx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper to make. `name`: its path in the build folder; `extra_names`: names that its template
    may use besides those of the case."""

    name: str
    template: str
    extra_names: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _PaperJob:
    template: TemplateFile
    values: TemplateValues
    out: Path


def list_papers(
    plan: Plan,
    sheets: Sequence[Mapping[str, Any]],
    claims: Sequence[Claim],
    layout: Layout,
) -> tuple[Paper, ...]:
    """Return an answer sheet for each form that has a placeholder page and for the payment forms,
    and the claim matrix if the recipe names a template."""
    missing = {part.form for part in plan.parts if part.holds_place}
    own_sheets = [
        sheet
        for sheet in sheets
        if sheet["for"] == plan.beneficiary
        and (sheet["form"] in missing or sheet.get("is_payment"))
    ]
    numbers: dict[str, int] = {}
    papers = []
    for sheet in own_sheets:
        number = numbers[sheet["form"]] = numbers.get(sheet["form"], 0) + 1
        suffix = f"-{number}" if number > 1 else ""
        papers.append(
            Paper(
                name=f"forms/answers-{sheet['form']}{suffix}.docx",
                template=ANSWERS,
                extra_names=(("sheet", dict(sheet)),),
            )
        )
    if plan.claims_template:
        rows = tuple({**asdict(claim), "pages": _cite_pages(claim, layout)} for claim in claims)
        papers.append(
            Paper(
                name="claims.docx", template=plan.claims_template, extra_names=(("claims", rows),)
            )
        )
    return tuple(papers)


def fill_papers(papers: Sequence[Paper], layout: Layout, inputs: DraftInputs) -> dict[str, Path]:
    """Fill the papers and return their files by name. Raises TemplateBroken, ToolFailed."""
    scratch = inputs.workshop.make_folder(f"papers-{inputs.plan.packet}")
    jobs = [
        _PaperJob(
            template=inputs.shelf.template(inputs.case.kind, paper.template, inputs.folder),
            values=collect_template_values(inputs, layout, extra_names=paper.extra_names),
            out=scratch / f"{number}.docx",
        )
        for number, paper in enumerate(papers)
    ]
    for job, result in zip(jobs, inputs.workshop.map(_fill, jobs), strict=True):
        if isinstance(result, Failure):
            raise ToolFailed(
                f"it could not be filled ({result.kind}: {result.detail})",
                where=job.template.name,
                remedy="use the shipped template",
            )
    return {paper.name: job.out for paper, job in zip(papers, jobs, strict=True)}


def _fill(job: _PaperJob) -> None:
    job.out.write_bytes(fill_template(job.template, job.values))


def _cite_pages(claim: Claim, layout: Layout) -> str:
    """Return "Ex. B at 9–10; Ex. C at 12", or where case.json states a claim that no exhibit
    shows."""
    places = [describe_place(layout, exhibit.first, exhibit.last) for exhibit in claim.exhibits]
    citations = [
        f"Ex. {exhibit.tab} at {exhibit.pages}" + (f" [{place}]" if place else "")
        for exhibit, place in zip(claim.exhibits, places, strict=True)
    ]
    return "; ".join(citations or [f"stated in case.json {pointer}" for pointer in claim.facts])
