"""Format the outcomes of cases as JUnit XML, which build servers read."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from assembler.model import Severity
from assembler.pipeline.batch.case_list import Outcome


def make_junit_cases(outcomes: Sequence[Outcome]) -> bytes:
    """Return one test case per case: passed, skipped, failed (with its findings as text), or an
    error if it was quarantined."""
    failed = sum(outcome.state != "quarantined" for outcome in outcomes if outcome.code)
    suite = etree.Element(
        "testsuite",
        name="assembler",
        tests=str(len(outcomes)),
        failures=str(failed),
        errors=str(sum(outcome.state == "quarantined" for outcome in outcomes)),
        skipped=str(sum(outcome.state == "skipped" for outcome in outcomes)),
        time=f"{sum(outcome.seconds for outcome in outcomes):.2f}",
    )
    # cases that failed come first: build servers show the first lines
    for outcome in sorted(outcomes, key=lambda outcome: not outcome.code):
        _add(suite, outcome)
    return bytes(etree.tostring(suite, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _add(suite: etree._Element, outcome: Outcome) -> None:
    case = etree.SubElement(
        suite,
        "testcase",
        classname="case",
        name=_replace_characters(outcome.case),
        time=f"{outcome.seconds:.2f}",
    )
    if outcome.code:
        problem = etree.SubElement(case, "error" if outcome.state == "quarantined" else "failure")
        problem.set("message", _replace_characters(outcome.summary))
        problem.set("type", f"exit {int(outcome.code)}")
        problem.text = _replace_characters(_list_findings(outcome)) or None
    elif outcome.state == "skipped":
        etree.SubElement(case, "skipped").set("message", _replace_characters(outcome.summary))


def _list_findings(outcome: Outcome) -> str:
    """Return the findings, errors first, a line each."""
    order = list(Severity)
    findings = sorted(outcome.findings, key=lambda finding: order.index(finding.severity))
    return "\n".join(str(finding) for finding in findings)


def _replace_characters(text: str) -> str:
    """Replace characters that XML does not allow, which file names may have."""
    return "".join(
        char if char in "\n\t" or char.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )
