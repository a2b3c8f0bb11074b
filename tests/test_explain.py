"""cli: `assembler explain` says what the catalog knows of a rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assembler.cli import main
from assembler.errors import ExitCode
from assembler.rules import explain_rules, load_library
from assembler.runtime.resources import Shelf

ROOT = Path(__file__).parent.parent
SAMPLE = str(ROOT / "samples/urgent-medical")
LIBRARY = load_library(Shelf.default())
EXPLANATIONS = explain_rules(LIBRARY)


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments])


def test_a_rule_is_explained_in_full() -> None:
    done = explain("EVID.HIDDEN")

    assert done.exit_code == ExitCode.OK
    text = " ".join(done.stdout.split())
    for words in (
        "EVID.HIDDEN: Hidden text",
        "Severity: error warning for letters that are cut off",
        "Meaning Letters lie under a box, a picture or a white-out; readers cannot see",
        "What to do Remove them in the program that made the file;",
        "Source: house rule of assembler, schemas/rules.json",
        "Docs: docs/evidence.md#rules",
    ):
        assert words in text


def test_a_legal_rule_names_its_source_and_when_it_was_checked() -> None:
    text = " ".join(explain("FEE.WAIVER_ONLINE").stdout.split())

    assert "Source: https://www.uscis.gov/i-131 (checked on 2026-10-02: read at the source)" in text


def test_places_that_a_finding_fills_in_can_be_told_from_words() -> None:
    assert "Use one of: <ids>." in explain("FEE.EXEMPTION").stdout


def test_a_note_is_shown() -> None:
    text = " ".join(explain("LANG.PAGE").stdout.split())

    assert "Note A foreign page that case.json calls English" in text


def test_a_line_of_a_checklist_is_explained_too() -> None:
    text = " ".join(explain("MED.COST").stdout.split())

    assert text.startswith("MED.COST: Estimate of the cost of treatment")
    assert "add an exhibit of category medical-cost" in text.lower()
    assert "schemas/checklists/urgent-medical.json" in text


def test_small_letters_will_do() -> None:
    assert explain("evid.hidden").stdout == explain("EVID.HIDDEN").stdout


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("EVID.HIDEN", "did you mean EVID.HIDDEN?"),
        ("evid_broken", "did you mean EVID.BROKEN?"),
        ("FREEZE", "did you mean FREEZE.CASE or FREEZE.GONE or FREEZE.NONE?"),
    ],
)
def test_an_unknown_rule_is_a_mistake_of_usage_with_near_matches(given: str, hint: str) -> None:
    done = explain(given)

    assert done.exit_code == ExitCode.USAGE
    assert done.stdout == ""
    assert f"There is no rule {given}; {hint} `assembler explain` lists all rules." in done.stderr


def test_an_unknown_rule_like_no_other_gets_no_hint() -> None:
    done = explain("zzz\x1b[31m")

    assert done.exit_code == ExitCode.USAGE
    assert "did you mean" not in done.stderr
    assert "\x1b" not in done.stderr


def test_without_a_rule_all_are_listed_with_titles_in_groups() -> None:
    done = explain()

    assert done.exit_code == ExitCode.OK
    groups = [group.splitlines() for group in done.stdout.strip().split("\n\n")]
    listed = [line.split()[0] for group in groups for line in group if not line.startswith(" ")]
    assert listed == list(EXPLANATIONS)
    prefixes = [
        {line.split()[0].partition(".")[0] for line in group if line[0] != " "} for group in groups
    ]
    assert all(len(names) == 1 for names in prefixes)
    assert len(set.union(*prefixes)) == len(groups)
    assert "EVID.BROKEN A damaged file" in [
        " ".join(line.split()) for group in groups for line in group
    ]


@pytest.mark.parametrize("columns", ["44", "72", "300"])
@pytest.mark.parametrize("arguments", [(), ("EVID.WORD",), ("CHECK.DIFFERS",)])
def test_lines_are_as_wide_as_the_terminal(
    arguments: tuple[str, ...], columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    widest = max(map(len, explain(*arguments).stdout.splitlines()))

    # a word is never broken, so a narrow terminal has some longer lines
    assert widest <= max(min(int(columns), 100), 72)


def test_json_has_every_field_of_a_rule() -> None:
    data = json.loads(explain("EVID.XFA", "--format", "json").stdout)

    assert data["id"] == "EVID.XFA"
    assert data["severity"] == "error"
    assert (
        data["other_severities"]["info"] == "where a second version of an ordinary form was omitted"
    )
    assert data["packages"] == ["evidence"]
    assert data["docs"] == "docs/evidence.md#rules"
    assert data["source"] == "house rule"
    assert data["checked_on"] == "2026-11-28"
    assert {"title", "problem", "remedy", "note", "confidence", "file"} <= set(data)


def test_json_of_all_rules_has_each_once() -> None:
    data = json.loads(explain("--format", "json").stdout)

    assert [one["id"] for one in data] == list(EXPLANATIONS)
    assert set(LIBRARY.rules) | set(LIBRARY.lines) == {one["id"] for one in data}


def test_every_explanation_has_words_for_a_person() -> None:
    for one in EXPLANATIONS.values():
        assert one.title, one.id
        assert one.problem, one.id
        assert one.remedy, one.id
        assert one.docs, one.id
        assert "{" not in one.problem + one.remedy, one.id


def test_a_rule_of_a_firm_is_explained_from_its_shelf(tmp_path: Path) -> None:
    catalog = json.loads((ROOT / "schemas/rules.json").read_text(encoding="utf8"))
    catalog["rules"]["CITE.UNUSED"]["title"] = "Our own words"
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/rules.json").write_text(json.dumps(catalog), encoding="utf8")

    assert "CITE.UNUSED: Our own words" in explain("CITE.UNUSED", "--shelf", str(tmp_path)).stdout


def test_sarif_of_a_case_describes_rules_of_every_package() -> None:
    done = CliRunner().invoke(
        main, ["validate", SAMPLE, "--format", "sarif", "--as-of", "2026-11-23"]
    )

    (run,) = json.loads(done.stdout)["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert set(EXPLANATIONS) == set(rules)
    assert rules["PROFILE.SIZE"]["shortDescription"]["text"] == "A file above the size limit"
    assert rules["PROFILE.SIZE"]["help"]["text"].startswith("split it at an exhibit")
    assert "See docs/profiles.md#" in rules["PROFILE.SIZE"]["help"]["text"]


@pytest.mark.parametrize("style", ["text", "json", "junit"])
def test_a_validated_case_lists_only_rules_that_were_applied(style: str) -> None:
    done = CliRunner().invoke(
        main, ["validate", SAMPLE, "--format", style, "--as-of", "2026-11-23"]
    )

    assert "PROFILE.SIZE" not in done.stdout
    assert "LEGIBLE.BLUR" not in done.stdout
