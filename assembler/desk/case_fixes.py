"""Fix a finding with one click, where exactly one fix is right: the case and a finding → the fixed
case. Pure.

`FIXES` lists the rules. A fix reads what to write from the finding's own remedy, or from the value
in the case, with the same functions that made the finding; where more than one value would do,
there is no fix.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assembler.desk.case_form import list_people
from assembler.desk.entry_edits import list_used_ids, make_unique_id
from assembler.desk.field_edits import remove_value
from assembler.intake.case_fields import CaseFields
from assembler.intake.date_forms import read_date
from assembler.intake.file_check import check_path
from assembler.intake.json_edit import NoPlace, get_value, is_same_json, set_value
from assembler.intake.problem import escape_pointer_step, find_unprintable
from assembler.intake.untyped_values import read_file_lists, read_objects, read_path
from assembler.model import Finding, Severity

Case = dict[str, Any]
_ACCEPT = re.compile(r'"(?P<name>accept_(?:repair|reading))": "(?P<sha256>[0-9a-f]{64})"')
_ACCEPT_LOSS = re.compile(r'"accept_loss": \["(?P<rule>[A-Z_.]+)"\]')
_MEANT = re.compile(r"did you mean (?P<name>\S+?)\?")
_ONLY = re.compile(r"use one of: (?P<name>[a-z0-9-]+)")
_USE_KEY = re.compile(r"(?:use|did you mean) `(?P<new>\w+)`\??")
_WRONG_KEY = re.compile(r"`(?P<old>\w+)` is not a field of")
_MISSING = re.compile(r"`(\w+)`")
_CODE = re.compile(r"use [^:]+: .+ is (?P<code>\S+)")
_NUMBER = re.compile(r"\$? ?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.00)?")
_MAX_DIGITS = 18
_DAY_BEFORE_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YES_NO = {"true": True, "yes": True, "false": False, "no": False}
_KEEPS = frozenset(("LEGIBLE.BLANK_BACKS",))  # may be accepted, or its pages left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What one click does.

    `label`: of its button. `must_look`: a person must have looked at the pages first. `question`:
    what the person must write, such as why a file is left out; "" for nothing.
    """

    label: str
    change: Callable[[str], Case]
    must_look: bool = False
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixSubject:
    """A finding, the case it is about, and the fields of its schema."""

    case: Case
    finding: Finding
    fields: CaseFields

    @property
    def pointer(self) -> str:
        """Return the place of the finding; "" for the case as a whole."""
        return self.finding.pointer or ""

    @property
    def value(self) -> Any:
        """Return what is written at the place."""
        return get_value(self.case, self.pointer)


MakeFix = Callable[[FixSubject], Fix | None]


def find_fix(subject: FixSubject) -> Fix | None:
    """Return the one fix of a finding; None if there is none, or more than one."""
    make_fix = FIXES.get(subject.finding.rule)
    try:
        return (make_fix(subject) if make_fix else None) or _accept(subject)
    except NoPlace:  # the case is of another shape than the finding says
        return None


def _set(subject: FixSubject, pointer: str, value: Any, label: str, *, look: bool = False) -> Fix:
    """Return the fix that writes a value."""
    changed = set_value(subject.case, pointer, value)
    return Fix(label=label, change=lambda _answer: changed, must_look=look)


def _remove(subject: FixSubject, pointer: str, label: str) -> Fix:
    changed = remove_value(subject.case, pointer)
    return Fix(label=label, change=lambda _answer: changed)


# --- files ---


def _accept(subject: FixSubject) -> Fix | None:
    """Accept a repair, a reading or a loss, in the words of the finding."""
    finding = subject.finding
    places = _find_file_places(subject)
    if not places or finding.severity is not Severity.ERROR or finding.rule in _KEEPS:
        return None
    if match := _ACCEPT.search(finding.remedy):
        labels = {"accept_repair": "Accept the repair", "accept_reading": "Accept Chrome’s pages"}
        added = {match["name"]: match["sha256"]}
        return _change_files(subject, places, added, labels[match["name"]])
    if match := _ACCEPT_LOSS.search(finding.remedy):
        return _change_files(subject, places, {"accept_loss": [match["rule"]]}, "Accept this")
    return None


def _change_files(
    subject: FixSubject, places: list[str], added: Mapping[str, Any], label: str
) -> Fix:
    changed = subject.case
    for place in places:
        entry = get_value(changed, place)
        file = {"path": entry} if isinstance(entry, str) else dict(entry)
        for name, value in added.items():
            before = file.get(name)
            kept = before if isinstance(before, list) else []
            is_list = isinstance(value, list)
            file[name] = list(dict.fromkeys([*kept, *value])) if is_list else value
        changed = set_value(changed, place, file)
    return Fix(label=label, change=lambda _answer: changed, must_look=True)


def _find_file_places(subject: FixSubject) -> list[str]:
    """Return where the exhibit of a finding lists its file."""
    finding = subject.finding
    return [
        f"{group}/{number}"
        for where, exhibit in read_objects(subject.case, "exhibits")
        if finding.exhibit in (None, exhibit.get("id"))
        for group, files in read_file_lists(exhibit, where)
        for number, entry in enumerate(files)
        if finding.file and read_path(entry) == finding.file
    ]


def _fix_path(subject: FixSubject) -> Fix | None:
    """Name the file that was probably meant."""
    match = _MEANT.search(subject.finding.where)
    return _write_path(subject, match["name"]) if match else None


def _fix_backslashes(subject: FixSubject) -> Fix | None:
    path = read_path(subject.value)
    new = path.replace("\\", "/")
    return _write_path(subject, new) if path != new and check_path(new) is None else None


def _write_path(subject: FixSubject, path: str) -> Fix | None:
    if not read_path(subject.value):
        return None
    place = subject.pointer if isinstance(subject.value, str) else f"{subject.pointer}/path"
    return _set(subject, place, path, f"Use {path}")


def _ignore_file(subject: FixSubject) -> Fix | None:
    """Leave out a file that no exhibit lists, for a reason that the person writes."""
    path = subject.finding.file
    ignored = subject.case.get("ignored_files", [])
    if not path or not isinstance(ignored, list) or "name" in subject.finding.remedy:
        return None

    def leave_out(reason: str) -> Case:
        entry = {"path": path, "why": reason.strip()}
        return {**subject.case, "ignored_files": [*ignored, entry]}

    return Fix(label="Leave it out", change=leave_out, question="Why is this file left out?")


# --- ids, lists, fields ---


def _add_id(subject: FixSubject) -> Fix | None:
    """Give an id to what has none."""
    missing = _MISSING.findall(subject.finding.problem)
    if missing != ["id"] or not isinstance(subject.value, dict):
        return None
    pointer = f"{subject.pointer}/id"
    title = subject.fields.field(subject.pointer).title
    new = make_unique_id(title, list_used_ids(subject.case, pointer))
    return _set(subject, pointer, new, f"Give it the id {new}")


def _fix_duplicate(subject: FixSubject) -> Fix | None:
    """Remove an entry that is there twice, or give its own id to what shares one."""
    pointer, value = subject.pointer, subject.value
    if pointer.endswith("/id") and isinstance(value, str):
        new = make_unique_id(value, list_used_ids(subject.case, pointer))
        return _set(subject, pointer, new, f"Give it the id {new}")
    if isinstance(value, list):
        kept: list[Any] = []
        for entry in value:
            if not any(is_same_json(entry, other) for other in kept):
                kept.append(entry)
        is_repeated = len(kept) < len(value)
        return _set(subject, pointer, kept, "Remove the duplicate") if is_repeated else None
    home, _, step = pointer.rpartition("/")
    entries = get_value(subject.case, home)
    if not isinstance(entries, list) or not step.isdecimal():
        return None
    twins = sum(is_same_json(entry, value) for entry in entries)
    return _remove(subject, pointer, "Remove the duplicate") if twins > 1 else None


def _leave_out(subject: FixSubject) -> Fix | None:
    """Remove a field that is empty and may be left out."""
    is_free = subject.finding.remedy.endswith("or leave the field out")
    return _remove(subject, subject.pointer, "Leave it out") if is_free else None


def _rename_key(subject: FixSubject) -> Fix | None:
    """Give a field the name that the schema has for it."""
    old, new = (
        _WRONG_KEY.match(subject.finding.problem),
        _USE_KEY.fullmatch(subject.finding.remedy),
    )
    owner = subject.value
    if not old or not new or not isinstance(owner, dict):
        return None
    if old["old"] not in owner or new["new"] in owner:
        return None
    renamed = {new["new"] if key == old["old"] else key: value for key, value in owner.items()}
    return _set(subject, subject.pointer, renamed, f"Rename it to {new['new']}")


# --- values ---


def _write_meant(subject: FixSubject) -> Fix | None:
    """Write the word that the finding asks about."""
    remedy = subject.finding.remedy
    match = _MEANT.search(remedy) or _ONLY.fullmatch(remedy)
    if not match or not isinstance(subject.value, str):
        return None
    return _set(subject, subject.pointer, match["name"], f"Write {match['name']}")


def _write_in_form(subject: FixSubject) -> Fix | None:
    """Write a day with the year first, a country or a language by its code."""
    node = subject.fields.field(subject.pointer).node
    if not isinstance(subject.value, str):
        return None
    if node.get("format") == "date":
        readings = read_date(subject.value)
        if len(readings) != 1:
            return None
        day = readings[0].day
        label = f"Write {day:%B} {day.day}, {day.year}"
        return _set(subject, subject.pointer, day.isoformat(), label)
    match = _CODE.fullmatch(subject.finding.remedy)
    code = match["code"] if match and node.get("x-names") else ""
    return _set(subject, subject.pointer, code, f"Write {code}") if code else None


def _exchange_month_and_day(subject: FixSubject) -> Fix | None:
    match = _DAY_BEFORE_MONTH.fullmatch(str(subject.value))
    readings = read_date(f"{match[1]}-{match[3]}-{match[2]}") if match else ()
    if not readings:
        return None
    day = readings[0].day
    label = f"Write {day:%B} {day.day}, {day.year}"
    return _set(subject, subject.pointer, day.isoformat(), label)


def _convert(subject: FixSubject) -> Fix | None:
    """Write a value as the kind that the field has, where nothing is lost by it."""
    nodes = subject.fields.list_alternatives(subject.fields.field(subject.pointer).node)
    if len(nodes) != 1:
        return None
    value = _read_as(subject.value, nodes[0])
    if value is None:
        return None
    shown = "yes" if value is True else "no" if value is False else str(value)
    label = "Make it a list of one" if isinstance(value, list) else f"Write {shown}"
    is_text = isinstance(value, str)
    return _set(subject, subject.pointer, value, f"{label} as a text" if is_text else label)


def _read_as(value: Any, node: Mapping[str, Any]) -> Any:
    """Return a value as the kind that a node of the schema has; None if that is not clear."""
    kind = node.get("type", "string")
    if kind == "string" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    if kind == "integer":
        return read_number(value)
    if kind == "boolean":
        return _YES_NO.get(value.strip().casefold())
    is_of_texts = kind == "array" and node.get("items", {}).get("type", "string") == "string"
    return [value] if is_of_texts else None


def read_number(text: str) -> int | None:
    """Return the whole number that a person wrote, such as "$58,000"; None if it is none."""
    match = _NUMBER.fullmatch(text.strip())
    digits = match[1].replace(",", "") if match else ""
    return int(digits) if digits and len(digits) <= _MAX_DIGITS else None


def _remove_characters(subject: FixSubject) -> Fix | None:
    value = subject.value
    if subject.finding.remedy != "remove them" or not isinstance(value, str):
        return None
    removed = find_unprintable(value)
    text = "".join(character for character in value if character not in removed)
    return _set(subject, subject.pointer, text, "Remove them") if text.strip() else None


def _correct_citation(subject: FixSubject) -> Fix | None:
    """Cite the exhibit that was probably meant, at each place of the text."""
    wrong = re.search(r"it cites \[@([a-z0-9-]+)\]", subject.finding.problem)
    match = _MEANT.search(subject.finding.remedy)
    if not wrong or not match or not isinstance(subject.value, str):
        return None
    pattern = re.compile(rf"@{re.escape(wrong[1])}(?![a-z0-9-])")
    text = re.sub(
        r"\[@[^\[\]]*\]",
        lambda bracket: pattern.sub(f"@{match['name']}", bracket[0]),
        subject.value,
    )
    return _set(subject, subject.pointer, text, f"Cite {match['name']}")


# --- facts ---


def _confirm_guesses(subject: FixSubject) -> Fix | None:
    """Confirm every field of an exhibit that was guessed."""
    pointer = subject.pointer.removesuffix("/unconfirmed")
    fields = get_value(subject.case, f"{pointer}/unconfirmed")
    if not isinstance(fields, list):
        return None
    changed = remove_value(subject.case, f"{pointer}/unconfirmed")
    return Fix(label="Confirm", change=lambda _answer: changed, must_look=True)


def _name_person(subject: FixSubject) -> Fix | None:
    """Say whose document it is, if the case has one person only."""
    people = {person_id: name for _, person_id, name in list_people(subject.case)}
    if len(people) != 1:
        return None
    ((person_id, name),) = people.items()
    return _set(subject, f"{subject.pointer}/person", person_id, f"It is {name}’s")


def _set_notice_category(subject: FixSubject) -> Fix | None:
    return _set(subject, subject.pointer, "rfe-notice", "Set the category")


def _file_notice_everywhere(subject: FixSubject) -> Fix | None:
    return _remove(subject, subject.pointer, "Put it into every packet")


# every rule with one fix; `accept_…` is offered for any rule whose finding asks for it
FIXES: Mapping[str, MakeFix] = {
    "CASE.CHARACTER": _remove_characters,
    "CASE.EMPTY": _leave_out,
    "CASE.FORM": _write_in_form,
    "CASE.MISSING": _add_id,
    "CASE.TWICE": _fix_duplicate,
    "CASE.TYPE": _convert,
    "CASE.UNCONFIRMED": _confirm_guesses,
    "CASE.UNKNOWN_ID": _write_meant,
    "CASE.UNKNOWN_KEY": _rename_key,
    "CASE.VALUE": _write_meant,
    "CITE.UNKNOWN": _correct_citation,
    "DATE.IMPOSSIBLE": _exchange_month_and_day,
    "EVID.MISSING": _fix_path,
    "EVID.UNLISTED": _ignore_file,
    "ID.WHOSE": _name_person,
    "PATH.ABSOLUTE": _fix_backslashes,
    "RFE.NOTICE_BELONGS": _file_notice_everywhere,
    "RFE.NOTICE_CATEGORY": _set_notice_category,
    "SUPPORT.UNKNOWN_LINE": _write_meant,
}


def list_missing_fields(finding: Finding) -> tuple[str, ...]:
    """Return the pointers of the fields that a finding says are missing."""
    if finding.rule != "CASE.MISSING":
        return ()
    return tuple(
        f"{finding.pointer or ''}{escape_pointer_step(key)}"
        for key in _MISSING.findall(finding.problem)
    )
