"""Make the content of a packet: its forms, drafts and working papers, and the layout of its
pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from assembler import crosscheck, documents, forms, receivers, rules
from assembler.errors import TemplateBroken
from assembler.layout import amendment, upload_set
from assembler.model import (
    Contradiction,
    DocumentId,
    DocumentKind,
    Draft,
    Filed,
    Finding,
    Layout,
    PageFacts,
    PartKind,
    Plan,
    Prepared,
    SignaturePlace,
)
from assembler.model.manifest import Claim, locate_word_file
from assembler.pipeline import amend, size_limit
from assembler.pipeline.checked_case import (
    CheckedCase,
    find_edition_facts,
    find_papers_with_blanks,
    find_placeholders,
)
from assembler.pipeline.options import stop_at_findings
from assembler.pipeline.packet_signatures import (
    SigningInputs,
    find_signatures,
    find_signing_problems,
)
from assembler.pipeline.run_context import RunContext
from assembler.pipeline.size_limit import BoundFiles

# of binding: without the list of files, with it, with the pages that it moved, and one more
_ROUNDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketContent:
    """Everything a packet is bound from, and its working papers."""

    plan: Plan
    layout: Layout
    exhibits: tuple[Prepared, ...]  # of this packet
    drafts: tuple[Draft, ...]
    forms: tuple[forms.FilledForm, ...]
    papers: Mapping[str, Path]
    documents: Mapping[DocumentId, Path]  # Part.document → PDF
    claims: tuple[Claim, ...]
    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...]  # in its forms and drafts, not in the evidence
    filed: Filed | None  # the packet as it was filed, whose pages keep their numbers
    signatures: tuple[SignaturePlace, ...] = ()

    @property
    def cached_files(self) -> Iterator[Path]:
        """Return every file of the cache that goes into the packet."""
        yield from self.documents.values()
        yield from (draft.docx for draft in self.drafts)
        yield from (page.boxes for exhibit in self.exhibits for page in exhibit.pages if page.boxes)
        yield from (
            conversion.pdf for exhibit in self.exhibits for conversion in exhibit.conversions
        )

    @property
    def word_boxes(self) -> dict[str, list[Path | None]]:
        """Return for each exhibit the file with the recognized words of each page."""
        return {
            exhibit.exhibit: [page.boxes for page in exhibit.pages] for exhibit in self.exhibits
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _FormContent:
    """The forms of a packet, and the findings of all steps up to them."""

    filled: tuple[forms.FilledForm, ...]
    files: Mapping[DocumentId, Path]  # PDF of each form of the case, completed or filled
    pages: Mapping[DocumentId, Sequence[PageFacts]]
    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...]
    signatures: Mapping[DocumentId, tuple[forms.FormSignature, ...]]


def draft_and_arrange(
    plan: Plan,
    checked: CheckedCase,
    context: RunContext,
    name_files: Callable[[Layout], Layout] = lambda layout: layout,
) -> PacketContent:
    """Fill the forms, then the drafts until their page numbers stop changing, then the working
    papers.

    Args:
        name_files: returns a layout with the files of the bundle, if it takes several; the index
            names them, and the citations of an upload set do.

    Raises:
        CaseRejected: a step has findings that stop the bundle.
        TemplateBroken, ToolFailed: a draft cannot be filled.
    """
    case = checked.case
    exhibits = _list_exhibits(plan, checked)
    packet_forms = _fill_forms(plan, exhibits, checked, context)
    filed = amend.find_filed_packet(plan, context.options)
    draft_inputs = collect_draft_inputs(plan, checked, context)
    drafts, layout = documents.settle_drafts(
        draft_inputs,
        exhibits,
        packet_forms.pages,
        filed=filed,
        name_files=name_files,
        report_progress=context.report_progress,
    )
    signing = _collect_signing_inputs(plan, layout, drafts, packet_forms, checked)
    signatures = find_signatures(signing, checked.library, context.workshop)
    draft_report = find_contradictions_in_drafts(drafts, checked, context)
    findings = (
        *packet_forms.findings,
        *(amendment.find_lost_pages(layout, filed) if filed else ()),
        *find_placeholders(plan),
        *(finding for draft in drafts for finding in draft.findings),
        *draft_report.findings,
        *find_signing_problems(signing, signatures),
    )
    stop_at_findings(case, findings, context.options)
    people = [person.id for person in case.beneficiaries]
    claims = rules.list_claims(checked.judged, plan, layout, people)
    return PacketContent(
        plan=plan,
        layout=layout,
        exhibits=exhibits,
        drafts=drafts,
        forms=packet_forms.filled,
        papers=_write_papers(layout, checked, claims, draft_inputs),
        documents=_map_documents(exhibits, drafts, packet_forms),
        claims=claims,
        findings=findings,
        contradictions=(*packet_forms.contradictions, *draft_report.contradictions),
        filed=filed,
        signatures=signatures,
    )


def _collect_signing_inputs(
    plan: Plan,
    layout: Layout,
    drafts: tuple[Draft, ...],
    packet_forms: _FormContent,
    checked: CheckedCase,
) -> SigningInputs:
    return SigningInputs(
        plan=plan,
        case=checked.case,
        layout=layout,
        drafts=drafts,
        forms=packet_forms.signatures,
        prepared=checked.prepared,
    )


def _map_documents(
    exhibits: Sequence[Prepared], drafts: Sequence[Draft], packet_forms: _FormContent
) -> dict[DocumentId, Path]:
    """Return the PDF of everything that is bound."""
    return {
        **{draft.id: draft.pdf for draft in drafts},
        **{exhibit.document: exhibit.pdf for exhibit in exhibits},
        **packet_forms.files,
    }


def _fill_forms(
    plan: Plan, exhibits: tuple[Prepared, ...], checked: CheckedCase, context: RunContext
) -> _FormContent:
    """Fill the packet's forms, read the pages of all its forms, and compare them with the filed
    packet. Raises CaseRejected if findings stop the bundle."""
    case, options = checked.case, context.options
    inputs = forms.FormInputs(
        case=case,
        folder=context.folder,
        shelf=context.resources,
        workshop=context.workshop,
        editions=find_edition_facts(case, checked.library, options.as_of),
    )
    packet_forms = forms.fill_packet(plan, inputs)
    findings = (*checked.findings, *packet_forms.findings)
    stop_at_findings(case, findings, options)
    files = {
        form.document: form.pdf
        for form in checked.prepared
        if form.document.kind is DocumentKind.FORM
    }
    files |= {form.document: form.flattened for form in packet_forms.filled}
    page_facts = {document: documents.read_page_facts(path) for document, path in files.items()}
    pages = amend.add_content_keys(page_facts, case, packet_forms.filled)
    findings = (*findings, *amend.find_filed_changes(plan, exhibits, pages, options))
    stop_at_findings(case, findings, options)
    return _FormContent(
        filled=packet_forms.filled,
        files=files,
        pages=pages,
        findings=findings,
        contradictions=packet_forms.contradictions,
        signatures=packet_forms.signatures,
    )


def collect_draft_inputs(
    plan: Plan, checked: CheckedCase, context: RunContext
) -> documents.DraftInputs:
    """Return the inputs of the packet's drafts, with the dated facts that its letters cite."""
    as_of = context.options.as_of
    return documents.DraftInputs(
        plan=plan,
        case=checked.case,
        folder=context.folder,
        shelf=context.resources,
        workshop=context.workshop,
        facts=rules.find_letter_facts(checked.case, checked.library, as_of),
        as_of=as_of,
        engine=context.options.engine,
    )


def find_contradictions_in_drafts(
    drafts: Sequence[Draft], checked: CheckedCase, context: RunContext
) -> crosscheck.CrosscheckReport:
    """Return statements in letters and declarations that contradict case.json."""
    words = {locate_word_file(draft.id): documents.read_draft_text(draft) for draft in drafts}
    known = [contradiction.other_value for contradiction in checked.crosschecked.contradictions]
    return crosscheck.check_documents(
        checked.case, words, context.resources.schema("crosscheck.json"), known
    )


def bind_packet(
    content: PacketContent, checked: CheckedCase, folder: Path, context: RunContext
) -> tuple[PacketContent, BoundFiles]:
    """Bind the bundle into `folder`. A bundle that takes several files is drafted again, since its
    index names them.

    Raises CaseRejected if a page is above the receiver's limit, TemplateBroken if the files keep
    changing.
    """
    for _ in range(_ROUNDS):
        context.report_progress("bind", 0, 0)
        # cached files may be from an earlier run
        context.workshop.cache.check_unchanged(content.documents.values())
        bundle = size_limit.bind(
            content.layout,
            content.documents,
            checked.prepared,
            folder,
            context.profile,
            context.workshop,
        )
        is_set = context.profile.upload_set
        files = bundle.volumes if is_set or len(bundle.volumes) > 1 else ()
        if files == content.layout.files:
            return content, bundle
        for volume in bundle.volumes:
            (folder / volume.path).unlink()
        name_files: Callable[[Layout], Layout] = partial(replace, files=files)
        if is_set:
            starts = upload_set.list_starts(files, content.layout)
            name_files = partial(upload_set.place_files, starts=starts)
        content = draft_and_arrange(content.plan, checked, context, name_files)
    raise TemplateBroken(
        "the list of the bundle's files keeps changing",
        where="Index of exhibits",
        remedy="widen the Description column; the page count changes with the file names it prints",
    )


def find_receiver_objections(
    plan: Plan, bundle: BoundFiles, folder: Path, context: RunContext
) -> tuple[Finding, ...]:
    """Return the receiver's objections to the bound files, and papers that have blanks to fill in
    by hand."""
    files = [folder / volume.path for volume in bundle.volumes]
    advice = receivers.lint_new_bundle(
        files, context.profile, context.workshop, [part.id for part in plan.parts]
    )
    return (*find_papers_with_blanks(plan, context.profile), *advice)


def _list_exhibits(plan: Plan, checked: CheckedCase) -> tuple[Prepared, ...]:
    exhibit_ids = {part.exhibit for part in plan.parts if part.kind is PartKind.EXHIBIT}
    return tuple(exhibit for exhibit in checked.prepared if exhibit.exhibit in exhibit_ids)


def _write_papers(
    layout: Layout,
    checked: CheckedCase,
    claims: tuple[Claim, ...],
    inputs: documents.DraftInputs,
) -> dict[str, Path]:
    """Fill the working papers: the claim matrix, and a sheet of answers where a form is missing."""
    plan = inputs.plan
    sheets = (
        forms.build_answer_sheets(checked.case, inputs.shelf) if find_placeholders(plan) else []
    )
    payments = [
        sheet
        for sheet in forms.build_payment_sheets(checked.case, inputs.shelf)
        if plan.kind != "rfe-response" and sheet not in sheets
    ]
    papers = documents.list_papers(plan, [*sheets, *payments], claims, layout)
    return documents.fill_papers(papers, layout, inputs)
