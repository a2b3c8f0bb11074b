"""Text for people: worst first, aligned, one summary line for each case."""

from __future__ import annotations

from collections.abc import Sequence

from assembler.model import RuleHelp, Severity
from assembler.report.formats.listing import ORDER, Listed, failing, tally


def as_text(cases: Sequence[Listed], rules: Sequence[RuleHelp], strict: bool) -> str:
    """The findings of each case, worst first, then its summary; a line of totals where there are
    several cases."""
    lines: list[str] = []
    for case in cases:
        shown = [one for one in case.findings if not (case.brief and one.severity is Severity.INFO)]
        found = sorted(
            shown, key=lambda one: (ORDER[one.severity], one.line or 0, one.rule, one.pointer or "")
        )
        wide = max((len(one.rule) for one in found), default=0)
        lines += [
            f"  {one.severity.value:<7}  {one.rule:<{wide}}  {one.where}: {one.problem}; "
            f"{one.remedy}"
            for one in found
        ]
        lines += (
            [] if case.brief else [f"  not checked: {sentence}" for sentence in case.not_checked]
        )
        verdict = "rejected" if any(failing(one, strict) for one in found) else "accepted"
        lines.append(f"{case.case}: {verdict}, {tally(case.findings)}")
    if len(cases) > 1:
        rejected = sum(any(failing(one, strict) for one in case.findings) for case in cases)
        total = tally(one for case in cases for one in case.findings)
        lines.append(
            f"{len(cases)} cases: {len(cases) - rejected} accepted, {rejected} rejected; {total}"
        )
    if rules:
        lines.append(f"{len(rules)} rules applied; no legal advice")
    return "\n".join(lines)
