"""Working papers beside the bundle, never in it: answers for forms that are still to be filled
in, the claim matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assembler.documents.render import render
from assembler.documents.template_context import Values
from assembler.errors import ToolFailed
from assembler.model import Case, Layout, Plan
from assembler.runtime.resources import Shelf, TemplateFile
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

ANSWERS = "answer-sheet.docx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper to make. `name`: its path in the build folder; `more`: the names its template may
    use besides the case."""

    name: str
    template: str
    more: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    template: TemplateFile
    values: Values
    out: Path


def wanted(
    plan: Plan, sheets: Sequence[Mapping[str, Any]], claims: Sequence[Mapping[str, Any]]
) -> tuple[Paper, ...]:
    """An answer sheet for each form whose place is only held, and the claim matrix where the
    recipe names a template."""
    missing = {part.form for part in plan.parts if part.holds_place}
    mine = [
        sheet for sheet in sheets if sheet["for"] == plan.beneficiary and sheet["form"] in missing
    ]
    numbers: dict[str, int] = {}
    made = []
    for sheet in mine:
        number = numbers[sheet["form"]] = numbers.get(sheet["form"], 0) + 1
        again = f"-{number}" if number > 1 else ""
        made.append(
            Paper(
                name=f"forms/answers-{sheet['form']}{again}.docx",
                template=ANSWERS,
                more=(("sheet", dict(sheet)),),
            )
        )
    if plan.claims_template:
        rows = tuple({**claim, "pages": _pages(claim)} for claim in claims)
        made.append(
            Paper(name="claims.docx", template=plan.claims_template, more=(("claims", rows),))
        )
    return tuple(made)


def papers(
    asked: Sequence[Paper],
    plan: Plan,
    case: Case,
    layout: Layout,
    *,
    shelf: Shelf,
    folder: Path,
    workshop: Workshop,
    facts: Mapping[str, object],
    as_of: date,
) -> dict[str, Path]:
    """The filled papers, by name. Raises TemplateBroken, ToolFailed."""
    languages = shelf.schema("languages.json")
    scratch = workshop.folder(f"papers-{plan.packet}")
    jobs = [
        _Job(
            template=shelf.template(case.kind, paper.template, folder),
            values=Values(
                case=case,
                beneficiary=plan.beneficiary,
                declaration="",
                layout=layout,
                facts=tuple(sorted(facts.items())),
                languages=tuple(sorted(languages["languages"].items())),
                countries=tuple(sorted(languages["countries"].items())),
                letter_date=case.request.letter_date or as_of,
                more=paper.more,
            ),
            out=scratch / f"{number}.docx",
        )
        for number, paper in enumerate(asked)
    ]
    for job, result in zip(jobs, workshop.map(_fill, jobs), strict=True):
        if isinstance(result, Failure):
            raise ToolFailed(
                f"it could not be filled ({result.kind}: {result.detail})",
                where=job.template.name,
                remedy="use the shipped template",
            )
    return {paper.name: job.out for paper, job in zip(asked, jobs, strict=True)}


def _fill(job: _Job) -> None:
    job.out.write_bytes(render(job.template, job.values))


def _pages(claim: Mapping[str, Any]) -> str:
    """ "Ex. B at 9–10; Ex. C at 12"; the case's own statements where no exhibit shows it."""
    shown = [f"Ex. {one['tab']} at {one['pages']}" for one in claim["exhibits"]]
    return "; ".join(shown or [f"stated in case.json {pointer}" for pointer in claim["facts"]])
