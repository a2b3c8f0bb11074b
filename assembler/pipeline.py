"""The order of the work, and nothing else: read, plan, prepare, draft, arrange, bind, prove, report.

A case folder comes in; proven packets, one folder each, go out. Every line needs only what earlier lines returned.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from assembler import bind as binding
from assembler import drafts, evidence, forms, intake, prove, report, rules
from assembler.doctor import engine_versions
from assembler.errors import CaseRejected, OutputNotWritten, ProofFailed
from assembler.model import (
    Case,
    Check,
    Draft,
    Exhibit,
    FilePart,
    Finding,
    Layout,
    PartKind,
    Plan,
    Prepared,
    Proof,
    Severity,
)
from assembler.plan import plan_packet
from assembler.shelf import Shelf, stamp_font
from assembler.workshop import Workshop, publish

Tell = Callable[[str, int, int], None]  # step, done, total
BUNDLE = "bundle.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person may ask of a run."""

    as_of: date
    profile: str = "default"
    strict: bool = False
    engine: str = "auto"  # Word engine: "auto", "embedded" or "libreoffice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One finished packet."""

    case: str
    packet: str
    folder: Path
    pages: int
    exhibits: int
    findings: tuple[Finding, ...]
    proof: Proof


def plans(folder: Path, shelf: Shelf) -> tuple[Plan, ...]:
    """Read and plan only: one plan per beneficiary; starts no program, opens no evidence but to hash it."""
    case = intake.read_case(folder, shelf, hashed=False)
    recipe = shelf.recipe(case.kind, folder)
    return tuple(plan_packet(case, recipe, person.id) for person in case.beneficiaries)


def check(folder: Path, shelf: Shelf, workshop: Workshop, options: Options, tell: Tell) -> tuple[Finding, ...]:
    """Everything `bundle` would complain of, without building. Raises what the steps raise."""
    case = intake.read_case(folder, shelf)
    prepared = evidence.prepare(_with_forms(case), folder, workshop, progress=tell)
    return _findings(case, shelf, options, prepared)


def bundle(
    folder: Path, shelf: Shelf, workshop: Workshop, options: Options, tell: Tell, out: Path | None = None
) -> tuple[Built, ...]:
    """Build and prove every packet of a case, each in `out`/<packet> (default: the case's build/).

    Evidence is prepared once for all of them. Raises an AssemblerError; then no packet's folder is half-made.
    """
    tell("read", 0, 0)
    case = intake.read_case(folder, shelf)
    recipe = shelf.recipe(case.kind, folder)
    made = tuple(plan_packet(case, recipe, person.id) for person in case.beneficiaries)
    prepared = evidence.prepare(_with_forms(case), folder, workshop, progress=tell)
    found = _findings(case, shelf, options, prepared)
    _stop_if_strict(case, found, options)
    target = out or folder / "build"
    return tuple(_packet(plan, case, folder, prepared, found, shelf, workshop, options, tell, target) for plan in made)


def standing(folder: Path, shelf: Shelf, options: Options, out: Path | None = None) -> tuple[dict[str, Any], ...] | None:
    """The manifests of a case's packets, if every one of them is what `bundle` would make now; None if any is not.

    Reads the case and its files; raises CaseRejected.
    """
    case = intake.read_case(folder, shelf)
    seal = report.seal_of(case, folder, shelf, options, engine_versions())
    found = [report.standing((out or folder / "build") / person.id, seal) for person in case.beneficiaries]
    return tuple(one for one in found if one) if all(found) else None


def verify(build: Path, case_folder: Path | None, workshop: Workshop) -> Proof:
    """Prove a finished build folder again, from its files alone."""
    return prove.prove(build, case_folder, workshop)


def _packet(
    plan: Plan,
    case: Case,
    folder: Path,
    prepared: Sequence[Prepared],
    found: tuple[Finding, ...],
    shelf: Shelf,
    workshop: Workshop,
    options: Options,
    tell: Tell,
    target: Path,
) -> Built:
    mine = _mine(plan, prepared)
    filled_forms, of_forms = forms.fill_packet(plan, case, folder, shelf, workshop)
    found = (*found, *of_forms)
    _stop_if_strict(case, found, options)
    form_files = {one.exhibit: one.pdf for one in prepared if one.exhibit.startswith("form:")}
    form_files |= {one.document: one.flattened for one in filled_forms}
    form_pages = {name: drafts.facts_of(path) for name, path in form_files.items()}
    facts = rules.letter_facts(case, shelf.schema("facts/filing.json"), len(case.beneficiaries))
    filled, layout = drafts.settle(
        plan, case, mine, form_pages,
        shelf=shelf, folder=folder, workshop=workshop, facts=facts, as_of=options.as_of, engine=options.engine, tell=tell,
    )  # fmt: skip
    made = _staging(target, plan.packet)
    try:
        tell("bind", 0, 0)
        binding.bind(layout, _documents(filled, mine, form_files), made / BUNDLE, font=stamp_font())
        _keep_drafts(filled, made, target / plan.packet)
        _keep_forms(filled_forms, made)
        data = report.manifest(
            case=case, plan=plan, layout=layout, prepared=mine, drafts=filled, findings=found, engines=engine_versions(),
            as_of=options.as_of, profile=options.profile, seal=report.seal_of(case, folder, shelf, options, engine_versions()),
        )
        report.write(made, report.with_outputs(data, made))
        tell("prove", 0, 0)
        proof = prove.prove(made, folder, workshop)
        _stop_if_unproved(case, plan, proof)
        report.write(made, report.with_proof(report.with_outputs(data, made), proof.checks, proof.not_checked))
        publish(made, target / plan.packet)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return _built(case, plan, layout, target / plan.packet, found, proof)


def _with_forms(case: Case) -> Case:
    """Completed government forms are prepared like exhibits: same limits, same reading, same cache."""
    forms = tuple(
        Exhibit(id=f"form:{form.path}", title=form.form, category="other", parts=(FilePart(path=form.path),))
        for form in case.forms
        if form.completed
    )
    return replace(case, exhibits=(*case.exhibits, *forms))


def _mine(plan: Plan, prepared: Sequence[Prepared]) -> tuple[Prepared, ...]:
    wanted = {part.exhibit for part in plan.parts if part.kind is PartKind.EXHIBIT}
    return tuple(one for one in prepared if one.exhibit in wanted)


def _findings(case: Case, shelf: Shelf, options: Options, prepared: Sequence[Prepared]) -> tuple[Finding, ...]:
    of_facts = rules.findings(case, shelf.schema("facts/filing.json"), options.as_of)
    return (*of_facts, *rules.uncited(case), *(finding for one in prepared for finding in one.findings))


def _stop_if_strict(case: Case, found: Sequence[Finding], options: Options) -> None:
    """Errors always stop a bundle; warnings do with --strict."""
    stops = {Severity.ERROR, Severity.WARNING} if options.strict else {Severity.ERROR}
    bad = [finding for finding in found if finding.severity in stops]
    if bad:
        raise CaseRejected(f"{len(bad)} findings stop the bundle", bad, where=case.id, remedy="mend these and run again")


def _stop_if_unproved(case: Case, plan: Plan, proof: Proof) -> None:
    if not proof.ok:
        failed = [_failed(check) for check in proof.checks if not check.ok]
        raise ProofFailed(
            "the bundle is not what it should be, and was not put in place", failed, where=f"{case.id}/{plan.packet}",
            remedy="run again with -v and report it, without client data",
        )


def _failed(check: Check) -> str:
    return f"proof {check.name}{f', exhibit {check.exhibit}' if check.exhibit else ''}: {check.detail}"


def _staging(target: Path, packet: str) -> Path:
    """A new folder beside the final one, so that moving it into place is one step."""
    made = target / f".{packet}.new"
    try:
        shutil.rmtree(made, ignore_errors=True)
        (made / "drafts").mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise OutputNotWritten("it cannot be written", where=str(target.name), remedy="choose another with --out") from error
    return made


def _documents(
    filled: Sequence[Draft], mine: Sequence[Prepared], form_files: Mapping[str, Path]
) -> dict[str, Path]:
    documents = {one.id: one.pdf for one in filled} | {f"exhibit:{one.exhibit}": one.pdf for one in mine}
    return documents | dict(form_files)


def _keep_drafts(filled: Sequence[Draft], made: Path, before: Path) -> None:
    """Put the Word files beside the bundle; one that a person has edited since the last run is kept, renamed."""
    for one in filled:
        shutil.copyfile(one.docx, made / "drafts" / f"{one.id.removeprefix('draft:')}.docx")
    for edited in report.edited_drafts(before):
        shutil.copyfile(edited, made / "drafts" / f"{edited.stem}.edited.docx")


def _keep_forms(filled: Sequence[forms.Done], made: Path) -> None:
    """Put the filled forms, with their fields, beside the bundle: a person completes and signs them."""
    for one in filled:
        (made / "forms").mkdir(exist_ok=True, mode=0o700)
        shutil.copyfile(one.editable, made / "forms" / Path(one.document.removeprefix("form:")).name)


def _built(
    case: Case, plan: Plan, layout: Layout, folder: Path, found: tuple[Finding, ...], proof: Proof
) -> Built:
    return Built(
        case=case.id, packet=plan.packet, folder=folder, pages=len(layout.leaves), exhibits=len(layout.index),
        findings=found, proof=proof,
    )
