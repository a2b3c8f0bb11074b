"""What stands already: packets that are as `bundle` would make them now, which need only be proved again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assembler import intake, proof
from assembler.model import Case, Finding, Severity
from assembler.pipeline.doctor import surroundings
from assembler.pipeline.options import Built, Options, Tell
from assembler.report import manifest_writer
from assembler.runtime import manifest_reader as manifests
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop

Manifest = dict[str, Any]


def seal(case: Case, folder: Path, shelf: Shelf, options: Options) -> str:
    """One hash of everything a build depends on; `case` read with its files' hashes."""
    return manifest_writer.seal_of(case, folder, shelf, options, surroundings())


def standing(folder: Path, shelf: Shelf, options: Options, out: Path | None = None) -> tuple[Manifest, ...] | None:
    """The manifests of a case's packets, if every one of them is what `bundle` would make now; None if any is not.

    Reads the case and its files; raises CaseRejected.
    """
    case = intake.read_case(folder, shelf)
    return sealed(case, out or folder / "build", seal(case, folder, shelf, options))


def sealed(case: Case, target: Path, wanted: str) -> tuple[Manifest, ...] | None:
    """The manifests of the packets in `target`, if all have this seal, were proved, and are as they were written."""
    found = [manifest_writer.standing(target / person.id, wanted) for person in case.beneficiaries]
    whole = tuple(one for one in found if one and not _outside(one))
    return whole if len(whole) == len(found) else None


def _outside(manifest: Manifest) -> bool:
    """Whether a program outside this package, whose version is not sealed, drew any of it."""
    return any(not str(engine).startswith("office2pdf") for engine in manifest["word_engines"].values())


def prove_again(
    manifests: tuple[Manifest, ...], folder: Path, target: Path, workshop: Workshop, tell: Tell
) -> tuple[Built, ...] | None:
    """The packets as they stand, each proved again; None if one of them no longer can be."""
    tell("prove", 0, 0)
    built = tuple(_proved(one, folder, target / one["packet"], workshop) for one in manifests)
    return built if all(one.proof.ok for one in built) else None


def _proved(manifest: Manifest, folder: Path, packet: Path, workshop: Workshop) -> Built:
    return Built(
        case=manifest["case"], packet=manifest["packet"], folder=packet, pages=len(manifest["ledger"]),
        files=tuple(one["path"] for one in manifest["volumes"]), exhibits=len(manifest["index"]),
        findings=tuple(_finding(one) for one in manifest["findings"]),
        proof=proof.prove(packet, folder, workshop, remember=True), again=True,
        digest=manifests.digest_of(packet),
    )  # fmt: skip


def _finding(row: Mapping[str, Any]) -> Finding:
    region = row.get("region")
    return Finding(**{**row, "severity": Severity(row["severity"]), "region": tuple(region) if region else None})
