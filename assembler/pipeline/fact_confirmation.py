"""List the dated facts with the cases that rely on them, and write what a firm confirmed to its
shelf."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from assembler import rules
from assembler.errors import CaseRejected, OutputNotWritten
from assembler.model import ConfirmedFact
from assembler.pipeline.batch import find_cases, validate
from assembler.runtime.atomic_files import find_link_below, report_write_errors, write_atomic
from assembler.runtime.resources import Shelf

_ORDER = tuple(rules.FactState)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """A dated fact on a day, and the cases that rely on it."""

    status: rules.FactStatus
    cases: tuple[str, ...]  # names of their folders


@dataclass(frozen=True, slots=True, kw_only=True)
class FactList:
    """All dated facts; `unread`: cases that could not be read, and may rely on any of them."""

    rows: tuple[FactRow, ...]
    unread: int


def list_facts(roots: Sequence[Path], shelf: Shelf, as_of: date) -> FactList:
    """Return all dated facts as the firm confirmed them, those that need somebody first.

    Args:
        roots: case folders, or folders above them. A fact that only a case confirms is listed as
            it is without that.

    Raises:
        TemplateBroken: a file of schemas/ cannot be used.
    """
    library = rules.load_library(shelf)
    users: dict[str, list[str]] = {}
    unread = 0
    for folder in find_cases(roots):
        checked = validate(folder, shelf, library, as_of)
        unread += not checked.facts_used
        for name in checked.facts_used:
            users.setdefault(name, []).append(folder.resolve().name)
    current = rules.confirm_facts(library, (), as_of)
    statuses = (rules.judge_fact(fact, current, as_of) for fact in current.facts.values())
    rows = [
        FactRow(status=status, cases=tuple(users.get(status.fact.id, ()))) for status in statuses
    ]
    rows.sort(key=lambda row: (_ORDER.index(row.status.state), row.status.fact.id))
    return FactList(rows=tuple(rows), unread=unread)


def write_confirmations(
    home: Path, confirmations: Sequence[ConfirmedFact], today: date
) -> tuple[rules.FactStatus, ...]:
    """Write confirmed facts to a firm's shelf, and return them as they are judged now. An earlier
    confirmation of the same fact is replaced; everything else in the shelf stays.

    Args:
        home: folder of the shelf; it is made if it does not exist.

    Raises:
        CaseRejected: a confirmation would change nothing; none is written then.
        TemplateBroken: a file of the shelf cannot be used.
        OutputNotWritten: it is the folder of assembler itself, or cannot be written.
    """
    shipped = Shelf.default()
    if home.resolve() == shipped.root.resolve():
        raise OutputNotWritten(
            "this is the folder of assembler itself, which an update replaces",
            where="--shelf",
            remedy="name a folder of the firm",
        )
    shelf = Shelf.default(home)
    library = rules.load_library(shelf)
    current = rules.confirm_facts(library, (), today)
    useless = [
        f"{entry.fact}: {why}"
        for entry in confirmations
        if (why := rules.explain_useless(entry, current, today))
    ]
    if useless:
        raise CaseRejected(
            "a confirmation would change nothing",
            useless,
            where="facts confirm",
            remedy="correct it; `assembler facts` lists the facts with their ids",
        )
    names = {entry.fact for entry in confirmations}
    kept = [entry for entry in library.confirmed if entry.fact not in names]
    confirmed = (*kept, *confirmations)
    _write_shelf_file(home, confirmed)
    library = rules.confirm_facts(replace(library, confirmed=confirmed), (), today)
    return tuple(
        rules.judge_fact(library.facts[entry.fact], library, today) for entry in confirmations
    )


def _write_shelf_file(home: Path, confirmed: Iterable[ConfirmedFact]) -> None:
    path = home / rules.CONFIRMED
    if find_link_below(path, home) is not None:
        raise OutputNotWritten(
            "it is a symbolic link", where=rules.CONFIRMED, remedy="name another folder"
        )
    content = {"confirmed": [_convert_to_json(entry) for entry in confirmed]}
    with report_write_errors("--shelf", path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode(), 0o644)


def _convert_to_json(entry: ConfirmedFact) -> dict[str, Any]:
    return {
        "fact": entry.fact,
        **entry.values,
        "source": entry.source,
        "checked_on": entry.checked_on.isoformat(),
    }
