"""What is asked of a run, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from assembler import receivers
from assembler.errors import CaseRejected
from assembler.model import Case, Filed, Finding, Proof, Severity
from assembler.runtime.publishing import KeptFiles

Progress = Callable[[str, int, int], None]  # step, done, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person may ask of a run."""

    as_of: date
    profile: str = receivers.DEFAULT
    strict: bool = False
    engine: str = "auto"  # Word engine: "auto", "embedded" or "libreoffice"
    thumbnails: bool = True  # pictures and words of the evidence in review.html
    freeze: tuple[Filed, ...] = ()  # packets that were filed, whose pages keep their numbers
    keep_originals: bool = False  # a copy of what each packet is made of, in its folder
    late: str = (
        "end"  # where a new exhibit goes then: "end", or "in-place" behind the exhibit it follows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltPacket:
    """One finished packet: its folder, what it holds, and its proof."""

    case: str
    packet: str
    folder: Path
    files: tuple[str, ...]  # of the bundle, in order
    pages: int
    exhibits: int
    findings: tuple[Finding, ...]
    proof: Proof
    kept: KeptFiles = field(default_factory=KeptFiles)  # what a person had in the folder before
    digest: str = ""  # sha256 of its manifest: who has noted it down can tell a forged packet
    again: bool = False  # it stood as it would be made now, and was only proved again


def stop_at_findings(case: Case, findings: Sequence[Finding], options: Options) -> None:
    """Raise CaseRejected if findings stop the bundle: errors always do, warnings with --strict."""
    stops = {Severity.ERROR, Severity.WARNING} if options.strict else {Severity.ERROR}
    stopping = [finding for finding in findings if finding.severity in stops]
    if stopping:
        raise CaseRejected(
            f"{len(stopping)} findings stop the bundle",
            stopping,
            where=case.id,
            remedy="fix these and rerun",
        )
