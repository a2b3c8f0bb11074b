"""Describe a packet in a manifest, from the results of the steps."""

from __future__ import annotations

from collections.abc import Sequence

from assembler import rules
from assembler.model import Finding, Manifest, PartKind
from assembler.pipeline.checked_case import CheckedCase
from assembler.pipeline.doctor import list_engine_versions
from assembler.pipeline.packet_content import PacketContent
from assembler.pipeline.packet_signatures import select_signers
from assembler.pipeline.run_context import RunContext
from assembler.pipeline.size_limit import BoundFiles
from assembler.pipeline.upload_papers import list_sheet_facts
from assembler.report.manifest_builder import BoundPacket, PacketRemarks, build_manifest


def describe_packet(
    content: PacketContent,
    checked: CheckedCase,
    findings: Sequence[Finding],
    bundle: BoundFiles,
    context: RunContext,
) -> Manifest:
    """Return the manifest of a packet without its outputs and its proof, which are added once
    they exist."""
    filled = tuple(form.document for form in content.forms)
    forms = {part.document for part in content.plan.parts if part.kind is PartKind.FORM}
    completed = [form for form in checked.prepared if form.document in forms - set(filled)]
    packet = BoundPacket(
        case=checked.case,
        plan=content.plan,
        layout=content.layout,
        profile=context.profile,
        as_of=context.options.as_of,
        prepared=(*content.exhibits, *completed),
        drafts=content.drafts,
        volumes=bundle.volumes,
        fitted=bundle.fitted,
        filled=filled,
        filed=content.filed,
        signatures=content.signatures,
        signers=select_signers(checked.case, content.signatures),
    )
    remarks = PacketRemarks(
        findings=tuple(findings),
        engines=list_engine_versions(),
        claims=content.claims,
        facts_used=(
            *rules.list_relied_facts(checked.judged),
            *list_sheet_facts(checked, context),
        ),
        not_checked=tuple(checked.judged.not_checked),
        searches=checked.crosschecked.searches,
        contradictions=(*checked.crosschecked.contradictions, *content.contradictions),
    )
    return build_manifest(packet, remarks)
