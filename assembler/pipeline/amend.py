"""`--freeze`: the packets that were filed, read from their manifests and brought into the plans."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assembler import documents, forms
from assembler.errors import CaseRejected, OutputNotWritten, ProofFailed
from assembler.layout import amendment
from assembler.layout.packet_plan import tab_labels
from assembler.model import Case, DocumentId, Filed, Finding, PageFacts, Plan, Prepared, Severity
from assembler.model.manifest import MANIFEST_FILE
from assembler.pipeline.options import Options
from assembler.pipeline.run_context import RunContext
from assembler.runtime.manifest_reader import parse_manifest


def filed(place: Path) -> tuple[Filed, ...]:
    """The filed packets: of a manifest, of a packet's folder, or of a folder of packets' folders,
    such as an old build/.

    Raises CaseRejected where there is none, or one cannot be read.
    """
    there = (
        [place]
        if place.is_file()
        else [place / MANIFEST_FILE]
        if (place / MANIFEST_FILE).is_file()
        else []
    )
    paths = there or sorted(place.glob(f"*/{MANIFEST_FILE}"))
    if not paths:
        raise CaseRejected(
            "there is no manifest of a filed packet",
            (),
            where=place.name,
            remedy="name its manifest.json, its folder, or the folder that holds the folders of "
            "all packets",
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
            remedy="name the manifest.json that lies beside the bundle that was filed",
        ) from error


def apart(place: Path, target: Path) -> None:
    """Raises OutputNotWritten if the filed packet lies where the new one will: it would be
    replaced."""
    home, new = place.resolve(), target.resolve()
    inside = [home, *home.parents] if not home.is_file() else list(home.parents)
    if home == new or new in inside:
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
    labels = tab_labels(context.resources.recipe(case.kind, context.folder).labels)
    in_place = options.late == "in-place"
    return tuple(
        amendment.freeze_plan(plan, old, labels, in_place=in_place)
        if (old := filed_packet(plan, options))
        else plan
        for plan in plans
    )


def filed_packet(plan: Plan, options: Options) -> Filed | None:
    """The filed packet of a plan, if there is one."""
    return next((one for one in options.freeze if one.packet == plan.packet), None)


def foreign(case: Case, made: tuple[Plan, ...], options: Options) -> Iterator[Finding]:
    """An error for each filed packet that is none of this case."""
    packets = {plan.packet for plan in made}
    for one in options.freeze:
        if one.case != case.id or one.packet not in packets:
            yield Finding(
                rule="FREEZE.CASE",
                severity=Severity.ERROR,
                where=f"--freeze, packet {one.packet}",
                problem="it is not a packet of this case",
                remedy="name the manifest of the packet that was filed for it",
            )


def with_content(
    pages: dict[DocumentId, list[PageFacts]], case: Case, done: tuple[forms.FilledForm, ...]
) -> dict[DocumentId, list[PageFacts]]:
    """Pages of forms with what they are known by: the filled file, else the completed one of the
    case."""
    hashes = {DocumentId.form(file.path): file.sha256 for file in case.files}
    hashes |= {
        one.document: hashlib.sha256(one.editable.read_bytes()).hexdigest()
        for one in done
        if one.editable.is_file()
    }
    return {
        name: [
            replace(
                one, content=amendment.content_key(hashes[name], number) if name in hashes else ""
            )
            for number, one in enumerate(facts, 1)
        ]
        for name, facts in pages.items()
    }


def findings(
    plan: Plan,
    prepared: tuple[Prepared, ...],
    forms: dict[DocumentId, list[PageFacts]],
    options: Options,
) -> tuple[Finding, ...]:
    """Filed pages of evidence and forms that are gone, changed or moved; a packet that nobody
    says was filed."""
    old = filed_packet(plan, options)
    if options.freeze and old is None:
        unfiled = Finding(
            rule="FREEZE.NONE",
            severity=Severity.WARNING,
            where=f"packet {plan.packet}",
            problem="no filed packet of it is given with --freeze, so it is numbered anew",
            remedy="name the folder that holds the filed folders of all packets, unless this one "
            "was never filed",
        )
        return (unfiled,)
    if old is None:
        return ()
    evidence = {exhibit.document: documents.exhibit_page_facts(exhibit) for exhibit in prepared}
    return (*_of_receiver(old, options), *amendment.find_changes(plan, {**evidence, **forms}, old))


def _of_receiver(old: Filed, options: Options) -> tuple[Finding, ...]:
    """A warning where the packet was filed with another receiver, who may want other paper, dots
    or links."""
    if old.profile == options.profile:
        return ()
    return (
        Finding(
            rule="FREEZE.PROFILE",
            severity=Severity.WARNING,
            where=f"packet {old.packet}",
            problem=f"it was filed for another receiver ({old.profile}), so filed pages may look "
            f"otherwise on this one's paper",
            remedy=f"build with --profile {old.profile}, or compare both packets with `assembler "
            f"diff`",
        ),
    )
