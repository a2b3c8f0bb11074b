"""Fill the blank forms of a packet, and read its completed ones back, in workers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assembler.forms.answers import (
    Answer,
    AnswerSource,
    build_scope,
    collect_answers,
    is_form_needed,
)
from assembler.forms.blank_identity import choose_map, identify_blank
from assembler.forms.edition_watch import EditionFacts
from assembler.forms.filled_form import FormFiles, fill_form
from assembler.forms.form_check import check_edition, compare_form
from assembler.forms.form_maps import FormMap, load_maps
from assembler.forms.form_reader import (
    FormUnreadable,
    RecognizedForm,
    recognize_form,
)
from assembler.forms.signature_fields import (
    FormSignature,
    examine_signatures,
    list_empty_signatures,
)
from assembler.model import (
    ELECTRONIC_PAYMENT_FORMS,
    PAYMENT_FORMS,
    Case,
    Contradiction,
    DocumentId,
    Finding,
    FormFile,
    PartKind,
    Plan,
    Severity,
)
from assembler.runtime.resources import Shelf, stamp_font
from assembler.runtime.rule_catalog import make_finding
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_GET_AGAIN = "get the form from uscis.gov again as PDF"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A form that was filled or read back: the copy with fields to keep, the flat one for the
    bundle."""

    document: DocumentId
    editable: Path
    flattened: Path
    findings: tuple[Finding, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    signatures: tuple[FormSignature, ...] = ()  # () if nothing is known of its edition


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketForms:
    """The filled forms of a packet, and the findings and contradictions of all its forms.

    `signatures`: of every form, filled or completed, whose edition is known.
    """

    filled: tuple[FilledForm, ...]
    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...]
    signatures: Mapping[DocumentId, tuple[FormSignature, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormJob:
    """Everything a worker needs to fill one blank or read one completed form."""

    document: DocumentId
    path: str  # in the case folder, for messages
    files: FormFiles
    form: str  # as case.json says, "i-131"
    maps: tuple[FormMap, ...]  # of this form, all editions
    source: AnswerSource
    completed: bool
    editions: EditionFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class FormInputs:
    """What the forms of a case are filled from."""

    case: Case
    folder: Path  # of the case
    shelf: Shelf
    workshop: Workshop
    editions: EditionFacts
    payment: Mapping[str, object] | None = None  # card data, for a payment form only; kept nowhere


def fill_packet(plan: Plan, inputs: FormInputs) -> PacketForms:
    """Fill every blank form of the plan and read every completed one back."""
    maps = load_maps(inputs.shelf)
    documents = {part.document for part in plan.parts if part.kind is PartKind.FORM}
    forms = [form for form in inputs.case.forms if DocumentId.form(form.path) in documents]
    findings: list[Finding] = []
    jobs: list[FormJob] = []
    for number, form in enumerate(forms):
        out = inputs.workshop.make_folder(f"form-{plan.packet}-{number}")
        job = _make_job(form, plan, inputs, maps, out)
        if isinstance(job, FormJob):
            jobs.append(job)
        else:
            findings += job
    filled: list[FilledForm] = []
    contradictions: list[Contradiction] = []
    signatures: dict[DocumentId, tuple[FormSignature, ...]] = {}
    for job, result in zip(jobs, inputs.workshop.map(run_form_job, jobs), strict=True):
        if isinstance(result, Failure):
            problem = f"it could not be filled ({result.kind}: {result.detail})"
            remedy = f"close other programs and try again, or {_GET_AGAIN}"
            findings.append(_make_form_finding(job.path, "FORM.UNKNOWN", problem, remedy))
            continue
        findings += result.findings
        contradictions += result.contradictions
        if result.signatures:
            signatures[job.document] = result.signatures
        if not job.completed:
            filled.append(result)
    return PacketForms(
        filled=tuple(filled),
        findings=tuple(findings),
        contradictions=tuple(contradictions),
        signatures=signatures,
    )


def run_form_job(job: FormJob) -> FilledForm:
    """Fill one blank, or read one completed form back, in a worker.

    A file that is not a PDF becomes a finding.
    """
    findings: tuple[Finding, ...]
    try:
        recognized = recognize_form(job.files.blank, job.maps)
        if job.completed and not recognized.form and not _has_words_to_read(job, recognized):
            findings = (_make_scan_finding(job.path),) if _has_fillable(job.maps) else ()
        else:
            findings = check_edition(recognized, job.path, job.editions, job.maps)
        outcome = _make_outcome(job)
        if job.completed:
            outcome = _compare_completed(job, recognized)
        elif not any(finding.severity is Severity.ERROR for finding in findings):
            outcome = _fill_blank(job, recognized)
    except FormUnreadable as error:
        return _make_outcome(job, _make_form_finding(job.path, "FORM.UNKNOWN", error.problem))
    return replace(outcome, findings=(*findings, *outcome.findings))


def _make_outcome(job: FormJob, *findings: Finding) -> FilledForm:
    return FilledForm(
        document=job.document,
        editable=job.files.editable,
        flattened=job.files.flattened,
        findings=findings,
    )


def _fill_blank(job: FormJob, recognized: RecognizedForm) -> FilledForm:
    """Fill a blank with the map of its edition, if there is one that may."""
    identity = identify_blank(job.files.blank, recognized, recognized.rows)
    form = choose_map(job.maps, recognized, identity) if recognized.form == job.form else None
    if form is not None:
        filled = fill_form(form, job.source, job.files)
        outcome = _make_outcome(job, *filled.findings)
        if filled.refused:
            return outcome
        scope = build_scope(job.source)
        return replace(outcome, signatures=list_empty_signatures(form, job.files.editable, scope))
    if recognized.form != job.form:
        return _make_outcome(job, _make_other_form_finding(job, recognized))
    known = ", ".join(form_map.edition for form_map in job.maps if form_map.fillable) or "none"
    problem = (
        f"there is no map to fill Form {job.form.upper()}, edition {recognized.edition}; there "
        f"are maps of: {known}"
    )
    remedy = (
        "draft one with `assembler forms draft-map BLANK` and confirm it, or complete the form "
        "by hand and list it as completed"
    )
    return _make_outcome(job, _make_form_finding(job.path, "FORM.NO_MAP", problem, remedy))


def _compare_completed(job: FormJob, recognized: RecognizedForm) -> FilledForm:
    """Compare a completed form with the case and look at its signatures, if its edition has a map
    that may be used."""
    if not recognized.form:
        return _make_outcome(job)
    if recognized.form != job.form:
        return _make_outcome(job, _make_other_form_finding(job, recognized))
    maps = [form for form in job.maps if form.fillable]
    identity = identify_blank(job.files.blank, recognized, ())
    form = choose_map(maps, recognized, identity)
    if form is None:
        return _make_outcome(job)
    comparison = compare_form(form, job.files.blank, job.source)
    signing = examine_signatures(form, job.files.blank, job.path, build_scope(job.source))
    return replace(
        _make_outcome(job, *comparison.findings, *signing.findings),
        contradictions=comparison.contradictions,
        signatures=signing.signatures,
    )


def _has_words_to_read(job: FormJob, recognized: RecognizedForm) -> bool:
    """Return whether a completed file should be recognized: it has fields or words, and its form is
    one that is compared."""
    return (recognized.fillable or recognized.has_text) and _has_fillable(job.maps)


def _has_fillable(maps: Sequence[FormMap]) -> bool:
    """Return whether one of the maps fills a form."""
    return any(form.fillable for form in maps)


def _make_other_form_finding(job: FormJob, recognized: RecognizedForm) -> Finding:
    problem = (
        f"this is Form {recognized.form.upper()}, edition {recognized.edition}; case.json lists "
        f"Form {job.form.upper()}"
    )
    remedy = "correct the form in case.json, or use the right file"
    return _make_form_finding(job.path, "FORM.NO_MAP", problem, remedy)


def _make_scan_finding(path: str) -> Finding:
    problem = "a scan without text or fields, so nothing on it could be compared with case.json"
    return _make_form_finding(path, "FORM.SCAN", problem, "compare it by eye")


def build_answer_sheets(case: Case, shelf: Shelf, only: str | None = None) -> list[dict[str, Any]]:
    """Return the answers of every form for each beneficiary (and each supporter).

    Args:
        only: a form, "i-131"; all forms by default.
    """
    sheets: list[dict[str, Any]] = []
    # answer sheets of payment forms are made where case.json says how the fee is paid, or where one
    # is asked for; the map of each says for which method it is
    is_paid = case.request.payment is not None and case.request.filing == "paper"
    newest: dict[str, FormMap] = {}
    for form_map in load_maps(shelf):
        if form_map.is_confirmed:
            newest.setdefault(form_map.form, form_map)
    for form, form_map in newest.items():
        if form != only and (only is not None or (form in PAYMENT_FORMS and not is_paid)):
            continue
        supporters = range(len(case.supporters)) if form == "i-134" else [None]
        sheets += _list_sheets(form_map, case, supporters, _load_countries(shelf))
    return sheets


def build_payment_sheets(case: Case, shelf: Shelf) -> list[dict[str, Any]]:
    """Return what goes on the payment forms of a request that is mailed with a fee: by card or by
    bank account, one of them. They hold no payment data.

    None if case.json lists a payment form.
    """
    is_listed = any(form.form in PAYMENT_FORMS for form in case.forms)
    if is_listed or case.request.filing != "paper" or case.request.fee != "pay":
        return []
    return [
        sheet
        for form in ELECTRONIC_PAYMENT_FORMS
        for sheet in build_answer_sheets(case, shelf, form)
    ]


def _list_sheets(
    form: FormMap,
    case: Case,
    supporters: Sequence[int | None],
    countries: Mapping[str, str],
) -> Iterator[dict[str, Any]]:
    for person in case.beneficiaries:
        for supporter in supporters:
            source = AnswerSource(
                case=case,
                beneficiary_id=person.id,
                supporter_index=supporter,
                countries=countries,
            )
            scope = build_scope(source)
            if is_form_needed(form, scope):
                yield _make_sheet(form, collect_answers(form, scope), person.id)


def _make_sheet(form: FormMap, answers: Sequence[Answer], beneficiary: str) -> dict[str, Any]:
    rows = [
        {"part": answer.part, "item": answer.item, "label": answer.label, "value": answer.value}
        for answer in answers
    ]
    return {
        "form": form.form,
        "edition": form.edition,
        "title": form.title,
        "for": beneficiary,
        "answers": rows,
        "is_payment": form.form in PAYMENT_FORMS,
        "note": form.note,
        "unknown": list(form.unknown),
        "confidence": form.confidence,
    }


def _make_job(
    form: FormFile, plan: Plan, inputs: FormInputs, maps: Sequence[FormMap], out: Path
) -> FormJob | tuple[Finding, ...]:
    """Return the work on one form, or the findings that prevent it."""
    own_maps = tuple(form_map for form_map in maps if form_map.form == form.form)
    supporter = _find_supporter(form, plan, inputs.case) if form.form == "i-134" else None
    if form.form == "i-134" and supporter is None:
        problem = "case.json does not say whose form this is"
        remedy = "set `person` to the supporter's id"
        return (_make_form_finding(form.path, "FORM.SUPPORTER", problem, remedy),)
    takes_payment = any(item.sensitive for form_map in own_maps for item in form_map.items)
    source = AnswerSource(
        case=inputs.case,
        beneficiary_id=plan.beneficiary,
        supporter_index=supporter,
        countries=_load_countries(inputs.shelf),
        tabs={part.exhibit: part.tab for part in plan.parts if part.kind is PartKind.EXHIBIT},
        payment=inputs.payment if takes_payment else None,
    )
    files = FormFiles(
        blank=inputs.folder / form.path,
        editable=out / "editable.pdf",
        flattened=out / "flattened.pdf",
        font=stamp_font(),
    )
    return FormJob(
        document=DocumentId.form(form.path),
        path=form.path,
        files=files,
        form=form.form,
        maps=own_maps,
        source=source,
        completed=form.completed,
        editions=inputs.editions,
    )


def _load_countries(shelf: Shelf) -> Mapping[str, str]:
    countries: Mapping[str, str] = shelf.schema("languages.json")["countries"]
    return countries


def _find_supporter(form: FormFile, plan: Plan, case: Case) -> int | None:
    """Return the position of the supporter a form is for: the one it names, or the only one."""
    candidates = [
        n
        for n, supporter in enumerate(case.supporters)
        if not supporter.beneficiaries or plan.beneficiary in supporter.beneficiaries
    ]
    named = [n for n in candidates if case.supporters[n].person.id == form.person]
    if named:
        return named[0]
    return candidates[0] if len(candidates) == 1 and not form.person else None


def _make_form_finding(path: str, rule: str, problem: str, remedy: str = _GET_AGAIN) -> Finding:
    return make_finding(rule, path, problem, remedy, file=path)
