"""Parts of the way that people go alone: a new case, the plan, the forms, the proof."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from assembler import forms, proof, receivers, rules
from assembler.errors import OutputNotWritten
from assembler.model import Finding, Plan, Proof
from assembler.pipeline.checked_case import read_plans
from assembler.runtime.atomic_files import find_link_below, report_write_errors, write_atomic
from assembler.runtime.resources import Shelf
from assembler.runtime.user_files import read_record
from assembler.runtime.workshop import Workshop

TO_GATHER = "evidence/TO-GATHER.md"
FILLED = "filled-forms.json"  # in the work folder: what `forms fill` wrote
_MOST_NOTED = 1_000


def plans(folder: Path, shelf: Shelf, profile: str = receivers.DEFAULT) -> tuple[Plan, ...]:
    """Read and plan only: one plan per beneficiary; starts no program, opens no evidence but to
    hash it."""
    return read_plans(folder, shelf, profile, hashed=False)[1]


def start(folder: Path, shelf: Shelf, kind: str, reasons: Sequence[str]) -> None:
    """Make a case folder: case.json to fill in, its schema for the editor, evidence/TO-GATHER.md.

    Raises OutputNotWritten where there is a case already, or it cannot be written.
    """
    if (folder / "case.json").exists() or (folder / "case.json").is_symlink():
        raise OutputNotWritten(
            "there is a case.json already", where=folder.name, remedy="name another folder"
        )
    known = rules.load_library(shelf)
    case = rules.draft_case(kind, reasons, known, name=rules.make_case_id(folder.resolve().name))
    files = {
        TO_GATHER: rules.format_gather_list(kind, reasons, known).encode(),
        "case.schema.json": shelf.read("schemas/case.schema.json"),
        "case.json": (
            json.dumps(case, indent=1, ensure_ascii=False) + "\n"
        ).encode(),  # last: with it, the case exists
    }
    _refuse_others(folder, files)
    try:
        (folder / "evidence").mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "forms").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise OutputNotWritten(
            f"it cannot be made ({os.strerror(error.errno or 0)})",
            where=folder.name,
            remedy="name another folder",
        ) from error
    for name, data in files.items():
        write_atomic(folder / name, data)


def _refuse_others(folder: Path, files: Mapping[str, bytes]) -> None:
    """Raise OutputNotWritten if a file is there that somebody may have worked on, or a link
    leads out of the folder."""
    for name, data in files.items():
        path = folder / name
        if (link := find_link_below(path, folder)) is not None:
            raise OutputNotWritten(
                "it is a symbolic link", where=link.name, remedy="name another folder"
            )
        if path.exists() and not (path.is_file() and path.read_bytes() == data):
            raise OutputNotWritten(
                "there is a file of this name, and somebody may have worked on it",
                where=f"{folder.name}/{name}",
                remedy="move it away, or name another folder",
            )


def fill_forms(
    folder: Path,
    shelf: Shelf,
    workshop: Workshop,
    out: Path,
    payment: Mapping[str, object] | None = None,
) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """Fill the blank forms of a case into `out`/<packet>/, fields kept; looks at no evidence.
    Paths, and all findings.

    `payment`: card data for a payment form; it goes into that form and nowhere else. Raises what
    the steps raise.
    """
    case, made = read_plans(folder, shelf, hashed=False)
    inputs = forms.FormInputs(
        case=case,
        folder=folder,
        shelf=shelf,
        workshop=workshop,
        editions=rules.current_editions(rules.load_library(shelf)),
        payment=payment,
    )
    filled: dict[Path, bytes] = {}
    findings: list[Finding] = []
    for plan in made:
        done = forms.fill_packet(plan, inputs)
        findings += done.findings
        for one in done.filled:
            if one.editable.is_file():
                filled[out / plan.packet / Path(one.document.name).name] = one.editable.read_bytes()
    _refuse_completed(filled, folder, workshop.home / FILLED)
    if payment is None:  # no trace of card data anywhere but in its form
        _note_filled(filled.values(), workshop.home / FILLED)
    for path, data in filled.items():
        with report_write_errors(path.parent.name, path.parent):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(path, data)
    return tuple(filled), tuple(findings)


def _refuse_completed(filled: Mapping[Path, bytes], folder: Path, note: Path) -> None:
    """Raise OutputNotWritten, before any is written, if a person may have completed one of those
    that are there."""
    ours = _noted(note)
    for path, data in filled.items():
        if (link := find_link_below(path, folder)) is not None or path.is_symlink():
            raise OutputNotWritten(
                "it is a symbolic link",
                where=(link or path).name,
                remedy="choose another folder with --out",
            )
        if path.exists() and not (
            path.is_file() and {_sum(path.read_bytes())} & {_sum(data), *ours}
        ):
            raise OutputNotWritten(
                "somebody may have completed this form since it was filled",
                where=f"{path.parent.name}/{path.name}",
                remedy="move it away, or choose another folder with --out",
            )


def _noted(note: Path) -> list[str]:
    """The sha256 of each form that was filled before; what is not there was completed by a
    person."""
    sums = (read_record(note) or {}).get("filled", [])
    return [str(one) for one in sums] if isinstance(sums, list) else []


def _note_filled(filled: Iterable[bytes], note: Path) -> None:
    sums = dict.fromkeys([*map(_sum, filled), *_noted(note)])
    write_atomic(note, json.dumps({"filled": list(sums)[:_MOST_NOTED]}, indent=1).encode())


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def verify(build: Path, case_folder: Path | None, workshop: Workshop) -> Proof:
    """Prove a finished build folder again, from its files alone: every page is drawn, whatever
    was proved before."""
    return proof.prove(build, case_folder, workshop)
