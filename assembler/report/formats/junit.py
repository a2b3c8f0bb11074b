"""Format findings as JUnit XML: a suite per case, a test per finding and per rule without one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from assembler.model import Finding, RuleHelp, is_stopping
from assembler.report.formats.listing import Listed, tally

# characters that XML 1.0 does not allow, escaped or not; file names may have them
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(cases: Sequence[Listed], rules: Sequence[RuleHelp], strict: bool) -> str:
    """Return the report as XML.

    Errors fail, and warnings do if `strict`; other findings pass and are named in system-out.
    """
    root = Element("testsuites", name="assembler", tests="0", failures="0", errors="0")
    for case in cases:
        _add_suite(root, case, rules, strict)
    for count in ("tests", "failures"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ElementTree.indent(root, " ")
    xml = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}'


def _add_suite(root: Element, case: Listed, rules: Sequence[RuleHelp], strict: bool) -> None:
    rules_with_findings = {finding.rule for finding in case.findings}
    passed = [rule.id for rule in rules if rule.id not in rules_with_findings]
    failures = sum(is_stopping(finding, strict=strict) for finding in case.findings)
    suite = SubElement(
        root,
        "testsuite",
        name=_clean(case.case),
        tests=str(len(case.findings) + len(passed)),
        failures=str(failures),
        errors="0",
        skipped="0",
    )
    for finding in case.findings:
        _add_finding(suite, case, finding, strict)
    for rule in passed:
        SubElement(suite, "testcase", classname=_clean(case.case), name=_clean(rule))
    SubElement(suite, "system-out").text = _clean(tally(case.findings))


def _add_finding(suite: Element, case: Listed, finding: Finding, strict: bool) -> None:
    test = SubElement(
        suite,
        "testcase",
        classname=_clean(case.case),
        name=_clean(f"{finding.rule} {finding.where}"),
        file=_clean(case.file(finding)),
        line=str(finding.line or 1),
    )
    sentence = f"{finding.where}: {finding.problem}; {finding.remedy}"
    if is_stopping(finding, strict=strict):
        severity = finding.severity.value
        failure = SubElement(test, "failure", type=severity, message=_clean(finding.problem))
        failure.text = _clean(sentence)
    else:
        SubElement(test, "system-out").text = _clean(f"{finding.severity.value}: {sentence}")


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
