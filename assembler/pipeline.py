"""The order of the work, and nothing else: read, plan, prepare, draft, arrange, bind, prove, report.

A case folder comes in; proven packets, one folder each, go out. Every line needs only what earlier lines returned.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from assembler import bind as binding
from assembler import crosscheck, drafts, evidence, forms, intake, legibility, profiles, prove, report, review, rules
from assembler.doctor import engine_versions
from assembler.errors import CaseRejected, EvidenceUnreadable, OutputNotWritten, ProofFailed
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
    Profile,
    Proof,
    Severity,
    Volume,
)
from assembler.plan import plan_packet
from assembler.shelf import Shelf, stamp_font
from assembler.workshop import Workshop, publish, write_atomic

Tell = Callable[[str, int, int], None]  # step, done, total
TO_GATHER = "evidence/TO-GATHER.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person may ask of a run."""

    as_of: date
    profile: str = profiles.DEFAULT
    strict: bool = False
    engine: str = "auto"  # Word engine: "auto", "embedded" or "libreoffice"
    thumbnails: bool = True  # pictures and words of the evidence in review.html


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One finished packet."""

    case: str
    packet: str
    folder: Path
    files: tuple[str, ...]  # of the bundle, in order
    pages: int
    exhibits: int
    findings: tuple[Finding, ...]
    proof: Proof


def plans(folder: Path, shelf: Shelf) -> tuple[Plan, ...]:
    """Read and plan only: one plan per beneficiary; starts no program, opens no evidence but to hash it."""
    case = intake.read_case(folder, shelf, hashed=False)
    recipe = shelf.recipe(case.kind, folder)
    return tuple(plan_packet(case, recipe, person.id) for person in case.beneficiaries)


def start(folder: Path, shelf: Shelf, kind: str, reasons: Sequence[str]) -> None:
    """Make a case folder: case.json to fill in, its schema for the editor, evidence/TO-GATHER.md.

    Raises OutputNotWritten where there is a case already, or it cannot be written.
    """
    if (folder / "case.json").exists():
        raise OutputNotWritten("there is a case.json already", where=folder.name, remedy="name another folder")
    known = library(shelf)
    case = rules.skeleton(kind, reasons, known, name=rules.case_id(folder.resolve().name))
    files = {
        TO_GATHER: rules.to_gather(kind, reasons, known).encode(),
        "case.schema.json": shelf.read("schemas/case.schema.json"),
        "case.json": (json.dumps(case, indent=1, ensure_ascii=False) + "\n").encode(),  # last: with it, the case exists
    }
    try:
        (folder / "evidence").mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "forms").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise OutputNotWritten("it cannot be made", where=folder.name, remedy="name another folder") from error
    for name, data in files.items():
        write_atomic(folder / name, data)


def library(shelf: Shelf) -> rules.Library:
    """Checklists, dated facts and rules of a shelf, read once for any number of cases."""
    return rules.library(shelf.read, rules.names(shelf.names))


def check(folder: Path, shelf: Shelf, workshop: Workshop, options: Options, tell: Tell) -> tuple[Finding, ...]:
    """Everything `bundle` would complain of, without building. Raises what the steps raise."""
    case = intake.read_case(folder, shelf)
    recipe = shelf.recipe(case.kind, folder)
    made = [plan_packet(case, recipe, person.id) for person in case.beneficiaries]
    judged = rules.check(case, library(shelf), options.as_of)
    prepared = _prepare(case, folder, shelf, workshop, judged, tell)
    crossed = _crosscheck(case, prepared, shelf, workshop, options, tell)
    return (*_findings(judged, prepared, crossed), *(finding for plan in made for finding in _held(plan)))


def bundle(
    folder: Path, shelf: Shelf, workshop: Workshop, options: Options, tell: Tell, out: Path | None = None
) -> tuple[Built, ...]:
    """Build and prove every packet of a case, each in `out`/<packet> (default: the case's build/).

    Evidence is prepared once for all of them. Raises an AssemblerError; then no packet's folder is half-made.
    """
    tell("read", 0, 0)
    profile = profiles.load(shelf, options.profile, folder)
    case = intake.read_case(folder, shelf)
    recipe = shelf.recipe(case.kind, folder)
    made = tuple(plan_packet(case, recipe, person.id) for person in case.beneficiaries)
    known = library(shelf)
    judged = rules.check(case, known, options.as_of)
    prepared = _prepare(case, folder, shelf, workshop, judged, tell)
    crossed = _crosscheck(case, prepared, shelf, workshop, options, tell)
    _stop_if_strict(case, _findings(judged, prepared, crossed), options)
    target = out or folder / "build"
    return tuple(
        _packet(plan, case, folder, prepared, judged, crossed, known, profile, shelf, workshop, options, tell, target)
        for plan in made
    )


def fill_forms(
    folder: Path, shelf: Shelf, workshop: Workshop, out: Path, payment: Mapping[str, object] | None = None
) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """Fill the blank forms of a case into `out`/<packet>/, fields kept; looks at no evidence. Paths, and all findings.

    `payment`: card data for a payment form; it goes into that form and nowhere else. Raises what the steps raise.
    """
    case = intake.read_case(folder, shelf, hashed=False)
    recipe, current = shelf.recipe(case.kind, folder), rules.editions(library(shelf))
    written: list[Path] = []
    findings: list[Finding] = []
    for person in case.beneficiaries:
        plan = plan_packet(case, recipe, person.id)
        done, found = forms.fill_packet(plan, case, folder, shelf, workshop, current, payment)
        findings += found
        (out / plan.packet).mkdir(mode=0o700, parents=True, exist_ok=True)
        for one in done:
            if one.editable.is_file():
                path = out / plan.packet / Path(one.document.removeprefix("form:")).name
                write_atomic(path, one.editable.read_bytes())
                written.append(path)
    return tuple(written), tuple(findings)


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
    judged: rules.Judgement,
    crossed: crosscheck.Crosschecked,
    known: rules.Library,
    profile: Profile,
    shelf: Shelf,
    workshop: Workshop,
    options: Options,
    tell: Tell,
    target: Path,
) -> Built:
    mine = _mine(plan, prepared)
    filled_forms, of_forms = forms.fill_packet(plan, case, folder, shelf, workshop, rules.editions(known))
    found = (*_findings(judged, prepared, crossed), *of_forms)
    _stop_if_strict(case, found, options)
    form_files = {one.exhibit: one.pdf for one in prepared if one.exhibit.startswith("form:")}
    form_files |= {one.document: one.flattened for one in filled_forms}
    form_pages = {name: drafts.facts_of(path) for name, path in form_files.items()}
    facts = rules.letter_facts(case, known, options.as_of)
    filled, layout = drafts.settle(
        plan, case, mine, form_pages,
        shelf=shelf, folder=folder, workshop=workshop, facts=facts, as_of=options.as_of, engine=options.engine, tell=tell,
    )  # fmt: skip
    found = (*found, *_held(plan), *(finding for one in filled for finding in one.findings))
    _stop_if_strict(case, found, options)
    claims = rules.claims(judged, plan, layout, [person.id for person in case.beneficiaries])
    papers = drafts.papers(
        drafts.wanted(plan, forms.answer_sheets(case, shelf), claims), plan, case, layout,
        shelf=shelf, folder=folder, workshop=workshop, facts=facts, as_of=options.as_of,
    )  # fmt: skip
    made = _staging(target, plan.packet)
    try:
        tell("bind", 0, 0)
        volumes = binding.bind_within(layout, _documents(filled, mine, form_files), made, profile, stamp_font())
        found = (*found, *profiles.advice([made / one.path for one in volumes], profile, workshop, [p.id for p in plan.parts]))
        _stop_if_strict(case, found, options)
        _keep_drafts([one for one in filled if one.id not in _places(plan)], made, target / plan.packet)
        _keep_forms(filled_forms, made)
        _keep_papers(papers, made)
        data = report.manifest(
            case=case, plan=plan, layout=layout, prepared=mine, drafts=filled, findings=found, engines=engine_versions(),
            as_of=options.as_of, profile=profile, volumes=volumes, relied=rules.relied(judged), not_checked=judged.not_checked,
            claims=claims, looked=[asdict(one) for one in crossed.looked],
            contradictions=[asdict(one) for one in crossed.contradictions],
            seal=report.seal_of(case, folder, shelf, options, engine_versions()),
        )
        report.write(made, report.with_outputs(data, made))
        tell("prove", 0, 0)
        proof = prove.prove(made, folder, workshop)
        _stop_if_unproved(case, plan, proof)
        proven = report.with_proof(report.with_outputs(data, made), proof.checks, proof.not_checked)
        tell("review", 0, 0)
        boxes = {one.exhibit: [page.boxes for page in one.pages] for one in mine}
        review.write(
            made, proven, boxes, shelf.schema("signoff.json"), folder, workshop, thumbnails=options.thumbnails,
        )  # fmt: skip
        report.write(made, report.with_outputs(proven, made))
        publish(made, target / plan.packet)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return _built(case, plan, layout, volumes, target / plan.packet, found, proof)


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


def _prepare(
    case: Case, folder: Path, shelf: Shelf, workshop: Workshop, judged: rules.Judgement, tell: Tell
) -> tuple[Prepared, ...]:
    """The evidence; where it cannot be used, what the rules say is told along with that, so that nobody has to come twice."""
    settings = evidence.Settings(legible=legibility.limits(shelf.schema("legibility.json")))
    try:
        return evidence.prepare(_with_forms(case), folder, workshop, settings, tell)
    except EvidenceUnreadable as error:
        error.findings = (*judged.findings, *error.findings)
        raise


def _crosscheck(
    case: Case, prepared: Sequence[Prepared], shelf: Shelf, workshop: Workshop, options: Options, tell: Tell
) -> crosscheck.Crosschecked:
    """The text of the evidence against the facts."""
    tell("compare", 0, 0)
    data, names = shelf.schema("crosscheck.json"), shelf.schema("languages.json")["languages"]
    own = [one for one in prepared if not one.exhibit.startswith("form:")]
    texts = evidence.read_texts(own, crosscheck.wanting_zones(case, data), options.as_of, workshop)
    return crosscheck.check(case, texts, options.as_of, data, names)


def _findings(
    judged: rules.Judgement, prepared: Sequence[Prepared], crossed: crosscheck.Crosschecked
) -> tuple[Finding, ...]:
    return (*judged.findings, *(finding for one in prepared for finding in one.findings), *crossed.findings)


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


def _keep_papers(papers: Mapping[str, Path], made: Path) -> None:
    """Put the working papers beside the bundle."""
    for name, path in papers.items():
        (made / name).parent.mkdir(exist_ok=True, mode=0o700)
        shutil.copyfile(path, made / name)


def _places(plan: Plan) -> set[str]:
    """The documents of the pages that only hold a form's place."""
    return {part.document for part in plan.parts if part.kind is PartKind.DRAFT and part.form}


def _held(plan: Plan) -> tuple[Finding, ...]:
    """A finding for each form whose place is only held: such a packet must not be filed."""
    return tuple(
        Finding(
            rule="FORM.PLACEHOLDER", severity=Severity.WARNING, where=f"packet {plan.packet}, form {part.form}",
            problem="the form is not there; a page that must not be filed holds its place",
            remedy="put the form into forms/ and list it in case.json",
        )
        for part in plan.parts
        if part.document in _places(plan)
    )


def _built(
    case: Case, plan: Plan, layout: Layout, volumes: Sequence[Volume], folder: Path, found: tuple[Finding, ...], proof: Proof
) -> Built:
    return Built(
        case=case.id, packet=plan.packet, folder=folder, files=tuple(one.path for one in volumes), pages=len(layout.leaves),
        exhibits=len(layout.index), findings=found, proof=proof,
    )
