"""Survey the files in workers, then check them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from assembler.errors import ProofFailed
from assembler.model import Finding, LedgerEntry, Profile, Severity
from assembler.model.manifest import MANIFEST_FILE
from assembler.receivers.lint_rules import check_files
from assembler.receivers.pdf_survey import SurveyedFile, survey_pdf
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop


def lint(
    files: Sequence[Path],
    profile: Profile,
    workshop: Workshop,
    parts: Sequence[str] | None = None,
    ledger: Sequence[LedgerEntry] = (),
) -> tuple[Finding, ...]:
    """Return findings about PDF files, the volumes of one bundle in order.

    Args:
        parts: ids of the packet's parts, if known.
        ledger: its pages, if known.
    """
    results = workshop.map(partial(survey_pdf, colors=profile.color == "gray"), files)
    surveys = [
        SurveyedFile(name=path.name, size=path.stat().st_size, trouble=result.kind)
        if isinstance(result, Failure)
        else result
        for path, result in zip(files, results, strict=True)
    ]
    return check_files(surveys, profile, parts, ledger)


def lint_build(build: Path, profile: Profile, workshop: Workshop) -> tuple[Finding, ...]:
    """Return findings about all volumes of a built bundle. Raises ProofFailed if its manifest
    cannot be read."""
    manifest = read_manifest(build)
    parts = [entry.part for entry in manifest.ledger]
    files = [build / volume.path for volume in manifest.volumes]
    missing = [path.name for path in files if not path.is_file()]
    if missing:
        raise ProofFailed(
            f"{', '.join(missing)} is not there", (), where=MANIFEST_FILE, remedy="build it again"
        )
    findings = lint(files, profile, workshop, parts, manifest.ledger)
    if manifest.frozen is None:
        return findings
    # its pages keep the stamps they were filed with, and later ones have no total
    return tuple(finding for finding in findings if finding.rule != "PROFILE.STAMP")


def lint_new_bundle(
    files: Sequence[Path], profile: Profile, workshop: Workshop, parts: Sequence[str]
) -> tuple[Finding, ...]:
    """Return the findings of `lint` that matter when a bundle is built; notes, such as paper that
    is not Letter, are left to `verify`."""
    return tuple(
        finding
        for finding in lint(files, profile, workshop, parts)
        if finding.severity is not Severity.INFO
    )
