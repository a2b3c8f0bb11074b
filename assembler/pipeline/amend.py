"""Read filed packets from their manifests (`--freeze`), and bring their order into the plans."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assembler import documents, forms
from assembler.errors import CaseRejected, OutputNotWritten, ProofFailed
from assembler.layout import amendment
from assembler.layout.packet_plan import generate_tab_labels
from assembler.model import Case, DocumentId, Filed, Finding, PageFacts, Plan, Prepared
from assembler.model.manifest import MANIFEST_FILE
from assembler.pipeline.options import Options
from assembler.pipeline.run_context import RunContext
from assembler.runtime.folder_walk import find_in_folders
from assembler.runtime.manifest_reader import parse_manifest
from assembler.runtime.rule_catalog import make_finding


def read_filed_packets(place: Path) -> tuple[Filed, ...]:
    """Read the filed packets of a manifest, of a packet's folder, or of a folder of packets'
    folders, such as an old build/.

    Raises CaseRejected if there is none, or one cannot be read.
    """
    if place.is_file():
        paths = [place]
    elif (place / MANIFEST_FILE).is_file():
        paths = [place / MANIFEST_FILE]
    else:
        paths = find_in_folders(place, MANIFEST_FILE)
    if not paths:
        raise CaseRejected(
            "there is no manifest of a filed packet",
            (),
            where=place.name,
            remedy="give its manifest.json, its folder, or the folder that contains the folders "
            "of all packets",
        )
    return tuple(map(_read, paths))


def _read(path: Path) -> Filed:
    try:
        data = path.read_bytes()
        return amendment.read_filed(
            parse_manifest(data, complete=True), hashlib.sha256(data).hexdigest()
        )
    except (OSError, ProofFailed, ValueError) as error:
        reason = type(error).__name__
        if isinstance(error, ProofFailed):
            place = error.where.removeprefix(MANIFEST_FILE).strip()
            reason = f"{place}: {error.problem}" if place else error.problem
        raise CaseRejected(
            f"it is not the manifest of a packet ({reason})",
            (),
            where=path.name,
            remedy="name the manifest.json beside the bundle that was filed",
        ) from error


def refuse_filed_in_target(place: Path, target: Path) -> None:
    """Raise OutputNotWritten if the filed packet is in the target folder, where the new one would
    replace it."""
    filed_path, new_path = place.resolve(), target.resolve()
    folders = [filed_path, *filed_path.parents]
    if new_path in folders:
        raise OutputNotWritten(
            "the filed packet lies where the new one will be written, and would be replaced",
            where=place.name,
            remedy="move the filed packet to a folder of its own, or give another with --out",
        )


def keep_filed_order(case: Case, plans: tuple[Plan, ...], context: RunContext) -> tuple[Plan, ...]:
    """Return the plans, each in the order in which its packet was filed."""
    options = context.options
    if not options.freeze:
        return plans
    labels = generate_tab_labels(context.resources.recipe(case.kind, context.folder).labels)
    in_place = options.late == "in-place"
    return tuple(
        amendment.freeze_plan(plan, old, labels, in_place=in_place)
        if (old := find_filed_packet(plan, options))
        else plan
        for plan in plans
    )


def find_filed_packet(plan: Plan, options: Options) -> Filed | None:
    """Return the filed packet of a plan, if there is one."""
    return next((packet for packet in options.freeze if packet.packet == plan.packet), None)


def find_foreign_packets(
    case: Case, plans: tuple[Plan, ...], options: Options
) -> Iterator[Finding]:
    """Return an error for each filed packet that does not belong to this case."""
    packet_ids = {plan.packet for plan in plans}
    for packet in options.freeze:
        if packet.case != case.id or packet.packet not in packet_ids:
            yield make_finding(
                "FREEZE.CASE",
                f"--freeze, packet {packet.packet}",
                "it is not a packet of this case",
                "name the manifest of the packet that was filed for it",
            )


def add_content_keys(
    pages: dict[DocumentId, list[PageFacts]], case: Case, filled: tuple[forms.FilledForm, ...]
) -> dict[DocumentId, list[PageFacts]]:
    """Return the pages of forms with their content keys, from the hash of the filled file or of the
    case's completed one."""
    hashes = {DocumentId.form(file.path): file.sha256 for file in case.files}
    hashes |= {
        form.document: hashlib.sha256(form.editable.read_bytes()).hexdigest()
        for form in filled
        if form.editable.is_file()
    }
    return {
        document: [
            replace(page, content=_make_content_key(hashes.get(document), number))
            for number, page in enumerate(document_pages, 1)
        ]
        for document, document_pages in pages.items()
    }


def _make_content_key(sha256: str | None, page: int) -> str:
    return "" if sha256 is None else amendment.make_content_key(sha256, page)


def find_filed_changes(
    plan: Plan,
    prepared: tuple[Prepared, ...],
    forms: dict[DocumentId, list[PageFacts]],
    options: Options,
) -> tuple[Finding, ...]:
    """Return filed pages of evidence and forms that are gone, changed or moved; with --freeze also
    a packet that has no filed one."""
    filed_before = find_filed_packet(plan, options)
    if options.freeze and filed_before is None:
        unfiled = make_finding(
            "FREEZE.NONE",
            f"packet {plan.packet}",
            "--freeze gives no filed version of this packet, so it gets new page numbers",
            "give the folder that contains the filed folders of all packets, unless this packet "
            "was never filed",
        )
        return (unfiled,)
    if filed_before is None:
        return ()
    evidence = {
        exhibit.document: documents.read_exhibit_page_facts(exhibit) for exhibit in prepared
    }
    return (
        *_check_receiver(filed_before, options),
        *amendment.find_changes(plan, {**evidence, **forms}, filed_before),
    )


def _check_receiver(filed_before: Filed, options: Options) -> tuple[Finding, ...]:
    """Return a warning if the packet was filed with another receiver, which may require other
    paper, resolution or links."""
    if filed_before.profile == options.profile:
        return ()
    return (
        make_finding(
            "FREEZE.PROFILE",
            f"packet {filed_before.packet}",
            f"it was filed for another receiver ({filed_before.profile}), so filed pages may look "
            "different on this receiver's paper",
            f"build with --profile {filed_before.profile}, or compare both packets with "
            f"`assembler diff`",
        ),
    )
