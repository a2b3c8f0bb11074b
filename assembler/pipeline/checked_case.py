"""Plan a case, prepare its evidence and check both: everything that its packets share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from assembler import crosscheck, evidence, forms, intake, receivers, rules
from assembler.errors import EvidenceUnreadable
from assembler.evidence import legibility
from assembler.layout.packet_plan import plan_packet
from assembler.model import (
    THEMATIC_INDEX,
    Case,
    DocumentId,
    Exhibit,
    FilePart,
    Finding,
    PartKind,
    Plan,
    Prepared,
    Profile,
)
from assembler.pipeline import amend
from assembler.pipeline.options import stop_at_findings
from assembler.pipeline.run_context import RunContext
from assembler.runtime.resources import Shelf, report_broken
from assembler.runtime.rule_catalog import make_finding


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCase:
    """A case whose evidence is prepared and whose facts are checked."""

    case: Case
    plans: tuple[Plan, ...]  # one for each beneficiary
    library: rules.Library  # rules, checklists and dated facts
    judged: rules.Judgment
    prepared: tuple[Prepared, ...]  # exhibits, then completed forms
    crosschecked: crosscheck.CrosscheckReport
    filing: tuple[Finding, ...] = ()  # where the case and the receiver's profile disagree

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings about the facts, the receiver, the evidence, and facts and evidence
        compared."""
        of_evidence = (finding for exhibit in self.prepared for finding in exhibit.findings)
        return (*self.judged.findings, *self.filing, *of_evidence, *self.crosschecked.findings)


def find_problems(context: RunContext) -> tuple[Finding, ...]:
    """Return every finding that a build would report, without building. Raises the errors of the
    steps."""
    case = intake.read_case(context.folder, context.resources)
    checked = check_case(case, plan_packets(case, context), context)
    inputs = forms.FormInputs(
        case=case,
        folder=context.folder,
        shelf=context.resources,
        workshop=context.workshop,
        editions=find_edition_facts(case, checked.library, context.options.as_of),
    )
    findings = [*checked.findings]
    for plan in checked.plans:
        filled = forms.fill_packet(plan, inputs)
        findings += (*filled.findings, *find_placeholders(plan))
    return tuple(dict.fromkeys(findings))


def find_edition_facts(case: Case, library: rules.Library, as_of: date) -> forms.EditionFacts:
    """Return what the dated facts, as the firm and the case confirmed them, say of the editions of
    forms on a day."""
    return forms.EditionFacts(
        current=rules.find_current_editions(library, case.confirmed_facts, as_of),
        accepted=rules.find_accepted_editions(library),
        as_of=as_of,
    )


def plan_packets(case: Case, context: RunContext) -> tuple[Plan, ...]:
    """Plan one packet per beneficiary, in the order in which it was filed if it was.

    Raises CaseRejected if a filed packet is not one of this case.
    """
    plans = plan_for_receiver(case, context.folder, context.resources, context.profile)
    stop_at_findings(
        case, list(amend.find_foreign_packets(case, plans, context.options)), context.options
    )
    return amend.keep_filed_order(case, plans, context)


def check_case(case: Case, plans: tuple[Plan, ...], context: RunContext) -> CheckedCase:
    """Check the facts, prepare the evidence, and compare both. Raises EvidenceUnreadable with
    all findings."""
    library = rules.load_library(context.resources)
    judged = rules.check_case(case, library, context.options.as_of)
    prepared = _prepare_evidence(case, judged, context)
    crosschecked = _compare_facts(case, prepared, context)
    return CheckedCase(
        case=case,
        plans=plans,
        library=library,
        judged=judged,
        prepared=prepared,
        crosschecked=crosschecked,
        filing=(
            *receivers.check_filing_mode(case, context.profile),
            *find_unprinted_topics(case, plans),
        ),
    )


def read_plans(
    folder: Path, resources: Shelf, profile: str = receivers.DEFAULT, *, hashed: bool = True
) -> tuple[Case, tuple[Plan, ...]]:
    """Return the case, and the plan of each beneficiary's packet.

    Args:
        hashed: as in `intake.read_case`.
    """
    case = intake.read_case(folder, resources, hashed=hashed)
    return case, plan_for_receiver(
        case, folder, resources, receivers.load_profile(resources, profile, folder)
    )


def plan_for_receiver(
    case: Case, folder: Path, resources: Shelf, profile: Profile
) -> tuple[Plan, ...]:
    """Plan one packet per beneficiary, as the receiver requires."""
    recipe = resources.recipe(case.kind, folder)
    return tuple(plan_packet(case, recipe, person.id, profile) for person in case.beneficiaries)


def find_placeholders(plan: Plan) -> tuple[Finding, ...]:
    """Return one finding per form that has a placeholder page; such a packet must not be filed."""
    return tuple(
        make_finding(
            "FORM.PLACEHOLDER",
            f"packet {plan.packet}, form {part.form}",
            "the form is missing; a placeholder page that must not be filed is in its place",
            "put the form into forms/ and list it in case.json",
            part=part.id,
        )
        for part in plan.parts
        if part.holds_place
    )


def find_unprinted_topics(case: Case, plans: Sequence[Plan]) -> tuple[Finding, ...]:
    """Return a finding if exhibits have topics and a packet with such an exhibit has no thematic
    index."""
    with_topics = {exhibit.id for exhibit in case.exhibits if exhibit.topics}
    for plan in plans:
        if with_topics.isdisjoint(part.exhibit for part in plan.parts):
            continue
        if not any(part.id == THEMATIC_INDEX for part in plan.parts):
            finding = make_finding(
                "TOPIC.UNPRINTED",
                f"packet {plan.packet}",
                "exhibits have `topics`, but recipe.toml has no thematic index",
                f"add the part {THEMATIC_INDEX} to recipe.toml, as the shipped recipe has it",
            )
            return (finding,)
    return ()


def find_papers_with_blanks(plan: Plan, profile: Profile) -> tuple[Finding, ...]:
    """Return one finding per paper that only this receiver requires, since case.json does not have
    all of its facts."""
    return tuple(
        make_finding(
            "COURT.BLANKS",
            f"packet {plan.packet}, {part.id}",
            "it has blanks for facts that are not in case.json, and is not signed",
            "fill them in by hand before filing, or type them into "
            f"a copy of {part.template} in the case's templates/",
            source=profile.source("required_parts") or None,
        )
        for part in plan.parts
        if part.kind is PartKind.DRAFT and part.id in profile.required_parts and part.id != "index"
    )


def _add_completed_forms(case: Case) -> Case:
    """Return the case with its completed government forms as exhibits, so that they are prepared
    with the same limits, recognition and cache."""
    completed = tuple(
        Exhibit(
            id=DocumentId.form(form.path),
            title=form.form,
            category="other",
            parts=(FilePart(path=form.path),),
        )
        for form in case.forms
        if form.completed
    )
    return replace(case, exhibits=(*case.exhibits, *completed))


def _prepare_evidence(
    case: Case, judged: rules.Judgment, context: RunContext
) -> tuple[Prepared, ...]:
    """Prepare the evidence; an error carries the findings of the rules too, so that a person sees
    all problems in one run."""
    with report_broken("schemas/legibility.json"):
        limits = legibility.read_limits(context.resources.schema("legibility.json"))
    settings = evidence.Settings(
        legible=limits,
        templates=evidence.read_paper_templates(context.resources, case.kind, context.folder),
    )
    try:
        return evidence.prepare(
            _add_completed_forms(case),
            context.folder,
            context.workshop,
            settings,
            context.report_progress,
        )
    except EvidenceUnreadable as error:
        error.findings = (*judged.findings, *error.findings)
        raise


def _compare_facts(
    case: Case, prepared: Sequence[Prepared], context: RunContext
) -> crosscheck.CrosscheckReport:
    """Compare the text of the evidence with the facts."""
    context.report_progress("compare", 0, 0)
    return crosscheck.check(
        case,
        evidence.read_texts(prepared, context.workshop),
        context.options.as_of,
        context.resources.schema("crosscheck.json"),
        context.resources.schema("languages.json")["languages"],
        contact=context.profile.certificate_contact,
    )
