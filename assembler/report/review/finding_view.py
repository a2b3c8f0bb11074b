"""Turn the findings of a packet into the verdict, the steps to take next and groups with one fix
each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assembler.model import Finding, LedgerEntry, PartKind, Verdict
from assembler.report.formats.grouped import (
    FindingGroup,
    Tone,
    count_noun,
    count_places,
    format_sentence,
    group_findings,
)
from assembler.report.review.page_geometry import Box, place_box
from assembler.rules import decide_verdict

Json = dict[str, Any]
TONES = (Tone.BLOCKER, Tone.CHECK, Tone.HINT)  # the most urgent first
_MOST_STEPS = 4  # fixes named one by one at the top of the page
_MOST_PLACES = 6  # places of a group that are shown before "more"
# what a person pastes into a terminal or into case.json
_PASTED = re.compile(r'`((?:assembler |[{\["]).*?)`')
_CODE = re.compile(r"`([^`]+)`")


def group_for_view(
    findings: Sequence[Finding], ledger: Sequence[LedgerEntry], rule_titles: Mapping[str, str]
) -> Json:
    """Return the verdict on these findings, what to do next, and the findings in sections of
    groups.

    Args:
        rule_titles: by rule id.
    """
    verdict = decide_verdict(findings)
    groups = group_findings(findings)
    sections: list[Json] = []
    for tone in TONES:
        of_tone = [group for group in groups if group.tone is tone]
        sections.append(
            {
                "tone": tone.value,
                "count": sum(len(group.findings) for group in of_tone),
                "groups": [_view_group(group, ledger, rule_titles) for group in of_tone],
            }
        )
    return {
        "verdict": _view_verdict(verdict),
        "steps": list(_list_next_steps(groups, verdict)),
        "sections": sections,
        "finding_count": sum(section["count"] for section in sections),
    }


def find_page(finding: Finding, ledger: Sequence[LedgerEntry]) -> int | None:
    """Return the bundle page of a finding: its file's page, else the first page of its exhibit or
    part; None if it is about the whole case."""
    of_file = [entry for entry in ledger if entry.source and finding.file in entry.source.paths]
    exact = [
        entry.number
        for entry in of_file
        if entry.client_source.page == finding.page
        and finding.piece in (None, entry.client_source.part)
    ]
    of_exhibit = [
        entry.number
        for entry in ledger
        if entry.kind is PartKind.EXHIBIT and finding.exhibit and entry.exhibit == finding.exhibit
    ]
    of_part = [entry.number for entry in ledger if finding.part and entry.part == finding.part]
    return next(iter((*exact, *(entry.number for entry in of_file), *of_exhibit, *of_part)), None)


def mark_pages(findings: Sequence[Finding], ledger: Sequence[LedgerEntry]) -> dict[int, list[Json]]:
    """Return the findings on each bundle page, the most urgent first, with an outline if the
    region is known."""
    marks: dict[int, list[Json]] = {}
    for group in group_findings(findings):
        for finding in group.findings:
            page = find_page(finding, ledger)
            if page is not None:
                mark = {
                    "tone": group.tone.value,
                    "text": f"{format_sentence(finding.problem)} {format_sentence(finding.remedy)}",
                    "rule": finding.rule,
                    "box": _find_box(finding, page, ledger),
                }
                marks.setdefault(page, []).append(mark)
    return marks


def _find_box(finding: Finding, page: int, ledger: Sequence[LedgerEntry]) -> Box | None:
    return place_box(finding.region, ledger[page - 1]) if finding.region else None


def _view_verdict(verdict: Verdict) -> Json:
    """Return the verdict line, and the same in parts for the eye."""
    readiness, line = str(verdict.readiness), str(verdict)
    return {
        "line": line,
        "readiness": readiness.capitalize(),
        "rest": line.removeprefix(readiness).lstrip(": ·"),
        "is_ready": verdict.is_ready,
        "to_fix": verdict.to_fix + len(verdict.missing_forms),
        "to_check": verdict.to_check,
        "hints": verdict.hints,
    }


def _list_next_steps(groups: Sequence[FindingGroup], verdict: Verdict) -> Iterator[Json]:
    """Yield what to do next, in order, each with the place of this page that says more."""
    blockers = [group for group in groups if group.tone is Tone.BLOCKER]
    if verdict.missing_forms:
        names = ", ".join(verdict.missing_forms)
        yield _make_step(
            f"Add the missing forms: {names}.", "#fix", count=len(verdict.missing_forms)
        )
    fixes = [group for group in blockers if not (group.shared_remedy and _is_missing_form(group))]
    for group in fixes[:_MOST_STEPS]:
        text = group.shared_remedy or f"fix {count_noun(len(group.findings), 'problem')} below"
        yield _make_step(
            format_sentence(text), f"#{_make_anchor(group)}", count=len(group.findings)
        )
    if len(fixes) > _MOST_STEPS:
        more = count_noun(len(fixes) - _MOST_STEPS, "more problem")
        yield _make_step(f"Fix {more}, listed below.", "#fix")
    if blockers:
        yield _make_step("Build the packet again.", command="assembler bundle")
    if verdict.to_check:
        things = "the one thing" if verdict.to_check == 1 else f"the {verdict.to_check} things"
        yield _make_step(f"Look at {things} to check. You may find nothing to change.", "#check")
    if not blockers:
        yield _make_step("Look through the pages.", "#pages")
        yield _make_step("Go through the sign-off list, get the signatures, and file.", "#signoff")


def _is_missing_form(group: FindingGroup) -> bool:
    """Return whether the group is of placeholder pages, whose forms the first step names."""
    return all(finding.part and finding.rule == "FORM.PLACEHOLDER" for finding in group.findings)


def _make_step(text: str, anchor: str = "", *, count: int = 0, command: str = "") -> Json:
    return {"parts": split_code(text), "anchor": anchor, "count": count, "command": command}


def _view_group(
    group: FindingGroup, ledger: Sequence[LedgerEntry], rule_titles: Mapping[str, str]
) -> Json:
    """Return a group of findings: one title, one fix if they share it, and the places."""
    number = len(group.findings)
    title = group.shared_problem or rule_titles.get(group.rule, "")
    members = [_view_member(finding, group, ledger) for finding in group.findings]
    sources = dict.fromkeys(finding.source for finding in group.findings if finding.source)
    return {
        "id": _make_anchor(group),
        "rule": group.rule,
        "tone": group.tone.value,
        "title": split_code(format_sentence(title) or group.rule),
        "places": count_places(group.findings) if number > 1 else "",
        "fix": _view_fix(group.shared_remedy) if group.shared_remedy else None,
        "members": members[:_MOST_PLACES],
        "more": members[_MOST_PLACES:],
        "sources": list(sources),
    }


def _view_member(finding: Finding, group: FindingGroup, ledger: Sequence[LedgerEntry]) -> Json:
    """Return one place of a group, with what only this finding says."""
    page = find_page(finding, ledger)
    return {
        "where": finding.where,
        "exhibit": finding.exhibit or "",
        "page": page,
        "label": ledger[page - 1].label if page else "",
        "box": _find_box(finding, page, ledger) if page else None,
        "problem": [] if group.shared_problem else split_code(format_sentence(finding.problem)),
        "fix": None if group.shared_remedy else _view_fix(finding.remedy),
    }


def _view_fix(remedy: str) -> Json:
    """Return a remedy for the eye, and what its Copy button copies: the command or JSON in it, or
    else the whole."""
    sentence = format_sentence(remedy)
    pasted = _PASTED.findall(remedy)
    return {"parts": split_code(sentence), "clip": "\n".join(pasted) if pasted else sentence}


def split_code(text: str) -> list[tuple[bool, str]]:
    """Split a text at its backticks; each part says whether it is code."""
    return [(bool(position % 2), part) for position, part in enumerate(_CODE.split(text)) if part]


def _make_anchor(group: FindingGroup) -> str:
    """Return the id of a group's element; one rule may have groups of several tones."""
    return f"{group.tone.value}-{group.rule}"
