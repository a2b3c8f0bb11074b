"""Define the options of a run, and its results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from assembler import receivers
from assembler.errors import CaseRejected
from assembler.model import Case, Filed, Finding, Proof, is_stopping
from assembler.runtime.publishing import KeptFiles

Progress = Callable[[str, int, int], None]  # step, done, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options that a person may give for a run."""

    as_of: date
    profile: str = receivers.DEFAULT
    strict: bool = False
    engine: str = "auto"  # Word engine: "auto", "embedded" or "libreoffice"
    thumbnails: bool = True  # pictures and words of the evidence in review.html
    freeze: tuple[Filed, ...] = ()  # packets that were filed, whose pages keep their numbers
    keep_originals: bool = False  # keep the files each packet is made from in its folder
    # place of new exhibits with `freeze`: "end", or "in-place" after the exhibit they follow
    late: str = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltPacket:
    """One finished packet: its folder, content, findings and proof."""

    case: str
    packet: str
    folder: Path
    files: tuple[str, ...]  # of the bundle, in order
    pages: int
    exhibits: int
    findings: tuple[Finding, ...]
    proof: Proof
    kept: KeptFiles = field(default_factory=KeptFiles)  # a person's files from the folder before
    digest: str = (
        ""  # sha256 of its manifest; a person who noted it down can detect a forged packet
    )
    again: bool = False  # it was current already, and was only proved again


def stop_at_findings(case: Case, findings: Sequence[Finding], options: Options) -> None:
    """Raise CaseRejected with all findings, those that stop the bundle first, if any does: errors
    stop it, but for those that leave a marked blank; with --strict these and warnings, too."""
    stopping = [finding for finding in findings if is_stopping(finding, strict=options.strict)]
    if stopping:
        others = [finding for finding in findings if finding not in stopping]
        is_single = len(stopping) == 1
        raise CaseRejected(
            f"{len(stopping)} finding{'' if is_single else 's'} stop{'s' if is_single else ''} "
            f"the bundle",
            [*stopping, *others],
            where=case.id,
            remedy=f"fix {'it' if is_single else 'these'} and rerun",
        )
