"""The blank forms of a packet, filled in workers: which map, for whom, for which supporter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assembler.forms.answers import Answer, answers, belongs, scope
from assembler.forms.fill import Filled, fill
from assembler.forms.form_check import compare, edition_findings
from assembler.forms.form_maps import FormMap, find, library
from assembler.forms.form_reader import FormUnreadable, recognize
from assembler.model import Case, Contradiction, Finding, FormFile, PartKind, Plan, Severity
from assembler.runtime.resources import Shelf, stamp_font
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A filled form: the copy with fields to keep, the flat one for the bundle."""

    document: str  # Part.document
    editable: Path
    flattened: Path
    findings: tuple[Finding, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """The forms of a packet: those that were filled, what was found of all of them, what
    completed ones say otherwise."""

    filled: tuple[Done, ...]
    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One blank to fill; everything a worker needs."""

    document: str
    blank: Path
    path: str
    form: FormMap
    case: Case
    beneficiary: str
    supporter: int | None
    countries: tuple[tuple[str, str], ...]
    tabs: tuple[tuple[str, str], ...]
    font: Path
    out: Path
    completed: bool
    current: tuple[tuple[str, str], ...]  # form → edition in force
    payment: Mapping[str, object] | None = None  # card data, for a payment form only; kept nowhere


def fill_packet(
    plan: Plan,
    case: Case,
    folder: Path,
    shelf: Shelf,
    workshop: Workshop,
    current: Mapping[str, str],
    payment: Mapping[str, object] | None = None,
) -> Packet:
    """Fill every blank form of the plan and read every completed one back.

    `current`: the edition in force of each form, "01/20/25". `payment`: card data for a payment
    form, kept nowhere.
    """
    maps = library(shelf)
    used = {part.document: part for part in plan.parts if part.kind is PartKind.FORM}
    findings: list[Finding] = []
    jobs: list[Job] = []
    for number, one in enumerate(form for form in case.forms if f"form:{form.path}" in used):
        out = workshop.folder(f"form-{plan.packet}-{number}")
        job = _job(one, plan, case, folder, shelf, maps, out, current)
        if isinstance(job, Job):
            pays = any(item.sensitive for item in job.form.items)
            jobs.append(replace(job, payment=payment) if pays else job)
        else:
            findings += job
    done: list[Done] = []
    against: list[Contradiction] = []
    for job, result in zip(jobs, workshop.map(fill_one, jobs), strict=True):
        if isinstance(result, Failure):
            findings.append(
                _problem(
                    job.path,
                    "FORM.UNKNOWN",
                    f"it could not be filled ({result.kind}: {result.detail})",
                )
            )
        else:
            findings += result.findings
            against += result.contradictions
            done += [] if job.completed else [result]
    return Packet(filled=tuple(done), findings=tuple(findings), contradictions=tuple(against))


def fill_one(job: Job) -> Done:
    """Fill one blank, or read one completed form back, in a worker. A file that is no PDF is a
    finding."""
    editable, flattened = job.out / "editable.pdf", job.out / "flattened.pdf"
    against: tuple[Contradiction, ...] = ()
    try:
        found = edition_findings(recognize(job.blank, (job.form,)), job.path, dict(job.current))
        if job.completed:
            read = compare(
                job.form,
                job.blank,
                job.case,
                job.beneficiary,
                job.supporter,
                countries=dict(job.countries),
                tabs=dict(job.tabs),
            )
            found, against = (*found, *read.findings), read.contradictions
        elif not any(one.severity is Severity.ERROR for one in found):
            filled: Filled = fill(
                job.form,
                job.case,
                job.beneficiary,
                job.supporter,
                job.blank,
                editable,
                flattened,
                font=job.font,
                countries=dict(job.countries),
                tabs=dict(job.tabs),
                payment=job.payment,
            )
            found += filled.findings
    except FormUnreadable as error:
        found = (_problem(job.path, "FORM.UNKNOWN", error.problem),)
    return Done(
        document=job.document,
        editable=editable,
        flattened=flattened,
        findings=found,
        contradictions=against,
    )


def answer_sheets(case: Case, shelf: Shelf, only: str | None = None) -> list[dict[str, Any]]:
    """The answers of every form of the case, for each beneficiary (and each supporter): part,
    item, label, value."""
    countries: Mapping[str, str] = shelf.schema("languages.json")["countries"]
    sheets: list[dict[str, Any]] = []
    maps = library(shelf)
    for form in dict.fromkeys(one.form for one in maps):
        newest = next(one for one in maps if one.form == form)
        if only not in (None, form) or form == "g-1450":
            continue
        for person in case.beneficiaries:
            supporters = range(len(case.supporters)) if form == "i-134" else [None]
            for supporter in supporters:
                facts = scope(case, person.id, supporter, countries=countries)
                if belongs(newest, facts):
                    sheets.append(_sheet(newest, answers(newest, facts), person.id))
    return sheets


def _sheet(form: FormMap, made: Sequence[Answer], beneficiary: str) -> dict[str, Any]:
    rows = [
        {"part": one.part, "item": one.item, "label": one.label, "value": one.value} for one in made
    ]
    return {
        "form": form.form,
        "edition": form.edition,
        "title": form.title,
        "for": beneficiary,
        "answers": rows,
    }


def _job(
    one: FormFile,
    plan: Plan,
    case: Case,
    folder: Path,
    shelf: Shelf,
    maps: Sequence[FormMap],
    out: Path,
    current: Mapping[str, str],
) -> Job | tuple[Finding, ...]:
    """The work on one form; or, where there is none to do, why not (nothing to say of a
    completed form without a map)."""
    form = find(maps, one.form)
    if form is None or not form.fillable:
        remedy = "fill it by hand and list it as completed"
        return (
            ()
            if one.completed
            else (_problem(one.path, "FORM.NO_MAP", f"there is no map to fill {one.form}", remedy),)
        )
    supporter = _supporter(one, plan, case) if one.form == "i-134" else None
    if one.form == "i-134" and supporter is None:
        remedy = "set `person` to the supporter's id"
        return (_problem(one.path, "FORM.SUPPORTER", "it is not said whose form this is", remedy),)
    countries: Mapping[str, str] = shelf.schema("languages.json")["countries"]
    return Job(
        document=f"form:{one.path}",
        blank=folder / one.path,
        path=one.path,
        form=form,
        case=case,
        beneficiary=plan.beneficiary,
        supporter=supporter,
        countries=tuple(sorted(countries.items())),
        tabs=tuple(
            (part.exhibit, part.tab) for part in plan.parts if part.kind is PartKind.EXHIBIT
        ),
        font=stamp_font(),
        out=out,
        completed=one.completed,
        current=tuple(sorted(current.items())),
    )


def _supporter(one: FormFile, plan: Plan, case: Case) -> int | None:
    """Position of the supporter this form is for: the one named, or the only one."""
    mine = [
        n
        for n, s in enumerate(case.supporters)
        if not s.beneficiaries or plan.beneficiary in s.beneficiaries
    ]
    named = [n for n in mine if case.supporters[n].person.id == one.person]
    return named[0] if named else mine[0] if len(mine) == 1 and not one.person else None


def _problem(
    path: str, rule: str, problem: str, remedy: str = "get the form from uscis.gov again as PDF"
) -> Finding:
    return Finding(
        rule=rule, severity=Severity.ERROR, where=path, problem=problem, remedy=remedy, file=path
    )
