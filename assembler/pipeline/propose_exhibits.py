"""Propose exhibits for the files of a case that none lists, and write them into case.json.

`pipeline.unlisted_pages` reads the files; `intake.proposals`, which is pure, judges what they say.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from assembler import intake, rules
from assembler.errors import CaseRejected, EvidenceUnreadable, OutputNotWritten
from assembler.intake.case_words import read_words
from assembler.intake.file_check import IGNORABLE, IGNORABLE_FOLDER
from assembler.intake.json_edit import edit_json
from assembler.intake.json_removal import remove_members
from assembler.intake.proposals import (
    ChecklistLine,
    Cues,
    KnownCase,
    Proposal,
    Proposals,
    parse_cues,
    propose_exhibits,
)
from assembler.intake.proposals.known_case import read_people
from assembler.intake.untyped_values import read_listed_paths, read_objects
from assembler.pipeline.case_file import make_changed_error, write_edited_case
from assembler.pipeline.options import Progress
from assembler.pipeline.single_steps import start
from assembler.pipeline.unlisted_pages import read_unlisted_pages
from assembler.runtime.atomic_files import report_write_errors
from assembler.runtime.folder_walk import walk_folder
from assembler.runtime.resources import Shelf, report_broken
from assembler.runtime.workshop import Workshop

CUES = "schemas/categories.json"


def propose(
    folder: Path,
    shelf: Shelf,
    workshop: Workshop,
    as_of: date,
    report_progress: Progress = lambda _step, _done, _total: None,
) -> Proposals:
    """Return proposals for the files in evidence/ that no exhibit lists. Writes nothing.

    Raises:
        CaseRejected: case.json is not a JSON object.
        TemplateBroken: the words of categories.json cannot be used.
    """
    raw, _ = intake.read_raw_case(folder)
    cues = read_cues(shelf)
    read = read_unlisted_pages(folder, raw, workshop, as_of, report_progress)
    proposals = propose_exhibits(read.pages, describe_case(raw, shelf, as_of), cues)
    pictures = {
        (part.path, page)
        for proposal in proposals.exhibits
        if proposal.category.value == "photo"
        for part in proposal.parts
        for page in range(part.first, part.last + 1)
    }
    findings = [
        finding
        for finding in (*read.findings, *proposals.findings)
        if (finding.file, finding.page) not in pictures or not finding.rule.startswith("LEGIBLE.")
    ]
    return replace(proposals, findings=tuple(dict.fromkeys(findings)))


def read_cues(shelf: Shelf) -> Cues:
    """Return the words that evidence is recognized by. Raises TemplateBroken."""
    with report_broken(CUES):
        cues = parse_cues(shelf.read(CUES))
    shelf.require_schema(CUES, "categories.schema.json")
    return cues


def describe_case(raw: dict[str, Any], shelf: Shelf, as_of: date) -> KnownCase:
    """Return what proposing may know of a case of any shape."""
    schema = shelf.schema("case.schema.json")
    kind, reasons = raw.get("kind"), raw.get("reasons")
    checklists = rules.load_library(shelf).select_checklists(
        kind if isinstance(kind, str) else "",
        [reason for reason in reasons if isinstance(reason, str)]
        if isinstance(reasons, list)
        else [],
    )
    exhibits = raw.get("exhibits")
    listed = exhibits if isinstance(exhibits, list) else []
    ids = (entry.get("id") for entry in listed if isinstance(entry, dict))
    return KnownCase(
        as_of=as_of,
        people=read_people(raw),
        lines=tuple(
            ChecklistLine(id=line.id, text=line.text, categories=line.categories, facts=line.facts)
            for checklist in checklists
            for line in checklist.lines
        ),
        exhibit_ids=tuple(exhibit_id for exhibit_id in ids if isinstance(exhibit_id, str)),
        categories=tuple(schema["$defs"]["exhibit"]["properties"]["category"]["enum"]),
        languages=tuple(sorted(shelf.schema("languages.json")["languages"].items())),
        file_words=tuple(
            (category, tuple(words)) for category, words in read_words(shelf).documents.items()
        ),
    )


def make_exhibit(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal as an exhibit of case.json; every guessed field is named in
    `unconfirmed`."""
    by_role: dict[str, list[Any]] = {"document": [], "translation": [], "certificate": []}
    for part in proposal.parts:
        entry: Any = part.path if part.is_whole else {"path": part.path, "pages": part.pages}
        by_role[part.role.value].append(entry)
    unconfirmed = ["title", "category", "files"]
    exhibit: dict[str, Any] = {
        "id": proposal.id,
        "title": proposal.title.value,
        "category": proposal.category.value,
    }
    documents, translations, certificates = by_role.values()
    is_set = bool(documents and translations and certificates)
    if is_set:
        exhibit["files"] = documents
    else:
        exhibit["files"] = [
            *documents,
            *(_add_role(entry, "translation", documents) for entry in translations),
            *(_add_role(entry, "certificate", documents) for entry in certificates),
        ]
    if proposal.date.value:
        exhibit["date"] = proposal.date.value.isoformat()
        unconfirmed.append("date")
    if proposal.language.value != "en":
        exhibit["language"] = proposal.language.value
        unconfirmed.append("language")
    if is_set:
        exhibit["translation"] = {"files": translations, "certificate": certificates}
        unconfirmed.append("translation")
    if proposal.supports.value:
        exhibit["supports"] = list(proposal.supports.value)
        unconfirmed.append("supports")
    if proposal.belongs_to.value:
        exhibit["belongs_to"] = list(proposal.belongs_to.value)
        unconfirmed.append("belongs_to")
    if proposal.person.value:
        exhibit["person"] = proposal.person.value
        unconfirmed.append("person")
    exhibit["unconfirmed"] = unconfirmed
    return exhibit


def _add_role(entry: Any, role: str, documents: Sequence[Any]) -> Any:
    """Return an entry of `files` with its role; without a document, it is one itself."""
    if not documents:
        return entry
    return {"path": entry, "role": role} if isinstance(entry, str) else {**entry, "role": role}


def add_exhibits(folder: Path, proposals: Proposals) -> tuple[str, ...]:
    """Add the proposed exhibits behind those of case.json, all other characters unchanged; return
    their ids.

    Raises:
        CaseRejected: case.json is not a JSON object.
        CaseFileChanged: it lists what is proposed by now: another run added it, or a person.
        OutputNotWritten: `exhibits` is not a list, or the file cannot be written.
    """
    raw, text = intake.read_raw_case(folder)
    exhibits = raw.get("exhibits")
    if _is_listed(raw, proposals):
        raise make_changed_error()
    new = [make_exhibit(proposal) for proposal in proposals.exhibits]
    if not new:
        return ()
    if exhibits is not None and not isinstance(exhibits, list):
        raise OutputNotWritten(
            "exhibits of case.json is not a list",
            where=folder.name,
            remedy="put the exhibits between [ and ]",
        )
    count = len(exhibits or ())
    changes: dict[str, Any] = {f"/exhibits/{count + n}": exhibit for n, exhibit in enumerate(new)}
    if exhibits is None:
        changes = {"/exhibits": new}
    expected = {**raw, "exhibits": [*(exhibits or ()), *new]}
    write_edited_case(folder, text, edit_json(text, changes), expected)
    return tuple(proposal.id for proposal in proposals.exhibits)


def _is_listed(raw: dict[str, Any], proposals: Proposals) -> bool:
    """Return whether case.json lists a proposed file, or has an exhibit of a proposed id."""
    paths = {path for _, path in read_listed_paths(raw)}
    ids = {entry.get("id") for _, entry in read_objects(raw, "exhibits")}
    return any(
        proposal.id in ids or any(part.path in paths for part in proposal.parts)
        for proposal in proposals.exhibits
    )


def confirm_exhibits(folder: Path, exhibit_ids: Sequence[str]) -> tuple[str, ...]:
    """Remove `unconfirmed` from these exhibits of case.json, or from all if none are named; return
    the ids of those that had it.

    Raises:
        CaseRejected: case.json is not a JSON object, or has no exhibit of a name.
        OutputNotWritten: the file cannot be written.
    """
    raw, text = intake.read_raw_case(folder)
    exhibits = raw.get("exhibits")
    listed = exhibits if isinstance(exhibits, list) else []
    places = {
        entry["id"]: n
        for n, entry in enumerate(listed)
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    }
    unknown = [exhibit_id for exhibit_id in exhibit_ids if exhibit_id not in places]
    if unknown:
        near = get_close_matches(unknown[0], places, 1)
        raise CaseRejected(
            f"there is no exhibit {unknown[0]}",
            (),
            where=folder.name,
            remedy=f"did you mean {near[0]}?" if near else "write its id as in case.json",
        )
    wanted = exhibit_ids or list(places)
    confirmed = [name for name in wanted if "unconfirmed" in listed[places[name]]]
    if confirmed:
        new = remove_members(
            text, [f"/exhibits/{places[name]}/unconfirmed" for name in dict.fromkeys(confirmed)]
        )
        kept = [
            {key: value for key, value in entry.items() if key != "unconfirmed"}
            if isinstance(entry, dict) and entry.get("id") in confirmed
            else entry
            for entry in listed
        ]
        write_edited_case(folder, text, new, {**raw, "exhibits": kept})
    return tuple(dict.fromkeys(confirmed))


def start_from_folder(
    folder: Path, source: Path, shelf: Shelf, answers: rules.CaseStart
) -> tuple[str, ...]:
    """Make a case folder without exhibits, and copy the files of another folder into its evidence/.

    Nothing is moved or overwritten; links are not followed. Returns the paths of the copies.

    Raises:
        EvidenceUnreadable: a folder in it may not be read.
        OutputNotWritten: the folder has a case already, or a file of the same name.
    """
    names = _list_files(source, folder)
    taken = [name for name in names if (folder / "evidence" / name).exists()]
    if taken:
        raise OutputNotWritten(
            "a file of this name exists in evidence/",
            where=f"{folder.name}/evidence/{taken[0]}",
            remedy="move it away, or name another folder",
        )
    start(folder, shelf, answers, with_exhibits=False)
    copied = []
    for name in names:
        target = folder / "evidence" / name
        with report_write_errors(target.parent.name, target.parent):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (source / name).open("rb") as original, target.open("xb") as copy:
                target.chmod(0o600)
                shutil.copyfileobj(original, copy)
        copied.append(f"evidence/{name.as_posix()}")
    return tuple(copied)


def _list_files(source: Path, folder: Path) -> list[Path]:
    """Return the regular files below a folder, relative, without what systems leave behind.

    Raises EvidenceUnreadable if a folder in it may not be read.
    """
    names: list[Path] = []

    def refuse(locked: Path) -> None:
        where = f"{source.name}/{locked.relative_to(source).as_posix()}"
        raise EvidenceUnreadable(
            "the folder cannot be opened", (), where=where, remedy="change its permissions"
        )

    for home, folders, files in walk_folder(source, refuse):
        folders[:] = sorted(
            name
            for name in folders
            if not IGNORABLE_FOLDER.fullmatch(name) and (home / name).resolve() != folder.resolve()
        )
        for name in sorted(files):
            path = home / name
            if not IGNORABLE.fullmatch(name) and path.is_file() and not path.is_symlink():
                names.append(path.relative_to(source))
    return names
