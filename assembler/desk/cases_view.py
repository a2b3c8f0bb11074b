"""What the list of cases shows, and what starting a case or importing a sheet needs. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assembler.desk.case_folders import CaseFolder
from assembler.desk.case_index import CaseRow, CaseState
from assembler.desk.case_store import EditRefused
from assembler.model import Name
from assembler.model.case_texts import FILL_IN
from assembler.pipeline.import_facts import ChangedValue, ConflictingValue
from assembler.rules import CaseStart

_MAX_NAME = 80  # characters of a folder's name
_MAX_PEOPLE = 50
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')  # in names of files on some system
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_LABELS = {"re-parole": "Re-parole", "rfe-response": "RFE response"}
STATE_TITLES = {
    CaseState.BROKEN: "Cannot be read",
    CaseState.TO_FIX: "To fix",
    CaseState.CHANGED: "Changed since built",
    CaseState.NOT_BUILT: "Not built",
    CaseState.READY: "Ready",
}
_PILLS = {
    CaseState.BROKEN: "bad",
    CaseState.TO_FIX: "bad",
    CaseState.CHANGED: "check",
    CaseState.NOT_BUILT: "",
    CaseState.READY: "good",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEntry:
    """A line of the list. `row`: None while it is still being read."""

    case: CaseFolder
    row: CaseRow | None

    @property
    def pill(self) -> str:
        """Return the class of its state."""
        return _PILLS[self.row.state] if self.row else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a field, with its name and what it means."""

    value: str
    label: str
    meaning: str = ""


def make_entries(cases: Sequence[CaseFolder], rows: Mapping[str, CaseRow]) -> tuple[CaseEntry, ...]:
    """Return the lines of the list, by name."""
    entries = (CaseEntry(case=case, row=rows.get(case.id)) for case in cases)
    return tuple(sorted(entries, key=lambda entry: entry.case.name.casefold()))


def convert_row(row: CaseRow) -> dict[str, Any]:
    """Return a row as the page's script reads it."""
    return {**asdict(row), "pill": _PILLS[row.state]}


def list_choices(field: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return the choices of a field of the schema."""
    meanings = field.get("enumDescriptions") or [""] * len(field["enum"])
    return tuple(
        Choice(value=value, label=_LABELS.get(value) or _make_label(value), meaning=meaning)
        for value, meaning in zip(field["enum"], meanings, strict=True)
    )


def _make_label(value: str) -> str:
    return value.replace("-", " ").capitalize()


def check_folder_name(name: str) -> str:
    """Return the name of a new case's folder, without spaces around it. Raises EditRefused for
    one that is not a plain name on every system."""
    name = name.strip()
    problem = ""
    if not name:
        problem = "the folder needs a name"
    elif len(name) > _MAX_NAME:
        problem = f"the name is longer than {_MAX_NAME} characters"
    elif _FORBIDDEN.search(name) or not name.isprintable():
        problem = 'the name has a character that folders cannot have, such as / \\ : * ? " < > |'
    elif name.startswith(".") or name.endswith(".") or _DEVICES.fullmatch(name):
        problem = "folders cannot have this name on every system"
    elif name.casefold() in ("build", "filed"):
        problem = "folders of this name hold packets, not cases"
    if problem:
        raise EditRefused(problem, where="Folder", remedy="use letters, digits and hyphens")
    return name


def read_start(body: Mapping[str, Any], schema: Mapping[str, Any]) -> CaseStart:
    """Return what a new case begins with, from the answers of the page.

    Args:
        schema: of case.json, which has the choices.

    Raises EditRefused for an answer that is missing or none of the choices.
    """
    properties = schema["properties"]
    filing = schema["$defs"]["request"]["properties"]["filing"]
    kind = _read_choice(body, "kind", "What is filed", properties["kind"]["enum"])
    reasons = body.get("reasons")
    allowed = properties["reasons"]["items"]["enum"]
    if not isinstance(reasons, list) or not reasons or any(item not in allowed for item in reasons):
        raise EditRefused("none is chosen", where="Reasons", remedy="choose at least one")
    people = body.get("beneficiaries")
    if not isinstance(people, list) or not 0 < len(people) <= _MAX_PEOPLE:
        raise EditRefused("there is none", where="Beneficiary", remedy="type the name")
    is_self = body.get("is_self") is True
    attorney = body.get("attorney")
    return CaseStart(
        kind=kind,
        reasons=tuple(reasons),
        beneficiaries=tuple(
            _read_name(person, f"Beneficiary {number}" if len(people) > 1 else "Beneficiary")
            for number, person in enumerate(people, 1)
        ),
        petitioner=None if is_self else _read_name(body.get("petitioner"), "Petitioner"),
        is_self=is_self,
        attorney=_read_name(attorney, "Attorney") if attorney else None,
        filing=_read_choice(body, "filing", "How it is filed", filing["enum"]),
    )


def _read_choice(body: Mapping[str, Any], key: str, where: str, allowed: Sequence[str]) -> str:
    value = body.get(key)
    if not isinstance(value, str) or value not in allowed:
        raise EditRefused("it is not chosen", where=where, remedy="choose one")
    return value


def _read_name(value: object, where: str) -> Name:
    """Return a name of {"given", "family"}. Raises EditRefused."""
    parts = value if isinstance(value, dict) else {}
    given, family = (
        " ".join(part.split()) if isinstance(part := parts.get(key), str) else ""
        for key in ("given", "family")
    )
    if not given or not family:
        raise EditRefused(
            "given and family name are needed", where=where, remedy="type both, as in the passport"
        )
    if len(given) + len(family) > 200 or not (given + family).isprintable():
        raise EditRefused(
            "the name has characters that cannot be printed, or is too long",
            where=where,
            remedy="type it as in the passport",
        )
    return Name(given=given, family=family)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictView:
    """A field with two values, as texts."""

    pointer: str
    label: str
    current: str
    new: str
    place: str


def describe_conflicts(conflicts: Sequence[ConflictingValue]) -> tuple[ConflictView, ...]:
    """Return both values of each field as a person reads them."""
    return tuple(
        ConflictView(
            pointer=conflict.pointer,
            label=conflict.label,
            current=_format_value(conflict.current),
            new=_format_value(conflict.new),
            place=conflict.place,
        )
        for conflict in conflicts
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueView:
    """A field that an import writes or leaves, as texts; `before` is "" for nothing."""

    label: str
    before: str
    after: str
    words: str


def describe_values(values: Sequence[ChangedValue], *, written: bool) -> tuple[ValueView, ...]:
    """Return the fields of an import as a person reads them."""
    return tuple(
        ValueView(
            label=value.label,
            before="" if value.before is None else _format_value(value.before),
            after=_format_value(value.after),
            words=_name_change(value, written=written),
        )
        for value in values
    )


def _name_change(value: ChangedValue, *, written: bool) -> str:
    if value.kept:
        return "kept" if written else "stays as it is"
    verb = "added" if value.before is None else "replaced"
    return verb if written else f"will be {verb}"


def _format_value(value: object) -> str:
    if isinstance(value, str) and FILL_IN in value:
        return "to fill in"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_format_value, value))
    if isinstance(value, dict):
        return ", ".join(
            f"{key.replace('_', ' ')}: {_format_value(part)}" for key, part in value.items()
        )
    return str(value)
