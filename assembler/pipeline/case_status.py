"""Judge whether a case can be filed: from packets just built, or from what is in its folder."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from assembler import intake, rules
from assembler.errors import ProofFailed
from assembler.model import (
    Case,
    Deadline,
    DeadlineKind,
    Finding,
    Manifest,
    Readiness,
    SignatureState,
    Verdict,
)
from assembler.pipeline.batch.case_list import check_facts
from assembler.pipeline.existing_packets import is_current_with_any_options
from assembler.pipeline.options import BuiltPacket
from assembler.report.review import review_page
from assembler.runtime.counts import format_count
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.resources import Shelf
from assembler.runtime.sign_off import is_signed_off


class BuildState(StrEnum):
    """Whether the packets of a case are there, and still what its folder says."""

    CURRENT = "built"
    CHANGED = "changed since it was built"
    NOT_BUILT = "not built yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningCount:
    """What is to be signed by hand in all packets of a case."""

    places: int
    pages: int
    people: int  # of those whom the case names

    def __str__(self) -> str:
        places = format_count(self.places, "place")
        pages = format_count(self.pages, "page")
        people = format_count(self.people, "person", "people")
        return f"{places} on {pages} to sign by hand, by {people}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStatus:
    """What keeps a case from being filed.

    `case`: name of its `folder`; `case_id`: its id in case.json; `packets`: folders of its packets
    that are there; `deadlines`: the earliest first, those that have passed, too.
    """

    case: str
    folder: Path
    case_id: str = ""
    state: BuildState
    verdict: Verdict
    findings: tuple[Finding, ...]
    not_checked: tuple[str, ...] = ()
    packets: tuple[Path, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    signing: SigningCount | None = None  # of packets that are current

    def next_steps(self) -> list[str]:
        """Return what to do next, in order, each with the command or the place for it."""
        verdict, steps = self.verdict, []
        if verdict.to_fix:
            count = "the problem" if verdict.to_fix == 1 else f"the {verdict.to_fix} problems"
            steps.append(f"Fix {count} listed under Fix before filing.")
        if verdict.missing_forms:
            names = ", ".join(verdict.missing_forms)
            steps.append(
                f"Add the missing forms ({names}): fill their blanks with `assembler forms fill "
                f"{self.folder}`, have them signed, and list them under `forms` in case.json."
            )
        if verdict.to_check:
            count = "the one thing" if verdict.to_check == 1 else f"the {verdict.to_check} things"
            steps.append(f"Look at {count} listed under Check.")
        if self.state is not BuildState.CURRENT:
            steps.append(f"Build the packet: `assembler bundle {self.folder}`.")
        elif verdict.readiness is Readiness.EXCEPT_SIGNATURES:
            steps += [
                f"Look through the pages, get the signatures (`assembler print {packet}` makes "
                f"signing.pdf to hand out), and sign off: {packet / review_page.NAME}"
                for packet in self.packets
            ]
        elif verdict.readiness is Readiness.READY:
            steps.append("File it.")
        return steps

    def next_deadline(self, as_of: date) -> Deadline | None:
        """Return the first deadline of the case itself that has not passed on a day."""
        return next(
            (
                deadline
                for deadline in self.deadlines
                if deadline.day >= as_of and deadline.kind is not DeadlineKind.FACTS_STALE
            ),
            None,
        )


def judge_packets(packets: Sequence[BuiltPacket]) -> Verdict:
    """Return the verdict on a case from its finished packets; a finding of several counts once."""
    return rules.decide_verdict(
        (finding for packet in packets for finding in packet.findings),
        is_signed=all(
            is_signed_off(packet.folder, read_manifest(packet.folder)) for packet in packets
        ),
    )


def read_status(folder: Path, shelf: Shelf, library: rules.Library, as_of: date) -> CaseStatus:
    """Return the status of a case: its facts as they are judged on a day, and what was found when
    its packets were built, if they are still current. Opens no evidence, but reads its bytes."""
    name = folder.resolve().name
    case, findings = intake.examine_case(folder, shelf)
    if case is None:
        verdict = rules.decide_verdict(findings)
        return CaseStatus(
            case=name,
            folder=folder,
            state=BuildState.NOT_BUILT,
            verdict=verdict,
            findings=tuple(findings),
        )
    facts = check_facts(case, folder, shelf, library, as_of)
    manifests = _read_manifests(case, folder)
    state = _find_build_state(manifests, case, folder, shelf)
    findings = facts.findings
    if state is BuildState.CURRENT:
        of_facts = {rule.id for rule in rules.list_rule_help(library, rules.FACT_PACKAGES)}
        findings += tuple(
            dict.fromkeys(
                finding
                for manifest in manifests.values()
                for finding in manifest.findings
                if finding.rule not in of_facts
            )
        )
    verdict = rules.decide_verdict(
        findings,
        missing_forms=facts.missing_forms,
        failure="" if state is BuildState.CURRENT else state.value,
        is_signed=state is BuildState.CURRENT
        and all(is_signed_off(packet, manifest) for packet, manifest in manifests.items()),
    )
    return CaseStatus(
        case=name,
        folder=folder,
        case_id=case.id,
        deadlines=facts.deadlines,
        state=state,
        verdict=verdict,
        findings=findings,
        not_checked=facts.not_checked,
        packets=tuple(manifests),
        signing=_count_signatures(manifests.values()) if state is BuildState.CURRENT else None,
    )


def _count_signatures(manifests: Collection[Manifest]) -> SigningCount | None:
    """Count the places without ink; None if there are none."""
    places = [
        (manifest.packet, place)
        for manifest in manifests
        for place in manifest.signatures
        if place.state is SignatureState.NEEDED
    ]
    if not places:
        return None
    names = {signer.id: signer.name for manifest in manifests for signer in manifest.signers}
    return SigningCount(
        places=len(places),
        pages=len({(packet, place.number) for packet, place in places}),
        people=len({names[place.signer] for _, place in places if place.signer in names}),
    )


def _find_build_state(
    manifests: Mapping[Path, Manifest], case: Case, folder: Path, shelf: Shelf
) -> BuildState:
    """Return whether the packets with these manifests are all there, and still what the case
    says."""
    if len(manifests) < len(case.beneficiaries):
        return BuildState.NOT_BUILT
    is_current = all(
        is_current_with_any_options(manifest, case, folder, shelf)
        for manifest in manifests.values()
    )
    return BuildState.CURRENT if is_current else BuildState.CHANGED


def _read_manifests(case: Case, folder: Path) -> dict[Path, Manifest]:
    """Return the manifest of each packet of a case, by its folder, without those that cannot be
    read."""
    manifests = {}
    for person in case.beneficiaries:
        packet = folder / "build" / person.id
        with suppress(OSError, ProofFailed):
            manifests[packet] = read_manifest(packet)
    return manifests
