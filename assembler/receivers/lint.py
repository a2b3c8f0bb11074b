"""Look at the files in workers, then judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from assembler.errors import ProofFailed
from assembler.model import Finding, Profile, Severity
from assembler.receivers.lint_rules import judge
from assembler.receivers.pdf_survey import Seen, see
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop


def lint(
    files: Sequence[Path],
    profile: Profile,
    workshop: Workshop,
    parts: Sequence[str] | None = None,
    ledger: Sequence[Mapping[str, Any]] = (),
) -> tuple[Finding, ...]:
    """Findings about PDF files, the parts of one bundle in order; `parts`: ids of the packet's
    parts, `ledger`: its pages."""
    results = workshop.map(partial(see, colors=profile.color == "gray"), files)
    seen = [
        Seen(name=path.name, size=path.stat().st_size, trouble=result.kind)
        if isinstance(result, Failure)
        else result
        for path, result in zip(files, results, strict=True)
    ]
    return judge(seen, profile, parts, ledger)


def lint_build(build: Path, profile: Profile, workshop: Workshop) -> tuple[Finding, ...]:
    """Findings about a build folder's bundle, all its parts. Raises ProofFailed if its manifest
    cannot be read."""
    data = read_manifest(build)
    parts = [entry["part"] for entry in data["ledger"]]
    files = [build / volume["path"] for volume in data["volumes"]]
    missing = [path.name for path in files if not path.is_file()]
    if missing:
        raise ProofFailed(
            f"{', '.join(missing)} is not there", (), where="manifest.json", remedy="build it again"
        )
    return lint(files, profile, workshop, parts, data["ledger"])


def advice(
    files: Sequence[Path], profile: Profile, workshop: Workshop, parts: Sequence[str]
) -> tuple[Finding, ...]:
    """What `lint` has to say when a bundle is built: that a page is no Letter page is known
    then, and left to `verify`."""
    return tuple(
        finding
        for finding in lint(files, profile, workshop, parts)
        if finding.severity is not Severity.INFO
    )
