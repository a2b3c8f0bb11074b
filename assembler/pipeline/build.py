"""The eight steps, from a case folder to proved packets: read, plan, prepare, draft, arrange, bind,
prove, report.

Start reading here. Each step returns a value that later steps take; nothing flows back up, except
that a bundle that must be cut into several files is drafted again, since its index names them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assembler import intake, proof, rules
from assembler.errors import OutputNotWritten, ProofFailed
from assembler.model import Case, Check, Manifest, Plan, Proof
from assembler.model.manifest import Originals
from assembler.pdf import thumbnails
from assembler.pipeline import existing_packets, packet_folder, upload_papers
from assembler.pipeline.checked_case import CheckedCase, check_case, plan_packets
from assembler.pipeline.options import BuiltPacket, stop_at_findings
from assembler.pipeline.packet_content import (
    bind_packet,
    draft_and_arrange,
    find_receiver_objections,
)
from assembler.pipeline.packet_manifest import describe_packet
from assembler.pipeline.run_context import RunContext
from assembler.proof.packet_files import SOURCES, check_sources
from assembler.report import manifest_writer, originals, review
from assembler.runtime import manifest_reader
from assembler.runtime.machine_failures import report_machine_failures
from assembler.runtime.publishing import publish, stage_folder
from assembler.runtime.user_files import hash_files


def build_packets(context: RunContext) -> tuple[BuiltPacket, ...]:
    """Build and prove one packet per beneficiary, each in `context.target`/<packet>.

    Evidence is prepared once for all packets. Packets whose inputs have not changed are only proved
    again. Raises CaseRejected, EvidenceUnreadable, ProofFailed or another AssemblerError; a packet
    folder is never half-written.
    """
    case = read_case(context)
    input_digest = existing_packets.digest_inputs(
        case, context.folder, context.resources, context.options
    )
    if packets := existing_packets.reprove_existing(case, input_digest, context):
        return packets
    plans = plan_packets(case, context)
    checked = check_case(case, plans, context)
    stop_at_findings(case, checked.findings, context.options)
    return tuple(build_packet(plan, checked, input_digest, context) for plan in checked.plans)


def read_case(context: RunContext) -> Case:
    """Read case.json and list its files. Raises CaseRejected, or OutputNotWritten if a packet may
    not be written to its place."""
    context.report_progress("read", 0, 0)
    case = intake.read_case(context.folder, context.resources)
    for person in case.beneficiaries:
        packet_folder.prepare_place(case, person.id, context)  # before an hour of work
    return case


def build_packet(
    plan: Plan, checked: CheckedCase, input_digest: str, context: RunContext
) -> BuiltPacket:
    """Draft, arrange, bind, prove and report one packet, then move its folder to its place. Raises
    as `build_packets`."""
    options = context.options
    content = draft_and_arrange(plan, checked, context)
    final = context.target / plan.packet
    record = manifest_writer.make_record_reader(checked.case.id, plan.packet)
    with stage_folder(final, record, options.as_of) as folder:
        packet_folder.recover_derived(final, options.as_of)  # nobody prints or signs it now
        content, bundle = bind_packet(content, checked, folder, context)
        objections = find_receiver_objections(plan, bundle, folder, context)
        findings = (*content.findings, *bundle.findings, *objections)
        stop_at_findings(checked.case, findings, options)
        packet_folder.lay_content(content, checked, folder)
        upload_papers.lay_upload_sheet(content, checked, folder, context)
        manifest = describe_packet(content, checked, findings, bundle, context)
        kept = keep_originals(plan, checked, folder, context)
        manifest = replace(manifest, seal=input_digest, originals=kept)
        manifest = manifest_writer.add_outputs(manifest, folder)
        manifest_writer.write_manifest(folder, manifest, final=False)
        packet_proof = prove_packet(plan, checked, len(manifest.ledger), folder, context)
        manifest = manifest_writer.add_proof(
            manifest, packet_proof.checks, packet_proof.not_checked
        )
        review_page = write_review_page(
            content.word_boxes,
            manifest,
            packet_proof,
            texts=review_texts(plan, checked, context),
            folder=folder,
            context=context,
        )
        manifest = manifest_writer.add_output(manifest, review_page, folder)
        manifest_writer.write_manifest(folder, manifest)
        context.workshop.cache.check_unchanged(content.cached_files)
        preserved = publish(
            folder, final, record, options.as_of, derived=packet_folder.DERIVED_FOLDERS
        )
    return BuiltPacket(
        case=checked.case.id,
        packet=plan.packet,
        folder=final,
        files=tuple(volume.path for volume in bundle.volumes),
        pages=len(content.layout.leaves),
        exhibits=len(content.layout.index),
        findings=findings,
        proof=packet_proof,
        kept=preserved,
        digest=manifest_reader.read_digest(final),
    )


def keep_originals(
    plan: Plan, checked: CheckedCase, folder: Path, context: RunContext
) -> Originals | None:
    """Keep case.json and the evidence in a staged packet, if that was asked for, and return what
    the manifest says of them."""
    if not context.options.keep_originals:
        return None
    return originals.keep(checked.case, plan, context.folder, folder)


def prove_packet(
    plan: Plan, checked: CheckedCase, pages: int, folder: Path, context: RunContext
) -> Proof:
    """Prove a staged packet of so many pages from its files. Raises ProofFailed with every check
    that failed."""
    context.report_progress("prove", 0, 0)
    is_drawn_by_proof = thumbnails.is_drawn_by_proof(thumbnails.choose_style(pages))
    packet_proof = proof.prove(
        folder,
        context.folder,
        context.workshop,
        remember=True,
        pictures=context.options.thumbnails and is_drawn_by_proof,
    )
    if not packet_proof.ok:
        refuse_changed_sources(packet_proof, folder, context.folder)
        report_unreadable_files(folder)
        failed = [_describe_failure(check) for check in packet_proof.checks if not check.ok]
        raise ProofFailed(
            "verification failed; the previous bundle was kept",
            failed,
            where=f"{checked.case.id}/{plan.packet}",
            remedy="run again; if it fails again, report it with `assembler report-bug`",
        )
    return packet_proof


def report_unreadable_files(folder: Path) -> None:
    """Raise ToolFailed if the machine does not give back a file of a packet whose proof failed."""
    with report_machine_failures():
        hash_files(folder)


def refuse_changed_sources(packet_proof: Proof, packet: Path, case_folder: Path) -> None:
    """Raise OutputNotWritten if the proof failed since somebody changed a file of the case
    meanwhile, also after the proof had compared it."""
    now = check_sources(manifest_reader.read_manifest(packet), case_folder)
    for check in (*packet_proof.checks, now):
        if check.name == SOURCES and not check.ok:
            raise OutputNotWritten(
                f"files of the case changed while the bundle was being made: {check.detail}",
                where=case_folder.name,
                remedy="run the same command again",
            )


def write_review_page(
    word_boxes: dict[str, list[Path | None]],
    manifest: Manifest,
    packet_proof: Proof,
    *,
    texts: review.ReviewTexts,
    folder: Path,
    context: RunContext,
) -> Path:
    """Write review.html, for a person to look through, and return its path."""
    context.report_progress("review", 0, 0)
    inputs = review.ReviewInputs(
        manifest=manifest,
        boxes=word_boxes,
        texts=texts,
        case_folder=context.folder,
        thumbnails=context.options.thumbnails,
        prints=packet_proof.prints,
    )
    return review.write(folder, inputs, context.workshop)


def review_texts(plan: Plan, checked: CheckedCase, context: RunContext) -> review.ReviewTexts:
    """Return what review.html says beside the manifest: for whom, why and how the packet is filed,
    and the titles of the rules."""
    case = checked.case
    person = next(person for person in case.beneficiaries if person.id == plan.beneficiary)
    checklists = checked.library.select_checklists(case.kind, case.reasons)
    reasons = [checklist.title for checklist in checklists if checklist.reason]
    request = [] if reasons and case.kind == "parole" else [plan.title]
    return review.ReviewTexts(
        signoff=context.resources.schema("signoff.json"),
        title=(person.name.full, *request, *reasons, context.profile.title),
        rule_titles={rule.id: rule.title for rule in rules.list_rule_help(checked.library)},
    )


def _describe_failure(check: Check) -> str:
    exhibit = f", exhibit {check.exhibit}" if check.exhibit else ""
    return f"proof {check.name}{exhibit}: {check.detail}"
