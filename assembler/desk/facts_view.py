"""The page of facts: the sections of the form, and how far each is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assembler.desk.case_form import Control, FormData, FormField
from assembler.desk.findings_view import ShownFinding
from assembler.desk.form_builder import build_field
from assembler.intake.case_words import CaseWords
from assembler.intake.problem import escape_pointer_step
from assembler.intake.untyped_values import read_objects
from assembler.model import Part, PartKind, Plan
from assembler.rules import Library

_OTHER_PAGES = ("$schema", "exhibits", "ignored_files")


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPlan:
    """A section of the form: its place in the navigation, and the fields of the case it has."""

    id: str
    part: str
    title: str
    keys: tuple[str, ...]
    intro: str = ""


# in the order in which a person thinks
SECTIONS = (
    SectionPlan(id="petitioner", part="Who", title="Petitioner", keys=("petitioner",)),
    SectionPlan(id="beneficiaries", part="Who", title="Beneficiaries", keys=("beneficiaries",)),
    SectionPlan(id="attorney", part="Who", title="Attorney", keys=("attorney",)),
    SectionPlan(id="others", part="Who", title="Other people", keys=("others",)),
    SectionPlan(
        id="why",
        part="Why",
        title="Kind and reasons",
        keys=("kind", "reasons", "id"),
        intro="What is filed, and why. The reasons decide which evidence is expected.",
    ),
    SectionPlan(id="supporters", part="Support", title="Supporters", keys=("supporters",)),
    SectionPlan(id="request", part="Request", title="Request", keys=("request",)),
    SectionPlan(id="rfe", part="Request", title="Request for evidence", keys=("rfe",)),
    SectionPlan(id="declarations", part="Papers", title="Declarations", keys=("declarations",)),
    SectionPlan(
        id="forms",
        part="Papers",
        title="Forms",
        keys=("forms",),
        intro="Government forms of the case, as PDF. A blank is filled from these facts when the "
        "packet is built; a completed form goes in as it is.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section as it is shown. `is_bare`: its only field is the section itself, and has no title
    of its own."""

    plan: SectionPlan
    fields: tuple[FormField, ...]
    intro: str
    is_bare: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionState:
    """How far a section is."""

    to_fill: int = 0
    problems: int = 0
    to_check: int = 0
    missing: int = 0  # forms
    is_empty: bool = False

    @property
    def words(self) -> str:
        """Return the state in words: "2 to fill in", "complete"."""
        if self.problems:
            return f"{self.problems} problem{'' if self.problems == 1 else 's'}"
        if self.to_fill:
            return f"{self.to_fill} to fill in"
        if self.missing:
            return f"{self.missing} missing"
        if self.to_check:
            return f"{self.to_check} to check"
        return "none" if self.is_empty else "complete"

    @property
    def css_class(self) -> str:
        """Return the class of its pill."""
        if self.problems:
            return "bad"
        if self.to_fill or self.to_check or self.missing:
            return "check"
        return "" if self.is_empty else "good"


def build_sections(data: FormData) -> tuple[Section, ...]:
    """Return the sections of the form of a case; a field of the schema or of the case that no
    section names is in the last."""
    named = {key for plan in SECTIONS for key in plan.keys} | {*_OTHER_PAGES}
    known = data.fields.list_fields("")
    others = [key for key in (*known, *data.case) if key not in named]
    plans = [plan for plan in SECTIONS if _applies(plan, known, data.case)]
    if others:
        rest = SectionPlan(
            id="other", part="Papers", title="Other fields", keys=tuple(dict.fromkeys(others))
        )
        plans.append(rest)
    return tuple(_build_section(data, plan) for plan in plans)


def _applies(plan: SectionPlan, known: Iterable[str], case: Mapping[str, Any]) -> bool:
    if plan.id == "rfe":
        return case.get("kind") == "rfe-response" or "rfe" in case
    return any(key in known for key in plan.keys)


def _build_section(data: FormData, plan: SectionPlan) -> Section:
    known = {*data.fields.list_fields(""), *data.case}
    fields = tuple(build_field(data, escape_pointer_step(key)) for key in plan.keys if key in known)
    is_bare = len(fields) == 1 and len(plan.keys) == 1 and plan.id != "other"
    return Section(
        plan=plan,
        fields=fields,
        intro=plan.intro or (fields[0].help if is_bare and fields else ""),
        is_bare=is_bare,
    )


def judge_sections(
    sections: Iterable[Section], findings: Iterable[ShownFinding], missing_forms: int = 0
) -> dict[str, SectionState]:
    """Return the state of each section, by its id.

    Args:
        missing_forms: number of forms that a placeholder page would stand for.
    """
    findings = tuple(findings)
    states = {}
    for section in sections:
        homes = tuple(f"/{key}" for key in section.plan.keys)
        own = [
            finding
            for finding in findings
            if any(
                f"{pointer}/".startswith(f"{home}/")
                for pointer in finding.pointers
                for home in homes
            )
            or (section.plan.id == "forms" and _is_of_loose_form(finding))
        ]
        states[section.plan.id] = SectionState(
            to_fill=sum(max(1, len(finding.pointers)) for finding in own if finding.is_to_fill),
            problems=sum(
                finding.css_class == "error" and not finding.is_to_fill for finding in own
            ),
            to_check=sum(finding.css_class == "warning" for finding in own),
            missing=missing_forms if section.plan.id == "forms" else 0,
            is_empty=all(_is_empty(field) for field in section.fields),
        )
    return states


def _is_of_loose_form(finding: ShownFinding) -> bool:
    """Return whether a finding is about a file in forms/ that no field has."""
    return finding.file.startswith("forms/") and not any(finding.pointers)


def _is_empty(field: FormField) -> bool:
    return field.value in (None, [], {})


def place_findings(
    findings: Iterable[ShownFinding], sections: Iterable[Section]
) -> dict[str, list[tuple[str, ShownFinding]]]:
    """Return the findings of each field that is shown, by its pointer, each with the words that
    begin its line; a finding of a place without a field of its own is at the one around it."""
    controls = {
        field.pointer: field.control
        for section in sections
        for field in _iterate_fields(section.fields)
    }
    placed: dict[str, list[tuple[str, ShownFinding]]] = {}
    for finding in findings:
        for pointer in finding.pointers:
            place = pointer
            while place and place not in controls:
                place = place.rpartition("/")[0]
            rest = pointer.removeprefix(place).lstrip("/")
            if place or pointer in controls:
                words = _name_line(rest, controls.get(place))
                placed.setdefault(place, []).append((words, finding))
    return placed


def _name_line(rest: str, control: Control | None) -> str:
    if not rest.isdecimal():
        return ""
    word = {Control.PARAGRAPHS: "Paragraph", Control.LINES: "Line"}.get(control or Control.TEXT)
    return f"{word} {int(rest) + 1}: " if word else ""


def _iterate_fields(fields: Iterable[FormField]) -> Iterator[FormField]:
    for field in fields:
        yield field
        yield from _iterate_fields(field.fields)


def list_choices(library: Library) -> dict[str, dict[str, str]]:
    """Return the ids that the dated facts define, by the field that names one."""
    exemptions = library.facts.get("fees/exemptions")
    exceptions = {
        name.partition("/")[2]: str(fact.data.get("text") or name.partition("/")[2])
        for name, fact in library.facts.items()
        if name.startswith("parole-fee/") and name != "parole-fee/amounts"
    }
    known = {
        "fee_exemption": dict(exemptions.data.get("exemptions", {})) if exemptions else {},
        "parole_fee_exception": exceptions,
    }
    return {field: ids for field, ids in known.items() if ids}


def list_codes(words: CaseWords) -> dict[str, list[tuple[str, str]]]:
    """Return code and name of every country and language, by name."""
    return {
        table: sorted(names.names.items(), key=lambda pair: pair[1])
        for table, names in words.tables.items()
    }


def list_citable(case: Mapping[str, Any], plans: Iterable[Plan]) -> list[dict[str, str]]:
    """Return id, title and tab of the exhibits that a text can cite; the tab is "" as long as
    no packet can be planned."""
    tabs: dict[str, str] = {}
    for plan in plans:
        tabs = {**_list_tabs(plan.parts), **tabs}
    return [
        {
            "id": exhibit["id"],
            "title": exhibit["title"] if isinstance(exhibit.get("title"), str) else "",
            "tab": tabs.get(exhibit["id"], ""),
        }
        for _, exhibit in read_objects(dict(case), "exhibits")
        if isinstance(exhibit.get("id"), str)
    ]


def _list_tabs(parts: Iterable[Part]) -> dict[str, str]:
    return {part.exhibit: part.tab for part in parts if part.kind is PartKind.EXHIBIT and part.tab}
