"""The manifest of a packet, from what the steps returned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from assembler import rules
from assembler.model import Finding, PartKind
from assembler.pipeline.checked_case import CheckedCase
from assembler.pipeline.doctor import engine_versions
from assembler.pipeline.packet_content import PacketContent
from assembler.pipeline.run_context import RunContext
from assembler.pipeline.size_limit import BoundFiles
from assembler.report import manifest_writer


def describe_packet(
    content: PacketContent,
    checked: CheckedCase,
    findings: Sequence[Finding],
    bundle: BoundFiles,
    context: RunContext,
) -> dict[str, Any]:
    """Return the manifest of a packet without its outputs and its proof, which are added once
    they exist."""
    filled = [form.document for form in content.forms]
    forms = {part.document for part in content.plan.parts if part.kind is PartKind.FORM} - set(
        filled
    )
    completed = [form for form in checked.prepared if form.exhibit in forms]
    contradictions = (*checked.crosschecked.contradictions, *content.contradictions)
    return manifest_writer.manifest(
        case=checked.case,
        plan=content.plan,
        layout=content.layout,
        prepared=(*content.exhibits, *completed),
        drafts=content.drafts,
        findings=findings,
        engines=engine_versions(),
        as_of=context.options.as_of,
        profile=context.profile,
        volumes=bundle.volumes,
        claims=content.claims,
        relied=rules.list_relied_facts(checked.judged),
        not_checked=checked.judged.not_checked,
        looked=[asdict(search) for search in checked.crosschecked.searches],
        contradictions=[asdict(contradiction) for contradiction in contradictions],
        filed=content.filed,
        fitted=bundle.fitted,
        filled=filled,
    )
