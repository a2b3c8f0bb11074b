"""Check the facts of a case as `validate` does, once for each version of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool

from assembler.desk.case_folders import CaseFolder
from assembler.desk.case_store import CaseVersion
from assembler.desk.desk_state import Desk
from assembler.intake.case_fields import CaseFields, read_fields
from assembler.intake.case_reader import SCHEMA
from assembler.intake.case_words import CaseWords, read_words
from assembler.intake.file_check import WATCHED
from assembler.model import Finding
from assembler.pipeline.batch.case_list import FactCheck, validate
from assembler.rules import CONFIRMED, Explanation, Library, explain_rules, load_library
from assembler.runtime.background_job import describe_failure
from assembler.runtime.resources import Shelf

FileState = tuple[int, int]  # time of the last change, bytes
_FolderTimes = tuple[tuple[str, int], ...]
# what the findings depend on: the case, the day, which files there are, what the firm confirmed
_Key = tuple[str, date, _FolderTimes, FileState | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLibrary:
    """What is read of the shelf once, while the desk runs, and again when the firm confirms
    facts. `confirmed`: the state of the file with them; None if there is none."""

    confirmed: FileState | None
    rules: Library
    explanations: dict[str, Explanation]
    fields: CaseFields
    words: CaseWords


def get_library(desk: Desk) -> DeskLibrary:
    """Return the rules, their explanations and the fields of the schema. Raises TemplateBroken."""
    library: DeskLibrary | None = desk.notes.get("library")
    confirmed = _read_confirmed_state(desk.shelf)
    if library is None or library.confirmed != confirmed:
        rules = load_library(desk.shelf)
        library = DeskLibrary(
            confirmed=confirmed,
            rules=rules,
            explanations=explain_rules(rules),
            fields=read_fields(desk.shelf.read(SCHEMA)),
            words=read_words(desk.shelf),
        )
        desk.notes["library"] = library
    return library


def _read_confirmed_state(shelf: Shelf) -> FileState | None:
    path = shelf.extra / CONFIRMED if shelf.extra else None
    try:
        status = path.stat() if path else None
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size) if status else None


async def check_facts_of(desk: Desk, case: CaseFolder, version: str) -> FactCheck:
    """Return what checking the facts of a case finds, from the last time if nothing changed."""
    library = get_library(desk)
    rules = library.rules
    files = await run_in_threadpool(_list_folder_times, case.folder)
    key = (version, desk.as_of, files, library.confirmed)
    known: tuple[_Key, FactCheck] | None = desk.notes.get(f"facts:{case.id}")
    if known is not None and known[0] == key:
        return known[1]
    check = await run_in_threadpool(validate, case.folder, desk.shelf, rules, desk.as_of)
    desk.notes[f"facts:{case.id}"] = (key, check)
    return check


def _list_folder_times(folder: Path) -> _FolderTimes:
    """Return the folders of a case's files with the times of their last changes."""
    homes = [home for part in WATCHED for home, _, _ in os.walk(folder / part)]
    return tuple((home, Path(home).stat().st_mtime_ns) for home in sorted(homes))


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCheck:
    """What a check of the evidence found. `version`: of the case that was checked; `fixed`: keys of
    findings that were fixed since; `failure`: why it could not look at everything."""

    version: str
    findings: tuple[Finding, ...] = ()
    failure: str = ""
    fixed: frozenset[str] = frozenset()


def get_evidence_check(desk: Desk, case: CaseFolder) -> EvidenceCheck | None:
    """Return the last check of the evidence of a case; None if there was none."""
    check: EvidenceCheck | None = desk.notes.get(f"evidence-check:{case.id}")
    return check


def keep_evidence_check(desk: Desk, case: CaseFolder, check: EvidenceCheck) -> None:
    """Keep a check of the evidence for the page."""
    desk.notes[f"evidence-check:{case.id}"] = check


def read_case_version(desk: Desk, case: CaseFolder) -> CaseVersion:
    """Return the case as it is now. Raises CaseRejected if it is not a JSON object."""
    return desk.open_store(case).read()


def convert_result(result: Any, version: str) -> EvidenceCheck:
    """Return what a job that checked the evidence says, also if it failed."""
    if isinstance(result, dict):
        return EvidenceCheck(
            version=version,
            findings=tuple(result["findings"]),
            failure=str(result["failure"]),
        )
    why = describe_failure(result)
    failure = f"the check ended before it was done{f' ({why})' if why else ''}; start it again"
    return EvidenceCheck(version=version, failure=failure)
