"""Fill the translator's certificate of one exhibit, as a Word file for a person to complete and
sign."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assembler.documents.draft_job import fill_template
from assembler.documents.drafts import make_worker_error
from assembler.documents.template_context import TemplateValues, find_source_language
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
    values: TemplateValues


def fill_translator_certificate(
    exhibit: Exhibit, case: Case, *, shelf: Shelf, folder: Path, workshop: Workshop
) -> bytes:
    """Return the .docx: complete and accurate, competent, the language; signature, date and unknown
    facts blank.

    Args:
        folder: of the case, whose own template comes first.

    Raises:
        CaseRejected: the exhibit is in English.
        TemplateBroken, ToolFailed: the template cannot be filled.
    """
    if not find_source_language(exhibit):
        raise CaseRejected(
            "it is in English, and needs no translator's certificate",
            (),
            where=f"{case.id}/{exhibit.id}",
            remedy="give the exhibit's language in case.json, or choose another exhibit",
        )
    languages = shelf.schema("languages.json")
    values = TemplateValues(
        case=case,
        beneficiary=case.beneficiaries[0].id,
        declaration="",
        exhibit=exhibit.id,
        layout=_NO_PAGES,
        facts=(),
        languages=tuple(sorted(languages["languages"].items())),
        countries=tuple(sorted(languages["countries"].items())),
        letter_date=None,
    )
    template = shelf.template(case.kind, TEMPLATE, folder)
    (certificate,) = workshop.map(_fill, [_Job(template=template, values=values)], limits=_LIMITS)
    if isinstance(certificate, Failure):
        raise make_worker_error(certificate, template.name)
    return certificate


def _fill(job: _Job) -> bytes:
    return fill_template(job.template, job.values)
