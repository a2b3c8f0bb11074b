"""listing: what people and programs read is whole, escaped, and counts right."""

from __future__ import annotations

import json
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembler.model import Finding, RuleHelp, Severity
from assembler.report.formats import STYLES, Listed, render


def finding(
    rule: str = "ID.BENEFICIARY", severity: Severity = Severity.ERROR, **more: object
) -> Finding:
    values: dict[str, object] = {
        "where": "case.json line 7 (/beneficiaries/0)",
        "problem": "nothing shows it",
        "remedy": "add it",
        "file": "case.json",
        "line": 7,
        "pointer": "/beneficiaries/0",
    }
    return Finding(rule=rule, severity=severity, **{**values, **more})  # type: ignore[arg-type]


WARNING = finding(
    "FIN.TAX",
    Severity.WARNING,
    line=3,
    pointer="/supporters/0",
    where="case.json line 3 (/supporters/0)",
)
NOTE = finding(
    "FORM.NOT_ENCLOSED", Severity.INFO, line=None, pointer="/forms", where="case.json (/forms)"
)
STALE = finding(
    "FACT.STALE",
    Severity.WARNING,
    file=None,
    line=None,
    pointer=None,
    where="schemas/facts/fees.json",
)
CASES = (
    Listed(case="first", folder="cases/first", findings=(WARNING, finding(), NOTE)),
    Listed(case="second", folder="cases/second one", findings=(STALE,)),
    Listed(case="third", findings=()),
)
RULES = (
    RuleHelp(
        id="ID.BENEFICIARY",
        severity=Severity.ERROR,
        title="Identity",
        help="Add the passport",
        source="https://example.org/a",
    ),
    RuleHelp(
        id="DECL.JURAT",
        severity=Severity.WARNING,
        title="Place",
        help="Add the place",
        source="house rule",
    ),
)


def test_strict_counts_warnings_as_failures() -> None:
    assert [one["ok"] for one in json.loads(render("json", CASES, strict=True))["cases"]] == [
        False,
        False,
        True,
    ]
    assert [one["ok"] for one in json.loads(render("json", CASES))["cases"]] == [False, True, True]
    assert ElementTree.fromstring(render("junit", CASES)).get("failures") == "1"
    assert ElementTree.fromstring(render("junit", CASES, strict=True)).get("failures") == "3"


def test_json_holds_every_finding_and_no_empty_field() -> None:
    data = json.loads(render("json", CASES, RULES))

    assert [(one["errors"], one["warnings"], one["notes"]) for one in data["cases"]] == [
        (1, 1, 1),
        (0, 1, 0),
        (0, 0, 0),
    ]
    assert data["cases"][0]["findings"][1] == {
        "rule": "ID.BENEFICIARY",
        "severity": "error",
        "where": "case.json line 7 (/beneficiaries/0)",
        "problem": "nothing shows it",
        "remedy": "add it",
        "file": "case.json",
        "line": 7,
        "pointer": "/beneficiaries/0",
    }
    assert data["rules"] == ["ID.BENEFICIARY", "DECL.JURAT"]


def test_junit_has_a_suite_for_each_case_and_a_test_for_each_rule_without_finding() -> None:
    root = ElementTree.fromstring(render("junit", CASES, RULES))

    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["first", "second", "third"]
    for suite in suites:
        tests = suite.findall("testcase")
        assert suite.get("tests") == str(len(tests))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
    assert root.get("tests") == str(len(root.findall(".//testcase")))
    assert [test.get("name") for test in suites[2].findall("testcase")] == [
        "ID.BENEFICIARY",
        "DECL.JURAT",
    ]
    failed = suites[0].find("testcase/failure")
    assert failed is not None
    assert failed.text == "case.json line 7 (/beneficiaries/0): nothing shows it; add it"
    assert suites[0].findall("testcase")[1].get("file") == "cases/first/case.json"


def test_sarif_points_every_result_at_a_line_and_a_rule() -> None:
    data = json.loads(render("sarif", CASES, RULES))
    (run,) = data["runs"]
    known = run["tool"]["driver"]["rules"]

    assert data["version"] == "2.1.0"
    assert [rule["id"] for rule in known] == [
        "ID.BENEFICIARY",
        "DECL.JURAT",
        "FIN.TAX",
        "FORM.NOT_ENCLOSED",
        "FACT.STALE",
    ]
    assert known[0]["helpUri"] == "https://example.org/a"
    assert "helpUri" not in known[1]
    assert [result["level"] for result in run["results"]] == ["warning", "error", "note", "warning"]
    for result in run["results"]:
        assert known[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert " " not in place["artifactLocation"]["uri"]
        assert unquote(place["artifactLocation"]["uri"]).endswith("case.json")
    marks = [result["partialFingerprints"]["finding/v1"] for result in run["results"]]
    assert len(set(marks)) == len(marks)


def test_a_finding_that_moves_to_another_line_keeps_its_fingerprint() -> None:
    def mark(line: int) -> str:
        moved = finding(line=line, where=f"case.json line {line} (/beneficiaries/0)")
        (result,) = json.loads(render("sarif", [Listed(case="a", findings=(moved,))]))["runs"][0][
            "results"
        ]
        return str(result["partialFingerprints"])

    assert mark(7) == mark(70)


def test_github_commands_are_escaped() -> None:
    odd = finding(problem="100% of\nthe: text, all", line=12)
    text = render("github", [Listed(case="a,b", folder="ca:se", findings=(odd, NOTE))])

    first, second = text.splitlines()
    assert first == (
        "::error file=ca%3Ase/case.json,line=12,title=a%2Cb%3A ID.BENEFICIARY"
        "::case.json line 7 (/beneficiaries/0): 100%25 of%0Athe: text, all; add it"
    )
    assert second.startswith("::notice file=ca%3Ase/case.json,line=1,")


@pytest.mark.parametrize("style", STYLES)
def test_nothing_to_list(style: str) -> None:
    text = render(style, [])

    if style in ("json", "sarif"):
        assert json.loads(text)
    if style == "junit":
        assert ElementTree.fromstring(text).get("tests") == "0"
    assert "error" not in text or style == "junit"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(deadline=None, max_examples=60)
@given(TEXT, TEXT)
def test_any_text_survives_every_style(problem: str, folder: str) -> None:
    cases = [Listed(case=folder, folder=folder, findings=(finding(problem=problem),))]

    assert json.loads(render("json", cases))["cases"][0]["findings"][0]["problem"] == problem
    result = json.loads(render("sarif", cases))["runs"][0]["results"][0]
    assert result["message"]["text"].startswith(problem)
    suite = ElementTree.fromstring(render("junit", cases)).find("testsuite")
    assert suite is not None
    if folder.isprintable():
        assert suite.get("name") == folder
    commands = render("github", cases).split("\n")
    assert len(commands) == 1
    assert "\r" not in commands[0]


@pytest.mark.parametrize("style", STYLES)
def test_the_same_each_time(style: str) -> None:
    assert render(style, CASES, RULES) == render(style, CASES, RULES)
