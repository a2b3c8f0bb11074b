"""Format findings as text: worst first, aligned, one summary line per case."""

from __future__ import annotations

from collections.abc import Sequence

from assembler.model import Finding, RuleHelp, Severity
from assembler.report.formats.listing import ORDER, Listed, failing, tally


def as_text(cases: Sequence[Listed], rules: Sequence[RuleHelp], strict: bool) -> str:
    """Return the findings of each case, worst first, then its summary; totals at the end if there
    are several cases."""
    lines: list[str] = []
    for case in cases:
        findings = sorted(_shown(case), key=_sort_key)
        width = max((len(finding.rule) for finding in findings), default=0)
        lines += [
            f"  {finding.severity.value:<7}  {finding.rule:<{width}}  {finding.where}: "
            f"{finding.problem}; {finding.remedy}"
            for finding in findings
        ]
        lines += (
            [] if case.brief else [f"  not checked: {sentence}" for sentence in case.not_checked]
        )
        verdict = (
            "rejected" if any(failing(finding, strict) for finding in findings) else "accepted"
        )
        lines.append(f"{case.case}: {verdict}, {tally(case.findings)}")
    if len(cases) > 1:
        rejected = sum(any(failing(finding, strict) for finding in case.findings) for case in cases)
        total = tally(finding for case in cases for finding in case.findings)
        lines.append(
            f"{len(cases)} cases: {len(cases) - rejected} accepted, {rejected} rejected; {total}"
        )
    if rules:
        lines.append(f"{len(rules)} rules applied; no legal advice")
    return "\n".join(lines)


def _shown(case: Listed) -> list[Finding]:
    return [
        finding
        for finding in case.findings
        if not (case.brief and finding.severity is Severity.INFO)
    ]


def _sort_key(finding: Finding) -> tuple[int, int, str, str]:
    return ORDER[finding.severity], finding.line or 0, finding.rule, finding.pointer or ""
