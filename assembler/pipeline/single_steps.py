"""Run single steps of a build: start a case, plan, fill forms, print, verify."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assembler import forms, proof, receivers, rules
from assembler.bundle import print_set, signed_set
from assembler.errors import OutputNotWritten
from assembler.model import Exhibit, Finding, Plan, Proof
from assembler.pdf.source_files import ClientFiles
from assembler.pipeline.checked_case import find_edition_facts, read_plans
from assembler.proof.source_pages import count_pages
from assembler.runtime.atomic_files import find_link_below, report_write_errors, write_atomic
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.resources import Shelf, report_broken
from assembler.runtime.user_files import read_record
from assembler.runtime.workshop import Workshop

TO_GATHER = "evidence/TO-GATHER.md"
FILLED_FORMS = "filled-forms"  # folder of a case for them, where no other is named
FILLED = "filled-forms.json"  # in the work folder: what `forms fill` wrote
_MAX_NOTED = 1_000  # hashes of filled forms that are remembered


def make_plans(folder: Path, shelf: Shelf, profile: str = receivers.DEFAULT) -> tuple[Plan, ...]:
    """Return one plan per beneficiary, without starting a program or opening evidence."""
    return read_plans(folder, shelf, profile, hashed=False)[1]


def make_plans_with_pages(
    folder: Path, shelf: Shelf, profile: str, workshop: Workshop
) -> tuple[tuple[Plan, ...], dict[str, int | None]]:
    """Return one plan per beneficiary, and how many pages each exhibit has, by id.

    None stands for an exhibit with a file whose pages are not known before it is converted, or that
    cannot be opened.
    """
    case, packet_plans = read_plans(folder, shelf, profile, hashed=False)
    paths = sorted({part.path for exhibit in case.exhibits for part in exhibit.parts})
    files = ClientFiles(folder=folder)
    counts = workshop.map(count_pages, [(files, path) for path in paths])
    by_path = {
        path: count
        for path, count in zip(paths, counts, strict=True)
        if isinstance(count, int) and count
    }
    return packet_plans, {exhibit.id: _count_exhibit(exhibit, by_path) for exhibit in case.exhibits}


def _count_exhibit(exhibit: Exhibit, by_path: Mapping[str, int]) -> int | None:
    """Return how many pages of its files an exhibit uses; None if that is not known."""
    total = 0
    for part in exhibit.parts:
        if part.pages:
            count = by_path.get(part.path)
            ends = [(first, last or count) for first, last in part.pages]
            if any(last is None for _, last in ends):
                return None
            total += sum(last - first + 1 for first, last in ends if last is not None)
        elif part.path in by_path:
            total += by_path[part.path]
        else:
            return None
    return total


def start(
    folder: Path, shelf: Shelf, answers: rules.CaseStart, *, with_exhibits: bool = True
) -> None:
    """Make a case folder: case.json to fill in, its schema for the editor, evidence/TO-GATHER.md.

    Args:
        with_exhibits: list exhibits to fill in; False where they will be proposed.

    Raises OutputNotWritten if the folder has a case already, or cannot be written.
    """
    if (folder / "case.json").exists() or (folder / "case.json").is_symlink():
        raise OutputNotWritten(
            "there is already a case.json", where=folder.name, remedy="name another folder"
        )
    library = rules.load_library(shelf)
    case = rules.draft_case(answers, library, name=rules.make_case_id(folder.resolve().name))
    if not with_exhibits:
        case["exhibits"] = []
    gather_list = rules.format_gather_list(answers.kind, answers.reasons, library)
    files = make_case_files(case, gather_list, shelf)
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


def make_case_files(case: Mapping[str, Any], gather_list: str, shelf: Shelf) -> dict[str, bytes]:
    """Return the files of a new case by their paths in its folder, in the order to write them."""
    return {
        TO_GATHER: gather_list.encode(),
        "case.schema.json": shelf.read("schemas/case.schema.json"),
        # last, since the case exists as soon as it has this file
        "case.json": (json.dumps(case, indent=1, ensure_ascii=False) + "\n").encode(),
    }


def _refuse_others(folder: Path, files: Mapping[str, bytes]) -> None:
    """Raise OutputNotWritten if a file exists that somebody may have edited, or is behind a
    symbolic link."""
    for name, data in files.items():
        path = folder / name
        if (link := find_link_below(path, folder)) is not None:
            raise OutputNotWritten(
                "it is a symbolic link", where=link.name, remedy="name another folder"
            )
        if path.exists() and not (path.is_file() and path.read_bytes() == data):
            raise OutputNotWritten(
                "a file of this name exists, and someone may have edited it",
                where=f"{folder.name}/{name}",
                remedy="move it away, or name another folder",
            )


def fill_forms(
    folder: Path,
    shelf: Shelf,
    workshop: Workshop,
    out: Path,
    payment: Mapping[str, object] | None = None,
    *,
    as_of: date,
) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """Fill the blank forms of a case into `out`/<packet>/, without opening evidence; return their
    paths and all findings.

    Args:
        payment: card data for a payment form; it is written into that form and nowhere else.
        as_of: the day by which editions are judged.

    Raises:
        AssemblerError: one of the steps failed.
    """
    case, plans = read_plans(folder, shelf, hashed=False)
    inputs = forms.FormInputs(
        case=case,
        folder=folder,
        shelf=shelf,
        workshop=workshop,
        editions=find_edition_facts(case, rules.load_library(shelf), as_of),
        payment=payment,
    )
    filled: dict[Path, bytes] = {}
    findings: list[Finding] = []
    for plan in plans:
        packet_forms = forms.fill_packet(plan, inputs)
        findings += packet_forms.findings
        for form in packet_forms.filled:
            if form.editable.is_file():
                path = out / plan.packet / Path(form.document.name).name
                filled[path] = form.editable.read_bytes()
    _refuse_completed(filled, folder, workshop.home / FILLED)
    if payment is None:  # no trace of card data anywhere but in its form
        _note_filled(filled.values(), workshop.home / FILLED)
    for path, data in filled.items():
        with report_write_errors(path.parent.name, path.parent):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(path, data)
    return tuple(filled), tuple(findings)


def _refuse_completed(filled: Mapping[Path, bytes], folder: Path, note: Path) -> None:
    """Raise OutputNotWritten, before any form is written, if a person may have completed an
    existing one."""
    noted = _read_noted(note)
    for path, data in filled.items():
        if (link := find_link_below(path, folder)) is not None or path.is_symlink():
            raise OutputNotWritten(
                "it is a symbolic link",
                where=(link or path).name,
                remedy="choose another folder with --out",
            )
        if path.exists() and not (
            path.is_file() and {_digest_bytes(path.read_bytes())} & {_digest_bytes(data), *noted}
        ):
            raise OutputNotWritten(
                "someone may have edited this form since it was filled",
                where=f"{path.parent.name}/{path.name}",
                remedy="move it away, or choose another folder with --out",
            )


def _read_noted(note: Path) -> list[str]:
    """Return the sha256 of each form that was filled before; files with other hashes were edited
    by a person."""
    sums = (read_record(note) or {}).get("filled", [])
    return [str(sha256) for sha256 in sums] if isinstance(sums, list) else []


def _note_filled(filled: Iterable[bytes], note: Path) -> None:
    sums = dict.fromkeys([*map(_digest_bytes, filled), *_read_noted(note)])
    write_atomic(note, json.dumps({"filled": list(sums)[:_MAX_NOTED]}, indent=1).encode())


def _digest_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def print_packet(
    packet: Path, shelf: Shelf, workshop: Workshop, day: date, *, late: bool = False
) -> print_set.Run:
    """Make the print set of a packet, as `print_set.prepare`. Also raises TemplateBroken for a
    broken schemas/printing.json or schemas/facts/signatures.json."""
    with report_broken("schemas/printing.json"):
        limits = print_set.read_print_rules(shelf.schema("printing.json"))
    template = shelf.template(read_manifest(packet).kind, print_set.SIGNING_TEMPLATE)
    with report_broken(f"schemas/{print_set.SIGNING_FACTS}"):
        sheet = print_set.read_sheet_texts(template, shelf.schema(print_set.SIGNING_FACTS))
    texts = print_set.PrintTexts(rules=limits, sheet=sheet)
    return print_set.prepare(packet, texts, workshop, day=day, late=late)


def sign_packets(
    packets: Sequence[Path], scans: Sequence[Path], workshop: Workshop, day: date
) -> signed_set.SignedRuns:
    """Put scans of signed pages back into packets, as `signed_set.sign_packets`."""
    return signed_set.sign_packets(packets, scans, workshop, day)


def verify(build: Path, case_folder: Path | None, workshop: Workshop) -> Proof:
    """Prove a finished build folder again, from its files alone; every page is drawn, even if it
    was proved before."""
    return proof.prove(build, case_folder, workshop)
