"""Packets that exist already and are as `build_packets` would write them now: they need only be
proved again."""

from __future__ import annotations

from pathlib import Path

from assembler import intake, proof
from assembler.model import Case, Manifest
from assembler.pipeline.doctor import surroundings
from assembler.pipeline.options import BuiltPacket, Options
from assembler.pipeline.run_context import RunContext
from assembler.report import manifest_writer
from assembler.runtime import manifest_reader
from assembler.runtime.resources import Shelf


def digest_inputs(case: Case, folder: Path, resources: Shelf, options: Options) -> str:
    """Return one hash of everything a build depends on. `case` must be read with the hashes of
    its files."""
    return manifest_writer.digest_inputs(case, folder, resources, options, surroundings())


def find_current_packets(
    folder: Path, resources: Shelf, options: Options
) -> tuple[Manifest, ...] | None:
    """Return the manifests of the packets in a case's build/ if each is what a build would write
    now; None if any is not.

    Reads the case and its files; raises CaseRejected.
    """
    case = intake.read_case(folder, resources)
    return _current_manifests(
        case, digest_inputs(case, folder, resources, options), folder / "build"
    )


def reprove_existing(
    case: Case, input_digest: str, context: RunContext
) -> tuple[BuiltPacket, ...] | None:
    """Prove the existing packets again and return them; None if any of them is not current, or
    fails."""
    manifests = _current_manifests(case, input_digest, context.target)
    if not manifests:
        return None
    context.report_progress("prove", 0, 0)
    packets = tuple(_reprove(manifest, context) for manifest in manifests)
    return packets if all(packet.proof.ok for packet in packets) else None


def _current_manifests(case: Case, input_digest: str, target: Path) -> tuple[Manifest, ...] | None:
    """The manifests of packets with this digest of their inputs that were proved and are as they
    were written."""
    existing = [
        manifest_writer.read_current(target / person.id, input_digest)
        for person in case.beneficiaries
    ]
    current = tuple(
        manifest for manifest in existing if manifest and not _drawn_elsewhere(manifest)
    )
    return current if len(current) == len(existing) else None


def _drawn_elsewhere(manifest: Manifest) -> bool:
    """Whether a program outside this package, whose version is not in the digest, drew any of
    it."""
    return any(not engine.startswith("office2pdf") for engine in manifest.word_engines.values())


def _reprove(manifest: Manifest, context: RunContext) -> BuiltPacket:
    folder = context.target / manifest.packet
    return BuiltPacket(
        case=manifest.case,
        packet=manifest.packet,
        folder=folder,
        files=tuple(volume.path for volume in manifest.volumes),
        pages=len(manifest.ledger),
        exhibits=len(manifest.index),
        findings=manifest.findings,
        proof=proof.prove(folder, context.folder, context.workshop, remember=True),
        again=True,
        digest=manifest_reader.digest_of(folder),
    )
