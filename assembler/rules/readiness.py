"""Decide whether a case can be filed, from its findings. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from assembler.model import (
    PLACEHOLDER_RULE,
    PLACEHOLDER_SUFFIX,
    Finding,
    Readiness,
    Severity,
    Verdict,
)


def decide_verdict(
    findings: Iterable[Finding],
    *,
    missing_forms: Iterable[str] = (),
    is_signed: bool = False,
    scope: str = "",
    failure: str = "",
) -> Verdict:
    """Return the verdict on a case.

    Errors and missing forms keep a case from being filed. Warnings do not: a person must look at
    them, and may find nothing to change. A finding that several packets share counts once.

    Args:
        missing_forms: forms that the findings do not name.
        is_signed: a person signed off the packet as it is.
        scope: what alone was looked at, if that is not all.
        failure: why no packet could be made, if that is not in the findings.
    """
    distinct = tuple(dict.fromkeys(findings))
    forms = sorted({*missing_forms, *list_missing_forms(distinct)})
    to_fix = sum(finding.severity is Severity.ERROR for finding in distinct)
    if to_fix or forms or failure:
        readiness = Readiness.NOT_READY
    else:
        readiness = Readiness.READY if is_signed else Readiness.EXCEPT_SIGNATURES
    return Verdict(
        readiness=readiness,
        to_fix=to_fix,
        missing_forms=tuple(forms),
        to_check=sum(
            finding.severity is Severity.WARNING and not is_blocker(finding) for finding in distinct
        ),
        hints=sum(finding.severity is Severity.INFO for finding in distinct),
        scope=scope,
        failure=failure,
    )


def is_blocker(finding: Finding) -> bool:
    """Return whether a packet with this finding cannot be filed."""
    return finding.severity is Severity.ERROR or finding.rule == PLACEHOLDER_RULE


def list_missing_forms(findings: Iterable[Finding]) -> set[str]:
    """Return the forms that placeholder pages stand for, such as "G-28"."""
    return {
        finding.part.removesuffix(PLACEHOLDER_SUFFIX).upper()
        for finding in findings
        if finding.rule == PLACEHOLDER_RULE and finding.part
    }
