"""Make one new case a row of an imported file. They appear when all of them are complete."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from assembler import rules
from assembler.errors import OutputNotWritten
from assembler.intake.case_fields import CaseFields
from assembler.intake.imports.cells import RowFacts
from assembler.intake.imports.merge import Merge, merge_facts
from assembler.intake.imports.row_facts import CASE_ID
from assembler.intake.imports.tables import load_tables
from assembler.intake.json_edit import set_value
from assembler.intake.untyped_values import read_objects
from assembler.model.case_texts import FILL_IN
from assembler.pipeline.import_facts import (
    MAX_FINDINGS,
    ImportedFile,
    ImportOptions,
    ImportRefused,
    ImportReport,
    read_source,
    report_values,
)
from assembler.pipeline.import_worker import WORK_FOLDER
from assembler.pipeline.single_steps import make_case_files
from assembler.runtime.atomic_files import (
    is_plain_folder,
    move_path,
    report_write_errors,
    sync_files,
    sync_folder,
    sync_folders,
)
from assembler.runtime.folder_walk import list_below
from assembler.runtime.process_setup import defer_interrupts
from assembler.runtime.resources import Shelf
from assembler.runtime.rule_catalog import make_finding
from assembler.runtime.workshop import Workshop


def import_new(source: Path, root: Path, shelf: Shelf, options: ImportOptions) -> ImportReport:
    """Make one case folder a row, below `root`. A value that cannot be read becomes a FILL IN.

    Raises:
        ImportRefused: the file cannot be used, or its case numbers; nothing was made.
        OutputNotWritten: a folder exists already, or cannot be made; nothing was made.
    """
    tables, library = load_tables(shelf), rules.load_library(shelf)
    imported = read_source(source, shelf, tables, options)
    names = _name_cases(imported)
    drafts: dict[str, dict[str, bytes]] = {}
    people: list[str] = []
    findings = list(imported.findings)
    gather_lists: dict[tuple[str, tuple[str, ...]], str] = {}
    for name, row in zip(names, imported.rows, strict=True):
        kind, reasons = _choose_kind(imported, row, options)
        draft = rules.draft_case(rules.CaseStart(kind=kind, reasons=reasons), library, name=name)
        merge = _fill_draft(draft, row, tables.fields)
        findings += report_values(imported, merge.unreadable, tables.fields, draft)
        if (kind, reasons) not in gather_lists:
            gather_lists[kind, reasons] = rules.format_gather_list(kind, reasons, library)
        case = _apply_edits(draft, merge)
        people.append(_name_beneficiaries(case))
        drafts[name] = make_case_files(case, gather_lists[kind, reasons], shelf)
    if options.dry_run:
        _list_missing(root, drafts)
    else:
        _make_folders(root, drafts)
    missing = tuple(tables.fields.label(place, None) for place in imported.missing)
    return ImportReport(
        file=imported.name,
        program=imported.program,
        used=imported.used,
        ignored=imported.ignored,
        missing=missing,
        cases=tuple(root / name for name in drafts),
        findings=tuple(findings[:MAX_FINDINGS]),
        written=not options.dry_run,
        people=tuple(people),
    )


def _name_beneficiaries(case: Any) -> str:
    """Return the names of the beneficiaries of a new case, as far as they are known."""
    names = [person.get("name") for _, person in read_objects(case, "beneficiaries")]
    known = [
        " ".join(
            part
            for key in ("given", "family")
            if isinstance(part := name.get(key), str) and FILL_IN not in part
        )
        for name in names
        if isinstance(name, dict)
    ]
    return ", ".join(filter(None, known))


def _name_cases(imported: ImportedFile) -> list[str]:
    """Return the id and folder of each row: its case number, else the number of the row. Raises
    ImportRefused for two rows of one number."""
    width = max(3, len(str(max((row.row for row in imported.rows), default=0))))
    names: list[str] = []
    findings = []
    for row in imported.rows:
        fact = row.facts.get(CASE_ID)
        name = str(fact.value) if fact and isinstance(fact.value, str) else ""
        name = rules.make_case_id(name) if name else f"case-{row.row:0{width}}"
        if name in names:
            findings.append(
                make_finding(
                    "IMPORT.ID",
                    f"{imported.name}, row {row.row}",
                    "another row has the same case number",
                    "give each case a number of its own; rows of one case need a column Role",
                    file=imported.name,
                )
            )
        names.append(name)
    if not names:
        findings.append(
            make_finding(
                "IMPORT.ROW",
                imported.name,
                "there is no row below the headings",
                "write one row a case",
                file=imported.name,
            )
        )
    if findings:
        raise ImportRefused(
            "no case was made",
            findings[:MAX_FINDINGS],
            where=imported.name,
            remedy="fix these and rerun",
        )
    return names


def _choose_kind(
    imported: ImportedFile, row: RowFacts, options: ImportOptions
) -> tuple[str, tuple[str, ...]]:
    kind, reasons = row.facts.get("/kind"), row.facts.get("/reasons")
    kind_name = str(kind.value) if kind and isinstance(kind.value, str) else options.kind
    if reasons and isinstance(reasons.value, list):
        return kind_name, tuple(map(str, reasons.value))
    if options.reasons:
        return kind_name, options.reasons
    finding = make_finding(
        "IMPORT.REASON",
        f"{imported.name}, row {row.row}",
        "it does not say why parole is asked for",
        "add a column Reasons, or say --reason urgent-medical for all rows",
        file=imported.name,
    )
    raise ImportRefused(
        "no case was made", [finding], where=imported.name, remedy="fix this and rerun"
    )


class _Everywhere:
    """Every place: what a draft holds gives way to the file."""

    def __contains__(self, _place: object) -> bool:
        return True


def _fill_draft(draft: dict[str, Any], row: RowFacts, fields: CaseFields) -> Merge:
    """Return a new case with the facts of a row."""
    facts = {pointer: fact for pointer, fact in row.facts.items() if pointer != CASE_ID}
    # a new case has what its row says, and nothing that a draft assumes about people
    del draft["supporters"]
    for person in (draft["petitioner"], *draft["beneficiaries"]):
        del person["in_us"]
    return merge_facts(draft, facts, fields, taken=_Everywhere(), marks_unreadable=True)


def _apply_edits(draft: dict[str, Any], merge: Merge) -> Any:
    """Return a new case with its new objects in the order of the schema."""
    value: Any = draft
    for pointer, new in merge.edits.items():
        value = set_value(value, pointer, new)
    return value


def _list_missing(root: Path, drafts: Mapping[str, Mapping[str, bytes]]) -> list[str]:
    """Return the names of the cases that are still to be made: a run that was stopped while it
    moved several into place has made some. Raises OutputNotWritten for any other folder or file."""
    missing = [name for name in drafts if not os.path.lexists(root / name)]
    for name, files in drafts.items():
        if name not in missing and not (missing and _is_made(root / name, files)):
            raise OutputNotWritten(
                "there is already a folder or file of this name, and no case was made",
                where=name,
                remedy="name another folder with --new, or move it away",
            )
    return missing


def _is_made(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Return whether a folder is a new case of these files and nothing else."""
    try:
        found = {path.relative_to(folder).as_posix(): path for path in list_below(folder)}
        return (
            is_plain_folder(folder)
            and {name for name, path in found.items() if not path.is_dir()} == set(files)
            and all(found[name].read_bytes() == data for name, data in files.items())
        )
    except OSError:
        return False


def _make_folders(root: Path, drafts: Mapping[str, Mapping[str, bytes]]) -> None:
    """Make every case in a work folder beside its place, then move all of them into place. What a
    killed run left is swept by the next."""
    with Workshop(root / WORK_FOLDER, temporary=True) as workshop:
        missing = _list_missing(root, drafts)  # no other run can make them now
        stage = workshop.make_folder("cases")
        with report_write_errors(root.name, root):
            for name in missing:
                for part in ("evidence", "forms"):
                    (stage / name / part).mkdir(mode=0o700, parents=True)
                for path, data in drafts[name].items():
                    (stage / name / path).write_bytes(data)
            sync_files(stage)
            sync_folders(stage)
            with defer_interrupts():
                _move_folders(stage, root, missing)


def _move_folders(stage: Path, root: Path, names: Iterable[str]) -> None:
    """Move all folders into place, or none."""
    moved: list[str] = []
    try:
        for name in names:
            move_path(stage / name, root / name)
            moved.append(name)
    except BaseException:
        for name in moved:
            move_path(root / name, stage / name)
        raise
    sync_folder(root)
