"""validate and init as a person, a hook or CI runs them; the claim matrix of a bundle."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assembler.cli.validate_command import STYLES
from assembler.errors import ExitCode
from assembler.model.manifest import MANIFEST_FILE
from assembler.report import formats
from assembler.runtime.resources import Shelf
from tests import factories
from tests.support.commands import DAY, run

ROOT = Path(__file__).parent.parent
SCHEMA = Shelf.default().schema("case.schema.json")
KINDS = SCHEMA["properties"]["kind"]["enum"]
REASONS = SCHEMA["properties"]["reasons"]["items"]["enum"]


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """A good case and one that lacks the child's identity document."""
    factories.small_case(tmp_path / "good")
    exhibits = [{**one, "supports": []} for one in factories.CASE["exhibits"]]
    factories.small_case(tmp_path / "lacking", {"exhibits": exhibits})
    return tmp_path


def test_the_styles_of_the_option_are_those_of_the_room() -> None:
    assert ("text", *formats.STYLES) == STYLES


def test_every_style_names_the_missing_line(cases: Path) -> None:
    printed = {style: run("validate", cases, "--format", style, *DAY) for style in STYLES}

    assert {code for code, _, _ in printed.values()} == {ExitCode.CASE_REJECTED}
    assert all("ID.BENEFICIARY" in out for _, out, _ in printed.values())
    suites = list(ElementTree.fromstring(printed["junit"][1]).iter("testsuite"))
    assert [suite.get("name") for suite in suites] == ["good", "lacking"]
    (sarif,) = json.loads(printed["sarif"][1])["runs"]
    assert "ID.BENEFICIARY" in {result["ruleId"] for result in sarif["results"]}
    assert re.search(r"^::error file=\S+case.json,line=\d+", printed["github"][1], re.MULTILINE)


def test_a_case_may_be_named_by_its_file_and_no_other_file(cases: Path) -> None:
    code, out, _ = run("validate", cases / "good/case.json", *DAY)
    assert code == 0
    assert out.splitlines()[-1] == "READY EXCEPT SIGNATURES (facts only: evidence not opened)"
    assert "5 points not checked" in out

    code, _, err = run("validate", cases / "good/evidence/letter.pdf")
    assert (code, "letter.pdf is neither a case.json" in err) == (ExitCode.USAGE, True)


def test_notes_of_many_cases_are_shown_on_demand(cases: Path) -> None:
    factories.write_case(
        cases / "good",
        {**factories.CASE, "request": {**factories.CASE["request"], "filing": "paper"}},
    )

    assert "FORM.NOT_ENCLOSED" not in run("validate", cases, *DAY)[1]
    assert "FORM.NOT_ENCLOSED" in run("validate", cases, "--all", *DAY)[1]


def test_warnings_fail_when_strict(tmp_path: Path) -> None:
    case = factories.small_case(
        tmp_path / "case", {"declarations": [{**factories.CASE["declarations"][0], "place": ""}]}
    )
    factories.write_case(case, {**factories.CASE, "supporters": []})

    assert run("validate", case, *DAY)[0] == 0
    assert run("validate", case, "--strict", *DAY)[0] == ExitCode.CASE_REJECTED


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reason", REASONS)
def test_a_started_case_lacks_its_documents_and_then_its_texts(
    kind: str, reason: str, tmp_path: Path
) -> None:
    folder = tmp_path / "Müller & Söhne"

    code, out, _ = run("init", folder, "--kind", kind, "--reason", reason)

    assert (code, "TO-GATHER.md" in out) == (0, True)
    case = json.loads((folder / "case.json").read_text())
    assert json.loads((folder / case["$schema"]).read_text()) == SCHEMA
    assert case["id"] == "m-ller-s-hne"
    code, out, _ = run("validate", folder, "--json", *DAY)
    findings = json.loads(out)["cases"][0]["findings"]
    missing = [one for one in findings if one["rule"] == "EVID.MISSING"]
    texts = [one for one in findings if one["rule"] == "CASE.PLACEHOLDER"]
    assert {one["exhibit"] for one in missing} == {exhibit["id"] for exhibit in case["exhibits"]}
    assert len({(one["problem"], one["remedy"]) for one in missing}) == 1
    assert len({(one["problem"], one["remedy"]) for one in texts}) == 1
    assert len(missing) + len(texts) == len(findings)
    for exhibit in case["exhibits"]:
        (folder / exhibit["files"][0]).write_bytes(factories.text_pdf())
    code, out, _ = run("validate", folder, "--json", *DAY)
    findings = json.loads(out)["cases"][0]["findings"]
    found = {one["rule"] for one in findings}
    later = [one for one in findings if one["rule"] == "CASE.PLACEHOLDER"]
    same = {(one["pointer"], one["line"], one["problem"], one["remedy"]) for one in texts}
    assert same <= {(one["pointer"], one["line"], one["problem"], one["remedy"]) for one in later}
    assert not found & {"EVID.MISSING", "EVID.UNLISTED", "CASE.FORM", "CASE.VALUE"}
    assert "\n- [ ] **" in (folder / "evidence/TO-GATHER.md").read_text()


def test_init_never_writes_over_a_case(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    before = (case / "case.json").read_bytes()

    code, _, err = run("init", case, "--reason", "urgent-medical")

    assert (code, "there is already a case.json" in err) == (ExitCode.OUTPUT_NOT_WRITTEN, True)
    assert (case / "case.json").read_bytes() == before
    assert not (case / "evidence/TO-GATHER.md").exists()


@pytest.mark.parametrize(
    ("option", "value"), [("--kind", "re-parol"), ("--reason", "urgent-medicine")]
)
def test_an_unknown_kind_or_reason_is_a_usage_error(
    option: str, value: str, tmp_path: Path
) -> None:
    code, _, err = run("init", tmp_path / "case", "--reason", "other", option, value)

    assert (code, "did you mean" in err) == (ExitCode.USAGE, True)
    assert not (tmp_path / "case").exists()


def test_the_matrix_of_a_bundle_names_pages_and_the_facts_have_sources(small: Path) -> None:
    data = json.loads((small / "build/child" / MANIFEST_FILE).read_text())

    rows = {row["line"]: row for row in data["matrix"]}
    assert rows["ID.BENEFICIARY"]["exhibits"] == [
        {"id": "scan", "tab": "B", "first": 9, "last": 10, "pages": "9–10"}
    ]
    assert rows["ID.BENEFICIARY"]["met"]
    assert rows["STATEMENT.LENGTH"]["facts"] == ["/request/length_reason"]
    used = {fact["id"]: fact for fact in data["facts_used"]}
    assert used["fees/i-131-parole"]["source"].startswith("https://")
    assert any("read at a source" in sentence for sentence in data["not_checked"])


def test_the_examples_for_hooks_and_workflows_run(tmp_path: Path) -> None:
    """Every `assembler` line of the files that a repository of cases copies is a command that
    works."""
    case = factories.small_case(tmp_path / "case")
    workflow = (ROOT / ".github/workflows/cases.yml").read_text()
    commands = re.findall(r"run: assembler (.*?)(?: >.*)?$", workflow, re.MULTILINE)
    entry = re.search(
        r"^  entry: assembler (.*)$", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE
    )

    assert len(commands) == 2
    assert entry
    for command in commands:
        assert run(*shlex.split(command.replace("samples", str(case))), *DAY)[0] == 0
    assert run(entry[1], case / "case.json", *DAY)[0] == 0
