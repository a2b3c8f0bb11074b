"""Find existing packets that `build_packets` would write the same way now, and prove them again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

from assembler import intake, proof
from assembler.model import Case, Manifest
from assembler.pipeline.doctor import digest_surroundings
from assembler.pipeline.filed_packets import find_filed
from assembler.pipeline.options import BuiltPacket, Options
from assembler.pipeline.run_context import RunContext
from assembler.report import manifest_writer
from assembler.runtime import manifest_reader
from assembler.runtime.resources import Shelf


def digest_inputs(case: Case, folder: Path, resources: Shelf, options: Options) -> str:
    """Return one hash of everything a build depends on.

    Args:
        case: read with the hashes of its files.
    """
    inputs = manifest_writer.list_inputs(case, folder, resources, digest_surroundings())
    return manifest_writer.digest_inputs(inputs, options)


def is_current_with_any_options(
    manifest: Manifest, case: Case, folder: Path, resources: Shelf
) -> bool:
    """Return whether a packet was made from the case as it is now, on the day and for the receiver
    that its manifest names, with any other options, and has not changed since. --freeze is known
    only if the filed packet is in filed/ of the case.

    Args:
        case: read with the hashes of its files.
    """
    try:
        as_built = Options(as_of=date.fromisoformat(manifest.as_of), profile=manifest.profile)
    except ValueError:
        return False
    inputs = manifest_writer.list_inputs(case, folder, resources, digest_surroundings())
    filed = find_filed(folder, manifest.frozen.manifest) if manifest.frozen else ()
    for strict, thumbnails, keep_originals, engine, late in product(
        (False, True),
        (True, False),
        (False, True),
        ("auto", "embedded", "libreoffice"),
        ("end", "in-place") if filed else ("end",),
    ):
        options = replace(
            as_built,
            strict=strict,
            thumbnails=thumbnails,
            keep_originals=keep_originals,
            engine=engine,
            freeze=filed,
            late=late,
        )
        seal = manifest_writer.digest_inputs(inputs, options)
        if seal == manifest.seal:
            packet = folder / "build" / manifest.packet
            return manifest_writer.read_current(packet, seal) is not None
    return False


def find_current_packets(
    folder: Path, resources: Shelf, options: Options
) -> tuple[Manifest, ...] | None:
    """Return the manifests of the packets in a case's build/ if a build would write each of them
    the same way now; else None.

    Reads the case and its files; raises CaseRejected.
    """
    case = intake.read_case(folder, resources)
    return _find_current_manifests(
        case, digest_inputs(case, folder, resources, options), folder / "build"
    )


def reprove_existing(
    case: Case, input_digest: str, context: RunContext
) -> tuple[BuiltPacket, ...] | None:
    """Prove the existing packets again and return them; None if any of them is not current or
    fails the proof."""
    manifests = _find_current_manifests(case, input_digest, context.target)
    if not manifests:
        return None
    context.report_progress("prove", 0, 0)
    packets = tuple(_reprove(manifest, context) for manifest in manifests)
    return packets if all(packet.proof.ok for packet in packets) else None


def _find_current_manifests(
    case: Case, input_digest: str, target: Path
) -> tuple[Manifest, ...] | None:
    """Return the manifests of all packets of a case if each was proved, has this digest of its
    inputs, and has not changed since; else None."""
    existing = [
        manifest_writer.read_current(target / person.id, input_digest)
        for person in case.beneficiaries
    ]
    current = tuple(
        manifest for manifest in existing if manifest and not _is_drawn_elsewhere(manifest)
    )
    return current if len(current) == len(existing) else None


def _is_drawn_elsewhere(manifest: Manifest) -> bool:
    """Return True if a program outside this package, whose version is not in the digest, converted
    any draft."""
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
        digest=manifest_reader.read_digest(folder),
    )
