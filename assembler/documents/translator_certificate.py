"""The translator's certificate of one exhibit, as a Word file for a person to complete and sign."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assembler.documents.render import render
from assembler.documents.settle import failed
from assembler.documents.template_context import Values, source_language
from assembler.errors import CaseRejected
from assembler.model import Case, Exhibit, Layout
from assembler.runtime.resources import Shelf, TemplateFile
from assembler.runtime.worker_pool import Failure, Limits
from assembler.runtime.workshop import Workshop

TEMPLATE = "translator-certificate.docx"
_LIMITS = Limits(seconds=60)
_NO_PAGES = Layout(packet="", title="", leaves=(), index=(), bookmarks=(), addresses=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    template: TemplateFile
    values: Values


def translator_certificate(
    exhibit: Exhibit, case: Case, *, shelf: Shelf, folder: Path, workshop: Workshop
) -> bytes:
    """The .docx: complete and accurate, competent, the language; signature and date blank, and what
    the case does not give.

    `folder`: of the case, whose own template comes first. Raises CaseRejected for an exhibit that
    is in English, else what a template raises (TemplateBroken, ToolFailed).
    """
    if not source_language(exhibit):
        raise CaseRejected(
            "it is in English, and needs no translator's certificate",
            (),
            where=f"{case.id}/{exhibit.id}",
            remedy="give the exhibit's language in case.json, or choose another exhibit",
        )
    names = shelf.schema("languages.json")
    values = Values(
        case=case,
        beneficiary=case.beneficiaries[0].id,
        declaration="",
        exhibit=exhibit.id,
        layout=_NO_PAGES,
        facts=(),
        languages=tuple(sorted(names["languages"].items())),
        countries=tuple(sorted(names["countries"].items())),
        letter_date=None,
    )
    template = shelf.template(case.kind, TEMPLATE, folder)
    (made,) = workshop.map(_fill, [_Job(template=template, values=values)], limits=_LIMITS)
    if isinstance(made, Failure):
        raise failed(made, template.name)
    return made


def _fill(job: _Job) -> bytes:
    return render(job.template, job.values)
