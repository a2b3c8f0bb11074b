"""Show the findings of a case: beside their fields, and grouped with the verdict on them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from assembler.desk.case_fixes import Fix, FixSubject, find_fix, list_missing_fields
from assembler.desk.case_form import make_field_id
from assembler.intake.case_fields import CaseFields
from assembler.intake.problem import split_pointer
from assembler.model import Deadline, DeadlineKind, Finding, Readiness, Verdict
from assembler.pipeline.batch.case_list import FactCheck
from assembler.report.formats.grouped import (
    FindingGroup,
    Tone,
    count_noun,
    count_places,
    format_sentence,
    group_findings,
)
from assembler.rules import Explanation, decide_verdict, is_blocker

HEADINGS = {Tone.BLOCKER: "Fix before filing", Tone.CHECK: "Check", Tone.HINT: "Hints"}
_NOTE_CLASSES = {Tone.BLOCKER: "error", Tone.CHECK: "warning", Tone.HINT: ""}
_TO_FILL = frozenset(("CASE.PLACEHOLDER", "CASE.MISSING", "CASE.EMPTY"))
# what findings say to a person who edits case.json, and what a page says instead
_ON_THE_PAGE = {
    "CASE.MISSING": ("nothing is written here yet", "fill it in"),
    "EVID.UNLISTED": (
        "the file is in the folder, but in no exhibit",
        "put it into an exhibit, or leave it out for a reason",
    ),
    "EVID.MISSING": (
        "the file is not in the case folder",
        "add the file under this name, or use another file in its place",
    ),
    "FORM.NOT_ENCLOSED": ("", "add each on the page Facts, under Forms"),
    "FORM.PLACEHOLDER": ("", "add it on the page Facts, under Forms"),
    "CASE.UNCONFIRMED": ("", "compare these fields with the document, and confirm them"),
}
_UNLISTED_FORM = (  # what EVID.UNLISTED says of a file in forms/
    "the file is in the folder, but is not listed as a form",
    "say which form it is, or leave it out for a reason",
)
_KINDS = "text in quotes|a number with decimals|a number|true or false|null"
_OF_JSON = (
    (
        re.compile(r'put "accept_\w+": "[0-9a-f]{64}" on the file in case\.json'),
        "accept it here",
    ),
    (
        re.compile(
            r'accept (it|the loss|the risk) with "accept_loss": \[[^]]+\] on the file'
            r"(?: in case\.json)?"
        ),
        r"accept \1 here",
    ),
    (re.compile(r"\badd /\S+ to case\.json"), "fill it in"),
    (re.compile(rf", not (?:{_KINDS})$"), ""),
    (re.compile(r", without quotes, \$ or commas|, without quotes| in double quotes"), ""),
)
_EXHIBIT = re.compile(r"/exhibits/(\d+)")
_OF_EVIDENCE_PAGE = ("exhibits", "ignored_files")
_HOUSE = "house rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingData:
    """What the view of findings needs to know of a case. `base`: address of its pages."""

    case: Mapping[str, Any]
    fields: CaseFields
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFinding:
    """One finding as a page shows it.

    `key`: tells it from all others of its case. `pointers`: the fields it is about. `href`: where
    it can be fixed, "" if nowhere on the desk. `fix`: what one click does, if there is one.
    """

    key: str
    rule: str
    css_class: str
    is_to_fill: bool
    where: str
    pointers: tuple[str, ...]
    problem: str
    remedy: str
    href: str = ""
    fix: Fix | None = None
    file: str = ""
    page: int = 0

    @property
    def sentence(self) -> str:
        """Return what is wrong, and what to do."""
        return f"{self.problem.rstrip('.')}; {self.remedy[:1].lower()}{self.remedy[1:]}"

    @property
    def note_class(self) -> str:
        """Return the class of its note beside a field; what is still to be written is no mistake
        yet."""
        return "warning" if self.is_to_fill else self.css_class

    def convert_to_json(self) -> dict[str, Any]:
        """Return what the page of facts shows beside a field."""
        return {
            "key": self.key,
            "rule": self.rule,
            "class": self.note_class,
            "fill": self.is_to_fill,
            "pointers": self.pointers,
            "problem": self.problem,
            "remedy": self.remedy,
            "fix": self.fix.label if self.fix and not self.fix.question else "",
            "look": bool(self.fix and self.fix.must_look),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGroup:
    """Findings of one rule, with what all of them say."""

    id: str
    rule: str
    css_class: str
    title: str
    places: str
    remedy: str
    findings: tuple[ShownFinding, ...]
    explanation: tuple[tuple[str, str], ...]  # headings and texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSection:
    """Groups that are equally urgent."""

    id: str
    heading: str
    count: int
    groups: tuple[ShownGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to do next. `href`: where."""

    text: str
    href: str


def make_key(finding: Finding) -> str:
    """Return a name for a finding that no other of the same case has."""
    parts = (
        finding.rule,
        finding.severity.value,
        finding.pointer,
        finding.file,
        finding.page,
        finding.piece,
        finding.exhibit,
        finding.part,
        finding.problem,
        finding.remedy,
        finding.where if not finding.pointer else "",
        finding.region,
    )
    return hashlib.sha256(repr(parts).encode(errors="surrogateescape")).hexdigest()[:16]


def show_finding(finding: Finding, data: FindingData) -> ShownFinding:
    """Return a finding as a page shows it."""
    pointers = list_missing_fields(finding) or ((finding.pointer,) if finding.pointer else ())
    tone = group_findings([finding])[0].tone
    subject = FixSubject(case=dict(data.case), finding=finding, fields=data.fields)
    exhibit = _find_exhibit(finding, data.case)
    return ShownFinding(
        key=make_key(finding),
        rule=finding.rule,
        css_class=_NOTE_CLASSES[tone],
        is_to_fill=finding.rule in _TO_FILL,
        where=_name_place(finding, pointers, data),
        pointers=tuple(pointers),
        problem=_write_problem(finding),
        remedy=_write_remedy(finding),
        href=_find_href(finding, pointers, exhibit, data.base),
        fix=find_fix(subject),
        file=finding.file if finding.file and finding.file != "case.json" else "",
        page=finding.page or 0,
    )


def _write_problem(finding: Finding) -> str:
    """Return what is wrong as a sentence for a person who sees fields, not JSON."""
    problem = _find_words(finding)[0] or finding.problem
    return format_sentence(_leave_json_out(problem))


def _write_remedy(finding: Finding) -> str:
    remedy = _find_words(finding)[1] or finding.remedy
    return format_sentence(_leave_json_out(remedy))


def _find_words(finding: Finding) -> tuple[str, str]:
    """Return problem and remedy as a page says them; "" for what the finding says itself."""
    if finding.rule == "EVID.UNLISTED" and _is_form_file(finding):
        return _UNLISTED_FORM
    return _ON_THE_PAGE.get(finding.rule, ("", ""))


def _is_form_file(finding: Finding) -> bool:
    return (finding.file or "").startswith("forms/")


def _leave_json_out(text: str) -> str:
    for pattern, words in _OF_JSON:
        text = pattern.sub(words, text)
    return text


def _name_place(finding: Finding, pointers: Iterable[str], data: FindingData) -> str:
    """Return what a person calls the place of a finding."""
    case = data.case
    labels = [data.fields.label(pointer, case) for pointer in pointers]
    labels = [label for label in dict.fromkeys(labels) if label]
    if not labels:
        return "The case" if finding.file == "case.json" else finding.where
    first, *others = labels
    home = first.rpartition(" › ")[0]
    rest = [label.removeprefix(f"{home} › ") if home else label for label in others]
    named = ", ".join([first, *rest])
    file = finding.where.partition(", ")[2].partition(" (/")[0] if finding.exhibit else ""
    file = file.partition(", did you mean")[0]
    is_file_named = bool(file) and file.partition(",")[0].count("/") > 0
    return f"{named}: {file}" if is_file_named else named


def _find_exhibit(finding: Finding, case: Mapping[str, Any]) -> int | None:
    """Return the place of the exhibit that a finding is about; None if it is about none."""
    if match := _EXHIBIT.match(finding.pointer or ""):
        return int(match[1])
    exhibits = case.get("exhibits")
    entries = enumerate(exhibits if isinstance(exhibits, list) and finding.exhibit else ())
    return next(
        (
            place
            for place, entry in entries
            if isinstance(entry, dict) and entry.get("id") == finding.exhibit
        ),
        None,
    )


def _find_href(finding: Finding, pointers: Iterable[str], exhibit: int | None, base: str) -> str:
    """Return the address of the field, exhibit or file of a finding."""
    pointer = next(iter(pointers), "")
    keys = split_pointer(pointer)
    if exhibit is not None:
        return f"{base}/evidence#exhibit-{exhibit}"
    if keys and keys[0] in _OF_EVIDENCE_PAGE:
        return f"{base}/evidence"
    if keys:
        return f"{base}/facts#{quote(make_field_id(pointer))}"
    if finding.part or _is_form_file(finding):
        return f"{base}/facts#section-forms"
    return f"{base}/evidence#loose" if finding.file not in (None, "case.json") else ""


def show_sections(
    findings: Iterable[Finding], data: FindingData, explanations: Mapping[str, Explanation]
) -> tuple[ShownSection, ...]:
    """Return all findings in sections of groups, the most urgent first."""
    groups = group_findings(findings)
    sections = []
    for tone, heading in HEADINGS.items():
        of_tone = [group for group in groups if group.tone is tone]
        sections.append(
            ShownSection(
                id=tone.value,
                heading=heading,
                count=sum(len(group.findings) for group in of_tone),
                groups=tuple(_show_group(group, data, explanations) for group in of_tone),
            )
        )
    return tuple(sections)


def _show_group(
    group: FindingGroup, data: FindingData, explanations: Mapping[str, Explanation]
) -> ShownGroup:
    explanation = explanations.get(group.rule)
    shown = tuple(show_finding(finding, data) for finding in group.findings)
    problems = {finding.problem for finding in shown}
    remedies = {finding.remedy for finding in shown}
    title = problems.pop() if len(problems) == 1 else ""
    return ShownGroup(
        id=f"{group.tone.value}-{group.rule}",
        rule=group.rule,
        css_class=_NOTE_CLASSES[group.tone],
        title=title or format_sentence(explanation.title if explanation else group.rule),
        places=count_places(group.findings) if len(group.findings) > 1 else "",
        remedy=remedies.pop() if len(remedies) == 1 else "",
        findings=shown,
        explanation=tuple(_explain(explanation)) if explanation else (),
    )


def _explain(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield what `assembler explain` prints of a rule."""
    yield "What it means", format_sentence(explanation.problem)
    yield "What to do", format_sentence(explanation.remedy)
    if explanation.note:
        yield "Note", format_sentence(explanation.note)
    is_house = explanation.source == _HOUSE
    source = "house rule of assembler" if is_house else explanation.source
    yield "Source", source if is_house else f"{source} (checked on {explanation.checked_on})"


def list_next_steps(verdict: Verdict, base: str, *, is_evidence_checked: bool) -> Iterator[Step]:
    """Yield what to do next, in order, each with its place."""
    if verdict.to_fix:
        count = "the problem" if verdict.to_fix == 1 else f"the {verdict.to_fix} problems"
        yield Step(text=f"Fix {count} listed below.", href=f"#{Tone.BLOCKER.value}")
    if verdict.missing_forms:
        names = ", ".join(verdict.missing_forms)
        yield Step(text=f"Add the missing forms: {names}.", href=f"{base}/facts#section-forms")
    if verdict.to_check:
        count = "the one thing" if verdict.to_check == 1 else f"the {verdict.to_check} things"
        text = f"Look at {count} to check. You may find nothing to change."
        yield Step(text=text, href=f"#{Tone.CHECK.value}")
    if not verdict.to_fix and not is_evidence_checked:
        yield Step(text="Check the evidence too, page by page.", href="#check-evidence")
    if not verdict.to_fix:
        yield Step(text="Build the packet.", href=f"{base}/build")


def judge(check: FactCheck, evidence: Iterable[Finding] | None) -> Verdict:
    """Return the verdict on a case. `evidence`: what a check of the evidence found, None if there
    was none."""
    findings = [*check.findings, *(evidence or ())]
    return decide_verdict(findings, missing_forms=check.missing_forms)


def describe_verdict(verdict: Verdict) -> tuple[str, str]:
    """Return the verdict and the rest of its line, as the eye reads them."""
    words = {
        Readiness.READY: "Ready to file",
        Readiness.EXCEPT_SIGNATURES: "Nothing to fix",
        Readiness.NOT_READY: "Not ready",
    }
    rest = str(verdict).removeprefix(str(verdict.readiness)).lstrip(": ·")
    return words[verdict.readiness], rest


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDeadline:
    """A day and how far it is away. `href`: the field that states it."""

    day: str
    when: str
    title: str
    is_past: bool
    is_soon: bool
    href: str


_SOON = 30  # days
_YEARS = 730  # days, from which on years are counted


def show_deadlines(
    deadlines: Iterable[Deadline], today: date, base: str
) -> tuple[ShownDeadline, ...]:
    """Return the days of a case, the earliest first."""
    return tuple(
        ShownDeadline(
            day=f"{deadline.day:%B} {deadline.day.day}, {deadline.day.year}",
            when=_describe_days((deadline.day - today).days),
            title=format_sentence(deadline.title).rstrip("."),
            is_past=deadline.day < today,
            is_soon=0 <= (deadline.day - today).days <= _SOON,
            href=f"{base}/facts#{quote(make_field_id(deadline.pointer))}"
            if deadline.pointer
            else "",
        )
        for deadline in deadlines
        if deadline.kind is not DeadlineKind.FACTS_STALE
    )


def _describe_days(days: int) -> str:
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if abs(days) >= _YEARS:
        years = count_noun(abs(days) // 365, "year")
        return f"in {years}" if days > 0 else f"{years} ago"
    return near.get(days) or (
        f"in {count_noun(days, 'day')}" if days > 0 else f"{count_noun(-days, 'day')} ago"
    )


def count_errors(findings: Iterable[Finding]) -> int:
    """Count what keeps a case from being filed."""
    return sum(is_blocker(finding) for finding in dict.fromkeys(findings))
