"""Format findings for a person: grouped by rule, blockers first, each with what to do. Pure.

A group of one says where, what is wrong and what to do. A group of several says the rule's title
once, then the places. Hints are counted, and listed on request.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assembler.model import Finding, Severity
from assembler.rules import is_blocker

_MOST_MEMBERS = 5  # findings of a group that are listed unless all are asked for
_MOST_PLACES = 4  # places of a group whose findings say the same
_CASE_PLACE = re.compile(r"case\.json line (?P<line>\d+), (?P<name>.+?)(?: \(/[^()]*\))?")
_INDENT = "    "


class Tone(StrEnum):
    """How urgent a line is; decides its color on a terminal."""

    BLOCKER = "blocker"
    CHECK = "check"
    HINT = "hint"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text, without its line end."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """Findings of one rule that are equally urgent, in the given order."""

    rule: str
    tone: Tone
    findings: tuple[Finding, ...]

    @property
    def shared_problem(self) -> str:
        """Return what is wrong if all findings say the same, else ""."""
        problems = {finding.problem for finding in self.findings}
        return problems.pop() if len(problems) == 1 else ""

    @property
    def shared_remedy(self) -> str:
        """Return what to do if all findings say the same, else ""."""
        remedies = {finding.remedy for finding in self.findings}
        return remedies.pop() if len(remedies) == 1 else ""


_HEADINGS = {Tone.BLOCKER: "Fix before filing", Tone.CHECK: "Check", Tone.HINT: "Hints"}


def group_findings(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """Group findings by urgency and rule, the most urgent first; equal findings count once."""
    members: dict[tuple[Tone, str], list[Finding]] = {}
    for finding in dict.fromkeys(findings):
        members.setdefault((_choose_tone(finding), finding.rule), []).append(finding)
    order = list(_HEADINGS)
    return tuple(
        FindingGroup(rule=rule, tone=tone, findings=tuple(of_rule))
        for (tone, rule), of_rule in sorted(
            members.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
        )
    )


def format_groups(
    findings: Iterable[Finding],
    titles: Mapping[str, str],
    *,
    width: int | None = None,
    show_all: bool = False,
) -> list[Line]:
    """Return the findings as lines; hints are one line unless `show_all`.

    Args:
        titles: of rules, by id.
        width: columns to wrap at; None for lines of any length, as for a file or a pipe.
        show_all: list every finding, hints too.
    """
    lines: list[Line] = []
    groups = group_findings(findings)
    for tone, heading in _HEADINGS.items():
        of_tone = [group for group in groups if group.tone is tone]
        if not of_tone:
            continue
        if tone is Tone.HINT and not show_all:
            count = sum(len(group.findings) for group in of_tone)
            lines.append(Line(text=f"{count_noun(count, 'hint')}: --all lists them", tone=tone))
            continue
        lines.append(Line(text=heading, tone=tone))
        for group in of_tone:
            lines += _format_group(group, titles, width, show_all=show_all)
    return lines


def _format_group(
    group: FindingGroup, titles: Mapping[str, str], width: int | None, *, show_all: bool
) -> Iterator[Line]:
    if len(group.findings) == 1:
        (finding,) = group.findings
        yield from _wrap(f"{group.rule}  {finding.where}", width, "  ", group.tone)
        yield from _wrap(format_sentence(finding.problem), width)
        yield from _format_remedy(finding.remedy, width)
        return
    places = count_places(group.findings)
    # what all say alike says more than the rule's title
    title = group.shared_problem or titles.get(group.rule, "")
    heading = f"{group.rule}  {places}{f': {title}' if title else ''}"
    yield from _wrap(heading, width, "  ", group.tone)
    yield from _list_members(group, width, show_all=show_all)
    if group.shared_remedy:
        yield from _format_remedy(group.shared_remedy, width)


def _list_members(group: FindingGroup, width: int | None, *, show_all: bool) -> Iterator[Line]:
    """Yield where the findings of a group are, and what each says if they differ."""
    if group.shared_problem and group.shared_remedy:
        places = list(dict.fromkeys(shorten_place(finding.where) for finding in group.findings))
        shown = places if show_all else places[:_MOST_PLACES]
        more = [f"and {len(places) - len(shown)} more"] if len(shown) < len(places) else []
        yield from _wrap("; ".join([*shown, *more]), width)
        return
    shown_findings = group.findings if show_all else group.findings[:_MOST_MEMBERS]
    for finding in shown_findings:
        problem = "" if group.shared_problem else f": {finding.problem}"
        yield from _wrap(f"{finding.where}{problem}", width, f"{_INDENT}- ")
        if not group.shared_remedy:
            yield from _format_remedy(finding.remedy, width, f"{_INDENT}  ")
    if hidden := len(group.findings) - len(shown_findings):
        yield Line(text=f"{_INDENT}- and {hidden} more: --all lists them")


def shorten_place(where: str) -> str:
    """Return a place of case.json without its pointer: "Petitioner › Name (line 11)"; other places
    as they are."""
    match = _CASE_PLACE.fullmatch(where)
    return f"{match['name']} (line {match['line']})" if match else where


def _format_remedy(text: str, width: int | None, indent: str = _INDENT) -> Iterator[Line]:
    yield from _wrap(f"→ {format_sentence(text)}", width, indent)


def _choose_tone(finding: Finding) -> Tone:
    if is_blocker(finding):
        return Tone.BLOCKER
    return Tone.CHECK if finding.severity is Severity.WARNING else Tone.HINT


def count_places(findings: Sequence[Finding]) -> str:
    """Return how many of what a group is about, such as "19 exhibits"."""
    number = len(findings)
    if all(finding.page for finding in findings):
        return count_noun(number, "page")
    for word, names in (
        ("exhibit", {finding.exhibit for finding in findings}),
        ("file", {finding.file for finding in findings}),
    ):
        if None not in names and len(names) == number:
            return count_noun(number, word)
    return count_noun(number, "place")


def count_noun(number: int, word: str) -> str:
    """Return a number and its noun, such as "1 page" or "3 pages"."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def format_sentence(text: str) -> str:
    """Return a problem or remedy as a sentence; in findings it is the middle of one."""
    if not text.strip():
        return ""
    # a path, an id or a command stays as it is
    begins_with_word = text.split(maxsplit=1)[0].rstrip(",:;").isalpha()
    start = f"{text[0].upper()}{text[1:]}" if begins_with_word else text
    return start if start.endswith((".", "?", "!", "`")) else f"{start}."


def _wrap(
    text: str, width: int | None, indent: str = _INDENT, tone: Tone = Tone.PLAIN
) -> Iterator[Line]:
    """Yield the lines of a text; ids, paths and commands are never broken."""
    if width is None:
        yield Line(text=f"{indent}{text}", tone=tone)
        return
    later = " " * (len(indent) + (2 if text.startswith("→ ") else 0))
    for line in textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield Line(text=line, tone=tone)
