"""The order of the work, and nothing else: read, plan, prepare, draft, arrange, bind, prove, report.

A case folder comes in; proven packets, one folder each, go out. Every line needs only what earlier lines returned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler import bind as binding
from assembler import drafts, evidence, intake, prove, report, rules
from assembler.doctor import engine_versions
from assembler.errors import CaseRejected, ProofFailed
from assembler.model import Case, Finding, Plan, Prepared, Proof, Severity
from assembler.plan import plan_packet
from assembler.shelf import Shelf
from assembler.workshop import Workshop, publish

Tell = Callable[[str, int, int], None]  # step, done, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person may ask of a run."""

    as_of: date
    profile: str = "default"
    strict: bool = False
    engine: str = "auto"  # Word engine: "auto", "embedded" or "libreoffice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One finished packet."""

    case: str
    packet: str
    folder: Path
    pages: int
    exhibits: int
    findings: tuple[Finding, ...]
    proof: Proof
