"""JUnit XML: a suite for each case, a test for each finding and for each rule without one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from assembler.model import Finding, RuleHelp
from assembler.report.formats.listing import Listed, failing, tally

# what XML 1.0 cannot hold, escaped or not: a file name may
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(cases: Sequence[Listed], rules: Sequence[RuleHelp], strict: bool) -> str:
    """Errors fail, and warnings where `strict`; other findings pass and say so in system-out."""
    suites = [list(_suite(case, rules, strict)) for case in cases]
    tests = sum(len(case.findings) + len(_passed(case, rules)) for case in cases)
    failures = sum(failing(one, strict) for case in cases for one in case.findings)
    head = f'<testsuites name="assembler" tests="{tests}" failures="{failures}" errors="0">'
    body = [line for suite in suites for line in suite]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *body, "</testsuites>"])


def _passed(case: Listed, rules: Sequence[RuleHelp]) -> list[str]:
    found = {one.rule for one in case.findings}
    return [rule.id for rule in rules if rule.id not in found]


def _suite(case: Listed, rules: Sequence[RuleHelp], strict: bool) -> Iterator[str]:
    passed = _passed(case, rules)
    failures = sum(failing(one, strict) for one in case.findings)
    tests = len(case.findings) + len(passed)
    yield (
        f' <testsuite name={_attribute(case.case)} tests="{tests}" failures="{failures}" '
        f'errors="0" skipped="0">'
    )
    for one in case.findings:
        yield from _finding(case, one, strict)
    for rule in passed:
        yield f"  <testcase classname={_attribute(case.case)} name={_attribute(rule)}/>"
    yield f"  <system-out>{_text(tally(case.findings))}</system-out>"
    yield " </testsuite>"


def _finding(case: Listed, one: Finding, strict: bool) -> Iterator[str]:
    place = f'file={_attribute(case.file(one))} line="{one.line or 1}"'
    yield (
        f"  <testcase classname={_attribute(case.case)} "
        f"name={_attribute(f'{one.rule} {one.where}')} {place}>"
    )
    sentence = f"{one.where}: {one.problem}; {one.remedy}"
    if failing(one, strict):
        yield (
            f'   <failure type="{one.severity.value}" '
            f"message={_attribute(one.problem)}>{_text(sentence)}</failure>"
        )
    else:
        yield f"   <system-out>{_text(f'{one.severity.value}: {sentence}')}</system-out>"
    yield "  </testcase>"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _text(text: str) -> str:
    return escape(_clean(text))


def _attribute(text: str) -> str:
    # a line break in an attribute would be read back as a space
    return quoteattr(_clean(text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
