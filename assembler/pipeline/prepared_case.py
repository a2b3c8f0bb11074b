"""The way up to evidence that is ready and judged: what all packets of a case share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assembler import crosscheck, evidence, forms, intake, receivers, rules
from assembler.errors import EvidenceUnreadable
from assembler.evidence import legibility
from assembler.layout.packet_plan import plan_packet
from assembler.model import (
    Case,
    Exhibit,
    FilePart,
    Finding,
    PartKind,
    Plan,
    Prepared,
    Profile,
    Severity,
)
from assembler.pipeline import amend
from assembler.pipeline.options import Options, Tell, stop_if_strict
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A case whose evidence is ready: plans, pages, and what was found of them."""

    case: Case
    folder: Path
    plans: tuple[Plan, ...]  # one for each beneficiary
    known: rules.Library
    judged: rules.Judgement
    prepared: tuple[Prepared, ...]
    crossed: crosscheck.Crosschecked

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of the facts, of the evidence, and of both together."""
        of_evidence = (finding for one in self.prepared for finding in one.findings)
        return (*self.judged.findings, *of_evidence, *self.crossed.findings)


def check(folder: Path, shelf: Shelf, workshop: Workshop, options: Options, tell: Tell) -> tuple[Finding, ...]:
    """Everything `bundle` would complain of, without building. Raises what the steps raise."""
    ready = prepare(intake.read_case(folder, shelf), folder, shelf, workshop, options, tell)
    found = [*ready.findings]
    for plan in ready.plans:
        found += forms.fill_packet(plan, ready.case, folder, shelf, workshop, rules.editions(ready.known)).findings
        found += held(plan)
    return tuple(dict.fromkeys(found))


def prepare(case: Case, folder: Path, shelf: Shelf, workshop: Workshop, options: Options, tell: Tell) -> Ready:
    """Plan, judge, prepare, compare. Raises what the steps raise."""
    profile = receivers.load(shelf, options.profile, folder)
    made = plans_of(case, folder, shelf, profile)
    stop_if_strict(case, list(amend.foreign(case, made, options)), options)
    made = amend.plans(case, made, folder, shelf, options)
    known = rules.from_shelf(shelf)
    judged = rules.check(case, known, options.as_of)
    prepared = _prepare(case, folder, shelf, workshop, judged, tell)
    crossed = _crosscheck(case, prepared, shelf, workshop, options, tell, contact=profile.certificate_contact)
    return Ready(
        case=case, folder=folder, plans=made, known=known, judged=judged, prepared=prepared, crossed=crossed
    )


def planned(
    folder: Path, shelf: Shelf, profile: str = receivers.DEFAULT, *, hashed: bool = True
) -> tuple[Case, tuple[Plan, ...]]:
    """The case, and the plan of each beneficiary's packet for a receiver. `hashed`: as `intake.read_case`."""
    case = intake.read_case(folder, shelf, hashed=hashed)
    return case, plans_of(case, folder, shelf, receivers.load(shelf, profile, folder))


def plans_of(case: Case, folder: Path, shelf: Shelf, profile: Profile) -> tuple[Plan, ...]:
    """The plan of each beneficiary's packet, as its receiver wants it."""
    recipe = shelf.recipe(case.kind, folder)
    return tuple(plan_packet(case, recipe, person.id, profile) for person in case.beneficiaries)


def held(plan: Plan) -> tuple[Finding, ...]:
    """A finding for each form whose place is only held: such a packet must not be filed."""
    return tuple(
        Finding(
            rule="FORM.PLACEHOLDER", severity=Severity.WARNING, where=f"packet {plan.packet}, form {part.form}",
            problem="the form is not there; a page that must not be filed holds its place",
            remedy="put the form into forms/ and list it in case.json", part=part.id,
        )
        for part in plan.parts
        if part.holds_place
    )


def blanks(plan: Plan, profile: Profile) -> tuple[Finding, ...]:
    """A finding for each paper that only this receiver asks for: the case does not know all that stands in it."""
    return tuple(
        Finding(
            rule="COURT.BLANKS", severity=Severity.INFO, where=f"packet {plan.packet}, {part.id}",
            problem="it has blanks for what case.json does not know, and is not signed",
            remedy=f"fill them in by hand before filing, or type them into a copy of {part.template} in templates/ of the case",
            source=profile.source("required_parts") or None,
        )
        for part in plan.parts
        if part.kind is PartKind.DRAFT and part.id in profile.required_parts and part.id != "index"
    )  # fmt: skip


def _with_forms(case: Case) -> Case:
    """Completed government forms are prepared like exhibits: same limits, same reading, same cache."""
    forms = tuple(
        Exhibit(id=f"form:{form.path}", title=form.form, category="other", parts=(FilePart(path=form.path),))
        for form in case.forms
        if form.completed
    )
    return replace(case, exhibits=(*case.exhibits, *forms))


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
    case: Case, prepared: Sequence[Prepared], shelf: Shelf, workshop: Workshop, options: Options, tell: Tell, *,
    contact: bool,
) -> crosscheck.Crosschecked:
    """The text of the evidence against the facts."""
    tell("compare", 0, 0)
    data, names = shelf.schema("crosscheck.json"), shelf.schema("languages.json")["languages"]
    texts = evidence.read_texts(prepared, workshop)
    return crosscheck.check(case, texts, options.as_of, data, names, contact=contact)
