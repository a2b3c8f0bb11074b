"""Parts of the way that people go alone: a new case, the plan, the forms, the proof."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from assembler import forms, profiles, prove, rules
from assembler.errors import OutputNotWritten
from assembler.model import Finding, Plan, Proof
from assembler.pipeline.ready import planned
from assembler.shelf import Shelf
from assembler.workshop import Workshop, write_atomic

TO_GATHER = "evidence/TO-GATHER.md"


def plans(folder: Path, shelf: Shelf, profile: str = profiles.DEFAULT) -> tuple[Plan, ...]:
    """Read and plan only: one plan per beneficiary; starts no program, opens no evidence but to hash it."""
    return planned(folder, shelf, profile, hashed=False)[1]


def start(folder: Path, shelf: Shelf, kind: str, reasons: Sequence[str]) -> None:
    """Make a case folder: case.json to fill in, its schema for the editor, evidence/TO-GATHER.md.

    Raises OutputNotWritten where there is a case already, or it cannot be written.
    """
    if (folder / "case.json").exists():
        raise OutputNotWritten("there is a case.json already", where=folder.name, remedy="name another folder")
    known = rules.from_shelf(shelf)
    case = rules.skeleton(kind, reasons, known, name=rules.case_id(folder.resolve().name))
    files = {
        TO_GATHER: rules.to_gather(kind, reasons, known).encode(),
        "case.schema.json": shelf.read("schemas/case.schema.json"),
        "case.json": (json.dumps(case, indent=1, ensure_ascii=False) + "\n").encode(),  # last: with it, the case exists
    }
    try:
        (folder / "evidence").mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "forms").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise OutputNotWritten("it cannot be made", where=folder.name, remedy="name another folder") from error
    for name, data in files.items():
        write_atomic(folder / name, data)


def fill_forms(
    folder: Path, shelf: Shelf, workshop: Workshop, out: Path, payment: Mapping[str, object] | None = None
) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """Fill the blank forms of a case into `out`/<packet>/, fields kept; looks at no evidence. Paths, and all findings.

    `payment`: card data for a payment form; it goes into that form and nowhere else. Raises what the steps raise.
    """
    case, made = planned(folder, shelf, hashed=False)
    current = rules.editions(rules.from_shelf(shelf))
    written: list[Path] = []
    findings: list[Finding] = []
    for plan in made:
        done = forms.fill_packet(plan, case, folder, shelf, workshop, current, payment)
        findings += done.findings
        (out / plan.packet).mkdir(mode=0o700, parents=True, exist_ok=True)
        for one in done.filled:
            if one.editable.is_file():
                path = out / plan.packet / Path(one.document.removeprefix("form:")).name
                write_atomic(path, one.editable.read_bytes())
                written.append(path)
    return tuple(written), tuple(findings)


def verify(build: Path, case_folder: Path | None, workshop: Workshop) -> Proof:
    """Prove a finished build folder again, from its files alone: every page is drawn, whatever was proved before."""
    return prove.prove(build, case_folder, workshop)
